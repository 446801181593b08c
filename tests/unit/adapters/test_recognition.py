"""Pictures of pages: levelled, cleaned of leaders, and the words on them put right."""

import shutil

import pytest
from PIL import Image, ImageDraw

from services.adapters.local import recognition
from services.adapters.local.page_picture import (
    shows_table,
    skew_of,
    top_lines,
    without_leaders,
)
from services.adapters.local.recognition import as_one, mended, words_on
from services.domain.errors import UnreadableDocument
from services.domain.layout import PageLayout
from services.domain.provenance import Box

WIDE, HIGH = 1700, 2200  # a letter page at 200 dpi


def page(lines: int = 40, columns: tuple[int, ...] = (1100, 1400)) -> Image.Image:
    """Bars for words: a label at the left of every line, and a bar in every column."""
    picture = Image.new("L", (WIDE, HIGH), 255)
    pen = ImageDraw.Draw(picture)
    for line in range(lines):
        top = 200 + 36 * line
        for x0, x1 in [(200, 640), *((edge - 120, edge) for edge in columns)]:
            pen.rectangle((x0, top, x1, top + 16), fill=20)
    return picture


@pytest.mark.parametrize("degrees", [0.0, 0.7, -0.7, 2.4])
def test_a_page_that_lies_askew_is_turned_level_again(degrees):
    turned = page().rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
    assert skew_of(turned) == pytest.approx(-degrees, abs=0.11)


def test_a_blank_page_is_level():
    assert skew_of(Image.new("L", (WIDE, HIGH), 255)) == 0.0


def test_lines_that_break_into_columns_are_a_table_and_lines_of_prose_are_none():
    assert shows_table(page(), 612)
    assert not shows_table(page(columns=()), 612)
    assert not shows_table(page(lines=6), 612)


def test_the_top_of_a_page_ends_behind_as_many_lines_as_asked_for():
    assert top_lines(page(), 12).height == 200 + 36 * 11 + 16 + 2
    assert top_lines(page(lines=5), 12).height == HIGH


def leader(picture: Image.Image, top: int, width: int = 3) -> Image.Image:
    pen = ImageDraw.Draw(picture)
    for x in range(660, 960, 9):
        pen.rectangle((x, top, x + width, top + 3), fill=0)
    return picture


def ink(picture: Image.Image, box: tuple[int, int, int, int]) -> int:
    return sum(value < 160 for value in picture.crop(box).tobytes())


def test_a_dotted_leader_is_taken_out_and_the_words_beside_it_stay():
    dotted = leader(page(), 214)
    cleaned = without_leaders(dotted, 200)
    between = (650, 200, 970, 225)
    assert ink(dotted, between) > 300
    assert ink(cleaned, between) == 0
    assert ink(cleaned, (190, 190, 650, 230)) == ink(dotted, (190, 190, 650, 230))


def test_a_dash_and_a_decimal_point_are_no_leaders():
    picture = page()
    pen = ImageDraw.Draw(picture)
    pen.rectangle((1180, 208, 1204, 210), fill=0)  # the dash of a nil
    pen.rectangle((1240, 212, 1243, 215), fill=0)  # a point
    assert without_leaders(picture, 200).tobytes() == picture.tobytes()


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        ("12.901", "12,901"),
        ("5,466.312", "5,466,312"),
        ("{1,234)", "(1,234)"),
        ("l,234", "1,234"),
        ("S1,234", "$1,234"),
        ("§", "$"),
        ("i$", "$"),
        ("§$", "$"),
        ("043", "0.43"),
        ("--", "—"),
        ("|", ""),
        ("2,421.", "2,421"),
    ],
)
def test_what_recognition_mistakes_in_amounts_is_put_right(seen, meant):
    assert mended(seen) == meant


@pytest.mark.parametrize(
    "word", ["0.125", "1.29", "2017", "(4)", "10-K", "Oil", "'000", "000", "36.7%", "Sales"]
)
def test_a_word_that_may_be_right_stays_as_it_is(word):
    assert mended(word) in {word, word.strip("'")}


@pytest.mark.parametrize(
    ("last", "seen", "one"),
    [
        ("446,81", "4", "446,814"),
        ("5,466.3", "12", "5,466,312"),
        ("8", ",830,669", "8,830,669"),
        ("$8", "830,669", "$8,830,669"),
        ("1,234", "567", ""),
        ("12", "345", ""),
        ("2017", "2016", ""),
        ("7", "(8)", ""),
        ("assets", "1,234", ""),
    ],
)
def test_the_parts_of_a_number_are_joined_and_two_numbers_are_not(last, seen, one):
    assert as_one(last, seen) == one


needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="Tesseract is not installed"
)


@needs_tesseract
def test_words_come_with_boxes_in_points_and_how_sure_the_program_is():
    picture = Image.new("L", (850, 200), 255)
    ImageDraw.Draw(picture).text((100, 80), "Total assets 3,500", fill=0, font_size=32)
    words = words_on(picture, 100)
    assert [word.text for word in words] == ["Total", "assets", "3,500"]
    assert words[0].x0 == pytest.approx(72, abs=3)  # 100 pixels at 100 dpi
    assert len({(word.y0, word.y1) for word in words}) == 1
    assert all(0.5 < word.certainty <= 1 for word in words)


def test_a_program_that_fails_is_told_in_a_sentence(monkeypatch):
    monkeypatch.setattr(recognition, "PROGRAM", "false")
    with pytest.raises(UnreadableDocument, match="scan it again at 200 dpi") as told:
        words_on(Image.new("L", (10, 10)), 200)
    assert told.value.code == "not-recognised"


def test_a_box_of_a_page_turned_by_a_right_angle_goes_round_its_middle():
    layout = PageLayout(1, 600.0, 800.0, (), recognised=True, skew=90.0)
    assert layout.printed_at(Box(295, 100, 305, 110)) == pytest.approx((590, 395, 600, 405))
