import io
from collections.abc import Callable

import pypdfium2 as pdfium
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from services.adapters.local.pdf_words import _mended, open_pdf, page_texts, page_words
from services.domain.errors import UnreadableDocument
from services.domain.layout import PageLayout, Word


def pdf_of(draw: Callable[[Canvas], None], **options: object) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(612, 792), **options)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def hello(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 10)
    canvas.drawString(72, 700, "Net sales")
    canvas.drawRightString(400, 700, "32,765")


def words_of(data: bytes) -> dict[str, Word]:
    pdf = open_pdf(data)
    (page,) = page_words(pdf, [1])
    pdf.close()
    return {word.text: word for word in page.words}


def layout_of(data: bytes, change: Callable[[pdfium.PdfPage], None]) -> PageLayout:
    pdf = open_pdf(data)
    page = pdf[0]
    change(page)
    buffer = io.BytesIO()
    pdf.save(buffer)
    changed = open_pdf(buffer.getvalue())
    (layout,) = page_words(changed, [1])
    return layout


def test_words_have_boxes_from_the_top_left() -> None:
    words = words_of(pdf_of(hello))
    assert set(words) == {"Net", "sales", "32,765"}
    number = words["32,765"]
    assert number.x1 == pytest.approx(400, abs=0.5)
    assert number.y0 < 792 - 700 < number.y1


def test_the_text_of_every_page_is_in_order_and_progress_is_told() -> None:
    def two(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "first")
        canvas.showPage()
        canvas.drawString(72, 700, "second")

    seen: list[tuple[int, int]] = []
    texts = page_texts(open_pdf(pdf_of(two)), lambda done, total: seen.append((done, total)))
    assert [text.strip() for text in texts] == ["first", "second"]
    assert seen == [(1, 2), (2, 2)]


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_rotated_page_has_its_words_where_they_are_displayed(rotation: int) -> None:
    layout = layout_of(pdf_of(hello), lambda page: page.set_rotation(rotation))
    word = {w.text: w for w in layout.words}["Net"]
    centre = ((word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2)
    expected = {90: (702, 80), 180: (532, 702), 270: (90, 532)}[rotation]
    assert (layout.width, layout.height) == ((792, 612) if rotation != 180 else (612, 792))
    assert centre == pytest.approx(expected, abs=12)


def test_the_crop_box_moves_the_origin() -> None:
    layout = layout_of(pdf_of(hello), lambda page: page.set_cropbox(50, 100, 562, 742))
    word = {w.text: w for w in layout.words}["Net"]
    assert (layout.width, layout.height) == (512, 642)
    assert word.x0 == pytest.approx(22, abs=0.5)
    assert word.y0 < 742 - 700 < word.y1


def test_an_empty_user_password_opens_silently() -> None:
    locked = pdf_of(hello, encrypt=StandardEncryption("", ownerPassword="owner"))
    assert "32,765" in words_of(locked)


def test_a_user_password_is_said_to_be_the_trouble() -> None:
    locked = pdf_of(hello, encrypt=StandardEncryption("secret", ownerPassword="owner"))
    with pytest.raises(UnreadableDocument) as caught:
        open_pdf(locked)
    assert caught.value.code == "encrypted"
    assert "password" in caught.value.sentence


def test_a_file_cut_off_in_its_cross_reference_table_is_repaired() -> None:
    whole = pdf_of(hello, pageCompression=0)
    cut = whole[: whole.rindex(b"xref") - 20]
    cut = cut[: cut.rindex(b"startxref")] if b"startxref" in cut else cut
    assert "32,765" in words_of(cut)


@pytest.mark.parametrize("data", [b"%PDF-1.7\nnothing else", b"not a document", b""])
def test_what_cannot_be_opened_is_malformed(data: bytes) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        open_pdf(data)
    assert caught.value.code == "malformed"


def test_numbers_far_apart_are_words_of_their_own() -> None:
    def columns(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(300, 700, "1,234")
        canvas.drawString(340, 700, "5,678")

    assert set(words_of(pdf_of(columns))) == {"1,234", "5,678"}


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ("pro\ufffet", "profit"),
        ("bene\ufffets", "benefits"),
        ("cash\ufffeows", "cashflows"),
        ("classi\ufffeed", "classified"),
        ("re\ufffeect", "reflect"),
        ("year-on\ufffe", "year-on-"),
    ],
)
def test_a_lost_ligature_or_a_line_end_hyphen_is_put_back(marked: str, text: str) -> None:
    assert _mended(marked) == text
