"""The insight list and one insight's page."""

from services.domain.insights import InsightStatus, Quote
from services.domain.messages import Effects
from services.domain.users import Role
from tests.factories import an_insight
from tests.pages.conftest import IN_REVIEW, OPEN, PUBLISHED, texts


def titles(at):
    return [heading.value for heading in at.subheader]


def test_insights_are_listed_worst_first(seeded, open_page):
    at = open_page("insights", Role.ANALYST)
    assert not at.exception
    assert titles(at) == ["Receivables outgrew revenue", "Liquidity is thin", "Revenue growth"]


def test_without_insights_the_page_says_when_they_appear(store, open_page):
    assert "No insights yet" in texts(open_page("insights", Role.ANALYST))


def test_a_type_filter_keeps_only_that_type(seeded, open_page):
    at = open_page("insights", Role.ANALYST)
    at.get_by_key("kinds").set_value([PUBLISHED.kind]).run()
    assert titles(at) == ["Revenue growth"]


def test_a_confidence_filter_keeps_only_that_band(seeded, open_page):
    at = open_page("insights", Role.ANALYST)
    at.get_by_key("bands").set_value([IN_REVIEW.band]).run()
    assert titles(at) == ["Receivables outgrew revenue"]


def test_a_search_looks_at_every_word(seeded, open_page):
    at = open_page("insights", Role.ANALYST)
    at.text_input(key="search").set_value("thin LIQUIDITY").run()
    assert titles(at) == ["Liquidity is thin"]


def test_a_search_that_finds_nothing_says_so(seeded, open_page):
    at = open_page("insights", Role.ANALYST)
    at.text_input(key="search").set_value("cryptocurrency").run()
    assert titles(at) == []
    assert "Nothing matches" in texts(at)


def test_the_cfo_sees_no_insight_that_nobody_has_approved(seeded, open_page):
    assert titles(open_page("insights", Role.CFO)) == ["Revenue growth"]
    at = open_page("insight", Role.CFO, insight=IN_REVIEW.insight_id)
    assert "No such insight" in texts(at)


def test_an_insight_shows_text_confidence_evidence_and_reasoning(seeded, open_page):
    at = open_page("insight", Role.ANALYST, insight=PUBLISHED.insight_id)
    assert not at.exception
    assert not at.error
    words = texts(at)
    assert "▲ High · 90%" in words
    assert "1. Read two cells" in words
    assert at.radio[0].options == ["1 · Revenue: 120"]


def test_a_quotation_is_evidence_and_its_page_is_shown_with_it(seeded, open_page):
    quoted = an_insight("K12", evidence=(), quotes=(Quote(text="Controls were weak.", page=5),))
    seeded.ports.records.commit(Effects(records=(quoted,)))
    at = open_page("insight", Role.ANALYST, insight=quoted.insight_id)
    assert not at.exception
    assert at.radio[0].options == ["1 · Quotation, page 5"]
    assert "> Controls were weak." in texts(at)
    assert "the whole page is shown" in texts(at)


def test_an_insight_without_a_chain_is_called_unsupported(seeded, open_page):
    at = open_page("insight", Role.ANALYST, insight=IN_REVIEW.insight_id)
    assert any("No reasoning chain" in warning.value for warning in at.warning)


def test_an_unknown_insight_is_said_to_be_unknown(seeded, open_page):
    at = open_page("insight", Role.ANALYST, insight="ins-nothing")
    assert "No such insight" in texts(at)


def test_an_analyst_can_send_a_waiting_insight_to_review(seeded, open_page):
    at = open_page("insight", Role.ANALYST, insight=OPEN.insight_id)
    at.button(key="ask_review").click().run()
    moved = seeded.ports.records.insight(OPEN.insight_id)
    assert moved is not None
    assert moved.status is InsightStatus.IN_REVIEW
    assert at.success[0].value == "Sent to the review queue."
