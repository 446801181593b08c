"""The language model as its service may behave: busy, refusing, slow, broken; and what is asked of it."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from services.adapters.azure import openai
from services.adapters.azure.breaker import FAILURES, PAUSE_SECONDS, WINDOW_SECONDS, Breaker
from services.adapters.azure.openai import OpenAIReasoner
from services.adapters.local.cache import LocalCache
from services.adapters.wiring import chosen_reasoner
from services.config import Settings
from services.domain.errors import Unavailable
from services.domain.reasoning import Prompt, Question, Turn
from tests.azure.openai_server import (
    API_VERSION,
    DEPLOYMENT,
    FILTERED,
    KEY,
    MODEL,
    TOKEN,
    Fault,
    ModelServer,
    completion,
    refused,
)

PROMPT = Prompt(
    name="telling-it", version="1.0.0", purpose="", text="Tell it.", temperature=0.25, seed=9, max_tokens=77,
    output_schema='{"type": "object", "properties": {}, "additionalProperties": false}', sha256="0" * 64,
)  # fmt: skip
PATIENCE = 30.0


@pytest.fixture
def server():
    with ModelServer() as server:
        server.answer = lambda request: "{}"
        yield server


def a_question(text: str = "What is it?") -> Question:
    return Question(prompt=PROMPT, turns=(Turn(role="user", text=text),))


def a_reasoner(server: ModelServer, breaker: Breaker | None = None, **changes) -> OpenAIReasoner:
    settings = Settings(**server.settings(**changes))
    return OpenAIReasoner(settings, LocalCache(), breaker or Breaker())


def why(reasoner, seconds: float = PATIENCE, question: Question | None = None) -> str:
    with pytest.raises(Unavailable) as caught:
        reasoner.reply(question or a_question(), seconds)
    return caught.value.sentence


# ------------------------------------------------------------------------------- what is asked


def test_the_settings_choose_a_deployment_of_azure(server):
    reasoner = chosen_reasoner(Settings(**server.settings()), LocalCache())
    assert (reasoner.asked, reasoner.reply(a_question(), PATIENCE).text) == (DEPLOYMENT, "{}")
    assert server.headers[0]["api-key"] == KEY
    assert server.requests == [
        {
            "model": DEPLOYMENT,
            "messages": [
                {"role": "system", "content": "Tell it."},
                {"role": "user", "content": "What is it?"},
            ],
            "temperature": 0.25,
            "seed": 9,
            "max_tokens": 77,
            "response_format": {
                "type": "json_schema",
                "json_schema": {
                    "name": "telling_it",
                    "strict": True,
                    "schema": {
                        "type": "object", "properties": {}, "additionalProperties": False,
                    },
                },
            },
        }
    ]  # fmt: skip


def test_without_settings_there_is_no_model():
    assert chosen_reasoner(Settings(), LocalCache()) is None


@pytest.mark.parametrize("key", [KEY, ""])
def test_any_server_of_the_same_api_can_be_asked(server, key):
    settings = Settings(
        openai_base_url=f"{server.endpoint}/v1", openai_model="local-model", openai_key=key
    )
    reasoner = chosen_reasoner(settings, LocalCache())
    assert reasoner.asked == "local-model"
    if key:
        assert reasoner.reply(a_question(), PATIENCE).text == "{}"
        assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    else:
        assert "ADVISOR_OPENAI_KEY" in why(reasoner)


def test_without_a_key_the_identity_signs_in(server, monkeypatch):
    class Identity:
        def get_token(self, scope):
            assert scope == "https://cognitiveservices.azure.com/.default"
            return AccessToken(TOKEN, 0)

    monkeypatch.setattr(openai, "identity", Identity)
    assert a_reasoner(server, openai_key="").reply(a_question(), PATIENCE).text == "{}"
    assert server.headers[0]["authorization"] == f"Bearer {TOKEN}"


def test_an_identity_that_cannot_sign_in_is_a_reason(server, monkeypatch):
    class Nobody:
        def get_token(self, scope):
            raise ClientAuthenticationError("nobody is signed in")

    monkeypatch.setattr(openai, "identity", Nobody)
    assert "Cognitive Services OpenAI User" in why(a_reasoner(server, openai_key=""))


def test_the_keys_of_other_programs_are_not_used(server, monkeypatch):
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    settings = Settings(openai_base_url=f"{server.endpoint}/v1", openai_model="local-model")
    assert "refuses this installation" in why(chosen_reasoner(settings, LocalCache()))
    assert server.requests == []


def test_an_answer_comes_with_model_tokens_and_cost(server):
    reply = a_reasoner(server, openai_input_price="2.5", openai_output_price=10).reply(
        a_question(), PATIENCE
    )
    assert (reply.model, reply.finish) == (f"{MODEL} (fp_test)", "stop")
    assert (reply.input_tokens, reply.output_tokens) == (1200, 40)
    assert reply.cost == Decimal("0.0034")
    assert a_reasoner(server).reply(a_question(), PATIENCE).cost is None


# --------------------------------------------------------------------------- how it can go wrong


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (refused(401, "401"), "ADVISOR_OPENAI_KEY"),
        (refused(403, "403"), "Cognitive Services OpenAI User"),
        (refused(404, "DeploymentNotFound"), "the deployment and the API version"),
        (refused(400, "BadRequest"), "could not answer (BadRequest)"),
        (FILTERED, "content filter of the language model refuses the question"),
        (Fault(body=completion("{}", finish="content_filter")), "held its answer back"),
        (Fault(body=completion(None, refusal="I cannot.")), "refuses to answer: I cannot."),
        (Fault(body=completion("")), "empty answer"),
        (Fault(body={**completion("{}"), "choices": []}), "empty answer"),
        (Fault(body={**completion("{}"), "choices": [{}]}), "empty answer"),
        (Fault(raw=b'{"id": "chatcmpl-1", "choices": [{"mess'), "not of OpenAI's API"),
        (Fault(body={"hello": "world"}), "not of OpenAI's API"),
        (Fault(raw=b"<html>Sign in to the hotel</html>"), "not of OpenAI's API"),
    ],
)
def test_what_cannot_be_mended_by_asking_again_is_asked_once(server, fault, said):
    server.faults = [fault]
    assert said in why(a_reasoner(server))
    assert len(server.requests) == 1


def test_a_busy_service_is_asked_again_when_it_says(server):
    server.faults = [refused(429, "429", retry_after_ms="30"), refused(500, "500")]
    assert a_reasoner(server).reply(a_question(), PATIENCE).text == "{}"
    assert len(server.requests) == 3


def test_a_wait_that_leads_past_the_time_is_given_up(server):
    server.faults = [refused(429, "429", retry_after="60")]
    assert "in 1 seconds" in why(a_reasoner(server), seconds=1)
    assert len(server.requests) == 1


def test_a_service_that_stays_busy_is_a_reason(server):
    server.faults = [refused(429, "429", retry_after_ms="5")] * (openai.RETRIES + 1)
    assert "quota" in why(a_reasoner(server))
    assert len(server.requests) == openai.RETRIES + 1


@pytest.mark.parametrize("fault", [Fault(silent=True), Fault(body=completion("{}"), drips=True)])
def test_silence_and_an_answer_that_drips_for_ever_end_with_the_time(server, fault):
    server.faults = [fault]
    reasoner = a_reasoner(server)
    assert "did not finish its answer" in why(reasoner, seconds=0.5)
    assert reasoner.reply(a_question(), PATIENCE).text == "{}"


def test_a_slow_connection_is_told_from_none(server, monkeypatch):
    monkeypatch.setattr(openai, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(openai, "RETRIES", 0)
    server.faults = [Fault(silent=True)]
    assert why(a_reasoner(server)) == "The language model did not answer in time."


def test_nobody_at_the_address_is_a_reason(monkeypatch):
    monkeypatch.setattr(openai, "RETRIES", 0)
    with ModelServer() as gone:
        settings = gone.settings()
    reasoner = OpenAIReasoner(Settings(**settings), LocalCache(), Breaker())
    assert "cannot be reached" in why(reasoner)
    with pytest.raises(Unavailable, match="ADVISOR_OPENAI_ENDPOINT"):
        reasoner.check()


def test_a_server_that_comes_back_is_asked_again(server):
    reasoner = a_reasoner(server)
    server.faults = [refused(401, "401")]
    why(reasoner)
    assert reasoner.reply(a_question(), PATIENCE).text == "{}"


# ------------------------------------------------------------------ breaker, cache, several at once


def test_a_service_that_fails_again_and_again_is_left_alone_for_a_while(server):
    now = [1000.0]
    reasoner = a_reasoner(server, Breaker(lambda: now[0]))
    server.faults = [refused(401, "401")] * FAILURES
    for _ in range(FAILURES):
        why(reasoner)
    assert f"failed {FAILURES} times in a row" in why(reasoner)
    assert len(server.requests) == FAILURES
    now[0] += PAUSE_SECONDS
    assert reasoner.reply(a_question(), PATIENCE).text == "{}"
    assert reasoner.reply(a_question("And now?"), PATIENCE).text == "{}"


def test_a_breaker_lets_one_try_pass_and_forgets_old_failures():
    now = [1000.0]
    breaker = Breaker(lambda: now[0])
    for _ in range(FAILURES - 1):
        breaker.failed()
    now[0] += WINDOW_SECONDS
    breaker.failed()
    breaker.pass_or_raise()
    for _ in range(FAILURES - 1):
        breaker.failed()
    now[0] += PAUSE_SECONDS
    breaker.pass_or_raise()
    with pytest.raises(Unavailable, match="left alone"):
        breaker.pass_or_raise()
    breaker.worked()
    breaker.pass_or_raise()


def test_refused_questions_do_not_open_the_breaker(server):
    server.faults = [FILTERED] * (FAILURES + 1)
    reasoner = a_reasoner(server)
    for number in range(FAILURES + 1):
        assert "content filter" in why(reasoner, question=a_question(str(number)))


def test_the_same_question_is_answered_from_the_cache(server):
    reasoner = a_reasoner(server, openai_input_price=1)
    first = reasoner.reply(a_question(), PATIENCE)
    again = reasoner.reply(a_question(), PATIENCE)
    assert again == first.model_copy(update={"from_cache": True})
    reasoner.reply(a_question("What else?"), PATIENCE)
    other = Question(
        prompt=PROMPT.model_copy(update={"sha256": "1" * 64}), turns=a_question().turns
    )
    reasoner.reply(other, PATIENCE)
    assert len(server.requests) == 3


def test_an_answer_of_another_release_in_the_cache_is_not_believed(server):
    class Old(LocalCache):
        async def get(self, key):
            return b'{"reply": "of old"}'

    reasoner = OpenAIReasoner(Settings(**server.settings()), Old(), Breaker())
    assert not reasoner.reply(a_question(), PATIENCE).from_cache


def test_no_more_calls_run_at_once_than_are_set(server):
    server.hold_for = 3
    reasoner = a_reasoner(server, openai_calls=3)
    questions = [a_question(str(number)) for number in range(9)]
    with ThreadPoolExecutor(9) as pool:
        replies = list(pool.map(lambda one: reasoner.reply(one, PATIENCE), questions))
    assert [reply.text for reply in replies] == ["{}"] * 9
    assert server.most_at_once == 3


def test_a_thread_with_a_loop_of_its_own_may_ask(server):
    async def within() -> str:
        return reasoner.reply(a_question(), PATIENCE).text

    reasoner, found = a_reasoner(server), []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(within())))
    thread.start()
    thread.join()
    assert found == ["{}"]


def test_the_check_asks_for_a_word_and_names_the_model(server):
    assert a_reasoner(server).check() == f"Answers; it is {MODEL} (fp_test)."
    assert "response_format" not in server.requests[0]
    assert Settings().openai_api_version == API_VERSION


def test_no_test_can_ask_a_real_model():
    settings = Settings(
        openai_endpoint="https://real.openai.azure.com",
        openai_deployment="m",
        openai_key="test-key",
    )
    with pytest.raises(AssertionError, match=r"a test asked real\.openai"):
        OpenAIReasoner(settings, LocalCache(), Breaker()).reply(a_question(), PATIENCE)
