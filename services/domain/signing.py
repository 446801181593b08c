"""A signature under a CFO summary: what was shown then, its hash, and where the audit trail stood."""

from services.domain.base import Instant, Record
from services.domain.ids import ReportId, SignOffId, UserId


class ShownLine(Record):
    """One thing a summary says: what it is the ``key`` of, what it is called, and what is said of it.

    ``value`` is a number at full precision in base units, or a sentence word for word.
    """

    key: str
    name: str
    value: str


class ShownContent(Record):
    """Everything a summary says of a company, in the order in which it is said."""

    lines: tuple[ShownLine, ...]


class SignOff(Record):
    """Who signed which content of a report's summary, and when; never changed, only followed by a later one.

    ``content_hash`` is the SHA-256 over the canonical JSON of ``content``; ``audit_seq`` and ``audit_head``
    are number and hash of the audit trail's last entry before the signature.
    """

    sign_off_id: SignOffId
    report_id: ReportId
    version: int
    content: ShownContent
    content_hash: str
    ruleset_version: str
    audit_seq: int
    audit_head: str
    signed_by: UserId
    signed_by_name: str
    signed_at: Instant
