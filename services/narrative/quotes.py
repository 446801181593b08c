"""Quotations: exact, whole enough to mean what the document means, and marked as what they are."""

import re

from services.narrative.grounds import Given, blanked

QUOTE = re.compile(r"“([^“”]*)”")
_KEPT = "\ue000"
"""Stands for each character of a quotation that is known to be whole; nobody can write it."""
_TURNING = re.compile(r"\b(?:not|no|never|nor|neither|without|unless|except|if)\b|n[’']t\b", re.I)
_FEWEST = 5
"""Words of a part of a sentence that still says what the sentence says."""


def kept_whole(text: str, given: Given) -> str:
    """Return the text, as long, with the insight's own quotations made opaque: they hold sentences and quotes."""
    text = text.replace(_KEPT, "\ufffd")
    for said in given.quotes:
        text = text.replace(f"“{said}”", f"“{_KEPT * len(said)}”")
    return text


def without_quotes(sentence: str) -> str:
    """Return the sentence with its quotations blanked out: what the author says in his own words."""
    return blanked(QUOTE, sentence)


def wrong_quotes(sentence: str, given: Given) -> list[str]:
    """Refuse what the document does not say, and parts of it that say something else."""
    refusals = []
    for quote in QUOTE.findall(sentence):
        if quote and not quote.strip(_KEPT):
            continue
        sources = [said for said in map(_plain, given.quotes) if _stands_in(_plain(quote), said)]
        if not sources:
            refusals.append(f"“{quote}” is not in the document")
        elif not any(_is_whole(_plain(quote), said) for said in sources):
            refusals.append(f"“{quote}” leaves out what its sentence turns on")
    if re.search(r"[“”]", without_quotes(sentence)):
        refusals.append("a quotation does not end, or does not begin")
    return refusals


def _plain(text: str) -> str:
    return " ".join(text.split())


def _stands_in(quote: str, said: str) -> bool:
    return bool(quote) and re.search(rf"(?<!\w){re.escape(quote)}(?!\w)", said) is not None


def _is_whole(quote: str, said: str) -> bool:
    """Whether a part is long enough, and no negation or condition stands in what it leaves out."""
    if quote.rstrip(".") == said.rstrip("."):
        return True
    left_out = said.replace(quote, " ", 1)
    return len(quote.split()) >= _FEWEST and not _TURNING.search(left_out)
