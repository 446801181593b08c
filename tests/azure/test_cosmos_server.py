"""The server that stands in for Cosmos DB refuses what the service refuses; asked through the SDK alone."""

from collections.abc import Iterator

import pytest
from azure.core import MatchConditions
from azure.cosmos import ContainerProxy, CosmosClient, PartitionKey
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosBatchOperationError,
    CosmosHttpResponseError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from tests.azure.cosmos import KEY, CosmosServer
from tests.azure.cosmos_sql import NotUnderstood, run


@pytest.fixture
def container() -> Iterator[ContainerProxy]:
    server = CosmosServer()
    database = CosmosClient(server.url, KEY).create_database("d")
    yield database.create_container("c", PartitionKey(path="/pk"))
    server.stop()


def test_a_document_is_found_in_its_partition_only(container: ContainerProxy):
    container.create_item({"id": "a", "pk": "1", "n": 1})
    container.create_item({"id": "a", "pk": "2", "n": 2})
    assert container.read_item("a", "2")["n"] == 2
    with pytest.raises(CosmosResourceNotFoundError):
        container.read_item("a", "3")
    rows = container.query_items("SELECT * FROM c WHERE c.n > 0", partition_key="1")
    assert [one["n"] for one in rows] == [1]


def test_a_second_create_and_a_stale_tag_are_refused(container: ContainerProxy):
    first = container.create_item({"id": "a", "pk": "1"})
    with pytest.raises(CosmosResourceExistsError):
        container.create_item({"id": "a", "pk": "1"})
    container.upsert_item({"id": "a", "pk": "1"})
    replace = ("replace", ("a", {"id": "a", "pk": "1"}), {"if_match_etag": first["_etag"]})
    with pytest.raises(CosmosBatchOperationError) as refused:
        container.execute_item_batch([("create", ({"id": "b", "pk": "1"},)), replace], "1")
    assert (refused.value.status_code, refused.value.error_index) == (412, 1)
    with pytest.raises(CosmosResourceNotFoundError):
        container.read_item("b", "1")
    with pytest.raises(CosmosAccessConditionFailedError):
        container.delete_item(
            "a", "1", etag=first["_etag"], match_condition=MatchConditions.IfNotModified
        )


def test_a_batch_has_a_hundred_operations_of_one_partition_at_most(container: ContainerProxy):
    many = [("upsert", ({"id": str(number), "pk": "1"},)) for number in range(101)]
    with pytest.raises(CosmosHttpResponseError, match="100"):
        container.execute_item_batch(many, "1")
    with pytest.raises(CosmosBatchOperationError):
        container.execute_item_batch([*many[:2], ("upsert", ({"id": "x", "pk": "2"},))], "1")
    assert list(container.query_items("SELECT * FROM c", enable_cross_partition_query=True)) == []


def test_a_document_over_two_megabytes_is_refused(container: ContainerProxy):
    with pytest.raises(CosmosHttpResponseError) as refused:
        container.create_item({"id": "a", "pk": "1", "text": "x" * 2_100_000})
    assert refused.value.status_code == 413


def test_an_id_with_a_slash_is_refused(container: ContainerProxy):
    with pytest.raises(CosmosBatchOperationError):
        container.execute_item_batch([("upsert", ({"id": "a/b", "pk": "1"},))], "1")


def test_a_query_goes_on_behind_its_page(container: ContainerProxy):
    for number in range(5):
        container.create_item({"id": str(number), "pk": "1", "n": number})
    rows = container.query_items(
        "SELECT c.n FROM c WHERE c.pk = @pk ORDER BY c.n DESC",
        parameters=[{"name": "@pk", "value": "1"}],
        partition_key="1",
        max_item_count=2,
    )
    assert [len(list(page)) for page in rows.by_page()] == [2, 2, 1]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("c.n = 1", "a"),
        ("c.n >= 1 AND NOT c.n = 2", "a"),
        ("c.n = 1 OR (c.n = 2 AND c.t != 'x')", "ab"),
        ("ARRAY_CONTAINS(@some, c.t)", "b"),
        ("c.missing != 'x'", ""),
        ("c.n > 'text'", ""),
        ("NOT c.missing = 1", ""),
        ("c.ok = true", "b"),
    ],
)
def test_conditions_hold_as_in_the_service(where: str, expected: str):
    documents = [{"id": "a", "n": 1, "t": "x"}, {"id": "b", "n": 2, "t": "y", "ok": True}]
    rows = run(f"SELECT * FROM c WHERE {where}", {"@some": ["y", "z"]}, documents)
    assert "".join(one["id"] for one in rows) == expected


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM c",
        "SELECT * FROM c WHERE c.a LIKE 'x'",
        "SELECT * FROM c WHERE c.a = @nothing",
        "SELECT COUNT(1) FROM c",
        "SELECT * FROM c WHERE (c.a = 1",
        "SELECT * FROM c ORDER BY c.a, c.b",
    ],
)
def test_a_query_that_is_not_understood_is_an_error_and_no_empty_list(text: str):
    with pytest.raises(NotUnderstood):
        run(text, {}, [])
