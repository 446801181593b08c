"""Dependence on customers (R15): shares of revenue that the report's own text states."""

from collections.abc import Iterable
from decimal import Decimal

from services.analysis import wording
from services.analysis.finding import CannotCompute, Context, Finding, calculation
from services.analysis.text_cues import years_named
from services.domain.insights import Calculation, Quote, Severity
from services.domain.periods import Period
from services.domain.reports import TextCue

_LIMITS = {"customer_share": Decimal("0.10"), "customer_group_share": Decimal("0.20")}
_TEMPLATES = {"customer_share": "R15", "customer_group_share": "R15 group"}
SHARE_STEP = Decimal("0.05")
_FIRST_MONTHS = 2
"""A year that ends so early is called by the year before as often as by its own."""


def concentration(context: Context) -> list[Finding]:
    """R15: a customer has over 10 % of revenue, a few over 20 %, or the share moved by over 5 points."""
    if context.cues is None:
        raise CannotCompute("a workbook has no running text to search")
    period = context.current()
    told = [cue for cue in context.cues if cue.kind in _LIMITS and _is_of(cue, period)]
    notable = sorted((cue for cue in told if _is_notable(cue)), key=_rank)
    return [_finding(notable, period)] if notable else []


def _is_of(cue: TextCue, period: Period) -> bool:
    """Whether the latest year the sentence names is the report's, or it names none."""
    named = max(years_named(cue), default=period.end.year)
    late = period.end.month <= _FIRST_MONTHS and named == period.end.year - 1
    return named == period.end.year or late


def _is_notable(cue: TextCue) -> bool:
    now, *before = cue.amounts
    moved = bool(before) and abs(now - before[0]) > SHARE_STEP
    return now > _LIMITS[cue.kind] or moved


def _rank(cue: TextCue) -> tuple[bool, Decimal, int]:
    """One customer before a few, the largest share first, then the shortest sentence."""
    return cue.kind != "customer_share", -cue.amounts[0], len(cue.quote)


def _finding(cues: list[TextCue], period: Period) -> Finding:
    first = cues[0]
    now, *before = first.amounts
    prior = f", after {_percent(before[0])} the year before" if before else ""
    return Finding(
        period=period,
        severity=Severity.MEDIUM,
        template=_TEMPLATES[first.kind],
        values={
            "s": _percent(now),
            "prior": prior,
            "quote": first.quote.rstrip(". "),
            "p": str(first.page),
        },
        inputs=(),
        calculations=(
            *(_stated(share) for share in first.amounts[:2]),
            *(_change(now, earlier) for earlier in before[:1]),
        ),
        threshold="one customer above 10 % of revenue, a few above 20 %, or a change of more than 5 pp",
        quotes=tuple(_quotes(cues)),
    )


def _percent(share: Decimal) -> str:
    """Write a share as finely as the sentence does."""
    decimals = -int(share.normalize().as_tuple().exponent) - 2
    return wording.percent(share, max(0, decimals))


def _stated(share: Decimal) -> Calculation:
    name = "share of revenue"
    return calculation(name, "as the sentence states it", share, _percent(share), ())


def _change(now: Decimal, before: Decimal) -> Calculation:
    return calculation(
        "change of the share of revenue",
        "share of this year less share of the year before, both as the sentence states them",
        now - before,
        wording.points(now - before),
        (),
    )


def _quotes(cues: Iterable[TextCue]) -> list[Quote]:
    """Return each sentence once, with the page where it stands first in the order given."""
    found: dict[str, Quote] = {}
    for cue in cues:
        found.setdefault(cue.quote, Quote(text=cue.quote, page=cue.page))
    return list(found.values())
