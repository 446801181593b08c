"""Statements and facts for tests, written as rows of (label, concept, printed values)."""

from datetime import date
from decimal import Decimal

from services.domain.concepts import CONCEPTS, StatementKind, Unit
from services.domain.confidence import FactConfidence
from services.domain.ids import FactId, ReportId, StatementId, UserId
from services.domain.periods import Period
from services.domain.provenance import SourceRef
from services.domain.reports import Fact, LineItem, Report, ReportFormat, Statement, StatementColumn

REPORT = ReportId("report-1")
SURE = FactConfidence(value=0.97, concept=0.98, period=0.99, unit=0.99)
NEGATED = {"cost positive", "outflow stored positive"}


def year(number: int) -> Period:
    return Period(start=date(number, 1, 1), end=date(number, 12, 31))


def quarter(number: int, of: int) -> Period:
    ends = {1: (3, 31), 2: (6, 30), 3: (9, 30), 4: (12, 31)}
    return Period(start=date(number, 3 * of - 2, 1), end=date(number, *ends[of]))


def at(number: int, month: int = 12, day: int = 31) -> Period:
    return Period(end=date(number, month, day))


def report(**changes) -> Report:
    fields = {
        "report_id": REPORT,
        "name": "annual.pdf",
        "format": ReportFormat.PDF,
        "sha256": "0" * 64,
        "size": 1,
        "blob_key": "2026/11/report-1.pdf",
        "uploaded_by": UserId("u"),
        "uploaded_at": "2026-11-22T12:00:00Z",
    }
    return Report(**{**fields, **changes})


def build(
    kind: StatementKind,
    columns: list[Period],
    rows: list[tuple],
    *,
    name: str | None = None,
    scale: int = 1_000_000,
    confidence: FactConfidence = SURE,
    basis: str = "consolidated",
    report_id: str = REPORT,
) -> tuple[Statement, list[Fact]]:
    """Return a statement; a value of None is blank, a cost's printed sign may be negative."""
    statement_id = StatementId(name or f"{report_id}-{kind.value}")
    facts: list[Fact] = []
    lines: list[LineItem] = []
    for index, (label, concept, *values) in enumerate(rows):
        ids: list[FactId | None] = []
        for column, printed in enumerate(values):
            if printed is None:
                ids.append(None)
                continue
            fact = _fact(
                (report_id, statement_id, kind, basis),
                (index, column, label, concept),
                Decimal(str(printed)),
                columns[column],
                scale,
                confidence,
            )
            facts.append(fact)
            ids.append(fact.fact_id)
        lines.append(
            LineItem(
                row=index,
                label=label,
                concept=concept,
                is_total=label.lower().startswith("total"),
                facts=tuple(ids),
            )
        )
    statement = Statement(
        statement_id=statement_id,
        report_id=ReportId(report_id),
        kind=kind,
        title=kind.value,
        basis=basis,
        scale=scale,
        pages=(1,),
        columns=tuple(StatementColumn(period=period) for period in columns),
        rows=tuple(lines),
    )
    return statement, facts


def _fact(owner, place, printed, period, scale, confidence) -> Fact:
    report_id, statement_id, kind, basis = owner
    row, column, label, concept = place
    known = CONCEPTS.get(concept) if concept else None
    unit = known.unit if known else Unit.MONEY
    factor = 1 if unit is Unit.PER_SHARE else scale
    value = printed * factor
    if known and known.sign in NEGATED:
        value = abs(value)
    return Fact(
        fact_id=FactId(f"{statement_id}-r{row}-c{column}"),
        report_id=ReportId(report_id),
        statement_id=statement_id,
        statement=kind,
        row=row,
        column=column,
        label=label,
        concept=concept,
        period=period,
        value=value,
        printed_value=printed,
        unit=unit,
        scale=factor,
        decimals=max(0, -printed.as_tuple().exponent),
        basis=basis,
        confidence=confidence,
        source=SourceRef(
            report_id=ReportId(report_id), document="annual.pdf", page=1, printed=str(printed)
        ),
    )


def altered(facts: list[Fact], fact_id: str, printed) -> list[Fact]:
    """Return the facts with one printed number (and its value) replaced."""
    changed = []
    for fact in facts:
        if fact.fact_id == fact_id:
            number = Decimal(str(printed))
            value = number * fact.scale
            if fact.concept and CONCEPTS[fact.concept].sign in NEGATED:
                value = abs(value)
            fact = fact.model_copy(update={"printed_value": number, "value": value})
        changed.append(fact)
    return changed


def manufacturer() -> tuple[list[Statement], list[Fact]]:
    """Return a manufacturer's three statements for 2018 and 2017 (USD million), all of which tie."""
    income = build(
        StatementKind.INCOME,
        [year(2018), year(2017)],
        [
            ("Net sales", "revenue", 32765, 31657),
            ("Cost of sales", "cost_of_revenue", 16682, 16055),
            ("Selling, general and administrative", "sga", 7602, 6626),
            ("Research, development and related", "research_and_development", 1821, 1870),
            ("Gain on sale of businesses", None, -547, -586),
            ("Total operating expenses", None, 25558, 23965),
            ("Operating income", "operating_income", 7207, 7692),
            ("Other expense, net", None, 207, 144),
            ("Income before income taxes", "income_before_tax", 7000, 7548),
            ("Provision for income taxes", "income_tax_expense", 1637, 2679),
            ("Net income including noncontrolling interest", "net_income_incl_nci", 5363, 4869),
            ("Less: noncontrolling interest", None, 14, 11),
            ("Net income attributable to the parent", "net_income", 5349, 4858),
            ("Weighted average shares, basic", "shares_basic_wavg", 588.5, 597.5),
            ("Basic earnings per share", "eps_basic", 9.09, 8.13),
            ("Weighted average shares, diluted", "shares_diluted_wavg", 602.0, 612.7),
            ("Diluted earnings per share", "eps_diluted", 8.89, 7.93),
        ],
    )
    balance = build(
        StatementKind.BALANCE,
        [at(2018), at(2017)],
        [
            ("Cash and cash equivalents", "cash_and_equivalents", 2853, 3053),
            ("Marketable securities, current", "short_term_investments", 380, 1076),
            ("Accounts receivable, net", "accounts_receivable_net", 5020, 4911),
            ("Finished goods and other inventories", "inventory", 4366, 4034),
            ("Other current assets", None, 1090, 1203),
            ("Total current assets", "total_current_assets", 13709, 14277),
            ("Property, plant and equipment, net", "ppe_net", 8738, 8866),
            ("Goodwill and other assets", None, 14053, 14844),
            ("Total assets", "total_assets", 36500, 37987),
            ("Short-term borrowings", "short_term_debt", 1211, 1853),
            ("Accounts payable", "accounts_payable", 2266, 1945),
            ("Other current liabilities", None, 3767, 3889),
            ("Total current liabilities", "total_current_liabilities", 7244, 7687),
            ("Long-term debt", "long_term_debt", 13411, 12096),
            ("Other liabilities", None, 5997, 6582),
            ("Total liabilities", "total_liabilities", 26652, 26365),
            ("Retained earnings", "retained_earnings", 40636, 39115),
            ("Treasury stock and other", None, -30840, -27552),
            ("Shareholders' equity", "stockholders_equity", 9796, 11563),
            ("Noncontrolling interest", None, 52, 59),
            ("Total equity", "total_equity_incl_nci", 9848, 11622),
            ("Total liabilities and equity", "total_liabilities_and_equity", 36500, 37987),
        ],
    )
    cash = build(
        StatementKind.CASH_FLOW,
        [year(2018), year(2017)],
        [
            ("Net income including noncontrolling interest", None, 5363, 4869),
            ("Depreciation and amortization", "depreciation_amortization", 1488, 1544),
            ("Other operating, net", None, -412, -173),
            ("Net cash provided by operating activities", "cash_from_operations", 6439, 6240),
            ("Purchases of property, plant and equipment", "capex", -1577, -1373),
            ("Other investing, net", None, 1799, -1713),
            ("Net cash from investing activities", "cash_from_investing", 222, -3086),
            ("Dividends paid", "dividends_paid", -3193, -2803),
            ("Other financing, net", None, -3508, 148),
            ("Net cash used in financing activities", "cash_from_financing", -6701, -2655),
            ("Effect of exchange rate changes on cash", None, -160, 156),
            ("Net (decrease) increase in cash", "net_change_in_cash", -200, 655),
            ("Cash and cash equivalents at beginning of year", None, 3053, 2398),
            ("Cash and cash equivalents at end of period", None, 2853, 3053),
        ],
    )
    statements = [income[0], balance[0], cash[0]]
    return statements, [*income[1], *balance[1], *cash[1]]
