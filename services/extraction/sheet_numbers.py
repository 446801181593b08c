"""Numbers of worksheet cells: as stored, as their format displays them, or printed as text."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from services.domain.layout import CellKind, SheetCell
from services.extraction.model import RawCell
from services.extraction.numbers import Number, parse_number

_CACHED = 8192
_STORED_DIGITS_TRUSTED = 2
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[(?:\$([^\-\]]*))?[^\]]*\]')
_DIGIT = re.compile(r"[0#?]")
_FRACTION = re.compile(r"\.([0#?]+)")
_TRAILING_COMMAS = re.compile(r"[0#?](,+)(?![0#?,])")
_SIGN_OR_CODE = re.compile(r'"([^"]*)"|\[\$([^\-\]]+)|([$€£¥])')

_ISO = "(?:USD|EUR|GBP|CHF|JPY|CAD|AUD|NZD|CNY|HKD|SGD|INR|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|KRW|TRY|ILS)"
_NUMBERLIKE = re.compile(
    rf"(?:{_ISO}\s?)?[$€£¥]?\s?[(\-+\u2010-\u2015\u2212]?\s?[$€£¥]?\s?(?:[\d.]|(?<=[\-\u2010-\u2015\u2212]))"
    rf"[\d\s.,'\u2019]*[\-\u2212]?\s?%?\s?\)?\s?%?\s?[€£]?(?:\s?(?:{_ISO}|[CcDd][Rr]\.?))?\Z"
)
_CODE = re.compile(rf"\A{_ISO}\s?(?=[\d(\-.])|(?<=[\d)])\s?(?:{_ISO}|[€£])\Z")
_BALANCE_SIDE = re.compile(r"\s?([CD])R\.?\Z", re.IGNORECASE)
_BLANKS = re.compile(r"(?<=[$€£¥(\-])\s+|\s+(?=[)%\-])")
_MARKED_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3})((?:[\s'\u2019]\d{3})+)(?=\D|\Z)(?!,\d{3})")
_EUROPEAN = re.compile(r"(?<![\d.,])(\d{1,3}(?:\.\d{3})+),(\d+)(?!\d|[.,])")
_ABOUT = "~≈<>≤≥ "
_TRAILING_MINUS = re.compile(r"(?<=\d)\s?[\-\u2212]\Z")


@dataclass(frozen=True, slots=True)
class Display:
    """How a number format shows a number; ``decimals`` is None where it shows those that are stored.

    ``spec`` writes the digits, ``thousands`` says by how many thousands the display is shortened.
    """

    decimals: int | None = None
    percent: bool = False
    thousands: int = 0
    positive_in_parentheses: bool = False
    negative_in_parentheses: bool = False
    zero_is_dash: bool = False
    spec: str = "f"


@lru_cache(maxsize=_CACHED)
def display_of(number_format: str | None) -> Display:
    """Return what a number format says; General and formats without digits show what is stored."""
    sections = [_bare(section) for section in (number_format or "").split(";")]
    if not _DIGIT.search(sections[0]):
        return Display()
    fraction = _FRACTION.search(sections[0])
    decimals = len(fraction[1]) if fraction else 0
    shortened = _TRAILING_COMMAS.search(sections[0])
    written_zero = (number_format or "").split(";")[2:3]
    return Display(
        decimals=decimals,
        percent="%" in sections[0],
        thousands=len(shortened[1]) if shortened else 0,
        positive_in_parentheses="(" in sections[0],
        negative_in_parentheses=len(sections) > 1 and "(" in sections[1],
        zero_is_dash=bool(written_zero) and "-" in written_zero[0] and "0" not in written_zero[0],
        spec=("," if "," in sections[0] else "") + ("f" if shortened else f".{decimals}f"),
    )


def _bare(section: str) -> str:
    """Return a section without quoted text, spacing and colours, its parentheses kept."""
    return _LITERAL.sub(lambda match: "(" if match[2] == "(" else "", section)


@lru_cache(maxsize=_CACHED)
def currency_of_format(number_format: str | None) -> str | None:
    """Return the currency sign or code in a format, None when it has none."""
    for match in _SIGN_OR_CODE.finditer(number_format or ""):
        text = (match[1] or match[2] or match[3] or "").strip()
        if text in {"$", "€", "£", "¥", "US$"} or re.fullmatch(r"[A-Z]{3}", text):
            return text
    return None


def is_number(cell: SheetCell) -> bool:
    """Whether a cell shows a number, stored as one or printed as text."""
    if cell.number is not None:
        return True
    return cell.kind is CellKind.TEXT and printed_number(cell.text) is not None


def raw_cell(cell: SheetCell) -> RawCell | None:
    """Return the number a cell shows (17.5 for 17.5%), None when it shows none."""
    number = cell.number
    if number is None:
        return _text_cell(cell) if cell.kind is CellKind.TEXT else None
    display = display_of(cell.number_format)
    if display.percent:
        number = number * 100
    decimals = display.decimals
    if decimals is None:
        decimals = min(_STORED_DIGITS_TRUSTED, len(cell.text.partition(".")[2]))
        printed = cell.text
    else:
        printed = displayed(number, display)
    nil = display.zero_is_dash and not number
    return RawCell(printed, number, decimals, nil, None, cell.ref, cell.formula)


def _text_cell(cell: SheetCell) -> RawCell | None:
    read = printed_number(cell.text)
    if read is None:
        return None
    printed = cell.text.strip()
    return RawCell(printed, read.value, read.decimals, read.nil, None, cell.ref, cell.formula)


def displayed(shown: Decimal, display: Display) -> str:
    """Return a number as the sheet shows it; a display in thousands is written out in full."""
    if not shown and display.zero_is_dash:
        return "-"
    size = abs(shown)
    if display.decimals is not None and not display.thousands:
        size = _rounded(size, display.decimals)
    text = format(size, display.spec) + ("%" if display.percent else "")
    if shown >= 0:
        return f"({text})" if display.positive_in_parentheses else text
    return f"({text})" if display.negative_in_parentheses else f"-{text}"


def _rounded(size: Decimal, decimals: int) -> Decimal:
    """Return a number rounded as a sheet does it, halves away from zero."""
    if -int(size.as_tuple().exponent) <= decimals:
        return size
    return size.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def looks_like_number(text: str) -> bool:
    """Whether a text is written like a number, whether or not it can be read as one for sure."""
    return _NUMBERLIKE.match(text.strip().lstrip(_ABOUT)) is not None


def printed_number(text: str) -> Number | None:
    """Return the number that a text cell prints, None when it is no number by a strict rule.

    Beyond what a page may print: blanks or apostrophes between thousands, 1.234,50, a minus or CR behind
    the digits, a currency code beside them.
    """
    plain = text.strip()
    if plain.isdecimal() and plain.isascii():
        return Number(Decimal(plain))
    return _written_number(plain) if _NUMBERLIKE.match(plain) else None


@lru_cache(maxsize=_CACHED)
def _written_number(plain: str) -> Number | None:
    side = _BALANCE_SIDE.search(plain)
    plain = _BALANCE_SIDE.sub("", plain)
    plain = _CODE.sub("", _CODE.sub("", plain))
    minus = _TRAILING_MINUS.search(plain) is not None
    plain = _BLANKS.sub("", _TRAILING_MINUS.sub("", plain))
    plain = _EUROPEAN.sub(lambda match: f"{match[1].replace('.', '')}.{match[2]}", plain)
    plain = _MARKED_THOUSANDS.sub(lambda match: re.sub(r"\D", "", match[0]), plain)
    number = parse_number(plain)
    credit = side is not None and side[1] in "Cc"
    if number is None or not (minus or credit):
        return number
    return Number(-abs(number.value), number.decimals, number.nil, number.percent)
