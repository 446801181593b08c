"""The primary statements of one report as rows: what is printed, in which order, with which rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from samples.company import Year

Amount = int | Decimal | None


@dataclass(frozen=True)
class Row:
    """One printed row; ``rule`` is '' , 'single' (above, a subtotal) or 'double' (and below, a total)."""

    label: str
    values: tuple[Amount, ...] = ()
    indent: int = 0
    dollar: bool = False
    rule: str = ""


@dataclass(frozen=True)
class StatementRows:
    """One statement: title lines, the words over the columns, the columns, the rows."""

    title: str
    scale: str
    over: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


Pick = Callable[[Year], Amount]


def _row(label: str, years: Sequence[Year], pick: Pick, indent: int = 1, **style: object) -> Row:
    values = tuple(pick(year) for year in years)
    return replace(Row(label, values, indent), **style)  # type: ignore[arg-type]


def _per_share(income: int, shares: int) -> Decimal:
    return (Decimal(income) / Decimal(shares)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def income_statement(years: Sequence[Year], columns: Sequence[str]) -> StatementRows:
    """Return the consolidated statements of income."""
    rows = (
        Row("Revenue:"),
        _row("Products", years, lambda y: y.given.products, dollar=True),
        _row("Services", years, lambda y: y.given.services),
        _row("Total revenue", years, lambda y: y.revenue, 2, rule="single"),
        Row("Cost of revenue:"),
        _row("Cost of products", years, lambda y: y.given.product_cost),
        _row("Cost of services", years, lambda y: y.given.service_cost),
        _row("Total cost of revenue", years, lambda y: y.cost, 2, rule="single"),
        _row("Gross profit", years, lambda y: y.gross_profit, 0, rule="single"),
        Row("Operating expenses:"),
        _row("Research and development", years, lambda y: y.given.research),
        _row("Selling, general and administrative", years, lambda y: y.given.selling),
        _row("Amortization of intangible assets", years, lambda y: y.given.amortization),
        _row("Restructuring charges", years, lambda y: y.given.restructuring),
        _row("Total operating expenses", years, lambda y: y.operating_expenses, 2, rule="single"),
        _row("Operating income", years, lambda y: y.operating_income, 0, rule="single"),
        Row("Other income (expense):"),
        _row("Interest expense", years, lambda y: -y.given.interest),
        _row("Interest income and other, net", years, lambda y: y.given.other_income),
        _row("Income before income taxes", years, lambda y: y.pretax, 0, rule="single"),
        _row("Provision for income taxes", years, lambda y: y.tax, 0),
        _row("Net income", years, lambda y: y.net_income, 0, dollar=True, rule="double"),
        Row("Net income per share:"),
        _row("Basic", years, lambda y: _per_share(y.net_income, y.given.shares), dollar=True),
        _row("Diluted", years, lambda y: _per_share(y.net_income, y.diluted_shares), dollar=True),
        Row("Weighted-average shares outstanding:"),
        _row("Basic", years, lambda y: y.given.shares),
        _row("Diluted", years, lambda y: y.diluted_shares),
    )
    return StatementRows(
        "CONSOLIDATED STATEMENTS OF INCOME",
        "(in thousands, except per share data)",
        "Years Ended December 31,",
        tuple(columns),
        rows,
    )


def balance_sheet(years: Sequence[Year], columns: Sequence[str]) -> StatementRows:
    """Return the consolidated balance sheets."""

    def row(label: str, name: str, indent: int = 1, **style: object) -> Row:
        return _row(label, years, lambda y: int(getattr(y.closing, name)), indent, **style)

    rows = (
        Row("ASSETS"),
        Row("Current assets:"),
        row("Cash and cash equivalents", "cash", dollar=True),
        row("Short-term investments", "investments"),
        row("Accounts receivable, net", "receivables"),
        row("Inventories", "inventories"),
        row("Prepaid expenses and other current assets", "prepaid"),
        row("Total current assets", "current_assets", 2, rule="single"),
        row("Property, plant and equipment, net", "plant", 0),
        row("Operating lease right-of-use assets", "leases", 0),
        row("Goodwill", "goodwill", 0),
        row("Intangible assets, net", "intangibles", 0),
        row("Other assets", "other_assets", 0),
        row("Total assets", "assets", 2, dollar=True, rule="double"),
        Row("LIABILITIES AND STOCKHOLDERS’ EQUITY"),
        Row("Current liabilities:"),
        row("Accounts payable", "payables", dollar=True),
        row("Accrued expenses and other current liabilities", "accrued"),
        row("Deferred revenue", "deferred_revenue"),
        row("Current portion of long-term debt", "current_debt"),
        row("Total current liabilities", "current_liabilities", 2, rule="single"),
        row("Long-term debt, less current portion", "long_debt", 0),
        row("Operating lease liabilities", "lease_liabilities", 0),
        row("Deferred income taxes", "deferred_taxes", 0),
        row("Total liabilities", "liabilities", 2, rule="single"),
        Row("Stockholders’ equity:"),
        row("Common stock, $0.01 par value", "common_stock"),
        row("Additional paid-in capital", "paid_in"),
        row("Retained earnings", "retained"),
        row("Accumulated other comprehensive loss", "other_comprehensive"),
        row("Treasury stock, at cost", "treasury"),
        row("Total stockholders’ equity", "equity", 2, rule="single"),
        _row(
            "Total liabilities and stockholders’ equity",
            years,
            lambda y: y.closing.liabilities + y.closing.equity,
            2,
            dollar=True,
            rule="double",
        ),
    )
    return StatementRows(
        "CONSOLIDATED BALANCE SHEETS", "(in thousands)", "December 31,", tuple(columns), rows
    )


def cash_flow_statement(years: Sequence[Year], columns: Sequence[str]) -> StatementRows:
    """Return the consolidated statements of cash flows."""

    def change(label: str, name: str, sign: int) -> Row:
        return _row(label, years, lambda y: sign * y.change(name), 2)

    rows = (
        Row("Cash flows from operating activities:"),
        _row("Net income", years, lambda y: y.net_income, dollar=True),
        Row("Adjustments to reconcile net income to net cash provided by operating activities:", (), 1),
        _row("Depreciation and amortization", years, lambda y: y.given.depreciation + y.given.amortization, 2),
        _row("Stock-based compensation", years, lambda y: y.given.stock_compensation, 2),
        _row("Deferred income taxes", years, lambda y: y.given.deferred_tax, 2),
        Row("Changes in operating assets and liabilities:", (), 1),
        change("Accounts receivable", "receivables", -1),
        change("Inventories", "inventories", -1),
        change("Prepaid expenses and other current assets", "prepaid", -1),
        change("Accounts payable", "payables", 1),
        change("Accrued expenses and other current liabilities", "accrued", 1),
        change("Deferred revenue", "deferred_revenue", 1),
        _row("Net cash provided by operating activities", years, lambda y: y.operating_cash, 0, rule="single"),
        Row("Cash flows from investing activities:"),
        _row("Purchases of property, plant and equipment", years, lambda y: -y.given.capex),
        _row(
            "Acquisition of business, net of cash acquired",
            years,
            lambda y: -y.given.goodwill_bought - y.given.intangibles_bought,
        ),
        _row("Sales (purchases) of short-term investments, net", years, lambda y: -y.change("investments")),
        _row("Net cash used in investing activities", years, lambda y: y.investing_cash, 0, rule="single"),
        Row("Cash flows from financing activities:"),
        _row("Proceeds from long-term debt", years, lambda y: y.given.borrowed),
        _row("Repayments of long-term debt", years, lambda y: -y.given.repaid),
        _row("Repurchases of common stock", years, lambda y: -y.given.repurchases),
        _row("Dividends paid", years, lambda y: -y.given.dividends),
        _row(
            "Net cash provided by (used in) financing activities",
            years,
            lambda y: y.financing_cash,
            0,
            rule="single",
        ),
        _row("Effect of exchange rate changes on cash", years, lambda y: y.given.currency_effect, 0),
        _row("Net increase (decrease) in cash and cash equivalents", years, lambda y: y.change("cash"), 0, rule="single"),
        _row("Cash and cash equivalents at beginning of year", years, lambda y: y.opening.cash, 0),
        _row("Cash and cash equivalents at end of year", years, lambda y: y.closing.cash, 0, dollar=True, rule="double"),
        Row("Supplemental disclosures:"),
        _row("Cash paid for interest", years, lambda y: round(y.given.interest * 0.97), dollar=True),
        _row("Cash paid for income taxes", years, lambda y: y.tax - y.given.deferred_tax, dollar=True),
    )  # fmt: skip
    return StatementRows(
        "CONSOLIDATED STATEMENTS OF CASH FLOWS",
        "(in thousands)",
        "Years Ended December 31,",
        tuple(columns),
        rows,
    )


def with_error(statement: StatementRows, label: str, column: int, added: int) -> StatementRows:
    """Return the statement with one printed amount wrong by ``added``."""
    rows = []
    for row in statement.rows:
        values = list(row.values)
        if row.label == label and isinstance(values[column], int):
            values[column] = values[column] + added  # type: ignore[operator]
        rows.append(replace(row, values=tuple(values)))
    return replace(statement, rows=tuple(rows))
