"""A container whose blobs are written once, whole, and immutable for as long as they have to be kept."""

import hashlib
import logging
from contextlib import suppress
from functools import cached_property

from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.storage.blob import ContainerClient, ContentSettings, ImmutabilityPolicy

from services.adapters.azure.storage import StorageAccount, StorageRetries, code_of
from services.config import Settings
from services.domain.base import utc_now
from services.domain.errors import AdvisorError, Conflict, NotFound, Unavailable
from services.domain.retention import retained_until

ONE_REQUEST_BYTES = 64 * 1024 * 1024
"""Up to here a blob travels in one request, so that it is there whole or not at all; ours are smaller."""
_TAKEN = 409
_log = logging.getLogger(__name__)


class Container:
    """One container; ``variable`` names the setting that says which.

    One that is missing is made where the account's key is given, as in development. Else the infrastructure makes
    it, with what cannot be asked for here: versions that can be immutable, the cool tier after 90 days.
    """

    def __init__(self, account: StorageAccount, client: ContainerClient, variable: str) -> None:
        self._account = account
        self._client = client
        self._variable = variable

    def write_once(self, name: str, data: bytes, media_type: str) -> bool:
        """Store durably before returning, not to be changed or deleted for seven years; False when the name is taken."""
        try:
            self._client.upload_blob(
                name,
                data,
                overwrite=False,
                validate_content=True,
                content_settings=ContentSettings(media_type, content_md5=_md5(data)),
                immutability_policy=_seven_years() if self._keeps_versions else None,
            )
        except AzureError as error:
            if isinstance(error, HttpResponseError) and error.status_code == _TAKEN:
                return False
            raise self._told(error) from error
        return True

    def read(self, name: str) -> bytes:
        """Return the bytes; raises NotFound, and Unavailable when they are not those that were stored."""
        try:
            stream = self._client.download_blob(name)
            data = stream.readall()
        except AzureError as error:
            raise self._told(error) from error
        stored = stream.properties.content_settings.content_md5
        if stored is not None and stored != _md5(data):
            raise Unavailable(f"{name} came damaged from {self._account.service}.")
        return data

    def delete(self, name: str) -> None:
        """Remove the blob if it is there; raises Conflict while it is immutable."""
        try:
            self._client.delete_blob(name)
        except AzureError as error:
            told = self._told(error)
            if not isinstance(told, NotFound):
                raise told from error

    def names(self) -> list[str]:
        """Return the names of all blobs in their order; none where the container is still to be made."""
        try:
            return list(self._client.list_blob_names())
        except ResourceNotFoundError as error:
            if self._account.key:
                return []
            raise self._told(error) from error
        except AzureError as error:
            raise self._told(error) from error

    def check(self) -> str:
        """Return that the container answers; raises Unavailable when it does not."""
        try:
            self._client.get_container_properties()
        except AzureError as error:
            raise self._told(error) from error
        return "Answers."

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @cached_property
    def _keeps_versions(self) -> bool:
        """Whether uploads may say how long they are immutable: unless the container says that it cannot keep that."""
        try:
            found = self._client.get_container_properties()
        except ResourceNotFoundError:
            if not self._account.key:
                raise
            with suppress(ResourceExistsError):
                self._client.create_container()
            found = self._client.get_container_properties()
        keeps = found.immutable_storage_with_versioning_enabled is not False
        if not keeps and not found.has_immutability_policy:
            _log.warning(
                "nothing keeps what is in the container %s from being deleted within seven years: "
                "it has neither immutable versions nor an immutability policy",
                found.name,
            )
        return keeps

    def _told(self, error: AzureError) -> AdvisorError:
        code = code_of(error)
        if code == "BlobNotFound":
            return NotFound("The stored document is missing.")
        if isinstance(error, ResourceNotFoundError):
            return Unavailable(
                f"{self._account.service} has no container {self._client.container_name} ({code}): make it "
                f"with the infrastructure, or set {self._variable} to the one there is."
            )
        if isinstance(error, HttpResponseError) and error.status_code == _TAKEN:
            return Conflict("What is kept immutable cannot be deleted yet.")
        return self._account.told(error)


def open_container(settings: Settings, name: str, variable: str) -> Container:
    """Return a container of the documents' account; nothing is asked of the service before the first act."""
    account = StorageAccount(
        service="Blob Storage",
        endpoint=settings.blob_endpoint,
        key=settings.blob_key,
        variable="ADVISOR_BLOB",
        role="Storage Blob Data Contributor",
    )
    client = ContainerClient(
        account.endpoint,
        name,
        retry_policy=StorageRetries(),
        max_single_put_size=ONE_REQUEST_BYTES,
        max_single_get_size=ONE_REQUEST_BYTES,
        **account.options(settings),
    )
    return Container(account, client, variable)


def _seven_years() -> ImmutabilityPolicy:
    return ImmutabilityPolicy(expiry_time=retained_until(utc_now()), policy_mode="Locked")


def _md5(data: bytes) -> bytearray:
    return bytearray(hashlib.md5(data, usedforsecurity=False).digest())
