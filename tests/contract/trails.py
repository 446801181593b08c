"""Audit trails of either kind, opened again and tampered with around the product."""

import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest
from azure.core.credentials import AzureNamedKeyCredential
from azure.data.tables import TableClient

from services.adapters.azure.audit_log import AzureAuditLog, open_audit_log
from services.adapters.azure.retention import AzureRetention
from services.adapters.azure.trail_head import PARTITION, Head, entity_of
from services.adapters.azure.trail_rows import entity_of as row_entity
from services.adapters.azure.trail_rows import pieces_of
from services.adapters.azure.trail_table import open_table
from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.checkpoints import CheckpointFile
from services.adapters.local.database import Database
from services.adapters.local.retention import SqliteRetention
from services.audit import GENESIS
from services.config import Settings
from services.domain.audit import AuditEntry, AuditEvent
from services.ports import AuditLog, AuditRetention
from tests.azure.azurite import ACCOUNT, KEY

Row = tuple[int, str, str, str]
"""(seq, event JSON, previous hash, entry hash)."""
Tampering = Callable[[list[Row], tuple[int, str]], tuple[list[Row], tuple[int, str]]]
"""Given all entries and the recorded head, what stands there afterwards."""
CHECKPOINT_KEY = "test key of the checkpoints, for a test only"


class Trail(Protocol):
    """Where a trail lies."""

    def open(self, *, marked: bool = True) -> AuditLog:
        """Open it as another process would; ``marked`` with its checkpoints."""
        ...

    def retention(self) -> AuditRetention:
        """Open what keeps and ends its entries."""
        ...

    def tamper(self, how: Tampering) -> None:
        """Do something to what is stored, as somebody who may do everything."""
        ...


class SqliteTrail:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: list[Database] = []

    def open(self, *, marked: bool = True) -> SqliteAuditLog:
        database = Database(self._folder / "advisor.sqlite3")
        self._opened.append(database)
        marks = CheckpointFile(self._folder / "audit-checkpoints") if marked else None
        return SqliteAuditLog(database, marks)

    def retention(self) -> SqliteRetention:
        database = Database(self._folder / "advisor.sqlite3")
        self._opened.append(database)
        return SqliteRetention(database)

    def tamper(self, how: Tampering) -> None:
        raw = sqlite3.connect(self._folder / "advisor.sqlite3", isolation_level=None)
        raw.execute("DROP TRIGGER IF EXISTS audit_entries_never_change")
        raw.execute("DROP TRIGGER IF EXISTS audit_entries_never_go")
        columns = "seq, event, previous_hash, entry_hash"
        rows = raw.execute(f"SELECT {columns} FROM audit_entries ORDER BY seq").fetchall()
        head = raw.execute("SELECT seq, hash FROM audit_head").fetchone()
        rows, head = how(rows, head)
        raw.execute("DELETE FROM audit_entries")
        raw.executemany(f"INSERT INTO audit_entries ({columns}) VALUES (?, ?, ?, ?)", rows)
        raw.execute("UPDATE audit_head SET seq = ?, hash = ?", head)
        raw.close()

    def close(self) -> None:
        for database in self._opened:
            database.close()


class TableTrail:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._opened: list[AzureAuditLog] = []
        self.table = TableClient(
            settings.table_endpoint,
            settings.table_name,
            credential=AzureNamedKeyCredential(ACCOUNT, KEY),
        )

    def open(self, *, marked: bool = True) -> AzureAuditLog:
        named = {} if marked else {"checkpoint_container": f"c{uuid.uuid4().hex}"}
        log = open_audit_log(self.settings.model_copy(update=named))
        self._opened.append(log)
        return log

    def retention(self) -> AzureRetention:
        log, table = self.open(), open_table(self.settings)
        return AzureRetention(log, table)

    def tamper(self, how: Tampering) -> None:
        stored = list(self.table.list_entities())
        head = next(one for one in stored if one["PartitionKey"] == PARTITION)
        entries = [one for one in stored if one["PartitionKey"] != PARTITION]
        rows = [
            (one["seq"], one["event_00"], one["previous_hash"], one["entry_hash"])
            for one in entries
        ]
        rows, (seq, hash) = how(sorted(rows), (head["seq"], head["hash"]))
        for one in entries:
            self.table.delete_entity(one)
        for row in rows:
            self.table.create_entity(filed(row))
        fresh = entity_of(Head(earliest=head["earliest"], latest=head["latest"]))
        self.table.upsert_entity(fresh | {"seq": seq, "hash": hash})

    def move_base(self, base: tuple[int, str]) -> None:
        """Say of the trail's beginning that it was purged, as somebody who may do everything."""
        table = open_table(self.settings)
        head = table.head()
        table.move(head, replace(head, base=base, pending=(), write_id="somebody's own"))
        table.close()

    def close(self) -> None:
        for log in self._opened:
            log.close()
        self.table.close()


def filed(row: Row) -> dict[str, Any]:
    """An entity as somebody would file it who knows how: under what its event and its hash say, where they say it."""
    seq, text, previous_hash, entry_hash = row
    entity = {"PartitionKey": "2026-03", "RowKey": uuid.uuid4().hex}
    with suppress(ValueError):
        entry = AuditEntry(
            seq=seq,
            event=AuditEvent.model_validate_json(text),
            previous_hash=previous_hash,
            entry_hash=entry_hash,
        )
        entity = row_entity((entry, text), "")
    named = {"seq": seq, "previous_hash": previous_hash, "entry_hash": entry_hash}
    return entity | named | pieces_of(text)


TRAILS = ["sqlite", pytest.param("table", marks=pytest.mark.xdist_group("azurite"))]


def opened_trail(
    request: pytest.FixtureRequest, folder: Path
) -> Iterator[SqliteTrail | TableTrail]:
    """The trail that the parameter of a fixture names, empty."""
    if request.param == "sqlite":
        trail: SqliteTrail | TableTrail = SqliteTrail(folder)
    else:
        azurite = request.getfixturevalue("azurite")
        trail = TableTrail(table_settings(azurite.table_endpoint, azurite.blob_endpoint))
    yield trail
    trail.close()


def table_settings(table_endpoint: str, blob_endpoint: str, **more: str) -> Settings:
    """Settings of a table and a container that nobody else has."""
    mine = uuid.uuid4().hex
    given = {
        "table_key": KEY, "table_name": f"T{mine}", "blob_key": KEY,
        "checkpoint_container": f"c{mine}", "checkpoint_key": CHECKPOINT_KEY,
    }  # fmt: skip
    return Settings(table_endpoint=table_endpoint, blob_endpoint=blob_endpoint, **given | more)


NOTHING = (0, GENESIS)
