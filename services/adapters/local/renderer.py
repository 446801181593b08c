"""PageRenderer on this machine: draws pages in a limited child and keeps the pictures on disk."""

import contextlib
import hashlib
import os
import tempfile
import threading
from pathlib import Path

from services.adapters.local.child import Child
from services.domain.errors import NotFound
from services.ports import BlobStore

RENDER_CHILD = "services.adapters.local.render_child"
_WALL_SECONDS = 20.0
_DPI_FROM, _DPI_TO = 36, 300
_AT_ONCE = 2


class LocalPageRenderer:
    """Draws on demand; ``cache_dir`` holds one WebP per (blob, page, dpi) and may be emptied any time."""

    def __init__(self, blobs: BlobStore, cache_dir: Path) -> None:
        self._blobs = blobs
        self._cache_dir = cache_dir
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def webp(self, blob_key: str, page: int, dpi: int = 130) -> bytes:
        """Return the 1-based page as WebP; ``dpi`` is held between 36 and 300, the size below 25 Mpx.

        Raises:
            NotFound: there is no such document or page.
            UnreadableDocument: the page cannot be drawn within the limits.
        """
        dpi = min(max(dpi, _DPI_FROM), _DPI_TO)
        place = self._place(blob_key, page, dpi)
        with contextlib.suppress(FileNotFoundError):
            return place.read_bytes()
        data = self._blobs.get(blob_key)
        with self._turns:
            picture = _drawn(data, page, dpi)
        _keep(place, picture)
        return picture

    def _place(self, blob_key: str, page: int, dpi: int) -> Path:
        name = hashlib.sha256(blob_key.encode()).hexdigest()
        return self._cache_dir / name[:2] / f"{name}-{page}-{dpi}.webp"


def _drawn(data: bytes, page: int, dpi: int) -> bytes:
    with Child(RENDER_CHILD, _WALL_SECONDS) as child:
        body, picture = child.ask("render", {"index": page - 1, "dpi": dpi}, data)
    if not picture:
        raise NotFound(f"The document has {body['pages']} pages; there is no page {page}.")
    return picture


def _keep(place: Path, picture: bytes) -> None:
    """Write beside and rename, so that no reader sees half a picture."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(picture)
    Path(name).replace(place)
