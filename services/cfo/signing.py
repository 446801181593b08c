"""Signing a CFO summary: a person puts a name under exactly what was on the screen."""

from collections.abc import Callable
from datetime import datetime

from services.access import Permission, require
from services.cfo.desk import CfoDesk
from services.domain.audit import AuditEvent
from services.domain.base import utc_now
from services.domain.errors import Conflict, Forbidden
from services.domain.ids import ReportId, SignOffId, deterministic_id
from services.domain.messages import Effects
from services.domain.signing import SignOff
from services.domain.users import User
from services.ports import RecordStore


class SigningDesk:
    """Takes signatures; each is a version of its own, and what it covers is kept with it."""

    def __init__(
        self, desk: CfoDesk, records: RecordStore, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._desk = desk
        self._records = records
        self._clock = clock

    def sign(self, report_id: ReportId, seen: str, actor: User) -> SignOff:
        """Sign what the person saw; ``seen`` is the content hash of the brief on the screen.

        Raises Forbidden for another role and for the person who uploaded the report, Conflict when the
        content changed meanwhile or is signed already.
        """
        require(actor, Permission.SIGN_SUMMARY)
        brief = self._desk.brief(report_id)
        if brief.report.uploaded_by == actor.user_id:
            raise Forbidden("You uploaded this report, so somebody else has to sign its summary.")
        if brief.content_hash != seen:
            raise Conflict(
                "The summary changed since you opened it. Nothing was signed: look at it again."
            )
        if brief.signature is not None and not brief.signature.is_void:
            raise Conflict(f"{brief.signature.sign_off.signed_by_name} has signed this already.")
        version = brief.signature.sign_off.version + 1 if brief.signature else 1
        now = self._clock()
        signed = SignOff(
            sign_off_id=SignOffId(deterministic_id("sign-off", report_id, version)),
            report_id=report_id,
            version=version,
            content=brief.content,
            content_hash=brief.content_hash,
            ruleset_version=brief.ruleset_version,
            audit_seq=brief.audit_seq,
            audit_head=brief.audit_head,
            signed_by=actor.user_id,
            signed_by_name=actor.name,
            signed_at=now,
        )
        told = {
            "version": str(version),
            "content_sha256": signed.content_hash,
            "audit_seq": str(signed.audit_seq),
            "audit_head": signed.audit_head,
        }
        event = AuditEvent(
            actor=actor.user_id, action="summary_signed", resource=report_id, detail=told, at=now
        )
        self._records.commit(Effects(creates=(signed,), audit=(event,)))
        return signed
