"""The audit trail over HTTP: searched, taken along as a bundle, kept by legal holds, purged after its time."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from services.api.addresses import BASE, place_of
from services.api.answers import as_json, pages
from services.api.bodies import Day, Id, Sent
from services.api.callers import Administrator, AuditViewer
from services.api.models import Model, Pagination
from services.api.negotiation import ZIP
from services.api.once import Asked, Once
from services.api.parameters import Moment, PageByEntry
from services.bootstrap import Services
from services.domain.audit import AuditEntry, AuditQuery
from services.domain.base import Instant, utc_now
from services.domain.retention import LegalHold, Purged

_LONGEST = 500
_HOLDS = f"{BASE}/audit/holds"


class EntryFilter(PageByEntry):
    """What entries are looked for."""

    actor: str | None = Field(default=None, max_length=200)
    action: str | None = Field(default=None, max_length=100, examples=["report_received"])
    resource: str | None = Field(default=None, max_length=200, description="How it begins")
    since: Moment | None = None
    until: Moment | None = Field(default=None, description="The first moment that does not count")


class EntryOut(BaseModel):
    """One entry of the audit trail, linked by hash to the one before."""

    seq: int
    partition_key: str = Field(examples=["2026-03"])
    row_key: str = Field(
        description="Sorts by time", examples=["2026-03-01T12:00:00.000000Z-9f86…"]
    )
    event_id: str
    user_id: str
    action: str = Field(examples=["report_received"])
    resource: str
    ip_address: str
    result: str
    detail: dict[str, str]
    at: Instant
    previous_hash: str
    entry_hash: str


class EntryList(Model):
    """Entries, newest first."""

    entries: list[EntryOut]
    pagination: Pagination


class HoldWanted(Sent):
    """What must not be purged, and why."""

    scope: str = Field(
        min_length=1,
        max_length=_LONGEST,
        description="A resource's id, or * for everything",
        examples=["report-77aa…"],
    )
    reason: str = Field(min_length=1, max_length=_LONGEST, examples=["A lawsuit of 2026."])


class HoldOut(LegalHold, Model):
    """A legal hold; two people have to release it."""


class HoldList(Model):
    """Every legal hold, released ones too, oldest first."""

    holds: list[HoldOut]


class PurgeWanted(Sent):
    """Which entries are to go: those from before midnight (UTC) of a day."""

    before: Day


class PurgeOut(Model):
    """What was purged; null when there was nothing."""

    purged: Purged | None


def entries_router(services: Services) -> APIRouter:
    """Return ``/audit/entries`` and ``/audit/bundle``."""
    router = APIRouter(prefix="/audit", tags=["oversight"])

    @router.get("/entries", response_model=EntryList)
    def search(caller: AuditViewer, asked: Annotated[EntryFilter, Query()]) -> Response:
        """Return the entries that match, newest first."""
        query = AuditQuery(**asked.model_dump(exclude={"cursor", "limit"}))
        after = place_of(asked.cursor, str, int)
        page = services.seen_by(caller).ports.audit.search(query, after, asked.limit)
        pagination, links = pages("audit/entries", asked, page.after)
        found = [_entry(one) for one in page.items]
        return as_json(EntryList(entries=found, pagination=pagination, links=links))

    @router.get(
        "/bundle",
        response_class=Response,
        responses={200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}},
    )
    def get_bundle(caller: AuditViewer) -> Response:
        """Return the whole trail with a page that checks it without the product; the trail says so."""
        data = services.seen_by(caller).audit_bundle.make(caller)
        name = f"attachment; filename=audit-trail-{utc_now():%Y-%m-%d}.zip"
        return Response(data, media_type=ZIP, headers={"content-disposition": name})

    return router


def keeping_router(services: Services) -> APIRouter:
    """Return ``/audit/holds`` and ``/audit/purges``."""
    router = APIRouter(prefix="/audit", tags=["oversight"])
    once = Once(services.answers)

    @router.get("/holds", response_model=HoldList)
    def list_holds(caller: AuditViewer) -> Response:
        """Return every legal hold."""
        found = [_hold(one) for one in services.seen_by(caller).retention.holds()]
        return as_json(HoldList(holds=found, links={"self": _HOLDS}))

    @router.post("/holds", status_code=201, response_model=HoldOut)
    def hold(caller: Administrator, wish: HoldWanted, said: Asked) -> Response:
        """Set a legal hold on a resource, or on everything."""
        seen = services.seen_by(caller)

        def act() -> Response:
            made = _hold(seen.retention.hold(wish.scope, wish.reason, caller))
            return as_json(made, 201, location=_HOLDS)

        return once(said, act)

    @router.post("/holds/{hold_id}/releases", response_model=HoldOut)
    def release(caller: Administrator, said: Asked, hold_id: Id) -> Response:
        """Ask for the release of a hold, or confirm what another person asked for."""
        seen = services.seen_by(caller)
        return once(said, lambda: as_json(_hold(seen.retention.release(hold_id, caller))))

    @router.post("/purges", response_model=PurgeOut)
    def purge(caller: Administrator, wish: PurgeWanted, said: Asked) -> Response:
        """Delete the entries from before a day that are older than seven years and under no hold."""
        seen = services.seen_by(caller)

        def act() -> Response:
            purged = seen.retention.purge(wish.before, caller)
            links = {"entries": f"{BASE}/audit/entries", "holds": _HOLDS}
            return as_json(PurgeOut(purged=purged, links=links))

        return once(said, act)

    return router


def _entry(entry: AuditEntry) -> EntryOut:
    event = entry.event
    return EntryOut(
        seq=entry.seq,
        partition_key=entry.partition_key,
        row_key=entry.row_key,
        event_id=entry.event_id,
        user_id=event.actor,
        action=event.action,
        resource=event.resource,
        ip_address=event.ip_address,
        result=event.result,
        detail=event.detail,
        at=event.at,
        previous_hash=entry.previous_hash,
        entry_hash=entry.entry_hash,
    )


def _hold(hold: LegalHold) -> HoldOut:
    links = {"holds": _HOLDS, "releases": f"{_HOLDS}/{hold.hold_id}/releases"}
    return HoldOut(**dict(hold), links=links)
