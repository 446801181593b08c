"""The Budget page: lines with variance and verdict, the bridge, and what to do without a budget."""

import pytest

from services.domain.messages import Effects
from services.domain.reports import ReportStatus
from services.domain.users import Role
from tests.pages.conftest import texts
from tests.unit.analysis.test_budget import two_columns
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
