"""An insight as what a narrative about it may use."""

import re
from collections.abc import Callable, Iterable, Mapping

from services.domain.concepts import CONCEPTS
from services.domain.ids import FactId
from services.domain.insights import Calculation, Insight
from services.domain.periods import Period
from services.domain.reports import Fact
from services.narrative.grounds import Given, Ground, numbers_in

_CHANGE = re.compile(r"\b(?:change|growth|cagr|slope|above expectation)\b|^[+−]|\b(?:bp|pp)$", re.I)
_WORDS = re.compile(r"[A-Za-z](?:[A-Za-z'’&″.-]*[A-Za-z″])?")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_CURRENCIES = ("usd", "eur", "gbp", "chf", "jpy", "cad", "aud", "cny", "inr")


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
    own = [facts[e.fact_id] for e in insight.evidence if e.fact_id in facts]
    known = {fact.fact_id: fact for fact in own}
    grounds = [_of_fact(fact, shown(fact)) for fact in known.values()]
    grounds += [_of_calculation(n, c, known) for n, c in enumerate(insight.calculations)]
    periods = dict.fromkeys(fact.period for fact in known.values())
    if insight.period is not None:
        periods[insight.period] = None
    names = [insight.title, company, *(fact.label for fact in known.values())]
    names += [term for ground in grounds for term in ground.terms]
    return Given(
        grounds=tuple(ground for ground in grounds if _is_one_number(ground.display)),
        periods=tuple(periods),
        vocabulary=frozenset([*_words(names), *_MONTHS, *_CURRENCIES]),
        quotes=tuple(quote.text for quote in insight.quotes),
    )


def _is_one_number(display: str) -> bool:
    found = numbers_in(display)
    return len(found) == 1 and (found[0].start, found[0].end) == (0, len(display))


def _words(names: Iterable[str]) -> list[str]:
    return [word.casefold() for name in names for word in _WORDS.findall(name)]


def _of_fact(fact: Fact, display: str) -> Ground:
    label = fact.label.strip(" $:").casefold()
    named = [CONCEPTS[fact.concept].name.casefold()] if fact.concept in CONCEPTS else []
    terms = {term.partition(",")[0].partition(" (")[0].strip() for term in (*named, label)}
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
    return Ground(
        key=f"calc:{number}",
        display=calculation.display,
        amount=amount,
        period=max(periods, key=_ending, default=None),
        terms=frozenset({name}),
        changes=bool(_CHANGE.search(calculation.name) or _CHANGE.search(calculation.display)),
    )


def _ending(period: Period) -> int:
    return period.end.toordinal()
