"""Ports: what the services need from the outside, as roles. Adapters say with which technology."""

from dataclasses import dataclass

from services.ports.answers import AnswerStore
from services.ports.cache import Cache
from services.ports.checked import Checked
from services.ports.documents import (
    BlobStore,
    DocumentReader,
    DocumentSource,
    Fetched,
    LayoutReader,
    OnPage,
    PageRenderer,
)
from services.ports.identity import (
    Accounts,
    ApiTokens,
    BrowserSignIn,
    PasswordHasher,
    Sessions,
    TokenVerifier,
)
from services.ports.messages import (
    DeadLetter,
    Delivery,
    MessageQueue,
    Notifier,
    Outbox,
    Outgoing,
)
from services.ports.reasoner import Reasoner
from services.ports.records import Listing, RecordStore
from services.ports.telemetry import Span, SpanKind, Telemetry
from services.ports.trail import AuditLog, AuditRetention, StoredEntry, Telling, Told

__all__ = [
    "Accounts",
    "AnswerStore",
    "ApiTokens",
    "AuditLog",
    "AuditRetention",
    "BlobStore",
    "BrowserSignIn",
    "Cache",
    "Checked",
    "DeadLetter",
    "Delivery",
    "DocumentReader",
    "DocumentSource",
    "Fetched",
    "LayoutReader",
    "Listing",
    "MessageQueue",
    "Notifier",
    "OnPage",
    "Outbox",
    "Outgoing",
    "PageRenderer",
    "PasswordHasher",
    "Ports",
    "Reasoner",
    "RecordStore",
    "Sessions",
    "Span",
    "SpanKind",
    "Store",
    "StoredEntry",
    "Telemetry",
    "Telling",
    "TokenVerifier",
    "Told",
]


@dataclass(frozen=True, slots=True)
class Store:
    """Where the records are: they, lists of them, and what is committed with them.

    ``telling`` is None where the audit trail is in the same store.
    """

    records: RecordStore
    listing: Listing
    outbox: Outbox
    answers: AnswerStore
    outgoing: Outgoing
    telling: Telling | None = None


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything outside, chosen once in bootstrap."""

    blobs: BlobStore
    records: RecordStore
    queue: MessageQueue
    audit: AuditLog
    layout: LayoutReader
    renderer: PageRenderer
