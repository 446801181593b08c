"""Charts on paper: the analysis' own chart records drawn as vectors, and sparklines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth

from services.domain.insights import Chart, ChartSeries
from services.exports.fonts import BOLD, REGULAR, printable
from services.exports.scales import point_label, scale_of

INK, SOFT, GRID = HexColor("#0a0f1a"), HexColor("#4a5568"), HexColor("#d3dae4")
BLUE, VERMILLION, GREY = HexColor("#0072B2"), HexColor("#D55E00"), HexColor("#767676")
_COLOURS = (
    BLUE, HexColor("#E69F00"), GREY, HexColor("#009E73"), HexColor("#CC79A7"), HexColor("#56B4E9"),
)  # fmt: skip
_BAND_FILLS = (HexColor("#f2f7fb"), HexColor("#e4eff7"), HexColor("#d2e5f2"))
_SMALLEST, _SMALL, _TEXT = 5.25, 6.5, 7.0
_STEP_HEIGHT = 15.0
_TOP, _FOOT, _LEGEND = 16.0, 22.0, 12.0
_ROOM = 0.18
_LINES = frozenset({"line", "ratio_bands"})


@dataclass(frozen=True, slots=True)
class _Plot:
    """The area of a chart in points and the values at its lower and upper edge."""

    left: float
    bottom: float
    width: float
    height: float
    low: float
    high: float

    def y(self, value: float) -> float:
        return self.bottom + (value - self.low) / ((self.high - self.low) or 1.0) * self.height


def sparkline(values: Sequence[Decimal], width: float = 62, height: float = 16) -> Drawing:
    """Return the course of a figure, its last point marked; a single value is only that point."""
    drawing = Drawing(width, height)
    low, high = (float(edge(values)) for edge in (min, max))
    plot = _Plot(2, 3, width - 6, height - 6, low, high)
    step = plot.width / max(1, len(values) - 1)
    flat = high == low
    points = [
        (plot.left + place * step, height / 2 if flat else plot.y(float(value)))
        for place, value in enumerate(values)
    ]
    if len(points) > 1:
        flattened = [part for point in points for part in point]
        drawing.add(PolyLine(flattened, strokeColor=BLUE, strokeWidth=1.1))
    drawing.add(Circle(*points[-1], 1.7, fillColor=BLUE, strokeColor=BLUE))
    return drawing


def drawn(chart: Chart, width: float, height: float = 150) -> Drawing:
    """Return a chart as a drawing of this width; a waterfall grows with its steps."""
    if chart.kind == "waterfall":
        return _waterfall(chart, width)
    return _plotted(chart, width, height)


def _box(x: float, y: float, width: float, height: float, fill: Color) -> Rect:
    box = Rect(x, y, width, height)
    box.fillColor, box.strokeColor = fill, None
    return box


def _title(drawing: Drawing, chart: Chart, axis: str) -> None:
    counted = f" ({axis})" if axis else ""
    text = printable(f"{chart.title}{counted}")
    size = _TEXT + 1
    while stringWidth(text, BOLD, size) > drawing.width and size > _SMALL - 1:
        size -= 0.25
    drawing.add(String(0, drawing.height - 9, text, fontName=BOLD, fontSize=size, fillColor=INK))


def _plotted(chart: Chart, width: float, height: float) -> Drawing:
    drawing = Drawing(width, height)
    divisor, axis = scale_of(chart)
    _title(drawing, chart, axis)
    several = len(chart.series) > 1
    low, high = _extent(chart, divisor)
    top = _TOP + (_LEGEND if several else 0)
    plot = _Plot(8, _FOOT, width - 16, height - top - _FOOT - 8, low, high)
    _bands(drawing, chart, plot, divisor)
    drawing.add(_rule(plot, max(low, min(0.0, high))))
    names = list(dict.fromkeys(x for series in chart.series for x in series.x))
    slots = {name: place for place, name in enumerate(names)}
    _categories(drawing, names, plot)
    bars = [] if chart.kind in _LINES else list(chart.series)
    if chart.kind == "combo":
        bars = bars[:1]
    for place, series in enumerate(chart.series):
        colour = _COLOURS[place % len(_COLOURS)]
        labels: Iterator[Rect | PolyLine | Circle | String]
        if series in bars:
            labels = _bars(series, chart, plot, (slots, bars.index(series), len(bars)), colour)
        else:
            labels = _line(series, chart, plot, slots, colour, labelled=not several)
        for shape in labels:
            drawing.add(shape)
    if several:
        _legend(drawing, chart, height - _TOP - 4)
    return drawing


def _extent(chart: Chart, divisor: Decimal) -> tuple[float, float]:
    known = [float(y / divisor) for series in chart.series for y in series.y if y is not None]
    known += [
        float(edge / divisor) for _, *edges in chart.bands for edge in edges if edge is not None
    ]
    low, high = min(known, default=0.0), max(known, default=1.0)
    if chart.kind not in _LINES:
        low, high = min(low, 0.0), max(high, 0.0)
    room = ((high - low) or abs(high) or 1.0) * _ROOM
    return (low - room if low < 0 or chart.kind in _LINES else low), high + room


def _rule(plot: _Plot, value: float) -> Line:
    height = plot.y(value)
    return Line(
        plot.left, height, plot.left + plot.width, height, strokeColor=GRID, strokeWidth=0.8
    )


def _bands(drawing: Drawing, chart: Chart, plot: _Plot, divisor: Decimal) -> None:
    for place, (name, start, end) in enumerate(chart.bands):
        low = plot.y(plot.low if start is None else max(plot.low, float(start / divisor)))
        high = plot.y(plot.high if end is None else min(plot.high, float(end / divisor)))
        fill = _BAND_FILLS[place % len(_BAND_FILLS)]
        drawing.add(_box(plot.left, low, plot.width, max(0.0, high - low), fill))
        if high - low > _SMALL:
            drawing.add(
                String(
                    plot.left + 3, high - _SMALL, printable(name),
                    fontName=REGULAR, fontSize=_SMALL - 0.5, fillColor=SOFT,
                )
            )  # fmt: skip


def _categories(drawing: Drawing, names: Sequence[str], plot: _Plot) -> None:
    slot = plot.width / max(1, len(names))
    for place, name in enumerate(names):
        for row, words in enumerate(_two_lines(name)):
            drawing.add(
                _centred(plot.left + (place + 0.5) * slot, plot.bottom - 9 - 8 * row, words, slot)
            )


def _centred(x: float, y: float, text: str, most: float, colour: Color = SOFT) -> String:
    words, size = printable(text), _SMALL
    while stringWidth(words, REGULAR, size) > most - 2 and size > _SMALL - 2:
        size -= 0.25
    return String(
        x, y, words, fontName=REGULAR, fontSize=size, fillColor=colour, textAnchor="middle"
    )


def _two_lines(name: str) -> list[str]:
    if " to " in name:
        first, _, second = name.partition(" to ")
        return [f"{first} to", second]
    return [name]


def _bars(
    series: ChartSeries,
    chart: Chart,
    plot: _Plot,
    seat: tuple[dict[str, int], int, int],
    colour: Color,
) -> Iterator[Rect | PolyLine | Circle | String]:
    slots, index, count = seat
    divisor, _ = scale_of(chart)
    slot = plot.width / max(1, len(slots))
    thick = min(44.0, slot * 0.7 / count)
    for name, value in zip(series.x, series.y, strict=True):
        if value is None:
            continue
        middle = plot.left + (slots[name] + 0.5) * slot + (index - (count - 1) / 2) * thick
        ground, tip = plot.y(0.0), plot.y(float(value / divisor))
        low, tall = min(ground, tip), abs(tip - ground)
        yield _box(middle - thick / 2, low, thick, tall, colour)
        label = tip + 2.5 if value >= 0 else tip - _SMALL - 1
        yield _centred(middle, label, point_label(value, chart, divisor), slot / count, INK)


def _line(
    series: ChartSeries,
    chart: Chart,
    plot: _Plot,
    slots: dict[str, int],
    colour: Color,
    *,
    labelled: bool,
) -> Iterator[Rect | PolyLine | Circle | String]:
    divisor, _ = scale_of(chart)
    slot = plot.width / max(1, len(slots))
    run: list[float] = []
    ahead = [*series.y[1:], None]
    for name, value, after in zip(series.x, series.y, ahead, strict=True):
        if value is None:
            yield from _stroke(run, colour)
            run = []
            continue
        x, y = plot.left + (slots[name] + 0.5) * slot, plot.y(float(value / divisor))
        run += [x, y]
        yield Circle(x, y, 2, fillColor=colour, strokeColor=colour)
        if labelled:
            falls = run[-4:-2] and run[-3] > y if after is None else after < value
            label = point_label(value, chart, divisor)
            yield _beside(x, y + 4, label, right=bool(falls))
    yield from _stroke(run, colour)


def _beside(x: float, y: float, text: str, *, right: bool) -> String:
    """Label a point on the side of a line that the line leaves free."""
    anchor: Literal["start", "end"] = "start" if right else "end"
    at = x + (1.5 if right else -1.5)
    return String(
        at, y, printable(text), fontName=REGULAR, fontSize=_SMALL, fillColor=INK, textAnchor=anchor
    )


def _stroke(run: list[float], colour: Color) -> Iterator[PolyLine]:
    if len(run) > 2:
        yield PolyLine(run, strokeColor=colour, strokeWidth=1.5)


def _legend(drawing: Drawing, chart: Chart, y: float) -> None:
    x = 0.0
    for place, series in enumerate(chart.series):
        name = printable(series.name)
        colour = _COLOURS[place % len(_COLOURS)]
        drawing.add(_box(x, y - 7, 6, 6, colour))
        drawing.add(String(x + 8, y - 7, name, fontName=REGULAR, fontSize=_SMALL, fillColor=SOFT))
        x += 20 + stringWidth(name, REGULAR, _SMALL)


def _waterfall(chart: Chart, width: float) -> Drawing:
    series = chart.series[0]
    drawing = Drawing(width, _TOP + 6 + _STEP_HEIGHT * len(series.x))
    divisor, axis = scale_of(chart)
    _title(drawing, chart, axis)
    steps = list(_levels(series, chart, divisor))
    edges = [0.0, *(edge for start, end in steps for edge in (start, end))]
    names = width * 0.42
    low, high = min(edges), max(edges)
    room = ((high - low) or 1.0) * 0.2
    plot = _Plot(names, 0, width - names - 4, 0, low - (room if low < 0 else 0), high + room)
    across = plot.width / ((plot.high - plot.low) or 1.0)
    for place, (start, end) in enumerate(steps):
        y = drawing.height - _TOP - _STEP_HEIGHT * (place + 1)
        total = place in chart.totals
        colour = GREY if total else BLUE if end >= start else VERMILLION
        left, right = sorted(plot.left + (edge - plot.low) * across for edge in (start, end))
        drawing.add(_box(left, y + 2, max(0.6, right - left), _STEP_HEIGHT - 5, colour))
        drawing.add(_name(series.x[place], y + 4.5, names - 6))
        label = point_label(series.y[place], chart, divisor)
        drawing.add(
            String(right + 3, y + 4.5, label, fontName=REGULAR, fontSize=_SMALL, fillColor=INK)
        )
    return drawing


def _levels(series: ChartSeries, chart: Chart, divisor: Decimal) -> Iterator[tuple[float, float]]:
    level = 0.0
    for place, value in enumerate(series.y):
        amount = float((value or Decimal(0)) / divisor)
        if place in chart.totals:
            yield 0.0, amount
            level = amount
        else:
            yield level, level + amount
            level += amount


def _name(name: str, y: float, most: float) -> String:
    text, size = printable(name), _SMALL
    while stringWidth(text, REGULAR, size) > most and size > _SMALLEST:
        size -= 0.25
    while stringWidth(text, REGULAR, size) > most and len(text) > 4:
        text = f"{text.rstrip('…')[:-1].rstrip()}…"
    return String(0, y, text, fontName=REGULAR, fontSize=size, fillColor=SOFT)
