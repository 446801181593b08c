"""What is answered: the number, how it was computed, the cells behind it; or why there is no answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from services.analysis import wording
from services.ask.compute import Input, Value
from services.ask.formula import At, Name, Node, Number, Over
from services.ask.reading import Question
from services.ask.refusals import Reason, Refused
from services.domain.concepts import CONCEPTS
from services.domain.ids import FactId, ReportId
from services.domain.periods import Period
from services.domain.reports import Fact

_SCALES = {"thousands": (3, 0), "millions": (6, 0), "billions": (9, 1), "units": (0, 0)}
"""Powers of ten of a unit of money, and the decimals where the question asks for none."""
_WORDS = {"thousands": " thousand", "millions": " m", "billions": " bn"}
_HUNDREDTHS = {
    "percent": (2, 1, " %", "percent"),
    "points": (2, 1, " pp", "percentage points"),
    "basis": (4, 0, " bp", "basis points"),
}
"""Powers of ten, decimals, sign and name of a unit of ratios."""
_SPELLED = {
    "roa": "return on assets", "roe": "return on equity", "dso": "days sales outstanding",
    "dio": "days inventory outstanding", "dpo": "days payables outstanding",
    "ccc": "cash conversion cycle", "ebitda_unadjusted": "EBITDA (unadjusted)",
    "ebitda_margin": "EBITDA margin", "debt_to_ebitda": "debt to EBITDA",
    "net_debt_to_ebitda": "net debt to EBITDA",
}  # fmt: skip
_OVER = {
    "average": "average of",
    "change": "change in",
    "growth": "growth of",
    "cagr": "compound growth of",
}
_UNIT_WORDS = {
    "money": "an amount of money", "per share": "an amount per share", "shares": "a number of shares",
    "ratio": "a ratio", "days": "a number of days", "score": "a score",
}  # fmt: skip
_TIGHT = {"+": 1, "-": 1, "*": 2, "/": 2}


@dataclass(frozen=True, slots=True)
class Citation:
    """A cell behind the answer; ``page`` is 1-based, ``sheet`` and ``cell`` are set for workbooks."""

    report_id: ReportId
    document: str
    page: int | None
    sheet: str | None
    cell: str | None
    printed: str
    label: str
    role: str
    fact_id: FactId


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the calculation: what, of which period, and what came out, for people."""

    what: str
    period: str
    value: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answered question.

    ``value`` is exact, in base units (a percentage is a fraction, an amount in single units of the currency);
    ``given`` is it in the unit and at the rounding asked for; ``text`` is that with its unit,
    or Yes, No or which way it went where that is asked.
    ``confidence`` is a lower bound of the probability that every number under it is read right.
    """

    question: str
    company: str
    report_id: ReportId
    sentence: str
    text: str
    value: Decimal
    given: Decimal
    unit: str
    period: str
    formula: str
    is_own_definition: bool
    steps: tuple[Step, ...]
    citations: tuple[Citation, ...]
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    confidence: float
    is_yes_or_no: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """A question that is not answered, why, and what to do."""

    question: str
    reason: Reason
    sentence: str


def name_of(key: str) -> str:
    """Return what a figure is called inside a sentence."""
    known = CONCEPTS.get(key)
    if known is not None:
        name = known.name
        return name if name[:2].isupper() else name[:1].lower() + name[1:].replace(" eps", " EPS")
    return _SPELLED.get(key, key.replace("_", " "))


def first_upper(text: str) -> str:
    """Return a text as a sentence begins."""
    return f"{text[:1].upper()}{text[1:]}"


def written(node: Node, outer: int = 0) -> str:
    """Write a formula in words and signs."""
    if isinstance(node, Number):
        return f"{node.value:f}"
    if isinstance(node, Name):
        return name_of(node.key)
    if isinstance(node, At):
        return f"{written(node.of, 3)} {node.when.words}"
    if isinstance(node, Over):
        return f"{_OVER[node.kind]} {written(node.of, 3)}{_stretch(node)}"
    tight = _TIGHT[node.sign]
    right = written(node.right, tight + (node.sign in "-/"))
    text = f"{written(node.left, tight)} {'−' if node.sign == '-' else node.sign} {right}"
    return f"({text})" if tight < outer else text


def _stretch(node: Over) -> str:
    if node.range is not None:
        return f", {node.range.first.words} to {node.range.last.words}"
    if node.years is None:
        return ""
    count = node.years + (node.kind == "average")
    return f" over {count} years" if count > 1 else ""


def amount_words(value: Value, currency: str) -> str:
    """Write a value as finance people do."""
    if value.unit == "money":
        return wording.money(value.amount, currency)
    if value.unit == "per share":
        return wording.per_share(value.amount, currency)
    if value.unit == "shares":
        return f"{wording.plain(value.amount / 10**6, 1)} m shares"
    if value.unit == "days":
        return wording.days(value.amount)
    if value.unit == "score":
        return wording.plain(value.amount)
    return wording.percent(value.amount) if value.share else wording.times(value.amount)


def as_asked(question: Question, value: Value, currency: str) -> tuple[Decimal, str, str]:
    """Return a value in the unit and rounding asked for, with its text and its unit; raises Refused."""
    unit, places = question.unit, question.places
    if unit in _SCALES and value.unit in {"money", "shares"}:
        power, usual = _SCALES[unit]
        given = _rounded(value.amount.scaleb(-power), usual if places is None else places)
        of = "shares" if value.unit == "shares" else currency
        return given, f"{of} {_bracketed(given)}{_WORDS.get(unit, '')}", f"{of} {unit}"
    if unit in _HUNDREDTHS and value.unit == "ratio":
        power, usual, sign, name = _HUNDREDTHS[unit]
        given = _rounded(value.amount.scaleb(power), usual if places is None else places)
        return given, f"{_bracketed(given, '' if unit == 'percent' else '−')}{sign}", name
    fits = (unit, value.unit) in {("units", "per share"), ("days", "days")}
    if unit and not fits:
        raise Refused(
            Reason.OTHER_UNIT,
            f"The answer is {_UNIT_WORDS.get(value.unit, value.unit)} and cannot be given in {_named(unit)}.",
        )
    return _as_it_is(value, currency, places)


def _named(unit: str) -> str:
    return _HUNDREDTHS[unit][3] if unit in _HUNDREDTHS else unit


def _as_it_is(value: Value, currency: str, places: int | None) -> tuple[Decimal, str, str]:
    if value.unit == "money" and places is None:
        return value.amount, wording.money(value.amount, currency), currency
    if value.unit == "shares" and places is None:
        return value.amount, amount_words(value, currency), "shares"
    if value.share and places is None:
        return _rounded(value.amount * 100, 1), wording.percent(value.amount), "percent"
    given = _rounded(value.amount, 2 if places is None else places)
    if value.unit in {"money", "per share"}:
        return (
            given,
            f"{currency} {_bracketed(given)}",
            f"{currency}{' per share' if value.unit != 'money' else ''}",
        )
    if value.unit == "ratio":
        percent = f" ({wording.percent(value.amount)})" if value.share else ""
        return given, f"{_bracketed(given, '−')}{'' if value.share else '×'}{percent}", "ratio"
    return given, f"{_bracketed(given, '−')}{' days' if value.unit == 'days' else ''}", value.unit


def _rounded(value: Decimal, places: int) -> Decimal:
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded


def _bracketed(value: Decimal, sign: str = "") -> str:
    if value < 0:
        return f"{sign}{abs(value):,}" if sign else f"({abs(value):,})"
    return f"{value:,}"


def step_of(one: Input, currency: str) -> Step:
    """Return a figure as a line of the calculation."""
    how = "" if one.key in CONCEPTS else f" = {one.formula.replace('_', ' ')}"
    return Step(f"{name_of(one.key)}{how}", one.period.label, amount_words(one.value, currency))


def definitions_words(definitions: Mapping[str, Node]) -> list[Step]:
    """Return the question's own definitions as lines of the calculation."""
    return [
        Step(f"{name_of(key)} = {written(node)}", "", "as the question defines it")
        for key, node in definitions.items()
    ]


def period_words(period: Period) -> str:
    """Write a period inside a sentence."""
    return wording.stretch(period)
