"""Sentences that say why prior-year figures are not what they were: reclassified, recast, restated, revised."""

import re

from services.domain.insights import Quote
from services.extraction.sentences import Prose

_PRIOR = re.compile(
    r"\b(?:prior|previous|comparative|earlier)\b[^.;]{0,60}\b"
    r"(?:periods?|years?|amounts?|figures?|financial statements|results|information)\b",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(?:reclassified|reclassifications?|conformed|recast|restated|revised)\b", re.IGNORECASE
)
_SAID = re.compile(r"\b(?:has|have|was|were|is|are|been|we)\b")
_NOT_SAID = re.compile(
    r"\b(?:non-GAAP|not been|not restated|may|could|would|will be|if|amended and)\b", re.IGNORECASE
)
_LONGEST, _MOST = 600, 12


def recasts_in(prose: Prose) -> tuple[Quote, ...]:
    """Return the sentences that say so, in reading order, the same words once; the first dozen."""
    found: dict[str, Quote] = {}
    for page, sentence in prose.saying("reclassif", "conformed", "recast", "restated", "revised"):
        if len(sentence) <= _LONGEST and _says_so(sentence):
            found.setdefault(sentence, Quote(text=sentence, page=page))
    return tuple(found.values())[:_MOST]


def _says_so(sentence: str) -> bool:
    wanted = (_PRIOR, _CHANGED, _SAID)
    return all(one.search(sentence) for one in wanted) and _NOT_SAID.search(sentence) is None
