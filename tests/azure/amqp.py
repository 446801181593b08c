"""AMQP 1.0 types and frames, as far as the peer of the queues needs them: our reading of the OASIS standard."""

import struct
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

PROTOCOL, SASL = b"AMQP\x00\x01\x00\x00", b"AMQP\x03\x01\x00\x00"


class Symbol(str):
    """A name out of a vocabulary."""

    __slots__ = ()


class UInt(int):
    """32 bits without a sign."""


class Int(int):
    """32 bits with a sign."""


class UByte(int):
    """8 bits without a sign."""


class ULong(int):
    """64 bits without a sign."""


class Moment(int):
    """Milliseconds since 1970."""


@dataclass(frozen=True)
class Array:
    """Moments or symbols, all of one type."""

    items: tuple[Any, ...]


@dataclass(frozen=True)
class Described:
    """A value with the number of its type."""

    code: Any
    value: Any


class Section(NamedTuple):
    """A part of a message: its number, its value, its bytes."""

    code: int
    value: Any
    raw: bytes


_FIXED = {
    0x50: (">B", UByte), 0x51: (">b", int), 0x60: (">H", int), 0x61: (">h", int), 0x70: (">I", UInt),
    0x71: (">i", Int), 0x52: (">B", UInt), 0x53: (">B", ULong), 0x54: (">b", Int), 0x55: (">b", int),
    0x80: (">Q", ULong), 0x81: (">q", int), 0x72: (">f", float), 0x82: (">d", float), 0x83: (">q", Moment),
}  # fmt: skip
_CONSTANT = {0x40: None, 0x41: True, 0x42: False, 0x43: UInt(0), 0x44: ULong(0), 0x45: []}


class Reader:
    """Reads values one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def value(self) -> Any:
        """Return the next value."""
        code = self._take(1)[0]
        if code == 0:
            described = self.value()
            return Described(described, self.value())
        return self._of(code)

    def _of(self, code: int) -> Any:
        if code in _CONSTANT:
            return [] if code == 0x45 else _CONSTANT[code]
        if code in _FIXED:
            shape, kind = _FIXED[code]
            return kind(struct.unpack(shape, self._take(struct.calcsize(shape)))[0])
        if code == 0x56:
            return self._take(1) == b"\x01"
        if code == 0x98:
            return uuid.UUID(bytes=self._take(16))
        return self._sized(code)

    def _sized(self, code: int) -> Any:
        wide = code & 0x10
        size = self._number(wide)
        kind = code & 0xEF
        if kind in {0xA0, 0xA1, 0xA3}:
            data = self._take(size)
            return data if kind == 0xA0 else (str if kind == 0xA1 else Symbol)(data.decode())
        count = self._number(wide)
        if kind == 0xE0:
            item = self._take(1)[0]
            return [self._of(item) for _ in range(count)]
        values = [self.value() for _ in range(count)]
        return values if kind == 0xC0 else dict(zip(values[::2], values[1::2], strict=True))

    def _number(self, wide: int) -> int:
        return int.from_bytes(self._take(4 if wide else 1), "big")

    def _take(self, size: int) -> bytes:
        data = self.data[self.at : self.at + size]
        self.at += size
        return data


def encoded(value: Any) -> bytes:
    """Return a value's bytes."""
    match value:
        case None:
            return b"\x40"
        case bool():
            return b"\x41" if value else b"\x42"
        case Described():
            return b"\x00" + encoded(value.code) + encoded(value.value)
        case UByte():
            return struct.pack(">BB", 0x50, value)
        case UInt():
            return struct.pack(">BI", 0x70, value)
        case Int():
            return struct.pack(">Bi", 0x71, value)
        case ULong():
            return bytes((0x53, value)) if value < 256 else struct.pack(">BQ", 0x80, value)
        case Moment():
            return struct.pack(">Bq", 0x83, value)
        case int():
            return struct.pack(">Bq", 0x81, value)
        case uuid.UUID():
            return b"\x98" + value.bytes
        case bytes():
            return struct.pack(">BI", 0xB0, len(value)) + value
        case str():
            data = value.encode()
            return struct.pack(">BI", 0xB3 if isinstance(value, Symbol) else 0xB1, len(data)) + data
        case Array():
            return _array([encoded(item) for item in value.items])
        case dict():
            return _compound(0xD1, [one for pair in value.items() for one in pair])
        case _:
            return _compound(0xD0, list(value))


def _array(items: list[bytes]) -> bytes:
    body = struct.pack(">IB", len(items), items[0][0]) + b"".join(item[1:] for item in items)
    return struct.pack(">BI", 0xF0, len(body)) + body


def _compound(code: int, values: list[Any]) -> bytes:
    body = b"".join(encoded(value) for value in values)
    return struct.pack(">BII", code, len(body) + 4, len(values)) + body


def performative(code: int, *fields: Any) -> bytes:
    """Return the bytes of a performative or of a section."""
    return encoded(Described(ULong(code), list(fields)))


def frame(body: bytes, channel: int = 0, kind: int = 0) -> bytes:
    """Return a frame; kind 1 is SASL's."""
    return struct.pack(">IBBH", len(body) + 8, 2, kind, channel) + body


def sections(payload: bytes) -> Iterator[Section]:
    """Give the parts of a message."""
    reader = Reader(payload)
    while reader.at < len(payload):
        start = reader.at
        part = reader.value()
        yield Section(int(part.code), part.value, payload[start : reader.at])
