"""Common-size shift (A18): a line's share of revenue or of total assets against its own past shares."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from services.analysis import charts, wording
from services.analysis.compared import role
from services.analysis.finding import CannotCompute, Context, Finding, calculation, counted
from services.analysis.movement import (
    CONTAMINATED_MARGIN,
    PAST_CHANGES,
    RESIDUAL_LINES,
    probability_words,
)
from services.analysis.stats import Moderated, benjamini_hochberg, tested_together
from services.domain.concepts import CONCEPTS, StatementKind, Unit
from services.domain.insights import Calculation, Chart, Severity
from services.domain.periods import Period
from services.domain.reports import Fact

FALSE_DISCOVERY = 0.01
"""Stricter than for movements: shares move together when their base does."""
_BASES = {"revenue", "total_assets", "total_liabilities_and_equity"}


@dataclass(frozen=True, slots=True)
class _Share:
    """One line over its base, both oldest first."""

    concept: str
    base: str
    facts: tuple[Fact, ...]
    bases: tuple[Fact, ...]

    @property
    def shares(self) -> list[Decimal]:
        return [one.value / base.value for one, base in zip(self.facts, self.bases, strict=True)]

    @property
    def changes(self) -> list[float]:
        return [float(later - earlier) for earlier, later in pairwise(self.shares)]

    @property
    def amount(self) -> Decimal:
        """What the newest change of the share is worth at the newest base."""
        *_, earlier, later = self.shares
        return (later - earlier) * self.bases[-1].value


def shift(context: Context) -> list[Finding]:
    """A18: moderated t on the shares' changes in points, and worth more than performance materiality."""
    if context.profile.financial:
        raise CannotCompute("a bank's or insurer's lines are no shares of its revenue")
    limit = context.measured().performance
    lines = _shares(context, context.current())
    results = tested_together([line.changes for line in lines])
    if not results:
        raise CannotCompute(
            "it needs five comparable periods of at least two lines; upload earlier reports"
        )
    adjusted = benjamini_hochberg([result.p for result, _ in results])
    return [
        _finding(context, line, (result, p, dropped is None), len(lines))
        for line, (result, dropped), p in zip(lines, results, adjusted, strict=True)
        if p <= FALSE_DISCOVERY and abs(line.amount) > limit
    ]


def _shares(context: Context, period: Period) -> list[_Share]:
    instant = next(iter(context.view.balance_dates()), None)
    lines = []
    for concept in CONCEPTS.values():
        like = instant if concept.instant else period
        left_out = concept.concept_id in _BASES | RESIDUAL_LINES
        if left_out or concept.unit is not Unit.MONEY or like is None:
            continue
        base = "total_assets" if concept.statement is StatementKind.BALANCE else "revenue"
        facts = context.view.series(concept.concept_id, like)
        bases = _bases(context, base, facts)
        if len(facts) >= PAST_CHANGES + 2 and len(bases) == len(facts):
            lines.append(_Share(concept.concept_id, base, tuple(facts), tuple(bases)))
    return lines


def _bases(context: Context, base: str, facts: Sequence[Fact]) -> list[Fact]:
    found = (context.view.get(base, fact.period) for fact in facts)
    return [fact for fact in found if isinstance(fact, Fact) and fact.value > 0]


def _finding(
    context: Context, line: _Share, tested: tuple[Moderated, float, bool], count: int
) -> Finding:
    result, adjusted, whole = tested
    *_, earlier, later = line.shares
    latest, name = line.facts[-1], CONCEPTS[line.concept].name
    base = CONCEPTS[line.base].name.lower()
    return Finding(
        period=latest.period,
        subject=name.lower(),
        severity=context.severity(line.amount) or Severity.LOW,
        template="A18",
        values={
            "line": name,
            "share": wording.percent(later),
            "prior": wording.percent(earlier),
            "dpp": wording.points(later - earlier),
            "base": base,
            "amt": context.money(abs(line.amount)),
            "more": "more" if line.amount > 0 else "less",
            "m": str(len(line.changes) - 1),
            "p": probability_words(result.p),
            "k": str(count),
            "period": wording.stretch(latest.period),
        },
        inputs=tuple((fact, role(fact)) for fact in (*line.facts, *line.bases)),
        calculations=tuple(_steps(context, line, (result, adjusted), count)),
        threshold=f"false discovery rate about 1 % over {count} lines and worth more than "
        f"{context.money(context.measured().performance)}",
        margin=1.0 if whole else CONTAMINATED_MARGIN,
        amount=line.amount,
        chart=_chart(line, f"{name}, share of {base}"),
        key=line.concept,
    )


def _steps(
    context: Context, line: _Share, tested: tuple[Moderated, float], count: int
) -> Iterator[Calculation]:
    result, adjusted = tested
    for fact, base, value in zip(line.facts, line.bases, line.shares, strict=True):
        name = f"share of {CONCEPTS[line.base].name.lower()}, {fact.period.label}"
        formula = f"{line.concept} ÷ {line.base}"
        yield calculation(name, formula, value, wording.percent(value), (fact, base))
    used = (*line.facts, *line.bases)
    *_, earlier, later = line.shares
    change = later - earlier
    yield calculation("shift", "share − share before", change, wording.points(change), used)
    worth, shown = line.amount, context.money(line.amount)
    yield calculation(
        "worth of the shift", "change of the share × the newest base", worth, shown, used
    )
    yield calculation(
        "moderated t",
        "(newest change − mean of past changes) / shrunken spread",
        Decimal(repr(result.t)),
        f"{result.t:.2f} (p {probability_words(result.p)}, adjusted p {probability_words(adjusted)})",
        used,
    )
    yield counted("past changes", len(line.changes) - 1, used)
    yield counted("lines tested", count, used)


def _chart(line: _Share, title: str) -> Chart:
    periods = [fact.period for fact in line.facts]
    shares = [100 * value for value in line.shares]
    return charts.line(title, "percent", charts.computed_series(title, periods, shares))
