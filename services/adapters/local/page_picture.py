"""A page as a picture: how it is turned, and whether it shows a table; by sums over a small copy of it."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SMALL_WIDTH = 400  # pixels: enough to see lines, few enough to turn it many times
_MOST_SKEW = 3.0  # degrees
_STEPS = (1.0, 0.25, 0.05)  # degrees, each around the best of the step before
_LEAST_SKEW = 0.05  # degrees: half a line of drift at 1.0, nothing at this
_PAPER = 255
_DARK = 160  # of 255: anything lighter is paper or shade
_CELL = (4, 3)  # points across and down of a grid cell
_INK = 12  # of 255: a cell with less is blank or a speck
_WIDE_GAP = 4  # cells: words of a sentence stand nearer
_TABLE_LINES = 10
_THIN, _CLEAR_ABOVE, _CLEAR_BELOW = 2.0, 4.0, 1.5  # points
_DOT_GAP, _SHORTEST = 5.0, 24.0  # points between a leader's dots; a dash is shorter than a leader

Mask = NDArray[np.bool_]


def skew_of(picture: Image.Image) -> float:
    """Return the degrees by which a grey picture of a page must be turned for its lines to lie level.

    Positive turns it counter-clockwise. Lines lie level where the sums along them differ most from one
    line to the next (projection profile); beyond 3 degrees a page is taken as level.
    """
    small = _ink(picture, _SMALL_WIDTH)
    best = 0.0
    reach = _MOST_SKEW
    for step in _STEPS:
        count = round(reach / step)
        best = max(
            (best + place * step for place in range(-count, count + 1)),
            key=lambda angle: (_sharpness(small, angle), -abs(angle)),
        )
        reach = step
    return best if abs(best) >= _LEAST_SKEW else 0.0


def level(picture: Image.Image, degrees: float) -> Image.Image:
    """Return the picture turned by ``skew_of``'s degrees about its centre, white where nothing was."""
    if not degrees:
        return picture
    return picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=_PAPER)


def _ink(picture: Image.Image, width: int) -> Image.Image:
    """Return a small copy in which ink is light on black, whatever the paper's shade."""
    height = max(1, round(picture.height * width / picture.width))
    small = picture.resize((width, height), Image.Resampling.BOX)
    return small.point([_PAPER - grey if grey < _PAPER * 3 // 4 else 0 for grey in range(256)])


def _sharpness(small: Image.Image, degrees: float) -> int:
    turned = small.rotate(degrees, Image.Resampling.BILINEAR)
    sums = turned.resize((1, turned.height), Image.Resampling.BOX).tobytes()
    return sum((one - other) ** 2 for one, other in pairwise(sums))


def shows_table(picture: Image.Image, points_wide: float) -> bool:
    """Whether enough lines of a level grey picture break into columns, as a statement's surely do."""
    columns = max(1, round(points_wide / _CELL[0]))
    rows = max(1, round(points_wide * picture.height / picture.width / _CELL[1]))
    ink = picture.point([_PAPER if grey < _DARK else 0 for grey in range(256)])
    cells = ink.resize((columns, rows), Image.Resampling.BOX).tobytes()
    lines = [cells[at : at + columns] for at in range(0, len(cells), columns)]
    weights = [sum(line) for line in lines]
    middles = (  # of printed lines: above and below them there is less ink
        place
        for place in range(1, rows - 1)
        if weights[place - 1] <= weights[place] > weights[place + 1]
    )
    return sum(1 for place in middles if _breaks(lines[place])) >= _TABLE_LINES


def _breaks(line: bytes) -> bool:
    """Whether a line has a wide gap with ink behind it in its right half."""
    inked = [place for place, cell in enumerate(line) if cell > _INK]
    if not inked or inked[-1] < len(line) // 2:
        return False
    return any(after - before > _WIDE_GAP for before, after in pairwise(inked))


def top_lines(picture: Image.Image, count: int) -> Image.Image:
    """Return the part of a level grey picture that holds its first ``count`` printed lines."""
    ink = picture.point([_PAPER if grey < _DARK else 0 for grey in range(256)])
    rows = ink.resize((1, picture.height), Image.Resampling.BOX).tobytes()
    ends = [place for place, (here, below) in enumerate(pairwise(rows)) if here and not below]
    bottom = ends[count - 1] + 2 if len(ends) >= count else picture.height
    return picture.crop((0, 0, picture.width, bottom))


def without_leaders(picture: Image.Image, dpi: float) -> Image.Image:
    """Return the grey picture without dotted leaders and rules, which recognition takes for letters.

    They are what is long and thin with clear paper above and below.
    """
    pixels = np.asarray(picture)
    unit = dpi / 72
    thin, clear = _thin(pixels < _DARK, unit)
    runs = _widened(thin, round(_DOT_GAP * unit / 2)) & clear
    rows, columns = np.nonzero(_opened(runs, round(_SHORTEST * unit)))
    if not len(rows):
        return picture
    cleaned = pixels.copy()
    for down in range(-1, round(_THIN * unit) + 1):
        cleaned[np.clip(rows + down, 0, len(cleaned) - 1), columns] = _PAPER
    return Image.fromarray(cleaned)


def _thin(ink: Mask, unit: float) -> tuple[Mask, Mask]:
    """Mark where the next two points down hold all ink, and where paper is clear above and below them."""
    height, above, below = (round(part * unit) for part in (_THIN, _CLEAR_ABOVE, _CLEAR_BELOW))
    padded = np.pad(ink, ((above + 1, height + below), (0, 0)))
    sums = np.cumsum(padded, axis=0, dtype=np.int16)
    count = len(ink)
    at, top, end, under = (
        sums[start : start + count] for start in (0, above, above + height, above + height + below)
    )
    clear: Mask = (top == at) & (under == end)
    return clear & (end > top), clear


def _widened(mask: Mask, reach: int) -> Mask:
    """Spread every mark ``reach`` pixels to both sides."""
    padded = np.pad(mask, ((0, 0), (reach + 1, reach)))
    sums = np.cumsum(padded, axis=1, dtype=np.int16)
    found: Mask = sums[:, 2 * reach + 1 :] > sums[:, : mask.shape[1]]
    return found


def _opened(mask: Mask, length: int) -> Mask:
    """Keep the marks that belong to a run of at least ``length`` pixels along a row."""
    padded = np.pad(mask, ((0, 0), (1, length)))
    sums = np.cumsum(padded, axis=1, dtype=np.int16)
    width = mask.shape[1]
    begins = sums[:, length : length + width] - sums[:, :width] == length
    behind = np.cumsum(np.pad(begins, ((0, 0), (length, 0))), axis=1, dtype=np.int16)
    found: Mask = behind[:, length:] > behind[:, :width]
    return found
