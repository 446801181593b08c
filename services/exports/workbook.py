"""The CFO summary as a workbook: every computed number is a formula over the cells of the sheet Facts.

Each source links to its cell in the product. No text of a document can become a formula.
"""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from services.cfo.brief import Brief, Item
from services.domain.concepts import CONCEPTS, Unit
from services.domain.insights import Calculation
from services.domain.reports import Fact
from services.exports.formulas import formulas
from services.exports.sources import Sources, signature_words, standing, title_of, withheld_words

_INK, _SOFT, _BLUE, _PALE, _GRID = "0A0F1A", "4A5568", "0072B2", "E4EFF7", "D3DAE4"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n")
_MILLIONS = '#,##0.0,,;(#,##0.0,,);"–"'
_PERCENT = "+0.0%;(0.0%);0.0%"
_FORMATS = {
    Unit.MONEY: '#,##0;(#,##0);"–"',
    Unit.PER_SHARE: "#,##0.00;(#,##0.00)",
    Unit.SHARES: "#,##0",
    Unit.PURE: "#,##0.####",
}
_LONG = 50
_LARGE = 1_000_000
_RIGHT = frozenset(
    {
        "No.",
        "As printed",
        "Value, base units",
        "Confidence",
        "Result (live)",
        "By the engine",
        "As shown",
    }
    | {"Value", "Year before", "Change"}
)
"""Headings over numbers."""
_FACTS, _STEPS = "Facts", "Calculations"
_FACT_VALUE, _STEP_RESULT = "E", "D"


def summary_workbook(brief: Brief, base_url: str, made_at: datetime) -> bytes:
    """Return the xlsx; ``base_url`` is the product's address, to which its sources lead."""
    book = Workbook()
    summary = book.active
    if summary is None:
        raise RuntimeError("a new workbook has a sheet")
    summary.title = "Summary"
    sources = Sources(brief, base_url)
    facts = _facts(book.create_sheet(_FACTS), brief, sources)
    steps = _calculations(book.create_sheet(_STEPS), brief, facts)
    _summary(summary, brief, sources, facts)
    _about(book.create_sheet("About"), brief, made_at)
    book.move_sheet(_STEPS, 0)
    if steps == 0:
        book[_STEPS]["A2"].value = "No calculation is shown."
    book.calculation.fullCalcOnLoad = True
    book.properties.title = _clean(f"CFO summary: {title_of(brief)}")
    book.properties.creator = "Financial Insight & Risk Advisor"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _facts(sheet: Worksheet, brief: Brief, sources: Sources) -> dict[str, tuple[Fact, str]]:
    """Write the facts, one a row, and return each with the cell of its value, by id."""
    headings = (
        ("No.", 5), ("Figure", 60), ("Period", 22), ("As printed", 13), ("Value, base units", 20), ("Unit", 12),
        ("Confidence", 11), ("Document", 34), ("Place (link)", 18), ("Stated by", 16), ("Fact id", 58),
    )  # fmt: skip
    _head(sheet, headings)
    cells: dict[str, tuple[Fact, str]] = {}
    for row, fact in enumerate(brief.facts, start=2):
        source = sources.of_fact(fact)
        sheet.cell(row, 1, source.number)
        _write(sheet.cell(row, 2), source.name)
        _write(sheet.cell(row, 3), fact.period.label)
        _write(sheet.cell(row, 4), fact.source.printed).alignment = Alignment(horizontal="right")
        _number(sheet.cell(row, 5), fact.value, _FORMATS[fact.unit])
        _write(sheet.cell(row, 6), fact.unit.value.replace("USD", fact.currency))
        _number(sheet.cell(row, 7), Decimal(str(fact.confidence.total)), "0.0%")
        _write(sheet.cell(row, 8), fact.source.document)
        _link(sheet.cell(row, 9), fact.source.place, source.url)
        _write(sheet.cell(row, 10), fact.correction.by if fact.correction else "")
        _write(sheet.cell(row, 11), fact.fact_id)
        cells[fact.fact_id] = (fact, f"{_FACTS}!${_FACT_VALUE}${row}")
    _page(sheet, landscape=True)
    return cells


def _calculations(sheet: Worksheet, brief: Brief, facts: dict[str, tuple[Fact, str]]) -> int:
    """Write the calculations of every item as live formulas beside the engine's values; return how many."""
    headings = (
        ("Finding", 44), ("Calculation", 52), ("Formula in words", 62), ("Result (live)", 20),
        ("By the engine", 20), ("Agree", 9), ("As shown", 16), ("How it is here", 40),
    )  # fmt: skip
    _head(sheet, headings)
    row = 2
    for item in brief.items:
        cells = [f"${_STEP_RESULT}${row + place}" for place in range(len(item.calculations))]
        known = {str(fact.fact_id): facts[fact.fact_id] for fact in item.facts}
        live = formulas(item.calculations, known, cells)
        for step, formula in zip(item.calculations, live, strict=True):
            _calculation(sheet, row, item, step, formula)
            row += 1
    _page(sheet, landscape=True)
    return row - 2


def _calculation(
    sheet: Worksheet, row: int, item: Item, step: Calculation, formula: str | None
) -> None:
    shown = _format_of(step)
    _write(sheet.cell(row, 1), item.title)
    _write(sheet.cell(row, 2), step.name)
    _write(sheet.cell(row, 3), step.formula)
    _number(sheet.cell(row, 5), step.value, shown)
    if formula is None:
        _number(sheet.cell(row, 4), step.value, shown)
        told = "a number: its formula has no cell form"
    else:
        result = sheet.cell(row, 4, f"={formula}")
        result.number_format = shown
        told = "a formula over Facts"
    sheet.cell(row, 6, f'=IF(ABS(D{row}-E{row})<=0.000000001*MAX(1,ABS(E{row})),"yes","no")')
    _write(sheet.cell(row, 7), step.display).alignment = Alignment(horizontal="right")
    _write(sheet.cell(row, 8), told)


def _format_of(step: Calculation) -> str:
    """Return the number format that shows a value as its display does."""
    if step.display.rstrip().endswith("%"):
        return "0.0%;(0.0%)"
    if step.display.rstrip().endswith(("bp", "pp")):
        return "0.00%;(0.00%)"
    whole = step.value == step.value.to_integral_value()
    return "#,##0;(#,##0)" if whole or abs(step.value) >= _LARGE else "#,##0.00;(#,##0.00)"


def _summary(
    sheet: Worksheet,
    brief: Brief,
    sources: Sources,
    facts: dict[str, tuple[Fact, str]],
) -> None:
    for column, width in enumerate((30, 22, 16, 16, 12, 18, 40), start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    _write(sheet["A1"], title_of(brief)).font = Font(size=16, bold=True, color=_INK)
    parts = [
        "CFO summary",
        brief.report.form or "",
        brief.report.period_end or "",
        brief.report.name,
    ]
    _write(sheet["A2"], " · ".join(part for part in parts if part)).font = Font(color=_SOFT)
    _write(sheet["A3"], " ".join(standing(brief))).alignment = Alignment(
        wrap_text=True, vertical="top"
    )
    sheet.merge_cells("A3:G3")
    sheet.row_dimensions[3].height = 32
    names = ("Key figures", "Period", "Value", "Year before", "Change", "Unit", "Source (link)")
    _band(sheet, 5, names)
    row = 6
    for one in brief.headlines:
        source = sources.of_fact(one.current)
        money = one.current.unit is Unit.MONEY
        shown = _MILLIONS if money else _FORMATS[one.current.unit]
        unit = f"{one.current.currency} m" if money else one.current.unit.value
        _write(sheet.cell(row, 1), CONCEPTS[one.concept].name)
        _write(sheet.cell(row, 2), one.current.period.label)
        sheet.cell(row, 3, f"={facts[one.current.fact_id][1]}").number_format = shown
        if one.prior is not None:
            sheet.cell(row, 4, f"={facts[one.prior.fact_id][1]}").number_format = shown
        if one.change is not None:
            sheet.cell(row, 5, f"=C{row}/D{row}-1").number_format = _PERCENT
        _write(sheet.cell(row, 6), unit.replace("USD", one.current.currency))
        _link(sheet.cell(row, 7), source.place, source.url)
        row += 1
    since = "Since the last report" if brief.last else "Since the year before"
    row = _items(sheet, row + 1, (since, brief.moves), sources)
    row = _items(sheet, row + 1, ("Risks", brief.risks), sources)
    sheet.freeze_panes = "A5"
    _page(sheet, landscape=True, titles=None)
    sheet.print_area = f"A1:G{max(row - 1, 6)}"


def _items(
    sheet: Worksheet, row: int, section: tuple[str, Sequence[Item]], sources: Sources
) -> int:
    title, items = section
    _band(sheet, row, (title, "Sentence", "", "", "Severity", "Basis", "Source (link)"))
    row += 1
    if not items:
        _write(sheet.cell(row, 1), "Nothing verified to show.")
        return row + 1
    for item in items:
        for sentence in item.sentences:
            cited = sources.of(sentence)
            _write(sheet.cell(row, 1), item.title)
            _write(sheet.cell(row, 2), sentence.text)
            sheet.merge_cells(start_row=row, start_column=2, end_row=row, end_column=4)
            _write(sheet.cell(row, 5), item.severity.value)
            _write(sheet.cell(row, 6), sentence.basis.value)
            if cited:
                _link(sheet.cell(row, 7), cited[0].place, cited[0].url)
            for column in (1, 2, 5, 6, 7):
                wrapped = Alignment(wrap_text=True, vertical="top", indent=1)
                sheet.cell(row, column).alignment = wrapped
            sheet.row_dimensions[row].height = 15.0 * max(1, -(-len(sentence.text) // _LONG))
            row += 1
    return row


def _about(sheet: Worksheet, brief: Brief, made_at: datetime) -> None:
    rows: list[tuple[str, str]] = [
        ("Report", f"{brief.report.name}, version {brief.report.version}"),
        ("Report sha256", brief.report.sha256),
        ("Compared with", brief.last.name if brief.last else "no earlier report"),
        ("Made", f"{made_at:%Y-%m-%d %H:%M} UTC"),
        ("Ruleset", brief.ruleset_version),
        ("Audit trail", f"entry {brief.audit_seq}, head {brief.audit_head}"),
        ("Content sha256", brief.content_hash),
        ("Materiality", brief.materiality),
        *(("Coverage", line) for line in standing(brief)),
        *(("Withheld", line) for line in withheld_words(brief)),
        *(("Signature", line) for line in signature_words(brief)),
    ]
    _head(sheet, (("What", 18), ("Says", 110)))
    for row, (name, said) in enumerate(rows, start=2):
        _write(sheet.cell(row, 1), name)
        _write(sheet.cell(row, 2), said).alignment = Alignment(
            wrap_text=True, vertical="top", indent=1
        )
    _page(sheet, landscape=True)


def _head(sheet: Worksheet, headings: Iterable[tuple[str, int]]) -> None:
    names = []
    for column, (name, width) in enumerate(headings, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        names.append(name)
    _band(sheet, 1, names)
    sheet.freeze_panes = "A2"


def _band(sheet: Worksheet, row: int, names: Sequence[str]) -> None:
    for column, name in enumerate(names, start=1):
        cell = _write(sheet.cell(row, column), name)
        cell.alignment = Alignment(horizontal="right") if name in _RIGHT else Alignment(indent=1)
        cell.font = Font(bold=True, color=_BLUE)
        cell.fill = PatternFill("solid", fgColor=_PALE)
        cell.border = Border(bottom=Side(style="thin", color=_GRID))


def _page(sheet: Worksheet, *, landscape: bool, titles: str | None = "1:1") -> None:
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.sheet_view.showGridLines = False
    if titles:
        sheet.print_title_rows = titles
    footer = sheet.oddFooter
    if footer is not None and footer.left is not None and footer.right is not None:
        footer.left.text, footer.right.text = "&A", "Page &P of &N"


def _write(cell: Cell | MergedCell, text: str) -> Cell | MergedCell:
    """Write text that stays text, whatever it begins with, also when somebody edits the cell."""
    cell.value = _clean(text)
    cell.data_type = "s"
    cell.alignment = Alignment(indent=1)
    if text.startswith(_ACTIVE):
        cell.quotePrefix = True
    return cell


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text)


def _number(cell: Cell | MergedCell, value: Decimal, shown: str) -> None:
    cell.value = value
    cell.number_format = shown


def _link(cell: Cell | MergedCell, text: str, url: str) -> None:
    _write(cell, text)
    if url:
        cell.hyperlink = url
        cell.font = Font(color=_BLUE, underline="single")
