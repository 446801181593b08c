from services.domain.concepts import StatementKind
from services.extraction.lines import lines_of
from services.extraction.locate import Located, locate
from tests.unit.extraction.page_builder import Page, balance_sheet, cash_flow, income_statement

INCOME, BALANCE, FLOW = StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW
PROSE = "We believe that our liquidity is adequate and that demand will go on growing.\n" * 30


def text_of(page: Page) -> str:
    return "\n".join(line.text for line in lines_of(page.layout))


def trio() -> list[str]:
    return [text_of(income_statement()), text_of(balance_sheet()), text_of(cash_flow())]


def pages_of(located: Located) -> list[tuple[int, ...]]:
    return [located.primary[kind] for kind in (INCOME, BALANCE, FLOW)]


def test_the_three_statements_are_found_among_prose() -> None:
    located = locate([PROSE, PROSE, *trio(), PROSE])
    assert pages_of(located) == [(3,), (4,), (5,)]
    assert located.pages == [3, 4, 5]


def test_a_document_without_statements_has_none() -> None:
    located = locate([PROSE, "Sales 1,000 2,000 " * 30])
    assert located.primary == {}
    assert located.pages == []


def test_an_index_of_statements_is_not_a_statement() -> None:
    index = "Index to Consolidated Financial Statements Page\n" + "\n".join(
        f"Consolidated Balance Sheets {number}" for number in range(100, 130)
    )
    assert pages_of(locate([index, *trio()])) == [(2,), (3,), (4,)]


def test_the_registrant_comes_before_another_entity_of_the_same_file() -> None:
    located = locate([*trio(), PROSE, PROSE, PROSE, *trio()])
    assert pages_of(located) == [(1,), (2,), (3,)]
    assert [place.page for place in located.others] == [7, 8, 9]


def test_parent_only_statements_do_not_replace_the_consolidated_ones() -> None:
    parent = [
        "Schedule I\nCondensed Financial Information of Registrant\n" + text for text in trio()
    ]
    assert pages_of(locate([*parent, PROSE, PROSE, PROSE, *trio()])) == [(7,), (8,), (9,)]


def test_a_balance_sheet_that_goes_on_takes_the_next_page() -> None:
    lines = text_of(balance_sheet()).splitlines()
    half = next(i for i, line in enumerate(lines) if line.startswith("Total assets")) + 1
    first, second = "\n".join(lines[:half]), "\n".join(lines[half:])
    located = locate([trio()[0], first, second, trio()[2]])
    assert located.primary[BALANCE] == (2, 3)


def test_a_statement_may_start_in_the_middle_of_a_page() -> None:
    located = locate([PROSE[:1200] + "\n" + trio()[1], trio()[0], trio()[2]])
    assert located.primary[BALANCE] == (1,)


def test_text_that_lost_its_lines_is_doubtful() -> None:
    run_together = [text.replace("\n", " ") for text in trio()]
    assert locate(run_together).doubtful == (1, 2, 3)
    assert locate(trio()).doubtful == ()
