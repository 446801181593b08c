"""Raw documents in Azure Blob Storage: written once, whole, and immutable for as long as they are kept."""

from pathlib import PurePosixPath

from services.adapters.azure.containers import Container, open_container
from services.config import Settings
from services.domain.documents import MEDIA_TYPES, checked_key
from services.domain.errors import Conflict

_TYPES = {format.value: kind for format, kind in MEDIA_TYPES.items()}


class AzureBlobStore:
    """Blobs in one container by ``{year}/{month}/{document_id}.{ext}``; a key that is no such path is refused."""

    def __init__(self, container: Container) -> None:
        self._container = container

    def put(self, key: str, data: bytes) -> None:
        """Store durably before returning, not to be changed or deleted for seven years.

        Raises Conflict when other bytes have the key already, Unavailable when the service does not take these.
        """
        kind = _TYPES.get(PurePosixPath(checked_key(key)).suffix[1:], "application/octet-stream")
        if not self._container.write_once(key, data, kind) and self.get(key) != data:
            raise Conflict("Another document is stored under this key.")

    def get(self, key: str) -> bytes:
        """Return the bytes; raises NotFound, and Unavailable when they are not those that were stored."""
        return self._container.read(checked_key(key))

    def delete(self, key: str) -> None:
        """Remove the blob if it is there; raises Conflict while it is immutable."""
        self._container.delete(checked_key(key))

    def check(self) -> str:
        """Return that the container answers; raises Unavailable when it does not."""
        return self._container.check()

    def close(self) -> None:
        """Close the connections."""
        self._container.close()


def open_blobs(settings: Settings) -> AzureBlobStore:
    """Return the documents of ``settings.blob_container``; nothing is asked of the service before the first act."""
    return AzureBlobStore(
        open_container(settings, settings.blob_container, "ADVISOR_BLOB_CONTAINER")
    )
