"""What is in use and how it is, with services of Azure that answer, refuse and are gone."""

import json
import socket

import pytest

from services.cli import main
from tests.azure import key_vault, openai_server, redis_server
from tests.azure.openai_server import MODEL, ModelServer
from tests.azure.redis_server import PASSWORD


@pytest.fixture
def vault(tmp_path, monkeypatch):
    with key_vault.running(tmp_path) as server:
        key_vault.named(server, monkeypatch)
        yield server
    key_vault.identity.cache_clear()


def doctor(capsys) -> tuple[int, dict[str, dict[str, object]], str]:
    code = main(["doctor", "--json"])
    said = capsys.readouterr().out
    return code, {one["name"]: one for one in json.loads(said)["services"]}, said


def test_each_is_named_with_its_host_and_without_its_key(vault, capsys, monkeypatch):
    redis_server.patient(monkeypatch)
    with redis_server.running() as redis:
        vault.versions = {"ADVISOR-REDIS-URL": [redis.url]}
        code, found, said = doctor(capsys)
        assert code == 0
        assert PASSWORD not in said
        expected = {
            "Cache": ("Redis", f"127.0.0.1:{redis.port}", True, "Answers."),
            "Secrets": (
                "Azure Key Vault", f"localhost:{vault.port}", True, "Answers; secrets may be read.",
            ),
        }  # fmt: skip
        for name, row in expected.items():
            one = found[name]
            assert (one["adapter"], one["host"], one["ok"], one["sentence"]) == row
        redis.stop()
        code, found, said = doctor(capsys)
        assert code == 1
        assert [name for name, one in found.items() if not one["ok"]] == ["Cache"]
        assert "ADVISOR_REDIS_URL" in found["Cache"]["sentence"]
        assert PASSWORD not in said


def test_a_vault_that_refuses_stops_the_doctor_with_what_to_do(vault, capsys):
    vault.refused = {"ADVISOR-BLOB-KEY"}
    assert main(["doctor"]) == 1
    assert "Key Vault Secrets User" in capsys.readouterr().err


def test_a_language_model_is_asked_for_a_word(monkeypatch, capsys):
    with ModelServer() as server:
        for name, value in server.settings().items():
            monkeypatch.setenv(f"ADVISOR_{name.upper()}", str(value))
        code, found, said = doctor(capsys)
        row = found["Sentences"]
        assert (code, row["adapter"], row["ok"]) == (0, "Azure OpenAI", True)
        assert row["host"] == server.endpoint.partition("//")[2]
        assert MODEL in row["sentence"]
        assert openai_server.KEY not in said
        server.faults = [openai_server.refused(404, "DeploymentNotFound")]
        code, found, _ = doctor(capsys)
        assert (code, found["Sentences"]["ok"]) == (1, False)
        assert "check ADVISOR_OPENAI_ENDPOINT" in found["Sentences"]["sentence"]


def test_another_server_of_the_same_api_is_not_called_azure(monkeypatch, capsys):
    with ModelServer() as server:
        monkeypatch.setenv("ADVISOR_OPENAI_BASE_URL", f"{server.endpoint}/v1")
        monkeypatch.setenv("ADVISOR_OPENAI_MODEL", "local-model")
        monkeypatch.setenv("ADVISOR_OPENAI_KEY", openai_server.KEY)
        _, found, _ = doctor(capsys)
    row = found["Sentences"]
    assert (row["adapter"], row["ok"]) == ("A model that speaks OpenAI's API", True)


def test_an_issuer_and_a_webhook_that_are_gone_are_named(monkeypatch, capsys):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        gone = f"127.0.0.1:{nobody.getsockname()[1]}"
        for name, value in {
            "ENTRA_TENANT_ID": "11111111-2222-3333-4444-555555555555",
            "ENTRA_CLIENT_ID": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
            "ENTRA_CLIENT_SECRET": "test-secret",
            "ENTRA_AUTHORITY": f"https://{gone}/{{tenant}}/v2.0",
            "NOTIFY": "webhook",
            "WEBHOOK_URL": f"http://{gone}/hook",
            "WEBHOOK_SECRET": "test-secret-of-sixteen",
        }.items():
            monkeypatch.setenv(f"ADVISOR_{name}", value)
        code, found, said = doctor(capsys)
    assert code == 1
    assert {name: one["host"] for name, one in found.items() if not one["ok"]} == {
        "Notices": gone, "Sign-in": gone,
    }  # fmt: skip
    assert "test-secret" not in said
