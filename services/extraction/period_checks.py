"""What periods say of each other: statements end together, a year to date is no less than its quarter."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from services.domain.concepts import StatementKind
from services.domain.reports import Fact, TieOut, TieOutStatus
from services.extraction.statement_view import (
    Check,
    StatementView,
    Term,
    conclude,
    shown,
    tie_out_id,
)

TOGETHER = Check("T25", "Every statement ends with the balance sheet")
LONGER = Check("T22", "A longer period is no less than a shorter one that ends with it")

_AT_DATE = (StatementKind.BALANCE,)
_FLOWS = (StatementKind.INCOME, StatementKind.CASH_FLOW)
_ONLY_GROWS = (
    "revenue",
    "cost_of_revenue",
    "sga",
    "research_and_development",
    "depreciation_amortization",
    "capex",
)


def check(consolidated: Sequence[StatementView]) -> list[TieOut]:
    """Return T25 for every statement of a period, T22 for every concept that only grows with time."""
    return [*_ending(consolidated), *_growing(consolidated)]


def _ending(consolidated: Sequence[StatementView]) -> list[TieOut]:
    """Compare the newest column of each statement with the newest balance sheet date (analysis.md §1.3)."""
    dates = [day for view in consolidated if _is(view, _AT_DATE) for day in _ends(view)]
    flows = [view for view in consolidated if _is(view, _FLOWS) and _ends(view)]
    return [_together(view, max(dates)) for view in flows] if dates else []


def _is(view: StatementView, kinds: Sequence[StatementKind]) -> bool:
    return view.statement.kind in kinds


def _ends(view: StatementView) -> list[date]:
    return [view.period(column).end for column in view.reported_columns]


def _together(view: StatementView, balance: date) -> TieOut:
    """Return the verdict on one statement, its members the numbers of its newest columns."""
    statement, newest = view.statement, max(_ends(view))
    columns = [c for c in view.reported_columns if view.period(c).end == newest]
    members = tuple(
        fact.fact_id
        for row in statement.rows
        for column in columns
        if (fact := view.cell(row, column)) is not None
    )
    title, holds = statement.title.strip() or "the statement", newest == balance
    sentence = (
        f"{TOGETHER.name}: holds for {newest:%d %B %Y}."
        if holds
        else f"{TOGETHER.name}: '{title}' ends on {newest:%d %B %Y}, the balance sheet on "
        f"{balance:%d %B %Y}; one of the headings is misread or of another period."
    )
    return TieOut(
        tie_out_id=tie_out_id(TOGETHER, statement.statement_id, newest),
        report_id=statement.report_id,
        check=TOGETHER.check_id,
        name=TOGETHER.name,
        status=TieOutStatus.PASS if holds else TieOutStatus.FAIL,
        period=view.period(columns[0]),
        members=members,
        sentence=sentence,
    )


def _growing(consolidated: Sequence[StatementView]) -> list[TieOut]:
    groups: dict[tuple[str, date], list[Fact]] = defaultdict(list)
    for view in consolidated:
        for column in view.reported_columns:
            if view.period(column).is_instant:
                continue
            for concept in _ONLY_GROWS:
                fact = view.concept(concept, column)
                if fact is not None:
                    groups[concept, fact.period.end].append(fact)
    return [
        _compared(longer, shorter)
        for group in groups.values()
        for longer in group
        for shorter in group
        if longer.period.days > shorter.period.days
    ]


def _compared(longer: Fact, shorter: Fact) -> TieOut:
    base = conclude(LONGER, longer, [Term(1, shorter)], (shorter.value, longer.value))
    if longer.value >= shorter.value:
        holds = f"{LONGER.name}: holds for '{longer.label}' of {longer.period.label}."
        return base.model_copy(update={"status": TieOutStatus.PASS, "sentence": holds})
    sentence = (
        f"{LONGER.name}: '{longer.label}' is {shown(longer.value, longer)} for {longer.period.label} "
        f"and {shown(shorter.value, shorter)} for {shorter.period.label}."
    )
    return base.model_copy(update={"status": TieOutStatus.FAIL, "sentence": sentence})
