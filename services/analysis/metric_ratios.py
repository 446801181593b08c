"""The ratios and amounts that every report is measured by."""

from decimal import Decimal

from services.analysis.metric_spec import (
    DAYS,
    Spec,
    Values,
    average,
    both,
    compound,
    growth,
    mean_share,
    per_average,
    positive,
    share,
)


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


_DEBT = ("short_term_debt", "long_term_debt")
_LIQUID = ("cash_and_equivalents", "short_term_investments")
_EBITDA = ("operating_income", "depreciation_amortization")
_FREE = ("cash_from_operations", "capex")
_DPO_INPUTS = ("cost_of_revenue", *both("accounts_payable", "inventory"))
_DSO_INPUTS = ("revenue", *both("accounts_receivable_net"))

RATIOS: tuple[Spec, ...] = (
    share("gross_margin", "gross_profit", "revenue"),
    share("operating_margin", "operating_income", "revenue"),
    share("net_margin", "net_income", "revenue"),
    Spec(
        "ebitda_unadjusted", "operating_income+depreciation_amortization", "USD", _EBITDA, _ebitda
    ),
    Spec("free_cash_flow", "cash_from_operations-capex", "USD", _FREE, _free),
    share("capex_to_revenue", "capex", "revenue"),
    share("current_ratio", "total_current_assets", "total_current_liabilities"),
    Spec(
        "quick_ratio",
        "(cash_and_equivalents+short_term_investments+accounts_receivable_net)"
        "/total_current_liabilities",
        "ratio",
        (*_LIQUID, "accounts_receivable_net", "total_current_liabilities"),
        lambda v: (_liquid(v) + v["accounts_receivable_net"]) / v["total_current_liabilities"],
    ),
    share("operating_cash_flow_ratio", "cash_from_operations", "total_current_liabilities"),
    Spec(
        "debt_to_equity",
        "(short_term_debt+long_term_debt)/stockholders_equity",
        "ratio",
        (*_DEBT, "stockholders_equity"),
        lambda v: _debt(v) / v["stockholders_equity"],
    ),
    share("interest_coverage", "operating_income", "interest_expense"),
    per_average("roa", "net_income", "total_assets"),
    per_average("roe", "net_income", "stockholders_equity"),
    per_average("asset_turnover", "revenue", "total_assets"),
    per_average("fixed_asset_turnover", "revenue", "ppe_net"),
    per_average("inventory_turnover", "cost_of_revenue", "inventory"),
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
    share("effective_tax_rate", "income_tax_expense", "income_before_tax"),
    share("payout_ratio", "dividends_paid", "net_income"),
    Spec(
        "accruals_ratio",
        "(net_income-cash_from_operations)/avg(total_assets)",
        "ratio",
        ("net_income", "cash_from_operations", *both("total_assets")),
        lambda v: (v["net_income"] - v["cash_from_operations"]) / average(v, "total_assets"),
        yearly=True,
    ),
    growth("operating_income_growth", "operating_income"),
    growth("net_income_growth", "net_income"),
    growth("diluted_shares_growth", "shares_diluted_wavg"),
    compound("revenue_cagr_2y", "revenue", 2),
    mean_share("net_margin_3y_average", "net_income", "revenue"),
    mean_share("operating_margin_3y_average", "operating_income", "revenue"),
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
        lambda v: _debt(v) / positive(_ebitda(v)),
        yearly=True,
        industrial=True,
    ),
    Spec(
        "net_debt_to_ebitda",
        "(short_term_debt+long_term_debt-cash_and_equivalents-short_term_investments)"
        "/(operating_income+depreciation_amortization)",
        "ratio",
        (*_DEBT, *_LIQUID, *_EBITDA),
        lambda v: (_debt(v) - _liquid(v)) / positive(_ebitda(v)),
        yearly=True,
        industrial=True,
    ),
    share("liabilities_to_assets", "total_liabilities", "total_assets"),
    share("fixed_assets_to_total_assets", "ppe_net", "total_assets"),
    share("research_to_revenue", "research_and_development", "revenue"),
    share("sga_to_revenue", "sga", "revenue"),
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
        lambda v: _free(v) / positive(v["net_income"]),
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
        lambda v: average(v, "total_assets") / positive(average(v, "stockholders_equity")),
    ),
    per_average("depreciation_rate", "depreciation_amortization", "ppe_net"),
    Spec(
        "implied_interest_rate",
        "interest_expense/avg(short_term_debt+long_term_debt)",
        "ratio",
        ("interest_expense", *both(*_DEBT)),
        lambda v: (
            v["interest_expense"]
            / positive(average(v, "short_term_debt") + average(v, "long_term_debt"))
        ),
        yearly=True,
        industrial=True,
    ),
    Spec(
        "goodwill_to_equity",
        "goodwill/stockholders_equity",
        "ratio",
        ("goodwill", "stockholders_equity"),
        lambda v: v["goodwill"] / positive(v["stockholders_equity"]),
    ),
    Spec(
        "returns_to_free_cash_flow",
        "(dividends_paid+share_repurchases)/(cash_from_operations-capex)",
        "ratio",
        ("dividends_paid", "share_repurchases", *_FREE),
        lambda v: (v["dividends_paid"] + v["share_repurchases"]) / positive(_free(v)),
        yearly=True,
    ),
    Spec(
        "cash_conversion_of_income",
        "cash_from_operations/net_income",
        "ratio",
        ("cash_from_operations", "net_income"),
        lambda v: v["cash_from_operations"] / positive(v["net_income"]),
    ),
)
