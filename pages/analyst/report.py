"""Statements: what was read from a report, as printed; every number opens its cell."""

import streamlit as st

from components import frame
from components.fact_panel import show_fact
from components.format import money, plain
from components.frame import guard
from components.navigation import chosen, forget, link, remember
from components.session import listed, services
from components.source_view import show_source
from components.statement_table import show_statement, statement_names, where_printed
from components.tie_outs import show_tie_outs
from components.upload_status import STATUS_WORDS
from services.domain.ids import FactId, StatementId
from services.domain.insights import NotComputable
from services.domain.reports import (
    Fact,
    Finding,
    FindingSeverity,
    Report,
    ReportStatus,
    Statement,
    TieOut,
    TieOutStatus,
)

_HEIGHT = 540
_FINDING_ICONS = {
    FindingSeverity.INFO: ":material/info:",
    FindingSeverity.WARNING: ":material/warning:",
    FindingSeverity.ERROR: ":material/error:",
}


def _pick_report(reports: list[Report]) -> Report:
    ids = [str(report.report_id) for report in reports]
    named = chosen("report")
    picker, beside = st.columns([4, 1], vertical_alignment="center")
    picked = picker.selectbox(
        "Report",
        range(len(reports)),
        index=ids.index(named) if named in ids else _first_read(reports),
        format_func=lambda i: listed(reports[i]),
        key=f"report_{named or ''}",
        label_visibility="collapsed",
    )
    if named not in (None, ids[picked]):
        forget("fact")
    remember("report", ids[picked])
    with beside:
        link("insights", "Insights of this report", "lightbulb", report=ids[picked])
    return reports[picked]


def _first_read(reports: list[Report]) -> int:
    analysed = [i for i, r in enumerate(reports) if r.status is ReportStatus.ANALYSED]
    return next((i for i in analysed if reports[i].company), analysed[0] if analysed else 0)


def _statements(statements: list[Statement], facts: list[Fact], tie_outs: list[TieOut]) -> None:
    if not statements:
        frame.empty(
            "No statements",
            "No income statement, balance sheet or cash flow statement was found in this report.",
        )
        return
    _viewer(statements, facts, tie_outs)


@st.fragment
def _viewer(statements: list[Statement], facts: list[Fact], tie_outs: list[TieOut]) -> None:
    with guard():
        _choose(statements, facts, tie_outs)


def _choose(statements: list[Statement], facts: list[Fact], tie_outs: list[TieOut]) -> None:
    names = statement_names(statements)
    index = st.segmented_control(
        "Statement",
        range(len(statements)),
        default=_starting_statement(statements, facts),
        format_func=lambda i: plain(names[i]),
        key="statement",
        label_visibility="collapsed",
        required=True,
    )
    statement = statements[index or 0]
    mine = {f.fact_id: f for f in facts if f.statement_id == statement.statement_id}
    state = f"_fact_{statement.statement_id}"
    selected = _selected(state, statement.statement_id, mine)
    table, source = st.columns([11, 12], gap="medium")
    with table:
        st.caption(plain(f"{statement.title} · {statement.basis} · {where_printed(statement)}"))
        clicked = show_statement(
            statement,
            mine,
            _failed(tie_outs),
            selected,
            f"table_{statement.statement_id}",
            _HEIGHT,
        )
        st.caption(
            "Choose a number to see its cell. ■ medium and ▼ low confidence, ✕ part of a check "
            "that does not hold."
        )
    if clicked and clicked != selected:
        st.session_state[state] = clicked
        remember("fact", clicked)
        st.rerun(scope="fragment")
    with source:
        fact = mine.get(selected) if selected else None
        _source(fact)
    if fact is not None:
        with st.container(border=True):
            show_fact(fact)


def _source(fact: Fact | None) -> None:
    if fact is None:
        frame.empty("No number chosen", "Choose a number in the statement to see where it stands.")
        return
    show_source(fact, "statement_source", _HEIGHT - 4)


def _starting_statement(statements: list[Statement], facts: list[Fact]) -> int:
    named = chosen("fact")
    wanted = next((f.statement_id for f in facts if f.fact_id == named), None)
    return next((i for i, s in enumerate(statements) if s.statement_id == wanted), 0)


def _selected(state: str, statement_id: StatementId, mine: dict[FactId, Fact]) -> FactId | None:
    candidate = st.session_state.get(state) or chosen("fact")
    if candidate in mine:
        return FactId(str(candidate))
    return next((f.fact_id for f in mine.values() if f.statement_id == statement_id), None)


def _failed(tie_outs: list[TieOut]) -> frozenset[FactId]:
    return frozenset(
        fact_id
        for tie_out in tie_outs
        if tie_out.status is TieOutStatus.FAIL
        for fact_id in (*tie_out.members, *((tie_out.total,) if tie_out.total else ()))
    )


def _findings(findings: list[Finding]) -> None:
    if not findings:
        st.caption("Nothing unusual was met while reading this report.")
    for finding in findings:
        place = f" (page {finding.page})" if finding.page else ""
        place = f" (sheet {finding.sheet})" if finding.sheet else place
        st.markdown(f"{_FINDING_ICONS[finding.severity]} {plain(finding.sentence + place)}")


def _not_run(rules: list[NotComputable]) -> None:
    if not rules:
        st.caption("Every rule ran on this report.")
    for rule in rules:
        st.markdown(f":material/block: **{plain(rule.title)}** — {plain(rule.reason)}")


def _figures(report: Report, facts: list[Fact], tie_outs: list[TieOut]) -> None:
    records = services().ports.records
    materiality = records.materiality(report.report_id)
    failed = sum(t.status is TieOutStatus.FAIL for t in tie_outs)
    checked = sum(t.status is not TieOutStatus.NOT_APPLICABLE for t in tie_outs)
    columns = st.columns(4)
    columns[0].metric("Numbers read", f"{len(facts):,}", border=True)
    columns[1].metric("Checks that hold", f"{checked - failed} of {checked}", border=True)
    columns[2].metric("Insights", f"{len(records.insights(report.report_id)):,}", border=True)
    columns[3].metric(
        "Materiality",
        money(materiality.overall) if materiality else "n/a",
        help=materiality.sentence if materiality else "Set when the report is analysed.",
        border=True,
    )


def _show(report: Report) -> None:
    records = services().ports.records
    if not report.status.is_final:
        st.info(f"{STATUS_WORDS[report.status]}; the statements appear when it has been read.")
    if report.error:
        st.warning(report.error, icon=":material/error:")
    facts, tie_outs = records.facts(report.report_id), records.tie_outs(report.report_id)
    findings = records.findings(report.report_id)
    if report.status in {ReportStatus.RECEIVED, ReportStatus.READING, ReportStatus.FAILED}:
        return
    _figures(report, facts, tie_outs)
    not_run = records.not_computable(report.report_id)
    failed = sum(t.status is TieOutStatus.FAIL for t in tie_outs)
    tabs = st.tabs(
        [
            "Statements",
            f"Checks ({failed} failed)" if failed else "Checks",
            f"Reading notes ({len(findings)})",
            f"Rules not run ({len(not_run)})",
        ]
    )
    with tabs[0]:
        _statements(records.statements(report.report_id), facts, tie_outs)
    with tabs[1]:
        show_tie_outs(tie_outs, {fact.fact_id: fact for fact in facts})
    with tabs[2]:
        _findings(findings)
    with tabs[3]:
        _not_run(not_run)


frame.header("Statements")
library = services().ports.records.reports()
if library:
    _show(_pick_report(library))
else:
    frame.empty(
        "No reports yet", "Upload a report, or load the sample reports, on the page Reports."
    )
