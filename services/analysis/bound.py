"""Whether the numbers in a finding's sentence are its own: a figure, a calculation, a threshold, a date, a quotation.

A number that is none of them has no cell and no formula behind it, and a figure without a place none that can
be looked up; an insight with either goes to review.
"""

import re
from collections.abc import Iterable, Iterator

from services.analysis import wording
from services.analysis.compared import shown_fact
from services.analysis.finding import Context, Finding
from services.domain.concepts import Unit
from services.domain.periods import Period
from services.domain.reports import Fact

_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?(?:\s?%|\s(?:bn|m|bp|pp)\b)?")
_PARENTHESES = re.compile(r"[()]")
_DIGITS = re.compile(r"[\d,.]*\d")


def unbound(finding: Finding, context: Context) -> tuple[str, ...]:
    """Return the numbers in the words of a finding that are not its own, as written; signs are not compared.

    The template's own text is not looked at: what it says is the same for every report.
    """
    own = set(_own(finding, context))
    names = sorted(set(_names(finding)) - {""}, key=len, reverse=True)
    words = [_without(names, word) for word in (*finding.values.values(), finding.subject)]
    return tuple(number for word in words for number in _numbers(word) if number not in own)


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


def _own(finding: Finding, context: Context) -> Iterator[str]:
    displays = [
        *(calculation.display for calculation in finding.calculations),
        *(shown for fact in finding.facts for shown in _shown(context, fact)),
        *(quote.text for quote in finding.quotes),
        *(str(quote.page) for quote in finding.quotes),
        *(one.sentence for one in context.tie_outs if one.tie_out_id in finding.tie_outs),
        finding.threshold,
    ]
    for number in (number for display in displays for number in _numbers(display)):
        yield number
        digits = _DIGITS.match(number)
        if digits:
            yield digits[0]


def _shown(context: Context, fact: Fact) -> Iterable[str]:
    printed = (fact.source.printed, f"{fact.printed_value:,.{fact.decimals}f}")
    money = (context.money(fact.value),) if fact.unit is Unit.MONEY else ()
    return (*printed, *money, shown_fact(context, fact))


def _names(finding: Finding) -> Iterator[str]:
    """Yield what may hold digits without being a number: dates, labels, documents, places, quotations."""
    for period in {finding.period, *(fact.period for fact in finding.facts)}:
        yield from (wording.stretch(period), period.label, Period(end=period.end).label)
    for fact in finding.facts:
        yield from (fact.label.strip(" $:"), fact.member or "", fact.source.document)
        yield fact.source.place
    for quote in finding.quotes:
        yield from (quote.text, quote.text.rstrip(". "))


def _without(names: Iterable[str], text: str) -> str:
    for name in names:
        text = text.replace(name, " ")
    return text
