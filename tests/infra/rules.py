"""What the template promises beyond being well-formed: each rule gives a sentence for every breach."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from services.adapters.azure.cosmos import CONTAINERS, INDEXING, PARTITION
from tests.infra.bicep import Declared, Template, strings

Templates = Mapping[str, Template]

QUEUES = ["ingestion-queue", "analysis-queue", "high-confidence-queue", "low-confidence-queue"]
SEVEN_YEARS_DAYS = 2557
SEVEN_YEARS_SECONDS = 220838400

# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
ROLES = {
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "Storage Queue Data Contributor",
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
    "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39": "Azure Service Bus Data Sender",
    "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0": "Azure Service Bus Data Receiver",
    "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
    "a97b65f3-24c7-4388-baec-2e87135dc908": "Cognitive Services User",
    "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd": "Cognitive Services OpenAI User",
    "7f951dda-4ed3-4680-a7ca-43fe172d538d": "AcrPull",
}
# By module, each role that is given there, and nothing else: the least that the product works with.
GRANTED = {
    "storage": {"Storage Blob Data Contributor", "Storage Table Data Contributor"},
    "service-bus": {"Azure Service Bus Data Sender", "Azure Service Bus Data Receiver"},
    "key-vault": {"Key Vault Secrets User"},
    "document-intelligence": {"Cognitive Services User"},
    "openai": {"Cognitive Services OpenAI User"},
    "web": {"AcrPull"},
    "functions-storage": {
        "Storage Blob Data Owner",
        "Storage Queue Data Contributor",
        "Storage Table Data Contributor",
    },
}
_STORAGE = "Microsoft.Storage/storageAccounts"
# By type, what the properties of each such resource have to be.
_CLOSED: dict[str, dict[str, Any]] = {
    _STORAGE: {
        "allowBlobPublicAccess": False,
        "allowSharedKeyAccess": False,
        "minimumTlsVersion": "TLS1_2",
        "supportsHttpsTrafficOnly": True,
        "publicNetworkAccess": "publicNetworkAccess",
    },
    f"{_STORAGE}/blobServices/containers": {"publicAccess": "None"},
    "Microsoft.DocumentDB/databaseAccounts": {
        "disableLocalAuth": True,
        "minimalTlsVersion": "Tls12",
        "publicNetworkAccess": "publicNetworkAccess",
    },
    "Microsoft.ServiceBus/namespaces": {
        "disableLocalAuth": True,
        "minimumTlsVersion": "1.2",
        "publicNetworkAccess": "publicNetworkAccess",
    },
    "Microsoft.Cache/redisEnterprise": {
        "minimumTlsVersion": "1.2",
        "publicNetworkAccess": "publicNetworkAccess",
    },
    "Microsoft.Cache/redisEnterprise/databases": {"clientProtocol": "Encrypted"},
    "Microsoft.KeyVault/vaults": {
        "enableRbacAuthorization": True,
        "enablePurgeProtection": True,
        "publicNetworkAccess": "publicNetworkAccess",
    },
    "Microsoft.CognitiveServices/accounts": {
        "disableLocalAuth": True,
        "publicNetworkAccess": "publicNetworkAccess",
    },
    "Microsoft.ContainerRegistry/registries": {"adminUserEnabled": False},
    "Microsoft.Web/sites": {"httpsOnly": True},
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies": {"allow": False},
}
_ALERTS = {
    "error-rate": ("5", "GreaterThan", "PT5M"),
    "api-latency": ("2000", "GreaterThan", "PT5M"),
    "mean-confidence": ("0.70", "LessThan", "PT1H"),
}


def breaches(templates: Templates) -> list[str]:
    """Say what of the promises the templates do not keep."""
    return [breach for rule in RULES for breach in rule(templates)]


def closed(templates: Templates) -> Iterator[str]:
    """Nothing is open to the public, speaks plain HTTP or takes keys."""
    for kind, wanted in _CLOSED.items():
        bodies = _all(templates, kind)
        if not bodies:
            yield f"there is no {kind}"
        for body in bodies:
            for name, value in wanted.items():
                is_value = body["properties"].get(name)
                if is_value != value:
                    yield f"{kind}: {name} is {is_value!r}"


def kept_for_seven_years(templates: Templates) -> Iterator[str]:
    """Documents and checkpoints cannot be changed for seven years, and cool down after 90 days."""
    storage = templates["infra/modules/storage.bicep"]
    containers = _one(storage, f"{_STORAGE}/blobServices/containers")["properties"]
    if containers.get("immutableStorageWithVersioning") != {"enabled": True}:
        yield "containers are not immutable by version"
    if (
        _one(storage, f"{_STORAGE}/blobServices")["properties"].get("isVersioningEnabled")
        is not True
    ):
        yield "blobs have no versions"
    policy = _one(storage, f"{_STORAGE}/blobServices/containers/immutabilityPolicies")
    days = policy["properties"].get("immutabilityPeriodSinceCreationInDays")
    if days != SEVEN_YEARS_DAYS:
        yield f"blobs are immutable for {days} days"
    rule = _one(storage, f"{_STORAGE}/managementPolicies")["properties"]["policy"]["rules"][0]
    moved = rule["definition"]["actions"]["baseBlob"]
    if moved != {"tierToCool": {"daysAfterModificationGreaterThan": 90}}:
        yield f"the lifecycle does {moved}"


def queues_lose_nothing(templates: Templates) -> Iterator[str]:
    """The four queues find duplicates, keep what expires, order a report's messages and give up after five tries."""
    bus = templates["infra/modules/service-bus.bicep"]
    names = bus.value(bus.of_kind("var")["queues"].node)
    if names != QUEUES:
        yield f"the queues are {names}"
    queue = _one(bus, "Microsoft.ServiceBus/namespaces/queues")["properties"]
    for name in (
        "requiresDuplicateDetection",
        "deadLetteringOnMessageExpiration",
        "requiresSession",
    ):
        if queue.get(name) is not True:
            yield f"queues: {name} is {queue.get(name)!r}"
    if queue.get("maxDeliveryCount") != "maxDelivery" or _main(templates, "maxDelivery") != 5:
        yield "a message is not given up after five tries"


def records_live_as_long_as_agreed(templates: Templates) -> Iterator[str]:
    """Reasoning chains end after seven years, nothing else by itself."""
    cosmos = templates["infra/modules/cosmos.bicep"]
    lives = {
        one["name"]: one["ttl"] for one in cosmos.value(cosmos.of_kind("var")["containers"].node)
    }
    if lives.get("reasoning-chains") != SEVEN_YEARS_SECONDS:
        yield f"reasoning chains live for {lives.get('reasoning-chains')} seconds"
    if "insights" not in lives:
        yield "there is no container insights"
    for name, life in lives.items():
        if life != -1 and name != "reasoning-chains":
            yield f"{name} end by themselves"


def records_are_stored_as_the_product_stores_them(templates: Templates) -> Iterator[str]:
    """The product may not make containers there, so that the template makes those that the product would."""
    cosmos = templates["infra/modules/cosmos.bicep"]
    variables = cosmos.of_kind("var")
    containers = {
        one["name"]: one["partitionKey"] for one in cosmos.value(variables["containers"].node)
    }
    if containers != dict.fromkeys(CONTAINERS, f"/{PARTITION}"):
        yield f"the containers of records are {containers}"
    excluded = [one["path"] for one in INDEXING["excludedPaths"]]
    if cosmos.value(variables["unindexed"].node) != excluded:
        yield "records are indexed otherwise"
    account = _one(cosmos, "Microsoft.DocumentDB/databaseAccounts")["properties"]
    level = account["consistencyPolicy"]["defaultConsistencyLevel"]
    if level not in {"Strong", "BoundedStaleness"}:
        yield f"records may be read of before their commit: {level}"


def names_are_the_contracts(templates: Templates) -> Iterator[str]:
    """Containers and table are called as the contract calls them."""
    for name, wanted in {
        "documentContainer": "financial-documents",
        "checkpointContainer": "audit-checkpoints",
        "auditTable": "AuditLogs",
    }.items():
        if _main(templates, name) != wanted:
            yield f"{name} is {_main(templates, name)!r}"


def rights_are_the_least(templates: Templates) -> Iterator[str]:
    """Each module gives exactly the roles that the product works with, on its own resource."""
    for path, template in templates.items():
        module = path.removeprefix("infra/modules/").removesuffix(".bicep")
        given = {
            ROLES.get(role, role)
            for one in template.of_kind("var").values()
            for text in strings(one.node)
            for role in [text]
            if _is_role(role)
        }
        if given != GRANTED.get(module, set()):
            yield f"{module} gives {sorted(given)}"
        for one in _declared(template, "Microsoft.Authorization/roleAssignments"):
            body = template.value(one.node)
            if "scope" not in body or body["properties"].get("principalType") != "ServicePrincipal":
                yield f"{module}: '{one.name}' is not limited to a resource and an identity"


def alerts_are_the_four(templates: Templates) -> Iterator[str]:
    """Errors above 5 %, queue above 100, mean confidence below 0.70, p95 above 2 seconds."""
    alerts = templates["infra/modules/alerts.bicep"]
    asked = {
        one["name"]: (one["threshold"], one["operator"], one["window"])
        for one in alerts.value(alerts.of_kind("var")["questions"].node)
    }
    if asked != _ALERTS:
        yield f"the alerts are {asked}"
    depth = _one(alerts, "Microsoft.Insights/metricAlerts")["properties"]["criteria"]["allOf"][0]
    watched = depth["dimensions"][0]["values"]
    if (depth["metricName"], watched, depth["threshold"]) != ("ActiveMessages", QUEUES[:1], 100):
        yield "nobody is told of a deep ingestion queue"


def pages_stay_with_their_process(templates: Templates) -> Iterator[str]:
    """Requests of a session reach the same replica, by https, and a sick replica is found."""
    web = templates["infra/modules/web.bicep"]
    app = _one(web, "Microsoft.App/containerApps")["properties"]
    ingress = app["configuration"]["ingress"]
    if (
        ingress.get("stickySessions") != {"affinity": "sticky"}
        or ingress.get("allowInsecure") is not False
    ):
        yield "the ingress does not keep sessions on one replica by https"
    asked = web.value(web.of_kind("var")["healthy"].node)
    if asked.get("path") != "/api/v1/health":
        yield "probes do not ask for the health of the API"
    if asked.get("httpHeaders") != [{"name": "Host", "value": "localhost"}]:
        yield "probes ask under a name that the product does not answer to"
    if app["template"]["scale"] != {"minReplicas": 1, "maxReplicas": 1}:
        yield "more than one replica, while sessions are kept on the disk of one"


def what_is_closed_has_a_way_in(templates: Templates) -> Iterator[str]:
    """Each service that can be closed to the public is reached through a private endpoint then."""
    main = templates["infra/main.bicep"]
    modules = main.of_kind("module")
    links = main.value(modules["endpoints"].node)["params"]["links"]
    reached = {link["id"] for link in links}
    for name, one in modules.items():
        if (
            "publicNetworkAccess" in main.value(one.node)["params"]
            and f"{name}.outputs.id" not in reached
        ):
            yield f"'{name}' has no private endpoint"


RULES: list[Callable[[Templates], Iterator[str]]] = [
    closed,
    kept_for_seven_years,
    queues_lose_nothing,
    records_live_as_long_as_agreed,
    records_are_stored_as_the_product_stores_them,
    names_are_the_contracts,
    rights_are_the_least,
    alerts_are_the_four,
    pages_stay_with_their_process,
    what_is_closed_has_a_way_in,
]


def _all(templates: Templates, kind: str) -> list[dict[str, Any]]:
    return [body for template in templates.values() for body in template.resources(kind)]


def _one(template: Template, kind: str) -> dict[str, Any]:
    bodies = template.resources(kind)
    return bodies[0] if bodies else {"properties": {}}


def _declared(template: Template, kind: str) -> list[Declared]:
    return [one for one in template.of_kind("resource").values() if one.type == kind]


def _main(templates: Templates, name: str) -> Any:
    main = templates["infra/main.bicep"]
    return main.value(main.of_kind("var")[name].node)


def _is_role(text: str) -> bool:
    return (
        len(text) == 36 and text.count("-") == 4 and not text.startswith("00000000-0000-0000-0000")
    )
