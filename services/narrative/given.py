"""An insight as what a narrative about it may use."""

import re
from collections.abc import Callable, Mapping

from services.domain.concepts import CONCEPTS
from services.domain.ids import FactId
from services.domain.insights import Calculation, Insight
from services.domain.periods import Period
from services.domain.reports import Fact
from services.narrative.grounds import Given, Ground, numbers_in

_CHANGE = re.compile(r"\b(?:change|growth|cagr|slope|above expectation)\b|^[+−]|\b(?:bp|pp)$", re.I)
_LEGAL_FORM = re.compile(
    r",? \b(?:inc|corp|corporation|co|company|ltd|limited|llc|plc|n\.?v|s\.?a|se|ag)$"
)
_OF_CHANGE = re.compile(
    r"^(?:change|difference) (?:in|of) (?P<a>.+)$|^(?P<b>.+) (?:growth|change)$"
)


def given_of(
    insight: Insight,
    facts: Mapping[FactId, Fact],
    shown: Callable[[Fact], str],
    company: str = "",
) -> Given:
    """Return the numbers, periods, names and quotations of an insight.

    Args:
        insight: What the narrative is about.
        facts: The facts of its evidence, by id.
        shown: How a fact is written, such as ``USD 1,234 m``.
        company: The company's name, which may be said.
    """
    known = {e.fact_id: facts[e.fact_id] for e in insight.evidence if e.fact_id in facts}
    grounds = [_of_fact(fact, shown(fact)) for fact in known.values()]
    grounds += [_of_calculation(n, c, known) for n, c in enumerate(insight.calculations)]
    grounds = [ground for ground in grounds if _is_one_number(ground.display)]
    twins = [one for one in grounds if any(_are_twins(one, other) for other in grounds)]
    periods = dict.fromkeys(fact.period for fact in known.values())
    if insight.period is not None:
        periods[insight.period] = None
    return Given(
        grounds=tuple(ground for ground in grounds if ground not in twins),
        periods=tuple(periods),
        names=_names(company),
        quotes=tuple(quote.text for quote in insight.quotes),
        twins=tuple(twins),
    )


def _are_twins(one: Ground, other: Ground) -> bool:
    """Whether one name in one period would mean two numbers."""
    same = one.period == other.period and one.changes == other.changes
    return same and one.display != other.display and not one.terms.isdisjoint(other.terms)


def _names(company: str) -> frozenset[str]:
    """Return what a company is called: with and without its legal form."""
    whole = company.casefold().strip(" .")
    return frozenset({whole, _LEGAL_FORM.sub("", whole).strip(" ,")} - {""})


def _is_one_number(display: str) -> bool:
    found = numbers_in(display)
    return len(found) == 1 and (found[0].start, found[0].end) == (0, len(display))


def _of_fact(fact: Fact, display: str) -> Ground:
    label = fact.label.strip(" $:").casefold()
    named = [CONCEPTS[fact.concept].name.casefold()] if fact.concept in CONCEPTS else []
    whole = (*named, label)
    terms = {*whole, *(term.partition(",")[0].partition(" (")[0].strip() for term in whole)}
    return Ground(
        key=f"fact:{fact.fact_id}",
        display=display,
        amount=fact.value,
        period=fact.period,
        terms=frozenset(term for term in terms if term),
    )


def _of_calculation(number: int, calculation: Calculation, facts: Mapping[FactId, Fact]) -> Ground:
    name = calculation.name.partition(",")[0].casefold().strip()
    periods = [facts[fact_id].period for fact_id in calculation.inputs if fact_id in facts]
    shown = numbers_in(calculation.display)
    amount = calculation.value
    if shown and shown[0].kind in {"percent", "pp"}:
        amount *= 100
    if shown and shown[0].kind == "bp":
        amount *= 10_000
    changes = bool(_CHANGE.search(calculation.name) or _CHANGE.search(calculation.display))
    return Ground(
        key=f"calc:{number}",
        display=calculation.display,
        amount=amount,
        period=max(periods, key=_ending, default=None),
        terms=frozenset({name}),
        changes=changes,
        bases=_changing(name) if changes else frozenset(),
    )


def _changing(name: str) -> frozenset[str]:
    """Return the name of what a change is one of."""
    match = _OF_CHANGE.match(name)
    return frozenset({match["a"] or match["b"]}) if match else frozenset()


def _ending(period: Period) -> int:
    return period.end.toordinal()
