"""Raw documents as files: written beside their place, synced, then linked into it."""

import errno
import os
import shutil
import time
import uuid
from pathlib import Path
from tempfile import TemporaryFile

from services.domain.documents import checked_key
from services.domain.errors import Conflict, NotFound, Unavailable

_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS})
"""What a file system says that has no hard links."""
LEFTOVER_SECONDS = 3_600
"""A part this old belongs to no write that is still going on."""


class FileBlobStore:
    """Blobs under one folder by ``{year}/{month}/{document_id}.{ext}``; a key that is no such path is refused."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, data: bytes) -> None:
        """Store durably before returning: after a power cut the blob is there whole or not at all.

        Raises Conflict when other bytes have the key already.
        """
        path = self._path(key)
        temporary = path.with_name(f".{uuid.uuid4().hex}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                _write_synced(temporary, data)
                _name(temporary, path)
            except FileExistsError as error:
                if path.read_bytes() != data:
                    raise Conflict("Another document is stored under this key.") from error
            finally:
                temporary.unlink(missing_ok=True)
            for folder in (path.parent, path.parent.parent, self._root):
                _sync_folder(folder)
        except OSError as error:
            raise Unavailable(f"The document cannot be stored ({error.strerror}).") from error

    def get(self, key: str) -> bytes:
        """Return the bytes; raises NotFound."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("The stored document is missing.") from error
        except OSError as error:
            raise Unavailable(f"The document cannot be read ({error.strerror}).") from error

    def delete(self, key: str) -> None:
        """Remove the blob if it is there."""
        self._path(key).unlink(missing_ok=True)

    def check(self) -> str:
        """Return how much room is left; raises Unavailable when nothing can be written."""
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=self._root):
                free = shutil.disk_usage(self._root).free
        except OSError as error:
            raise Unavailable(
                f"The documents' folder cannot be written ({error.strerror})."
            ) from error
        return f"Answers; {free / 1e9:,.1f} GB are free."

    def clear_leftovers(self) -> int:
        """Remove the parts that writes left behind when their process was killed; return how many."""
        before = time.time() - LEFTOVER_SECONDS
        parts = [p for p in self._root.glob("*/*/.*.part") if p.stat().st_mtime < before]
        for part in parts:
            part.unlink(missing_ok=True)
        return len(parts)

    def _path(self, key: str) -> Path:
        return self._root / checked_key(key)


def _name(temporary: Path, path: Path) -> None:
    """Give a whole file its name; raises FileExistsError when another has it."""
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # Such as a share: of two writers at once the later one wins.
        if path.exists():
            raise FileExistsError from error
        temporary.replace(path)


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
