"""The place a number was read from: the page image with the cell marked, or the sheet around the cell."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from components.format import as_printed
from components.session import PAGE_DPI, page_image, quote_boxes, services, sheet
from services.domain.insights import Quote
from services.domain.layout import CellKind, SheetCell, SheetLayout
from services.domain.provenance import Box, SourceRef, cell_position, column_letters
from services.domain.reports import Fact, Report
from services.extraction.pointing import PrintedNumber

_ASSETS = Path(__file__).with_name("assets")
_ROWS_AROUND, _COLUMNS_AFTER, _MAX_COLUMNS = 14, 5, 14

_PAGE = st.components.v2.component(
    "page_view",
    html="""<div class="viewer"><div class="bar"><span class="place"></span>
<button class="out" type="button" aria-label="Zoom out">−</button>
<button class="in" type="button" aria-label="Zoom in">+</button>
<button class="fit" type="button">Fit</button></div>
<div class="scroll" tabindex="0" role="region" aria-label="Source page">
<div class="paper"><img alt=""></div></div></div>""",
    css=(_ASSETS / "page_view.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "page_view.js").read_text(encoding="utf-8"),
)
_SHEET = st.components.v2.component(
    "sheet_view",
    html="""<div class="viewer"><div class="bar"><span class="place"></span>
<span class="formula"></span></div>
<div class="scroll" tabindex="0" role="region" aria-label="Source sheet"></div></div>""",
    css=(_ASSETS / "sheet_view.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "sheet_view.js").read_text(encoding="utf-8"),
)


def show_source(fact: Fact, key: str, height: int = 620, others: Sequence[Fact] = ()) -> None:
    """Draw where ``fact`` was read, its cell marked and in view; ``others`` on the page are outlined."""
    report = services().ports.records.report(fact.report_id)
    if report is None:
        st.warning("The report this number was read from is no longer in the store.")
    elif fact.source.page is not None:
        _show_page(report, fact, key, height, others)
    elif fact.source.sheet is not None and fact.source.cell is not None:
        _show_sheet(report, fact, key, height)
    else:
        st.warning("This number carries no place in the document; treat it as unsupported.")


def show_page(report: Report, page: int, key: str, height: int = 620) -> None:
    """Draw a page of a PDF without a mark, for what is about the page as a whole."""
    _draw_page(report, page, key, height, [])


def show_quote(report: Report, quote: Quote, key: str, height: int = 620) -> None:
    """Draw the page of a quotation with its words marked and in view."""
    boxes = quote_boxes(report.blob_key, quote.page, quote.text, report)
    _draw_page(report, quote.page, key, height, [_box(box, "number", quote.text) for box in boxes])
    if not boxes:
        st.caption("The words could not be placed on the page; the whole page is shown.")


def page_boxes(fact: Fact, others: Sequence[Fact] = ()) -> list[dict[str, Any]]:
    """Return the boxes to draw on a page: the number, its label, and other facts of the same page."""
    spoken = f"{fact.label}, {fact.period.label}: {as_printed(fact)}"
    rest = [
        _box(box, "other", "")
        for other in others
        if other.source.page == fact.source.page and other.fact_id != fact.fact_id
        for box in other.source.boxes
    ]
    return [*source_boxes(fact.source, spoken), *rest]


def sheet_window(layout: SheetLayout, cell: str) -> dict[str, Any] | None:
    """Return the rows and columns around a cell such as ``B34``, or None for a malformed reference."""
    position = cell_position(cell)
    if position is None:
        return None
    row, column = position
    first_row, last_row = max(1, row - _ROWS_AROUND), row + _ROWS_AROUND
    first_column = max(1, column + _COLUMNS_AFTER - _MAX_COLUMNS + 1)
    columns = range(first_column, max(column + _COLUMNS_AFTER, first_column) + 1)
    cells = {
        (c.row, c.column): c
        for c in layout.cells
        if first_row <= c.row <= last_row and c.column in columns
    }
    used = max([column, *(c for _, c in cells)])
    shown = [c for c in columns if c <= used]
    target = cells.get((row, column))
    return {
        "row": row,
        "column": column_letters(column),
        "formula": _formula(target),
        "columns": [column_letters(c) for c in shown],
        "rows": [
            {"number": r, "cells": [_sheet_cell(cells.get((r, c))) for c in shown]}
            for r in range(first_row, last_row + 1)
        ],
    }


def _show_page(report: Report, fact: Fact, key: str, height: int, others: Sequence[Fact]) -> None:
    _draw_page(report, fact.source.page or 1, key, height, page_boxes(fact, others))
    if not fact.source.boxes:
        st.caption("The reader kept no box for this number; the whole page is shown.")


def _draw_page(
    report: Report, page: int, key: str, height: int, boxes: Sequence[dict[str, Any]]
) -> None:
    pages = f" of {report.page_count}" if report.page_count else ""
    _PAGE(
        key=key,
        data={
            "image": page_image(report.blob_key, page),
            "dpi": PAGE_DPI,
            "height": height,
            "boxes": boxes,
            "place": f"{report.name} · page {page}{pages}",
            "alt": f"Page {page} of {report.name}",
        },
    )


def _show_sheet(report: Report, fact: Fact, key: str, height: int) -> None:
    name, cell = fact.source.sheet or "", fact.source.cell or ""
    layout = sheet(report, name)
    window = sheet_window(layout, cell) if layout else None
    if window is None:
        st.warning(f"The workbook has no cell {name}!{cell} any more.")
        return
    _SHEET(
        key=key,
        data={
            **window,
            "height": height,
            "place": f"{fact.source.document} · {name}!{cell}",
            "alt": f"Cells around {cell} of sheet {name}",
        },
    )


def point_at_page(
    report: Report,
    page: int,
    numbers: Sequence[PrintedNumber],
    chosen: SourceRef | None,
    height: int,
) -> Mapping[str, Any] | None:
    """Draw a page to be pointed at and return where somebody pointed in this run, in PDF points.

    The place has ``x`` and ``y``, or the ``box`` of a drawn rectangle. ``chosen`` is marked.
    """
    boxes = [] if chosen is None or chosen.page != page else source_boxes(chosen, "Chosen number")
    result = _PAGE(
        key="pointing_page",
        data={
            "image": page_image(report.blob_key, page),
            "dpi": PAGE_DPI,
            "height": height,
            "boxes": boxes,
            "page": page,
            "pointing": [_token(number) for number in numbers],
            "place": f"{report.name} · page {page} of {report.page_count}",
            "alt": f"Page {page} of {report.name}",
        },
        on_pointed_change=_no_callback,
    )
    where = getattr(result, "pointed", None)
    return where if isinstance(where, Mapping) and where.get("page") == page else None


def point_at_sheet(report: Report, layout: SheetLayout, cell: str, height: int) -> str | None:
    """Draw the cells around ``cell`` to be pointed at and return the cell chosen in this run, or None."""
    result = _SHEET(
        key="pointing_sheet",
        data={
            **(sheet_window(layout, cell) or {}),
            "height": height,
            "pointing": True,
            "place": f"{report.name} · {layout.name}!{cell}",
            "alt": f"Cells around {cell} of sheet {layout.name}",
        },
        on_pointed_change=_no_callback,
    )
    where = getattr(result, "pointed", None)
    return where if isinstance(where, str) else None


def _token(number: PrintedNumber) -> dict[str, Any]:
    whole = number.boxes[0]
    for box in number.boxes[1:]:
        whole = whole.union(box)
    spoken = f"{number.label}: {number.printed}" if number.label else number.printed
    return {"spoken": spoken, **whole._asdict()}


def source_boxes(source: SourceRef, spoken: str) -> list[dict[str, Any]]:
    """Return the boxes of a number and of its label, the number's spoken of."""
    number = [_box(box, "number", spoken) for box in source.boxes]
    return [*number, *(_box(box, "label", "") for box in source.label_boxes)]


def _box(box: Box, kind: str, spoken: str) -> dict[str, Any]:
    return {"kind": kind, "spoken": spoken, **box._asdict()}


def _formula(cell: SheetCell | None) -> str:
    if cell is None:
        return "empty cell"
    if cell.formula:
        return f"={cell.formula.removeprefix('=')}"
    return cell.text


def _sheet_cell(cell: SheetCell | None) -> dict[str, Any]:
    if cell is None:
        return {"text": "", "number": False}
    return {"text": cell.text, "number": cell.kind is CellKind.NUMBER}


def _no_callback() -> None:
    """Make the component's result always carry its trigger."""
