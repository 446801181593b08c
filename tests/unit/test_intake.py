"""Intake: what is taken, what is refused and with which sentence, and what a repeat becomes."""

import io
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.blobs import FileBlobStore
from services.adapters.local.database import Database
from services.adapters.local.queues import SqliteQueue
from services.adapters.local.records import SqliteRecordStore
from services.domain.errors import (
    AdvisorError,
    Conflict,
    EmptyFile,
    Forbidden,
    ReportTooLarge,
    UnreadableDocument,
    UnsupportedType,
)
from services.domain.messages import Effects, MessageKind, Queue
from services.domain.reports import Report, ReportFormat, ReportStatus
from services.domain.users import Role
from services.intake import Intake, detect_format, display_name
from services.ports import DocumentReader, PageRenderer, Ports
from services.samples import SampleShelf
from tests.core_records import ANN, RAY, Clock

PDF = b"%PDF-1.7\n1 0 obj\n"
OLE = bytes.fromhex("D0CF11E0A1B11AE1")


class OpensAll:
    """A layout reader for bytes whose content does not matter here; b'broken' cannot be opened."""

    @contextmanager
    def open(self, data: bytes, format: ReportFormat) -> Iterator[DocumentReader]:
        if b"broken" in data:
            raise UnreadableDocument("The file is damaged.", "malformed")
        yield cast("DocumentReader", None)


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[Ports]:
    database = Database(tmp_path / "advisor.sqlite3")
    clock = Clock()
    yield Ports(
        blobs=FileBlobStore(tmp_path / "documents"),
        records=SqliteRecordStore(database, clock),
        queue=SqliteQueue(database, 30, clock),
        audit=SqliteAuditLog(database),
        layout=OpensAll(),
        renderer=cast("PageRenderer", None),
    )
    database.close()


@pytest.fixture
def intake(ports: Ports) -> Intake:
    return Intake(ports, max_upload_bytes=2_000, clock=Clock())


def blobs_of(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "documents").rglob("*") if path.is_file()]


def actions(ports: Ports) -> list[str]:
    return [entry.event.action for entry in ports.audit.entries()]


def test_a_new_report_is_stored_queued_and_written_to_the_trail(intake: Intake, ports: Ports):
    accepted = intake.accept("q3.pdf", PDF, ANN)
    report = accepted.report
    assert accepted.outcome == "new"
    assert accepted.sentence == "q3.pdf is here and is being read."
    assert ports.records.reports() == [report]
    assert (report.version, report.status) == (1, ReportStatus.RECEIVED)
    assert report.blob_key == f"2026/03/{report.report_id}.pdf"
    assert ports.blobs.get(report.blob_key) == PDF
    delivery = ports.queue.claim(list(Queue), "w")
    assert delivery is not None
    assert delivery.message.kind is MessageKind.REPORT_RECEIVED
    (entry,) = ports.audit.entries(report.report_id)
    assert entry.event.action == "report_received"
    assert entry.event.detail["sha256"] == report.sha256


def test_the_same_bytes_under_any_name_are_the_same_report(intake: Intake, ports: Ports):
    first = intake.accept("q3.pdf", PDF, ANN)
    again = intake.accept("other.pdf", PDF, ANN)
    assert again.outcome == "duplicate"
    assert again.report == first.report
    assert again.sentence == (
        "The same file is here since Mar 2, 2026 as q3.pdf. Nothing was stored or read twice."
    )
    assert ports.queue.depth()[Queue.INGESTION] == 1
    assert actions(ports) == ["report_duplicate", "report_received"]


def test_other_bytes_under_the_same_name_are_the_next_version(intake: Intake, ports: Ports):
    first = intake.accept("q3.pdf", PDF, ANN).report
    second = intake.accept("folder/q3.pdf", PDF + b"2", ANN)
    third = intake.accept("C:\\folder\\q3.pdf", PDF + b"3", ANN).report
    assert second.outcome == "new_version"
    assert (second.report.version, second.report.supersedes) == (2, first.report_id)
    assert (third.version, third.supersedes) == (3, second.report.report_id)
    assert "version 2" in second.sentence
    assert ports.records.latest_named("q3.pdf") == third


def test_a_report_that_failed_is_read_again_when_it_comes_again(intake: Intake, ports: Ports):
    report = intake.accept("q3.pdf", PDF, ANN).report
    delivery = ports.queue.claim(list(Queue), "w")
    assert delivery is not None
    failed = report.model_copy(update={"status": ReportStatus.FAILED, "error": "It broke."})
    ports.queue.dead_letter(delivery, "RuntimeError", "", Effects(records=(failed,)))
    again = intake.accept("q3.pdf", PDF, ANN)
    assert again.outcome == "duplicate"
    assert again.report == report
    assert again.sentence.endswith("It could not be read then, so it is read again.")
    assert ports.records.report(report.report_id) == report
    assert ports.queue.depth()[Queue.INGESTION] == 1


@pytest.mark.parametrize(
    ("data", "error", "sentence"),
    [
        (b"", EmptyFile, "The file is empty (0 bytes)."),
        (PDF.ljust(2_001), ReportTooLarge, "The file has 2,001 bytes; at most 2,000"),
        (b"hello", UnsupportedType, "not a file type we read. Upload a PDF, an Excel workbook"),
        (PDF + b"broken", UnreadableDocument, "The file is damaged."),
        (b"PK\x03\x04nonsense", UnreadableDocument, "damaged workbook"),
    ],
)
def test_a_refused_upload_says_why_and_leaves_only_an_audit_entry(
    intake: Intake, ports: Ports, tmp_path: Path, data: bytes, error: type[Exception], sentence: str
):
    with pytest.raises(error) as refused:
        intake.accept("bad.pdf", data, ANN)
    assert isinstance(refused.value, AdvisorError)
    assert sentence in refused.value.sentence
    (entry,) = ports.audit.entries()
    assert (entry.event.action, entry.event.resource) == ("report_refused", "bad.pdf")
    assert entry.event.result == refused.value.code
    assert entry.event.detail["sentence"] == refused.value.sentence
    assert ports.records.reports() == []
    assert ports.queue.depth()[Queue.INGESTION] == 0
    assert blobs_of(tmp_path) == []


def test_the_size_limit_itself_is_taken(intake: Intake):
    assert intake.accept("full.pdf", PDF.ljust(2_000), ANN).outcome == "new"


def test_the_default_limit_is_fifty_mebibytes_inclusive(ports: Ports):
    intake = Intake(ports, clock=Clock())
    assert intake.accept("a.pdf", PDF.ljust(52_428_800), ANN).report.size == 52_428_800
    with pytest.raises(ReportTooLarge):
        intake.accept("b.pdf", PDF.ljust(52_428_801), ANN)


def test_a_role_that_may_not_upload_is_refused_on_record(intake: Intake, ports: Ports):
    with pytest.raises(Forbidden):
        intake.accept("q3.pdf", PDF, RAY)
    auditor = RAY.model_copy(update={"role": Role.AUDITOR})
    with pytest.raises(Forbidden):
        intake.accept("q3.pdf", PDF, auditor)
    assert ports.records.reports() == []
    assert [entry.event.result for entry in ports.audit.entries()] == ["forbidden", "forbidden"]


def test_two_uploads_of_the_same_bytes_at_one_moment_become_one_report(
    intake: Intake, ports: Ports, monkeypatch: pytest.MonkeyPatch
):
    """The other upload commits between our look and our commit."""
    commit, others = ports.records.commit, []

    def commit_second(effects: Effects) -> None:
        if not others:
            others.append(effects)
            commit(effects)
        commit(effects)

    monkeypatch.setattr(ports.records, "commit", commit_second)
    assert intake.accept("q3.pdf", PDF, ANN).outcome == "duplicate"
    assert len(ports.records.reports()) == 1
    assert ports.queue.depth()[Queue.INGESTION] == 1


def test_two_files_of_one_name_at_one_moment_become_two_versions(
    intake: Intake, ports: Ports, monkeypatch: pytest.MonkeyPatch
):
    """Our first look is too early to see the other upload."""
    latest, looks = ports.records.latest_named, []

    def too_early_once(name: str) -> Report | None:
        looks.append(name)
        return None if len(looks) == 1 else latest(name)

    first = intake.accept("q3.pdf", PDF, ANN).report
    monkeypatch.setattr(ports.records, "latest_named", too_early_once)
    second = intake.accept("q3.pdf", PDF + b"2", ANN).report
    assert (second.version, second.supersedes) == (2, first.report_id)
    assert looks == ["q3.pdf", "q3.pdf"]


def test_a_name_that_stays_contested_is_answered_and_not_tried_forever(
    intake: Intake, ports: Ports, monkeypatch: pytest.MonkeyPatch
):
    def always_taken(effects: Effects) -> None:
        raise Conflict("taken")

    monkeypatch.setattr(ports.records, "commit", always_taken)
    with pytest.raises(AdvisorError, match="try again in a moment"):
        intake.accept("q3.pdf", PDF, ANN)


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("q3.pdf", "q3.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\me\\Q3.pdf", "Q3.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\0b\n c.pdf", "a b c.pdf"),
        ("Bu\u0308ro.pdf", "B\u00fcro.pdf"),
        ("...", "report.pdf"),
        ("", "report.pdf"),
        ("a/", "report.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("x" * 300, "x" * 120),
    ],
)
def test_a_name_is_shown_without_folders_controls_or_tricks(given_name: str, shown: str):
    assert display_name(given_name, ReportFormat.PDF) == shown


@given(name=st.text())
def test_any_name_becomes_a_short_visible_one_that_stays_itself(name: str):
    shown = display_name(name, ReportFormat.XLSX)
    assert 0 < len(shown) <= 120
    assert not set(shown) & set("/\\\0\n\u202e\u2066")
    assert all(not unicodedata.category(character).startswith("C") for character in shown)
    assert unicodedata.is_normalized("NFC", shown)
    assert display_name(shown, ReportFormat.XLSX) == shown


def a_zip(**parts: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr({"types": "[Content_Types].xml"}.get(name, name), content)
    return target.getvalue()


def an_ole(*entries: str) -> bytes:
    directory = b"".join(
        (name + "\0").encode("utf-16-le").ljust(64, b"\0")
        + (len(name) * 2 + 2).to_bytes(2, "little").ljust(64, b"\0")
        for name in entries
    )
    return OLE.ljust(512, b"\0") + directory


MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
ODS = "application/vnd.oasis.opendocument.spreadsheet"


@pytest.mark.parametrize(
    ("data", "format"),
    [
        (b"%PDF-1.4", ReportFormat.PDF),
        (b"x" * 1_019 + b"%PDF-1.4", ReportFormat.PDF),
        (a_zip(types=MAIN), ReportFormat.XLSX),
        (a_zip(types="application/vnd.ms-excel.sheet.macroEnabled.main+xml"), ReportFormat.XLSM),
        (a_zip(types="application/vnd.ms-excel.sheet.binary.macroEnabled.main"), ReportFormat.XLSB),
        (a_zip(mimetype=ODS), ReportFormat.ODS),
        (an_ole("Root Entry", "Workbook"), ReportFormat.XLS),
        (an_ole("Root Entry", "Book"), ReportFormat.XLS),
        (b"Account,2025\nRevenue,10\n", ReportFormat.CSV),
        ("\ufeffKonto;2025\nErlöse;10\n".encode(), ReportFormat.CSV),
        ("Konto\t2025\r\nErlöse\t10\r\n".encode("cp1252"), ReportFormat.CSV),
        (b"%PDF-1.4" + a_zip(types=MAIN), ReportFormat.PDF),
    ],
)
def test_the_type_is_told_by_the_content(data: bytes, format: ReportFormat):
    assert detect_format(data) is format


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"MZ\x90\x00",
        b"x" * 2_000 + b"%PDF-1.4",
        b"a,b\nc,d\0\n",
        b"a,b\x01\nc,d\n",
        b"<html>a,b\nc,d\n</html>",
        b'{"a": 1,\n"b": 2,\n"c": 3}',
        b"\x89PNG\r\n\x1a\n",
        a_zip(types="application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        an_ole("Root Entry", "WordDocument"),
        OLE.ljust(512, b"\0") + b"text " + "Workbook\0".encode("utf-16-le"),
        b"one line, with a comma\nand a second without\nand a third\nand a fourth\nand a fifth",
    ],
)
def test_other_content_is_not_taken(data: bytes):
    with pytest.raises(UnsupportedType):
        detect_format(data)


def test_a_workbook_with_a_password_is_refused_as_encrypted():
    with pytest.raises(UnreadableDocument, match="password") as refused:
        detect_format(an_ole("Root Entry", "EncryptionInfo", "EncryptedPackage"))
    assert refused.value.code == "encrypted"


def test_a_zip_with_a_giant_directory_is_refused_before_it_is_read():
    end = b"PK\x05\x06" + bytes(8) + (50_000_000).to_bytes(4, "little") + bytes(6)
    with pytest.raises(UnreadableDocument) as refused:
        detect_format(b"PK\x03\x04" + bytes(100) + end)
    assert refused.value.code == "resource-limit"


@given(data=st.binary(max_size=400), head=st.sampled_from([b"", b"PK\x03\x04", OLE, b"a,b\n"]))
def test_any_bytes_get_a_type_or_an_expected_error(data: bytes, head: bytes):
    sentence = "."
    try:
        detect_format(head + data)
    except AdvisorError as error:
        sentence = error.sentence
    assert sentence.endswith(".")


def test_a_zip_whose_directory_is_damaged_is_refused_as_such():
    damaged = a_zip(types=MAIN).replace(b"PK\x01\x02", b"XXXX")
    with pytest.raises(UnreadableDocument, match="damaged workbook") as refused:
        detect_format(damaged)
    assert refused.value.code == "malformed"


def test_a_workbook_written_by_another_program_is_recognised():
    target = io.BytesIO()
    openpyxl.Workbook().save(target)
    assert detect_format(target.getvalue()) is ReportFormat.XLSX


def test_a_pdf_written_by_another_program_is_recognised():
    target = io.BytesIO()
    canvas = Canvas(target)
    canvas.drawString(72, 72, "hello")
    canvas.save()
    assert detect_format(target.getvalue()) is ReportFormat.PDF


def test_samples_are_taken_like_uploads_and_twice_is_once(
    intake: Intake, ports: Ports, tmp_path: Path
):
    folder = tmp_path / "samples"
    folder.mkdir()
    (folder / "b.pdf").write_bytes(PDF)
    (folder / "a.xlsx").write_bytes(a_zip(types=MAIN))
    (folder / "generate.py").write_text("x = 1")
    shelf = SampleShelf(folder, intake)
    assert shelf.names() == ["a.xlsx", "b.pdf"]
    assert [accepted.outcome for accepted in shelf.load(ANN)] == ["new", "new"]
    assert [accepted.outcome for accepted in shelf.load(ANN)] == ["duplicate", "duplicate"]
    assert len(ports.records.reports()) == 2


def test_a_missing_sample_folder_offers_nothing(intake: Intake, tmp_path: Path):
    assert SampleShelf(tmp_path / "none", intake).load(ANN) == []
