"""How numbers, periods and document text are written: pure functions, no toolkit."""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from services.domain.concepts import CONCEPTS, StatementKind, Unit
from services.domain.periods import Period
from services.domain.reports import ColumnKind, Fact, Scenario, Statement, StatementColumn

UNKNOWN = "n/a"
"""What stands where a number is not known; never 0 and never blank."""

_SCALES = {1: "", 1_000: "thousands", 1_000_000: "millions", 1_000_000_000: "billions"}
_SUFFIXES = {1: "", 1_000: " k", 1_000_000: " m", 1_000_000_000: " bn"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]|$~<^]|:(?=[A-Za-z/])|(?<=www)\.)")
_BLOCK_START = re.compile(r"^(\s*)(\d*)([#+\-.)>=])")
_SPANS = {"M": "Month", "Q": "Quarter", "H1": "Half-year", "9M": "9 months"}
_MINUTE, _HOUR = 60, 3600
_KIB, _MIB = 1024, 1024 * 1024
_ALMOST_SURE = 0.995
_TWO_DIGITS, _MILLION = 100, 1_000_000
_LONGEST_HEADING = 40
_DASHES = frozenset("-–—−")


def amount(value: Decimal | None, decimals: int = 0) -> str:
    """Return a number as statements print it: thousands separated, negative in parentheses."""
    if value is None:
        return UNKNOWN
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,.{decimals}f}"
    return f"({text})" if rounded < 0 else text


def scale_words(scale: int) -> str:
    """Return 'millions' for 1,000,000; '' for units; the number itself for an unusual scale."""
    return _SCALES.get(scale, f"× {scale:,}")


def unit_words(currency: str, scale: int) -> str:
    """Return what a column of money counts, such as 'USD millions'."""
    return f"{currency} {scale_words(scale)}".strip()


def money(value: Decimal | None, currency: str = "USD", scale: int = 1_000_000) -> str:
    """Return base-unit money shown in ``scale``: 'USD 32,765 m' or 'USD (1,577) m'; finer where it would print 0."""
    if value is None:
        return UNKNOWN
    while scale > 1 and 0 < abs(value) < scale:
        scale //= 1_000
    suffix = _SUFFIXES.get(scale, f" × {scale:,}")
    shown = value / scale
    few = scale > 1 and abs(shown) < _TWO_DIGITS and shown != shown.to_integral_value()
    return f"{currency} {amount(shown, 1 if few else 0)}{suffix}"


def headline(fact: Fact) -> str:
    """Return a fact's normalised value as it is spoken of: money from a million in millions, EPS in full."""
    if fact.unit is Unit.PER_SHARE:
        return f"{fact.currency} {amount(fact.value, max(2, fact.decimals))}"
    if fact.unit is Unit.SHARES:
        return f"{amount(fact.value / _MILLION, 1)} m shares"
    if fact.unit is Unit.PURE:
        return amount(fact.value, fact.decimals)
    large = fact.scale < _MILLION <= abs(fact.value)
    return money(fact.value, fact.currency, _MILLION if large else fact.scale)


def as_printed(fact: Fact) -> str:
    """Return the number as its cell shows it: printed sign, printed digits, a dash where nil is a dash."""
    if fact.printed_value == 0 and fact.source.printed.strip("$€£¥ ") in _DASHES:
        return "—"
    return amount(fact.printed_value, fact.decimals)


def full(fact: Fact) -> str:
    """Return the normalised value in base units with its unit: '32,765,000,000 USD'."""
    return full_amount(fact.value, fact.unit, fact.currency)


def full_amount(value: Decimal, unit: Unit, currency: str) -> str:
    """Return a value in base units with its unit: '32,765,000,000 USD', '8.16 USD per share'."""
    units = {
        Unit.MONEY: currency,
        Unit.PER_SHARE: f"{currency} per share",
        Unit.SHARES: "shares",
        Unit.PURE: "",
    }
    digits = max(0, -int(value.normalize().as_tuple().exponent))
    return f"{amount(value, digits)} {units[unit]}".strip()


def change(ratio: Decimal | None) -> str:
    """Return a relative change: '+3.5 %', '-7.6 %'; a leading hyphen is what turns the arrow of a figure down."""
    if ratio is None:
        return UNKNOWN
    return f"{ratio * 100:+,.1f} %"


def probability(total: float) -> str:
    """Return a probability in whole percent; what is not certain never reads 100%."""
    if _ALMOST_SURE <= total < 1:
        return ">99%"
    return f"{total * 100:.0f}%"


def concept_name(concept: str | None) -> str:
    """Return the standard name of a concept id, or the id where it is not one of the standard ones."""
    if concept is None:
        return "No standard concept"
    known = CONCEPTS.get(concept)
    return known.name if known else concept.replace("_", " ").capitalize()


def meaning_words(fact: Fact) -> str:
    """Return what a number is taken for: a concept, several it could be, or that it is none."""
    others = [concept_name(name) for name in fact.candidates if name != fact.concept]
    if fact.concept is None:
        return " or ".join(others) + " (not decided)" if others else concept_name(None)
    return concept_name(fact.concept) + (f" (could also be {', '.join(others)})" if others else "")


def column_heading(column: StatementColumn) -> str:
    """Return a column's heading in up to three lines: 'Budget' over 'Year to' over 'Dec 31, 2018'."""
    before, joint, end = column.period.label.rpartition(" to ")
    when = f"{_SPANS.get(before, before)}{joint.rstrip()}\n{_unbroken(end)}".strip()
    told = [
        column.member or "",
        ""
        if column.scenario is Scenario.ACTUAL
        else column.scenario.replace("_", " ").capitalize(),
        when,
        "%" if column.kind is ColumnKind.PERCENT else "",
    ]
    return "\n".join(part for part in told if part)


def column_headings(statement: Statement) -> list[str]:
    """Return the headings of a statement's columns side by side.

    Beside plans the actual columns say so; where two read alike, and in a ledger, the printed heading
    stands above.
    """
    headings = [column_heading(column) for column in statement.columns]
    if any(column.scenario is not Scenario.ACTUAL for column in statement.columns):
        headings = [
            f"Actual\n{heading}" if column.scenario is Scenario.ACTUAL else heading
            for column, heading in zip(statement.columns, headings, strict=True)
        ]
    ledger = statement.kind is StatementKind.TRIAL_BALANCE
    return [
        f"{shortened(column.header, _LONGEST_HEADING)}\n{heading}"
        if column.header and (ledger or headings.count(heading) > 1)
        else heading
        for column, heading in zip(statement.columns, headings, strict=True)
    ]


def day(iso: str | None) -> str | None:
    """Return an ISO date as a finance reader writes it, 'Dec 31, 2018'; other text as it is."""
    if iso is None:
        return None
    try:
        return Period(end=date.fromisoformat(iso)).label
    except ValueError:
        return iso


def _unbroken(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def when(moment: datetime) -> str:
    """Return a UTC time for people: '22 Nov 2026, 17:35 UTC'."""
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def elapsed(seconds: float) -> str:
    """Return a duration: '8 s', '1 min 12 s', '1 h 05 min'."""
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02d} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02d} min"


def size(count: int) -> str:
    """Return a number of bytes: '820 bytes', '12 KB', '2.4 MB'."""
    if count < _KIB:
        return f"{count} bytes"
    return f"{count / _KIB:.0f} KB" if count < _MIB else f"{count / _MIB:.1f} MB"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """Return '1 report', '3 reports', '1,204 facts'."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def shortened(text: str, longest: int = 24) -> str:
    """Return text cut in its middle when longer than ``longest``; the cut is shown as '…'."""
    if len(text) <= longest:
        return text
    half = (longest - 1) // 2
    return f"{text[:half]}…{text[-half:]}"


def beginning(text: str, longest: int = 72) -> str:
    """Return the first words of a text, '…' where it goes on."""
    if len(text) <= longest:
        return text
    return f"{text[:longest].rsplit(' ', 1)[0]}…"


def plain(text: str) -> str:
    """Return document text escaped, so that Markdown shows it and does not obey it."""
    line = " ".join(text.splitlines())
    return _BLOCK_START.sub(r"\1\2\\\3", _MARKDOWN.sub(r"\\\1", line))
