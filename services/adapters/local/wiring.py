"""The laptop's ports: everything outside, from one data folder."""

from services.adapters.local.accounts import SqliteAccounts, SqliteSessions
from services.adapters.local.api_tokens import SqliteApiTokens
from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.blobs import FileBlobStore
from services.adapters.local.checkpoints import CheckpointFile
from services.adapters.local.database import Database
from services.adapters.local.instances import Instances
from services.adapters.local.kept_answers import SqliteAnswers
from services.adapters.local.key_file import installation_key
from services.adapters.local.layout import LocalLayoutReader
from services.adapters.local.listing import SqliteListing
from services.adapters.local.outbox import SqliteOutbox
from services.adapters.local.outgoing import SqliteOutgoing
from services.adapters.local.queues import SqliteQueue
from services.adapters.local.records import SqliteRecordStore
from services.adapters.local.renderer import LocalPageRenderer
from services.adapters.local.retention import SqliteRetention
from services.config import Settings
from services.ports import BlobStore, Ports, Store


def local_blobs(settings: Settings) -> FileBlobStore:
    """Return the documents of ``settings.data_dir``."""
    blobs = FileBlobStore(settings.data_dir / "documents")
    blobs.clear_leftovers()
    return blobs


def local_ports(settings: Settings, blobs: BlobStore) -> Ports:
    """Return the ports over ``settings.data_dir`` and the documents; makes folder and database when missing."""
    database = _database(settings)
    return Ports(
        blobs=blobs,
        records=SqliteRecordStore(database),
        queue=SqliteQueue(database, settings.lease_seconds),
        audit=SqliteAuditLog(database, CheckpointFile(settings.data_dir / "audit-checkpoints")),
        layout=LocalLayoutReader(),
        renderer=LocalPageRenderer(
            blobs, settings.data_dir / "pages", settings.max_page_image_bytes
        ),
    )


def local_store(settings: Settings) -> Store:
    """Return the records of ``settings.data_dir``, with what is committed with them; the audit trail is in the same file."""
    database = _database(settings)
    return Store(
        records=SqliteRecordStore(database),
        listing=SqliteListing(database),
        outbox=SqliteOutbox(database, settings.lease_seconds),
        answers=SqliteAnswers(database),
        outgoing=SqliteOutgoing(database),
    )


def local_retention(settings: Settings) -> SqliteRetention:
    """Return what keeps and ends the audit entries of ``settings.data_dir``."""
    return SqliteRetention(_database(settings))


def local_accounts(settings: Settings) -> SqliteAccounts:
    """Return the people of ``settings.data_dir`` who may sign in."""
    return SqliteAccounts(_database(settings))


def local_sessions(settings: Settings) -> SqliteSessions:
    """Return who is signed in at ``settings.data_dir``."""
    return SqliteSessions(_database(settings))


def local_api_tokens(settings: Settings) -> SqliteApiTokens:
    """Return the tokens of programs of ``settings.data_dir``."""
    return SqliteApiTokens(_database(settings))


def local_cookie_key(settings: Settings) -> bytes:
    """Return the key of ``settings.data_dir`` that signs the cookies of sign-in."""
    return installation_key(settings.data_dir / "sign-in" / "cookies.key")


def local_instances(settings: Settings) -> Instances:
    """Return the worker instances of ``settings.data_dir``."""
    queue = SqliteQueue(_database(settings), settings.lease_seconds)
    return Instances(settings.data_dir / "workers", queue.release)


def _database(settings: Settings) -> Database:
    return Database(settings.data_dir / "advisor.sqlite3")
