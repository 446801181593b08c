"""Which report is a company's last one before another: like beside like, and never a plan."""

from typing import Any

import pytest

from services.adapters.local.database import Database
from services.adapters.local.records import SqliteRecordStore
from services.changes import ChangeDesk
from services.domain.messages import Effects
from services.domain.reports import ReportFormat, ReportStatus, Scenario, StatementColumn
from tests.unit.analysis.contexts import INCOME
from tests.unit.statement_builder import build, quarter, report, year

UNUSED: Any = None


@pytest.fixture
def records(tmp_path) -> SqliteRecordStore:
    return SqliteRecordStore(Database(tmp_path / "a.db"))


def store(records, period, scenario=Scenario.ACTUAL, **changes):
    """Store a report of one period, named by the day it ends on."""
    ends = changes.pop("ends", period.end.isoformat())
    name = changes.pop("name", ends)
    of = report(
        report_id=name, sha256=name, name=name, company="Acme", status=ReportStatus.ANALYSED,
        period_end=ends, **changes,
    )  # fmt: skip
    statement, _ = build(INCOME, [period], [("Revenue", "revenue", 1)], report_id=name)
    columns = (StatementColumn(period=period, scenario=scenario),)
    records.commit(Effects(records=(of, statement.model_copy(update={"columns": columns}))))
    return of


def last_before(records, report):
    found = ChangeDesk(records, UNUSED, UNUSED).last_before(report)
    return None if found is None else found.report_id


def test_a_workbook_of_plans_is_no_last_report(records):
    store(records, year(2016))
    for number, scenario in ((2017, Scenario.BUDGET), (2018, Scenario.FORECAST)):
        store(records, year(number), scenario, format=ReportFormat.XLSX)
    assert last_before(records, store(records, year(2019))) == "2016-12-31"


def test_a_year_is_compared_with_the_last_year_and_not_with_the_quarter_between(records):
    store(records, year(2017))
    for of in (1, 2, 3):
        store(records, quarter(2018, of))
    assert last_before(records, store(records, year(2018))) == "2017-12-31"


def test_a_quarter_is_compared_with_the_same_quarter_a_year_before(records):
    for period in (quarter(2017, 2), quarter(2017, 3), year(2017), quarter(2018, 1)):
        store(records, period)
    assert last_before(records, store(records, quarter(2018, 2))) == "2017-06-30"


def test_a_quarter_without_that_of_a_year_before_is_compared_with_the_last_quarter(records):
    for period in (quarter(2017, 3), year(2017), quarter(2018, 1)):
        store(records, period)
    assert last_before(records, store(records, quarter(2018, 2))) == "2018-03-31"
    (first,) = [one for one in records.reports() if one.report_id == "2017-09-30"]
    assert last_before(records, first) is None


def test_where_no_report_of_its_kind_is_stored_the_latest_of_the_other_is_taken(records):
    store(records, year(2016))
    store(records, year(2017))
    assert last_before(records, store(records, quarter(2018, 1))) == "2017-12-31"


def test_a_form_tells_the_kind_where_columns_would_mislead(records):
    store(records, year(2017), form="10-K")
    twelve = quarter(2018, 3).model_copy(update={"start": quarter(2017, 4).start})
    store(records, twelve, form="10-Q")
    assert last_before(records, store(records, year(2018), form="10-K")) == "2017-12-31"


def test_of_two_reports_that_end_together_the_one_of_the_same_form_is_taken(records):
    store(records, year(2017), form="10-K", name="filing")
    store(records, year(2017), form="earnings release", name="release")
    assert last_before(records, store(records, year(2018), form="10-K")) == "filing"
    release = store(records, year(2018), form="earnings release", name="next release")
    assert last_before(records, release) == "release"
