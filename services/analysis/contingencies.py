"""Events after the period and claims (K19): what the text puts in money above performance materiality."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal

from services.analysis import wording
from services.analysis.finding import CannotCompute, Context, Finding, at_most, calculation
from services.analysis.text_cues import years_named
from services.domain.insights import Quote, Severity
from services.domain.periods import Period
from services.domain.reports import TextCue

_WHEN = re.compile(r"^(?:On|In|During)\s([A-Z][a-z]+)(?:\s\d{1,2},)?\s(20\d\d)")
_SYMBOL = "USD"
"""The text's amounts are read where they are printed with '$'."""
_TEMPLATES = {"subsequent_event": "K19", "contingency": "K19 claim"}


def contingencies(context: Context) -> list[Finding]:
    """K19: an event after the period or a claim of this year is worth more than performance materiality."""
    if context.cues is None:
        raise CannotCompute("a workbook has no running text to search")
    if context.currency != _SYMBOL:
        raise CannotCompute("amounts in the text are read in US dollars only")
    limit, period = context.measured().performance, context.current()
    found = [cue for cue in context.cues if cue.kind in _TEMPLATES and cue.amounts[0] > limit]
    events = [cue for cue in found if cue.kind == "subsequent_event"]
    claims = [cue for cue in found if cue.kind == "contingency" and _is_of(cue, period)]
    claims.sort(key=lambda cue: -cue.amounts[0])
    groups = [*_same(events, _event), *([claims] if claims else [])]
    return [_finding(context, group, period) for group in groups]


def _is_of(cue: TextCue, period: Period) -> bool:
    """Whether the latest year named is the report's; a claim without a year may be an old one."""
    return max(years_named(cue), default=0) == period.end.year


def _event(cue: TextCue) -> tuple[object, ...]:
    """Return what two sentences about one event have in common: the month and the amount."""
    when = _WHEN.match(cue.quote)
    return (*(when.groups() if when else (cue.quote,)), cue.amounts[0])


def _same(
    cues: Iterable[TextCue], key: Callable[[TextCue], tuple[object, ...]]
) -> list[list[TextCue]]:
    groups: dict[tuple[object, ...], list[TextCue]] = {}
    for cue in cues:
        groups.setdefault(key(cue), []).append(cue)
    return list(groups.values())


def _finding(context: Context, cues: list[TextCue], period: Period) -> Finding:
    first = cues[0]
    amount = first.amounts[0]
    measured = context.measured()
    severity = context.severity(amount) or Severity.MEDIUM
    return Finding(
        period=period,
        subject=context.money(amount),
        severity=at_most(severity, Severity.HIGH),
        template=_TEMPLATES[first.kind],
        values={
            "date": wording.stretch(Period(end=period.end)),
            "amt": context.money(amount),
            "x": wording.times(amount / measured.overall, 1),
            "quote": first.quote.rstrip(". "),
            "p": str(first.page),
        },
        inputs=(),
        calculations=(
            calculation("amount", "as the sentence prints it", amount, context.money(amount), ()),
            calculation(
                "amount over materiality",
                f"amount of the sentence / {context.money(measured.overall)}",
                amount / measured.overall,
                wording.times(amount / measured.overall, 1),
                (),
            ),
        ),
        threshold=f"amount above performance materiality of {context.money(measured.performance)}",
        amount=amount,
        quotes=tuple(Quote(text=cue.quote, page=cue.page) for cue in cues),
        key=f"{first.kind} {_key(first, amount)}",
    )


def _key(cue: TextCue, amount: Decimal) -> str:
    when = _WHEN.match(cue.quote)
    return f"{when[0]} {amount.normalize():f}" if when and cue.kind == "subsequent_event" else ""
