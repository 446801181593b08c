"""The sample reports are what the generator writes, and their numbers hold together."""

from decimal import Decimal
from pathlib import Path

import pytest

from samples.budget import spread
from samples.company import RESTATED_REVENUE, Year, assumptions, books, restated_assumptions
from samples.generate import BUDGET, EDITIONS, generate
from services.adapters.local.layout import LocalLayoutReader
from services.adapters.local.sheets import read_sheets
from services.domain.layout import CellKind
from services.domain.reports import ColumnKind, ReportFormat, Scenario
from services.extraction.sheets import read_workbook

FOLDER = Path(__file__).resolve().parents[2] / "samples"
ORIGINAL, RESTATED = books(assumptions()), books(restated_assumptions())


def texts(path: Path) -> list[str]:
    with LocalLayoutReader().open(path.read_bytes(), ReportFormat.PDF) as document:
        return document.page_texts()


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    generate(folder)
    return folder


def test_generating_twice_gives_the_same_bytes(generated, tmp_path):
    for path in generate(tmp_path):
        assert path.read_bytes() == (generated / path.name).read_bytes()


@pytest.mark.parametrize("name", [edition.file_name for edition in EDITIONS])
def test_the_committed_report_is_what_the_generator_writes(generated, name):
    assert texts(FOLDER / name) == texts(generated / name)


def test_the_committed_workbook_is_what_the_generator_writes(generated):
    committed, written = ((folder / BUDGET).read_bytes() for folder in (FOLDER, generated))
    assert read_sheets(committed, "xlsx") == read_sheets(written, "xlsx")


def test_the_folder_holds_the_samples_and_nothing_else():
    found = {path.name for path in FOLDER.iterdir() if path.suffix in {".pdf", ".xlsx"}}
    assert found == {edition.file_name for edition in EDITIONS} | {BUDGET}


@pytest.mark.parametrize("year", [*ORIGINAL.values(), *RESTATED.values()], ids=lambda y: y.year)
def test_balance_sheets_balance_and_cash_ties(year: Year):
    closing = year.closing
    assert closing.assets == closing.liabilities + closing.equity
    flows = year.operating_cash + year.investing_cash + year.financing_cash
    assert closing.cash == year.opening.cash + flows + year.given.currency_effect
    earned = year.opening.retained + year.net_income - year.given.dividends
    assert closing.retained == earned


def test_the_restatement_moves_one_year_and_leaves_the_end_of_the_next():
    assert ORIGINAL[2024].revenue - RESTATED[2024].revenue == RESTATED_REVENUE
    assert ORIGINAL[2024].closing.retained - RESTATED[2024].closing.retained == 5_070
    assert RESTATED[2025].closing == ORIGINAL[2025].closing
    assert RESTATED[2023] == ORIGINAL[2023]


def test_the_planted_errors_are_in_the_draft_only():
    wrong = f"{ORIGINAL[2025].closing.assets + 9_000:,}"
    draft = next(edition.file_name for edition in EDITIONS if edition.with_errors)
    pages = {edition.file_name: "".join(texts(FOLDER / edition.file_name)) for edition in EDITIONS}
    assert [name for name, text in pages.items() if wrong in text] == [draft]


def test_the_budget_workbook_holds_formulas_with_their_values_and_ties_to_the_report():
    sheet, _ = read_sheets((FOLDER / BUDGET).read_bytes(), "xlsx")
    formulas = [cell for cell in sheet.cells if cell.formula]
    assert len(formulas) == 5 * 24 + 13 * 3
    assert all(cell.kind is CellKind.NUMBER for cell in formulas)
    (statement,) = read_workbook([sheet]).statements
    assert [column.scenario for column in statement.columns] == [
        *[Scenario.ACTUAL, Scenario.BUDGET] * 13,
        Scenario.ACTUAL,
    ]
    assert [column.kind for column in statement.columns][24:] == [
        ColumnKind.VALUE,
        ColumnKind.VALUE,
        ColumnKind.DELTA,
    ]
    rows = {row.label: row for row in statement.rows}
    actual = rows["Total revenue"].cells[0:24:2]
    assert rows["Operating income"].cells[24].number == ORIGINAL[2025].operating_income
    assert sum(cell.number for cell in actual) == ORIGINAL[2025].revenue
    assert rows["Products"].cells[25].number == Decimal(432_000)
    assert rows["Total revenue"].cells[24].formula.startswith("=B9+D9+F9")


def test_spreading_a_total_loses_nothing():
    assert sum(spread(1_000_001, (1, 2, 3, 5, 8))) == 1_000_001
