"""Reports that questions of the tests are about, all invented."""

from datetime import date

from services.ask.answering import Source, answer
from services.ask.answers import Answer, Refusal
from services.domain.concepts import StatementKind
from services.domain.confidence import FactConfidence
from services.domain.periods import Period
from tests.unit.statement_builder import at, build, manufacturer, report, year

UNSURE = FactConfidence(value=0.75, concept=0.9, period=0.95, unit=0.95)


def the_manufacturer(company: str | None = "Acme Tools, Inc.", **changes) -> Source:
    """The manufacturer's report for 2018, its two years tied."""
    statements, facts = manufacturer()
    return Source(report(company=company, **changes), statements, facts, [])


def a_source(
    columns: list[Period], rows: list[tuple], company: str = "Beta Stores", name: str = "report-2",
    kind: StatementKind = StatementKind.INCOME, confidence: FactConfidence | None = None,
) -> Source:  # fmt: skip
    """A report of one statement."""
    given = {} if confidence is None else {"confidence": confidence}
    statement, facts = build(kind, columns, rows, report_id=name, **given)
    return Source(report(report_id=name, company=company), [statement], facts, [])


def growing(first: int = 2014, amounts: tuple[int, ...] = (100, 120, 150, 180, 200)) -> Source:
    """Revenue and profit of several years, the newest first."""
    years = [year(first + i) for i in range(len(amounts))][::-1]
    shown = amounts[::-1]
    return a_source(
        years,
        [
            ("Revenue", "revenue", *shown),
            ("Net income", "net_income", *[amount // 10 for amount in shown]),
        ],
    )


def retailer() -> Source:
    """Two years that end in January, and a quarter of the next: whole weeks."""
    days = Period(start=date(2022, 1, 30), end=date(2023, 1, 28))
    before = Period(start=date(2021, 1, 31), end=date(2022, 1, 29))
    quarter = Period(start=date(2023, 4, 30), end=date(2023, 7, 29))
    half = Period(start=date(2023, 1, 29), end=date(2023, 7, 29))
    return a_source([quarter, half, days, before], [("Revenue", "revenue", 24, 47, 90, 80)])


def balances(*years: int) -> Source:
    """Total assets at the ends of years alone."""
    shown = [at(one) for one in years]
    rows = [("Total assets", "total_assets", *[one - 1900 for one in years])]
    return a_source(shown, rows, kind=StatementKind.BALANCE)


def ask(text: str, *sources: Source) -> Answer | Refusal:
    """Ask the given reports, the manufacturer's where none is given."""
    loaded = sources or (the_manufacturer(),)
    by_id = {one.report.report_id: one for one in loaded}
    return answer(text, [one.report for one in loaded], lambda one: by_id[one.report_id])


def given(text: str, *sources: Source) -> str:
    """What is answered, in words; why nothing is, where it is refused."""
    found = ask(text, *sources)
    return found.text if isinstance(found, Answer) else f"{found.reason}: {found.sentence}"
