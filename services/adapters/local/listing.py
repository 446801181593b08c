# ruff: noqa: S608 - only our own constants are put into SQL text, values never are
"""Long lists from SQLite by keyset: an index leads to the place where a page starts, however deep it is."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from functools import partial
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
    ReportQuery,
    ReviewItemQuery,
    Versions,
)
from services.domain.materiality import company_key
from services.domain.reports import Fact, Report, TieOut
from services.domain.reviews import ReviewItem, ReviewKind, ReviewStatus
from services.domain.users import User

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
_SAFE = (
    "(+status = 'approved' OR (+status = 'published' AND NOT json_extract(record, '$.has_failed_check') "
    "AND json_array_length(record, '$.held') = 0))"
)
_UNDER_AUDIT = (
    f"SELECT insight_id FROM review_items WHERE status = '{ReviewStatus.OPEN.value}' "
    f"AND json_extract(record, '$.kind') = '{ReviewKind.AUDIT_SAMPLE.value}'"
)
_VISIBLE = (
    "SELECT id FROM reports WHERE company IN (SELECT value FROM json_each(?)) "
    "OR (company IS NULL AND uploaded_by = ?)"
)
_AMONG = "report_id IN (SELECT value FROM json_each(?))"

Row = tuple[str, int, str, str]


class SqliteListing:
    """Reads pages of lists; nothing is loaded that the page does not show.

    ``reader`` is who the lists are for, None for who sees all companies.
    """

    def __init__(self, database: Database, reader: User | None = None) -> None:
        self._database = database
        self._reader = reader

    def seen_by(self, reader: User) -> "SqliteListing":
        """Return the lists of what one person may know of."""
        return SqliteListing(self._database, None if reader.companies is None else reader)

    def version(self) -> int:
        """Return another number after every commit that changed a record, by whichever process."""
        with self._database.reading() as connection:
            number: int = connection.execute("SELECT number FROM store_version").fetchone()[0]
        return number

    def insight_ids(self, query: InsightQuery) -> Page[InsightId]:
        """Return a page of insights, newest first; the index alone is read."""
        where, values = _insight_conditions(query)
        order = "ORDER BY created_at DESC, id DESC LIMIT ?"
        with self._database.reading() as connection:
            visible = self._visible(connection)
            if visible is None:
                text = f"SELECT created_at, id FROM insights WHERE {where} {order}"
            else:
                # The index of a report's insights: what is hidden is never walked over.
                where, values = f"{where} AND {_AMONG}", [*values, visible]
                text = (
                    "SELECT created_at, id FROM insights INDEXED BY insights_listed_report "
                    f"WHERE {where} {order}"
                )
            rows = connection.execute(text, (*values, query.limit + 1)).fetchall()
        shown = rows[: query.limit]
        after = shown[-1] if len(rows) > query.limit else None
        return Page([InsightId(row[1]) for row in shown], after)

    def insights(self, ids: Iterable[InsightId]) -> list[Insight]:
        """Return the stored insights of these ids, in no order."""
        with self._database.reading() as connection:
            rows = _by_id(connection, self._visible(connection), "insights", ids)
        return [Insight.model_validate_json(record) for _, record in rows]

    def reports(self, query: ReportQuery) -> Page[Report]:
        """Return a page of reports, newest first."""
        where, values = "1", list[str]()
        if query.status is not None:
            where += " AND json_extract(record, '$.status') = ?"
            values.append(query.status.value)
        if query.after is not None:
            where += " AND (uploaded_at, id) < (?, ?)"
            values += query.after
        with self._database.reading() as connection:
            visible = self._visible(connection)
            if visible is not None:
                where, values = (
                    f"{where} AND id IN (SELECT value FROM json_each(?))",
                    [*values, visible],
                )
            text = (
                f"SELECT uploaded_at, id, record FROM reports WHERE {where} "
                "ORDER BY uploaded_at DESC, id DESC LIMIT ?"
            )
            rows = connection.execute(text, (*values, query.limit + 1)).fetchall()
        shown = rows[: query.limit]
        after = shown[-1][:2] if len(rows) > query.limit else None
        found = [Report.model_validate_json(row[2]) for row in shown]
        if visible is not None:
            known = {None, *json.loads(visible)}
            found = [one if one.supersedes in known else _first(one) for one in found]
        return Page(found, after)

    def facts(self, query: FactQuery) -> Page[Fact]:
        """Return a page of facts as the last analyses used them, by report and in document order."""
        where, values = _fact_conditions(query)
        with self._database.reading() as connection:
            visible = self._visible(connection)
            if visible is not None:
                where, values = f"{where} AND {_AMONG}", [*values, visible]
            end = f"{where} ORDER BY report_id, position, id LIMIT ?"
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
        with self._database.reading() as connection:
            visible = self._visible(connection)
            if visible is not None:
                where, values = f"{where} AND {_AMONG}", [*values, visible]
            text = f"SELECT opened_at, id, record FROM review_items WHERE {where} ORDER BY opened_at, id LIMIT ?"
            rows = connection.execute(text, (*values, query.limit + 1)).fetchall()
        shown = rows[: query.limit]
        after = shown[-1][:2] if len(rows) > query.limit else None
        return Page([ReviewItem.model_validate_json(row[2]) for row in shown], after)

    def chain(self, chain_id: ChainId) -> ReasoningChain | None:
        """Return the reasoning chain with this id or None."""
        with self._database.reading() as connection:
            rows = _by_id(connection, self._visible(connection), "chains", [chain_id])
        return next((ReasoningChain.model_validate_json(row) for _, row in rows), None)

    def grounds(self, insights: Sequence[Insight]) -> Grounds:
        """Return the facts, checks, versions and document names under some insights."""
        fact_ids = {one.fact_id for insight in insights for one in insight.evidence}
        checks = {tie_out for insight in insights for tie_out in insight.tie_outs}
        chains = {insight.chain_id for insight in insights}
        reports = {insight.report_id for insight in insights}
        with self._database.reading() as connection:
            found = partial(_by_id, connection, self._visible(connection))
            facts = {fact.fact_id: fact for fact in map(_fact, found("facts", fact_ids))}
            for _, record in found("facts_in_force", fact_ids):
                fact = FactInForce.model_validate_json(record).fact
                facts[fact.fact_id] = fact
            tie_outs = {one.tie_out_id: one for one in map(_tie_out, found("tie_outs", checks))}
            versions = {
                ChainId(chain_id): Versions(*json.loads(both))
                for chain_id, both in found("chains", chains, _VERSIONS)
            }
            names = found("reports", reports, "name")
            documents = {ReportId(report_id): name for report_id, name in names}
        return Grounds(facts, tie_outs, versions, documents)

    def _visible(self, connection: sqlite3.Connection) -> str | None:
        """Return the ids of the reports that the reader may know of as JSON, None for all."""
        if self._reader is None or self._reader.companies is None:
            return None
        names = connection.execute("SELECT DISTINCT company FROM reports WHERE company NOT NULL")
        ours = [name for (name,) in names if company_key(name) in self._reader.companies]
        found = connection.execute(_VISIBLE, (json.dumps(ours), self._reader.user_id))
        return json.dumps([report_id for (report_id,) in found])


def _first(report: Report) -> Report:
    """Return a report to a reader who may not know of the one that it replaces."""
    return report.model_copy(update={"supersedes": None})


def _fact(row: tuple[str, str]) -> Fact:
    return Fact.model_validate_json(row[1])


def _tie_out(row: tuple[str, str]) -> TieOut:
    return TieOut.model_validate_json(row[1])


def _by_id(
    connection: sqlite3.Connection,
    visible: str | None,
    table: str,
    ids: Iterable[str],
    what: str = "record",
) -> list[tuple[str, str]]:
    query = f"SELECT id, {what} FROM {table} WHERE id IN (SELECT value FROM json_each(?))"
    values = [json.dumps(sorted(ids))]
    if visible is not None:
        query += " AND " + (_AMONG.replace("report_id", "id") if table == "reports" else _AMONG)
        values.append(visible)
    return connection.execute(query, values).fetchall()


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
    conditions += [_SAFE] * query.safe_only + [f"id NOT IN ({_UNDER_AUDIT})"] * query.without_audits
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
