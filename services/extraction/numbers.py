"""Strict reading of one printed number token: what is not surely a number is text."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_TOKEN = re.compile(
    r"(?P<currency>(?:US|C|A|HK)?[$€£¥])?"
    r"(?P<open>\()?(?P<minus>-)?(?P<inner>(?:US|C|A|HK)?[$€£¥])?(?P<late>\(|-)?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?P<percent>%)?(?P<close>\))?(?P<after>%)?"
)
_NIL = re.compile(r"(?:(?:US|C|A|HK)?[$€£¥])?(?:-{1,3}|\u2014{1,2})(?:%)?")
_MINUS = str.maketrans({"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2012": "-", "\ufe63": "-"})
_SUPERSCRIPTS = re.compile("[\u00b9\u00b2\u00b3\u2070-\u2079]+")
_CURRENCIES = {
    "$": "USD",
    "US$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "C$": "CAD",
    "A$": "AUD",
}


@dataclass(frozen=True, slots=True)
class Number:
    """A printed number: parentheses or a minus make it negative; ``nil`` is a printed dash."""

    value: Decimal
    decimals: int = 0
    nil: bool = False
    percent: bool = False
    negative_by_parentheses: bool = False


def normalise(text: str) -> str:
    """Return the token in plain form: full-width digits and minus signs folded, superscripts dropped."""
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", _SUPERSCRIPTS.sub("", text)).translate(_MINUS)
    return folded.replace("\u2013", "-").replace("\u2015", "\u2014")


def parse_number(text: str) -> Number | None:
    """Return the number a token prints, or None when it is no number by the strict rule.

    ASCII digits after NFKC, thousands in threes, at most one decimal point; an unbalanced parenthesis
    or two minus signs make it text. A lone dash is nil: printed, and zero.
    """
    plain = normalise(text)
    if _NIL.fullmatch(plain):
        return Number(Decimal(0), nil=True, percent=plain.endswith("%"))
    match = _TOKEN.fullmatch(plain) if plain.isascii() or plain.lstrip("(-")[:1] in "€£¥" else None
    if match is None or not _well_formed(match):
        return None
    digits = match["digits"].replace(",", "")
    value = Decimal(digits)
    parenthesised = match["close"] is not None
    negative = parenthesised or match["minus"] is not None or match["late"] == "-"
    return Number(
        value=-value if negative else value,
        decimals=len(digits.partition(".")[2]),
        percent=match["percent"] is not None or match["after"] is not None,
        negative_by_parentheses=parenthesised,
    )


def _well_formed(match: re.Match[str]) -> bool:
    opened = (match["open"] is not None) + (match["late"] == "(")
    closed = match["close"] is not None
    minuses = (match["minus"] is not None) + (match["late"] == "-")
    signs = (match["currency"] is not None) + (match["inner"] is not None)
    return opened == closed and minuses + opened <= 1 and signs <= 1


def is_currency_sign(text: str) -> bool:
    """Whether the token is a currency sign standing alone."""
    return text in _CURRENCIES
