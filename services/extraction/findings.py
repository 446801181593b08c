"""What is told of how a document was read, as findings of its report."""

from collections.abc import Iterable, Sequence

from services.domain.ids import FindingId, deterministic_id
from services.domain.reports import ColumnKind, Finding, FindingSeverity, Report
from services.extraction.completeness import Gap
from services.extraction.pictures import Pictures
from services.extraction.sheet_notes import SheetNote
from services.extraction.statements import ReadStatement

NO_STATEMENTS = "No financial statements were found in this document."


def no_statements(report: Report) -> Finding:
    """Return the finding of a document in which no statement was found."""
    return _finding(report, "no-statements", FindingSeverity.ERROR, NO_STATEMENTS)


def of_gap(report: Report, gap: Gap) -> Finding:
    """Return the finding of something that is printed and was not read; a person has to look."""
    found = _finding(report, gap.code, gap.severity, gap.sentence, gap.page)
    return found.model_copy(update={"needs_review": True})


def of_note(report: Report, note: SheetNote) -> Finding:
    """Return the finding of a note on a worksheet."""
    found = _finding(report, note.code, note.severity, note.sentence)
    return found.model_copy(update={"sheet": note.sheet})


def of_pictures(report: Report, pictures: Pictures) -> Iterable[Finding]:
    """Yield what must be told about pages that are pictures: which were recognised, which were not."""
    if not pictures.pages:
        return
    first = pictures.pages[0]
    if not pictures.able:
        sentence = (
            f"{_pages(pictures.pages)} without readable text, and the program that reads pictures is "
            "missing on the server: install the package tesseract-ocr there and upload the report again."
        )
        found = _finding(report, "pictures-not-read", FindingSeverity.ERROR, sentence, first)
        yield found.model_copy(update={"needs_review": True})
        return
    if pictures.layouts:
        sentence = (
            f"{_pages(sorted(pictures.layouts))} read from a picture: compare the numbers with the page "
            "before you rely on them."
        )
        page = min(pictures.layouts)
        yield _finding(report, "recognised-pages", FindingSeverity.INFO, sentence, page)
    if pictures.unread:
        sentence = (
            f"{_pages(pictures.unread)} without readable text and headed like no statement; not read in "
            "full. “Add a missing number” reads the page you point at."
        )
        page = pictures.unread[0]
        yield _finding(report, "pages-not-read", FindingSeverity.INFO, sentence, page)


def _pages(numbers: Sequence[int]) -> str:
    """Write page numbers as a subject with its verb: 'Pages 3, 5–7 are'."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown = ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return f"Page {shown} is" if len(numbers) == 1 else f"Pages {shown} are"


def oddities(report: Report, read: ReadStatement) -> Iterable[Finding]:
    """Yield what the reader must be told about one statement: orphans, missing periods and unit."""
    raw = read.raw
    page = raw.pages[0] if raw.pages else None
    lost = raw.basis == "consolidated" and raw.kind.is_primary
    for orphan in read.orphans:
        printed = ", ".join(orphan.printed)
        sentence = f"On page {orphan.page}, {printed} in the row “{orphan.label}” stands in no column and was left out."
        found = _finding(report, "orphan-number", FindingSeverity.WARNING, sentence, orphan.page)
        yield found.model_copy(update={"needs_review": lost})
    for column in raw.columns:
        if column.kind is ColumnKind.VALUE and column.period is None:
            sentence = f"A column headed “{column.header}” of “{raw.title}” has no readable period; its numbers were left out."
            found = _finding(report, "missing-period", FindingSeverity.WARNING, sentence, page)
            yield found.model_copy(update={"needs_review": lost})
    amounts = [column for column in raw.columns if column.kind is ColumnKind.VALUE]
    periods = [column.period for column in amounts if column.period is not None]
    if len(set(periods)) < len(periods):
        sentence = f"Two columns of “{raw.title}” are headed by the same period."
        yield _finding(report, "duplicate-period", FindingSeverity.WARNING, sentence, page)
    if raw.scale_certainty < 0.9:
        sentence = f"No unit (thousands, millions) is printed near “{raw.title}”; amounts are read as printed."
        yield _finding(report, "missing-unit", FindingSeverity.WARNING, sentence, page)


def _finding(
    report: Report, code: str, severity: FindingSeverity, sentence: str, page: int | None = None
) -> Finding:
    return Finding(
        finding_id=FindingId(deterministic_id("finding", report.report_id, code, page, sentence)),
        report_id=report.report_id,
        code=code,
        severity=severity,
        sentence=sentence,
        page=page,
    )
