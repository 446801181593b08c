"""The fonts of the PDF, embedded so that it looks the same everywhere, and text that they can print."""

import unicodedata
from functools import cache

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD, ITALIC = "Vera", "Vera-Bold", "Vera-Italic"
_FILES = {
    REGULAR: "Vera.ttf",
    BOLD: "VeraBd.ttf",
    ITALIC: "VeraIt.ttf",
    "Vera-BoldItalic": "VeraBI.ttf",
}
_ALIKE = {"″": "''", "′": "'", "→": "-", "‐": "-", "‑": "-", "\u202f": " "}
_UNKNOWN = "?"


def register() -> None:
    """Make the fonts known to reportlab, with which they come; again is harmless."""
    if REGULAR in pdfmetrics.getRegisteredFontNames():
        return
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, file))
    pdfmetrics.registerFontFamily(
        REGULAR, normal=REGULAR, bold=BOLD, italic=ITALIC, boldItalic="Vera-BoldItalic"
    )


def printable(text: str) -> str:
    """Return text with every letter that the font lacks replaced by its nearest one, else by '?'."""
    register()
    known = _glyphs()
    return "".join(letter if ord(letter) in known else _nearest(letter, known) for letter in text)


@cache
def _glyphs() -> dict[int, int]:
    return dict(TTFont(REGULAR, _FILES[REGULAR]).face.charToGlyph)


def _nearest(letter: str, known: dict[int, int]) -> str:
    if letter in _ALIKE:
        return _ALIKE[letter]
    if unicodedata.category(letter).startswith("C"):
        return " "
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if ord(part) in known)
    return plain or _UNKNOWN
