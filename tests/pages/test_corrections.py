"""The page Statements in pointing mode: adding, correcting, confirming and undoing a number."""

from datetime import date
from decimal import Decimal

import pytest

from components.pointed import Pointed, pointed_number
from components.pointing import Pointing, found_on_page
from components.session import page_numbers
from services.domain.messages import Effects
from services.domain.reports import ReportFormat, ReportStatus
from services.domain.users import Role
from tests.corrections import a_claim
from tests.factories import ANALYST, REVIEWER, a_report
from tests.pages.conftest import PRIOR, REPORT, REVENUE, texts
from tests.small_reports import small_csv

CORRECTING = [Role.ANALYST, Role.REVIEWER]


def report_page(open_page, role=Role.ANALYST, **ids):
    at = open_page("report", role, **{"report": REPORT.report_id, **ids})
    assert not at.exception
    return at


def keys(at) -> set[str]:
    return {button.key for button in at.button}


def point(at, pointed: Pointed | None):
    at.session_state["_pointing"] = Pointing(REPORT.report_id, pointed)
    at.session_state["pointing_at_page"] = 5
    return at.run()


def the_missed_number() -> Pointed:
    """The number that the page prints and nobody has read."""
    (number,) = page_numbers(REPORT, 5)
    return pointed_number(REPORT, 5, number)


def field(at, kind: str, label: str):
    return next(widget for widget in getattr(at, kind) if widget.label.startswith(label))


@pytest.mark.parametrize("role", list(Role))
def test_only_analysts_and_reviewers_see_what_can_be_done(seeded, open_page, role):
    offered = {"add_number", "correct_number", "confirm_number"}
    at = report_page(open_page, role)
    assert offered & keys(at) == (offered if role in CORRECTING else set())


def test_pointing_mode_says_what_to_do_and_turns_to_any_page(seeded, open_page):
    at = report_page(open_page)
    at.button(key="add_number").click().run()
    assert "Point at the number on the page" in texts(at)
    assert at.number_input(key="pointing_at_page").value == 5
    assert at.button(key="next_page").disabled
    at.button(key="previous_page").click().run()
    assert at.number_input(key="pointing_at_page").value == 4
    at.number_input(key="pointing_at_page").set_value(2).run()
    at.button(key="next_page").click().run()
    assert at.number_input(key="pointing_at_page").value == 3
    at.button(key="cancel_pointing").click().run()
    assert "add_number" in keys(at)
    assert not at.exception


def test_a_click_gives_the_number_under_it_and_blank_paper_a_sentence(seeded, open_page):
    (number,) = page_numbers(REPORT, 5)
    box = number.boxes[0]
    found, _ = found_on_page(REPORT, 5, {"x": box.x0 + 1, "y": box.y0 + 1})
    assert found is not None
    assert (found.source.printed, found.source.page, found.number) == ("120", 5, Decimal(120))
    nothing, sentence = found_on_page(REPORT, 5, {"x": 10, "y": 10})
    assert nothing is None
    assert sentence.startswith("There is no number at this place.")


def test_a_drawn_rectangle_gives_its_only_number_or_itself(seeded, open_page):
    (number,) = page_numbers(REPORT, 5)
    x0, y0, x1, y1 = number.boxes[0]
    around, _ = found_on_page(REPORT, 5, {"box": [x0 - 9, y0 - 9, x1 + 9, y1 + 9]})
    assert around is not None
    assert around.source.boxes == number.boxes
    blank, _ = found_on_page(REPORT, 5, {"box": [10, 10, 60, 30]})
    assert blank is not None
    assert (blank.number, blank.source.boxes) == (None, ((10, 10, 60, 30),))


def test_a_missed_number_is_added_and_stands_on_the_page_with_the_persons_name(seeded, open_page):
    at = point(report_page(open_page), the_missed_number())
    assert "Add a missing number" in texts(at)
    assert field(at, "text_input", "Number as printed").value == "120"
    field(at, "text_input", "Label").set_value("Other income").run()
    field(at, "selectbox", "Statement").set_value(0).run()
    field(at, "selectbox", "Period").set_value(1).run()
    field(at, "text_area", "Comment").set_value("Printed below the table").run()
    assert "120,000,000 USD" in texts(at)
    at.button(key="save_correction").click().run()
    assert not at.exception
    assert at.toast[0].value == "Added: Other income, Year to Dec 31, 2024."
    (made,) = seeded.ports.records.corrections(REPORT.report_id)
    assert (made.claim.label, made.claim.value, made.comment) == (
        "Other income",
        120_000_000,
        "Printed below the table",
    )
    assert "Other income" in texts(at)
    panel = at.table[0].value
    assert dict(zip(panel["Field"], panel["Value"], strict=True))["Printed"] == "120"
    assert any("Added by Analyst" in badge for badge in badges(at))


def errors(at) -> str:
    return " ".join(error.value for error in at.error)


def badges(at) -> list[str]:
    return [element.value for element in at.markdown if "badge" in element.value]


def test_a_wrong_number_is_corrected_and_the_machines_reading_stays_visible(seeded, open_page):
    at = report_page(open_page, fact=REVENUE.fact_id)
    at.button(key="correct_number").click().run()
    assert "Correct this number" in texts(at)
    assert field(at, "selectbox", "Standard concept").value == "revenue"
    field(at, "text_input", "Number as printed").set_value("125").run()
    at.button(key="save_correction").click().run()
    assert not at.exception
    assert at.info[-1].value == "Machine read 120, Analyst says 125."
    assert seeded.ports.records.facts(REPORT.report_id) == [REVENUE, PRIOR]
    assert [f.value for f in seeded.facts.facts(REPORT.report_id)] == [125_000_000, 100_000_000]


def test_undo_is_one_click_and_the_machine_counts_again(seeded, open_page):
    seeded.corrections.add(a_claim(REVENUE, label="Turnover"), "", None, REVIEWER)
    at = report_page(open_page, fact=REVENUE.fact_id)
    assert "What people stated here (1)" in [expander.label for expander in at.expander]
    at.button(key="undo_correction").click().run()
    assert at.toast[0].value == "Withdrawn: Turnover, Year to Dec 31, 2025."
    assert "confirm_number" in keys(at)
    assert seeded.facts.facts(REPORT.report_id) == [REVENUE, PRIOR]
    assert "Analyst withdrew it" in texts(at)


def test_a_number_is_confirmed_with_one_click(seeded, open_page):
    at = report_page(open_page, Role.REVIEWER, fact=REVENUE.fact_id)
    at.button(key="confirm_number").click().run()
    assert at.toast[0].value == "Confirmed: Revenue, Year to Dec 31, 2025."
    assert any("Confirmed by Reviewer" in badge for badge in badges(at))
    assert "+ confirmed by Reviewer" in texts(at).replace("\\", "")


def test_what_is_no_number_is_said_and_cannot_be_saved(seeded, open_page):
    at = point(report_page(open_page), the_missed_number())
    field(at, "text_input", "Number as printed").set_value("12a").run()
    assert "“12a” is not a number" in texts(at)
    assert at.button(key="save_correction").disabled


def test_a_period_of_ones_own_has_two_dates_in_order(seeded, open_page):
    at = point(report_page(open_page), the_missed_number())
    field(at, "selectbox", "Period").set_value(-1).run()
    field(at, "date_input", "First day").set_value(date(2026, 1, 1)).run()
    assert "The first day is after the last day" in texts(at)
    assert at.button(key="save_correction").disabled
    field(at, "date_input", "First day").set_value(date(2025, 7, 1)).run()
    at.button(key="save_correction").click().run()
    assert "its label is empty" in errors(at)
    field(at, "text_input", "Label").set_value("Second half").run()
    at.button(key="save_correction").click().run()
    (made,) = seeded.ports.records.corrections(REPORT.report_id)
    assert (made.claim.period.start, made.claim.period.end) == (
        date(2025, 7, 1),
        date(2025, 12, 31),
    )


def test_what_cannot_hold_is_refused_with_a_sentence_and_the_form_stays(seeded, open_page):
    at = report_page(open_page, fact=REVENUE.fact_id)
    at.button(key="correct_number").click().run()
    field(at, "selectbox", "Standard concept").set_value("total_assets").run()
    field(at, "selectbox", "Period").set_value(-1).run()
    at.button(key="save_correction").click().run()
    assert "Total assets is a balance at a date" in errors(at)
    assert field(at, "selectbox", "Standard concept").value == "total_assets"
    assert seeded.ports.records.corrections(REPORT.report_id) == []


def test_somebody_elses_correction_meanwhile_is_shown_and_not_overwritten(seeded, open_page):
    at = report_page(open_page, fact=REVENUE.fact_id)
    at.button(key="correct_number").click().run()
    made = seeded.corrections.add(a_claim(REVENUE, label="Turnover"), "", None, REVIEWER)
    at.button(key="save_correction").click().run()
    assert "Rita Reviewer confirmed this number meanwhile" in errors(at)
    assert seeded.ports.records.corrections(REPORT.report_id) == [made]


def test_until_the_report_is_worked_through_again_the_page_says_so(seeded, open_page):
    assert not [i for i in report_page(open_page).info if "worked out again" in i.value]
    seeded.corrections.confirm(REVENUE.fact_id, "", ANALYST)
    assert [i for i in report_page(open_page).info if "worked out again" in i.value]


def test_a_report_without_statements_can_be_given_its_numbers(seeded, open_page):
    empty = a_report(
        "empty.pdf", status=ReportStatus.NO_STATEMENTS, page_count=5, blob_key=REPORT.blob_key
    )
    seeded.ports.records.commit(Effects(records=(empty,)))
    at = report_page(open_page, report=empty.report_id)
    assert "No statements" in texts(at)
    at.button(key="add_number").click().run()
    assert at.number_input(key="pointing_at_page").value == 1
    assert not at.exception


def test_in_a_workbook_a_cell_is_named_and_added(store, open_page):
    book = a_report(
        "book.csv", format=ReportFormat.CSV, blob_key="2026/03/book.csv", page_count=None
    )
    store.ports.blobs.put(book.blob_key, small_csv(100))
    store.ports.records.commit(Effects(records=(book,)))
    at = report_page(open_page, report=book.report_id)
    at.button(key="add_number").click().run()
    assert "Point at the number on the sheet" in texts(at)
    at.text_input(key="pointing_at").set_value("B4").run()
    assert not at.exception
