"""Words that a narrative may not use: verdicts, promises, causes without a quotation, numbers in words."""

import re

_UP_WORDS = """
rose rises increased increases increase grew grows growth climbed gained improved accelerated rise higher
more above up exceeds exceeded
"""
_DOWN_WORDS = """
fell falls decreased decreases decrease declined declines decline dropped drop shrank worsened slowed lower
less below down
"""
UP, DOWN = frozenset(_UP_WORDS.split()), frozenset(_DOWN_WORDS.split())
_FORBIDDEN = {
    "a verdict": r"fraud\w*|manipulat\w*|misconduct|illegal\w*|bankrupt\w*|insolven\w*|collapse\w*|scandal\w*",
    "a promise": r"guarantee\w*|will|certain(?:ly)?|undoubtedly|definitely|proves?|never|always",
    "advice": r"should|must|recommend\w*|buy|sell|invest(?:ors)? (?:should|ought)",
    "a guess": r"probably|likely|perhaps|presumably|maybe|expect\w*|forecast\w*",
}
_CAUSES = re.compile(
    r"\b(?:because|due to|driven by|caused by|led to|resulted (?:in|from)|thanks to|owing to|reflecting|"
    r"on the back of|attributable to (?!the (?:parent|shareholders)))\b",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|"
    r"thousand|millions?|billions?|trillions?|dozen|doubl\w+|tripl\w+|quadrupl\w+|halv\w+|half|third|"
    r"twice|thrice|percent|percentage|basis)\b",
    re.IGNORECASE,
)


def refused_words(text: str, *, quoted: bool) -> list[str]:
    """Return what is wrong with the words of a text; ``quoted`` says that it cites the document itself."""
    found = [
        f"'{match[0]}' is {what}"
        for what, words in _FORBIDDEN.items()
        for match in re.finditer(rf"\b(?:{words})\b", text, re.IGNORECASE)
    ]
    found += [f"'{match[0]}' is a number in words" for match in _IN_WORDS.finditer(text)]
    if not quoted:
        found += [f"'{m[0]}' names a cause without quoting one" for m in _CAUSES.finditer(text)]
    return found
