"""The audit trail read for people: by time, backwards through the months."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from services.adapters.azure.trail_head import Head, time_of
from services.adapters.azure.trail_rows import column, entry_of
from services.adapters.azure.trail_table import Entity, TrailTable, moment_of
from services.domain.audit import AuditEntry, AuditEvent, AuditQuery
from services.domain.listings import Page

Place = tuple[str, int]
"""(time without its Z, seq): entries are listed by it, newest first."""
_AFTER = timedelta(microseconds=1)
_BEHIND_ALL = "\uffff"


def newest(table: TrailTable, head: Head, resource: str | None, limit: int) -> list[AuditEntry]:
    """Return the entries of one resource or of all, newest first."""
    where, values = "", dict[str, str]()
    if resource is not None:
        where, values = "resource eq @resource", {"resource": column(resource)}
    found: list[AuditEntry] = []
    since, until = _times(head, AuditQuery())
    for stretch in table.backwards(since, until, where, values):
        entries = _standing(head, stretch)
        found += [one for one in entries if resource is None or one.event.resource == resource]
        if len(found) >= limit:
            break
    return sorted(found, key=lambda one: one.seq, reverse=True)[:limit]


def matching(
    table: TrailTable, head: Head, query: AuditQuery, after: Place | None, limit: int
) -> Page[AuditEntry]:
    """Return a page of the entries that match, newest first by time, from behind the place of another one."""
    found: list[AuditEntry] = []
    since, until = _times(head, query)
    if after is not None:
        until = min(until, _end_of(after, until))
    where, values = _filter(query)
    for stretch in table.backwards(since, until, where, values):
        entries = [one for one in _standing(head, stretch) if _matches(query, one.event)]
        found += [
            one
            for one in sorted(entries, key=_place, reverse=True)
            if after is None or _place(one) < after
        ]
        if len(found) > limit:
            break
    shown = found[:limit]
    return Page(shown, _place(shown[-1]) if len(found) > limit else None)


def _standing(head: Head, stretch: Iterable[Entity]) -> Iterator[AuditEntry]:
    """Give the entries that no purge has taken, though it may not have come to them yet."""
    return (one for one in map(entry_of, stretch) if one.seq > head.base[0])


def _times(head: Head, query: AuditQuery) -> tuple[datetime, datetime]:
    """Return from when on and until when the trail may have what is asked for."""
    if not head.latest:
        nothing = moment_of("2000-01-01T00:00:00Z")
        return nothing, nothing
    since, until = moment_of(head.earliest), moment_of(head.latest) + _AFTER
    asked_since, asked_until = query.since or since, query.until or until
    return max(since, asked_since.astimezone(UTC)), min(until, asked_until.astimezone(UTC))


def _end_of(after: Place, otherwise: datetime) -> datetime:
    try:
        return moment_of(f"{after[0]}Z") + _AFTER
    except ValueError:
        return otherwise


def _filter(query: AuditQuery) -> tuple[str, dict[str, str]]:
    """Return what the service leaves out by itself."""
    filters, values = list[str](), dict[str, str]()
    if query.actor is not None:
        filters.append("user_id eq @actor")
        values["actor"] = column(query.actor)
    if query.action is not None:
        filters.append("action eq @action")
        values["action"] = column(query.action)
    if query.resource is not None:
        filters.append("resource ge @begins and resource lt @ends")
        values["begins"] = column(query.resource)
        values["ends"] = values["begins"] + _BEHIND_ALL
    return " and ".join(filters), values


def _matches(query: AuditQuery, event: AuditEvent) -> bool:
    return (
        query.actor in {None, event.actor}
        and query.action in {None, event.action}
        and event.resource.startswith(query.resource or "")
    )


def _place(entry: AuditEntry) -> Place:
    return time_of(entry).removesuffix("Z"), entry.seq
