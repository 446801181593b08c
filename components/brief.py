"""The CFO's brief on the screen: figures with their course, labelled sentences that open their cells, the signature."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

import streamlit as st

from components import frame
from components.confidence_badge import SEVERITY_COLOURS, SEVERITY_ICONS, severity_words
from components.evidence import Item as Piece
from components.evidence import Quoted, pieces_drawer, source_drawer
from components.format import (
    change,
    concept_name,
    counted,
    headline,
    plain,
    probability,
    shortened,
    when,
)
from components.navigation import link
from components.person_words import person_words
from components.session import current_user, event, listed, services
from services.access import Permission, may
from services.analysis.budget import GAINS
from services.analysis.compared import role
from services.cfo.brief import Brief, Headline, Item
from services.cfo.sentences import Basis, Sentence
from services.domain.audit import AuditEvent
from services.domain.base import utc_now
from services.domain.ids import ReportId
from services.domain.reports import Fact
from services.exports.pdf import summary_pdf
from services.exports.sources import file_stem, standing
from services.exports.tables import summary_csv, summary_json
from services.exports.workbook import summary_workbook
from services.ports import AuditLog
from services.summary import KEY_CONCEPTS

_FIGURES_A_ROW = len(KEY_CONCEPTS)
_BASIS: dict[Basis, Literal["blue", "violet", "orange"]] = {
    Basis.FACT: "blue", Basis.CALCULATION: "violet", Basis.JUDGEMENT: "orange",
}  # fmt: skip
_SAID = "_summary_signed"
_MOST_DIFFERENCES = 6
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show_standing(brief: Brief) -> None:
    """Draw what the brief rests on, what is open and what was withheld and why."""
    show = st.warning if brief.coverage.checks_failed else st.info
    show(plain(" ".join(standing(brief))), icon=":material/fact_check:")
    if not brief.withheld:
        return
    label = f"{counted(len(brief.withheld), 'item')} withheld: the numbers could not be verified"
    with st.expander(label, icon=":material/visibility_off:"):
        for one in brief.withheld:
            st.markdown(f"- **{plain(one.title)}** — {plain('; '.join(one.reasons))}")


def show_headlines(headlines: Sequence[Headline]) -> None:
    """Draw the key figures, each with its change, its course over the years and its cell."""
    if not headlines:
        st.caption("No headline figure was read surely enough to be shown here.")
        return
    for column, one in zip(st.columns(_FIGURES_A_ROW, gap="small"), headlines, strict=False):
        with column:
            _headline(one)
    periods = dict.fromkeys(one.current.period.label for one in headlines)
    st.caption(plain(f"Figures: {', '.join(periods)}; lines: the years read up to then."))


def _headline(one: Headline) -> None:
    before = f"; {headline(one.prior)} a year before" if one.prior else ""
    with st.container(border=True, gap=None, height="stretch"):
        st.metric(
            concept_name(one.concept),
            headline(one.current),
            change(one.change) if one.change is not None else None,
            delta_color="normal" if one.concept in GAINS else "off",
            help=plain(f"{one.current.period.label}{before}"),
            chart_data=[float(fact.value) for fact in one.trend] if len(one.trend) > 1 else None,
        )
        if one.current.correction is not None:
            st.caption(plain(person_words(one.current)))
        _source_button(one.current, f"source_{one.current.fact_id}")


def _source_button(fact: Fact, key: str) -> None:
    if st.button(
        plain(f"Source: {shortened(fact.source.place)}"),
        key=key,
        icon=":material/location_searching:",
        type="tertiary",
        help=plain(f"Show where it was read: {fact.source.document}, {fact.source.place}"),
    ):
        source_drawer(fact)


def show_items(title: str, items: Sequence[Item], more: int, report_id: ReportId) -> None:
    """Draw a list of findings, each sentence with what it is and a way to its cells."""
    frame.section(title)
    if not items:
        st.caption("Nothing that is published or approved and verified.")
    for item in items:
        _item(item, report_id)
    if more:
        label = f"and {counted(more, 'verified finding')} of less weight"
        link("insights", label, "lightbulb", report=report_id)


def show_basis(brief: Brief) -> None:
    """Draw what the brief was compared with and by what it was ranked and verified."""
    compared = f"Compared with {listed(brief.last)}. " if brief.last else ""
    st.caption(
        plain(
            f"{compared}Every sentence was verified against the numbers in force when this page was drawn; "
            f"{brief.ruleset_version}, audit entry {brief.audit_seq}."
        ),
        help=plain(brief.materiality),
    )


def _item(item: Item, report_id: ReportId) -> None:
    with st.container(gap=None):
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.subheader(plain(item.title), anchor=False, width="content")
            st.badge(
                severity_words(item.severity),
                icon=SEVERITY_ICONS[item.severity],
                color=SEVERITY_COLOURS[item.severity],
            )
            _particulars(item)
        for place, sentence in enumerate(item.sentences):
            _sentence(sentence, f"{item.item_id}_{place}", report_id)


def _particulars(item: Item) -> None:
    parts = [
        "" if item.confidence is None else f"confidence {probability(item.confidence)}",
        "approved by a reviewer" if item.approved else "",
        item.news,
    ]
    st.caption(plain(" · ".join(part for part in parts if part)), width="content")
    if item.insight_id:
        link("insight", "Reasoning", "arrow_forward", insight=item.insight_id)


def _sentence(sentence: Sentence, key: str, report_id: ReportId) -> None:
    label = f":{_BASIS[sentence.basis]}-badge[{sentence.basis.value.capitalize()}]"
    pieces: list[Piece | Quoted] = [Quoted(report_id, quote) for quote in sentence.quotes]
    pieces += [Piece(fact, role(fact)) for fact in sentence.facts]
    with st.container(horizontal=True, gap="small", vertical_alignment="top", wrap=False):
        st.markdown(f"{label} {plain(sentence.text)}", width="stretch")
        if pieces and st.button(
            plain(_place(sentence)),
            key=f"cells_{key}",
            icon=":material/location_searching:",
            type="tertiary",
            help="Show the cells and quotations behind this sentence",
        ):
            pieces_drawer(pieces, f"drawer_{key}")


def _place(sentence: Sentence) -> str:
    """Return where the sentence's first source stands and how many more there are."""
    places = [fact.source.place for fact in sentence.facts]
    places += [f"page {quote.page}" for quote in sentence.quotes]
    return f"{shortened(places[0])} +{len(places) - 1}" if len(places) > 1 else shortened(places[0])


def show_signature(brief: Brief) -> None:
    """Draw who signed, whether it still stands and what changed, and the button for who may sign."""
    frame.section("Signature")
    said = st.session_state.pop(_SAID, None)
    if said:
        st.success(said, icon=":material/check_circle:")
    signature = brief.signature
    if signature is not None:
        signed = signature.sign_off
        words = f"{plain(signed.signed_by_name)}, {when(signed.signed_at)}"
        proof = f"content sha256 `{signed.content_hash[:16]}…`, audit entry {signed.audit_seq}"
        if signature.is_void:
            st.warning(
                f"Signature void. It was signed by {words} ({proof}).", icon=":material/error:"
            )
            told = signature.differences[:_MOST_DIFFERENCES]
            st.markdown("\n".join(f"- {plain(line)}" for line in told))
            if len(signature.differences) > len(told):
                st.caption(f"and {len(signature.differences) - len(told):,} more")
        else:
            st.success(f"Signed by {words} ({proof}).", icon=":material/verified:")
            return
    else:
        st.caption("Nobody has signed this summary.")
    if may(current_user(), Permission.SIGN_SUMMARY):
        _sign_button(brief)


def _sign_button(brief: Brief) -> None:
    with frame.guard():
        if st.button("Sign this summary", icon=":material/draw:", key="sign"):
            services().signing.sign(brief.report.report_id, brief.content_hash, current_user())
            st.session_state[_SAID] = "Signed. It stands until a number under it changes."
            st.rerun()


def show_exports(brief: Brief) -> None:
    """Draw a download for each kind of file; a file is made when it is asked for."""
    base_url, stem, trail = services().settings.base_url, file_stem(brief), services().ports.audit
    said = event("summary_exported", brief.report.report_id)
    kinds: tuple[tuple[str, str, str, str, Callable[[], bytes]], ...] = (
        ("PDF", "pdf", "application/pdf", "picture_as_pdf", lambda: summary_pdf(brief, base_url, utc_now())),
        ("Excel", "xlsx", _XLSX, "table", lambda: summary_workbook(brief, base_url, utc_now())),
        ("CSV", "csv", "text/csv", "csv", lambda: summary_csv(brief, base_url)),
        ("JSON", "json", "application/json", "data_object", lambda: summary_json(brief, base_url)),
    )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        for name, ending, mime, icon, make in kinds:
            st.download_button(
                name,
                partial(_made, make, trail, said.model_copy(update={"detail": {"format": ending}})),
                f"{stem}.{ending}",
                mime,
                icon=f":material/{icon}:",
                key=f"download_{ending}",
                on_click="ignore",
            )


def _made(make: Callable[[], bytes], trail: AuditLog, said: AuditEvent) -> bytes:
    """Make a file that was asked for, which the trail tells; it runs outside the page's script."""
    trail.append(said.model_copy(update={"at": utc_now()}))
    return make()
