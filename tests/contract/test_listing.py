"""Long lists, from SQLite and from Cosmos DB: every item once, in order, whatever is asked for and by whom."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.adapters.azure.cosmos import Cosmos
from services.adapters.azure.listing import CosmosListing
from services.adapters.azure.records import CosmosRecordStore
from services.adapters.local.database import Database
from services.adapters.local.listing import SqliteListing
from services.adapters.local.records import SqliteRecordStore
from services.domain.audit import AuditEvent
from services.domain.ids import ChainId
from services.domain.insights import InsightKind, InsightStatus, Severity
from services.domain.listings import (
    Classification,
    FactQuery,
    InsightQuery,
    Page,
    ReportQuery,
    ReviewItemQuery,
    Versions,
)  # fmt: skip
from services.domain.materiality import company_key
from services.domain.messages import Effects
from services.domain.reports import Report, ReportStatus
from services.domain.reviews import ReviewKind, ReviewStatus
from services.domain.users import Role, User
from services.ports import Listing, RecordStore
from tests.azure.cosmos import CosmosServer, cosmos_settings
from tests.core_records import (
    ANN,
    NOON,
    YEAR,
    a_chain,
    a_fact,
    a_fact_in_force,
    a_report,
    a_review_item,
    a_tie_out,
    an_insight,
)  # fmt: skip

ACME = a_report("acme.pdf", "a", company="Acme Corp", status=ReportStatus.READ)
BETA = a_report("beta.pdf", "b", company="Beta", uploaded_at=NOON + timedelta(hours=1))
NAMELESS = a_report("new.pdf", "c", uploaded_by="zoe", uploaded_at=NOON + timedelta(hours=2))
REPORTS = (ACME, BETA, NAMELESS)


@dataclass(frozen=True)
class Kept:
    store: RecordStore
    listing: Listing


@pytest.fixture(params=["local", "azure"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    if request.param == "local":
        database = Database(tmp_path / "advisor.sqlite3")
        yield Kept(SqliteRecordStore(database), SqliteListing(database))
        database.close()
    else:
        server = CosmosServer()
        cosmos = Cosmos(cosmos_settings(server))
        yield Kept(CosmosRecordStore(cosmos), CosmosListing(cosmos))
        server.stop()


@pytest.fixture
def store(kept: Kept) -> RecordStore:
    return kept.store


@pytest.fixture
def listing(kept: Kept) -> Listing:
    return kept.listing


def pages(read: Callable[[Any], Page[Any]], query: Any) -> list[Any]:
    """Every item of a list; each page but the last is full."""
    found: list[Any] = []
    while True:
        page = read(query)
        found += page.items
        if page.after is None:
            return found
        assert len(page.items) == query.limit
        query = query.model_copy(update={"after": page.after})


def insights_of(report: Report, many: int = 7) -> list[Any]:
    return [
        an_insight(report, f"r{number}", created_at=NOON + timedelta(seconds=number // 2))
        for number in range(many)
    ]


def test_every_insight_comes_once_newest_first_however_long_the_pages_are(kept: Kept):
    insights = [*insights_of(ACME), *insights_of(BETA)]
    kept.store.commit(Effects(creates=REPORTS, records=tuple(insights)))
    order = sorted(insights, key=lambda one: (one.created_at, one.insight_id), reverse=True)
    for limit in (1, 3, 7, 14, 50):
        found = pages(kept.listing.insight_ids, InsightQuery(limit=limit))
        assert found == [one.insight_id for one in order]


def test_a_page_begins_behind_the_last_one_even_where_items_came_and_went_meanwhile(kept: Kept):
    insights = insights_of(ACME, 6)
    kept.store.commit(Effects(creates=(ACME,), records=tuple(insights)))
    order = sorted(insights, key=lambda one: (one.created_at, one.insight_id), reverse=True)
    first = kept.listing.insight_ids(InsightQuery(limit=2))
    newest = an_insight(ACME, "newest", created_at=NOON + timedelta(days=1))
    changed = order[3].model_copy(update={"text": "Another."})
    kept.store.commit(Effects(records=(newest, changed)))
    rest = pages(kept.listing.insight_ids, InsightQuery(limit=2, after=first.after))
    assert [*first.items, *rest] == [one.insight_id for one in order]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"report_id": BETA.report_id}, ["beta"]),
        ({"confidence_min": 0.95}, ["sure"]),
        ({"kind": InsightKind.RISK}, ["risk"]),
        ({"severity": Severity.CRITICAL}, ["grave"]),
        ({"classification": Classification.REVIEW_REQUIRED}, ["waits"]),
        ({"company": "BETA"}, ["beta"]),
        ({"company": "nobody"}, []),
        ({"period": "2024"}, ["old"]),
        ({"period": "2024-12-31"}, ["old"]),
        ({"safe_only": True}, ["grave", "risk"]),
        ({"without_audits": True, "kind": InsightKind.RISK}, []),
        ({"severity": Severity.CRITICAL, "kind": InsightKind.RISK}, []),
    ],
    ids=str,
)
def test_only_what_was_asked_for_is_listed(kept: Kept, query: dict[str, Any], expected: list[str]):
    base = an_insight(ACME)
    sure = base.confidence.model_copy(update={"total": 0.97})
    old = YEAR.model_copy(
        update={"start": YEAR.start.replace(year=2024), "end": YEAR.end.replace(year=2024)}
    )
    named = {
        "beta": an_insight(BETA, "beta"),
        "sure": an_insight(ACME, "sure", confidence=sure),
        "risk": an_insight(ACME, "risk", kind=InsightKind.RISK, status=InsightStatus.PUBLISHED),
        "grave": an_insight(
            ACME, "grave", severity=Severity.CRITICAL, status=InsightStatus.APPROVED, has_failed_check=True
        ),
        "waits": an_insight(ACME, "waits", status=InsightStatus.IN_REVIEW),
        "old": an_insight(ACME, "old", period=old),
        "unproved": an_insight(ACME, "u", status=InsightStatus.PUBLISHED, has_failed_check=True),
        "held": an_insight(ACME, "h", status=InsightStatus.PUBLISHED, held=("why",)),
    }  # fmt: skip
    audit = a_review_item(named["risk"]).model_copy(update={"kind": ReviewKind.AUDIT_SAMPLE})
    kept.store.commit(Effects(creates=REPORTS, records=(*named.values(), audit)))
    found = set(pages(kept.listing.insight_ids, InsightQuery(limit=1, **query)))
    assert {name for name, one in named.items() if one.insight_id in found} == set(expected)


def test_reports_come_newest_first_and_by_status(kept: Kept):
    kept.store.commit(Effects(creates=REPORTS))
    assert pages(kept.listing.reports, ReportQuery(limit=2)) == [NAMELESS, BETA, ACME]
    assert pages(kept.listing.reports, ReportQuery(limit=2, status=ReportStatus.READ)) == [ACME]


def test_facts_come_by_report_in_document_order_as_the_last_analysis_used_them(kept: Kept):
    read = [a_fact(one, row) for one in (ACME, BETA) for row in (3, 1, 2)]
    corrected = a_fact_in_force(BETA)
    changed = corrected.model_copy(
        update={"fact": corrected.fact.model_copy(update={"concept": "revenue"})}
    )
    kept.store.commit(Effects(creates=(ACME, BETA), records=(*read, changed)))
    order = {ACME.report_id: [*read[:3]], BETA.report_id: [changed.fact]}
    expected = [fact for report_id in sorted(order) for fact in order[report_id]]
    for limit in (1, 2, 50):
        assert pages(kept.listing.facts, FactQuery(limit=limit)) == expected
    only = FactQuery(limit=2, report_id=ACME.report_id)
    assert pages(kept.listing.facts, only) == read[:3]
    assert pages(kept.listing.facts, FactQuery(concept="revenue")) == [changed.fact]
    assert pages(kept.listing.facts, FactQuery(period="2025", concept="net_income")) == read[:3]
    assert pages(kept.listing.facts, FactQuery(period="2024")) == []


def test_review_items_come_oldest_first_and_by_status(kept: Kept):
    items = [
        a_review_item(an_insight(ACME, f"r{number}")).model_copy(
            update={"opened_at": NOON + timedelta(seconds=number % 3)}
        )
        for number in range(5)
    ]
    done = items[2].model_copy(update={"status": ReviewStatus.REJECTED, "decided_at": NOON})
    kept.store.commit(Effects(creates=(ACME,), records=tuple(items)))
    kept.store.commit(Effects(records=(done,)))
    stored = [*items[:2], done, *items[3:]]
    order = sorted(stored, key=lambda one: (one.opened_at, one.review_item_id))
    assert pages(kept.listing.review_items, ReviewItemQuery(limit=2)) == order
    still = ReviewItemQuery(limit=2, status=ReviewStatus.OPEN)
    assert pages(kept.listing.review_items, still) == [one for one in order if one != done]


def test_who_sees_some_companies_gets_theirs_and_their_own_nameless_uploads(kept: Kept):
    both = [*insights_of(ACME, 3), *insights_of(BETA, 3), *insights_of(NAMELESS, 1)]
    items = [a_review_item(one) for one in both]
    chains = [a_chain(one) for one in both]
    facts = [a_fact(one) for one in REPORTS]
    kept.store.commit(Effects(creates=REPORTS, records=(*both, *items, *chains, *facts)))
    companies = frozenset({company_key("acme corp")})
    reader = User(user_id="zoe", name="Zoe", role=Role.ANALYST, companies=companies)
    seen = kept.listing.seen_by(reader)
    ids = set(pages(seen.insight_ids, InsightQuery(limit=2)))
    assert ids == {one.insight_id for one in both if one.report_id != BETA.report_id}
    assert pages(seen.reports, ReportQuery()) == [NAMELESS, ACME]
    assert {one.report_id for one in pages(seen.facts, FactQuery())} == {
        ACME.report_id, NAMELESS.report_id,
    }  # fmt: skip
    assert len(pages(seen.review_items, ReviewItemQuery(limit=3))) == 4
    hidden = next(one for one in both if one.report_id == BETA.report_id)
    assert seen.insights([hidden.insight_id, both[0].insight_id]) == [both[0]]
    assert seen.chain(hidden.chain_id) is None
    assert kept.listing.chain(hidden.chain_id) == a_chain(hidden)
    assert seen.grounds([hidden]).documents == {}
    everyone = kept.listing.seen_by(ANN)
    assert len(pages(everyone.insight_ids, InsightQuery())) == 7


def test_what_insights_rest_on_comes_with_the_numbers_in_force(kept: Kept):
    corrected = a_fact_in_force(ACME)
    fact = corrected.fact.model_copy(update={"label": "corrected"})
    corrected = corrected.model_copy(update={"fact": fact})
    insight = an_insight(ACME, tie_outs=(a_tie_out(ACME).tie_out_id,))
    records = (a_fact(ACME), corrected, a_tie_out(ACME), insight, a_chain(insight))
    kept.store.commit(Effects(creates=(ACME,), records=records))
    grounds = kept.listing.grounds([insight])
    assert grounds.facts == {fact.fact_id: fact}
    assert grounds.tie_outs == {a_tie_out(ACME).tie_out_id: a_tie_out(ACME)}
    assert grounds.versions == {insight.chain_id: Versions("deterministic", "t-v1.0.0")}
    assert grounds.documents == {ACME.report_id: "acme.pdf"}
    assert kept.listing.chain(ChainId("nobody's")) is None


def test_the_version_changes_with_records_and_not_with_the_trail(
    store: RecordStore, listing: Listing
):
    seen = [listing.version()]
    store.commit(Effects(creates=(ACME,)))
    seen.append(listing.version())
    store.commit(Effects(records=(a_fact(ACME),)))
    seen.append(listing.version())
    store.commit(Effects(records=(an_insight(BETA),)))
    seen.append(listing.version())
    assert len(set(seen)) == 4
    event = AuditEvent(actor=ANN.user_id, action="x", resource="r", at=NOON)
    store.commit(Effects(audit=(event,)))
    assert listing.version() == seen[-1]
