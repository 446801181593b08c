"""Which report is a company's last one before another: like beside like, and never a plan."""

from typing import Any

import pytest

from services.adapters.local.database import Database
from services.adapters.local.records import SqliteRecordStore
from services.changes import ChangeDesk
from services.domain.messages import Effects
from services.domain.reports import ReportFormat, ReportStatus, Scenario, StatementColumn
from tests.unit.analysis.contexts import INCOME
from tests.unit.statement_builder import build, report, year

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
