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
    local_outgoing,
    local_ports,
)
from services.config import Settings, read_settings
from services.ports import BlobStore, Cache, Checked, LayoutReader, Ports, Reasoner, Telemetry


def chosen_settings() -> Settings:
    """Read the settings, with the secrets that are set nowhere here from the key vault where they name one.

    Raises InvalidInput naming each variable that cannot be used, Unavailable when the vault does not answer.
    """
    return read_settings(_secrets)


def chosen_ports(settings: Settings) -> Ports:
    """Return the ports that the settings choose."""
    ports = local_ports(settings, _blobs(settings))
    ports = replace(ports, layout=_layout(settings, ports.layout))
    if settings.table_endpoint:
        ports = replace(ports, audit=_azure("forwarding").forwarded(settings, ports.audit))
    if settings.service_bus_namespace or settings.service_bus_connection:
        queue = _azure("queues").open_queue(settings, ports.records, local_outgoing(settings))
        return replace(ports, queue=queue)
    return ports


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
