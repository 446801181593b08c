"""The limited child that draws one page of a PDF as WebP."""

import io
import math
from typing import Any

import pypdfium2 as pdfium
from PIL import Image, WebPImagePlugin

from services.adapters.local.child_main import Answer, Progress, serve
from services.adapters.local.pdf_words import open_pdf
from services.domain.errors import UnreadableDocument

Image.preinit()  # once in the fork server, not in every child
MAX_PIXELS = 25_000_000
POINTS_PER_INCH = 72
_FORMAT, _QUALITY = WebPImagePlugin.WebPImageFile.format, 80
UNDRAWABLE = (
    "This page cannot be drawn; the PDF is damaged here. Its numbers, where read, still stand."
)


def render(request: dict[str, Any], blob: bytes, progress: Progress) -> Answer:
    """Answer the 0-based ``index`` page at ``dpi`` as WebP, and how many pages there are."""
    del progress
    pdf = open_pdf(blob)
    count, index = len(pdf), int(request["index"])
    if not 0 <= index < count:
        return {"pages": count}, b""
    try:
        page = pdf[index]
        scale = scale_for(page.get_width(), page.get_height(), int(request["dpi"]))
        image = page.render(scale=scale, rev_byteorder=True).to_pil()
    except (pdfium.PdfiumError, ValueError, OverflowError) as error:
        raise UnreadableDocument(UNDRAWABLE) from error
    picture = io.BytesIO()
    image.convert("RGB").save(picture, _FORMAT, quality=_QUALITY, method=0)
    return {"pages": count}, picture.getvalue()


def scale_for(width: float, height: float, dpi: int) -> float:
    """Return the pixels per point for a dpi, less where the page would exceed 25 megapixels."""
    area = max(1.0, width * height)
    return min(dpi / POINTS_PER_INCH, math.sqrt(MAX_PIXELS / area))


def main() -> None:
    """Draw pages of one document."""
    serve({"render": render})


if __name__ == "__main__":
    main()
