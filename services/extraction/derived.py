"""Facts that are computed and not printed: gross profit, and total liabilities.

A derived fact names the facts it comes from, has no box of its own, and is never surer than the
product of its inputs' confidences.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import prod

from services.domain.concepts import CONCEPTS, StatementKind
from services.domain.confidence import ConfidenceEvidence, FactConfidence
from services.domain.ids import FactId, deterministic_id
from services.domain.provenance import SourceRef
from services.domain.reports import Fact
from services.extraction.labels import normalise

DERIVED_ROW = -1
"""The row of a derived fact: it is printed in none."""

_DERIVED_ON = {StatementKind.INCOME, StatementKind.BALANCE}
_MEZZANINE = r"redeemable|mezzanine|temporary equity|contingently convertible"
_NOT_MEZZANINE = r"mandatorily redeemable|current portion"
_NONCONTROLLING = r"noncontrolling|minority interests?"
_LIABILITY_CONCEPTS = frozenset(
    {
        "accounts_payable",
        "short_term_debt",
        "deferred_revenue_current",
        "total_current_liabilities",
        "long_term_debt",
    }
)


@dataclass(frozen=True, slots=True)
class _Term:
    """One input and the sign it enters with."""

    sign: int
    fact: Fact


def derive(facts: Sequence[Fact]) -> list[Fact]:
    """Return the derived facts of a report's printed facts.

    Gross profit is revenue less cost of revenue; total liabilities are total assets less total
    equity (noncontrolling interests included) less redeemable interests. Each only where no such
    row is printed, and only from facts of one statement, period, basis, scenario, member and currency.
    """
    columns: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        if not fact.derived_from and fact.statement in _DERIVED_ON:
            columns[_column_key(fact)].append(fact)
    return [
        derived
        for column in columns.values()
        for concept, terms_of in _DERIVATIONS
        if (derived := _derived(concept, terms_of(column))) is not None
    ]


def _column_key(fact: Fact) -> tuple[object, ...]:
    period = (fact.period.start, fact.period.end)
    kept_apart = (fact.basis, fact.scenario, fact.member, fact.currency)
    return (fact.report_id, fact.statement_id, *kept_apart, *period)


def _only(column: Sequence[Fact], concept: str) -> Fact | None:
    """The column's fact of a concept; None when there is none or when two disagree."""
    found = [fact for fact in column if fact.concept == concept]
    return found[0] if found and all(f.value == found[0].value for f in found) else None


def _printed(column: Sequence[Fact], concept: str) -> bool:
    return any(fact.concept == concept for fact in column)


def _gross_profit(column: Sequence[Fact]) -> list[_Term]:
    revenue, cost = _only(column, "revenue"), _only(column, "cost_of_revenue")
    if revenue is None or cost is None or _printed(column, "gross_profit"):
        return []
    return [_Term(1, revenue), _Term(-1, cost)]


def _total_liabilities(column: Sequence[Fact]) -> list[_Term]:
    assets = _only(column, "total_assets")
    equity = _equity(column)
    if assets is None or not equity or _printed(column, "total_liabilities"):
        return []
    return [_Term(1, assets), *equity, *(_Term(-1, fact) for fact in _mezzanine(column))]


def _equity(column: Sequence[Fact]) -> list[_Term]:
    """All owners' equity: the printed total, else the parent's and the noncontrolling interests below it."""
    whole = _only(column, "total_equity_incl_nci")
    if whole is not None:
        return [_Term(-1, whole)]
    parent = _only(column, "stockholders_equity")
    if parent is None:
        return []
    below = [
        fact
        for fact in _unmapped(column)
        if fact.row > parent.row and re.search(_NONCONTROLLING, normalise(fact.label))
    ]
    interests = [fact for fact in below if not re.search(_MEZZANINE, normalise(fact.label))]
    return [_Term(-1, parent), *(_Term(-1, fact) for fact in interests)]


def _mezzanine(column: Sequence[Fact]) -> list[Fact]:
    """Redeemable interests between liabilities and equity; their total row when one is printed."""
    last_liability = max(
        (fact.row for fact in column if fact.concept in _LIABILITY_CONCEPTS), default=0
    )
    rows = [
        fact
        for fact in _unmapped(column)
        if fact.row > last_liability
        and re.search(_MEZZANINE, normalise(fact.label))
        and not re.search(_NOT_MEZZANINE, normalise(fact.label))
    ]
    totals = [fact for fact in rows if normalise(fact.label).startswith("total")]
    return totals or rows


def _unmapped(column: Sequence[Fact]) -> list[Fact]:
    return [
        fact for fact in column if fact.concept is None and fact.statement is StatementKind.BALANCE
    ]


_DERIVATIONS: tuple[tuple[str, Callable[[Sequence[Fact]], list[_Term]]], ...] = (
    ("gross_profit", _gross_profit),
    ("total_liabilities", _total_liabilities),
)


def _derived(concept: str, terms: Sequence[_Term]) -> Fact | None:
    if not terms:
        return None
    first = terms[0].fact
    value = sum((term.sign * term.fact.value for term in terms), Decimal(0))
    inputs = tuple(term.fact.fact_id for term in terms)
    name = CONCEPTS[concept].name
    return first.model_copy(
        update={
            "fact_id": FactId(deterministic_id("fact", "derived", concept, *inputs)),
            "row": DERIVED_ROW,
            "label": f"{name} (derived)",
            "concept": concept,
            "candidates": (),
            "value": value,
            "printed_value": value / first.scale,
            "decimals": max(term.fact.decimals for term in terms),
            "confidence": _confidence([term.fact for term in terms], _formula(terms)),
            "source": _source(first),
            "derived_from": inputs,
        }
    )


def _formula(terms: Sequence[_Term]) -> str:
    words = [f"{'−' if term.sign < 0 else '+'} {term.fact.label}" for term in terms]
    return " ".join(words).removeprefix("+ ")


def _confidence(inputs: Sequence[Fact], formula: str) -> FactConfidence:
    """Each part is the inputs' product; the value part also takes up what the cap on totals took off."""
    parts = {
        name: prod(getattr(fact.confidence, name) for fact in inputs)
        for name in ("value", "concept", "period", "unit")
    }
    uncapped = prod(parts.values())
    total = prod(fact.confidence.total for fact in inputs)
    if uncapped > total:
        parts["value"] *= total / uncapped
    computed = ConfidenceEvidence(
        part="value",
        name="computed",
        log_odds=0.0,
        reason=f"not printed; computed as {formula}",
    )
    return FactConfidence(**parts, evidence=(computed,))


def _source(first: Fact) -> SourceRef:
    """The place of the first input, without a box: the number itself stands nowhere."""
    return first.source.model_copy(
        update={"boxes": (), "label_boxes": (), "printed": "", "cell": None, "formula": None}
    )
