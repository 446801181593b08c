"""What the form opens with: what is in force at the place, else what the page around it says."""

from decimal import Decimal

import pytest

from components.pointed import (
    Pointed,
    claim_from,
    columns_of,
    existing_fact,
    period_for,
    pointed_area,
    pointed_cell,
    pointed_fact,
    pointed_number,
    told_by_page,
    usual_scale,
    usually_reversed,
)
from services.corrections.facts import Worked
from services.domain.concepts import StatementKind, Unit
from services.domain.errors import InvalidInput
from services.domain.layout import CellKind, SheetCell, SheetLayout
from services.domain.provenance import Box
from services.domain.reports import ColumnKind, LineItem, Scenario, Statement, StatementColumn
from services.extraction.numbers import Number
from services.extraction.pointing import PrintedNumber
from tests.corrections import a_place
from tests.factories import a_fact, a_report, fiscal_year, year_end

REPORT = a_report(page_count=9)


def at(top: float, right: float) -> tuple[Box, ...]:
    return (Box(right - 40, top, right, top + 10),)


REVENUE = a_fact("revenue", 2025, 120_000_000, source=a_place(at(100, 440)[0], printed="120"))
CAPEX = a_fact(
    "capex", 2025, 9_000_000, printed_value=Decimal(-9), row=1,
    statement_id=REVENUE.statement_id, source=a_place(at(120, 440)[0], printed="(9)"),
)  # fmt: skip
STATEMENT = Statement(
    statement_id=REVENUE.statement_id,
    report_id=REPORT.report_id,
    kind=StatementKind.INCOME,
    title="Income",
    currency="EUR",
    scale=1_000_000,
    pages=(5,),
    columns=(
        StatementColumn(period=fiscal_year(2025)),
        StatementColumn(period=fiscal_year(2024), scenario=Scenario.BUDGET),
        StatementColumn(period=fiscal_year(2024), kind=ColumnKind.DELTA),
    ),
    rows=(
        LineItem(row=0, label="Revenue", facts=(REVENUE.fact_id, "before")),
        LineItem(row=1, label="Capital expenditure", facts=(CAPEX.fact_id, None)),
    ),
)
BEFORE = a_fact(
    "revenue", 2024, 100_000_000, fact_id="before", column=1, source=a_place(at(100, 520)[0])
)
WORKED = Worked([STATEMENT], [REVENUE, BEFORE, CAPEX])


def printed(top: float, right: float, text: str = "(8)", value: int = -8) -> PrintedNumber:
    label = (Box(72, top, 200, top + 10),)
    return PrintedNumber(text, Number(Decimal(value)), at(top, right), "As printed", label)


def pointed(top: float, right: float, page: int = 5) -> Pointed:
    return pointed_number(REPORT, page, printed(top, right))


def test_at_a_number_that_was_read_the_form_opens_with_what_is_in_force():
    place = pointed(100, 440)
    assert existing_fact(place, WORKED) == REVENUE
    told = told_by_page(place, WORKED)
    assert (told.label, told.concept, told.period) == ("Revenue", "revenue", fiscal_year(2025))
    assert (told.scale, told.unit, told.column) == (1_000_000, Unit.MONEY, STATEMENT.columns[0])


def test_a_missing_number_of_a_row_takes_concept_scale_and_sign_from_the_row():
    place = pointed(121, 521)
    assert existing_fact(place, WORKED) is None
    told = told_by_page(place, WORKED)
    assert (told.label, told.concept, told.is_reversed) == ("Capital expenditure", "capex", True)
    assert (told.statement, told.column) == (STATEMENT, STATEMENT.columns[1])
    claim = claim_from(place, "(8)", told, (Decimal(-8), 0))
    assert (claim.value, claim.printed_value) == (8_000_000, -8)
    assert (claim.period, claim.scenario, claim.currency) == (
        fiscal_year(2024),
        Scenario.BUDGET,
        "EUR",
    )
    assert claim.source.label_boxes == (Box(72, 121, 200, 131),)


def test_a_row_that_was_missed_keeps_its_printed_label_and_the_statements_scale():
    told = told_by_page(pointed(110, 440), WORKED)
    assert (told.label, told.concept, told.scale) == ("As printed", None, 1_000_000)
    assert (told.statement, told.period) == (STATEMENT, fiscal_year(2025))


def test_a_number_outside_every_statement_borrows_the_currency_and_neither_scale_nor_period():
    told = told_by_page(pointed(100, 440, page=7), WORKED)
    assert (told.statement, told.column, told.period) == (None, None, None)
    assert (told.scale, told.currency) == (1, "EUR")
    with pytest.raises(InvalidInput, match="Choose the period"):
        claim_from(pointed(100, 440, page=7), "8", told, (Decimal(8), 0))


def test_without_any_statement_the_form_still_opens():
    told = told_by_page(pointed(100, 440), Worked([], []))
    assert (told.label, told.scale, told.currency) == ("As printed", 1, "USD")


def test_a_number_in_a_table_that_was_not_read_is_of_its_concepts_statement():
    told = told_by_page(pointed(100, 440, page=7), WORKED)
    for concept, kind in (("total_assets", StatementKind.BALANCE), (None, StatementKind.OTHER)):
        said = Pointed(pointed(100, 440, page=7).source, Decimal(8))
        period = year_end(2025)
        full = claim_from(said, "8", _with(told, concept=concept, period=period), (Decimal(8), 0))
        assert (full.statement, full.basis) == (kind, "consolidated")


def _with(told, **changes):
    return type(told)(**{name: getattr(told, name) for name in told.__slots__} | changes)


def test_a_percentage_is_a_rate_without_scale():
    number = PrintedNumber(
        "12.5%", Number(Decimal("12.5"), 1, percent=True), at(300, 300), "Margin", ()
    )
    told = told_by_page(pointed_number(REPORT, 5, number), WORKED)
    assert (told.unit, told.scale) == (Unit.PURE, 1)


def test_amounts_per_share_and_rates_have_no_scale():
    assert [usual_scale(unit, STATEMENT) for unit in Unit] == [1_000_000, 1, 1_000_000, 1]
    assert usual_scale(Unit.MONEY, None) == 1


def test_the_concepts_convention_says_when_a_printed_sign_is_reversed():
    assert usually_reversed("capex", Decimal(-9))
    assert not usually_reversed("capex", Decimal(9))
    assert not usually_reversed("net_income", Decimal(-9))
    assert not usually_reversed(None, Decimal(-9))


def test_a_balance_in_a_column_of_a_year_is_of_the_years_end():
    column = STATEMENT.columns[0]
    assert period_for("cash_and_equivalents", column) == year_end(2025)
    assert period_for("revenue", column) == fiscal_year(2025)


def test_columns_of_changes_are_no_choice_and_each_period_is_one_choice():
    assert columns_of(STATEMENT, []) == list(STATEMENT.columns[:2])
    assert columns_of(None, [STATEMENT, STATEMENT]) == list(STATEMENT.columns[:2])


def test_a_drawn_rectangle_is_a_place_without_a_number():
    place = pointed_area(REPORT, 3, Box(1, 2, 3, 4))
    assert (place.source.page, place.source.boxes, place.number) == (3, (Box(1, 2, 3, 4),), None)


def test_a_cell_gives_its_number_its_formula_and_the_label_of_its_row():
    cells = (
        SheetCell(row=3, column=1, ref="A3", kind=CellKind.TEXT, text=" Revenue "),
        SheetCell(row=3, column=2, ref="B3", kind=CellKind.TEXT, text="note"),
        SheetCell(
            row=3, column=3, ref="C3", kind=CellKind.NUMBER, text="1200.5",
            number=Decimal("1200.5"), number_format="#,##0.0", formula="C1+C2",
        ),
    )  # fmt: skip
    layout = SheetLayout(name="P&L", cells=cells)
    place = pointed_cell(REPORT, layout, "C3")
    assert place is not None
    assert (place.number, place.decimals, place.label) == (Decimal("1200.5"), 1, "Revenue")
    assert (place.source.place, place.source.formula) == ("P&L!C3", "C1+C2")
    assert pointed_cell(REPORT, layout, "A3") is None
    assert pointed_cell(REPORT, layout, "Z9") is None
    assert pointed_cell(REPORT, layout, "nowhere") is None


def test_a_fact_is_its_own_place():
    place = pointed_fact(REVENUE)
    assert (place.source, place.number, place.label) == (REVENUE.source, 120, "Revenue")
