"""Lists a page at a time: every item once, in order, whatever the size of a page; every cursor is a place."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.addresses import cursor_of, place_of
from services.api.parameters import BY_DOCUMENT, BY_ENTRY, BY_POSITION, BY_TIME
from services.domain.audit import AuditEvent
from services.domain.listings import ReportQuery
from services.domain.messages import Effects
from services.domain.reports import ReportStatus
from tests.factories import NOW, a_fact, a_report


@pytest.fixture
def seven(services) -> list[str]:
    """The ids of seven documents, newest first; two came at the same moment, and two are not analysed."""
    reports = [
        a_report(
            f"{n}.pdf", uploaded_at=NOW + timedelta(minutes=max(n, 1)),
            status=ReportStatus.FAILED if n in {2, 5} else ReportStatus.ANALYSED,
        )
        for n in range(7)
    ]  # fmt: skip
    services.ports.records.commit(Effects(records=tuple(reports)))
    ordered = sorted(reports, key=lambda one: (one.uploaded_at, one.report_id), reverse=True)
    return [one.report_id for one in ordered]


def followed(client, address: str, name: str) -> list[list[dict]]:
    pages = []
    while address is not None:
        answer = client.get(address).json()
        assert answer["_links"]["self"].split("?")[0] == address.split("?")[0]
        assert answer["_links"].get("next") == answer["pagination"]["next"]
        pages.append(answer[name])
        address = answer["pagination"]["next"]
    return pages


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1] * 7), (3, [3, 3, 1]), (7, [7]), (50, [7])])
def test_documents_come_newest_first_and_each_once(client, seven, limit, sizes):
    pages = followed(client, f"/api/v1/documents?limit={limit}", "documents")
    assert [len(page) for page in pages] == sizes
    assert [one["report_id"] for page in pages for one in page] == seven


def test_summaries_are_paged_over_analysed_documents_alone(client, services, seven):
    pages = followed(client, "/api/v1/summaries?limit=2", "summaries")
    assert [len(page) for page in pages] == [2, 2, 1]
    analysed = [
        one.replace("report-", "analysis-")
        for one in seven
        if services.ports.records.report(one).status is ReportStatus.ANALYSED
    ]
    assert [one["analysis_id"] for page in pages for one in page] == analysed


def test_the_facts_of_a_document_are_paged_with_links(client, services):
    report = a_report()
    facts = [a_fact("revenue", year, year) for year in range(2000, 2025)]
    services.ports.records.commit(Effects(records=(report, *facts)))
    address = f"/api/v1/documents/{report.report_id}/facts"
    pages = followed(client, f"{address}?limit=10", "facts")
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [one["value"] for page in pages for one in page] == list(range(2000, 2025))
    links = client.get(address).json()["_links"]
    assert links["document"] == f"/api/v1/documents/{report.report_id}"


def test_the_entries_of_the_trail_are_paged_newest_first_while_new_ones_are_written(
    client, services
):
    written = [
        services.ports.audit.append(
            AuditEvent(actor="ann", action="looked", resource=f"r-{n}", at=NOW + timedelta(seconds=n // 2))
        ).seq
        for n in range(7)
    ]  # fmt: skip
    pages = followed(client, "/api/v1/audit/entries?action=looked&limit=3", "entries")
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [one["seq"] for page in pages for one in page] == written[::-1]


def test_a_page_after_the_last_item_is_empty(client, services, seven):
    old = "1999-01-01T00:00:00+00:00~report-x"
    told = client.get("/api/v1/documents", params={"cursor": old}).json()
    assert (told["documents"], told["pagination"]) == ([], {"next": None})


def test_a_document_that_arrives_meanwhile_moves_no_page(client, services, seven):
    first = client.get("/api/v1/documents?limit=3").json()
    late = a_report("late.pdf", uploaded_at=NOW + timedelta(days=1))
    services.ports.records.commit(Effects(records=(late,)))
    following = client.get(first["pagination"]["next"]).json()["documents"]
    assert [one["report_id"] for one in following] == seven[3:6]


def test_documents_are_found_through_an_index(services, seven):
    with services.listing._database.reading() as connection:
        rows = connection.execute(
            "EXPLAIN QUERY PLAN SELECT record FROM reports WHERE (uploaded_at, id) < ('2026', 'x') "
            "ORDER BY uploaded_at DESC, id DESC LIMIT 51"
        )
        assert "USING INDEX reports_uploaded_at" in " ".join(row[3] for row in rows)


@pytest.mark.parametrize(
    ("path", "shape", "kinds"),
    [("documents", BY_TIME, (str, str)), ("summaries", BY_TIME, (str, str)),
     ("insights", BY_TIME, (str, str)), ("review-items", BY_TIME, (str, str)),
     ("facts", BY_DOCUMENT, (str, int, str)), ("metrics", BY_POSITION, (int,)),
     ("audit/entries", BY_ENTRY, (str, int))],
)  # fmt: skip
def test_the_shape_of_a_cursor_is_described_and_every_word_of_it_is_a_place(
    client, path, shape, kinds
):
    parameters = client.get("/api/v1/openapi.json").json()["paths"][f"/{path}"]["get"]["parameters"]
    (cursor,) = [one["schema"] for one in parameters if one["name"] == "cursor"]
    assert cursor["pattern"] == shape
    assert client.get(f"/api/v1/{path}", params={"cursor": "abc"}).status_code == 422

    @given(st.from_regex(shape, fullmatch=True))
    def is_a_place(word: str) -> None:
        place = place_of(word.strip("\n"), *kinds)
        assert [type(part) for part in place] == list(kinds)

    is_a_place()


@given(st.tuples(st.text(alphabet="2-:T.+Z", min_size=1), st.integers(0, 999_999_999)))
def test_a_place_comes_back_from_its_cursor(place):
    assert place_of(cursor_of(place), str, int) == place
    assert place_of(None, str) is None
    assert cursor_of(None) is None


def test_a_query_of_reports_takes_no_endless_page():
    with pytest.raises(ValueError, match="less than or equal to 200"):
        ReportQuery(limit=201)
