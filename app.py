"""The dashboard's entry: start the workers, draw the frame, run the page the role may open."""

import streamlit as st

from components import frame
from components.frame import guard
from components.session import services
from services.supervisor import ensure_workers


@st.cache_resource(show_spinner=False)
def _workers() -> bool:
    ensure_workers(services().settings)
    return True


frame.configure()
page = frame.navigation()
with guard():
    _workers()
frame.run(page)
