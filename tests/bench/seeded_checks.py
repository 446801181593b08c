"""``python -m tests.bench.seeded_checks``: one error put into a filing's facts at a time; which checks see it?

Errors are put where a check is meant to see them: a digit, sign, scale or column slip in a cell, or a row
left out, inside a sum that holds in the clean filing; a prior-year figure that differs from the report of
that year; a number or the direction in a sentence of the text that two of the statements' figures bear out.
Recall is the share of errors that a new failure or finding names; precision the share of new
failures and findings that name the error.
"""

import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

from services.analysis.claims import Verdict, anchors, judged_claims
from services.analysis.service import context_of
from services.bootstrap import build_engine
from services.domain.ids import FactId
from services.domain.narrative import NarrativeClaim
from services.domain.reports import Fact, TieOut, TieOutStatus
from services.engine import Engine, Read, same_company
from services.extraction import service
from services.extraction.claims import claims_in
from services.extraction.sentences import Prose
from services.extraction.statements import ReadStatement
from services.extraction.tie_out import check
from tests.bench.extraction import SHARED
from tests.bench.extraction import read as read_filing
from tests.bench.seeded import is_cell

PER_KIND, PER_PAIR, ROWS_LOST, PER_SENTENCE = 4, 6, 2, 4
BAR = 0.90
_PASSED = {TieOutStatus.PASS, TieOutStatus.PASS_ROUNDING}


@dataclass(frozen=True)
class Outcome:
    """One error: its kind, whether it was named, and how many new failures there are and name it."""

    kind: str
    found: bool
    raised: int
    naming: int


def _number(fact: Fact, printed: Decimal) -> Fact:
    sign = -1 if fact.printed_value * fact.value < 0 else 1
    update = {"printed_value": printed, "value": sign * printed * fact.scale}
    return fact.model_copy(update=update)


def _digit(rng: random.Random, fact: Fact) -> Fact:
    digits = list(str(int(abs(fact.printed_value).scaleb(fact.decimals))))
    place = rng.randrange(max(1, len(digits) - 1))
    lowest = 1 if place == 0 else 0
    digits[place] = rng.choice([d for d in "0123456789"[lowest:] if d != digits[place]])
    size = Decimal("".join(digits)).scaleb(-fact.decimals)
    return _number(fact, size if fact.printed_value > 0 else -size)


def _sign(rng: random.Random, fact: Fact) -> Fact:
    del rng
    return _number(fact, -fact.printed_value)


def _scale(rng: random.Random, fact: Fact) -> Fact:
    return _number(fact, fact.printed_value * rng.choice([1000, Decimal("0.001")]))


_KINDS: dict[str, Callable[[random.Random, Fact], Fact]] = {
    "digit": _digit,
    "sign": _sign,
    "scale": _scale,
}


def _failed(tie_outs: Sequence[TieOut]) -> dict[str, TieOut]:
    return {t.tie_out_id: t for t in tie_outs if t.status is TieOutStatus.FAIL}


def _named(tie_out: TieOut) -> set[FactId]:
    return {*tie_out.members, *((tie_out.total,) if tie_out.total else ())}


class Filing:
    """A clean filing: its facts, its failures, and the cells inside a sum that holds."""

    def __init__(self, read: Read) -> None:
        self.read = read
        self.facts = [fact for fact in read.facts if not fact.derived_from]
        clean = check(read.statements, self.facts)
        self.clean = _failed(clean)
        by_id = {fact.fact_id: fact for fact in self.facts}
        sums = [t for t in clean if t.check == "T06" and t.status in _PASSED]
        inside = dict.fromkeys(i for t in sums for i in sorted(_named(t)))
        self.cells = [by_id[i] for i in inside if is_cell(by_id[i]) and by_id[i].printed_value]

    def judge(self, kind: str, facts: Sequence[Fact], about: set[FactId]) -> Outcome:
        """Check the changed facts and compare with the clean failures."""
        now = _failed(check(self.read.statements, facts))
        new = [tie_out for key, tie_out in now.items() if key not in self.clean]
        naming = [tie_out for tie_out in new if about & _named(tie_out)]
        return Outcome(kind, bool(naming), len(new), len(naming))

    def cell_error(self, kind: str, rng: random.Random) -> Outcome:
        """Change one cell."""
        fact = rng.choice(self.cells)
        changed = _KINDS[kind](rng, fact)
        facts = [changed if one.fact_id == fact.fact_id else one for one in self.facts]
        return self.judge(kind, facts, {fact.fact_id})

    def column_error(self, rng: random.Random) -> Outcome | None:
        """Swap a cell with another of its row."""
        fact = rng.choice(self.cells)
        row = [
            one
            for one in self.facts
            if (one.statement_id, one.row) == (fact.statement_id, fact.row)
            and one.fact_id != fact.fact_id
            and one.printed_value != fact.printed_value
        ]
        if not row:
            return None
        other = rng.choice(row)
        swapped = {
            fact.fact_id: _number(fact, other.printed_value),
            other.fact_id: _number(other, fact.printed_value),
        }
        facts = [swapped.get(one.fact_id, one) for one in self.facts]
        return self.judge("column", facts, set(swapped))


def missing_row(path: Path, read: Read, rng: random.Random) -> Outcome:
    """Read the filing again, losing one row of a primary statement as a careless reader does."""
    pages: set[int] = set()
    honest = service.read_statements

    def careless(*arguments: object) -> list[ReadStatement]:
        found = honest(*arguments)  # type: ignore[arg-type]
        primary = [
            i
            for i, r in enumerate(found)
            if r.raw.kind.is_primary and r.raw.basis == "consolidated"
        ]
        chosen = rng.choice(primary)
        rows = list(found[chosen].raw.rows)
        full = [i for i, row in enumerate(rows) if sum(c is not None for c in row.cells) > 1]
        pages.update(found[chosen].raw.pages)
        del rows[rng.choice(full)]
        found[chosen] = replace(found[chosen], raw=replace(found[chosen].raw, rows=tuple(rows)))
        return found

    with patch.object(service, "read_statements", careless):
        again = read_filing(path.read_bytes(), read.report)
    known = {finding.sentence for finding in read.findings}
    new = [f for f in again.findings if f.needs_review and f.sentence not in known]
    naming = [finding for finding in new if finding.page in pages]
    return Outcome("missing row", bool(naming), len(new), len(naming))


def restated(engine: Engine, earlier: Read, later: Read, rng: random.Random) -> list[Outcome]:
    """Change a figure that both reports print in the later one; see whether A07 names it."""
    then = {
        (f.concept, f.period)
        for f in earlier.facts
        if f.concept and f.is_reported and not f.derived_from
    }
    shared = [
        f
        for f in later.facts
        if (f.concept, f.period) in then and is_cell(f) and f.unit.value == "USD" and f.value
    ]
    before = _findings(engine, earlier, later, later.facts)
    outcomes = []
    for fact in rng.sample(shared, min(PER_PAIR, len(shared))):
        moved = _number(fact, (fact.printed_value * Decimal("1.25")).quantize(Decimal(1)))
        facts = [moved if one.fact_id == fact.fact_id else one for one in later.facts]
        new = _findings(engine, earlier, later, facts) - before
        about = {found for found in new if fact.fact_id in found[1]}
        outcomes.append(Outcome("restated prior year", bool(about), len(new), len(about)))
    return outcomes


def _findings(
    engine: Engine, earlier: Read, later: Read, facts: Sequence[Fact]
) -> set[tuple[str, tuple[str, ...]]]:
    changed = Read(later.report, later.statements, list(facts), later.findings, later.tie_outs)
    analysed = engine.analyse([earlier, changed])[1].analysis
    return {
        (insight.text, tuple(e.fact_id for e in insight.evidence))
        for insight in analysed.insights
        if insight.rule_id == "A07"
    }


_PRINTED = re.compile(r"\d[\d,]*(?:\.\d+)?")
_OPPOSITE = {
    "increased": "decreased", "decreased": "increased", "up": "down", "down": "up",
    "increase": "decrease", "decrease": "increase", "grew": "fell", "growth": "decline",
}  # fmt: skip
_MOVED = re.compile(rf"\b(?:{'|'.join(_OPPOSITE)})\b")


def misprinted(claim: NarrativeClaim, rng: random.Random) -> NarrativeClaim | None:
    """Return the sentence with one digit of one of its numbers changed, None when it reads otherwise."""
    places = list(_PRINTED.finditer(claim.quote))
    place = rng.choice(places)
    printed = place[0]
    digits = [i for i, character in enumerate(printed) if character.isdigit()]
    at = rng.choice(digits[: max(1, len(digits) - 1)])
    other = rng.choice([d for d in "123456789" if d != printed[at]])
    changed = printed[:at] + other + printed[at + 1 :]
    return _reread(claim, claim.quote[: place.start()] + changed + claim.quote[place.end() :])


def turned(claim: NarrativeClaim, rng: random.Random) -> NarrativeClaim | None:
    """Return the sentence with its direction turned round, None when it names none."""
    del rng
    quote = _MOVED.sub(lambda found: _OPPOSITE[found[0]], claim.quote)
    again = _reread(claim, quote)
    return again if again is not None and again.direction != claim.direction else None


def _reread(claim: NarrativeClaim, quote: str) -> NarrativeClaim | None:
    read = [one for one in claims_in(Prose([quote])) if one.subject == claim.subject]
    if len(read) != 1 or len(read[0].amounts) != len(claim.amounts):
        return None
    again = read[0].model_copy(update={"page": claim.page})
    same = (again.amounts, again.direction) == (claim.amounts, claim.direction)
    return None if same or again.year != claim.year else again


def prose(engine: Engine, read: Read, rng: random.Random) -> list[Outcome]:
    """Change a number or the direction in a sentence that agrees; see whether K16 or K17 quotes it."""
    outcomes = []
    for claim in borne_out(read):
        for change in (*(misprinted,) * PER_SENTENCE, turned):
            wrong = change(claim, rng)
            if wrong is None:
                continue
            rest = [one for one in read.report.claims if one is not claim]
            report = read.report.model_copy(update={"claims": (*rest, wrong)})
            changed = Read(report, read.statements, read.facts, read.findings, read.tie_outs)
            insights = engine.analyse([changed])[0].analysis.insights
            quoted = [i.quotes[0].text for i in insights if i.rule_id in {"K16", "K17"}]
            kind = "prose against table"
            outcomes.append(
                Outcome(kind, wrong.quote in quoted, len(quoted), quoted.count(wrong.quote))
            )
    return outcomes


def borne_out(read: Read) -> list[NarrativeClaim]:
    """Return the sentences that still speak of the statements' figure when one number is wrong."""
    context = context_of(read.report, read.statements, read.facts, read.tie_outs, [])
    return [
        judged.claim
        for judged in judged_claims(context)
        if judged.verdict is Verdict.MATCH and sum(map(anchors, judged.numbers)) > 1
    ]


def study(engine: Engine) -> list[Outcome]:
    """Return the outcome of every error put into the shared filings."""
    outcomes: list[Outcome] = []
    reads = []
    for path in sorted((SHARED / "filings").glob("*.pdf")):
        read = engine.read(path.name, path.read_bytes())
        reads.append(read)
        filing, rng = Filing(read), random.Random(path.name)
        if not filing.cells:
            continue
        for _ in range(PER_KIND):
            outcomes += [filing.cell_error(kind, rng) for kind in _KINDS]
            outcomes += [o for o in (filing.column_error(rng),) if o is not None]
        for _ in range(ROWS_LOST):
            outcomes.append(missing_row(path, read, rng))
        outcomes += prose(engine, read, random.Random(path.name))
    for later in reads:
        older = [
            read
            for read in reads
            if same_company(read.report, later.report)
            and (read.report.period_end or "") < (later.report.period_end or "")
        ]
        if older:
            latest = max(older, key=lambda read: read.report.period_end or "")
            outcomes += restated(engine, latest, later, random.Random(later.report.name))
    return outcomes


def main() -> int:
    """Print recall and precision by kind; 1 when either is under 0.90 in all."""
    outcomes = study(build_engine())
    kinds: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        kinds[outcome.kind].append(outcome)
    for kind, group in kinds.items():
        print(f"seeded errors, {kind}: {_words(group)}")
    print(f"seeded errors, all: {_words(outcomes)}")
    recall, precision = _measure(outcomes)
    return 0 if min(recall, precision) >= BAR else 1


def _measure(group: Sequence[Outcome]) -> tuple[float, float]:
    totals: Counter[str] = Counter()
    for outcome in group:
        totals["found"] += outcome.found
        totals["raised"] += outcome.raised
        totals["naming"] += outcome.naming
    return totals["found"] / len(group), totals["naming"] / max(1, totals["raised"])


def _words(group: Sequence[Outcome]) -> str:
    recall, precision = _measure(group)
    raised = sum(outcome.raised for outcome in group)
    return (
        f"{len(group)} errors, recall {recall:.3f}, precision {precision:.3f} of {raised} failures"
    )


if __name__ == "__main__":
    sys.exit(main())
