"""``python -m tests.bench.calibration``: is a fact's confidence what it says, and does it find the wrong ones?

Seeded reading errors (3 % of the cells) in every shared filing; the likelihood ratio of each piece of
evidence on values; calibration and discrimination with the weights in use, and with weights measured on
all companies but the one judged.
"""

import math
import os
import sys
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.confidence.calibration import CALIBRATION, Calibration
from services.confidence.weights import WEIGHTS
from services.domain.confidence import HIGH_FROM, log_odds, probability_of
from services.domain.reports import Fact, TieOutStatus
from services.extraction.service import Extraction
from tests.bench.extraction import SHARED, read, report_of
from tests.bench.seeded import is_cell, misprinted, misread

SEEDS = 2
_MEASURED = (
    "second reading agrees",
    "second reading differs",
    "printed again",
    "adds up in 1",
    "adds up in 2",
    "adds up in 3",
    "adds up within rounding",
    "same on another statement",
)
_LARGEST = math.log(1000)


@dataclass(frozen=True)
class Cell:
    """One cell of a filing read with errors: what is believed of it, and what is true."""

    fact: Fact
    company: str
    right: bool
    in_relation: bool
    flagged: bool


def cells_of(company: str, clean: Extraction, seeded: Extraction) -> list[Cell]:
    """Compare a reading with errors with the clean one, cell by cell."""
    truth = {_place(fact): fact for fact in clean.facts if is_cell(fact)}
    related = _members(clean, {TieOutStatus.PASS, TieOutStatus.PASS_ROUNDING})
    failing = _members(seeded, {TieOutStatus.FAIL}, every=True)
    found = []
    for fact in seeded.facts:
        base = truth.get(_place(fact)) if is_cell(fact) else None
        if base is None:
            continue
        flagged = fact.fact_id in failing or fact.confidence.value < HIGH_FROM
        right = base.printed_value == fact.printed_value
        found.append(Cell(fact, company, right, base.fact_id in related, flagged))
    return found


def _place(fact: Fact) -> tuple[object, ...]:
    box = fact.source.boxes[-1] if fact.source.boxes else None
    return fact.statement, fact.source.page, round(box.y0) if box else None, fact.column


def _members(reading: Extraction, statuses: set[TieOutStatus], every: bool = False) -> set[str]:
    return {
        fact_id
        for tie_out in reading.tie_outs
        if tie_out.status in statuses and (every or tie_out.check == "T06")
        for fact_id in (tie_out.total, *tie_out.members)
        if fact_id is not None
    }


def ratios(cells: Iterable[Cell]) -> dict[str, float]:
    """Return the logarithm of P(evidence | right) / P(evidence | wrong), half a count added to each."""
    counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    totals: Counter[bool] = Counter()
    for cell in cells:
        totals[cell.right] += 1
        counts[cell.right].update({told.name for told in cell.fact.confidence.evidence})
    rates = {
        right: {name: (counts[right][name] + 0.5) / (totals[right] + 1) for name in _MEASURED}
        for right in (True, False)
    }
    return {name: math.log(rates[True][name] / rates[False][name]) for name in _MEASURED}


def believed(fact: Fact, weights: Mapping[str, float]) -> float:
    """Return the value part of a fact's confidence under other weights; failures of sums stay as they are."""
    moved = sum(
        min(weights.get(told.name, told.log_odds), _LARGEST)
        for told in fact.confidence.evidence
        if told.part == "value"
    )
    return probability_of(log_odds(0.5) + moved)


def ece(judged: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Return the expected calibration error over bins of equal mass."""
    ranked = sorted(judged)
    n = len(ranked)
    parts = (ranked[i * n // bins : (i + 1) * n // bins] for i in range(bins))
    return sum(abs(sum(c for c, _ in part) - sum(r for _, r in part)) for part in parts) / n


EDGES = (0.0, 0.6, 0.85, 0.95, 0.99, 0.999, 1.0)
"""Bins of stated confidence as the design shows them; the last holds what is above 0.999."""


def reliability(cells: Sequence[Cell]) -> list[tuple[float, int, float, float]]:
    """Return lower edge, cells, mean stated confidence of the value, and share right of each bin."""
    bins: dict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        bins[min(bisect_right(EDGES, cell.fact.confidence.value), len(EDGES) - 1) - 1].append(cell)
    return [
        (
            EDGES[place],
            len(group),
            sum(cell.fact.confidence.value for cell in group) / len(group),
            sum(cell.right for cell in group) / len(group),
        )
        for place, group in sorted(bins.items())
    ]


def auroc(judged: Sequence[tuple[float, bool]]) -> float:
    """Return how often a right cell is believed more than a wrong one (ties count half)."""
    right = sorted(c for c, r in judged if r)
    wrong = [c for c, r in judged if not r]
    if not right or not wrong:
        return math.nan
    above = sum(
        len(right) - bisect_right(right, c) + (bisect_right(right, c) - bisect_left(right, c)) / 2
        for c in wrong
    )
    return above / (len(right) * len(wrong))


def coverage(judged: Sequence[tuple[float, bool]], precision: float = 0.99) -> float:
    """Return the share that can be taken unseen, most believed first, at a precision."""
    best = right = 0
    for taken, (_, is_right) in enumerate(sorted(judged, reverse=True), start=1):
        right += is_right
        if right / taken >= precision:
            best = taken
    return best / len(judged)


def show(name: str, cells: Sequence[Cell]) -> None:
    """Print what the confidence is worth on one set of cells."""
    wrong = [cell for cell in cells if not cell.right]
    related = [cell for cell in wrong if cell.in_relation]
    high = [cell for cell in cells if cell.fact.confidence.total >= HIGH_FROM]
    judged = [(cell.fact.confidence.total, cell.right) for cell in cells]
    print(
        f"{name}: {len(cells):,} cells, {len(wrong):,} wrong; "
        f"of {len(related):,} wrong ones inside a relation "
        f"{sum(cell.flagged for cell in related) / max(1, len(related)):.4f} are flagged\n"
        f"  high confidence (from {HIGH_FROM}): {len(high) / len(cells):.3f} of the cells, "
        f"{sum(cell.right for cell in high) / max(1, len(high)):.4f} of them right\n"
        f"  ECE {ece(judged):.4f}, AUROC {auroc(judged):.4f}, "
        f"{coverage(judged):.3f} can be taken unseen at 99 %, "
        f"{len({round(c, 3) for c, _ in judged})} distinct values",
        flush=True,
    )


def main() -> int:
    """Run the measurement; 0 unless the shared filings are absent in CI."""
    filings = sorted((SHARED / "filings").glob("*.pdf"))
    if not filings:
        print("No shared filings here: the calibration was not measured.")
        return int(os.environ.get("CI") == "true")
    reading: list[Cell] = []
    document: list[Cell] = []
    for path in filings:
        data, report = path.read_bytes(), report_of(path)
        company = path.stem.split("_", maxsplit=1)[0].upper()
        clean = read(data, report)
        for seed in range(SEEDS):
            seeded = misread(data, report, f"{seed}-{path.stem}")
            reading += cells_of(company, clean, seeded)
        printed = misprinted(data, report, clean, path.stem)
        document += cells_of(company, clean, printed)
    show("reading errors, 3 % of the cells", reading)
    show("errors of the document itself, 3 % of the cells", document)
    for edge, count, stated, right in reliability([*reading, *document]):
        print(f"values from {edge}: {count:,} cells, stated {stated:.4f}, right {right:.4f}")
    _by_company(reading)
    print("evidence on values: log likelihood ratio measured, in use")
    for name, measured in ratios(reading).items():
        print(f"  {name:28s} {measured:6.2f} {WEIGHTS[name]:6.2f}")
    return _says_so(len(filings), reading)


def _says_so(filings: int, cells: Sequence[Cell]) -> int:
    """Compare what the product says of its calibration with what was measured; 1 when it differs."""
    measured = Calibration(
        filings=filings,
        companies=len({cell.company for cell in cells}),
        cells=len(cells),
        wrong=sum(not cell.right for cell in cells),
        verified=sum(1 for line in (SHARED / "truth_dev.jsonl").read_text().splitlines() if line),
        ece=round(ece([(cell.fact.confidence.total, cell.right) for cell in cells]), 3),
    )
    if measured == CALIBRATION:
        return 0
    print(f"services/confidence/calibration.py says {CALIBRATION}, measured was {measured}")
    return 1


def _by_company(cells: Sequence[Cell]) -> None:
    """Judge each company with weights measured on the others."""
    groups: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        groups[cell.company].append(cell)
    judged: list[tuple[float, bool]] = []
    for company, mine in groups.items():
        others = ratios(c for name, group in groups.items() if name != company for c in group)
        judged += [(believed(cell.fact, others), cell.right) for cell in mine]
    print(
        f"values, weights measured on the other {len(groups) - 1} companies: "
        f"ECE {ece(judged):.4f}, AUROC {auroc(judged):.4f}, {coverage(judged):.3f} at 99 %"
    )


if __name__ == "__main__":
    sys.exit(main())
