"""What travels between the product and its limited child: frames of JSON and raw bytes, never pickles.

A frame is kind, two lengths, JSON (UTF-8), bytes. Numbers that come in bulk travel as packed arrays in
the bytes, so that a large layout costs little to read. The reading side checks every length against a
cap before it allocates anything: the other side may be a hijacked parser.
"""

import json
import struct
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, BinaryIO

from services.domain.base import many_records
from services.domain.layout import CellKind, PageLayout, SheetCell, SheetLayout, Word
from services.domain.provenance import column_letters

_HEADER = struct.Struct(">cII")
MAX_RESULT_BYTES = 64 * 1024 * 1024
_KINDS = tuple(CellKind)
_KIND_PLACES = {kind: place for place, kind in enumerate(_KINDS)}
_NUMBER = _KIND_PLACES[CellKind.NUMBER]
_PACKED_FIELDS = 4  # row, column, kind, format


class FrameKind(StrEnum):
    """What a frame is."""

    REQUEST = "Q"
    PROGRESS = "P"
    RESULT = "R"
    ERROR = "E"


@dataclass(frozen=True, slots=True)
class Frame:
    """One message on the pipe; ``blob`` are raw bytes beside the JSON ``body``."""

    kind: FrameKind
    body: dict[str, Any]
    blob: bytes = b""


class BrokenFrame(Exception):
    """The other side ended, sent no frame, or sent more than the cap."""


def write_frame(stream: BinaryIO, frame: Frame) -> None:
    """Write one frame; a half surrogate in a text becomes '?', since no store could hold it."""
    body = json.dumps(frame.body, ensure_ascii=False).encode("utf-8", "replace")
    stream.write(_HEADER.pack(frame.kind.encode(), len(body), len(frame.blob)) + body)
    if frame.blob:
        stream.write(frame.blob)
    stream.flush()


def read_frame(stream: BinaryIO, cap: int = MAX_RESULT_BYTES) -> Frame:
    """Return the next frame; raises BrokenFrame at the end of the stream or above ``cap`` bytes."""
    kind, body_size, blob_size = _HEADER.unpack(_exactly(stream, _HEADER.size))
    if body_size + blob_size > cap:
        raise BrokenFrame(f"a frame of {body_size + blob_size} bytes is above the cap of {cap}")
    body, blob = _exactly(stream, body_size), _exactly(stream, blob_size)
    try:
        return Frame(FrameKind(kind.decode("latin-1")), json.loads(body), blob)
    except ValueError as error:
        raise BrokenFrame("the bytes are not a frame") from error


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise BrokenFrame("the stream ended")
    return data


def pack_pages(pages: Sequence[PageLayout]) -> tuple[dict[str, Any], bytes]:
    """Return pages as JSON (numbers, sizes, words) and packed boxes and certainties."""
    figures = array("d")
    heads = []
    for page in pages:
        texts = [word.text for word in page.words]
        heads.append([page.number, page.width, page.height, page.recognised, page.skew, texts])
        for word in page.words:
            figures.extend(word[1:])
    return {"pages": heads}, _packed(figures)


def unpack_pages(body: dict[str, Any], blob: bytes) -> list[PageLayout]:
    """Return the pages that ``pack_pages`` packed."""
    figures = _unpacked("d", blob)
    words = zip(*(iter(figures),) * 5, strict=True)
    return [
        PageLayout(
            number=number,
            width=width,
            height=height,
            words=tuple(Word(text, *next(words)) for text in texts),
            recognised=recognised,
            skew=skew,
        )
        for number, width, height, recognised, skew, texts in body["pages"]
    ]


def pack_sheets(sheets: Sequence[SheetLayout]) -> tuple[dict[str, Any], bytes]:
    """Return sheets as JSON (texts, formats, formulas) and packed rows, columns, kinds and formats.

    Addresses and numbers are not sent: row and column give the one, the text of a number the other.
    """
    numbers = array("i")
    heads = [_sheet_head(sheet, numbers) for sheet in sheets]
    return {"sheets": heads}, _packed(numbers)


def _sheet_head(sheet: SheetLayout, numbers: "array[int]") -> dict[str, Any]:
    fields = zip(*sheet.cells, strict=True) if sheet.cells else ((),) * len(SheetCell._fields)
    rows, columns, _, kinds, texts, _, styles, formulas = fields
    formats = {style: place for place, style in enumerate(dict.fromkeys(styles))}
    numbers.extend(rows)
    numbers.extend(columns)
    numbers.extend(map(_KIND_PLACES.__getitem__, kinds))
    numbers.extend(map(formats.__getitem__, styles))
    return {
        "name": sheet.name,
        "hidden": sheet.hidden,
        "rows": sorted(sheet.hidden_rows),
        "columns": sorted(sheet.hidden_columns),
        "merged": sheet.merged,
        "saved": None if sheet.saved is None else sheet.saved.isoformat(),
        "formats": list(formats),
        "texts": list(texts),
        "formulas": {
            str(index): formula for index, formula in enumerate(formulas) if formula is not None
        },
    }


@many_records()
def unpack_sheets(body: dict[str, Any], blob: bytes) -> list[SheetLayout]:
    """Return the sheets that ``pack_sheets`` packed."""
    numbers, start, sheets = _unpacked("i", blob), 0, []
    for head in body["sheets"]:
        end = start + len(head["texts"]) * _PACKED_FIELDS
        sheets.append(_sheet(head, numbers[start:end]))
        start = end
    return sheets


def _sheet(head: dict[str, Any], packed: "array[int]") -> SheetLayout:
    texts, formats = head["texts"], head["formats"]
    count = len(texts)
    rows, columns, kinds, styles = (
        packed[at * count : (at + 1) * count] for at in range(_PACKED_FIELDS)
    )
    formulas: list[str | None] = [None] * count
    for index, formula in head["formulas"].items():
        formulas[int(index)] = formula
    fields = zip(
        rows,
        columns,
        [
            f"{letters}{row}"
            for letters, row in zip(map(column_letters, columns), rows, strict=True)
        ],
        map(_KINDS.__getitem__, kinds),
        texts,
        [
            Decimal(text) if kind == _NUMBER else None
            for kind, text in zip(kinds, texts, strict=True)
        ],
        map(formats.__getitem__, styles),
        formulas,
        strict=True,
    )
    return SheetLayout(
        name=head["name"],
        cells=tuple(map(SheetCell._make, fields)),
        hidden=head["hidden"],
        hidden_rows=frozenset(head["rows"]),
        hidden_columns=frozenset(head["columns"]),
        merged=tuple(head["merged"]),
        saved=None if head["saved"] is None else date.fromisoformat(head["saved"]),
    )


def _packed(numbers: "array[Any]") -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _unpacked(code: str, blob: bytes) -> "array[Any]":
    numbers = array(code)
    numbers.frombytes(blob)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
