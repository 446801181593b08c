"""Events and claims (K19): only above performance materiality, of this year, each event once."""

from decimal import Decimal

import pytest

from services.analysis.service import analyse
from services.domain.insights import Severity
from services.domain.reports import ReportFormat, TextCue
from tests.unit.analysis.contexts import NOW, reason_of, shipped_templates
from tests.unit.statement_builder import manufacturer, report

M = 1_000_000
"""Materiality of the manufacturer: 350 overall, 262.5 for performance (USD m)."""


def event(amount, quote="In February 2019, 3M completed the acquisition of M*Modal.", page=27):
    return TextCue(kind="subsequent_event", quote=quote, page=page, amounts=(Decimal(amount),))


def claim(amount, quote="As of December 31, 2018, we had recorded liabilities of it.", page=111):
    return TextCue(kind="contingency", quote=quote, page=page, amounts=(Decimal(amount),))


def told(*cues, **changes):
    statements, facts = manufacturer()
    of = report(cues=cues, **changes)
    analysis = analyse(of, statements, facts, [], [], shipped_templates(), NOW, lambda: 0.0)
    return [insight for insight in analysis.insights if insight.rule_id == "K19"], analysis


def test_an_event_above_materiality_is_quoted_with_what_it_is_worth():
    (found,), _ = told(event(700 * M))
    assert found.text == (
        "After Dec 31, 2018: “In February 2019, 3M completed the acquisition of M*Modal” (page 27). "
        "USD 700 m is 2.0× materiality."
    )
    assert (found.severity, found.amount) == (Severity.HIGH, 700 * M)


def test_a_claim_above_materiality_is_quoted_too():
    (found,), _ = told(claim(300 * M))
    assert found.text.startswith("The report puts a claim or obligation at USD 300 m, 0.9× materi")
    assert found.severity is Severity.MEDIUM


@pytest.mark.parametrize(
    "cue",
    [
        event(262 * M),
        claim(262 * M),
        claim(700 * M, quote="In April 2016, we agreed to settle the lawsuits."),
        claim(700 * M, quote="We agreed to settle the lawsuits."),  # of a year it does not name
    ],
)
def test_what_is_smaller_or_older_is_quiet(cue):
    found, analysis = told(cue)
    assert found == []
    assert reason_of(analysis, "K19") is None


def test_one_event_told_twice_is_one_finding_and_two_events_are_two():
    found, _ = told(
        event(750 * M),
        event(750 * M, quote="In February 2019, the company completed it.", page=98),
        event(900 * M, quote="On February 9, 2019, we redeemed the notes."),
    )
    assert sorted([quote.page for quote in insight.quotes] for insight in found) == [[27], [27, 98]]


def test_the_largest_claim_is_told_and_the_others_are_kept_as_quotations():
    (found,), _ = told(claim(592 * M, page=111), claim(5_800 * M, page=88))
    assert found.amount == 5_800 * M
    assert [quote.page for quote in found.quotes] == [88, 111]


def test_a_workbook_says_that_its_text_was_not_searched():
    _, analysis = told(format=ReportFormat.XLSX)
    assert reason_of(analysis, "K19") == "a workbook has no running text to search"
