"""``python -m tests.bench.questions``: public questions about filings, each asked of the filing that it is about.

An answer is right when its number is the published one, at the rounding that the question asks for and else at
the published one, and its citations when all pages are pages of the published evidence. Of yes or no the word is
compared. Whatever is answered and is not as published is wrong. Nothing here knows a company, an answer or a page.
"""

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from services.ask.answering import Source, answer
from services.ask.answers import Answer, Refusal
from services.ask.vocabulary import PHRASES
from services.bootstrap import build_engine
from services.engine import Engine

SHARED = Path(__file__).resolve().parents[3] / "shared" / "eval"
METRICS = "metrics-generated"
_STRETCHES = {
    "FY": "for the year ended", "Q": "for the quarter ended", "H1": "for the six months ended",
    "9M": "for the nine months ended", "I": "at",
}  # fmt: skip
EXPECTED = 21
"""Of the 23 metric questions."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a question was answered: ``outcome`` is right, wrong or refused; ``cited`` None without an answer."""

    kind: str
    outcome: str
    cited: bool | None
    told: str
    seconds: float


def is_number_of(published: str, found: Answer) -> bool:
    """Whether an answer gives the published number, at the published rounding where the answer has more digits."""
    text = re.sub(r"[^0-9.\-]", "", published)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    if found.given == number:
        return True
    exact = found.value.scaleb(2) if found.unit == "percent" else found.value
    power = {"millions": 6, "billions": 9, "thousands": 3}.get(found.unit.split(" ")[-1], 0)
    places = max(0, -int(number.normalize().as_tuple().exponent))
    rounded = exact.scaleb(-power).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return bool(rounded == number)


_WENT = {
    "It rose": "increas|rose|grew", "It improved": "improv", "It fell": "decreas|fell|declin",
    "It declined": "declin|worse",
}  # fmt: skip


def is_word_of(published: str, found: Answer) -> bool:
    """Whether an answer says yes, no, or which way a figure went, as the published one does."""
    said = _WENT.get(found.text)
    if said is None:
        return published.lower().startswith(found.text.lower())
    return re.search(said, published.lower()) is not None


def judged(line: dict[str, Any], found: Answer | Refusal, seconds: float) -> Verdict:
    """Return how good an answer to a published question is."""
    kind = line["question_type"]
    if isinstance(found, Refusal):
        return Verdict(kind, "refused", None, f"{found.reason}: {found.sentence[:90]}", seconds)
    evidence = {item["evidence_page_num"] + 1 for item in line["evidence"]}
    pages = {one.page for one in found.citations}
    right = (is_word_of if found.is_yes_or_no else is_number_of)(line["answer"], found)
    said = found.sentence if found.is_yes_or_no else found.text
    told = f"{said}, published {line['answer'][:60]}; pages {sorted(p or 0 for p in pages)}"
    return Verdict(kind, "right" if right else "wrong", pages <= evidence, told, seconds)


def asked(
    engine: Engine, lines: Iterable[dict[str, Any]], read: dict[str, Source]
) -> list[tuple[str, Verdict]]:
    """Ask every question of its filing; return the filing's name and the verdict of each. Fills ``read``."""
    verdicts = []
    for line in lines:
        name = line["doc_name"]
        if name not in read:
            data = (SHARED / "filings" / f"{name}.pdf").read_bytes()
            one = engine.read(f"{name}.pdf", data)
            read[name] = Source(one.report, one.statements, one.facts, one.tie_outs)
        source = read[name]
        started = time.perf_counter()
        found = answer(line["question"], [source.report], lambda _, source=source: source)
        verdicts.append((name, judged(line, found, time.perf_counter() - started)))
    return verdicts


def question_for(concept: str, number: int, ends: date, span: str) -> str | None:
    """Return a question for one value in words of the vocabulary, others for each number; None for no such concept."""
    phrases = [phrase for phrase, key in PHRASES.items() if key == concept]
    if not phrases:
        return None
    day = f"{ends:%B} {ends.day}, {ends.year}"
    return f"What was {phrases[number % len(phrases)]} {_STRETCHES[span]} {day}?"


def _half_digit(row: dict[str, Any]) -> float:
    """Return half a last printed digit, as the shared scorer has it."""
    of_unit = {"USD/shares": 0.00501, "shares": 5e4}
    of_scale = {"1e6": 5e5, "1e6d": 5e4, "1e3": 500.0}
    return of_unit.get(row["unit"], of_scale.get(row["scale"], 0.5)) + 1e-6


def values_asked(read: Mapping[str, Source]) -> Counter[str]:
    """Ask the filings for every value of the truth in words; count right, wrong and refused."""
    counts: Counter[str] = Counter()
    rows = (SHARED / "truth_dev.jsonl").read_text().splitlines()
    for number, row in enumerate(map(json.loads, rows)):
        ends = date.fromisoformat(row["period_end"])
        asking = question_for(row["concept"], number, ends, row["span"])
        source = read.get(row["doc_name"])
        if asking is None or source is None:
            continue
        found = answer(asking, [source.report], lambda _, source=source: source)
        if isinstance(found, Refusal):
            counts["refused"] += 1
            continue
        close = abs(float(found.value) - row["value"]) <= _half_digit(row)
        counts["right" if close else "wrong"] += 1
    return counts


def main() -> int:
    """Ask all questions; 1 when an answer is wrong, a metric one is cited wrong, or fewer than 21 of these are right."""
    lines = [json.loads(line) for line in (SHARED / "questions_dev.jsonl").read_text().splitlines()]
    read: dict[str, Source] = {}
    verdicts = asked(build_engine(), lines, read)
    for name, one in verdicts:
        print(
            f"  {one.outcome:8}{'' if one.cited is not False else 'other page, '} {name}: {one.told}"
        )
    for kind in sorted({one.kind for _, one in verdicts}):
        counts = Counter(one.outcome for _, one in verdicts if one.kind == kind)
        cited = sum(bool(one.cited) for _, one in verdicts if one.kind == kind)
        print(
            f"{kind}: {counts['right']} right, {counts['wrong']} wrong, {counts['refused']} refused of "
            f"{counts.total()}; citations {cited} of {counts['right'] + counts['wrong']}"
        )
    slowest = max(one.seconds for _, one in verdicts)
    print(
        f"questions: {sum(one.seconds for _, one in verdicts):.2f} s in all, the slowest {slowest:.3f} s"
    )
    values = values_asked(read)
    print(
        f"values of the same filings asked for in words: {values['right']} right, {values['wrong']} otherwise than "
        f"the truth, {values['refused']} refused"
    )
    right = sum(one.outcome == "right" and one.kind == METRICS for _, one in verdicts)
    bad = any(
        one.outcome == "wrong" or (one.cited is False and one.kind == METRICS)
        for _, one in verdicts
    )
    return 1 if bad or right < EXPECTED else 0


if __name__ == "__main__":
    sys.exit(main())
