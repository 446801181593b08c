"""The CFO summary shows only what is safe and verified, says what it leaves out, and takes a signature."""

from decimal import Decimal

import pytest

from services.domain.messages import Effects
from services.domain.users import Role
from tests.factories import a_fact
from tests.pages.conftest import IN_REVIEW, PUBLISHED, REPORT, REVENUE, texts


def test_only_published_insights_are_shown_and_the_rest_is_counted(seeded, open_page):
    at = open_page("summary", Role.CFO)
    assert not at.exception
    titles = [heading.value for heading in at.subheader]
    assert PUBLISHED.title in titles
    assert IN_REVIEW.title not in titles
    assert "1 insight in review and 1 insight with the analyst" in texts(at)


def test_a_failed_check_turns_the_standing_into_a_warning(seeded, open_page):
    at = open_page("summary", Role.CFO)
    assert "0 of 1 arithmetic check hold" in at.warning[0].value


def test_a_key_figure_has_its_change_and_opens_its_cell(seeded, open_page):
    at = open_page("summary", Role.CFO)
    assert (at.metric[0].label, at.metric[0].value) == ("Revenue", "USD 120 m")
    assert any(button.label == "Source: page 5" for button in at.button)


def test_without_reports_the_summary_says_when_it_appears(store, open_page):
    assert "Nothing to summarise yet" in texts(open_page("summary", Role.CFO))


def test_each_sentence_says_what_it_is_and_opens_its_cells(seeded, open_page):
    at = open_page("summary", Role.CFO)
    assert (
        ":violet-badge[Calculation] Revenue was USD 120 m for the year to Dec 31, 2025, "
        "+20.0 % on the USD 100 m of a year earlier." in texts(at)
    )
    (cells,) = [button for button in at.button if button.label == "page 5 +1"]
    cells.click().run()
    assert not at.exception
    assert [radio.options for radio in at.radio] == [
        ["1 · Revenue, Year to Dec 31, 2025: 120", "2 · Revenue, Year to Dec 31, 2024: 100"]
    ]


def test_a_sentence_whose_figure_changed_is_withheld_and_the_page_says_why(seeded, open_page):
    other = a_fact("revenue", 2025, 126_000_000)
    seeded.ports.records.commit(Effects(records=(other,)))
    at = open_page("summary", Role.CFO)
    assert PUBLISHED.title not in [heading.value for heading in at.subheader]
    (withheld,) = [box for box in at.expander if "withheld" in box.label]
    assert withheld.label == "1 item withheld: the numbers could not be verified"
    assert "Revenue, Year to Dec 31, 2025 was 120000000 (page 5), is 126000000 (page 5)" in (
        withheld.markdown[0].value
    )
    assert at.metric[0].value == "USD 126 m"


def test_a_cfo_signs_and_a_changed_number_voids_the_signature_and_is_named(seeded, open_page):
    at = open_page("summary", Role.CFO)
    at.get_by_key("sign").click().run()
    assert not at.error
    assert any(box.value.startswith("Signed by CFO") for box in at.success)
    assert not [button for button in at.button if button.key == "sign"]
    corrected = REVENUE.model_copy(update={"value": Decimal(126_000_000)})
    seeded.ports.records.commit(Effects(records=(corrected,)))
    at = open_page("summary", Role.CFO)
    assert any(box.value.startswith("Signature void") for box in at.warning)
    assert "120000000 USD when signed, 126000000 USD now" in texts(at)
    assert [button for button in at.button if button.key == "sign"]


@pytest.mark.parametrize("role", [Role.ANALYST, Role.REVIEWER, Role.AUDITOR])
def test_nobody_but_the_cfo_is_offered_to_sign(seeded, open_page, role):
    at = open_page("summary", role, report=REPORT.report_id)
    assert "Nobody has signed this summary." in texts(at)
    assert not [button for button in at.button if button.key == "sign"]
