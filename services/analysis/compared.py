"""Findings on metrics: one metric of this period, or several, against the period before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.analysis import charts, wording
from services.analysis.facts_view import Missing
from services.analysis.finding import CannotCompute, Context, Finding, calculation, rounding_margin
from services.analysis.metric_catalogue import BY_ID
from services.analysis.metric_spec import is_percent
from services.analysis.metrics import Measured, measure
from services.domain.concepts import CONCEPTS, Unit
from services.domain.insights import Calculation, Chart, Severity
from services.domain.periods import Period
from services.domain.reports import Fact

_UNITS = {"ratio": "percent", "USD": "money", "days": "days", "score": "ratio"}
Holds = Callable[[Sequence[Decimal]], bool]


def measured(context: Context, metric_id: str, period: Period | None) -> Measured:
    """Return a metric of a period; raises CannotCompute with the reason."""
    if period is None:
        raise CannotCompute("no comparable earlier period was read")
    found = measure(context.view, BY_ID[metric_id], period)
    if isinstance(found, Missing):
        raise CannotCompute(found.reason)
    return found


def measured_pair(context: Context, metric_id: str) -> tuple[Measured, Measured]:
    """Return a metric of the latest full year and of the year before; raises CannotCompute."""
    now = measured(context, metric_id, context.year())
    before = year_before(context)
    earlier = None if before is None else measure(context.view, BY_ID[metric_id], before)
    if earlier is None or isinstance(earlier, Missing):
        why = "no earlier year was read" if earlier is None else earlier.reason
        raise CannotCompute(f"{why}; the report of the year before, uploaded too, may have it")
    return now, earlier


def year_before(context: Context) -> Period | None:
    """Return the year before the latest one, as its revenue or net income was read."""
    now = context.year()
    before = context.view.year_before("revenue", now)
    return before or context.view.year_before("net_income", now)


def optional(context: Context, metric_id: str, period: Period | None) -> Measured | None:
    """Return a metric, None where it cannot be computed."""
    found = None if period is None else measure(context.view, BY_ID[metric_id], period)
    return None if found is None or isinstance(found, Missing) else found


def shown(context: Context, side: Measured) -> str:
    """Write a metric as its unit is written."""
    if side.spec.unit == "USD":
        return context.money(side.value)
    if side.spec.unit == "days":
        return wording.days(side.value)
    if side.spec.unit == "ratio" and is_percent(side.spec.metric_id):
        return wording.percent(side.value)
    return wording.plain(side.value)


def shown_fact(context: Context, fact: Fact) -> str:
    """Write a fact's amount: whole millions, so that two of them can be compared."""
    return shown_amount(context, fact, fact.value)


def shown_amount(context: Context, fact: Fact, amount: Decimal) -> str:
    """Write an amount as one of a fact's kind."""
    if fact.unit is Unit.PER_SHARE:
        return wording.per_share(amount, fact.currency)
    if fact.unit is Unit.MONEY:
        return wording.millions(amount, context.currency)
    return wording.plain(amount, 0)


def inputs_of(sides: Sequence[Measured], also: Sequence[Fact] = ()) -> tuple[tuple[Fact, str], ...]:
    """Return the facts behind metrics with the part each plays, each once."""
    facts = {fact.fact_id: fact for side in sides for fact in side.facts}
    facts |= {fact.fact_id: fact for fact in also}
    return tuple((fact, role(fact)) for fact in facts.values())


def role(fact: Fact) -> str:
    """Return what a fact is, for evidence lists: 'revenue, Year to Dec 31, 2018'."""
    name = CONCEPTS[fact.concept].name if fact.concept in CONCEPTS else fact.label.strip(" $")
    return f"{name[:1].lower()}{name[1:]}, {fact.period.label}"


def step_of(context: Context, side: Measured) -> Calculation:
    """Return a metric as a calculation step."""
    name = f"{side.spec.metric_id.replace('_', ' ')}, {side.period.label}"
    return calculation(name, side.spec.formula, side.value, shown(context, side), side.facts)


def derived(
    name: str, formula: str, value: Decimal, display: str, sides: Sequence[Measured]
) -> Calculation:
    """Return a number made of metrics, or of what they are made of, as a calculation step."""
    facts = {fact.fact_id: fact for side in sides for fact in side.facts}
    return calculation(name, formula, value, display, tuple(facts.values()))


def margin_of(sides: Sequence[Measured], holds: Holds) -> float:
    """Return the share of draws within rounding in which ``holds`` is true of the metrics' values."""
    facts = tuple({fact.fact_id: fact for side in sides for fact in side.facts}.values())

    def still(moved: Sequence[Decimal]) -> bool:
        amounts = {fact.fact_id: value for fact, value in zip(facts, moved, strict=True)}
        try:
            return holds([side.again(amounts) for side in sides])
        except ArithmeticError:
            return False

    return rounding_margin(facts, still)


def metric_chart(title: str, sides: Sequence[Measured]) -> Chart:
    """Draw one metric over its periods, oldest first."""
    spec = sides[0].spec
    unit = "ratio" if spec.unit == "ratio" and not is_percent(spec.metric_id) else _UNITS[spec.unit]
    factor = 100 if unit == "percent" else 1
    ordered = sorted(sides, key=lambda side: side.period.end)
    series = charts.computed_series(
        title, [side.period for side in ordered], [side.value * factor for side in ordered]
    )
    return charts.line(title, unit, series)


@dataclass(frozen=True, slots=True)
class Said:
    """What a rule says of metrics: the template and its words, severity, trigger and amount."""

    template: str
    values: Mapping[str, str]
    severity: Severity
    threshold: str
    holds: Holds
    chart: Chart | None = None
    amount: Decimal | None = None
    also: tuple[Fact, ...] = ()
    steps: tuple[Calculation, ...] = ()
    key: str = ""
    subject: str = ""


def finding_of(context: Context, sides: Sequence[Measured], said: Said) -> Finding:
    """Return the finding on metrics: the first side is the latest period."""
    period = sides[0].period
    return Finding(
        period=period,
        severity=said.severity,
        template=said.template,
        values={"period": wording.stretch(period), **said.values},
        inputs=inputs_of(sides, said.also),
        calculations=(*(step_of(context, side) for side in sides), *said.steps),
        threshold=said.threshold,
        margin=margin_of(sides, said.holds),
        amount=said.amount,
        chart=said.chart,
        tie_outs=tuple(
            dict.fromkeys(absence.tie_out for side in sides for absence in side.absences)
        ),
        key=said.key,
        subject=said.subject,
    )
