"""What a page of a list costs in Cosmos DB, and what it shows where documents do not count any more."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from services.adapters.azure.cosmos import INSIGHTS, Cosmos
from services.adapters.azure.listing import CosmosListing
from services.adapters.azure.records import CosmosRecordStore
from services.domain.insights import InsightStatus
from services.domain.listings import InsightQuery
from services.domain.messages import Effects
from tests.azure.cosmos import CosmosServer, Refused, Request, cosmos_settings
from tests.core_records import NOON, a_report, an_insight

REPORT = a_report()
MANY = 40


@pytest.fixture
def server() -> Iterator[CosmosServer]:
    server = CosmosServer()
    yield server
    server.stop()


@pytest.fixture
def cosmos(server: CosmosServer) -> Cosmos:
    cosmos = Cosmos(cosmos_settings(server))
    insights = tuple(
        an_insight(REPORT, f"r{number}", created_at=NOON + timedelta(seconds=number))
        for number in range(MANY)
    )
    CosmosRecordStore(cosmos).commit(Effects(creates=(REPORT,), records=insights))
    return cosmos


def test_a_deep_page_costs_what_the_first_one_costs(server: CosmosServer, cosmos: Cosmos):
    listing, costs, after = CosmosListing(cosmos), list[tuple[int, float]](), None
    while True:
        requests, spent = len(server.requests), sum(cosmos.meter.spent().values())
        page = listing.insight_ids(InsightQuery(limit=4, after=after))
        cost = sum(cosmos.meter.spent().values()) - spent
        costs.append((len(server.requests) - requests, round(cost, 3)))
        after = page.after
        if after is None:
            break
    assert len(costs) == MANY // 4
    assert set(costs[:-1]) == {costs[0]}
    assert costs[0][0] == 2


def test_a_page_reads_no_text_of_an_insight(server: CosmosServer, cosmos: Cosmos):
    CosmosListing(cosmos).insight_ids(InsightQuery())
    (asked,) = [
        one for one in server.requests if INSIGHTS in one.path.split("/") and _is_query(one)
    ]
    assert "c.record," not in asked.body["query"]
    assert "*" not in asked.body["query"]


def test_what_a_cut_cleaning_left_behind_is_not_listed(server: CosmosServer, cosmos: Cosmos):
    store, listing = CosmosRecordStore(cosmos), CosmosListing(cosmos)
    waiting = an_insight(REPORT, "r0", created_at=NOON, status=InsightStatus.IN_REVIEW)

    def no_deletes(request: Request) -> None:
        batch = request.body if request.headers.get("x-ms-cosmos-is-batch-request") else []
        if any(one["operationType"] == "Delete" for one in batch):
            raise Refused(400, "dead")

    server.refuse = no_deletes
    store.commit(Effects(records=(waiting,)))
    server.refuse = lambda _: None
    stored = server.databases["advisor"][INSIGHTS].everything()
    assert len([one for one in stored if one["record_id"] == waiting.insight_id]) == 2
    found = listing.insight_ids(InsightQuery(limit=100))
    assert len(found.items) == len(set(found.items)) == MANY
    assert listing.insights([waiting.insight_id]) == [waiting]
    assert store.insight(waiting.insight_id) == waiting
    assert [one for one in store.insights(REPORT.report_id) if one == waiting] == [waiting]
    store.commit(Effects(records=(an_insight(REPORT, "r1"),)))
    assert len(server.databases["advisor"][INSIGHTS].everything()) == MANY


def _is_query(request: Request) -> bool:
    return "query" in (request.body or {})
