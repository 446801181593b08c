"""A company: what applies to it, its materiality with every version, its peers, its reports."""

import streamlit as st

from components import frame
from components.figures import show_figures
from components.format import counted, money, plain
from components.materiality_form import show_materiality_form, show_versions
from components.metric_table import metric_name, value_words
from components.navigation import chosen, link, remember
from components.session import listed, peers_of, services
from services.analysis.applicability import Verdict
from services.companies import Company, Standard
from services.domain.insights import Materiality

_AMOUNTS = {"Overall": "overall", "Performance": "performance", "Clearly trivial": "trivial"}
_VERDICTS = {
    Verdict.APPLIES: ":green-badge[applies]",
    Verdict.CAUTION: ":orange-badge[with caution]",
    Verdict.TREND: ":orange-badge[trend only]",
    Verdict.NOT: ":gray-badge[does not apply]",
}


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


def _applies(standard: Standard) -> None:
    frame.section("What applies")
    st.markdown(f"**{standard.sector.capitalize()}**, by the shape of its statements.")
    st.table(
        {
            "Measure": [plain(one.measure) for one in standard.applies],
            "Rules": [", ".join(one.rules) for one in standard.applies],
            "Verdict": [_VERDICTS[one.verdict] for one in standard.applies],
            "Why": [plain(one.why) for one in standard.applies],
        },
        border="horizontal",
        hide_index=True,
    )
    if standard.left_out:
        names = ", ".join(metric_name(one) for one in standard.left_out)
        label = f"{counted(len(standard.left_out), 'metric')} left out for this kind of company"
        with st.expander(label, icon=":material/block:"):
            st.markdown(plain(names))
    if standard.not_computable:
        label = f"{counted(len(standard.not_computable), 'rule')} without an answer, and why"
        with st.expander(label, icon=":material/help:"):
            for one in standard.not_computable:
                st.markdown(f"- **{plain(one.title)}** — {plain(one.reason)}")


def _materiality(company: Company, standard: Standard) -> None:
    frame.section("Materiality")
    if standard.in_force is None:
        st.info("No base for materiality was read from the newest report.")
    else:
        _amounts(standard.in_force, standard)
    st.caption("It ranks findings by severity; it never changes how sure we are of them.")
    if not standard.settled:
        st.info("The reports are being analysed again with it.", icon=":material/sync:")
    history = services().materiality.history(company.name)
    show_materiality_form(company, history)
    show_versions(company, history)


def _amounts(in_force: Materiality, standard: Standard) -> None:
    proposed = standard.proposed
    for column, (name, field) in zip(st.columns(3), _AMOUNTS.items(), strict=True):
        column.metric(name, money(getattr(in_force, field), standard.currency))
        if in_force.version and proposed is not None:
            column.caption(f"proposed: {plain(money(getattr(proposed, field), standard.currency))}")
    st.caption(plain(in_force.sentence))
    if in_force.version:
        told = "none: no base was read" if proposed is None else proposed.sentence
        st.caption(f"Proposal: {plain(told)}")


def _peers(company: Company) -> None:
    frame.section("Peers")
    peers = peers_of(company)
    if peers.missing:
        st.info(
            f"Peers are compared from five companies of a sector on ({plain(peers.sector)}): "
            f"{counted(peers.missing, 'more company', 'more companies')} needed."
        )
        return
    if not peers.standings:
        st.info(
            f"{counted(len(peers.names), 'company', 'companies')} of this sector are here, and no measure "
            "of nearly the same year is to be had from five of them."
        )
        return
    others = ", ".join(plain(name) for name in peers.names if name != company.name)
    st.caption(f"{counted(len(peers.names), 'company', 'companies')}: this one and {others}")
    show_figures(
        {
            "Metric": [metric_name(one.metric_id) for one in peers.standings],
            "Period": [one.period.label for one in peers.standings],
            "Value": [value_words(one.metric_id, one.value) for one in peers.standings],
            "Lower quartile": [value_words(one.metric_id, one.low) for one in peers.standings],
            "Median": [value_words(one.metric_id, one.median) for one in peers.standings],
            "Upper quartile": [value_words(one.metric_id, one.high) for one in peers.standings],
            "Rank, largest first": [f"{one.rank} of {one.count}" for one in peers.standings],
        },
        words=("Metric", "Period"),
    )


def _reports(company: Company) -> None:
    frame.section("Reports")
    for report in company.reports:
        link("report", listed(report), "table_view", report=report.report_id)


def _show(company: Company) -> None:
    standard = services().companies.standard(company)
    _materiality(company, standard)
    _applies(standard)
    _peers(company)
    _reports(company)


frame.header("Company", "Materiality, what applies, peers and reports of one company.")
found = services().companies.companies()
if found:
    _show(_pick(found))
else:
    frame.empty("No company yet", "A company appears here when one of its reports was analysed.")
    link("upload", "Upload a report", "upload_file")
