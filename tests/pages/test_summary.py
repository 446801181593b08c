"""The CFO summary shows only what is safe and says what it leaves out."""

from dataclasses import replace

from components.summary_export import file_name, summary_html
from services.domain.messages import Effects
from services.domain.users import Role
from tests.pages.conftest import IN_REVIEW, PUBLISHED, REPORT, texts


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


def test_the_printable_summary_names_every_source_and_escapes_document_text(seeded):
    hostile = REPORT.model_copy(update={"company": "<script>alert(1)</script>"})
    seeded.ports.records.commit(Effects(records=(hostile,)))
    (one,) = seeded.summary.build().reports
    page = summary_html(one, "All is well.")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert '<td class="n">USD 120 m</td>' in page
    assert "Sources: revenue (page 5)" in page
    assert "http" not in page


def test_the_printable_summary_has_a_safe_file_name(seeded):
    (one,) = seeded.summary.build().reports
    renamed = replace(one, report=REPORT.model_copy(update={"name": "../a b.pdf"}))
    assert file_name(renamed) == "cfo_summary____a_b.html"
