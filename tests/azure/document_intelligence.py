"""Document Intelligence on this machine: our reading of its REST protocol, not the service.

It speaks what the real SDK sends for ``prebuilt-layout`` (version 2023-07-31): the analysis is taken with
202 and an address, and the address tells ``running`` until the result is there. What it answers is made
from the PDF it is sent, whose words our own reader reads: so it shows that an answer of this form is
understood, and nothing about how well the real service reads.
"""

import json
import math
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count, groupby, pairwise, zip_longest
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from services.adapters.local.layout import LocalLayoutReader
from services.domain.layout import PageLayout, Word
from services.domain.reports import ReportFormat

KEY = "test-key-of-document-intelligence"
TOKEN = "test-token-of-an-identity"
API_VERSION = "2023-07-31"
ANALYZE = "/formrecognizer/documentModels/prebuilt-layout:analyze"
MODELS = "/formrecognizer/documentModels/prebuilt-layout"
RESULTS = "/formrecognizer/documentModels/prebuilt-layout/analyzeResults/"
_INCH = 72.0
_CELL_GAP = 1.2  # of a word's height: what stands further apart is another line of the answer

Confidence = Callable[[int, Word], float]
"""How sure the service says it is of a word on a page."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer in place of an analysis."""

    status: int
    code: str
    inner: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "made by the test"

    @property
    def body(self) -> dict[str, Any]:
        """The error as the service writes it."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.inner:
            error["innererror"] = {"code": self.inner, "message": self.message}
        return {"error": error}


@dataclass(slots=True)
class _Operation:
    numbers: list[int]
    data: bytes
    asked: int = 0


@dataclass(slots=True)
class _Scan:
    """What stands on the pictures of a scan: another PDF's pages, turned clockwise by some degrees."""

    original: bytes
    angle: float


class DocumentIntelligence:
    """The server; what a test sets on it is what it does. With a certificate it speaks https."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.running = 1  # times 'running' before the result
        self.hold_for = 0  # analyses that must have begun before one is done
        self.faults: list[Fault] = []  # one for each of the next analyses
        self.failure: Fault | None = None  # how every analysis ends
        self.silent = False  # hangs up on every request
        self.answers = threading.Event()  # cleared, it takes analyses and says nothing
        self.answers.set()
        self.most_pages = 10_000
        self.confidence: Confidence = lambda page, word: 0.994
        self.posts: list[dict[str, str]] = []  # query and headers of each analysis asked for
        self.times: list[float] = []  # when each was, in seconds of a steady clock
        self.most_in_flight = 0
        self._scans: dict[str, _Scan] = {}
        self._read: dict[str, list[PageLayout]] = {}
        self._operations: dict[str, _Operation] = {}
        self._in_flight: set[str] = set()
        self._begun = 0
        self._names = count(1)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self._scheme = "https"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.answers.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def endpoint(self) -> str:
        """Its address, as the settings take it."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    @property
    def ranges(self) -> list[str]:
        """The page ranges asked for, in the order of the first page."""
        asked = [post["pages"] for post in self.posts]
        return sorted(asked, key=lambda pages: int(pages.split("-")[0].split(",")[0]))

    def knows_scan(self, scan: bytes, original: bytes, angle: float = 0.0) -> None:
        """Read a scan as the PDF it was made from, whose content lies turned clockwise by ``angle``."""
        self._scans[sha256(scan).hexdigest()] = _Scan(original, angle)

    def begin(self, query: dict[str, str], headers: dict[str, str], data: bytes) -> Fault | str:
        """Take an analysis and return its name, or what it is refused with."""
        with self._lock:
            self.posts.append({**query, **headers})
            self.times.append(time.monotonic())
            signed = headers.get("authorization") == f"Bearer {TOKEN}"
            if headers.get("ocp-apim-subscription-key") != KEY and not signed:
                return Fault(401, "401", message="Access denied due to invalid subscription key.")
            if self.faults:
                return self.faults.pop(0)
            name = f"analysis-{next(self._names)}"
            self._operations[name] = _Operation(_numbers(query["pages"]), data)
            self._in_flight.add(name)
            self._begun += 1
            self.most_in_flight = max(self.most_in_flight, len(self._in_flight))
            return name

    def progress(self, name: str) -> dict[str, Any] | None:
        """Return what the address of an analysis tells, None where there is none."""
        with self._lock:
            operation = self._operations.get(name)
            if operation is None:
                return None
            operation.asked += 1
            if operation.asked <= self.running or self._begun < self.hold_for:
                return {"status": "running"}
            self._in_flight.discard(name)
            if self.failure is not None:
                return {"status": "failed", **self.failure.body}
            pages = self._pages(operation.data)
        wanted = [number for number in operation.numbers if number <= self.most_pages]
        angle = self._angle(operation.data)
        chosen = [pages[number - 1] for number in wanted]
        return {"status": "succeeded", "analyzeResult": _result(chosen, angle, self.confidence)}

    def _angle(self, data: bytes) -> float:
        scan = self._scans.get(sha256(data).hexdigest())
        return 0.0 if scan is None else scan.angle

    def _pages(self, data: bytes) -> list[PageLayout]:
        digest = sha256(data).hexdigest()
        if digest not in self._read:
            scan = self._scans.get(digest)
            shown = data if scan is None else scan.original
            with LocalLayoutReader().open(shown, ReportFormat.PDF) as document:
                self._read[digest] = document.page_words(range(1, document.page_count + 1))
        return self._read[digest]

    def _handler(server: "DocumentIntelligence") -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                server.answers.wait()
                if server.silent:
                    self.close_connection = True
                    return
                address = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(address.query).items()}
                if address.path != ANALYZE or query.get("api-version") != API_VERSION:
                    self._answer(404, Fault(404, "NotFound").body)
                    return
                headers = {name.lower(): value for name, value in self.headers.items()}
                begun = server.begin(query, headers, data)
                if isinstance(begun, Fault):
                    self._answer(begun.status, begun.body, begun.headers)
                    return
                place = f"{server.endpoint}{RESULTS}{begun}?api-version={API_VERSION}"
                self._answer(202, None, {"Operation-Location": place})

            def do_GET(self) -> None:
                if server.silent:
                    self.close_connection = True
                    return
                if urlsplit(self.path).path == MODELS and server.faults:
                    fault = server.faults.pop(0)
                    self._answer(fault.status, fault.body, fault.headers)
                    return
                if urlsplit(self.path).path == MODELS:
                    self._answer(
                        200,
                        {"modelId": "prebuilt-layout", "createdDateTime": "2023-07-31T00:00:00Z"},
                    )
                    return
                told = server.progress(urlsplit(self.path).path.removeprefix(RESULTS))
                if told is None:
                    self._answer(404, Fault(404, "NotFound").body)
                else:
                    self._answer(200, told, {"retry-after-ms": "10"})

            def _answer(
                self, status: int, body: object, headers: dict[str, str] | None = None
            ) -> None:
                data = b"" if body is None else json.dumps(body).encode()
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *arguments: object) -> None:
                """Nothing is logged."""

        return Handler


def _numbers(pages: str) -> list[int]:
    numbers: list[int] = []
    for part in pages.split(","):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def _result(pages: Sequence[PageLayout], angle: float, confidence: Confidence) -> dict[str, Any]:
    content = ""
    answered: list[dict[str, Any]] = []
    tables: list[dict[str, Any]] = []
    for page in pages:
        start = len(content)
        words: list[dict[str, Any]] = []
        lines: list[dict[str, Any]] = []
        rows = _lines(page.words)
        for line in _in_reading_order(rows):
            begin = len(content)
            for word in line:
                span = {"offset": len(content), "length": len(word.text)}
                content += word.text + " "
                words.append(
                    {
                        "content": word.text,
                        "polygon": _polygon(page, [word], angle),
                        "confidence": confidence(page.number, word),
                        "span": span,
                    }
                )
            content = content[:-1] + "\n"
            lines.append(
                {
                    "content": " ".join(word.text for word in line),
                    "polygon": _polygon(page, line, angle),
                    "spans": [{"offset": begin, "length": len(content) - 1 - begin}],
                }
            )
        for table in _tables(rows):
            cells = [cell for row in table for cell in row]
            region = _polygon(page, [word for cell in cells for word in cell], angle)
            tables.append(
                {
                    "rowCount": len(table),
                    "columnCount": max(len(row) for row in table),
                    "cells": [
                        {
                            "rowIndex": at,
                            "columnIndex": place,
                            "content": " ".join(word.text for word in cell),
                            "boundingRegions": [
                                {"pageNumber": page.number, "polygon": _polygon(page, cell, angle)}
                            ],
                            "spans": [],
                        }
                        for at, row in enumerate(table)
                        for place, cell in enumerate(row)
                    ],
                    "boundingRegions": [{"pageNumber": page.number, "polygon": region}],
                    "spans": [],
                }
            )
        answered.append(
            {
                "pageNumber": page.number,
                "angle": angle,
                "width": round(page.width / _INCH, 4),
                "height": round(page.height / _INCH, 4),
                "unit": "inch",
                "words": words,
                "lines": lines,
                "spans": [{"offset": start, "length": len(content) - start}],
            }
        )
    return {
        "apiVersion": API_VERSION,
        "modelId": "prebuilt-layout",
        "stringIndexType": "unicodeCodePoint",
        "content": content,
        "pages": answered,
        "tables": tables,
        "paragraphs": [],
        "styles": [],
    }


Row = list[list[Word]]
"""A printed row as the answer's lines, from left to right."""


def _lines(words: Sequence[Word]) -> list[Row]:
    """Part the words into rows, and these into lines: a wide gap ends one, as the cells of a table are apart."""
    rows: list[Row] = []
    for printed in _rows(words):
        row: Row = [[printed[0]]]
        for last, word in pairwise(printed):
            if word.x0 - last.x1 > _CELL_GAP * (word.y1 - word.y0):
                row.append([])
            row[-1].append(word)
        rows.append(row)
    return rows


def _tables(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the runs of rows with several cells."""
    runs = [list(run) for wide, run in groupby(rows, lambda row: len(row) > 1) if wide]
    return [run for run in runs if len(run) > 1]


def _in_reading_order(rows: Sequence[Row]) -> Iterator[list[Word]]:
    """Yield the lines row by row; a table's cells column by column, which is the worse of what may come."""
    for wide, run in groupby(rows, lambda row: len(row) > 1):
        table = list(run)
        if wide and len(table) > 1:
            for column in zip_longest(*table):
                yield from (cell for cell in column if cell is not None)
        else:
            yield from (cell for row in table for cell in row)


def _rows(words: Sequence[Word]) -> list[list[Word]]:
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.y0 + word.y1, word.x0)):
        middle = (word.y0 + word.y1) / 2
        if rows and rows[-1][0].y0 < middle < rows[-1][0].y1:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda word: word.x0) for row in rows]


def _polygon(page: PageLayout, words: Sequence[Word], angle: float) -> list[float]:
    """Return the corners around words in inches, clockwise from the top left, turned with the content."""
    x0, y0 = min(word.x0 for word in words), min(word.y0 for word in words)
    x1, y1 = max(word.x1 for word in words), max(word.y1 for word in words)
    turn = math.radians(angle)
    corners: list[float] = []
    for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1)):
        dx, dy = x - page.width / 2, y - page.height / 2
        right = page.width / 2 + dx * math.cos(turn) - dy * math.sin(turn)
        down = page.height / 2 + dx * math.sin(turn) + dy * math.cos(turn)
        corners += [round(right / _INCH, 4), round(down / _INCH, 4)]
    return corners
