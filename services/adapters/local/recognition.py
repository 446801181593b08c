"""Words on a picture, by the Tesseract program: the only place that calls it.

Tesseract gives every word a tight box; here all words of its line get the line's height, which is what
the boxes of a text layer look like.
"""

import io
import os
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from PIL import Image

from services.domain.errors import UnreadableDocument
from services.domain.layout import Word

PROGRAM = "tesseract"
SECONDS = 30.0  # for one page
_ONE_BLOCK = "6"  # Tesseract's page segmentation mode: rows run over the whole page
_WORD_LEVEL = "5"
_HEAD_ROOM, _FOOT_ROOM = 0.15, 0.25  # of the capitals' height, above and below, as fonts have it
_TOO_LONG = 1.6  # of the line's height: a longer dash is what is left of a rule
_TOO_TALL = 3.0  # of the line's height: a brace or a rule over several lines
_PARTED = 1.0  # of the line's height: digits nearer than this may be one number
_RAISED = (
    0.7  # of the line's height: a smaller word that ends above the middle is a footnote's mark
)
_STRAY = re.compile(r"[|_~'`´‘’“”\"\\/:;.,°·•«»\[\]{}<>!¦]+")
_NIL = re.compile(r"[-—–=~]{1,3}|_{2,3}")
_OPENING, _CLOSING = re.compile(r"^[\[{]"), re.compile(r"[\]}]$")
_AMOUNT = re.compile(r"[\d,.()\[\]{}$S§%lIiOoB|]+")
_LETTERS = str.maketrans({"l": "1", "I": "1", "i": "1", "|": "1", "O": "0", "o": "0", "B": "8"})
_POINTED = re.compile(r"(?<=\d)\.(?=\d{3}(?:[,.]\d{3})+\b)|(?<=,\d{3})\.(?=\d{3}\b)")
_WHOLE = re.compile(r"\(?\$?\d{1,3}(?:,\d{3})+\)?")
_PART = re.compile(r"\(?\$?\d{1,3}(?:,\d{3})*(?:,\d{0,2}|,\d{3}\.\d{0,2})?")
_HEAD, _REST = re.compile(r"\(?\$?\d{1,3}"), re.compile(r"\d{3}(?:,\d{3})+\)?")
_POINT_FOR_COMMA = re.compile(r"^(\(?\$?[1-9]\d{0,2})\.(\d{3}\)?)$")
_POINT_LOST = re.compile(r"^(\(?\$?)0((?!00)\d\d\)?)$")
_RULE_AND_DOLLAR = re.compile(r"[il|!\[({§]{0,2}[$§]")
_DOLLAR = re.compile(r"^(\(?)[S§](?=[\d(])")
NOT_READ = "A page of this document could not be recognised; scan it again at 200 dpi or more."


class _Seen(NamedTuple):
    """A word as Tesseract gives it, in pixels."""

    text: str
    x0: int
    y0: int
    x1: int
    y1: int
    confidence: float


def is_installed() -> bool:
    """Whether the program is on this machine."""
    return shutil.which(PROGRAM) is not None


def words_on(picture: Image.Image, dpi: float) -> list[Word]:
    """Return the words of a level grey picture with boxes in points from its top left corner.

    Raises:
        UnreadableDocument: the program failed or took longer than half a minute.
    """
    data = io.BytesIO()
    picture.save(data, "PPM")
    command = [PROGRAM, "stdin", "stdout", "--psm", _ONE_BLOCK, "--dpi", str(round(dpi)), "tsv"]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, the picture goes in by the pipe
            command,
            input=data.getvalue(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise UnreadableDocument(NOT_READ, "not-recognised") from error
    lines = _lines(done.stdout.decode("utf-8", "replace"))
    return [word for line in lines for word in _leveled(line, dpi / 72)]


def _lines(tsv: str) -> Iterator[list[_Seen]]:
    """Yield Tesseract's lines of words; specks and rules left out."""
    lines: dict[tuple[str, ...], list[_Seen]] = defaultdict(list)
    for row in tsv.splitlines()[1:]:
        fields = row.split("\t")
        if len(fields) != 12 or fields[0] != _WORD_LEVEL or not fields[11].strip():
            continue
        left, top, width, height = (int(field) for field in fields[6:10])
        text = mended(fields[11].strip())
        if text:
            seen = _Seen(text, left, top, left + width, top + height, float(fields[10]))
            lines[tuple(fields[1:5])].append(seen)
    yield from lines.values()


def _leveled(line: list[_Seen], scale: float) -> Iterator[Word]:
    """Yield the line's words in points, all of the line's height; raised marks keep their own.

    A line without a letter or digit is what is left of a rule.
    """
    worded = [seen for seen in line if any(c.isalnum() for c in seen.text)]
    if not worded:
        return
    top, bottom = median(seen.y0 for seen in worded), median(seen.y1 for seen in worded)
    height = max(1.0, bottom - top)
    for seen in _rejoined(line, height):
        long = seen.text == "—" and seen.x1 - seen.x0 > _TOO_LONG * height
        if long or seen.y1 - seen.y0 > _TOO_TALL * height:
            continue
        own = seen.y1 - seen.y0 < _RAISED * height and seen.y1 < bottom - height / 4
        y0, y1 = (
            (seen.y0, seen.y1)
            if own and any(c.isalnum() for c in seen.text)
            else (top - _HEAD_ROOM * height, bottom + _FOOT_ROOM * height)
        )
        yield Word(
            seen.text,
            round(seen.x0 / scale, 2),
            round(y0 / scale, 2),
            round(seen.x1 / scale, 2),
            round(y1 / scale, 2),
            round(max(0.0, min(seen.confidence, 100.0)) / 100, 3),
        )


def _rejoined(line: list[_Seen], height: float) -> list[_Seen]:
    """Join the parts of a number that recognition took for two words: '446,81' and '4'."""
    joined: list[_Seen] = []
    for seen in line:
        last = joined[-1] if joined else None
        near = last is not None and seen.x0 - last.x1 < _PARTED * height
        text = as_one(last.text, seen.text) if near and last is not None else ""
        if last is not None and text:
            confidence = min(last.confidence, seen.confidence)
            top, bottom = min(last.y0, seen.y0), max(last.y1, seen.y1)
            joined[-1] = _Seen(text, last.x0, top, seen.x1, bottom, confidence)
        else:
            joined.append(seen)
    return joined


def as_one(last: str, seen: str) -> str:
    """Return the amount that two words are together, '' where they may be two: '5,466.3' and '12' are one.

    The comma between them may be lost where the second word begins with three digits and a comma.
    """
    joined = mended(last + seen)
    unfinished = _PART.fullmatch(last) and not _WHOLE.fullmatch(last)
    if (unfinished or seen.startswith(",")) and _WHOLE.fullmatch(joined):
        return joined
    with_comma = f"{last},{seen}"
    lost = _HEAD.fullmatch(last) and _REST.fullmatch(seen) and _WHOLE.fullmatch(with_comma)
    return with_comma if lost else ""


def mended(text: str) -> str:
    """Return a recognised word with what recognition mistakes in amounts put right; '' for a stray mark.

    Only where the word can hardly be anything else: braces around digits, letters between digits and
    commas, a point before three digits (amounts have no thousandths), a nought before two digits.
    """
    if _NIL.fullmatch(text):
        return "—"
    if _STRAY.fullmatch(text):
        return ""
    if text == "S" or _RULE_AND_DOLLAR.fullmatch(text):
        return "$"
    bare = text.strip("|_~'`‘’“”\"°·•«»¦!")
    if sum(c.isdigit() for c in bare) < 2 and not re.fullmatch(r"[({\[]\d[)}\]]", bare):
        return bare or text
    if not _AMOUNT.fullmatch(bare):
        return bare
    bare = _DOLLAR.sub(r"\1$", _CLOSING.sub(")", _OPENING.sub("(", bare)))
    digits = _POINTED.sub(",", bare.translate(_LETTERS)).rstrip(".,")
    return _POINT_LOST.sub(r"\g<1>0.\2", _POINT_FOR_COMMA.sub(r"\1,\2", digits))
