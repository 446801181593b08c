"""Accepts or refuses a text about an insight (design §7.3): numbers, periods, directions, quotes, words.

A text is refused with every reason, so that its author can mend it. What is accepted says nothing that the
insight does not say; whether it says it well is not judged here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.domain.periods import Period
from services.narrative.grammar import Bound, render
from services.narrative.grounds import Given, Ground, Printed, binding, numbers_in
from services.narrative.lexicon import DOWN, UP, refused_words

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“])")
_QUOTE = re.compile(r"“([^”]*)”")
_DATE = re.compile(
    r"(?P<label>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2}, (?:19|20)\d\d)"
    r"|\b(?:fiscal |FY ?)?(?P<year>(?:19|20)\d\d)\b"
)
_WORD = re.compile(r"[A-Za-z](?:[A-Za-z'’&″.-]*[A-Za-z″])?")
_FROM_TO = re.compile(r"\bfrom\b")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The text as it would be shown, and why it may not be; no reason means accepted."""

    text: str
    refusals: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """Whether the text may be shown."""
        return not self.refusals


def judge(narrative: str, given: Given) -> Verdict:
    """Fill the placeholders of a narrative, or bind the numbers of finished prose, and check every sentence."""
    rendered = render(narrative, given)
    filled = bool(rendered.bound or rendered.refusals)
    refusals = list(rendered.refusals)
    for start, sentence in _sentences(rendered.text):
        own = [
            Bound(_moved(bound.printed, -start), bound.ground)
            for bound in rendered.bound
            if start <= bound.printed.start < start + len(sentence)
        ]
        refusals += _refused(sentence, own if filled else None, given)
    return Verdict(rendered.text, tuple(dict.fromkeys(refusals)))


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for match in _SENTENCE.finditer(text):
        yield start, text[start : match.start()]
        start = match.end()
    yield start, text[start:]


def _moved(printed: Printed, by: int) -> Printed:
    return Printed(
        printed.start + by, printed.end + by, printed.kind, printed.currency, printed.value,
        printed.unit, printed.signed,
    )  # fmt: skip


def _refused(sentence: str, filled: list[Bound] | None, given: Given) -> list[str]:
    quotes = _QUOTE.findall(sentence)
    refusals = [f"“{quote}” is not in the document" for quote in quotes if not _said(quote, given)]
    own = _QUOTE.sub(lambda match: " " * len(match[0]), sentence)
    unnamed = _without_names(own, given)
    refusals += refused_words(unnamed, quoted=bool(quotes))
    mentions = list(_DATE.finditer(own))
    dated = [(match.start(), match.end()) for match in mentions]
    free = [
        number
        for number in numbers_in(own)
        if not any(start <= number.start < end for start, end in dated)
    ]
    if filled is None:
        bound, loose = _bind(own, free, given)
    else:
        bound = filled
        taken = {one.printed.start for one in filled}
        loose = [number for number in free if number.start not in taken]
    refusals += [f"'{own[n.start : n.end]}' is no number of this insight" for n in loose]
    refusals += _wrong_periods(mentions, bound, given)
    refusals += _wrong_units(own, bound)
    refusals += _wrong_names(own, bound, given)
    return [*refusals, *_wrong_directions(unnamed, bound)]


def _without_names(own: str, given: Given) -> str:
    """Blank out what the insight's numbers are called: 'revenue growth' says no direction."""
    names = sorted({term for ground in given.grounds for term in ground.terms}, key=len)[::-1]
    for name in names:
        pattern = re.compile(rf"\b{re.escape(name)}(?!\w)", re.IGNORECASE)
        own = pattern.sub(lambda match: " " * len(match[0]), own)
    return own


def _said(quote: str, given: Given) -> bool:
    words = " ".join(quote.split())
    return bool(words) and any(words in " ".join(said.split()) for said in given.quotes)


def _bind(own: str, free: Sequence[Printed], given: Given) -> tuple[list[Bound], list[Printed]]:
    """Bind each number to the one number of the insight whose name the sentence says."""
    bound, loose = [], []
    for number in free:
        fitting = [
            ground
            for ground in binding(number, given.grounds)
            if _same_sign(number, ground) or _says_down(own)
        ]
        named = [ground for ground in fitting if _named(own, ground)]
        if named or fitting:
            bound.append(Bound(number, _nearest(own, number, named or fitting)))
        else:
            loose.append(number)
    return bound, loose


def _same_sign(number: Printed, ground: Ground) -> bool:
    return (number.value < 0) == (ground.amount < 0)


def _says_down(own: str) -> bool:
    return any(word.casefold() in DOWN for word in _WORD.findall(own))


def _nearest(own: str, number: Printed, grounds: Sequence[Ground]) -> Ground:
    """Return the ground whose period is said next to the number, else the first."""
    after = _DATE.search(own, number.end)
    if after is not None:
        for ground in grounds:
            if ground.period is not None and _is_of(after, ground.period):
                return ground
    return grounds[0]


def _is_of(mention: re.Match[str], period: Period) -> bool:
    if mention["label"]:
        return Period(end=period.end).label == mention["label"]
    return int(mention["year"]) == period.end.year


def _wrong_periods(
    mentions: Sequence[re.Match[str]], bound: Sequence[Bound], given: Given
) -> list[str]:
    """Refuse a period that the insight does not know, or that its number is not of.

    A period behind a number is the number's; one before all numbers is that of the latest.
    """
    refusals = []
    for mention in mentions:
        if not any(_is_of(mention, period) for period in given.periods):
            refusals.append(f"'{mention[0]}' is no period of this insight")
            continue
        before = [one for one in bound if one.printed.end <= mention.start()]
        dated = [one for one in before or bound if one.ground.period is not None]
        if not dated:
            continue
        if before:
            fits = _is_of(mention, dated[-1].ground.period)  # type: ignore[arg-type]
        else:
            latest = max(one.ground.period.end for one in dated if one.ground.period)
            fits = _is_of(mention, Period(end=latest))
        if not fits:
            refusals.append(f"'{mention[0]}' is not the period of the number beside it")
    return refusals


_UNIT_WORDS = re.compile(
    r"\s?(?:%|×|bn\b|m\b|bp\b|pp\b|days\b|months\b|years\b|times\b|shares\b|per share\b|k\b|mn\b)"
)


def _wrong_units(own: str, bound: Sequence[Bound]) -> list[str]:
    """Refuse a unit or currency written beside a number that brings its own."""
    refusals = []
    for one in bound:
        behind = _UNIT_WORDS.match(own, one.printed.end)
        before = re.search(r"(?:[$€£¥]|\b[A-Z]{3}\s)$", own[: one.printed.start])
        if behind or before:
            shown = own[one.printed.start : one.printed.end]
            refusals.append(f"'{shown}' brings its own unit")
    return refusals


def _wrong_names(own: str, bound: Sequence[Bound], given: Given) -> list[str]:
    refusals = [
        f"the sentence does not say that {one.ground.display} is {min(one.ground.terms)}"
        for one in bound
        if one.ground.terms and not _named(own, one.ground)
    ]
    dates = _DATE.sub(lambda match: " " * len(match[0]), own)
    for match in list(_WORD.finditer(dates))[1:]:
        word = match[0]
        opens = dates[: match.start()].rstrip()[-1:] in {"", "(", ":", "“"}
        if word[:1].isupper() and not opens and word.casefold() not in given.vocabulary:
            refusals.append(f"'{word}' is no name of this insight")
    return refusals


def _named(own: str, ground: Ground) -> bool:
    said = own.casefold()
    return any(re.search(rf"\b{re.escape(term)}", said) for term in ground.terms)


def _wrong_directions(own: str, bound: Sequence[Bound]) -> list[str]:
    """Refuse a word of direction that no number of its sentence bears out, or that one speaks against."""
    refusals = []
    for match in _WORD.finditer(own):
        word = match[0].casefold()
        if word in UP | DOWN:
            borne = _borne_out(own, match.end(), 1 if word in UP else -1, bound)
            if not borne:
                refusals.append(f"'{match[0]}' is not borne out by the numbers beside it")
    return refusals


def _borne_out(own: str, at: int, direction: int, bound: Sequence[Bound]) -> bool:
    behind = [one for one in bound if one.printed.start >= at]
    pair = _pair(own, at, behind) or _by_period(bound)
    signs = [] if pair is None else [_sign(pair[1] - pair[0])]
    changes = [one for one in (behind or bound) if one.ground.changes]
    signs += [_sign(changes[0].ground.amount)] if changes else []
    return bool(signs) and all(sign == direction for sign in signs)


def _pair(own: str, at: int, behind: Sequence[Bound]) -> tuple[Decimal, Decimal] | None:
    """Return (earlier, later) of 'from A to B', 'to B from A' or 'B than A' behind a word of direction."""
    levels = [one for one in behind if not one.ground.changes]
    start = _FROM_TO.search(own, at)
    if start is None or len(levels) < 2:
        return None
    later = [one for one in levels if one.printed.start < start.start()]
    earlier = next((one for one in levels if one.printed.start > start.start()), None)
    after = [one for one in levels if earlier and one.printed.start > earlier.printed.start]
    other = later[0] if later else (after[0] if after else None)
    if earlier is None or other is None:
        return None
    return earlier.ground.amount, other.ground.amount


def _by_period(bound: Sequence[Bound]) -> tuple[Decimal, Decimal] | None:
    """Return the same figure of two periods named in the sentence, earlier first."""
    dated = [one.ground for one in bound if one.ground.period and not one.ground.changes]
    for one in dated:
        for other in dated:
            same = one.terms == other.terms and one.period and other.period
            if same and one.period.end < other.period.end:  # type: ignore[union-attr]
                return one.amount, other.amount
    return None


def _sign(amount: Decimal) -> int:
    return (amount > 0) - (amount < 0)
