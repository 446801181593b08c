"""Who is using the pages, and the services; the only component that reaches the composition root."""

from base64 import b64encode

import streamlit as st

from components.format import day
from services.analysis.text_change import TextChange
from services.audit import ACTING_FROM
from services.bootstrap import Services, build
from services.companies import Company, Peers
from services.config import Settings
from services.domain.audit import AuditEvent
from services.domain.base import utc_now
from services.domain.ids import ReportId
from services.domain.layout import SheetLayout
from services.domain.provenance import Box
from services.domain.reports import Report
from services.domain.users import Role, User
from services.extraction.pointing import PrintedNumber, numbers_on
from services.extraction.quoting import boxes_of_quote

SESSION_HEADER = "X-Advisor-Session"
"""The gate in front of the pages puts the id of the signed-in session here, and nobody else can."""
_THIS_MACHINE = "127.0.0.1"
"""Streamlit names no address for a browser on the same machine."""
PAGE_DPI = 130
"""Pixels an inch of a drawn page; boxes are placed by it."""


@st.cache_resource(show_spinner=False)
def _all_services() -> Services:
    return build()


def settings() -> Settings:
    """Return how this installation runs."""
    return _all_services().settings


def services() -> Services:
    """Return the services as the signed-in user may use them; raises Unauthenticated without one."""
    return _all_services().seen_by(current_user())


def session_id() -> str:
    """Return the id of the session that the gate verified, '' without one."""
    return st.context.headers.get(SESSION_HEADER) or ""


def current_user() -> User:
    """Return the signed-in user, whose acts from now on come from their address.

    Raises Unauthenticated when the session is over.
    """
    ACTING_FROM.set(_address())
    return _all_services().sign_in.user_of(session_id())


def _address() -> str:
    found = st.context.ip_address
    return found if isinstance(found, str) else _THIS_MACHINE


def event(action: str, resource: str, result: str = "ok", **detail: str) -> AuditEvent:
    """Return what the signed-in user does now, as the audit trail holds it."""
    return AuditEvent(
        actor=current_user().user_id,
        action=action,
        resource=resource,
        result=result,
        detail=detail,
        at=utc_now(),
        ip_address=ACTING_FROM.get(),
    )


def is_demo() -> bool:
    """Whether people sign in here without passwords."""
    return bool(_all_services().sign_in.demo_people())


def has_password() -> bool:
    """Whether the signed-in user signs in with a password of their own."""
    return _all_services().sign_in.has_password(current_user())


def reviewers() -> list[User]:
    """Return the people who decide on review items."""
    return [user for user in _all_services().sign_in.people() if user.role is Role.REVIEWER]


@st.cache_data(show_spinner=False, ttl=10)
def _names() -> dict[str, str]:
    accounts = _all_services().accounts.accounts()
    by_email = {one.email: one.name for one in accounts if one.email}
    return by_email | {one.user_id: one.name for one in accounts}


def person_name(user_id: str) -> str:
    """Return the name of a person by id or e-mail address, else what was given."""
    return _names().get(user_id, user_id)


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
