"""The page frame: pages, sidebar, headings, and the one place where an error becomes a sentence."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from components.navigation import HOMES, PAGES, PageEntry, go, link, may_open
from components.session import (
    DEMO_USERS,
    current_person,
    current_user,
    keep_role_in_address,
    sign_in,
)
from services.audit import ACTING_FROM
from services.domain.errors import AdvisorError, Unavailable

log = logging.getLogger(__name__)

_ASSETS = Path(__file__).with_name("assets")
_SWITCHED = "_role_switched"
_PICKER = "role_picker"
_SIDEBAR_WIDTH = 212
_THIS_MACHINE = "127.0.0.1"
"""Streamlit names no address for a browser on the same machine."""


def configure() -> None:
    """Set the browser tab; called once a run, first."""
    st.set_page_config(
        page_title="Financial Insight & Risk Advisor",
        page_icon=str(_ASSETS / "icon.png"),
        layout="wide",
        initial_sidebar_state=_SIDEBAR_WIDTH,
    )


def navigation() -> st.Page:
    """Register every page, draw the sidebar, and return the page to run.

    All pages are always registered, so that an address a role may not open leads to a plain sentence
    and not to Streamlit's own notice.
    """
    pages = [
        st.Page(entry.script, title=entry.title, url_path=entry.name) for entry in PAGES.values()
    ]
    start = st.Page(_start, title="Start", url_path="start", default=True)
    page = st.navigation([start, *pages], position="hidden")
    _sidebar(page.url_path)
    if page.url_path in PAGES:
        keep_role_in_address()
    return page


def run(page: st.Page) -> None:
    """Run a page if the role may open it; show every error as a sentence."""
    ACTING_FROM.set(_address())
    if st.session_state.pop(_SWITCHED, False) and not _open_to_me(page.url_path):
        _start()
    with guard():
        if _open_to_me(page.url_path):
            page.run()
        else:
            _refuse(PAGES[page.url_path])


@contextmanager
def guard() -> Iterator[None]:
    """Turn an expected error into its sentence and any other into a reference to look up in the log."""
    try:
        yield
    except AdvisorError as error:
        show_error(error)
    except Exception:
        reference = uuid.uuid4().hex[:8]
        log.exception("page_failed", extra={"reference": reference})
        st.error(
            "Something went wrong on our side; nothing you entered was saved by this step. "
            f"Try again, and give the reference **{reference}** if it happens again.",
            icon=":material/error:",
        )


def show_error(error: AdvisorError) -> None:
    """Show an expected error: a warning when trying again can help, else an error."""
    show = st.warning if isinstance(error, Unavailable) else st.error
    show(error.sentence, icon=":material/error:")


def header(title: str, caption: str = "") -> None:
    """Draw a page's title and the line under it."""
    with st.container(gap=None):
        st.title(title, anchor=False)
        if caption:
            st.caption(caption)


def section(title: str) -> None:
    """Draw a heading one level below the page's title."""
    st.header(title, anchor=False)


def empty(title: str, sentence: str) -> None:
    """Say that there is nothing here, why, and what to do; pages add their own button below."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{title}**")
        st.caption(sentence)


def _address() -> str:
    found = st.context.ip_address
    return found if isinstance(found, str) else _THIS_MACHINE


def _start() -> None:
    go(HOMES[current_user().role])


def _open_to_me(name: str) -> bool:
    return name not in PAGES or may_open(name, current_user().role)


def _refuse(entry: PageEntry) -> None:
    header(entry.title)
    st.warning(
        f"The role {current_user().name} may not open this page. "
        "Choose another role under *Signed in as*.",
        icon=":material/lock:",
    )


def _sidebar(current: str) -> None:
    st.logo(str(_ASSETS / "logo.svg"), size="large")
    with st.sidebar:
        for name, entry in PAGES.items():
            if current_user().role in entry.menu:
                link(name, f"**{entry.title}**" if name == current else entry.title, entry.icon)
        st.space("stretch")
        _role_picker()


def _role_picker() -> None:
    st.session_state[_PICKER] = current_person()
    st.selectbox(
        "Signed in as",
        list(DEMO_USERS),
        format_func=lambda person: DEMO_USERS[person].name,
        key=_PICKER,
        on_change=_switch_role,
    )
    st.caption("Local demo: six people, no passwords.")


def _switch_role() -> None:
    sign_in(st.session_state[_PICKER])
    st.session_state[_SWITCHED] = True
