"""Layouts come out of the pipe exactly as they went in."""

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.adapters.local.wire import pack_pages, pack_sheets, unpack_pages, unpack_sheets
from services.domain.layout import CellKind, PageLayout, SheetCell, SheetLayout, Word
from services.domain.provenance import column_letters

points = st.floats(-1e5, 1e5)
texts = st.text(min_size=1, max_size=8)
words = st.builds(Word, texts, points, points, points, points, st.floats(0, 1))
pages = st.builds(
    PageLayout,
    st.integers(1, 2000),
    points,
    points,
    st.lists(words, max_size=5).map(tuple),
    st.booleans(),
)
formats = st.none() | st.sampled_from(["General", "#,##0_);(#,##0)"])
amounts = st.decimals(allow_nan=False, allow_infinity=False, places=4)


def a_cell(row, column, kind, text, amount, number_format, formula):
    """What a reader returns: the address goes with the place, the number with the text."""
    number = amount if kind is CellKind.NUMBER else None
    shown = format(amount, "f") if kind is CellKind.NUMBER else text
    ref = f"{column_letters(column)}{row}"
    return SheetCell(row, column, ref, kind, shown, number, number_format, formula)


cells = st.builds(
    a_cell,
    st.integers(1, 1_048_576),
    st.integers(1, 16_384),
    st.sampled_from(CellKind),
    texts,
    amounts,
    formats,
    st.none() | st.just("=A1+1"),
)
sheets = st.builds(
    SheetLayout,
    name=texts,
    cells=st.lists(cells, max_size=6).map(tuple),
    hidden=st.booleans(),
    hidden_rows=st.frozensets(st.integers(1, 99), max_size=3),
    hidden_columns=st.frozensets(st.integers(1, 99), max_size=3),
    merged=st.just(("A1:B2",)) | st.just(()),
)


@given(st.lists(pages, max_size=4))
def test_pages_survive_the_wire(layouts):
    assert unpack_pages(*pack_pages(layouts)) == layouts


@given(st.lists(sheets, max_size=4))
def test_sheets_survive_the_wire(layouts):
    body, blob = pack_sheets(layouts)
    assert unpack_sheets(json.loads(json.dumps(body)), blob) == layouts


def test_a_number_keeps_its_digits():
    cell = SheetCell(1, 1, "A1", CellKind.NUMBER, "0.10", Decimal("0.10"))
    body, blob = pack_sheets([SheetLayout("s", (cell,))])
    assert str(unpack_sheets(body, blob)[0].cells[0].number) == "0.10"
