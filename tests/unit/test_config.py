"""Settings: defaults, variables, refusals that name the variable, and the example file."""

import re
from pathlib import Path

import pytest

from services.config import PROJECT_ROOT, Settings, read_settings
from services.domain.errors import InvalidInput


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(f"ADVISOR_{field.upper()}", raising=False)


def test_the_defaults_keep_everything_on_this_machine():
    settings = Settings(_env_file=None)
    assert settings.data_dir == PROJECT_ROOT / "data"
    assert (settings.host, settings.port) == ("127.0.0.1", 8501)
    assert settings.workers in {1, 2}
    assert settings.max_upload_bytes == 52_428_800
    assert (settings.lease_seconds, settings.max_delivery, settings.poll_seconds) == (30, 5, 0.25)


def test_a_relative_data_folder_starts_at_the_project_and_not_where_the_program_was_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADVISOR_DATA_DIR", "elsewhere/data")
    assert Settings(_env_file=None).data_dir == PROJECT_ROOT / "elsewhere" / "data"


def test_settings_cannot_be_changed_once_read():
    with pytest.raises(ValueError, match="frozen"):
        Settings(_env_file=None).port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ADVISOR_PORT", "0"),
        ("ADVISOR_PORT", "65536"),
        ("ADVISOR_PORT", "http"),
        ("ADVISOR_WORKERS", "0"),
        ("ADVISOR_MAX_UPLOAD_BYTES", "52428801"),
        ("ADVISOR_LEASE_SECONDS", "0.5"),
        ("ADVISOR_MAX_DELIVERY", "0"),
        ("ADVISOR_POLL_SECONDS", "0"),
        ("ADVISOR_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
):
    monkeypatch.setenv(variable, value)
    with pytest.raises(InvalidInput) as refused:
        read_settings()
    assert variable in refused.value.sentence
    assert value in refused.value.sentence


OWN = ["127.0.0.1", "::1", "[::1]", "localhost"]


@pytest.mark.parametrize(
    ("given", "at_home", "names", "secure"),
    [
        ({}, True, [], False),
        ({"host": "::1"}, True, [], False),
        ({"host": "localhost", "public_url": "http://localhost:9000/"}, True, [], False),
        ({"host": "0.0.0.0", "public_url": "http://localhost"}, False, [], False),
        ({"host": "192.168.1.5"}, False, ["192.168.1.5"], False),
        ({"host": "fd00::5"}, False, ["fd00::5", "[fd00::5]"], False),
        ({"public_url": "https://advisor.example.com"}, False, ["advisor.example.com"], True),
        ({"host": "0.0.0.0", "public_url": "http://Advisor:80"}, False, ["advisor"], False),
        ({"host": "127.0.0.1.evil.example"}, False, ["127.0.0.1.evil.example"], False),
    ],
    ids=str,
)
def test_the_settings_know_who_reaches_the_product_and_by_which_names(
    given, at_home, names, secure
):
    settings = Settings(_env_file=None, **given)
    assert settings.at_home is at_home
    assert settings.host_names == sorted([*OWN, *names])
    assert settings.is_secure is secure


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_host_that_is_every_address_needs_a_name(monkeypatch: pytest.MonkeyPatch, host: str):
    monkeypatch.setenv("ADVISOR_HOST", host)
    with pytest.raises(InvalidInput, match="ADVISOR_PUBLIC_URL has to name"):
        read_settings()


def test_a_child_process_given_the_environment_reads_the_same_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    settings = Settings(_env_file=None, data_dir=tmp_path, port=9000, workers=3, poll_seconds=0.05)
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings(_env_file=None) == settings


def test_the_example_file_lists_every_variable_with_its_default():
    text = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^(ADVISOR_\w+)=(.*)$", text, flags=re.MULTILINE))
    assert set(listed) == {f"ADVISOR_{name.upper()}" for name in Settings.model_fields}
    read = Settings(_env_file=PROJECT_ROOT / ".env.example")
    assert read == Settings(_env_file=None, workers=2)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "http://127.0.0.1:8501"),
        ({"host": "::1", "port": 9000}, "http://[::1]:9000"),
        ({"public_url": "https://advisor.example.com/fi/"}, "https://advisor.example.com/fi"),
    ],
)
def test_exported_files_link_to_the_address_under_which_people_open_the_product(given, address):
    assert Settings(**given).base_url == address


@pytest.mark.parametrize("given", ["javascript:alert(1)", "ftp://x", "https://x?y=1", "x"])
def test_an_address_that_is_none_is_refused(given):
    with pytest.raises(ValueError, match="public_url"):
        Settings(public_url=given)


@pytest.mark.parametrize(
    "url",
    ["rediss://:test/key=@cache.example.org:6380", "rediss://cache.example.org", "redis://:6379"],
)
def test_an_address_of_redis_that_cannot_be_read_is_refused_without_showing_its_key(
    monkeypatch: pytest.MonkeyPatch, url: str
):
    monkeypatch.setenv("ADVISOR_REDIS_URL", url)
    with pytest.raises(InvalidInput, match="ADVISOR_REDIS_URL") as refused:
        read_settings()
    assert "%2F" in refused.value.sentence
    assert url not in refused.value.sentence


TENANT, CLIENT = "11111111-2222-3333-4444-555555555555", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
ENTRA = {
    "ADVISOR_ENTRA_TENANT_ID": TENANT,
    "ADVISOR_ENTRA_CLIENT_ID": CLIENT,
    "ADVISOR_ENTRA_CLIENT_SECRET": "kept out of sight",
}


@pytest.mark.parametrize("missing", ENTRA)
def test_entra_id_is_set_up_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch, missing: str):
    for name in ENTRA.keys() - {missing}:
        monkeypatch.setenv(name, ENTRA[name])
    with pytest.raises(InvalidInput, match=missing) as refused:
        read_settings()
    assert "kept out of sight" not in refused.value.sentence


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("ADVISOR_ENTRA_TENANT_ID", "common", "would let in every tenant"),
        ("ADVISOR_ENTRA_TENANT_ID", "contoso.onmicrosoft.com", "names of domains"),
        ("ADVISOR_ENTRA_CLIENT_ID", f"api://{CLIENT}", "no id such as"),
        ("ADVISOR_ENTRA_AUTHORITY", "http://127.0.0.1/{tenant}/v2.0", "https://"),
        ("ADVISOR_ENTRA_AUTHORITY", f"https://login.microsoftonline.com/{TENANT}/v2.0", "word"),
        ("ADVISOR_ENTRA_AUTHORITY", "https://login.microsoftonline.com/{tenant}", "v2.0"),
        ("ADVISOR_ENTRA_AUTHORITY", "https://login.example@evil.example/{tenant}/v2.0", "a host"),
    ],
)
def test_what_names_no_tenant_application_or_issuer_is_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, reason: str
):
    for name, good in {**ENTRA, variable: value}.items():
        monkeypatch.setenv(name, good)
    with pytest.raises(InvalidInput, match=variable) as refused:
        read_settings()
    assert reason in refused.value.sentence
    assert "kept out of sight" not in refused.value.sentence


def test_ids_of_entra_id_are_compared_in_small_letters(monkeypatch: pytest.MonkeyPatch):
    for name, value in ENTRA.items():
        monkeypatch.setenv(name, value.upper() if name.endswith("_ID") else value)
    assert (read_settings().entra_tenant_id, read_settings().entra_client_id) == (TENANT, CLIENT)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"OPENAI_ENDPOINT": "https://x.openai.azure.com"}, "needs ADVISOR_OPENAI_DEPLOYMENT"),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:11434/v1"}, "needs ADVISOR_OPENAI_MODEL"),
        (
            {
                "OPENAI_ENDPOINT": "https://x.openai.azure.com", "OPENAI_DEPLOYMENT": "one",
                "OPENAI_BASE_URL": "http://127.0.0.1:11434/v1", "OPENAI_MODEL": "two",
            },
            "two places for one model",
        ),
        ({"OPENAI_ENDPOINT": "x.openai.azure.com"}, "ADVISOR_OPENAI_ENDPOINT"),
        ({"OPENAI_API_VERSION": "latest"}, "ADVISOR_OPENAI_API_VERSION"),
        ({"OPENAI_SECONDS": "0"}, "ADVISOR_OPENAI_SECONDS"),
        ({"OPENAI_INPUT_PRICE": "-1"}, "ADVISOR_OPENAI_INPUT_PRICE"),
    ],
)  # fmt: skip
def test_a_language_model_is_named_whole_and_once(given, said, monkeypatch: pytest.MonkeyPatch):
    for name, value in given.items():
        monkeypatch.setenv(f"ADVISOR_{name}", value)
    with pytest.raises(InvalidInput, match=said):
        read_settings()
