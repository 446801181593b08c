"""Audit trail: who did what, when, and whether the trail is whole."""

import pandas as pd
import streamlit as st

from components import frame
from components.format import counted, when
from components.session import services
from services.domain.audit import AuditEntry

_SHOWN = 200
_FITS, _HEIGHT = 18, 640


def _table(entries: list[AuditEntry]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "No.": [entry.seq for entry in entries],
            "When": [when(entry.event.at) for entry in entries],
            "Who": [entry.event.actor for entry in entries],
            "What": [entry.event.action.replace("_", " ").capitalize() for entry in entries],
            "On": [entry.event.resource for entry in entries],
            "Result": [entry.event.result for entry in entries],
            "Detail": [
                "; ".join(f"{name}: {value}" for name, value in entry.event.detail.items())
                for entry in entries
            ],
            "Hash": [entry.entry_hash for entry in entries],
        }
    )


def _verify() -> None:
    broken = services().ports.audit.verify()
    if broken is None:
        st.success("The trail is whole: every hash holds.", icon=":material/verified_user:")
    else:
        st.error(f"The trail is broken at entry {broken}.", icon=":material/gpp_bad:")


frame.header("Audit trail", "Every act, linked by hash to the one before it.")
if st.button("Verify the trail", icon=":material/verified_user:", key="verify"):
    _verify()
shown = services().ports.audit.entries(limit=_SHOWN)
if shown:
    st.caption(f"The newest {counted(len(shown), 'entry', 'entries')}")
    st.dataframe(
        _table(shown),
        hide_index=True,
        height=_HEIGHT if len(shown) > _FITS else "auto",
        alt="Audit entries, newest first",
        column_config={"Hash": st.column_config.TextColumn(width="small")},
    )
else:
    frame.empty(
        "No entries yet", "Uploads, readings and decisions are written here as they happen."
    )
