"""A formula over the facts of a company: value, unit, steps and the cells behind it, or why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from services.analysis.facts_view import Absent, FactsView, Missing
from services.analysis.metric_catalogue import BY_ID
from services.analysis.metric_spec import Spec, is_percent
from services.analysis.metrics import Measured, measure, useful
from services.analysis.profile import Profile
from services.ask.calendar import Calendar
from services.ask.formula import At, Binary, Name, Node, Number, Over, Range
from services.ask.grammar import formula
from services.ask.refusals import Reason, Refused
from services.ask.vocabulary import FORMULAS, PERCENT_FORMULAS
from services.ask.words import worded
from services.domain.concepts import CONCEPTS, Unit
from services.domain.periods import Period
from services.domain.reports import Fact

_DAYS_OF_A_YEAR = {Decimal(360), Decimal(365), Decimal(366)}
_MONEY, _RATIO, _DAYS = "money", "ratio", "days"
_UNITS = {Unit.MONEY: _MONEY, Unit.PER_SHARE: "per share", Unit.SHARES: "shares", Unit.PURE: _RATIO}
_METRIC_UNITS = {"USD": _MONEY}
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Value:
    """An amount in base units: ``unit`` is money, per share, shares, ratio, days or score.

    ``share`` says that a ratio is spoken of in percent, ``plain`` that it is a number of the question,
    ``daily`` that it was multiplied by the days of a year, so that a ratio of it is a number of days.
    """

    amount: Decimal
    unit: str
    share: bool = False
    plain: bool = False
    daily: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """A figure that went into the answer: its key and period, and the facts and absences behind it."""

    key: str
    period: Period
    value: Value
    formula: str
    facts: tuple[Fact, ...]
    absences: tuple[Absent, ...]


@dataclass(slots=True)
class Calculator:
    """Computes formulas and keeps what they were computed from, in the order of its first use."""

    view: FactsView
    profile: Profile
    calendar: Calendar
    definitions: Mapping[str, Node]
    inputs: dict[tuple[str, Period], Input] = field(default_factory=dict)
    _depth: int = 0

    def value(self, node: Node, period: Period) -> Value:
        """Return the value of a formula in a period; raises Refused."""
        if isinstance(node, Number):
            return Value(node.value, _RATIO, plain=True)
        if isinstance(node, At):
            return self.value(node.of, self.calendar.find(node.when))
        if isinstance(node, Binary):
            return _joined(node, self.value(node.left, period), self.value(node.right, period))
        if isinstance(node, Over):
            return self._over(node, period)
        return self._named(node, period)

    def _named(self, node: Name, period: Period) -> Value:
        defined = self.definitions.get(node.key)
        if defined is not None:
            value = self._within(node.key, defined, period, self.definitions)
            share = value.unit == _RATIO and node.key in BY_ID and is_percent(node.key)
            return replace(value, share=value.share or share)
        if node.key in CONCEPTS:
            return self._figure(node.key, _concept(node.key), period)
        if node.key in BY_ID:
            return self._figure(node.key, BY_ID[node.key], period)
        text = FORMULAS[node.key]
        value = self._within(node.key, formula(worded(text), text), period, self.definitions)
        return Value(value.amount, value.unit, share=node.key in PERCENT_FORMULAS)

    def _within(
        self, key: str, node: Node, period: Period, definitions: Mapping[str, Node]
    ) -> Value:
        self.definitions = {name: one for name, one in definitions.items() if name != key}
        try:
            return self.value(node, period)
        finally:
            self.definitions = definitions

    def _figure(self, key: str, spec: Spec, period: Period) -> Value:
        known = self.inputs.get((key, period))
        if known is not None:
            return known.value
        if key in BY_ID and spec not in tuple(useful(self.profile)):
            raise Refused(
                Reason.NO_MEANING,
                f"{key.replace('_', ' ').capitalize()} says nothing of this kind of company.",
            )
        measured = measure(self.view, spec, period)
        if isinstance(measured, Missing):
            raise _missing(measured)
        value = _value_of(key, spec, measured)
        self.inputs[key, period] = Input(
            key, period, value, spec.formula, measured.facts, measured.absences
        )
        return value

    def _over(self, node: Over, period: Period) -> Value:
        if node.kind == "average":
            return self._average(node, period)
        first, last, years = self.ends(node, period)
        before, now = self.value(node.of, first), self.value(node.of, last)
        if node.kind == "change":
            return Value(now.amount - before.amount, now.unit, share=now.share)
        if before.amount <= 0:
            raise Refused(
                Reason.NO_MEANING,
                f"A growth rate from {before.amount:,.2f} says nothing: what it starts from is not positive. "
                "Ask for the change instead.",
            )
        if now.share:
            raise Refused(
                Reason.OTHER_UNIT,
                "The growth of a percentage can mean two things: ask for its change in percentage points.",
            )
        ratio = now.amount / before.amount
        if node.kind == "growth":
            return Value(ratio - 1, _RATIO, share=True)
        if ratio <= 0:
            raise Refused(
                Reason.NO_MEANING, "Compound growth to what is not positive says nothing."
            )
        return Value(ratio ** (Decimal(1) / years) - 1, _RATIO, share=True)

    def _average(self, node: Over, period: Period) -> Value:
        periods = self._all(node.range) if node.range else self._years_to(node, period)
        values = [self.value(node.of, one) for one in periods]
        total = sum((one.amount for one in values), Decimal(0))
        return Value(total / len(values), values[-1].unit, share=values[-1].share)

    def _years_to(self, node: Over, period: Period) -> list[Period]:
        if node.years is None and not _is_balance(node.of):
            raise Refused(
                Reason.WHICH_PERIOD,
                "Say over which years to average: from FY… to FY…, or the three-year average.",
            )
        years = 1 if node.years is None else node.years
        return [self.calendar.back(period, back) for back in range(years, -1, -1)]

    def _all(self, over: Range) -> list[Period]:
        if over.first.quarter or over.last.quarter or over.first.day or over.last.day:
            return [self.calendar.find(over.first), self.calendar.find(over.last)]
        last = self.calendar.find(over.last)
        return [
            self.calendar.back(last, back)
            for back in range(over.last.year - over.first.year, -1, -1)
        ]

    def ends(self, node: Over, period: Period) -> tuple[Period, Period, int]:
        """Return from when to when a figure is taken and the years between; raises Refused."""
        if node.range is None:
            if node.kind == "cagr" and node.years is None:
                raise Refused(
                    Reason.WHICH_PERIOD,
                    "Say over which years growth is compounded: from one to another.",
                )
            years = node.years or 1
            return self.calendar.back(period, years), period, years
        first, last = node.range.first, node.range.last
        years = last.year - first.year
        end = self.calendar.find(last)
        plain = not (first.quarter or first.day or last.quarter or last.day)
        start = self.calendar.back(end, years) if plain else self.calendar.find(first)
        start, end = sorted((start, end), key=lambda one: one.end)
        if node.kind == "cagr" and years < 1:
            raise Refused(
                Reason.WHICH_PERIOD, "Compound growth needs at least a year between its ends."
            )
        return start, end, years


def _is_balance(node: Node) -> bool:
    return isinstance(node, Name) and node.key in CONCEPTS and CONCEPTS[node.key].instant


def _concept(key: str) -> Spec:
    name = "total_equity" if key == "total_equity_incl_nci" else key
    return Spec(key, key, "", (name,), lambda values: values[name])


def _value_of(key: str, spec: Spec, measured: Measured) -> Value:
    if key in CONCEPTS:
        return Value(measured.value, _UNITS[CONCEPTS[key].unit])
    unit = _METRIC_UNITS.get(spec.unit, spec.unit)
    return Value(measured.value, unit, share=unit == _RATIO and is_percent(key))


def _missing(missing: Missing) -> Refused:
    if "no meaning" in missing.reason:
        return Refused(Reason.NO_MEANING, f"{missing.reason[:1].upper()}{missing.reason[1:]}.")
    unsure = "with confidence" in missing.reason
    return Refused(
        Reason.UNSURE if unsure else Reason.NOT_READ,
        f"{missing.reason[:1].upper()}{missing.reason[1:]}. "
        + ("Look at it on the statement and correct or confirm it." if unsure else
           "Load the report that prints it, or state the number on the statement's page."),
    )  # fmt: skip


def _joined(node: Binary, left: Value, right: Value) -> Value:
    if node.sign in "+-":
        return _added(node, left, right)
    if node.sign == "*":
        return _multiplied(left, right)
    if right.amount == 0:
        raise Refused(Reason.NO_MEANING, "What the formula divides by is zero.")
    amount = left.amount / right.amount
    if left.unit == right.unit:
        is_days = left.daily or (_is_year(left) and not right.plain)
        return Value(amount, _DAYS if is_days else _RATIO, share=node.share)
    if right.unit == _RATIO:
        return Value(amount, left.unit, share=left.share)
    if (left.unit, right.unit) == (_MONEY, "shares"):
        return Value(amount, "per share")
    raise _mixed(left, right)


def _added(node: Binary, left: Value, right: Value) -> Value:
    if left.unit != right.unit:
        raise _mixed(left, right)
    amount = left.amount + right.amount if node.sign == "+" else left.amount - right.amount
    share = (
        (left.share or left.plain)
        and (right.share or right.plain)
        and not (left.plain and right.plain)
    )
    return Value(amount, left.unit, share=share, plain=left.plain and right.plain)


def _multiplied(left: Value, right: Value) -> Value:
    if _RATIO not in {left.unit, right.unit}:
        raise _mixed(left, right)
    amount = left.amount * right.amount
    other = right if left.unit == _RATIO else left
    daily = _is_year(left) or _is_year(right)
    if left.unit == right.unit == _RATIO:
        return Value(amount, _DAYS if daily else _RATIO, share=left.share and right.share)
    return Value(amount, other.unit, daily=daily)


def _is_year(value: Value) -> bool:
    return value.plain and value.amount in _DAYS_OF_A_YEAR


def _mixed(left: Value, right: Value) -> Refused:
    return Refused(
        Reason.OTHER_UNIT, f"The formula joins {left.unit} and {right.unit}, which gives nothing."
    )


def inputs_of(calculator: Calculator) -> Sequence[Input]:
    """Return the figures that were used, in the order of their first use."""
    return tuple(calculator.inputs.values())
