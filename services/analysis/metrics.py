"""The metrics of a report, each with its formula and the facts behind it.

A metric exists only where every input was read, or proved not to be there by a block that foots
without it; averages need the balance of the year before.
"""

from collections.abc import Iterable
from decimal import Decimal

from services.analysis.facts_view import Absent, FactsView, Missing
from services.analysis.metric_catalogue import SPECS, Spec
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
        metrics += [_metric(view, s, period) for s in _useful(profile) if not _instant_only(s)]
    for date in view.balance_dates():
        metrics += [_metric(view, s, date) for s in _useful(profile) if _instant_only(s)]
    return [metric for metric in metrics if metric is not None]


def _useful(profile: Profile) -> Iterable[Spec]:
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
    if spec.yearly and not period.is_instant and period.span != "FY":
        return None
    found = {name: _input(view, name, period) for name in spec.inputs}
    known = {name: item for name, item in found.items() if not isinstance(item, Missing)}
    if len(known) < len(found):
        return None
    try:
        value = spec.value({name: _amount(item) for name, item in known.items()})
    except ArithmeticError:
        return None
    return Metric(
        metric_id=spec.metric_id,
        period=period,
        value=value,
        formula=spec.formula,
        unit=spec.unit,
        fact_ids=tuple(
            dict.fromkeys(item.fact_id for item in known.values() if isinstance(item, Fact))
        ),
        absences=tuple(
            dict.fromkeys(item.tie_out for item in known.values() if isinstance(item, Absent))
        ),
    )


def _amount(item: Fact | Absent) -> Decimal:
    return Decimal(0) if isinstance(item, Absent) else item.value


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
    if not years and concept in _PROVABLE:
        return view.absent(concept, period)
    found = view.at(concept, period)
    for _ in range(years):
        if isinstance(found, Missing):
            break
        found = view.get(concept, view.year_before(concept, found.period))
    return found
