"""Services: what does what for the product, where, and how each is when it is asked."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from components import frame
from components.format import plain
from components.session import services
from services.capabilities import Capability, Checkup

_HERE = "this machine"


def _table(capabilities: Sequence[Capability]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "For": [one.name for one in capabilities],
            "In use": [one.adapter for one in capabilities],
            "Where": [one.host or _HERE for one in capabilities],
        }
    )


def _checked(found: Sequence[Checkup]) -> pd.DataFrame:
    table = _table([one.capability for one in found])
    return table.assign(
        State=["fine" if one.is_fine else "failed" for one in found],
        Took=[f"{one.milliseconds:,} ms" for one in found],
        Says=[one.sentence for one in found],
    )


def _show(found: Sequence[Checkup]) -> None:
    failed = [one for one in found if not one.is_fine]
    for one in failed:
        st.error(f"**{one.capability.name}**: {plain(one.sentence)}", icon=":material/error:")
    if not failed:
        st.success("All services answer.", icon=":material/check:")
    st.dataframe(_checked(found), hide_index=True, alt="Services and how each is")


frame.header("Services", "Which service does what for the product. The settings choose each alone.")
desk = services().capabilities
if st.button("Check now", key="check", icon=":material/network_check:"):
    with st.spinner("Asking each service …"):
        _show(desk.check())
else:
    st.dataframe(_table(desk.capabilities), hide_index=True, alt="Services in use")
