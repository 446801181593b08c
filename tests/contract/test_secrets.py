"""What holds of every place of secrets: the environment, the file of settings, and Key Vault."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.adapters.azure.credentials import identity
from services.adapters.wiring import chosen_settings
from services.config import SECRETS, Settings
from services.domain.errors import InvalidInput
from tests.azure.key_vault import named, running
from tests.identity.oidc_server import CLIENT, TENANT

SECRET = "test-secret-of-sixteen-or-more"
Hold = Callable[[dict[str, str]], None]
"""Puts secrets into the place, by the names of their variables."""


@pytest.fixture(params=["environment", "file", "vault"])
def hold(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Hold]:
    def into_environment(secrets: dict[str, str]) -> None:
        for name, value in secrets.items():
            monkeypatch.setenv(name, value)

    def into_file(secrets: dict[str, str]) -> None:
        file = tmp_path / "settings.env"
        file.write_text("".join(f"{name}={value}\n" for name, value in secrets.items()))
        monkeypatch.setitem(Settings.model_config, "env_file", file)

    if request.param != "vault":
        yield into_environment if request.param == "environment" else into_file
        return
    with running(tmp_path) as vault:
        named(vault, monkeypatch)

        def into_vault(secrets: dict[str, str]) -> None:
            vault.versions = {name.replace("_", "-"): [value] for name, value in secrets.items()}

        yield into_vault
    identity.cache_clear()


@pytest.mark.parametrize("name", sorted(SECRETS - {"redis_url", "logic_app_url"}))
def test_every_secret_of_the_settings_is_found_and_shown_to_nobody(
    hold: Hold, name: str, monkeypatch: pytest.MonkeyPatch
):
    if name == "entra_client_secret":  # which is of no use alone
        monkeypatch.setenv("ADVISOR_ENTRA_TENANT_ID", TENANT)
        monkeypatch.setenv("ADVISOR_ENTRA_CLIENT_ID", CLIENT)
    value = {"service_bus_connection": f"Endpoint=sb://x/;SharedAccessKey={SECRET}"}.get(
        name, SECRET
    )
    hold({f"ADVISOR_{name.upper()}": value})
    settings = chosen_settings()
    assert getattr(settings, name) == value
    assert SECRET not in repr(settings)


def test_a_secret_that_is_held_nowhere_is_empty(hold: Hold):
    hold({"ADVISOR_BLOB_KEY": SECRET})
    assert (chosen_settings().blob_key, chosen_settings().smtp_password) == (SECRET, "")


def test_a_secret_that_cannot_be_used_is_named_and_not_told(hold: Hold):
    hold({"ADVISOR_REDIS_URL": f"nowhere://{SECRET}"})
    with pytest.raises(InvalidInput, match="ADVISOR_REDIS_URL") as refused:
        chosen_settings()
    assert SECRET not in refused.value.sentence
