"""Notices through a Logic App: signed, whole, and without its address in anything that is said."""

import hmac
import json
import logging

import pytest

from services.adapters.notify.wiring import notifier_of
from services.config import Settings, read_settings
from services.domain.errors import InvalidInput, Unavailable
from services.ports import Notifier
from tests.azure.logic_app import HMAC_KEY, SIG, serving
from tests.unit.adapters.test_notify import NOTICE


def by_logic_app(url: str) -> Notifier:
    return notifier_of(
        Settings(
            _env_file=None, notify="logic-app", logic_app_url=url, webhook_secret=HMAC_KEY,
            public_url="https://advisor.acme.com/",
        )
    )  # fmt: skip


def test_the_trigger_gets_the_insight_its_reviewer_and_the_page_signed():
    known = NOTICE.model_copy(update={"summary": "Revenue fell", "confidence": 0.42})
    with serving() as (url, trigger):
        by_logic_app(url).send(known)
    ((_, body, headers),) = trigger.got
    expected = "sha256=" + hmac.new(HMAC_KEY.encode(), body.encode(), "sha256").hexdigest()
    assert headers["X-Advisor-Signature"] == expected
    assert headers["X-Advisor-Notice-Id"] == "notice-1"
    said = json.loads(body)
    assert (said["insight_id"], said["summary"], said["confidence"]) == (
        "insight-1", "Revenue fell", 0.42,
    )  # fmt: skip
    assert said["reviewer_email"] == "ross@acme.com"
    assert said["link"] == "https://advisor.acme.com/item?item=review-1"


@pytest.mark.parametrize("answer", [302, 401, 429, 500])
def test_an_answer_that_takes_nothing_is_a_failed_try(answer: int):
    with serving() as (url, trigger):
        trigger.answer = answer
        with pytest.raises(Unavailable, match=f"The Logic App answered {answer}"):
            by_logic_app(url).send(NOTICE)
    assert len(trigger.got) == 1


def test_an_address_with_another_signature_is_refused_by_the_trigger():
    with serving() as (url, trigger), pytest.raises(Unavailable, match="401"):
        by_logic_app(url.replace(SIG, "another")).send(NOTICE)
    assert trigger.got == []


@pytest.mark.parametrize("start", ["http://127.0.0.1:9", "http://127.0.0.1:99999", "http://[x"])
def test_the_signature_of_the_address_is_in_no_sentence_no_log_and_no_repr(
    start: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    notifier = by_logic_app(f"{start}/?sig={SIG}")
    with pytest.raises(Unavailable) as failed:
        notifier.send(NOTICE)
    told = failed.value
    assert told.__suppress_context__  # so that a printed traceback ends here
    assert SIG not in told.sentence + caplog.text + repr(vars(notifier))
    assert SIG not in repr(Settings(_env_file=None, logic_app_url=f"https://a/?sig={SIG}"))


@pytest.mark.parametrize(
    "variables", [{}, {"LOGIC_APP_URL": f"https://a/?sig={SIG}", "WEBHOOK_SECRET": "short"}]
)
def test_half_a_logic_app_is_refused_and_no_secret_is_said(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
):
    for name, value in {"NOTIFY": "logic-app", **variables}.items():
        monkeypatch.setenv(f"ADVISOR_{name}", value)
    with pytest.raises(InvalidInput) as refused:
        read_settings()
    assert "ADVISOR_LOGIC_APP_URL" in refused.value.sentence
    assert SIG not in refused.value.sentence
