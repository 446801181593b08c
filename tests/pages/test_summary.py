"""The CFO summary shows only what is safe and says what it leaves out."""

from services.domain.users import Role
from tests.pages.conftest import IN_REVIEW, PUBLISHED, texts


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
    assert (at.metric[0].label, at.metric[0].value) == ("Revenue", "$120 m")
    assert any(button.label == "Source: page 5" for button in at.button)


def test_without_reports_the_summary_says_when_it_appears(store, open_page):
    assert "Nothing to summarise yet" in texts(open_page("summary", Role.CFO))
