"""Requests that share an entry of the audit trail, counted in its head: one write keeps counts and entries."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.adapters.local.tallies import MOST_TALLIES, count_event, key_of, minute_of
from services.domain.audit import AuditEvent, RequestEvent

Tallies = Mapping[tuple[str, ...], tuple[int, str]]
"""How many requests there were under a key after the first, and their parts with a space around each."""


def counted(
    tallies: Tallies, requests: Sequence[RequestEvent], now: datetime
) -> tuple[list[AuditEvent], Tallies]:
    """Return what is to be appended now, and the counts from then on.

    Appended are the counts of minutes that are over, and every request but the counted.
    """
    current = minute_of(now)
    ended = sorted((key, tally) for key, tally in tallies.items() if key[0] < current)
    events = [count_event(key, count, parts, now) for key, (count, parts) in ended if count]
    kept = {key: tally for key, tally in tallies.items() if key[0] >= current}
    events += [
        one.event for one in requests if one.part is None or _is_first(kept, one.event, one.part)
    ]
    return events, kept


def _is_first(kept: dict[tuple[str, ...], tuple[int, str]], event: AuditEvent, part: str) -> bool:
    key = key_of(event)
    if key not in kept and len(kept) >= MOST_TALLIES:
        key = (*key[:-1], "")
    if key not in kept:
        kept[key] = (0, " ")
        return True
    count, parts = kept[key]
    kept[key] = (count + 1, parts if f" {part} " in parts else f"{parts}{part} ")
    return False
