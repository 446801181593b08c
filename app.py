"""The dashboard's entry: start the workers, draw the frame, run the page the role may open."""

import streamlit as st

from components import frame
from components.frame import guard
from components.session import settings
from services.supervisor import ensure_workers


@st.cache_resource(show_spinner=False)
def _workers() -> bool:
    ensure_workers(settings())
    return True


frame.configure()
with guard():
    _workers()
    page = frame.navigation()
    frame.run(page)
