"""The Budget page: lines with variance and verdict, the bridge, and what to do without a budget."""

import pytest

from components.changes import budget_table
from services.analysis.budget import variances
from services.domain.messages import Effects, MessageKind, message
from services.domain.reports import ReportStatus, Scenario
from services.domain.users import Role
from services.pipeline.handlers import analyse_report, context_of
from tests.pages.conftest import texts
from tests.unit.analysis.contexts import context_of as analysis_context
from tests.unit.analysis.test_budget import actuals_of, plans_of, two_columns, weeks_filing
from tests.unit.statement_builder import report


@pytest.fixture
def budgeted(store):
    statements, facts = two_columns()
    shown = report(status=ReportStatus.ANALYSED, company="Acme", page_count=1)
    store.ports.records.commit(Effects(records=(shown, *statements, *facts)))
    return store


def test_every_line_has_variance_percentage_and_verdict(budgeted, open_page):
    at = open_page("budget", Role.ANALYST)
    rows = {row["Line"]: list(row)[1:] for _, row in at.dataframe[0].value.iterrows()}
    assert rows["Revenue"] == ["USD 950 m", "USD 1,000 m", "USD (50) m", "(5.0) %", "adverse"]
    assert rows["Selling, general and administrative"][-1] == "adverse"
    assert rows["Cost of revenue"][-1] == "favourable"


def test_without_a_budget_the_page_says_how_to_add_one(store, open_page):
    assert "No budget yet" in texts(open_page("budget", Role.CFO))


def test_the_bridge_stands_on_every_report_of_the_year_whichever_tells_of_it(store, open_page):
    parts = {"filing": actuals_of("filing"), "workbook": two_columns(report_id="workbook")}
    records = store.ports.records
    for report_id, (statements, facts) in parts.items():
        shown = report(
            report_id=report_id, name=report_id, sha256=report_id, status=ReportStatus.ANALYSED,
            company="Acme", page_count=1,
        )  # fmt: skip
        records.commit(Effects(records=(shown, *statements, *facts)))
    for report_id in parts:
        incoming = message(MessageKind.FACTS_EXTRACTED, report_id, "run-1")
        records.commit(analyse_report(incoming, context_of(store)))
    assert [i.rule_id for i in records.insights("filing") if i.rule_id == "R22"] == []
    for report_id in parts:
        at = open_page("budget", Role.ANALYST, report=report_id)
        assert not at.exception
        assert "USD (100) m, (50.0) % against the budget of USD 200 m" in texts(at)


def test_a_period_without_a_finding_says_when_a_bridge_is_drawn(budgeted, open_page):
    assert "No bridge: one is drawn for the longest latest period" in texts(
        open_page("budget", Role.ANALYST)
    )


def test_share_counts_are_written_as_shares_and_not_as_money():
    rows = [("Weighted average shares, basic", "shares_basic_wavg", 110, 100)]
    row = budget_table(variances(analysis_context(*two_columns(rows)).view)).iloc[0]
    assert list(row)[1:] == ["110.0 m shares", "100.0 m shares", "10.0 m shares", "+10.0 %", ""]


def test_a_forecast_beside_the_budget_is_chosen_and_names_its_column(store, open_page):
    rows = [("Revenue", "revenue", 950, 1000, 940)]
    statements, facts = two_columns(rows, plans=(Scenario.BUDGET, Scenario.FORECAST))
    shown = report(status=ReportStatus.ANALYSED, company="Acme", page_count=1)
    store.ports.records.commit(Effects(records=(shown, *statements, *facts)))
    at = open_page("budget", Role.ANALYST)
    assert at.dataframe[0].value["Budget"].to_list() == ["USD 1,000 m"]
    at.segmented_control[0].set_value("forecast").run()
    assert not at.exception
    row = at.dataframe[0].value.iloc[0].to_dict()
    assert (row["Forecast"], row["Variance"], row["Verdict"]) == (
        "USD 940 m",
        "USD 10 m",
        "favourable",
    )


def test_a_budget_of_another_calendar_names_its_own_period():
    statements, facts = weeks_filing()
    view = analysis_context(statements, facts, plans_of("plan")).view
    row = budget_table(variances(view)).iloc[0]
    assert row["Budget"] == "USD 1,000 m (Year to Dec 31, 2018)"
