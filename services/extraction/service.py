"""Stage 2: a document's layout to statements, facts, findings and tie-outs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.confidence.facts import rescore
from services.domain.base import many_records
from services.domain.ids import FindingId, deterministic_id
from services.domain.reports import (
    ColumnKind,
    Fact,
    Finding,
    FindingSeverity,
    Report,
    Scenario,
    Statement,
    TieOut,
)
from services.extraction.derived import derive
from services.extraction.facts import assemble
from services.extraction.filing import Filing, calendar_of, company_on, read_filing
from services.extraction.lines import lines_of
from services.extraction.locate import Located, locate
from services.extraction.matching import match_statement
from services.extraction.model import RawStatement
from services.extraction.sheets import read_workbook
from services.extraction.statements import ReadStatement, read_statements
from services.extraction.tie_out import check
from services.ports import DocumentReader, OnPage

NO_STATEMENTS = "No financial statements were found in this document."


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was read: the report with its cover's words filled in, and all that was found in it."""

    report: Report
    statements: list[Statement]
    facts: list[Fact]
    findings: list[Finding]
    tie_outs: list[TieOut]


@dataclass(frozen=True, slots=True)
class _Read:
    """A document's statements as printed, before meaning."""

    report: Report
    statements: Sequence[RawStatement]
    findings: Sequence[Finding]


@many_records()
def extract(document: DocumentReader, report: Report, on_page: OnPage | None = None) -> Extraction:
    """Read a document's statements and facts.

    Args:
        document: The opened document.
        report: Its report; company, form, period end and page count are filled in on the copy returned.
        on_page: Called with (pages done, pages in all) while a PDF's text is read.
    """
    workbook = report.format.is_workbook
    read = _read_workbook(document, report) if workbook else _read_pdf(document, report, on_page)
    statements: list[Statement] = []
    facts: list[Fact] = []
    for raw in read.statements:
        statement, found = assemble(raw, match_statement(raw), read.report)
        statements.append(statement)
        facts.extend(found)
    tie_outs = check(statements, facts)
    facts = rescore(facts, tie_outs)
    facts += derive(facts)
    findings = list(read.findings)
    if not facts:
        findings.append(_finding(report, "no-statements", FindingSeverity.ERROR, NO_STATEMENTS))
    return Extraction(read.report, statements, facts, findings, tie_outs)


def _read_workbook(document: DocumentReader, report: Report) -> _Read:
    read = read_workbook(document.sheets())
    findings = [
        _finding(report, note.code, note.severity, note.sentence).model_copy(
            update={"sheet": note.sheet}
        )
        for note in read.notes
    ]
    end = _iso(_newest(read.statements))
    return _Read(report.model_copy(update={"period_end": end}), read.statements, findings)


def _read_pdf(document: DocumentReader, report: Report, on_page: OnPage | None) -> _Read:
    texts = document.page_texts(on_page)
    filing = read_filing(texts)
    located = _located(document, texts)
    numbers = located.pages
    layouts = {page.number: page for page in document.page_words(numbers)} if numbers else {}
    calendar = calendar_of(filing, [texts[0] if texts else "", *(texts[n - 1] for n in numbers)])
    read = read_statements(layouts, located, calendar)
    filled = report.model_copy(
        update={
            "company": filing.company or company_on([texts[n - 1] for n in numbers]),
            "form": filing.form,
            "period_end": _iso(_period_end(filing, read)),
            "page_count": document.page_count,
        }
    )
    findings = [finding for statement in read for finding in _oddities(report, statement)]
    return _Read(filled, [statement.raw for statement in read], findings)


def _located(document: DocumentReader, texts: list[str]) -> Located:
    """Locate the statements; where the text has lost its lines, they are rebuilt from the word boxes."""
    located = locate(texts)
    if not located.doubtful:
        return located
    for page in document.page_words(located.doubtful):
        texts[page.number - 1] = "\n".join(line.text for line in lines_of(page))
    return locate(texts)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _period_end(filing: Filing, read: Sequence[ReadStatement]) -> date | None:
    newest = _newest(statement.raw for statement in read)
    stated = filing.period_end if filing.states_period else newest
    return stated or newest or filing.period_end


def _newest(statements: Iterable[RawStatement]) -> date | None:
    """Return the last day of an actual column, of any column where a document shows plans only."""
    dated = [c for raw in statements for c in raw.columns if c.period is not None]
    actual = [column for column in dated if column.scenario is Scenario.ACTUAL]
    return max((c.period.end for c in actual or dated if c.period is not None), default=None)


def _oddities(report: Report, read: ReadStatement) -> Iterable[Finding]:
    """Yield what the reader must be told about one statement: orphans, missing periods and unit."""
    raw = read.raw
    page = raw.pages[0] if raw.pages else None
    for orphan in read.orphans:
        printed = ", ".join(orphan.printed)
        sentence = f"On page {orphan.page}, {printed} in the row “{orphan.label}” stands in no column and was left out."
        yield _finding(report, "orphan-number", FindingSeverity.WARNING, sentence, orphan.page)
    for column in raw.columns:
        if column.kind is ColumnKind.VALUE and column.period is None:
            sentence = f"A column headed “{column.header}” of “{raw.title}” has no readable period; its numbers were left out."
            yield _finding(report, "missing-period", FindingSeverity.WARNING, sentence, page)
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
