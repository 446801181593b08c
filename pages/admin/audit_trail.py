"""Audit trail: who did what, when, whether the trail is whole, and the bundle for an auditor."""

from datetime import UTC, date, datetime, time, timedelta

import pandas as pd
import streamlit as st

from components import frame
from components.format import counted, when
from components.session import current_user, services
from services.domain.audit import AuditEntry, AuditQuery, Verification
from services.domain.base import utc_now
from services.domain.listings import Page

_SHOWN = 200
_FITS, _HEIGHT = 18, 640
_FOUND, _BUNDLE = "_audit_found", "_audit_bundle"
_ASKED, _PLACES = "_audit_asked", "_audit_places"


def _words(action: str) -> str:
    return action.replace("_", " ").capitalize()


def _table(entries: list[AuditEntry]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "No.": [entry.seq for entry in entries],
            "When": [when(entry.event.at) for entry in entries],
            "Who": [entry.event.actor for entry in entries],
            "What": [_words(entry.event.action) for entry in entries],
            "On": [entry.event.resource for entry in entries],
            "From": [entry.event.ip_address for entry in entries],
            "Result": [entry.event.result for entry in entries],
            "Detail": [
                "; ".join(f"{name}: {value}" for name, value in entry.event.detail.items())
                for entry in entries
            ],
            "Hash": [entry.entry_hash for entry in entries],
        }
    )


def _show_verification(found: Verification) -> None:
    breach, count = found.breach, found.last - found.first + 1
    if breach is None:
        st.success(
            f"The trail is whole: every hash holds ({counted(count, 'entry', 'entries')}, "
            f"{counted(len(found.checkpoints), 'checkpoint')}).",
            icon=":material/verified_user:",
        )
    else:
        st.error(
            f"The trail is broken at entry {breach.seq} ({breach.kind.value}). {breach.sentence}",
            icon=":material/gpp_bad:",
        )
    if found.checkpoints:
        with st.expander("Checkpoints", icon=":material/flag:"):
            st.caption("Where the trail stood, signed and kept outside the database; newest first.")
            newest = found.checkpoints[::-1][:_SHOWN]
            st.table(
                {
                    "No.": [one.number for one in newest],
                    "Entry": [one.seq for one in newest],
                    "When": [when(one.at) for one in newest],
                    "Hash": [f"`{one.head}`" for one in newest],
                },
                border="horizontal",
                hide_index=True,
                alt="Checkpoints of the audit trail, newest first",
            )


def _show_acts() -> None:
    with st.container(horizontal=True, gap="small"):
        if st.button("Verify the trail", icon=":material/verified_user:", key="verify"):
            st.session_state[_FOUND] = services().ports.audit.inspect()
        if st.button("Make the auditor's bundle", icon=":material/folder_zip:", key="bundle"):
            with frame.guard():
                st.session_state[_BUNDLE] = services().audit_bundle.make(current_user())
        if _BUNDLE in st.session_state:
            st.download_button(
                "Download the bundle",
                st.session_state[_BUNDLE],
                f"audit-trail-{utc_now():%Y-%m-%d}.zip",
                "application/zip",
                icon=":material/download:",
                key="download_bundle",
                on_click="ignore",
                help="Entries, checkpoints, signed hashes, and a page that checks the chain without the product",
            )
    if _FOUND in st.session_state:
        _show_verification(st.session_state[_FOUND])


def _midnight(day: date | None, later: int = 0) -> datetime | None:
    return (
        None if day is None else datetime.combine(day + timedelta(days=later), time(), tzinfo=UTC)
    )


def _asked() -> AuditQuery:
    with st.container(horizontal=True, gap="small"):
        who = st.text_input("Who", key="who", placeholder="user id").strip()
        what = st.text_input("What", key="what", placeholder="such as report uploaded").strip()
        on = st.text_input("On", key="on", placeholder="an id or its beginning").strip()
        since = st.date_input("From (UTC)", None, key="since")
        until = st.date_input("To (UTC)", None, key="until")
    return AuditQuery(
        actor=who or None,
        action=what.lower().replace(" ", "_") or None,
        resource=on or None,
        since=_midnight(since),
        until=_midnight(until, later=1),
    )


def _places(query: AuditQuery) -> list[tuple[str, int]]:
    """Return the places behind which the pages up to this one begin; none on the first page of a search."""
    if st.session_state.get(_ASKED) != query:
        st.session_state[_ASKED], st.session_state[_PLACES] = query, []
    places: list[tuple[str, int]] = st.session_state[_PLACES]
    return places


def _turn_back() -> None:
    st.session_state[_PLACES].pop()


def _show_turning(places: list[tuple[str, int]], page: Page[AuditEntry], count: int) -> None:
    newest = f"Page {len(places) + 1}:" if places else "The newest"
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(f"{newest} {counted(count, 'entry', 'entries')}")
        if places:
            st.button("Newer", key="newer", icon=":material/chevron_left:", on_click=_turn_back)
        if page.after is not None:
            st.button(
                "Older",
                key="older",
                icon=":material/chevron_right:",
                on_click=places.append,
                args=(page.after,),
            )


frame.header("Audit trail", "Every act, linked by hash to the one before it.")
_show_acts()
query = _asked()
places = _places(query)
page = services().ports.audit.search(query, places[-1] if places else None, _SHOWN)
shown = list(page.items)
if shown:
    _show_turning(places, page, len(shown))
    st.dataframe(
        _table(shown),
        hide_index=True,
        height=_HEIGHT if len(shown) > _FITS else "auto",
        alt="Audit entries, newest first",
        column_config={"Hash": st.column_config.TextColumn(width="small")},
    )
elif query == AuditQuery():
    frame.empty(
        "No entries yet", "Uploads, readings and decisions are written here as they happen."
    )
else:
    frame.empty("No entry matches", "Take one of the search terms out, or widen the dates.")
