"""The outbox, on this machine and in Cosmos DB: a notice is taken by one sender at a time, and again if that one dies."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.adapters.azure.cosmos import Cosmos
from services.adapters.azure.outbox import CosmosOutbox
from services.adapters.azure.records import CosmosRecordStore
from services.adapters.local.database import Database
from services.adapters.local.outbox import SqliteOutbox
from services.adapters.local.records import SqliteRecordStore
from services.domain.ids import NoticeId, ReviewItemId
from services.domain.messages import Effects
from services.domain.notices import Notice, NoticeKind, NoticeState
from services.ports import Outbox, RecordStore
from tests.azure.cosmos import CosmosServer, cosmos_settings
from tests.core_records import NOON, Clock, a_report


@dataclass(frozen=True)
class Kept:
    store: RecordStore
    outbox: Outbox
    clock: Clock


@pytest.fixture(params=["local", "azure"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    clock = Clock()
    if request.param == "local":
        database = Database(tmp_path / "advisor.sqlite3")
        yield Kept(SqliteRecordStore(database, clock), SqliteOutbox(database, 30, clock), clock)
        database.close()
    else:
        server = CosmosServer()
        cosmos = Cosmos(cosmos_settings(server))
        yield Kept(CosmosRecordStore(cosmos, clock), CosmosOutbox(cosmos, 30, clock), clock)
        server.stop()


def a_notice(name: str = "one", to: str = "ann", **changes: object) -> Notice:
    notice = Notice(
        notice_id=NoticeId(name),
        kind=next(iter(NoticeKind)),
        to=to,
        subject="A question",
        text="Why?",
        path="/inbox",
        report_id=a_report().report_id,
        review_item_id=ReviewItemId("item"),
        written_by="ray",
        written_at=NOON,
        next_try=NOON,
    )
    return notice.model_copy(update=changes)


def test_a_notice_is_taken_once_and_again_after_the_lease(kept: Kept):
    kept.store.commit(Effects(creates=(a_notice(),)))
    taken = kept.outbox.take()
    assert taken is not None
    assert (taken.notice_id, taken.tries) == ("one", 1)
    assert kept.outbox.take() is None
    kept.clock.forward(31)
    again = kept.outbox.take()
    assert again is not None
    assert again.tries == 2


def test_the_one_that_is_due_first_is_taken_first_and_none_before_its_time(kept: Kept):
    later = a_notice("later", next_try=NOON.replace(hour=13))
    first = a_notice("first", next_try=NOON.replace(hour=11))
    kept.store.commit(Effects(creates=(later, a_notice(), first)))
    names = [taken.notice_id for taken in (kept.outbox.take(), kept.outbox.take()) if taken]
    assert names == ["first", "one"]
    assert kept.outbox.take() is None


def test_what_was_sent_is_kept_and_not_taken_again(kept: Kept):
    kept.store.commit(Effects(creates=(a_notice(),)))
    taken = kept.outbox.take()
    assert taken is not None
    sent = taken.model_copy(update={"state": NoticeState.SENT, "sent_at": NOON})
    kept.outbox.settle(sent)
    kept.clock.forward(3600)
    assert kept.outbox.take() is None
    assert kept.store.notice(NoticeId("one")) == sent


def test_notices_are_found_by_recipient_and_by_item(kept: Kept):
    kept.store.commit(Effects(creates=(a_notice(),)))
    kept.store.commit(Effects(creates=(a_notice("two", "ray@example.com"),)))
    assert [one.notice_id for one in kept.store.notices()] == ["two", "one"]
    assert [one.notice_id for one in kept.store.notices("ann")] == ["one"]
    assert [one.notice_id for one in kept.store.notices("ann", "ray@example.com")] == ["two", "one"]
    about = kept.store.notices_of(ReviewItemId("item"))
    assert [one.notice_id for one in about] == ["one", "two"]


def test_two_senders_at_once_do_not_take_the_same(kept: Kept):
    kept.store.commit(Effects(creates=(a_notice(),)))
    taken = list[Notice | None]()
    threads = [threading.Thread(target=lambda: taken.append(kept.outbox.take())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in taken if one is not None]) == 1
