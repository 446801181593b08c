"""Pages become pictures in the limited child, once, and never larger than allowed."""

import io
from pathlib import Path

import pytest
from PIL import Image

from services.adapters.local.render_child import MAX_PIXELS, scale_for
from services.adapters.local.renderer import LocalPageRenderer
from services.domain.errors import NotFound, UnreadableDocument
from tests.unit.adapters.bombs import flate_bomb_pdf, pdf_of
from tests.unit.adapters.test_layout_reader import a_pdf

KEY = "2026/03/report.pdf"


class Shelf:
    """Blobs in memory that count how often they are asked for."""

    def __init__(self, data: bytes) -> None:
        self.data, self.asked = data, 0

    def put(self, key: str, data: bytes) -> None:
        raise AssertionError("the renderer writes no blobs")

    def get(self, key: str) -> bytes:
        self.asked += 1
        if key != KEY:
            raise NotFound("There is no such document.")
        return self.data

    def delete(self, key: str) -> None:
        raise AssertionError("the renderer deletes no blobs")


def renderer(
    tmp_path: Path, data: bytes, cache_bytes: int = 1_000_000
) -> tuple[LocalPageRenderer, Shelf]:
    shelf = Shelf(data)
    return LocalPageRenderer(shelf, tmp_path / "pages", cache_bytes), shelf


def kept(tmp_path: Path) -> list[int]:
    """The pages whose pictures are kept, and nothing else is."""
    files = [path for path in (tmp_path / "pages").rglob("*") if path.is_file()]
    assert {path.suffix for path in files} <= {".webp"}
    return sorted(int(path.stem.split("-")[1]) for path in files)


def size_of(webp: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(webp)) as image:
        assert image.format == "WEBP"
        return image.size


def test_a_page_is_drawn_at_the_dpi_asked_for_and_kept(tmp_path):
    draw, shelf = renderer(tmp_path, a_pdf(2))
    first = draw.webp(KEY, 2, dpi=72)
    assert size_of(first) == (612, 792)
    assert draw.webp(KEY, 2, dpi=72) == first
    assert shelf.asked == 1
    assert kept(tmp_path) == [2]


def test_the_oldest_pictures_make_room_for_new_ones(tmp_path):
    draw, shelf = renderer(tmp_path, a_pdf(5))
    size = len(draw.webp(KEY, 1, dpi=36))
    draw, shelf = renderer(tmp_path, a_pdf(5), cache_bytes=3 * size + size // 2)
    for page in (2, 3, 4):
        draw.webp(KEY, page, dpi=36)
    assert kept(tmp_path) == [2, 3, 4]
    draw.webp(KEY, 2, dpi=36)
    assert shelf.asked == 3
    draw.webp(KEY, 1, dpi=36)
    assert kept(tmp_path) == [1, 3, 4]


def test_what_an_interrupted_write_left_behind_makes_room_too(tmp_path):
    left = tmp_path / "pages" / "ab" / "tmp123.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"x" * 100_000)
    renderer(tmp_path, a_pdf(), cache_bytes=50_000)[0].webp(KEY, 1, dpi=36)
    assert kept(tmp_path) == [1]


def test_with_no_room_at_all_every_picture_is_drawn_anew(tmp_path):
    draw, shelf = renderer(tmp_path, a_pdf(), cache_bytes=0)
    assert draw.webp(KEY, 1, dpi=36) == draw.webp(KEY, 1, dpi=36)
    assert (shelf.asked, kept(tmp_path)) == (2, [])


def test_the_dpi_is_held_within_reason(tmp_path):
    draw, _ = renderer(tmp_path, a_pdf())
    assert size_of(draw.webp(KEY, 1, dpi=1)) == (306, 396)


def test_a_page_that_is_not_there_is_not_found(tmp_path):
    draw, _ = renderer(tmp_path, a_pdf(2))
    for page in (0, 3):
        with pytest.raises(NotFound, match=f"2 pages; there is no page {page}"):
            draw.webp(KEY, page)
    with pytest.raises(NotFound):
        draw.webp("2026/03/other.pdf", 1)


def test_a_giant_page_is_drawn_smaller_than_25_megapixels(tmp_path):
    giant = pdf_of(b"").replace(b"612 792", b"1000000 1000000")
    width, height = size_of(renderer(tmp_path, giant)[0].webp(KEY, 1))
    assert width * height <= MAX_PIXELS * 1.01
    assert scale_for(612, 792, 72) == 1
    assert scale_for(100_000, 100_000, 72) == pytest.approx(0.05)


def test_a_damaged_or_overloading_document_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(UnreadableDocument, match="damaged"):
        renderer(tmp_path, b"%PDF-1.7 nothing")[0].webp(KEY, 1)
    with pytest.raises(UnreadableDocument) as caught:
        renderer(tmp_path, flate_bomb_pdf())[0].webp(KEY, 1)
    assert caught.value.code == "resource-limit"
