"""Several acts that become one commit in Cosmos DB: crashes on the way, others in between, what is left behind."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path

import pytest

from services.adapters.azure.cosmos import INSIGHTS, RECORDS
from services.adapters.azure.store import open_store
from services.adapters.local.database import Database
from services.adapters.local.kept_answers import SqliteAnswers
from services.domain.errors import Conflict, Unavailable
from services.domain.messages import Effects, MessageKind, Queue, message
from services.ports import Store
from tests.azure.cosmos import CosmosServer, Refused, cosmos_settings
from tests.azure.test_records import from_the
from tests.contract.test_answers import an_answer
from tests.core_records import a_fact, a_report, an_insight

ONE, TWO = a_report("one.pdf", "1"), a_report("two.pdf", "2")
SENT = message(MessageKind.FACTS_EXTRACTED, ONE.report_id, "run")
LATER = message(MessageKind.FACTS_EXTRACTED, ONE.report_id, "later")


@pytest.fixture
def server() -> Iterator[CosmosServer]:
    running = CosmosServer()
    yield running
    running.stop()


@pytest.fixture
def store(server: CosmosServer, tmp_path: Path) -> Store:
    return opened(server, tmp_path)


def opened(server: CosmosServer, folder: Path) -> Store:
    answers = SqliteAnswers(Database(folder / "advisor.sqlite3"))
    return open_store(cosmos_settings(server), answers)


def act(store: Store) -> None:
    """What a request does: it reads, commits twice, and its answer is kept."""
    with store.answers.together(alone=True):
        assert len(store.records.facts(ONE.report_id)) == 1
        store.records.commit(Effects(records=(a_fact(ONE, 1),), messages=(SENT,)))
        store.records.commit(Effects(creates=(TWO,), records=(an_insight(ONE), a_fact(ONE, 2))))
        store.answers.keep(an_answer())


def seen(store: Store) -> object:
    return (
        store.records.reports(),
        store.records.facts(ONE.report_id),
        store.records.insights(),
        store.outgoing.pending(9),
        store.records.state_of([ONE.report_id, TWO.report_id]),
        store.answers.kept("answer-1") is None,
    )


@pytest.mark.parametrize("is_lost", [False, True], ids=["not done", "done and not answered"])
def test_a_crash_at_any_request_leaves_all_of_it_or_nothing(
    server: CosmosServer, store: Store, is_lost: bool
):
    store.records.commit(Effects(creates=(ONE,), records=(a_fact(ONE),)))
    old, kept, start = seen(store), deepcopy(server.databases), len(server.requests)
    act(store)
    requests, new = len(server.requests) - start, seen(store)
    outcomes = set[bool]()
    for number in range(requests + 1):
        server.databases = deepcopy(kept)
        crash = from_the(number, Refused(400, "dead"))
        server.refuse, server.lose = (server.refuse, crash) if is_lost else (crash, server.lose)
        with suppress(Unavailable):
            act(store)
        server.refuse = server.lose = lambda _: None
        found = seen(store)
        assert found[-1] == old[-1] or found == new
        assert found in (old, new), f"half of it after request {number}"
        outcomes.add(found == new)
    assert outcomes == {False, True}


def test_what_somebody_changed_between_reading_and_writing_is_not_written_over(
    store: Store, server: CosmosServer, tmp_path: Path
):
    store.records.commit(Effects(creates=(ONE,), records=(a_fact(ONE),)))
    other = opened(server, tmp_path)

    def late() -> None:
        with store.answers.together():
            store.records.facts(ONE.report_id)
            # What another process does, this thread being in no block of its own there.
            elsewhere(other, Effects(records=(a_fact(ONE, value="7"),)))
            store.records.commit(Effects(records=(a_fact(ONE, value="8"),)))

    with pytest.raises(Conflict, match="at the same moment"):
        late()
    assert [str(one.value) for one in store.records.facts(ONE.report_id)] == ["7"]


def test_what_somebody_changed_after_it_was_written_here_is_not_written_over_either(
    store: Store, server: CosmosServer, tmp_path: Path
):
    store.records.commit(Effects(creates=(ONE,), records=(a_fact(ONE),)))
    other = opened(server, tmp_path)

    def late() -> None:
        with store.answers.together():
            store.records.commit(Effects(creates=(TWO,), records=(a_fact(ONE, value="8"),)))
            elsewhere(other, Effects(records=(a_fact(ONE, value="7"),)))
            store.answers.keep(an_answer())

    with pytest.raises(Conflict, match="at the same moment"):
        late()
    assert [str(one.value) for one in store.records.facts(ONE.report_id)] == ["7"]
    assert store.records.reports() == [ONE]
    assert store.answers.kept("answer-1") is None


def test_that_the_queue_has_a_message_meanwhile_hinders_nobody(store: Store):
    store.records.commit(Effects(creates=(ONE,), messages=(SENT,)))
    with store.answers.together():
        store.records.commit(Effects(records=(a_fact(ONE),), messages=(LATER,)))
        in_a_thread(lambda: store.outgoing.forwarded([SENT]))
        store.answers.keep(an_answer())
    assert store.outgoing.pending(9) == []
    assert store.outgoing.unprocessed()[Queue.ANALYSIS] == 2
    assert store.answers.kept("answer-1") is not None


def test_that_a_report_is_worked_on_meanwhile_is_a_conflict(store: Store):
    store.records.commit(Effects(creates=(ONE,)))

    def late() -> None:
        with store.answers.together():
            store.records.commit(Effects(records=(a_fact(ONE),)))
            in_a_thread(lambda: store.records.commit(Effects(messages=(SENT,))))

    with pytest.raises(Conflict, match="at the same moment"):
        late()
    assert store.outgoing.pending(9) == [SENT]
    assert store.records.facts(ONE.report_id) == []


def test_what_was_not_brought_into_force_is_deleted(store: Store, server: CosmosServer):
    store.records.commit(Effects(creates=(ONE,), records=(a_fact(ONE), an_insight(ONE))))
    containers = server.databases["advisor"]
    before = [len(containers[name].everything()) for name in (RECORDS, INSIGHTS)]
    with suppress(ZeroDivisionError), store.answers.together():
        store.records.commit(Effects(records=(a_fact(ONE, 1), an_insight(ONE, text="Else."))))
        store.records.commit(Effects(records=(a_fact(ONE, 2),)))
        raise ZeroDivisionError
    assert [len(containers[name].everything()) for name in (RECORDS, INSIGHTS)] == before
    assert len(store.records.facts(ONE.report_id)) == 1


def test_kept_answers_end_by_themselves_and_say_nothing_of_records(
    store: Store, server: CosmosServer
):
    version = store.listing.version()
    with store.answers.together():
        store.records.commit(Effects(messages=(SENT,)))
        store.answers.keep(an_answer())
    assert store.listing.version() == version
    documents = server.databases["advisor"][RECORDS].everything()
    ends = {one["kind"]: one.get("ttl") for one in documents if one["pk"] == "answer/answer-1"}
    assert ends == {"answers": 86_400, "head": 86_400}
    assert not any("ttl" in one for one in documents if one["pk"] != "answer/answer-1")


def elsewhere(store: Store, effects: Effects) -> None:
    in_a_thread(lambda: store.records.commit(effects))


def in_a_thread(do: Callable[[], None]) -> None:
    thread = threading.Thread(target=do)
    thread.start()
    thread.join()
