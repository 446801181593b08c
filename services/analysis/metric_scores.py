"""The published scores as metrics, and their inputs for the rules that explain them."""

from decimal import Decimal

from services.analysis import ratios, scores
from services.analysis.metric_spec import ZERO, Spec, Values, both

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


def _strength(values: Values, assets: str, assets_before: str) -> Decimal:
    tests = scores.piotroski_tests(strength_inputs(values, assets, assets_before))
    return Decimal(sum(tests.values()))


def strength_inputs(values: Values, assets: str, assets_before: str) -> scores.StrengthInputs:
    """Return the F-score's inputs with the given amounts as each year's scaling assets."""
    return scores.StrengthInputs(
        now=score_year({**values, "sga": ZERO}),
        before=score_year({**values, "sga@1": ZERO}, "@1"),
        opening_assets=values[assets],
        opening_assets_before=values[assets_before],
        shares=values["shares_basic_wavg"],
        shares_before=values["shares_basic_wavg@1"],
    )


_STRENGTH_INPUTS = (
    *(name for name in both(*_YEAR_INPUTS) if not name.startswith("sga")),
    *both("shares_basic_wavg"),
)

_OPERATING_INPUTS = (
    "total_assets",
    "cash_and_equivalents",
    "short_term_investments",
    "total_liabilities",
    "short_term_debt",
    "long_term_debt",
)


def _operating_assets(values: Values, mark: str = "") -> Decimal:
    amounts = {name: values[name + mark] for name in _OPERATING_INPUTS}
    return scores.OperatingAssets(
        total_assets=amounts["total_assets"],
        liquid=amounts["cash_and_equivalents"] + amounts["short_term_investments"],
        total_liabilities=amounts["total_liabilities"],
        debt=amounts["short_term_debt"] + amounts["long_term_debt"],
    ).net


def _cash_accruals(values: Values) -> Decimal:
    accruals = values["net_income"] - values["cash_from_operations"] - values["cash_from_investing"]
    now, before = _operating_assets(values), _operating_assets(values, "@1")
    return scores.cash_flow_accruals(accruals, now, before)


SCORES: tuple[Spec, ...] = (
    Spec(
        "balance_sheet_accruals_ratio",
        "delta(net operating assets)/avg(net operating assets)",
        "ratio",
        both(*_OPERATING_INPUTS),
        lambda v: scores.balance_sheet_accruals(_operating_assets(v), _operating_assets(v, "@1")),
        industrial=True,
    ),
    Spec(
        "cash_flow_accruals_ratio",
        "(net_income-cash_from_operations-cash_from_investing)/avg(net operating assets)",
        "ratio",
        ("net_income", "cash_from_operations", "cash_from_investing", *both(*_OPERATING_INPUTS)),
        _cash_accruals,
        yearly=True,
        industrial=True,
    ),
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
    Spec(
        "piotroski_f",
        "tests passed of nine, scaled by opening assets; issuance by weighted shares",
        "score",
        (*_STRENGTH_INPUTS, "total_assets@2"),
        lambda v: _strength(v, "total_assets@1", "total_assets@2"),
        yearly=True,
        screen=True,
    ),
    Spec(
        "piotroski_f_year_end",
        "tests passed of nine, scaled by closing assets; issuance by weighted shares",
        "score",
        _STRENGTH_INPUTS,
        lambda v: _strength(v, "total_assets", "total_assets@1"),
        yearly=True,
        screen=True,
    ),
)
