"""Secrets of the settings from Key Vault, through azure-identity and the real SDK."""

import logging
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from services.adapters.azure.credentials import identity
from services.adapters.azure.secrets import open_vault
from services.adapters.wiring import chosen_settings
from services.cli import main
from services.config import SECRETS, Settings
from services.domain.errors import InvalidInput, Unavailable
from tests.azure.key_vault import ELSEWHERE, KeyVaultServer, named, running
from tests.conftest import ROOT

SECRET = "test-secret-of-sixteen-or-more"


@pytest.fixture
def vault(tmp_path, monkeypatch) -> Iterator[KeyVaultServer]:
    with running(tmp_path) as server:
        named(server, monkeypatch)
        yield server
    identity.cache_clear()


def test_a_secret_that_is_not_set_here_comes_from_the_vault(vault, monkeypatch):
    vault.versions = {"ADVISOR-WEBHOOK-SECRET": [SECRET], "ADVISOR-BLOB-KEY": ["dGVzdA=="]}
    monkeypatch.setenv("ADVISOR_NOTIFY", "webhook")
    monkeypatch.setenv("ADVISOR_WEBHOOK_URL", "https://hooks.example.org")
    settings = chosen_settings()
    assert (settings.webhook_secret, settings.blob_key) == (SECRET, "dGVzdA==")
    assert settings.smtp_password == ""
    assert SECRET not in repr(settings)


def test_every_secret_is_asked_for_and_nothing_else(vault):
    chosen_settings()
    assert {"webhook_secret", "smtp_password", "entra_client_secret", "redis_url"} <= SECRETS
    assert sorted(vault.asked) == sorted(
        f"ADVISOR-{one.upper().replace('_', '-')}" for one in SECRETS
    )


def test_the_environment_wins_and_the_vault_is_not_even_asked(vault, monkeypatch):
    vault.versions = {"ADVISOR-SMTP-PASSWORD": ["of the vault"]}
    monkeypatch.setenv("ADVISOR_SMTP_PASSWORD", "of the environment")
    assert chosen_settings().smtp_password == "of the environment"
    assert "ADVISOR-SMTP-PASSWORD" not in vault.asked


def test_a_variable_that_is_empty_is_as_good_as_none(vault, monkeypatch):
    vault.versions = {"ADVISOR-BLOB-KEY": ["dGVzdA=="]}
    monkeypatch.setenv("ADVISOR_BLOB_KEY", "")
    assert chosen_settings().blob_key == "dGVzdA=="


def test_the_file_of_settings_wins_too_and_may_name_the_vault(vault, monkeypatch, tmp_path):
    monkeypatch.delenv("ADVISOR_KEY_VAULT_URL")
    file = tmp_path / "settings.env"
    file.write_text(
        f"ADVISOR_KEY_VAULT_URL={vault.url}\nADVISOR_BLOB_KEY=b2YgdGhlIGZpbGU=\nADVISOR_TABLE_KEY=\n"
    )
    monkeypatch.setitem(Settings.model_config, "env_file", file)
    vault.versions = {one: ["dGVzdA=="] for one in ("ADVISOR-BLOB-KEY", "ADVISOR-TABLE-KEY")}
    settings = chosen_settings()
    assert (settings.blob_key, settings.table_key) == ("b2YgdGhlIGZpbGU=", "dGVzdA==")


def test_the_newest_version_of_a_secret_is_read_at_the_next_start(vault):
    vault.versions = {"ADVISOR-BLOB-KEY": ["dGhlIG9sZA=="]}
    assert chosen_settings().blob_key == "dGhlIG9sZA=="
    vault.versions["ADVISOR-BLOB-KEY"].append("dGhlIG5ldw==")
    assert chosen_settings().blob_key == "dGhlIG5ldw=="


def test_children_get_what_the_vault_gave_by_variables(vault):
    vault.versions = {"ADVISOR-BLOB-KEY": ["dGVzdA=="]}
    assert chosen_settings().environment()["ADVISOR_BLOB_KEY"] == "dGVzdA=="


def test_a_vault_that_may_not_be_read_is_named_with_what_to_do(vault):
    vault.refused = {"ADVISOR-BLOB-KEY"}
    with pytest.raises(Unavailable) as refused:
        chosen_settings()
    for words in ("ADVISOR_KEY_VAULT_URL", "ADVISOR-BLOB-KEY", "Key Vault Secrets User"):
        assert words in refused.value.sentence


def test_an_identity_that_cannot_sign_in_is_said(vault):
    vault.knows_us = False
    with pytest.raises(Unavailable, match="identity could not sign in"):
        chosen_settings()


def test_a_throttled_vault_is_asked_again(vault):
    vault.versions, vault.busy = {"ADVISOR-BLOB-KEY": ["dGVzdA=="]}, 2
    assert chosen_settings().blob_key == "dGVzdA=="


def test_a_vault_that_stays_throttled_is_given_up_after_three_tries(vault):
    vault.busy = 100
    with pytest.raises(Unavailable, match="it answered 429"):
        chosen_settings()
    assert len(vault.asked) == 3


def test_an_unreachable_vault_stops_the_start_with_a_sentence(vault, monkeypatch, capsys):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("ADVISOR_KEY_VAULT_URL", f"https://localhost:{nobody.getsockname()[1]}")
        with pytest.raises(Unavailable, match=r"ADVISOR_KEY_VAULT_URL.*cannot be reached"):
            chosen_settings()
        assert main(["verify"]) == 6
    assert "ADVISOR_KEY_VAULT_URL" in capsys.readouterr().err


def test_a_server_that_is_not_trusted_gets_no_token(vault, monkeypatch):
    monkeypatch.delenv("ADVISOR_AZURE_CA_FILE")
    with pytest.raises(Unavailable, match="cannot be reached"):
        chosen_settings()
    assert vault.asked == []


def test_a_server_of_another_name_gets_no_token_for_vaults(vault, monkeypatch):
    """It asks for one of vault.azure.net, which it could use at every vault that we may read."""
    resolve = socket.getaddrinfo

    def ours(host, *others, **more):
        return resolve("127.0.0.1" if host == ELSEWHERE else host, *others, **more)

    monkeypatch.setattr(socket, "getaddrinfo", ours)
    monkeypatch.setenv("ADVISOR_KEY_VAULT_URL", vault.url.replace("localhost", ELSEWHERE))
    with pytest.raises(Unavailable, match="what answers there is no key vault"):
        chosen_settings()
    assert vault.asked == []


def test_a_vault_is_reached_over_https_only(vault, monkeypatch):
    monkeypatch.setenv("ADVISOR_KEY_VAULT_URL", vault.url.replace("https", "http"))
    with pytest.raises(InvalidInput, match="ADVISOR_KEY_VAULT_URL"):
        chosen_settings()


def test_a_secret_that_cannot_be_used_is_refused_without_showing_it(vault):
    vault.versions = {"ADVISOR-REDIS-URL": ["test-key-in-the-wrong-place"]}
    with pytest.raises(InvalidInput, match="ADVISOR_REDIS_URL") as refused:
        chosen_settings()
    assert "test-key" not in refused.value.sentence


def test_no_value_is_logged(vault, caplog):
    vault.versions = {"ADVISOR-WEBHOOK-SECRET": [SECRET]}
    with caplog.at_level(logging.DEBUG):
        chosen_settings()
    assert caplog.text
    assert SECRET not in caplog.text


def test_the_check_reads_a_secret_and_says_what_is_wrong(vault):
    found = open_vault(vault.url, str(vault.ca_file))
    assert found.check() == "Answers; secrets may be read."
    vault.refused = {"ADVISOR-WEBHOOK-SECRET"}
    with pytest.raises(Unavailable, match="may not read it"):
        found.check()


def test_with_everything_on_this_machine_no_package_of_azure_is_loaded():
    code = (
        "import sys; from services.bootstrap import build; build().capabilities.check();"
        "sys.exit(any(name.split('.')[0] in {'azure', 'openai', 'redis'} for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
