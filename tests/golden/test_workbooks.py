"""Real workbooks: every number and formula is the oracle's, and nothing is left out without a reason."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.domain.concepts import StatementKind
from services.domain.reports import Scenario, TieOutStatus
from tests.bench.workbooks import Outcome, measure

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "Larkfield_FY2025_budget_vs_actual.xlsx"
REGULATOR = "KO_SEC_Financial_Report.xlsx"
MODEL = "ARKInvest__Tesla Valuation for Github_5.27.19_v3.5.xlsx"
NAMES = [REGULATOR, MODEL, "cheickmec__simple_sales.xlsx"]


@pytest.fixture(scope="module")
def outcomes(shared: Path) -> dict[str, Outcome]:
    folder = shared / "corpora" / "fin_workbooks"
    return {name: measure(folder / name) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_has_the_number_and_the_formula_that_the_oracle_finds_at_its_address(
    outcomes, name
):
    assert outcomes[name].disagreeing == ()
    assert outcomes[name].agreeing > 0


@pytest.mark.parametrize(
    ("concept", "end", "value", "cell"),
    [
        ("revenue", date(2024, 12, 31), 47_061_000_000, "B3"),
        ("net_income", date(2022, 12, 31), 9_542_000_000, "D17"),
        ("total_assets", date(2024, 12, 31), 100_549_000_000, "B17"),
        ("cash_from_operations", date(2023, 12, 31), 11_599_000_000, "C14"),
        ("eps_diluted", date(2024, 12, 31), "2.46", "B19"),
    ],
)
def test_a_regulator_s_workbook_gives_concepts_periods_units_and_cells(
    outcomes, concept, end, value, cell
):
    (fact,) = (
        fact
        for fact in outcomes[REGULATOR].extraction.facts
        if fact.concept == concept and fact.period.end == end and fact.source.cell == cell
    )
    assert fact.value == Decimal(value)


def test_a_regulator_s_statements_are_all_read_and_no_check_fails(outcomes):
    extraction = outcomes[REGULATOR].extraction
    assert [s.kind for s in extraction.statements] == [
        StatementKind.INCOME,
        StatementKind.OTHER,
        StatementKind.BALANCE,
        StatementKind.CASH_FLOW,
    ]
    assert TieOutStatus.FAIL not in {t.status for t in extraction.tie_outs}
    assert {f.code for f in extraction.findings} == {"notes-of-a-filing", "no-period-table"}


def test_a_model_s_cases_are_forecasts_with_their_formulas(outcomes):
    facts = outcomes[MODEL].extraction.facts
    (bull,) = (fact for fact in facts if fact.source.cell == "F12")
    assert (bull.scenario, bull.member, bull.value) == (
        Scenario.FORECAST,
        "Bull",
        Decimal(150_000_000_000),
    )
    assert bull.source.formula == "=F10*F11"
    assert {fact.scenario for fact in facts if fact.source.cell.startswith("E")} == {
        Scenario.ACTUAL
    }


def test_the_sample_s_budget_is_read_beside_its_actual_figures():
    outcome = measure(SAMPLE)
    assert outcome.disagreeing == ()
    (statement,) = outcome.extraction.statements
    assert {column.scenario for column in statement.columns} == {Scenario.ACTUAL, Scenario.BUDGET}
    reported = [fact for fact in outcome.extraction.facts if fact.is_reported]
    assert len(reported) * 2 == len(outcome.extraction.facts) == 338
    (finding,) = outcome.extraction.findings
    assert finding.sentence.startswith("338 of 351 numbers of ")
    assert "left out: 13 changes between columns (AB7, AB8, AB9, AB11, AB12 and 8 more)." in (
        finding.sentence
    )
