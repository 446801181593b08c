"""Settings: read once from ``ADVISOR_`` variables (or ``.env`` beside them), frozen, unsafe values refused."""

import os
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    SettingsConfigDict,
)

from services.config_openai import ModelSettings
from services.domain.errors import InvalidInput

PROJECT_ROOT = Path(__file__).resolve().parent.parent
ENV_PREFIX = "ADVISOR_"
MAX_UPLOAD_BYTES = 52_428_800
ENTRA_CALLBACK = "/auth/callback"
"""Where Entra ID sends the browser back to, under the product's address."""
_ADDRESS = r"^(https?://\S+)?$"
_HTTPS = r"^(https://\S+)?$"
_CONTAINER = r"^[a-z0-9](-?[a-z0-9]){2,62}$"
_SHORTEST_SECRET = 16
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_ANY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not listened on


def _default_workers() -> int:
    return max(1, min(2, os.cpu_count() or 1))


class Settings(ModelSettings, BaseSettings):
    """How this installation runs; see ``.env.example`` for every variable."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_file=PROJECT_ROOT / ".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
    )

    data_dir: Path = Field(
        default=Path("data"),
        description="Folder of the database, the documents and the worker locks; "
        "a relative path starts at the project's folder",
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="Address to listen on")
    port: int = Field(default=8501, ge=1, le=65535, description="Port to listen on")
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s/?#]+(/[^\s?#]*)?)?$",
        description="Address under which people open the product, for the links in exported files and "
        "notices; empty: host and port",
    )
    rate_limit_per_second: int = Field(
        default=10,
        ge=0,
        le=10_000,
        description="Answers of the API to one client in any second, page images aside; 0: no limit",
    )
    workers: int = Field(
        default_factory=_default_workers, ge=1, le=32, description="Worker processes"
    )
    max_upload_bytes: int = Field(
        default=MAX_UPLOAD_BYTES, ge=1, le=MAX_UPLOAD_BYTES, description="Largest file taken, bytes"
    )
    ingest_hosts: str = Field(
        default="",
        pattern=r"^(\s*[A-Za-z0-9.-]+(:[0-9]{1,5})?\s*(,|$))*$",
        description="Hosts (and ports) that documents may be fetched from over https, with commas between; "
        "empty: from none",
    )
    max_page_image_bytes: int = Field(
        default=524_288_000,
        ge=0,
        description="Most bytes of page images kept; the oldest make room, 0 keeps none",
    )
    lease_seconds: float = Field(
        default=30, ge=1, le=3600, description="Seconds a silent worker keeps its message"
    )
    max_delivery: int = Field(
        default=5, ge=1, le=100, description="Tries of a message before it is given up"
    )
    poll_seconds: float = Field(
        default=0.25, ge=0.01, le=60, description="Seconds an idle worker waits between looks"
    )
    review_claim_minutes: float = Field(
        default=15, ge=1, le=1440, description="Minutes a reviewer keeps a claimed item"
    )
    notify: Literal["outbox", "webhook", "smtp", "logic-app"] = Field(
        default="outbox",
        description="How notices leave: read on the Inbox page only, as signed requests, as e-mail, or through a "
        "Logic App",
    )
    webhook_url: str = Field(default="", pattern=_ADDRESS, description="Where notices are posted")
    webhook_secret: str = Field(
        default="",
        repr=False,
        description="Key of the requests' HMAC-SHA256, 16 characters or more",
    )
    smtp_host: str = Field(default="", description="Mail server")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port")
    smtp_starttls: bool = Field(default=True, description="Whether the connection is encrypted")
    smtp_user: str = Field(default="", description="Who signs in there; empty for nobody")
    smtp_password: str = Field(default="", repr=False, description="Their password")
    smtp_sender: str = Field(default="", description="Address notices come from")
    smtp_mailbox: str = Field(
        default="", description="Mailbox of notices to people without an address of their own"
    )
    entra_tenant_id: str = Field(
        default="",
        description="Directory (tenant) id whose people may sign in with Entra ID; empty: no Entra ID",
    )
    entra_client_id: str = Field(
        default="", description="Application (client) id of the registration there"
    )
    entra_client_secret: str = Field(default="", repr=False, description="Its client secret")
    entra_authority: str = Field(
        default="https://login.microsoftonline.com/{tenant}/v2.0",
        description="Who issues its tokens; {tenant} stands for the tenant id",
    )
    azure_ca_file: str = Field(
        default="",
        description="File of the certificates (PEM) that those of Azure services have to be signed with; empty: "
        "the usual ones",
    )
    blob_endpoint: str = Field(
        default="",
        pattern=_ADDRESS,
        description="Blob Storage account that keeps the documents, such as "
        "https://NAME.blob.core.windows.net; empty: the data folder keeps them",
    )
    blob_key: str = Field(
        default="", repr=False, description="Its account key; empty: the managed identity signs in"
    )
    blob_container: str = Field(
        default="financial-documents", pattern=_CONTAINER, description="Container of the documents"
    )
    table_endpoint: str = Field(
        default="",
        pattern=_ADDRESS,
        description="Table Storage account that keeps the audit trail; empty: the data folder keeps it",
    )
    table_key: str = Field(
        default="", repr=False, description="Its account key; empty: the managed identity signs in"
    )
    table_name: str = Field(
        default="AuditLogs",
        pattern=r"^[A-Za-z][A-Za-z0-9]{2,62}$",
        description="Table of the trail",
    )
    checkpoint_container: str = Field(
        default="audit-checkpoints",
        pattern=_CONTAINER,
        description="Container of the trail's signed checkpoints, in the account of the documents",
    )
    checkpoint_key: str = Field(
        default="",
        repr=False,
        description="Key of their HMAC-SHA256, 32 characters or more, the same for every process; needed with a "
        "table endpoint",
    )
    cosmos_endpoint: str = Field(
        default="",
        pattern=_ADDRESS,
        description="Cosmos DB account that keeps the records, such as https://NAME.documents.azure.com; empty: the "
        "data folder keeps them",
    )
    cosmos_key: str = Field(
        default="", repr=False, description="Its account key; empty: the managed identity signs in"
    )
    cosmos_database: str = Field(
        default="advisor", pattern=r"^[A-Za-z0-9_-]{1,100}$", description="Database there"
    )
    service_bus_namespace: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9.-]*$",
        description="Service Bus that holds the queues, such as NAME.servicebus.windows.net; empty: the data "
        "folder holds them",
    )
    service_bus_connection: str = Field(
        default="",
        repr=False,
        description="Connection string in place of the namespace, where no identity can sign in",
    )
    document_intelligence_endpoint: str = Field(
        default="",
        pattern=_ADDRESS,
        description="Document Intelligence that reads the pages of PDFs; empty: they are read here",
    )
    document_intelligence_key: str = Field(
        default="", repr=False, description="Its key; empty: the managed identity signs in"
    )
    document_intelligence_calls: int = Field(
        default=4, ge=1, le=15, description="Calls at once for the pages of one document"
    )
    redis_url: str = Field(
        default="",
        repr=False,
        pattern=r"^(rediss?://\S+)?$",
        description="Redis that processes share as a cache, rediss://[:KEY@]HOST:PORT; empty: each has its own",
    )
    key_vault_url: str = Field(
        default="",
        pattern=_HTTPS,
        description="Key Vault that holds the secrets which are not set here; empty: none",
    )
    logic_app_url: str = Field(
        default="",
        repr=False,
        pattern=_ADDRESS,
        description="HTTP trigger of the Logic App that sends notices on, signature included",
    )
    app_insights_connection_string: str = Field(
        default="",
        repr=False,
        description="Application Insights that takes metrics, events and traces; empty: the log only",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="How much is logged"
    )

    @field_validator("data_dir")
    @classmethod
    def _under_the_project(cls, value: Path) -> Path:
        return (PROJECT_ROOT / value.expanduser()).resolve()

    @field_validator("redis_url")
    @classmethod
    def _names_a_host(cls, value: str) -> str:
        try:
            place = urlsplit(value)
            if not value or (place.hostname and place.port is not None):
                return value
        except ValueError:
            pass
        raise ValueError(
            "it has to end with a host and a port; in a key before them / is written %2F and @ is written %40"
        )

    @field_validator("entra_tenant_id", "entra_client_id")
    @classmethod
    def _names_one_tenant_and_one_application(cls, value: str) -> str:
        if value and not _GUID.fullmatch(value.lower()):
            raise ValueError(
                "it is no id such as 00000000-1111-2222-3333-444444444444; names of domains are not "
                "taken, and 'common' would let in every tenant"
            )
        return value.lower()

    @field_validator("entra_authority")
    @classmethod
    def _is_reached_over_https(cls, value: str) -> str:
        if not re.fullmatch(r"https://[^\s/?#@]+/\{tenant\}/v2\.0", value):
            raise ValueError("it has to be https://, a host, and /{tenant}/v2.0 word for word")
        return value

    @model_validator(mode="after")
    def _can_notify(self) -> Self:
        if self.notify == "webhook" and (
            not self.webhook_url or len(self.webhook_secret) < _SHORTEST_SECRET
        ):
            raise ValueError(
                f"ADVISOR_NOTIFY=webhook needs ADVISOR_WEBHOOK_URL and ADVISOR_WEBHOOK_SECRET "
                f"({_SHORTEST_SECRET} characters or more)"
            )
        if self.notify == "logic-app" and (
            not self.logic_app_url or len(self.webhook_secret) < _SHORTEST_SECRET
        ):
            raise ValueError(
                f"ADVISOR_NOTIFY=logic-app needs ADVISOR_LOGIC_APP_URL and ADVISOR_WEBHOOK_SECRET "
                f"({_SHORTEST_SECRET} characters or more)"
            )
        if self.notify == "smtp" and not (
            self.smtp_host and self.smtp_sender and self.smtp_mailbox
        ):
            raise ValueError(
                "ADVISOR_NOTIFY=smtp needs ADVISOR_SMTP_HOST, ADVISOR_SMTP_SENDER and ADVISOR_SMTP_MAILBOX"
            )
        return self

    @model_validator(mode="after")
    def _knows_entra_whole_or_not(self) -> Self:
        given = (self.entra_tenant_id, self.entra_client_id, self.entra_client_secret)
        if any(given) and not all(given):
            raise ValueError(
                "sign-in with Entra ID needs ADVISOR_ENTRA_TENANT_ID, ADVISOR_ENTRA_CLIENT_ID and "
                "ADVISOR_ENTRA_CLIENT_SECRET, or none of them"
            )
        return self

    @model_validator(mode="after")
    def _names_one_service_bus(self) -> Self:
        if self.service_bus_namespace and self.service_bus_connection:
            raise ValueError(
                "ADVISOR_SERVICE_BUS_NAMESPACE and ADVISOR_SERVICE_BUS_CONNECTION are two ways to one Service Bus; "
                "set one of them"
            )
        return self

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        if self.host in _ANY_ADDRESS and not self.public_url:
            raise ValueError(
                f"ADVISOR_HOST={self.host} listens on every address, so that ADVISOR_PUBLIC_URL has to name "
                "the one under which people open the product"
            )
        return self

    @property
    def base_url(self) -> str:
        """The product's address without a slash at its end, such as http://127.0.0.1:8501."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"

    @property
    def at_home(self) -> bool:
        """Whether only this machine reaches the product, by its address and by the public one."""
        return self.host in _LOOPBACK and (_name(self.base_url) in _LOOPBACK)

    @property
    def host_names(self) -> list[str]:
        """The names under which the product answers: this machine's own, the host's, the public address's."""
        named = {self.host, _name(self.base_url)} - _ANY_ADDRESS
        return sorted(
            {*_LOOPBACK, *named, *(f"[{name}]" for name in {*_LOOPBACK, *named} if ":" in name)}
        )

    @property
    def is_secure(self) -> bool:
        """Whether people open the product by https."""
        return self.base_url.startswith("https://")

    def environment(self) -> dict[str, str]:
        """Return these settings as variables, so that a child process runs with the same ones."""
        values = self.model_dump(mode="json")
        return {f"{ENV_PREFIX}{name.upper()}": str(value) for name, value in values.items()}


SECRETS = frozenset(name for name, field in Settings.model_fields.items() if not field.repr)
"""The settings that nobody is shown, and that a vault may hold."""
LookUp = Callable[[str, str, Collection[str]], Mapping[str, str]]
"""Asked with a vault's address, a file of certificates ('' for the usual ones) and variables; returns what it holds of them."""


def read_settings(look_up: LookUp | None = None) -> Settings:
    """Read the settings; secrets that are not set are looked up in the vault where one is named.

    Raises InvalidInput naming each variable that cannot be used, and what ``look_up`` raises.
    """
    found: dict[str, Any] = {} if look_up is None else _looked_up(look_up)
    try:
        return Settings(**found)
    except ValidationError as error:
        raise InvalidInput(_sentence(error)) from error


def _looked_up(look_up: LookUp) -> dict[str, Any]:
    given = {**DotEnvSettingsSource(Settings)(), **EnvSettingsSource(Settings)()}
    vault = str(given.get("key_vault_url", ""))
    if not vault or not re.match(_HTTPS, vault):
        return {}
    variables = {f"{ENV_PREFIX}{name.upper()}": name for name in SECRETS - given.keys()}
    held = look_up(vault, str(given.get("azure_ca_file", "")), sorted(variables))
    return {variables[variable]: value for variable, value in held.items()}


def _name(address: str) -> str:
    return urlsplit(address).hostname or ""


def _sentence(error: ValidationError) -> str:
    faults = []
    for fault in error.errors():
        name = "_".join(str(part) for part in fault["loc"]).upper()
        variable = name if name.startswith(ENV_PREFIX) else f"{ENV_PREFIX}{name}"
        words = fault["msg"].removeprefix("Value error, ")
        shown = "" if name.lower() in SECRETS else f" (it is {fault['input']!r})"
        faults.append(f"{variable}: {words}{shown}" if name else words)
    return "The settings cannot be used. " + "; ".join(faults) + "."
