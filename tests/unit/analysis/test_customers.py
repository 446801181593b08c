"""Customer concentration (R15): which stated shares are told, of which year, and in which words."""

from decimal import Decimal

import pytest

from services.analysis.service import analyse
from services.domain.insights import Severity
from services.domain.reports import ReportFormat, TextCue
from tests.unit.analysis.contexts import NOW, insight_of, reason_of, shipped_templates
from tests.unit.statement_builder import manufacturer, report


def share(*amounts, kind="customer_share", quote="In 2018 it is so.", page=9):
    return TextCue(kind=kind, quote=quote, page=page, amounts=tuple(map(Decimal, amounts)))


def told(*cues, **changes):
    statements, facts = manufacturer()
    of = report(cues=cues, **changes)
    return analyse(of, statements, facts, [], [], shipped_templates(), NOW, lambda: 0.0)


def test_the_largest_customer_comes_first_with_the_sentence_and_its_page():
    found = insight_of(told(share("0.11", page=3), share("0.21", "0.2")), "R15")
    assert found.text == (
        "One customer brings 21 % of revenue, after 20 % the year before: “In 2018 it is so” (page 9)."
    )
    assert [quote.page for quote in found.quotes] == [9]
    assert found.severity is Severity.MEDIUM
    assert [c.display for c in found.calculations] == ["21 %", "20 %", "+1.0 pp"]


@pytest.mark.parametrize(
    ("cue", "fires"),
    [
        (share("0.10"), False),
        (share("0.101"), True),
        (share("0.098", "0.123"), False),
        (share("0.09", "0.16"), True),  # the share moved by over five points
        (share("0.2", kind="customer_group_share"), False),
        (share("0.34", kind="customer_group_share"), True),
        (share("0.13", quote="In 2014, it was so."), False),  # of a year before the report's
    ],
)
def test_a_share_is_told_above_its_limit_or_when_it_moved(cue, fires):
    assert (insight_of(told(cue), "R15") is not None) == fires


def test_several_customers_together_are_called_so():
    found = insight_of(told(share("0.345", kind="customer_group_share")), "R15")
    assert found.text.startswith("A few customers bring 34.5 % of revenue: ")


def test_a_workbook_says_that_its_text_was_not_searched():
    reason = "a workbook has no running text to search"
    assert reason_of(told(format=ReportFormat.XLSX), "R15") == reason
