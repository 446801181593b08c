"""Pure formulas of the published scores; amounts in one unit, component by component.

Beneish 1999 (cash-flow accruals as in Beneish, Lee and Nichols 2013), Piotroski 2000, Zmijewski 1984,
Springate 1978, Ohlson 1980, Sloan 1996. Screens made on old samples, never a verdict. A denominator
of zero raises decimal.DivisionByZero or InvalidOperation (both ArithmeticError).
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from scipy import special

ONE, ZERO = Decimal(1), Decimal(0)


class ScoreYear(NamedTuple):
    """One year's amounts: flows of the year, balances at its end."""

    revenue: Decimal
    cost_of_revenue: Decimal
    sga: Decimal
    depreciation: Decimal
    income: Decimal
    operating_cash: Decimal
    receivables: Decimal
    current_assets: Decimal
    fixed_assets: Decimal
    total_assets: Decimal
    current_liabilities: Decimal
    long_term_debt: Decimal

    @property
    def gross_margin(self) -> Decimal:
        """(revenue − cost of revenue) / revenue."""
        return (self.revenue - self.cost_of_revenue) / self.revenue

    @property
    def soft_assets(self) -> Decimal:
        """The share of assets that is neither current nor fixed."""
        return ONE - (self.current_assets + self.fixed_assets) / self.total_assets

    @property
    def depreciation_rate(self) -> Decimal:
        """Depreciation / (depreciation + net fixed assets)."""
        return self.depreciation / (self.depreciation + self.fixed_assets)

    @property
    def leverage(self) -> Decimal:
        """(current liabilities + long-term debt) / total assets."""
        return (self.current_liabilities + self.long_term_debt) / self.total_assets


_BENEISH = {
    "DSRI": Decimal("0.920"),
    "GMI": Decimal("0.528"),
    "AQI": Decimal("0.404"),
    "SGI": Decimal("0.892"),
    "DEPI": Decimal("0.115"),
    "SGAI": Decimal("-0.172"),
    "TATA": Decimal("4.679"),
    "LVGI": Decimal("-0.327"),
}
_BENEISH_CONSTANT = Decimal("-4.84")
BENEISH_CUT = Decimal("-1.78")


INDEX_NAMES = {
    "DSRI": "receivable days",
    "GMI": "gross-margin decline",
    "AQI": "share of soft assets",
    "SGI": "sales growth",
    "DEPI": "slower depreciation",
    "SGAI": "selling and administrative cost",
    "LVGI": "leverage",
    "TATA": "accruals / total assets",
}


def contribution(name: str, value: Decimal) -> Decimal:
    """Return what an index adds to M beyond an unchanged year (1, for accruals 0)."""
    return _BENEISH[name] * (value - (ZERO if name == "TATA" else ONE))


def beneish_indexes(now: ScoreYear, before: ScoreYear) -> dict[str, Decimal]:
    """Return the eight indexes by their published names."""
    return {
        "DSRI": (now.receivables / now.revenue) / (before.receivables / before.revenue),
        "GMI": before.gross_margin / now.gross_margin,
        "AQI": now.soft_assets / before.soft_assets,
        "SGI": now.revenue / before.revenue,
        "DEPI": before.depreciation_rate / now.depreciation_rate,
        "SGAI": (now.sga / now.revenue) / (before.sga / before.revenue),
        "LVGI": now.leverage / before.leverage,
        "TATA": (now.income - now.operating_cash) / now.total_assets,
    }


def beneish(indexes: Mapping[str, Decimal]) -> Decimal:
    """Return M; above −1.78 the screening line is crossed."""
    return _BENEISH_CONSTANT + sum(
        (weight * indexes[name] for name, weight in _BENEISH.items()), ZERO
    )


def probability(score: Decimal) -> float:
    """Return the standard normal probability of a probit score such as M or Zmijewski's X."""
    return float(special.ndtr(float(score)))


class StrengthInputs(NamedTuple):
    """Two years for the F-score, assets at the start of each, and shares at the end of each."""

    now: ScoreYear
    before: ScoreYear
    opening_assets: Decimal
    opening_assets_before: Decimal
    shares: Decimal
    shares_before: Decimal


def piotroski_tests(inputs: StrengthInputs) -> dict[str, bool]:
    """Return the nine tests by name; issuance is judged by the share count."""
    now, before = inputs.now, inputs.before
    start, start_before = inputs.opening_assets, inputs.opening_assets_before
    return_now, return_before = now.income / start, before.income / start_before
    debt_now = now.long_term_debt / ((now.total_assets + start) / 2)
    debt_before = before.long_term_debt / ((before.total_assets + start_before) / 2)
    liquid_now = now.current_assets / now.current_liabilities
    return {
        "positive return on assets": return_now > 0,
        "positive operating cash flow": now.operating_cash > 0,
        "higher return on assets": return_now > return_before,
        "cash flow above income": now.operating_cash / start > return_now,
        "lower long-term debt ratio": debt_now < debt_before,
        "higher current ratio": liquid_now > before.current_assets / before.current_liabilities,
        "no more shares": inputs.shares <= inputs.shares_before,
        "higher gross margin": now.gross_margin > before.gross_margin,
        "higher asset turnover": now.revenue / start > before.revenue / start_before,
    }


class DistressInputs(NamedTuple):
    """One year's amounts for Zmijewski, Springate and Ohlson."""

    income: Decimal
    operating_income: Decimal
    pretax: Decimal
    revenue: Decimal
    operating_cash: Decimal
    current_assets: Decimal
    current_liabilities: Decimal
    total_liabilities: Decimal
    total_assets: Decimal


SPRINGATE_CUT = Decimal("0.862")
ZMIJEWSKI_CUT = ZERO


def zmijewski(income: Decimal, liabilities: Decimal, assets: Decimal, current: Decimal) -> Decimal:
    """Return X; above 0 the model sees distress. ``current`` is the current ratio."""
    return (
        Decimal("-4.336")
        - Decimal("4.513") * income / assets
        + Decimal("5.679") * liabilities / assets
        - Decimal("0.004") * current
    )


def springate(inputs: DistressInputs) -> Decimal:
    """Return S; below 0.862 the model sees distress."""
    assets = inputs.total_assets
    return (
        Decimal("1.03") * (inputs.current_assets - inputs.current_liabilities) / assets
        + Decimal("3.07") * inputs.operating_income / assets
        + Decimal("0.66") * inputs.pretax / inputs.current_liabilities
        + Decimal("0.4") * inputs.revenue / assets
    )


def ohlson(inputs: DistressInputs, income_before: Decimal, price_index: Decimal) -> Decimal:
    """Return O; ``price_index`` deflates total assets (dollars / index, 1968 = 100).

    Without a deflator the score depends on the unit that amounts are given in.
    """
    assets, liabilities = inputs.total_assets, inputs.total_liabilities
    losses = inputs.income < 0 and income_before < 0
    change = (inputs.income - income_before) / (abs(inputs.income) + abs(income_before))
    return (
        Decimal("-1.32")
        - Decimal("0.407") * (assets / price_index).ln()
        + Decimal("6.03") * liabilities / assets
        - Decimal("1.43") * (inputs.current_assets - inputs.current_liabilities) / assets
        + Decimal("0.0757") * inputs.current_liabilities / inputs.current_assets
        - Decimal("1.72") * (ONE if liabilities > assets else ZERO)
        - Decimal("2.37") * inputs.income / assets
        - Decimal("1.83") * inputs.operating_cash / liabilities
        + Decimal("0.285") * (ONE if losses else ZERO)
        - Decimal("0.521") * change
    )


def logit(score: Decimal) -> float:
    """Return the probability of a logit score such as Ohlson's O."""
    return 1 / (1 + math.exp(-float(score)))


class OperatingAssets(NamedTuple):
    """What net operating assets are made of at one date."""

    total_assets: Decimal
    liquid: Decimal
    total_liabilities: Decimal
    debt: Decimal

    @property
    def net(self) -> Decimal:
        """(total assets − cash and short-term investments) − (total liabilities − debt)."""
        return (self.total_assets - self.liquid) - (self.total_liabilities - self.debt)


def balance_sheet_accruals(now: Decimal, before: Decimal) -> Decimal:
    """Return the change of net operating assets over their average."""
    return (now - before) / ((now + before) / 2)


def cash_flow_accruals(accruals: Decimal, now: Decimal, before: Decimal) -> Decimal:
    """Return income less operating and investing cash flow over average net operating assets."""
    return accruals / ((now + before) / 2)
