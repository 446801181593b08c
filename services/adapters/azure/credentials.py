"""Who the product is on Azure, and whom it believes there."""

import logging
from functools import cache

from azure.core.credentials import AzureNamedKeyCredential, TokenCredential
from azure.identity import DefaultAzureCredential

from services.config import Settings

# The SDKs write every request with its headers at INFO, which would be most of the log.
logging.getLogger("azure").setLevel(logging.WARNING)


@cache
def identity() -> TokenCredential:
    """Return the managed identity, or a developer's own sign-in; one for all services, as it keeps their tokens."""
    return DefaultAzureCredential(exclude_interactive_browser_credential=True)


def storage_credential(endpoint: str, key: str) -> AzureNamedKeyCredential | TokenCredential:
    """Return the account's key where there is one, else the identity; the account is the host's first name.

    On a local server the account is the first part of the path, such as http://127.0.0.1:10000/NAME.
    """
    if not key:
        return identity()
    host, _, path = endpoint.partition("://")[2].partition("/")
    account = path.split("/")[0] or host.split(".")[0]
    return AzureNamedKeyCredential(account, key)


def verification(settings: Settings) -> str | bool:
    """Return what SDKs take as ``connection_verify``: a file of certificates, or True for the usual ones."""
    return settings.azure_ca_file or True
