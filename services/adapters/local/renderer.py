"""PageRenderer on this machine: draws pages in a limited child and keeps the pictures on disk."""

import contextlib
import hashlib
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from services.adapters.local.child import Child
from services.domain.errors import NotFound
from services.ports import BlobStore

RENDER_CHILD = "services.adapters.local.render_child"
_WALL_SECONDS = 20.0
_DPI_FROM, _DPI_TO = 36, 300
_AT_ONCE = 2


class LocalPageRenderer:
    """Draws on demand; ``cache_dir`` holds one WebP per (blob, page, dpi) and may be emptied any time.

    It holds at most ``cache_bytes``; the pictures drawn longest ago make room for new ones.
    """

    def __init__(self, blobs: BlobStore, cache_dir: Path, cache_bytes: int) -> None:
        self._blobs = blobs
        self._cache_dir = cache_dir
        self._cache_bytes = cache_bytes
        self._room = 0  # bytes that surely fit before the folder has to be looked through again
        self._keeping = threading.Lock()
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
        self._keep(place, picture)
        return picture

    def _keep(self, place: Path, picture: bytes) -> None:
        with self._keeping:
            _write(place, picture)
            self._room -= len(picture)
            if self._room < 0:
                self._room = self._cache_bytes - _make_room(self._cache_dir, self._cache_bytes)

    def _place(self, blob_key: str, page: int, dpi: int) -> Path:
        name = hashlib.sha256(blob_key.encode()).hexdigest()
        return self._cache_dir / name[:2] / f"{name}-{page}-{dpi}.webp"


def _drawn(data: bytes, page: int, dpi: int) -> bytes:
    with Child(RENDER_CHILD, _WALL_SECONDS) as child:
        body, picture = child.ask("render", {"index": page - 1, "dpi": dpi}, data)
    if not picture:
        raise NotFound(f"The document has {body['pages']} pages; there is no page {page}.")
    return picture


def _write(place: Path, picture: bytes) -> None:
    """Write beside and rename, so that no reader sees half a picture."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(picture)
    Path(name).replace(place)


def _make_room(folder: Path, limit: int) -> int:
    """Return the bytes kept; when they are over the limit, first remove the oldest down to nine tenths."""
    pictures = sorted(_pictures(folder))
    held = sum(size for _, size, _ in pictures)
    if held <= limit:
        return held
    for _, size, place in pictures:
        if held <= limit * 9 // 10:
            break
        place.unlink(missing_ok=True)
        held -= size
    return held


def _pictures(folder: Path) -> Iterator[tuple[int, int, Path]]:
    """Yield (time, bytes, place) of every file; another process may be removing them too."""
    for place in folder.glob("*/*"):
        with contextlib.suppress(FileNotFoundError):
            seen = place.stat()
            yield seen.st_mtime_ns, seen.st_size, place
