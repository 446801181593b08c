"""Who is using the pages, and the services; the only component that reaches the composition root."""

from base64 import b64encode

import streamlit as st

from components.format import day
from services.analysis.text_change import TextChange
from services.bootstrap import Services, build
from services.companies import Company, Peers
from services.domain.ids import ReportId, UserId
from services.domain.layout import SheetLayout
from services.domain.provenance import Box
from services.domain.reports import Report
from services.domain.users import Role, User
from services.extraction.pointing import PrintedNumber, numbers_on
from services.extraction.quoting import boxes_of_quote

SECOND_REVIEWER = "second-reviewer"
DEMO_USERS: dict[str, User] = {
    key: User(user_id=UserId(f"demo-{key}"), name=name, role=role, email=f"{key}@advisor.example")
    for key, role, name in (
        (Role.ANALYST, Role.ANALYST, "Analyst"),
        (Role.REVIEWER, Role.REVIEWER, "Reviewer"),
        (SECOND_REVIEWER, Role.REVIEWER, "Second reviewer"),
        (Role.CFO, Role.CFO, "CFO"),
        (Role.AUDITOR, Role.AUDITOR, "Auditor"),
        (Role.ADMIN, Role.ADMIN, "Administrator"),
    )
}
"""The local demo users: different people, so that four eyes and the second approval can be seen at work."""

ROLE_PARAM = "role"
_ROLE_STATE = "_role"
PAGE_DPI = 130
"""Pixels an inch of a drawn page; boxes are placed by it."""


@st.cache_resource(show_spinner=False)
def services() -> Services:
    """Return the services, built once a process."""
    return build()


def current_user() -> User:
    """Return the signed-in demo user; the person comes from the session, else from the address."""
    return DEMO_USERS[current_person()]


def sign_in(person: str) -> None:
    """Become a demo user for the rest of the session."""
    st.session_state[_ROLE_STATE] = str(person)


def keep_role_in_address() -> None:
    """Write the person into the address, so that a reload or a shared link opens as the same one."""
    person = str(current_person())
    if st.query_params.get(ROLE_PARAM) != person:
        st.query_params[ROLE_PARAM] = person


def current_person() -> str:
    """Return the key of the signed-in demo user, which is the role's name where it has one user."""
    named = st.session_state.get(_ROLE_STATE) or st.query_params.get(ROLE_PARAM)
    if named not in DEMO_USERS:
        named = Role.ANALYST.value
    st.session_state[_ROLE_STATE] = str(named)
    return next(key for key in DEMO_USERS if key == named)


def reviewers() -> list[User]:
    """Return the demo users who decide on review items."""
    return [user for user in DEMO_USERS.values() if user.role is Role.REVIEWER]


def person_name(user_id: str) -> str:
    """Return the name of a demo user by id or e-mail address, else what was given."""
    found = (u.name for u in DEMO_USERS.values() if user_id in {u.user_id, u.email})
    return next(found, user_id)


@st.cache_data(show_spinner=False, max_entries=64)
def page_image(blob_key: str, page: int) -> str:
    """Return a page of a PDF as a data address; raises NotFound or UnreadableDocument."""
    image = services().ports.renderer.webp(blob_key, page, PAGE_DPI)
    return f"data:image/webp;base64,{b64encode(image).decode('ascii')}"


@st.cache_resource(show_spinner=False, max_entries=8)
def _sheets(blob_key: str, _report: Report) -> list[SheetLayout]:
    ports = services().ports
    with ports.layout.open(ports.blobs.get(blob_key), _report.format) as document:
        return document.sheets()


def sheet(report: Report, name: str) -> SheetLayout | None:
    """Return one worksheet of a workbook, or None when it has no sheet of that name."""
    return next((s for s in _sheets(report.blob_key, report) if s.name == name), None)


@st.cache_resource(show_spinner="Reading the page …", max_entries=64)
def _page_numbers(blob_key: str, page: int, _report: Report) -> list[PrintedNumber]:
    ports = services().ports
    with ports.layout.open(ports.blobs.get(blob_key), _report.format) as document:
        printed = [n for layout in document.page_words([page]) for n in numbers_on(layout)]
        if printed or not document.recognises:
            return printed
        return [n for layout in document.recognise([page]) for n in numbers_on(layout)]


def page_numbers(report: Report, page: int) -> list[PrintedNumber]:
    """Return the numbers printed on a page of a PDF; those of a picture are recognised now."""
    return _page_numbers(report.blob_key, page, report)


@st.cache_data(show_spinner=False, max_entries=256)
def quote_boxes(blob_key: str, page: int, quote: str, _report: Report) -> tuple[Box, ...]:
    """Return where a page of a PDF prints a quotation, a box a line; () where it cannot be told."""
    ports = services().ports
    with ports.layout.open(ports.blobs.get(blob_key), _report.format) as document:
        found = (boxes_of_quote(layout, quote) for layout in document.page_words([page]))
        return next(found, ())


@st.cache_resource(show_spinner="Reading the risk factors of both reports …", max_entries=32)
def _risk_changes(report_id: ReportId, last_id: ReportId) -> TextChange | str:
    report, last = (services().ports.records.report(one) for one in (report_id, last_id))
    if report is None or last is None:
        return "One of the two reports is no longer stored."
    return services().changes.risk_factors(report, last)


def risk_changes(report: Report, last: Report) -> TextChange | str:
    """Return what the risk factors say otherwise than in the last report, or why that cannot be told."""
    return _risk_changes(report.report_id, last.report_id)


@st.cache_data(show_spinner="Comparing with the peers …", ttl=600, max_entries=64)
def _peers(company: str, state: tuple[tuple[str, int], ...]) -> Peers:  # noqa: ARG001 - part of the key
    desk = services().companies
    return desk.peers(next(one for one in desk.companies() if one.key == company))


def peers_of(company: Company) -> Peers:
    """Return a company's standing among its peers; worked out anew when a report or a correction came in."""
    desk = services().companies
    reports = [report for one in desk.companies() for report in one.reports]
    return _peers(company.key, tuple((one.report_id, one.corrections) for one in reports))


def sheet_names(report: Report) -> list[str]:
    """Return the names of a workbook's sheets in their order."""
    return [layout.name for layout in _sheets(report.blob_key, report)]


def report_name(report_id: ReportId) -> str:
    """Return how a report is called in lists, its id when it is not stored."""
    report = services().ports.records.report(report_id)
    return report_id if report is None else listed(report)


def names_of_reports() -> dict[ReportId, str]:
    """Return how every stored report is called in lists, newest first."""
    return {report.report_id: listed(report) for report in services().ports.records.reports()}


def listed(report: Report) -> str:
    """Return a report's title with its file name behind it, when that says more."""
    title = title_of(report)
    version = f", version {report.version}" if report.version > 1 else ""
    return f"{title}{version}" if title == report.name else f"{title} ({report.name}{version})"


def title_of(report: Report) -> str:
    """Return 'Company · form · period end', with what is known of it, else the file name."""
    parts = [report.company, report.form, day(report.period_end)]
    known = " · ".join(part for part in parts if part)
    return known if report.company else report.name
