"""A statement as it is printed, where every number opens its source."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from components.confidence_badge import confidence_words
from components.format import as_printed, column_headings, meaning_words, unit_words
from components.person_words import difference_words, later_words, person_words
from services.domain.concepts import Unit
from services.domain.confidence import Band, band_of
from services.domain.ids import FactId
from services.domain.reports import Fact, LineItem, Statement, StatementColumn

_ASSETS = Path(__file__).with_name("assets")
HEIGHT = 540
"""Pixels a statement is shown in before it scrolls."""
_FAILED = "failed"
ROWS_AT_ONCE = 1_000
"""Rows of a statement that a browser is given at once; a trial balance may have fifty thousand."""
_POINTS_A_STEP, _MAX_STEPS = 6.0, 6.0

_TABLE = st.components.v2.component(
    "statement_table",
    html='<div class="frame"></div>',
    css=(_ASSETS / "statement_table.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "statement_table.js").read_text(encoding="utf-8"),
)


def show_statement(
    statement: Statement,
    facts: Mapping[FactId, Fact],
    failed: frozenset[FactId],
    selected: FactId | None,
    key: str,
    meanings: bool = False,
) -> FactId | None:
    """Draw a statement and return the fact whose number was clicked in this run, or None.

    ``failed`` are the facts of checks that did not hold; they carry a cross. Medium and low confidence
    carry a square and a triangle, high confidence nothing; what a person stated carries a disc. With
    ``meanings`` every label says what it is taken for. A long statement is drawn in parts.
    """
    statement = _part(statement, selected, key)
    result = _TABLE(
        key=key,
        data={
            "height": HEIGHT,
            "meanings": meanings,
            "title": statement.title,
            "unit": unit_words(statement.currency, statement.scale),
            "columns": column_headings(statement),
            "rows": table_rows(statement, facts, failed, selected),
        },
        on_chosen_change=_no_callback,
    )
    clicked = getattr(result, "chosen", None)
    return FactId(clicked) if isinstance(clicked, str) and clicked in facts else None


def _part(statement: Statement, selected: FactId | None, key: str) -> Statement:
    """Return the statement, of a long one the part that is chosen; the one with the chosen number to begin with."""
    parts = row_parts(len(statement.rows))
    if len(parts) == 1:
        return statement
    holding = (i for i, item in enumerate(statement.rows) if selected in item.facts)
    chosen = st.selectbox(
        "Rows",
        parts,
        index=next(holding, 0) // ROWS_AT_ONCE,
        format_func=lambda part: (
            f"Rows {part.start + 1:,} to {part.stop:,} of {len(statement.rows):,}"
        ),
        key=f"{key}_rows",
        label_visibility="collapsed",
    )
    return statement.model_copy(update={"rows": statement.rows[chosen.start : chosen.stop]})


def row_parts(count: int) -> list[range]:
    """Return the stretches of rows that are drawn at once; one for a statement of usual length."""
    starts = range(0, max(count, 1), ROWS_AT_ONCE)
    return [range(start, min(start + ROWS_AT_ONCE, count)) for start in starts]


def statement_names(statements: Sequence[Statement]) -> list[str]:
    """Return a name for each that tells it apart: its kind, where needed its place, basis or number."""
    kinds = [statement.kind.value.replace("_", " ").capitalize() for statement in statements]
    pairs = list(zip(kinds, statements, strict=True))
    placed = [f"{kind}, {where_printed(statement)}" for kind, statement in pairs]
    based = [f"{kind}, {where_printed(s)}, {s.basis}" for kind, s in pairs]
    numbered = [f"{name}, no. {number}" for number, name in enumerate(based, start=1)]
    ways = (kinds, placed, based, numbered)
    return [
        next(names[index] for names in ways if names.count(names[index]) == 1)
        for index in range(len(statements))
    ]


def count_words(statement: Statement) -> str:
    """Return how many of the printed numbers were read, as a second reading of the pages counts them."""
    read, printed = statement.numbers_read, statement.numbers_printed
    if printed is None:
        return f"{read:,} numbers read; they could not be counted a second time."
    if read >= printed:
        return f"All {read:,} printed numbers read, counted a second time."
    return f"{read:,} of {printed:,} printed numbers read; see the reading notes."


def where_printed(statement: Statement) -> str:
    """Return the pages or the sheet of a statement in words."""
    if statement.sheet:
        return f"sheet {statement.sheet}"
    pages = ", ".join(str(page) for page in statement.pages)
    return f"page {pages}" if len(statement.pages) == 1 else f"pages {pages}"


def table_rows(
    statement: Statement,
    facts: Mapping[FactId, Fact],
    failed: frozenset[FactId],
    selected: FactId | None,
) -> list[dict[str, Any]]:
    """Return the rows to draw; a section heading that is no row of its own gets one."""
    rows: list[dict[str, Any]] = []
    section: str | None = None
    edge = min((item.indent for item in statement.rows), default=0.0)
    for item in statement.rows:
        heading = not any(item.facts)
        if item.section and item.section != section and not heading:
            rows.append(_heading(item.section, 0.0))
        section = item.label if heading else item.section
        if heading:
            rows.append(_heading(item.label, item.indent - edge))
            continue
        rows.append(
            {
                "label": item.label,
                **_meaning(item, facts),
                "indent": _steps(item.indent - edge),
                "section": False,
                "total": item.is_total,
                "cells": _cells(item, statement.columns, facts, failed, selected),
            }
        )
    return rows


def _heading(label: str, indent: float) -> dict[str, Any]:
    return {
        "label": label,
        "meaning": "",
        "indent": _steps(indent),
        "section": True,
        "total": False,
        "cells": [],
    }


def _meaning(item: LineItem, facts: Mapping[FactId, Fact]) -> dict[str, Any]:
    """Return what a row's numbers are taken for, each meaning once, and whether that is a concept."""
    known = [facts[fact_id] for fact_id in item.facts if fact_id is not None and fact_id in facts]
    amounts = [fact for fact in known if fact.unit is not Unit.PURE] or known
    words = " / ".join(dict.fromkeys(meaning_words(fact) for fact in amounts))
    return {"meaning": words, "known": any(fact.concept for fact in amounts)}


def _steps(indent: float) -> float:
    return max(0.0, min(_MAX_STEPS, indent / _POINTS_A_STEP))


def _cells(
    item: LineItem,
    columns: Sequence[StatementColumn],
    facts: Mapping[FactId, Fact],
    failed: frozenset[FactId],
    selected: FactId | None,
) -> list[dict[str, Any] | None]:
    known = [facts.get(fact_id) if fact_id else None for fact_id in item.facts]
    known += [None] * (len(columns) - len(known))
    return [
        None if fact is None else _cell(fact, fact.fact_id in failed, fact.fact_id == selected)
        for fact in known
    ]


def _cell(fact: Fact, failed: bool, selected: bool) -> dict[str, Any]:
    text = as_printed(fact)
    doubt = "In a check that does not hold. " if failed else ""
    person = _person(fact)
    band = band_of(fact.confidence.total)
    return {
        "fact": fact.fact_id,
        "text": text,
        "selected": selected,
        "mark": _FAILED if failed else "" if band is Band.HIGH else band.value,
        "person": "" if fact.correction is None else "later" if _is_contested(fact) else "person",
        "spoken": f"{fact.label}, {fact.period.label}: {text}. {person}{doubt}Show source",
        "hint": f"{person}{doubt}Confidence {confidence_words(fact.confidence.total)} · "
        f"{fact.source.place} · click to see the source",
    }


def _person(fact: Fact) -> str:
    told = [person_words(fact), difference_words(fact), (later_words(fact) or ("", False))[0]]
    return "".join(f"{words.rstrip('.')}. " for words in told if words)


def _is_contested(fact: Fact) -> bool:
    later = later_words(fact)
    return later is not None and later[1]


def _no_callback() -> None:
    """Make the component's result always carry its trigger."""
