"""Statements: what was read from a report, as printed; every number opens its cell."""

import streamlit as st

from components import frame
from components.correction_form import show_what_was_said
from components.format import money, plain
from components.frame import guard
from components.navigation import chosen, forget, link, remember
from components.session import listed, services
from components.statement_viewer import show_statements
from components.tie_outs import show_tie_outs
from components.upload_status import STATUS_WORDS
from services.domain.ids import ReportId
from services.domain.insights import NotComputable
from services.domain.reports import (
    Fact,
    Finding,
    FindingSeverity,
    Report,
    ReportStatus,
    TieOut,
    TieOutStatus,
)

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


@st.fragment(run_every="1s")
def _wait_for_checks(report_id: ReportId) -> None:
    with guard():
        if not services().facts.read(report_id).is_waiting:
            st.rerun()
        st.info(
            "Checks, confidence and insights are being worked out again with what was stated.",
            icon=":material/hourglass_top:",
        )


def _show(report: Report) -> None:
    records = services().ports.records
    if not report.status.is_final:
        st.info(f"{STATUS_WORDS[report.status]}; the statements appear when it has been read.")
    if report.error:
        st.warning(report.error, icon=":material/error:")
    worked, tie_outs = services().facts.read(report.report_id), records.tie_outs(report.report_id)
    findings = records.findings(report.report_id)
    show_what_was_said()
    if report.status in {ReportStatus.RECEIVED, ReportStatus.READING, ReportStatus.FAILED}:
        return
    _figures(report, worked.facts, tie_outs)
    if worked.is_waiting:
        _wait_for_checks(report.report_id)
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
        show_statements(report, worked, tie_outs)
    with tabs[1]:
        show_tie_outs(tie_outs, {fact.fact_id: fact for fact in worked.facts})
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
