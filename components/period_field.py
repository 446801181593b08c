"""The period of a number: a column of its statement, or dates of one's own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import streamlit as st

from components.format import column_heading
from components.pointed import Told, columns_of, period_for
from services.domain.periods import Period
from services.domain.reports import Statement, StatementColumn

_OTHER = -1
_FIRST, _LAST = date(1950, 1, 1), date(2100, 12, 31)


def ask_period(page: Told, told: Told, statements: Sequence[Statement], key: str) -> Told:
    """Draw the field and return what is told with column and period; ``page`` is what the page says."""
    columns = columns_of(told.statement, statements)
    if page.column is not None and page.column not in columns:
        columns = [page.column, *columns]
    choices = [*range(len(columns)), _OTHER]
    owner = told.statement.statement_id if told.statement else ""
    index: int | None = st.selectbox(
        "Period",
        choices,
        index=columns.index(page.column) if page.column in columns else None,
        format_func=lambda i: "Another period" if i == _OTHER else _words(columns[i]),
        placeholder="Choose the column the number is of",
        key=f"{key}_period_{owner}",
    )
    if index is None:
        return replace(told, column=None, period=None)
    if index == _OTHER:
        return replace(told, column=None, period=_dates(page, key))
    column = columns[index]
    as_read = column == page.column and told.concept == page.concept
    return replace(
        told, column=column, period=page.period if as_read else period_for(told.concept, column)
    )


def _words(column: StatementColumn) -> str:
    return " ".join(column_heading(column).split())


def _dates(page: Told, key: str) -> Period | None:
    first_field, last_field = st.columns(2)
    known = page.period
    first = first_field.date_input(
        "First day (empty for a balance)", known.start if known else None, _FIRST, _LAST,
        key=f"{key}_first",
    )  # fmt: skip
    last = last_field.date_input(
        "Last day", known.end if known else None, _FIRST, _LAST, key=f"{key}_last"
    )
    if not isinstance(last, date):
        return None
    start = first if isinstance(first, date) else None
    if start is not None and start > last:
        st.markdown(":red[The first day is after the last day.]")
        return None
    return Period(start=start, end=last)
