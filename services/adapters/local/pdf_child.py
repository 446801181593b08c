"""The limited child that opens one PDF and answers for its texts and words."""

from typing import Any

import pypdfium2 as pdfium

from services.adapters.local.child_main import Answer, Progress, serve
from services.adapters.local.pdf_words import open_pdf, page_text, page_words
from services.adapters.local.wire import pack_pages
from services.domain.errors import UnreadableDocument


class OnePdf:
    """The one PDF that a child has opened."""

    def __init__(self) -> None:
        self._pdf: pdfium.PdfDocument | None = None

    def open(self, request: dict[str, Any], blob: bytes, progress: Progress) -> Answer:
        """Open the bytes; answers the number of pages."""
        del request, progress
        self._pdf = open_pdf(blob)
        return {"pages": len(self._pdf)}, b""

    def _opened(self) -> pdfium.PdfDocument:
        if self._pdf is None:
            raise UnreadableDocument("No document has been opened.")
        return self._pdf


class PdfReading(OnePdf):
    """Reads the text layer of its PDF; each method is a request handler."""

    def texts(self, request: dict[str, Any], blob: bytes, progress: Progress) -> Answer:
        """Answer the texts of the pages ``numbers``; those in ``skip`` have broken a child before."""
        del blob
        numbers, skip = request["numbers"], set(request["skip"])
        texts = []
        for done, number in enumerate(numbers, start=1):
            texts.append("" if number in skip else page_text(self._opened(), number - 1))
            progress(done, len(numbers))
        return {"texts": texts}, b""

    def words(self, request: dict[str, Any], blob: bytes, progress: Progress) -> Answer:
        """Answer the words of the pages asked for."""
        del blob, progress
        return pack_pages(page_words(self._opened(), request["numbers"]))


def main() -> None:
    """Serve one document."""
    reading = PdfReading()
    serve({"open": reading.open, "texts": reading.texts, "words": reading.words})


if __name__ == "__main__":
    main()
