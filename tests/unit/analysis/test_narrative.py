"""Sentences against the statements: agreement, rounding, mismatch and contradiction."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis import claims
from services.analysis.claims import Verdict, judged_claims
from services.analysis.facts_view import FactsView
from services.analysis.service import analyse, context_of
from services.domain.insights import Route, Severity
from services.domain.reports import ReportFormat
from services.extraction.claims import claims_in
from services.extraction.sentences import Prose
from tests.unit.analysis.contexts import NOW, cash_flow, income, shipped_templates
from tests.unit.statement_builder import report, year

STATEMENTS = income(
    [year(2018), year(2017)],
    ("Net sales", "revenue", 32765, 31657),
    ("Operating income", "operating_income", 7207, 7692),
    ("Income before tax", "income_before_tax", 7000, 7548),
    ("Provision for income taxes", "income_tax_expense", 1637, 2679),
    ("Net income", "net_income", 5363, 4869),
)


def saying(*sentences, **changes):
    statement, facts = STATEMENTS
    of = report(claims=claims_in(Prose(sentences)), **changes)
    return of, [statement], facts


def verdicts(*sentences):
    of, statements, facts = saying(*sentences)
    return [j.verdict for j in judged_claims(context_of(of, statements, facts, [], []))]


def found(rule_id, *sentences):
    of, statements, facts = saying(*sentences)
    analysis = analyse(of, statements, facts, [], [], shipped_templates(), NOW, lambda: 0.0)
    return [insight for insight in analysis.insights if insight.rule_id == rule_id]


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("Net sales increased 3.5% to $32.8 billion in 2018.", Verdict.MATCH),
        ("Net sales increased $1,108 million, or 3.5%, to $32.8 billion.", Verdict.MATCH),
        ("Net sales were $31.7 billion in 2017, compared to $31.7 billion.", Verdict.MATCH),
        ("Net sales increased 3.4% to $32.8 billion.", Verdict.ROUNDING),
        ("Net sales increased 5.3% to $32.8 billion.", Verdict.MISMATCH),
        ("Net sales increased 3.5% to $38.2 billion from $31.7 billion.", Verdict.MISMATCH),
        ("Operating income increased 6.3% to $7.21 billion.", Verdict.CONTRADICTION),
        ("Net sales increased 9.9% to $12.5 billion.", Verdict.NOT_COMPARABLE),
        ("The effective tax rate was 23.4% in 2018 and 35.5% in 2017.", Verdict.MATCH),
        ("The effective tax rate was 24.3% in 2018 and 35.5% in 2017.", Verdict.MISMATCH),
    ],
)
def test_a_sentence_is_judged_by_the_statements(sentence, verdict):
    assert verdicts(sentence) == [verdict]


def test_a_sentence_of_another_year_is_held_against_that_year():
    assert verdicts("Net sales were $31.7 billion in 2017, up from $30.1 billion in 2016.") == [
        Verdict.MATCH
    ]
    assert verdicts("Net sales were $32.8 billion in 2017, up from $30.1 billion in 2016.") == [
        Verdict.NOT_COMPARABLE
    ]


def test_a_sentence_of_a_quarter_is_not_held_against_the_year():
    assert verdicts("Net sales were $32.8 billion, up 3.5%, in the fourth quarter of 2018.") == [
        Verdict.NOT_COMPARABLE
    ]


def test_one_number_that_agrees_counts_and_one_that_does_not_is_left_alone():
    assert verdicts("Net sales were $32.77 billion in 2018.") == [Verdict.MATCH]
    assert verdicts("Net sales were $33.77 billion in 2018.") == [Verdict.NOT_COMPARABLE]


def test_one_number_that_moved_the_other_way_is_a_contradiction():
    assert verdicts("Operating income increased $485 million in 2018.") == [Verdict.CONTRADICTION]


def test_cash_used_is_held_against_the_flow_below_zero():
    statement, facts = cash_flow(
        [year(2018), year(2017)], ("Investing", "cash_from_investing", -309, -527)
    )
    said = "Net cash used in investing activities decreased by $218 million in 2018."
    of, (both, more) = report(claims=claims_in(Prose([said]))), STATEMENTS
    (judged,) = judged_claims(context_of(of, [both, statement], [*more, *facts], [], []))
    assert (judged.verdict, judged.numbers[0].computed) == (Verdict.MATCH, 218_000_000)


def test_a_mismatch_names_both_numbers_the_page_and_the_sentence():
    sentence = "Net sales increased 5.3% to $32.8 billion in 2018."
    (insight,) = found("K17", "Nothing.", sentence)
    assert insight.text == (
        "The text gives 5.3 % for the growth of revenue of the year to Dec 31, 2018 (page 2); the "
        "statements give 3.5 %, 1.8 % apart and more than rounding: “Net sales increased 5.3% to "
        "$32.8 billion in 2018”."
    )
    assert (insight.severity, insight.route) == (Severity.MEDIUM, Route.REVIEW)
    assert [(q.page, q.text) for q in insight.quotes] == [(2, sentence)]
    assert [e.role for e in insight.evidence] == [
        "revenue, Year to Dec 31, 2018",
        "revenue, Year to Dec 31, 2017",
    ]
    assert [c.display for c in insight.calculations] == ["3.5 %", "USD 32.8 bn", "1.8 %"]


def test_a_contradiction_is_high_and_says_how_the_statements_moved():
    (insight,) = found("K16", "Operating income increased 6.3% to $7.21 billion in 2018.")
    assert insight.severity is Severity.HIGH
    assert insight.text.startswith(
        "The text says that operating income rose (page 1); the statements show that it fell, from "
        "USD 7,692 m to USD 7,207 m in the year to Dec 31, 2018:"
    )


def test_how_many_sentences_agree_stands_in_the_chain():
    of, statements, facts = saying(
        "Net sales increased 5.3% to $32.8 billion.", "Net income grew 10.1% to $5.36 billion."
    )
    analysis = analyse(of, statements, facts, [], [], shipped_templates(), NOW, lambda: 0.0)
    (insight,) = (i for i in analysis.insights if i.rule_id == "K17")
    (chain,) = (c for c in analysis.chains if c.insight_id == insight.insight_id)
    steps = [line for step in chain.steps for line in step.inputs]
    assert any("1 of 2 sentences compared agree" in line for line in steps)


def test_the_sentences_are_judged_once_for_both_rules_and_anew_for_other_facts():
    of, statements, facts = saying("Net sales increased 5.3% to $32.8 billion.")
    context, asked = context_of(of, statements, facts, [], []), []

    def judged(context):
        asked.append(context)
        return judged_claims(context)

    assert context.once(judged) is context.once(judged)
    assert asked == [context]
    replace(context, view=FactsView([])).once(judged)
    assert len(asked) == 2


def test_an_analysis_judges_each_sentence_once(monkeypatch):
    of, statements, facts = saying(
        "Net sales increased 5.3% to $32.8 billion.", "Net income grew 10.1% to $5.36 billion."
    )
    heard, judge = [], claims._judge
    monkeypatch.setattr(
        claims, "_judge", lambda claim, context: heard.append(claim) or judge(claim, context)
    )
    analyse(of, statements, facts, [], [], shipped_templates(), NOW, lambda: 0.0)
    assert heard == list(of.claims)


def test_a_workbook_has_no_sentences_and_says_so():
    of, statements, facts = saying(
        "Net sales grew 5.3% to $32.8 billion.", format=ReportFormat.XLSX
    )
    analysis = analyse(of, statements, facts, [], [], shipped_templates(), NOW, lambda: 0.0)
    reasons = {n.rule_id: n.reason for n in analysis.not_computable}
    assert reasons["K17"] == "a workbook has no running text to compare"


@given(
    now=st.integers(10_000, 99_999_999),
    before=st.integers(10_000, 99_999_999),
    decimals=st.integers(0, 3),
)
def test_a_sentence_told_from_the_facts_is_never_a_mismatch(now, before, decimals):
    statement, facts = income([year(2018), year(2017)], ("Net sales", "revenue", now, before))
    move = "increased" if now >= before else "decreased"
    growth = abs(Decimal(now) / before - 1) * 100
    sentence = (
        f"Net sales {move} {growth:.{decimals}f}% to ${Decimal(now) / 1000:.{decimals}f} billion "
        f"from ${Decimal(before) / 1000:.{decimals}f} billion."
    )
    claims = claims_in(Prose([sentence]))
    context = context_of(report(claims=claims), [statement], facts, [], [])
    assert all(
        judged.verdict not in {Verdict.MISMATCH, Verdict.CONTRADICTION}
        for judged in judged_claims(context)
    )
