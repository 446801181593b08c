"""Changing a company's materiality: the form, what saving would change, the versions and the way back."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

import streamlit as st

from components import frame
from components.format import counted, plain, when
from components.session import current_user, report_name, services
from services.access import Permission, may
from services.companies import Change, Company
from services.domain.errors import Conflict, InvalidInput
from services.domain.materiality import BaseConcept, MaterialityChoice
from services.materiality import LONGEST_COMMENT, Terms, check_terms, words

BASE_NAMES: dict[BaseConcept, str] = {
    "income_before_tax": "Income before tax (usually 5 %)",
    "revenue": "Revenue (usually 0.5 %)",
    "gross_profit": "Gross profit (usually 1 to 2 %)",
    "total_assets": "Total assets (usually 0.5 %)",
    "stockholders_equity": "Shareholders' equity (usually 1 %)",
}
_MILLION = Decimal(1_000_000)
_OPEN = "_materiality_open"
_SAID = "_materiality_said"
_SHOWN_CHANGES = 12
_AS_PROPOSED, _OTHER_BASE, _AMOUNTS = "As proposed", "Another base", "Amounts"
_KINDS = [_AS_PROPOSED, _OTHER_BASE, _AMOUNTS]
_BASES: list[BaseConcept] = list(BASE_NAMES)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form: percentages and amounts of millions as typed, '' for nothing."""

    base: BaseConcept | None = None
    percent: str = ""
    share: str = ""
    cap: str = ""
    fixed: str = ""
    performance: str = ""
    trivial: str = ""

    def terms(self) -> Terms:
        """Return the terms it says; raises InvalidInput for what is no number."""
        return Terms(
            base=self.base,
            percent=_number(self.percent, Decimal("0.01")),
            performance_share=_number(self.share, Decimal("0.01")),
            cap=_number(self.cap, _MILLION),
            fixed=_number(self.fixed, _MILLION),
            performance=_number(self.performance, _MILLION),
            trivial=_number(self.trivial, _MILLION),
        )


@dataclass(frozen=True, slots=True)
class _Opened:
    """One opening of the form: its number, for the fields' keys, and the last version then known."""

    company: str
    number: int
    seen: int

    def key(self, field: str) -> str:
        return f"{field}_{self.number}"


def show_materiality_form(company: Company, history: Sequence[MaterialityChoice]) -> None:
    """Draw the form for who may use it; what others set since it was opened is a conflict, not overwritten."""
    said = st.session_state.pop(_SAID, None)
    if said:
        st.success(said, icon=":material/check_circle:")
    if not may(current_user(), Permission.SET_MATERIALITY):
        return
    opened = _opened(company, history)
    with st.expander("Change materiality", icon=":material/tune:"):
        typed = _typed(opened)
        comment = st.text_input(
            "Reason", key=opened.key("reason"), placeholder="Why, for the audit trail",
            max_chars=LONGEST_COMMENT,
        )  # fmt: skip
        with st.container(horizontal=True):
            preview = st.button("Show what changes", icon=":material/visibility:", key="preview")
            save = st.button("Save", type="primary", icon=":material/save:", key="save")
        with frame.guard():
            if preview:
                _preview(company, typed.terms(), opened.seen)
            if save:
                _save(company, typed.terms(), comment, opened)


def show_versions(company: Company, history: Sequence[MaterialityChoice]) -> None:
    """Draw every version, newest first, and the buttons that set an earlier one again."""
    if not history:
        st.caption("Nobody has changed it: the proposal stands.")
        return
    st.markdown("**Versions**")
    st.table(
        {
            "Version": [str(one.version) for one in reversed(history)],
            "Sets": [plain(words(one)) for one in reversed(history)],
            "Who": [plain(one.made_by_name) for one in reversed(history)],
            "When": [when(one.made_at) for one in reversed(history)],
            "Why": [plain(one.comment) for one in reversed(history)],
        },
        border="horizontal",
        hide_index=True,
    )
    if may(current_user(), Permission.SET_MATERIALITY):
        _ways_back(company, history)


def _opened(company: Company, history: Sequence[MaterialityChoice]) -> _Opened:
    found: _Opened | None = st.session_state.get(_OPEN)
    if found is None or found.company != company.key:
        found = _open_anew(company, history[-1].version if history else 0)
    return found


def _open_anew(company: Company, seen: int) -> _Opened:
    before: _Opened | None = st.session_state.get(_OPEN)
    opened = _Opened(company.key, before.number + 1 if before else 0, seen)
    st.session_state[_OPEN] = opened
    return opened


def _typed(opened: _Opened) -> Typed:
    kind = st.radio("Overall materiality", _KINDS, horizontal=True, key=opened.key("kind"))
    if kind == _AMOUNTS:
        return _typed_amounts(opened)
    base: BaseConcept | None = None
    percent = ""
    if kind == _OTHER_BASE:
        left, right = st.columns(2)
        base = left.selectbox(
            "Base", _BASES, format_func=BASE_NAMES.__getitem__, key=opened.key("base")
        )
        percent = right.text_input("Percentage", key=opened.key("percent"), placeholder="0.5")
    left, right = st.columns(2)
    share = left.text_input(
        "Performance materiality, % of overall", key=opened.key("share"), placeholder="as proposed"
    )
    cap = right.text_input(
        "Overall at most, in millions", key=opened.key("cap"), placeholder="no limit"
    )
    return Typed(base, percent, share, cap)


def _typed_amounts(opened: _Opened) -> Typed:
    columns = st.columns(3)
    names = ("Overall, in millions", "Performance, in millions", "Clearly trivial, in millions")
    keys, hints = ("fixed", "performance", "trivial"), ("350", "as proposed", "5 % of overall")
    fixed, performance, trivial = (
        column.text_input(name, key=opened.key(key), placeholder=hint)
        for column, name, key, hint in zip(columns, names, keys, hints, strict=True)
    )
    return Typed(fixed=fixed, performance=performance, trivial=trivial)


def _save(company: Company, terms: Terms, comment: str, opened: _Opened) -> None:
    user = current_user()
    with _conflict_is_seen(company):
        made = services().materiality.choose(company.name, terms, comment, opened.seen, user)
    _done(company, made, "Saved.")


def _ways_back(company: Company, history: Sequence[MaterialityChoice]) -> None:
    last, before = history[-1], history[-2] if len(history) > 1 else None
    to_proposal = before is None or before.withdrawn
    with st.container(horizontal=True):
        label = "Undo: as proposed" if to_proposal else f"Undo: {plain(words(before))}"
        undo = st.button(label, icon=":material/undo:", key="undo_materiality")
        proposal = not (to_proposal or last.withdrawn) and st.button(
            "Back to the proposal", icon=":material/restart_alt:", key="proposal_materiality"
        )
    with frame.guard():
        seen = _opened(company, history).seen
        if undo:
            _go_back(company, seen, seen - 1)
        if proposal:
            _go_back(company, seen, 0)


def _go_back(company: Company, seen: int, version: int) -> None:
    what = f"as version {version}" if version else "the proposal"
    comment = f"Undo of version {seen}: {what} again"
    with _conflict_is_seen(company):
        made = services().materiality.restore(company.name, version, comment, seen, current_user())
    _done(company, made, "Undone.")


@contextmanager
def _conflict_is_seen(company: Company) -> Iterator[None]:
    """Let a conflict through, and count what the others set as known from then on: it stands in the list."""
    try:
        yield
    except Conflict:
        opened, history = st.session_state.get(_OPEN), services().materiality.history(company.name)
        if opened is not None and history:
            st.session_state[_OPEN] = replace(opened, seen=history[-1].version)
        raise


def _done(company: Company, made: MaterialityChoice, said: str) -> None:
    _open_anew(company, made.version)
    st.session_state[_SAID] = f"{said} The company's reports are analysed again now."
    st.rerun()


def _preview(company: Company, terms: Terms, seen: int) -> None:
    check_terms(terms)
    reader = current_user()
    trial = services().materiality.trial(company.name, terms, seen, reader)
    changes = services().companies.preview(company, trial, reader)
    if not changes:
        st.info("No finding would change its severity.")
        return
    st.markdown(f"**{counted(len(changes), 'finding')} would change** (confidence stays as it is):")
    for change in changes[:_SHOWN_CHANGES]:
        st.markdown(
            f"- {plain(change.title)} ({plain(report_name(change.report_id))}): {_move(change)}"
        )
    if len(changes) > _SHOWN_CHANGES:
        st.caption(f"and {len(changes) - _SHOWN_CHANGES} more")


def _move(change: Change) -> str:
    before = change.before.value if change.before else "not there"
    return f"{before} → {change.after.value if change.after else 'too small to tell'}"


def _number(typed: str, factor: Decimal) -> Decimal | None:
    bare = typed.replace("%", "").replace(",", "").strip()
    if not bare:
        return None
    try:
        number = Decimal(bare)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise InvalidInput(f"“{typed}” is no number; type one such as 0.5 or 350.")
    return number * factor
