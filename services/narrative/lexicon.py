"""The words that a narrative is made of; whatever else it says, the insight cannot bear out.

A list of what is refused would never be complete: of 81 false sentences 68 passed one. So the words are
those named here, beside the names of the insight's figures; the lists of refused words only say why.
"""

import re
from collections.abc import Iterator

_UP_WORDS = """
rose rises rise rising increased increases increase increasing grew grows growing growth climbed climbs
accelerated higher more
"""
_DOWN_WORDS = """
fell falls fall falling decreased decreases decrease decreasing declined declines decline declining dropped
drops drop shrank slowed lower less
"""
UP, DOWN = frozenset(_UP_WORDS.split()), frozenset(_DOWN_WORDS.split())
DIRECTIONS = UP | DOWN
_PLAIN = """
a an the this that these which its it their both of in on at to from for with by after against and but
while whereas then also as is are was were has had have been stood stands came amounted totalled reported
reports states stated says shows showed went moved changed compared reached according
report company document
"""
PLAIN = frozenset(_PLAIN.split()) | DIRECTIONS
_REASONS = {
    "a verdict": r"fraud\w*|manipulat\w*|misconduct|illegal\w*|bankrupt\w*|insolven\w*|collapse\w*|scandal\w*",
    "a promise": r"guarantee\w*|will|certain(?:ly)?|undoubtedly|definitely|proves?|always|continues?|outlook",
    "advice": r"should|must|recommend\w*|buy|sell|hold|avoid|ought",
    "a guess": r"probably|likely|perhaps|presumably|maybe|may|might|could|would|expect\w*|forecast\w*|"
    r"appears?|seems?|suggests?|almost|nearly|about|around|roughly|approximately",
    "a negation": r"not|no|never|nor|neither|without|failed|missed|cannot|hardly",
    "a judgement": r"improved|worsened|strong\w*|weak\w*|healthy|poor|excellent|alarming|significant\w*|"
    r"sharp\w*|slight\w*|record|best|worst|highest|lowest|largest|smallest",
    "a number in words": r"zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|"
    r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|[mbt]r?illions?|dozen|\w+fold|"
    r"doubl\w+|tripl\w+|quadrupl\w+|halv\w+|half|third|quarter|twice|thrice|percent\w*|minus|plus",
}
_CAUSES = re.compile(
    r"\b(?:because(?: of)?|due to|driven by|caused by|led to|resulted (?:in|from)|thanks to|owing to|"
    r"reflecting|attributed to|attributable to|as a result of)\b",
    re.IGNORECASE,
)
_TOLD = re.compile(r"\s*(?:the (?:report|company|document) (?:says|states|reports) (?:that )?)?“?$")
_WORD = re.compile(r"[^\W\d_]+(?:['’]s\b)?")
_FOREIGN = re.compile(r"[^A-Za-zÀ-ɏ0-9 \n.,;:!?'’“”()%×−+&/″–—{}-]")


def words_in(text: str) -> set[str]:
    """Return the words of a text in lower case, a genitive as its noun."""
    return {_bare(match[0]) for match in _WORD.finditer(text)}


def _bare(word: str) -> str:
    return re.sub(r"['’]s$", "", word.casefold())


def foreign_signs(text: str) -> list[str]:
    """Refuse signs that no sentence needs: they hide words, mark up, or quote in another way.

    Braces are refused where placeholders are read.
    """
    return [f"the sign {sign!r} may not be used" for sign in dict.fromkeys(_FOREIGN.findall(text))]


def refused_words(own: str, quoted: str) -> list[str]:
    """Return which words of a sentence may not be used, and why where that is known.

    Args:
        own: The sentence without numbers, dates, names and quotations, each blanked out.
        quoted: The sentence with its quotations, of the same length.
    """
    own, refusals = _without_told_causes(own, quoted)
    for match in _WORD.finditer(own):
        word = _bare(match[0])
        if word not in PLAIN:
            refusals.append(f"'{match[0]}' is {_why(word)}")
    return refusals


def _why(word: str) -> str:
    reasons = (what for what, words in _REASONS.items() if re.fullmatch(rf"(?:{words})", word))
    return next(reasons, "no word of this insight")


def _without_told_causes(own: str, quoted: str) -> tuple[str, list[str]]:
    """Blank out the causes that a quotation behind them tells; refuse the others."""
    refusals = []
    for match in _causes(own):
        opening = quoted.find("“", match.end())
        told = opening >= 0 and _TOLD.fullmatch(quoted[match.end() : opening + 1])
        if not told:
            refusals.append(f"'{match[0]}' names a cause without quoting one")
        own = own[: match.start()] + " " * len(match[0]) + own[match.end() :]
    return own, refusals


def _causes(own: str) -> Iterator[re.Match[str]]:
    yield from list(_CAUSES.finditer(own))
