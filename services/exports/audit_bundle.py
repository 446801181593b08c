"""The audit trail for an auditor: one zip that proves itself without the product.

``entries.jsonl`` (one entry a line, with the exact text that was hashed), ``checkpoints.jsonl``, ``viewer.html``
(lists the entries and computes the chain again in a browser) and ``manifest.json`` (hashes, signed).
"""

import hmac
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from services.access import Permission, require
from services.audit import Ground, canonical_json, examine, sha256_of
from services.domain.audit import AuditEntry, AuditEvent, Verification
from services.domain.base import utc_now
from services.domain.errors import InvalidInput
from services.domain.users import User
from services.ports import AuditLog, StoredEntry

ENTRIES, CHECKPOINTS, VIEWER, MANIFEST = (
    "entries.jsonl", "checkpoints.jsonl", "viewer.html", "manifest.json",
)  # fmt: skip
_FORMAT = "advisor-audit-bundle/1"
_VIEWER = Path(__file__).with_name(VIEWER)


@dataclass(frozen=True, slots=True)
class Checked:
    """What holds of a bundle: the files, the signature (of this installation's key), the chain."""

    last: int
    faults: tuple[str, ...]


class AuditBundleDesk:
    """Writes bundles and checks them again."""

    def __init__(self, audit: AuditLog, clock: Callable[[], datetime] = utc_now) -> None:
        self._audit = audit
        self._clock = clock

    def make(self, actor: User) -> bytes:
        """Return the whole trail as a bundle; the export is an entry itself, the first after those it holds.

        Raises Forbidden for a role that may not see the trail, InvalidInput when there is no entry yet,
        Unavailable without a key.
        """
        require(actor, Permission.VIEW_AUDIT)
        found = self._audit.inspect()
        rows = list(self._audit.stored())
        if not rows:
            raise InvalidInput("There is nothing to export: the audit trail has no entry yet.")
        said = self._said(found, rows, actor)
        files = _files(found, rows, said)
        manifest = {**said, "files": {name: sha256_of(data) for name, data in files.items()}}
        manifest["signature"] = self._audit.sign(_bytes(manifest))
        files[MANIFEST] = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
        self._audit.append(
            AuditEvent(
                actor=actor.user_id,
                action="audit_exported",
                resource="audit-trail",
                detail={"entries": str(len(rows)), "head": rows[-1][3]},
                at=self._clock(),
            )
        )
        return _zipped(files)

    def _said(self, found: Verification, rows: list[StoredEntry], actor: User) -> dict[str, Any]:
        breach = found.breach
        whole = "the trail is whole."
        return {
            "format": _FORMAT,
            "made_at": self._clock().isoformat(),
            "made_by": actor.name,
            "first": rows[0][0],
            "last": rows[-1][0],
            "base_hash": rows[0][2],
            "head": rows[-1][3],
            "verification": f"broken at entry {breach.seq}: {breach.sentence}" if breach else whole,
            "signed_with": "HMAC-SHA256",
        }

    def check(self, data: bytes) -> Checked:
        """Check a bundle that this installation wrote; raises InvalidInput when it is none."""
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                files = {name: archive.read(name) for name in archive.namelist()}
            manifest = json.loads(files[MANIFEST])
            rows = [_row(line) for line in files[ENTRIES].splitlines()]
            marks = [json.loads(line) for line in files[CHECKPOINTS].splitlines()]
            ground = _ground(manifest, marks)
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
            raise InvalidInput(f"This is no readable audit bundle ({error}).") from error
        faults = [
            f"{name} differs from the manifest."
            for name, digest in manifest["files"].items()
            if sha256_of(files.get(name, b"")) != digest
        ]
        bare = {name: value for name, value in manifest.items() if name != "signature"}
        if not hmac.compare_digest(self._audit.sign(_bytes(bare)), str(manifest.get("signature"))):
            faults.append("The manifest is not signed with this installation's key.")
        breach, last, _ = examine(rows, ground)
        if breach is not None:
            faults.append(f"Entry {breach.seq} fails: {breach.kind.value}. {breach.sentence}")
        return Checked(last, tuple(faults))


def _ground(manifest: dict[str, Any], marks: list[dict[str, Any]]) -> Ground:
    first, last = int(manifest["first"]), int(manifest["last"])
    return Ground(
        recorded=(last, str(manifest["head"])),
        last=last,
        base=(first - 1, str(manifest["base_hash"])),
        marks={int(one["seq"]): str(one["head"]) for one in marks if int(one["seq"]) >= first},
    )


def _files(found: Verification, rows: list[StoredEntry], said: dict[str, Any]) -> dict[str, bytes]:
    entries = "".join(f"{line}\n" for line in _lines(rows))
    marks = [one for one in found.checkpoints if rows[0][0] <= one.seq <= rows[-1][0]]
    shown = {**said, "entries": entries, "checkpoints": [m.model_dump(mode="json") for m in marks]}
    # no "<" in the data, so that nothing in it can end the script element
    embedded = json.dumps(shown).replace("<", "\\u003c")
    return {
        ENTRIES: entries.encode(),
        CHECKPOINTS: "".join(f"{canonical_json(one)}\n" for one in marks).encode(),
        VIEWER: _VIEWER.read_text(encoding="utf-8").replace("@BUNDLE@", embedded).encode(),
    }


def _lines(rows: list[StoredEntry]) -> Iterator[str]:
    for seq, text, previous_hash, entry_hash in rows:
        hashed = {"event": text, "previous_hash": previous_hash, "entry_hash": entry_hash}
        fields = _fields(seq, text, previous_hash, entry_hash)
        yield json.dumps({"seq": seq, **fields, **hashed}, ensure_ascii=False)


def _fields(seq: int, text: str, previous_hash: str, entry_hash: str) -> dict[str, str]:
    """Return the fields of the specification; none for an entry that cannot be read any more."""
    try:
        event = AuditEvent.model_validate_json(text)
        entry = AuditEntry(seq=seq, event=event, previous_hash=previous_hash, entry_hash=entry_hash)
        keys = {"partition_key": entry.partition_key, "row_key": entry.row_key}
    except (ValidationError, ValueError):
        return {}
    told = {"action": event.action, "resource": event.resource, "ip_address": event.ip_address}
    return {
        **keys,
        "event_id": entry.event_id,
        "user_id": event.actor,
        **told,
        "result": event.result,
    }


def _row(line: bytes) -> tuple[int, bytes, bytes, bytes]:
    entry = json.loads(line)
    texts = (str(entry[name]).encode() for name in ("event", "previous_hash", "entry_hash"))
    event, previous_hash, entry_hash = texts
    return int(entry["seq"]), event, previous_hash, entry_hash


def _bytes(said: dict[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()
