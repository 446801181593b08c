"""CFO summary: only what is published or approved, each number with its cell, open items stated."""

import streamlit as st

from components import frame
from components.charts import show_chart
from components.evidence import evidence_of, source_drawer
from components.format import change, concept_name, counted, headline, plain, shortened
from components.insight_card import show_badges
from components.navigation import chosen, link, remember
from components.person_words import person_words
from components.session import listed, services
from components.summary_export import file_name, summary_html
from services.domain.insights import Chart, Insight
from services.domain.reports import Fact
from services.summary import Coverage, KeyFigure, ReportSummary

_FIGURES_A_ROW = 3
_MAX_CHARTS, _CHART_HEIGHT = 4, 240


def _figure(figure: KeyFigure) -> None:
    with st.container(border=True, gap="xsmall", height="stretch"):
        before = f"vs {headline(figure.prior)} a year before" if figure.prior else None
        st.metric(
            concept_name(figure.concept),
            headline(figure.current),
            change(figure.change) if figure.change is not None else None,
            delta_description=before,
        )
        told = (figure.current.period.label, person_words(figure.current))
        st.caption(plain(" · ".join(words for words in told if words)))
        _source_button(figure.current, f"source_{figure.current.fact_id}")


def _source_button(fact: Fact, key: str) -> None:
    if st.button(
        plain(f"Source: {shortened(fact.source.place)}"),
        key=key,
        icon=":material/location_searching:",
        type="tertiary",
        help=plain(f"Show where it was read: {fact.source.document}, {fact.source.place}"),
    ):
        source_drawer(fact)


def _figures(summary: ReportSummary) -> None:
    if not summary.figures:
        st.caption("No headline figure was read surely enough to be shown here.")
        return
    with st.grid(_FIGURES_A_ROW):
        for figure in summary.figures:
            _figure(figure)


def _insight(insight: Insight, chart: Chart | None) -> None:
    with st.container(border=True):
        if chart is None:
            _words(insight)
            return
        words, drawing = st.columns([6, 5], gap="medium")
        with words:
            _words(insight)
        with drawing:
            show_chart(chart, f"chart_{insight.insight_id}", _CHART_HEIGHT)


def _words(insight: Insight) -> None:
    show_badges(insight)
    st.subheader(plain(insight.title), anchor=False)
    st.markdown(plain(insight.text))
    items, _ = evidence_of(insight)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for item in items[:1]:
            _source_button(item.fact, f"cell_{insight.insight_id}")
        link("insight", "Evidence and reasoning", "arrow_forward", insight=insight.insight_id)


def _standing(summary: ReportSummary) -> str:
    words = [_coverage(summary.coverage), _not_shown(summary)]
    if summary.withheld_figures:
        names = ", ".join(concept_name(name) for name in summary.withheld_figures)
        words.append(f"Withheld until checked: {names}.")
    return " ".join(words)


def _not_shown(summary: ReportSummary) -> str:
    parts = [
        f"{counted(count, 'insight')} {where}"
        for count, where in (
            (summary.waiting_review, "in review"),
            (summary.waiting_analyst, "with the analyst"),
        )
        if count
    ]
    return f"Not shown: {' and '.join(parts)}." if parts else "Nothing is waiting for review."


def _coverage(coverage: Coverage) -> str:
    checks = coverage.checks_passed + coverage.checks_failed
    sure = f"{coverage.facts_high:,} of {coverage.facts:,} numbers were read with high confidence"
    held = f"{coverage.checks_passed} of {counted(checks, 'arithmetic check')} hold"
    return f"{sure}; {held}."


def _show(summary: ReportSummary) -> None:
    frame.section("Key figures")
    standing = _standing(summary)
    show = st.warning if summary.coverage.checks_failed else st.info
    show(standing, icon=":material/fact_check:")
    _figures(summary)
    frame.section("What to know")
    if not summary.insights:
        st.caption("No insight is published or approved for this report yet.")
    for index, insight in enumerate(summary.insights):
        _insight(insight, insight.chart if index < _MAX_CHARTS else None)
    st.download_button(
        "Download for print",
        summary_html(summary, standing),
        file_name(summary),
        "text/html",
        icon=":material/print:",
        key="download",
        on_click="ignore",
    )


def _first_with_insights(reports: tuple[ReportSummary, ...]) -> int:
    return next((i for i, one in enumerate(reports) if one.insights), 0)


def _pick(reports: tuple[ReportSummary, ...]) -> ReportSummary:
    ids = [str(one.report.report_id) for one in reports]
    named = chosen("report")
    index = st.selectbox(
        "Report",
        range(len(reports)),
        index=ids.index(named) if named in ids else _first_with_insights(reports),
        format_func=lambda i: listed(reports[i].report),
        key=f"summary_of_{named or ''}",
        label_visibility="collapsed",
    )
    remember("report", ids[index])
    return reports[index]


frame.header(
    "CFO summary",
    "Only insights that were published with high confidence or approved by a reviewer.",
)
built = services().summary.build().reports
if built:
    _show(_pick(built))
else:
    frame.empty("Nothing to summarise yet", "The summary appears when a report has been analysed.")
