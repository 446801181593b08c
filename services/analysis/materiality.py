"""Materiality: the amount below which a difference does not matter, and severity by amount.

The base follows audit practice (SAB 99 calls 5 % a first step, never a safe harbour).
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from services.analysis import wording
from services.analysis.facts_view import FactsView, Missing
from services.analysis.profile import Profile
from services.domain.concepts import CONCEPTS
from services.domain.ids import ReportId
from services.domain.insights import Materiality, Severity
from services.domain.materiality import MaterialityChoice
from services.domain.periods import Period
from services.domain.reports import Fact, TextCue

INCOME_PERCENT = Decimal("0.05")
REVENUE_PERCENT = Decimal("0.005")
ASSETS_PERCENT = Decimal("0.005")
EQUITY_PERCENT = Decimal("0.01")
PERFORMANCE_SHARE = Decimal("0.75")
TRIVIAL_SHARE = Decimal("0.05")
THIN_MARGIN = Decimal("0.02")
STEADY_VARIATION = Decimal("0.5")
YEARS = 3
DOUBTED_SHARE = Decimal("0.50")
_CRITICAL_MULTIPLE = 3
_DOUBTS = {
    "controls_not_effective": "controls were not effective",
    "non_reliance": "published statements are not to be relied upon",
    "error_corrected": "published figures were corrected",
}


class _Base(NamedTuple):
    name: str
    amount: Decimal
    percent: Decimal
    why: str
    currency: str


def doubts_of(cues: Sequence[TextCue]) -> tuple[str, ...]:
    """Return what a report's text says against its controls or figures, in words (§2.5)."""
    return tuple(dict.fromkeys(_DOUBTS[cue.kind] for cue in cues if cue.kind in _DOUBTS))


def materiality_of(
    report_id: ReportId,
    view: FactsView,
    profile: Profile,
    period: Period | None,
    doubts: Sequence[str] = (),
    choice: MaterialityChoice | None = None,
) -> Materiality | Missing:
    """Return the materiality of a report's latest period, or why it has none.

    With ``doubts`` performance materiality is half of overall materiality, not three quarters. What people
    set in ``choice`` stands before any proposal; a base they chose has to be read in this report.
    """
    chosen = _chosen_base(view, period, choice)
    base = chosen or _base(view, profile, period)
    if isinstance(base, Missing):
        return base
    overall = base.amount * base.percent
    if choice is not None and choice.cap is not None:
        overall = min(overall, choice.cap)
    share = DOUBTED_SHARE if doubts else PERFORMANCE_SHARE
    if choice is not None and choice.performance_share is not None:
        share = choice.performance_share
    performance, trivial = overall * share, overall * TRIVIAL_SHARE
    if choice is not None and choice.fixed is not None:
        performance, trivial = choice.performance or performance, choice.trivial or trivial
    shown = [wording.money(amount, base.currency) for amount in (overall, performance, trivial)]
    return Materiality(
        report_id=report_id,
        base=base.name,
        base_amount=base.amount,
        percent=base.percent,
        overall=overall,
        performance=performance,
        trivial=trivial,
        version=0 if choice is None else choice.version,
        sentence=(
            f"Overall materiality is {shown[0]}: {_measure(base)}, because {base.why}. Performance "
            f"materiality {shown[1]}{_reduced(doubts, choice)}, clearly trivial below {shown[2]}."
            f"{_not_read(choice, chosen)}"
        ),
    )


def _measure(base: _Base) -> str:
    if base.percent == 1:
        return base.name
    amount = wording.money(base.amount, base.currency)
    decimals = 1 if base.percent * 1000 == int(base.percent * 1000) else 2
    return f"{wording.percent(base.percent, decimals)} of {base.name} of {amount}"


def _reduced(doubts: Sequence[str], choice: MaterialityChoice | None) -> str:
    if choice is not None and choice.performance_share is not None:
        return (
            f" ({wording.percent(choice.performance_share, 0)} of it, set by {choice.made_by_name})"
        )
    if choice is not None and choice.performance is not None:
        return f" (set by {choice.made_by_name})"
    return f" (half of it, because {' and '.join(doubts)})" if doubts else ""


def _not_read(choice: MaterialityChoice | None, chosen: _Base | None) -> str:
    """Say that the base which people set is not in this report, so that the proposed one stands."""
    if choice is None or choice.base is None or chosen is not None:
        return ""
    name = CONCEPTS[choice.base].name
    return f" {choice.made_by_name} set {name[:1].lower()}{name[1:]} as the base, which was not read here."


def _chosen_base(
    view: FactsView, period: Period | None, choice: MaterialityChoice | None
) -> _Base | None:
    """Return the base that a person set, None where none was set or it is not read in this report."""
    if choice is None:
        return None
    why = f"{choice.made_by_name} set it (version {choice.version}): {choice.comment}"
    if choice.fixed is not None:
        currency = next((fact.currency for fact in view.own()), "USD")
        return _Base("a fixed amount", choice.fixed, Decimal(1), why, currency)
    if choice.base is None or choice.percent is None:
        return None
    concept = CONCEPTS[choice.base]
    found = view.at(choice.base, period) if concept.instant else view.get(choice.base, period)
    if isinstance(found, Missing) or found.value <= 0:
        return None
    name = f"{concept.name[:1].lower()}{concept.name[1:]} ({found.period.label})"
    return _Base(name, found.value, choice.percent, why, found.currency)


def severity_by_amount(amount: Decimal, materiality: Materiality) -> Severity | None:
    """Return the severity of an amount at risk, None when it is clearly trivial."""
    size = abs(amount)
    if size < materiality.trivial:
        return None
    if size < materiality.performance:
        return Severity.LOW
    if size < materiality.overall:
        return Severity.MEDIUM
    if size <= _CRITICAL_MULTIPLE * materiality.overall:
        return Severity.HIGH
    return Severity.CRITICAL


def _base(view: FactsView, profile: Profile, period: Period | None) -> _Base | Missing:
    if profile.financial:
        return _balance_base(view, period, "the statements are those of a bank or insurer")
    if period is None:
        return _balance_base(view, period, "no income statement was read")
    return _income_base(view, period) or _revenue_base(view, period)


def _income_base(view: FactsView, period: Period) -> _Base | None:
    incomes = view.series("income_before_tax", period)[-YEARS:]
    revenue = view.get("revenue", period)
    if not incomes or any(fact.value <= 0 for fact in incomes):
        return _average_base(incomes)
    values = [fact.value for fact in incomes]
    thin = not isinstance(revenue, Missing) and values[-1] < THIN_MARGIN * revenue.value
    if thin:
        return None
    years = "the one period read" if len(values) == 1 else f"each of the {len(values)} periods read"
    if _variation(values) < STEADY_VARIATION:
        why = f"it is positive in {years} and steady"
        name = f"income before tax ({period.label})"
        return _Base(name, values[-1], INCOME_PERCENT, why, incomes[-1].currency)
    return _average_base(incomes)


def _average_base(incomes: Sequence[Fact]) -> _Base | None:
    if not incomes or incomes[-1].value <= 0:
        return None
    average = sum((fact.value for fact in incomes), Decimal(0)) / len(incomes)
    if average <= 0:
        return None
    name = f"average income before tax ({len(incomes)} periods)"
    why = "income before tax varies widely"
    return _Base(name, average, INCOME_PERCENT, why, incomes[-1].currency)


def _variation(values: Sequence[Decimal]) -> Decimal:
    """Return the coefficient of variation (sample); 0 for a single value."""
    if len(values) < 2:
        return Decimal(0)
    mean = sum(values, Decimal(0)) / len(values)
    variance = sum(((value - mean) ** 2 for value in values), Decimal(0)) / (len(values) - 1)
    return variance.sqrt() / mean


def _revenue_base(view: FactsView, period: Period) -> _Base | Missing:
    revenue = view.get("revenue", period)
    if isinstance(revenue, Missing) or revenue.value <= 0:
        return _balance_base(view, period, "neither income before tax nor revenue is a usable base")
    why = "income before tax is a loss, thin, or was not read"
    name = f"revenue ({period.label})"
    return _Base(name, revenue.value, REVENUE_PERCENT, why, revenue.currency)


def _balance_base(view: FactsView, period: Period | None, why: str) -> _Base | Missing:
    dates = view.balance_dates()
    date = period or next(iter(dates), None)
    for concept, name, percent in (
        ("stockholders_equity", "shareholders' equity", EQUITY_PERCENT),
        ("total_assets", "total assets", ASSETS_PERCENT),
    ):
        fact = view.at(concept, date)
        if not isinstance(fact, Missing) and fact.value > 0:
            return _Base(f"{name} ({fact.period.label})", fact.value, percent, why, fact.currency)
    return Missing("no income before tax, revenue, equity or total assets was read")
