"""What the text puts in money beside the statements: events after the period's end, and claims accrued or lost.

An event counts where its sentence begins with a date after the period's end and says what was done; what
was only approved, announced or filed for is none. A claim counts where an amount is accrued, charged or
awarded; what could be claimed is none.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from services.domain.reports import CueKind, TextCue
from services.extraction.periods import MONTHS
from services.extraction.sentences import Prose

_AFTER = timedelta(days=150)
_AMOUNT = r"\$\s?(?P<amount>\d[\d,]*(?:\.\d+)?)\s(?P<size>million|billion)"
_SIZES = {"million": Decimal(1_000_000), "billion": Decimal(1_000_000_000)}
_WHEN = (
    r"(?P<when>\b(?:On|In|During)\s(?P<month>January|February|March|April|May|June|July|August|September|"
    r"October|November|December)(?:\s(?P<day>\d{1,2}),)?\s(?P<year>20\d\d))"
)
_DONE = (
    r"(?:completed|acquired|sold|issued|redeemed|repaid|prepaid|entered\sinto|borrowed|settled|paid|made|closed|"
    r"executed|drew|reached\san\sagreement|agreed\sto)"
)
_EVENT = re.compile(rf"{_WHEN},\s[^;]{{2,80}}?\s{_DONE}\b[^;]*?{_AMOUNT}")
_NO_EVENT = re.compile(
    r"\b(?:approv|authori[sz]|announce|repurchase|buy-?back|dividend|notional|filed|request|guidance|expects?\b|"
    r"intends?\b|plans?\sto\b|ASU\b)",
    re.IGNORECASE,
)
_MATTER = (
    r"(?:litigation|lawsuits?|legal|opioid|environmental|remediation|asbestos|product\sliabilit|antitrust|"
    r"class\saction|settlements?|verdict|claims)"
)
_CLAIMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # what the company had set aside at a date
        rf"\b(?:had|has)\s(?:recorded\s|accrued\s)?(?:liabilities|an?\sliability|accruals?|an\saccrual|reserves?)\sof\s"
        rf"(?:approximately\s)?{_AMOUNT}\s(?:for|related\sto|relating\sto)\b[^.;]{{0,80}}\b{_MATTER}",
        rf"\b(?:total|aggregate)\samount\sof\sliabilities\srecorded\b[^.;]{{0,60}}\b{_MATTER}[^.;]{{0,30}}\swas\s{_AMOUNT}",
        # what it charged to income
        rf"\b(?:recorded|recognized|incurred)\s(?:pre-?tax\s)?{_AMOUNT}\s(?:of|in)\s[^.;]{{0,40}}\b{_MATTER}\s(?:related\s)?"
        r"(?:charges?|expenses?|accruals?)",
        rf"\b(?:recorded|recognized|incurred)\s(?:an?\s)?(?:[a-z-]+\s){{0,4}}(?:charges?|expenses?|accruals?)\sof\s"
        rf"(?:approximately\s)?{_AMOUNT}\s[^.;]{{0,80}}\b{_MATTER}",
        # what a court or an agreement makes it pay
        rf"\b(?:issued|entered|returned|upheld)\s[^.;]{{0,40}}\b(?:judgment|verdict)\b[^.;]{{0,80}}\b(?:of|in\sthe\samount\sof)"
        rf"\s(?:approximately\s)?{_AMOUNT}",
        rf"\bagreed\s(?:in\sprinciple\s)?to\s(?:pay|settle|resolve)\b(?!\sus\b)[^.;]{{0,120}}\b{_MATTER}[^.;]{{0,100}}{_AMOUNT}",
        rf"\bagreed\s(?:in\sprinciple\s)?to\spay\b(?!\sus\b)[^.;]{{0,60}}{_AMOUNT}[^.;]{{0,60}}\b(?:settle|resolve)",
    )
)
_TWO_YEARS = re.compile(r"\b(20\d\d) and (20\d\d)\b")
_NO_CLAIM = re.compile(
    r"\b(?:could|may|might|would|if|whether|no|not|unpaid\sclaims|insurance\sliabilities|tax\b|taxes|gains?|"
    r"insurance\ssettlements?|revers(?:al|ed)|reduced|recover(?:y|ies)|receivables?|pension|workers|previously|plaintiffs?\sseeks?|seeking)\b",
    re.IGNORECASE,
)


def events_in(prose: Prose, period_end: date | None) -> tuple[TextCue, ...]:
    """Return the events and claims of a document's text, in reading order, each sentence once a kind."""
    found: dict[tuple[CueKind, str], TextCue] = {}
    for page, sentence in prose.saying("million", "billion"):
        for kind, quote, amount in _told(sentence, period_end):
            cue = TextCue(kind=kind, quote=quote, page=page, amounts=(amount,))
            found.setdefault((kind, quote), cue)
    return tuple(found.values())


def _told(sentence: str, period_end: date | None) -> Iterator[tuple[CueKind, str, Decimal]]:
    if "$" not in sentence:
        return
    event = _EVENT.search(sentence)
    if event is not None and period_end is not None and _follows(event, period_end):
        quote = sentence[event.start() :]
        if _NO_EVENT.search(quote) is None:
            yield "subsequent_event", quote, _amount(event)
    elif _NO_CLAIM.search(sentence) is None:
        claim = next((m for pattern in _CLAIMS if (m := pattern.search(sentence))), None)
        if claim is not None and _latest_first(sentence):
            start = sentence.rfind("• ", 0, claim.start()) + 1
            yield "contingency", sentence[start:].strip(), _amount(claim)


def _follows(event: re.Match[str], period_end: date) -> bool:
    """Whether the day, or the month's last, is after the period's end and before a report is out."""
    month, year = MONTHS[event["month"].lower()], int(event["year"])
    first = date(year, month, int(event["day"] or 1))
    return period_end < first <= period_end + _AFTER


def _latest_first(sentence: str) -> bool:
    """Whether of two years the later is named first, and so the first amount is the latest."""
    return all(first > second for first, second in _TWO_YEARS.findall(sentence))


def _amount(match: re.Match[str]) -> Decimal:
    return Decimal(match["amount"].replace(",", "")) * _SIZES[match["size"].lower()]
