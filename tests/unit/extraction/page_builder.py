"""Builds the words of a page as a filing would print them: labels left, numbers by their right edge."""

from collections.abc import Sequence

from services.domain.layout import PageLayout, Word

SIZE = 10.0
CHARACTER = 5.0
LEADING = 12.0
EDGES = (400.0, 480.0, 560.0)


def words_at(text: str, x0: float, y0: float, size: float = SIZE) -> list[Word]:
    """Return the words of a text that starts at x0, spaced as ordinary prose."""
    words = []
    x = x0
    width = CHARACTER * size / SIZE
    for part in text.split():
        end = x + width * len(part)
        words.append(Word(part, x, y0, end, y0 + size))
        x = end + 0.28 * size
    return words


def number_at(text: str, edge: float, y0: float) -> list[Word]:
    """Return the words of a number whose digits end at ``edge``; ')' and '%' hang right of it.

    '$' before a blank is a word of its own, far left of the digits.
    """
    sign, _, rest = text.rpartition(" ")
    digits = rest.rstrip(")%")
    start = edge - CHARACTER * len(digits)
    hang = 3.0 * rest.count(")") + 8.0 * rest.count("%")
    words = [Word(rest, start, y0, edge + hang, y0 + SIZE)]
    if sign:
        left = edge - 55.0
        words.insert(0, Word(sign, left, y0, left + CHARACTER, y0 + SIZE))
    return words


class Page:
    """A page being written line by line."""

    def __init__(self, number: int = 1, width: float = 612.0) -> None:
        self.number, self.width = number, width
        self.words: list[Word] = []
        self.y = 50.0

    def text(self, text: str, x0: float = 50.0) -> "Page":
        """Write a line of prose."""
        self.words += words_at(text, x0, self.y)
        self.y += LEADING
        return self

    def header(self, *texts: str, left: str = "", edges: Sequence[float] = EDGES) -> "Page":
        """Write a header line: each text ends at its column's edge."""
        self.words += words_at(left, 50.0, self.y)
        for text, edge in zip(texts, edges, strict=False):
            width = sum(len(part) for part in text.split()) * CHARACTER
            width += 0.28 * SIZE * (len(text.split()) - 1)
            self.words += words_at(text, edge - width, self.y)
        self.y += LEADING
        return self

    def row(
        self, label: str, *cells: str, indent: float = 0.0, edges: Sequence[float] = EDGES
    ) -> "Page":
        """Write a row; '' leaves a column blank."""
        self.words += words_at(label, 50.0 + indent, self.y)
        for cell, edge in zip(cells, edges, strict=False):
            if cell:
                self.words += number_at(cell, edge, self.y)
        self.y += LEADING
        return self

    def skip(self, points: float) -> "Page":
        """Leave white space (or go back, when negative)."""
        self.y += points
        return self

    @property
    def layout(self) -> PageLayout:
        """The finished page."""
        return PageLayout(self.number, self.width, 792.0, tuple(self.words))


def balance_sheet(number: int = 1) -> Page:
    """A small classified balance sheet in millions with two year ends."""
    page = Page(number).text("Example Corp. and Subsidiaries").text("Consolidated Balance Sheets")
    page.text("(In millions)")
    page.header("December 31,", "December 31,").header("2022", "2021")
    page.row("Current assets:")
    page.row("Cash and cash equivalents", "$ 1,200", "$ 1,000", indent=10)
    page.row("Accounts receivable, net of allowances of $15 and $13", "800", "700", indent=10)
    page.row("Inventories", "500", "400", indent=10)
    page.row("Total current assets", "2,500", "2,100", indent=20)
    page.row("Property, plant and equipment, net", "1,500", "1,400")
    page.row("Goodwill", "300", "—")
    page.row("Total assets", "$ 4,300", "$ 3,500")
    page.row("Current liabilities:")
    page.row("Accounts payable", "600", "550", indent=10)
    page.row("Total current liabilities", "600", "550", indent=20)
    page.row("Long-term debt", "1,000", "1,100")
    page.row("Total liabilities", "1,600", "1,650")
    page.row("Common stock", "—", "2,000")
    page.row("Retained earnings (accumulated deficit)", "2,700", "(150)")
    page.row("Total stockholders’ equity", "2,700", "1,850")
    page.row("Total liabilities and stockholders’ equity", "$ 4,300", "$ 3,500")
    return page.text("See accompanying notes to consolidated financial statements.")


def income_statement(number: int = 1) -> Page:
    """A small income statement in millions with three years under one spanning heading."""
    page = Page(number).text("Example Corp. and Subsidiaries")
    page.text("Consolidated Statements of Income").text("(In millions, except per share data)")
    page.text("Years Ended December 31,", x0=420.0).header("2022", "2021", "2020")
    page.row("Net sales", "$ 9,000", "$ 8,000", "$ 7,500")
    page.row("Cost of sales", "5,000", "4,500", "4,300")
    page.row("Gross profit", "4,000", "3,500", "3,200")
    page.row("Selling, general and administrative expenses", "2,000", "1,900", "1,850")
    page.row("Operating income", "2,000", "1,600", "1,350")
    page.row("Interest expense", "100", "110", "120")
    page.row("Income before income taxes", "1,900", "1,490", "1,230")
    page.row("Provision for income taxes", "400", "310", "250")
    page.row("Net income", "$ 1,500", "$ 1,180", "$ 980")
    page.row("Earnings per share:")
    page.row("Basic", "$ 3.00", "$ 2.36", "$ 1.96", indent=10)
    page.row("Diluted", "$ 2.94", "$ 2.31", "$ 1.92", indent=10)
    page.row("Weighted average shares outstanding:")
    page.row("Basic", "500", "500", "500", indent=10)
    page.row("Diluted", "510", "511", "510", indent=10)
    return page


def cash_flow(number: int = 1) -> Page:
    """A small cash-flow statement in millions with three years."""
    page = Page(number).text("Example Corp. and Subsidiaries")
    page.text("Consolidated Statements of Cash Flows").text("(In millions)")
    page.text("Years Ended December 31,", x0=420.0).header("2022", "2021", "2020")
    page.row("Operating activities:")
    page.row("Net income", "$ 1,500", "$ 1,180", "$ 980", indent=10)
    page.row("Depreciation and amortization", "300", "290", "280", indent=10)
    page.row("Changes in deferred income taxes", "(20)", "—", "15", indent=10)
    page.row("Net cash provided by operating activities", "1,780", "1,470", "1,275")
    page.row("Investing activities:")
    page.row("Purchases of property, plant and equipment", "(400)", "(350)", "(340)", indent=10)
    page.row("Net cash used in investing activities", "(400)", "(350)", "(340)")
    page.row("Financing activities:")
    page.row("Dividends paid", "(700)", "(650)", "(600)", indent=10)
    page.row("Repayments of debt", "(480)", "(370)", "(300)", indent=10)
    page.row("Net cash used in financing activities", "(1,180)", "(1,020)", "(900)")
    page.row("Net increase in cash and cash equivalents", "200", "100", "35")
    page.row("Cash and cash equivalents at beginning of year", "1,000", "900", "865")
    page.row("Cash and cash equivalents at end of year", "$ 1,200", "$ 1,000", "$ 900")
    return page
