"""The books of Larkfield Instruments, Inc., an invented company: assumptions in, balanced years out.

All amounts in thousands of dollars, shares in thousands. Balance sheets roll forward from the cash flow
statement, so they balance and cash ties by construction.
"""

from dataclasses import dataclass, fields, replace

FIRST_YEAR, LAST_YEAR = 2021, 2025


@dataclass(frozen=True)
class Assumptions:
    """What is decided about one year; balances are those at its end."""

    products: int
    services: int
    product_cost: int
    service_cost: int
    research: int
    selling: int
    restructuring: int
    interest: int
    other_income: int
    receivables: int
    inventories: int
    prepaid: int
    payables: int
    accrued: int
    deferred_revenue: int
    depreciation: int
    amortization: int
    capex: int
    goodwill_bought: int
    intangibles_bought: int
    borrowed: int
    repaid: int
    next_repayment: int
    dividends: int
    repurchases: int
    stock_compensation: int
    deferred_tax: int
    currency_effect: int
    shares: int
    dilution: int
    leases: int


_COLUMNS = [field.name for field in fields(Assumptions)]
_FIGURES: dict[int, tuple[int, ...]] = {
    2021: (338_412, 74_188, 186_803, 34_794, 38_917, 78_243, 0, 5_214, 903, 59_318, 51_207, 10_114, 33_426,
           37_219, 20_382, 15_604, 6_402, 18_411, 0, 0, 0, 10_000, 10_000, 12_012, 15_000, 7_804, -412, -218,
           40_040, 612, 22_418),
    2022: (364_905, 83_376, 202_157, 39_437, 42_688, 84_471, 0, 5_608, 1_087, 64_792, 56_883, 10_731, 36_118,
           40_094, 22_817, 16_923, 6_402, 21_904, 0, 0, 20_000, 10_000, 12_500, 13_148, 20_000, 8_912, -538,
           -641, 39_842, 588, 21_106),
    2023: (393_217, 93_704, 221_774, 45_072, 47_126, 91_318, 0, 8_927, 1_412, 71_233, 63_419, 11_206, 38_904,
           42_811, 25_296, 18_796, 6_118, 26_687, 0, 0, 30_000, 12_500, 15_000, 14_371, 25_000, 10_187, -611,
           287, 39_514, 571, 23_952),
    2024: (409_856, 101_367, 242_635, 50_075, 52_394, 99_627, 0, 13_712, 1_203, 83_871, 78_644, 12_518, 43_782,
           44_613, 26_108, 21_704, 7_913, 34_826, 48_214, 22_600, 70_000, 15_000, 25_000, 15_208, 18_000,
           11_294, -1_104, -912, 39_206, 498, 25_317),
    2025: (414_273, 110_346, 260_578, 57_159, 57_883, 108_936, 9_412, 17_846, 614, 118_739, 97_318, 14_207,
           52_611, 49_928, 24_697, 25_318, 8_206, 41_527, 0, 0, 45_000, 25_000, 40_000, 15_623, 0, 12_118,
           -1_527, 356, 39_058, 344, 24_480),
}  # fmt: skip
TAX_RATE = 0.22
RESTATED_REVENUE = 6_500


def assumptions() -> dict[int, Assumptions]:
    """Return the assumptions by year."""
    return {
        year: Assumptions(**dict(zip(_COLUMNS, figures, strict=True)))
        for year, figures in _FIGURES.items()
    }


def restated_assumptions() -> dict[int, Assumptions]:
    """Return the assumptions after $6.5 million of service revenue moved from 2024 to 2025.

    Receivables and accrued taxes at the end of 2024 fall with it; the end of 2025 is unchanged.
    """
    years = assumptions()
    tax = round(RESTATED_REVENUE * TAX_RATE)
    before, after = years[2024], years[2025]
    years[2024] = replace(
        before,
        services=before.services - RESTATED_REVENUE,
        receivables=before.receivables - RESTATED_REVENUE,
        accrued=before.accrued - tax,
    )
    years[2025] = replace(after, services=after.services + RESTATED_REVENUE)
    return years


@dataclass(frozen=True)
class Balances:
    """A balance sheet."""

    cash: int
    investments: int
    receivables: int
    inventories: int
    prepaid: int
    plant: int
    leases: int
    goodwill: int
    intangibles: int
    other_assets: int
    payables: int
    accrued: int
    deferred_revenue: int
    current_debt: int
    long_debt: int
    lease_liabilities: int
    deferred_taxes: int
    common_stock: int
    paid_in: int
    retained: int
    other_comprehensive: int
    treasury: int

    @property
    def current_assets(self) -> int:
        """Total current assets."""
        return self.cash + self.investments + self.receivables + self.inventories + self.prepaid

    @property
    def assets(self) -> int:
        """Total assets."""
        fixed = self.plant + self.leases + self.goodwill + self.intangibles + self.other_assets
        return self.current_assets + fixed

    @property
    def current_liabilities(self) -> int:
        """Total current liabilities."""
        return self.payables + self.accrued + self.deferred_revenue + self.current_debt

    @property
    def liabilities(self) -> int:
        """Total liabilities."""
        later = self.long_debt + self.lease_liabilities + self.deferred_taxes
        return self.current_liabilities + later

    @property
    def equity(self) -> int:
        """Total stockholders' equity."""
        earned = self.retained + self.other_comprehensive + self.treasury
        return self.common_stock + self.paid_in + earned


OPENING = Balances(
    cash=61_874, investments=18_500, receivables=55_906, inventories=48_012, prepaid=9_807,
    plant=118_204, leases=21_733, goodwill=86_412, intangibles=41_906, other_assets=7_318,
    payables=31_044, accrued=35_508, deferred_revenue=18_711, current_debt=10_000, long_debt=110_000,
    lease_liabilities=21_733, deferred_taxes=9_318, common_stock=421, paid_in=152_608, retained=118_907,
    other_comprehensive=-3_578, treasury=-35_000,
)  # fmt: skip


@dataclass(frozen=True)
class Year:
    """One fiscal year: its assumptions, results, cash flows and closing balances."""

    year: int
    given: Assumptions
    opening: Balances
    closing: Balances
    tax: int

    @property
    def revenue(self) -> int:
        """Total revenue."""
        return self.given.products + self.given.services

    @property
    def cost(self) -> int:
        """Total cost of revenue."""
        return self.given.product_cost + self.given.service_cost

    @property
    def gross_profit(self) -> int:
        """Gross profit."""
        return self.revenue - self.cost

    @property
    def operating_expenses(self) -> int:
        """Total operating expenses."""
        given = self.given
        return given.research + given.selling + given.amortization + given.restructuring

    @property
    def operating_income(self) -> int:
        """Operating income."""
        return self.gross_profit - self.operating_expenses

    @property
    def pretax(self) -> int:
        """Income before income taxes."""
        return self.operating_income - self.given.interest + self.given.other_income

    @property
    def net_income(self) -> int:
        """Net income."""
        return self.pretax - self.tax

    @property
    def diluted_shares(self) -> int:
        """Weighted-average diluted shares."""
        return self.given.shares + self.given.dilution

    def change(self, name: str) -> int:
        """Return closing minus opening of one balance."""
        return int(getattr(self.closing, name) - getattr(self.opening, name))

    @property
    def operating_cash(self) -> int:
        """Net cash provided by operating activities."""
        given = self.given
        added = (
            given.depreciation + given.amortization + given.stock_compensation + given.deferred_tax
        )
        assets = self.change("receivables") + self.change("inventories") + self.change("prepaid")
        owed = self.change("payables") + self.change("accrued") + self.change("deferred_revenue")
        return self.net_income + added - assets + owed

    @property
    def investing_cash(self) -> int:
        """Net cash used in investing activities."""
        bought = self.given.goodwill_bought + self.given.intangibles_bought
        return -self.given.capex - bought - self.change("investments")

    @property
    def financing_cash(self) -> int:
        """Net cash provided by (used in) financing activities."""
        given = self.given
        return given.borrowed - given.repaid - given.repurchases - given.dividends


_INVESTMENTS = {2021: 20_000, 2022: 22_500, 2023: 24_000, 2024: 12_000, 2025: 4_500}


def books(given: dict[int, Assumptions]) -> dict[int, Year]:
    """Return the years; each opens with the balances the one before closed with."""
    years: dict[int, Year] = {}
    opening = OPENING
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        years[year] = _closed(year, given[year], opening)
        opening = years[year].closing
    return years


def _closed(number: int, given: Assumptions, opening: Balances) -> Year:
    draft = Year(number, given, opening, opening, 0)
    draft = replace(draft, tax=round(draft.pretax * TAX_RATE))
    closing = replace(
        opening,
        investments=_INVESTMENTS[number],
        receivables=given.receivables,
        inventories=given.inventories,
        prepaid=given.prepaid,
        plant=opening.plant + given.capex - given.depreciation,
        leases=given.leases,
        goodwill=opening.goodwill + given.goodwill_bought,
        intangibles=opening.intangibles + given.intangibles_bought - given.amortization,
        payables=given.payables,
        accrued=given.accrued,
        deferred_revenue=given.deferred_revenue,
        current_debt=given.next_repayment,
        long_debt=opening.long_debt + opening.current_debt + given.borrowed - given.repaid - given.next_repayment,
        lease_liabilities=given.leases,
        deferred_taxes=opening.deferred_taxes + given.deferred_tax,
        paid_in=opening.paid_in + given.stock_compensation,
        retained=opening.retained + draft.net_income - given.dividends,
        other_comprehensive=opening.other_comprehensive + given.currency_effect,
        treasury=opening.treasury - given.repurchases,
    )  # fmt: skip
    closed = replace(draft, closing=closing)
    flows = closed.operating_cash + closed.investing_cash + closed.financing_cash
    cash = opening.cash + flows + given.currency_effect
    return replace(closed, closing=replace(closing, cash=cash))
