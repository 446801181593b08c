"""The CFO summary as a PDF: numbered pages, every sentence with its numbered sources, charts as vectors.

The foot of every page names the audit trail's head and the ruleset, so that a printed page can be held
against the product.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from services.analysis import wording
from services.cfo.brief import Brief, Headline, Item
from services.cfo.sentences import Sentence
from services.domain.concepts import CONCEPTS
from services.domain.ids import ReportId
from services.domain.periods import Period
from services.exports.drawing import BLUE, GRID, INK, SOFT, drawn, sparkline
from services.exports.fonts import BOLD, REGULAR, printable, register
from services.exports.sources import (
    Source,
    Sources,
    figure_words,
    signature_words,
    standing,
    title_of,
    withheld_words,
)

_MARGIN, _TOP, _FOOT = 18 * mm, 16 * mm, 22 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_MOST_CHARTS, _GAP = 4, 8 * mm
_PALE = HexColor("#f2f7fb")
_WIDTHS = [share * _WIDTH for share in (0.21, 0.19, 0.16, 0.15, 0.09, 0.13, 0.07)]
_PAD, _SMALLEST = 3.0, 5.5
_PRODUCT = "Financial Insight & Risk Advisor"


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    fields: dict[str, Any] = {"fontName": REGULAR, "leading": size * 1.38, "textColor": INK} | more
    return ParagraphStyle(name, fontSize=size, **fields)


_TITLE = _style("title", 17, fontName=BOLD, spaceAfter=1)
_SECTION = _style("section", 11, fontName=BOLD, spaceBefore=9, spaceAfter=4, textColor=BLUE)
_ITEM = _style("item", 9, fontName=BOLD, spaceBefore=4, spaceAfter=1)
_BODY = _style("body", 8.5, spaceAfter=1.5)
_CELL = _style("cell", 8.2)
_PERIOD = _style("period", 7.2, textColor=SOFT)
_NUMBER = _style("number", 8.2, alignment=TA_RIGHT)
_STRONG = _style("strong", 8.2, fontName=BOLD, alignment=TA_RIGHT)
_HEAD = _style("head", 7, textColor=SOFT)
_HEAD_RIGHT = _style("head_right", 7, textColor=SOFT, alignment=TA_RIGHT)
_NOTE = _style("note", 7, textColor=SOFT, spaceAfter=1)
_SOURCE = _style(
    "source",
    6.5,
    leftIndent=15,
    bulletFontName=REGULAR,
    bulletFontSize=6.5,
    bulletColor=SOFT,
    spaceAfter=1,
)


def summary_pdf(brief: Brief, base_url: str, made_at: datetime) -> bytes:
    """Return the PDF; ``base_url`` is the product's address, to which its sources lead."""
    register()
    buffer = io.BytesIO()
    frame = Frame(
        _MARGIN, _FOOT, _WIDTH, A4[1] - _TOP - _FOOT,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    document = BaseDocTemplate(
        buffer,
        pagesize=A4,
        pageTemplates=[PageTemplate(frames=[frame])],
        title=printable(f"CFO summary: {title_of(brief)}"),
        author=_PRODUCT,
        subject=printable(brief.report.name),
        lang="en",
    )
    document.build(
        list(_story(brief, Sources(brief, base_url), made_at)), canvasmaker=_canvas_of(brief)
    )
    return buffer.getvalue()


def _canvas_of(brief: Brief) -> type[Canvas]:
    """Return a canvas that writes the foot of each page once the number of pages is known."""
    end = f"Audit trail entry {brief.audit_seq}, head {brief.audit_head}"
    of = printable(f"{_PRODUCT} · CFO summary · {title_of(brief)}")

    class Footed(Canvas):
        """A canvas with feet."""

        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - reportlab's name
            """Keep the page until all are known."""
            self._pages.append(dict(self.__dict__))
            start_page: Callable[[], None] = getattr(self, "_startPage")  # noqa: B009 - untyped there
            start_page()

        def save(self) -> None:
            """Write the pages with their feet."""
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                self._foot(number)
                super().showPage()
            super().save()

        def _foot(self, number: int) -> None:
            self.setStrokeColor(GRID)
            self.line(_MARGIN, 17 * mm, A4[0] - _MARGIN, 17 * mm)
            self.setFillColor(SOFT)
            self.setFont(REGULAR, 6.5)
            self.drawString(_MARGIN, 13 * mm, of)
            self.drawRightString(A4[0] - _MARGIN, 13 * mm, f"Page {number} of {len(self._pages)}")
            self.setFont(REGULAR, 5.8)
            self.drawString(_MARGIN, 9.5 * mm, end)
            self.drawRightString(A4[0] - _MARGIN, 9.5 * mm, brief.ruleset_version)

    return Footed


def _story(brief: Brief, sources: Sources, made_at: datetime) -> Iterator[Flowable]:
    yield from _heading(brief, made_at)
    yield Paragraph("Key figures", _SECTION)
    if brief.headlines:
        yield _figures(brief.headlines, sources)
    else:
        yield Paragraph("No headline figure was read surely enough to be shown here.", _BODY)
    since = "Since the last report" if brief.last else "Since the year before"
    yield from _items(since, brief.moves, sources, "No verified finding on what moved.")
    yield from _items("Risks", brief.risks, sources, "No risk is published or approved.")
    yield from _remarks(brief)
    yield from _charts(brief)
    yield from _sources(sources.all(), brief.report.report_id)


def _heading(brief: Brief, made_at: datetime) -> Iterator[Flowable]:
    report = brief.report
    ends = report.period_end
    day = Period.model_validate({"end": ends}).label if ends else None
    known = [part for part in ("CFO summary", report.form, day) if part]
    yield Paragraph(_text(title_of(brief)), _TITLE)
    yield Paragraph(_text(" · ".join(known)), _style("under", 10, textColor=SOFT))
    compared = f", compared with {brief.last.name}" if brief.last else ""
    at = f"{made_at.day} {made_at:%b %Y, %H:%M} UTC"
    yield Paragraph(_text(f"Of {report.name}{compared}. Made {at}."), _NOTE)
    yield Spacer(1, 3)
    lines = [" ".join(standing(brief)), signature_words(brief)[0].partition(", content")[0]]
    box = Table([[[Paragraph(_text(line), _BODY) for line in lines]]], colWidths=[_WIDTH])
    box.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), _PALE),
                ("LINEBEFORE", (0, 0), (0, -1), 2.5, BLUE),
                ("LEFTPADDING", (0, 0), (-1, -1), 9),
            ]
        )
    )
    yield box


def _figures(headlines: Sequence[Headline], sources: Sources) -> Table:
    names = ("Figure", "Period", "Value", "Year before", "Change", "Trend", "Source")
    right = {"Value", "Year before", "Change"}
    rows: list[list[object]] = [
        [Paragraph(name, _HEAD_RIGHT if name in right else _HEAD) for name in names]
    ]
    for one in headlines:
        prior = "" if one.prior is None else figure_words(one.prior)
        change = "" if one.change is None else wording.growth(one.change)
        cited = [sources.of_fact(fact) for fact in (one.current, one.prior) if fact is not None]
        rows.append(
            [
                Paragraph(_text(CONCEPTS[one.concept].name), _CELL),
                _fitted(one.current.period.label, _PERIOD, _WIDTHS[1]),
                _fitted(figure_words(one.current), _STRONG, _WIDTHS[2]),
                _fitted(prior, _NUMBER, _WIDTHS[3]),
                _fitted(change, _NUMBER, _WIDTHS[4]),
                sparkline([fact.value for fact in one.trend or (one.current,)]),
                Paragraph(_cites(cited), _CELL),
            ]
        )
    table = Table(rows, colWidths=_WIDTHS, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, GRID),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
                ("LEFTPADDING", (0, 0), (-1, -1), _PAD),
                ("RIGHTPADDING", (0, 0), (-1, -1), _PAD),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
            ]
        )
    )
    return table


def _fitted(text: str, style: ParagraphStyle, width: float) -> Paragraph:
    """Return one line in the style, in a smaller size where the column would break it."""
    words, size = printable(text), style.fontSize
    while stringWidth(words, style.fontName, size) > width - 2 * _PAD - 1 and size > _SMALLEST:
        size -= 0.2
    return Paragraph(f'<font size="{size:.1f}">{_unbroken(text)}</font>', style)


def _items(title: str, items: Sequence[Item], sources: Sources, empty: str) -> Iterator[Flowable]:
    heading = Paragraph(title, _SECTION)
    if not items:
        yield KeepTogether([heading, Paragraph(empty, _BODY)])
        return
    for place, item in enumerate(items):
        told: list[Flowable] = [*_told(item)]
        told += [_sentence(one, sources) for one in item.sentences]
        yield KeepTogether([heading, *told] if place == 0 else told)


def _told(item: Item) -> Iterator[Paragraph]:
    marks = [f"{item.severity.value} severity"]
    if item.confidence is not None:
        marks.append(f"confidence {100 * min(item.confidence, 0.99):.0f} %")
    marks.append("approved by a reviewer" if item.approved else "")
    marks.append(item.news)
    told = " · ".join(mark for mark in marks if mark)
    yield Paragraph(
        f'{_text(item.title)} <font name="{REGULAR}" size="7" color="#4a5568">{_text(told)}</font>',
        _ITEM,
    )


def _sentence(sentence: Sentence, sources: Sources) -> Paragraph:
    basis = f'<font size="7" color="#4a5568">[{sentence.basis.value.capitalize()}]</font>'
    return Paragraph(f"{basis} {_text(sentence.text)} {_cites(sources.of(sentence))}", _BODY)


def _cites(cited: Sequence[Source]) -> str:
    links = [
        f'<a href="#source{one.number}" color="#0072B2">{one.number}</a>'
        for one in {one.number: one for one in cited}.values()
    ]
    return f'<font size="6.5">[{", ".join(links)}]</font>' if links else ""


def _remarks(brief: Brief) -> Iterator[Flowable]:
    lines = [f"Materiality. {brief.materiality}"]
    withheld = withheld_words(brief)
    if withheld:
        lines.append(f"{len(withheld)} withheld, because its numbers could not be verified:")
        lines += [f"– {line}" for line in withheld]
    else:
        lines.append("Nothing was withheld: every sentence was verified when this file was made.")
    if brief.signature is not None:
        lines += signature_words(brief)
    first, *rest = lines
    yield KeepTogether(
        [
            Paragraph("Materiality, what is withheld and who signed", _SECTION),
            Paragraph(_text(first), _BODY),
        ]
    )
    yield from (Paragraph(_text(line), _BODY) for line in rest)


def _charts(brief: Brief) -> Iterator[Flowable]:
    charts = [item.chart for item in brief.items if item.chart is not None][:_MOST_CHARTS]
    if not charts:
        return
    width = (_WIDTH - _GAP) / 2
    drawings = [drawn(chart, width) for chart in charts]
    rows = [drawings[place : place + 2] for place in range(0, len(drawings), 2)]
    tables = [
        Table([[*row, *([""] * (2 - len(row)))]], colWidths=[width + _GAP, width]) for row in rows
    ]
    for table in tables:
        table.setStyle(
            TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
        )
    yield KeepTogether([Paragraph("Charts", _SECTION), tables[0]])
    yield from tables[1:]


def _sources(sources: Sequence[Source], report_id: ReportId) -> Iterator[Flowable]:
    """Give the cells in two columns, down first, and the quotations below them.

    Only what stands in another document than the report's own names it.
    """
    yield CondPageBreak(30 * mm)
    yield Paragraph("Sources", _SECTION)
    yield Paragraph("Each leads to its cell, highlighted in the document, in the product.", _NOTE)
    cells = [
        _source(one, one.fact.source.place if one.fact.report_id == report_id else one.place)
        for one in sources
        if one.fact is not None
    ]
    half = (len(cells) + 1) // 2
    if cells:
        rows = list(zip_longest(cells[:half], cells[half:], fillvalue=""))
        table = Table(rows, colWidths=[_WIDTH / 2, _WIDTH / 2])
        table.setStyle(
            TableStyle(
                [
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("LEFTPADDING", (0, 0), (-1, -1), 0),
                    ("TOPPADDING", (0, 0), (-1, -1), 0),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
                ]
            )
        )
        yield table
    yield from (_source(one, one.place) for one in sources if one.fact is None)


def _source(one: Source, place: str) -> Paragraph:
    link = f'<a href={quoteattr(one.url)} color="#0072B2">{_unbroken(place) if one.fact else _text(place)}</a>'
    return Paragraph(
        f'<a name="source{one.number}"/>{_text(one.name)}: {_unbroken(one.said) if one.fact else _text(one.said)}'
        f" — {link}",
        _SOURCE,
        bulletText=f"{one.number}",
    )


def _unbroken(text: str) -> str:
    return _text(text).replace(" ", "\N{NO-BREAK SPACE}")


def _text(text: str) -> str:
    return escape(printable(text))
