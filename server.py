"""The ASGI entry: pages and API on one port, with the workers started beside them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount
from streamlit.runtime.pages_manager import PagesManager

from services.api.app import create_app
from services.bootstrap import build
from services.supervisor import ensure_workers, start_logging

# Streamlit would look for page scripts itself until the first st.navigation call, and answer the first
# deep link of a process with "Page not found". Pinned by tests/acceptance/test_browser.py.
PagesManager.uses_pages_directory = False

# A page of a stranger's site whose name resolves to this machine is not let in (DNS rebinding).
OWN_NAMES = ["localhost", "127.0.0.1", "::1", "[::1]"]

_services = build()
start_logging(_services.settings)


@asynccontextmanager
async def _lifespan(_app: st.App) -> AsyncIterator[None]:
    ensure_workers(_services.settings)
    yield


app = st.App(
    Path(__file__).with_name("app.py"),
    lifespan=_lifespan,
    routes=[Mount("/api/v1", create_app(_services))],
    middleware=[
        Middleware(TrustedHostMiddleware, allowed_hosts=OWN_NAMES, www_redirect=False),
        Middleware(GZipMiddleware, minimum_size=1024, compresslevel=4),
    ],
)
