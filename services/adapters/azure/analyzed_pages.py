"""Pages as Document Intelligence answers them, in the terms of the layout that statements are read from.

They are taken from the answer's JSON: the SDK's models of the hundred thousand words of a long report take
twenty times as long to build.
"""

import math
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.domain.layout import PageLayout, Word
from services.domain.provenance import Box

Answer = Mapping[str, Any]
POINTS_PER_INCH = 72.0
_LEVEL = 0.5  # of the lower of two lines' heights, by which they overlap in one row


@dataclass(frozen=True, slots=True)
class AnalyzedPage:
    """A page's words, and its text in the service's own reading order, a printed row a line."""

    layout: PageLayout
    text: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """From the service's polygons to boxes in points on the page, levelled by ``skew`` degrees."""

    width: float
    height: float
    unit: float
    skew: float

    def box(self, polygon: Sequence[float]) -> Box:
        """Return the box around a polygon (x, y, x, y, ...) of the page as it is, on the levelled page."""
        unit = self.unit
        points = zip(polygon[::2], polygon[1::2], strict=True)
        corners = [self._levelled(x * unit, y * unit) for x, y in points]
        across, down = [x for x, _ in corners], [y for _, y in corners]
        return Box(
            round(min(across), 2), round(min(down), 2), round(max(across), 2), round(max(down), 2)
        )

    def _levelled(self, x: float, y: float) -> tuple[float, float]:
        """Turn a point counter-clockwise about the page's middle: what ``printed_at`` undoes."""
        if not self.skew:
            return x, y
        angle = math.radians(self.skew)
        dx, dy = x - self.width / 2, y - self.height / 2
        return (
            self.width / 2 + dx * math.cos(angle) + dy * math.sin(angle),
            self.height / 2 - dx * math.sin(angle) + dy * math.cos(angle),
        )


class _Line(NamedTuple):
    """One of the service's lines; in a table each cell is a line of its own, or several."""

    content: str
    box: Box


def analyzed(result: Answer, pictured: Container[int]) -> list[AnalyzedPage]:
    """Return the pages of an answer.

    Args:
        result: The ``analyzeResult``, with polygons in inches as PDFs have them.
        pictured: The pages without a text layer, of which the service read the picture. They are levelled
            by the angle that it saw; the others stay as they are printed.
    """
    regions: dict[int, list[Sequence[float]]] = defaultdict(list)
    for table in result.get("tables", ()):
        for region in table.get("boundingRegions", ()):
            regions[region["pageNumber"]].append(region["polygon"])
    return [
        _page(page, page["pageNumber"] in pictured, regions[page["pageNumber"]])
        for page in result.get("pages", ())
    ]


def _page(page: Answer, recognised: bool, tables: Sequence[Sequence[float]]) -> AnalyzedPage:
    unit = POINTS_PER_INCH
    width, height = page["width"] * unit, page["height"] * unit
    frame = _Frame(width, height, unit, _turned(page) if recognised else 0.0)
    words = tuple(
        Word(word["content"], *_sides(frame.box(word["polygon"])), _certainty(word))
        for word in page.get("words", ())
        if word.get("polygon")
    )
    layout = PageLayout(page["pageNumber"], width, height, words, recognised, frame.skew)
    lines = [
        _Line(line["content"], frame.box(line["polygon"]))
        for line in page.get("lines", ())
        if line.get("polygon")
    ]
    return AnalyzedPage(layout, _text(lines, [frame.box(polygon) for polygon in tables]))


def _turned(page: Answer) -> float:
    """Return the degrees, within -180 and 180, by which the content lies turned clockwise."""
    angle = float(page.get("angle") or 0.0)
    return angle - 360.0 if angle > 180.0 else angle


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.x0, box.y0, box.x1, box.y1


def _certainty(word: Answer) -> float:
    return min(1.0, max(0.0, float(word.get("confidence", 1.0))))


def _text(lines: Sequence[_Line], tables: Sequence[Box]) -> str:
    """Join the lines that stand level, in the service's reading order and in tables row by row.

    Outside of tables only neighbours are joined, so that columns of prose stay apart.
    """
    rows: list[list[_Line]] = []
    for line in _in_order(lines, tables):
        if rows and _goes_on(rows[-1][-1].box, line.box):
            rows[-1].append(line)
        else:
            rows.append([line])
    return "\n".join(" ".join(line.content for line in row) for row in rows)


def _in_order(lines: Sequence[_Line], tables: Sequence[Box]) -> Iterator[_Line]:
    """Yield the lines, a table's rows where its first line stands."""
    places = [next((i for i, t in enumerate(tables) if _holds(t, line)), None) for line in lines]
    met: set[int] = set()
    for place, line in zip(places, lines, strict=True):
        if place is None:
            yield line
        elif place not in met:
            met.add(place)
            yield from _by_rows([one for at, one in zip(places, lines, strict=True) if at == place])


def _holds(table: Box, line: _Line) -> bool:
    x, y = (line.box.x0 + line.box.x1) / 2, (line.box.y0 + line.box.y1) / 2
    return table.x0 <= x <= table.x1 and table.y0 <= y <= table.y1


def _by_rows(lines: Sequence[_Line]) -> Iterator[_Line]:
    rows: list[list[_Line]] = []
    for line in sorted(lines, key=lambda line: line.box.y0 + line.box.y1):
        if rows and _level(rows[-1][0].box, line.box):
            rows[-1].append(line)
        else:
            rows.append([line])
    for row in rows:
        yield from sorted(row, key=lambda line: line.box.x0)


def _goes_on(last: Box, box: Box) -> bool:
    """Whether a line stands to the right of the last one, in the same row."""
    return box.x0 >= (last.x0 + last.x1) / 2 and _level(last, box)


def _level(one: Box, other: Box) -> bool:
    overlap = min(one.y1, other.y1) - max(one.y0, other.y0)
    return overlap >= _LEVEL * min(one.y1 - one.y0, other.y1 - other.y0)
