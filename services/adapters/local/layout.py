"""LayoutReader on this machine: PDFium and our own workbook reader, each in a limited child process."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from services.adapters.local.child import WALL_SECONDS, Child, ChildDied
from services.adapters.local.wire import unpack_pages, unpack_sheets
from services.domain.errors import UnreadableDocument
from services.domain.layout import PageLayout, SheetLayout
from services.domain.reports import ReportFormat
from services.ports import DocumentReader, OnPage

MAX_PAGES = 2000
MAX_BROKEN_PAGES = 3
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


class _ChildReader:
    """What both readers share: the child and its end."""

    def __init__(self, module: str, wall_seconds: float) -> None:
        self._wall_seconds = wall_seconds
        self._child = Child(module, wall_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._child.close()


class PdfReader(_ChildReader):
    """One PDF, opened in its child; a page that breaks the child is left out and read as ''."""

    def __init__(self, data: bytes, wall_seconds: float = WALL_SECONDS) -> None:
        super().__init__(PDF_CHILD, wall_seconds)
        self._data = data
        self._page_count = self._open()

    def _open(self) -> int:
        try:
            body, _ = self._child.ask("open", {}, self._data)
        except UnreadableDocument:
            self._child.close()
            raise
        count = int(body["pages"])
        if count > MAX_PAGES:
            self._child.close()
            raise UnreadableDocument(
                f"This PDF has {count:,} pages; a report may have up to {MAX_PAGES:,}. "
                "Upload the pages that hold the report.",
                "too-many-pages",
            )
        return count

    @property
    def page_count(self) -> int:
        """Pages of the PDF."""
        return self._page_count

    def page_texts(self, on_page: OnPage | None = None) -> list[str]:
        """Return the text of every page in order; a page that cannot be read is ''."""
        broken: list[int] = []
        while True:
            try:
                body, _ = self._child.ask("texts", {"skip": broken}, on_page=on_page)
                return [str(text) for text in body["texts"]]
            except ChildDied as death:
                broken.append(death.done + 1)
                if len(broken) > min(MAX_BROKEN_PAGES, self._page_count - 1):
                    raise
                self._start_again()

    def _start_again(self) -> None:
        self._child = Child(PDF_CHILD, self._wall_seconds)
        self._open()

    def page_words(self, numbers: Sequence[int]) -> list[PageLayout]:
        """Return the word boxes of the given 1-based pages, in the order asked."""
        body, blob = self._child.ask("words", {"numbers": list(numbers)})
        return unpack_pages(body, blob)

    def sheets(self) -> list[SheetLayout]:
        """Return no sheets: a PDF has none."""
        return []


class WorkbookReader(_ChildReader):
    """One workbook, read whole in its child when it is opened."""

    def __init__(
        self, data: bytes, format: ReportFormat, wall_seconds: float = WALL_SECONDS
    ) -> None:
        super().__init__(SHEET_CHILD, wall_seconds)
        try:
            body, blob = self._child.ask("sheets", {"format": format.value}, data)
            self._sheets = unpack_sheets(body, blob)
        finally:
            self._child.close()

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
