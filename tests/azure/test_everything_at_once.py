"""The whole job with every capability on its Azure adapter at once, beside the same job on one machine.

Storage is Azurite and the cache is Redis; the others are servers of these tests, by our own reading of their
protocols. The product runs in a process of its own, is configured by its environment alone, and has its secrets
from the vault.
"""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.domain.messages import Queue
from tests.azure import (  # fmt: skip
    app_insights,
    azurite,
    cosmos,
    document_intelligence,
    key_vault,
    logic_app,
    openai_server,
    redis_server,
)
from tests.azure.azurite import Azurite
from tests.azure.installation_run import REVIEWER, TOKEN, TRACE
from tests.azure.key_vault import HEADER, KeyVaultServer
from tests.azure.openai_server import ModelServer, sentences
from tests.azure.service_bus import ServiceBusPeer
from tests.conftest import ROOT
from tests.contract.trails import CHECKPOINT_KEY
from tests.identity import oidc_server
from tests.identity.oidc_server import CLIENT, SECRET, TENANT, OidcServer

pytestmark = pytest.mark.xdist_group("azurite")
SAMPLES = [
    str(ROOT / "samples" / f"Larkfield_FY{year}_10-K.pdf") for year in (2024, 2025)
]  # fmt: skip
ON_AZURE = {
    "Documents": "Azure Blob Storage",
    "Records": "Azure Cosmos DB",
    "Queues": "Azure Service Bus",
    "Audit trail": "Azure Table Storage",
    "Page layouts": "Azure Document Intelligence",
    "Cache": "Redis",
    "Sentences": "Azure OpenAI",
    "Secrets": "Azure Key Vault",
    "Notices": "Logic App",
    "Telemetry": "Azure Application Insights",
    "Sign-in": "Microsoft Entra ID",
}


@dataclass
class Azure:
    """The servers of an installation, and what its environment names them by."""

    environment: dict[str, str]
    notices: list[tuple[str, str, dict[str, str]]]
    envelopes: list[dict[str, Any]]
    vault: KeyVaultServer
    layout: document_intelligence.DocumentIntelligence
    model: ModelServer


@pytest.fixture(scope="module")
def azure(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azure]:
    with ExitStack() as stack:
        yield _opened(azurite, tmp_path_factory.mktemp("azure"), stack)


def _opened(storage: Azurite, folder: Path, stack: ExitStack) -> Azure:
    mine = uuid.uuid4().hex
    issuer = stack.enter_context(oidc_server.running(folder))
    vault = stack.enter_context(key_vault.running(folder))
    records = cosmos.CosmosServer()
    stack.callback(records.stop)
    bus = ServiceBusPeer([queue.value for queue in Queue], lock_seconds=60)
    bus.start()
    stack.callback(bus.close)
    layout = stack.enter_context(document_intelligence.DocumentIntelligence())
    model = stack.enter_context(ModelServer())
    model.answer = lambda _: sentences("Revenue rose by 99.9 % to $1 in 2031.")
    shared = stack.enter_context(redis_server.running())
    hook, trigger = stack.enter_context(logic_app.serving())
    connection, envelopes = stack.enter_context(app_insights.serving())
    _hold(vault, {
        "blob_key": azurite.KEY, "table_key": azurite.KEY, "cosmos_key": cosmos.KEY,
        "checkpoint_key": CHECKPOINT_KEY, "service_bus_connection": bus.connection,
        "document_intelligence_key": document_intelligence.KEY, "redis_url": shared.url,
        "webhook_secret": logic_app.HMAC_KEY, "logic_app_url": hook,
        "app_insights_connection_string": connection, "entra_client_secret": SECRET,
        "openai_key": openai_server.KEY,
    })  # fmt: skip
    environment = {
        "ADVISOR_BLOB_ENDPOINT": storage.blob_endpoint, "ADVISOR_BLOB_CONTAINER": f"d{mine}",
        "ADVISOR_TABLE_ENDPOINT": storage.table_endpoint, "ADVISOR_TABLE_NAME": f"T{mine}",
        "ADVISOR_CHECKPOINT_CONTAINER": f"c{mine}", "ADVISOR_COSMOS_ENDPOINT": records.url,
        "ADVISOR_DOCUMENT_INTELLIGENCE_ENDPOINT": layout.endpoint,
        "ADVISOR_OPENAI_ENDPOINT": model.endpoint,
        "ADVISOR_OPENAI_DEPLOYMENT": openai_server.DEPLOYMENT,
        "ADVISOR_NOTIFY": "logic-app", "ADVISOR_KEY_VAULT_URL": vault.url,
        "ADVISOR_AZURE_CA_FILE": str(vault.ca_file),
        "IDENTITY_ENDPOINT": f"http://127.0.0.1:{vault.identity_port}/token", "IDENTITY_HEADER": HEADER,
        "ADVISOR_ENTRA_TENANT_ID": TENANT, "ADVISOR_ENTRA_CLIENT_ID": CLIENT,
        "ADVISOR_ENTRA_AUTHORITY": issuer.authority, TOKEN: issuer.token(),
        **_trusting(issuer),
    }  # fmt: skip
    return Azure(environment, trigger.got, envelopes, vault, layout, model)


def _hold(vault: KeyVaultServer, secrets: dict[str, str]) -> None:
    """Put secrets into the vault, under the names that Key Vault takes."""
    vault.versions = {
        f"ADVISOR-{name.upper().replace('_', '-')}": [value] for name, value in secrets.items()
    }


def _trusting(issuer: OidcServer) -> dict[str, str]:
    return dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), str(issuer.certificate))


def run(environment: dict[str, str], folder: Path) -> dict[str, Any]:
    """Run the job and return what it printed."""
    kept = {name: one for name, one in os.environ.items() if not name.startswith("ADVISOR_")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.azure.installation_run", *SAMPLES],
        cwd=ROOT, env={**kept, "ADVISOR_DATA_DIR": str(folder), **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    printed: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return printed


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return run({}, tmp_path_factory.mktemp("here"))


@pytest.fixture(scope="module")
def there(azure: Azure, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return run(azure.environment, tmp_path_factory.mktemp("there"))


def test_every_capability_was_on_azure_and_well(there: dict[str, Any]):
    assert {name: there["adapters"].get(name) for name in ON_AZURE} == ON_AZURE
    assert set(there["adapters"]) == set(ON_AZURE)
    assert there["ailing"] == []


def test_the_reports_come_to_the_summary_with_the_same_numbers_and_insights(
    here: dict[str, Any], there: dict[str, Any]
):
    assert there["statuses"] == here["statuses"]
    assert [status for _, status in there["statuses"]] == ["analysed"] * len(SAMPLES)
    assert len(there["numbers"]) > 200
    assert there["numbers"] == here["numbers"]
    assert there["listed"] == here["listed"] != []
    assert there["is_the_same_again"]
    assert there["summary"] == here["summary"]
    assert there["insights"] == here["insights"]


def test_with_pages_and_sentences_of_this_machine_every_byte_is_the_same(
    azurite: Azurite, here: dict[str, Any], tmp_path: Path
):
    with ExitStack() as stack:
        other = _opened(azurite, tmp_path, stack)
        here_too = {"ADVISOR_DOCUMENT_INTELLIGENCE_ENDPOINT": "", "ADVISOR_OPENAI_ENDPOINT": ""}
        there = run(other.environment | here_too, tmp_path / "data")
    for what in ("statements", "facts", "findings", "tie_outs", "insights", "chains", "summary"):
        assert there[what] == here[what]
    assert min(len(here["facts"]), len(here["insights"]), len(here["chains"])) > 10


def test_a_model_that_lies_was_asked_and_wrote_nothing(
    azure: Azure, here: dict[str, Any], there: dict[str, Any]
):
    assert there["insights"] == here["insights"]
    assert len(azure.model.requests) > 10
    told = [json.loads(chain)["narration"] for chain in there["chains"]]
    assert [one["tries"] for one in told if one] != []
    assert all(json.loads(chain)["narration"] is None for chain in here["chains"])


def test_the_trail_is_whole_and_the_reviewer_was_told(azure: Azure, there: dict[str, Any]):
    assert (there["breach"], there["alert"]) == (None, "sent")
    told = [json.loads(body)["reviewer_email"] for _, body, _ in azure.notices]
    assert set(told) == {REVIEWER}


def test_the_secrets_came_from_the_vault_and_the_pages_from_document_intelligence(
    azure: Azure, there: dict[str, Any]
):
    assert there
    assert "ADVISOR-COSMOS-KEY" in azure.vault.asked
    assert azure.layout.posts


def test_one_trace_leads_from_the_request_through_the_queues_to_the_insight(
    azure: Azure, there: dict[str, Any]
):
    assert there
    of_trace = [e for e in azure.envelopes if e["tags"].get("ai.operation.id") == TRACE]
    names = {one["data"]["baseData"].get("name") for one in of_trace}
    assert {"POST /documents/ingest", "ReportReceived", "FactsExtracted"} <= names
    assert {"InsightsAccepted", "InsightsEscalated"} & names
