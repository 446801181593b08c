"""The Ask page: an answer with its steps and cells, a refusal that says what to do, a link that asks."""

import pytest

from services.domain.messages import Effects
from services.domain.reports import ReportStatus
from services.domain.users import Role
from tests.pages.conftest import texts
from tests.unit.statement_builder import REPORT, manufacturer, report

RATIO = "What is the current ratio for FY2018? Round to two decimal places."


@pytest.fixture
def asked(store):
    statements, facts = manufacturer()
    shown = report(status=ReportStatus.ANALYSED, company="Acme Corp")
    store.ports.records.commit(Effects(records=(shown, *statements, *facts)))
    return store


def questions_told(store) -> list[tuple[str, str]]:
    entries = store.ports.audit.entries()
    return [
        (one.event.result, one.event.detail["question"])
        for one in entries
        if one.event.action == "question_asked"
    ]


def test_without_reports_the_page_says_what_to_do(store, open_page):
    page = open_page("ask", Role.ANALYST)
    assert "Nothing to ask about yet" in texts(page)
    assert not page.text_input


def test_a_typed_question_is_answered_with_steps_and_cells(asked, open_page):
    page = open_page("ask", Role.CFO)
    page.text_input(key="ask_question").set_value(RATIO).run()
    assert not page.exception
    assert page.metric[0].value == "1.89×"
    assert list(page.dataframe[0].value["Step"]) == [
        "current ratio = total current assets/total current liabilities"
    ]
    assert page.radio[0].options == [
        "1 · Total current assets, Dec 31, 2018: 13,709",
        "2 · Total current liabilities, Dec 31, 2018: 7,244",
    ]
    assert page.query_params["question"] == RATIO


def test_a_link_asks_its_question_of_its_report(asked, open_page):
    page = open_page("ask", Role.REVIEWER, question=RATIO, report=REPORT)
    assert page.text_input(key="ask_question").value == RATIO
    assert page.metric[0].value == "1.89×"
    assert page.query_params["report"] == REPORT


def test_a_refusal_says_why_and_offers_questions_that_can_be_answered(asked, open_page):
    page = open_page("ask", Role.ANALYST, question="What is the organic revenue growth in 2018?")
    assert not page.metric
    assert "organic" in page.warning[0].value
    offered = [button for button in page.button if button.label.startswith("What is the current")]
    offered[0].click().run()
    assert page.metric[0].value == "1.89×"


def test_a_question_that_needs_text_leads_to_the_insights(asked, open_page):
    page = open_page("ask", Role.ANALYST, question="Why did revenue rise?")
    assert [link.proto.label for link in page.get("page_link") if "found" in link.proto.label] == [
        "What was found in the reports"
    ]


def test_a_question_is_told_once_in_the_trail_however_often_the_page_is_drawn(asked, open_page):
    page = open_page("ask", Role.ANALYST, question=RATIO)
    page.radio[0].set_value(1).run()
    page.text_input(key="ask_question").set_value("What is the Zorg ratio?").run()
    assert sorted(questions_told(asked)) == [
        ("ok", RATIO), ("refused", "What is the Zorg ratio?"),
    ]  # fmt: skip


def test_words_of_a_question_are_shown_and_not_obeyed(asked, open_page):
    page = open_page("ask", Role.ANALYST, question="What is the **bold** [ratio](http://x)?")
    assert "**bold**" not in page.warning[0].value
    assert "](http" not in page.warning[0].value
