"""Pointing mode: any page or sheet of a report, where a click says which number is meant."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from components.format import plain
from components.pointed import Pointed, pointed_area, pointed_cell, pointed_fact, pointed_number
from components.session import page_numbers, services, sheet, sheet_names
from components.source_view import point_at_page, point_at_sheet
from services.domain.ids import ReportId
from services.domain.provenance import Box, SourceRef
from services.domain.reports import Fact, Report
from services.extraction.pointing import number_at, numbers_in

_STATE, _PAGE, _SHEET, _CELL = "_pointing", "pointing_at_page", "pointing_at_sheet", "pointing_at"
_REFUSED, _NEXT_CELL = "_pointing_refused", "_pointing_next_cell"
_CONTROLS = 92
"""Pixels that the controls above a page take from its height."""


@dataclass(frozen=True, slots=True)
class Pointing:
    """Pointing mode on one report, with the place that is meant once there is one."""

    report_id: ReportId
    pointed: Pointed | None = None


def pointing_on(report: Report) -> Pointing | None:
    """Return the pointing mode when it is on for this report."""
    state = st.session_state.get(_STATE)
    return state if isinstance(state, Pointing) and state.report_id == report.report_id else None


def start_pointing(report: Report, at: SourceRef | None, fact: Fact | None = None) -> None:
    """Switch the mode on at a place's page or sheet; with a fact, its number is pointed at already."""
    pointed = None if fact is None else _seen(pointed_fact(fact))
    st.session_state[_STATE] = Pointing(report.report_id, pointed)
    st.session_state[_PAGE] = (at.page if at else None) or 1
    if report.format.is_workbook:
        st.session_state[_SHEET] = (at.sheet if at else None) or sheet_names(report)[0]
        st.session_state[_CELL] = (at.cell if at else None) or "A1"


def stop_pointing() -> None:
    """Switch the mode off and forget what was pointed at."""
    for key in (_STATE, _REFUSED):
        st.session_state.pop(key, None)


def show_pointing(report: Report, height: int) -> None:
    """Draw the page or sheet with its controls; a new place reruns the fragment."""
    state = pointing_on(report)
    if state is None:
        return
    if report.format.is_workbook:
        _point_in_workbook(report, state, height - _CONTROLS)
    else:
        _point_in_pdf(report, state, height - _CONTROLS)
    refused = st.session_state.get(_REFUSED)
    if refused:
        st.warning(refused, icon=":material/ads_click:")


def _point_in_pdf(report: Report, state: Pointing, height: int) -> None:
    page = _page_controls(report.page_count or 1)
    numbers = page_numbers(report, page)
    chosen = state.pointed.source if state.pointed else None
    where = point_at_page(report, page, numbers, chosen, height)
    if not numbers:
        st.caption("This page is a picture or holds no number: draw a rectangle around the number.")
    if where is not None:
        _take(state, *found_on_page(report, page, where))


def _page_controls(pages: int) -> int:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        page = int(st.session_state.get(_PAGE, 1))
        _hold(_PAGE)
        st.button(
            "Previous", icon=":material/chevron_left:", key="previous_page",
            on_click=_turn, args=(-1,), disabled=page <= 1,
        )  # fmt: skip
        st.number_input(f"Page, 1 to {pages:,}", 1, pages, key=_PAGE, width=150)
        st.button(
            "Next", icon=":material/chevron_right:", key="next_page",
            on_click=_turn, args=(1,), disabled=page >= pages,
        )  # fmt: skip
    return int(st.session_state[_PAGE])


def _hold(key: str) -> None:
    """Set a widget's value again: the browser is told only of a value set in the same run."""
    st.session_state[key] = st.session_state[key]


def _turn(by: int) -> None:
    st.session_state[_PAGE] += by
    st.session_state.pop(_REFUSED, None)


def found_on_page(
    report: Report, page: int, where: Mapping[str, Any]
) -> tuple[Pointed | None, str]:
    """Return the number somebody pointed at, or None and the sentence that says what to do."""
    numbers = page_numbers(report, page)
    if "box" not in where:
        number = number_at(numbers, float(where["x"]), float(where["y"]))
        refusal = (
            "There is no number at this place. Click on a number, or draw a rectangle around it."
        )
        return (pointed_number(report, page, number) if number else None), refusal
    drawn = Box(*(float(edge) for edge in where["box"]))
    inside = numbers_in(numbers, drawn)
    if len(inside) == 1:
        return pointed_number(report, page, inside[0]), ""
    return (None if inside else pointed_area(report, page, drawn)), (
        f"The rectangle holds {len(inside)} numbers; draw it around one."
    )


def _point_in_workbook(report: Report, state: Pointing, height: int) -> None:
    if _NEXT_CELL in st.session_state:
        st.session_state[_CELL] = st.session_state.pop(_NEXT_CELL)
    _hold(_SHEET)
    _hold(_CELL)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.selectbox("Sheet", sheet_names(report), key=_SHEET, width=260)
        cell = st.text_input("Cell", key=_CELL, width=120).strip().upper()
    layout = sheet(report, name)
    if layout is None:
        st.warning(f"The workbook has no sheet {plain(name)}.")
        return
    where = point_at_sheet(report, layout, cell or "A1", height)
    if where is not None:
        st.session_state[_NEXT_CELL] = where
        found = pointed_cell(report, layout, where)
        _take(state, found, f"The cell {where} shows no number. Choose one that does.")


def _take(state: Pointing, found: Pointed | None, refusal: str) -> None:
    if found is None:
        st.session_state[_REFUSED] = refusal
    else:
        st.session_state.pop(_REFUSED, None)
        st.session_state[_STATE] = replace(state, pointed=_seen(found))
    st.rerun(scope="fragment")


def _seen(pointed: Pointed) -> Pointed:
    """Return the place with the last correction that was there when it was pointed at."""
    last = services().corrections.last_at(pointed.source)
    return replace(pointed, seen=last.correction_id if last else None)
