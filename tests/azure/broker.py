"""What the queues' peer keeps: messages, locks, sessions, ids seen; our reading of Service Bus, without its network."""

import itertools
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.azure.amqp import Described, Moment, Symbol, UInt, ULong, encoded, performative, sections

_HEADER, _ANNOTATIONS, _PROPERTIES, _APPLICATION = 0x70, 0x72, 0x73, 0x74


@dataclass(eq=False)
class Entry:
    """One message in a queue."""

    number: int
    parts: dict[int, Any]
    body: bytes
    visible_at: float
    failures: int = 0
    token: uuid.UUID | None = None
    holder: object = None
    locked_until: float = 0
    reason: tuple[str, str] | None = None

    @property
    def message_id(self) -> str:
        """The sender's id."""
        return str(self.parts.get(_PROPERTIES, [""])[0])

    @property
    def session(self) -> str | None:
        """The session it is in: group-id among the properties."""
        properties = self.parts.get(_PROPERTIES, [])
        return properties[10] if len(properties) > 10 else None

    def payload(self) -> bytes:
        """Return its bytes as a receiver gets them."""
        notes = {**self.parts.get(_ANNOTATIONS, {})}
        notes[Symbol("x-opt-sequence-number")] = self.number
        notes[Symbol("x-opt-enqueued-time")] = Moment(self.visible_at * 1000)
        notes[Symbol("x-opt-locked-until")] = Moment(self.locked_until * 1000)
        application = dict(self.parts.get(_APPLICATION, {}))
        if self.reason:
            names = ("DeadLetterReason", "DeadLetterErrorDescription")
            application |= dict(zip(names, self.reason, strict=True))
        return b"".join(
            (
                performative(_HEADER, True, None, None, None, UInt(self.failures)),
                encoded(Described(ULong(_ANNOTATIONS), notes)),
                performative(_PROPERTIES, *self.parts.get(_PROPERTIES, [])),
                encoded(Described(ULong(_APPLICATION), application)),
                self.body,
            )
        )


@dataclass
class Held:
    """A session that a link has."""

    holder: object
    until: float


@dataclass
class Entity:
    """One queue or its dead letters."""

    name: str
    entries: list[Entry] = field(default_factory=list)
    sessions: dict[str, Held] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    dropped: int = 0


class Broker:
    """The queues of one namespace; ``lock_seconds``, ``max_delivery`` and ``window_seconds`` hold for all."""

    def __init__(self, names: list[str], lock_seconds: float = 5, max_delivery: int = 1000) -> None:
        self.entities = {name: Entity(name) for name in names}
        self.dead = {name: Entity(f"{name}/$DeadLetterQueue") for name in names}
        self.lock_seconds, self.max_delivery = lock_seconds, max_delivery
        self.window_seconds = 600.0
        self._numbers = itertools.count(1)

    def entity(self, path: str) -> Entity | None:
        """Return the queue that a path such as ``name/$DeadLetterQueue/$management`` names."""
        name, _, rest = path.partition("/")
        return (self.dead if rest.lower().startswith("$deadletter") else self.entities).get(name)

    def send(self, entity: Entity, payload: bytes) -> None:
        """Take a message in, but for one whose id was seen in the window."""
        parts, body = dict[int, Any](), b""
        for section in sections(payload):
            if section.code in {_HEADER, _ANNOTATIONS, _PROPERTIES, _APPLICATION}:
                parts[section.code] = section.value
            elif section.code not in {0x71, 0x78}:
                body += section.raw
        due = parts.get(_ANNOTATIONS, {}).get("x-opt-scheduled-enqueue-time")
        now = time.time()
        entry = Entry(next(self._numbers), parts, body, max(now, int(due) / 1000) if due else now)
        if now - entity.seen.get(entry.message_id, 0) < self.window_seconds:
            entity.dropped += 1
            return
        entity.seen[entry.message_id] = now
        entity.entries.append(entry)

    def open_session(self, entity: Entity, wanted: str | None, holder: object) -> str | None:
        """Lock a session, the one with the oldest message where none is named; None where there is none."""
        self.expire()
        now = time.time()
        free = (
            e.session
            for e in entity.entries
            if e.session is not None and e.visible_at <= now and e.session not in entity.sessions
        )
        name = next(free, None) if wanted is None else wanted
        if name is None or name in entity.sessions:
            return None
        entity.sessions[name] = Held(holder, now + self.lock_seconds)
        return name

    def next(self, entity: Entity, session: str | None, holder: object) -> Entry | None:
        """Lock the oldest visible message of a session, or of all; None where there is none."""
        self.expire()
        now = time.time()
        if session is not None and not self.holds(entity, session, holder):
            return None
        for entry in entity.entries:
            if entry.visible_at <= now and entry.token is None and session in {None, entry.session}:
                entry.token, entry.holder = uuid.uuid4(), holder
                entry.locked_until = now + self.lock_seconds
                return entry
        return None

    def holds(self, entity: Entity, session: str, holder: object) -> bool:
        """Whether a link still has a session."""
        held = entity.sessions.get(session)
        return held is not None and held.holder is holder and held.until > time.time()

    def renew(self, entity: Entity, session: str) -> float | None:
        """Lengthen a session's lock; None where it is lost."""
        self.expire()
        held = entity.sessions.get(session)
        if held is None:
            return None
        held.until = time.time() + self.lock_seconds
        for entry in entity.entries:
            if entry.holder is held.holder:
                entry.locked_until = held.until
        return held.until

    def settle(self, entity: Entity, token: uuid.UUID, outcome: str, told: tuple[str, str]) -> bool:
        """Complete, abandon, release or dead-letter what a token locks; False where the lock is lost."""
        self.expire()
        entry = next((e for e in entity.entries if e.token == token), None)
        if entry is None:
            return False
        if outcome == "complete":
            entity.entries.remove(entry)
        elif outcome == "dead-letter":
            self._bury(entity, entry, told)
        else:
            self._give_back(entity, entry, failed=outcome == "abandon")
        return True

    def leave(self, entity: Entity, session: str | None, holder: object) -> None:
        """Give back what a link had, when it is closed in order; what breaks off keeps its locks until they end."""
        if session is not None and entity.sessions.get(session, Held(None, 0)).holder is holder:
            del entity.sessions[session]
            for entry in [e for e in entity.entries if e.holder is holder]:
                self._give_back(entity, entry, failed=True)

    def expire(self) -> None:
        """End the locks whose time is over."""
        now = time.time()
        for entity in (*self.entities.values(), *self.dead.values()):
            gone = {name: held for name, held in entity.sessions.items() if held.until <= now}
            for name in gone:
                del entity.sessions[name]
            holders = [held.holder for held in gone.values()]
            for entry in list(entity.entries):
                alone = entry.session is None or entity.name.endswith("$DeadLetterQueue")
                if entry.token and (
                    entry.holder in holders or (alone and entry.locked_until <= now)
                ):
                    self._give_back(entity, entry, failed=True)

    def _give_back(self, entity: Entity, entry: Entry, *, failed: bool) -> None:
        entry.token = entry.holder = None
        entry.failures += failed
        if entry.failures >= self.max_delivery:
            self._bury(entity, entry, ("MaxDeliveryCountExceeded", "it was tried too often"))

    def _bury(self, entity: Entity, entry: Entry, told: tuple[str, str]) -> None:
        entity.entries.remove(entry)
        entry.token = entry.holder = None
        entry.reason = told
        self.dead[entity.name].entries.append(entry)
