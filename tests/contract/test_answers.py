"""Kept answers, in SQLite and in Cosmos DB: an act of several commits and its answer are there together or not at all."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from services.adapters.azure.store import open_store
from services.adapters.local.database import Database
from services.adapters.local.kept_answers import SqliteAnswers
from services.adapters.local.wiring import local_store
from services.config import Settings
from services.domain.answers import KeptAnswer
from services.domain.base import utc_now
from services.domain.errors import Conflict
from services.domain.insights import Insight
from services.domain.messages import Effects, MessageKind, Queue, message
from services.domain.reports import Fact, Report
from services.ports import Store
from tests.azure.cosmos import CosmosServer, cosmos_settings
from tests.core_records import (
    a_chain,
    a_decision,
    a_fact,
    a_report,
    a_review_item,
    an_insight,
)

ONE, TWO = a_report("one.pdf", "1"), a_report("two.pdf", "2")
SENT = message(MessageKind.REPORT_RECEIVED, ONE.report_id, "run")


@dataclass(frozen=True)
class Kept:
    store: Store
    again: Callable[[], Store]
    """The same store as another process has it."""


@pytest.fixture(params=["local", "azure"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    settings = Settings(_env_file=None, data_dir=tmp_path)
    if request.param == "local":
        yield Kept(local_store(settings), lambda: local_store(settings))
        return
    server = CosmosServer()
    there = cosmos_settings(server, data_dir=tmp_path)

    def opened() -> Store:
        return open_store(there, SqliteAnswers(Database(tmp_path / "advisor.sqlite3")))

    yield Kept(opened(), opened)
    server.stop()


@pytest.fixture
def store(kept: Kept) -> Store:
    return kept.store


def creating(*reports: Report) -> Effects:
    return Effects(creates=reports)


def names(store: Store) -> set[str]:
    return {one.name for one in store.records.reports()}


def an_answer(name: str = "answer-1") -> KeptAnswer:
    return KeptAnswer(
        answer_id=name, fingerprint="f", status=202, headers=(), body="{}", made_at=utc_now()
    )


def elsewhere(look: Callable[[], None]) -> None:
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()


def test_what_is_written_meanwhile_is_seen_inside_and_by_others_only_at_the_end(kept: Kept):
    store, other, seen = kept.store, kept.again(), list[object]()
    before = store.listing.version()

    def look() -> None:
        seen.append((names(other), other.answers.kept("answer-1") is not None))
        seen.append(other.outgoing.unprocessed()[Queue.INGESTION])

    with store.answers.together():
        store.records.commit(Effects(creates=(ONE,), messages=(SENT,)))
        assert names(store) == {"one.pdf"}
        assert store.records.is_in_work(ONE.report_id)
        assert store.listing.version() != before
        store.records.commit(creating(TWO))
        store.answers.keep(an_answer())
        assert store.answers.kept("answer-1") is not None
        elsewhere(look)
    elsewhere(look)
    assert seen == [(set(), False), 0, ({"one.pdf", "two.pdf"}, True), 1]


def test_an_error_takes_everything_back(store: Store):
    with suppress(ZeroDivisionError), store.answers.together():
        store.records.commit(creating(ONE))
        store.records.commit(creating(TWO))
        store.answers.keep(an_answer())
        raise ZeroDivisionError
    assert names(store) == set()
    assert store.answers.kept("answer-1") is None
    with store.answers.together():
        store.records.commit(creating(ONE))
        store.answers.keep(an_answer())
    assert names(store) == {"one.pdf"}
    assert store.answers.kept("answer-1") is not None


def test_a_part_that_fails_takes_itself_back_and_the_rest_goes_on(store: Store):
    third = a_report("three.pdf", "3")
    with store.answers.together():
        store.records.commit(creating(ONE))
        with pytest.raises(Conflict):
            store.records.commit(creating(TWO, ONE))
        store.records.commit(creating(third))
    assert names(store) == {"one.pdf", "three.pdf"}


def test_later_parts_write_over_earlier_ones_and_over_what_was_there(store: Store):
    insight = an_insight(ONE)
    facts = tuple(a_fact(ONE, row) for row in range(3))
    store.records.commit(
        Effects(creates=(ONE,), records=(*facts, insight, a_chain(insight), a_review_item(insight)))
    )
    later = an_insight(ONE, text="Something else.")
    with store.answers.together():
        store.records.commit(
            Effects(records=(a_fact(ONE, 0, value="7"), a_fact(ONE, 1, value="7")))
        )
        store.records.commit(Effects(records=(a_fact(ONE, 0, value="8"),)))
        store.records.commit(Effects(records=(later,), replaces=((Insight, ONE.report_id),)))
        store.records.commit(
            Effects(records=(a_fact(ONE, 5, value="9"),), replaces=((Fact, ONE.report_id),))
        )
        store.records.commit(Effects(records=(a_fact(ONE, 6, value="9"),)))
        inside = store.records.facts(ONE.report_id), store.records.insights(ONE.report_id)
    assert inside == (store.records.facts(ONE.report_id), store.records.insights(ONE.report_id))
    assert [str(one.value) for one in store.records.facts(ONE.report_id)] == ["9", "9"]
    assert store.records.insights(ONE.report_id) == [later]
    store.records.commit(Effects(records=(a_fact(ONE, 7, value="10"),)))
    assert len(store.records.facts(ONE.report_id)) == 3


def test_an_answer_is_kept_once(kept: Kept):
    store, other = kept.store, kept.again()
    with store.answers.together():
        store.records.commit(creating(ONE))
        store.answers.keep(an_answer())

    def act() -> None:
        with other.answers.together():
            other.records.commit(creating(TWO))
            other.answers.keep(an_answer())

    with pytest.raises(Conflict):
        act()
    assert names(store) == {"one.pdf"}


def test_an_answer_to_what_wrote_no_record_is_kept_too(kept: Kept):
    with kept.store.answers.together():
        kept.store.answers.keep(an_answer())
    assert kept.again().answers.kept("answer-1") is not None


def test_of_two_who_do_the_same_under_one_key_one_does_it(kept: Kept):
    start, done = threading.Barrier(2), list[str]()

    def act(report: Report) -> None:
        store = kept.again()
        start.wait()
        try:
            with store.answers.together():
                store.records.commit(creating(report))
                store.answers.keep(an_answer())
            done.append(report.name)
        except Conflict:
            done.append("refused")

    threads = [threading.Thread(target=act, args=(one,)) for one in (ONE, TWO)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(kept.store)) == 1
    assert sorted(done) == sorted([*names(kept.store), "refused"])


def test_an_answer_whose_time_is_over_is_not_given_and_makes_room(kept: Kept):
    store, moment = kept.store, [utc_now()]
    store.answers._clock = lambda: moment[0]
    with store.answers.together():
        store.records.commit(creating(ONE))
        store.answers.keep(an_answer())
    moment[0] += timedelta(hours=24, seconds=1)
    assert store.answers.kept("answer-1") is None
    again = an_answer().model_copy(update={"made_at": moment[0], "body": "again"})
    with store.answers.together():
        store.records.commit(creating(TWO))
        store.answers.keep(again)
    assert store.answers.kept("answer-1") == again


def test_a_decision_and_its_answer_are_one(kept: Kept):
    insight = an_insight(ONE)
    store = kept.store
    store.records.commit(Effects(creates=(ONE,), records=(insight, a_review_item(insight))))
    with suppress(ZeroDivisionError), store.answers.together(alone=True):
        store.records.commit(Effects(creates=(a_decision(insight),)))
        assert store.records.decisions(insight.insight_id) == [a_decision(insight)]
        raise ZeroDivisionError
    assert store.records.decisions(insight.insight_id) == []
    with store.answers.together(alone=True):
        store.records.commit(Effects(creates=(a_decision(insight),)))
        store.answers.keep(an_answer())
    assert kept.again().records.decisions(insight.insight_id) == [a_decision(insight)]
