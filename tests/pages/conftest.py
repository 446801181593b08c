"""A store with one analysed report on a drawn page, and a way to open pages as somebody."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from io import BytesIO

import pytest
import streamlit as st
from reportlab.pdfgen.canvas import Canvas
from streamlit.testing.v1 import AppTest

from components.navigation import PAGES
from services.analysis.service import analyse
from services.analysis.templates import load_templates
from services.bootstrap import Services, build
from services.domain.concepts import StatementKind
from services.domain.ids import FindingId, ReviewItemId, TieOutId, UserId
from services.domain.insights import (
    Evidence,
    InsightKind,
    InsightStatus,
    ReasoningStep,
    Route,
    Severity,
)
from services.domain.messages import Effects
from services.domain.reports import (
    Finding,
    FindingSeverity,
    LineItem,
    Statement,
    StatementColumn,
    TieOut,
    TieOutStatus,
)
from services.domain.reviews import ReviewItem
from services.domain.users import Role
from tests.conftest import ROOT
from tests.factories import NOW, a_confidence, a_fact, a_report, an_insight, fiscal_year

SIGNED_IN = "_test_session"
"""Where a test leaves the session that the gate would name in a header."""
REPORT = a_report(page_count=5, form="10-K")
REVENUE = a_fact("revenue", 2025, 120_000_000)
PRIOR = a_fact("revenue", 2024, 100_000_000)
STATEMENT = Statement(
    statement_id=REVENUE.statement_id,
    report_id=REPORT.report_id,
    kind=StatementKind.INCOME,
    title="Income statement",
    scale=1_000_000,
    pages=(5,),
    columns=tuple(StatementColumn(period=fiscal_year(year)) for year in (2025, 2024)),
    rows=(LineItem(row=0, label="Revenue", facts=(REVENUE.fact_id, PRIOR.fact_id)),),
)
TEMPLATES = load_templates(
    {
        path.name: path.read_text()
        for path in (ROOT / "prompts" / "templates").glob("*.md")
        if path.stem != "README"
    }
)
ANALYSIS = analyse(REPORT, [STATEMENT], [REVENUE, PRIOR], [], [], TEMPLATES, NOW)
FOUND = next(one for one in ANALYSIS.insights if one.rule_id == "R01")
PUBLISHED = FOUND.model_copy(
    update={
        "confidence": a_confidence(),
        "evidence": (Evidence(fact_id=REVENUE.fact_id, role="revenue"),),
    }
)
"""What the rule really finds in the two facts, so that every sentence of it can be verified."""
PROOF = next(one for one in ANALYSIS.chains if one.insight_id == FOUND.insight_id)
CHAIN = PROOF.model_copy(
    update={
        "steps": (
            ReasoningStep(
                step=1,
                action="Read two cells",
                rule="R01",
                result="2 facts",
                fact_ids=(REVENUE.fact_id,),
            ),
            *PROOF.steps[1:],
        )
    }
)
IN_REVIEW = an_insight(
    "A01",
    title="Receivables outgrew revenue",
    kind=InsightKind.ANOMALY,
    severity=Severity.HIGH,
    confidence=a_confidence(0.5),
    route=Route.REVIEW,
    status=InsightStatus.IN_REVIEW,
    has_failed_check=True,
    what_to_check="Compare with the ageing list.",
)
OPEN = an_insight(
    "K01",
    title="Liquidity is thin",
    kind=InsightKind.RISK,
    severity=Severity.MEDIUM,
    confidence=a_confidence(0.7),
    route=Route.ANALYST,
    status=InsightStatus.OPEN,
)
ITEM = ReviewItem(
    review_item_id=ReviewItemId("item-1"),
    insight_id=IN_REVIEW.insight_id,
    report_id=REPORT.report_id,
    reasons=("a check on its numbers failed",),
    opened_at=NOW,
)
FAILED_CHECK = TieOut(
    tie_out_id=TieOutId("t-1"),
    report_id=REPORT.report_id,
    check="BS01",
    name="Assets equal liabilities and equity",
    status=TieOutStatus.FAIL,
    expected=Decimal(36_500),
    actual=Decimal(36_498),
    difference=Decimal(-2),
    sentence="They differ by $(2) m.",
)
NOTE = Finding(
    finding_id=FindingId("f-1"),
    report_id=REPORT.report_id,
    code="recast",
    severity=FindingSeverity.WARNING,
    sentence="Prior-year columns are recast.",
    page=5,
)


def a_pdf(pages: int = 5) -> bytes:
    """A PDF whose every page prints one number."""
    buffer = BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for _ in range(pages):
        canvas.drawString(400, 700, "120")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("services.supervisor.ensure_workers", lambda settings: None)
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def store() -> Services:
    """An empty store in the test's own folder."""
    return build()


@pytest.fixture
def seeded(store: Services) -> Services:
    """The store with the report, its statement, insights, chain, check, note and review item."""
    store.ports.blobs.put(REPORT.blob_key, a_pdf())
    store.ports.records.commit(
        Effects(
            records=(
                REPORT, STATEMENT, REVENUE, PRIOR, PUBLISHED, IN_REVIEW, OPEN, ITEM, CHAIN,
                FAILED_CHECK, NOTE,
            )
        )
    )  # fmt: skip
    return store


@pytest.fixture
def open_page(store: Services, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open a page by name as the demo person of a role or as another one, with ids in the address."""
    store.accounts.open(at_home=True)
    outside = store.sign_in.sign_in_demo(UserId("demo-analyst"), "127.0.0.1").session_id
    monkeypatch.setattr(
        "components.session.session_id", lambda: st.session_state.get(SIGNED_IN, outside)
    )

    def opened(name: str, role: Role, person: str = "", **ids: str) -> AppTest:
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
        at.session_state[SIGNED_IN] = store.sign_in.sign_in_demo(
            UserId(f"demo-{person or role.value}"), "127.0.0.1"
        ).session_id
        at.run()
        for key, value in ids.items():
            at.query_params[key] = value
        return at.switch_page(PAGES[name].script).run()

    return opened


def texts(at: AppTest) -> str:
    """Everything a page says in words, joined."""
    groups = (
        at.title, at.header, at.subheader, at.markdown, at.caption, at.error, at.warning, at.info,
        at.success,
    )  # fmt: skip
    return "\n".join(element.value for group in groups for element in group)
