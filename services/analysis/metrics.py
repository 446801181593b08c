"""The metrics of a report, each with its formula and the facts behind it.

A metric exists only where every input was read, or proved not to be there by a block that foots
without it; averages need the balance of the year before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.analysis.facts_view import Absent, FactsView, Missing
from services.analysis.metric_catalogue import SPECS
from services.analysis.metric_spec import ZERO, Spec
from services.analysis.profile import Profile
from services.domain.base import Amount, Record
from services.domain.concepts import CONCEPTS, StatementKind
from services.domain.ids import FactId, TieOutId
from services.domain.periods import Period
from services.domain.reports import Fact

_WHOLE = {
    "total_equity": ("total_equity_incl_nci", "stockholders_equity"),
    "total_income": ("net_income_incl_nci", "net_income"),
}
"""Inputs that include noncontrolling interests where a report states them apart."""
_PROVABLE = {"short_term_debt", "short_term_investments"}


class Metric(Record):
    """One derived number: ``unit`` is ratio, USD, days or score; ``fact_ids`` are its inputs.

    ``absences`` are the checks that prove an input not to be there, which counts as nothing.
    """

    metric_id: str
    period: Period
    value: Amount
    formula: str
    unit: str
    fact_ids: tuple[FactId, ...]
    absences: tuple[TieOutId, ...] = ()


def derived_metrics(view: FactsView, profile: Profile) -> list[Metric]:
    """Return every metric that can be computed, by period (latest first) and catalogue order."""
    flows = [
        *view.durations(StatementKind.INCOME),
        *view.durations(StatementKind.CASH_FLOW),
    ]
    metrics = []
    for period in dict.fromkeys(flows):
        metrics += [_metric(view, s, period) for s in useful(profile) if not _instant_only(s)]
    for date in view.balance_dates():
        metrics += [_metric(view, s, date) for s in useful(profile) if _instant_only(s)]
    return [metric for metric in metrics if metric is not None]


def useful(profile: Profile) -> Iterable[Spec]:
    """Return what means something for this kind of company."""
    for spec in SPECS:
        outside = spec.screen and profile.property_company
        if not outside and not (profile.financial and (spec.industrial or spec.screen)):
            yield spec


def _instant_only(spec: Spec) -> bool:
    return all(_is_instant(name.partition("@")[0]) for name in spec.inputs)


def _is_instant(name: str) -> bool:
    return CONCEPTS[_WHOLE.get(name, (name,))[0]].instant


def _metric(view: FactsView, spec: Spec, period: Period) -> Metric | None:
    measured = measure(view, spec, period)
    if isinstance(measured, Missing):
        return None
    return Metric(
        metric_id=spec.metric_id,
        period=period,
        value=measured.value,
        formula=spec.formula,
        unit=spec.unit,
        fact_ids=tuple(fact.fact_id for fact in measured.facts),
        absences=tuple(dict.fromkeys(item.tie_out for item in measured.absences)),
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric of one period with what it was computed from: input name → fact or proved absence."""

    spec: Spec
    period: Period
    value: Decimal
    inputs: Mapping[str, Fact | Absent]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The input facts, each once."""
        found = (item for item in self.inputs.values() if isinstance(item, Fact))
        return tuple({fact.fact_id: fact for fact in found}.values())

    @property
    def absences(self) -> tuple[Absent, ...]:
        """The proved absences among the inputs."""
        return tuple(item for item in self.inputs.values() if isinstance(item, Absent))

    def amounts(self) -> dict[str, Decimal]:
        """Return the amounts by input name; what is proved absent counts as nothing."""
        return {name: _amount(item) for name, item in self.inputs.items()}

    def again(self, moved: Mapping[FactId, Decimal]) -> Decimal:
        """Return the value with other amounts for some facts; raises ArithmeticError as the formula does."""
        return self.spec.value(
            {
                name: moved.get(item.fact_id, item.value) if isinstance(item, Fact) else ZERO
                for name, item in self.inputs.items()
            }
        )


def measure(view: FactsView, spec: Spec, period: Period) -> Measured | Missing:
    """Compute one metric of one period, or say why it cannot be."""
    if spec.yearly and not period.is_instant and period.span != "FY":
        return Missing(f"it needs twelve months, the report covers {period.label}")
    inputs: dict[str, Fact | Absent] = {}
    for name in spec.inputs:
        found = _input(view, name, period)
        if isinstance(found, Missing):
            return found
        inputs[name] = found
    try:
        value = spec.value({name: _amount(item) for name, item in inputs.items()})
    except ArithmeticError:
        return Missing(f"{spec.formula} has no meaning here: what it divides by is not positive")
    return Measured(spec, period, value, inputs)


def _amount(item: Fact | Absent) -> Decimal:
    return ZERO if isinstance(item, Absent) else item.value


def _input(view: FactsView, name: str, period: Period) -> Fact | Missing | Absent:
    base, _, back = name.partition("@")
    found: Fact | Missing | Absent = Missing("")
    for concept in _WHOLE.get(base, (base,)):
        found = _of_concept(view, concept, period, int(back or 0))
        if not isinstance(found, Missing):
            break
    return found


def _of_concept(
    view: FactsView, concept: str, period: Period, years: int
) -> Fact | Missing | Absent:
    if not CONCEPTS[concept].instant:
        when: Period | None = period
        for _ in range(years):
            when = None if when is None else view.year_before(concept, when)
        return view.get(concept, when)
    date = _balance_date(view, period, years)
    if date is None:
        return view.get(concept, None)
    return view.absent(concept, date) if concept in _PROVABLE else view.at(concept, date)


def _balance_date(view: FactsView, period: Period, years: int) -> Period | None:
    """Return the balance-sheet date at a period's end, or that of a year or two before."""
    date: Period | None = Period(end=period.end)
    if not years:
        return date
    anchor = view.at("total_assets", date)
    date = anchor.period if isinstance(anchor, Fact) else date
    for _ in range(years):
        date = None if date is None else view.year_before("total_assets", date)
    return date
