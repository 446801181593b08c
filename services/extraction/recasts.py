"""Sentences that say why prior-year figures are not what they were, by the kind of reason they give.

A sentence is taken only where it says that something was changed: plans, policies, negations, and what
concerns segments, the management's structure or non-GAAP measures give no reason for a statement's figure.
"""

import re
from datetime import date, timedelta
from typing import NamedTuple

from services.domain.narrative import Recast, RecastKind
from services.extraction.sentences import Prose

_SAID = re.compile(r"\b(?:has|have|had|was|were|is|are|been|we|made|changed|adopted)\b", re.I)
_PRIOR = (
    r"\b(?:prior|previous|comparative|earlier|all)\b[^.;]{0,60}\b"
    r"(?:periods?|years?|amounts?|figures?|financial statements|results|information)\b|"
    r"\bpreviously (?:issued|reported)\b"
)
_NOT_SAID = re.compile(
    r"\b(?:not (?:been |be )?(?:retrospectively|restated|recast|revised|reclassified)|may|could|would|"
    r"should|must|will|expects?|permits?|permitted|either|if|whether|without|rather than|plans? to|"
    r"(?:do|does|did) not|nor|no (?:other|longer|restatements?|adjustments?|changes?)|"
    r"there (?:were|was) no|check mark|can|required to|subject to|only to|issued ASU|FASB issued|"
    r"for a discussion|cumulative[- ]effect (?:adjustment|approach))\b|"
    r"\bamend(?:ed|ment) and\b|\band restated\b(?=[^.;]{0,60}(?:agreement|plan|by-?laws|certificate|articles))|"
    r"\b(?:disposal group|component)s? (?:that|which)\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\bnon-GAAP|\bsegments?\b|\breportable\b|\b(?:management|organi[sz]ational|reporting) structure\b|"
    r"\breporting units?\b|\bas defined by management\b|\btables? (?:above|below)|\b(?:above|below) tables?|"
    r"\bin the notes to\b|\bmethodology\b|\bhedg|\bcompensation (?:change|plan|committee)|\bclawback|"
    r"\brecoup|\brisk factors?\b",
    re.IGNORECASE,
)
_WITHIN_EQUITY = re.compile(r"\bAOCI\b|\baccumulated other comprehensive\b", re.IGNORECASE)
_FOOTNOTE = re.compile(r"^(?:.{0,400} )?\([a-z0-9]\) ")
_MARK = re.compile(r"^\([a-z0-9]\) ")
_NUMBERS = re.compile(r"\d[\d,.]*")
_MANY_NUMBERS = 12
"""A sentence of so many numbers is a table."""
_ENDS = '.!?”")'
"""A sentence that ends otherwise runs on over the page."""
_LONGEST, _MOST = 600, 24


class _Cue(NamedTuple):
    """What tells a kind of reason; ``prior`` says that the sentence has to speak of earlier periods too."""

    kind: RecastKind
    tells: re.Pattern[str]
    prior: bool = True


def _says(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_BACKWARDS = r"(?<!modified )\bretro(?:spective|spectively|actively)\b"
_RETROSPECTIVE = (
    rf"\b(?:appl|adopt|adjust|recast|restat|revis|chang|present)\w*\b[^.;]{{0,140}}{_BACKWARDS}|"
    rf"{_BACKWARDS}[^.;]{{0,60}}\b(?:appl|adopt|adjust|recast|restat|revis)"
)
_ADOPTED = (
    r"(?=.*\b(?:reclassified|recast|restated|revised|adjusted|conformed)\b)"
    r".*\badopt(?:ion of|ed)\b[^.;]{0,80}\b(?:ASU|ASC|IFRS|IAS|standards?|guidance)\b"
)
_CUES = (
    _Cue(
        "split",
        _says(
            r"\b(?:has|have|are|were) (?:been )?(?:retro\w+ )?(?:adjusted|restated)\b[^.;]{0,80}\bsplit\b"
        ),
        prior=False,
    ),
    _Cue(
        "discontinued",
        _says(
            r"\b(?:presented|reflected|reported|classified|recast)\b[^.;]{0,60}\bas (?:a )?discontinued operations?\b|"
            r"\bdiscontinued operations?\b[^.;]{0,120}\b(?:recast|restated|reclassified)\b|"
            r"\b(?:recast|restated)\b[^.;]{0,120}\bdiscontinued operations?\b"
        ),
    ),
    _Cue("principle", _says(_RETROSPECTIVE), prior=False),
    _Cue("principle", _says(_ADOPTED)),
    _Cue(
        "principle",
        _says(
            r"\b(?:adopted|made|elected)\b[^.;]{0,40}\bchange in accounting (?:principle|policy|method)|"
            r"\bchanged (?:its|our|the) (?:method of accounting|accounting (?:policy|principle|method))"
        ),
        prior=False,
    ),
    _Cue(
        "error",
        _says(
            r"\bcorrections? of\b[^.;]{0,40}\b(?:errors?|misstatements?)\b|\bimmaterial errors?\b|"
            r"\b(?:restated|revised|corrected|adjusted|recast)\b[^.;]{0,140}\bto correct\b|"
            r"\bas restated\b|(?<!and )\brestatements? of\b|\bthe restatement\b"
        ),
    ),
    _Cue(
        "reclassified",
        _says(
            r"\breclassified\b|\breclassifications? (?:has|have|was|were)\b|\breclassification adjustments\b|"
            r"\bconform(?:ed)?\b[^.;]{0,60}\bpresentation\b"
        ),
    ),
    _Cue("restated", _says(r"\b(?:has|have|been|was|were|we)\b[^.;]{0,25}\b(?:recast|restated|revised)\b")),
)  # fmt: skip
"""In the order in which they are tried: a new principle or a disposal explains a restatement, no error does."""
_WORDS = (
    "reclassif", "conform", "recast", "restate", "revised", "retrospectiv", "retroactiv", "adopt",
    "discontinued operation", "accounting principle", "accounting policy", "method of accounting",
    "correct", "immaterial error", "split",
)  # fmt: skip
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DATED = re.compile(
    rf"\b(?:effective|on|beginning|adopted)\b[^.;]{{0,30}}?\b({'|'.join(_MONTHS)}) (\d{{1,2}}), (20\d\d)\b"
)
_IN_YEAR = re.compile(
    r"\b(?:quarter of|Q[1-4]|effective|effective in|beginning in|since) (?:fiscal )?(?:year )?(20\d\d)\b|"
    r"\b(?:in|during) (?:fiscal )?(?:year )?(20\d\d),? (?:we|the company)\b",
    re.IGNORECASE,
)


def recasts_in(prose: Prose) -> tuple[Recast, ...]:
    """Return the sentences that say so, in reading order, the same words once; the first two dozen."""
    found: dict[str, Recast] = {}
    for page, sentence in prose.saying(*_WORDS):
        kind = _kind(sentence)
        if kind is not None:
            words = _MARK.sub("", sentence)
            found.setdefault(
                words, Recast(kind=kind, text=words, page=page, since=_since(kind, sentence))
            )
    return tuple(found.values())[:_MOST]


def _kind(sentence: str) -> RecastKind | None:
    broken = sentence[-1:] not in _ENDS or len(_NUMBERS.findall(sentence)) > _MANY_NUMBERS
    if broken or len(sentence) > _LONGEST or _SAID.search(sentence) is None:
        return None
    if _NOT_SAID.search(sentence) or _ELSEWHERE.search(sentence):
        return None
    prior = re.search(_PRIOR, sentence, re.IGNORECASE) is not None
    told = (cue.kind for cue in _CUES if (prior or not cue.prior) and cue.tells.search(sentence))
    kind = next(told, None)
    vague = kind in {"reclassified", "restated"}
    of_a_table = vague and (_FOOTNOTE.match(sentence) or _WITHIN_EQUITY.search(sentence))
    return None if of_a_table else kind


def _since(kind: RecastKind, sentence: str) -> date | None:
    """Return the day from which a change of accounting or a disposal counts; a year's first day where no more is said."""
    if kind not in {"principle", "discontinued", "split"}:
        return None
    dated = [_day(*found) for found in _DATED.findall(sentence)]
    years = [date(int(one or other), 1, 1) for one, other in _IN_YEAR.findall(sentence)]
    return max(dated or years, default=None)


def _day(month: str, day: str, year: str) -> date:
    first = date(int(year), _MONTHS.index(month) + 1, 1)
    return first + timedelta(days=int(day) - 1)
