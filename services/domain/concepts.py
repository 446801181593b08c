"""The standard concepts: 45 meanings a printed row can have, with unit and sign convention.

Names follow the us-gaap taxonomy's meaning in words a finance reader uses. A fact's normalised value
follows ``sign``; the printed sign is kept beside it.
"""

from enum import StrEnum

from services.domain.base import Record


class StatementKind(StrEnum):
    """The primary statements, the tables of the notes that analyses need, and any other table."""

    INCOME = "income_statement"
    BALANCE = "balance_sheet"
    CASH_FLOW = "cash_flow_statement"
    EARNINGS_PER_SHARE = "earnings_per_share"
    SUPPLEMENTAL_CASH_FLOW = "supplemental_cash_flow"
    DEBT_MATURITIES = "debt_maturities"
    SEGMENTS = "segments"
    TAX_RECONCILIATION = "tax_reconciliation"
    INTEREST = "interest"
    RETAINED_EARNINGS = "retained_earnings"
    NON_GAAP = "non_gaap_reconciliation"
    TRIAL_BALANCE = "trial_balance"
    OTHER = "other_table"

    @property
    def is_primary(self) -> bool:
        """Whether this is one of the three primary statements."""
        return self in {StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW}


class Unit(StrEnum):
    """What a value counts; money carries the statement's currency beside it."""

    MONEY = "USD"
    PER_SHARE = "USD/shares"
    SHARES = "shares"
    PURE = "pure"


class Concept(Record):
    """A standard meaning; ``concept_id`` is the public name."""

    concept_id: str
    name: str
    statement: StatementKind
    instant: bool
    unit: Unit
    sign: str


def _concept(
    concept_id: str, name: str, statement: StatementKind, sign: str, unit: Unit = Unit.MONEY
) -> Concept:
    return Concept(
        concept_id=concept_id,
        name=name,
        statement=statement,
        instant=statement is StatementKind.BALANCE,
        unit=unit,
        sign=sign,
    )


_IS, _BS, _CF = StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW
_POSITIVE, _SIGNED, _COST = "positive", "loss or deficit negative", "cost positive"
_OUTFLOW, _FLOW = "outflow stored positive", "outflow negative"

CONCEPTS: dict[str, Concept] = {
    concept.concept_id: concept
    for concept in (
        _concept("revenue", "Revenue", _IS, _POSITIVE),
        _concept("cost_of_revenue", "Cost of revenue", _IS, _COST),
        _concept("gross_profit", "Gross profit", _IS, _SIGNED),
        _concept("research_and_development", "Research and development", _IS, _COST),
        _concept("sga", "Selling, general and administrative", _IS, _COST),
        _concept("operating_income", "Operating income", _IS, _SIGNED),
        _concept("interest_expense", "Interest expense", _IS, _COST),
        _concept("income_before_tax", "Income before tax", _IS, _SIGNED),
        _concept(
            "income_tax_expense", "Income tax expense", _IS, "expense positive, benefit negative"
        ),
        _concept("net_income", "Net income", _IS, _SIGNED),
        _concept("net_income_incl_nci", "Net income incl. noncontrolling interests", _IS, _SIGNED),
        _concept("eps_basic", "Basic EPS", _IS, _SIGNED, Unit.PER_SHARE),
        _concept("eps_diluted", "Diluted EPS", _IS, _SIGNED, Unit.PER_SHARE),
        _concept("shares_basic_wavg", "Weighted-average basic shares", _IS, _POSITIVE, Unit.SHARES),
        _concept(
            "shares_diluted_wavg", "Weighted-average diluted shares", _IS, _POSITIVE, Unit.SHARES
        ),
        _concept("cash_and_equivalents", "Cash and cash equivalents", _BS, _POSITIVE),
        _concept("short_term_investments", "Short-term investments", _BS, _POSITIVE),
        _concept("accounts_receivable_net", "Accounts receivable, net", _BS, _POSITIVE),
        _concept("inventory", "Inventories", _BS, _POSITIVE),
        _concept("total_current_assets", "Total current assets", _BS, _POSITIVE),
        _concept("ppe_net", "Property, plant and equipment, net", _BS, _POSITIVE),
        _concept("goodwill", "Goodwill", _BS, _POSITIVE),
        _concept("intangible_assets_net", "Intangible assets, net", _BS, _POSITIVE),
        _concept("total_assets", "Total assets", _BS, _POSITIVE),
        _concept("accounts_payable", "Accounts payable", _BS, _POSITIVE),
        _concept("short_term_debt", "Short-term debt", _BS, _POSITIVE),
        _concept("deferred_revenue_current", "Deferred revenue, current", _BS, _POSITIVE),
        _concept("total_current_liabilities", "Total current liabilities", _BS, _POSITIVE),
        _concept("long_term_debt", "Long-term debt", _BS, _POSITIVE),
        _concept("total_liabilities", "Total liabilities", _BS, _POSITIVE),
        _concept("retained_earnings", "Retained earnings", _BS, _SIGNED),
        _concept("stockholders_equity", "Shareholders' equity (parent)", _BS, _SIGNED),
        _concept(
            "total_equity_incl_nci", "Total equity incl. noncontrolling interests", _BS, _SIGNED
        ),
        _concept("total_liabilities_and_equity", "Total liabilities and equity", _BS, _POSITIVE),
        _concept("depreciation_amortization", "Depreciation and amortization", _CF, _POSITIVE),
        _concept("stock_based_compensation", "Stock-based compensation", _CF, _POSITIVE),
        _concept("cash_from_operations", "Cash from operations", _CF, _FLOW),
        _concept("capex", "Capital expenditure", _CF, _OUTFLOW),
        _concept("cash_from_investing", "Cash from investing", _CF, _FLOW),
        _concept("cash_from_financing", "Cash from financing", _CF, _FLOW),
        _concept("dividends_paid", "Dividends paid", _CF, _OUTFLOW),
        _concept("share_repurchases", "Share repurchases", _CF, _OUTFLOW),
        _concept("net_change_in_cash", "Net change in cash", _CF, "decrease negative"),
        _concept("interest_paid", "Interest paid", _CF, _POSITIVE),
        _concept("income_taxes_paid", "Income taxes paid", _CF, _POSITIVE),
    )
}
