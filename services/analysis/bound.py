"""Whether the numbers in a finding's sentence are its own: a figure, a calculation, a threshold, a date, a quotation.

A number that is none of them has no cell and no formula behind it, and a figure without a place none that can
be looked up; an insight with either goes to review.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from services.analysis import wording
from services.analysis.compared import shown_fact
from services.analysis.finding import Context, Finding
from services.domain.concepts import Unit
from services.domain.insights import Calculation, Quote
from services.domain.periods import Period
from services.domain.reports import Fact

_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?(?:\s?%|\s(?:bn|m|bp|pp)\b)?")
_PARENTHESES = re.compile(r"[()]")
_DIGITS = re.compile(r"[\d,.]*\d")


class Backing(NamedTuple):
    """What can stand behind the numbers of a sentence.

    ``words`` are sentences of checks and a rule's threshold: numbers that are neither read nor computed.
    """

    calculations: Sequence[Calculation]
    facts: Sequence[Fact]
    quotes: Sequence[Quote]
    words: Sequence[str]
    period: Period | None


Source = Calculation | Fact | Quote | str
"""What one number is: computed, read, quoted, or said by a check or a threshold."""


def unbound(finding: Finding, context: Context) -> tuple[str, ...]:
    """Return the numbers in the words of a finding that are not its own, as written; signs are not compared.

    The template's own text is not looked at: what it says is the same for every report.
    """
    checks = [one.sentence for one in context.tie_outs if one.tie_out_id in finding.tie_outs]
    behind = Backing(
        finding.calculations,
        finding.facts,
        finding.quotes,
        (*checks, finding.threshold),
        finding.period,
    )
    own = sources(behind, context)
    return tuple(
        number
        for word in (*finding.values.values(), finding.subject)
        for number in numbers(word, behind)
        if number not in own
    )


def numbers(text: str, behind: Backing) -> list[str]:
    """Return the numbers of a text with their unit, without those of dates, labels, places and quotations."""
    names = sorted(set(_names(behind)) - {""}, key=len, reverse=True)
    return list(_numbers(_without(names, text)))


def sources(behind: Backing, context: Context) -> dict[str, list[Source]]:
    """Return what each number, with and without its unit, can be."""
    found: dict[str, list[Source]] = defaultdict(list)
    for display, source in _displays(behind, context):
        for number in _numbers(display):
            digits = _DIGITS.match(number)
            for key in {number, digits[0] if digits else number}:
                if source not in found[key]:
                    found[key].append(source)
    return dict(found)


def uncited(finding: Finding, context: Context) -> tuple[str, ...]:
    """Return what a finding rests on without saying where it is printed; a finding that cites nothing at all is named too.

    A computed figure is printed nowhere: it is cited by the figures it was computed from.
    """
    if not finding.facts and not finding.quotes:
        return ("the statement itself",)
    return (
        *(f"'{fact.label.strip()}'" for fact in finding.facts if not _is_cited(fact, context)),
        *("a quotation" for quote in finding.quotes if quote.page < 1 or not quote.text.strip()),
    )


def _is_cited(fact: Fact, context: Context) -> bool:
    if not fact.derived_from:
        return fact.source.is_verifiable
    parents = [context.view.by_id(fact_id) for fact_id in fact.derived_from]
    return all(parent is not None and _is_cited(parent, context) for parent in parents)


def _numbers(text: str) -> Iterator[str]:
    """Yield the numbers of a text with their unit; times and days are told by the words around them."""
    for match in _NUMBER.finditer(_PARENTHESES.sub("", text).replace(" percent", "%")):
        yield "".join(match[0].split())


def _displays(behind: Backing, context: Context) -> Iterator[tuple[str, Source]]:
    for fact in behind.facts:
        yield from ((shown, fact) for shown in _shown(context, fact))
    yield from ((one.display, one) for one in behind.calculations)
    for quote in behind.quotes:
        yield from ((shown, quote) for shown in (quote.text, str(quote.page)))
    yield from ((word, word) for word in behind.words)


def _shown(context: Context, fact: Fact) -> Iterable[str]:
    printed = (fact.source.printed, f"{fact.printed_value:,.{fact.decimals}f}")
    money = (context.money(fact.value),) if fact.unit is Unit.MONEY else ()
    return (*printed, *money, shown_fact(context, fact))


def _names(behind: Backing) -> Iterator[str]:
    """Yield what may hold digits without being a number: dates, labels, documents, places, quotations."""
    periods = {fact.period for fact in behind.facts}
    for period in periods if behind.period is None else periods | {behind.period}:
        yield from (wording.stretch(period), period.label, Period(end=period.end).label)
    for fact in behind.facts:
        yield from (fact.label.strip(" $:"), fact.member or "", fact.source.document)
        yield fact.source.place
    for quote in behind.quotes:
        yield from (quote.text, quote.text.rstrip(". "))


def _without(names: Iterable[str], text: str) -> str:
    for name in names:
        text = text.replace(name, " ")
    return text
