"""The tail of an income statement: per-share results, share counts, and the scale of the counts."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from services.extraction.matching_rows import Decisions, Pick, RowView, adds_up

BODY, PER_SHARE, SHARES, DIVIDENDS, OTHER_RESULT = "body", "per share", "shares", "dividends", "oci"

_SHARES_WORDS = (
    r"weighted average(?=.*\b(?:shares?|shareholders|units?|basic|diluted|number|stock)\b)"
    r"|weighted average$|weighted (?:number|shares)"
    r"|average (?:number of )?(?:common |ordinary |diluted |basic "
    r"|equivalent |outstanding )*shares"
    r"|shares used|number of (?:common |ordinary )?shares|shares outstanding"
    r"|average common|units outstanding"
    r"|common shares (?:basic|diluted)|shares in (?:computing|computation"
    r"|calculation)|(?:basic|diluted) shares"
    r"|shares (?:basic|diluted)|^shares for"
)
_PER_SHARE_WORDS = (
    r"\bper (?:\w+ ){0,4}(?:share|shares|shareholders|unit|ads|stock|security)\b"
    r"|\bper share"
)
_RESULT_WORDS = r"\b(?:income|earnings|loss|profit|operations)\b|^total$|^$"
_SIDE_WORDS = r"\bbasic\b|\bdilut"
_LARGEST_PER_SHARE, _FEW = Decimal(5000), Decimal(20)


def zoned_income(views: Sequence[RowView]) -> list[RowView]:
    """Return the rows with the part they stand in: body, per share, shares, dividends or other results."""
    zoned: list[RowView] = []
    inherited = BODY
    cents = sum(1 for view in views if view.decimals >= 2) * 2 > len(views)
    for view in views:
        zone = _zone(view, inherited, cents)
        if zone in {PER_SHARE, SHARES}:
            inherited = zone
        zoned.append(replace(view, zone=zone))
    return zoned


def _zone(view: RowView, inherited: str, cents: bool) -> str:
    if re.search(r"dividends?\b|distributions?\b", view.text) and re.search(
        r"\bper\b|declared", f"{view.text} {view.section}"
    ):
        return DIVIDENDS
    if re.search(r"comprehensive", f"{view.text} {view.section}"):
        return OTHER_RESULT
    words = _words_zone(view)
    if words is None:
        return _magnitude_zone(view, inherited, cents)
    return _corrected(view, words)


def _words_zone(view: RowView) -> str | None:
    """What the label says, else what the heading says."""
    for text in (view.text, view.section):
        if re.search(_SHARES_WORDS, text):
            return SHARES
        if re.search(_PER_SHARE_WORDS, text):
            return PER_SHARE
    return None


def _magnitude_zone(view: RowView, inherited: str, cents: bool) -> str:
    """Rows such as 'Basic' without a heading: cents mean per share, large counts mean shares."""
    small = _small(view)
    if re.search(_SIDE_WORDS, view.text) or re.search(_SIDE_WORDS, view.section):
        return PER_SHARE if small and view.decimals > 0 else SHARES
    if inherited in {PER_SHARE, SHARES} and small and view.decimals >= 2:
        return PER_SHARE
    of_result = re.search(_RESULT_WORDS, view.text)
    return PER_SHARE if of_result and small and not cents and _all_cents(view) else BODY


def _corrected(view: RowView, zone: str) -> str:
    """A heading read too far down is put right by the size of the numbers."""
    sided = re.search(_SIDE_WORDS, view.text)
    if zone == PER_SHARE and view.numbers:
        least = min(abs(n) for n in view.numbers)
        if least >= _LARGEST_PER_SHARE or (sided and view.decimals == 0 and least > _FEW):
            return SHARES if sided else BODY
    only_heading = not re.search(_SHARES_WORDS, view.text)
    if zone == SHARES and only_heading and _small(view) and view.decimals >= 2:
        return PER_SHARE
    return zone


def _small(view: RowView) -> bool:
    return bool(view.numbers) and max(abs(n) for n in view.numbers) < 1000


def _all_cents(view: RowView) -> bool:
    return view.decimals == 2 and max(abs(n) for n in view.numbers) < 100


_NOT_TOTAL = (
    r"continuing|discontinued|before|cumulative|extraordinary|distributed"
    r"|undistributed|dividend|adjusted"
    r"|non gaap|effect of|impact|accretion"
)
_CONTINUING = r"continuing"
_IN_CENTS = r"\b(?:cents?|pence|p)\b"


def match_per_share(rows: Sequence[RowView], decisions: Decisions) -> None:
    """Map EPS and weighted shares; total EPS is preferred to that of continuing operations.

    Results printed in cents or pence are left unmapped: their factor is no whole number.
    """
    per_share = [view for view in rows if view.zone == PER_SHARE and not decisions.taken(view)]
    if any(re.search(_IN_CENTS, f"{view.text} {view.section}") for view in per_share):
        per_share = []
    shares = [view for view in rows if view.zone == SHARES and not decisions.taken(view)]
    sides = _sided(per_share)
    known = any(side in {"diluted", "both"} for _, side in sides) or _says_basic(per_share)
    for concept, side in (("eps_basic", "basic"), ("eps_diluted", "diluted")):
        outcome = _total_per_share([v for v, s in sides if s == side or not known])
        doubt = Pick(None, 0.0, () if outcome.view is None else (outcome.view,))
        decisions.decide(concept, outcome if known else doubt)
    _decide_joint(per_share, sides, decisions, "eps_diluted")
    counted = _sided([view for view in shares if _is_average(view)])
    for concept, side in (("shares_basic_wavg", "basic"), ("shares_diluted_wavg", "diluted")):
        decisions.decide(concept, _count([v for v, s in counted if s == side]))
    _decide_joint(shares, counted, decisions, "shares_diluted_wavg")


def _says_basic(rows: Sequence[RowView]) -> bool:
    return any(_side_of(view.text) or _side_of(view.section) for view in rows)


def _is_average(view: RowView) -> bool:
    """Whether the count is an average of the period and not the shares outstanding on a day."""
    return bool(re.search(r"weighted|average|used|\bbasic\b|dilut", f"{view.text} {view.section}"))


def _sided(rows: Sequence[RowView]) -> list[tuple[RowView, str]]:
    """Say of each row whether it is basic or diluted: by label, by heading, by the row before, by repetition."""
    sides: list[tuple[RowView, str]] = []
    current = ""
    for view in rows:
        own = _side_of(view.text) or _side_of(view.section)
        if not own and current and not _repeated(view, sides):
            own = current
        elif not own:
            own = "diluted" if _repeated(view, sides) else "basic"
        current = own
        sides.append((view, own))
    return sides


def _repeated(view: RowView, sides: Sequence[tuple[RowView, str]]) -> bool:
    return any(earlier.text == view.text and view.text for earlier, _ in sides)


def _side_of(text: str) -> str:
    basic, diluted = (
        re.search(r"\bbasic\b|undiluted", text),
        re.search(r"(?<!un)(?<!anti)dilut(?:ed|ion)", text),
    )
    if basic and diluted:
        return "both" if re.search(r"basic and (?:fully )?dilut|dilut\w+ and basic", text) else ""
    if basic:
        return "basic"
    return "diluted" if diluted else ""


def _total_per_share(rows: Sequence[RowView]) -> Pick:
    """The total row of one side: not one of the parts; the sum of the parts when several rows remain."""
    totals = [view for view in rows if not re.search(_NOT_TOTAL, view.text)]
    parts = [view for view in rows if view not in totals]
    if len(totals) > 1 and parts:
        summed = [v for v in totals if adds_up(v, [(1, part) for part in parts])]
        totals = summed or totals
    if totals:
        return Pick(totals[-1] if parts else totals[0], 0.98 if len(totals) == 1 else 0.9)
    continuing = [view for view in rows if re.search(_CONTINUING, view.text)]
    if len(continuing) == 1 and len(rows) == 1:
        return Pick(continuing[0], 0.8)
    return Pick(None)


_NOT_A_COUNT = (
    r"dilutive|effect|anti|restricted|options|repurchas|assumed|incremental"
    r"|equivalents$|issued$|authorized"
)


def _count(rows: Sequence[RowView]) -> Pick:
    counts = [
        v
        for v in rows
        if not re.search(_NOT_A_COUNT, v.text) or re.search("assuming dilution|assumed", v.text)
    ]
    counts = [v for v in counts if not re.search(r"\bclass [b-z]\b", v.text)] or counts
    if not counts:
        return Pick(None)
    return Pick(counts[0], 0.985 if len(counts) == 1 else 0.9)


def _decide_joint(
    rows: Sequence[RowView],
    sides: Sequence[tuple[RowView, str]],
    decisions: Decisions,
    concept: str,
) -> None:
    """A row that is 'basic and diluted' at once carries the diluted concept."""
    joint = [view for view, side in sides if side == "both" and view in rows]
    totals = [view for view in joint if not re.search(_NOT_TOTAL, view.text)]
    if totals:
        decisions.decide(concept, Pick(totals[0], 0.95))


_SCALES = (1, 1_000, 1_000_000, 1_000_000_000)
_CLOSE = Decimal("0.08")
_LARGEST_COUNT = Decimal(10) ** 11


def share_scale(
    shares: RowView,
    eps: RowView | None,
    income: RowView | None,
    money_scale: int,
    hint: int | None,
) -> tuple[int, float]:
    """Return the factor of a share count and the probability that it is right.

    Net income divided by EPS says how many shares there must be; without both, the named scale
    ('in thousands'), else the statement's, lowered while the count would be impossible.
    """
    implied = _implied_scale(shares, eps, income, money_scale)
    if implied is not None:
        return implied, 0.999
    if hint is not None:
        return hint, 0.97
    largest = max((abs(n) for n in shares.numbers), default=Decimal(0))
    scale = money_scale
    while scale > 1 and largest * scale > _LARGEST_COUNT:
        scale //= 1000
    return scale, 0.95 if scale == money_scale else 0.85


def _implied_scale(
    shares: RowView, eps: RowView | None, income: RowView | None, money_scale: int
) -> int | None:
    if eps is None or income is None:
        return None
    votes = [
        scale
        for count, per_share, result in zip(shares.values, eps.values, income.values, strict=True)
        if count and per_share and result
        for scale in _SCALES
        if _ratio_near_one(count * scale * per_share, result * money_scale, per_share)
    ]
    return max(set(votes), key=votes.count) if votes else None


def _ratio_near_one(product: Decimal, result: Decimal, per_share: Decimal) -> bool:
    slack = _CLOSE + Decimal("0.006") / abs(per_share)
    return abs(product / result - 1) <= min(slack, Decimal("0.9"))
