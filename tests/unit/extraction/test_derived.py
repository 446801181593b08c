from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.concepts import CONCEPTS, StatementKind, Unit
from services.domain.confidence import FactConfidence
from services.domain.ids import FactId, ReportId, StatementId
from services.domain.periods import Period
from services.domain.provenance import Box, SourceRef
from services.domain.reports import Fact, Scenario
from services.extraction.derived import DERIVED_ROW, derive

YEAR = Period(start=date(2023, 1, 1), end=date(2023, 12, 31))
YEAR_BEFORE = Period(start=date(2022, 1, 1), end=date(2022, 12, 31))
END = Period(end=date(2023, 12, 31))


def fact(concept: str | None, value: int, row: int = 0, **changes: object) -> Fact:
    kind = CONCEPTS[concept].statement if concept else StatementKind.BALANCE
    label = str(changes.pop("label", concept))
    base = Fact(
        fact_id=FactId(f"{concept}-{label}-{row}-{changes.get('period')}"),
        report_id=ReportId("report"),
        statement_id=StatementId("statement"),
        statement=kind,
        row=row,
        column=0,
        label=label,
        concept=concept,
        period=YEAR if kind is StatementKind.INCOME else END,
        value=Decimal(value) * 1_000_000,
        printed_value=Decimal(value),
        unit=Unit.MONEY,
        scale=1_000_000,
        confidence=FactConfidence(value=0.98, concept=0.95, period=1, unit=1),
        source=SourceRef(
            report_id=ReportId("report"),
            document="report.pdf",
            page=5,
            boxes=(Box(1, 2, 3, 4),),
            printed=str(value),
        ),
    )
    return base.model_copy(update=changes)


def of(concept: str, facts: list[Fact]) -> list[Fact]:
    return [derived for derived in derive(facts) if derived.concept == concept]


def test_gross_profit_is_revenue_less_cost_and_names_both():
    revenue, cost = fact("revenue", 100, 0), fact("cost_of_revenue", 60, 1)

    (gross,) = of("gross_profit", [revenue, cost])

    assert gross.value == Decimal(40_000_000)
    assert gross.printed_value == Decimal(40)
    assert gross.derived_from == (revenue.fact_id, cost.fact_id)
    assert gross.label == "Gross profit (derived)"
    assert gross.period == YEAR
    assert gross.row == DERIVED_ROW


def test_a_derived_fact_has_no_box_of_its_own():
    (gross,) = of("gross_profit", [fact("revenue", 100), fact("cost_of_revenue", 60)])

    assert gross.source.boxes == ()
    assert gross.source.printed == ""
    assert gross.source.page == 5


def test_a_derived_fact_is_not_surer_than_the_product_of_its_inputs():
    sure = FactConfidence(value=1, concept=1, period=1, unit=1)
    revenue = fact("revenue", 100, confidence=sure)
    cost = fact("cost_of_revenue", 60, confidence=sure)

    (gross,) = of("gross_profit", [revenue, cost])

    assert gross.confidence.total == pytest.approx(0.9995**2)
    assert (
        gross.confidence.evidence[0].reason == "not printed; computed as revenue − cost_of_revenue"
    )


def test_a_printed_gross_profit_is_not_derived_again():
    facts = [fact("revenue", 100), fact("cost_of_revenue", 60), fact("gross_profit", 41)]

    assert of("gross_profit", facts) == []


@pytest.mark.parametrize(
    "change",
    [
        {"period": YEAR_BEFORE},
        {"basis": "parent-only"},
        {"report_id": ReportId("another")},
        {"statement_id": StatementId("another")},
        {"currency": "EUR"},
        {"scenario": Scenario.BUDGET},
        {"member": "East"},
    ],
)
def test_inputs_of_different_periods_bases_reports_or_statements_are_not_mixed(
    change: dict[str, object],
):
    assert derive([fact("revenue", 100), fact("cost_of_revenue", 60, **change)]) == []


def test_two_revenues_that_disagree_give_no_gross_profit():
    facts = [fact("revenue", 100, 0), fact("revenue", 110, 1), fact("cost_of_revenue", 60, 2)]

    assert derive(facts) == []


def balance(*extra: Fact) -> list[Fact]:
    return [
        fact("total_assets", 1000, 10),
        fact("accounts_payable", 50, 12),
        *extra,
        fact("total_liabilities_and_equity", 1000, 40),
    ]


def test_total_liabilities_are_assets_less_equity():
    (derived,) = of("total_liabilities", balance(fact("stockholders_equity", 400, 30)))

    assert derived.value == Decimal(600_000_000)


def test_the_equity_of_all_owners_is_preferred_to_the_parents():
    facts = balance(fact("stockholders_equity", 400, 30), fact("total_equity_incl_nci", 430, 32))

    (derived,) = of("total_liabilities", facts)

    assert derived.value == Decimal(570_000_000)


def test_redeemable_interests_are_neither_liability_nor_equity():
    redeemable = fact(None, 25, 20, label="Redeemable noncontrolling interest")

    (derived,) = of("total_liabilities", balance(redeemable, fact("stockholders_equity", 400, 30)))

    assert derived.value == Decimal(575_000_000)
    assert redeemable.fact_id in derived.derived_from


def test_the_total_of_several_redeemable_rows_is_taken_once():
    rows = [
        fact(None, 10, 20, label="Redeemable preferred stock"),
        fact(None, 15, 21, label="Redeemable noncontrolling interests"),
        fact(None, 25, 22, label="Total redeemable equity"),
    ]

    (derived,) = of("total_liabilities", balance(*rows, fact("stockholders_equity", 400, 30)))

    assert derived.value == Decimal(575_000_000)


def test_redeemable_stock_printed_among_the_liabilities_stays_a_liability():
    early = fact(None, 25, 11, label="Redeemable preferred stock at redemption value")

    (derived,) = of("total_liabilities", balance(early, fact("stockholders_equity", 400, 30)))

    assert derived.value == Decimal(600_000_000)


def test_noncontrolling_interests_below_the_parents_equity_are_equity():
    below = fact(None, 30, 31, label="Noncontrolling interests")

    (derived,) = of("total_liabilities", balance(fact("stockholders_equity", 400, 30), below))

    assert derived.value == Decimal(570_000_000)


def test_printed_total_liabilities_are_not_derived_again():
    facts = balance(fact("total_liabilities", 600, 25), fact("stockholders_equity", 400, 30))

    assert of("total_liabilities", facts) == []


def test_without_equity_there_are_no_derived_liabilities():
    assert of("total_liabilities", balance()) == []


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_gross_profit_and_cost_add_to_revenue(revenue: int, cost: int):
    (gross,) = of("gross_profit", [fact("revenue", revenue), fact("cost_of_revenue", cost)])

    assert gross.value + Decimal(cost) * 1_000_000 == Decimal(revenue) * 1_000_000
