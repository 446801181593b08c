"""What a header of a worksheet says beside the date: scenario, change or percentage, how far, debit or credit."""

import re
from collections.abc import Sequence
from enum import StrEnum

from services.domain.reports import ColumnKind, Scenario


class Reach(StrEnum):
    """How far a column reaches when its header counts from elsewhere than a date."""

    MONTH = "month"
    QUARTER_TO_DATE = "quarter to date"
    YEAR_TO_DATE = "year to date"
    FULL_YEAR = "full year"
    TWELVE_MONTHS = "twelve months"
    TOTAL = "total"


class Side(StrEnum):
    """The side of a ledger that a column shows."""

    DEBIT = "debit"
    CREDIT = "credit"


class Moment(StrEnum):
    """What of an account a column shows: what it was, what came, what it is."""

    OPENING = "opening"
    MOVEMENT = "movement"
    CLOSING = "closing"


_YEAR_WITH = (
    r"(?:\b(?:fy|cy)?(?:19|20)\d{2}|(?:\b(?:fy|cy|[1-4]q|q[1-4]|h[12])\s?'?|(?<=['\-]))\d{2})"
)
_CASES = r"(?:bull|bear|base|best|worst|downside|upside|stress(?:ed)?|high|low)"
_SCENARIOS = (
    (
        Scenario.BUDGET,
        re.compile(
            r"\b(?:(?:re)?budget(?:ed|s)?|bud|bgt|plan(?:ned)?|targets?|aop)\b" rf"|{_YEAR_WITH}b\b"
        ),
    ),
    (
        Scenario.FORECAST,
        re.compile(
            r"\b(?:(?:re)?forecast(?:ed|s)?|fcst|estimate[ds]?|est|outlook|guidance"
            r"|project(?:ed|ions?)|proj|\d{1,2}\+\d{1,2}|bull|bear)\b"
            rf"|\b{_CASES} case\b|{_YEAR_WITH}[efp]\b"
        ),
    ),
    (
        Scenario.PRIOR_YEAR,
        re.compile(
            r"\b(?:prior|previous|last)[\s\-]+(?:financial |fiscal )?year\b|\b(?:py|ly)(?:td)?\b"
        ),
    ),
    (Scenario.ACTUAL, re.compile(rf"\b(?:actuals?|act)\b|{_YEAR_WITH}a\b")),
)
_DELTA = re.compile(
    r"\b(?:variances?|var|change|chg|diff|differences?|increase|decrease|inc|delta|vs|versus|yoy|mom|growth"
    r"|favou?rable|over|under|fav|better|worse)\b|\u0394|\bb/\(?w"
)
_PERCENT = re.compile(r"%|\bpercent(?:age)?\b|\bpct\b|\bmargin\b|\bgrowth\b")
_REACHES = (
    (Reach.YEAR_TO_DATE, re.compile(r"\b(?:py|ly)?td\b|\bytd\b|\byear[\s\-]to[\s\-]date\b|\bcumulative\b")),
    (Reach.QUARTER_TO_DATE, re.compile(r"\bqtd\b|\bquarter[\s\-]to[\s\-]date\b")),
    (Reach.TWELVE_MONTHS, re.compile(r"\b(?:ltm|ttm)\b|\b(?:last|trailing|rolling) (?:twelve|12) months\b")),
    (Reach.MONTH, re.compile(r"\b(?:mtd|month[\s\-]to[\s\-]date|(?:current|this|the|in) month)\b|\Amonth\Z")),
    (Reach.FULL_YEAR, re.compile(r"\bfull[\s\-]year\b|\Afy\Z|\Ayear\Z|\bfy (?=[a-z])|\byear[\s\-]end\b|\bannual\b")),
    (Reach.TOTAL, re.compile(r"\A(?:grand )?total\b|\btotal\Z")),
)  # fmt: skip
_MOMENTS = (
    (Moment.OPENING, re.compile(r"\b(?:opening|beginning|brought forward)\b|\bb/f(?:wd)?\b")),
    (Moment.MOVEMENT, re.compile(r"\b(?:movements?|net change|net activity|activity|turnover|postings)\b")),
    (Moment.CLOSING, re.compile(r"\b(?:closing|ending|carried forward)\b|\bc/f(?:wd)?\b")),
)  # fmt: skip
_LEDGER_WORD = (
    r"balances?|amounts?|totals?|net|period|month|year|ytd|account|opening|beginning|closing|ending"
    r"|movements?|brought|carried|forward|at|of|the|in|for|as|local|functional|reporting|currency"
    r"|(?:un)?adjusted|final|[a-z]{3}|\d+|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
)
_SIDES = tuple(
    (side, re.compile(rf"\A(?:(?:{_LEDGER_WORD})\W+)*{names}(?:\W+(?:{_LEDGER_WORD}))*\W*\Z"))
    for side, names in ((Side.DEBIT, "(?:debits?|dr)"), (Side.CREDIT, "(?:credits?|cr)"))
)
_SIDE_WORDS = (
    (Side.DEBIT, re.compile(r"\b(?:debits?|dr)\b")),
    (Side.CREDIT, re.compile(r"\b(?:credits?|cr)\b")),
)
_BALANCE = re.compile(
    r"\A(?:closing |ending |ytd |net |current |account |adjusted |unadjusted |final )*"
    r"(?:balances?|amounts?)(?: \(?[a-z]{3}\)?)?\Z"
)
_LABEL_HEADING = re.compile(
    r"\A(?:(?:a/?c|accounts?|acct|gl|nominal|ledger|codes?|no|nr|number|id|key|ref(?:erence)?|notes?|class"
    r"|type|category|units?|currency|cost|cent(?:re|er)|department|description|name|item|line|group|level"
    r"|map(?:ping)?|entity|company|tab|source|comments?|owner|status|in)\W*)+\Z"
)


def scenario_in(plain: str) -> Scenario | None:
    """Return the scenario that squashed words name, None when they name none."""
    return next((scenario for scenario, pattern in _SCENARIOS if pattern.search(plain)), None)


def kind_in(plain: str) -> ColumnKind | None:
    """Return PERCENT or DELTA for a heading of percentages or changes, None for amounts."""
    if _PERCENT.search(plain):
        return ColumnKind.PERCENT
    return ColumnKind.DELTA if _DELTA.search(plain) else None


def reach_in(plain: str) -> Reach | None:
    """Return how far the words say a column reaches, None when they do not."""
    return next((reach for reach, pattern in _REACHES if pattern.search(plain)), None)


def moment_in(plain: str) -> Moment | None:
    """Return whether a column heading of a ledger says opening, movement or closing."""
    found = next((moment for moment, pattern in _MOMENTS if pattern.search(plain)), None)
    return Moment.CLOSING if found is None and _BALANCE.match(plain) else found


def side_in(plain: str) -> Side | None:
    """Return debit or credit when a heading says no more than that of an account."""
    return next((side for side, pattern in _SIDES if pattern.match(plain)), None)


def ledger_side(plain: str) -> Side | None:
    """Return the side that a heading of a trial balance names among other words."""
    named = [side for side, pattern in _SIDE_WORDS if pattern.search(plain)]
    return named[0] if len(named) == 1 else None


def ledger_moments(headings: Sequence[str]) -> list[Moment | None]:
    """Return what of the accounts the columns of a trial balance show; sides between balances are movements."""
    moments = [moment_in(heading) for heading in headings]
    if not {Moment.OPENING, Moment.CLOSING} <= set(moments):
        return moments
    return [
        Moment.MOVEMENT if moment is None and ledger_side(heading) else moment
        for moment, heading in zip(moments, headings, strict=True)
    ]


def heads_labels(plain: str) -> bool:
    """Whether a column heading is one of codes, names, units or remarks and not of amounts."""
    return _LABEL_HEADING.match(plain) is not None
