# ruff: noqa: S608 - only our own constants are put into SQL text, values never are
"""Long lists from SQLite by keyset: an index leads to the place where a page starts, however deep it is."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from heapq import merge
from itertools import islice

from services.adapters.local.database import Database
from services.domain.corrections import FactInForce
from services.domain.ids import ChainId, InsightId, ReportId
from services.domain.insights import Insight, InsightStatus, ReasoningChain
from services.domain.listings import (
    Classification,
    FactQuery,
    Grounds,
    InsightQuery,
    Page,
    ReviewItemQuery,
    Versions,
)
from services.domain.reports import Fact, TieOut
from services.domain.reviews import ReviewItem

_BEYOND_DIGITS = "~"
"""Sorts after every digit and dash, so that a range ends behind all dates that begin alike."""
_READ = (
    "SELECT report_id, position, id, record FROM facts f WHERE NOT EXISTS "
    "(SELECT 1 FROM facts_in_force c WHERE c.report_id = f.report_id)"
)
_IN_FORCE = (
    "SELECT report_id, position, id, json_extract(record, '$.fact') FROM facts_in_force WHERE 1"
)
_VERSIONS = "json_extract(record, '$.model_version', '$.prompt_template_version')"

Row = tuple[str, int, str, str]


class SqliteListing:
    """Reads pages of lists; nothing is loaded that the page does not show."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def version(self) -> int:
        """Return another number after every commit that changed a record, by whichever process."""
        with self._database.reading() as connection:
            number: int = connection.execute("SELECT number FROM store_version").fetchone()[0]
        return number

    def insight_ids(self, query: InsightQuery) -> Page[InsightId]:
        """Return a page of insights, newest first; the index alone is read."""
        where, values = _insight_conditions(query)
        text = (
            f"SELECT created_at, id FROM insights WHERE {where} "
            "ORDER BY created_at DESC, id DESC LIMIT ?"
        )
        with self._database.reading() as connection:
            rows = connection.execute(text, (*values, query.limit + 1)).fetchall()
        shown = rows[: query.limit]
        after = shown[-1] if len(rows) > query.limit else None
        return Page([InsightId(row[1]) for row in shown], after)

    def insights(self, ids: Iterable[InsightId]) -> list[Insight]:
        """Return the stored insights of these ids, in no order."""
        with self._database.reading() as connection:
            rows = _by_id(connection, "insights", ids)
        return [Insight.model_validate_json(record) for _, record in rows]

    def facts(self, query: FactQuery) -> Page[Fact]:
        """Return a page of facts as the last analyses used them, by report and in document order."""
        where, values = _fact_conditions(query)
        end = f"{where} ORDER BY report_id, position, id LIMIT ?"
        with self._database.reading() as connection:
            lists: list[list[Row]] = [
                connection.execute(f"{start}{end}", (*values, query.limit + 1)).fetchall()
                for start in (_READ, _IN_FORCE)
            ]
        rows = list(islice(merge(*lists), query.limit + 1))
        shown = rows[: query.limit]
        after = shown[-1][:3] if len(rows) > query.limit else None
        return Page([Fact.model_validate_json(row[3]) for row in shown], after)

    def review_items(self, query: ReviewItemQuery) -> Page[ReviewItem]:
        """Return a page of review items, oldest first."""
        where, values = "1", list[str | int]()
        if query.status is not None:
            where += " AND +status = ?"
            values.append(query.status.value)
        if query.after is not None:
            where += " AND (opened_at, id) > (?, ?)"
            values += query.after
        text = f"SELECT opened_at, id, record FROM review_items WHERE {where} ORDER BY opened_at, id LIMIT ?"
        with self._database.reading() as connection:
            rows = connection.execute(text, (*values, query.limit + 1)).fetchall()
        shown = rows[: query.limit]
        after = shown[-1][:2] if len(rows) > query.limit else None
        return Page([ReviewItem.model_validate_json(row[2]) for row in shown], after)

    def chain(self, chain_id: ChainId) -> ReasoningChain | None:
        """Return the reasoning chain with this id or None."""
        with self._database.reading() as connection:
            rows = _by_id(connection, "chains", [chain_id])
        return next((ReasoningChain.model_validate_json(row) for _, row in rows), None)

    def grounds(self, insights: Sequence[Insight]) -> Grounds:
        """Return the facts, checks, versions and document names under some insights."""
        fact_ids = {one.fact_id for insight in insights for one in insight.evidence}
        checks = {tie_out for insight in insights for tie_out in insight.tie_outs}
        chains = {insight.chain_id for insight in insights}
        reports = {insight.report_id for insight in insights}
        with self._database.reading() as connection:
            facts = {
                fact.fact_id: fact for fact in map(_fact, _by_id(connection, "facts", fact_ids))
            }
            for _, record in _by_id(connection, "facts_in_force", fact_ids):
                fact = FactInForce.model_validate_json(record).fact
                facts[fact.fact_id] = fact
            found = map(_tie_out, _by_id(connection, "tie_outs", checks))
            tie_outs = {tie_out.tie_out_id: tie_out for tie_out in found}
            versions = {
                ChainId(chain_id): Versions(*json.loads(both))
                for chain_id, both in _by_id(connection, "chains", chains, _VERSIONS)
            }
            names = _by_id(connection, "reports", reports, "name")
            documents = {ReportId(report_id): name for report_id, name in names}
        return Grounds(facts, tie_outs, versions, documents)


def _fact(row: tuple[str, str]) -> Fact:
    return Fact.model_validate_json(row[1])


def _tie_out(row: tuple[str, str]) -> TieOut:
    return TieOut.model_validate_json(row[1])


def _by_id(
    connection: sqlite3.Connection, table: str, ids: Iterable[str], what: str = "record"
) -> list[tuple[str, str]]:
    wanted = "SELECT value FROM json_each(?)"
    query = f"SELECT id, {what} FROM {table} WHERE id IN ({wanted})"
    return connection.execute(query, (json.dumps(sorted(ids)),)).fetchall()


def _insight_conditions(query: InsightQuery) -> tuple[str, list[str | float]]:
    # A plus keeps SQLite from the one-column indexes, which would make it sort what it finds.
    conditions, values = ["confidence >= ?"], list[str | float]([query.confidence_min])

    def ask(condition: str, *given: str | float) -> None:
        conditions.append(condition)
        values.extend(given)

    if query.report_id is not None:
        ask("report_id = ?", query.report_id)
    if query.kind is not None:
        ask("+kind = ?", query.kind.value)
    if query.severity is not None:
        ask("+severity = ?", query.severity.rank)
    if query.classification is not None:
        waits = query.classification is Classification.REVIEW_REQUIRED
        ask(f"+status {'=' if waits else '<>'} ?", InsightStatus.IN_REVIEW.value)
    if query.company is not None:
        company = "json_extract(record, '$.company') = ? COLLATE NOCASE"
        ask(f"+report_id IN (SELECT id FROM reports WHERE {company})", query.company)
    if query.period is not None:
        ask("period_end >= ? AND period_end < ?", query.period, query.period + _BEYOND_DIGITS)
    if query.after is not None:
        ask("(created_at, id) < (?, ?)", *query.after)
    return " AND ".join(conditions), values


def _fact_conditions(query: FactQuery) -> tuple[str, list[str | int]]:
    where, values = "", list[str | int]()
    if query.report_id is not None:
        where += " AND report_id = ?"
        values.append(query.report_id)
    if query.concept is not None:
        where += " AND concept = ?"
        values.append(query.concept)
    if query.period is not None:
        where += " AND period_end >= ? AND period_end < ?"
        values += [query.period, query.period + _BEYOND_DIGITS]
    if query.after is not None:
        where += " AND (report_id, position, id) > (?, ?, ?)"
        values += query.after
    return where, values
