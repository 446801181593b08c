"""Prior-year figures against the report of that year: what changed, how much it matters, and the unit."""

from datetime import date
from decimal import Decimal

import pytest

from services.analysis.service import analyse
from services.domain.concepts import CONCEPTS
from services.domain.insights import Quote, Severity
from services.domain.narrative import Recast
from tests.unit.analysis.contexts import (
    BALANCE,
    CERTAIN,
    INCOME,
    NOW,
    analysed,
    reason_of,
    shipped_templates,
)
from tests.unit.statement_builder import at, build, report, year


def two_reports(now, then, *, scale=1_000_000, scale_then=1_000_000):
    """Return the analysis of a 2018 report whose 2017 column is ``now`` where the 2017 report said ``then``."""
    latest = build(
        INCOME,
        [year(2018), year(2017)],
        [
            ("Net sales", "revenue", 1100, now[0]),
            ("Interest expense", "interest_expense", 12, now[1]),
            ("Income before tax", "income_before_tax", 100, now[2]),
        ],
        confidence=CERTAIN,
        scale=scale,
    )
    _, earlier = build(
        INCOME,
        [year(2017)],
        [
            ("Net sales", "revenue", then[0]),
            ("Interest expense", "interest_expense", then[1]),
            ("Income before tax", "income_before_tax", then[2]),
        ],
        confidence=CERTAIN,
        report_id="report-0",
        scale=scale_then,
    )
    return analysed([latest[0]], latest[1], earlier)


def changed(analysis):
    return {i.title: i for i in analysis.insights if i.rule_id == "A07"}


def test_figures_that_are_printed_again_are_no_finding():
    analysis = two_reports((1000, 10, 90), (1000, 10, 90))
    assert changed(analysis) == {}
    assert reason_of(analysis, "A07") is None


def test_a_changed_revenue_is_tier_a_with_both_values_sources_and_the_change():
    found = changed(two_reports((980, 10, 90), (1000, 10, 90)))
    insight = found["Prior-year figures changed: revenue"]
    assert insight.severity is Severity.HIGH
    assert insight.text == (
        "Revenue for the year to Dec 31, 2017 was USD 1,000 m in annual.pdf (page 1) and is "
        "USD 980 m in this report (page 1), a change of USD (20.0) m (tier A). No reason for it was "
        "found in the text."
    )
    assert {e.fact_id.split("-")[1] for e in insight.evidence} == {"0", "1"}


@pytest.mark.parametrize(
    ("now", "title", "severity"),
    [
        ((1000, 10, 80), "Prior-year figures changed: totals", Severity.MEDIUM),
        ((1000, 16, 90), "Prior-year figures changed: other lines", Severity.MEDIUM),
    ],
)
def test_totals_and_lines_that_nothing_cancels_are_tier_b(now, title, severity):
    assert changed(two_reports(now, (1000, 10, 90)))[title].severity is severity


def test_a_change_of_one_printed_unit_is_rounding():
    assert changed(two_reports((1001, 10, 90), (1000, 10, 90))) == {}


def test_another_unit_is_named_and_is_no_restatement():
    analysis = two_reports((1000, 10, 90), (1_000_000, 10_000, 90_000), scale_then=1_000)
    assert changed(analysis) == {}
    scale = [i for i in analysis.insights if i.rule_id == "A08"]
    assert len(scale) == 1
    assert "presents amounts in millions, annual.pdf in thousands" in scale[0].text


def test_without_an_earlier_report_it_says_so():
    latest = build(INCOME, [year(2018)], [("Net sales", "revenue", 1000)], confidence=CERTAIN)
    reason = reason_of(analysed([latest[0]], latest[1]), "A07")
    assert reason == "no earlier report of this company was uploaded"


def test_a_later_report_is_no_earlier_one():
    latest = build(INCOME, [year(2017)], [("Net sales", "revenue", 1000)], confidence=CERTAIN)
    _, later = build(
        INCOME, [year(2018), year(2017)], [("Net sales", "revenue", 1200, 900)],
        confidence=CERTAIN, report_id="report-2",
    )  # fmt: skip
    assert changed(analysed([latest[0]], latest[1], later)) == {}


def test_the_amount_is_the_change_in_base_units():
    insight = changed(two_reports((980, 10, 90), (1000, 10, 90)))[
        "Prior-year figures changed: revenue"
    ]
    assert insight.amount == Decimal(-20_000_000)


def test_lines_of_one_tier_are_one_finding_that_names_the_largest_and_the_others():
    found = changed(two_reports((1000, 16, 80), (1000, 10, 90)))
    assert set(found) == {
        "Prior-year figures changed: totals",
        "Prior-year figures changed: other lines",
    }
    latest = build(
        INCOME,
        [year(2018), year(2017)],
        [
            ("Net sales", "revenue", 1100, 1000),
            ("Gross profit", "gross_profit", 500, 430),
            ("Income before tax", "income_before_tax", 100, 80),
        ],
        confidence=CERTAIN,
    )
    _, earlier = build(
        INCOME,
        [year(2017)],
        [
            ("Net sales", "revenue", 1000),
            ("Gross profit", "gross_profit", 400),
            ("Income before tax", "income_before_tax", 90),
        ],
        confidence=CERTAIN,
        report_id="report-0",
    )
    (insight,) = changed(analysed([latest[0]], latest[1], earlier)).values()
    assert insight.text.startswith("Gross profit for the year to Dec 31, 2017 was USD 400 m")
    assert "1 more figure (income before tax) changed too" in insight.text
    assert [c.display for c in insight.calculations] == ["USD 30.0 m", "USD (10.0) m", "1"]
    assert len(insight.evidence) == 4


def test_how_many_figures_were_compared_stands_in_the_chain():
    analysis = two_reports((980, 10, 90), (1000, 10, 90))
    lines = [line for chain in analysis.chains for step in chain.steps for line in step.inputs]
    assert any("3 figures printed in both reports, 2 alike, 1 changed" in line for line in lines)


def with_reasons(rows, *recasts):
    """Return A07's insights of a 2018 report on rows (label, concept, now, then) and what its text says."""
    kinds = {BALANCE if CONCEPTS[concept].instant else INCOME for _, concept, *_ in rows}
    statements, facts, before = [], [], []
    for kind in sorted(kinds):
        of = [row for row in rows if CONCEPTS[row[1]].instant is (kind is BALANCE)]
        columns = [at(2018), at(2017)] if kind is BALANCE else [year(2018), year(2017)]
        statement, found = build(
            kind, columns, [(label, c, now, now) for label, c, now, _ in of], confidence=CERTAIN
        )
        _, then = build(
            kind, columns[1:], [(label, c, old) for label, c, _, old in of], confidence=CERTAIN,
            report_id="report-0",
        )  # fmt: skip
        statements.append(statement)
        facts += found
        before += then
    of = report(recasts=recasts)
    analysis = analyse(of, statements, facts, [], before, shipped_templates(), NOW, lambda: 0.0)
    return {title.rpartition(": ")[2]: insight for title, insight in changed(analysis).items()}


MOVED = Recast(text="Certain prior year amounts were reclassified.", page=63)
SALES = ("Net sales", "revenue", 980, 1000)
PROFIT = ("Net income", "net_income", 90, 100)


def test_the_reason_that_the_text_gives_is_quoted_with_its_page():
    insight = with_reasons([SALES], MOVED)["revenue"]
    assert (
        "The text says: “Certain prior year amounts were reclassified” (page 63)." in insight.text
    )
    assert insight.quotes == (Quote(text=MOVED.text, page=63),)


@pytest.mark.parametrize(
    ("label", "concept", "now", "then", "told"),
    [
        ("Net income", "net_income", 90, 100, "net income"),
        ("Retained earnings", "retained_earnings", 90, 100, "retained earnings"),
        ("Total equity", "total_equity_incl_nci", 90, 100, "total equity incl. noncontrolling interests"),
        ("Basic earnings per share", "eps_basic", 1.25, 1.65, "per-share figures"),
    ],
)  # fmt: skip
def test_a_move_between_lines_is_no_reason_for_profit_equity_or_eps(
    label, concept, now, then, told
):
    insight = with_reasons([(label, concept, now, then)], MOVED)[told]
    assert insight.quotes == ()
    assert insight.text.endswith("No reason for it was found in the text.")


def test_a_change_of_accounting_explains_profit_and_a_disposal_what_stands_above_it():
    principle = Recast(
        kind="principle", text="The change was applied retrospectively.", page=5, since=date(2018, 1, 1)
    )  # fmt: skip
    disposal = Recast(kind="discontinued", text="Pumps are discontinued operations.", page=6)
    pretax = ("Income before tax", "income_before_tax", 120, 130)
    found = with_reasons([SALES, pretax, PROFIT], MOVED, disposal, principle)
    pages = {name: insight.quotes[0].page for name, insight in found.items()}
    assert pages == {"revenue": 6, "totals": 5, "net income": 5}


def test_what_counted_before_the_earlier_report_ended_is_no_reason():
    old = Recast(
        kind="principle", text="We changed retrospectively.", page=5, since=date(2017, 1, 1)
    )
    assert with_reasons([PROFIT], old)["net income"].quotes == ()  # fmt: skip


def test_a_sentence_on_one_statement_is_no_reason_for_a_figure_of_another():
    said = MOVED.model_copy(update={"text": "Certain amounts in the balance sheet moved."})
    assert with_reasons([SALES], said)["revenue"].quotes == ()


def test_a_sentence_that_names_the_figure_comes_before_stronger_ones():
    naming = Recast(text="Freight was reclassified to revenue.", page=9)
    other = Recast(kind="principle", text="We changed retrospectively.", page=5)
    assert with_reasons([SALES], other, naming)["revenue"].quotes[0].page == 9


def test_a_sentence_that_says_which_change_comes_before_one_that_points_back_to_it():
    back = Recast(kind="principle", text="This change was applied to all periods.", page=5)
    which = Recast(kind="principle", text="We changed the method for pensions.", page=9)
    assert with_reasons([SALES], back, which)["revenue"].quotes[0].page == 9


def test_a_split_explains_what_is_counted_per_share_and_nothing_else():
    split = Recast(kind="split", text="All share data were adjusted for the split.", page=5)
    found = with_reasons([PROFIT, ("Basic EPS", "eps_basic", 0.8, 1.6)], split)
    assert found["per-share figures"].quotes[0].page == 5
    assert found["net income"].quotes == ()


ERROR = Recast(kind="error", text="We corrected an error in prior years.", page=7)


def test_an_error_correction_makes_any_line_tier_a():
    insight = with_reasons([("Interest expense", "interest_expense", 16, 10)], ERROR)
    assert set(insight) == {"corrected figures"}
    assert insight["corrected figures"].severity is Severity.HIGH
    assert "(tier A)" in insight["corrected figures"].text


def test_a_corrected_error_is_told_however_small_where_the_text_names_the_figure():
    rows = [
        ("Net sales", "revenue", 100_000, 100_000),
        ("Interest expense", "interest_expense", 14, 10),
    ]
    named = ERROR.model_copy(update={"text": "We corrected an error in interest expense."})
    assert with_reasons(rows, ERROR) == {}  # fmt: skip
    assert with_reasons(rows, named)["corrected figures"].severity is Severity.HIGH


def current_assets(*, now, then):
    """Return the analysis of a report whose 2017 balance sheet is printed anew."""
    labels = (
        ("Cash and cash equivalents", "cash_and_equivalents"),
        ("Accounts receivable, net", "accounts_receivable_net"),
        ("Inventories", "inventory"),
        ("Other current assets", None),
        ("Total current assets", "total_current_assets"),
    )
    statement, facts = build(
        BALANCE, [at(2018), at(2017)],
        [(*label, first, value) for label, first, value in zip(labels, (40, 60, 25, 35, 160), now, strict=True)],
        confidence=CERTAIN,
    )  # fmt: skip
    _, earlier = build(
        BALANCE, [at(2017)], [(*label, value) for label, value in zip(labels, then, strict=True)],
        confidence=CERTAIN, report_id="report-0",
    )  # fmt: skip
    return changed(analysed([statement], facts, earlier))


def test_lines_that_cancel_out_within_an_unchanged_subtotal_are_tier_c_with_the_sum():
    found = current_assets(now=(50, 70, 20, 60, 200), then=(50, 80, 20, 50, 200))
    insight = found["Prior-year figures changed: lines within total current assets"]
    assert len(found) == 1
    assert insight.severity is Severity.LOW
    assert (
        "(tier C): a reclassification, net zero, because the changes within total current assets add "
        "up to zero within rounding and total current assets is as before." in insight.text
    )
    assert (insight.calculations[-1].name, insight.calculations[-1].value) == (
        "sum of the changes within total current assets, Dec 31, 2017",
        0,
    )
    assert len(insight.evidence) == 4  # the cell of the other line is shown too


@pytest.mark.parametrize(
    ("now", "then", "told"),
    [
        ((50, 70, 20, 60, 200), (50, 80, 20, 60, 210), {"totals", "other lines"}),
        ((50, 70, 20, 60, 200), (50, 80, 20, 60, 200), {"other lines"}),
        ((50, 70, 20, 60, 200), (50, 80, 20, 55, 200), {"other lines"}),
    ],
)
def test_without_the_proof_of_net_zero_a_changed_line_is_tier_b(now, then, told):
    found = current_assets(now=now, then=then)
    assert {title.rpartition(": ")[2] for title in found} == told
    assert {insight.severity for insight in found.values()} == {Severity.MEDIUM}
