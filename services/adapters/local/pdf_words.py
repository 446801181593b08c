"""PDFium in process: a page's text, and its words with boxes in points from the top left.

Only the limited child imports this: a hostile file must never be parsed next to other people's data.
"""

import ctypes
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from services.domain.errors import UnreadableDocument
from services.domain.layout import PageLayout, Word

_CATALOG = re.compile(rb"(\d+)\s+0\s+obj\s*<<(?:(?!endobj).){0,2000}?/Type\s*/Catalog", re.DOTALL)
_REPAIR = b"\ntrailer << /Root %s 0 R /Size 100000 >>\nstartxref\n0\n%%%%EOF\n"
_SPACES = frozenset(" \t\r\n\x0b\x0c\xa0\u2002\u2003\u2007\u2009\u202f\u200b\x02")
_PDFIUM_MARK = "\ufffe"
_NEW_WORD_GAP = 0.9  # of the glyph height: a wider gap separates words even without a space
_NEW_LINE_SHIFT = 0.6  # of the glyph height: a glyph this far off stands on another line

ENCRYPTED = (
    "This PDF is protected by a password. Save a copy without the password and upload that copy."
)
MALFORMED = "This PDF is damaged and could not be opened. Download or export it again and upload the new file."

OnPage = Callable[
    [int, int], None
]  # services.ports has it too, but costs this child 0.1 s to import
_Place = Callable[[float, float, float, float], tuple[float, float, float, float]]


def open_pdf(data: bytes) -> pdfium.PdfDocument:
    """Open a PDF, with the empty user password and after a trailer repair where that is needed.

    Raises:
        UnreadableDocument: with code ``encrypted`` or ``malformed``.
    """
    try:
        return _checked(pdfium.PdfDocument(data))
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableDocument(ENCRYPTED, code="encrypted") from error
        if "security" in str(error).lower():
            raise UnreadableDocument(ENCRYPTED, code="encrypted") from error
    return _open_repaired(data)


def _open_repaired(data: bytes) -> pdfium.PdfDocument:
    catalogs = _CATALOG.findall(data)
    if not catalogs:
        raise UnreadableDocument(MALFORMED)
    try:
        return _checked(pdfium.PdfDocument(data + _REPAIR % catalogs[-1]))
    except pdfium.PdfiumError as error:
        raise UnreadableDocument(MALFORMED) from error


def _checked(pdf: pdfium.PdfDocument) -> pdfium.PdfDocument:
    if len(pdf) == 0:
        raise UnreadableDocument(MALFORMED)
    return pdf


def page_texts(pdf: pdfium.PdfDocument, on_page: OnPage | None = None) -> list[str]:
    """Return PDFium's text of every page in order; a page that cannot be read is ''."""
    count = len(pdf)
    texts = []
    for index in range(count):
        texts.append(page_text(pdf, index))
        if on_page is not None:
            on_page(index + 1, count)
    return texts


def page_text(pdf: pdfium.PdfDocument, index: int) -> str:
    """Return PDFium's text of the page at the 0-based index; '' when it cannot be read."""
    page = raw.FPDF_LoadPage(pdf, index)
    if not page:
        return ""
    text_page = raw.FPDFText_LoadPage(page)
    text = ""
    if text_page:
        text = _text(text_page, raw.FPDFText_CountChars(text_page))
        raw.FPDFText_ClosePage(text_page)
    raw.FPDF_ClosePage(page)
    return text


def _text(text_page: object, count: int) -> str:
    if count <= 0:
        return ""
    buffer = (ctypes.c_ushort * (count + 1))()
    written = raw.FPDFText_GetText(text_page, 0, count, buffer)
    return bytes(buffer)[: max(0, written - 1) * 2].decode("utf-16-le", errors="replace")


def page_words(pdf: pdfium.PdfDocument, numbers: Sequence[int]) -> list[PageLayout]:
    """Return the word boxes of the given 1-based pages, in the order asked."""
    return [_page_layout(pdf, number) for number in numbers]


def _page_layout(pdf: pdfium.PdfDocument, number: int) -> PageLayout:
    page = raw.FPDF_LoadPage(pdf, number - 1)
    if not page:
        return PageLayout(number=number, width=0.0, height=0.0, words=())
    width, height = raw.FPDF_GetPageWidthF(page), raw.FPDF_GetPageHeightF(page)
    place = _placer(page)
    text_page = raw.FPDFText_LoadPage(page)
    words: tuple[Word, ...] = ()
    if text_page:
        words = tuple(_words(_glyphs(text_page), place))
        raw.FPDFText_ClosePage(text_page)
    raw.FPDF_ClosePage(page)
    return PageLayout(number=number, width=width, height=height, words=words)


def _placer(page: object) -> _Place:
    """Return the map from page space to the page as displayed: crop box, rotation, origin top left."""
    frame = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page, frame)
    left, bottom, right, top = frame.left, frame.bottom, frame.right, frame.top
    rotation = raw.FPDFPage_GetRotation(page)
    if rotation == 1:
        return lambda x0, y0, x1, y1: (y0 - bottom, x0 - left, y1 - bottom, x1 - left)
    if rotation == 2:
        return lambda x0, y0, x1, y1: (right - x1, y0 - bottom, right - x0, y1 - bottom)
    if rotation == 3:
        return lambda x0, y0, x1, y1: (top - y1, right - x1, top - y0, right - x0)
    return lambda x0, y0, x1, y1: (x0 - left, top - y1, x1 - left, top - y0)


_Glyph = tuple[str, float, float, float, float]


def _glyphs(text_page: object) -> Iterator[_Glyph]:
    """Yield (character, left, bottom, right, top) in page space; a space has an empty box."""
    get_box, get_unicode = raw.FPDFText_GetLooseCharBox, raw.FPDFText_GetUnicode
    rectangle = raw.FS_RECTF()
    reference = ctypes.byref(rectangle)
    spaces = _SPACES
    for index in range(raw.FPDFText_CountChars(text_page)):
        character = _character(get_unicode(text_page, index))
        if character in spaces:
            yield " ", 0.0, 0.0, 0.0, 0.0
        elif get_box(text_page, index, reference):
            yield (
                character,
                rectangle.left,
                rectangle.bottom,
                rectangle.right,
                rectangle.top,
            )


def _character(code: int) -> str:
    if code == 0:  # a glyph the font gives no meaning, as a rule a ligature
        return _PDFIUM_MARK
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else " "


@dataclass(slots=True)
class _Run:
    """The glyphs of the word being built, in page space."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float

    def follows(self, glyph: _Glyph) -> bool:
        """Whether the glyph stands beside the run, close enough to be part of the same word."""
        _, x0, y0, x1, y1 = glyph
        size = max(self.y1 - self.y0, self.x1 - self.x0 if len(self.text) == 1 else 0.0, 1e-6)
        beside = -0.5 * size <= x0 - self.x1 <= _NEW_WORD_GAP * size
        level = abs((y0 + y1) - (self.y0 + self.y1)) / 2 <= _NEW_LINE_SHIFT * size
        if beside and level:
            return True
        upright = abs((x0 + x1) - (self.x0 + self.x1)) / 2 <= 0.2 * (x1 - x0)
        return upright and (y0 <= self.y1 + size and y1 >= self.y0 - size) and not level

    def add(self, glyph: _Glyph) -> None:
        """Append one glyph."""
        character, x0, y0, x1, y1 = glyph
        self.text += character
        if x0 < self.x0:
            self.x0 = x0
        if y0 < self.y0:
            self.y0 = y0
        if x1 > self.x1:
            self.x1 = x1
        if y1 > self.y1:
            self.y1 = y1


def _words(glyphs: Iterator[_Glyph], place: _Place) -> Iterator[Word]:
    run: _Run | None = None
    for glyph in glyphs:
        if glyph[0] == " ":
            if run is not None:
                yield _word(run, place)
            run = None
        elif run is not None and run.follows(glyph):
            run.add(glyph)
        else:
            if run is not None:
                yield _word(run, place)
            run = _Run(*glyph)
    if run is not None:
        yield _word(run, place)


def _word(run: _Run, place: _Place) -> Word:
    text = _mended(run.text) if _PDFIUM_MARK in run.text or "\ufffd" in run.text else run.text
    x0, y0, x1, y1 = place(run.x0, run.y0, run.x1, run.y1)
    return Word(text, round(x0, 2), round(y0, 2), round(x1, 2), round(y1, 2))


def _mended(text: str) -> str:
    """Put back what PDFium marks: a line-end hyphen, or a ligature the font did not map.

    The mark at a word's end is the hyphen; inside a word it is fi, or fl before most vowels.
    """
    mended = ""
    for index, character in enumerate(text):
        if character not in {_PDFIUM_MARK, "\ufffd"}:
            mended += character
        elif index == len(text) - 1:
            mended += "-"
        else:
            mended += _ligature(text[index + 1 : index + 3])
    return mended


def _ligature(rest: str) -> str:
    return (
        "fl"
        if rest[:1] in set("aiou") or (rest[:1] == "e" and rest[1:] not in {"d", "l"})
        else "fi"
    )
