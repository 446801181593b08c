"""Undrawn credit that a report's text states with its amount: "$2.7 billion of undrawn credit facilities"."""

import re
from decimal import Decimal

from services.domain.narrative import CreditLine
from services.extraction.sentences import Prose

_AMOUNT = r"\$\s?(?P<digits>\d[\d,]*(?:\.\d+)?)\s*(?P<scale>billion|million)"
_CREDIT = r"(?:credit (?:facilit\w+|agreements?|lines?)|lines? of credit|revolv\w+)"
_FREE = r"(?:unused|undrawn|unutili[sz]ed|available)"
_STATES = (
    re.compile(rf"{_AMOUNT} (?:was |were |is |of )?{_FREE}\b", re.IGNORECASE),
    re.compile(
        rf"\b(?:{_FREE}|availability)\b[^.;$]{{0,70}}\b(?:of|was|were|totaled|is) "
        rf"(?:approximately )?{_AMOUNT}",
        re.IGNORECASE,
    ),
)
_OTHERWISE = re.compile(
    r"\b(?:expired|uncommitted|would|could|may|up to an additional|accordion|increase the)\b",
    re.IGNORECASE,
)
_SCALES = {"billion": 10**9, "million": 10**6}


def credit_lines_in(prose: Prose) -> tuple[CreditLine, ...]:
    """Return the sentences of a document's text that give one amount of undrawn credit, as printed."""
    found: dict[str, CreditLine] = {}
    for page, sentence in prose.saying("credit", "revolv"):
        amount = _undrawn(sentence)
        if amount is not None:
            found.setdefault(sentence, CreditLine(amount=amount, quote=sentence, page=page))
    return tuple(found.values())


def _undrawn(sentence: str) -> Decimal | None:
    if re.search(_CREDIT, sentence, re.IGNORECASE) is None or _OTHERWISE.search(sentence):
        return None
    matches = [match for pattern in _STATES for match in pattern.finditer(sentence)]
    amounts = {
        Decimal(match["digits"].replace(",", "")) * _SCALES[match["scale"].lower()]
        for match in matches
    }
    return amounts.pop() if len(amounts) == 1 else None
