"""The ASGI entry: pages and API on one port behind the gate, with the workers started beside them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from streamlit import config
from streamlit.runtime.pages_manager import PagesManager

from services.api.app import create_app, description_route, make_ready, mounted
from services.bootstrap import build, cookie_key
from services.gate.entra import providers_of
from services.gate.gate import Gate
from services.supervisor import ensure_workers, start_logging

# Streamlit would look for page scripts itself until the first st.navigation call, and answer the first
# deep link of a process with "Page not found". Pinned by tests/acceptance/test_browser.py.
PagesManager.uses_pages_directory = False

_services = build()
_settings = _services.settings
start_logging(_settings)
_api = create_app(_services)
_services.accounts.open(at_home=_settings.at_home)
# The websocket looks at the host and the origin by Streamlit's own settings, beside the gate's.
config.set_option("server.allowedHosts", _settings.host_names)
config.set_option("server.corsAllowedOrigins", [_settings.base_url])


@asynccontextmanager
async def _lifespan(_app: st.App) -> AsyncIterator[None]:
    ensure_workers(_settings)
    make_ready(_api)
    yield


app = st.App(
    Path(__file__).with_name("app.py"),
    lifespan=_lifespan,
    routes=[mounted(_api), description_route()],
    middleware=[
        # A page of a stranger's site whose name resolves to this machine is not let in (DNS rebinding).
        Middleware(TrustedHostMiddleware, allowed_hosts=_settings.host_names, www_redirect=False),
        Middleware(GZipMiddleware, minimum_size=1024, compresslevel=3),
        Middleware(
            Gate,
            services=_services,
            key=cookie_key(_settings),
            providers=providers_of(_services),
        ),
    ],
)
