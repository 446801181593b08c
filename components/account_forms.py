"""What an administrator does with people and tokens: add, change, disable, make, revoke."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from components import frame
from components.format import plain
from components.session import current_user, services
from services.domain.errors import AdvisorError
from services.domain.identity import Account, AccountSource, ApiToken
from services.domain.ids import UserId
from services.domain.users import Role, User

_SAID = "_people_said"
_SHOWN_ONCE = "_people_secret"
_ROLES = list(Role)
_ALL = "All companies"


def show_what_was_done() -> None:
    """Say what the last act did, once; a new token stays until it is taken away."""
    said = st.session_state.pop(_SAID, None)
    if said:
        st.success(plain(said), icon=":material/check_circle:")
    token = st.session_state.get(_SHOWN_ONCE)
    if token:
        st.info(
            "Copy the token now: it is not kept and cannot be shown again.", icon=":material/key:"
        )
        st.code(token, language=None)
        st.button("I have copied it", on_click=_forget_token)


def companies_of(companies: frozenset[str] | None) -> str:
    """Return whose documents somebody may know of, in words."""
    if companies is None:
        return _ALL
    names = {one.key: one.name for one in services().companies.companies()}
    return ", ".join(sorted(names.get(key, key) for key in companies)) or "None"


def show_add() -> None:
    """Draw the form that adds a person with a password."""
    with st.form("add_person", border=False):
        left, right = st.columns(2)
        user_id = left.text_input("Name to sign in with", help="Small letters, digits, dots")
        name = right.text_input("Full name")
        email = left.text_input("E-mail address", help="Notices go there; it signs in as well")
        role = right.selectbox("Role", _ROLES, format_func=str)
        companies = _companies("add", None)
        password = st.text_input("First password", type="password", help="12 characters or more")
        sent = st.form_submit_button("Add the person", icon=":material/person_add:")
    if sent:
        user = User(
            user_id=UserId(user_id.strip()),
            name=name.strip(),
            role=role,
            email=email.strip(),
            companies=companies,
        )
        with _done(f"{name.strip()} may sign in as {user_id.strip()}."):
            services().accounts.add(user, password, current_user())


def show_changes(accounts: Sequence[Account]) -> None:
    """Draw what can be changed of one person; each change ends their sessions."""
    chosen = st.selectbox(
        "Person", accounts, format_func=lambda one: f"{one.name} ({one.user_id})", key="whom"
    )
    if chosen is None:
        return
    desk, me, user_id = services().accounts, current_user(), chosen.user_id
    with st.form(f"change_{user_id}_{chosen.version}", border=False):
        role = st.selectbox("Role", _ROLES, index=_ROLES.index(chosen.role), format_func=str)
        companies = _companies(user_id, chosen.companies)
        password = (
            st.text_input("New password", type="password", help="Empty: stays as it is")
            if chosen.source is AccountSource.LOCAL
            else ""
        )
        sent = st.form_submit_button("Save", icon=":material/save:")
    if sent:
        acts = list[Callable[[], object]]()
        if role is not chosen.role:
            acts.append(lambda: desk.set_role(user_id, role, me))
        if companies != chosen.companies:
            acts.append(lambda: desk.set_companies(user_id, companies, me))
        if password:
            acts.append(lambda: desk.set_password(user_id, password, me))
        with _done(f"{chosen.name} is changed; they sign in again."):
            for act in acts:
                act()
    _show_end(chosen, me)


def _show_end(chosen: Account, me: User) -> None:
    desk, user_id = services().accounts, chosen.user_id
    if user_id == me.user_id:
        st.caption("This is you: another administrator can disable you.")
    elif chosen.is_active:
        if st.button("Disable", key="disable", icon=":material/person_off:"):
            with _done(f"{chosen.name} may sign in no more."):
                desk.disable(user_id, me)
    elif not chosen.is_demo and st.button("Enable", key="enable", icon=":material/person:"):
        with _done(f"{chosen.name} may sign in again."):
            desk.enable(user_id, me)


def show_demo_end(accounts: Sequence[Account]) -> None:
    """Offer to end the demo people, once an administrator with a password can take over."""
    if not any(one.is_demo and one.is_active for one in accounts):
        return
    heirs = [
        one for one in accounts if one.role is Role.ADMIN and one.is_active and not one.is_demo
    ]
    st.caption(
        "Demo people sign in without a password, so that the product stays on this machine. "
        "Ending them is for good."
        + ("" if heirs else " Add an administrator with a password first.")
    )
    if st.button("End all demo people", key="end_demo", disabled=not heirs):
        with _done("The demo people are ended."):
            services().accounts.remove_demo(current_user())


def show_tokens(tokens: Sequence[ApiToken]) -> None:
    """Draw the form that makes a token, and the way to end one."""
    with st.form("make_token", border=False):
        left, middle, right = st.columns(3)
        name = left.text_input("Used by", placeholder="such as treasury")
        role = middle.selectbox("Role", _ROLES, format_func=str, key="token_role")
        days = right.number_input("Days", 1, 366, 90)
        companies = _companies("token", None)
        sent = st.form_submit_button("Make a token", icon=":material/key:")
    if sent:
        user = User(user_id=UserId("token"), name=name, role=role, companies=companies)
        with _done("The token is made."):
            made, _ = services().tokens.make(user, int(days), current_user())
            st.session_state[_SHOWN_ONCE] = made
    if tokens:
        chosen = st.selectbox("Token", tokens, format_func=lambda t: f"{t.name} ({t.token_id})")
        if chosen is not None and st.button("Revoke", key="revoke", icon=":material/key_off:"):
            with _done(f"The token {chosen.name} is revoked."):
                services().tokens.revoke(chosen.token_id, current_user())


def _companies(key: str, now: frozenset[str] | None) -> frozenset[str] | None:
    names = {one.key: one.name for one in services().companies.companies()}
    picked = st.multiselect(
        "Companies",
        [*names, *sorted((now or frozenset()) - set(names))],
        default=sorted(now or ()),
        format_func=lambda one: names.get(one, one),
        placeholder=_ALL,
        key=f"companies_{key}",
        help="Whose documents the person may know of; none chosen: all companies",
    )
    return frozenset(picked) or None


@contextmanager
def _done(said: str) -> Iterator[None]:
    """Do an act, keep what to say of it and draw the page anew; an expected error is shown instead."""
    try:
        yield
    except AdvisorError as error:
        frame.show_error(error)
        return
    st.session_state[_SAID] = said
    st.rerun()


def _forget_token() -> None:
    st.session_state.pop(_SHOWN_ONCE, None)
