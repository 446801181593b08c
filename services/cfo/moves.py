"""Key figures that moved since the last report, each as a sentence with its two cells and its calculation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.analysis import wording
from services.analysis.budget import GAINS
from services.analysis.finding import at_most, calculation
from services.analysis.materiality import severity_by_amount
from services.analysis.templates import Templates
from services.cfo.brief import Item
from services.cfo.sentences import Basis, Sentence
from services.domain.concepts import CONCEPTS, Unit
from services.domain.confidence import HIGH_FROM
from services.domain.ids import FactId
from services.domain.insights import Calculation, InsightKind, Materiality, Severity
from services.domain.reports import Fact, TieOut, TieOutStatus
from services.summary import KEY_CONCEPTS

_MOST_TIMES = 10
"""A change of more than ten times its base, or from or into a loss, says nothing as a percentage."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One key figure now and then; ``before`` says where the earlier one stands."""

    now: Fact
    then: Fact
    before: str


def doubted(tie_outs: Iterable[TieOut]) -> set[FactId]:
    """Return the facts that stand in a failed check."""
    return {
        fact_id
        for tie_out in tie_outs
        if tie_out.status is TieOutStatus.FAIL
        for fact_id in (*tie_out.members, *((tie_out.total,) if tie_out.total else ()))
    }


def is_sure(fact: Fact, doubts: set[FactId]) -> bool:
    """Whether a fact was read with high confidence and stands in no failed check."""
    return fact.confidence.total >= HIGH_FROM and fact.fact_id not in doubts


def moves(
    pairs: Sequence[Pair], materiality: Materiality | None, templates: Templates
) -> list[Item]:
    """Return the figures whose change is not clearly trivial; none without a materiality to judge it by."""
    found = (_move(pair, materiality, templates) for pair in pairs if _is_told(pair))
    return [item for item in found if item is not None]


def _is_told(pair: Pair) -> bool:
    concept = pair.now.concept
    same = pair.now.currency == pair.then.currency
    return concept in KEY_CONCEPTS and pair.now.unit is Unit.MONEY and same


def _move(pair: Pair, materiality: Materiality | None, templates: Templates) -> Item | None:
    now, then = pair.now, pair.then
    change = now.value - then.value
    by_amount = severity_by_amount(change, materiality) if materiality else None
    if by_amount is None or now.concept is None:
        return None
    severity = at_most(by_amount, Severity.MEDIUM if _is_adverse(now, change) else Severity.LOW)
    name = CONCEPTS[now.concept].name
    steps = _steps(name, now, then, change)
    words = {
        "line": name,
        "direction": "rose" if change > 0 else "fell",
        "d": wording.money(abs(change), now.currency),
        "pct": wording.percent(abs(steps[-1].value)),
        "now": wording.money(now.value, now.currency),
        "period": f"{'at' if now.period.is_instant else 'in'} {wording.stretch(now.period)}",
        "then": wording.money(then.value, then.currency),
        "before": pair.before,
    }
    template = "moved" if len(steps) > 1 else "moved from-a-loss"
    text = templates.render(template, words)
    return Item(
        item_id=f"moved/{now.concept}",
        title=f"{name} {words['direction']}",
        kind=InsightKind.TREND,
        severity=severity,
        amount=change,
        sentences=(Sentence(text, Basis.CALCULATION, (now, then)),),
        facts=(now, then),
        calculations=steps,
    )


def _is_adverse(now: Fact, change: Decimal) -> bool:
    """Whether less of it is worse; a move by itself is no alarm, so that it ranks below what a rule found."""
    return change < 0 and now.concept in GAINS


def _steps(name: str, now: Fact, then: Fact, change: Decimal) -> tuple[Calculation, ...]:
    shown = [wording.money(fact.value, fact.currency) for fact in (now, then)]
    both = (now, then)
    label = name[:1].lower() + name[1:]
    steps = [
        calculation(
            f"change in {label}",
            f"{shown[0]} − {shown[1]}",
            change,
            wording.money(change, now.currency),
            both,
        )
    ]
    if then.value > 0 and now.value >= 0 and change <= _MOST_TIMES * then.value:
        rate = now.value / then.value - 1
        formula = f"{shown[0]} / {shown[1]} − 1"
        steps.append(calculation(f"{label} growth", formula, rate, wording.growth(rate), both))
    return tuple(steps)
