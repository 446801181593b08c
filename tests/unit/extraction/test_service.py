from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from services.domain.concepts import Unit
from services.domain.ids import ReportId, UserId
from services.domain.layout import CellKind, SheetCell, SheetLayout
from services.domain.periods import Period
from services.domain.reports import (
    Fact,
    FindingSeverity,
    Report,
    ReportFormat,
    Scenario,
    TieOutStatus,
)
from services.extraction.findings import NO_STATEMENTS
from services.extraction.jsonl import fact_line
from services.extraction.service import Extraction, extract
from tests.unit.extraction.fake_document import FakeDocument
from tests.unit.extraction.page_builder import Page, balance_sheet, cash_flow, income_statement


def report(format: ReportFormat = ReportFormat.PDF) -> Report:
    return Report(
        report_id=ReportId("report-1"),
        name="example.pdf",
        format=format,
        sha256="0" * 64,
        size=1,
        blob_key="key",
        uploaded_by=UserId("user"),
        uploaded_at=datetime(2023, 1, 1, tzinfo=UTC),
    )


def three() -> list[Page]:
    return [income_statement(2), balance_sheet(3), cash_flow(4)]


def fact(extraction: Extraction, concept: str, end: date) -> Fact:
    found = [f for f in extraction.facts if f.concept == concept and f.period.end == end]
    assert found, concept
    return max(found, key=lambda f: f.confidence.total)


YEAR_END = date(2022, 12, 31)


@pytest.fixture(scope="module")
def extraction() -> Extraction:
    return extract(FakeDocument(three()), report())


@pytest.mark.parametrize(
    ("concept", "value"),
    [
        ("revenue", "9000000000"),
        ("net_income", "1500000000"),
        ("eps_diluted", "2.94"),
        ("shares_diluted_wavg", "510000000"),
        ("total_assets", "4300000000"),
        ("retained_earnings", "2700000000"),
        ("cash_from_investing", "-400000000"),
        ("capex", "400000000"),
        ("dividends_paid", "700000000"),
    ],
)
def test_a_fact_has_base_units_and_the_concepts_sign(
    extraction: Extraction, concept: str, value: str
) -> None:
    assert fact(extraction, concept, YEAR_END).value == Decimal(value)


def test_a_fact_cites_its_page_its_boxes_and_what_is_printed(extraction: Extraction) -> None:
    source = fact(extraction, "capex", YEAR_END).source
    assert (source.page, source.printed) == (4, "(400)")
    assert source.boxes[0].x1 == pytest.approx(403)


def test_periods_are_instants_on_the_balance_sheet_and_years_elsewhere(
    extraction: Extraction,
) -> None:
    assert fact(extraction, "total_assets", YEAR_END).period == Period(end=YEAR_END)
    assert fact(extraction, "revenue", YEAR_END).period.start == date(2022, 1, 1)


def test_the_report_is_filled_in_from_the_cover(extraction: Extraction) -> None:
    filled = extraction.report
    assert (filled.company, filled.form, filled.period_end) == (
        "Example Corp.",
        "10-K",
        "2022-12-31",
    )
    assert filled.page_count == 4


def test_a_line_item_keeps_a_blank_cell_blank() -> None:
    page = income_statement(2).row("Dividends declared per share", "$ 1.00", "", "$ 0.90")
    statement = extract(FakeDocument([page, *three()[1:]]), report()).statements[0]
    assert [place is None for place in statement.rows[-1].facts] == [False, True, False]


def test_tie_outs_pass_and_lift_confidence_over_the_readers_own(extraction: Extraction) -> None:
    assert all(t.status is not TieOutStatus.FAIL for t in extraction.tie_outs)
    assert fact(extraction, "total_assets", YEAR_END).confidence.value > 0.97


def test_a_total_that_does_not_add_up_lowers_confidence(extraction: Extraction) -> None:
    broken = balance_sheet(3)
    broken.words = [
        w._replace(text="4,310") if w.text == "4,300" else w for w in broken.words[:-30]
    ] + [*broken.words[-30:]]
    worse = extract(FakeDocument([three()[0], broken, three()[2]]), report())
    before = fact(extraction, "total_assets", YEAR_END).confidence.total
    assert fact(worse, "total_assets", YEAR_END).confidence.total < before


def test_lines_that_ran_together_are_rebuilt_from_the_words(extraction: Extraction) -> None:
    again = extract(FakeDocument(three(), run_together=True), report())
    assert [f.value for f in again.facts] == [f.value for f in extraction.facts]


def test_the_same_document_gives_the_same_ids(extraction: Extraction) -> None:
    again = extract(FakeDocument(three()), report())
    assert [f.fact_id for f in again.facts] == [f.fact_id for f in extraction.facts]
    assert len({f.fact_id for f in again.facts}) == len(again.facts)


def test_a_document_without_statements_says_so() -> None:
    empty = extract(FakeDocument([Page(2).text("Nothing but words here.")]), report())
    (finding,) = empty.findings
    assert (finding.code, finding.sentence, finding.severity) == (
        "no-statements",
        NO_STATEMENTS,
        FindingSeverity.ERROR,
    )
    assert (empty.statements, empty.facts) == ([], [])


def test_a_missing_unit_is_a_finding_and_lowers_the_unit_part() -> None:
    page = balance_sheet(2)
    page.words = [w for w in page.words if w.text not in {"(In", "millions)"}]
    plain = extract(FakeDocument([page]), report())
    assert next(f.code for f in plain.findings) == "missing-unit"
    assert fact(plain, "total_assets", YEAR_END).confidence.unit < 0.9


def test_a_column_without_a_period_is_a_finding_and_gives_no_facts() -> None:
    pages = three()
    pages[1].words = [
        w for w in pages[1].words if not (w.text == "2021" or (w.x0 > 430 and w.y0 < 100))
    ]
    read = extract(FakeDocument(pages), report())
    assert "missing-period" in [f.code for f in read.findings]
    assert {f.period.end for f in read.facts if f.concept == "goodwill"} == {YEAR_END}


def test_an_orphan_number_is_a_finding_with_its_page() -> None:
    pages = three()
    pages[1].skip(-24).row("Shares authorized", "77", edges=(440,))
    read = extract(FakeDocument(pages), report())
    (finding,) = [f for f in read.findings if f.code == "orphan-number"]
    assert finding.page == 3
    assert "77" in finding.sentence


def test_progress_is_told_while_the_text_is_read() -> None:
    seen: list[tuple[int, int]] = []
    extract(FakeDocument(three()), report(), lambda done, total: seen.append((done, total)))
    assert seen == [(4, 4)]


def test_a_workbook_is_read_from_its_sheets() -> None:
    rows = [
        ("Balance Sheet", None, None),
        (None, "Dec 31, 2022", "Dec 31, 2021"),
        ("Cash and cash equivalents", 100, 90),
        ("Total current assets", 200, 180),
        ("Total assets", 300, 280),
        ("Total liabilities", 120, 110),
    ]
    cells = tuple(
        SheetCell(
            row=r,
            column=c,
            ref=f"{'ABC'[c - 1]}{r}",
            kind=CellKind.NUMBER if isinstance(value, int) else CellKind.TEXT,
            text=str(value),
            number=Decimal(value) if isinstance(value, int) else None,
        )
        for r, row in enumerate(rows, start=1)
        for c, value in enumerate(row, start=1)
        if value is not None
    )
    document = FakeDocument([], worksheets=[SheetLayout("BS", cells)])
    read = extract(document, report(ReportFormat.XLSX))
    total = fact(read, "total_assets", YEAR_END)
    assert (total.value, total.source.cell, total.source.page) == (Decimal(300), "B5", None)
    assert read.report.period_end == "2022-12-31"


def test_the_public_line_of_a_fact_has_the_agreed_fields(extraction: Extraction) -> None:
    line = fact_line(fact(extraction, "eps_diluted", YEAR_END))
    assert line["value"] == 2.94
    assert line["unit"] == Unit.PER_SHARE.value == "USD/shares"
    assert line["period_start"] == "2022-01-01"
    assert line["document"] == "example.pdf"
    x0, y0, x1, y1 = line["bbox"]
    assert x0 == pytest.approx(380)
    assert x1 == pytest.approx(400)
    assert y1 - y0 == pytest.approx(10)
    assert list(line) == [
        "document", "concept", "label", "statement", "period_start", "period_end", "value", "unit",
        "basis", "scenario", "confidence", "page", "bbox", "sheet", "cell",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("scenario", "basis"),
    [
        (Scenario.ACTUAL, "consolidated"),
        (Scenario.PRIOR_YEAR, "consolidated"),
        (Scenario.BUDGET, "budget"),
        (Scenario.FORECAST, "forecast"),
    ],
)
def test_a_plan_goes_by_a_basis_of_its_own_in_the_public_line(
    extraction: Extraction, scenario: Scenario, basis: str
) -> None:
    plan = extraction.facts[0].model_copy(update={"scenario": scenario})
    line = fact_line(plan)
    assert (line["scenario"], line["basis"]) == (scenario.value, basis)


def test_the_public_line_counts_money_in_the_currency_of_the_statement(
    extraction: Extraction,
) -> None:
    def unit(concept: str) -> str:
        printed = fact(extraction, concept, YEAR_END)
        return fact_line(printed.model_copy(update={"currency": "EUR"}))["unit"]

    assert [unit(c) for c in ("revenue", "eps_diluted", "shares_diluted_wavg")] == [
        "EUR",
        "EUR/shares",
        "shares",
    ]


def test_a_derived_fact_has_no_box_in_its_public_line(extraction: Extraction) -> None:
    pages = three()
    pages[0].words = [w for w in pages[0].words if w.y0 != 146.0]
    derived = [
        f for f in extract(FakeDocument(pages), report()).facts if f.concept == "gross_profit"
    ]
    assert derived
    assert all(fact_line(f)["bbox"] is None for f in derived if f.derived_from)


def test_cash_at_the_beginning_of_the_year_is_a_balance_of_the_day_before() -> None:
    beginning = [
        f
        for f in extract(FakeDocument(three()), report()).facts
        if "beginning" in f.label and f.concept == "cash_and_equivalents"
    ]
    assert all(f.period.start is None for f in beginning)
    assert {f.period.end for f in beginning} <= {date(year, 12, 31) for year in (2019, 2020, 2021)}
