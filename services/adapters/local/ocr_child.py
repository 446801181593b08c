"""The limited child that recognises the words on the pictures of a PDF's pages."""

from collections.abc import Callable, Sequence
from typing import Any

import pypdfium2.raw as raw
from PIL import Image

from services.adapters.local.child_main import Answer, Progress, serve
from services.adapters.local.page_picture import (
    level,
    shows_table,
    skew_of,
    top_lines,
    without_leaders,
)
from services.adapters.local.pdf_child import OnePdf
from services.adapters.local.recognition import words_on
from services.adapters.local.render_child import POINTS_PER_INCH, scale_for
from services.adapters.local.wire import pack_pages
from services.domain.errors import UnreadableDocument
from services.domain.layout import PageLayout, Word

GLANCE_DPI = 150
LEAST_DPI, MOST_DPI = 200, 300  # for reading: the scan's own between these
GLANCE_LINES = 12  # from the top: titles stand there
_COVERED = 0.5  # of the page by pictures
_MANY_PATHS = 400  # letters drawn as outlines


class PictureReading(OnePdf):
    """Recognises the pictures of its PDF; each method is a request handler."""

    def pictured(self, request: dict[str, Any], blob: bytes, progress: Progress) -> Answer:
        """Answer which of the pages ``numbers`` are mostly covered by pictures."""
        del blob, progress
        return {"numbers": [n for n in request["numbers"] if self._is_pictured(n)]}, b""

    def glance(self, request: dict[str, Any], blob: bytes, progress: Progress) -> Answer:
        """Answer the words at the top of those pages that show a table."""
        del blob
        return self._answer(request["numbers"], progress, self._glanced)

    def recognise(self, request: dict[str, Any], blob: bytes, progress: Progress) -> Answer:
        """Answer all words of the pages."""
        del blob
        return self._answer(request["numbers"], progress, self._recognised)

    def _answer(
        self, numbers: Sequence[int], progress: Progress, read: Callable[[int], PageLayout]
    ) -> Answer:
        pages = []
        for done, number in enumerate(numbers, start=1):
            pages.append(read(number))
            progress(done, len(numbers))
        return pack_pages(pages)

    def _glanced(self, number: int) -> PageLayout:
        picture, width, height = self._drawn(number, GLANCE_DPI)
        degrees = skew_of(picture)
        upright = level(picture, degrees)
        words: list[Word] = []
        if shows_table(upright, width):
            top = top_lines(upright, GLANCE_LINES)
            words = _words(top, POINTS_PER_INCH * picture.width / width)
        return PageLayout(number, width, height, tuple(words), recognised=True, skew=degrees)

    def _recognised(self, number: int) -> PageLayout:
        picture, width, height = self._drawn(number, self._own_dpi(number))
        degrees = skew_of(picture)
        dpi = POINTS_PER_INCH * picture.width / width
        words = _words(without_leaders(level(picture, degrees), dpi), dpi)
        return PageLayout(number, width, height, tuple(words), recognised=True, skew=degrees)

    def _drawn(self, number: int, dpi: int) -> tuple[Image.Image, float, float]:
        """Return the page in grey, and its width and height in points."""
        page = self._opened()[number - 1]
        width, height = page.get_width(), page.get_height()
        scale = scale_for(width, height, dpi)
        return page.render(scale=scale, grayscale=True).to_pil(), width, height

    def _own_dpi(self, number: int) -> int:
        page = self._opened()[number - 1]
        wide: float = max(1.0, page.get_width())
        images = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2)
        pixels: int = max((image.get_px_size()[0] for image in images), default=0)
        return min(max(LEAST_DPI, round(POINTS_PER_INCH * pixels / wide)), MOST_DPI)

    def _is_pictured(self, number: int) -> bool:
        page = self._opened()[number - 1]
        covered, drawn = 0.0, 0
        for thing in page.get_objects(max_depth=2):
            if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
                x0, y0, x1, y1 = thing.get_bounds()
                covered += max(0.0, x1 - x0) * max(0.0, y1 - y0)
            drawn += thing.type == raw.FPDF_PAGEOBJ_PATH
        area = max(1.0, page.get_width() * page.get_height())
        return covered > _COVERED * area or drawn > _MANY_PATHS


def _words(picture: Image.Image, dpi: float) -> list[Word]:
    """Return the words on a picture, none where recognition fails: the page counts as not read."""
    try:
        return words_on(picture, dpi)
    except UnreadableDocument:
        return []


def main() -> None:
    """Serve one document."""
    reading = PictureReading()
    serve(
        {
            "open": reading.open,
            "pictured": reading.pictured,
            "glance": reading.glance,
            "recognise": reading.recognise,
        }
    )


if __name__ == "__main__":
    main()
