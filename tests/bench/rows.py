"""``python -m tests.bench.rows``: whole statements, cell by cell, and what the completeness gate misses.

The printed rows of 30 statements (statement_rows_dev.jsonl) against the rows read: each cell needs its
row, column, sign, scale and period. Then every row of every primary statement is left out once: the
gate has to say so, by counting or else by a sum that no longer adds up.
"""

import json
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any
from unittest.mock import patch

from services.domain.concepts import StatementKind, Unit
from services.domain.reports import Fact, TieOutStatus
from services.extraction import service
from services.extraction.completeness import gaps
from services.extraction.matching import match_statement
from services.extraction.model import RawStatement
from services.extraction.second_reading import SecondReading, read_again
from services.extraction.service import Extraction
from services.extraction.statements import ReadStatement
from tests.bench.extraction import SHARED, read, report_of

KINDS = {
    "IS": StatementKind.INCOME,
    "BS": StatementKind.BALANCE,
    "CF": StatementKind.CASH_FLOW,
}
_SIMILAR = 0.8
_LABEL = 60


def squashed(text: str) -> str:
    """Return the letters of a label, in lower case."""
    return re.sub(r"[^a-z]", "", text.lower())[:_LABEL]


def alike(one: str, other: str) -> float:
    """Return how alike two labels are, 0 to 1."""
    return SequenceMatcher(None, squashed(one), squashed(other)).ratio()


def rows_of(extraction: Extraction, kind: StatementKind, page: int) -> list[tuple[str, list[Fact]]]:
    """Return label and facts of the rows read on a page, in order."""
    facts = {fact.fact_id: fact for fact in extraction.facts}
    return [
        (row.label, [facts[i] for i in row.facts if i is not None])
        for statement in extraction.statements
        if statement.kind is kind and page in statement.pages
        for row in statement.rows
    ]


def judge(
    truth: dict[str, Any], read_rows: Sequence[tuple[str, list[Fact]]]
) -> tuple[int, list[str]]:
    """Return the number of printed cells and a line for each that is not as printed."""
    wrong: list[str] = []
    cells = at = 0
    for row in truth["rows"]:
        values = [(i, v) for i, v in enumerate(row["vals"]) if v is not None]
        cells += len(values)
        here = next((i for i in range(at, len(read_rows)) if _same_row(row, read_rows[i])), None)
        if here is None:
            wrong += [f"row missing: {row['label']} {value}" for _, value in values]
            continue
        at = here + 1
        for column, value in values:
            if not any(_same_cell(truth, column, value, fact) for fact in read_rows[here][1]):
                wrong.append(f"cell: {row['label']} {value} {truth['periods'][column]['raw']}")
    return cells, wrong


def _same_row(row: dict[str, Any], read_row: tuple[str, list[Fact]]) -> bool:
    printed = {abs(float(fact.printed_value)) for fact in read_row[1]}
    shared = any(abs(value) in printed for value in row["vals"] if value is not None)
    return shared and alike(row["label"], read_row[0]) >= _SIMILAR


def _same_cell(truth: dict[str, Any], column: int, value: float, fact: Fact) -> bool:
    period = truth["periods"][column]
    dated = period["md"] is None or fact.period.end.year == period["year"]
    scaled = fact.unit is not Unit.MONEY or fact.scale == truth["scale"]
    return float(fact.printed_value) == value and dated and scaled


def main() -> int:
    """Run both measurements; 0 unless the shared truth is absent in CI."""
    source = SHARED / "statement_rows_dev.jsonl"
    if not source.is_file():
        print("No shared statements here: the rows were not measured.")
        return int(os.environ.get("CI") == "true")
    truths = [json.loads(line) for line in source.read_text().splitlines()]
    total = missed = 0
    readings: dict[str, Extraction] = {}
    for truth in truths:
        name = truth["doc_name"]
        path = SHARED / "filings" / f"{name}.pdf"
        if name not in readings:
            readings[name] = read(path.read_bytes(), report_of(path))
        rows = rows_of(readings[name], KINDS[truth["statement"]], truth["page"] + 1)
        cells, wrong = judge(truth, rows)
        total, missed = total + cells, missed + len(wrong)
        for line in wrong:
            print(f"  {name} {truth['statement']}: {line}")
    print(
        f"whole statements: {total - missed:,} of {total:,} cells right ({1 - missed / total:.4f})"
    )
    _gate()
    return 0


def _gate() -> None:
    left_out = counted = footed = 0
    for path in sorted((SHARED / "filings").glob("*.pdf")):
        raws, texts = _raws(path.read_bytes(), path)
        for index, raw in enumerate(raws):
            for row in range(len(raw.rows)):
                if not any(cell is not None and not cell.nil for cell in raw.rows[row].cells):
                    continue
                cut = replace(raw, rows=(*raw.rows[:row], *raw.rows[row + 1 :]))
                left_out += 1
                if _tells(read_again([*raws[:index], cut, *raws[index + 1 :]], texts)):
                    counted += 1
                elif _breaks_a_sum(path, raw, cut):
                    footed += 1
                else:
                    print(f"  not told: {path.stem} {raw.kind.value}: {raw.rows[row].label}")
    told = counted + footed
    print(
        f"completeness gate: {told:,} of {left_out:,} rows left out are told ({told / left_out:.4f}): "
        f"{counted:,} by counting, {footed} more by a sum"
    )


def _breaks_a_sum(path: Path, whole: RawStatement, cut: RawStatement) -> bool:
    """Whether a check fails that held, or a new finding comes, when the document is read without the row."""
    data, report = path.read_bytes(), report_of(path)
    honest = service.read_statements

    def without(*args: Any) -> list[ReadStatement]:
        return [replace(r, raw=cut) if r.raw == whole else r for r in honest(*args)]

    with patch.object(service, "read_statements", without):
        lacking = read(data, report)
    return _complaints(lacking) > _complaints(read(data, report))


def _complaints(reading: Extraction) -> int:
    failed = sum(tie_out.status is TieOutStatus.FAIL for tie_out in reading.tie_outs)
    return failed + len(reading.findings)


def _raws(data: bytes, path: Path) -> tuple[list[RawStatement], Sequence[str]]:
    seen: list[tuple[list[RawStatement], Sequence[str]]] = []
    honest = read_again

    def watch(raws: Sequence[RawStatement], texts: Sequence[str]) -> list[SecondReading]:
        seen.append(([r for r in raws if r.basis == "consolidated" and r.kind.is_primary], texts))
        return honest(raws, texts)

    with patch.object(service, "read_again", watch):
        read(data, report_of(path))
    return seen[0]


def _tells(readings: Sequence[SecondReading]) -> bool:
    return any(True for _ in gaps(readings, [match_statement(r.raw) for r in readings]))


if __name__ == "__main__":
    sys.exit(main())
