"""What the reports say in words, built from the same figures as the statements."""

from collections.abc import Iterator, Mapping

from samples.company import Year

Section = tuple[str, tuple[str, ...]]


def money(thousands: int) -> str:
    """Return an amount as text in millions: '$52.4 million'."""
    return f"${thousands / 1000:,.1f} million"


def moved(now: int, before: int) -> str:
    """Return a change in words: 'increased 2.6%'."""
    change = (now - before) / abs(before) * 100
    return f"{'increased' if change >= 0 else 'decreased'} {abs(change):.1f}%"


def margin(part: int, whole: int) -> str:
    """Return a share in percent: '39.4%'."""
    return f"{part / whole * 100:.1f}%"


def business(years: Mapping[int, Year], year: int) -> Section:
    """Return Item 1."""
    now = years[year]
    return (
        "Item 1. Business",
        (
            "Larkfield Instruments, Inc. (“Larkfield,” the “Company,” “we” or “our”) designs, "
            "manufactures and services precision flow meters, gas analyzers and calibration systems for "
            "water utilities, food producers and process plants. We sell through our own field force in "
            "North America and through distributors elsewhere, and we service installed instruments under "
            "annual contracts.",
            f"In fiscal {year} products accounted for {margin(now.given.products, now.revenue)} of our revenue "
            f"and services for {margin(now.given.services, now.revenue)}. We operate plants in two locations and "
            "employed about 2,100 people at year end.",
            "We compete on measuring accuracy, delivery time and the cost of ownership. Our larger "
            "competitors have greater resources; several of them lowered list prices during the last two years.",
        ),
    )


def risk_factors(year: int) -> Section:
    """Return Item 1A; the later the year, the harder the words."""
    common = (
        "Demand for our instruments follows the capital budgets of our customers, which can change quickly. "
        "A delay of large utility programs would reduce our revenue.",
        "We depend on a small number of suppliers for sensors and housings. Interruptions or price increases "
        "would raise our cost of revenue.",
    )
    debt = (
        "Our indebtedness has increased. Higher interest expense reduces the cash available for investment, "
        "and our credit agreement contains covenants that limit our flexibility.",
    )
    severe = (
        "During the fourth quarter of fiscal 2025 we extended payment terms to several distributors. If "
        "these distributors do not resell the instruments, we may have to accept returns or write off "
        "receivables, and our results would be materially and adversely affected.",
        "We did not meet the interest coverage covenant of our credit agreement as of December 31, 2025 and "
        "obtained a waiver through March 31, 2027. There can be no assurance that we will meet the covenant "
        "thereafter or that lenders will grant a further waiver.",
    )
    added = (debt if year >= 2024 else ()) + (severe if year >= 2025 else ())
    return "Item 1A. Risk Factors", common + added


def discussion(years: Mapping[int, Year], year: int) -> tuple[Section, Section]:
    """Return Item 7 in two parts: results, and liquidity."""
    now, before = years[year], years[year - 1]
    return (
        ("Item 7. Management’s Discussion and Analysis — Results of Operations", tuple(_results(now, before))),
        ("Liquidity and Capital Resources", tuple(_liquidity(now, before))),
    )  # fmt: skip


def _results(now: Year, before: Year) -> Iterator[str]:
    yield (
        f"Total revenue {moved(now.revenue, before.revenue)} to {money(now.revenue)} in {now.year} from "
        f"{money(before.revenue)} in {before.year}. Products revenue {moved(now.given.products, before.given.products)} "
        f"and services revenue {moved(now.given.services, before.given.services)}."
    )
    yield (
        f"Gross profit was {money(now.gross_profit)}, or {margin(now.gross_profit, now.revenue)} of revenue, compared "
        f"with {margin(before.gross_profit, before.revenue)} in {before.year}. The change reflects price concessions, "
        "the mix between products and services, and the cost of sensors."
    )
    yield (
        f"Research and development expenses {moved(now.given.research, before.given.research)} and selling, general "
        f"and administrative expenses {moved(now.given.selling, before.given.selling)}. Operating income was "
        f"{money(now.operating_income)}, or {margin(now.operating_income, now.revenue)} of revenue, compared with "
        f"{margin(before.operating_income, before.revenue)} in {before.year}."
    )
    if now.given.restructuring:
        yield (
            f"We recorded restructuring charges of {money(now.given.restructuring)} for the closure of an assembly "
            "line and severance. We expect the program to be substantially complete in the first half of the next year."
        )
    yield (
        f"Interest expense {moved(now.given.interest, before.given.interest)} to {money(now.given.interest)} on higher "
        f"average borrowings and rates. Net income was {money(now.net_income)} compared with {money(before.net_income)}."
    )


def _liquidity(now: Year, before: Year) -> Iterator[str]:
    free = now.operating_cash - now.given.capex
    free_before = before.operating_cash - before.given.capex
    yield (
        f"Cash and cash equivalents were {money(now.closing.cash)} at the end of {now.year} compared with "
        f"{money(before.closing.cash)} a year earlier. Net cash provided by operating activities was "
        f"{money(now.operating_cash)} compared with {money(before.operating_cash)}."
    )
    yield (
        f"Accounts receivable {moved(now.closing.receivables, before.closing.receivables)} and inventories "
        f"{moved(now.closing.inventories, before.closing.inventories)} while revenue "
        f"{moved(now.revenue, before.revenue)}."
    )
    yield (
        f"Capital expenditures were {money(now.given.capex)} and {money(before.given.capex)} in {now.year} and "
        f"{before.year}. Operating cash flow less capital expenditures was {_signed(free)} and {_signed(free_before)}."
    )
    yield (
        f"Total debt at year end was {money(now.closing.current_debt + now.closing.long_debt)}, of which "
        f"{money(now.closing.current_debt)} falls due within one year. We believe that cash on hand and cash from "
        "operations are sufficient to meet our needs for at least the next twelve months."
    )


def _signed(amount: int) -> str:
    return money(amount) if amount >= 0 else f"negative {money(-amount)}"


def letter(years: Mapping[int, Year], year: int) -> Section:
    """Return the letter to the shareholders."""
    now, before = years[year], years[year - 1]
    opening = (
        f"Fiscal {year} brought revenue of {money(now.revenue)}, after {money(before.revenue)} in the year before. Our "
        f"customers installed about {round(now.given.products / 4.2):,} Larkfield instruments, and more of them chose a "
        "service contract with the instrument than ever."
    )
    good = (
        "We funded our investments from our own cash flow, returned cash to you through dividends and repurchases, and "
        "kept our balance sheet sound."
    )
    mixed = (
        "It was not an easy year. Sensor costs rose faster than our prices, and some customers postponed orders. We "
        "answered with new products rather than with lower spending on development."
    )
    hard = (
        "The year fell short of what we had planned. Price competition and costs took more of our gross margin than we "
        "expected, our customers paid later, and we decided to close an assembly line. The board has suspended share "
        "repurchases, and management has begun a program to bring receivables and inventories down."
    )
    mood = good if year <= 2023 else mixed if year == 2024 else hard
    thanks = "We thank our employees for their care and our shareholders for their patience."
    return "To our shareholders", (opening, mood, thanks)


def legal_and_market(year: int) -> Section:
    """Return Items 2, 3 and 5 in short."""
    return (
        "Items 2, 3 and 5. Properties, Legal Proceedings, Market for Common Equity",
        (
            "We own our main plant and lease a second plant, a calibration laboratory and several sales offices. The "
            "leases end between two and nine years from now.",
            "We are party to claims that arise in the ordinary course of business. We do not believe that any of them "
            "will have a material effect on our financial position.",
            f"Our common stock is listed on a national securities exchange. We paid four quarterly dividends in {year}. "
            "Future dividends depend on our earnings and on the covenants of our credit agreement.",
        ),
    )


def auditor(year: int, restated: bool) -> Section:
    """Return the auditor's report in short."""
    emphasis = (
        (
            "As discussed in Note 2, the 2024 consolidated financial statements have been restated to correct a "
            "misstatement.",
        )
        if restated
        else ()
    )
    return (
        "Report of Independent Registered Public Accounting Firm",
        (
            "To the Board of Directors and Stockholders of Larkfield Instruments, Inc.: We have audited the accompanying "
            f"consolidated balance sheets as of December 31, {year} and {year - 1}, and the related consolidated "
            f"statements of income and cash flows for each of the three years in the period ended December 31, {year}.",
            "In our opinion, the consolidated financial statements present fairly, in all material respects, the "
            "financial position of the Company and the results of its operations and its cash flows in conformity with "
            "accounting principles generally accepted in the United States of America.",
            *emphasis,
            "This report belongs to a sample document about an invented company; no audit took place.",
        ),
    )


def controls(restated: bool) -> Section:
    """Return Item 9A."""
    fine = (
        "Our management, with the participation of our chief executive officer and chief financial officer, "
        "concluded that our disclosure controls and procedures and our internal control over financial "
        "reporting were effective at the end of the fiscal year.",
    )
    weak = (
        "In connection with the restatement described in Note 2, management identified a material weakness in "
        "our internal control over financial reporting relating to the review of revenue recognition for "
        "service contracts, and concluded that our internal control over financial reporting was not effective.",
    )
    return "Item 9A. Controls and Procedures", weak if restated else fine


def notes(years: Mapping[int, Year], year: int, restated: bool) -> Iterator[Section]:
    """Yield the notes to the statements."""
    now, before = years[year], years[year - 1]
    yield (
        "Note 1. Basis of Presentation",
        (
            "The consolidated financial statements include the accounts of Larkfield Instruments, Inc. and its wholly "
            "owned subsidiaries. Intercompany balances have been eliminated. Preparing them requires estimates; actual "
            "results could differ.",
            "Revenue from products is recognized when control passes to the customer, generally on shipment. Revenue "
            "from service contracts is recognized ratably over the contract term.",
        ),
    )
    if restated:
        yield _restatement()
    yield (
        "Note 3. Accounts Receivable and Inventories",
        (
            f"Accounts receivable are stated net of an allowance for credit losses of "
            f"{money(round(now.closing.receivables * 0.021))} at December 31, {year} and "
            f"{money(round(before.closing.receivables * 0.022))} at December 31, {before.year}. Inventories are stated "
            "at the lower of cost (first-in, first-out) and net realizable value.",
        ),
    )
    yield (
        "Note 4. Long-Term Debt",
        (
            f"The Company has a term loan and a revolving credit facility with a group of banks. Borrowings bear interest "
            f"at a variable rate. Scheduled repayments for the next year are {money(now.closing.current_debt)}. The credit "
            "agreement requires a ratio of operating income to interest expense of at least 2.0 to 1.0.",
        ),
    )
    yield (
        "Note 5. Income Taxes",
        (
            "The provision for income taxes is computed at an effective rate of about 22%, which reflects the federal "
            "statutory rate of 21% and state taxes, net of research credits.",
        ),
    )


def _restatement() -> Section:
    return (
        "Note 2. Restatement of Previously Issued Financial Statements",
        (
            "After the original filing, the Company determined that $6.5 million of revenue from multi-year service "
            "contracts had been recognized in fiscal 2024 before the services were performed. The revenue belongs to "
            "fiscal 2025. The consolidated financial statements as of and for the year ended December 31, 2024 have been "
            "restated; the amounts for 2025 have been revised accordingly.",
            "The restatement reduced revenue for 2024 by $6.5 million, accounts receivable at December 31, 2024 by "
            "$6.5 million, accrued income taxes by $1.4 million, and net income for 2024 and retained earnings at "
            "December 31, 2024 by $5.1 million. It did not affect cash flows from operating activities in total.",
        ),
    )
