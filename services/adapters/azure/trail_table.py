"""The table of the audit trail: its head, its entries in the partitions of their months, and reading them by time."""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.core.pipeline.policies import RetryPolicy
from azure.data.tables import TableClient, UpdateMode

from services.adapters.azure import trail_head, trail_rows
from services.adapters.azure.storage import StorageAccount, StorageRetries, code_of
from services.adapters.azure.trail_head import PARTITION, Head
from services.config import Settings
from services.domain.errors import AdvisorError, Unavailable

BATCH = 100
"""Entities that one transaction of the service takes at most; all of one partition."""
FIRST_STEP, _LONGEST_STEP = timedelta(minutes=5), timedelta(days=31)
"""How far back the newest entries are read first; each further step is twice as long, within a month."""
_MONTHS = "PartitionKey lt @head"
_TAKEN, _GONE = 409, 404

Entity = Mapping[str, Any]


class NoHead(Unavailable):
    """Somebody took the trail's head away or changed it; nothing is added until somebody has looked into that."""


class _Client(TableClient):
    """Its requests are tried again as all those to Azure Storage are."""

    def _configure_policies(self, **options: Any) -> list[Any]:
        policies = super()._configure_policies(**options)
        return [StorageRetries() if isinstance(one, RetryPolicy) else one for one in policies]


class TrailTable:
    """One table; it is made where the account's key is given, as in development, else by the infrastructure."""

    def __init__(self, account: StorageAccount, client: TableClient) -> None:
        self._account = account
        self._client = client

    def head(self) -> Head:
        """Return the trail's head; a table without any is one without entries.

        Raises NoHead where there are entries and no head that can be read.
        """
        try:
            found = self._stored_head()
            if found is None and next(self._query(_MONTHS, {}), None) is not None:
                found = self._stored_head()  # the first writer may have made it in between
                if found is None:
                    raise NoHead("The head of the audit trail is gone, and entries are there.")
        except AzureError as error:
            raise self._told(error) from error
        return found or Head()

    def _stored_head(self) -> Head | None:
        try:
            found = self._client.get_entity(PARTITION, PARTITION)
        except ResourceNotFoundError as error:
            if code_of(error) == "TableNotFound":
                if not self._account.key:
                    raise
                with suppress(ResourceExistsError):
                    self._client.create_table()
            return None
        try:
            return trail_head.head_of(found, str(found.metadata["etag"]))
        except (ValueError, KeyError, TypeError, zlib.error) as error:
            raise NoHead("The head of the audit trail was changed and cannot be read.") from error

    def move(self, old: Head, new: Head) -> str | None:
        """Store a head in the place of another and return its ETag; None when that is not the stored one any more."""
        entity = trail_head.entity_of(new)
        try:
            if not old.etag:
                return str(self._client.create_entity(entity)["etag"])
            return str(
                self._client.update_entity(
                    entity,
                    UpdateMode.REPLACE,
                    etag=old.etag,
                    match_condition=MatchConditions.IfNotModified,
                )["etag"]
            )
        except AzureError as error:
            if _is_elsewhere(error):
                return None
            raise self._told(error) from error

    def settle(self, head: Head) -> None:
        """Put what the head's last write added into its places; what is there already stays as it is."""
        entities = [trail_rows.entity_of(added, head.write_id) for added in head.pending]
        try:
            for _, group in groupby(entities, key=lambda one: one["PartitionKey"]):
                alike = list(group)
                for start in range(0, len(alike), BATCH):
                    self._insert(alike[start : start + BATCH])
        except AzureError as error:
            raise self._told(error) from error

    def _insert(self, entities: Sequence[dict[str, Any]]) -> None:
        if len(entities) > 1:
            try:
                self._client.submit_transaction([("create", one) for one in entities])
                return
            except HttpResponseError as error:
                if error.status_code != _TAKEN:
                    raise
        for one in entities:
            with suppress(ResourceExistsError):
                self._client.create_entity(one)

    def holds(self, head: Head) -> bool:
        """Whether what a write of the head added is in its places: then the write went through."""
        if not head.pending:
            return False
        entry, _ = head.pending[-1]
        try:
            found = self._client.get_entity(entry.partition_key, entry.row_key)
        except ResourceNotFoundError:
            return False
        except AzureError as error:
            raise self._told(error) from error
        return found.get("write_id") == head.write_id

    def rows(self, since: datetime | None = None) -> Iterator[Entity]:
        """Give the entries from a time on, or all, in the order of their times."""
        if since is None:
            return self._asked(_MONTHS, {})
        return self._asked(
            f"PartitionKey gt @month and {_MONTHS} or PartitionKey eq @month and RowKey ge @since",
            {"month": month_of(since), "since": text_of(since)},
        )

    def backwards(
        self, since: datetime, until: datetime, where: str = "", values: Entity | None = None
    ) -> Iterator[list[Entity]]:
        """Give the entries from before ``until`` back to ``since``, a stretch of time at a time, the newest first.

        ``where`` is a further filter, with values for its parameters. Within a stretch they come in no order.
        """
        step = FIRST_STEP
        while until > since:
            last = until - timedelta(microseconds=1)
            first = max(
                until - step, since, last.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            )
            filters = "PartitionKey eq @month and RowKey ge @since and RowKey lt @until"
            yield list(
                self._asked(
                    f"{filters} and {where}" if where else filters,
                    {"month": month_of(first), "since": text_of(first), "until": text_of(until)}
                    | dict(values or {}),
                )
            )
            until, step = first, min(step * 2, _LONGEST_STEP)

    def delete(self, entities: Iterable[Entity]) -> None:
        """Delete entries, which are given in the order of their months; what is gone already is no error."""
        try:
            for month, group in groupby(entities, key=lambda one: one["PartitionKey"]):
                keys = (one["RowKey"] for one in group)
                while some := list(islice(keys, BATCH)):
                    self._delete(month, some)
        except AzureError as error:
            raise self._told(error) from error

    def _delete(self, month: str, keys: Sequence[str]) -> None:
        named = [{"PartitionKey": month, "RowKey": key} for key in keys]
        try:
            self._client.submit_transaction([("delete", one) for one in named])
        except HttpResponseError as error:
            if error.status_code != _GONE:
                raise
            for one in named:
                self._client.delete_entity(one)  # one that is gone is no error here

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _asked(self, filters: str, values: Entity) -> Iterator[Entity]:
        try:
            yield from self._query(filters, values)
        except AzureError as error:
            raise self._told(error) from error

    def _query(self, filters: str, values: Entity) -> Iterator[Entity]:
        return iter(
            self._client.query_entities(
                filters, parameters={"head": PARTITION, **values}, results_per_page=1_000
            )
        )

    def _told(self, error: AzureError) -> AdvisorError:
        if isinstance(error, ResourceNotFoundError):
            return Unavailable(
                f"{self._account.service} has no table {self._client.table_name}: make it with the "
                "infrastructure, or set ADVISOR_TABLE_NAME to the one there is."
            )
        return self._account.told(error)


def _is_elsewhere(error: AzureError) -> bool:
    """Whether the stored head is another one, or was made or taken away meanwhile."""
    status = getattr(error, "status_code", None)
    return status in {409, 412} or code_of(error) == "ResourceNotFound"


def open_table(settings: Settings) -> TrailTable:
    """Return the table of the trail; nothing is asked of the service before the first act."""
    account = StorageAccount(
        service="Table Storage",
        endpoint=settings.table_endpoint,
        key=settings.table_key,
        variable="ADVISOR_TABLE",
        role="Storage Table Data Contributor",
    )
    client = _Client(account.endpoint, settings.table_name, **account.options(settings))
    return TrailTable(account, client)


def month_of(moment: datetime) -> str:
    """Return the partition of a time."""
    return f"{moment.astimezone(UTC):%Y-%m}"


def text_of(moment: datetime) -> str:
    """Return a time as row keys begin with it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def moment_of(text: str) -> datetime:
    """Return the time that row keys begin with."""
    return datetime.fromisoformat(text)
