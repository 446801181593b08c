"""What a sign-off stands on: the numbers under an insight, who stated them, and whether they still are the same."""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from services.domain.corrections import SAME_PLACE, Correction, shared_place
from services.domain.ids import FactId, ReportId, UserId
from services.domain.insights import Insight
from services.domain.reports import Fact
from services.domain.reviews import SignedFigure

FactOf = Callable[[FactId], Fact | None]
CorrectionsOf = Callable[[ReportId], Sequence[Correction]]


def facts_under(insight: Insight, fact_of: FactOf) -> list[Fact]:
    """Return the facts an insight rests on: evidence, inputs of its calculations, and what those are computed from."""
    wanted = [one.fact_id for one in insight.evidence]
    wanted += [fact_id for one in insight.calculations for fact_id in one.inputs]
    found: dict[FactId, Fact] = {}
    while wanted:
        fact_id = wanted.pop(0)
        fact = None if fact_id in found else fact_of(fact_id)
        if fact is not None:
            found[fact_id] = fact
            wanted += fact.derived_from
    return list(found.values())


def signed_figures(facts: Iterable[Fact]) -> tuple[SignedFigure, ...]:
    """Return facts as a person signs them; computed ones follow from the others and are left out."""
    return tuple(
        SignedFigure(
            report_id=fact.report_id,
            label=fact.label,
            concept=fact.concept,
            period=fact.period,
            value=fact.value,
            unit=fact.unit,
            currency=fact.currency,
            source=fact.source,
        )
        for fact in facts
        if not fact.derived_from
    )


def fingerprint(figures: Iterable[SignedFigure]) -> str:
    """Return the SHA-256 of what figures say; where a number stands on its page is no part of it."""
    lines = sorted(
        f"{one.report_id}|{one.label}|{one.concept}|{one.period.label}|{one.value.normalize()}|"
        f"{one.unit.value}|{one.currency}"
        for one in figures
    )
    return sha256("\n".join(lines).encode()).hexdigest()


def moved(
    figures: Iterable[SignedFigure], facts: Sequence[Fact]
) -> list[tuple[SignedFigure, Fact | None]]:
    """Return the signed figures that are others now, each with the number at its place, None where it is gone.

    A number that a better reader finds elsewhere with the same label and meaning is the same number.
    """
    return [(one, here) for one in figures if not _stands(one, here := _at(one, facts), facts)]


def preparers(facts: Iterable[Fact], corrections_of: CorrectionsOf) -> set[UserId]:
    """Return who stated a number under an insight as it stands: added, corrected, or took another's word back.

    Who confirmed what the extractor read has changed nothing and is none.
    """
    found: set[UserId] = set()
    for fact in facts:
        made = [
            one
            for one in corrections_of(fact.report_id)
            if shared_place(one.claim.source, fact.source) >= SAME_PLACE
        ]
        if not made:
            continue
        last = made[-1]
        others = any(one.made_by != last.made_by for one in made)
        if others if last.withdrawn else last.kind != "confirmed":
            found.add(last.made_by)
    return found


def _at(figure: SignedFigure, facts: Sequence[Fact]) -> Fact | None:
    here = [
        fact
        for fact in facts
        if not fact.derived_from and shared_place(figure.source, fact.source) >= SAME_PLACE
    ]
    return next((fact for fact in here if _says(figure, fact)), here[0] if here else None)


def _stands(figure: SignedFigure, here: Fact | None, facts: Sequence[Fact]) -> bool:
    if here is not None:
        return _says(figure, here)
    return any(
        fact.report_id == figure.report_id and fact.label == figure.label and _says(figure, fact)
        for fact in facts
    )


def _says(figure: SignedFigure, fact: Fact) -> bool:
    names = ("concept", "period", "value", "unit", "currency")
    return all(getattr(figure, name) == getattr(fact, name) for name in names)
