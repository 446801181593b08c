"""A request with an Idempotency-Key is done once, however often, however parallel, whatever dies on the way."""

import os
import socket
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount

from services.adapters.local.wiring import local_store
from services.api.app import create_app
from services.api.once import Asking, Once
from services.bootstrap import build
from services.domain.answers import KEPT_FOR, KeptAnswer
from services.domain.base import utc_now
from services.domain.errors import Conflict, InvalidInput
from services.domain.ids import UserId
from services.domain.messages import Effects
from services.domain.users import Role
from tests.api.test_ingesting import ingest
from tests.callers import As, a_user
from tests.core_records import a_report
from tests.small_reports import small_csv
from tests.trail import acts_of

CRASH = 137


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def test_the_same_key_gives_the_same_answer_and_nothing_is_done_again(services, analyst):
    first = ingest(analyst, "a.csv", small_csv(1), headers=keyed("k-1"))
    again = ingest(analyst, "a.csv", small_csv(1), headers=keyed('"k-1"'))
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.content == first.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    for header in ("location", "operation-location", "retry-after", "content-type"):
        assert again.headers[header] == first.headers[header]
    assert acts_of(services) == ["report_received"]


def test_without_a_key_a_repeat_is_another_request(services, analyst):
    first, again = (ingest(analyst, "a.csv", small_csv(1)) for _ in range(2))
    assert first.json()["ingestion_id"] == again.json()["ingestion_id"]
    assert (first.json()["outcome"], again.json()["outcome"]) == ("new", "duplicate")
    assert acts_of(services) == ["report_received", "report_duplicate"]


@pytest.mark.parametrize(
    ("name", "content"), [("a.csv", small_csv(2)), ("b.csv", small_csv(1))], ids=["bytes", "name"]
)
def test_a_key_that_was_used_for_something_else_is_refused(services, analyst, name, content):
    ingest(analyst, "a.csv", small_csv(1), headers=keyed("k"))
    other = ingest(analyst, name, content, headers=keyed("k"))
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency-key-reused"
    assert len(services.ports.records.reports()) == 1


def test_a_key_belongs_to_one_person_and_one_address(services, as_user, analyst):
    ingest(analyst, "a.csv", small_csv(1), headers=keyed("k"))
    other = as_user(a_user(Role.ANALYST, user_id=UserId("somebody-else")))
    answer = ingest(other, "a.csv", small_csv(1), headers=keyed("k"))
    assert answer.json()["outcome"] == "duplicate"
    assert analyst.post("/api/v1/samples", headers=keyed("k")).status_code == 202


@pytest.mark.parametrize(
    "changed",
    [{"role": Role.ADMIN}, {"companies": frozenset({"acme"})}, {"companies": frozenset()}],
    ids=str,
)
def test_an_answer_is_not_given_again_to_who_has_another_role_or_other_companies_now(
    services, as_user, changed
):
    ann = a_user(Role.ANALYST, user_id=UserId("ann"))
    assert ingest(as_user(ann), "a.csv", small_csv(1), headers=keyed("k")).status_code == 202
    later = as_user(ann.model_copy(update=changed))
    answer = ingest(later, "a.csv", small_csv(1), headers=keyed("k"))
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert acts_of(services) == ["report_received"]


@pytest.mark.parametrize("key", ["", '""', '"open', "two words", "x" * 256, 'a"b', "ü"])
def test_what_is_no_key_is_refused_before_anything_is_done(services, analyst, key):
    answer = ingest(analyst, "a.csv", small_csv(1), headers={b"Idempotency-Key": key.encode()})
    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed-idempotency-key"
    assert services.ports.records.reports() == []


def test_two_keys_in_one_request_are_none(analyst):
    twice = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    assert ingest(analyst, "a.csv", small_csv(1), headers=twice).status_code == 400


@pytest.mark.parametrize("key", ["x" * 255, "~!#", '"ab"', r'"a\"b"'])
def test_the_longest_and_the_strangest_keys_are_taken(analyst, key):
    assert ingest(analyst, "a.csv", small_csv(1), headers=keyed(key)).status_code == 202


def test_an_error_is_not_kept_but_its_entry_in_the_trail_is(services, analyst):
    refused = [ingest(analyst, "a.txt", b"junk", headers=keyed("k")) for _ in range(2)]
    assert [one.status_code for one in refused] == [415, 415]
    assert acts_of(services) == ["report_refused", "report_refused"]
    assert ingest(analyst, "a.csv", small_csv(1), headers=keyed("k")).status_code == 202


def test_an_answer_is_kept_for_a_day_and_dropped_with_the_next_one(services):
    now = [utc_now()]
    answers = local_store(services.settings).answers
    answers._clock = lambda: now[0]
    kept = KeptAnswer(
        answer_id="a", fingerprint="f", status=202, headers=(), body="{}", made_at=now[0]
    )
    answers.keep(kept)
    now[0] += KEPT_FOR - timedelta(seconds=1)
    assert answers.kept("a") == kept
    with pytest.raises(Conflict):
        answers.keep(kept)
    now[0] += timedelta(seconds=1)
    assert answers.kept("a") is None
    answers.keep(kept.model_copy(update={"answer_id": "b", "made_at": now[0]}))
    with sqlite3.connect(services.settings.data_dir / "advisor.sqlite3") as raw:
        assert raw.execute("SELECT answer_id FROM kept_answers").fetchall() == [("b",)]


def said(key: str = "k", sent: bytes = b"{}") -> Asking:
    return Asking("ann", "POST", "/api/v1/x", sent, key)


def answer_of(services, *acts: Callable[[], object]):
    def act():
        for one in acts:
            one()
        return plainly(b'{"done": true}')

    return act


def plainly(body: bytes) -> Response:
    return Response(body, 200, media_type="application/json")


def test_while_the_first_is_running_the_second_is_told_to_wait(services):
    once, inside, go_on = Once(services.answers), threading.Event(), threading.Event()

    def slow():
        inside.set()
        assert go_on.wait(30)
        return plainly(b"1")

    with ThreadPoolExecutor() as pool:
        first = pool.submit(once, said(), slow)
        assert inside.wait(30)
        with pytest.raises(Conflict) as refused:
            once(said(), slow)
        assert (refused.value.code, refused.value.retryable) == ("still-running", True)
        go_on.set()
        assert first.result(30).body == b"1"
    assert once(said(), slow).body == b"1"


def test_of_two_processes_the_second_takes_back_what_it_did_and_gives_the_first_answer(services):
    """Two applications over one store know nothing of each other's running requests."""
    mine, other = Once(services.answers), Once(build(services.settings).answers)
    one, two = a_report("one.pdf", "one"), a_report("two.pdf", "two")

    def overtaken():
        faster = threading.Thread(
            target=other, args=(said(), answer_of(services, lambda: commit(one)))
        )
        faster.start()
        faster.join(30)
        commit(two)
        return plainly(b"mine")

    def commit(report):
        services.ports.records.commit(Effects(creates=(report,)))

    assert mine(said(), overtaken).body == b'{"done": true}'
    assert [one.name for one in services.ports.records.reports()] == ["one.pdf"]


def test_who_is_refused_because_another_process_did_it_gets_its_answer(services):
    mine, other = Once(services.answers), Once(build(services.settings).answers)

    def overtaken():
        faster = threading.Thread(target=other, args=(said(), answer_of(services)))
        faster.start()
        faster.join(30)
        raise Conflict("Somebody did this already.")

    assert mine(said(), overtaken).body == b'{"done": true}'


def test_an_act_of_several_commits_is_stored_with_its_answer_or_not_at_all(services):
    def commit(name):
        services.ports.records.commit(Effects(creates=(a_report(name, name),)))

    def broken():
        commit("one.pdf")
        commit("two.pdf")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Once(services.answers)(said(), broken)
    assert services.ports.records.reports() == []

    def refused_in_the_middle():
        commit("one.pdf")
        with suppress(Conflict):
            services.ports.records.commit(
                Effects(creates=(a_report("x.pdf", "x"), a_report("one.pdf", "one.pdf")))
            )
        raise InvalidInput("The second one cannot be.")

    with pytest.raises(InvalidInput):
        Once(services.answers)(said(), refused_in_the_middle)
    assert [one.name for one in services.ports.records.reports()] == ["one.pdf"]
    assert services.answers.kept(said().answer_id) is None


@pytest.fixture
def served(services):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    app = As(Starlette(routes=[Mount("/api/v1", create_app(services))]), a_user(Role.ANALYST))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}/api/v1"
    server.should_exit = True
    thread.join(timeout=10)


def test_a_hundred_at_once_make_one_document_and_one_message(services, served):
    def send(_: int) -> httpx2.Response:
        with httpx2.Client(trust_env=False, timeout=60) as client:
            return client.post(
                f"{served}/documents/ingest",
                files={"file": ("a.csv", small_csv(1))},
                headers=keyed("one-key"),
            )

    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(send, range(100)))
    counted = Counter(one.status_code for one in answers)
    assert set(counted) <= {202, 409}
    assert counted[202] >= 1
    assert len({one.content for one in answers if one.status_code == 202}) == 1
    assert all(one.headers["retry-after"] == "1" for one in answers if one.status_code == 409)
    assert len(services.ports.records.reports()) == 1
    assert sum(services.ports.queue.depth().values()) == 1
    assert acts_of(services) == ["report_received"]


def crashes(act: Callable[[], object]) -> bool:
    pid = os.fork()
    if pid == 0:
        with suppress(BaseException):
            act()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == CRASH


def begun(services) -> Callable[[], object]:
    user = a_user(Role.ANALYST)

    def act():
        accepted = services.intake.accept("a.csv", small_csv(1), user)
        return plainly(accepted.report.report_id.encode())

    return act


@pytest.mark.parametrize("point", ["before the answer is kept", "after the commit"])
def test_a_server_that_dies_on_the_way_has_done_all_or_nothing_and_the_retry_is_right(
    services, point
):
    def act():
        own = build(services.settings)
        if point == "after the commit":
            Once(own.answers)(said(), begun(own))
            os._exit(CRASH)
        own.answers.keep = lambda _: os._exit(CRASH)
        Once(own.answers)(said(), begun(own))

    assert crashes(act)
    done = point == "after the commit"
    assert len(services.ports.records.reports()) == done
    answer = Once(services.answers)(said(), begun(services))
    (report,) = services.ports.records.reports()
    assert answer.body.decode() == report.report_id
    assert ("idempotency-replayed" in answer.headers) is done
    assert acts_of(services) == ["report_received"]
    assert sum(services.ports.queue.depth().values()) == 1
