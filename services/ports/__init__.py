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
from services.ports.trail import AuditLog, AuditRetention, StoredEntry

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
    "StoredEntry",
    "Telemetry",
    "TokenVerifier",
]


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything outside, chosen once in bootstrap."""

    blobs: BlobStore
    records: RecordStore
    queue: MessageQueue
    audit: AuditLog
    layout: LayoutReader
    renderer: PageRenderer
