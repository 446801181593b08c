"""What only Cosmos DB has: crashes between requests, throttling, keys, time limits, and what requests cost."""

import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.adapters.azure.cosmos import CHAINS, INSIGHTS, RECORDS, Cosmos
from services.adapters.azure.heads import Heads
from services.adapters.azure.outgoing import CosmosOutgoing
from services.adapters.azure.records import CosmosRecordStore
from services.adapters.azure.telling import CosmosTelling
from services.domain.audit import AuditEvent
from services.domain.errors import Conflict, Unavailable
from services.domain.insights import Insight, InsightStatus, ReasoningChain
from services.domain.messages import Effects, MessageKind, Queue, message
from services.domain.reports import Fact, Report, ReportStatus
from tests.azure import key_vault
from tests.azure.certificate import certificate
from tests.azure.cosmos import CosmosServer, Refused, Request, cosmos_settings
from tests.azure.key_vault import KeyVaultServer
from tests.core_records import (
    ANN,
    NOON,
    Clock,
    a_chain,
    a_decision,
    a_fact,
    a_report,
    a_review_item,
    an_insight,
)

REPORT, OTHER = a_report(), a_report("other.pdf", "b")
READ = REPORT.model_copy(update={"status": ReportStatus.READ})
EVENT = AuditEvent(actor=ANN.user_id, action="analysed", resource="r", at=NOON)
SENT = message(MessageKind.FACTS_EXTRACTED, REPORT.report_id, "run")


@pytest.fixture
def server() -> Iterator[CosmosServer]:
    server = CosmosServer()
    yield server
    server.stop()


def opened(server: CosmosServer, **settings: object) -> CosmosRecordStore:
    return CosmosRecordStore(Cosmos(cosmos_settings(server, **settings)))


def from_the(number: int, refused: Refused) -> Callable[[Request], None]:
    """Refuse the request of this number, from 0, and all that follow, as if the process had died."""
    left = [number]

    def maybe(_: Request) -> None:
        if left[0] <= 0:
            raise refused
        left[0] -= 1

    return maybe


def told(cosmos: Cosmos) -> list[str]:
    sent = [one.message_id for one in CosmosOutgoing(cosmos).pending(100)]
    return sent + [one.action for one in events(cosmos)]


def events(cosmos: Cosmos) -> list[AuditEvent]:
    return [one for told in CosmosTelling(cosmos).pending(100) for one in told.events]


def seen(cosmos: Cosmos) -> object:
    """Everything a reader sees of the two reports."""
    store = CosmosRecordStore(cosmos)
    return (
        store.reports(),
        store.report(REPORT.report_id),
        [store.facts(one.report_id) for one in (REPORT, OTHER)],
        [store.insights(one.report_id) for one in (REPORT, OTHER)],
        store.insights(),
        store.chain(an_insight(REPORT).insight_id),
        store.latest_named("other.pdf"),
        store.is_in_work(REPORT.report_id),
        store.state_of([REPORT.report_id, OTHER.report_id]),
        told(cosmos),
    )


def before(server: CosmosServer) -> CosmosRecordStore:
    store = opened(server)
    insight = an_insight(REPORT)
    facts = tuple(a_fact(REPORT, row) for row in range(3))
    store.commit(Effects(creates=(REPORT,)))
    store.commit(Effects(records=(*facts, insight, a_chain(insight))))
    return store


def an_act(many: int) -> Effects:
    """An act on two reports that replaces, creates, sends and tells."""
    insight = an_insight(REPORT, text="Something else.")
    facts = tuple(a_fact(REPORT, row, value="7") for row in range(many))
    rid = REPORT.report_id
    return Effects(
        creates=(OTHER,),
        records=(READ, *facts, insight, a_chain(insight, "rose"), a_fact(OTHER)),
        replaces=((Fact, rid), (Insight, rid), (ReasoningChain, rid)),
        messages=(SENT,),
        audit=(EVENT,),
    )


@pytest.mark.parametrize("is_lost", [False, True], ids=["not done", "done and not answered"])
@pytest.mark.parametrize("many", [2, 100], ids=["a small act", "a large act"])
def test_a_crash_at_any_request_leaves_the_old_state_or_the_new_one(
    server: CosmosServer, many: int, is_lost: bool
):
    act, cosmos = an_act(many), Cosmos(cosmos_settings(server))
    before(server)
    store, old, kept = CosmosRecordStore(cosmos), seen(cosmos), deepcopy(server.databases)
    start = len(server.requests)
    store.commit(act)
    requests, new = len(server.requests) - start, seen(cosmos)
    outcomes = set[bool]()
    for number in range(requests + 1):
        server.databases = deepcopy(kept)
        crash = from_the(number, Refused(400, "dead"))
        server.refuse, server.lose = (server.refuse, crash) if is_lost else (crash, server.lose)
        with suppress(Unavailable):
            store.commit(act)
        server.refuse = server.lose = lambda _: None
        found = seen(cosmos)
        assert found in (old, new), f"half of it after request {number}"
        outcomes.add(found == new)
        with pytest.raises(Conflict) if found == new else nullcontext():
            store.commit(act)
        assert seen(cosmos) == new
    assert outcomes == {False, True}


def test_what_does_not_count_any_more_is_deleted(server: CosmosServer):
    store = before(server)
    store.commit(an_act(2))
    containers = server.databases["advisor"]
    assert len([one for one in containers[RECORDS].everything() if one["kind"] == "facts"]) == 3
    assert len(containers[INSIGHTS].everything()) == len(containers[CHAINS].everything()) == 1


def is_of_a_head(request: Request) -> bool:
    batch = request.body if request.headers.get("x-ms-cosmos-is-batch-request") else []
    return any(one.get("resourceBody", {}).get("kind") == "head" for one in batch)


def pending(server: CosmosServer) -> list[str]:
    """The partitions with a state that waits for another partition."""
    heads = [
        one for one in server.databases["advisor"][RECORDS].everything() if one["id"] == "head"
    ]
    return [one["pk"] for one in heads if '"pending":{' in one["content"]]


def test_what_a_crash_left_is_deleted_by_the_next_long_commit_and_nothing_that_counts(
    server: CosmosServer,
):
    store = before(server)

    def before_any_head(request: Request) -> None:
        if is_of_a_head(request):
            raise Refused(400, "dead")

    server.refuse = before_any_head
    with pytest.raises(Unavailable):
        store.commit(an_act(100))
    server.refuse = lambda _: None
    records = server.databases["advisor"][RECORDS]
    left = [one for one in records.everything() if one["kind"] == "facts"]
    assert len(left) > 50
    store.commit(an_act(2))
    assert len(records.everything()) > 50
    for document in left:
        document["_ts"] -= 3600
    late = a_fact(REPORT, 200, value="8")
    store.commit(Effects(records=(*(a_fact(REPORT, row, value="9") for row in range(100)), late)))
    facts = [one for one in records.documents[REPORT.report_id].values() if one["kind"] == "facts"]
    assert len(facts) == len(store.facts(REPORT.report_id)) == 101


def test_what_a_crash_left_of_a_small_act_is_deleted_by_who_finds_it_later(server: CosmosServer):
    store = before(server)

    def before_any_head(request: Request) -> None:
        if is_of_a_head(request):
            raise Refused(400, "dead")

    server.refuse = before_any_head
    with pytest.raises(Unavailable):
        store.commit(Effects(records=(an_insight(REPORT, text="Something else."),)))
    server.refuse = lambda _: None
    insights = server.databases["advisor"][INSIGHTS]
    assert store.insights() == [an_insight(REPORT)]
    assert len(insights.everything()) == 2
    for document in insights.everything():
        document["_ts"] -= 3600
    assert store.insights() == [an_insight(REPORT)]
    assert len(insights.everything()) == 1
    start = len(server.requests)
    assert store.insights() == [an_insight(REPORT)]
    assert len(server.requests) - start == 2


def test_who_stalls_while_others_clean_up_begins_anew(
    server: CosmosServer, monkeypatch: pytest.MonkeyPatch
):
    store, decide, once = before(server), Heads._decide, [True]

    def stalled(heads: Heads, *given: object) -> None:
        if once:
            once.clear()
            for document in server.databases["advisor"][INSIGHTS].everything():
                document["_ts"] -= 3600
            opened(server).insights()
            assert len(server.databases["advisor"][INSIGHTS].everything()) == 1
        decide(heads, *given)

    monkeypatch.setattr(Heads, "_decide", stalled)
    later = an_insight(REPORT, text="Something else.")
    store.commit(Effects(records=(later,)))
    assert store.insights() == opened(server).insights() == [later]


def test_two_who_want_the_very_same_do_not_both_get_it(server: CosmosServer):
    outcomes = list[str]()

    def upload() -> None:
        try:
            opened(server).commit(Effects(creates=(REPORT,)))
            outcomes.append("taken")
        except Conflict:
            outcomes.append("refused")

    threads = [threading.Thread(target=upload) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "refused", "taken"]


def test_many_small_acts_do_not_make_the_head_grow(server: CosmosServer):
    store = opened(server)
    for number in range(100):
        store.commit(Effects(records=(a_fact(REPORT, number % 3, value=str(number)),)))
    assert [str(one.value) for one in store.facts(REPORT.report_id)] == ["99", "97", "98"]
    head = server.databases["advisor"][RECORDS].documents[REPORT.report_id]["head"]
    assert len(head["content"]) < 5000


def test_people_who_write_at_once_are_all_heard(server: CosmosServer):
    stores = [opened(server) for _ in range(4)]
    errors = list[Exception]()

    def write(number: int) -> None:
        try:
            for row in range(5):
                stores[number].commit(Effects(records=(a_fact(REPORT, 10 * number + row),)))
        except (Conflict, Unavailable) as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(stores[0].facts(REPORT.report_id)) == 20


def test_an_act_that_is_done_is_not_said_to_have_failed_because_its_answer_was_lost(
    server: CosmosServer,
):
    store, losses = before(server), [1]

    def lose_one_head(request: Request) -> None:
        if losses and is_of_a_head(request):
            losses.pop()
            raise Refused(400, "lost")

    server.lose = lose_one_head
    store.commit(Effects(creates=(a_decision(an_insight(REPORT)),)))
    assert losses == []
    assert len(store.decisions(an_insight(REPORT).insight_id)) == 1


def test_who_stalls_before_deciding_cannot_decide_after_others_went_on(
    server: CosmosServer, monkeypatch: pytest.MonkeyPatch
):
    store, decide, acts = before(server), Heads._decide, [Effects(records=(a_fact(REPORT, 9),))]

    def stalled(heads: Heads, *given: object) -> None:
        while acts:
            opened(server).commit(acts.pop())
        decide(heads, *given)

    monkeypatch.setattr(Heads, "_decide", stalled)
    store.commit(an_act(2))
    assert len(store.facts(REPORT.report_id)) == 2
    assert store.report(REPORT.report_id) == READ
    assert store.facts(OTHER.report_id) == [a_fact(OTHER)]
    assert told(Cosmos(cosmos_settings(server))) == [SENT.message_id, "analysed"]


def test_a_reader_sees_the_old_state_until_it_is_decided_and_the_new_one_from_then_on(
    server: CosmosServer, monkeypatch: pytest.MonkeyPatch
):
    store, decide, looks = before(server), Heads._decide, list[object]()
    cosmos = Cosmos(cosmos_settings(server))
    looks.append(seen(cosmos))

    def watched(heads: Heads, *given: object) -> None:
        looks.append(seen(cosmos))
        decide(heads, *given)
        looks.append(seen(cosmos))

    monkeypatch.setattr(Heads, "_decide", watched)
    store.commit(an_act(2))
    looks.append(seen(cosmos))
    assert looks[0] == looks[1] != looks[2] == looks[3]


def test_of_two_who_upload_under_one_name_at_once_one_is_refused(server: CosmosServer):
    rivals = [a_report("q3.pdf", content) for content in ("x", "y")]
    outcomes = list[str]()

    def upload(report: Report) -> None:
        try:
            opened(server).commit(Effects(creates=(report,)))
            outcomes.append("taken")
        except Conflict:
            outcomes.append("refused")

    threads = [threading.Thread(target=upload, args=(one,)) for one in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "taken"]
    assert len(opened(server).reports()) == 1


def test_a_decision_while_the_numbers_are_worked_out_again_is_refused(server: CosmosServer):
    store = opened(server)
    insight = an_insight(REPORT, status=InsightStatus.IN_REVIEW)
    store.commit(Effects(creates=(REPORT,), records=(insight, a_review_item(insight))))
    store.commit(Effects(creates=(a_decision(insight),)))
    again = a_decision(insight).model_copy(update={"decision_id": "another"})
    with pytest.raises(Conflict, match="already decided"):
        store.commit(Effects(creates=(again,)))
    assert store.decisions(insight.insight_id) == [a_decision(insight)]


def test_what_an_act_told_is_given_until_it_is_settled(server: CosmosServer):
    store = opened(server)
    store.commit(Effects(creates=(REPORT,), audit=(EVENT,)))
    store.commit(Effects(records=(READ,), audit=(EVENT,)))
    trail = CosmosTelling(Cosmos(cosmos_settings(server)))
    first, second = trail.pending(10)
    assert first.events == second.events == (EVENT,)
    assert trail.pending(1) == [first]
    assert trail.still([first.told_id, second.told_id, "told-none"]) == {
        first.told_id,
        second.told_id,
    }
    trail.settle([first])
    trail.settle([first])
    assert trail.pending(10) == [second]
    assert trail.still([first.told_id]) == set()


def test_what_another_commit_left_undecided_is_ended_so_that_nobody_asks_for_it_for_ever(
    server: CosmosServer,
):
    store, cosmos = before(server), Cosmos(cosmos_settings(server))

    def before_it_is_decided(request: Request) -> None:
        if request.partition == REPORT.report_id and is_of_a_head(request):
            raise Refused(400, "dead")

    server.refuse = before_it_is_decided
    with pytest.raises(Unavailable):
        store.commit(Effects(creates=(a_decision(an_insight(REPORT)), OTHER)))
    server.refuse = lambda _: None
    waiting = set(pending(server))
    assert waiting
    clock = Clock()
    clock.now = datetime.now(UTC)
    outgoing = CosmosOutgoing(cosmos, clock)
    assert outgoing.pending(10) == []
    assert set(pending(server)) == waiting
    clock.forward(61)
    assert outgoing.pending(10) == []
    assert pending(server) == []
    assert store.reports() == [REPORT]


def test_a_message_of_another_partition_is_sent_though_its_head_was_not_told(server: CosmosServer):
    store, cosmos = before(server), Cosmos(cosmos_settings(server))
    decided = list[bool]()

    def after_it_is_decided(request: Request) -> None:
        if decided:
            raise Refused(400, "dead")
        decided.extend(
            [True] if request.partition == REPORT.report_id and is_of_a_head(request) else []
        )

    received = message(MessageKind.REPORT_RECEIVED, OTHER.report_id, "run")
    server.refuse = after_it_is_decided
    store.commit(Effects(records=(READ, OTHER), messages=(received,)))
    server.refuse = lambda _: None
    assert OTHER.report_id in pending(server)
    outgoing = CosmosOutgoing(cosmos)
    assert outgoing.pending(10) == [received]
    outgoing.forwarded([received])
    assert outgoing.pending(10) == []
    assert pending(server) == []
    assert outgoing.unprocessed()[Queue.INGESTION] == 1


def test_a_throttled_request_is_tried_again(server: CosmosServer):
    store = before(server)
    times = [2]

    def throttle(request: Request) -> None:
        if times[0]:
            times[0] -= 1
            raise Refused(429, "too many", {"x-ms-retry-after-ms": "1"})

    server.refuse = throttle
    assert store.report(REPORT.report_id) == REPORT
    assert times == [0]


def test_a_throttled_service_is_given_up_with_a_sentence(server: CosmosServer):
    store = before(server)
    start = len(server.requests)

    def throttle(_: Request) -> None:
        raise Refused(429, "too many", {"x-ms-retry-after-ms": "1"})

    server.refuse = throttle
    with pytest.raises(Unavailable, match="request units"):
        store.report(REPORT.report_id)
    assert len(server.requests) - start == 6


def test_a_wrong_key_is_named(server: CosmosServer):
    store = opened(server, cosmos_key="d3Jvbmcga2V5IG9mIGEgdGVzdA==")
    with pytest.raises(Unavailable, match="ADVISOR_COSMOS_KEY"):
        store.reports()


@pytest.fixture
def signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyVaultServer]:
    """A managed identity that gets its tokens, and a certificate of this machine."""
    with key_vault.running(tmp_path) as identity:
        key_vault.named(identity, monkeypatch)
        yield identity
    key_vault.identity.cache_clear()


def test_an_identity_with_a_role_needs_no_key_where_the_infrastructure_made_the_containers(
    server: CosmosServer, signed_in: KeyVaultServer, tmp_path: Path
):
    before(server)
    there = CosmosServer(signed_in.ca_file, key_vault.TOKEN)
    given = {"cosmos_key": "", "azure_ca_file": str(signed_in.ca_file)}
    with pytest.raises(Unavailable, match="containers by the infrastructure"):
        opened(there, **given).reports()
    there.databases = server.databases
    store = opened(there, **given)
    assert store.reports() == [REPORT]
    store.commit(Effects(creates=(OTHER,)))
    assert opened(server).report(OTHER.report_id) == OTHER
    with pytest.raises(Unavailable, match="ADVISOR_COSMOS_KEY"):
        opened(there, azure_ca_file=str(signed_in.ca_file)).reports()
    strangers = certificate(tmp_path / "strangers.pem")
    with pytest.raises(Unavailable, match="does not answer"):
        opened(there, cosmos_key="", azure_ca_file=str(strangers)).reports()
    there.stop()


def test_a_container_that_was_deleted_is_named(server: CosmosServer):
    store = before(server)
    del server.databases["advisor"][RECORDS]
    with pytest.raises(Unavailable, match="ADVISOR_COSMOS_DATABASE"):
        store.report(REPORT.report_id)


def test_a_server_that_stops_is_unavailable_and_one_that_returns_is_gone_on_with(
    server: CosmosServer,
):
    store = before(server)
    server.stop()
    with pytest.raises(Unavailable, match="ADVISOR_COSMOS_ENDPOINT"):
        store.report(REPORT.report_id)
    server.start()
    assert store.report(REPORT.report_id) == REPORT


def test_nothing_is_asked_before_the_first_record(server: CosmosServer):
    opened(server)
    assert server.requests == []


def test_every_request_for_documents_names_its_partition_or_says_that_it_asks_all(
    server: CosmosServer,
):
    before(server)
    seen(Cosmos(cosmos_settings(server)))
    about = [one for one in server.requests if "docs" in one.path.split("/")]
    everywhere = "x-ms-documentdb-query-enablecrosspartition"
    assert all(one.partition is not None or everywhere in one.headers for one in about)


def test_a_chain_ends_by_itself_after_seven_years_and_nothing_else_does(server: CosmosServer):
    before(server)
    containers = server.databases["advisor"]
    assert [one["ttl"] for one in containers[CHAINS].everything()] == [220_838_400]
    others = containers[RECORDS].everything() + containers[INSIGHTS].everything()
    assert not any("ttl" in one for one in others)
    assert all(one.made_as["defaultTtl"] == -1 for one in containers.values())


def test_the_texts_of_records_are_in_no_index(server: CosmosServer):
    before(server)
    for container in server.databases["advisor"].values():
        policy = container.made_as["indexingPolicy"]
        excluded = {one["path"] for one in policy["excludedPaths"]}
        assert {"/record/?", "/content/?"} <= excluded
        assert policy["includedPaths"] == [{"path": "/*"}]


def test_what_requests_cost_is_added_up_by_operation(server: CosmosServer):
    cosmos = Cosmos(cosmos_settings(server))
    store = CosmosRecordStore(cosmos)
    store.commit(Effects(creates=(REPORT,)))
    spent = cosmos.meter.spent()
    assert spent["write"] > 0
    store.state_of([REPORT.report_id])
    after = cosmos.meter.spent()
    assert after["query over partitions"] > spent.get("query over partitions", 0)
    assert after["write"] == spent["write"]
