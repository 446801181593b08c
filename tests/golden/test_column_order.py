"""Gate 6 on real filings: a statement whose years stand the other way round gives the same facts and checks."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from services.domain.reports import TieOutStatus
from services.extraction import service
from services.extraction.model import RawStatement
from services.extraction.service import Extraction
from services.extraction.statements import ReadStatement
from tests.bench.extraction import read, report_of

FILINGS = (
    "3M_2018_10K",
    "AMAZON_2017_10K",
    "BESTBUY_2023_10K",
    "COCACOLA_2017_10K",
    "JPMORGAN_2022Q2_10Q",
    "PFIZER_2021_10K",
)


def mirrored(raw: RawStatement) -> RawStatement:
    """Return the statement with its columns from right to left."""
    rows = tuple(replace(row, cells=row.cells[::-1]) for row in raw.rows)
    return replace(raw, columns=raw.columns[::-1], rows=rows)


def mirrored_reading(path: Path) -> Extraction:
    """Read a filing whose statements come with their columns mirrored."""
    honest = service.read_statements

    def turned(*arguments: object) -> list[ReadStatement]:
        found = honest(*arguments)  # type: ignore[arg-type]
        return [replace(one, raw=mirrored(one.raw)) for one in found]

    with patch.object(service, "read_statements", turned):
        return read(path.read_bytes(), report_of(path))


def said(extraction: Extraction) -> Counter[tuple[object, ...]]:
    """Count what is read: meaning, label, period, part and value of every fact."""
    return Counter(
        (f.statement, f.concept, f.label, f.period, f.member, f.value) for f in extraction.facts
    )


def judged(extraction: Extraction) -> Counter[tuple[str, TieOutStatus, object]]:
    return Counter((t.check, t.status, t.difference) for t in extraction.tie_outs)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILINGS)
def test_years_in_the_other_order_give_the_same_facts_and_checks(shared: Path, name: str) -> None:
    path = shared / "eval" / "filings" / f"{name}.pdf"
    plain, other = read(path.read_bytes(), report_of(path)), mirrored_reading(path)
    assert len(plain.facts) > 200
    assert said(other) == said(plain)
    assert judged(other) == judged(plain)
