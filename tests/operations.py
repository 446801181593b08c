"""Every operation of the API asked about a report: with what addresses name, and with a body that is valid."""

from collections.abc import Callable, Mapping
from uuid import uuid4

from starlette.testclient import TestClient

from services.api.matrix import Operation
from services.domain.ids import deterministic_id
from services.domain.materiality import company_key
from services.domain.reports import Report
from services.pipeline.audit_sample import audit_item
from tests import core_records as made
from tests.small_reports import small_csv

Names = Mapping[str, str]
READS = frozenset({"GET", "HEAD"})
HOLD, PROPOSAL = "hold-1", deterministic_id("proposal", 1)
"""What belongs to all companies, by its id."""
INGEST = "/documents/ingest"
NOBODYS = "nobody's"
ASKED_WITH = {
    "/facts": "report={report_id}",
    "/metrics": "report={report_id}",
    "/policy/thresholds": "target=0.9",
}
"""What addresses of lists are asked with."""
OF_NO_REPORT = frozenset(
    {
        INGEST,
        "/samples",
        "/policy/thresholds",
        "/policy/simulations",
        "/policy/renewals",
        "/policy/proposals",
        "/policy/proposals/{proposal_id}/rulings",
        "/audit/holds",
        "/audit/holds/{hold_id}/releases",
        "/audit/purges",
    }
)
"""Operations that name nothing of a report or a company, though they are asked with something."""
_HANDED = {"reviewer_email": "another@example.org", "comment": "Please look."}
_WISH = {"target": 0.9, "high_from": 0.9}


def _nothing(_names: Names) -> dict[str, object]:
    return {}


def _stated(names: Names) -> dict[str, object]:
    return {"fact_id": names["fact_id"], "printed": "12", "comment": "Seen on page 4."}


def _items(names: Names) -> dict[str, object]:
    return {"review_item_ids": [names["free_item_id"]]}


BODIES: Mapping[str, Callable[[Names], dict[str, object]]] = {
    INGEST: _nothing,
    "/analysis/trigger": lambda n: {"ingestion_id": n["ingestion_id"], "analysis_type": "trend"},
    "/samples": _nothing,
    "/alerts/escalate": lambda n: {"insight_id": n["insight_id"], **_HANDED},
    "/insights/{insight_id}/review-requests": lambda _: {"comment": "Please look."},
    "/review-items/claims": _items,
    "/review-items/releases": _items,
    "/review-items/{review_item_id}/claim": _nothing,
    "/review-items/{review_item_id}/release": _nothing,
    "/review-items/decisions": lambda n: {**_items(n), "verdict": "approve"},
    "/review-items/{review_item_id}/decisions": lambda _: {"verdict": "approve"},
    "/review-items/{review_item_id}/undo": _nothing,
    "/review-items/{review_item_id}/questions": lambda _: {"question": "Why?"},
    "/review-items/{review_item_id}/answers": lambda _: {"answer": "Because."},
    "/review-items/{review_item_id}/escalations": lambda _: _HANDED,
    "/review-items/{review_item_id}/assignment": lambda _: _HANDED,
    "/review-items/{review_item_id}/due": lambda _: {"due": "2030-01-01T00:00:00Z"},
    "/documents/{report_id}/corrections": _stated,
    "/documents/{report_id}/corrections/preview": _stated,
    "/documents/{report_id}/corrections/{correction_id}/withdrawals": _nothing,
    "/facts/{fact_id}/confirmations": _nothing,
    "/questions": lambda n: {"question": "What is revenue?", "document_ids": [n["report_id"]]},
    "/review-items/{review_item_id}/amendments": _stated,
    "/review-items/{review_item_id}/amendments/preview": _stated,
    "/companies/{company}/materiality": lambda _: {"fixed": 900, "seen": 1, "comment": "Agreed."},
    "/companies/{company}/materiality/restorations": lambda _: {
        "version": 0, "seen": 2, "comment": "As proposed.",
    },
    "/companies/{company}/materiality/preview": lambda _: {"fixed": 800, "seen": 3},
    "/policy/simulations": lambda _: _WISH,
    "/policy/renewals": _nothing,
    "/policy/proposals": lambda _: {**_WISH, "seen": 0, "comment": "A good year."},
    "/policy/proposals/{proposal_id}/rulings": lambda _: {"approved": True, "comment": "Agreed."},
    "/summaries/{analysis_id}/signatures": lambda n: {"content_sha256": n["content_sha256"]},
    "/audit/holds": lambda _: {"scope": "*", "reason": "An inquiry."},
    "/audit/holds/{hold_id}/releases": _nothing,
    "/audit/purges": lambda _: {"before": "2000-01-01"},
}  # fmt: skip
"""What each operation that changes something is sent about a report, from ``names_of`` it."""


def names_of(report: Report, rule: str = "waits") -> dict[str, str]:
    """What the parts of an address stand for when it is about a report and its insight by a rule."""
    insight = made.an_insight(report, rule)
    waits = made.a_review_item(made.an_insight(report, "waits")).review_item_id
    audited = audit_item(made.an_insight(report, "audited"), made.NOON)
    bare = report.report_id.removeprefix("report-")
    return {
        "report_id": report.report_id,
        "ingestion_id": f"ingestion-{bare}",
        "analysis_id": f"analysis-{bare}",
        "insight_id": insight.insight_id,
        "reasoning_chain_id": insight.chain_id,
        "review_item_id": made.a_review_item(insight).review_item_id,
        "free_item_id": audited.review_item_id,
        "alert_id": deterministic_id("notice", waits),
        "correction_id": made.a_correction(report).correction_id,
        "fact_id": made.a_fact(report).fact_id,
        "company": deterministic_id("company", company_key(report.company or NOBODYS)),
        "content_sha256": "0" * 64,
        "hold_id": HOLD,
        "proposal_id": PROPOSAL,
        "page": "1",
    }


def names_something(operation: Operation) -> bool:
    """Whether an operation names something of a report or a company, in its address or in its body."""
    path = operation.path
    if path in OF_NO_REPORT:
        return False
    return operation.method not in READS or "{" in path or path in ASKED_WITH


def address_of(operation: Operation, names: Names) -> str:
    """The address of an operation with these names in it."""
    query = ASKED_WITH.get(operation.path)
    address = operation.path if query is None else f"{operation.path}?{query}"
    return address.format_map(names)


def asked(client: TestClient, operation: Operation, names: Names):
    """Ask as somebody who fills everything in."""
    address = address_of(operation, names)
    if operation.method in READS:
        return client.request(operation.method, address)
    sent = BODIES.get(operation.path)
    assert sent is not None, f"say in BODIES what {operation.path} is sent about a report"
    body: dict[str, object] = {"json": sent(names)}
    if operation.path == INGEST:
        body = {"files": {"file": ("new.csv", small_csv(7))}}
    headers = {"Idempotency-Key": uuid4().hex, "If-Match": "*"}
    return client.request(operation.method, address, headers=headers, **body)
