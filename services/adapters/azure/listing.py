"""Long lists from Cosmos DB by keyset: every document has one text that sorts as its list does."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from services.adapters.azure.cosmos import INSIGHTS, RECORDS, Cosmos, Document
from services.adapters.azure.heads import Heads
from services.adapters.azure.reading import Reader
from services.adapters.azure.tables import BY_NAME, row_of
from services.domain.corrections import FactInForce
from services.domain.ids import ChainId, InsightId, ReportId
from services.domain.insights import Insight, InsightStatus, ReasoningChain
from services.domain.listings import (
    Classification,
    FactQuery,
    Grounds,
    InsightQuery,
    Page,
    ReportQuery,
    ReviewItemQuery,
    Versions,
)
from services.domain.reports import Fact, Report, TieOut
from services.domain.reviews import ReviewItem, ReviewKind, ReviewStatus
from services.domain.users import User

_BEYOND_DIGITS = "~"
"""Sorts after every digit and dash, so that a range ends behind all dates that begin alike."""
_NEED = "c.id, c.pk, c.kind, c.run, c.record_id, c.place"
_SAFE = "(c.status = 'approved' OR (c.status = 'published' AND c.is_unproved = false))"


@dataclass(slots=True)
class _Wanted:
    """A list: conditions and their values, from which end, and what of each document."""

    container: str
    conditions: list[str]
    values: dict[str, object] = field(default_factory=dict)
    descending: bool = False
    what: str = "*"

    def ask(self, condition: str, **values: object) -> None:
        """Add a condition."""
        self.conditions.append(condition)
        self.values.update(values)

    def query(self, limit: int, after: str | None) -> tuple[str, Mapping[str, object]]:
        """Return text and values of the query for up to ``limit`` documents behind a place."""
        conditions, values = list(self.conditions), dict(self.values)
        if after is not None:
            conditions.append(f"c.place {'<' if self.descending else '>'} @after")
            values["after"] = after
        order = "c.place DESC" if self.descending else "c.place"
        where = " AND ".join(conditions)
        text = f"SELECT TOP {limit} {self.what} FROM c WHERE {where} ORDER BY {order}"  # noqa: S608 - our own text
        return text, values


class CosmosListing:
    """Reads pages of lists; ``reader`` is who they are for, None for who sees all companies."""

    def __init__(self, cosmos: Cosmos, reader: User | None = None) -> None:
        self._cosmos = cosmos
        self._reader = reader
        self._heads = Heads(cosmos)
        self._read = Reader(cosmos, self._heads)

    def seen_by(self, reader: User) -> "CosmosListing":
        """Return the lists of what one person may know of."""
        return CosmosListing(self._cosmos, None if reader.companies is None else reader)

    def version(self) -> Hashable:
        """Return the number of commits that changed a record, by whichever process; within a block something of its own."""
        return self._heads.version()

    def insight_ids(self, query: InsightQuery) -> Page[InsightId]:
        """Return a page of insights, newest first; their texts are not read."""
        wanted = self._of(INSIGHTS, "insights")
        wanted.descending, wanted.what = True, _NEED
        self._ask_insights(wanted, query)
        page = self._page(wanted, query.limit, query.after)
        return Page([InsightId(one["record_id"]) for one in page.items], page.after)

    def insights(self, ids: Iterable[InsightId]) -> list[Insight]:
        """Return the stored insights of these ids, in no order."""
        return list(self._by_id(Insight, ids))

    def reports(self, query: ReportQuery) -> Page[Report]:
        """Return a page of reports, newest first."""
        wanted = self._of(RECORDS, "reports")
        wanted.descending = True
        if query.status is not None:
            wanted.ask("c.status = @status", status=query.status.value)
        page = self._page(wanted, query.limit, query.after)
        return Page([row_of(Report, one).record for one in page.items], page.after)

    def facts(self, query: FactQuery) -> Page[Fact]:
        """Return a page of facts as the last analyses used them, by report and in document order."""
        wanted = self._of(RECORDS, "facts", "facts_in_force")
        if query.report_id is not None:
            wanted.ask("c.pk = @report", report=query.report_id)
        if query.concept is not None:
            wanted.ask("c.concept = @concept", concept=query.concept)
        _ask_period(wanted, query.period)
        after = query.after and (query.after[0], f"{query.after[1]:07d}", query.after[2])
        page = self._page(wanted, query.limit, after)
        place = page.after and (page.after[0], int(page.after[1]), page.after[2])
        return Page([_fact(one) for one in page.items], place)

    def review_items(self, query: ReviewItemQuery) -> Page[ReviewItem]:
        """Return a page of review items, oldest first."""
        wanted = self._of(RECORDS, "review_items")
        if query.status is not None:
            wanted.ask("c.status = @status", status=query.status.value)
        page = self._page(wanted, query.limit, query.after)
        return Page([row_of(ReviewItem, one).record for one in page.items], page.after)

    def chain(self, chain_id: ChainId) -> ReasoningChain | None:
        """Return the reasoning chain with this id or None."""
        return next(self._by_id(ReasoningChain, [chain_id]), None)

    def grounds(self, insights: Sequence[Insight]) -> Grounds:
        """Return the facts, checks, versions and document names under some insights."""
        fact_ids = {one.fact_id for insight in insights for one in insight.evidence}
        facts = {one.fact_id: one for one in self._by_id(Fact, fact_ids)}
        facts |= {one.fact.fact_id: one.fact for one in self._by_id(FactInForce, fact_ids)}
        checks = {tie_out for insight in insights for tie_out in insight.tie_outs}
        chains = self._by_id(ReasoningChain, {insight.chain_id for insight in insights})
        reports = self._by_id(Report, {insight.report_id for insight in insights})
        return Grounds(
            facts,
            {one.tie_out_id: one for one in self._by_id(TieOut, checks)},
            {
                one.chain_id: Versions(one.model_version, one.prompt_template_version)
                for one in chains
            },
            {one.report_id: one.name for one in reports},
        )

    def _of(self, container: str, *kinds: str) -> _Wanted:
        wanted = _Wanted(container, ["ARRAY_CONTAINS(@kinds, c.kind)"], {"kinds": list(kinds)})
        visible = self._visible()
        if visible is not None:
            wanted.ask("ARRAY_CONTAINS(@visible, c.pk)", visible=visible)
        return wanted

    def _ask_insights(self, wanted: _Wanted, query: InsightQuery) -> None:
        wanted.ask("c.confidence >= @confidence", confidence=query.confidence_min)
        if query.report_id is not None:
            wanted.ask("c.pk = @report", report=query.report_id)
        if query.kind is not None:
            wanted.ask("c.about = @about", about=query.kind.value)
        if query.severity is not None:
            wanted.ask("c.severity = @severity", severity=query.severity.rank)
        if query.classification is not None:
            waits = query.classification is Classification.REVIEW_REQUIRED
            compare = "=" if waits else "!="
            wanted.ask(f"c.status {compare} @waiting", waiting=InsightStatus.IN_REVIEW.value)
        if query.company is not None:
            named = "c.company_lower = @company"
            ours = self._read.all(Report, named, {"company": query.company.lower()})
            wanted.ask("ARRAY_CONTAINS(@company, c.pk)", company=[one.report_id for one in ours])
        _ask_period(wanted, query.period)
        if query.safe_only:
            wanted.ask(_SAFE)
        if query.without_audits:
            wanted.ask("NOT ARRAY_CONTAINS(@audited, c.record_id)", audited=self._under_audit())

    def _under_audit(self) -> list[str]:
        values = {"open": ReviewStatus.OPEN.value, "why": ReviewKind.AUDIT_SAMPLE.value}
        items = self._read.all(ReviewItem, "c.status = @open AND c.why = @why", values)
        return [one.insight_id for one in items if one.insight_id is not None]

    def _page(self, wanted: _Wanted, limit: int, after: tuple[str, ...] | None) -> Page[Document]:
        """Return a page of the documents that count; those that do not any more cost a further look."""
        place = None if after is None else "|".join(after)
        found: list[Document] = []
        while len(found) <= limit:
            text, values = wanted.query(limit + 1, place)
            documents = self._cosmos.ask(wanted.container, text, values)
            found += self._counting(documents)
            if len(documents) <= limit:
                break
            place = documents[-1]["place"]
        shown = found[:limit]
        last = tuple(shown[-1]["place"].split("|")) if len(found) > limit else None
        return Page(shown, last)

    def _counting(self, documents: Sequence[Document]) -> Iterator[Document]:
        states = self._heads.states(one["pk"] for one in documents)
        for one in documents:
            state = states[one["pk"]]
            is_corrected = one["kind"] == "facts" and "facts_in_force" in state.totals
            if state.counts(one) and not is_corrected:
                yield one

    def _by_id(self, kind: type, ids: Iterable[str]) -> Iterator:  # type: ignore[type-arg]
        visible, left = self._visible(), iter(sorted(ids))
        while some := list(islice(left, 200)):
            for row in self._read.found(kind, "ARRAY_CONTAINS(@ids, c.record_id)", {"ids": some}):
                if visible is None or row.record.report_id in visible:
                    yield row.record

    def _visible(self) -> list[ReportId] | None:
        """Return the reports that the reader may know of, None for all."""
        if self._reader is None or self._reader.companies is None:
            return None
        where = "(ARRAY_CONTAINS(@ours, c.company_key) OR (c.company_lower = '' AND c.uploaded_by = @me))"
        values = {"ours": sorted(self._reader.companies), "me": self._reader.user_id}
        return [one.report_id for one in self._read.all(Report, where, values)]


def _ask_period(wanted: _Wanted, period: str | None) -> None:
    if period is not None:
        wanted.ask(
            "c.period_end >= @begin AND c.period_end < @end",
            begin=period,
            end=period + _BEYOND_DIGITS,
        )


def _fact(document: Document) -> Fact:
    record = row_of(BY_NAME[document["kind"]], document).record
    fact: Fact = record.fact if isinstance(record, FactInForce) else record
    return fact
