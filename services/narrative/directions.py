"""Whether the numbers of a sentence bear out its words of direction, and move the way that time goes."""

import re
from collections.abc import Sequence
from decimal import Decimal

from services.narrative.grounds import Bound
from services.narrative.lexicon import DIRECTIONS, UP
from services.narrative.naming import AFTER, BY, last_word

_WORD = re.compile(r"[A-Za-z]+")
_STANDS = frozenset({"to", "from", "at", "of", "was", "were", "is", "are"})


def wrong_directions(own: str, unnamed: str, bound: Sequence[Bound]) -> list[str]:
    """Refuse words of direction that no number bears out, differences said as levels, and time reversed.

    ``unnamed`` is the sentence with the figures' names blanked out: 'revenue growth' says no direction.
    """
    refusals = [
        f"'{match[0]}' is not borne out by the numbers beside it"
        for match in _WORD.finditer(unnamed)
        if (word := match[0].casefold()) in DIRECTIONS
        and not _borne_out(own, match.end(), 1 if word in UP else -1, bound)
    ]
    return [*refusals, *_levels_as_differences(own, bound), *_backwards(own, bound)]


def _borne_out(own: str, at: int, direction: int, bound: Sequence[Bound]) -> bool:
    behind = [one for one in bound if one.printed.start >= at]
    moves = [move for move in (_move(own, behind) or _by_period(bound),) if move is not None]
    differences = [one for one in behind if _is_difference(own, one)]
    signs = [_sign(later.ground.amount - earlier.ground.amount) for earlier, later in moves]
    signs += [_sign(one.ground.amount) for one in differences[:1]]
    return bool(signs) and all(sign == direction for sign in signs)


def _is_difference(own: str, one: Bound) -> bool:
    return one.ground.changes and last_word(own[: one.printed.start]) not in _STANDS


def _move(own: str, behind: Sequence[Bound]) -> tuple[Bound, Bound] | None:
    """Return (earlier, later) of 'from A to B' or 'to B from A' of one figure."""
    said = {last_word(own[: one.printed.start]): one for one in reversed(behind)}
    earlier, later = said.get("from"), said.get("to")
    if earlier is None:
        return None
    if later is None:
        later = next((one for one in behind if one is not earlier), None)
    return (earlier, later) if later is not None and _are_alike(earlier, later) else None


def _by_period(bound: Sequence[Bound]) -> tuple[Bound, Bound] | None:
    """Return the same figure of two periods in the sentence, the earlier first."""
    dated = [one for one in bound if one.ground.period and not one.ground.changes]
    pairs = ((a, b) for a in dated for b in dated if _are_alike(a, b))
    return next((pair for pair in pairs if _is_before(pair)), None)


def _are_alike(one: Bound, other: Bound) -> bool:
    """Whether two numbers are one figure, of periods of one length."""
    spans = {bound.ground.period.span for bound in (one, other) if bound.ground.period}
    return one.ground.terms == other.ground.terms and len(spans) < 2


def _is_before(pair: tuple[Bound, Bound]) -> bool:
    one, other = pair[0].ground, pair[1].ground
    if one.period is None or other.period is None:
        return False
    return one.terms == other.terms and one.period.end < other.period.end


def _levels_as_differences(own: str, bound: Sequence[Bound]) -> list[str]:
    """Refuse 'grew by' and 'rose' before the amount itself, which is no difference."""
    return [
        f"{one.ground.display} is an amount and no change"
        for one in bound
        if not one.ground.changes and last_word(own[: one.printed.start]) in BY
    ]


def _backwards(own: str, bound: Sequence[Bound]) -> list[str]:
    """Refuse what is told against time: 'from' or 'after' the later amount, a change 'to' the earlier."""
    refusals = []
    for place, one in enumerate(bound):
        word = last_word(own[: one.printed.start])
        beside = [*bound[place + 1 : place + 2], *reversed(bound[:place])]
        if word in AFTER and any(_is_before((other, one)) for other in beside):
            refusals.append(f"{one.ground.display} is of the later period and told as the earlier")
        if word == "to" and any(_is_before((one, other)) for other in beside):
            refusals.append(f"{one.ground.display} is of the earlier period and told as the later")
        if word in AFTER | {"to"} and any(_misses(word, one, other) for other in beside):
            refusals.append(f"{one.ground.display} is not what the change beside it goes {word}")
    return refusals


def _misses(word: str, one: Bound, change: Bound) -> bool:
    """Whether an amount is not at the end of a change of it that the sentence gives it."""
    if change.ground.bases.isdisjoint(one.ground.terms):
        return False
    return (one.ground.period == change.ground.period) != (word == "to")


def _sign(amount: Decimal) -> int:
    return (amount > 0) - (amount < 0)
