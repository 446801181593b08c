"""The cover's number of shares: read in real wordings, with its date and place, and compared."""

from datetime import date
from decimal import Decimal

import pytest

from services.domain.concepts import StatementKind, Unit
from services.domain.reports import TieOutStatus
from services.extraction import tie_out
from services.extraction.note_cover import cover_page, cover_shares
from tests.unit.extraction.page_builder import Page
from tests.unit.statement_builder import at, build, year

COVERS = [
    (  # 3M_2018_10K
        "Shares of common stock outstanding at January 31, 2019: 575.8 million",
        ("575.8 million", Decimal("575.8"), 1_000_000, date(2019, 1, 31)),
    ),
    (  # ADOBE_2015_10K
        "As of January 15, 2016, 498,330,407 shares of the registrant’s common stock, $0.0001 par value per "
        "share, were issued and outstanding.",
        ("498,330,407", Decimal(498_330_407), 1, date(2016, 1, 15)),
    ),
    (  # LOCKHEEDMARTIN_2020_10K
        "There were 280,103,431 shares of our common stock, $1 par value per share, outstanding as of January "
        "22, 2021.",
        ("280,103,431", Decimal(280_103_431), 1, date(2021, 1, 22)),
    ),
    (  # COCACOLA_2017_10K
        "The number of shares outstanding of the Registrant's Common Stock as of February 16, 2018, was "
        "4,265,906,533.",
        ("4,265,906,533", Decimal(4_265_906_533), 1, date(2018, 2, 16)),
    ),
]


@pytest.mark.parametrize(("sentence", "expected"), COVERS)
def test_the_number_of_shares_is_read_with_its_date_and_its_place(sentence, expected):
    printed, number, scale, day = expected
    page = Page(1).text("FORM 10-K").text(sentence)
    assert cover_page(["FORM 10-K", f"Cover\n{sentence}"]) == 2
    raw, (match,) = cover_shares(page.layout)
    cell = raw.rows[0].cells[0]
    assert (cell.printed, cell.number, match.scale) == (printed, number, scale)
    assert (raw.columns[0].period.end, match.unit, len(cell.boxes)) == (day, Unit.SHARES, 1)


@pytest.mark.parametrize(
    "text",
    [
        "There were 90,000,000 shares of Class A common stock outstanding and 10,000,000 shares of Class B "
        "common stock outstanding as of January 22, 2021.",
        "The aggregate market value of shares outstanding was approximately $115.3 billion as of January 31, "
        "2019.",
        "We repurchased 11,000,000 shares of our common stock in 2021.",
    ],
)
def test_several_classes_values_and_purchases_are_no_number_of_shares(text):
    assert cover_page([text]) is None


def beside(cover, weighted):
    income = build(
        StatementKind.INCOME, [year(2018)], [("Basic", "shares_basic_wavg", weighted)], scale=1
    )
    table, facts = build(
        StatementKind.COVER, [at(2019, 1, 31)], [("Shares outstanding", None, cover)], scale=1
    )
    facts = [fact.model_copy(update={"unit": Unit.SHARES}) for fact in facts]
    tie_outs = tie_out.check([income[0], table], [*income[1], *facts])
    return [t for t in tie_outs if t.check == "T16"]


def test_the_cover_is_of_the_order_of_the_weighted_average():
    (found,) = beside(575_800_000, 588_500_000)
    assert found.status is TieOutStatus.PASS
    assert "575,800,000 shares on the cover, 588,500,000 on average" in found.sentence


@pytest.mark.parametrize("weighted", [588_500, 588_500_000_000])
def test_a_weighted_average_of_another_order_fails(weighted):
    assert [t.status for t in beside(575_800_000, weighted)] == [TieOutStatus.FAIL]
