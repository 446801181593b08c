"""Which report speaks for a company: its newest one on what was, not a workbook of what is planned."""

import pytest

from services.adapters.local.database import Database
from services.adapters.local.records import SqliteRecordStore
from services.companies import CompanyDesk
from services.domain.concepts import StatementKind
from services.domain.messages import Effects
from services.domain.reports import (
    ColumnKind,
    ReportFormat,
    ReportStatus,
    Scenario,
    StatementColumn,
    shows_plans_only,
)
from tests.unit.analysis.contexts import INCOME, shipped_templates
from tests.unit.statement_builder import build, report, year

ACTUAL, BUDGET, FORECAST, BEFORE = (
    Scenario.ACTUAL, Scenario.BUDGET, Scenario.FORECAST, Scenario.PRIOR_YEAR,
)  # fmt: skip


@pytest.fixture
def records(tmp_path) -> SqliteRecordStore:
    return SqliteRecordStore(Database(tmp_path / "a.db"))


def columns_of(*scenarios, kind=INCOME, report_id="report-1"):
    """Return a statement of 2018 with a column of amounts of each scenario."""
    statement, _ = build(
        kind, [year(2018)] * len(scenarios), [("Revenue", "revenue", *range(1, len(scenarios) + 1))],
        report_id=report_id,
    )  # fmt: skip
    columns = tuple(StatementColumn(period=year(2018), scenario=one) for one in scenarios)
    return statement.model_copy(update={"columns": columns})


def store(records, number, *scenarios, format=ReportFormat.XLSX, ends="-12-31"):
    of = report(
        report_id=f"report-{number}", sha256=str(number), name=f"{number}", format=format,
        company="Acme", status=ReportStatus.ANALYSED, period_end=f"{number}{ends}",
    )  # fmt: skip
    statement = columns_of(*scenarios, report_id=of.report_id)
    records.commit(Effects(records=(of, statement)))
    return of


@pytest.mark.parametrize(
    ("scenarios", "plans_only"),
    [
        ((BUDGET,), True),
        ((FORECAST, BUDGET), True),
        ((BUDGET, BEFORE), True),
        ((ACTUAL, BUDGET), False),
        ((ACTUAL,), False),
        ((BEFORE,), False),
    ],
)
def test_a_document_without_an_actual_column_of_its_own_beside_a_plan_is_one_of_plans(
    scenarios, plans_only
):
    assert shows_plans_only([columns_of(*scenarios)]) is plans_only


def test_a_column_of_changes_or_a_table_of_assumptions_makes_a_plan_no_report():
    plan = columns_of(BUDGET)
    change = StatementColumn(period=year(2018), kind=ColumnKind.DELTA)
    changed = plan.model_copy(update={"columns": (*plan.columns, change)})
    assumptions = columns_of(ACTUAL).model_copy(update={"kind": StatementKind.OTHER})
    assert shows_plans_only([changed, assumptions])
    assert not shows_plans_only([])


def test_a_workbook_of_plans_is_never_a_companys_latest_report(records):
    store(records, 2018, ACTUAL, format=ReportFormat.PDF)
    store(records, 2019, BUDGET)
    store(records, 2017, ACTUAL, BUDGET)
    (company,) = CompanyDesk(records, shipped_templates()).companies()
    assert company.latest.report_id == "report-2018"
    assert [one.report_id for one in company.reports] == [
        "report-2018", "report-2017", "report-2019",
    ]  # fmt: skip


def test_a_workbook_with_actual_figures_beside_its_budget_is_the_latest_report(records):
    store(records, 2018, ACTUAL, format=ReportFormat.PDF)
    store(records, 2019, ACTUAL, BUDGET)
    (company,) = CompanyDesk(records, shipped_templates()).companies()
    assert company.latest.report_id == "report-2019"


def test_a_company_of_which_only_a_plan_is_stored_is_still_listed(records):
    store(records, 2019, FORECAST)
    (company,) = CompanyDesk(records, shipped_templates()).companies()
    assert company.latest.report_id == "report-2019"
