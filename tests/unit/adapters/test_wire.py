"""Layouts come out of the pipe exactly as they went in."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.adapters.local.wire import pack_pages, pack_sheets, unpack_pages, unpack_sheets
from services.domain.layout import CellKind, PageLayout, SheetCell, SheetLayout, Word

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
cells = st.builds(
    SheetCell,
    row=st.integers(1, 1_048_576),
    column=st.integers(1, 16_384),
    ref=st.just("B2"),
    kind=st.sampled_from(CellKind),
    text=texts,
    number=st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=4),
    number_format=st.none() | st.sampled_from(["General", "#,##0_);(#,##0)"]),
    formula=st.none() | st.just("=A1+1"),
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
    assert unpack_sheets(*_as_json(pack_sheets(layouts))) == layouts


def _as_json(packed):
    """What JSON makes of the keys: text."""
    body, blob = packed
    for head in body["sheets"]:
        head["numbers"] = {str(key): value for key, value in head["numbers"].items()}
        head["formulas"] = {str(key): value for key, value in head["formulas"].items()}
    return body, blob


def test_a_number_keeps_its_digits():
    cell = SheetCell(1, 1, "A1", CellKind.NUMBER, "0.10", Decimal("0.10"))
    body, blob = _as_json(pack_sheets([SheetLayout("s", (cell,))]))
    assert str(unpack_sheets(body, blob)[0].cells[0].number) == "0.10"
