"""The table of capabilities: what each is called on this machine and elsewhere, where it is, how it is asked."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.adapters.entra.wiring import entra_of
from services.adapters.wiring import vault_of
from services.capabilities import Capability
from services.config import Settings
from services.domain.ids import ReportId
from services.ports import Cache, Checked, Notifier, Ports, Reasoner, Telemetry

_NOTICES = {
    "outbox": "Outbox, read on the Inbox page",
    "webhook": "Webhook",
    "smtp": "E-mail",
    "logic-app": "Logic App",
}


@dataclass(frozen=True, slots=True)
class _Twins:
    """A capability with an adapter on this machine and one on Azure, and how the one in use is asked."""

    name: str
    local: str
    azure: str
    endpoint: str
    adapter: object
    check: Callable[[], str] | None

    def capability(self) -> Capability:
        """Return the row; the adapter itself, and no setting, says which of the twins it is."""
        if type(self.adapter).__module__.startswith("services.adapters.azure."):
            return Capability(self.name, self.azure, _host(self.endpoint), self.check)
        return Capability(self.name, self.local, "", self.check)


def capabilities_of(
    settings: Settings,
    ports: Ports,
    cache: Cache,
    notifier: Notifier,
    telemetry: Telemetry,
    reasoner: Reasoner | None,
) -> list[Capability]:
    """Return every capability with the adapter in use; nothing is asked yet."""
    queues = settings.service_bus_namespace or _named_in(settings.service_bus_connection)
    twins = (
        _Twins(
            "Documents", "Files", "Azure Blob Storage", settings.blob_endpoint, ports.blobs,
            _own(ports.blobs),
        ),
        _Twins(
            "Records", "SQLite", "Azure Cosmos DB", settings.cosmos_endpoint, ports.records,
            lambda: _answers(ports.records.report(ReportId("report-none"))),
        ),
        _Twins(
            "Queues", "SQLite", "Azure Service Bus", queues, ports.queue,
            lambda: f"Answers; {sum(ports.queue.depth().values())} messages wait.",
        ),
        _Twins(
            # Its own check is another one: it verifies the trail, which takes longer the longer it is.
            "Audit trail", "SQLite", "Azure Table Storage", settings.table_endpoint, ports.audit,
            lambda: _answers(ports.audit.entries(limit=1)),
        ),
        _Twins(
            "Page layouts", "PDFium", "Azure Document Intelligence",
            settings.document_intelligence_endpoint, ports.layout, _own(ports.layout),
        ),
        _Twins(
            "Cache", "Memory of each process", "Redis", settings.redis_url, cache, _own(cache)
        ),
        _Twins(
            "Telemetry", "Log of each process", "Azure Application Insights",
            _named_in(settings.app_insights_connection_string), telemetry, None,
        ),
    )  # fmt: skip
    return [
        *(one.capability() for one in twins),
        _sentences(settings, reasoner),
        _secrets(settings),
        _notices(settings, notifier),
        _sign_in(settings),
    ]


def _sentences(settings: Settings, reasoner: Reasoner | None) -> Capability:
    if reasoner is None:
        return Capability("Sentences", "Templates", "", None)
    if settings.openai_endpoint:
        host = _host(settings.openai_endpoint)
        return Capability("Sentences", "Azure OpenAI", host, _own(reasoner))
    host = _host(settings.openai_base_url)
    return Capability("Sentences", "A model that speaks OpenAI's API", host, _own(reasoner))


def _secrets(settings: Settings) -> Capability:
    vault = vault_of(settings)
    if vault is None:
        return Capability("Secrets", "Environment and .env", "", None)
    return Capability("Secrets", "Azure Key Vault", _host(settings.key_vault_url), vault.check)


def _notices(settings: Settings, notifier: Notifier) -> Capability:
    places = {
        "webhook": settings.webhook_url,
        "smtp": f"//{settings.smtp_host}:{settings.smtp_port}",
        "logic-app": settings.logic_app_url,
    }
    host = _host(places.get(settings.notify, ""))
    return Capability("Notices", _NOTICES[settings.notify], host, _own(notifier))


def _sign_in(settings: Settings) -> Capability:
    entra = entra_of(settings)
    if entra is None:
        return Capability("Sign-in", "Accounts of this installation", "", None)
    return Capability("Sign-in", "Microsoft Entra ID", _host(settings.entra_authority), entra.check)


def _own(adapter: object) -> Callable[[], str] | None:
    return adapter.check if isinstance(adapter, Checked) else None


def _answers(_found: object) -> str:
    return "Answers."


def _host(address: str) -> str:
    """Return the host and port of an address, without what may be secret in it; a bare host is its own."""
    parts = urlsplit(address if "//" in address else f"//{address}")
    return parts.netloc.rpartition("@")[2]


def _named_in(connection: str) -> str:
    found = re.search(r"Endpoint=[a-z]+://([^/;]+)", connection, re.IGNORECASE)
    return "" if found is None else found[1]
