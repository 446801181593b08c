"""A Cosmos DB database: documents of containers, its errors as ours, and what its requests cost."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any

from azure.core.exceptions import AzureError
from azure.cosmos import ContainerProxy, CosmosClient, DatabaseProxy, PartitionKey, SSLConfiguration
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosBatchOperationError,
    CosmosHttpResponseError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from services.adapters.azure.credentials import identity, verification
from services.config import Settings
from services.domain.errors import Unavailable

RECORDS, INSIGHTS, CHAINS = "reports", "insights", "reasoning-chains"
CONTAINERS = (RECORDS, INSIGHTS, CHAINS)
PARTITION = "pk"
INDEXING = {
    "indexingMode": "consistent",
    "includedPaths": [{"path": "/*"}],
    "excludedPaths": [{"path": f"/{text}/?"} for text in ("record", "content", "total", "seq")],
}
"""What is never asked by is in no index: it would make each write dearer."""
_CONNECT_SECONDS, _READ_SECONDS = 5, 30
_TRIES, _THROTTLE_TRIES, _THROTTLE_SECONDS = 2, 5, 15
_PAGE = 1000
_STALE = frozenset({409, 412})
_KEY_STATUS, _ROLE_STATUS, _MISSING_STATUS, _THROTTLED = 401, 403, 404, 429

Document = dict[str, Any]
Operation = tuple[str, tuple[Any, ...]] | tuple[str, tuple[Any, ...], dict[str, Any]]


class Stale(Exception):
    """A document was made or changed by somebody else meanwhile."""


class Meter:
    """What requests cost, in request units (RU) by operation; for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spent: Counter[str] = Counter()

    def hook(self, operation: str) -> Callable[..., None]:
        """Return what the SDK calls with the headers of each answer."""

        def charged(headers: Mapping[str, str], *_: object) -> None:
            with self._lock:
                self._spent[operation] += float(headers.get("x-ms-request-charge") or 0)  # type: ignore[assignment]

        return charged

    def spent(self) -> dict[str, float]:
        """Return the request units by operation, since the start."""
        with self._lock:
            return dict(self._spent)


class Cosmos:
    """The database of the settings; it is looked for with the first request, and its containers made if missing."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self.name = f"{settings.cosmos_endpoint}/{settings.cosmos_database}"
        self._watchers: list[Callable[[], None]] = []
        self.meter = Meter()

    def after_telling(self, call: Callable[[], None]) -> None:
        """Call this whenever ``tell`` is called from now on."""
        self._watchers.append(call)

    def tell(self) -> None:
        """Say that a commit told the audit trail something."""
        for call in self._watchers:
            call()

    def read(self, container: str, partition: str, name: str) -> Document | None:
        """Return one document by its id, or None."""
        with _our_errors():
            try:
                found: Document = self._container(container).read_item(
                    name, partition, response_hook=self.meter.hook("read")
                )
            except CosmosResourceNotFoundError as missing:
                if missing.sub_status not in {None, 0}:
                    raise _unavailable(missing) from missing
                return None
        return found

    def ask(
        self,
        container: str,
        query: str,
        values: Mapping[str, object],
        partition: str | None = None,
    ) -> list[Any]:
        """Return the rows of a query within one partition, or over all of them."""
        where = (
            {"enable_cross_partition_query": True}
            if partition is None
            else {"partition_key": partition}
        )
        parameters = [{"name": f"@{name}", "value": value} for name, value in values.items()]
        with _our_errors():
            rows = self._container(container).query_items(
                query,
                parameters=parameters,
                max_item_count=_PAGE,
                response_hook=self.meter.hook("query" if partition else "query over partitions"),
                **where,
            )
            return list(rows)

    def write(self, container: str, partition: str, operations: Sequence[Operation]) -> None:
        """Do up to 100 operations in one partition, all or none; raises Stale where one meets another state."""
        with _our_errors():
            self._container(container).execute_item_batch(
                list(operations), partition, response_hook=self.meter.hook("write")
            )

    def upsert(self, container: str, document: Document) -> None:
        """Write one document over the one of its id."""
        with _our_errors():
            self._container(container).upsert_item(document, response_hook=self.meter.hook("write"))

    def delete(self, container: str, partition: str, name: str) -> None:
        """Delete one document; one that is gone is no error."""
        with _our_errors(), suppress(CosmosResourceNotFoundError):
            self._container(container).delete_item(
                name, partition, response_hook=self.meter.hook("write")
            )

    @cached_property
    def _client(self) -> CosmosClient:
        settings = self._settings
        verify, options = verification(settings), dict[str, Any]()
        if isinstance(verify, str):
            # As connection_verify the SDK would take a file for a mere yes.
            options["ssl_config"] = SSLConfiguration()
            options["ssl_config"].SSLCaCerts = verify
        return CosmosClient(
            settings.cosmos_endpoint,
            settings.cosmos_key or identity(),
            connection_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retry_total=_TRIES,
            retry_connect=1,
            retry_backoff_max=1,
            retry_throttle_total=_THROTTLE_TRIES,
            retry_throttle_backoff_max=_THROTTLE_SECONDS,
            **options,
        )

    @cached_property
    def _database(self) -> DatabaseProxy:
        database = self._client.create_database_if_not_exists(self._settings.cosmos_database)
        for name in CONTAINERS:
            # -1: documents end only where they say so themselves, as reasoning chains do.
            database.create_container_if_not_exists(
                name,
                PartitionKey(path=f"/{PARTITION}"),
                indexing_policy=INDEXING,
                default_ttl=-1,
            )
        return database

    def _container(self, name: str) -> ContainerProxy:
        with self._lock:
            return self._database.get_container_client(name)


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except (CosmosResourceExistsError, CosmosAccessConditionFailedError) as error:
        raise Stale from error
    except CosmosBatchOperationError as error:
        if error.status_code in _STALE or _first_fault(error) in _STALE:
            raise Stale from error
        raise _unavailable(error) from error
    except AzureError as error:
        raise _unavailable(error) from error


def _first_fault(error: CosmosBatchOperationError) -> int | None:
    responses, index = error.operation_responses or [], error.error_index
    if index is None or index >= len(responses):
        return None
    status: int | None = responses[index].get("statusCode")
    return status


def _unavailable(error: AzureError) -> Unavailable:
    status = error.status_code if isinstance(error, CosmosHttpResponseError) else None
    if status == _THROTTLED:
        return Unavailable(
            "Cosmos DB has more to do than its request units allow; try again in a moment."
        )
    if status == _KEY_STATUS:
        return Unavailable(
            "Cosmos DB does not let this installation in; ADVISOR_COSMOS_KEY is wrong, or the managed identity unknown."
        )
    if status == _ROLE_STATUS:
        return Unavailable(
            "Cosmos DB refuses what this installation may not do; the managed identity needs the role of a data "
            "contributor, and ADVISOR_COSMOS_DATABASE its containers by the infrastructure."
        )
    if status == _MISSING_STATUS:
        return Unavailable(
            "Cosmos DB has no such database or container; look at ADVISOR_COSMOS_DATABASE."
        )
    return Unavailable(
        f"Cosmos DB does not answer ({type(error).__name__}); look at ADVISOR_COSMOS_ENDPOINT or try again in a moment."
    )
