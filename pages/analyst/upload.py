"""Reports: upload files, watch the workers read them, open what was read."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components import frame
from components.format import plain, size, when
from components.navigation import go
from components.session import current_user, services, title_of
from components.upload_status import STATUS_WORDS, watch_open_reports
from services.domain.errors import AdvisorError
from services.domain.reports import Report, ReportStatus

_ROUND, _RESULTS = "_upload_round", "_upload_results"
_STATUS_COLOURS = ["blue", "blue", "blue", "green", "orange", "red"]


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of one file; ``outcome`` is None for a refused one."""

    name: str
    outcome: str | None
    sentence: str


def _take(name: str, data: bytes) -> _Result:
    try:
        accepted = services().intake.accept(name, data, current_user())
    except AdvisorError as error:
        return _Result(name, None, error.sentence)
    return _Result(name, accepted.outcome, accepted.sentence)


def _upload(files: list[UploadedFile]) -> None:
    st.session_state[_RESULTS] = [_take(f.name, f.getvalue()) for f in files]
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.rerun()


def _load_samples() -> None:
    with st.spinner("Loading the sample reports…"):
        accepted = services().samples.load(current_user())
    st.session_state[_RESULTS] = [
        _Result(one.report.name, one.outcome, one.sentence) for one in accepted
    ]
    st.rerun()


def _show_results() -> None:
    results: list[_Result] = st.session_state.get(_RESULTS, [])
    new = [plain(result.name) for result in results if result.outcome == "new"]
    if new:
        st.success(f"Accepted: {', '.join(new)}.", icon=":material/check_circle:")
    for result in results:
        if result.outcome is None:
            st.error(f"**{plain(result.name)}** — {result.sentence}", icon=":material/error:")
        elif result.outcome != "new":
            st.info(plain(result.sentence), icon=":material/info:")


def _uploader() -> None:
    files = st.file_uploader(
        "Financial reports, up to 50 MB each: PDF, Excel, OpenDocument or CSV",
        accept_multiple_files=True,
        key=f"files_{st.session_state.get(_ROUND, 0)}",
    )
    if files:
        _upload(files)


def _table(reports: list[Report]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Report": [title_of(report) for report in reports],
            "State": [[STATUS_WORDS[report.status]] for report in reports],
            "Insights": [
                len(services().ports.records.insights(report.report_id))
                if report.status is ReportStatus.ANALYSED
                else None
                for report in reports
            ],
            "File": [report.name for report in reports],
            "Pages": [report.page_count or None for report in reports],
            "Size": [size(report.size) for report in reports],
            "Version": [report.version for report in reports],
            "Uploaded": [when(report.uploaded_at) for report in reports],
        }
    )


def _library(reports: list[Report]) -> None:
    frame.section("Library")
    st.caption("Choose a row to open its statements.")
    picked = st.dataframe(
        _table(reports),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="library",
        placeholder="–",
        alt="Uploaded reports and their state",
        column_config={
            "Report": st.column_config.TextColumn(width=280),
            "State": st.column_config.MultiselectColumn(
                width=170, options=list(STATUS_WORDS.values()), color=_STATUS_COLOURS
            ),
            "Insights": st.column_config.NumberColumn(format="%d"),
            "Pages": st.column_config.NumberColumn(format="%d"),
        },
    )
    if rows := picked.selection.rows:
        go("report", report=reports[rows[0]].report_id)
    for report in reports:
        if report.error and report.status is not ReportStatus.ANALYSED:
            st.warning(f"**{plain(report.name)}** — {report.error}", icon=":material/error:")


def _offer_samples() -> None:
    frame.empty(
        "No reports yet",
        "Upload a report above, or look around first with the sample reports that come with the "
        "product.",
    )
    if services().samples.names() and st.button("Load sample reports", key="samples"):
        _load_samples()


frame.header("Reports", "Upload reports; every number read from them keeps the cell it came from.")
_uploader()
_show_results()
watch_open_reports()
library = services().ports.records.reports()
if library:
    _library(library)
else:
    _offer_samples()
