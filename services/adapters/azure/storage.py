"""What the adapters of Azure Storage share: one layer of retries, and sentences for what the service answers."""

import random
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import RetryPolicy

from services.adapters.azure.credentials import storage_credential, verification
from services.config import Settings
from services.domain.errors import InvalidInput, Unavailable

CONNECT_SECONDS, READ_SECONDS = 5, 15
"""How long one try waits for a connection, and then for the next bytes."""
RETRIES = 3
TOTAL_SECONDS = 20
"""Nothing is tried again this long after the first try began; a message's lease is longer."""
BACKOFF_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 8
"""The second try comes at once, those after it with random waits up to twice as long each time."""

_REFUSED = frozenset({401, 403})
_BUSY = frozenset({429, 503})


class StorageRetries(RetryPolicy[Any, Any]):
    """Tries again what is worth it, 429 too, and waits as long as the service asks; not longer than it makes sense.

    It stands where the SDK's own policy does, which knows no 429 and no Retry-After.
    """

    def __init__(self) -> None:
        super().__init__(
            retry_total=RETRIES,
            retry_backoff_factor=BACKOFF_SECONDS,
            retry_backoff_max=LONGEST_WAIT_SECONDS,
            timeout=TOTAL_SECONDS,
        )

    def configure_retries(self, options: dict[str, Any]) -> dict[str, Any]:
        """Take out of the options what was meant for the SDK's own policy: a second host to read from.

        A POST is tried again too: what is sent by one here is created once, or refused as being there already.
        """
        for name in ("hosts", "location_mode", "retry_to_secondary", "retry_hook"):
            options.pop(name, None)
        found = super().configure_retries(options)
        return found | {"methods": found["methods"] | {"POST"}}

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """Whether to try again; not when the service asks for a wait that nobody would sit out."""
        asked = self.get_retry_after(response)
        if asked is not None and asked > LONGEST_WAIT_SECONDS:
            return False
        return bool(super().is_retry(settings, response))

    def get_backoff_time(self, settings: dict[str, Any]) -> float:
        """Return how many seconds to wait where the service does not say."""
        return random.uniform(0, super().get_backoff_time(settings))  # noqa: S311 - no secret

    def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        """Send a request, and say of the answer what the SDKs' own policies would: which host it came from."""
        response = super().send(request)
        response.http_response.location_mode = response.context["location_mode"] = "primary"
        return response


@dataclass(frozen=True, slots=True)
class StorageAccount:
    """One service of a storage account, as the settings name it.

    ``variable`` is how the names of its variables begin (such as ADVISOR_BLOB), ``role`` what the managed identity
    has to be there.
    """

    service: str
    endpoint: str
    key: str
    variable: str
    role: str

    def options(self, settings: Settings) -> dict[str, Any]:
        """Return what every client of the account is made with; raises InvalidInput where no identity can sign in."""
        if not self.key and not self.endpoint.startswith("https://"):
            raise InvalidInput(
                f"{self.variable}_ENDPOINT has to be https:// for the managed identity to sign in there; "
                f"with http:// a {self.variable}_KEY is needed."
            )
        return {
            "credential": storage_credential(self.endpoint, self.key),
            "connection_verify": verification(settings),
            "connection_timeout": CONNECT_SECONDS,
            "read_timeout": READ_SECONDS,
        }

    def told(self, error: AzureError) -> Unavailable:
        """Return what an error of the SDK means, as a sentence that says what to do."""
        status = error.status_code if isinstance(error, HttpResponseError) else None
        code = code_of(error)
        if status in _REFUSED or isinstance(error, ClientAuthenticationError):
            wrong = (
                f"{self.variable}_KEY is not its key"
                if self.key
                else f'the managed identity cannot sign in or has not the role "{self.role}"'
            )
            return Unavailable(
                f"{self.service} at {self.endpoint} refuses the product ({code}): {wrong}, or a firewall is between."
            )
        if status in _BUSY:
            return Unavailable(f"{self.service} is busy ({code}); try again in a moment.")
        if status is not None:
            return Unavailable(
                f"{self.service} at {self.endpoint} answered with an error ({code})."
            )
        cause = "ADVISOR_AZURE_CA_FILE" if "CERTIFICATE" in str(error) else "the network"
        return Unavailable(
            f"{self.service} at {self.endpoint} does not answer ({code}). "
            f"Check {self.variable}_ENDPOINT and {cause}; try again in a moment."
        )


def code_of(error: AzureError) -> str:
    """Return what the service calls an error, else its HTTP status, else what the SDK calls it."""
    code = getattr(error, "error_code", None) or getattr(error, "status_code", None)
    return str(getattr(code, "value", code) or type(error).__name__)
