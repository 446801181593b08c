"""Budget against actual: variance, verdict, a bridge that adds up, and a budget that is never an actual fact."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.budget import bridge, variances
from services.analysis.service import analyse
from services.bootstrap import build_engine
from services.confidence.facts import rescore
from services.domain.concepts import Unit
from services.domain.periods import Period
from services.domain.reports import Scenario, StatementColumn
from services.extraction.tie_out import check
from tests.unit.analysis.contexts import (
    BALANCE,
    CASH,
    CERTAIN,
    INCOME,
    NOW,
    analysed,
    context_of,
    insight_of,
    reason_of,
    shipped_templates,
)
from tests.unit.statement_builder import at, build, quarter, report, year

YEAR = year(2018)
ROWS = (
    ("Revenue", "revenue", 950, 1000),
    ("Cost of revenue", "cost_of_revenue", 480, 500),
    ("Selling, general and administrative", "sga", 330, 300),
    ("Restructuring", None, 40, 0),
    ("Operating income", "operating_income", 100, 200),
)
SAMPLE = Path(__file__).resolve().parents[3] / "samples" / "Larkfield_FY2025_budget_vs_actual.xlsx"


def two_columns(
    rows=ROWS, report_id="report-1", kind=INCOME, period=YEAR, plans=(Scenario.BUDGET,)
):
    """Return a statement whose second column is the budget of the same period, and perhaps other plans."""
    columns = [period] * (1 + len(plans))
    statement, facts = build(kind, columns, list(rows), confidence=CERTAIN, report_id=report_id)
    scenarios = (Scenario.ACTUAL, *plans)
    columns = tuple(StatementColumn(period=period, scenario=one) for one in scenarios)
    facts = [fact.model_copy(update={"scenario": scenarios[fact.column]}) for fact in facts]
    return [statement.model_copy(update={"columns": columns})], facts


def plans_of(report_id, number=2018):
    """Return the facts of a file that holds nothing but the budget of a year."""
    plans = [
        fact for fact in two_columns(report_id=report_id)[1] if fact.scenario is Scenario.BUDGET
    ]
    return [fact.model_copy(update={"period": year(number)}) for fact in plans]


def actuals_of(report_id, number=2018, more=()):
    """Return statement and facts of a report that prints a year's actual figures, and perhaps others."""
    rows = [(label, concept, now, *(now for _ in more)) for label, concept, now, _ in ROWS]
    columns = [year(number), *(year(one) for one in more)]
    statement, facts = build(INCOME, columns, rows, confidence=CERTAIN, report_id=report_id)
    return [statement], facts


def told_by(reports):
    """Return which of a company's reports have an insight on the budget, each analysed beside the others."""
    told = {}
    for report_id, (statements, facts) in reports.items():
        history = [fact for other in reports if other != report_id for fact in reports[other][1]]
        numbers = (statements, rescore(facts, check(statements, facts)), check(statements, facts))
        shown = report(report_id=report_id, name=f"{report_id}.pdf")
        analysis = analyse(shown, *numbers, history, shipped_templates(), NOW, lambda: 0.0)
        told[report_id] = [i.period.end.year for i in analysis.insights if i.rule_id == "R22"]
    return {report_id: years for report_id, years in told.items() if years}


def test_a_budget_and_the_years_report_tell_of_a_variance_once_where_the_actual_stands_beside_the_budget():
    reports = {"filing": actuals_of("filing"), "workbook": two_columns(report_id="workbook")}
    assert told_by(reports) == {"workbook": [2018]}
    assert told_by({"filing": actuals_of("filing"), "a plan": ([], plans_of("a plan"))}) == {
        "filing": [2018]
    }


def test_a_later_report_that_repeats_the_year_does_not_repeat_its_variance():
    reports = {
        "a later": actuals_of("a later", 2019, more=(2018,)),
        "filing": actuals_of("filing", 2018, more=(2017,)),
        "plan": ([], plans_of("plan")),
    }
    assert told_by(reports) == {"filing": [2018]}
    del reports["filing"]
    assert told_by(reports) == {"a later": [2018]}


def test_each_workbook_tells_of_its_own_year():
    reports = {"plan": ([], plans_of("plan", 2019)), "workbook": two_columns(report_id="workbook")}
    reports |= {"filing": actuals_of("filing", 2019, more=(2018,))}
    assert told_by(reports) == {"workbook": [2018], "filing": [2019]}


def test_a_report_whose_variance_another_one_tells_says_which():
    history = two_columns(report_id="report-2")[1]
    told = "the variance from the budget is told with annual.pdf"
    assert reason_of(analysed(*actuals_of("report-1"), history), "R22") == told


def test_a_document_tells_of_a_variance_before_a_workbook_that_repeats_its_figures():
    statements, facts = actuals_of("a workbook")
    cells = [
        fact.model_copy(
            update={
                "source": fact.source.model_copy(update={"page": None, "sheet": "P", "cell": "B2"})
            }
        )
        for fact in facts
    ]
    reports = {
        "a workbook": (statements, cells),
        "filing": actuals_of("filing"),
        "plan": ([], plans_of("plan")),
    }
    assert told_by(reports) == {"filing": [2018]}


def test_a_profit_below_budget_names_variance_verdict_and_the_largest_steps():
    found = insight_of(analysed(*two_columns()), "R22")
    assert found.text == (
        "Operating income of USD 100 m in the year to Dec 31, 2018 is USD (100) m, (50.0) % against the "
        "budget of USD 200 m, adverse. Largest steps: Revenue USD (50.0) m, Restructuring USD (40.0) m, "
        "Selling, general and administrative USD (30.0) m."
    )


def test_the_bridge_leads_from_budget_to_actual_exactly_and_draws_every_step():
    chart = insight_of(analysed(*two_columns()), "R22").chart
    (series,) = chart.series
    assert (chart.kind, chart.totals) == ("waterfall", (0, len(series.y) - 1))
    assert sum(series.y[:-1]) == series.y[-1]
    assert "Cost of revenue" in series.x


def test_what_named_lines_do_not_explain_is_a_step_of_its_own():
    statements, actual = build(
        INCOME, [year(2018)], [(label, concept, now) for label, concept, now, _ in ROWS],
        confidence=CERTAIN,
    )  # fmt: skip
    plans = plans_of("report-2")
    found = insight_of(analysed([statements], actual, plans), "R22")
    steps = dict(zip(found.chart.series[0].x, found.chart.series[0].y, strict=True))
    assert steps["Not explained by the lines read"] == -40_000_000
    assert sum(list(steps.values())[:-1]) == steps["Actual"]


def test_costs_above_budget_are_adverse_and_below_it_favourable():
    lines = {one.concept: one for one in variances(context_of(*two_columns()).view)}
    assert (lines["sga"].verdict, lines["sga"].effect) == ("adverse", -30_000_000)
    assert lines["cost_of_revenue"].verdict == "favourable"
    assert lines["revenue"].verdict == "adverse"


CASH_ROWS = (
    ("Depreciation and amortization", "depreciation_amortization"),
    ("Stock-based compensation", "stock_based_compensation"),
    ("Dividends paid", "dividends_paid"),
    ("Share repurchases", "share_repurchases"),
    ("Net cash from investing", "cash_from_investing"),
    ("Net cash from financing", "cash_from_financing"),
    ("Net change in cash", "net_change_in_cash"),
    ("Interest paid", "interest_paid"),
    ("Income taxes paid", "income_taxes_paid"),
    ("Capital expenditure", "capex"),
    ("Net cash from operations", "cash_from_operations"),
)


def test_what_is_paid_for_interest_and_taxes_is_a_cost_and_what_is_no_good_or_bad_has_no_verdict():
    rows = [(label, concept, 90, 80) for label, concept in CASH_ROWS]
    lines = variances(context_of(*two_columns(rows, kind=CASH)).view)
    told = {one.concept: one.verdict for one in lines}
    assert {name: verdict for name, verdict in told.items() if verdict} == {
        "interest_paid": "adverse",
        "income_taxes_paid": "adverse",
        "capex": "adverse",
        "cash_from_operations": "favourable",
    }
    assert len(told) == len(CASH_ROWS)


def test_share_counts_have_no_verdict_while_earnings_per_share_have_one():
    rows = [
        ("Weighted average shares, basic", "shares_basic_wavg", 110, 100),
        ("Weighted average shares, diluted", "shares_diluted_wavg", 120, 110),
        ("Basic earnings per share", "eps_basic", 1, 2),
    ]
    lines = variances(context_of(*two_columns(rows)).view)
    assert [one.verdict for one in lines] == ["", "", "adverse"]


def test_balances_of_cash_and_debt_have_no_verdict():
    rows = [
        ("Cash and cash equivalents", "cash_and_equivalents", 90, 80),
        ("Long-term debt", "long_term_debt", 70, 60),
    ]
    lines = variances(context_of(*two_columns(rows, kind=BALANCE, period=at(2018))).view)
    assert [(one.concept, one.verdict) for one in lines] == [
        ("cash_and_equivalents", ""),
        ("long_term_debt", ""),
    ]


def test_a_profit_on_budget_is_quiet_and_a_report_without_one_says_what_to_upload():
    even = [(label, concept, plan, plan) for label, concept, _, plan in ROWS]
    assert insight_of(analysed(*two_columns(even)), "R22") is None
    assert reason_of(analysed(*two_columns(even)), "R22") is None
    statement, facts = build(INCOME, [year(2018)], [("Revenue", "revenue", 9)], confidence=CERTAIN)
    assert "upload a workbook with budget columns" in reason_of(analysed([statement], facts), "R22")


def test_a_budget_is_never_an_actual_figure_nor_in_a_metric():
    statements, facts = two_columns()
    plans = {fact.fact_id for fact in facts if fact.scenario is Scenario.BUDGET}
    analysis = analysed(statements, facts)
    used = {fact_id for metric in analysis.metrics for fact_id in metric.fact_ids}
    assert used
    assert not used & plans
    others = [i for i in analysis.insights if i.rule_id != "R22"]
    assert not {e.fact_id for i in others for e in i.evidence} & plans


@given(
    numbers=st.lists(
        st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)), min_size=4, max_size=4
    )
)
def test_the_steps_always_add_up_to_the_variance(numbers):
    (r, rb), (c, cb), (s, sb), (x, xb) = numbers
    rows = (
        ("Revenue", "revenue", r, rb),
        ("Cost of revenue", "cost_of_revenue", c, cb),
        ("Selling, general and administrative", "sga", s, sb),
        ("Restructuring", None, x, xb),
        ("Operating income", "operating_income", r - c - s - x, rb - cb - sb - xb),
    )
    context = context_of(*two_columns(rows))
    lines = variances(context.view)
    line = next(one for one in lines if one.concept == "operating_income")
    assert sum((step for _, step, _ in bridge(context, line, lines)), Decimal(0)) == line.amount


def test_the_sample_workbook_gives_the_year_against_its_budget():
    engine = build_engine()
    read = engine.read(SAMPLE.name, SAMPLE.read_bytes())
    assert read.report.company == "Larkfield Instruments, Inc."
    (analysed_,) = engine.analyse([read])
    found = insight_of(analysed_.analysis, "R22")
    assert found.text.startswith(
        "Operating income of USD 22.4 m in the year to Dec 31, 2025 is USD (45.0) m"
    )
    assert [one.name for one in found.calculations][1:3] == [
        "effect of Revenue",
        "effect of Cost of products",
    ]


def test_periods_of_variances_come_longest_latest_first():
    spans = [one.actual.period for one in variances(context_of(*two_columns()).view)]
    assert all(a.end >= b.end for a, b in pairwise(spans))


def test_a_forecast_is_held_against_actual_figures_as_a_budget_is():
    found = insight_of(analysed(*two_columns(plans=(Scenario.FORECAST,))), "R22")
    assert found.title == "Budget against actual: operating income, forecast"
    assert "is USD (100) m, (50.0) % against the forecast of USD 200 m, adverse" in found.text
    assert found.chart.title == "Operating income, forecast to actual"
    assert found.chart.series[0].x[0] == "Forecast"
    assert found.calculations[0].formula == "actual − forecast"
    assert "forecast: operating income, Year to Dec 31, 2018" in {e.role for e in found.evidence}


def test_beside_budget_and_forecast_each_is_told_and_the_budget_keeps_its_name():
    rows = [(*row, row[3] if row[0] != "Operating income" else 150) for row in ROWS]
    plans = (Scenario.BUDGET, Scenario.FORECAST)
    analysis = analysed(*two_columns(rows, plans=plans))
    told = {i.title: i for i in analysis.insights if i.rule_id == "R22"}
    assert {title: i.amount for title, i in told.items()} == {
        "Budget against actual: operating income": -100_000_000,
        "Budget against actual: operating income, forecast": -50_000_000,
    }
    (alone,) = [i for i in analysed(*two_columns()).insights if i.rule_id == "R22"]
    assert told["Budget against actual: operating income"].insight_id == alone.insight_id
    lines = variances(context_of(*two_columns(rows, plans=plans)).view)
    assert [one.against for one in lines if one.concept == "revenue"] == ["budget", "forecast"]


def test_a_figure_as_forecast_says_so():
    even = [("Revenue", "revenue", 90, 90)]
    (line,) = variances(context_of(*two_columns(even, plans=(Scenario.FORECAST,))).view)
    assert line.verdict == "on forecast"


def test_a_plan_of_a_part_or_of_another_basis_is_not_held_against_the_whole():
    statements, facts = two_columns([("Revenue", "revenue", 90, 80)])
    for changes in ({"member": "Europe"}, {"basis": "pro-forma"}):
        other = [f.model_copy(update=changes) if f.scenario.is_plan else f for f in facts]
        assert variances(context_of(statements, other).view) == []


def test_of_two_rows_with_one_meaning_the_plan_in_the_row_of_the_actual_figure_counts():
    rows = [("Net revenue", "revenue", None, 70), ("Revenue", "revenue", 90, 80)]
    (line,) = variances(context_of(*two_columns(rows)).view)
    assert line.plan.value == 80_000_000


def test_a_row_without_a_meaning_has_a_variance_and_no_verdict_where_it_is_printed():
    lines = variances(context_of(*two_columns()).view)
    assert [one.name for one in lines][-2:] == ["Restructuring", "Operating income"]
    row = lines[-2]
    assert (row.concept, row.amount, row.share, row.verdict) == (None, 40_000_000, None, "")


def test_rows_of_one_label_are_told_apart_by_where_they_stand():
    rows = [("Other", None, 7, 5), ("Other", None, 3, 4), ("Fees", None, 9, None)]
    lines = variances(context_of(*two_columns(rows)).view)
    assert [(one.name, one.amount) for one in lines] == [
        ("Other", 2_000_000),
        ("Other", -1_000_000),
    ]


def sheets(actual, budget):
    """Return two statements of one workbook: rows with actual figures, and rows with their budget."""
    now, facts = build(INCOME, [YEAR], actual, confidence=CERTAIN, name="actual")
    plan, plans = build(INCOME, [YEAR], budget, confidence=CERTAIN, name="budget")
    planned = [fact.model_copy(update={"scenario": Scenario.BUDGET}) for fact in plans]
    return [now, plan], [*facts, *planned]


def test_a_row_that_two_sheets_of_a_workbook_print_has_a_variance_where_its_label_is_the_only_one():
    actual = [("Restructuring", None, 40), ("Other", None, 7), ("Other", None, 3)]
    budget = [("Other", None, 5), ("restructuring ", None, 10)]
    lines = variances(context_of(*sheets(actual, budget)).view)
    assert [(one.name, one.amount) for one in lines] == [("Restructuring", 30_000_000)]


def test_rows_of_one_label_in_one_table_that_show_one_side_each_are_no_pair():
    rows = [("Other", None, 7, None), ("Other", None, None, 5)]
    assert variances(context_of(*two_columns(rows)).view) == []


def counted(facts, row, printed="{}"):
    """Return the facts with those of a row as plain numbers: headcount, or percentages."""
    return [
        fact.model_copy(
            update={
                "unit": Unit.PURE,
                "value": fact.printed_value,
                "source": fact.source.model_copy(
                    update={"printed": printed.format(fact.printed_value)}
                ),
            }
        )
        if fact.row == row
        else fact
        for fact in facts
    ]


def test_a_count_without_a_meaning_has_a_variance_and_a_percentage_has_none():
    statements, facts = two_columns([("Headcount", None, 120, 100), ("Margin", None, 7, 5)])
    lines = variances(context_of(statements, counted(counted(facts, 0), 1, "{} %")).view)
    assert [(one.name, one.amount) for one in lines] == [("Headcount", 20)]


def test_a_percentage_beside_an_amount_is_not_taken_for_it():
    statements, facts = two_columns([("Fees", None, 120, 100)])
    beside = [
        fact.model_copy(update={"fact_id": f"{fact.fact_id}-percent"}) for fact in counted(facts, 0)
    ]
    lines = variances(context_of(statements, [*beside, *facts]).view)
    assert [(one.name, one.amount) for one in lines] == [("Fees", 20_000_000)]


WEEKS = Period(start=date(2018, 1, 1), end=date(2018, 12, 29))


def weeks_filing(ends=WEEKS.end):
    """Return a report of a year of 52 weeks, and the budget of the calendar year as another file's facts."""
    statements, facts = actuals_of("filing")
    period = Period(start=WEEKS.start, end=ends)
    return statements, [fact.model_copy(update={"period": period}) for fact in facts]


@pytest.mark.parametrize(
    ("ends", "compared"),
    [
        (date(2018, 12, 24), 4),
        (date(2018, 12, 29), 4),
        (date(2019, 1, 7), 4),
        (date(2018, 12, 23), 0),
    ],
)
def test_a_budget_of_another_file_is_held_against_the_year_that_ends_within_a_week(ends, compared):
    statements, facts = weeks_filing(ends)
    lines = variances(context_of(statements, facts, plans_of("plan")).view)
    assert [one.actual.period.end for one in lines] == [ends] * compared


def test_the_finding_on_a_year_of_weeks_is_told_once_whichever_calendar_the_workbook_has():
    plan = {"filing": weeks_filing(), "plan": ([], plans_of("plan"))}
    assert told_by(plan) == {"filing": [2018]}
    both = {"filing": weeks_filing(), "workbook": two_columns(report_id="workbook")}
    assert told_by(both) == {"workbook": [2018]}


def test_in_one_file_two_ends_are_two_periods():
    statements, facts = two_columns()
    moved = [
        fact.model_copy(update={"period": WEEKS}) if fact.scenario.is_plan else fact
        for fact in facts
    ]
    assert variances(context_of(statements, moved).view) == []


def test_a_plan_of_the_same_day_counts_before_one_that_ends_days_apart():
    statements, facts = weeks_filing()
    other = [f.model_copy(update={"value": Decimal(1)}) for f in plans_of("another")]
    same = [f.model_copy(update={"period": WEEKS}) for f in plans_of("plan")]
    lines = variances(context_of(statements, facts, [*other, *same]).view)
    assert {one.plan.report_id for one in lines} == {"plan"}


def test_a_quarter_near_the_end_of_a_year_is_not_that_year():
    statements, facts = actuals_of("filing")
    last = [fact.model_copy(update={"period": quarter(2018, 4)}) for fact in facts]
    assert variances(context_of(statements, last, plans_of("plan")).view) == []
