"""A request that is sent again is done once: Idempotency-Key; and not done over what is unknown: If-Match."""

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic.json_schema import SkipJsonSchema
from starlette.datastructures import FormData, UploadFile

from services.api.callers import known_caller
from services.api.negotiation import matches, tag_of
from services.domain.answers import KEPT_FOR, KeptAnswer
from services.domain.base import utc_now
from services.domain.errors import AdvisorError, Conflict, InvalidInput, Outdated
from services.domain.ids import deterministic_id
from services.domain.users import User
from services.ports import AnswerStore

REPLAYED = "Idempotency-Replayed"
_KEY = r'^("([!#-\[\]-~]|\\["\\]){1,255}"|[!#-~]{1,255})$'
_CHUNK = 1_048_576
_ONLY_TRANSPORT = frozenset({"content-length"})
Act = Callable[[], Response]

Key = Annotated[
    str | SkipJsonSchema[None],
    Header(
        alias="Idempotency-Key",
        description="A word of the caller's own for this request, such as a UUID: the same word again "
        "gives the same answer for 24 hours, and what was asked for is done once",
        json_schema_extra={"pattern": _KEY},
    ),
]
KnownState = Annotated[
    str | SkipJsonSchema[None],
    Header(
        alias="If-Match",
        description="The ETag of the thing as the caller knows it; nothing is done when it has changed",
    ),
]


class MalformedKey(InvalidInput):
    """The Idempotency-Key is none: not 1 to 255 visible ASCII characters, bare or in quotes."""

    status_code = 400
    code = "malformed-idempotency-key"


class KeyReused(InvalidInput):
    """The key was used for something else."""

    code = "idempotency-key-reused"


class StillRunning(Conflict):
    """The first request with the key is not answered yet."""

    code = "still-running"
    retryable = True


@dataclass(frozen=True, slots=True)
class Asking:
    """A request that changes something: who asks, where, what was sent, under which key, knowing which state.

    ``rights`` are the caller's role and companies: under others a kept answer is not given again.
    """

    user_id: str
    method: str
    path: str
    sent: bytes | FormData
    key: str | None
    known_state: str | None = None
    rights: str = ""

    @property
    def answer_id(self) -> str:
        """The id of its answer: the same key of another person or at another address is another one."""
        return deterministic_id("answer", self.user_id, self.method, self.path, self.key)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of method, address, rights and what was sent; of a file its name and its bytes."""
        digest = hashlib.sha256(f"{self.method} {self.path}\n{self.rights}\n".encode())
        if isinstance(self.sent, bytes):
            digest.update(self.sent)
            return digest.hexdigest()
        for name, value in self.sent.multi_items():
            told = _hashed(value) if isinstance(value, UploadFile) else value
            digest.update(f"{name}\x1f{told}\x1e".encode())
        return digest.hexdigest()


async def asking(request: Request, idempotency_key: Key = None) -> Asking:
    """Return what a request says beside what it wants; raises MalformedKey."""
    caller = known_caller(request.scope)
    form = request.headers.get("content-type", "").lower().startswith("multipart/form-data")
    return Asking(
        user_id="" if caller is None else caller.user_id,
        method=request.method,
        path=request.url.path,
        sent=await (request.form() if form else request.body()),
        key=_checked(idempotency_key, request),
        rights="" if caller is None else _rights(caller),
    )


async def asking_of_item(
    request: Request, idempotency_key: Key = None, if_match: KnownState = None
) -> Asking:
    """Return what a request to change one thing says; raises MalformedKey."""
    said = await asking(request, idempotency_key)
    return replace(said, known_state=if_match)


Asked = Annotated[Asking, Depends(asking)]
AskedOfItem = Annotated[Asking, Depends(asking_of_item)]


class Once:
    """Does what is asked for once a key; the answer is stored in one transaction with what was done.

    Of one process no two requests with one key run at a time, as an address belongs to one ``Once``; between
    processes the store decides, and who comes second gives the answer of the first.
    """

    def __init__(self, answers: AnswerStore) -> None:
        self._answers = answers
        self._lock = threading.Lock()
        self._running: set[str] = set()

    def __call__(self, said: Asking, act: Act, current: Act | None = None) -> Response:
        """Return the answer of ``act``, or the one it gave before; errors are not kept.

        ``current`` answers as a GET of the thing that is to be changed. Raises KeyReused, StillRunning, Outdated,
        and whatever the act raises.
        """

        def checked() -> Response:
            if said.known_state is not None and current is not None:
                _compare(said.known_state, current())
            return act()

        if said.key is None:
            return checked() if said.known_state is None else self._done(said, checked)
        with self._alone(said.answer_id):
            known = self._kept(said)
            if known is not None:
                return known
            try:
                return self._done(said, checked)
            except AdvisorError:
                # Another process may have been faster with the same key.
                known = self._kept(said)
                if known is None:
                    raise
                return known

    def _done(self, said: Asking, act: Act) -> Response:
        refused: AdvisorError | None = None
        with self._answers.together(alone=said.known_state is not None):
            try:
                answer = act()
            except AdvisorError as error:
                # What was written on the way stays: the trail's entry of a refusal.
                refused = error
            else:
                if said.key is not None:
                    self._answers.keep(_to_keep(said, answer))
        if refused is not None:
            raise refused
        return answer

    def _kept(self, said: Asking) -> Response | None:
        kept = self._answers.kept(said.answer_id)
        if kept is None:
            return None
        if kept.fingerprint != said.fingerprint:
            hours = KEPT_FOR.total_seconds() / 3600
            raise KeyReused(
                "This Idempotency-Key was used for another request, or with another role or other "
                f"companies, within the last {hours:g} hours."
            )
        return Response(kept.body, kept.status, {**dict(kept.headers), REPLAYED: "true"})

    @contextmanager
    def _alone(self, answer_id: str) -> Iterator[None]:
        with self._lock:
            if answer_id in self._running:
                raise StillRunning("The first request with this Idempotency-Key is not done yet.")
            self._running.add(answer_id)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(answer_id)


def _rights(caller: User) -> str:
    companies = ["all"] if caller.companies is None else ["only", *sorted(caller.companies)]
    return "\x1f".join([caller.role.value, *companies])


def _checked(key: str | None, request: Request) -> str | None:
    given = request.headers.getlist("idempotency-key")
    if key is None:
        return None
    if len(given) > 1 or not re.fullmatch(_KEY[1:-1], key):
        raise MalformedKey(
            "An Idempotency-Key is one word of 1 to 255 visible ASCII characters, bare or in quotes."
        )
    return re.sub(r"\\(.)", r"\1", key[1:-1]) if key.startswith('"') else key


def _compare(known_state: str, now: Response) -> None:
    tag = tag_of(bytes(now.body))
    if not matches(known_state, tag):
        raise Outdated("This has changed since you read it; nothing was done. Read it again.", tag)


def _to_keep(said: Asking, answer: Response) -> KeptAnswer:
    return KeptAnswer(
        answer_id=said.answer_id,
        fingerprint=said.fingerprint,
        status=answer.status_code,
        headers=tuple(one for one in answer.headers.items() if one[0] not in _ONLY_TRANSPORT),
        body=bytes(answer.body).decode(),
        made_at=utc_now(),
    )


def _hashed(sent: UploadFile) -> str:
    digest = hashlib.sha256()
    sent.file.seek(0)
    while part := sent.file.read(_CHUNK):
        digest.update(part)
    sent.file.seek(0)
    return f"{sent.filename}\x1f{digest.hexdigest()}"
