"""Whether a sentence calls every number what it is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.domain.concepts import CONCEPTS
from services.narrative.grounds import Bound, Given, Ground, Printed
from services.narrative.lexicon import DIRECTIONS

KNOWN = frozenset(
    concept.name.casefold().partition(" (")[0].replace(" incl.", "")
    for concept in CONCEPTS.values()
)
"""Names of figures, whether or not the insight has them."""
_OF = re.compile(r"\s(?:of|in)\s(?:the\s)?$")
_JOINED = re.compile(r"\s*(?:,|and|,\s*and)\s*(?:the\s)?")
_LAST_WORD = re.compile(r"([A-Za-z]+)\s*$")
BY = DIRECTIONS | {"by", "changed"}
"""Words before a number that make it a difference."""
_OWNS = frozenset({"", "of", "and", "but", "while", "whereas", "that"})
AFTER = frozenset({"after", "from", "against"})
"""Words before a number that make it the earlier one."""


@dataclass(frozen=True, slots=True)
class Name:
    """A figure's name where it stands in a sentence, in lower case."""

    start: int
    end: int
    term: str


def names_in(own: str, given: Given) -> list[Name]:
    """Return the names of figures in a sentence, the longest at each place."""
    return list(_found(own, given))


def _found(own: str, given: Given) -> Iterator[Name]:
    said = own.lower()
    pattern = "|".join(re.escape(term) for term in sorted(_terms(given), key=len, reverse=True))
    for match in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", said):
        yield Name(match.start(), match.end(), match[0])


def _terms(given: Given) -> frozenset[str]:
    own = (ground.terms | ground.bases for ground in given.grounds)
    return frozenset(term for term in frozenset().union(KNOWN, *own) if not term.isdecimal())


def is_named(own: str, printed: Printed, ground: Ground, names: Sequence[Name]) -> bool:
    """Whether the name that goes with a number is the number's: the nearest before it, else behind it."""
    return any(_calls(own, printed, name, ground) for name in _beside(own, printed, names))


def _beside(own: str, printed: Printed, names: Sequence[Name]) -> list[Name]:
    before = [name for name in names if name.end <= printed.start]
    behind = [name for name in names if name.start >= printed.end]
    joined = [name for name in behind[:1] if _OF.fullmatch(own[printed.end : name.start])]
    return joined or before[-1:] or behind[:1]


def _calls(own: str, printed: Printed, name: Name, ground: Ground) -> bool:
    before = own[: printed.start].rstrip()
    by = last_word(before) in BY
    if name.term in ground.terms:
        return not (ground.changes and by)  # 'growth rose by' would be the growth of growth
    return name.term in ground.bases and (by or before.endswith("("))


def last_word(text: str) -> str:
    """Return the word that a text ends with, in lower case; nothing where it ends with anything else."""
    match = _LAST_WORD.search(text)
    return match[1].casefold() if match else ""


def company_in(text: str, given: Given) -> list[re.Match[str]]:
    """Return where a text names the company, the longest name at each place."""
    names = sorted(given.names, key=len, reverse=True)
    if not names:
        return []
    either = "|".join(map(re.escape, names))
    return list(re.finditer(rf"(?<!\w)(?:{either})(?P<of>['’]s)?(?!\w)", text, re.IGNORECASE))


def wrong_company(text: str, given: Given) -> list[str]:
    """Refuse the company where it is not the one that the figures are of: paid, compared with, a source."""
    return [
        f"'{match[0]}' is not told as whose figures these are"
        for match in company_in(text, given)
        if not match["of"] and last_word(text[: match.start()]) not in _OWNS
    ]


def wrong_names(own: str, bound: Sequence[Bound], given: Given) -> list[str]:
    """Refuse numbers that are called something else, and names that no number of the insight has."""
    names = names_in(own, given)
    mine = frozenset().union(*(ground.terms | ground.bases for ground in given.grounds))
    refusals = [
        f"the sentence does not say that {one.ground.display} is {min(one.ground.terms)}"
        for one in bound
        if one.ground.terms and not is_named(own, one.printed, one.ground, names)
    ]
    refusals += [
        f"'{name.term}' is no figure of this insight" for name in names if name.term not in mine
    ]
    for one, other in pairwise(names):
        if _JOINED.fullmatch(own[one.end : other.start]):
            refusals.append(f"'{one.term}' and '{other.term}' share what is said of one of them")
    return refusals
