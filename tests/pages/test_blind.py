"""Who may be asked to judge an insight blind is told nowhere on the pages how sure we are of it."""

import pytest

from services.domain.messages import Effects
from services.domain.users import Role
from services.pipeline.audit_sample import audit_item
from tests.factories import NOW
from tests.pages.conftest import PUBLISHED, REPORT, texts
from tests.people import ANALYST, REVIEWER

SURE = "95%"
"""The confidence of the published insight, as pages print it."""


@pytest.fixture
def audited(seeded):
    seeded.ports.records.commit(Effects(records=(audit_item(PUBLISHED, NOW),)))
    return seeded


def badges(at) -> str:
    return texts(at) + "\n".join(str(one) for one in at.main.get("badge"))


def test_a_reviewer_is_shown_the_insight_without_its_confidence(audited, open_page):
    at = open_page("insight", Role.REVIEWER, insight=PUBLISHED.insight_id)
    assert "under an audit" in texts(at)
    assert "Confidence" not in [one.value for one in at.header]
    assert SURE not in badges(at)
    assert "Reasoning chain" not in texts(at)


def test_an_analyst_who_does_not_judge_is_shown_it(audited, open_page):
    at = open_page("insight", Role.ANALYST, insight=PUBLISHED.insight_id)
    assert "Confidence" in [one.value for one in at.header]
    assert "under an audit" not in texts(at)


def test_a_reviewers_list_is_without_it(audited, open_page):
    def titles(role):
        return texts(open_page("insights", role))

    assert PUBLISHED.title in titles(Role.ANALYST)
    assert PUBLISHED.title not in titles(Role.REVIEWER)


def test_a_summary_tells_a_reviewer_no_confidence_of_it(audited):
    def confidence_for(reader):
        items = audited.cfo.brief_for(REPORT.report_id, reader).items
        (one,) = [one for one in items if one.insight_id == PUBLISHED.insight_id]
        return one.confidence

    assert confidence_for(REVIEWER) is None
    assert confidence_for(ANALYST) == PUBLISHED.confidence.total
