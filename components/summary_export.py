"""The CFO summary as one printable HTML file: same numbers, same sources, no script, no outside address."""

from html import escape

from components.confidence_badge import confidence_words, severity_words
from components.evidence import evidence_of
from components.format import change, concept_name, counted, headline, when
from components.person_words import person_words
from components.session import title_of
from services.domain.base import utc_now
from services.domain.insights import Insight
from services.summary import KeyFigure, ReportSummary

_STYLE = """body{font:14px/1.45 system-ui,sans-serif;color:#0a0f1a;max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:22px;margin:0}h2{font-size:17px;margin:1.6rem 0 .4rem}h3{font-size:15px;margin:1.1rem 0 .2rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .5rem;border-bottom:1px solid #d3dae4}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.s{color:#4a5568;font-size:12.5px}
@media print{body{margin:0}h3{break-after:avoid}}"""


def summary_html(summary: ReportSummary, standing: str) -> str:
    """Return the page; ``standing`` is the sentence on coverage and open items, shown on the page too."""
    title = escape(title_of(summary.report))
    figures = "".join(_figure(figure) for figure in summary.figures)
    insights = "".join(_insight(insight) for insight in summary.insights)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f'<p class="s">CFO summary of {escape(summary.report.name)}, made {when(utc_now())}</p>'
        f"<p>{escape(standing)}</p><h2>Key figures</h2>"
        '<table><thead><tr><th>Figure</th><th>Period</th><th class="n">Value</th>'
        '<th class="n">Year before</th><th class="n">Change</th><th>Source</th></tr></thead>'
        f"<tbody>{figures}</tbody></table><h2>What to know</h2>"
        f"{insights or '<p>No insight is published or approved for this report yet.</p>'}"
        "</body></html>"
    )


def file_name(summary: ReportSummary) -> str:
    """Return a safe name for the download."""
    stem = summary.report.name.rsplit(".", 1)[0]
    kept = "".join(c if c.isalnum() or c in "-_" else "_" for c in stem)
    return f"cfo_summary_{kept}.html"


def _figure(figure: KeyFigure) -> str:
    fact = figure.current
    before = headline(figure.prior) if figure.prior else ""
    cells = (
        ("", concept_name(figure.concept)),
        ("", fact.period.label),
        ("n", headline(fact)),
        ("n", before),
        ("n", change(figure.change) if figure.change is not None else ""),
        ("", ", ".join(w for w in (fact.source.place, person_words(fact)) if w)),
    )
    return "<tr>" + "".join(f'<td class="{c}">{escape(text)}</td>' for c, text in cells) + "</tr>"


def _insight(insight: Insight) -> str:
    items, _ = evidence_of(insight)
    places = "; ".join(
        [
            *(f"page {quote.page}" for quote in insight.quotes),
            *(f"{item.role} ({item.fact.source.place})" for item in items),
        ]
    )
    marks = (
        f"{severity_words(insight.severity)} severity · confidence "
        f"{confidence_words(insight.confidence.total)} · {counted(len(items), 'source cell')}"
    )
    return (
        f"<h3>{escape(insight.title)}</h3><p>{escape(insight.text)}</p>"
        f'<p class="s">{escape(marks)}<br>Sources: {escape(places)}</p>'
    )
