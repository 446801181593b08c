"""A peer that speaks Service Bus's AMQP 1.0 to the real SDK, in the test's own process: our reading of the protocol.

It knows sign-in by SAS through ``$cbs``, peek-lock, sessions, duplicate detection, scheduled messages, dead letters,
lock expiry, and of ``$management`` the renewal of locks, settling, peeking and the list of sessions. It is no proof of what
the service itself does.
"""

import asyncio
import base64
import hashlib
import hmac
import itertools
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote_plus

from tests.azure.amqp import (
    PROTOCOL,
    SASL,
    Array,
    Described,
    Int,
    Moment,
    Reader,
    Symbol,
    UByte,
    UInt,
    ULong,
    encoded,
    frame,
    performative,
    sections,
)
from tests.azure.broker import Broker, Entity

_OPEN, _BEGIN, _ATTACH, _FLOW, _TRANSFER, _DISPOSITION, _DETACH, _END, _CLOSE = range(0x10, 0x19)
_ACCEPTED, _REJECTED, _RELEASED, _MODIFIED = 0x24, 0x25, 0x26, 0x27
_BATCH = 0x80013700
_FRAME_BYTES = 65_536
_LOOK_SECONDS = 0.02
_MIN_CREDIT = 500
_KEY_NAME, _KEY = "test", "a-key-of-tests-only"


@dataclass(eq=False)
class _Link:
    """One link of a client: what it sends to or receives from."""

    channel: int
    handle: int
    name: str
    sends: bool
    address: str
    entity: Entity | None
    session: str | None = None
    credit: int = 0
    count: int = 0
    partial: bytearray = field(default_factory=bytearray)
    first: list[Any] = field(default_factory=list)


@dataclass
class _Waiting:
    """A link that waits for a session to come free."""

    fields: list[Any]
    channel: int
    entity: Entity
    wanted: str | None
    until: float


class ServiceBusPeer:
    """Runs a broker on a free port in a thread; stopping keeps the messages, so that a start is a restart."""

    def __init__(self, names: list[str], lock_seconds: float = 5) -> None:
        self.broker = Broker(names, lock_seconds)
        self.port = 0
        self.busy = 0
        """How many requests more are answered with server-busy."""
        self.session_wait_seconds = 0.2
        self.lock = threading.RLock()
        self._loop = asyncio.new_event_loop()
        self._connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="service-bus")
        self._thread.daemon = True
        self._thread.start()

    @property
    def connection(self) -> str:
        """The connection string for the SDK."""
        return self.connection_with(_KEY)

    def connection_with(self, key: str) -> str:
        """Return a connection string with another key."""
        return (
            f"Endpoint=sb://127.0.0.1:{self.port};SharedAccessKeyName={_KEY_NAME};"
            f"SharedAccessKey={key};UseDevelopmentEmulator=true"
        )

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._run(self._start())

    def stop(self) -> None:
        """Break every connection off and listen no more."""
        self._run(self._stop())

    def abort(self) -> None:
        """Break every connection off."""
        self._run(self._abort())

    def close(self) -> None:
        """End for good."""
        self.stop()
        self._run(self._ended())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def take_busy(self) -> bool:
        """Whether this request is refused as one too many."""
        if self.busy:
            self.busy -= 1
            return True
        return False

    def _run(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._abort()

    async def _abort(self) -> None:
        for connection in list(self._connections):
            connection.abort()
        self._connections.clear()

    async def _ended(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(self, reader, writer)
        self._connections.add(connection)
        look = asyncio.ensure_future(connection.look())
        try:
            await connection.run()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            look.cancel()
            self._connections.discard(connection)
            writer.close()


class _Connection:
    def __init__(
        self, peer: ServiceBusPeer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._peer, self._reader, self._writer = peer, reader, writer
        self._links: dict[tuple[int, int], _Link] = {}
        self._waiting: list[_Waiting] = []
        self._deliveries: dict[tuple[int, int], tuple[_Link, uuid.UUID]] = {}
        self._numbers: dict[int, itertools.count[int]] = {}
        self._signed_in: set[str] = set()
        self._answers: dict[int, Callable[[int, list[Any], bytes], None]] = {
            _BEGIN: self._begin, _ATTACH: self._attach, _FLOW: self._flow, _TRANSFER: self._transfer,
            _DISPOSITION: self._disposition, _DETACH: self._detach,
            _END: lambda channel, _f, _p: self._end(channel),
        }  # fmt: skip

    def abort(self) -> None:
        self._writer.transport.abort()

    async def look(self) -> None:
        """Give out what has come free or become due."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            with self._peer.lock:
                self._offer_sessions()
                self._deliver()

    async def run(self) -> None:
        """Answer frames until the client goes."""
        while True:
            head = await self._reader.readexactly(8)
            if head == SASL:
                self._writer.write(SASL)
                names = Array((Symbol("MSSBCBS"), Symbol("ANONYMOUS"), Symbol("EXTERNAL")))
                self._writer.write(frame(performative(0x40, names), kind=1))
                continue
            if head == PROTOCOL:
                self._writer.write(PROTOCOL)
                continue
            size, channel = int.from_bytes(head[:4], "big"), int.from_bytes(head[6:], "big")
            body = await self._reader.readexactly(size - 8)
            if not body:
                continue
            reader = Reader(body)
            what = reader.value()
            if what.code == _CLOSE:
                self._send(performative(_CLOSE))
                return
            with self._peer.lock:
                self._answer(int(what.code), channel, what.value, body[reader.at :])

    def _answer(self, code: int, channel: int, fields: list[Any], payload: bytes) -> None:
        fields = fields + [None] * (14 - len(fields))
        if code == 0x41:
            self._writer.write(frame(performative(0x44, UByte(0)), kind=1))
        elif code == _OPEN:
            self._send(performative(_OPEN, "peer", None, UInt(_FRAME_BYTES), 65_535, UInt(240_000)))
        elif code in self._answers:
            self._answers[code](channel, fields, payload)
        self._deliver()

    def _send(self, body: bytes, channel: int = 0) -> None:
        self._writer.write(frame(body, channel))

    def _begin(self, channel: int, _fields: list[Any], _payload: bytes) -> None:
        self._numbers[channel] = itertools.count()
        self._send(
            performative(_BEGIN, UInt(channel), UInt(0), UInt(5000), UInt(5000), UInt(255)), channel
        )

    def _end(self, channel: int) -> None:
        for link in [link for link in self._links.values() if link.channel == channel]:
            self._forget(link)
        self._send(performative(_END), channel)

    def _attach(self, channel: int, fields: list[Any], _payload: bytes) -> None:
        sends = not fields[2]
        node = (fields[6] if sends else fields[5]).value
        address = _path(str(node[0]))
        if address == "$cbs" or address.endswith("$management"):
            self._attached(channel, fields, None)
            return
        entity = self._peer.broker.entity(address)
        if self._peer.take_busy():
            self._refuse(channel, fields, "com.microsoft:server-busy", "try again later")
        elif entity is None:
            self._refuse(channel, fields, "amqp:not-found", f"there is no entity {address}")
        elif address.split("/")[0] not in self._signed_in:
            self._refuse(channel, fields, "amqp:unauthorized-access", "no token was put")
        elif not sends and len(node) > 7 and node[7]:
            wanted = next(iter(node[7].values()))
            wanted = wanted.value if isinstance(wanted, Described) else wanted
            until = time.monotonic() + self._peer.session_wait_seconds
            self._waiting.append(_Waiting(fields, channel, entity, wanted, until))
            self._offer_sessions()
        else:
            self._attached(channel, fields, None)

    def _offer_sessions(self) -> None:
        for waiting in list(self._waiting):
            link = self._link(waiting.channel, waiting.fields)
            session = self._peer.broker.open_session(waiting.entity, waiting.wanted, link)
            if session is not None:
                self._waiting.remove(waiting)
                self._attached(waiting.channel, waiting.fields, session, link)
            elif waiting.until <= time.monotonic():
                self._waiting.remove(waiting)
                self._refuse(
                    waiting.channel, waiting.fields, "com.microsoft:timeout", "no session came free"
                )

    def _link(self, channel: int, fields: list[Any]) -> _Link:
        sends = not fields[2]
        address = _path(str((fields[6] if sends else fields[5]).value[0]))
        entity = (
            None
            if "$cbs" in address or "$management" in address
            else self._peer.broker.entity(address)
        )
        return _Link(channel, int(fields[1]), str(fields[0]), sends, address, entity)

    def _attached(
        self, channel: int, fields: list[Any], session: str | None, link: _Link | None = None
    ) -> None:
        link = link or self._link(channel, fields)
        link.session = session
        self._links[channel, link.handle] = link
        source, properties = fields[5], None
        if session is not None:
            filters = {Symbol("com.microsoft:session-filter"): session}
            source = Described(
                ULong(0x28),
                [*source.value[:7], *[None] * (7 - len(source.value)), filters, *[None] * 3],
            )
            ticks = int((time.time() + self._peer.broker.lock_seconds) * 10**7) + 621355968 * 10**9
            properties = {Symbol("com.microsoft:locked-until-utc"): ticks}
        self._send(self._attach_answer(link, fields, source, fields[6], properties), channel)
        if link.sends:
            self._grant(link)

    def _attach_answer(
        self, link: _Link, fields: list[Any], source: Any, target: Any, properties: Any
    ) -> bytes:
        number = None if link.sends else UInt(0)
        settle = [None if mode is None else UByte(mode) for mode in fields[3:5]]
        return performative(
            _ATTACH, link.name, UInt(link.handle), not fields[2], *settle, source, target, None, None,
            number, ULong(262_144), None, None, properties,
        )  # fmt: skip

    def _refuse(self, channel: int, fields: list[Any], condition: str, told: str) -> None:
        link = self._link(channel, fields)
        self._send(self._attach_answer(link, fields, None, None, None), channel)
        error = Described(ULong(0x1D), [Symbol(condition), told, {}])
        self._send(performative(_DETACH, UInt(link.handle), True, error), channel)

    def _grant(self, link: _Link) -> None:
        link.credit = 2 * _MIN_CREDIT
        self._flow_out(link)

    def _flow_out(self, link: _Link) -> None:
        self._send(
            performative(
                _FLOW, UInt(0), UInt(5000), UInt(0), UInt(5000), UInt(link.handle), UInt(link.count),
                UInt(link.credit),
            ),
            link.channel,
        )  # fmt: skip

    def _flow(self, channel: int, fields: list[Any], _payload: bytes) -> None:
        link = self._links.get((channel, fields[4])) if fields[4] is not None else None
        if link is None or link.sends:
            return
        link.credit = int(fields[6] or 0) + int(fields[5] or 0) - link.count
        if fields[8]:
            self._deliver()
            link.count, link.credit = link.count + max(0, link.credit), 0
            self._flow_out(link)

    def _deliver(self) -> None:
        for link in list(self._links.values()):
            while link.credit > 0 and not link.sends and link.entity is not None:
                entry = self._peer.broker.next(link.entity, link.session, link)
                if entry is None:
                    break
                self._transfer_out(link, entry.payload(), entry.token)

    def _transfer_out(self, link: _Link, payload: bytes, token: uuid.UUID | None = None) -> None:
        number = next(self._numbers[link.channel])
        tag = token.bytes_le if token else number.to_bytes(4, "big")
        if token:
            self._deliveries[link.channel, number] = (link, token)
        link.credit, link.count = link.credit - 1, link.count + 1
        size = _FRAME_BYTES - 512
        chunks = [payload[at : at + size] for at in range(0, len(payload), size)]
        for index, chunk in enumerate(chunks):
            more = index + 1 < len(chunks)
            self._send(
                performative(
                    _TRANSFER, UInt(link.handle), UInt(number), tag, UInt(0), token is None, more
                )
                + chunk,
                link.channel,
            )

    def _transfer(self, channel: int, fields: list[Any], payload: bytes) -> None:
        link = self._links[channel, fields[0]]
        link.first = link.first or fields
        link.partial += payload
        if fields[5]:
            return
        first, data = link.first, bytes(link.partial)
        link.first, link.partial = [], bytearray()
        link.count, link.credit = link.count + 1, link.credit - 1
        if link.credit < _MIN_CREDIT:
            self._grant(link)
        state: Any = Described(ULong(_ACCEPTED), [])
        if link.address == "$cbs" or link.address.endswith("$management"):
            self._request(link, data)
        elif self._peer.take_busy():
            state = _rejected("com.microsoft:server-busy", "try again later")
        elif link.entity is not None:
            self._take_in(link.entity, data, int(first[3] or 0))
        if not first[4]:
            answer = performative(_DISPOSITION, True, UInt(first[1]), UInt(first[1]), True, state)
            self._send(answer, channel)

    def _take_in(self, entity: Entity, data: bytes, kind: int) -> None:
        parts = (
            [one.value for one in sections(data) if one.code == 0x75] if kind == _BATCH else [data]
        )
        for one in parts:
            self._peer.broker.send(entity, one)

    def _disposition(self, channel: int, fields: list[Any], _payload: bytes) -> None:
        if not fields[0]:
            return
        last = fields[1] if fields[2] is None else fields[2]
        for number in range(int(fields[1]), int(last) + 1):
            link, token = self._deliveries.pop((channel, number), (None, None))
            if link is None or link.entity is None or token is None or fields[4] is None:
                continue
            state = fields[4]
            if self._settled(link, token, state):
                # An echo of rejected with an error would say that settling failed.
                state = Described(ULong(state.code), [])
            else:
                lost = "session" if link.session else "message"
                state = _rejected(f"com.microsoft:{lost}-lock-lost", f"the {lost} lock is lost")
            answer = performative(_DISPOSITION, False, UInt(number), UInt(number), True, state)
            self._send(answer, channel)

    def _settled(self, link: _Link, token: uuid.UUID, state: Described) -> bool:
        assert link.entity is not None
        broker = self._peer.broker
        if link.session is not None and not broker.holds(link.entity, link.session, link):
            return False
        outcome, told = "release", ("", "")
        if state.code == _ACCEPTED:
            outcome = "complete"
        elif state.code == _MODIFIED:
            outcome = "abandon"
        elif state.code == _REJECTED:
            info = {str(key): str(value) for key, value in (state.value[0].value[2] or {}).items()}
            outcome = "dead-letter"
            told = (info.get("DeadLetterReason", ""), info.get("DeadLetterErrorDescription", ""))
        return broker.settle(link.entity, token, outcome, told)

    def _detach(self, channel: int, fields: list[Any], _payload: bytes) -> None:
        self._waiting = [
            w for w in self._waiting if (w.channel, w.fields[1]) != (channel, fields[0])
        ]
        link = self._links.get((channel, fields[0]))
        if link is not None:
            self._forget(link)
            self._send(performative(_DETACH, UInt(link.handle), True), channel)

    def _forget(self, link: _Link) -> None:
        self._links.pop((link.channel, link.handle), None)
        if link.entity is not None and not link.sends:
            self._peer.broker.leave(link.entity, link.session, link)

    def _request(self, link: _Link, data: bytes) -> None:
        parts = {part.code: part.value for part in sections(data)}
        asked, body, request = parts[0x74], parts.get(0x77), parts[0x73][0]
        if link.address == "$cbs":
            status, told, value = self._put_token(asked, str(body)), "", None
            names = ("status-code", "status-description", "error-condition")
        else:
            status, told, value = self._managed(link, str(asked["operation"]), body or {})
            names = ("statusCode", "statusDescription", "errorCondition")
        answer = b"".join(
            (
                performative(0x73, None, None, None, None, None, request),
                encoded(
                    Described(
                        ULong(0x74),
                        dict(zip(names, (Int(status), told, Symbol(told)), strict=True)),
                    )
                ),
                encoded(Described(ULong(0x77), value)),
            )
        )
        for other in self._links.values():
            if (other.channel, other.address) == (link.channel, link.address) and not other.sends:
                self._transfer_out(other, answer)

    def _put_token(self, asked: dict[str, Any], token: str) -> int:
        given = {k: v[0] for k, v in parse_qs(token.partition(" ")[2]).items()}
        signed = f"{quote_plus(given.get('sr', ''))}\n{given.get('se', '')}".encode()
        digest = hmac.new(_KEY.encode(), signed, hashlib.sha256).digest()
        if given.get("sig") != base64.b64encode(digest).decode():
            return 401
        self._signed_in.add(_path(str(asked["name"])).split("/")[0])
        return 202

    def _managed(self, link: _Link, operation: str, body: dict[str, Any]) -> tuple[int, str, Any]:
        entity = self._peer.broker.entity(link.address)
        if self._peer.take_busy():
            return 503, "com.microsoft:server-busy", None
        if entity is None:
            return 404, "amqp:not-found", None
        match operation.partition(":")[2]:
            case "renew-session-lock":
                until = self._peer.broker.renew(entity, str(body["session-id"]))
                if until is None:
                    return 410, "com.microsoft:session-lock-lost", None
                return 200, "", {"expiration": Moment(until * 1000)}
            case "peek-message":
                return self._peeked(entity, body)
            case "get-message-sessions":
                names = sorted({e.session for e in entity.entries if e.session})
                return 200, "", {"skip": Int(len(names)), "sessions-ids": names}
            case _:
                return 501, "amqp:not-implemented", None

    def _peeked(self, entity: Entity, body: dict[str, Any]) -> tuple[int, str, Any]:
        found = [e for e in entity.entries if e.number >= body["from-sequence-number"]]
        wanted = sorted(found, key=lambda e: e.number)[: body["message-count"]]
        if not wanted:
            return 204, "", None
        return 200, "", {"messages": [{"message": e.payload()} for e in wanted]}


def _path(address: str) -> str:
    """Return the entity's path of an address such as ``amqps://host/name/sub``."""
    rest = address.partition("://")[2] or f"/{address}"
    return rest.partition("/")[2]


def _rejected(condition: str, told: str) -> Described:
    error = Described(ULong(0x1D), [Symbol(condition), told, {}])
    return Described(ULong(_REJECTED), [error])
