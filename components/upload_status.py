"""How far the workers are with a report; polls the store only while something is open."""

import streamlit as st

from components.format import elapsed, plain
from components.frame import guard
from components.session import services, title_of
from services.domain.base import utc_now
from services.domain.reports import Progress, Report, ReportStatus

STATUS_WORDS = {
    ReportStatus.RECEIVED: "Waiting for a worker",
    ReportStatus.READING: "Reading",
    ReportStatus.READ: "Read, waiting for analysis",
    ReportStatus.ANALYSED: "Analysed",
    ReportStatus.NO_STATEMENTS: "No financial statements found",
    ReportStatus.FAILED: "Could not be read",
}


def watch_open_reports() -> None:
    """Draw a progress line for every report still in work, refreshed each second until none is."""
    if any(not report.status.is_final for report in services().ports.records.reports()):
        _poll()


@st.fragment(run_every="1s")
def _poll() -> None:
    with guard():
        _lines()


def _lines() -> None:
    records = services().ports.records
    waiting = [report for report in records.reports() if not report.status.is_final]
    if not waiting:
        st.rerun()
    for report in reversed(waiting):
        _line(report, records.progress(report.report_id))


def _line(report: Report, progress: Progress | None) -> None:
    share, words = progress_words(report, progress)
    st.progress(share, text=f"**{plain(title_of(report))}** · {plain(words)}")


def progress_words(report: Report, progress: Progress | None) -> tuple[float, str]:
    """Return the share done in [0, 1] and what is going on: 'Reading · page 40 of 160 · 8 s'."""
    state = STATUS_WORDS[report.status]
    if progress is None:
        return 0.0, f"{state} · {elapsed((utc_now() - report.uploaded_at).total_seconds())}"
    seconds = elapsed((utc_now() - progress.started_at).total_seconds())
    stage = progress.stage.replace("_", " ").capitalize() or state
    if progress.total <= 0:
        return 0.0, f"{stage} · {seconds}"
    share = min(1.0, progress.done / progress.total)
    return share, f"{stage} · {progress.done} of {progress.total} · {seconds}"
