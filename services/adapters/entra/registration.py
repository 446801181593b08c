"""The app registration: which tenant's people and programs may come in, and by which application."""

from dataclasses import dataclass, field

from services.config import ENTRA_CALLBACK, Settings


@dataclass(frozen=True, slots=True)
class Registration:
    """One application of one tenant; ``issuer`` is who its tokens come from, word for word."""

    tenant_id: str
    client_id: str
    client_secret: str = field(repr=False)
    issuer: str
    redirect_uri: str

    @property
    def keys_address(self) -> str:
        """Where the issuer publishes its signing keys."""
        return f"{self.issuer.removesuffix('/v2.0')}/discovery/v2.0/keys"

    @property
    def audiences(self) -> tuple[str, str]:
        """For whom an access token may be made out: the client id, or its default application id URI."""
        return self.client_id, f"api://{self.client_id}"


def registration_of(settings: Settings) -> Registration | None:
    """Return the registration of the settings; None where there is none."""
    if not settings.entra_tenant_id:
        return None
    return Registration(
        tenant_id=settings.entra_tenant_id,
        client_id=settings.entra_client_id,
        client_secret=settings.entra_client_secret,
        issuer=settings.entra_authority.replace("{tenant}", settings.entra_tenant_id),
        redirect_uri=f"{settings.base_url}{ENTRA_CALLBACK}",
    )
