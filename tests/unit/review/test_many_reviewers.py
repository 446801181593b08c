"""Twenty reviewers on one queue in one SQLite file: nothing is decided twice, no claim stays."""

import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.database import Database
from services.adapters.local.records import SqliteRecordStore
from services.domain.errors import AdvisorError
from services.domain.ids import UserId
from services.domain.reviews import ActKind, ReviewStatus, Verdict
from services.domain.users import Role, User
from services.review.desk import ReviewDesk
from services.review.queue import QueueDesk
from tests.conftest import ROOT
from tests.unit.review.conftest import LocalRoom

REVIEWERS, ITEMS = 20, 40


def work(path: str, number: int) -> int:
    """Claim and decide until nothing is left; return how many were decided."""
    records = SqliteRecordStore(Database(Path(path)))
    queue, desk = QueueDesk(records), ReviewDesk(records)
    name = f"r{number:02}"
    me = User(user_id=UserId(name), name=name, role=Role.REVIEWER)
    decided = 0
    while (item := queue.claim_next(me)) is not None:
        try:
            desk.decide(item, Verdict.APPROVE, "", me)
            decided += 1
        except AdvisorError:
            continue
    return decided


def check(local_room: LocalRoom, decided: int) -> None:
    records = local_room.records
    assert decided == ITEMS
    assert records.review_items(ReviewStatus.OPEN) == []
    items = records.review_items()
    assert [len(records.decisions(item.insight_id)) for item in items] == [1] * ITEMS
    final = Counter(a.review_item_id for a in records.review_acts() if a.is_final)
    assert set(final.values()) == {1}
    assert len(final) == ITEMS
    for item in items:
        acts = records.review_acts(item.review_item_id)
        assert [act.number for act in acts] == list(range(1, len(acts) + 1))
        assert acts[-1].kind is ActKind.APPROVE
        assert acts[-2].made_by == acts[-1].made_by
    assert SqliteAuditLog(local_room.database).verify() is None


@pytest.mark.slow
def test_twenty_threads_decide_each_item_once(local_room: LocalRoom):
    for number in range(ITEMS):
        local_room.wait(f"R{number:02}")
    done: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: done.append(work(str(local_room.path), n)))
        for n in range(REVIEWERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == REVIEWERS
    check(local_room, sum(done))


@pytest.mark.slow
def test_twenty_processes_decide_each_item_once(local_room: LocalRoom):
    for number in range(ITEMS):
        local_room.wait(f"R{number:02}")
    local_room.database.close()
    code = f"import sys; from {__name__} import work; print(work(sys.argv[1], int(sys.argv[2])))"
    # Not multiprocessing: its children run what the tests of pages left as the main module.
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(local_room.path), str(number)],
            stdout=subprocess.PIPE, cwd=ROOT, text=True,
        )
        for number in range(REVIEWERS)
    ]  # fmt: skip
    done = [int(process.communicate()[0]) for process in processes]
    check(local_room, sum(done))


@pytest.mark.slow
def test_twenty_people_at_one_item_take_one_decision(local_room: LocalRoom):
    item = local_room.wait()
    start = threading.Barrier(REVIEWERS)
    taken: list[str] = []

    def decide(number: int) -> None:
        records = SqliteRecordStore(Database(local_room.path))
        me = User(user_id=UserId(f"r{number}"), name="r", role=Role.REVIEWER)
        start.wait()
        try:
            ReviewDesk(records).decide(item.review_item_id, Verdict.REJECT, "no", me)
            taken.append(me.user_id)
        except AdvisorError:
            pass

    threads = [threading.Thread(target=decide, args=(n,)) for n in range(REVIEWERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (decision,) = local_room.records.decisions(item.insight_id)
    assert taken == [decision.decided_by]
