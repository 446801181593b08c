"""Periods that a sentence names, and whether they are those of the numbers beside them."""

import re
from collections.abc import Sequence
from datetime import date

from services.domain.periods import Period, Span
from services.narrative.grounds import Bound, Given
from services.narrative.naming import AFTER, last_word

STRETCHES: dict[str, Span] = {
    "year": "FY", "nine months": "9M", "six months": "H1", "quarter": "Q", "month": "M",
}  # fmt: skip
"""What a stretch of time is called."""
MENTION = re.compile(
    rf"\b(?:(?:the )?(?P<stretch>{'|'.join(STRETCHES)}) (?:to|ended) )?"
    r"(?P<label>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2}, (?:19|20)\d\d)\b"
    r"|\b(?:fiscal |FY ?)?(?P<year>(?:19|20)\d\d)\b(?![.,]?\d|\s?(?:%|×)|\s(?:bn|m|bp|pp|days)\b)"
    r"|\b(?P<prior>(?:the|a) year (?:before|earlier)|the prior year)\b"
)
_YEAR_DAYS = range(350, 381)
_FROM = re.compile(r"\bfrom\s*$")


def mentions_in(own: str) -> list[re.Match[str]]:
    """Return the periods that a sentence names, in order."""
    return list(MENTION.finditer(own))


def is_of(mention: re.Match[str], period: Period, given: Given) -> bool:
    """Whether a mention names a period; a year or a date alone is not said of a part of a year."""
    if mention["stretch"] and period.span != STRETCHES[mention["stretch"]]:
        return False
    if mention["label"]:
        same = Period(end=period.end).label == mention["label"]
        return same and (bool(mention["stretch"]) or _alone(period, given))
    if not _is_yearly(period):
        return False
    if mention["year"]:
        return int(mention["year"]) == period.end.year
    return (_latest(given) - period.end).days in _YEAR_DAYS


def _alone(period: Period, given: Given) -> bool:
    """Whether no stretch of another length ends on the same day."""
    return len({other.span for other in given.periods if other.end == period.end} - {"I"}) < 2


def _is_yearly(period: Period) -> bool:
    return period.is_instant or period.span == "FY"


def _latest(given: Given) -> date:
    return max(period.end for period in given.periods)


def wrong_periods(own: str, bound: Sequence[Bound], given: Given) -> list[str]:
    """Refuse a period that the insight does not know, or that its number is not of.

    A period behind a number is the number's; one before all numbers is that of the first number which is
    not where a movement starts from.
    """
    refusals = []
    for mention in mentions_in(own):
        if not any(is_of(mention, period, given) for period in given.periods):
            refusals.append(f"'{mention[0]}' is no period of this insight")
            continue
        one = _beside(own, mention, bound)
        if one is None or one.ground.period is None:
            continue
        if not is_of(mention, one.ground.period, given):
            refusals.append(f"'{mention[0]}' is not the period of the number beside it")
    return [*refusals, *_undated(own, bound, given)]


def _undated(own: str, bound: Sequence[Bound], given: Given) -> list[str]:
    """Refuse an earlier number that is told as if it were the latest."""
    mentions = mentions_in(own)
    return [
        f"the sentence does not say of which period {one.ground.display} is"
        for one in bound
        if (period := one.ground.period) is not None
        and period.end < _latest(given)
        and not any(is_of(mention, period, given) for mention in mentions)
        and last_word(own[: one.printed.start]) not in AFTER
    ]


def _beside(own: str, mention: re.Match[str], bound: Sequence[Bound]) -> Bound | None:
    before = [one for one in bound if one.printed.end <= mention.start()]
    if before:
        return before[-1]
    reached = [one for one in bound if not _FROM.search(own[: one.printed.start])]
    return next(iter(reached or bound), None)
