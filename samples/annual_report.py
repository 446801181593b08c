"""Puts one annual report together: cover, text, statements, notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from samples import narrative
from samples.company import Year
from samples.pages import Pages
from samples.statements import (
    Row,
    StatementRows,
    balance_sheet,
    cash_flow_statement,
    income_statement,
    with_error,
)

COMPANY = "LARKFIELD INSTRUMENTS, INC."


@dataclass(frozen=True)
class Edition:
    """Which report: the fiscal year, the form, whether 2024 is restated, whether errors are planted."""

    file_name: str
    year: int
    form: str = "FORM 10-K"
    restated: bool = False
    with_errors: bool = False


def write_report(folder: Path, edition: Edition, years: Mapping[int, Year]) -> Path:
    """Write the report and return its path."""
    path = folder / edition.file_name
    form = edition.form.replace("FORM", "Form")
    pages = Pages(
        path,
        f"Larkfield Instruments, Inc. {form} {edition.year}",
        f"Larkfield Instruments, Inc. | {edition.year} {form}",
    )
    _cover(pages, edition)
    _texts(pages, edition, years)
    for statement in _statements(edition, years):
        pages.statement(COMPANY, statement)
    _notes(pages, edition, years)
    pages.save()
    return path


def _cover(pages: Pages, edition: Edition) -> None:
    pages.centred("SAMPLE DOCUMENT — INVENTED COMPANY — FOR DEMONSTRATION ONLY", 9)
    pages.space(26)
    pages.centred("UNITED STATES", 12, bold=True)
    pages.centred("SECURITIES AND EXCHANGE COMMISSION", 12, bold=True)
    pages.centred("Washington, D.C. 20549", 10)
    pages.space(18)
    pages.centred(edition.form, 16, bold=True)
    if edition.restated:
        pages.centred("(Amendment No. 1)", 11)
    pages.space(8)
    pages.centred("ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d)", 10, bold=True)
    pages.centred("OF THE SECURITIES EXCHANGE ACT OF 1934", 10, bold=True)
    pages.space(6)
    pages.centred(f"For the fiscal year ended December 31, {edition.year}", 11)
    pages.centred("Commission file number 000-00000", 10)
    pages.space(24)
    pages.centred(COMPANY, 18, bold=True)
    pages.centred("(Exact name of registrant as specified in its charter)", 9)
    pages.space(10)
    pages.centred("Delaware (State of incorporation)", 10)
    pages.centred("100 Meadow Lane, Larkfield (Address of principal executive offices)", 10)
    pages.space(18)
    pages.paragraph(
        "Securities registered pursuant to Section 12(b) of the Act: Common stock, $0.01 par value. Indicate by "
        "check mark whether the registrant is a large accelerated filer: No. An accelerated filer: Yes."
    )
    if edition.restated:
        pages.paragraph(
            "Explanatory note: this Amendment No. 1 restates the consolidated financial statements as of and for the "
            "year ended December 31, 2024, as described in Note 2, and revises the amounts for 2025."
        )
    if edition.with_errors:
        pages.paragraph("DRAFT — subject to review and change.")


def _texts(pages: Pages, edition: Edition, years: Mapping[int, Year]) -> None:
    pages.new_page()
    results, liquidity = narrative.discussion(years, edition.year)
    _section(pages, narrative.letter(years, edition.year))
    pages.new_page()
    _section(pages, narrative.business(years, edition.year))
    _section(pages, narrative.risk_factors(edition.year))
    _section(pages, narrative.legal_and_market(edition.year))
    pages.new_page()
    _section(pages, results)
    _key_figures(pages, [years[edition.year - back] for back in range(3)])
    _section(pages, liquidity)
    _section(pages, narrative.controls(edition.restated))
    pages.new_page()
    _section(pages, narrative.auditor(edition.year, edition.restated))


def _section(pages: Pages, section: narrative.Section) -> None:
    title, paragraphs = section
    pages.heading(title)
    for paragraph in paragraphs:
        pages.paragraph(paragraph)


def _key_figures(pages: Pages, years: Sequence[Year]) -> None:
    """Draw the small table of management's discussion, in millions."""
    pages.space(4)
    rows = [
        Row("Days sales outstanding", tuple(_days(y) for y in years)),
        Row("Employees at year end", tuple(2_140 - 35 * (2025 - y.year) for y in years)),
        Row("Instruments shipped", tuple(round(y.given.products / 4.2) for y in years)),
    ]
    pages.table([str(year.year) for year in years], rows)


def _days(year: Year) -> int:
    return round(year.closing.receivables / year.revenue * 365)


def _statements(edition: Edition, years: Mapping[int, Year]) -> list[StatementRows]:
    three = [years[edition.year - back] for back in range(3)]
    heads = [_head(year.year, edition) for year in three]
    income = income_statement(three, heads)
    balance = balance_sheet(three[:2], heads[:2])
    cash = cash_flow_statement(three, heads)
    if edition.with_errors:
        balance = with_error(balance, "Total current assets", 0, 9_000)
        balance = with_error(balance, "Total assets", 0, 9_000)
        cash = with_error(cash, "Net cash used in investing activities", 0, -3_600)
    return [income, balance, cash]


def _head(year: int, edition: Edition) -> str:
    return f"{year}\n(As restated)" if edition.restated and year == 2024 else str(year)


def _notes(pages: Pages, edition: Edition, years: Mapping[int, Year]) -> None:
    pages.new_page()
    pages.centred("NOTES TO CONSOLIDATED FINANCIAL STATEMENTS", 11, bold=True)
    for section in narrative.notes(years, edition.year, edition.restated):
        _section(pages, section)
    now, before = years[edition.year], years[edition.year - 1]
    pages.heading("Note 6. Property, Plant and Equipment (in thousands)")
    gross = (now.closing.plant * 2 + 11_204, before.closing.plant * 2 + 9_118)
    depreciated = (gross[0] - now.closing.plant, gross[1] - before.closing.plant)
    rows = [
        Row("Property, plant and equipment, gross", gross, dollar=True),
        Row("Less: accumulated depreciation", tuple(-amount for amount in depreciated)),
        Row("Net", (now.closing.plant, before.closing.plant), 1, dollar=True, rule="double"),
    ]
    pages.table([str(now.year), str(before.year)], rows)
