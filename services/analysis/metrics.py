"""The 24 derived metrics of a report, each with its formula and the facts behind it.

A metric exists only where every input was read; averages need the balance of the year before.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from services.analysis.facts_view import FactsView, Missing
from services.domain.base import Amount, Record
from services.domain.concepts import CONCEPTS, StatementKind
from services.domain.ids import FactId
from services.domain.periods import Period
from services.domain.reports import Fact

DAYS = Decimal(365)


class Metric(Record):
    """One derived number: ``unit`` is ratio, USD or days; ``fact_ids`` are its inputs."""

    metric_id: str
    period: Period
    value: Amount
    formula: str
    unit: str
    fact_ids: tuple[FactId, ...]


class _Spec(NamedTuple):
    """How a metric is computed: inputs by name, and the formula over their values.

    An input is a concept; ``concept@prior`` is the amount of the comparable earlier period, for a
    balance the one at its start.
    """

    metric_id: str
    formula: str
    unit: str
    inputs: tuple[str, ...]
    value: Callable[[Mapping[str, Decimal]], Decimal]
    yearly: bool = False


_Values = Mapping[str, Decimal]


def _average(values: _Values, concept: str) -> Decimal:
    return (values[concept] + values[f"{concept}@prior"]) / 2


def _both(concept: str) -> tuple[str, str]:
    return concept, f"{concept}@prior"


def _dso(values: _Values) -> Decimal:
    return DAYS * _average(values, "accounts_receivable_net") / values["revenue"]


def _dio(values: _Values) -> Decimal:
    return DAYS * _average(values, "inventory") / values["cost_of_revenue"]


def _dpo(values: _Values) -> Decimal:
    stocked = values["inventory"] - values["inventory@prior"]
    return DAYS * _average(values, "accounts_payable") / (values["cost_of_revenue"] + stocked)


def _share(metric_id: str, top: str, bottom: str) -> _Spec:
    return _Spec(metric_id, f"{top}/{bottom}", "ratio", (top, bottom), lambda v: v[top] / v[bottom])


def _per_average(metric_id: str, top: str, bottom: str) -> _Spec:
    return _Spec(
        metric_id,
        f"{top}/avg({bottom})",
        "ratio",
        (top, *_both(bottom)),
        lambda v: v[top] / _average(v, bottom),
        yearly=True,
    )


_DPO_INPUTS = ("cost_of_revenue", *_both("accounts_payable"), *_both("inventory"))
_DSO_INPUTS = ("revenue", *_both("accounts_receivable_net"))

SPECS: tuple[_Spec, ...] = (
    _share("gross_margin", "gross_profit", "revenue"),
    _share("operating_margin", "operating_income", "revenue"),
    _share("net_margin", "net_income", "revenue"),
    _Spec(
        "ebitda_unadjusted",
        "operating_income+depreciation_amortization",
        "USD",
        ("operating_income", "depreciation_amortization"),
        lambda v: v["operating_income"] + v["depreciation_amortization"],
    ),
    _Spec(
        "free_cash_flow",
        "cash_from_operations-capex",
        "USD",
        ("cash_from_operations", "capex"),
        lambda v: v["cash_from_operations"] - v["capex"],
    ),
    _share("capex_to_revenue", "capex", "revenue"),
    _share("current_ratio", "total_current_assets", "total_current_liabilities"),
    _Spec(
        "quick_ratio",
        "(cash_and_equivalents+short_term_investments+accounts_receivable_net)"
        "/total_current_liabilities",
        "ratio",
        (
            "cash_and_equivalents",
            "short_term_investments",
            "accounts_receivable_net",
            "total_current_liabilities",
        ),
        lambda v: (
            (v["cash_and_equivalents"] + v["short_term_investments"] + v["accounts_receivable_net"])
            / v["total_current_liabilities"]
        ),
    ),
    _share("operating_cash_flow_ratio", "cash_from_operations", "total_current_liabilities"),
    _Spec(
        "debt_to_equity",
        "(short_term_debt+long_term_debt)/stockholders_equity",
        "ratio",
        ("short_term_debt", "long_term_debt", "stockholders_equity"),
        lambda v: (v["short_term_debt"] + v["long_term_debt"]) / v["stockholders_equity"],
    ),
    _share("interest_coverage", "operating_income", "interest_expense"),
    _per_average("roa", "net_income", "total_assets"),
    _per_average("roe", "net_income", "stockholders_equity"),
    _per_average("asset_turnover", "revenue", "total_assets"),
    _per_average("fixed_asset_turnover", "revenue", "ppe_net"),
    _per_average("inventory_turnover", "cost_of_revenue", "inventory"),
    _Spec("dso", "365*avg(accounts_receivable_net)/revenue", "days", _DSO_INPUTS, _dso, True),
    _Spec(
        "dio",
        "365*avg(inventory)/cost_of_revenue",
        "days",
        ("cost_of_revenue", *_both("inventory")),
        _dio,
        yearly=True,
    ),
    _Spec(
        "dpo",
        "365*avg(accounts_payable)/(cost_of_revenue+delta(inventory))",
        "days",
        _DPO_INPUTS,
        _dpo,
        yearly=True,
    ),
    _Spec(
        "ccc",
        "dio+dso-dpo",
        "days",
        (*_DPO_INPUTS, *_DSO_INPUTS),
        lambda v: _dio(v) + _dso(v) - _dpo(v),
        yearly=True,
    ),
    _Spec(
        "revenue_growth",
        "revenue/revenue[-1]-1",
        "ratio",
        _both("revenue"),
        lambda v: v["revenue"] / v["revenue@prior"] - 1,
    ),
    _share("effective_tax_rate", "income_tax_expense", "income_before_tax"),
    _share("payout_ratio", "dividends_paid", "net_income"),
    _Spec(
        "accruals_ratio",
        "(net_income-cash_from_operations)/avg(total_assets)",
        "ratio",
        ("net_income", "cash_from_operations", *_both("total_assets")),
        lambda v: (v["net_income"] - v["cash_from_operations"]) / _average(v, "total_assets"),
        yearly=True,
    ),
)


def derived_metrics(view: FactsView) -> list[Metric]:
    """Return every metric that can be computed, by period (latest first) and catalogue order."""
    flows = [
        *view.durations(StatementKind.INCOME),
        *view.durations(StatementKind.CASH_FLOW),
    ]
    metrics = []
    for period in dict.fromkeys(flows):
        metrics += [_metric(view, spec, period) for spec in SPECS if not _instant_only(spec)]
    for date in view.balance_dates():
        metrics += [_metric(view, spec, date) for spec in SPECS if _instant_only(spec)]
    return [metric for metric in metrics if metric is not None]


def _instant_only(spec: _Spec) -> bool:
    return all(CONCEPTS[name.partition("@")[0]].instant for name in spec.inputs)


def _metric(view: FactsView, spec: _Spec, period: Period) -> Metric | None:
    if spec.yearly and period.span != "FY":
        return None
    facts = {name: _input(view, name, period) for name in spec.inputs}
    read = {name: fact for name, fact in facts.items() if isinstance(fact, Fact)}
    if len(read) < len(facts):
        return None
    try:
        value = spec.value({name: fact.value for name, fact in read.items()})
    except ArithmeticError:
        return None
    return Metric(
        metric_id=spec.metric_id,
        period=period,
        value=value,
        formula=spec.formula,
        unit=spec.unit,
        fact_ids=_ids(list(read.values())),
    )


def _input(view: FactsView, name: str, period: Period) -> Fact | Missing:
    concept, _, prior = name.partition("@")
    if not prior:
        return view.at(concept, period) if CONCEPTS[concept].instant else view.get(concept, period)
    if not CONCEPTS[concept].instant:
        return view.get(concept, view.year_before(concept, period))
    end = view.at(concept, period)
    if isinstance(end, Missing):
        return end
    return view.get(concept, view.year_before(concept, end.period))


def _ids(facts: Sequence[Fact]) -> tuple[FactId, ...]:
    return tuple(dict.fromkeys(fact.fact_id for fact in facts))
