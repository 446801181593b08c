"""The words of finance that questions use: phrase → key of a figure, and the formulas that have no metric.

Phrases are lower case, hyphens and commas as spaces. A concept and a metric are keyed by their ids.
"""

from collections.abc import Mapping

_PHRASES: Mapping[str, str] = {
    "revenue": "revenue|revenues|total revenue|total revenues|net revenue|net revenues|total net revenue"
    "|total net revenues|sales|net sales|total sales|total net sales|top line",
    "cost_of_revenue": "cogs|cost of goods sold|cost of sales|cost of revenue|cost of revenues"
    "|cost of products sold|cost of goods|costs of goods sold|total cost of revenue|total cost of sales",
    "gross_profit": "gross profit|gross profits|gross income",
    "research_and_development": "r&d|r & d|research and development|research & development",
    "sga": "sg&a|sga|selling general and administrative|selling general & administrative"
    "|selling and administrative",
    "operating_income": "operating income|operating profit|operating profits|income from operations"
    "|operating earnings|profit from operations|earnings from operations",
    "interest_expense": "interest expense|interest expenses",
    "income_before_tax": "income before tax|income before taxes|income before income taxes"
    "|income before income tax|pretax income|pre tax income|earnings before tax|earnings before taxes"
    "|earnings before income taxes|profit before tax|pretax profit|pretax earnings|pre tax profit"
    "|pre tax earnings|ebt",
    "income_tax_expense": "income tax expense|income tax expenses|provision for income taxes|tax expense"
    "|income tax provision|tax provision|income taxes|provision for taxes",
    "net_income": "net income|net earnings|net profit|bottom line|net income attributable to shareholders"
    "|net income attributable to common shareholders|net income attributable to stockholders"
    "|net income attributable to shareowners|net income attributable to the company"
    "|net income attributable to parent|net income attributable to the parent"
    "|net earnings attributable to shareholders|profit attributable to shareholders"
    "|net income attributable to common stockholders|net income attributable to|net earnings attributable to",
    "net_income_incl_nci": "net income including noncontrolling interests"
    "|net income including noncontrolling interest|net income including non controlling interests"
    "|net income including non controlling interest|consolidated net income",
    "eps_basic": "basic eps|basic earnings per share|eps basic|basic net income per share"
    "|basic earnings per common share",
    "eps_diluted": "diluted eps|diluted earnings per share|eps diluted|diluted net income per share"
    "|diluted earnings per common share|earnings per diluted share",
    "shares_basic_wavg": "weighted average basic shares|basic weighted average shares|basic shares"
    "|weighted average basic shares outstanding|basic shares outstanding",
    "shares_diluted_wavg": "weighted average diluted shares|diluted weighted average shares"
    "|diluted shares|diluted share|weighted average diluted shares outstanding|diluted shares outstanding",
    "cash_and_equivalents": "cash|cash and cash equivalents|cash & cash equivalents|cash and equivalents"
    "|cash & equivalents",
    "short_term_investments": "short term investments|short term marketable securities"
    "|current marketable securities|current investments",
    "accounts_receivable_net": "accounts receivable|net accounts receivable|accounts receivable net"
    "|ar|net ar|trade receivables|net receivables|receivables|receivables net|net trade receivables",
    "inventory": "inventory|inventories|merchandise inventories|merchandise inventory|total inventory"
    "|total inventories|net inventory|net inventories|inventories net",
    "total_current_assets": "current assets|total current assets",
    "ppe_net": "pp&e|ppe|ppne|pp&ne|net pp&e|net ppe|net ppne|pp&e net|ppne net|ppe net"
    "|property plant and equipment|property plant & equipment|net property plant and equipment"
    "|net property plant & equipment|property plant and equipment net|property and equipment"
    "|property & equipment|net property and equipment|property and equipment net|fixed assets"
    "|net fixed assets",
    "goodwill": "goodwill",
    "intangible_assets_net": "intangible assets|net intangible assets|intangible assets net|intangibles",
    "total_assets": "total assets|assets",
    "accounts_payable": "accounts payable|ap|trade payables|trade accounts payable",
    "short_term_debt": "short term debt|short term borrowings|current debt",
    "deferred_revenue_current": "current deferred revenue|deferred revenue current"
    "|short term deferred revenue",
    "total_current_liabilities": "current liabilities|total current liabilities",
    "long_term_debt": "long term debt|noncurrent debt|non current debt|long term borrowings",
    "total_liabilities": "total liabilities|liabilities",
    "retained_earnings": "retained earnings|accumulated deficit",
    "stockholders_equity": "shareholders equity|stockholders equity|shareholder equity|shareowners equity"
    "|stockholder equity|total shareholders equity|total stockholders equity|total shareowners equity"
    "|shareholders' equity|stockholders' equity",
    "total_equity_incl_nci": "total equity|total equity including noncontrolling interests"
    "|equity including noncontrolling interests",
    "total_liabilities_and_equity": "total liabilities and equity|total liabilities and shareholders equity"
    "|total liabilities and stockholders equity",
    "depreciation_amortization": "d&a|da|depreciation and amortization|depreciation & amortization"
    "|depreciation amortization",
    "stock_based_compensation": "stock based compensation|share based compensation|stock compensation|sbc"
    "|equity based compensation",
    "cash_from_operations": "cash from operations|cash flow from operations|cash flows from operations"
    "|operating cash flow|operating cash flows|cfo|ocf|cash flow from operating activities"
    "|cash flows from operating activities|cash from operating activities"
    "|net cash provided by operating activities|net cash from operating activities"
    "|net cash from operations|cash provided by operating activities|cash provided by operations"
    "|cash generated from operations|net operating cash flow",
    "capex": "capex|capital expenditure|capital expenditures|cap ex|capital spending"
    "|purchases of property and equipment|purchases of property plant and equipment"
    "|purchases of pp&e|purchase of property plant and equipment|purchase of property and equipment"
    "|additions to property plant and equipment",
    "cash_from_investing": "cash from investing|cash flow from investing|cash flow from investing activities"
    "|investing cash flow|cfi|net cash from investing activities|cash from investing activities",
    "cash_from_financing": "cash from financing|cash flow from financing|cash flow from financing activities"
    "|financing cash flow|cff|net cash from financing activities|cash from financing activities",
    "dividends_paid": "dividends paid|cash dividends|cash dividends paid|total cash dividends paid"
    "|total cash dividends paid out|total dividends paid|dividends|cash dividend payments"
    "|dividend payments|total dividends",
    "share_repurchases": "share repurchases|stock repurchases|share buybacks|stock buybacks|buybacks"
    "|repurchases of common stock|repurchase of common stock|purchases of treasury stock"
    "|repurchases of shares",
    "net_change_in_cash": "net change in cash|net change in cash and cash equivalents"
    "|net increase in cash|net decrease in cash",
    "interest_paid": "interest paid|cash paid for interest|cash interest paid|cash interest",
    "income_taxes_paid": "income taxes paid|taxes paid|cash taxes|cash taxes paid|income tax paid"
    "|cash paid for income taxes|cash paid for taxes",
    "gross_margin": "gross margin|gross margins|gross profit margin|gross profit margins",
    "operating_margin": "operating margin|operating margins|operating income margin"
    "|operating profit margin|operating profit margins",
    "net_margin": "net margin|net margins|net profit margin|net income margin|net profit margins",
    "ebitda_unadjusted": "ebitda",
    "ebitda_margin": "ebitda margin|ebitda % margin|ebitda margins",
    "free_cash_flow": "free cash flow|free cash flows|fcf|free cashflow",
    "free_cash_flow_margin": "free cash flow margin|fcf margin",
    "free_cash_flow_conversion": "free cash flow conversion|fcf conversion|free cashflow conversion",
    "capex_to_revenue": "capex to revenue|capital expenditure to revenue|capex to sales",
    "current_ratio": "current ratio|working capital ratio",
    "quick_ratio": "quick ratio|acid test ratio|acid test",
    "cash_ratio": "cash ratio",
    "operating_cash_flow_ratio": "operating cash flow ratio",
    "debt_to_equity": "debt to equity|debt to equity ratio|debt equity ratio",
    "interest_coverage": "interest coverage|interest coverage ratio|times interest earned",
    "roa": "roa|return on assets|return on total assets",
    "roe": "roe|return on equity|return on shareholders equity|return on stockholders equity",
    "asset_turnover": "asset turnover|total asset turnover|asset turnover ratio|total asset turnover ratio",
    "fixed_asset_turnover": "fixed asset turnover|fixed asset turnover ratio|fixed assets turnover",
    "inventory_turnover": "inventory turnover|inventory turnover ratio|inventory turns|stock turnover",
    "dso": "dso|days sales outstanding|days sales outstanding ratio|days of sales outstanding"
    "|average collection period",
    "dio": "dio|days inventory outstanding|days of inventory outstanding|days in inventory|days inventory"
    "|days of inventory|days sales of inventory|dsi",
    "dpo": "dpo|days payable outstanding|days payables outstanding|days of payables outstanding",
    "ccc": "ccc|cash conversion cycle",
    "effective_tax_rate": "effective tax rate|effective income tax rate|etr",
    "payout_ratio": "payout ratio|dividend payout ratio|dividend payout",
    "retention_ratio": "retention ratio|earnings retention ratio|plowback ratio",
    "accruals_ratio": "accruals ratio|accrual ratio",
    "net_working_capital": "net working capital|working capital|nwc",
    "debt_to_ebitda": "debt to ebitda|debt to ebitda ratio|total debt to ebitda",
    "net_debt_to_ebitda": "net debt to ebitda|net debt to ebitda ratio",
    "liabilities_to_assets": "liabilities to assets|total liabilities to total assets|liabilities to assets ratio",
    "equity_multiplier": "equity multiplier",
    "total_debt": "total debt|debt|total borrowings",
    "net_debt": "net debt",
    "liquid_funds": "cash and short term investments|cash and cash equivalents and short term investments"
    "|cash cash equivalents and short term investments",
    "receivables_turnover": "receivables turnover|receivables turnover ratio|accounts receivable turnover"
    "|accounts receivable turnover ratio|receivable turnover",
    "payables_turnover": "payables turnover|payables turnover ratio|accounts payable turnover"
    "|accounts payable turnover ratio|payable turnover",
    "operating_cycle": "operating cycle",
    "dividend_coverage": "dividend coverage ratio|dividend cover|dividend coverage",
    "sustainable_growth_rate": "sustainable growth rate",
}

FORMULAS: Mapping[str, str] = {
    "total_debt": "short term debt + long term debt",
    "net_debt": "total debt - cash and cash equivalents - short term investments",
    "liquid_funds": "cash and cash equivalents + short term investments",
    "receivables_turnover": "revenue / average accounts receivable",
    "payables_turnover": "cogs / average accounts payable",
    "operating_cycle": "dio + dso",
    "dividend_coverage": "net income / dividends paid",
    "sustainable_growth_rate": "roe * retention ratio",
}
"""Figures that are no metric of the catalogue, written as a question would define them."""
SEVERAL_DEFINITIONS = frozenset(
    {
        "quick_ratio", "roa", "roe", "asset_turnover", "fixed_asset_turnover", "inventory_turnover", "dso",
        "dio", "dpo", "ccc", "free_cash_flow_conversion", "interest_coverage", "debt_to_equity",
        "accruals_ratio", "net_debt_to_ebitda", "debt_to_ebitda",
    }
)  # fmt: skip
"""Metrics that analysts define differently: average or closing balances, with or without some item."""
PERCENT_FORMULAS = frozenset({"sustainable_growth_rate"})

_EXPENSES = (
    "research_and_development", "sga", "depreciation_amortization", "stock_based_compensation",
)  # fmt: skip
_SPENT = ("expense", "expenses", "cost", "costs", "spending")
PHRASES: Mapping[str, str] = {
    phrase: key for key, joined in _PHRASES.items() for phrase in joined.split("|")
} | {
    f"{phrase} {spent}": key
    for key in _EXPENSES
    for phrase in _PHRASES[key].split("|")
    for spent in _SPENT
}
"""Every phrase and the key of what it means."""

_PLACES = (
    "balance sheet|balance sheets|income statement|income statements|p&l statement|p&l|profit and loss statement"
    "|cash flow statement|cash flow statements|statement of cash flows|statement of cash flow"
    "|statements of cash flows|statement of income|statements of income|statement of operations"
    "|statements of operations|statement of earnings|statement of financial position"
    "|statements of financial position|profit & loss statement|financial statements|annual report"
)
STATEMENTS = _PLACES.split("|")
"""Where a question wants the numbers to be from: what our concepts are read from anyway."""

KEYWORDS: Mapping[str, str] = {
    "plus": "+", "minus": "-", "less": "-", "divided by": "/", "over": "/", "times": "*",
    "multiplied by": "*", "x": "*",
    "as a % of": "share", "as % of": "share", "as a percentage of": "share", "as a percent of": "share",
    "as percentage of": "share", "as a share of": "share", "as a proportion of": "share",
    "as percent of": "share", "as a fraction of": "share", "% of": "share", "percentage of": "share",
    "percent of": "share", "relative to": "share",
    "average": "average", "avg": "average", "mean": "average",
    "cagr": "cagr", "compound annual growth rate": "cagr", "compounded annual growth rate": "cagr",
    "change": "change", "increase": "change", "decrease": "change", "changed": "change", "rise": "change",
    "decline": "change", "difference": "change",
    "percentage change": "growth", "percent change": "growth", "% change": "growth",
    "percentage increase": "growth", "percent increase": "growth", "percentage decrease": "growth",
    "percent decrease": "growth", "growth": "growth", "growth rate": "growth", "grow": "growth",
    "% growth": "growth", "percentage growth": "growth", "rate of growth": "growth",
    "margin": "margin", "% margin": "margin", "percent margin": "margin", "percentage margin": "margin",
    "ratio": "ratio", "sum": "sum", "total of": "sum", "per": "/", "difference between": "difference", "to": "to", "and": "and",
}  # fmt: skip
"""What joins figures in a formula; the longest phrase counts."""

_SAYS_NOTHING = """
    a an the there when taking into account referencing referring looking reviewing examining leveraging
    solely exclusively mainly simply presented disclosed listed displayed derived sources source document filing
    rely management amounts came come of in for on at by as is was were are be did does do has have had what which how much
    many it its their they this that company firm business amount value figure number total
    unadjusted reported consolidated gaap year end fiscal ended ending during within from please
    calculate compute find give tell state show determine extract provide report me we i you your
    our answer response question following here only primarily using use used based basing off
    according agreement information data details line items shown clearly plainly stated outlined
    provided contained found drawing conclusions judgments judgment judgements relying utilizing
    utilize respond considering given solution result pay paid out spend spent generate generated
    earn earned make made record recorded hold held carry incur incurred post posted with through
    level balance approximately roughly exact and/or item equal most recent latest available purely
    directly asked calculated can could would want need know like terms full
"""
FILLERS = frozenset(_SAYS_NOTHING.split())
"""Words that say nothing of which figure is meant."""

QUALIFIERS = (
    r"\b(exclud\w*|except\w*|adjusted|adjusting|non gaap|organic\w*|constant currency|pro forma|segment\w*|region\w*"
    r"|without|before|after|normali[sz]ed|core|comparable|like for like|continuing|discontinued|per share"
    r"|assum\w+ (?!that you|the (role|perspective))|instead|ignor\w*|treat\w*|one time|nonrecurring|geograph\w*"
    r"|quarter\w*|monthly|restated|domestic|international|hypothetical\w*|forecast\w*|project\w*|estimate[ds]?)\b"
)
"""Words that make another figure of one, so that a sentence with them may not be passed over."""
