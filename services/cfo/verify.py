"""Insights held against the numbers in force at the moment they are shown; what does not hold is withheld.

A whole report is analysed once more and each insight compared with what comes out: its cells, its
calculations to the bit, its quotations. Its words may be older than the rule's; their numbers may not.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.analysis.bound import Backing, numbers, sources
from services.analysis.finding import Context
from services.analysis.service import Analysis, analyse, context_of
from services.analysis.templates import Templates
from services.cfo.sentences import Basis, Sentence, told
from services.domain.base import utc_now
from services.domain.ids import FactId
from services.domain.insights import (
    Calculation,
    Insight,
    InsightKind,
    InsightStatus,
    ReasoningChain,
)
from services.domain.reports import Fact, Report
from services.engine import Stored, choice_of_version, shown
from services.narrative.given import given_of
from services.narrative.narrator import rejudged
from services.ports import RecordStore

_READ, _COMPUTED, _COMPARED = ("read cells", "read text"), "compute", "compare with threshold"


@dataclass(frozen=True, slots=True)
class Verified:
    """An insight whose every number stands in the facts in force: its evidence and its sentences."""

    insight: Insight
    facts: tuple[Fact, ...]
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """An insight, or a headline figure, that is not shown, and why, in words."""

    title: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """What may be shown of a report's insights, in their order, and what may not."""

    verified: tuple[Verified, ...]
    withheld: tuple[Withheld, ...]


@dataclass(frozen=True, slots=True)
class _Again:
    """A report analysed once more."""

    context: Context
    insights: Mapping[str, Insight]
    chains: Mapping[str, ReasoningChain]
    facts: Mapping[FactId, Fact]
    company: str


class Verifier:
    """Verifies the stored insights of a report; it changes nothing."""

    def __init__(self, records: RecordStore, templates: Templates) -> None:
        self._records = records
        self._templates = templates

    def verify(self, report: Report, insights: Sequence[Insight], work: Stored) -> Verification:
        """Return the insights that hold and those that do not; ``work`` is what the next analysis works on.

        An insight is judged under the materiality that was in force when it was made.
        """
        if not insights:
            return Verification((), ())
        chains = {one.insight_id: self._records.chain(one.insight_id) for one in insights}
        versions = {key: chain.materiality_version for key, chain in chains.items() if chain}
        again = {version: self._again(report, work, version) for version in {*versions.values()}}
        verified: list[Verified] = []
        withheld: list[Withheld] = []
        for insight in insights:
            chain = chains[insight.insight_id]
            if chain is None:
                withheld.append(Withheld(insight.title, ("its reasoning chain is not stored",)))
                continue
            found = self._held(insight, chain, again[chain.materiality_version])
            if isinstance(found, Withheld):
                withheld.append(found)
            else:
                verified.append(found)
        return Verification(tuple(verified), tuple(withheld))

    def _again(self, report: Report, work: Stored, version: int) -> _Again:
        numbers_of = (work.read.statements, work.read.facts, work.read.tie_outs, work.history)
        choice = choice_of_version(report, version, self._records)
        analysis: Analysis = analyse(report, *numbers_of, self._templates, utc_now(), choice=choice)
        return _Again(
            context=context_of(report, *numbers_of, choice),
            insights={one.insight_id: one for one in analysis.insights},
            chains={one.insight_id: one for one in analysis.chains},
            facts={fact.fact_id: fact for fact in (*work.history, *work.read.facts)},
            company=report.company or "",
        )

    def _held(self, insight: Insight, chain: ReasoningChain, again: _Again) -> Verified | Withheld:
        new = again.insights.get(insight.insight_id)
        if new is None:
            reason = f"rule {insight.rule_id} finds it no more in the numbers in force"
            return Withheld(insight.title, (reason,))
        new_chain = again.chains[insight.insight_id]
        behind = self._behind(insight, new, new_chain, again)
        known = sources(behind, again.context)
        retold = _retold(chain, new, again)
        # What the guard accepted again needs no second look; it also knows the years that it says.
        words = insight.title if insight.text == retold else f"{insight.title}. {insight.text}"
        loose = [number for number in numbers(words, behind) if number not in known]
        reasons = list(_differences((insight, chain), (new, new_chain)))
        if loose:
            reasons.append(f"no figure or calculation stands behind {', '.join(loose)}")
        if chain.narration and chain.narration.accepted and insight.text != retold:
            reasons.append("the guard no longer accepts what a model wrote of it")
        if reasons:
            return Withheld(insight.title, tuple(reasons))
        trend = insight.kind is InsightKind.TREND
        unnumbered = Basis.CALCULATION if trend else Basis.JUDGEMENT
        sentences = told(insight.text, behind, known, unnumbered)
        return Verified(insight, tuple(behind.facts), tuple(sentences))

    def _behind(
        self, insight: Insight, new: Insight, chain: ReasoningChain, again: _Again
    ) -> Backing:
        used = [one.fact_id for one in insight.evidence]
        used += [fact_id for one in new.calculations for fact_id in one.inputs]
        facts = {fact_id: again.facts.get(fact_id) for fact_id in used}
        checks = [one.sentence for one in again.context.tie_outs if one.tie_out_id in new.tie_outs]
        limits = [
            limit for step in chain.steps if step.action == _COMPARED for limit in step.inputs
        ]
        own = self._templates.own_words(insight.rule_id)
        return Backing(
            calculations=new.calculations,
            facts=[fact for fact in facts.values() if fact is not None],
            quotes=new.quotes,
            words=(*checks, *limits, *own),
            period=insight.period,
        )


def _retold(chain: ReasoningChain, new: Insight, again: _Again) -> str | None:
    """Return a model's sentences as the guard accepts them today, None where there are none."""
    if chain.narration is None:
        return None
    given = given_of(new, again.facts, shown, again.company)
    accepted = rejudged(chain.narration, new, given).accepted
    return None if accepted is None else accepted.text


def _differences(
    then: tuple[Insight, ReasoningChain], now: tuple[Insight, ReasoningChain]
) -> Iterator[str]:
    old, new = then[0], now[0]
    cells, cells_now = _cells(then[1]), _cells(now[1])
    for role, cell in cells.items():
        if role not in cells_now:
            yield f"{role} is no longer read"
        elif cells_now[role] != cell:
            yield f"{role} was {cell}, is {cells_now[role]}"
    results = _numbered(new.calculations)
    for key, one in _numbered(old.calculations).items():
        other = results.get(key)
        if other is None:
            yield f"{one.name} is no longer computed"
        elif other.value != one.value:
            shown = (one.display, other.display)
            told_apart = shown if shown[0] != shown[1] else (str(one.value), str(other.value))
            yield f"{one.name} was {told_apart[0]}, is {told_apart[1]}"
    if not cells and not old.quotes:
        yield "its reasoning chain names no cell and no sentence"
    if set(old.quotes) - set(new.quotes):
        yield "the report no longer says what is quoted"
    if old.status is not InsightStatus.APPROVED and new.has_failed_check:
        yield "a check on its numbers does not hold"


def _numbered(
    calculations: Sequence[Calculation],
) -> dict[tuple[str, int], Calculation]:
    """Return calculations by their name and which one of that name it is: two can share one."""
    seen: dict[str, int] = defaultdict(int)
    found = {}
    for one in calculations:
        found[one.name, seen[one.name]] = one
        seen[one.name] += 1
    return found


def _cells(chain: ReasoningChain) -> dict[str, str]:
    """Return the cells that a chain read and the operands it computed with, each with its amount and place."""
    found: dict[str, list[str]] = defaultdict(list)
    for step in chain.steps:
        if step.action in _READ:
            for line in step.inputs:
                cell, _, sure = line.rpartition(", read with ")
                if sure:
                    role, _, printed = cell.rpartition(": ")
                    found[role].append(f"{printed})")
        elif step.action == _COMPUTED:
            for line in step.inputs[1:]:
                role, _, cell = line.rpartition(" = ")
                found[role].append(cell)
    return {role: "; ".join(sorted(set(cells))) for role, cells in found.items() if role}
