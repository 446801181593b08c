"""The page frame: pages, sidebar, headings, and the one place where an error becomes a sentence."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

import streamlit as st

from components.navigation import HOMES, PAGES, PageEntry, go, in_menu, link, may_open
from components.session import current_user, event, has_password, is_demo, services
from services.domain.errors import AdvisorError, Unauthenticated, Unavailable
from services.domain.users import User

log = logging.getLogger(__name__)

_ASSETS = Path(__file__).with_name("assets")
_TOLD = "_page_told"
_NAMING = ("item", "insight", "fact", "metric", "report", "company")
"""What an address names, the most particular first."""
_LONGEST_ID = 200
_SIGN_IN, _SIGN_OUT, _OWN_PASSWORD = "/auth/sign-in", "/auth/sign-out", "/auth/password"
_SIDEBAR_WIDTH = 212
_SIGNED_IN_STYLE = (_ASSETS / "signed_in.css").read_text(encoding="utf-8")


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
    return page


def run(page: st.Page) -> None:
    """Run a page if the role may open it; show every error as a sentence."""
    with guard():
        if _open_to_me(page.url_path):
            _tell("page_viewed", page.url_path)
            page.run()
        else:
            _tell("page_refused", page.url_path, "forbidden")
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
    """Show an expected error: a warning when the user can help it, else an error."""
    show = st.warning if isinstance(error, Unavailable | Unauthenticated) else st.error
    show(error.sentence, icon=":material/error:")
    if isinstance(error, Unauthenticated):
        st.html(f'<a href="{_SIGN_IN}">Sign in</a>')


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


def _tell(action: str, name: str, result: str = "ok") -> None:
    """Write a page into the audit trail when it is opened, or another thing on it; not each drawing of it."""
    ids = {key: value[:_LONGEST_ID] for key, value in st.query_params.to_dict().items()}
    opened = (action, name, tuple(sorted(ids.items())))
    if name not in PAGES or st.session_state.get(_TOLD) == opened:
        return
    named = (ids[key] for key in _NAMING if key in ids)
    resource = next(named, name) if result == "ok" else name
    services().ports.audit.append(event(action, resource, result, **{**ids, "page": name}))
    st.session_state[_TOLD] = opened


def _start() -> None:
    go(HOMES[current_user().role])


def _open_to_me(name: str) -> bool:
    return name not in PAGES or may_open(name, current_user().role)


def _refuse(entry: PageEntry) -> None:
    role = current_user().role
    header(entry.title)
    st.warning(f"The role {role.value} may not open this page.", icon=":material/lock:")
    link(HOMES[role], f"Go to {PAGES[HOMES[role]].title}", "arrow_back")


def _sidebar(current: str) -> None:
    user = current_user()
    st.logo(str(_ASSETS / "logo.svg"), size="large")
    with st.sidebar:
        for name, entry in PAGES.items():
            if in_menu(entry, user):
                link(name, f"**{entry.title}**" if name == current else entry.title, entry.icon)
        st.space("stretch")
        st.html(_signed_in(user))


def _signed_in(user: User) -> str:
    """Return who is signed in and how to leave: a form, because leaving changes something."""
    below = '<p class="hint">Local demo: no passwords.</p>' if is_demo() else ""
    if has_password():
        below = f'<a href="{_OWN_PASSWORD}" target="_self">Change password</a>'
    leave = "Sign out or switch person" if is_demo() else "Sign out"
    return (
        f"<style>{_SIGNED_IN_STYLE}</style>"
        f'<div class="signed-in" role="group" aria-label="Signed in as">'
        f"<b>{escape(user.name)}</b><span>{escape(user.role.value)}</span>"
        f'<form method="post" action="{_SIGN_OUT}"><button type="submit">{leave}</button></form>'
        f"{below}</div>"
    )
