"""Entra ID as the settings have it."""

from services.adapters.entra.flow import EntraSignIn
from services.adapters.entra.keys import SigningKeys
from services.adapters.entra.registration import registration_of
from services.adapters.entra.tokens import EntraTokens
from services.config import Settings


def entra_of(settings: Settings) -> EntraSignIn | None:
    """Return sign-in and tokens of the registration in the settings, None where there is none."""
    registration = registration_of(settings)
    if registration is None:
        return None
    tokens = EntraTokens(registration, SigningKeys(registration.keys_address))
    return EntraSignIn(registration, tokens)
