"""The metrics by id: inputs by name and the formula over their values.

An input is a concept; ``concept@1`` is its amount one year earlier, ``@2`` two years earlier; for a
balance the one at that year's end.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

from services.analysis import ratios, scores

DAYS = Decimal(365)
Values = Mapping[str, Decimal]


class Spec(NamedTuple):
    """How a metric is computed.

    ``unit`` is ratio, USD, days or score; ``yearly`` metrics need twelve months. ``industrial`` ones
    mean nothing for a bank or insurer, and ``screen`` ones neither for a company that the published
    sample left out (property companies).
    """

    metric_id: str
    formula: str
    unit: str
    inputs: tuple[str, ...]
    value: Callable[[Values], Decimal]
    yearly: bool = False
    industrial: bool = False
    screen: bool = False


def average(values: Values, concept: str) -> Decimal:
    """Return the average of a year's closing and opening balance."""
    return (values[concept] + values[f"{concept}@1"]) / 2


def both(*concepts: str) -> tuple[str, ...]:
    """Return the inputs of this year and the one before."""
    return tuple(name for concept in concepts for name in (concept, f"{concept}@1"))


def _dso(values: Values) -> Decimal:
    return DAYS * average(values, "accounts_receivable_net") / values["revenue"]


def _dio(values: Values) -> Decimal:
    return DAYS * average(values, "inventory") / values["cost_of_revenue"]


def _dpo(values: Values) -> Decimal:
    stocked = values["inventory"] - values["inventory@1"]
    return DAYS * average(values, "accounts_payable") / (values["cost_of_revenue"] + stocked)


def _debt(values: Values) -> Decimal:
    return values["short_term_debt"] + values["long_term_debt"]


def _liquid(values: Values) -> Decimal:
    return values["cash_and_equivalents"] + values["short_term_investments"]


def _ebitda(values: Values) -> Decimal:
    return values["operating_income"] + values["depreciation_amortization"]


def _free(values: Values) -> Decimal:
    return values["cash_from_operations"] - values["capex"]


def _positive(value: Decimal) -> Decimal:
    """Return a denominator that means something; a multiple of a loss does not."""
    if value <= 0:
        raise ArithmeticError("not positive")
    return value


def _share(metric_id: str, top: str, bottom: str, *, industrial: bool = False) -> Spec:
    return Spec(
        metric_id,
        f"{top}/{bottom}",
        "ratio",
        (top, bottom),
        lambda v: v[top] / v[bottom],
        industrial=industrial,
    )


def _per_average(metric_id: str, top: str, bottom: str) -> Spec:
    return Spec(
        metric_id,
        f"{top}/avg({bottom})",
        "ratio",
        (top, *both(bottom)),
        lambda v: v[top] / average(v, bottom),
        yearly=True,
    )


def _growth(metric_id: str, concept: str) -> Spec:
    return Spec(
        metric_id,
        f"{concept}/{concept}[-1]-1",
        "ratio",
        both(concept),
        lambda v: v[concept] / _positive(v[f"{concept}@1"]) - 1,
    )


def _compound(metric_id: str, concept: str, years: int) -> Spec:
    first = f"{concept}@{years}"
    return Spec(
        metric_id,
        f"({concept}/{concept}[-{years}])^(1/{years})-1",
        "ratio",
        (concept, first),
        lambda v: (_positive(v[concept]) / _positive(v[first])) ** (Decimal(1) / years) - 1,
        yearly=True,
    )


def _mean_share(metric_id: str, top: str, bottom: str) -> Spec:
    marks = ("", "@1", "@2")
    return Spec(
        metric_id,
        f"average over three years of {top}/{bottom}",
        "ratio",
        tuple(f"{name}{mark}" for mark in marks for name in (top, bottom)),
        lambda v: sum((v[top + m] / v[bottom + m] for m in marks), Decimal(0)) / len(marks),
        yearly=True,
    )


_DEBT = ("short_term_debt", "long_term_debt")
_LIQUID = ("cash_and_equivalents", "short_term_investments")
_EBITDA = ("operating_income", "depreciation_amortization")
_FREE = ("cash_from_operations", "capex")
_DPO_INPUTS = ("cost_of_revenue", *both("accounts_payable", "inventory"))
_DSO_INPUTS = ("revenue", *both("accounts_receivable_net"))

RATIOS: tuple[Spec, ...] = (
    _share("gross_margin", "gross_profit", "revenue"),
    _share("operating_margin", "operating_income", "revenue"),
    _share("net_margin", "net_income", "revenue"),
    Spec(
        "ebitda_unadjusted", "operating_income+depreciation_amortization", "USD", _EBITDA, _ebitda
    ),
    Spec("free_cash_flow", "cash_from_operations-capex", "USD", _FREE, _free),
    _share("capex_to_revenue", "capex", "revenue"),
    _share("current_ratio", "total_current_assets", "total_current_liabilities"),
    Spec(
        "quick_ratio",
        "(cash_and_equivalents+short_term_investments+accounts_receivable_net)"
        "/total_current_liabilities",
        "ratio",
        (*_LIQUID, "accounts_receivable_net", "total_current_liabilities"),
        lambda v: (_liquid(v) + v["accounts_receivable_net"]) / v["total_current_liabilities"],
    ),
    _share("operating_cash_flow_ratio", "cash_from_operations", "total_current_liabilities"),
    Spec(
        "debt_to_equity",
        "(short_term_debt+long_term_debt)/stockholders_equity",
        "ratio",
        (*_DEBT, "stockholders_equity"),
        lambda v: _debt(v) / v["stockholders_equity"],
    ),
    _share("interest_coverage", "operating_income", "interest_expense"),
    _per_average("roa", "net_income", "total_assets"),
    _per_average("roe", "net_income", "stockholders_equity"),
    _per_average("asset_turnover", "revenue", "total_assets"),
    _per_average("fixed_asset_turnover", "revenue", "ppe_net"),
    _per_average("inventory_turnover", "cost_of_revenue", "inventory"),
    Spec("dso", "365*avg(accounts_receivable_net)/revenue", "days", _DSO_INPUTS, _dso, True),
    Spec(
        "dio",
        "365*avg(inventory)/cost_of_revenue",
        "days",
        ("cost_of_revenue", *both("inventory")),
        _dio,
        yearly=True,
    ),
    Spec(
        "dpo",
        "365*avg(accounts_payable)/(cost_of_revenue+delta(inventory))",
        "days",
        _DPO_INPUTS,
        _dpo,
        yearly=True,
    ),
    Spec(
        "ccc",
        "dio+dso-dpo",
        "days",
        (*_DPO_INPUTS, *_DSO_INPUTS),
        lambda v: _dio(v) + _dso(v) - _dpo(v),
        yearly=True,
    ),
    Spec(
        "revenue_growth",
        "revenue/revenue[-1]-1",
        "ratio",
        both("revenue"),
        lambda v: v["revenue"] / v["revenue@1"] - 1,
    ),
    _share("effective_tax_rate", "income_tax_expense", "income_before_tax"),
    _share("payout_ratio", "dividends_paid", "net_income"),
    Spec(
        "accruals_ratio",
        "(net_income-cash_from_operations)/avg(total_assets)",
        "ratio",
        ("net_income", "cash_from_operations", *both("total_assets")),
        lambda v: (v["net_income"] - v["cash_from_operations"]) / average(v, "total_assets"),
        yearly=True,
    ),
    _growth("operating_income_growth", "operating_income"),
    _growth("net_income_growth", "net_income"),
    _compound("revenue_cagr_2y", "revenue", 2),
    _mean_share("net_margin_3y_average", "net_income", "revenue"),
    _mean_share("operating_margin_3y_average", "operating_income", "revenue"),
    Spec(
        "ebitda_margin",
        "(operating_income+depreciation_amortization)/revenue",
        "ratio",
        (*_EBITDA, "revenue"),
        lambda v: _ebitda(v) / v["revenue"],
    ),
    Spec(
        "net_working_capital",
        "total_current_assets-total_current_liabilities",
        "USD",
        ("total_current_assets", "total_current_liabilities"),
        lambda v: v["total_current_assets"] - v["total_current_liabilities"],
    ),
    Spec(
        "cash_ratio",
        "(cash_and_equivalents+short_term_investments)/total_current_liabilities",
        "ratio",
        (*_LIQUID, "total_current_liabilities"),
        lambda v: _liquid(v) / v["total_current_liabilities"],
    ),
    Spec(
        "debt_to_ebitda",
        "(short_term_debt+long_term_debt)/(operating_income+depreciation_amortization)",
        "ratio",
        (*_DEBT, *_EBITDA),
        lambda v: _debt(v) / _positive(_ebitda(v)),
        yearly=True,
        industrial=True,
    ),
    Spec(
        "net_debt_to_ebitda",
        "(short_term_debt+long_term_debt-cash_and_equivalents-short_term_investments)"
        "/(operating_income+depreciation_amortization)",
        "ratio",
        (*_DEBT, *_LIQUID, *_EBITDA),
        lambda v: (_debt(v) - _liquid(v)) / _positive(_ebitda(v)),
        yearly=True,
        industrial=True,
    ),
    _share("liabilities_to_assets", "total_liabilities", "total_assets"),
    _share("fixed_assets_to_total_assets", "ppe_net", "total_assets"),
    _share("research_to_revenue", "research_and_development", "revenue"),
    _share("sga_to_revenue", "sga", "revenue"),
    Spec(
        "retention_ratio",
        "1-dividends_paid/net_income",
        "ratio",
        ("dividends_paid", "net_income"),
        lambda v: 1 - v["dividends_paid"] / v["net_income"],
    ),
    Spec(
        "free_cash_flow_conversion",
        "(cash_from_operations-capex)/net_income",
        "ratio",
        (*_FREE, "net_income"),
        lambda v: _free(v) / _positive(v["net_income"]),
    ),
    Spec(
        "free_cash_flow_margin",
        "(cash_from_operations-capex)/revenue",
        "ratio",
        (*_FREE, "revenue"),
        lambda v: _free(v) / v["revenue"],
    ),
    Spec(
        "equity_multiplier",
        "avg(total_assets)/avg(stockholders_equity)",
        "ratio",
        both("total_assets", "stockholders_equity"),
        lambda v: average(v, "total_assets") / _positive(average(v, "stockholders_equity")),
    ),
)

_ALTMAN_INPUTS = (
    "total_current_assets",
    "total_current_liabilities",
    "retained_earnings",
    "operating_income",
    "total_equity",
    "total_liabilities",
    "total_assets",
    "revenue",
)
_YEAR_INPUTS = (
    "revenue",
    "cost_of_revenue",
    "sga",
    "depreciation_amortization",
    "total_income",
    "cash_from_operations",
    "accounts_receivable_net",
    "total_current_assets",
    "ppe_net",
    "total_assets",
    "total_current_liabilities",
    "long_term_debt",
)


def _altman(metric_id: str, model: ratios.AltmanModel) -> Spec:
    return Spec(
        metric_id,
        " + ".join(
            f"{weight} × {name}"
            for weight, name in zip(model.coefficients, ratios.COMPONENTS, strict=False)
        ),
        "score",
        _ALTMAN_INPUTS,
        lambda v: ratios.altman(model, ratios.AltmanInputs(*(v[name] for name in _ALTMAN_INPUTS))),
        yearly=True,
        screen=True,
    )


def score_year(values: Values, mark: str = "") -> scores.ScoreYear:
    """Return one year's amounts for Beneish and Piotroski."""
    return scores.ScoreYear(*(values[name + mark] for name in _YEAR_INPUTS))


def _beneish(values: Values) -> Decimal:
    return scores.beneish(scores.beneish_indexes(score_year(values), score_year(values, "@1")))


def _springate(values: Values) -> Decimal:
    return scores.springate(
        scores.DistressInputs(
            income=values["net_income"],
            operating_income=values["operating_income"],
            pretax=values["income_before_tax"],
            revenue=values["revenue"],
            operating_cash=values["cash_from_operations"],
            current_assets=values["total_current_assets"],
            current_liabilities=values["total_current_liabilities"],
            total_liabilities=values["total_liabilities"],
            total_assets=values["total_assets"],
        )
    )


def _zmijewski(values: Values) -> Decimal:
    current = values["total_current_assets"] / values["total_current_liabilities"]
    return scores.zmijewski(
        values["net_income"], values["total_liabilities"], values["total_assets"], current
    )


_SPRINGATE_INPUTS = (
    "net_income",
    "operating_income",
    "income_before_tax",
    "revenue",
    "cash_from_operations",
    "total_current_assets",
    "total_current_liabilities",
    "total_liabilities",
    "total_assets",
)

SCORES: tuple[Spec, ...] = (
    _altman("altman_z_prime", ratios.Z_PRIME),
    _altman("altman_z_double_prime", ratios.Z_DOUBLE_PRIME),
    Spec(
        "beneish_m",
        "-4.84 + 0.920 DSRI + 0.528 GMI + 0.404 AQI + 0.892 SGI + 0.115 DEPI - 0.172 SGAI"
        " + 4.679 TATA - 0.327 LVGI",
        "score",
        both(*_YEAR_INPUTS),
        _beneish,
        yearly=True,
        screen=True,
    ),
    Spec(
        "springate_s",
        "1.03 working capital/assets + 3.07 operating income/assets"
        " + 0.66 income before tax/current liabilities + 0.4 revenue/assets",
        "score",
        _SPRINGATE_INPUTS,
        _springate,
        yearly=True,
        screen=True,
    ),
    Spec(
        "zmijewski_x",
        "-4.336 - 4.513 net income/assets + 5.679 liabilities/assets - 0.004 current ratio",
        "score",
        (
            "net_income",
            "total_liabilities",
            "total_assets",
            "total_current_assets",
            "total_current_liabilities",
        ),
        _zmijewski,
        yearly=True,
        screen=True,
    ),
)
SPECS: tuple[Spec, ...] = (*RATIOS, *SCORES)
