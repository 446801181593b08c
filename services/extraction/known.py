"""The reported amounts of the primary statements, for telling whether a table of the notes is theirs."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from services.domain.periods import Period
from services.domain.reports import Fact
from services.extraction.model import RawStatement

_BORROWED_UNIT = 0.9
_PRINTED_UNIT = 0.9


@dataclass(frozen=True, slots=True)
class Known:
    """Amounts in base units by concept and period; ``scale`` and ``currency`` are the statements' own."""

    amounts: dict[tuple[str, Period], Decimal]
    durations: frozenset[Period]
    scale: int | None
    currency: str

    def amount(self, concept: str, period: Period) -> Decimal | None:
        """Return a reported amount, None when the statements print none."""
        return self.amounts.get((concept, period))

    def has(self, concept: str, periods: Iterable[Period]) -> bool:
        """Whether the statements print the concept for any of the periods."""
        return any((concept, period) in self.amounts for period in periods)

    def lacks(self, concepts: Collection[str]) -> bool:
        """Whether any of the concepts is printed for none of the income statement's periods."""
        return any(not self.has(concept, self.durations) for concept in concepts)

    def with_unit(self, raw: RawStatement) -> RawStatement:
        """Return the table in the statements' unit and currency where it prints none of its own."""
        if raw.scale_certainty >= _PRINTED_UNIT or self.scale is None:
            return raw
        return replace(
            raw, scale=self.scale, scale_certainty=_BORROWED_UNIT, currency=self.currency
        )


def known_of(facts: Sequence[Fact]) -> Known:
    """Return what the facts of the primary statements say; the surest wins where two disagree."""
    best: dict[tuple[str, Period], Fact] = {}
    for fact in facts:
        if fact.concept is None or not fact.is_reported:
            continue
        key = (fact.concept, fact.period)
        if key not in best or fact.confidence.total > best[key].confidence.total:
            best[key] = fact
    money = [fact for fact in best.values() if fact.concept in {"net_income", "total_assets"}]
    scales = {fact.scale for fact in money}
    return Known(
        amounts={key: fact.value for key, fact in best.items()},
        durations=frozenset(p for c, p in best if c in {"net_income", "revenue"}),
        scale=scales.pop() if len(scales) == 1 else None,
        currency=money[0].currency if money else "USD",
    )
