"""LayoutReader on this machine: PDFium and our own workbook reader, each in a limited child process."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from services.adapters.local.child import WALL_SECONDS, Child, ChildDied
from services.adapters.local.wire import unpack_pages, unpack_sheets
from services.domain.errors import AdvisorError, UnreadableDocument
from services.domain.layout import PageLayout, SheetLayout
from services.domain.reports import ReportFormat
from services.ports import DocumentReader, OnPage

MAX_PAGES = 2000
MAX_BROKEN_PAGES = 3
TWO_CHILDREN_FROM = 40  # pages: below, a second start costs more than it saves
PDF_CHILD = "services.adapters.local.pdf_child"
SHEET_CHILD = "services.adapters.local.sheet_child"


class LocalLayoutReader:
    """Opens documents in a fresh child each; ``wall_seconds`` bounds every single request."""

    def __init__(self, wall_seconds: float = WALL_SECONDS) -> None:
        self._wall_seconds = wall_seconds

    def open(self, data: bytes, format: ReportFormat) -> AbstractContextManager[DocumentReader]:
        """Open a document.

        Raises:
            UnreadableDocument: with code ``encrypted``, ``malformed``, ``resource-limit`` or
                ``too-many-pages`` and a sentence for the user.
        """
        if format.is_workbook:
            return WorkbookReader(data, format, self._wall_seconds)
        return PdfReader(data, self._wall_seconds)


class _PdfChild:
    """A PDF opened in a child, and opened again in a fresh one when a page breaks it."""

    def __init__(self, data: bytes, wall_seconds: float) -> None:
        self._data = data
        self._wall_seconds = wall_seconds
        self.page_count = self._start()

    def _start(self) -> int:
        self.child = Child(PDF_CHILD, self._wall_seconds)
        try:
            return int(self.child.ask("open", {}, self._data)[0]["pages"])
        except AdvisorError:
            self.child.close()
            raise

    def texts(self, first: int, last: int, on_number: Callable[[int], None]) -> list[str]:
        """Return the texts of a range of pages; a page that breaks the child is ''."""
        broken: list[int] = []
        while True:
            try:
                return self._texts(first, last, broken, on_number)
            except ChildDied as death:
                broken.append(max(death.done + 1, first))
                if len(broken) > min(MAX_BROKEN_PAGES, self.page_count - 1):
                    raise
                self._start()

    def _texts(
        self, first: int, last: int, broken: list[int], on_number: Callable[[int], None]
    ) -> list[str]:
        request = {"first": first, "last": last, "skip": broken}
        body, _ = self.child.ask("texts", request, on_page=lambda number, _: on_number(number))
        return [str(text) for text in body["texts"]]


class PdfReader:
    """One PDF, opened in its child; the text of a long one is read by two children at once."""

    def __init__(self, data: bytes, wall_seconds: float = WALL_SECONDS) -> None:
        self._data = data
        self._wall_seconds = wall_seconds
        self._pdf = _PdfChild(data, wall_seconds)
        if self._pdf.page_count > MAX_PAGES:
            self._pdf.child.close()
            raise UnreadableDocument(
                f"This PDF has {self._pdf.page_count:,} pages; a report may have up to "
                f"{MAX_PAGES:,}. Upload the pages that hold the report.",
                "too-many-pages",
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pdf.child.close()

    @property
    def page_count(self) -> int:
        """Pages of the PDF."""
        return self._pdf.page_count

    def page_texts(self, on_page: OnPage | None = None) -> list[str]:
        """Return the text of every page in order; a page that cannot be read is ''.

        ``on_page`` is called in the caller's thread only.
        """
        count = self.page_count
        tell = on_page or _tell_nobody
        if count < TWO_CHILDREN_FROM:
            return self._pdf.texts(1, count, lambda number: tell(number, count))
        middle = count // 2
        beside = _Beside(self._data, self._wall_seconds)
        with ThreadPoolExecutor(1) as pool:
            rest = pool.submit(beside.texts, middle + 1, count)
            texts = self._pdf.texts(1, middle, lambda number: tell(number + beside.done, count))
            texts += rest.result()
        tell(count, count)
        return texts

    def page_words(self, numbers: Sequence[int]) -> list[PageLayout]:
        """Return the word boxes of the given 1-based pages, in the order asked."""
        body, blob = self._pdf.child.ask("words", {"numbers": list(numbers)})
        return unpack_pages(body, blob)

    def sheets(self) -> list[SheetLayout]:
        """Return no sheets: a PDF has none."""
        return []


class _Beside:
    """A second child that reads the later pages meanwhile; ``done`` says how many it has."""

    def __init__(self, data: bytes, wall_seconds: float) -> None:
        self._data = data
        self._wall_seconds = wall_seconds
        self.done = 0

    def texts(self, first: int, last: int) -> list[str]:
        """Return the texts of a range of pages."""
        pdf = _PdfChild(self._data, self._wall_seconds)

        def on_number(number: int) -> None:
            self.done = number - first + 1

        try:
            return pdf.texts(first, last, on_number)
        finally:
            pdf.child.close()


def _tell_nobody(done: int, total: int) -> None:
    del done, total


class WorkbookReader:
    """One workbook, read whole in its child when it is opened."""

    def __init__(
        self, data: bytes, format: ReportFormat, wall_seconds: float = WALL_SECONDS
    ) -> None:
        with Child(SHEET_CHILD, wall_seconds) as child:
            body, blob = child.ask("sheets", {"format": format.value}, data)
        self._sheets = unpack_sheets(body, blob)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing stays open: the child ended with the reading."""

    @property
    def page_count(self) -> int:
        """0: a workbook has no pages."""
        return 0

    def page_texts(self, on_page: OnPage | None = None) -> list[str]:
        """Return no texts: a workbook has no pages."""
        del on_page
        return []

    def page_words(self, numbers: Sequence[int]) -> list[PageLayout]:
        """Return no pages: a workbook has none."""
        del numbers
        return []

    def sheets(self) -> list[SheetLayout]:
        """Return the worksheets; a CSV is one sheet named 'csv'."""
        return self._sheets
