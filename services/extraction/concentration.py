"""Customers on whom revenue depends, as the text states them: a share of all revenue, with its years.

A share of a segment's revenue, of receivables or of purchases is no such statement, nor is one about
customers abroad or in general; "no customer accounted for more than 10 %" says the contrary.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from services.domain.reports import CueKind, TextCue
from services.extraction.sentences import Prose

_PERCENT = r"\d{1,2}(?:\.\d+)?\s?(?:%|percent\b)"
_SHARES = rf"(?P<shares>{_PERCENT}(?:\s?(?:,|and|, and)\s{_PERCENT})*)"
_ROUGHLY = r"(?:(?:approximately|about|over|more than|nearly|in excess of)\s)?"
_RESPECTIVELY = r"\s?,?(?:\srespectively\s?,)?"
_OWN = r"our|its|the Company[’']s|total|consolidated"
_TELLING = (
    r"net|annual|operating|overall|worldwide|\d{4}|fiscal|\$[\d.,]+\s(?:million|billion)(?:\sin)?"
)
_WHOLE = (
    rf"(?:of|to)\s(?:(?:{_OWN}|{_TELLING})\s)*(?:revenues?|sales)\b"
    r"(?!\s(?:increase|growth|decline)|\s(?:of|in|to|within)\s(?:our|the|its)\s|(?:(?!\sand\b)[^.;,]){0,60}\bsegment)"
)
_VERB = r"(?:account(?:ed|s)\sfor|represent(?:ed|s)|contributed|compris(?:ed|es)|constitute[ds]|were|was)"
_STATES = re.compile(
    rf"\b{_VERB},?\s{_ROUGHLY}{_SHARES}{_RESPECTIVELY}\s{_WHOLE}(?!\sfrom\b)",
    re.IGNORECASE,
)
_COMES = re.compile(
    rf"(?P<gets>\b(?:derived?|generated?|received?|obtain(?:ed)?)\s{_ROUGHLY})?{_SHARES}{_RESPECTIVELY}\s{_WHOLE}\s"
    r"(?(gets)|(?:was|were|is|are|came)\s(?:derived\s|generated\s)?)from\s"
    r"(?P<who>(?:U\.S\.|Inc\.|Corp\.|[^;.:]){3,120})",
    re.IGNORECASE,
)
_TOGETHER = re.compile(r",?\s(?:together|alone|collectively|each|individually)\s?$")
_CLAUSE = re.compile(r"[;:](?=\s)")
_ONE = r"(?:customer|client|distributor|wholesaler|retailer|reseller|licensee|government)"
_MANY = rf"(?:{_ONE}s)"
_ENDS_AS_ONE = re.compile(
    rf"\b{_ONE}(?:\s[A-Z])?(?:,\s[^,]{{2,60}})?(?:\s\([^)]*\))?$|"
    r"\b(?:Inc|Corp|Corporation|LLC|Ltd|plc|Co)\b\.?(?:,?\sand\sits\s(?:affiliates|subsidiaries))?(?:\s\([^)]*\))?$"
)
_BEGINS_AS_ONE = re.compile(
    rf"(?:(?:the|a|one|our|single|largest|sales\sto|U\.S\.|federal|United\sStates)\s)*{_ONE}\b(?!\s{_MANY})|"
    rf"[A-Z][\w.&’'-]+(?:\s[A-Z][\w.&’'-]+){{0,3}},\s(?:an?|our|one\sof\sour)\s[^,]{{0,60}}\b{_ONE}\b",
    re.IGNORECASE,
)
_GROUP = re.compile(rf"\b(?:top|largest|major|two|three|four|five|ten)\b.{{0,60}}\b{_MANY}$", re.I)
_TAKEN_BACK = re.compile(
    r"\b(?:no|not|none|neither|nor|without|other\sthan|except|excluding|could|may|might|would|if|whether|any|"
    r"pro\sforma|suppliers?|vendors?)\b",
    re.IGNORECASE,
)
_YEARS = re.compile(r"20\d\d(?:(?:\s?,|\sand|,\sand)\s20\d\d)+")
_SHORT_PERIODS = re.compile(r"\b(?:three|six|nine)\b.{0,20}\bmonths\b", re.IGNORECASE)
_PARTY = re.compile(
    rf"{_ONE}|\b(?:Inc|Corp|Corporation|LLC|Ltd|plc|Co)\b",
    re.IGNORECASE,
)
_SHARE_OF = re.compile(r"(?:%|percent)\D{0,80}\b(?:revenue|sales)")


def concentrations_in(prose: Prose) -> tuple[TextCue, ...]:
    """Return what a document's text states of customers' shares of revenue, in reading order."""
    found: dict[tuple[CueKind, str], TextCue] = {}
    for page, sentence in prose.saying("%", "percent"):
        for kind, shares in _stated(sentence):
            cue = TextCue(kind=kind, quote=sentence, page=page, amounts=shares)
            found.setdefault((kind, sentence), cue)
    return tuple(found.values())


def _stated(sentence: str) -> Iterator[tuple[CueKind, tuple[Decimal, ...]]]:
    if _SHARE_OF.search(sentence) is None or _PARTY.search(sentence) is None:
        return
    for match in _STATES.finditer(sentence):
        who = _TOGETHER.sub("", _CLAUSE.split(sentence[: match.start()])[-1]).strip(" ,")
        if _GROUP.search(who):
            yield from _unless_taken_back(sentence, match, True)
        elif _ENDS_AS_ONE.search(who):
            yield from _unless_taken_back(sentence, match, False)
    for match in _COMES.finditer(sentence):
        if _BEGINS_AS_ONE.match(match["who"]):
            yield from _unless_taken_back(sentence, match, False)


def _unless_taken_back(
    sentence: str, match: re.Match[str], group: bool
) -> Iterator[tuple[CueKind, tuple[Decimal, ...]]]:
    if _TAKEN_BACK.search(sentence[: match.end()]):
        return
    shares = [Decimal(number) / 100 for number in re.findall(r"\d+(?:\.\d+)?", match["shares"])]
    if group and len(shares) > 1 and "respectively" in sentence:
        yield "customer_share", (max(shares),)  # one each, in one year
    elif by_year := _by_year(sentence, shares):
        yield "customer_group_share" if group else "customer_share", by_year


def _by_year(sentence: str, shares: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Return the shares, the latest year first; nothing where it is open which year has which."""
    if len(shares) == 1:
        return (shares[0],)
    if _SHORT_PERIODS.search(sentence):
        return ()
    for listed in _YEARS.findall(sentence):
        years = re.findall(r"\d{4}", listed)
        if len(years) == len(shares):
            ranked = sorted(zip(years, shares, strict=True), reverse=True)
            return tuple(share for _, share in ranked)
    return ()
