"""The stored documents of the reports that a person may know of."""

from services.domain.errors import Forbidden, NotFound
from services.domain.ids import ReportId
from services.ports import BlobStore, PageRenderer
from services.visible.closed import FOR_ALL
from services.visible.records import VisibleRecords


class VisibleDocuments:
    """Stored documents and page pictures of the reports in a limited record store."""

    def __init__(self, blobs: BlobStore, renderer: PageRenderer, records: VisibleRecords) -> None:
        self._blobs = blobs
        self._renderer = renderer
        self._records = records

    def put(self, key: str, data: bytes) -> None:
        """Refuse: documents come in by the intake."""
        raise Forbidden(FOR_ALL)

    def get(self, key: str) -> bytes:
        """Return the bytes of a visible report; raises NotFound."""
        return self._blobs.get(self._checked(key))

    def delete(self, key: str) -> None:
        """Refuse."""
        raise Forbidden(FOR_ALL)

    def webp(self, blob_key: str, page: int, dpi: int = 130) -> bytes:
        """Return a page of a visible report as WebP; raises NotFound or UnreadableDocument."""
        return self._renderer.webp(self._checked(blob_key), page, dpi)

    def _checked(self, key: str) -> str:
        name = key.rsplit("/", 1)[-1].split(".", 1)[0]
        report = self._records.report(ReportId(name))
        if report is None or report.blob_key != key:
            raise NotFound("This document is not stored.")
        return key
