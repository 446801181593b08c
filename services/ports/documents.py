"""Documents: stored, opened, read and drawn."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from services.domain.layout import PageLayout, SheetLayout
from services.domain.reports import (
    ReportFormat,
)

OnPage = Callable[[int, int], None]
"""Called with (pages done, pages in all) while a long read runs."""


class BlobStore(Protocol):
    """Raw documents by key ``{year}/{month}/{document_id}.{ext}``; a key is written once."""

    def put(self, key: str, data: bytes) -> None:
        """Store durably before returning; the same bytes once more are no change, other bytes raise Conflict."""
        ...

    def get(self, key: str) -> bytes:
        """Return the bytes; raises NotFound."""
        ...

    def delete(self, key: str) -> None:
        """Remove the blob if it is there."""
        ...


class DocumentReader(Protocol):
    """One opened document; parsing happens in a resource-limited child, limits raise UnreadableDocument."""

    @property
    def page_count(self) -> int:
        """Pages of a PDF; 0 for a workbook."""
        ...

    def page_texts(self, on_page: OnPage | None = None) -> list[str]:
        """Return PDFium's text of every page in order; a page that cannot be read is ''."""
        ...

    def page_words(self, numbers: Sequence[int]) -> list[PageLayout]:
        """Return the word boxes of the given 1-based pages, in the order asked."""
        ...

    @property
    def recognises(self) -> bool:
        """Whether words on pictures can be recognised here."""
        ...

    def pictured(self, numbers: Sequence[int]) -> list[int]:
        """Return those of the given pages that are mostly pictures or outlines."""
        ...

    def glance(self, numbers: Sequence[int], on_page: OnPage | None = None) -> list[PageLayout]:
        """Return what stands at the top of pictured pages; no words where a page shows no table."""
        ...

    def recognise(self, numbers: Sequence[int], on_page: OnPage | None = None) -> list[PageLayout]:
        """Return the words recognised on the pictures of the given pages, in the order asked."""
        ...

    def sheets(self) -> list[SheetLayout]:
        """Return the worksheets of a workbook (a CSV is one sheet named 'csv')."""
        ...


class LayoutReader(Protocol):
    """Opens documents; the extractor seam (local PDFium / Excel reader, or Document Intelligence)."""

    def open(self, data: bytes, format: ReportFormat) -> AbstractContextManager[DocumentReader]:
        """Open or raise UnreadableDocument with a sentence (encrypted, malformed, resource-limit)."""
        ...


class PageRenderer(Protocol):
    """Draws pages of a PDF."""

    def webp(self, blob_key: str, page: int, dpi: int = 130) -> bytes:
        """Return the 1-based page as WebP; raises NotFound or UnreadableDocument."""
        ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document that was fetched: the last part of its address, and its bytes."""

    name: str
    data: bytes


class DocumentSource(Protocol):
    """Where documents lie that are named by address and not sent."""

    def fetch(self, url: str) -> Fetched:
        """Return the document at an address.

        Raises Forbidden for a place nobody may fetch from, InvalidInput for what is no address of a
        document, ReportTooLarge, and Unavailable when the place does not answer.
        """
        ...
