"""The package of an xlsx or xlsm: zip triage, parts, relations, workbook, styles, shared strings."""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from xml.parsers import expat

import defusedxml
from defusedxml.ElementTree import fromstring

from services.domain.errors import UnreadableDocument

MAX_UNZIPPED_BYTES = 400_000_000
MAX_RATIO = 200
MAX_ENTRIES = 2000
_RATIO_MATTERS_FROM = 1_000_000
_BROKEN = (zipfile.BadZipFile, EOFError, OSError, NotImplementedError)
"""What zipfile raises on a damaged package; the last is its word for a compression or version it does not know."""
_CHUNK = 1024 * 1024
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_MARK = "EncryptedPackage".encode("utf-16-le")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

ENCRYPTED = (
    "This workbook is protected by a password. Open it in Excel, remove the password "
    "(File > Info > Protect Workbook > Encrypt with Password), save, and upload the new file."
)
MALFORMED = (
    "This workbook is damaged. Open it in Excel, save it as a new .xlsx, and upload that file."
)
TOO_LARGE = (
    "This workbook unpacks to more data than a report is allowed; "
    "it is damaged or was built to overload readers."
)


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One worksheet of the workbook: its name, where its XML lies, whether it is hidden."""

    name: str
    path: str
    hidden: bool


class Package:
    """An opened and triaged zip package; counts what it inflates against the limit.

    Raises UnreadableDocument with code ``encrypted``, ``malformed`` or ``resource-limit``.
    """

    def __init__(self, data: bytes) -> None:
        self._zip = _opened(data)
        self._names = {name.lower(): name for name in self._zip.namelist()}
        self._left = MAX_UNZIPPED_BYTES

    def has(self, path: str) -> bool:
        """Whether the package holds the part; names differ only in case."""
        return path.lower() in self._names

    def feed(self, path: str, take: Callable[[bytes], Any]) -> None:
        """Hand a part to ``take`` in pieces."""
        name = self._names.get(path.lower())
        if name is None:
            raise UnreadableDocument(MALFORMED)
        try:
            with self._zip.open(name) as part:
                while piece := part.read(_CHUNK):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise UnreadableDocument(TOO_LARGE, "resource-limit")
                    take(piece)
        # An unknown compression is a RuntimeError too, so it is told from a password first.
        except (*_BROKEN, zlib.error) as error:
            raise UnreadableDocument(MALFORMED) from error
        except RuntimeError as error:
            raise UnreadableDocument(ENCRYPTED, "encrypted") from error

    def xml(self, path: str) -> Element:
        """Return the root of a small part."""
        pieces: list[bytes] = []
        self.feed(path, pieces.append)
        try:
            root: Element = fromstring(b"".join(pieces), forbid_dtd=True)
        except (ParseError, defusedxml.DefusedXmlException, ValueError, LookupError) as error:
            raise UnreadableDocument(MALFORMED) from error
        return root

    def parse(self, path: str, parser: expat.XMLParserType) -> None:
        """Run a part through an expat parser; a document type is refused, so no entity expands."""
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            self.feed(path, parser.Parse)
            parser.Parse(b"", True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise UnreadableDocument(MALFORMED) from error

    def relations(self, path: str) -> dict[str, tuple[str, str]]:
        """Return id -> (type, target path) of a part's relations; of the package for ''."""
        folder, name = posixpath.split(path)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(rels):
            return {}
        return {
            node.get("Id", ""): (node.get("Type", ""), _resolved(folder, node.get("Target", "")))
            for node in self.xml(rels)
            if node.get("TargetMode") != "External"
        }


def _opened(data: bytes) -> zipfile.ZipFile:
    refuse_encrypted(data)
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except (*_BROKEN, ValueError) as error:
        raise UnreadableDocument(MALFORMED) from error
    triage(package)
    return package


def refuse_encrypted(data: bytes) -> None:
    """Raise UnreadableDocument when the bytes are a password-protected OOXML package (in OLE)."""
    if data.startswith(_OLE_MAGIC) and _ENCRYPTED_MARK in data:
        raise UnreadableDocument(ENCRYPTED, "encrypted")


def triage(package: zipfile.ZipFile) -> None:
    """Raise UnreadableDocument for a package that declares too many or too large parts."""
    entries = package.infolist()
    declared = sum(entry.file_size for entry in entries)
    swollen = any(
        entry.file_size > _RATIO_MATTERS_FROM
        and entry.file_size > MAX_RATIO * max(1, entry.compress_size)
        for entry in entries
    )
    if len(entries) > MAX_ENTRIES or declared > MAX_UNZIPPED_BYTES or swollen:
        raise UnreadableDocument(TOO_LARGE, "resource-limit")


def _refuse_doctype(*_: object) -> None:
    raise UnreadableDocument(MALFORMED)


def _resolved(folder: str, target: str) -> str:
    target = target.replace("\\", "/")
    if target.startswith("/"):
        return posixpath.normpath(target[1:])
    return posixpath.normpath(posixpath.join(folder, target))


def local(tag: str) -> str:
    """Return an element's name without its namespace."""
    return tag.rpartition("}")[2]


def find_all(root: Element, name: str) -> list[Element]:
    """Return the elements of this local name below ``root``, whatever their namespace."""
    return [node for node in root.iter() if isinstance(node.tag, str) and local(node.tag) == name]


def unescaped(text: str) -> str:
    """Return a text with its ``_x000D_`` escapes resolved."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


@dataclass(frozen=True, slots=True)
class Workbook:
    """What the workbook part says: its sheets in order, its epoch, and where its tables lie.

    ``saved`` is the day of the last change that the package states.
    """

    sheets: tuple[SheetPart, ...]
    uses_1904: bool
    styles: str | None
    strings: str | None
    is_binary: bool
    saved: date | None = None


def read_workbook_part(package: Package) -> Workbook:
    """Return the workbook part; ``is_binary`` means the parts are those of an xlsb."""
    parts = package.relations("")
    path = _target(parts, "/officeDocument") or "xl/workbook.xml"
    if path.lower().endswith(".bin"):
        return Workbook((), False, None, None, True)
    root = package.xml(path)
    relations = package.relations(path)
    sheets = []
    for node in find_all(root, "sheet"):
        kind, target = relations.get(_relation_id(node), ("", ""))
        if kind.endswith("/worksheet"):
            hidden = node.get("state", "visible") != "visible"
            sheets.append(SheetPart(node.get("name", ""), target, hidden))
    flags = [node.get("date1904", "0") for node in find_all(root, "workbookPr")]
    return Workbook(
        sheets=tuple(sheets),
        uses_1904=bool(flags) and flags[0] in {"1", "true", "on"},
        styles=_target(relations, "/styles"),
        strings=_target(relations, "/sharedStrings"),
        is_binary=False,
        saved=_saved(package, _target(parts, "/core-properties")),
    )


def _saved(package: Package, path: str | None) -> date | None:
    """Return the day the package was last changed, None where it does not say or says no day."""
    if path is None or not package.has(path):
        return None
    stated = [node.text or "" for node in find_all(package.xml(path), "modified")]
    try:
        return date.fromisoformat(stated[0][:10]) if stated else None
    except ValueError:
        return None


def _target(relations: dict[str, tuple[str, str]], ending: str) -> str | None:
    return next((path for kind, path in relations.values() if kind.endswith(ending)), None)


def _relation_id(node: Element) -> str:
    return next((value for key, value in node.attrib.items() if key.endswith("}id")), "")


def read_shared_strings(package: Package, path: str | None) -> list[str]:
    """Return the shared strings, rich text joined and phonetic hints left out."""
    if path is None or not package.has(path):
        return []
    reader = _StringTable()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    package.parse(path, parser)
    return reader.strings


class _StringTable:
    """Expat handlers of the shared string table."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._pieces: list[str] = []
        self._in_text = False
        self._in_hint = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        del attributes
        name = local(tag)
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._in_hint = True
        elif name == "t":
            self._in_text = not self._in_hint

    def text(self, data: str) -> None:
        """Take characters."""
        if self._in_text:
            self._pieces.append(data)

    def end(self, tag: str) -> None:
        """Close an element."""
        name = local(tag)
        if name == "si":
            self.strings.append(unescaped("".join(self._pieces)))
        elif name == "rPh":
            self._in_hint = False
        elif name == "t":
            self._in_text = False
