"""What the gate adds to pages of the dashboard: one script first, and what they may load and from where."""

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope, Send

SCRIPT = "/auth/session.js"
"""Leaves a page whose session is over."""
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; "
    "worker-src 'self' blob:; frame-src 'self' data: blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
"""Streamlit's pages run inline scripts; whatever runs can tell nobody but this server what it sees."""
_SHORTENING = frozenset({b"accept-encoding", b"if-none-match", b"if-modified-since"})
_HEAD = b"<head>"
_ADDED = _HEAD + f'<script src="{SCRIPT}"></script>'.encode()


def wants_a_page(scope: Scope) -> bool:
    """Whether a browser asks for a page to show, not for what belongs to one."""
    accepted = MutableHeaders(scope=scope).get("accept", "")
    return scope["method"] == "GET" and "text/html" in accepted


def in_full(scope: Scope) -> Scope:
    """Return the scope so that the answer is the whole page as text."""
    kept = [(name, value) for name, value in scope["headers"] if name not in _SHORTENING]
    return {**scope, "headers": kept}


def with_script(send: Send) -> Send:
    """Return a send that puts the script before all others of an HTML page; other answers pass as they are."""
    held: list[Message] = []

    async def sending(message: Message) -> None:
        if not held and not _begins_a_page(message):
            await send(message)
            return
        held.append(message)
        if message["type"] != "http.response.body" or message.get("more_body"):
            return
        start, *parts = held
        held.clear()
        whole = b"".join(part.get("body", b"") for part in parts).replace(_HEAD, _ADDED, 1)
        headers = MutableHeaders(scope=start)
        headers["content-length"] = str(len(whole))
        headers["content-security-policy"] = POLICY
        headers["cache-control"] = "no-store"
        await send(start)
        await send({"type": "http.response.body", "body": whole})

    return sending


def _begins_a_page(message: Message) -> bool:
    if message["type"] != "http.response.start":
        return False
    headers = MutableHeaders(scope=message)
    is_html = headers.get("content-type", "").startswith("text/html")
    return is_html and "content-encoding" not in headers
