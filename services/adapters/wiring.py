"""Each capability's adapter: the one on Azure where the settings name its endpoint, else the one on this machine.

Adapters of Azure are loaded by name, so that a start without Azure loads none of its packages.
"""

import hmac
from collections.abc import Collection, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

from services.adapters.local.cache import LocalCache
from services.adapters.local.telemetry import LogTelemetry
from services.adapters.local.wiring import (
    local_blobs,
    local_cookie_key,
    local_ports,
    local_retention,
    local_store,
)
from services.config import Settings, read_settings
from services.domain.errors import InvalidInput
from services.ports import (
    AuditRetention,
    BlobStore,
    Cache,
    Checked,
    LayoutReader,
    Ports,
    Reasoner,
    Store,
    Telemetry,
)


def chosen_settings() -> Settings:
    """Read the settings, with the secrets that are set nowhere here from the key vault where they name one.

    Raises InvalidInput naming each variable that cannot be used, Unavailable when the vault does not answer.
    """
    return read_settings(_secrets)


def chosen_store(settings: Settings) -> Store:
    """Return where the settings keep the records; raises InvalidInput naming what that needs beside it."""
    local = local_store(settings)
    if not settings.cosmos_endpoint:
        return local
    if not _has_service_bus(settings):
        raise InvalidInput(
            "ADVISOR_COSMOS_ENDPOINT needs ADVISOR_SERVICE_BUS_NAMESPACE (or _CONNECTION): the queues of the data "
            "folder cannot commit together with records in Cosmos DB."
        )
    if not settings.table_endpoint:
        raise InvalidInput(
            "ADVISOR_COSMOS_ENDPOINT needs ADVISOR_TABLE_ENDPOINT: the audit trail of the data folder cannot commit "
            "together with records in Cosmos DB."
        )
    opened: Store = _azure("store").open_store(settings, local.answers)
    return opened


def chosen_ports(settings: Settings, store: Store) -> Ports:
    """Return the ports that the settings choose, over the records of a store."""
    ports = local_ports(settings, _blobs(settings))
    ports = replace(ports, records=store.records, layout=_layout(settings, ports.layout))
    if settings.table_endpoint:
        trail = _azure("forwarding").forwarded(settings, ports.audit, store.telling)
        ports = replace(ports, audit=trail)
    if _has_service_bus(settings):
        queue = _azure("queues").open_queue(settings, store.records, store.outgoing)
        return replace(ports, queue=queue)
    return ports


def chosen_retention(settings: Settings) -> AuditRetention:
    """Return what keeps and ends the entries of the audit trail that the settings choose."""
    if settings.table_endpoint:
        opened: AuditRetention = _azure("retention").open_retention(settings)
        return opened
    return local_retention(settings)


def chosen_cache(settings: Settings) -> Cache:
    """Return the cache that the settings choose; what it holds is sealed with the key of the installation."""
    if settings.redis_url:
        key = hmac.digest(local_cookie_key(settings), b"cache", "sha256")
        opened: Cache = _azure("cache").open_cache(settings, key)
        return opened
    return LocalCache()


def chosen_reasoner(settings: Settings, cache: Cache) -> Reasoner | None:
    """Return the language model of the settings, None where they name none."""
    if settings.openai_endpoint or settings.openai_base_url:
        opened: Reasoner = _azure("openai").open_reasoner(settings, cache)
        return opened
    return None


def vault_of(settings: Settings) -> Checked | None:
    """Return the key vault of the settings, None where they name none."""
    if not settings.key_vault_url:
        return None
    vault: Checked = _azure("secrets").open_vault(settings.key_vault_url, settings.azure_ca_file)
    return vault


def chosen_telemetry(settings: Settings) -> Telemetry:
    """Return the telemetry that the settings choose."""
    if settings.app_insights_connection_string:
        opened: Telemetry = _azure("telemetry").open_telemetry(settings)
        return opened
    return LogTelemetry()


def _has_service_bus(settings: Settings) -> bool:
    return bool(settings.service_bus_namespace or settings.service_bus_connection)


def _blobs(settings: Settings) -> BlobStore:
    if settings.blob_endpoint:
        opened: BlobStore = _azure("blobs").open_blobs(settings)
        return opened
    return local_blobs(settings)


def _layout(settings: Settings, local: LayoutReader) -> LayoutReader:
    if settings.document_intelligence_endpoint:
        opened: LayoutReader = _azure("layout").open_layout(settings)
        return opened
    return local


def _secrets(url: str, ca_file: str, variables: Collection[str]) -> Mapping[str, str]:
    found: Mapping[str, str] = _azure("secrets").open_vault(url, ca_file).secrets(variables)
    return found


def _azure(adapter: str) -> Any:
    return import_module(f"services.adapters.azure.{adapter}")
