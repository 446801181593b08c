"""What a rule works with and what it returns: the context, a finding, or why it cannot compute."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar, cast

from services.analysis import wording
from services.analysis.facts_view import Absent, FactsView, Missing
from services.analysis.materiality import severity_by_amount
from services.analysis.profile import Profile
from services.domain.concepts import Unit
from services.domain.ids import ReportId, TieOutId
from services.domain.insights import Calculation, Chart, Materiality, Quote, Severity
from services.domain.narrative import CreditLine, NarrativeClaim, Recast
from services.domain.periods import Period
from services.domain.reports import Fact, Statement, TextCue, TieOut, TieOutStatus
from services.domain.scoring import UNLABELLED, Scoring

DRAWS = 200
"""Draws of the rounding test; enough to tell 0.99 from 1, cheap enough for every rule."""
_SEED = 20_180_101
Made = TypeVar("Made")


class CannotCompute(Exception):
    """A rule has no answer for this report; the message is the reason a reader is shown."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule saw, before it is trusted.

    ``inputs`` are the facts with the part each plays; ``values`` fill the template; ``margin`` is the
    probability that the statement survives rounding; ``key`` tells two findings of one rule and period
    apart, ``subject`` does so in the title.
    """

    period: Period
    severity: Severity
    template: str
    values: dict[str, str]
    inputs: tuple[tuple[Fact, str], ...]
    calculations: tuple[Calculation, ...]
    threshold: str
    margin: float = 1.0
    amount: Decimal | None = None
    chart: Chart | None = None
    tie_outs: tuple[TieOutId, ...] = ()
    key: str = ""
    subject: str = ""
    quotes: tuple[Quote, ...] = ()

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The input facts, each once, in the order first used."""
        return tuple({fact.fact_id: fact for fact, _ in self.inputs}.values())


@dataclass(frozen=True, slots=True)
class Context:
    """One report under analysis: its facts, checks, profile and materiality.

    ``income`` and ``cash`` are the latest periods of the income and the cash-flow statement, ``dated`` is
    the day the document is about where it has neither. ``cues`` and
    ``claims`` are None where it has no running text. ``materiality_version`` is that of what people set,
    ``scoring`` what its insights are scored and routed by.
    """

    report_id: ReportId
    statements: Sequence[Statement]
    view: FactsView
    profile: Profile
    materiality: Materiality | Missing
    income: Period | None
    cash: Period | None
    currency: str = "USD"
    tie_outs: tuple[TieOut, ...] = field(default=())
    cues: tuple[TextCue, ...] | None = None
    claims: tuple[NarrativeClaim, ...] | None = None
    credit_lines: tuple[CreditLine, ...] = ()
    recasts: tuple[Recast, ...] = ()
    dated: Period | None = None
    materiality_version: int = 0
    scoring: Scoring = UNLABELLED
    _made: dict[Callable[["Context"], object], object] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def once(self, make: Callable[["Context"], Made]) -> Made:
        """Return what a function makes of this report, made once however many rules ask for it."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast("Made", self._made[make])

    def fact(self, concept: str, period: Period | None) -> Fact:
        """Return the fact of a period; raises CannotCompute when it is missing."""
        return _present(self.view.get(concept, period))

    def balance(self, concept: str, period: Period | None) -> Fact:
        """Return the balance at a period's end; raises CannotCompute when it is missing."""
        return _present(self.view.at(concept, period))

    def optional_balance(self, concept: str, period: Period) -> Fact | Absent:
        """Return the balance or the proof that there is none; raises CannotCompute when open."""
        found = self.view.absent(concept, period)
        return found if isinstance(found, Absent) else _present(found)

    def current(self) -> Period:
        """Return the income statement's latest period; raises CannotCompute without one."""
        if self.income is None:
            raise CannotCompute("no income statement with a readable period was found")
        return self.income

    def current_cash(self) -> Period:
        """Return the cash-flow statement's latest period; raises CannotCompute without one."""
        if self.cash is None:
            raise CannotCompute("no cash-flow statement with a readable period was found")
        return self.cash

    def year(self) -> Period:
        """Return the latest period when it is a full year; raises CannotCompute otherwise."""
        period = self.current()
        if period.span != "FY":
            raise CannotCompute(f"it needs twelve months, the report covers {period.label}")
        return period

    def need_balance_sheet(self) -> None:
        """Raise CannotCompute when no balance sheet was read."""
        if not self.view.balance_dates():
            raise CannotCompute("no balance sheet was read")

    def balance_pair(self) -> tuple[Period, Period]:
        """Return the latest balance-sheet date and the one before; raises CannotCompute."""
        dates = self.view.balance_dates()
        if len(dates) < 2:
            raise CannotCompute("fewer than two balance-sheet dates were read")
        return dates[0], dates[1]

    def measured(self) -> Materiality:
        """Return the materiality; raises CannotCompute when there is none."""
        if isinstance(self.materiality, Missing):
            raise CannotCompute(f"there is no materiality: {self.materiality.reason}")
        return self.materiality

    def severity(self, amount: Decimal) -> Severity | None:
        """Return the severity of an amount, None when clearly trivial."""
        return severity_by_amount(amount, self.measured())

    def is_trivial(self, fact: Fact, change: Decimal) -> bool:
        """Whether a change of a fact's amount is clearly trivial; without a materiality nothing is."""
        measured = not isinstance(self.materiality, Missing)
        return fact.unit is Unit.MONEY and measured and self.severity(change) is None

    def money(self, amount: Decimal) -> str:
        """Write an amount in the report's currency."""
        return wording.money(amount, self.currency)

    def failures(self, *checks: str) -> list[TieOut]:
        """Return the failed tie-outs of these checks, in document order."""
        return [
            tie_out
            for tie_out in self.tie_outs
            if tie_out.check in checks and tie_out.status is TieOutStatus.FAIL
        ]

    def facts_of(self, tie_out: TieOut) -> list[Fact]:
        """Return the total and the members of a tie-out, in that order."""
        ids = () if tie_out.total is None else (tie_out.total,)
        found = (self.view.by_id(fact_id) for fact_id in (*ids, *tie_out.members))
        return [fact for fact in found if fact is not None]

    def judged(self, *checks: str) -> bool:
        """Whether at least one of these checks could be made."""
        return any(
            tie_out.check in checks and tie_out.status is not TieOutStatus.NOT_APPLICABLE
            for tie_out in self.tie_outs
        )


def _present(found: Fact | Missing) -> Fact:
    if isinstance(found, Missing):
        raise CannotCompute(found.reason)
    return found


def rounding_margin(
    inputs: Sequence[Fact], holds: Callable[[Sequence[Decimal]], bool], draws: int = DRAWS
) -> float:
    """Return the share of draws, each input moved within its rounding, in which ``holds`` is true.

    Seeded, so that a replay gives the same number.
    """
    source = random.Random(_SEED)  # noqa: S311 - a simulation, not a secret
    halves = [fact.rounding_unit / 2 for fact in inputs]
    held = 0
    for _ in range(draws):
        moved = [
            fact.value + half * Decimal(repr(round(source.uniform(-1, 1), 6)))
            for fact, half in zip(inputs, halves, strict=True)
        ]
        held += holds(moved)
    return held / draws


def calculation(
    name: str, formula: str, value: Decimal, display: str, inputs: Sequence[Fact]
) -> Calculation:
    """Return a computed number with its formula and the facts it came from."""
    return Calculation(
        name=name,
        formula=formula,
        value=value,
        display=display,
        inputs=tuple(fact.fact_id for fact in inputs),
    )


def counted(name: str, number: int, inputs: Sequence[Fact]) -> Calculation:
    """Return a number that was counted, such as how many years a sentence speaks of."""
    return calculation(name, "counted", Decimal(number), str(number), inputs)


def balance_value(found: Fact | Absent) -> Decimal:
    """Return a balance; a row proved absent contributes nothing."""
    return Decimal(0) if isinstance(found, Absent) else found.value


def raised(severity: Severity) -> Severity:
    """Return the next higher severity, at most critical."""
    ladder = list(Severity)
    return ladder[min(severity.rank + 1, len(ladder) - 1)]


def at_most(severity: Severity, cap: Severity) -> Severity:
    """Return the severity, no higher than the cap."""
    return severity if severity.rank <= cap.rank else cap


def ratio(numerator: Decimal, denominator: Decimal, what: str) -> Decimal:
    """Divide; raises CannotCompute when the denominator is zero."""
    if denominator == 0:
        raise CannotCompute(f"{what} is zero")
    return numerator / denominator
