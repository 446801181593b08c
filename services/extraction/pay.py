"""Figures of the statements on which a report says that management's pay depends."""

import re

from services.domain.reports import TextCue
from services.extraction.sentences import Prose

_PAY = (
    r"\b(?:bonus(?:es)?|(?:annual|short-term|long-term) incentives?|incentive compensation|"
    r"(?:executive|management) compensation|performance (?:share|stock))\b"
)
_BASED = (
    r"\b(?:based (?:primarily |in part |up)?on|measured (?:\w+ ){0,4}?(?:by|on|versus|against)|"
    r"tied to|linked to|depends? (?:up)?on)\b"
)
_FIGURE = (
    r"\b(?:revenues?|net sales|net (?:income|earnings)|operating (?:income|profit|earnings|cash flow)|"
    r"pre-?tax (?:income|profit|earnings)|before (?:income )?taxes|cash flows? from operati(?:ons|ng))\b"
)
_ASSERTS = re.compile(rf"{_PAY}[^.;]{{0,140}}{_BASED}[^.;]{{0,140}}?{_FIGURE}", re.IGNORECASE)
_NOT = re.compile(r"\b(?:could|may|might|would|if|whether|not|no longer|ASU)\b")


def pay_metrics_in(prose: Prose) -> tuple[TextCue, ...]:
    """Return the sentences that base pay on a figure, in reading order, each once; hypotheses are none."""
    found: dict[str, TextCue] = {}
    for page, sentence in prose.saying("bonus", "incentive", "compensation", "performance s"):
        if _ASSERTS.search(sentence) and not _NOT.search(sentence):
            found.setdefault(sentence, TextCue(kind="pay_metric", quote=sentence, page=page))
    return tuple(found.values())
