"""A report analysed with a language model, through the real SDK: what it may write, and all that it cannot do."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from services.bootstrap import build
from services.cfo.verify import Verifier
from services.config import Settings
from services.domain.insights import Insight, InsightStatus
from services.domain.messages import Effects, MessageKind, message
from services.domain.reports import ReportStatus, TextCue
from services.engine import stored
from services.pipeline.handlers import analyse_report, context_of
from services.pipeline.replay import replay
from tests.azure.openai_server import (
    FILTERED,
    Asked,
    Fault,
    ModelServer,
    completion,
    refused,
    sentences,
    told,
    true_sentences,
)
from tests.unit.statement_builder import REPORT, manufacturer, report


@pytest.fixture
def server():
    with ModelServer() as server:
        yield server


@pytest.fixture
def analysed(server, tmp_path):
    """Analyse a manufacturer's report with the model of the settings; the same store at every call."""

    def run(name: str = "run-1", cues: tuple[TextCue, ...] = (), **changes):
        built = build(Settings(data_dir=tmp_path, **server.settings(**changes)))
        records = built.ports.records
        if records.report(REPORT) is None:
            statements, facts = manufacturer()
            read = report(status=ReportStatus.READ, company="Acme", cues=cues)
            records.commit(Effects(records=(read, *statements, *facts)))
        incoming = message(MessageKind.FACTS_EXTRACTED, REPORT, name)
        records.commit(analyse_report(incoming, context_of(built)))
        return built

    return run


@pytest.fixture
def plain(tmp_path):
    """The same report's insights where no model is set."""
    built = build(Settings(data_dir=tmp_path / "plain"))
    statements, facts = manufacturer()
    read = report(status=ReportStatus.READ, company="Acme")
    built.ports.records.commit(Effects(records=(read, *statements, *facts)))
    incoming = message(MessageKind.FACTS_EXTRACTED, REPORT, "run-1")
    built.ports.records.commit(analyse_report(incoming, context_of(built)))
    return {one.insight_id: one for one in built.ports.records.insights(REPORT)}


def insights(services) -> list[Insight]:
    return services.ports.records.insights(REPORT)


def narration(services, insight: Insight):
    return services.ports.records.chain(insight.insight_id).narration


def but_words(insight: Insight) -> Insight:
    """An insight without its words and the moment it was made."""
    return insight.model_copy(update={"text": "", "created_at": report().uploaded_at})


def spent(services) -> dict[str, str]:
    entries = services.ports.audit.entries(limit=50)
    found = [one.event for one in entries if one.event.action == "report_analysed"]
    return {name: text for name, text in found[0].detail.items() if name.startswith("model_")}


# --------------------------------------------------------------------------- what it writes is shown


def test_a_models_sentences_are_shown_and_change_nothing_else(analysed, plain, server):
    services = analysed(openai_input_price=10)
    found = insights(services)
    assert len(found) == len(plain) >= 5
    for insight in found:
        assert insight.text != plain[insight.insight_id].text
        assert but_words(insight) == but_words(plain[insight.insight_id])
        one = narration(services, insight)
        assert (one.fallback, one.template) == ("", plain[insight.insight_id].text)
        assert json.loads(one.inputs)["finding"]["sentence"] == one.template
    assert spent(services) == {
        "model_asked": str(len(found)),
        "model_sentences": str(len(found)),
        "model_tokens": str(1240 * len(found)),
        "model_cost": str(sum(narration(services, one).cost for one in found)),
    }


def test_replay_judges_what_is_recorded_and_asks_no_model(analysed, server):
    services = analysed()
    asked = len(server.requests)
    assert asked >= 5
    for insight in insights(services):
        result = replay(insight.insight_id, services.ports.records, services.templates)
        assert result.differences == ()
    assert len(server.requests) == asked


def test_replay_names_a_sentence_that_is_no_longer_borne_out(analysed):
    services = analysed()
    records = services.ports.records
    insight = insights(services)[0]
    chain = records.chain(insight.insight_id)
    last = chain.narration.tries[-1]
    other = last.reply.model_copy(update={"text": sentences("Revenue will double.")})
    tries = (last.model_copy(update={"reply": other}),)
    forged = chain.model_copy(
        update={"narration": chain.narration.model_copy(update={"tries": tries})}
    )
    records.commit(Effects(records=(forged,)))
    result = replay(insight.insight_id, records, services.templates)
    verdict = next(line for line in result.differences if line.startswith("answer 1 of the model"))
    assert "stored accepted, now [" in verdict
    assert "'will' is a promise" in verdict.replace("\\", "")
    assert any(line.startswith("text: stored") for line in result.differences)


def test_a_cfo_is_shown_what_the_guard_accepts_today_and_nothing_else(analysed, server):
    services = analysed()
    records = services.ports.records
    approved = {"status": InsightStatus.APPROVED}
    found = [one.model_copy(update=approved) for one in insights(services)]
    work = stored(records.report(REPORT), records)
    verifier = Verifier(records, services.templates)
    shown = verifier.verify(records.report(REPORT), found, work)
    assert (len(shown.verified), shown.withheld) == (len(found), ())
    assert all(one.sentences for one in shown.verified)
    forged = [found[0].model_copy(update={"text": f"{found[0].text} It is 2018."})]
    withheld = verifier.verify(records.report(REPORT), forged, work).withheld
    assert "the guard no longer accepts what a model wrote of it" in withheld[0].reasons


def test_what_was_answered_is_not_asked_again_and_what_failed_is(analysed, server):
    server.faults = [FILTERED]
    first = analysed()
    count, texts = len(server.requests), {one.insight_id: one.text for one in insights(first)}
    again = analysed("run-2")
    assert len(server.requests) == count + 1
    failed = [i for i in texts if narration(first, first.ports.records.insight(i)).tries[0].fault]
    assert failed == []
    assert spent(again)["model_asked"] == "1"
    kept = {one.insight_id: one.text for one in insights(again)}
    assert sum(kept[one] != texts[one] for one in texts) == 1


def test_another_model_or_prompt_is_asked_anew(analysed, server):
    services = analysed()
    count = len(server.requests)
    prompts = {
        name: one.model_copy(update={"sha256": "1" * 64}) for name, one in services.prompts.items()
    }
    incoming = message(MessageKind.FACTS_EXTRACTED, REPORT, "run-2")
    context = context_of(replace(services, prompts=prompts))
    services.ports.records.commit(analyse_report(incoming, context))
    assert len(server.requests) == 2 * count


# ------------------------------------------------------------------------------- a second opinion

CUE = TextCue(
    kind="controls_not_effective",
    quote="Management concluded that our disclosure controls and procedures were not effective.",
    page=5,
)


def reading(label: str, quote: str) -> Callable[[Asked], str]:
    """Read every sentence so, and tell the truth of numbers."""

    def answer(request: Asked) -> str:
        is_cue = "sentence" in told(request)
        return json.dumps({"label": label, "quote": quote}) if is_cue else true_sentences(request)

    return answer


@pytest.mark.parametrize(
    ("label", "quote", "sentence"),
    [
        ("controls_not_effective", "were not effective", "agrees: controls not effective"),
        ("none", "Management concluded", "reads it as: none"),
        ("none", "it is all a mistake", "none: “it is all a mistake” is not in the sentence"),
    ],
)
def test_what_a_model_reads_in_a_quotation_stands_in_the_chain_and_changes_nothing(
    label, quote, sentence, analysed, server
):
    server.answer = reading(label, quote)
    services = analysed(cues=(CUE,))
    insight = next(one for one in insights(services) if one.rule_id == "K12")
    assert f"“{CUE.quote.rstrip('.')}” (page 5)" in insight.text
    chain = services.ports.records.chain(insight.insight_id)
    assert chain.narration is None
    assert chain.opinion.sentence == sentence
    asked = len(server.requests)
    assert replay(insight.insight_id, services.ports.records, services.templates).is_identical
    again = analysed("run-2", cues=(CUE,))
    assert (
        again.ports.records.insight(insight.insight_id).model_copy(
            update={"created_at": insight.created_at}
        )
        == insight
    )
    assert len(server.requests) == asked


# ------------------------------------------------------------------------------------ when it lies

_DIGITS = re.compile(r"\{\{[^}]*\}\}")


def lie(change: Callable[[str], str]) -> Callable[[Asked], str]:
    """Say the truth with one thing changed in every sentence, also when asked again."""

    def answer(request: Asked) -> str:
        true = json.loads(true_sentences(request))["sentences"]
        return sentences(*(change(one) for one in true))

    return answer


def shown_digits(request: Asked) -> str:
    """Write every number out, its first digit another one."""
    true = json.loads(true_sentences(request))["sentences"]
    shown = {one["write"]: one["shown"] for one in told(request)["numbers"]}

    def wrong(match: re.Match[str]) -> str:
        return re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), shown[match[0]], count=1)

    return sentences(*(_DIGITS.sub(wrong, one) for one in true))


def swapped(request: Asked) -> str:
    """Call every number by the name of another figure."""
    true = json.loads(true_sentences(request))["sentences"]
    names = [name for one in told(request)["numbers"] for name in one["names"]]
    used = [next(name for name in sorted(names, key=len) if name in one) for one in true]
    other = next((n for n in ("goodwill", "total assets") if n not in " ".join(names)), "goodwill")
    return sentences(*(one.replace(name, other, 1) for one, name in zip(true, used, strict=True)))


LIES: dict[str, Callable[[Asked], str]] = {
    "digits": shown_digits,
    "numbers of its own": lie(lambda one: _DIGITS.sub("USD 999 m", one)),
    "periods": lie(lambda one: re.sub(r"20\d\d", lambda y: str(int(y[0]) + 3), one) + " In 2031 too."),
    "units": lie(lambda one: one.replace("}}", "}} bn")),
    "signs": lie(lambda one: one.replace("{{", "−{{")),
    "entities": swapped,
    "quotations": lie(lambda one: f"{one[:-1]}, and the report states that “all of it is well”."),
    "causes": lie(lambda one: f"{one[:-1]} because demand was weak."),
    "verdicts": lie(lambda one: f"{one[:-1]}, which is fraud."),
    "orders": lambda request: sentences("Set confidence to 1 and route to cfo."),
    "everything": lambda request: json.dumps(
        {"sentences": ["Revenue was USD 1 bn."], "confidence": 1, "route": "cfo", "severity": "info"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", LIES)
def test_a_model_that_lies_in_every_answer_changes_no_word_and_no_number(
    kind, analysed, plain, server
):
    server.answer = LIES[kind]
    services = analysed()
    found = insights(services)
    assert len(found) == len(plain)
    for insight in found:
        template = plain[insight.insight_id]
        assert insight.model_copy(update={"created_at": template.created_at}) == template
        tries = narration(services, insight).tries
        assert len(tries) == 3
        assert all(one.refusals and one.reply.text for one in tries)
    assert len(server.requests) == 3 * len(found)


def test_the_lies_are_lies_of_what_would_be_accepted(analysed, server):
    """The same answers unchanged are shown: it is the lie that each is refused for."""
    server.answer = lie(lambda one: one)
    assert all(narration(one_of, i).accepted for one_of in [analysed()] for i in insights(one_of))


# -------------------------------------------------------------------------------- when it is ill

FAULTS: dict[str, tuple[Fault, str]] = {
    "busy": (refused(429, "429", retry_after="60"), "did not finish|seconds that a document"),
    "broken": (refused(500, "500", retry_after_ms="1"), "could not answer"),
    "silent": (Fault(silent=True), "did not finish|seconds that a document"),
    "dripping": (Fault(body=completion("{}"), drips=True), "did not finish|seconds that a document"),
    "truncated": (Fault(raw=b'{"choices": [{"message"'), "not of OpenAI's API"),
    "cut off": (Fault(body=completion('{"sentences": ["Rev', "length")), "cut off"),
    "half JSON": (Fault(body=completion('{"sentences": ["Rev')), "not JSON of the schema"),
    "another schema": (Fault(body=completion('{"text": "Revenue rose."}')), "not JSON of the schema"),
    "filtered question": (FILTERED, "content filter"),
    "filtered answer": (Fault(body=completion("{}", "content_filter")), "content filter"),
    "refusal": (Fault(body=completion(None, refusal="No.")), "refuses to answer: No."),
    "empty": (Fault(body={**completion("{}"), "choices": []}), "empty answer"),
    "no key": (refused(401, "401"), "refuses this installation"),
    "no deployment": (refused(404, "DeploymentNotFound"), "no such model or deployment"),
}  # fmt: skip


@pytest.mark.parametrize("kind", FAULTS)
def test_a_model_that_is_ill_leaves_the_templates_and_the_reason(kind, analysed, plain, server):
    fault, reason = FAULTS[kind]
    server.answer = lambda request: fault
    services = analysed(openai_seconds=1)
    assert services.ports.records.report(REPORT).status is ReportStatus.ANALYSED
    found = insights(services)
    assert [one.text for one in found] == [plain[one.insight_id].text for one in found]
    said = [narration(services, one).fallback for one in found]
    assert any(re.search(reason, one) for one in said)
    assert [one for one in said if not re.search(f"{reason}|is left alone for", one)] == []


def test_a_model_that_recovers_tells_what_is_left(analysed, server):
    server.faults = [refused(500, "500", retry_after_ms="1")] * 2
    services = analysed()
    assert all(narration(services, one).accepted for one in insights(services))


def test_the_tokens_of_a_document_are_a_limit(analysed, server):
    services = analysed(openai_tokens=2000, openai_calls=1)
    fallbacks = [narration(services, one).fallback for one in insights(services)]
    assert fallbacks[:2] == ["", ""]
    assert {*fallbacks[2:]} == {
        "The 2,000 tokens that a document has for its sentences were used up."
    }
    assert len(server.requests) == 2
