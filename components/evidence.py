"""The facts an insight rests on, one chosen at a time, its source beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten

import streamlit as st

from components.confidence_badge import confidence_words
from components.fact_panel import show_fact
from components.format import as_printed, plain
from components.frame import guard
from components.person_words import person_words
from components.session import services
from components.source_view import show_quote, show_source
from services.domain.ids import ReportId
from services.domain.insights import Insight, Quote
from services.domain.reports import Fact

_DRAWER_WIDTH = 860
_FITS, _LIST_HEIGHT, _LONGEST_CAPTION = 4, 210, 90


@dataclass(frozen=True, slots=True)
class Item:
    """A fact and the part it plays."""

    fact: Fact
    role: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation of a report."""

    report_id: ReportId
    quote: Quote


def evidence_of(insight: Insight) -> tuple[list[Item], int]:
    """Return the facts in force of an insight's evidence, and how many it names that are not stored."""
    desk = services().facts
    found = [(desk.fact(evidence.fact_id), evidence.role) for evidence in insight.evidence]
    items = [Item(fact, role) for fact, role in found if fact is not None]
    return items, len(found) - len(items)


def show_evidence(insight: Insight, key: str, height: int = 560, *, blind: bool = False) -> None:
    """Draw what an insight rests on, quotations first, and the source of the chosen piece.

    ``blind`` leaves out how sure the reading is, for who is to judge without it.
    """
    items, lost = evidence_of(insight)
    if lost:
        st.warning(f"{lost} of {len(insight.evidence)} pieces of evidence are no longer stored.")
    quoted = [Quoted(insight.report_id, quote) for quote in insight.quotes]
    pieces: list[Item | Quoted] = [*quoted, *items]
    if not pieces:
        st.warning("This insight names no number in a document; treat it as unsupported.")
        return
    show_items(pieces, key, height, blind=blind)


@st.fragment
def show_items(
    items: Sequence[Item | Quoted], key: str, height: int, *, blind: bool = False
) -> None:
    """Draw a list of facts and quotations, one chosen at a time, and the source of the chosen one."""
    with guard():
        with st.container(height=_LIST_HEIGHT if len(items) > _FITS else "content", border=False):
            index = st.radio(
                "Evidence",
                range(len(items)),
                format_func=lambda i: f"{i + 1} · {plain(_label(items[i]))}",
                captions=[plain(_caption(item, blind=blind)) for item in items],
                key=f"{key}_chosen",
            )
        chosen = items[index]
        if isinstance(chosen, Quoted):
            _show_quoted(chosen, f"{key}_source", height)
            return
        facts = [item.fact for item in items if isinstance(item, Item)]
        show_source(chosen.fact, f"{key}_source", height, facts)
        with st.expander("About this number", icon=":material/info:"):
            show_fact(chosen.fact, blind=blind)


def _show_quoted(quoted: Quoted, key: str, height: int) -> None:
    st.markdown(f"> {plain(quoted.quote.text)}")
    report = services().ports.records.report(quoted.report_id)
    if report is None:
        st.warning("The report this is quoted from is no longer in the store.")
    else:
        show_quote(report, quoted.quote, key, height)


def _label(item: Item | Quoted) -> str:
    if isinstance(item, Quoted):
        return f"Quotation, page {item.quote.page}"
    role = item.role[:1].upper() + item.role[1:]
    return f"{role}: {as_printed(item.fact)}"


def _caption(item: Item | Quoted, *, blind: bool = False) -> str:
    if isinstance(item, Quoted):
        return shorten(item.quote.text, _LONGEST_CAPTION, placeholder=" …")
    fact = item.fact
    sure = "" if blind else confidence_words(fact.confidence.total)
    told = [fact.label, fact.period.label, fact.source.place, sure, person_words(fact)]
    return " · ".join(words for words in told if words)


@st.dialog("Source", width=_DRAWER_WIDTH, position="right")
def source_drawer(fact: Fact) -> None:
    """Open the source of one number in a drawer."""
    with guard():
        show_source(fact, f"drawer_{fact.fact_id}", 520)
        show_fact(fact)


@st.dialog("Sources", width=_DRAWER_WIDTH, position="right")
def pieces_drawer(pieces: Sequence[Item | Quoted], key: str) -> None:
    """Open the cells and quotations behind one sentence in a drawer."""
    show_items(pieces, key, 520)
