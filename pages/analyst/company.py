"""A company: what applies to it, its materiality with every version, its peers, its reports."""

import streamlit as st

from components import frame
from components.format import counted, money, plain, when
from components.materiality_form import BASE_NAMES, BASES, Typed
from components.metric_table import metric_name, value_words
from components.navigation import chosen, link, remember
from components.session import current_user, listed, report_name, services
from services.access import Permission, may
from services.companies import Change, Company
from services.domain.materiality import BaseConcept, MaterialityChoice
from services.materiality import Terms, check_terms, words

_SAID = "_materiality_said"
_SHOWN_CHANGES = 12
_OTHER_BASE, _FIXED = "Another base", "A fixed amount"
_KINDS = ["As proposed", _OTHER_BASE, _FIXED]


def _pick(companies: list[Company]) -> Company:
    keys = [company.key for company in companies]
    named = chosen("company")
    picked = st.selectbox(
        "Company",
        range(len(companies)),
        index=keys.index(named) if named in keys else 0,
        format_func=lambda i: companies[i].name,
        key=f"company_{named or ''}",
        label_visibility="collapsed",
    )
    remember("company", keys[picked])
    return companies[picked]


def _applies(company: Company) -> None:
    standard = services().companies.standard(company)
    frame.section("What applies")
    st.markdown(f"**{standard.sector.capitalize()}**, by the shape of its statements.")
    for sentence in standard.sentences:
        st.markdown(f"- {plain(sentence)}")
    if standard.not_computable:
        label = f"{counted(len(standard.not_computable), 'rule')} without an answer, and why"
        with st.expander(label, icon=":material/help:"):
            for one in standard.not_computable:
                st.markdown(f"- **{plain(one.title)}** — {plain(one.reason)}")


def _materiality(company: Company, history: list[MaterialityChoice]) -> None:
    frame.section("Materiality")
    found = services().companies.standard(company).materiality
    if found is None:
        st.info("No base for materiality was read from the newest report.")
    else:
        statements = services().ports.records.statements(company.latest.report_id)
        currency = statements[0].currency if statements else "USD"
        columns = st.columns(3)
        for column, (name, value) in zip(
            columns,
            (
                ("Overall", found.overall),
                ("Performance", found.performance),
                ("Clearly trivial", found.trivial),
            ),
            strict=True,
        ):
            column.metric(name, money(value, currency))
        st.caption(plain(found.sentence))
    st.caption("It ranks findings by severity; it never changes how sure we are of them.")
    if may(current_user(), Permission.SET_MATERIALITY):
        _form(company, history)
    _versions(company, history)


def _form(company: Company, history: list[MaterialityChoice]) -> None:
    seen = history[-1].version if history else 0
    with st.expander("Change materiality", icon=":material/tune:"):
        typed = _typed(seen)
        comment = st.text_input("Reason", key="reason", placeholder="Why, for the audit trail")
        with st.container(horizontal=True):
            preview = st.button("Show what changes", icon=":material/visibility:", key="preview")
            save = st.button("Save", type="primary", icon=":material/save:", key="save")
        with frame.guard():
            if preview:
                _preview(company, typed.terms(), seen)
            if save:
                user = current_user()
                services().materiality.choose(company.name, typed.terms(), comment, seen, user)
                st.session_state[_SAID] = "Saved. The company's reports are analysed again now."
                st.rerun()


def _typed(seen: int) -> Typed:
    kind = st.radio("Overall materiality", _KINDS, horizontal=True, key=f"kind_{seen}")
    base: BaseConcept | None = None
    percent, fixed, cap = "", "", ""
    if kind == _OTHER_BASE:
        left, right = st.columns(2)
        base = left.selectbox("Base", BASES, format_func=BASE_NAMES.__getitem__, key="base")
        percent = right.text_input("Percentage", key="percent", placeholder="0.5")
    if kind == _FIXED:
        fixed = st.text_input("Amount in millions", key="fixed", placeholder="350")
    left, right = st.columns(2)
    share = left.text_input(
        "Performance materiality, % of overall", key="share", placeholder="as proposed"
    )
    if kind != _FIXED:
        cap = right.text_input("Overall at most, in millions", key="cap", placeholder="no limit")
    return Typed(base, percent, share, cap, fixed)


def _preview(company: Company, terms: Terms, seen: int) -> None:
    check_terms(terms)
    trial = services().materiality.trial(company.name, terms, seen, current_user())
    changes = services().companies.preview(company, trial)
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


def _versions(company: Company, history: list[MaterialityChoice]) -> None:
    if not history:
        st.caption("Nobody has changed it: the proposal stands.")
        return
    st.markdown("**Versions**")
    for choice in reversed(history):
        what = plain(words(choice))
        st.markdown(
            f"- **{choice.version}** · {what} · {plain(choice.made_by_name)}, "
            f"{when(choice.made_at)}: {plain(choice.comment)}"
        )
    may_undo = not history[-1].withdrawn and may(current_user(), Permission.SET_MATERIALITY)
    if may_undo and st.button(
        "Go back to the proposal", icon=":material/undo:", key="undo_materiality"
    ):
        _undo(company, history[-1].version)


def _undo(company: Company, last: int) -> None:
    with frame.guard():
        comment = f"Back to the proposal from version {last}"
        services().materiality.withdraw(company.name, comment, last, current_user())
        st.session_state[_SAID] = "The proposal stands again; the reports are analysed anew."
        st.rerun()


def _peers(company: Company) -> None:
    frame.section("Peers")
    peers = services().companies.peers(company)
    if peers.missing:
        st.info(
            f"Peers are compared from five companies of a sector on ({plain(peers.sector)}): "
            f"{counted(peers.missing, 'more company', 'more companies')} needed."
        )
        return
    others = ", ".join(plain(name) for name in peers.names if name != company.name)
    st.caption(f"{counted(len(peers.names), 'company', 'companies')}: this one and {others}")
    st.dataframe(
        {
            "Metric": [metric_name(one.metric_id) for one in peers.standings],
            "Period": [one.period.label for one in peers.standings],
            "Value": [value_words(one.metric_id, one.value) for one in peers.standings],
            "Lower quartile": [value_words(one.metric_id, one.low) for one in peers.standings],
            "Median": [value_words(one.metric_id, one.median) for one in peers.standings],
            "Upper quartile": [value_words(one.metric_id, one.high) for one in peers.standings],
            "Rank, largest first": [f"{one.rank} of {one.count}" for one in peers.standings],
        },
        hide_index=True,
        height="content",
    )


def _reports(company: Company) -> None:
    frame.section("Reports")
    for report in company.reports:
        link("report", listed(report), "table_view", report=report.report_id)


def _show(company: Company) -> None:
    said = st.session_state.pop(_SAID, None)
    if said:
        st.success(said, icon=":material/check_circle:")
    history = services().materiality.history(company.name)
    _materiality(company, history)
    _applies(company)
    _peers(company)
    _reports(company)


frame.header("Company", "Materiality, what applies, peers and reports of one company.")
found = services().companies.companies()
if found:
    _show(_pick(found))
else:
    frame.empty("No company yet", "A company appears here when one of its reports was analysed.")
    link("upload", "Upload a report", "upload_file")
