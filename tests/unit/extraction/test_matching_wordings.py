"""Wordings of public US-GAAP and IFRS filers, each put in its place in a plain statement."""

import pytest

from services.domain.concepts import StatementKind

from .statement_text import concepts

INCOME, BALANCE, CASH = StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW

INCOME_FRAME = """
{label} | 1,234 | 1,111
Other row | 17 | 19
Net income | 300 | 250
"""
ASSETS_FRAME = """
Prepaid expenses | 7 | 9
{current} | 1,234 | 1,111
Total current assets | 1,241 | 1,120
{noncurrent} | 2,345 | 2,222
Other assets | 5 | 6
Total assets | 3,591 | 3,348
"""
LIABILITIES_FRAME = """
Total assets | 9,000 | 8,000
{current} | 1,234 | 1,111
Other current liabilities | 10 | 10
Total current liabilities | 1,244 | 1,121
{noncurrent} | 2,345 | 2,222
Other liabilities | 10 | 10
Common stock | 10 | 10
{equity} | 5,391 | 4,637
Total stockholders' equity | 5,401 | 4,647
Total liabilities and stockholders' equity | 9,000 | 8,000
"""
CASH_FRAME = """
Net income | 300 | 250
{operating} | 123 | 111
Net cash provided by operating activities | 423 | 361
{investing} | (200) | (190)
Net cash used in investing activities | (200) | (190)
{financing} | (50) | (40)
Net cash used in financing activities | (50) | (40)
Net increase in cash and cash equivalents | 173 | 131
{tail} | 88 | 77
"""
NOTHING_MUCH = "Other items, net"


def of_income(label: str) -> str | None:
    return _of(label, concepts(INCOME, INCOME_FRAME.format(label=label)))


def of_current_asset(label: str) -> str | None:
    text = ASSETS_FRAME.format(current=label, noncurrent=NOTHING_MUCH)
    return _of(label, concepts(BALANCE, text))


def of_noncurrent_asset(label: str) -> str | None:
    text = ASSETS_FRAME.format(current=NOTHING_MUCH, noncurrent=label)
    return _of(label, concepts(BALANCE, text))


def _liabilities(place: str, label: str) -> str | None:
    places = dict.fromkeys(("current", "noncurrent", "equity"), NOTHING_MUCH) | {place: label}
    return _of(label, concepts(BALANCE, LIABILITIES_FRAME.format(**places)))


def _cash(place: str, label: str) -> str | None:
    places = dict.fromkeys(("operating", "investing", "financing", "tail"), NOTHING_MUCH)
    return _of(label, concepts(CASH, CASH_FRAME.format(**(places | {place: label}))))


def _of(label: str, found: dict[str, str]) -> str | None:
    return next((concept for concept, printed in found.items() if printed == label), None)


REVENUE = """Revenue; Revenues; Net sales; Sales; Total revenues; Total net revenue; Net revenues;
Operating revenues; Total operating revenues; Revenues, net; Total revenues, net of interest
expense; Sales and other operating revenues; Net operating revenues; Total net sales; Turnover;
Sales to customers; Total revenues and other income; Revenue, net; Total sales and revenues; Net
revenue; Revenues (Note 3); REVENUES:; Total Operating Revenue; Total net revenues; Revenue from
contracts with customers; Consolidated revenues"""
COST = """Cost of sales; Cost of revenue; Cost of revenues; Cost of goods sold; Cost of products
sold; Total cost of sales; Total cost of revenue; Costs of revenues; Cost of goods and services
sold; Cost of sales (exclusive of depreciation); Cost of net revenues; Cost of merchandise sold;
Cost of services; Total costs of revenue; Cost of products and services; Cost of sales, including
buying and occupancy costs; Cost of sales, buying and occupancy; Cost of services sold; Cost of
goods sold, exclusive of depreciation and amortization shown separately below; Cost of products sold
(a)"""
GROSS = "Gross profit; Gross margin; Total gross profit; Gross profit (loss); Gross income"
RESEARCH = """Research and development; Research and development expenses; Product development;
Technology and development; Technology and content; Research, development and engineering; Research
and development, net; R&D; Research and development costs; Technology and infrastructure; Research,
development and related expenses; Product development and technology; Research and engineering; Research,
development and technical expenses"""
SGA = """Selling, general and administrative; Selling, general, and administrative expenses; Selling
and administrative expenses; Marketing, general and administrative; Sales, general and
administrative; SG&A; Marketing and administrative expenses; Selling, informational and
administrative expenses (a); Selling, marketing and administrative; Selling, general and
administrative expense (includes advertising of $5); Operating, selling, general and administrative
expenses; Selling, distribution and administrative expenses; Selling, general and administration;
Total selling, general and administrative expenses"""
OPERATING = """Operating income; Operating profit; Income from operations; Operating income (loss);
Loss from operations; Operating (loss) income; Operating earnings; Earnings from operations; Profit
from operations; Operating loss; (Loss) income from operations; Total operating income; Consolidated
operating profit; Results from operating activities; Income (loss) from operations; Operating profit
(loss); Total operating profit"""
INTEREST = """Interest expense; Interest and debt expense; Interest expense, net of capitalized
interest; Finance costs; Total interest expense; Interest charges; Interest expense and other
financing costs; Interest expense on debt; Interest; Interest expense, net; Interest, net; Net interest
expense; Interest costs; Financing costs; Interest and related charges"""
PRETAX = """Income before income taxes; Earnings before income taxes; Income (loss) before income
taxes; Profit before tax; Income before provision for income taxes; Loss before income taxes; Profit
before taxation; Pretax income; Income from continuing operations before income taxes; Earnings
before provision for taxes on income; Income before income tax expense; Income before taxes;
Earnings before taxes on income; Loss before provision for income taxes; Income before income taxes
and equity in earnings of affiliates; Income before benefit from income taxes"""
TAX = """Provision for income taxes; Income tax expense; Income taxes; Income tax expense (benefit);
Taxation; Income tax provision; Benefit (provision) for income taxes; Provision for (benefit from)
income taxes; Provision for taxes on income; Tax expense; Income tax benefit; Total income tax
expense; Income tax (expense) benefit; (Benefit from) provision for income taxes; Taxes on income;
Provision for taxes; Less: Income taxes; Total provision for income taxes; Income tax charge"""


def _listed(text: str) -> list[str]:
    return [word.strip() for word in text.replace("\n", " ").split(";")]


def _cases(*groups: tuple[str, str]) -> list[tuple[str, str]]:
    return [(label, concept) for concept, text in groups for label in _listed(text)]


@pytest.mark.parametrize(
    ("label", "concept"),
    _cases(
        ("revenue", REVENUE),
        ("cost_of_revenue", COST),
        ("gross_profit", GROSS),
        ("research_and_development", RESEARCH),
        ("sga", SGA),
        ("operating_income", OPERATING),
        ("interest_expense", INTEREST),
        ("income_before_tax", PRETAX),
        ("income_tax_expense", TAX),
    ),
)
def test_an_income_statement_wording_is_understood(label: str, concept: str):
    assert of_income(label) == concept


NOT_INCOME = """Net operating income; Distribution and administrative expenses; Technology;
General and administrative; Sales and marketing; Total costs and expenses; Total
operating expenses; Other income; Interest income; Net interest income; Other operating income;
Acquired in-process research and development; Total noninterest expense; Provision for credit
losses; Equity in earnings of affiliates, net of tax; Marketing; Income from discontinued
operations, net of tax; Depreciation and amortization; Deferred income taxes; Taxes other than
income taxes; Technology, communications and equipment expense; Interest and other income (expense),
net; Restructuring charges; Amortization of intangible assets; Total other income (expense);
Noninterest revenue; Investment banking fees; Property taxes; Adjusted operating income; Gain on
sale of business; Interest and dividend income; Payroll taxes; Operating expenses; Income from
continuing operations; Comprehensive income; Cost reduction programs; Policyholder benefits;
Nonoperating income"""


@pytest.mark.parametrize("label", _listed(NOT_INCOME))
def test_an_income_row_that_is_no_concept_stays_unmapped(label: str):
    assert of_income(label) is None


CURRENT_ASSETS = (
    (
        "cash_and_equivalents",
        """Cash and cash equivalents; Cash; Cash and equivalents; Cash and temporary cash investments; Cash
        and cash equivalents (Note 4)""",
    ),
    (
        "short_term_investments",
        """Short-term investments; Marketable securities; Short-term marketable securities; Marketable
        securities, current; Current marketable securities; Investments; Short-term investments,
        available for sale; Current investments; Temporary investments""",
    ),
    (
        "accounts_receivable_net",
        """Accounts receivable, net; Receivables; Trade receivables; Receivables, net; Accounts receivable,
        less allowance for doubtful accounts of $12 and $11; Trade accounts receivable; Accounts and
        notes receivable, net; Trade and other receivables; Accounts receivable - trade; Customer
        receivables; Accounts receivable; Trade receivables, net of allowance for credit losses;
        Accounts receivable, net and other; Net receivables; Accounts receivable, principally trade;
        Trade debtors""",
    ),
    (
        "inventory",
        """Inventories; Inventory; Inventories, net; Merchandise inventories; Total inventories;
        Inventories at lower of cost or market; Merchandise inventory; Net inventories""",
    ),
)
NONCURRENT_ASSETS = (
    (
        "ppe_net",
        """Property, plant and equipment, net; Property and equipment, net; Net property, plant and
        equipment; Property, plant and equipment — net; Premises and equipment, net; Property, plant and
        equipment, less accumulated depreciation; Property and equipment; Land, buildings, and
        equipment; Total property, plant and equipment, net; Property, plant and equipment at cost, less
        accumulated depreciation: 2023—$15,554, 2022—$15,174; Net utility plant; Fixed assets, net;
        Buildings and equipment, net; Plant and equipment, net; Net property and equipment; Equipment
        and leasehold improvements, net; Properties, plants and equipment, net""",
    ),
    ("goodwill", "Goodwill; Goodwill, net; Total goodwill"),
    (
        "intangible_assets_net",
        """Intangible assets, net; Other intangible assets; Intangibles, net; Identifiable intangible
        assets; Purchased intangible assets, net; Other intangibles, net; Acquired intangible assets,
        net; Intangible assets; Amortizable intangible assets, net; Intangible assets other than
        goodwill; Total intangible assets, net; Purchased and other intangibles, net; Trademarks and
        other intangible assets, net""",
    ),
)


@pytest.mark.parametrize(("label", "concept"), _cases(*CURRENT_ASSETS))
def test_a_current_asset_wording_is_understood(label: str, concept: str):
    assert of_current_asset(label) == concept


@pytest.mark.parametrize(("label", "concept"), _cases(*NONCURRENT_ASSETS))
def test_a_noncurrent_asset_wording_is_understood(label: str, concept: str):
    assert of_noncurrent_asset(label) == concept


NOT_CURRENT_ASSET = """Restricted cash; Income taxes receivable; Prepaid expenses and other;
Deferred income taxes; Notes receivable; Vendor non-trade receivables; Assets held for sale;
Contract assets; Unbilled receivables; Derivative assets; Cash held as collateral; Due from
affiliates; Finance receivables, net; Loans receivable, net"""
NOT_NONCURRENT_ASSET = """Operating lease right-of-use assets; Goodwill and other intangible assets;
Long-term investments; Marketable securities; Property, plant and equipment, gross; Less accumulated
depreciation; Deferred tax assets; Long-term receivables; Inventories, noncurrent; Restricted cash,
noncurrent; Investments in affiliates; Equity method investments"""


@pytest.mark.parametrize("label", _listed(NOT_CURRENT_ASSET))
def test_a_current_asset_that_is_no_concept_stays_unmapped(label: str):
    assert of_current_asset(label) is None


@pytest.mark.parametrize("label", _listed(NOT_NONCURRENT_ASSET))
def test_a_noncurrent_asset_that_is_no_concept_stays_unmapped(label: str):
    assert of_noncurrent_asset(label) is None


CURRENT_LIABILITIES = (
    (
        "accounts_payable",
        """Accounts payable; Trade payables; Trade accounts payable; Accounts payable, trade; Accounts
        payable and accrued liabilities; Accounts payable - trade; Payables; Trade and other payables""",
    ),
    (
        "short_term_debt",
        """Short-term debt; Current portion of long-term debt; Current maturities of long-term debt;
        Short-term borrowings; Notes payable; Commercial paper; Short-term borrowings and current
        portion of long-term debt; Debt due within one year; Current debt; Long-term debt due within one
        year; Current installments of long-term debt; Loans and notes payable; Short-term debt and
        current portion of long-term debt; Current portion of debt; Borrowings; Term debt; Short-term
        borrowings, including current portion of long-term debt: 2021—$1,636, 2020—$2,002; Current
        portion of long-term debt and finance leases; Long-term debt, current portion; Notes and loans
        payable""",
    ),
    (
        "deferred_revenue_current",
        """Deferred revenue; Unearned revenue; Contract liabilities; Deferred revenue, current; Deferred
        revenues; Current portion of deferred revenue; Deferred income; Unearned income; Customer
        deposits and deferred revenue; Deferred revenue and customer advances; Advances from customers""",
    ),
)
NONCURRENT_LIABILITIES = (
    (
        "long_term_debt",
        """Long-term debt; Long-term debt, net; Long-term debt, less current portion; Debt; Term debt;
        Long-term borrowings; Long-term debt, net of current portion; Debt and capital lease
        obligations; Borrowings; Long-term debt and finance lease obligations; Notes payable,
        noncurrent; Senior notes, net; Long-term debt (less current portion); Long-term debt, excluding
        current installments; Convertible senior notes, net; Long-term debt, less amounts due within one
        year; Long-term obligations; Interest-bearing loans and borrowings""",
    ),
)
EQUITY_ROWS = (
    (
        "retained_earnings",
        """Retained earnings; Accumulated deficit; Retained earnings (accumulated deficit); Reinvested
        earnings; Earnings reinvested in the business; Retained deficit; Retained earnings (deficit);
        Accumulated earnings; (Accumulated deficit) retained earnings; Retained income; Distributions in
        excess of net income""",
    ),
)


@pytest.mark.parametrize(("label", "concept"), _cases(*CURRENT_LIABILITIES))
def test_a_current_liability_wording_is_understood(label: str, concept: str):
    assert _liabilities("current", label) == concept


@pytest.mark.parametrize(("label", "concept"), _cases(*NONCURRENT_LIABILITIES))
def test_a_noncurrent_liability_wording_is_understood(label: str, concept: str):
    assert _liabilities("noncurrent", label) == concept


@pytest.mark.parametrize(("label", "concept"), _cases(*EQUITY_ROWS))
def test_a_retained_earnings_wording_is_understood(label: str, concept: str):
    assert _liabilities("equity", label) == concept


NOT_CURRENT_LIABILITY = """Income taxes payable; Dividends payable; Accrued liabilities; Operating
lease liabilities; Current portion of operating lease liabilities; Interest payable; Accrued
interest; Deferred income taxes; Accrued compensation; Due to affiliates; Liabilities held for sale;
Taxes payable"""
NOT_NONCURRENT_LIABILITY = """Deferred revenue, noncurrent; Deferred income taxes; Operating lease
liabilities; Pension obligations; Contract liabilities, noncurrent; Asset retirement obligations;
Long-term income taxes payable; Other long-term liabilities"""
NOT_RETAINED = "Accumulated other comprehensive loss; Additional paid-in capital; Treasury stock, at cost; Share premium"


@pytest.mark.parametrize("label", _listed(NOT_CURRENT_LIABILITY))
def test_a_current_liability_that_is_no_concept_stays_unmapped(label: str):
    assert _liabilities("current", label) is None


@pytest.mark.parametrize("label", _listed(NOT_NONCURRENT_LIABILITY))
def test_a_noncurrent_liability_that_is_no_concept_stays_unmapped(label: str):
    assert _liabilities("noncurrent", label) is None


@pytest.mark.parametrize("label", _listed(NOT_RETAINED))
def test_an_equity_row_that_is_no_concept_stays_unmapped(label: str):
    assert _liabilities("equity", label) is None


OPERATING_ROWS = (
    (
        "depreciation_amortization",
        """Depreciation and amortization; Depreciation, amortization and other; Depreciation and
        amortisation; Depreciation, depletion and amortization; Depreciation, amortization and
        accretion; Depreciation; Amortization and depreciation; Depreciation and amortization of
        property and equipment; Depreciation, amortization, and impairment; Depreciation and
        amortization expense; D&A""",
    ),
    (
        "stock_based_compensation",
        """Stock-based compensation; Share-based compensation expense; Stock compensation expense;
        Share-based payments; Equity-based compensation; Stock-based compensation expense; Non-cash
        stock compensation; Employee stock-based compensation; Stock-based employee compensation
        expense; Compensation expense for stock-based awards; Equity compensation; Share-based payment
        expense""",
    ),
)
INVESTING_ROWS = (
    (
        "capex",
        """Capital expenditures; Purchases of property, plant and equipment; Purchases of property and
        equipment; Payments for acquisition of property, plant and equipment; Additions to property,
        plant and equipment; Purchase of property, plant and equipment and other intangible assets;
        Property additions; Acquisition of property, plant and equipment; Purchases of land, buildings,
        and equipment; Capital spending; Expenditures for property, plant and equipment; Property and
        equipment additions; Investment in property, plant and equipment; Purchases of property and
        equipment, including internal-use software; Capital expenditures, net; Payments to acquire
        property, plant, and equipment; Additions to fixed assets; Purchases of fixed assets; Cash paid
        for capital expenditures; Construction expenditures; Purchases of property, plant and equipment
        (PP&E); Additions to property and equipment, net; Purchases of premises and equipment;
        Investments in property, plant and equipment; Capital investments; Additions to plant and
        equipment; Utility capital expenditures; Additions to property and equipment, net of $14 and $12,
        respectively, of non-cash capital expenditures""",
    ),
)
FINANCING_ROWS = (
    (
        "dividends_paid",
        """Dividends paid; Cash dividends paid; Payment of dividends; Payments for dividends; Dividends;
        Dividends paid to shareholders; Common stock dividends; Cash dividends; Payments for dividends
        and dividend equivalents; Dividends paid on common stock; Payment of cash dividends; Dividend
        payments; Distributions to shareholders; Dividends and distributions paid; Cash dividends paid
        to common shareholders; Dividends paid to owners of the parent""",
    ),
    (
        "share_repurchases",
        """Repurchases of common stock; Purchases of treasury stock; Repurchase of common stock; Purchases
        of common stock for treasury; Share buyback/cancellations; Purchase of treasury shares; Treasury
        stock repurchased; Repurchase of common shares; Anti-dilutive share repurchases; Common stock
        repurchased; Stock repurchases; Acquisition of treasury stock; Purchase of own shares;
        Repurchases of common shares; Payments to repurchase common stock; Treasury stock purchases;
        Share repurchases; Purchases of company stock; Cash paid for treasury stock; Payments for
        repurchase of common stock; Repurchase and retirement of common stock; Common stock repurchases;
        Purchases of Company common stock; Treasury shares purchased""",
    ),
)
TAIL_ROWS = (
    (
        "interest_paid",
        """Interest paid; Cash paid for interest; Cash paid during the year for interest; Interest paid,
        net of amounts capitalized; Cash interest paid; Interest payments; Cash paid for interest, net
        of capitalized interest; Interest (net of amount capitalized) paid; Cash payments for interest""",
    ),
    (
        "income_taxes_paid",
        """Income taxes paid; Cash paid for income taxes; Cash paid for income taxes, net of refunds;
        Income taxes paid, net; Cash income taxes paid, net; Cash paid during the period for income
        taxes; Taxes paid; Income tax payments; Income taxes paid, net of refunds; Cash paid for income
        taxes, net; Cash payments for income taxes""",
    ),
)


@pytest.mark.parametrize(("label", "concept"), _cases(*OPERATING_ROWS))
def test_an_addback_wording_is_understood(label: str, concept: str):
    assert _cash("operating", label) == concept


@pytest.mark.parametrize(("label", "concept"), _cases(*INVESTING_ROWS))
def test_a_capex_wording_is_understood(label: str, concept: str):
    assert _cash("investing", label) == concept


@pytest.mark.parametrize(("label", "concept"), _cases(*FINANCING_ROWS))
def test_a_shareholder_return_wording_is_understood(label: str, concept: str):
    assert _cash("financing", label) == concept


@pytest.mark.parametrize(("label", "concept"), _cases(*TAIL_ROWS))
def test_a_supplemental_wording_is_understood(label: str, concept: str):
    assert _cash("tail", label) == concept


NOT_OPERATING = """Deferred income taxes; Amortization of debt discount; Excess tax benefits from
stock-based compensation; Accounts receivable; Loss on disposal of property and equipment;
Amortization of debt issuance costs; Inventories"""
NOT_INVESTING = """Proceeds from sale of property and equipment; Acquisitions, net of cash acquired;
Purchases of investments; Purchases of marketable securities; Proceeds from disposal of property,
plant and equipment; Purchase of intangible assets; Acquisition of businesses; Sales of property;
Insurance proceeds from property damage; Purchases of short-term investments; Non-cash additions to
property and equipment"""
NOT_FINANCING = """Dividends paid to noncontrolling interests; Proceeds from issuance of common
stock; Repayments of debt; Taxes paid related to net share settlement of equity awards;
Distributions to noncontrolling interests; Proceeds from issuance of treasury stock; Redemption of
preferred stock; Purchase of noncontrolling interest; Payments for taxes related to net share
settlement of equity awards; Proceeds from employee stock purchase plan; Payment of debt issuance
costs; Tax withholding on share-based awards; Issuance of common stock"""
NOT_TAIL = """Capital expenditures incurred but not yet paid; Property and equipment acquired under
finance leases; Cash and cash equivalents, end of year; Effect of exchange rate changes on cash;
Dividends declared but not paid; Common stock issued for acquisitions; Unpaid purchases of property
and equipment; Interest received"""


@pytest.mark.parametrize("label", _listed(NOT_OPERATING))
def test_an_operating_row_that_is_no_concept_stays_unmapped(label: str):
    assert _cash("operating", label) is None


@pytest.mark.parametrize("label", _listed(NOT_INVESTING))
def test_an_investing_row_that_is_no_concept_stays_unmapped(label: str):
    assert _cash("investing", label) is None


@pytest.mark.parametrize("label", _listed(NOT_FINANCING))
def test_a_financing_row_that_is_no_concept_stays_unmapped(label: str):
    assert _cash("financing", label) is None


@pytest.mark.parametrize("label", _listed(NOT_TAIL))
def test_a_supplemental_row_that_is_no_concept_stays_unmapped(label: str):
    assert _cash("tail", label) is None


def _totals(operating: str, investing: str, financing: str, change: str) -> dict[str, str]:
    text = f"""
    Net income | 300 | 250
    Depreciation and amortization | 123 | 111
    {operating} | 423 | 361
    Capital expenditures | (200) | (190)
    {investing} | (200) | (190)
    Dividends paid | (50) | (40)
    {financing} | (50) | (40)
    {change} | 173 | 131
    Cash and cash equivalents, beginning of year | 100 | 90
    Cash and cash equivalents, end of year | 273 | 221
    """
    return concepts(CASH, text)


@pytest.mark.parametrize(
    ("operating", "investing", "financing"),
    [
        (
            "Net cash provided by operating activities",
            "Net cash used in investing activities",
            "Net cash used in financing activities",
        ),
        (
            "Cash generated by operating activities",
            "Cash used in investing activities",
            "Cash used in financing activities",
        ),
        (
            "Total cash provided by operating activities",
            "Total cash used in investing activities",
            "Total cash used in financing activities",
        ),
        (
            "Net cash flows from operating activities",
            "Net cash flows used in investing activities",
            "Net cash flows used in financing activities",
        ),
        (
            "Cash provided by operations",
            "Cash used for investing activities",
            "Cash used for financing activities",
        ),
        (
            "Net cash from operating activities",
            "Net cash from investing activities",
            "Net cash from financing activities",
        ),
        (
            "NET CASH PROVIDED BY (USED IN) OPERATING ACTIVITIES",
            "NET CASH (USED IN) PROVIDED BY INVESTING ACTIVITIES",
            "NET CASH (USED IN) PROVIDED BY FINANCING ACTIVITIES",
        ),
        (
            "Net cash flow from operating activities",
            "Net cash flow from investing activities",
            "Net cash flow from financing activities",
        ),
        (
            "Cash flows from operating activities",
            "Cash flows from investing activities",
            "Cash flows from financing activities",
        ),
        (
            "Net cash inflow from operating activities",
            "Net cash outflow from investing activities",
            "Net cash outflow from financing activities",
        ),
        (
            "Net operating cash flows provided by operating activities",
            "Net investing cash flows used for investing activities",
            "Net financing cash flows used for financing activities",
        ),
        (
            "Cash Flow From Operating Activities",
            "Cash Flow Used in Investing Activities",
            "Cash Flow Used in Financing Activities",
        ),
    ],
)
def test_an_activity_total_wording_is_understood(operating: str, investing: str, financing: str):
    found = _totals(operating, investing, financing, "Net increase in cash")

    assert found["cash_from_operations"] == operating
    assert found["cash_from_investing"] == investing
    assert found["cash_from_financing"] == financing


@pytest.mark.parametrize(
    "change",
    _listed(
        """Net increase in cash and cash equivalents; Net change in cash and cash equivalents;
        Increase in cash and cash equivalents; Net increase (decrease) in cash, cash equivalents
        and restricted cash; (Decrease) increase in cash and cash equivalents; Net decrease in
        cash; Change in cash and cash equivalents; Net increase (decrease) during the year;
        Increase (decrease) in cash; Net Increase (Decrease) in Cash and Cash Equivalents; Net
        change for the period; Increase/(Decrease) in cash and due from banks; Total increase
        (decrease) in cash and cash equivalents; Cash and cash equivalents increase (decrease)"""
    ),
)
def test_a_wording_of_the_change_in_cash_is_understood(change: str):
    found = _totals(
        "Net cash provided by operating activities",
        "Net cash used in investing activities",
        "Net cash used in financing activities",
        change,
    )

    assert found["net_change_in_cash"] == change
