"""The Metrics page: values by period with their unit, the trend, and the cells behind one number."""

from decimal import Decimal

import pytest

from components.metric_table import metric_frame, metric_name, metric_words, trend_of
from services.analysis.metrics import Metric
from services.domain.messages import Effects
from services.domain.reports import ReportStatus
from services.domain.users import Role
from tests.pages.conftest import texts
from tests.unit.statement_builder import REPORT, at, manufacturer, report, year


def a_metric(metric_id, value, unit="ratio", period=None):
    return Metric(
        metric_id=metric_id, period=period or year(2018), value=Decimal(value), formula="",
        unit=unit, fact_ids=(),
    )  # fmt: skip


@pytest.fixture
def analysed(store):
    statements, facts = manufacturer()
    shown = report(status=ReportStatus.ANALYSED, company="Acme")
    store.ports.records.commit(Effects(records=(shown, *statements, *facts)))
    return store


def test_without_reports_the_page_says_when_metrics_appear(store, open_page):
    assert "No metrics yet" in texts(open_page("metrics", Role.ANALYST))


def test_a_metric_shows_its_value_formula_and_cells(analysed, open_page):
    page = open_page("metrics", Role.ANALYST, report=REPORT, metric="operating_margin")
    assert not page.exception
    assert page.metric[0].value == "22.0 %"
    assert "operating\\_income/revenue" in texts(page)
    assert page.radio[0].options == [
        "1 · Operating income, Year to Dec 31, 2018: 7,207",
        "2 · Revenue, Year to Dec 31, 2018: 32,765",
    ]


def test_every_metric_stands_in_the_table_and_unknown_is_empty(analysed, open_page):
    page = open_page("metrics", Role.CFO, report=REPORT)
    table = page.dataframe[0].value
    assert table.loc["Days sales outstanding", "Year to Dec 31, 2018"] == "55.3 days"
    assert table.loc["Days sales outstanding", "Year to Dec 31, 2017"] == ""
    assert table.loc["Current ratio", "Dec 31, 2018"] == "1.89×"


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        (a_metric("gross_margin", "-0.052"), "(5.2) %"),
        (a_metric("gross_margin", "-0.0001"), "0.0 %"),
        (a_metric("debt_to_ebitda", "1.6817"), "1.68×"),
        (a_metric("dso", "55.32", "days"), "55.3 days"),
        (a_metric("beneish_m", "-2.6467", "score"), "-2.65"),
    ],
)
def test_a_value_is_written_as_finance_people_write_it(metric, words):
    assert metric_words(metric, "USD") == words


def test_a_name_is_written_out():
    assert metric_name("roa") == "Return on assets"
    assert metric_name("capex_to_revenue") == "Capex / revenue"


def test_a_trend_joins_periods_of_one_length_oldest_first():
    metrics = [
        a_metric("gross_margin", "0.3"),
        a_metric("gross_margin", "0.2", period=year(2017)),
        a_metric("gross_margin", "0.9", period=at(2018)),
    ]
    assert trend_of(metrics, metrics[0]).series[0].y == (20, 30)
    assert list(metric_frame(metrics, "USD").columns) == [
        "Year to Dec 31, 2018", "Dec 31, 2018", "Year to Dec 31, 2017",
    ]  # fmt: skip
