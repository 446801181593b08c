"""A statement with its facts in place, and how a check on it becomes a verdict."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from services.domain.concepts import Unit
from services.domain.ids import FactId, TieOutId, deterministic_id
from services.domain.periods import Period
from services.domain.reports import (
    ColumnKind,
    Fact,
    LineItem,
    Scenario,
    Statement,
    TieOut,
    TieOutStatus,
)

_SCALE_WORDS = {1_000: " thousand", 1_000_000: " million", 1_000_000_000: " billion"}
ROUNDING_UNITS = 2
"""A difference of up to this many rounding units is kept as a pass and called rounding."""
REPORTED = frozenset({Scenario.ACTUAL, Scenario.PRIOR_YEAR})
PASSES = frozenset({TieOutStatus.PASS, TieOutStatus.PASS_ROUNDING})


class Check(NamedTuple):
    """The id of a check and its name in words."""

    check_id: str
    name: str


class Term(NamedTuple):
    """A signed fact of an expected sum."""

    weight: int
    fact: Fact


@dataclass(frozen=True, slots=True)
class StatementView:
    """A statement and the facts of its cells."""

    statement: Statement
    facts: Mapping[FactId, Fact]

    @property
    def value_columns(self) -> list[int]:
        """The columns of amounts, whatever their scenario; percentages and changes are left out."""
        return [
            index
            for index, column in enumerate(self.statement.columns)
            if column.kind is ColumnKind.VALUE
        ]

    @property
    def reported_columns(self) -> list[int]:
        """The columns of the whole registrant's actual amounts: what the identities run on."""
        return [
            index
            for index in self.value_columns
            if self.statement.columns[index].scenario in REPORTED
            and self.statement.columns[index].member is None
        ]

    def period(self, column: int) -> Period:
        """Return the column's period."""
        return self.statement.columns[column].period

    def cell(self, row: LineItem, column: int) -> Fact | None:
        """Return the fact at a row and column, None where the column is blank."""
        fact_id = row.facts[column] if column < len(row.facts) else None
        return None if fact_id is None else self.facts.get(fact_id)

    def concept(self, concept: str, column: int) -> Fact | None:
        """Return the column's fact with this meaning: the surest mapping, then the first row."""
        found = [
            fact
            for row in self.statement.rows
            if (fact := self.cell(row, column)) is not None and fact.concept == concept
        ]
        return max(found, key=lambda fact: (fact.confidence.concept, -fact.row), default=None)

    def labelled(
        self, pattern: re.Pattern[str], column: int, unit: Unit = Unit.MONEY
    ) -> list[Fact]:
        """Return the column's facts of one unit whose printed label matches, in printed order."""
        cells = (self.cell(row, column) for row in self.statement.rows if pattern.search(row.label))
        return [fact for fact in cells if fact is not None and fact.unit is unit]

    def between(self, upper: Fact, lower: Fact) -> list[Fact]:
        """Return the money facts printed between two facts of one column."""
        low, high = sorted((upper.row, lower.row))
        cells = (self.cell(row, upper.column) for row in self.statement.rows)
        return [
            fact
            for fact in cells
            if fact is not None and fact.unit is Unit.MONEY and low < fact.row < high
        ]


def views(statements: Sequence[Statement], facts: Iterable[Fact]) -> list[StatementView]:
    """Return each statement with its own facts, in document order."""
    by_statement: dict[str, dict[FactId, Fact]] = {s.statement_id: {} for s in statements}
    if not by_statement:
        return []
    for fact in facts:
        own = by_statement.get(fact.statement_id)
        if own is not None:
            own[fact.fact_id] = fact
    return [StatementView(s, by_statement[s.statement_id]) for s in statements]


def verdict(difference: Decimal, unit: Decimal) -> TieOutStatus:
    """Judge a difference against the rounding unit: 1 unit passes, 2 are rounding, more fails."""
    if abs(difference) <= unit:
        return TieOutStatus.PASS
    if abs(difference) <= ROUNDING_UNITS * unit:
        return TieOutStatus.PASS_ROUNDING
    return TieOutStatus.FAIL


def shown(value: Decimal, like: Fact) -> str:
    """Write an amount the way the statement of ``like`` prints it, with its scale in words."""
    scaled = value / like.scale
    decimals = max(like.decimals, 0)
    return f"{scaled:,.{decimals}f}{_SCALE_WORDS.get(like.scale, '')}"


def tie_out_id(check: Check, *parts: object) -> TieOutId:
    """Return the deterministic id of a check on given facts or places."""
    return TieOutId(deterministic_id("tie", check.check_id, *parts))


def judged(check: Check, total: Fact, terms: Sequence[Term], note: str = "") -> TieOut:
    """Return the verdict on 'the signed sum of the terms equals the total' in normalised signs."""
    expected = sum((term.weight * term.fact.value for term in terms), Decimal(0))
    return conclude(check, total, terms, (expected, total.value), note)


def conclude(
    check: Check,
    total: Fact,
    terms: Sequence[Term],
    sides: tuple[Decimal, Decimal],
    note: str = "",
) -> TieOut:
    """Return the tie-out for an (expected, actual) pair of amounts in base units."""
    expected, actual = sides
    unit = max(fact.rounding_unit for fact in (total, *(term.fact for term in terms)))
    status = verdict(actual - expected, unit)
    return TieOut(
        tie_out_id=tie_out_id(check, total.fact_id, *(term.fact.fact_id for term in terms)),
        report_id=total.report_id,
        check=check.check_id,
        name=check.name,
        status=status,
        period=total.period,
        total=total.fact_id,
        members=tuple(term.fact.fact_id for term in terms),
        weights=tuple(term.weight for term in terms),
        expected=expected,
        actual=actual,
        difference=actual - expected,
        tolerance=ROUNDING_UNITS * unit,
        sentence=_sentence(check, total, status, (expected, actual)) + note,
    )


def _sentence(
    check: Check, total: Fact, status: TieOutStatus, sides: tuple[Decimal, Decimal]
) -> str:
    expected, actual = sides
    label, amount, when = total.label.strip(" $"), shown(actual, total), total.period.label
    if status is TieOutStatus.FAIL:
        gap = shown(actual - expected, total)
        return (
            f"{check.name}: '{label}' is {amount} for {when}, "
            f"its parts give {shown(expected, total)}; {gap} is unexplained."
        )
    ending = "" if status is TieOutStatus.PASS else " within rounding"
    return f"{check.name}: holds{ending} for {when} ('{label}' {amount})."


def not_applicable(
    check: Check, statement: Statement, period: Period | None, reason: str
) -> TieOut:
    """Return the verdict of a check that could not be made, with its reason."""
    when = "" if period is None else f" for {period.label}"
    return TieOut(
        tie_out_id=tie_out_id(check, statement.statement_id, period, reason),
        report_id=statement.report_id,
        check=check.check_id,
        name=check.name,
        status=TieOutStatus.NOT_APPLICABLE,
        period=period,
        sentence=f"{check.name}: not checked{when}, because {reason}.",
    )


def renamed(check: Check, discovered: TieOut) -> TieOut:
    """Return a discovered subtotal as the named identity that it proves."""
    return discovered.model_copy(
        update={
            "tie_out_id": tie_out_id(check, discovered.tie_out_id),
            "check": check.check_id,
            "name": check.name,
            "sentence": discovered.sentence.replace(discovered.name, check.name, 1),
        }
    )
