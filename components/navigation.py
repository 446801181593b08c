"""The pages, who may open them, and links that carry ids in the address."""

from dataclasses import dataclass

import streamlit as st

from services.access import OPENS, PERMISSIONS, Permission
from services.domain.users import Role, User

_EVERYBODY = frozenset(Role)
_PREPARERS = frozenset({Role.ANALYST, Role.ADMIN})
_GROUP = frozenset({Role.CFO, Role.AUDITOR, Role.ADMIN})
_CONTROLLERS = frozenset({Role.REVIEWER, Role.AUDITOR, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page: address, script, title, icon, and the roles whose menu holds it."""

    name: str
    script: str
    title: str
    icon: str
    menu: frozenset[Role]

    @property
    def permission(self) -> Permission:
        """What it takes to open it."""
        return OPENS[self.name]


PAGES: dict[str, PageEntry] = {
    page.name: page
    for page in (
        PageEntry(
            "upload", "pages/analyst/upload.py", "Reports", "upload_file",
            _PREPARERS,
        ),
        PageEntry(
            "report", "pages/analyst/report.py", "Statements", "table_view",
            _EVERYBODY,
        ),
        PageEntry(
            "metrics", "pages/analyst/metrics.py", "Metrics", "show_chart",
            _EVERYBODY,
        ),
        PageEntry(
            "ask", "pages/analyst/ask.py", "Ask", "help",
            _EVERYBODY,
        ),
        PageEntry(
            "changes", "pages/analyst/changes.py", "What changed", "difference",
            _EVERYBODY,
        ),
        PageEntry(
            "budget", "pages/analyst/budget.py", "Budget", "balance",
            _EVERYBODY,
        ),
        PageEntry(
            "insights", "pages/analyst/insights.py", "Insights", "lightbulb",
            _EVERYBODY - {Role.CFO},
        ),
        PageEntry(
            "insight", "pages/analyst/insight.py", "Insight", "lightbulb",
            frozenset(),
        ),
        PageEntry(
            "company", "pages/analyst/company.py", "Companies", "domain",
            _EVERYBODY,
        ),
        PageEntry(
            "review", "pages/reviewer/queue.py", "Review queue", "rule",
            _CONTROLLERS,
        ),
        PageEntry(
            "item", "pages/reviewer/item.py", "Review item", "rule",
            frozenset(),
        ),
        PageEntry(
            "inbox", "pages/analyst/inbox.py", "Inbox", "inbox",
            _EVERYBODY,
        ),
        PageEntry(
            "summary", "pages/cfo/summary.py", "CFO summary", "monitoring",
            _EVERYBODY,
        ),
        PageEntry(
            "calibration", "pages/reviewer/calibration.py", "Calibration", "speed",
            _CONTROLLERS | {Role.CFO},
        ),
        PageEntry(
            "group", "pages/cfo/group.py", "Group overview", "corporate_fare",
            _GROUP,
        ),
        PageEntry(
            "audit", "pages/admin/audit_trail.py", "Audit trail", "verified_user",
            _CONTROLLERS,
        ),
        PageEntry(
            "people", "pages/admin/people.py", "People", "group",
            frozenset({Role.ADMIN}),
        ),
        PageEntry(
            "services", "pages/admin/services.py", "Services", "dns",
            frozenset({Role.ADMIN}),
        ),
    )
}  # fmt: skip

HOMES = {
    Role.ANALYST: "upload",
    Role.REVIEWER: "review",
    Role.CFO: "summary",
    Role.AUDITOR: "audit",
    Role.ADMIN: "upload",
}


def in_menu(entry: PageEntry, user: User) -> bool:
    """Whether a page is in somebody's menu: the trail tells of every company, and is for who sees all of them."""
    return user.role in entry.menu and (user.companies is None or entry.name != "audit")


def may_open(name: str, role: Role) -> bool:
    """Whether a role's permissions let it open a page."""
    return PAGES[name].permission in PERMISSIONS[role]


def go(name: str, **ids: str) -> None:
    """Open a page with ids in its address."""
    st.switch_page(PAGES[name].script, query_params=ids)


def link(name: str, label: str, icon: str | None = None, **ids: str) -> None:
    """Draw a link to a page with ids in its address."""
    st.page_link(
        PAGES[name].script,
        label=label,
        icon=f":material/{icon}:" if icon else None,
        query_params=ids,
    )


def chosen(name: str) -> str | None:
    """Return an id from the address, such as ``chosen('report')`` for ``?report=…``."""
    return st.query_params.get(name) or None


def remember(name: str, value: str) -> None:
    """Put an id into the address, so that a reload opens the same thing."""
    if st.query_params.get(name) != value:
        st.query_params[name] = value


def forget(name: str) -> None:
    """Take an id out of the address."""
    if name in st.query_params:
        del st.query_params[name]
