"""Stage 2: a document's layout to statements, facts, findings and tie-outs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.confidence.facts import rescore
from services.domain.base import many_records
from services.domain.layout import PageLayout
from services.domain.reports import (
    Fact,
    Finding,
    Report,
    Scenario,
    Statement,
    TieOut,
)
from services.extraction.claims import claims_in
from services.extraction.completeness import Gap, gaps
from services.extraction.concentration import concentrations_in
from services.extraction.credit_lines import credit_lines_in
from services.extraction.cues import cues_in
from services.extraction.derived import derive
from services.extraction.events import events_in
from services.extraction.facts import assemble
from services.extraction.filing import (
    Filing,
    calendar_of,
    company_in_titles,
    company_on,
    read_filing,
)
from services.extraction.findings import no_statements, oddities, of_gap, of_note, of_pictures
from services.extraction.known import Known, known_of
from services.extraction.lines import lines_of
from services.extraction.locate import Located, locate
from services.extraction.matching import match_statement
from services.extraction.mentions import again_printed
from services.extraction.model import RawStatement, RowMatch
from services.extraction.notes import Note, read_notes
from services.extraction.pay import pay_metrics_in
from services.extraction.pictures import Pictures, read_pictures, text_of
from services.extraction.recasts import recasts_in
from services.extraction.second_reading import read_again
from services.extraction.sentences import Prose
from services.extraction.sheets import read_workbook
from services.extraction.statements import ReadStatement, read_statements
from services.extraction.tie_out import check
from services.ports import DocumentReader, OnPage


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
    """A document's statements as printed, before meaning.

    ``notes`` reads what stands beside them, ``gaps`` says what is missing from them.
    """

    report: Report
    statements: Sequence[RawStatement]
    findings: Sequence[Finding]
    texts: Sequence[str] = ()
    notes: Callable[[Known], list[Note]] = lambda _: []
    gaps: Callable[[Sequence[Sequence[RowMatch]]], Iterable[Gap]] = lambda _: ()


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
    matched = [(raw, match_statement(raw)) for raw in read.statements]
    statements, facts = _assembled(read.report, matched)
    noted, further = _assembled(read.report, read.notes(known_of(facts)))
    statements, facts = statements + noted, facts + further
    facts = again_printed(facts, read.texts)
    facts, tie_outs = checked(statements, facts)
    findings = list(read.findings)
    findings += [of_gap(report, gap) for gap in read.gaps([matches for _, matches in matched])]
    if not facts:
        findings.append(no_statements(report))
    return Extraction(read.report, statements, facts, findings, tie_outs)


def checked(
    statements: Sequence[Statement], facts: Sequence[Fact]
) -> tuple[list[Fact], list[TieOut]]:
    """Return the printed facts rescored by the checks on them, the computed ones behind, and the checks."""
    tie_outs = check(statements, facts)
    scored = rescore(facts, tie_outs)
    return [*scored, *derive(scored)], tie_outs


def _assembled(report: Report, matched: Iterable[Note]) -> tuple[list[Statement], list[Fact]]:
    statements: list[Statement] = []
    facts: list[Fact] = []
    for raw, matches in matched:
        statement, found = assemble(raw, matches, report)
        statements.append(statement)
        facts += found
    return statements, facts


def _read_workbook(document: DocumentReader, report: Report) -> _Read:
    read = read_workbook(document.sheets())
    findings = [of_note(report, note) for note in read.notes]
    end = _iso(_newest(read.statements))
    company = company_in_titles(raw.title for raw in read.statements)
    told = report.model_copy(update={"period_end": end, "company": company})
    return _Read(told, read.statements, findings)


def _read_pdf(document: DocumentReader, report: Report, on_page: OnPage | None) -> _Read:
    texts = document.page_texts(on_page)
    printed = tuple(texts)
    located = _located(document, texts)
    pictures = Pictures()
    if located.is_partial:
        pictures = read_pictures(document, texts, on_page)
        for number, layout in pictures.layouts.items():
            texts[number - 1] = text_of(layout)
        located = locate(texts) if pictures.layouts else located
    filing = read_filing(texts)
    numbers = located.pages
    layouts = _layouts(document, numbers, pictures)
    calendar = calendar_of(filing, [texts[0] if texts else "", *(texts[n - 1] for n in numbers)])
    read = read_statements(layouts, located, calendar)
    period_end = _period_end(filing, read)
    prose = Prose(texts)
    filled = report.model_copy(
        update={
            "company": filing.company or company_on([texts[n - 1] for n in numbers]),
            "form": filing.form,
            "period_end": _iso(period_end),
            "page_count": document.page_count,
            "cues": (
                *cues_in(prose),
                *concentrations_in(prose),
                *events_in(prose, period_end),
                *pay_metrics_in(prose),
            ),
            "claims": claims_in(prose),
            "credit_lines": credit_lines_in(prose),
            "recasts": recasts_in(prose),
        }
    )
    findings = [finding for statement in read for finding in oddities(report, statement)]
    findings += of_pictures(report, pictures)
    readings = read_again([statement.raw for statement in read], printed)

    def notes(known: Known) -> list[Note]:
        taken = {page for statement in read for page in statement.raw.pages}
        return read_notes(document, texts, known, calendar, taken)

    def missing(matches: Sequence[Sequence[RowMatch]]) -> Iterable[Gap]:
        return gaps(readings, matches)

    raws = [reading.raw for reading in readings]
    return _Read(filled, raws, findings, printed, notes, missing)


def _located(document: DocumentReader, texts: list[str]) -> Located:
    """Locate the statements; where the text has lost its lines, they are rebuilt from the word boxes."""
    located = locate(texts)
    if not located.doubtful:
        return located
    for page in document.page_words(located.doubtful):
        texts[page.number - 1] = "\n".join(line.text for line in lines_of(page))
    return locate(texts)


def _layouts(
    document: DocumentReader, numbers: Sequence[int], pictures: Pictures
) -> dict[int, PageLayout]:
    """Return the pages' layouts: the recognised ones, and the others from the text layer."""
    printed = [number for number in numbers if number not in pictures.layouts]
    pages = document.page_words(printed) if printed else []
    return {**pictures.layouts, **{page.number: page for page in pages}}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _period_end(filing: Filing, read: Sequence[ReadStatement]) -> date | None:
    newest = _newest(statement.raw for statement in read)
    stated = filing.period_end if filing.states_period else newest
    return stated or newest or filing.period_end or filing.dated


def _newest(statements: Iterable[RawStatement]) -> date | None:
    """Return the last day of an actual column, of any column where a document shows plans only."""
    dated = [c for raw in statements for c in raw.columns if c.period is not None]
    actual = [column for column in dated if column.scenario is Scenario.ACTUAL]
    return max((c.period.end for c in actual or dated if c.period is not None), default=None)
