"""Which pages of a scan are recognised: those headed like statements, and not all the others."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from services.domain.layout import PageLayout
from services.extraction.pictures import is_garbled, read_pictures
from services.ports import OnPage

from .fake_document import FakeDocument
from .page_builder import Page

INCOME = Page().text("CONSOLIDATED STATEMENTS OF INCOME").layout
BALANCE = Page().text("CONSOLIDATED BALANCE SHEETS").layout
FLOWS = Page().text("CONSOLIDATED STATEMENTS OF CASH FLOWS").layout
TABLE = Page().text("Depreciation 12 11").layout
PASSING = Page().text("as in the statements of cash flows, page 7").layout
PROSE = PageLayout(1, 612.0, 792.0, ())
SPLIT = Page().text("CONSOLIDATED STATEMENTS").text("OF CASH FLOWS").layout
TYPED = "A page with a text layer, of more than forty characters in all."


@dataclass
class Scan(FakeDocument):
    """Pages that are pictures; what is seen at a glance, and what was recognised in full."""

    pages: Sequence[Page] = ()
    recognises: bool = True
    seen: Sequence[PageLayout] = ()
    read: list[int] = field(default_factory=list)

    def pictured(self, numbers: Sequence[int]) -> list[int]:
        return list(numbers)

    def glance(self, numbers: Sequence[int], on_page: OnPage | None = None) -> list[PageLayout]:
        return [replace(self.seen[number - 1], number=number) for number in numbers]

    def recognise(self, numbers: Sequence[int], on_page: OnPage | None = None) -> list[PageLayout]:
        self.read += numbers
        return [replace(TABLE, number=number, recognised=True) for number in numbers]


def recognised(*seen: PageLayout) -> list[int]:
    scan = Scan(seen=seen)
    read_pictures(scan, [""] * len(seen))
    return scan.read


def test_a_short_scan_is_recognised_whole():
    assert recognised(PROSE, INCOME, BALANCE) == [1, 2, 3]


def test_of_a_long_scan_the_cover_and_the_pages_headed_like_statements_are_read():
    pages = [PROSE] * 20
    pages[7], pages[8], pages[11] = INCOME, BALANCE, FLOWS
    assert recognised(*pages)[:5] == [1, 2, 8, 9, 12]


def test_the_table_behind_a_statement_may_go_on_with_it_and_is_read_too():
    pages = [PROSE] * 20
    pages[11], pages[12], pages[13] = FLOWS, TABLE, TABLE
    assert recognised(*pages)[:4] == [1, 2, 12, 13]


def test_a_page_that_only_names_a_statement_is_read_where_none_is_headed_like_it():
    pages = [PROSE] * 20
    pages[5] = PASSING
    assert recognised(*pages)[:3] == [1, 2, 6]
    pages[11] = FLOWS
    assert recognised(*pages)[:3] == [1, 2, 12]


def test_a_title_of_two_lines_is_a_title():
    pages = [PROSE] * 20
    pages[5], pages[11] = PASSING, SPLIT
    assert recognised(*pages)[:3] == [1, 2, 12]


def test_where_a_statement_is_still_missing_the_tables_nearest_to_the_others_are_read():
    pages = [TABLE] * 40
    pages[29] = FLOWS
    read = recognised(*pages)
    assert read[:4] == [1, 2, 30, 31]
    assert read[4:] == [25, 26, 27, 28, 29, 32, 33, 34, 35, 36]


def test_no_more_than_twenty_pages_are_read_to_find_the_statements():
    assert len(recognised(PROSE, PROSE, *[INCOME] * 40)) == 2 + 20 + 10  # covers and two rounds


def test_pages_with_a_text_layer_are_no_pictures():
    scan = Scan(seen=[INCOME] * 3)
    pictures = read_pictures(scan, [TYPED, "", TYPED])
    assert pictures.pages == (2,)
    assert pictures.unread == ()
    assert scan.read == [2]


def test_without_the_program_the_pictures_are_told_and_not_read():
    scan = Scan(seen=[INCOME], recognises=False)
    pictures = read_pictures(scan, [""])
    assert (pictures.pages, pictures.able, pictures.unread) == ((1,), False, (1,))


@pytest.mark.parametrize(
    ("text", "garbled"),
    [
        ("Net sales 1,234 1,111", False),
        ("Ne\ufffe income per con\ufffedential share", False),  # a ligature the font did not map
        ("\ue037\ue052\ue057\ue044\ue04f 1,234", True),
        ("\x037RWDO\x03DVVHWV\x03", True),
        ("", False),
    ],
)
def test_a_text_of_no_letters_is_garbled_and_one_that_lost_a_ligature_is_not(text, garbled):
    assert is_garbled(text) is garbled
