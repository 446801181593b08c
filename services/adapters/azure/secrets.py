"""Secrets in Key Vault, each under the name of its variable with hyphens, such as ADVISOR-SMTP-PASSWORD."""

from collections.abc import Collection
from urllib.parse import urlsplit

from azure.core.credentials import TokenCredential
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
)
from azure.keyvault.secrets import SecretClient

from services.adapters.azure.credentials import identity
from services.domain.errors import Unavailable

_CONNECT_SECONDS, _READ_SECONDS = 5, 10
_RETRIES = 2
_FORBIDDEN = 403
_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
_ANY = "ADVISOR_WEBHOOK_SECRET"


class KeyVault:
    """Reads the newest version of secrets; values are returned and kept nowhere."""

    def __init__(self, url: str, credential: TokenCredential, ca_file: str = "") -> None:
        self._host = urlsplit(url).hostname or ""
        self._client = SecretClient(
            url,
            credential,
            connection_verify=ca_file or True,
            connection_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retry_total=_RETRIES,
            retry_backoff_max=_READ_SECONDS,
            # A server on this machine that stands in for a vault cannot have a name under vault.azure.net.
            verify_challenge_resource=self._host not in _THIS_MACHINE,
        )

    def secrets(self, variables: Collection[str]) -> dict[str, str]:
        """Return the values of those variables that the vault holds; raises Unavailable."""
        found = ((one, self._secret(one)) for one in variables)
        return {variable: value for variable, value in found if value is not None}

    def check(self) -> str:
        """Return how the vault is after reading one secret, there or not; raises Unavailable."""
        self._secret(_ANY)
        return "Answers; secrets may be read."

    def _secret(self, variable: str) -> str | None:
        name = variable.replace("_", "-")
        try:
            return self._client.get_secret(name).value
        except ResourceNotFoundError:
            return None
        except (AzureError, ValueError) as error:
            raise Unavailable(
                f"The key vault {self._host} (ADVISOR_KEY_VAULT_URL) does not give {name}: {_why(error)}."
            ) from error


def open_vault(url: str, ca_file: str) -> KeyVault:
    """Return the vault at an address, where the product's identity signs in."""
    return KeyVault(url, identity(), ca_file)


def _why(error: Exception) -> str:
    if isinstance(error, HttpResponseError) and error.status_code == _FORBIDDEN:
        return (
            "the product's identity may not read it; give it the role Key Vault Secrets User, or enable the "
            "secret"
        )
    if isinstance(error, ClientAuthenticationError):
        return "the product's identity could not sign in"
    if isinstance(error, HttpResponseError):
        return f"it answered {error.status_code}"
    if isinstance(error, ValueError):
        return "what answers there is no key vault"
    return f"it cannot be reached ({type(error).__name__})"
