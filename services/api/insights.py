"""Insights over HTTP: the list a page at a time, and one."""

import asyncio
import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.access import sight_of
from services.api.addresses import (
    BASE,
    analysis_id,
    place_of,
    report_of,
)
from services.api.answers import as_json, pages
from services.api.callers import InsightViewer
from services.api.kept import kept_by
from services.api.models import (
    EvidenceOut,
    InsightList,
    InsightOut,
    SourceOut,
)
from services.api.parameters import PERIOD, InsightKey, PageByTime
from services.bootstrap import Services
from services.domain.concepts import CONCEPTS
from services.domain.errors import NotFound
from services.domain.ids import InsightId
from services.domain.insights import Insight, InsightKind, Severity
from services.domain.listings import (
    Classification,
    Grounds,
    InsightQuery,
    Page,
    classification_of,
)
from services.domain.periods import Period
from services.domain.reports import Fact, TieOut
from services.domain.users import Role, User
from services.extraction.jsonl import json_number
from services.memo import Memo
from services.ports import Listing
from services.review.blind import blind_to, judges_blind
from services.summary import is_shown

_KEPT_ROWS = 20_000
"""Insights kept as they were written, 1.5 KB each, until a record changes."""
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class InsightFilter(PageByTime):
    """What a list of insights can be narrowed to."""

    analysis_id: str | None = Field(default=None, max_length=100)
    confidence_min: float = Field(default=0.60, ge=0, le=1)
    type: InsightKind | None = None
    severity: Severity | None = None
    classification: Classification | None = None
    company: str | None = Field(default=None, max_length=200)
    period: str | None = Field(
        default=None, pattern=PERIOD, description="End of the period: 2025, 2025-12 or 2025-12-31"
    )


def insights_router(services: Services) -> APIRouter:
    """Return the routes under ``/insights``."""
    router = APIRouter(prefix="/insights", tags=["insights"], route_class=kept_by(services))
    rows: Memo[str] = Memo(_KEPT_ROWS)
    # Threads that make pages side by side take twice the processor time, waiting for each other.
    maker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="insights")

    @router.get("", response_model=InsightList)
    async def list_insights(
        caller: InsightViewer, asked: Annotated[InsightFilter, Query()]
    ) -> Response:
        """Return insights, newest first; those under the least confidence are left out.

        A CFO gets those that are published or approved, a reviewer none that is under an audit.
        """
        seen, query = services.seen_by(caller), _query(caller, asked)
        shelf = _Shelf(rows, (seen.listing.version(), sight_of(caller)))
        in_thread = partial(asyncio.get_running_loop().run_in_executor, maker)
        if query.is_plain and caller.companies is None:
            # It takes less than the way to a thread and back.
            page = seen.listing.insight_ids(query)
        else:
            page = await in_thread(seen.listing.insight_ids, query)
        found = shelf.known(page.items)
        if None in found.values():
            found = await in_thread(_written, seen.listing, page.items, shelf)
        return Response(_page(asked, page, found), media_type="application/json")

    @router.get("/{insight_id}", response_model=InsightOut)
    def get_insight(caller: InsightViewer, insight_id: InsightKey) -> Response:
        """Return one insight, however sure it is; how sure is kept from a reviewer while it is under an audit."""
        seen = services.seen_by(caller)
        insight = seen.ports.records.insight(InsightId(insight_id))
        if insight is None or not is_shown(caller, insight):
            raise NotFound("There is no insight with this id.")
        blind = bool(blind_to(caller, [insight.insight_id], seen.ports.records))
        return as_json(insight_out(insight, seen.listing.grounds([insight]), blind=blind))

    return router


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The rows that were written already, and the state of the store and of the caller's sight they hold in."""

    rows: Memo[str]
    state: tuple[Hashable, ...]

    def known(self, ids: Sequence[InsightId]) -> dict[InsightId, str | None]:
        """Return the rows of these insights in their order, None for what is not written yet."""
        rows = self.rows.known_of([(self.state, one) for one in ids])
        return dict(zip(ids, rows, strict=True))

    def keep(self, insight_id: InsightId, text: str) -> str:
        """Keep a row and return it."""
        return self.rows.keep((self.state, insight_id), text)


def _written(
    listing: Listing, ids: Sequence[InsightId], shelf: _Shelf
) -> dict[InsightId, str | None]:
    """Return the rows of these insights, writing those that nobody has written meanwhile."""
    found = shelf.known(ids)
    insights = listing.insights([one for one, text in found.items() if text is None])
    grounds = listing.grounds(insights)
    for insight in insights:
        text = insight_out(insight, grounds).model_dump_json(by_alias=True)
        found[insight.insight_id] = shelf.keep(insight.insight_id, text)
    return found


def _page(
    asked: InsightFilter, page: Page[InsightId], rows: Mapping[InsightId, str | None]
) -> bytes:
    """Return a page as JSON, joined of its rows; an insight that is no longer stored has none."""
    pagination, links = pages("insights", asked, page.after)
    return (
        f'{{"_links":{_COMPACT.encode(links)},"insights":[{",".join(filter(None, rows.values()))}],'
        f'"pagination":{pagination.model_dump_json()}}}'
    ).encode()


def _query(caller: User, asked: InsightFilter) -> InsightQuery:
    report_id = None if asked.analysis_id is None else report_of(asked.analysis_id)
    return InsightQuery(
        report_id=report_id,
        confidence_min=asked.confidence_min,
        kind=asked.type,
        severity=asked.severity,
        classification=asked.classification,
        company=asked.company,
        period=asked.period,
        safe_only=caller.role is Role.CFO,
        without_audits=judges_blind(caller),
        after=place_of(asked.cursor, str, str),
        limit=asked.limit,
    )


def insight_out(insight: Insight, grounds: Grounds, *, blind: bool = False) -> InsightOut:
    """Return an insight in the words of the API; ``blind`` for who is to judge it without its confidence."""
    versions = grounds.versions.get(insight.chain_id)
    return InsightOut(
        id=insight.insight_id,
        analysis_id=analysis_id(insight.report_id),
        summary=insight.text,
        title=insight.title,
        type=insight.kind,
        severity=insight.severity,
        status=None if blind else insight.status,
        confidence=None if blind else insight.confidence.total,
        classification=Classification.REVIEW_REQUIRED if blind else classification_of(insight),
        period=None if insight.period is None else insight.period.end.isoformat(),
        evidence=[*_evidence(insight, grounds)],
        source_refs=[*_sources(insight, grounds)],
        reasoning_chain_id=insight.chain_id,
        created_at=insight.created_at,
        model_version=None if versions is None else versions.model,
        prompt_template_version=None if versions is None else versions.prompt_template,
        links={
            "self": f"{BASE}/insights/{insight.insight_id}",
            "reasoning_chain": f"{BASE}/reasoning-chains/{insight.chain_id}",
            "analysis": f"{BASE}/analysis/{analysis_id(insight.report_id)}",
            "document": f"{BASE}/documents/{insight.report_id}",
        },
    )


def _evidence(insight: Insight, grounds: Grounds) -> Iterator[EvidenceOut]:
    known = [grounds.facts[one.fact_id] for one in insight.evidence if one.fact_id in grounds.facts]
    for one in insight.evidence:
        fact = grounds.facts.get(one.fact_id)
        if fact is None:
            yield EvidenceOut(
                metric=one.role, role=one.role, value=None, expected=None, variance=None,
                unit=None, fact_id=one.fact_id,
            )  # fmt: skip
            continue
        beside = _beside(fact, known)
        yield EvidenceOut(
            metric=f"{_name(fact)} ({_label(fact.period)})",
            role=one.role,
            value=json_number(fact.value),
            expected=None if beside is None else json_number(beside.value),
            variance=None if beside is None else _variance(fact.value, beside.value),
            unit=fact.unit.value.replace("USD", fact.currency),
            fact_id=fact.fact_id,
        )
    for check in map(grounds.tie_outs.get, insight.tie_outs):
        if check is not None and check.actual is not None:
            yield _checked(check, check.actual)


def _checked(check: TieOut, actual: Decimal) -> EvidenceOut:
    expected = check.expected
    return EvidenceOut(
        metric=check.name,
        role="check",
        value=json_number(actual),
        expected=None if expected is None else json_number(expected),
        variance=None if expected is None else _variance(actual, expected),
        unit=None,
        fact_id=None,
    )


@lru_cache(maxsize=1024)
def _label(period: Period) -> str:
    return period.label


def _name(fact: Fact) -> str:
    return fact.label if fact.concept is None else CONCEPTS[fact.concept].name


def _beside(fact: Fact, others: list[Fact]) -> Fact | None:
    """Return what a number is held against: the plan of its period, else the latest one before it."""
    if fact.scenario.is_plan or fact.concept is None:
        return None
    alike = [one for one in others if (one.concept, one.member) == (fact.concept, fact.member)]
    plans = [one for one in alike if one.scenario.is_plan and one.period == fact.period]
    before = [one for one in alike if not one.scenario.is_plan and one.period.end < fact.period.end]
    return plans[0] if plans else max(before, key=lambda one: one.period.end, default=None)


def _variance(value: Decimal, expected: Decimal) -> float | None:
    return None if expected == 0 else round(float((value - expected) / abs(expected)), 6)


def _sources(insight: Insight, grounds: Grounds) -> Iterator[SourceOut]:
    for one in insight.evidence:
        fact = grounds.facts.get(one.fact_id)
        if fact is not None:
            source = fact.source
            yield SourceOut(
                doc=source.document, document_id=source.report_id, page=source.page,
                sheet=source.sheet, cell=source.cell, printed=source.printed,
            )  # fmt: skip
    for quote in insight.quotes:
        yield SourceOut(
            doc=grounds.documents.get(insight.report_id, ""), document_id=insight.report_id,
            page=quote.page, sheet=None, cell=None, printed=quote.text,
        )  # fmt: skip
