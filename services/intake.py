"""Stage 1: take an upload or refuse it with a sentence: size, type by content, readable, new or known."""

import hashlib
import io
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.access import Permission, may_see, require
from services.domain.audit import AuditEvent
from services.domain.base import utc_now
from services.domain.errors import (
    AdvisorError,
    Conflict,
    EmptyFile,
    InvalidInput,
    ReportTooLarge,
    Unavailable,
    UnreadableDocument,
    UnsupportedType,
)
from services.domain.ids import ReportId, deterministic_id
from services.domain.messages import Effects, Message, MessageKind, message
from services.domain.reports import Report, ReportFormat, ReportStatus
from services.domain.users import User
from services.ports import Ports

MAX_UPLOAD_BYTES = 52_428_800
MAX_NAME = 120
PDF_HEADER_WITHIN = 1_024
"""A PDF's header may follow this many bytes of other things, as readers have always allowed."""

_ZIP_MAGIC, _OLE_MAGIC = b"PK\x03\x04", bytes.fromhex("D0CF11E0A1B11AE1")
_ZIP_END, _ZIP_END_WITHIN = b"PK\x05\x06", 65_557
_MAX_ZIP_DIRECTORY = 1_048_576
_MAX_TYPE_PART = 262_144
_DAMAGED_ZIP = "The file is a damaged workbook; open it in Excel, save it again and upload that."
_UNSUPPORTED = (
    "This is not a file type we read. Upload a PDF, an Excel workbook (xlsx, xlsm, xlsb, xls), "
    "an OpenDocument spreadsheet (ods) or a CSV."
)
_ENCRYPTED = (
    "The file is protected by a password. Save a copy without the password and upload that."
)
_HIDDEN = (
    "This file is here already, and its company is none of those you see. Nothing was stored; "
    "ask somebody who sees all companies."
)
_ATTEMPTS = 4
_SAMPLE_LINES = 50

Outcome = Literal["new", "duplicate", "new_version"]
DocumentType = Literal["pdf", "excel"]
"""What a sender can say a document is: a PDF, or a workbook of any kind (CSV too)."""
_EMPTY = "The file is empty (0 bytes). Download or export it again and upload that copy."


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of an upload, with the sentence for the person who sent it."""

    report: Report
    outcome: Outcome
    sentence: str


class Intake:
    """Accepts reports: the document is durable before the database knows of it, and known before we answer."""

    def __init__(
        self,
        ports: Ports,
        max_upload_bytes: int = MAX_UPLOAD_BYTES,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._ports = ports
        self._max_bytes = max_upload_bytes
        self._clock = clock

    def accept(
        self, name: str, data: bytes, actor: User, declared: DocumentType | None = None
    ) -> Accepted:
        """Take the bytes as a new report, a new version, or a duplicate; ``declared`` is what the sender says they are.

        A file's versions are counted over all files of its name; the one before is only told to who may
        know of it. Raises Forbidden, ReportTooLarge, EmptyFile, UnsupportedType, UnreadableDocument,
        InvalidInput for another type than declared, and Conflict where the bytes are there already and the
        actor may not know of them; a refused upload leaves only an audit entry behind.
        """
        digest = hashlib.sha256(data).hexdigest()
        try:
            require(actor, Permission.UPLOAD)
            self._check_size(data)
            format = detect_format(data)
            _check_declared(format, declared)
            shown = display_name(name, format)
            known = self._ports.records.report_by_sha256(digest)
            if known is not None:
                return self._duplicate(known, shown, actor)
            with self._ports.layout.open(data, format):
                pass
            return self._store(shown, format, data, digest, actor)
        except AdvisorError as error:
            self._record_refusal(name, digest, actor, error)
            raise

    def _check_size(self, data: bytes) -> None:
        if not data:
            raise EmptyFile(_EMPTY)
        if len(data) > self._max_bytes:
            raise ReportTooLarge(
                f"The file has {len(data):,} bytes; at most {self._max_bytes:,} "
                f"({self._max_bytes / 1_048_576:g} MB) are taken."
            )

    def _store(
        self, name: str, format: ReportFormat, data: bytes, digest: str, actor: User
    ) -> Accepted:
        for _ in range(_ATTEMPTS):
            report, before = self._next_version(name, format, data, digest, actor)
            self._ports.blobs.put(report.blob_key, data)
            try:
                self._ports.records.commit(_arrival(report))
            except Conflict:
                # Somebody else stored the same bytes, or a version of the same name, a moment ago.
                known = self._ports.records.report_by_sha256(digest)
                if known is not None:
                    return self._duplicate(known, name, actor)
                continue
            return _accepted(report, before)
        raise Unavailable("Many files with this name are arriving at once; try again in a moment.")

    def _next_version(
        self, name: str, format: ReportFormat, data: bytes, digest: str, actor: User
    ) -> tuple[Report, Report | None]:
        last = self._ports.records.latest_named(name)
        before = self._before(last, actor)
        report_id = ReportId(deterministic_id("report", digest))
        now = self._clock()
        report = Report(
            report_id=report_id,
            name=name,
            format=format,
            sha256=digest,
            size=len(data),
            blob_key=f"{now:%Y}/{now:%m}/{report_id}.{format.value}",
            uploaded_by=actor.user_id,
            uploaded_at=now,
            version=1 if last is None else last.version + 1,
            supersedes=None if before is None else before.report_id,
        )
        return report, before

    def _before(self, last: Report | None, actor: User) -> Report | None:
        """Return the newest file of the last one's name that the actor may know of."""
        if last is None or may_see(actor, last):
            return last
        named = (one for one in self._ports.records.reports() if one.name == last.name)
        seen = [one for one in named if may_see(actor, one)]
        return max(seen, key=lambda one: one.version, default=None)

    def _duplicate(self, known: Report, name: str, actor: User) -> Accepted:
        if not may_see(actor, known):
            raise Conflict(_HIDDEN)
        failed = known.status is ReportStatus.FAILED
        now = self._clock()
        report = (
            known.model_copy(update={"status": ReportStatus.RECEIVED, "error": None})
            if failed
            else known
        )
        event = AuditEvent(
            actor=actor.user_id,
            action="report_read_again" if failed else "report_duplicate",
            resource=known.report_id,
            detail={"name": name, "sha256": known.sha256},
            at=now,
        )
        again = (_received(report, now.isoformat()),) if failed else ()
        self._ports.records.commit(
            Effects(records=(report,) if failed else (), messages=again, audit=(event,))
        )
        uploaded = f"{known.uploaded_at:%b} {known.uploaded_at.day}, {known.uploaded_at.year}"
        ending = (
            "It could not be read then, so it is read again."
            if failed
            else "Nothing was stored or read twice."
        )
        return Accepted(
            report, "duplicate", f"The same file is here since {uploaded} as {known.name}. {ending}"
        )

    def _record_refusal(self, name: str, digest: str, actor: User, error: AdvisorError) -> None:
        self._ports.audit.append(
            AuditEvent(
                actor=actor.user_id,
                action="report_refused",
                resource=_clean(name) or "unnamed",
                result=error.code,
                detail={"sha256": digest, "sentence": error.sentence},
                at=self._clock(),
            )
        )


def _check_declared(format: ReportFormat, declared: DocumentType | None) -> None:
    if declared is not None and (declared == "excel") is not format.is_workbook:
        found = "a workbook" if format.is_workbook else "a PDF"
        raise InvalidInput(f"The document is {found}, and not {declared} as was said of it.")


def _arrival(report: Report) -> Effects:
    event = AuditEvent(
        actor=report.uploaded_by,
        action="report_received",
        resource=report.report_id,
        detail={
            "name": report.name,
            "version": str(report.version),
            "sha256": report.sha256,
            "size": str(report.size),
        },
        at=report.uploaded_at,
    )
    return Effects(
        creates=(report,), messages=(_received(report, report.report_id),), audit=(event,)
    )


def _received(report: Report, run: str) -> Message:
    return message(MessageKind.REPORT_RECEIVED, report.report_id, correlation_id=run)


def _accepted(report: Report, before: Report | None) -> Accepted:
    if before is None:
        return Accepted(report, "new", f"{report.name} is here and is being read.")
    return Accepted(
        report,
        "new_version",
        f"{report.name} is here as version {report.version} and is being read; "
        f"version {before.version} stays as it is.",
    )


def display_name(name: str, format: ReportFormat) -> str:
    """Return the name as it is shown: NFC, no folders, no control or direction characters, at most 120 long."""
    clean = _clean(name)
    if not clean:
        return f"report.{format.value}"
    if len(clean) <= MAX_NAME:
        return clean
    stem, dot, extension = clean.rpartition(".")
    if not dot or len(extension) > 10:
        return clean[:MAX_NAME].rstrip()
    return stem[: MAX_NAME - len(extension) - 1].rstrip() + dot + extension


def _clean(name: str) -> str:
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(
        character if not unicodedata.category(character).startswith(("C", "Z")) else " "
        for character in unicodedata.normalize("NFC", last)
        if unicodedata.category(character) != "Cf"
    )
    return " ".join(visible.split()).strip(". ")


def detect_format(data: bytes) -> ReportFormat:
    """Return what the bytes are, by their content and never by a name.

    Raises EmptyFile, UnsupportedType, or UnreadableDocument (encrypted, malformed, resource-limit).
    """
    if not data:
        raise EmptyFile(_EMPTY)
    if b"%PDF-" in data[:PDF_HEADER_WITHIN]:
        return ReportFormat.PDF
    if data.startswith(_ZIP_MAGIC):
        return _zip_format(data)
    if data.startswith(_OLE_MAGIC):
        return _ole_format(data)
    if _is_delimited_text(data):
        return ReportFormat.CSV
    raise UnsupportedType(_UNSUPPORTED)


_ZIP_TYPES: tuple[tuple[str, bytes, ReportFormat], ...] = (
    ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet", ReportFormat.ODS),
    ("[Content_Types].xml", b"ms-excel.sheet.binary.macroEnabled.main", ReportFormat.XLSB),
    ("[Content_Types].xml", b"ms-excel.sheet.macroEnabled.main+xml", ReportFormat.XLSM),
    ("[Content_Types].xml", b"ms-excel.template.macroEnabled.main+xml", ReportFormat.XLSM),
    ("[Content_Types].xml", b"spreadsheetml.sheet.main+xml", ReportFormat.XLSX),
    ("[Content_Types].xml", b"spreadsheetml.template.main+xml", ReportFormat.XLSX),
)


def _zip_format(data: bytes) -> ReportFormat:
    _check_zip_directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            for part, content_type, format in _ZIP_TYPES:
                if part in names and content_type in _part(archive, part):
                    return format
    except (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, OSError, EOFError) as error:
        raise UnreadableDocument(_DAMAGED_ZIP) from error
    raise UnsupportedType(_UNSUPPORTED)


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(_MAX_TYPE_PART)


def _check_zip_directory(data: bytes) -> None:
    end = data.rfind(_ZIP_END, max(0, len(data) - _ZIP_END_WITHIN))
    if end < 0 or len(data) < end + 16:
        raise UnreadableDocument(_DAMAGED_ZIP)
    if int.from_bytes(data[end + 12 : end + 16], "little") > _MAX_ZIP_DIRECTORY:
        raise UnreadableDocument(
            "The workbook is built from far too many parts to be a report.", "resource-limit"
        )


def _ole_format(data: bytes) -> ReportFormat:
    if _has_ole_entry(data, "EncryptedPackage"):
        raise UnreadableDocument(_ENCRYPTED, "encrypted")
    if _has_ole_entry(data, "Workbook") or _has_ole_entry(data, "Book"):
        return ReportFormat.XLS
    raise UnsupportedType(_UNSUPPORTED)


def _has_ole_entry(data: bytes, name: str) -> bool:
    """Whether a directory entry (128-byte aligned: 64 bytes of UTF-16 name, its length) has the name."""
    stored = (name + "\0").encode("utf-16-le")
    length = len(stored).to_bytes(2, "little")
    at = data.find(stored)
    while at >= 0:
        if at % 128 == 0 and data[at + 64 : at + 66] == length:
            return True
        at = data.find(stored, at + 2)
    return False


def _is_delimited_text(data: bytes) -> bool:
    if b"\0" in data:
        return False
    text = _decoded(data)
    if text is None or text.lstrip()[:1] in {"<", "{"}:
        return False
    lines = [line for line in text[:65_536].splitlines() if line.strip()][:_SAMPLE_LINES]
    delimited = max(sum(mark in line for line in lines) for mark in ",;\t|")
    return delimited >= max(2, len(lines) / 2)


def _decoded(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        controls = sum(ord(character) < 32 and character not in "\t\r\n\f" for character in text)
        return text if controls == 0 else None
    return None
