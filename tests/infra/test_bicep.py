"""The Bicep templates: well-formed, their names and parameters agree, and they promise what they have to.

No compiler ran on them here (docs/deployment.md says so): ``az bicep build`` sees what these checks do not.
"""

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.infra.bicep import faults, read
from tests.infra.rules import breaches

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"
FILES = {
    path.relative_to(ROOT).as_posix(): path.read_text()
    for path in [INFRA / "main.bicep", *sorted((INFRA / "modules").glob("*.bicep"))]
}
MAIN = "infra/main.bicep"


def module(name: str) -> str:
    return f"infra/modules/{name}.bicep"


def changed(path: str, old: str, new: str) -> dict[str, str]:
    assert old in FILES[path]
    return {**FILES, path: FILES[path].replace(old, new, 1)}


def test_the_templates_are_well_formed_and_agree_with_each_other():
    assert faults(read(FILES)) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "fault"),
    [
        (MAIN, "var maxDelivery = 5", "var maxDelivery = = 5", "syntax error in line"),
        (MAIN, "token: token", "token: tokn", "'tokn' is not declared"),
        (MAIN, "var maxDelivery = 5", "var maxDelivery = 5\nvar spare = 1", "var 'spare' is not used"),
        (MAIN, "param location string", "param location string\nparam spare string", "param 'spare' is not used"),
        (MAIN, "modules/redis.bicep", "modules/rediss.bicep", "names a file that is not there"),
        (MAIN, "    sku: chosen.redisSku\n", "", "module 'redis' is not given 'sku'"),
        (MAIN, "    sku: chosen.redisSku\n", "    sku: chosen.redisSku\n    tier: 'x'\n", "module 'redis' takes no 'tier'"),
        (MAIN, "redis.outputs.id", "redis.outputs.key", "module 'redis' has no output 'key'"),
        (MAIN, "network!.outputs.webSubnetId", "network!.outputs.subnet", "module 'network' has no output 'subnet'"),
        (module("storage"), "subscriptionResourceId(", "subscriptionResource(", "no function 'subscriptionResource' is known"),
        (module("cosmos"), "for one in containers: {", "for two in containers: {", "'one' is not declared"),
        (module("private-endpoints"), "(link, i) in links", "(link, j) in links", "'i' is not declared"),
        (module("notices"), "'${workflow.id}/", "'${workflows.id}/", "'workflows' is not declared"),
    ],
)  # fmt: skip
def test_a_fault_in_a_template_is_found(path: str, old: str, new: str, fault: str):
    found = faults(read(changed(path, old, new)))
    assert any(fault in one and one.startswith(path) for one in found), found


def test_the_templates_keep_their_promises():
    assert breaches(read(FILES)) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "breach"),
    [
        (module("storage"), "allowSharedKeyAccess: false", "allowSharedKeyAccess: true", "allowSharedKeyAccess is True"),
        (module("functions-storage"), "PublicAccess: false", "PublicAccess: true", "allowBlobPublicAccess is True"),
        (module("functions"), "httpsOnly: true", "httpsOnly: false", "httpsOnly is False"),
        (module("storage"), "supportsHttpsTrafficOnly: true\n", "\n", "supportsHttpsTrafficOnly is None"),
        (module("storage"), "minimumTlsVersion: 'TLS1_2'", "minimumTlsVersion: 'TLS1_0'", "minimumTlsVersion is 'TLS1_0'"),
        (module("storage"), "publicAccess: 'None'", "publicAccess: 'Blob'", "publicAccess is 'Blob'"),
        (module("cosmos"), "disableLocalAuth: true", "disableLocalAuth: false", "disableLocalAuth is False"),
        (module("service-bus"), "disableLocalAuth: true", "disableLocalAuth: false", "disableLocalAuth is False"),
        (module("openai"), "disableLocalAuth: true", "disableLocalAuth: false", "disableLocalAuth is False"),
        (module("redis"), "'Encrypted'", "'Plaintext'", "clientProtocol is 'Plaintext'"),
        (module("key-vault"), "enablePurgeProtection: true\n", "\n", "enablePurgeProtection is None"),
        (module("key-vault"), "Authorization: true", "Authorization: false", "enableRbacAuthorization is False"),
        (module("cosmos"), "Access: publicNetworkAccess", "Access: 'Enabled'", "publicNetworkAccess is 'Enabled'"),
        (module("web"), "adminUserEnabled: false", "adminUserEnabled: true", "adminUserEnabled is True"),
        (module("storage"), "var retentionDays = 2557", "var retentionDays = 2555", "immutable for 2555 days"),
        (module("storage"), "immutableStorageWithVersioning: { enabled: true }", "metadata: {}", "not immutable by version"),
        (module("storage"), "isVersioningEnabled: true", "isVersioningEnabled: false", "blobs have no versions"),
        (module("storage"), "var coolAfterDays = 90", "var coolAfterDays = 9", "the lifecycle does"),
        (module("service-bus"), "DuplicateDetection: true", "DuplicateDetection: false", "requiresDuplicateDetection is False"),
        (module("service-bus"), "deadLetteringOnMessageExpiration: true\n", "\n", "deadLetteringOnMessageExpiration is None"),
        (module("service-bus"), "requiresSession: true", "requiresSession: false", "requiresSession is False"),
        (module("service-bus"), "'low-confidence-queue'", "'review-queue'", "the queues are"),
        (MAIN, "var maxDelivery = 5", "var maxDelivery = 50", "not given up after five tries"),
        (module("cosmos"), "var sevenYears = 220838400", "var sevenYears = 220752000", "reasoning chains live for 220752000"),
        (module("cosmos"), "ttl: -1", "ttl: 60", "insights end by themselves"),
        (module("cosmos"), "name: 'insights'", "name: 'insight'", "there is no container insights"),
        (module("cosmos"), "name: 'reports', partitionKey: '/pk'", "name: 'reports', partitionKey: '/id'", "containers of"),
        (module("cosmos"), "'/record/?', ", "", "records are indexed otherwise"),
        (module("cosmos"), "Level: 'Strong'", "Level: 'Session'", "before their commit: Session"),
        (MAIN, "'AuditLogs'", "'auditlogs'", "auditTable is 'auditlogs'"),
        (module("storage"), "ba92f5b4-", "b7e6dc6d-", "storage gives"),
        (module("key-vault"), "4633458b-", "00482a5a-", "key-vault gives"),
        (module("openai"), "    scope: account\n", "", "not limited to a resource"),
        (module("alerts"), "threshold: '5'", "threshold: '50'", "the alerts are"),
        (module("alerts"), "threshold: 100", "threshold: 1000", "deep ingestion queue"),
        (module("web"), "affinity: 'sticky'", "affinity: 'none'", "keep sessions on one replica"),
        (module("web"), "/api/v1/health", "/health", "health of the API"),
        (MAIN, "id: cosmos.outputs.id", "id: bus.outputs.id", "'cosmos' has no private endpoint"),
        (module("web"), "value: 'localhost'", "value: '10.0.0.7'", "a name that the product does not answer to"),
        (module("web"), "maxReplicas: 1", "maxReplicas: 3", "more than one replica"),
    ],
)  # fmt: skip
def test_a_broken_promise_is_found(path: str, old: str, new: str, breach: str):
    found = breaches(read(changed(path, old, new)))
    assert any(breach in one for one in found), found


@pytest.mark.parametrize("name", ["main", "dev", "test", "prod"])
def test_a_parameter_file_gives_what_the_template_takes(name: str):
    given = json.loads((INFRA / f"{name}.parameters.json").read_text())["parameters"]
    assert parameter_faults(given) == []


def test_a_wrong_parameter_file_is_found():
    given = json.loads((INFRA / "dev.parameters.json").read_text())["parameters"]
    wrong = {**given, "sise": {"value": "dev"}, "size": {"value": "huge"}}
    del wrong["alertEmail"]
    assert parameter_faults(wrong) == [
        "'sise' is no parameter",
        "'alertEmail' is not given",
        "size is 'huge'",
    ]


def parameter_faults(given: dict[str, dict[str, object]]) -> list[str]:
    params = read(FILES)[MAIN].of_kind("param")
    found = [f"'{name}' is no parameter" for name in given if name not in params]
    found += [
        f"'{name}' is not given"
        for name, param in params.items()
        if name not in given and not param.has_default
    ]
    size = str(given["size"]["value"])
    if size not in {"dev", "test", "prod", "${ADVISOR_SIZE=dev}"}:
        found.append(f"size is '{size}'")
    return found


def test_no_parameter_file_holds_a_secret():
    for path in INFRA.glob("*.parameters.json"):
        given = json.loads(path.read_text())["parameters"]
        for name in ("entraClientSecret", "noticeSigningKey"):
            value = str(given.get(name, {}).get("value", ""))
            assert value == "" or value.startswith("${"), path.name


def test_what_azd_deploys_is_tagged_in_the_template_and_there():
    """The functions join azure.yaml in the commit that brings function_app.py: azd would deploy an empty app before."""
    services = yaml.safe_load((ROOT / "azure.yaml").read_text())["services"]
    tagged = re.findall(r"'azd-service-name': '(\w+)'", "".join(FILES.values()))
    assert set(services) <= set(tagged)
    assert ("functions" in services) == (ROOT / "function_app.py").exists()
    assert (ROOT / services["web"]["docker"]["path"]).exists()


def test_the_mail_of_a_notice_uses_fields_that_notices_have():
    workflow = (INFRA / "notices.json").read_text()
    sent = set(re.findall(r'"(\w+)": ', (ROOT / "services/adapters/notify/webhook.py").read_text()))
    used = set(re.findall(r"triggerBody\(\)\?\['(\w+)'\]", workflow))
    required = json.loads(workflow)["triggers"]["notice"]["inputs"]["schema"]["required"]
    assert used
    assert (used | set(required)) <= sent


def test_the_workbook_asks_for_the_metrics_of_the_contract():
    asked = (INFRA / "workbook.json").read_text()
    json.loads(asked)
    for name in (
        "ingestion_duration_ms",
        "confidence_score",
        "anomalies_detected",
        "HighConfidenceInsight",
    ):
        assert f'name == \\"{name}\\"' in asked
