"""CFO summary: only what is published or approved, each number with its cell, open items stated."""

import streamlit as st

from components import frame
from components.charts import show_chart
from components.evidence import evidence_of, source_drawer
from components.format import change, concept_name, counted, headline, plain, shortened
from components.insight_card import show_badges
from components.navigation import chosen, link, remember
from components.session import services, title_of
from services.domain.insights import Insight
from services.domain.reports import Fact
from services.summary import Coverage, KeyFigure, ReportSummary

_FIGURES_A_ROW = 3
_MAX_CHARTS = 4


def _figure(figure: KeyFigure) -> None:
    with st.container(border=True, gap="xsmall", height="stretch"):
        before = f"vs {headline(figure.prior)} a year before" if figure.prior else None
        st.metric(
            concept_name(figure.concept),
            headline(figure.current),
            change(figure.change) if figure.change is not None else None,
            delta_description=before,
        )
        st.caption(plain(figure.current.period.label))
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


def _insight(insight: Insight) -> None:
    with st.container(border=True, gap="xsmall"):
        show_badges(insight)
        st.subheader(plain(insight.title), anchor=False)
        st.markdown(plain(insight.text))
        items, _ = evidence_of(insight)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            for item in items[:1]:
                _source_button(item.fact, f"cell_{insight.insight_id}")
            link("insight", "Evidence and reasoning", "arrow_forward", insight=insight.insight_id)


def _charts(summary: ReportSummary) -> None:
    drawn = [insight for insight in summary.insights if insight.chart is not None][:_MAX_CHARTS]
    if not drawn:
        return
    frame.section("Charts")
    columns = st.columns(2)
    for index, insight in enumerate(drawn):
        if insight.chart is not None:
            with columns[index % 2].container(border=True):
                show_chart(insight.chart, f"chart_{insight.insight_id}", 280)


def _standing(summary: ReportSummary) -> None:
    waiting = summary.waiting_review + summary.waiting_analyst
    words = [_coverage(summary.coverage)]
    if waiting:
        words.append(
            f"Not shown: {counted(summary.waiting_review, 'insight')} in review and "
            f"{counted(summary.waiting_analyst, 'insight')} with the analyst."
        )
    else:
        words.append("Nothing is waiting for review.")
    if summary.withheld_figures:
        names = ", ".join(concept_name(name) for name in summary.withheld_figures)
        words.append(f"Withheld until checked: {names}.")
    show = st.warning if summary.coverage.checks_failed else st.info
    show(" ".join(words), icon=":material/fact_check:")


def _coverage(coverage: Coverage) -> str:
    checks = coverage.checks_passed + coverage.checks_failed
    sure = f"{coverage.facts_high:,} of {coverage.facts:,} numbers were read with high confidence"
    held = f"{coverage.checks_passed} of {counted(checks, 'arithmetic check')} hold"
    return f"{sure}; {held}."


def _show(summary: ReportSummary) -> None:
    frame.section("Key figures")
    _standing(summary)
    _figures(summary)
    frame.section("What to know")
    if not summary.insights:
        st.caption("No insight is published or approved for this report yet.")
    for insight in summary.insights:
        _insight(insight)
    _charts(summary)


def _pick(reports: tuple[ReportSummary, ...]) -> ReportSummary:
    ids = [str(one.report.report_id) for one in reports]
    named = chosen("report")
    index = st.selectbox(
        "Report",
        range(len(reports)),
        index=ids.index(named) if named in ids else 0,
        format_func=lambda i: f"{title_of(reports[i].report)} ({reports[i].report.name})",
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
