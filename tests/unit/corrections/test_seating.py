"""Added numbers stand in the row and column they are printed in, or in a statement of their own."""

from decimal import Decimal

from services.corrections.facts import with_corrections
from services.corrections.printed import seat_of
from services.corrections.seating import TITLE
from services.domain.concepts import StatementKind
from services.domain.provenance import Box, SourceRef
from services.domain.reports import Fact, LineItem, Statement, StatementColumn
from tests.corrections import a_claim, a_correction, a_place
from tests.factories import a_fact, a_report, fiscal_year

REPORT = a_report()
LEFT, RIGHT = 440.0, 520.0


def at(top: float, right: float, printed: str = "1") -> SourceRef:
    """A place on page 5: the top of its line and its right edge."""
    return a_place(
        Box(right - 40, top, right, top + 10),
        printed=printed,
        label_boxes=(Box(72, top, 200, top + 10),),
    )


REVENUE = a_fact("revenue", 2025, 120_000_000, source=at(100, LEFT))
REVENUE_BEFORE = a_fact("revenue", 2024, 100_000_000, source=at(100, RIGHT))
PROFIT = a_fact("net_income", 2025, 9_000_000, source=at(160, LEFT))
STATEMENT = Statement(
    statement_id=REVENUE.statement_id,
    report_id=REPORT.report_id,
    kind=StatementKind.INCOME,
    title="Income statement",
    scale=1_000_000,
    pages=(5,),
    columns=tuple(StatementColumn(period=fiscal_year(year)) for year in (2025, 2024)),
    rows=(
        LineItem(row=0, label="Revenue", facts=(REVENUE.fact_id, REVENUE_BEFORE.fact_id)),
        LineItem(row=1, label="Net income", facts=(PROFIT.fact_id, None)),
    ),
)
FACTS = [REVENUE, REVENUE_BEFORE, PROFIT.model_copy(update={"row": 1})]


def added(source: SourceRef, label: str, year: int = 2025, **changes: object) -> tuple:
    """Statements and facts with one number added, and the added fact."""
    like = a_fact("net_income", year, 5_000_000)
    claim = a_claim(like, label=label, concept=None, source=source, **changes)
    worked = with_corrections([STATEMENT], FACTS, [a_correction(claim)])
    fact = next(f for f in worked.facts if f.correction is not None)
    return worked.statements, worked.facts, fact


def labels(statement: Statement) -> list[str]:
    return [line.label for line in statement.rows]


def test_a_number_missing_in_a_row_that_was_read_fills_its_blank():
    (statement,), _, fact = added(at(161, RIGHT - 2), "Net income", 2024)
    assert statement.rows[1].facts == (PROFIT.fact_id, fact.fact_id)
    assert (fact.statement_id, fact.row, fact.column) == (STATEMENT.statement_id, 1, 1)


def test_a_row_that_was_missed_is_inserted_where_it_is_printed_and_rows_are_numbered_anew():
    (statement,), facts, fact = added(at(130, LEFT), "Cost of revenue")
    assert labels(statement) == ["Revenue", "Cost of revenue", "Net income"]
    assert [line.row for line in statement.rows] == [0, 1, 2]
    assert [(f.label, f.row) for f in facts] == [
        ("Revenue", 0), ("Revenue", 0), ("Net income", 2), ("Cost of revenue", 1),
    ]  # fmt: skip
    assert statement.rows[1].facts == (fact.fact_id, None)


def test_rows_above_and_below_everything_read_go_to_the_ends():
    assert labels(added(at(80, LEFT), "Units sold")[0][0])[0] == "Units sold"
    assert labels(added(at(400, LEFT), "Dividends")[0][0])[-1] == "Dividends"


def test_two_numbers_of_a_missed_row_share_it():
    claims = [
        a_claim(a_fact("net_income", year, 5_000_000), label="Tax", source=at(130, right))
        for year, right in ((2025, LEFT), (2024, RIGHT))
    ]
    worked = with_corrections([STATEMENT], FACTS, [a_correction(claim) for claim in claims])
    assert labels(worked.statements[0]) == ["Revenue", "Tax", "Net income"]
    assert all(worked.statements[0].rows[1].facts)


def test_what_stands_in_no_statement_of_its_kind_becomes_a_statement_of_its_own():
    statements, _, fact = added(at(300, LEFT, "12"), "Goodwill", statement=StatementKind.BALANCE)
    assert [s.title for s in statements] == ["Income statement", TITLE]
    own = statements[1]
    assert (own.kind, own.pages, labels(own)) == (StatementKind.BALANCE, (5,), ["Goodwill"])
    assert own.rows[0].facts == (fact.fact_id,)
    assert fact.statement_id == own.statement_id


def test_numbers_apart_share_rows_by_line_and_columns_by_period():
    claims = [
        a_claim(
            a_fact("total_assets", year, 5_000_000), label=label, source=at(top, right),
            statement=StatementKind.BALANCE,
        )
        for label, top, year, right in (
            ("Cash", 300, 2025, LEFT), ("Cash", 300, 2024, RIGHT), ("Debt", 340, 2025, LEFT),
        )
    ]  # fmt: skip
    worked = with_corrections([STATEMENT], FACTS, [a_correction(claim) for claim in claims])
    own = worked.statements[1]
    assert labels(own) == ["Cash", "Debt"]
    assert [column.period.end.year for column in own.columns] == [2025, 2024]
    assert [[fact is not None for fact in line.facts] for line in own.rows] == [
        [True, True],
        [True, False],
    ]


def test_a_place_off_every_column_has_no_seat():
    known = {fact.fact_id: fact for fact in FACTS}
    assert seat_of(at(100, 300), [STATEMENT], known) is None
    assert seat_of(a_place(page=6), [STATEMENT], known) is None
    seat = seat_of(at(101, LEFT + 4), [STATEMENT], known)
    assert seat is not None
    assert (seat.column, seat.row) == (0, 0)


def test_of_two_statements_on_a_page_the_nearer_one_gives_the_seat():
    lower = STATEMENT.model_copy(
        update={
            "statement_id": "lower",
            "rows": (LineItem(row=0, label="x", facts=("low", None)),),
        }
    )
    low = PROFIT.model_copy(update={"fact_id": "low", "source": at(500, LEFT)})
    known = {fact.fact_id: fact for fact in [*FACTS, low]}
    for top, wanted in ((120, STATEMENT), (480, lower), (520, lower)):
        seat = seat_of(at(top, LEFT), [STATEMENT, lower], known)
        assert seat is not None
        assert seat.statement is wanted


def test_on_a_sheet_rows_and_columns_are_the_cells():
    def cell(reference: str) -> SourceRef:
        return SourceRef(
            report_id=REPORT.report_id, document="b.xlsx", sheet="P&L", cell=reference, printed="1"
        )

    facts = [
        fact.model_copy(update={"source": cell(reference)})
        for fact, reference in zip(FACTS, ("B3", "C3", "B7"), strict=True)
    ]
    for reference, wanted in (("C7", (1, 1)), ("C5", (1, 1)), ("B2", (0, 0))):
        claim = a_claim(a_fact("net_income", 2025, 5), concept=None, source=cell(reference))
        worked = with_corrections([STATEMENT], facts, [a_correction(claim)])
        fact = worked.facts[-1]
        assert (fact.row, fact.column) == wanted
    assert seat_of(cell("D3"), [STATEMENT], {f.fact_id: f for f in facts}) is None


def test_statements_nobody_added_to_stay_as_they_are():
    claim = a_claim(REVENUE, value=Decimal(121_000_000), printed_value=Decimal(121))
    worked = with_corrections([STATEMENT], FACTS, [a_correction(claim, REVENUE)])
    assert worked.statements == [STATEMENT]
    assert [fact.row for fact in worked.facts] == [0, 0, 1]


def test_seating_what_is_seated_changes_nothing():
    statements, facts, fact = added(at(130, LEFT), "Cost of revenue")
    claim = a_claim(fact)
    again = with_corrections(statements, facts, [a_correction(claim)])
    assert again.statements == statements
    assert _ids(again.facts) == _ids(facts)


def _ids(facts: list[Fact]) -> list[tuple[str, int, int]]:
    return [(fact.fact_id, fact.row, fact.column) for fact in facts]
