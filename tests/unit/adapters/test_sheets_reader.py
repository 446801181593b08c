"""Workbooks are read cell by cell as openpyxl, the oracle, reads them; and what it cannot tell."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator
from openpyxl.styles.numbers import BUILTIN_FORMATS

from services.adapters.local.csv_sheet import decoded, delimiter_of, read_csv
from services.adapters.local.formulas import moved
from services.adapters.local.number_formats import BUILT_IN, date_of, is_date_format
from services.adapters.local.sheets import read_sheets
from services.adapters.local.xlsx_sheet import number_of
from services.domain.errors import UnreadableDocument
from services.domain.layout import CellKind, SheetCell, SheetLayout
from services.domain.provenance import column_letters, column_number
from tests.unit.adapters.bombs import SHEET_HEAD, workbook_of


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def only_sheet(data: bytes, format: str = "xlsx") -> SheetLayout:
    (sheet,) = read_sheets(data, format)
    return sheet


def by_ref(sheet: SheetLayout) -> dict[str, SheetCell]:
    return {cell.ref: cell for cell in sheet.cells}


def cells_of(xml: str) -> dict[str, SheetCell]:
    data = workbook_of(f"{SHEET_HEAD}<sheetData>{xml}</sheetData></worksheet>".encode())
    return by_ref(only_sheet(data))


def test_values_kinds_formats_and_formulas_are_those_of_the_oracle():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["B1"], sheet["C1"] = "Revenue", 1234.5, -7
    sheet["B1"].number_format = "#,##0.00_);(#,##0.00)"
    sheet["D1"], sheet["E1"] = True, dt.date(2024, 12, 31)
    sheet["F1"] = dt.datetime(2024, 12, 31, 18, 30)  # noqa: DTZ001 - cells have no zone
    sheet["A2"] = "=B1+C1"
    cells = by_ref(only_sheet(saved(book)))
    assert (cells["A1"].kind, cells["A1"].text) == (CellKind.TEXT, "Revenue")
    assert (cells["B1"].number, cells["B1"].number_format) == (
        Decimal("1234.5"),
        "#,##0.00_);(#,##0.00)",
    )
    assert (cells["C1"].number, cells["C1"].text) == (Decimal(-7), "-7")
    assert (cells["D1"].kind, cells["D1"].text) == (CellKind.BOOLEAN, "TRUE")
    assert (cells["E1"].kind, cells["E1"].text) == (CellKind.DATE, "2024-12-31")
    assert cells["F1"].text == "2024-12-31T18:30:00"
    assert (cells["A2"].formula, cells["A2"].text, cells["A2"].number) == ("=B1+C1", "", None)


def test_hidden_sheets_rows_and_columns_and_merged_ranges_are_told():
    book = openpyxl.Workbook()
    sheet = book.active
    for row in range(1, 4):
        sheet.append([row, row, row])
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet.merge_cells("A5:B6")
    other = book.create_sheet("Secret")
    other["A1"] = 1
    other.sheet_state = "veryHidden"
    first, second = read_sheets(saved(book), "xlsx")
    assert (first.hidden, first.hidden_rows, first.hidden_columns) == (False, {2}, {3})
    assert first.merged == ("A5:B6",)
    assert (second.name, second.hidden) == ("Secret", True)


def test_the_1904_epoch_moves_dates_by_four_years():
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active["A1"] = dt.date(2024, 6, 30)
    assert by_ref(only_sheet(saved(book)))["A1"].text == "2024-06-30"


def test_stored_results_of_formulas_errors_and_inline_texts_are_read():
    cells = cells_of(
        '<row r="1"><c r="A1"><f>SUM(B1:C1)</f><v>42.10</v></c><c r="B1" t="e"><v>#DIV/0!</v></c>'
        '<c r="C1" t="inlineStr"><is><r><t>Net </t></r><r><t>income</t></r><rPh><t>x</t></rPh></is></c>'
        '<c r="D1" t="str"><f>A2</f><v>ok</v></c><c r="E1" t="d"><v>2024-03-31</v></c>'
        '<c r="F1"><v>nonsense</v></c><c r="G1"/><c r="H1" t="s"><v>9</v></c></row>'
    )
    assert (cells["A1"].number, cells["A1"].formula) == (Decimal("42.1"), "=SUM(B1:C1)")
    assert (cells["B1"].kind, cells["B1"].text) == (CellKind.ERROR, "#DIV/0!")
    assert cells["C1"].text == "Net income"
    assert (cells["D1"].kind, cells["D1"].text) == (CellKind.TEXT, "ok")
    assert (cells["E1"].kind, cells["E1"].text) == (CellKind.DATE, "2024-03-31")
    assert (cells["F1"].kind, cells["F1"].number) == (CellKind.TEXT, None)
    assert set(cells) == {"A1", "B1", "C1", "D1", "E1", "F1"}


def test_cells_without_an_address_follow_the_one_before():
    cells = cells_of(
        "<row><c><v>1</v></c><c/><c><v>3</v></c></row>"
        '<row r="5"><c r="D5"/><c><v>9</v></c></row><row><c r="!"><v>7</v></c></row>'
    )
    assert {ref: cell.text for ref, cell in cells.items()} == {
        "A1": "1",
        "C1": "3",
        "E5": "9",
        "A6": "7",
    }


def test_a_cell_after_one_with_a_broken_address_stands_right_of_it():
    cells = cells_of(
        '<row r="1"><c r="!"><v>1</v></c><c><v>2</v></c><c r="?"/><c><v>4</v></c></row>'
    )
    assert {ref: cell.text for ref, cell in cells.items()} == {"A1": "1", "B1": "2", "D1": "4"}


def test_a_shared_formula_is_written_out_for_each_cell():
    cells = cells_of(
        '<row r="1"><c r="B1"><f t="shared" ref="B1:B3" si="0">A1*$C$1</f><v>1</v></c></row>'
        '<row r="3"><c r="B3"><f t="shared" si="0"/><v>3</v></c></row>'
    )
    assert [cells[ref].formula for ref in ("B1", "B3")] == ["=A1*$C$1", "=A3*$C$1"]


def test_an_array_formula_and_a_data_table_are_told():
    cells = cells_of(
        '<row r="1"><c r="A1"><f t="array" ref="A1">SUM(B1:B3*C1:C3)</f><v>14</v></c>'
        '<c r="D1"><f t="dataTable" ref="D1:D3" dt2D="1" dtr="1" r1="B1" r2="B2"/><v>1</v></c>'
        '<c r="E1"><f t="dataTable" ref="E1:E3" dtr="0" r1="B4"/><v>2</v></c></row>'
    )
    assert [cells[ref].formula for ref in ("A1", "D1", "E1")] == [
        "=SUM(B1:B3*C1:C3)",
        "=TABLE(B1,B2)",
        "=TABLE(,B4)",
    ]


@pytest.mark.parametrize(
    "formula",
    [
        "SUM(A:A)+SUM($B:C)+SUM(1:1)+SUM($2:3)",
        "IF(A1>0,'Other sheet'!B2,\"A1 stays\")",
        "OFFSET(Data!$A$1,B2,0)*TB12!C3",
        "LOG10(A1)+RATE2024+Q1_total",
        "VLOOKUP($A5,Sheet2!A:C,3,FALSE)",
    ],
)
def test_a_copied_formula_is_the_oracle_s(formula):
    expected = Translator(f"={formula}", "B5").translate_formula("D9")
    assert f"={moved(formula, 4, 2)}" == expected


def test_the_day_of_the_last_change_is_told():
    book = openpyxl.Workbook()
    book.active["A1"] = 1
    assert only_sheet(saved(book)).saved == dt.datetime.now(dt.UTC).date()
    assert only_sheet(b"a,1", "csv").saved is None


def test_a_package_that_says_no_day_of_change_is_read_all_the_same():
    sheet = (
        f'{SHEET_HEAD}<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>'
    )
    assert only_sheet(workbook_of(sheet.encode())).saved is None


def test_sixteen_digits_are_kept_to_fifteen_and_plain_ones_as_they_stand():
    cells = cells_of(
        '<row r="1"><c r="A1" t="n"><v>1234567890123456</v></c><c r="B1"><v>-0.50</v></c>'
        '<c r="C1"><v>-12.25</v></c><c r="D1"><v>1E3</v></c><c r="E1"><v>007</v></c></row>'
    )
    assert {ref: cell.text for ref, cell in cells.items()} == {
        "A1": "1234567890123460",
        "B1": "-0.5",
        "C1": "-12.25",
        "D1": "1000",
        "E1": "7",
    }


def test_an_address_that_only_looks_like_the_row_s_is_read_for_itself():
    cells = cells_of(
        '<row r="5"><c r="A5"><v>1</v></c><c r="A15"><v>2</v></c><c r="B5"><v>3</v></c></row>'
    )
    assert {ref: cell.text for ref, cell in cells.items()} == {"A5": "1", "B5": "3", "A15": "2"}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("A1+B$2+$C3+$D$4", "B3+C$2+$C5+$D$4"),
        ('"A1"&A1', '"A1"&B3'),
        ("'A1 sheet'!A1", "'A1 sheet'!B3"),
        ("LOG10(A1)+RATE2024", "LOG10(B3)+RATE2024"),
    ],
)
def test_moving_a_formula_moves_relative_references_only(formula, expected):
    assert moved(formula, 2, 1) == expected


@given(st.integers(1, 16_384))
def test_column_letters_round_trip(column):
    assert column_number(column_letters(column)) == column


@given(st.floats(-1e300, 1e300))
def test_a_stored_float_keeps_fifteen_digits(value):
    assert float(number_of(repr(value))) == pytest.approx(value, rel=1e-14, abs=1e-300)


@pytest.mark.parametrize("text", ["1_000", "٣", "nan", "inf", "1e999", "", "0x10", "1,5"])
def test_odd_numerals_are_no_numbers(text):
    assert number_of(text) is None


def test_the_built_in_formats_are_those_of_the_oracle():
    differing = {number for number, text in BUILTIN_FORMATS.items() if BUILT_IN.get(number) != text}
    assert differing <= {14, 15, 16, 17, 18, 19, 20, 21, 22, 41, 42, 43, 44}
    assert {n for n in differing if n < 40} == set()


@pytest.mark.parametrize(
    ("format", "is_date"),
    [
        ("General", False),
        ("#,##0_);[Red](#,##0)", False),
        ("mmm-yy", True),
        ("[$-409]d-mmm-yyyy;@", True),
        ('0 "days"', False),
        ("[h]:mm", False),
        ("h:mm AM/PM", True),
        ("0.00E+00", False),
        ("[Red]0.0%", False),
        ("yyyy", True),
        ("\\d0", False),
    ],
)
def test_a_date_format_is_told_from_a_number_format(format, is_date):
    assert is_date_format(format) is is_date


def test_serial_days_around_the_day_that_never_was():
    assert date_of(1, uses_1904=False) == dt.date(1900, 1, 1)
    assert date_of(59, uses_1904=False) == dt.date(1900, 2, 28)
    assert date_of(61, uses_1904=False) == dt.date(1900, 3, 1)
    assert date_of(45657, uses_1904=False) == dt.date(2024, 12, 31)
    assert date_of(0.5, uses_1904=False) is None
    assert date_of(3_000_000, uses_1904=False) is None


def test_a_document_type_in_the_strings_is_refused():
    data = workbook_of(
        f"{SHEET_HEAD}<sheetData/></worksheet>".encode(),
        xl__styles__xml=b"",
    )
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["xl/workbook.xml"] = b'<!DOCTYPE x [<!ENTITY a "b">]>' + parts["xl/workbook.xml"]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, part in parts.items():
            package.writestr(name, part)
    with pytest.raises(UnreadableDocument, match="damaged"):
        read_sheets(out.getvalue(), "xlsx")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Umsatz;Größe\n", "utf-8"),
        ("Umsatz;Größe\n", "utf-8-sig"),
        ("Umsatz;Größe\n", "utf-16"),
        ("Umsatz;Grösse\n", "utf-16-le"),
        ("Umsatz;Grösse\n", "utf-16-be"),
        ("Umsatz;Größe €\n", "cp1252"),
    ],
)
def test_a_csv_s_encoding_is_found(text, encoding):
    assert decoded(text.encode(encoding)) == text


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_csv_s_delimiter_is_found(delimiter):
    rows = [["", "2024", "2023"], ["Sales, net", "10", "9"], ["Costs", "5", "4"]]
    text = "\n".join(delimiter.join(f'"{field}"' for field in row) for row in rows)
    assert delimiter_of(text) == delimiter
    (sheet,) = read_csv(text.encode())
    assert by_ref(sheet)["C2"].text == "9"


def test_a_csv_s_numbers_dates_and_decimal_commas_are_read():
    (sheet,) = read_csv(
        b"sep=;\nDatum;Betrag;Konto\n2024-12-31;1.234,50;007\n2024-02-30;-12,5;1e3\n"
    )
    cells = by_ref(sheet)
    assert (cells["A2"].kind, cells["A2"].text) == (CellKind.DATE, "2024-12-31")
    assert (cells["B2"].number, cells["B3"].number) == (Decimal("1234.5"), Decimal("-12.5"))
    assert (cells["C2"].kind, cells["A3"].kind) == (CellKind.TEXT, CellKind.TEXT)
    assert cells["C3"].number == Decimal(1000)


@pytest.mark.parametrize(
    "data", [b"a\x00\x00\x00b", b"\xff\xfe\x00\xd8\x00\x00", b'a,b\n"' + b"x" * 200_000]
)
def test_bytes_that_are_no_table_are_refused(data):
    with pytest.raises(UnreadableDocument) as caught:
        read_csv(data)
    assert caught.value.code == "malformed"
    assert "Export" in caught.value.sentence


def test_shared_strings_join_their_runs_and_resolve_escapes():
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strings = (
        f'<x:sst xmlns:x="{main}"><x:si><x:r><x:t>Net</x:t></x:r><x:r><x:t> sales_x000A_</x:t></x:r>'
        "<x:rPh><x:t>netto</x:t></x:rPh></x:si></x:sst>"
    )
    sheet = f'{SHEET_HEAD}<sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>'
    data = workbook_of(sheet.encode(), **{"xl__sharedStrings.xml": strings.encode()})
    assert by_ref(only_sheet(data))["A1"].text == "Net sales\n"


def with_header_field(data: bytes, offsets: dict[bytes, int], value: int) -> bytes:
    """Set a two-byte field in every local and central zip header."""
    patched = bytearray(data)
    for signature, offset in offsets.items():
        at = patched.find(signature)
        while at >= 0:
            patched[at + offset : at + offset + 2] = value.to_bytes(2, "little")
            at = patched.find(signature, at + 4)
    return bytes(patched)


def test_an_unknown_compression_is_damage_and_not_a_password():
    book = openpyxl.Workbook()
    book.active["A1"] = 1
    unknown = with_header_field(saved(book), {b"PK\x03\x04": 8, b"PK\x01\x02": 10}, 97)
    with pytest.raises(UnreadableDocument) as refused:
        read_sheets(unknown, "xlsx")
    assert refused.value.code == "malformed"


def test_a_workbook_whose_parts_are_locked_is_said_to_have_a_password():
    book = openpyxl.Workbook()
    book.active["A1"] = 1
    locked = with_header_field(saved(book), {b"PK\x03\x04": 6, b"PK\x01\x02": 8}, 1)
    with pytest.raises(UnreadableDocument) as refused:
        read_sheets(locked, "xlsx")
    assert refused.value.code == "encrypted"
