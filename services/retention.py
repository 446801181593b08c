"""Retention of the audit trail: legal holds, and the purge that honours them and the seven years."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from uuid import uuid4

from services.access import Permission, require
from services.domain.audit import AuditEvent
from services.domain.base import utc_now
from services.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from services.domain.retention import RETENTION_YEARS, LegalHold, Purged, retained_until
from services.domain.users import User
from services.ports import AuditLog, AuditRetention


class RetentionDesk:
    """Takes holds and releases, and purges; each of them is an entry of the trail."""

    def __init__(
        self,
        audit: AuditLog,
        retention: AuditRetention,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._audit = audit
        self._retention = retention
        self._clock = clock

    def holds(self) -> list[LegalHold]:
        """Return every hold, released ones too, oldest first."""
        return self._retention.holds()

    def hold(self, scope: str, reason: str, actor: User) -> LegalHold:
        """Set a hold on a resource, or on everything with '*'; raises InvalidInput without scope or reason."""
        require(actor, Permission.ADMINISTER)
        if not scope.strip() or not reason.strip():
            raise InvalidInput("A legal hold needs what it is on and a reason.")
        now = self._clock()
        hold = LegalHold(
            hold_id=uuid4().hex[:12],
            scope=scope.strip(),
            reason=reason.strip(),
            set_by=actor.user_id,
            set_at=now,
        )
        self._retention.keep(hold, self._event("legal_hold_set", hold, actor, now))
        return hold

    def release(self, hold_id: str, actor: User) -> LegalHold:
        """Ask for the release of a hold, or confirm what another person asked for.

        Raises NotFound, Conflict when it is released already, Forbidden when the same person asks twice.
        """
        require(actor, Permission.ADMINISTER)
        hold = next((one for one in self._retention.holds() if one.hold_id == hold_id), None)
        if hold is None:
            raise NotFound("There is no legal hold with this id.")
        if not hold.in_force:
            raise Conflict("This legal hold was released already.")
        if hold.asked_by == actor.user_id:
            raise Forbidden("You asked for this release, so somebody else has to confirm it.")
        now = self._clock()
        if hold.asked_by is None:
            action, own = "legal_hold_release_asked", {"asked_by": actor.user_id, "asked_at": now}
        else:
            action, own = "legal_hold_released", {"released_by": actor.user_id, "released_at": now}
        changed = hold.model_copy(update=own)
        self._retention.keep(changed, self._event(action, changed, actor, now))
        return changed

    def purge(self, before: date, actor: User) -> Purged | None:
        """Purge the entries from before midnight (UTC) of a day; None when there are none.

        Raises Forbidden within the retention, Conflict under a legal hold or when the trail is broken.
        """
        require(actor, Permission.ADMINISTER)
        midnight, now = datetime.combine(before, time(), tzinfo=UTC), self._clock()
        if retained_until(midnight) > now:
            raise Forbidden(
                f"Audit entries are kept for {RETENTION_YEARS} years: those from before {before} may be "
                f"purged from {retained_until(midnight):%Y-%m-%d} on."
            )
        breach = self._audit.inspect().breach
        if breach is not None:
            raise Conflict(f"The trail is broken at entry {breach.seq}; nothing was purged.")
        purged = self._retention.purge(midnight, actor.user_id, now)
        self._audit.inspect()
        return purged

    def _event(self, action: str, hold: LegalHold, actor: User, now: datetime) -> AuditEvent:
        detail = {"hold_id": hold.hold_id, "reason": hold.reason}
        return AuditEvent(
            actor=actor.user_id, action=action, resource=hold.scope, detail=detail, at=now
        )
