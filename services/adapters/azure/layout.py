"""LayoutReader on Azure: Document Intelligence reads the pages of PDFs; workbooks are read on this machine.

The PDF is opened here first, in a limited child: what is damaged, protected or too long costs no call.
Every page that is asked for goes to the service once, whether it has a text layer or is a picture.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager
from hashlib import sha256
from types import TracebackType
from typing import Self

from services.adapters.azure.analyze_calls import AnalyzeCalls, Deadline
from services.adapters.azure.analyzed_pages import AnalyzedPage, analyzed
from services.adapters.azure.shared_calls import Calls, SharedCalls
from services.adapters.local.layout import LocalLayoutReader
from services.config import Settings
from services.domain.layout import PageLayout, SheetLayout
from services.domain.reports import ReportFormat
from services.memo import Memo
from services.ports import Cache, DocumentReader, LayoutReader, OnPage

SECONDS, SECONDS_A_PAGE = 120.0, 0.2  # of one reading: nine minutes for the longest
_FEWEST_PAGES = 10  # a call; a smaller document is one call
_FEW_CHARACTERS = 40  # in the text layer of a page that is a picture
_DOCUMENTS_KEPT = 2  # a long one takes some hundred megabytes

Known = dict[int, AnalyzedPage]
"""The pages of a document that the service has read, by their 1-based number."""


def open_layout(settings: Settings) -> LayoutReader:
    """Return the reader over the Document Intelligence that the settings name."""
    return DocumentIntelligenceReader(
        LocalLayoutReader(), AnalyzeCalls(settings), settings.document_intelligence_calls
    )


class DocumentIntelligenceReader:
    """Opens documents; pages that were read stay in memory for the few documents opened last.

    A reading that broke off goes on where it was when the document is opened again, and who looks at
    several pages of a report does not pay for one twice.
    """

    def __init__(
        self, local: LayoutReader, calls: Calls, at_once: int, seconds: float = SECONDS
    ) -> None:
        self._local = local
        self._calls = calls
        self._at_once = at_once
        self._seconds = seconds
        self._known: Memo[Known] = Memo(_DOCUMENTS_KEPT)

    def open(self, data: bytes, format: ReportFormat) -> AbstractContextManager[DocumentReader]:
        """Open a document; the service is asked when pages are.

        Raises:
            UnreadableDocument: with code ``encrypted``, ``malformed``, ``resource-limit`` or
                ``too-many-pages`` and a sentence for the user.
        """
        opened = self._local.open(data, format)
        if format.is_workbook:
            return opened
        known = self._known.get(sha256(data).hexdigest(), dict)
        service = PageService(data, self._calls, self._at_once, self._seconds)
        return AnalyzedPdf(opened, service, known)

    def check(self) -> str:
        """Ask the service for its model; raises Unavailable with what is wrong."""
        return self._calls.check()

    def sharing(self, cache: Cache) -> "DocumentIntelligenceReader":
        """Return a reader that takes what other processes asked the service for out of the cache."""
        calls = SharedCalls(self._calls, cache)
        return DocumentIntelligenceReader(self._local, calls, self._at_once, self._seconds)

    def parts(self, data: bytes) -> list[list[int]]:
        """Return the 1-based pages of a PDF in the parts that are asked for; raises as ``open``."""
        with self._local.open(data, ReportFormat.PDF) as document:
            return _parts(range(1, document.page_count + 1), self._at_once)

    def read_part(self, data: bytes, numbers: Sequence[int]) -> None:
        """Ask the service for one part, for the cache; raises Unavailable and UnreadableDocument."""
        self._calls.result(data, numbers, Deadline(self._seconds + SECONDS_A_PAGE * len(numbers)))


class PageService:
    """Asks for pages of one PDF, several ranges of them at once.

    Every call sends the whole PDF, so that there are no more calls than run at once.
    """

    def __init__(self, data: bytes, calls: Calls, at_once: int, seconds: float) -> None:
        self._data = data
        self._calls = calls
        self._at_once = at_once
        self._seconds = seconds

    def read(
        self, numbers: Sequence[int], pictured: frozenset[int], known: Known, on_page: OnPage
    ) -> None:
        """Put the given pages into ``known``, range by range as they come; tell in the caller's thread.

        Where a range fails the others are given up, and what had come is kept.
        """
        parts = _parts(numbers, self._at_once)
        deadline = Deadline(self._seconds + SECONDS_A_PAGE * len(numbers))
        done = 0
        with ThreadPoolExecutor(self._at_once) as pool:
            asked = [pool.submit(self._calls.result, self._data, part, deadline) for part in parts]
            try:
                for answer in as_completed(asked):
                    pages = {p.layout.number: p for p in analyzed(answer.result(), pictured)}
                    known.update(pages)
                    done += len(pages)
                    on_page(done, len(numbers))
            finally:
                deadline.give_up()


class AnalyzedPdf:
    """One PDF whose pages the service reads, each when it is first needed."""

    def __init__(
        self, opened: AbstractContextManager[DocumentReader], service: PageService, known: Known
    ) -> None:
        self._opened = opened
        self._service = service
        self._known = known

    def __enter__(self) -> Self:
        self._local = self._opened.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.__exit__(kind, error, trace)

    @property
    def page_count(self) -> int:
        """Pages of the PDF."""
        return self._local.page_count

    def page_texts(self, on_page: OnPage | None = None) -> list[str]:
        """Return the service's text of every page in order, a printed row a line."""
        numbers = range(1, self.page_count + 1)
        self._read(numbers, on_page)
        return [self._known[number].text for number in numbers]

    def page_words(self, numbers: Sequence[int]) -> list[PageLayout]:
        """Return the word boxes of the given 1-based pages, in the order asked."""
        self._read(numbers, None)
        return [self._known[number].layout for number in numbers]

    def _read(self, numbers: Sequence[int], on_page: OnPage | None) -> None:
        wanted = sorted({number for number in numbers if number not in self._known})
        if not wanted:
            return
        texts = self._local.page_texts()
        pictured = frozenset(n for n in wanted if len(texts[n - 1].strip()) < _FEW_CHARACTERS)
        self._service.read(wanted, pictured, self._known, on_page or _tell_nobody)

    @property
    def recognises(self) -> bool:
        """True: the service reads pictures as it reads text."""
        return True

    def pictured(self, numbers: Sequence[int]) -> list[int]:
        """Return no pages: a picture has been read with the others, and one without text has none to give."""
        del numbers
        return []

    def glance(self, numbers: Sequence[int], on_page: OnPage | None = None) -> list[PageLayout]:
        """Return the pages as they were read: the service takes no less than a page."""
        return self.recognise(numbers, on_page)

    def recognise(self, numbers: Sequence[int], on_page: OnPage | None = None) -> list[PageLayout]:
        """Return the words of the given pages, in the order asked."""
        self._read(numbers, on_page)
        return [self._known[number].layout for number in numbers]

    def sheets(self) -> list[SheetLayout]:
        """Return no sheets: a PDF has none."""
        return []


def _parts(numbers: Sequence[int], at_once: int) -> list[list[int]]:
    size = max(_FEWEST_PAGES, -(-len(numbers) // at_once))
    return [list(numbers[at : at + size]) for at in range(0, len(numbers), size)]


def _tell_nobody(done: int, total: int) -> None:
    del done, total
