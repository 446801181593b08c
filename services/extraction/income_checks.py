"""Identities of the income statement, from gross profit down to earnings per share.

Each is judged only where the printed rows claim it: proved by a discovered subtotal or by the
numbers themselves, failed only when nothing is printed between the parts and the total.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from services.domain.concepts import StatementKind
from services.domain.ids import FactId
from services.domain.reports import Fact, TieOut, TieOutStatus
from services.extraction.statement_view import (
    Check,
    StatementView,
    Term,
    conclude,
    judged,
    not_applicable,
    renamed,
    shown,
)

GROSS_PROFIT = Check("T07", "Revenue less cost of revenue equals gross profit")
OPERATING_INCOME = Check("T08", "Gross profit less operating expenses equals operating income")
NET_INCOME = Check("T09", "Income before tax less tax equals net income")
COMPREHENSIVE = Check("T10", "Net income plus other comprehensive income is comprehensive income")
EPS_BASIC = Check("T15", "Basic EPS × weighted shares agrees with net income")
EPS_DILUTED = Check("T15", "Diluted EPS × weighted shares agrees with net income")

_EPS_CHECKS = {"basic": EPS_BASIC, "diluted": EPS_DILUTED}

EPS_RELATIVE_TOLERANCE = Decimal("0.02")
"""EPS may miss net income by preferred dividends or the two-class method."""
EPS_SCALE_GAP = Decimal("0.5")
"""No such holder takes half of the income: a gap beyond it is a wrong scale or a wrong number."""

_OCI_TOTAL = re.compile(r"\bother comprehensive\b", re.IGNORECASE)
_COMPREHENSIVE = re.compile(r"^\W*(total |net )?comprehensive\b", re.IGNORECASE)
_SHARED_WITH = r"preferred|participating|unvested|allocat|applicable to common"
_HOLDERS = {
    "net_income": re.compile(_SHARED_WITH, re.IGNORECASE),
    "net_income_incl_nci": re.compile(_SHARED_WITH + r"|non-?controlling|minority", re.IGNORECASE),
}


class _Claim(NamedTuple):
    """A check, the concept of its total and the signed concepts of its parts."""

    check: Check
    totals: tuple[str, ...]
    parts: tuple[tuple[int, str], ...]


_CLAIMS = (
    _Claim(GROSS_PROFIT, ("gross_profit",), ((1, "revenue"), (-1, "cost_of_revenue"))),
    _Claim(
        OPERATING_INCOME,
        ("operating_income",),
        ((1, "gross_profit"), (-1, "sga"), (-1, "research_and_development")),
    ),
    _Claim(
        NET_INCOME,
        ("net_income_incl_nci", "net_income"),
        ((1, "income_before_tax"), (-1, "income_tax_expense")),
    ),
)


def check(consolidated: Sequence[StatementView], subtotals: Sequence[TieOut]) -> list[TieOut]:
    """Return T07 to T10 and T15 for every column of the consolidated income statements."""
    explained = {tie_out.total: tie_out for tie_out in subtotals if tie_out.total is not None}
    results: list[TieOut] = []
    for view in consolidated:
        income = view.statement.kind is StatementKind.INCOME
        for column in view.reported_columns:
            if income:
                results += [_claim(view, column, claim, explained) for claim in _CLAIMS]
                results += [_eps(view, column, "basic"), _eps(view, column, "diluted")]
            results += _comprehensive(view, column)
    return results


def _claim(
    view: StatementView, column: int, claim: _Claim, explained: Mapping[FactId, TieOut]
) -> TieOut:
    period = view.period(column)
    totals = [fact for name in claim.totals if (fact := view.concept(name, column)) is not None]
    if not totals:
        return not_applicable(
            claim.check, view.statement, period, f"no {_words(claim.totals[-1])} is printed"
        )
    terms = [
        Term(weight, fact)
        for weight, name in claim.parts
        if (fact := view.concept(name, column)) is not None
    ]
    direct = [judged(claim.check, total, terms) for total in totals if terms]
    for result in direct:
        if len(terms) == len(claim.parts) and result.status is not TieOutStatus.FAIL:
            return result
    for total in totals:
        if (discovered := explained.get(total.fact_id)) is not None:
            return renamed(claim.check, discovered)
    if len(terms) == len(claim.parts) and _nothing_else_printed(view, totals[0], terms):
        return direct[0]
    return not_applicable(
        claim.check, view.statement, period, "other rows stand between the parts and the total"
    )


def _nothing_else_printed(view: StatementView, total: Fact, terms: Sequence[Term]) -> bool:
    parts = {term.fact.row for term in terms}
    first = min((term.fact for term in terms), key=lambda fact: fact.row)
    if total.row <= max(parts):
        return False
    return {fact.row for fact in view.between(first, total)} <= parts


def _comprehensive(view: StatementView, column: int) -> list[TieOut]:
    totals = view.labelled(_COMPREHENSIVE, column)
    movements = view.labelled(_OCI_TOTAL, column)
    if not totals:
        return []
    start = view.concept("net_income_incl_nci", column) or view.concept("net_income", column)
    if start is None or not movements:
        missing = "net income" if start is None else "total of other comprehensive income"
        reason = f"no {missing} is printed beside comprehensive income"
        return [not_applicable(COMPREHENSIVE, view.statement, view.period(column), reason)]
    return [_best(COMPREHENSIVE, totals[0], start, movements)]


def _best(check: Check, total: Fact, start: Fact, movements: Sequence[Fact]) -> TieOut:
    tried = [judged(check, total, [Term(1, start), Term(1, movement)]) for movement in movements]
    return min(tried, key=lambda tie_out: abs(tie_out.difference or Decimal(0)))


def _eps(view: StatementView, column: int, kind: str) -> TieOut:
    check = _EPS_CHECKS[kind]
    period = view.period(column)
    eps = view.concept(f"eps_{kind}", column)
    shares = view.concept(f"shares_{kind}_wavg", column)
    income = view.concept("net_income", column) or view.concept("net_income_incl_nci", column)
    if eps is None or shares is None or income is None:
        missing = [
            name
            for name, fact in (("EPS", eps), ("weighted shares", shares), ("net income", income))
            if fact is None
        ]
        reason = f"no {kind} {' and '.join(missing)} was read"
        return not_applicable(check, view.statement, period, reason)
    return _eps_judged(view, check, income, (eps, shares))


def _eps_judged(
    view: StatementView, check: Check, income: Fact, factors: tuple[Fact, Fact]
) -> TieOut:
    eps, shares = factors
    implied = eps.value * shares.value
    rounding = (
        eps.rounding_unit * abs(shares.value)
        + abs(eps.value) * shares.rounding_unit
        + income.rounding_unit
    ) / 2
    tolerance = max(rounding, EPS_RELATIVE_TOLERANCE * abs(income.value))
    gap = income.value - implied
    terms = [Term(1, eps), Term(1, shares)]
    near = abs(gap) <= EPS_SCALE_GAP * abs(income.value)
    if abs(gap) > tolerance and near and _income_is_shared(view, income):
        reason = "income is shared with preferred, participating or noncontrolling holders"
        return not_applicable(check, view.statement, income.period, reason)
    base = conclude(check, income, terms, (implied, income.value))
    passed = abs(gap) <= tolerance
    exact = TieOutStatus.PASS if abs(gap) <= rounding else TieOutStatus.PASS_ROUNDING
    sentence = (
        f"{check.name}: {eps.value} × {shown(shares.value, shares)} shares implies "
        f"{shown(implied, income)} for {income.period.label}; "
        f"reported {shown(income.value, income)}."
    )
    status = exact if passed else TieOutStatus.FAIL
    return base.model_copy(update={"status": status, "tolerance": tolerance, "sentence": sentence})


def _income_is_shared(view: StatementView, income: Fact) -> bool:
    rows = view.labelled(_HOLDERS[income.concept or "net_income"], income.column)
    return any(fact.fact_id != income.fact_id and fact.value != 0 for fact in rows)


def _words(concept: str) -> str:
    return concept.replace("_", " ")
