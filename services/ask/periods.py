"""Periods in the text of a question: fiscal years, quarters, dates, and ranges of them."""

import re
from collections.abc import Callable
from datetime import date

from services.ask.formula import Range, When

MARK = "\ue000"
"""Stands in a text where a period was, with its place in the list of them; a private-use character."""
_MONTH_NAMES = (
    "january february march april may june july august september october november december"
)
_MONTHS = _MONTH_NAMES.split()
_MONTH = "|".join(f"{name}|{name[:3]}\\.?" for name in _MONTHS) + "|sept\\.?"
_FISCAL = r"(?:fy|fiscal(?: years?)?|financial year)"
_YEAR = r"((?:19|20)\d\d)"
_QUARTERS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
}
_NTH = "|".join(_QUARTERS)
_SPANS = (
    (r"(?:fiscal |financial )?year|twelve months|12 months|fy", "FY"),
    (r"nine months|9 months", "9M"),
    (r"six months|6 months|half year", "H1"),
    (r"(?:fiscal )?quarter|three months|3 months", "Q"),
)
_CENTURY, _HUNDRED = 2000, 100


def _day(year: str, month: str, day: str) -> date | None:
    number = next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(month[:3]))
    try:
        return date(int(year), number, int(day))
    except ValueError:
        return None


def _span(words: str | None) -> str:
    return next((span for said, span in _SPANS if words and re.fullmatch(said, words)), "")


def _dated(day: date | None, span: str | None) -> When | None:
    return None if day is None else When(day.year, day=day, span=_span(span))


def _full(year: str) -> int:
    """Return a year; two digits are of this century."""
    return int(year) + (_CENTURY if int(year) < _HUNDRED else 0)


_ENDED = rf"(?:({'|'.join(said for said, _ in _SPANS)}) (?:ended|ending|to|through) (?:on )?)?"
_Reading = Callable[[re.Match[str]], When | None]
_READINGS: tuple[tuple[str, _Reading], ...] = (
    (
        rf"{_ENDED}({_MONTH}) (\d{{1,2}}),? {_YEAR}",
        lambda m: _dated(_day(m[4], m[2], m[3]), m[1]),
    ),
    (
        rf"{_ENDED}(\d{{1,2}}) ({_MONTH}),? {_YEAR}",
        lambda m: _dated(_day(m[4], m[3], m[2]), m[1]),
    ),
    (
        rf"{_ENDED}{_YEAR}-(\d\d)-(\d\d)",
        lambda m: _dated(_iso(m[2], m[3], m[4]), m[1]),
    ),
    (
        rf"q([1-4])[ ']*(?:of |in )?({_FISCAL})?[ ']*((?:19|20)\d\d|\d\d)",
        lambda m: When(_full(m[3]), int(m[1]), fiscal=bool(m[2])),
    ),
    (
        rf"({_FISCAL})?[ ']*{_YEAR}[ ,']*q([1-4])",
        lambda m: When(int(m[2]), int(m[3]), fiscal=bool(m[1])),
    ),
    (
        rf"({_NTH})(?: fiscal)? quarter (?:of |in )?(?:the )?({_FISCAL})?[ ']*(?:year )?{_YEAR}",
        lambda m: When(int(m[3]), _QUARTERS[m[1]], fiscal=bool(m[2])),
    ),
    (
        rf"{_FISCAL}[ '-]*((?:19|20)\d\d|\d\d)",
        lambda m: When(_full(m[1]), fiscal=True),
    ),
    (rf"{_YEAR}", lambda m: When(int(m[1]))),
)


def _iso(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


_ANY = [
    (re.compile(rf"(?<![\w.,$]){said}(?![\w])(?!\.\d)"), reading) for said, reading in _READINGS
]
_JOINED = re.compile(
    rf"(?:\b(?:from|between|over|during|for)\s+)?(?:the\s+)?{MARK}(\d+)\s*"
    rf"(?:-|\bto\b|\bthrough\b|\band\b|\bversus\b|\bvs\.?|\bcompared (?:to|with)\b|\bagainst\b)\s*{MARK}(\d+)"
)


def marked(text: str) -> tuple[str, list[When | Range]]:
    """Return a lower-case text with a mark for each period, and what the marks stand for."""
    found: list[When | Range] = []

    def keep(period: When | Range) -> str:
        found.append(period)
        return f" {MARK}{len(found) - 1} "

    for pattern, reading in _ANY:

        def replaced(match: re.Match[str], reading: _Reading = reading) -> str:
            period = reading(match)
            return match[0] if period is None else keep(period)

        text = pattern.sub(replaced, text)

    def joined(match: re.Match[str]) -> str:
        first, last = found[int(match[1])], found[int(match[2])]
        if isinstance(first, Range) or isinstance(last, Range) or first == last:
            return match[0]
        return keep(Range(*sorted((first, last))))

    return _JOINED.sub(joined, text), found
