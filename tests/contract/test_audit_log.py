"""What every audit trail keeps to, in SQLite and in Table Storage alike: linked, searched, and every tampering found."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from services.adapters.azure import audit_log as azure_log
from services.adapters.local import audit_log as local_log
from services.audit import ACTING_FROM, GENESIS, canonical_json, link_hash
from services.domain.audit import AuditEvent, AuditQuery, BreachKind, RequestEvent
from services.domain.ids import UserId
from services.ports import AuditLog
from tests.contract.trails import NOTHING, TRAILS, Row, Tampering, Trail, opened_trail
from tests.core_records import NOON


def an_event(number: int = 1, **changed: object) -> AuditEvent:
    fields = {
        "actor": UserId(("ann", "bob", "cid")[number % 3]),
        "action": "read" if number % 5 else "signed",
        "resource": f"report-{number % 7}",
        "detail": {"amount": f"{number}.00"},
        "at": NOON + timedelta(minutes=number),
    }
    return AuditEvent.model_validate(fields | changed)


@pytest.fixture(params=TRAILS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Trail]:
    yield from opened_trail(request, tmp_path)


@pytest.fixture
def log(place: Trail) -> AuditLog:
    return place.open()


@pytest.fixture
def trail(place: Trail) -> AuditLog:
    """Ten entries, checkpoints at 4 and 10."""
    log = place.open()
    for number in range(1, 11):
        log.append(an_event(number))
        if number in {4, 10}:
            assert log.inspect().breach is None
    return log


def test_entries_are_numbered_without_gaps_and_linked(trail: AuditLog):
    entries = trail.entries()[::-1]
    assert [entry.seq for entry in entries] == list(range(1, 11))
    assert [entry.event for entry in entries] == [an_event(number) for number in range(1, 11)]
    assert entries[0].previous_hash == GENESIS
    assert all(b.previous_hash == a.entry_hash for a, b in pairwise(entries))
    assert trail.verify() is None


def test_an_empty_trail_is_whole(log: AuditLog):
    found = log.inspect()
    assert (found.breach, found.first, found.last, found.head) == (None, 1, 0, GENESIS)
    assert log.entries() == list(log.stored()) == log.search(AuditQuery()).items == []


def test_both_trails_link_the_same_event_to_the_same_hash(log: AuditLog):
    entry = log.append(an_event(1, actor="ann", action="report_read", resource="r1", at=NOON))
    assert entry.event_id == "597cb14e-ef15-7ee2-c4cf-2a0b5f12c0cf"
    assert entry.row_key == "2026-03-02T12:00:00.000000Z-597cb14e-ef15-7ee2-c4cf-2a0b5f12c0cf"
    assert log.entries() == [entry]


def test_entries_are_found_by_resource_newest_first(trail: AuditLog):
    assert [entry.seq for entry in trail.entries("report-1")] == [8, 1]
    assert trail.entries("report-") == []
    assert [entry.seq for entry in trail.entries(limit=2)] == [10, 9]


def test_what_is_stored_is_given_out_word_for_word(trail: AuditLog):
    stored = list(trail.stored())
    assert [row[0] for row in stored] == list(range(1, 11))
    assert [row[1] for row in stored] == [canonical_json(an_event(n)) for n in range(1, 11)]
    assert all(link_hash(before, text) == linked for _, text, before, linked in stored)


def test_another_process_goes_on_with_the_trail(place: Trail, trail: AuditLog):
    other = place.open()
    assert other.append(an_event(11)).seq == 11
    assert trail.append(an_event(12)).seq == 12
    assert [entry.seq for entry in other.entries(limit=3)] == [12, 11, 10]
    assert other.verify() is None


def test_many_writers_make_one_line_of_entries(place: Trail):
    logs = [place.open() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        written = pool.map(lambda n: logs[n % 4].append(an_event(1)).seq, range(24))
        assert sorted(written) == list(range(1, 25))
    found = logs[0].inspect()
    assert (found.breach, found.last) == (None, 24)


@pytest.mark.parametrize(
    "text",
    ["ein Ärger 💶", "a\nb\x01c\x7f", "'; drop", 'quote " and \\', "x" * 40_000, "💶" * 30_000],
    ids=["wide", "control", "quote", "escaped", "long", "long and wide"],
)
def test_any_text_comes_back_as_it_was(log: AuditLog, text: str):
    entry = log.append(an_event(1, resource=text, detail={"told": text}))
    assert log.entries(text) == [entry]
    assert log.search(AuditQuery(resource=text)).items == [entry]
    assert log.verify() is None


def test_an_act_from_a_page_keeps_its_address_and_one_of_the_system_has_none(log: AuditLog):
    token = ACTING_FROM.set("192.0.2.7")
    try:
        log.append(an_event())
    finally:
        ACTING_FROM.reset(token)
    log.append(an_event())
    assert [one.event.ip_address for one in log.entries()] == ["", "192.0.2.7"]


# Requests


def a_request(part: str | None, second: int = 0, **changed: object) -> RequestEvent:
    event = an_event(1, at=NOON.replace(second=second), detail={}, **changed)
    return RequestEvent(event, part)


def told(log: AuditLog) -> list[tuple[str, dict[str, str]]]:
    return [(one.event.resource, one.event.detail) for one in log.entries()[::-1]]


def test_requests_alike_within_a_minute_are_one_entry_and_their_count(place: Trail, log: AuditLog):
    log.witness([a_request("1"), a_request("2"), a_request(None, resource="other")], NOON)
    assert told(log) == [("report-1", {}), ("other", {})]
    place.open().witness([a_request("2", 30), a_request("3", 59)], NOON.replace(second=59))
    assert len(told(log)) == 2
    log.witness([], NOON + timedelta(minutes=1))
    counted = {"count": "3", "minute": "2026-03-02T12:00Z", "parts": "2 3"}
    assert told(log)[2:] == [("report-1", counted)]
    log.witness([], NOON + timedelta(minutes=2))
    assert len(told(log)) == 3
    assert log.verify() is None


def test_a_flood_from_everywhere_is_counted_without_addresses(
    log: AuditLog, monkeypatch: pytest.MonkeyPatch
):
    for module in ("services.adapters.local.tallies", "services.adapters.azure.tallies"):
        monkeypatch.setattr(f"{module}.MOST_TALLIES", 2)
    log.witness([a_request("1", ip_address=f"192.0.2.{n}") for n in range(6)], NOON)
    assert len(told(log)) == 3
    log.witness([], NOON + timedelta(minutes=1))
    assert told(log)[3:] == [
        ("report-1", {"count": "3", "minute": "2026-03-02T12:00Z", "parts": "1"})
    ]


def test_many_requests_are_written_at_once_and_over_the_end_of_a_month(log: AuditLog):
    start = datetime.fromisoformat("2026-03-31T23:58:00Z")
    events = [an_event(n, at=start + timedelta(seconds=n)) for n in range(250)]
    log.witness([RequestEvent(event) for event in events], start)
    assert [one.event for one in log.entries(limit=300)[::-1]] == events
    assert {one.partition_key for one in log.entries(limit=300)} == {"2026-03", "2026-04"}
    assert log.verify() is None


# Searching


QUERIES = [
    {},
    {"actor": "ann"},
    {"action": "signed"},
    {"actor": "bob", "action": "read"},
    {"resource": "report-3"},
    {"resource": "rep", "actor": "cid"},
    {"resource": "eport"},
    {"since": NOON + timedelta(minutes=5), "until": NOON + timedelta(minutes=20)},
    {"actor": "ann", "until": NOON + timedelta(minutes=20)},
    {"since": NOON + timedelta(days=900)},
]


def numbers(log: AuditLog, asked: dict[str, object], limit: int) -> list[int]:
    """The numbers of all pages of a search in their order."""
    found, after = list[int](), None
    while True:
        page = log.search(AuditQuery.model_validate(asked), after, limit)
        found += [entry.seq for entry in page.items]
        if page.after is None:
            return found
        assert len(page.items) == limit
        after = page.after


def test_a_search_finds_what_matches_newest_first_in_pages_of_any_size(log: AuditLog):
    """Not all entries are in the order of their times, and some are years and months apart."""
    events = [an_event(number + 3 if number % 10 == 0 else number) for number in range(40)]
    events += [
        an_event(number, at=NOON + timedelta(days=29 * number)) for number in range(3, 30, 5)
    ]
    log.witness([RequestEvent(event) for event in events], NOON)

    def matches(event: AuditEvent, asked: dict) -> bool:
        return (
            asked.get("actor") in {None, event.actor}
            and asked.get("action") in {None, event.action}
            and event.resource.startswith(asked.get("resource", ""))
            and asked.get("since", NOON) <= event.at
            and event.at < asked.get("until", NOON + timedelta(days=9_000))
        )

    newest_first = sorted(log.entries(), key=lambda one: (one.event.at, one.seq), reverse=True)
    assert len(newest_first) == len(events)
    for asked in QUERIES:
        expected = [one.seq for one in newest_first if matches(one.event, asked)]
        for limit in (3, 200):
            assert numbers(log, asked, limit) == expected, asked


def test_times_with_and_without_fractions_are_in_one_order(log: AuditLog):
    for fraction in (0, 5, 500_000):
        log.append(an_event(0, at=NOON.replace(microsecond=fraction)))
    log.append(an_event(0, at=NOON.replace(second=1)))
    assert numbers(log, {}, 1) == [4, 3, 2, 1]


def test_a_page_behind_a_place_that_is_no_time_ends_somewhere(trail: AuditLog):
    """Whoever asks made it up; it is compared as a text."""
    assert len(trail.search(AuditQuery(), ("2026-99-99T00:00:00", 1)).items) == 10
    assert trail.search(AuditQuery(), ("1999-99-99T00:00:00", 1)).items == []


# Tampering


def flip_a_byte(rows: list[Row], head: tuple[int, str]):
    return [(s, e.replace("5.00", "6.00") if s == 5 else e, p, h) for s, e, p, h in rows], head


def change_a_stored_hash(rows: list[Row], head: tuple[int, str]):
    return [(s, e, p, "0" * 64 if s == 5 else h) for s, e, p, h in rows], head


def change_a_link(rows: list[Row], head: tuple[int, str]):
    return [(s, e, "ab" if s == 5 else p, h) for s, e, p, h in rows], head


def rehash_one_entry(rows: list[Row], head: tuple[int, str]):
    seq, event, previous, _ = rows[4]
    event = event.replace("5.00", "6.00")
    return [*rows[:4], (seq, event, previous, link_hash(previous, event)), *rows[5:]], head


def swap(one: int, other: int) -> Tampering:
    def swapped(rows: list[Row], head: tuple[int, str]):
        places = {one: other, other: one}
        return sorted((places.get(s, s), e, p, h) for s, e, p, h in rows), head

    return swapped


def delete_one_in_the_middle(rows: list[Row], head: tuple[int, str]):
    return [row for row in rows if row[0] != 5], head


def delete_one_and_close_the_gap(rows: list[Row], head: tuple[int, str]):
    return [(s - (s > 5), e, p, h) for s, e, p, h in rows if s != 5], head


def insert_one(rows: list[Row], head: tuple[int, str]):
    moved = [(s + (s >= 5), e, p, h) for s, e, p, h in rows]
    return sorted([*moved, (5, rows[4][1], rows[4][2], "x")]), head


def insert_a_linked_one(rows: list[Row], head: tuple[int, str]):
    moved = [(s + (s >= 5), e, p, h) for s, e, p, h in rows]
    text, before = canonical_json(an_event(99)), rows[3][3]
    return sorted([*moved, (5, text, before, link_hash(before, text))]), head


def add_at_the_end(rows: list[Row], head: tuple[int, str]):
    text = canonical_json(an_event())
    return [*rows, (11, text, head[1], link_hash(head[1], text))], head


def cut_the_tail(rows: list[Row], head: tuple[int, str]):
    return rows[:7], head


def cut_the_tail_with_its_head(rows: list[Row], head: tuple[int, str]):
    return rows[:7], (7, rows[6][3])


def cut_all(rows: list[Row], head: tuple[int, str]):
    return [], NOTHING


def rewrite_from(first: int) -> Tampering:
    def rewritten(rows: list[Row], head: tuple[int, str]):
        kept, before = rows[: first - 1], rows[first - 2][3] if first > 1 else GENESIS
        for seq, event, _, _ in rows[first - 1 :]:
            event = event.replace("amount", "Amount")
            kept = [*kept, (seq, event, before, before := link_hash(before, event))]
        kept = [(s, e, kept[n - 1][3] if n else GENESIS, h) for n, (s, e, _, h) in enumerate(kept)]
        return kept, (kept[-1][0], kept[-1][3])

    return rewritten


def change_the_last_with_its_hash(rows: list[Row], head: tuple[int, str]):
    seq, event, previous, _ = rows[9]
    event = event.replace("10.00", "11.00")
    return [*rows[:9], (seq, event, previous, link_hash(previous, event))], head


@pytest.mark.parametrize(
    ("how", "seq", "kind"),
    [
        (flip_a_byte, 5, BreachKind.CHANGED),
        (change_a_stored_hash, 5, BreachKind.CHANGED),
        (change_a_link, 5, BreachKind.CHANGED),
        (rehash_one_entry, 6, BreachKind.CHANGED),
        (swap(5, 6), 5, BreachKind.SWAPPED),
        (swap(3, 8), 3, BreachKind.SWAPPED),
        (delete_one_in_the_middle, 5, BreachKind.DELETED),
        (delete_one_and_close_the_gap, 5, BreachKind.DELETED),
        (insert_one, 5, BreachKind.INSERTED),
        (insert_a_linked_one, 5, BreachKind.INSERTED),
        (add_at_the_end, 11, BreachKind.INSERTED),
        (cut_the_tail, 8, BreachKind.TRUNCATED),
        (cut_the_tail_with_its_head, 8, BreachKind.TRUNCATED),
        (cut_all, 1, BreachKind.TRUNCATED),
        (change_the_last_with_its_hash, 5, BreachKind.REWRITTEN),
        (rewrite_from(1), 1, BreachKind.REWRITTEN),
        (rewrite_from(7), 5, BreachKind.REWRITTEN),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_what_was_done_is_named_with_the_first_entry_it_was_done_to(
    place: Trail, trail: AuditLog, how: Tampering, seq: int, kind: BreachKind
):
    place.tamper(how)
    for log in (trail, place.open()):
        found = log.inspect()
        assert found.breach is not None
        assert (found.breach.seq, found.breach.kind) == (seq, kind), found.breach.sentence
        assert [one.seq for one in found.checkpoints] == [4, 10]


def test_what_is_put_back_as_it_was_is_whole(place: Trail, trail: AuditLog):
    place.tamper(lambda rows, head: (rows, head))
    assert trail.inspect().breach is None


def test_without_checkpoints_a_full_rewrite_passes_unseen(place: Trail, trail: AuditLog):
    place.tamper(rewrite_from(1))
    assert place.open(marked=False).verify() is None


def test_a_whole_trail_names_its_entries_head_and_checkpoints(trail: AuditLog):
    found = trail.inspect()
    assert (found.breach, found.first, found.last) == (None, 1, 10)
    assert found.head == trail.entries(limit=1)[0].entry_hash
    assert [one.seq for one in found.checkpoints] == [4, 10]
    assert found.checkpoints[1].previous == found.checkpoints[0].signature


def test_a_checkpoint_is_left_every_so_many_entries(place: Trail, monkeypatch: pytest.MonkeyPatch):
    for module in (local_log, azure_log):
        monkeypatch.setattr(module, "CHECKPOINT_EVERY", 3)
    log = place.open()
    for number in range(1, 9):
        log.append(an_event(number))
    assert [one.seq for one in log.inspect().checkpoints] == [3, 6, 8]


def test_two_processes_that_leave_checkpoints_keep_one_line_of_signatures(
    place: Trail, trail: AuditLog
):
    other = place.open()
    for number in range(11, 15):
        (trail if number % 2 else other).append(an_event(number))
        trail.inspect()
        other.inspect()
    found = trail.inspect()
    assert [one.seq for one in found.checkpoints] == [4, 10, 11, 12, 13, 14]
    assert found.breach is None


def test_a_signature_is_the_installations_own(place: Trail, trail: AuditLog):
    assert trail.sign(b"x") == place.open().sign(b"x") != trail.sign(b"y")


# Checks of what is new


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time of checks; the trail is a long one."""
    now = [NOON + timedelta(minutes=30)]
    for module in (local_log, azure_log):
        monkeypatch.setattr(module, "WHOLE_UP_TO", 0)
        monkeypatch.setattr(module, "utc_now", lambda: now[0])
    return now


def test_a_check_reads_what_is_new_and_says_when_the_rest_was_checked(
    trail: AuditLog, now: list[datetime]
):
    began = now[0]
    whole = trail.check()
    assert (whole.breach, whole.first, whole.last, whole.whole_at) == (None, 1, 10, began)
    now[0] += timedelta(minutes=5)
    trail.append(an_event(35))
    new = trail.check()
    assert (new.breach, new.first, new.last, new.at, new.whole_at) == (None, 11, 11, now[0], began)
    assert new.head == trail.entries(limit=1)[0].entry_hash
    assert (trail.check().first, trail.check().last) == (12, 11)
    assert trail.check(whole=True).first == 1
    now[0] += timedelta(hours=1)
    assert (trail.check().first, trail.check().whole_at) == (1, now[0])


@pytest.mark.parametrize(
    ("seq", "first_bad"),
    [(11, 11), (10, 10), (3, 3)],
    ids=["of what is new", "of the last known entry", "of an old entry, told when all is checked"],
)
def test_a_check_finds_what_was_changed(
    place: Trail, trail: AuditLog, now: list[datetime], seq: int, first_bad: int
):
    assert trail.check().last == 10
    trail.append(an_event(11))
    place.tamper(
        lambda rows, head: ([(s, e, p, "7" * 64 if s == seq else h) for s, e, p, h in rows], head)
    )
    if seq < 10:
        assert trail.check().breach is None
        now[0] += timedelta(hours=1)
    breach = trail.check().breach
    assert breach is not None
    assert breach.seq == first_bad


def test_a_check_finds_a_cut_off_end(place: Trail, trail: AuditLog, now: list[datetime]):
    trail.check()
    trail.append(an_event(11))
    place.tamper(lambda rows, head: (rows[:10], head))
    breach = trail.check().breach
    assert breach is not None
    assert (breach.seq, breach.kind) == (11, BreachKind.TRUNCATED)
