"""LayoutReader on this machine: PDFium and our own workbook reader, each in a limited child process."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self, TypeVar

from services.adapters.local.child import WALL_SECONDS, Child, ChildDied
from services.adapters.local.pictures import PictureReader
from services.adapters.local.recognition import is_installed
from services.adapters.local.wire import unpack_pages, unpack_sheets
from services.domain.errors import AdvisorError, UnreadableDocument
from services.domain.layout import PageLayout, SheetLayout
from services.domain.reports import ReportFormat
from services.ports import DocumentReader, OnPage

MAX_PAGES = 2000
MAX_BROKEN_PAGES = 3
TWO_CHILDREN_FROM = 8  # pages: below, the second child starts no sooner than the first is done
PDF_CHILD = "services.adapters.local.pdf_child"
SHEET_CHILD = "services.adapters.local.sheet_child"
T = TypeVar("T")


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
    """A PDF in a child, opened when it is first needed and again in a fresh one when a page breaks it."""

    def __init__(self, data: bytes, wall_seconds: float) -> None:
        self._data = data
        self._wall_seconds = wall_seconds
        self._child: Child | None = None
        self.page_count = 0
        self.done = 0

    def open(self) -> Child:
        """Return a fresh child that has opened the PDF and knows its ``page_count``."""
        self.close()
        self._child = child = Child(PDF_CHILD, self._wall_seconds)
        self.page_count = int(child.ask("open", {}, self._data)[0]["pages"])
        return child

    def close(self) -> None:
        """End the child when there is one."""
        if self._child is not None:
            self._child.close()

    def texts(self, numbers: Sequence[int], tell: Callable[[], None]) -> list[str]:
        """Return the texts of the given pages; a page that breaks the child is ''.

        ``tell`` is called after every page, when ``done`` says how many have been read.
        """
        broken: list[int] = []
        while True:
            try:
                return self._texts(numbers, broken, tell)
            except ChildDied as death:
                broken.append(numbers[min(death.done, len(numbers) - 1)])
                if len(broken) > min(MAX_BROKEN_PAGES, len(numbers) - 1):
                    raise
                self.open()

    def _texts(
        self, numbers: Sequence[int], broken: list[int], tell: Callable[[], None]
    ) -> list[str]:
        def on_page(done: int, _: int) -> None:
            self.done = done
            tell()

        request = {"numbers": list(numbers), "skip": broken}
        body, _ = (self._child or self.open()).ask("texts", request, on_page=on_page)
        return [str(text) for text in body["texts"]]

    def words(self, numbers: Sequence[int]) -> list[PageLayout]:
        """Return the word boxes of the given pages, in the order asked."""
        return unpack_pages(*(self._child or self.open()).ask("words", {"numbers": list(numbers)}))


class PdfReader:
    """One PDF; when it is long, two children read every other page each, at once."""

    def __init__(self, data: bytes, wall_seconds: float = WALL_SECONDS) -> None:
        self._first = _PdfChild(data, wall_seconds)
        self._second = _PdfChild(data, wall_seconds)
        self._pictures = PictureReader(data, wall_seconds)
        try:
            self._first.open()
            if self.page_count > MAX_PAGES:
                raise UnreadableDocument(
                    f"This PDF has {self.page_count:,} pages; a report may have up to "
                    f"{MAX_PAGES:,}. Upload the pages that hold the report.",
                    "too-many-pages",
                )
        except AdvisorError:
            self._first.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._first.close()
        self._second.close()

    @property
    def page_count(self) -> int:
        """Pages of the PDF."""
        return self._first.page_count

    def page_texts(self, on_page: OnPage | None = None) -> list[str]:
        """Return the text of every page in order; a page that cannot be read is ''.

        ``on_page`` is called in the caller's thread only.
        """
        count = self.page_count
        tell = on_page or _tell_nobody

        def told() -> None:
            tell(self._first.done + self._second.done, count)

        texts = self._shared(
            range(1, count + 1),
            lambda numbers: self._first.texts(numbers, told),
            lambda numbers: self._second.texts(numbers, lambda: None),
        )
        if count >= TWO_CHILDREN_FROM:
            tell(count, count)
        return texts

    def page_words(self, numbers: Sequence[int]) -> list[PageLayout]:
        """Return the word boxes of the given 1-based pages, in the order asked."""
        return self._shared(numbers, self._first.words, self._second.words)

    def _shared(
        self,
        numbers: Sequence[int],
        first: Callable[[Sequence[int]], list[T]],
        second: Callable[[Sequence[int]], list[T]],
    ) -> list[T]:
        """Let two children work on every other page each: neighbours take about as long."""
        if self.page_count < TWO_CHILDREN_FROM or len(numbers) < 2:
            return first(numbers)
        with ThreadPoolExecutor(1) as pool:
            rest = pool.submit(second, numbers[1::2])
            odd = first(numbers[::2])
            even = rest.result()
        both = [*odd, *even]
        both[::2], both[1::2] = odd, even
        return both

    @property
    def recognises(self) -> bool:
        """Whether Tesseract is installed."""
        return is_installed()

    def pictured(self, numbers: Sequence[int]) -> list[int]:
        """Return those of the given pages that are mostly pictures or outlines."""
        return self._pictures.pictured(numbers)

    def glance(self, numbers: Sequence[int], on_page: OnPage | None = None) -> list[PageLayout]:
        """Return what stands at the top of pictured pages; no words where a page shows no table."""
        return self._pictures.read("glance", numbers, on_page)

    def recognise(self, numbers: Sequence[int], on_page: OnPage | None = None) -> list[PageLayout]:
        """Return the words recognised on the pictures of the given pages, in the order asked."""
        return self._pictures.read("recognise", numbers, on_page)

    def sheets(self) -> list[SheetLayout]:
        """Return no sheets: a PDF has none."""
        return []


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

    @property
    def recognises(self) -> bool:
        """False: a workbook has no pictures to read."""
        return False

    def pictured(self, numbers: Sequence[int]) -> list[int]:
        """Return no pages: a workbook has none."""
        del numbers
        return []

    def glance(self, numbers: Sequence[int], on_page: OnPage | None = None) -> list[PageLayout]:
        """Return no pages: a workbook has none."""
        del numbers, on_page
        return []

    def recognise(self, numbers: Sequence[int], on_page: OnPage | None = None) -> list[PageLayout]:
        """Return no pages: a workbook has none."""
        del numbers, on_page
        return []

    def sheets(self) -> list[SheetLayout]:
        """Return the worksheets; a CSV is one sheet named 'csv'."""
        return self._sheets
