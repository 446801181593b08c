"""Grave assertions in a report's text: going concern, controls, restatement, auditor, covenants.

The words alone say nothing ("material weakness" stands in every annual report): a cue needs an assertion
about the registrant, in a sentence without a hypothesis and not about an accounting standard.
"""

import re
from typing import NamedTuple

from services.domain.reports import CueKind, TextCue
from services.extraction.sentences import Prose

_CONTROLS = r"(disclosure controls and procedures|internal controls? over financial reporting)"
_DOUBT = r"substantial doubt (about|as to|regarding) (its|our|the (company|corporation|group)[’']?s|[A-Z]\w+[’']s)"
_HYPOTHESIS = re.compile(
    r"\b(could|may|might|would|[Ii]f|[Ww]hether|[Uu]nless|[Nn]o assurance|cannot assure|"
    r"[Ff]ailure to|[Ii]n the event|[Aa]ny (material )?weakness)\b"
)
"""Case counts: "may" is a hypothesis, "May" a month."""
_STANDARD = re.compile(
    r"\b(ASU|ASC|accounting standards?|guidance|FASB|PCAOB|pronouncement|requires? management|"
    r"is a (deficiency|process)|evaluate whether)\b"
)
_PAST = re.compile(r"\b(previously|prior to|alleviated?|remediated|no longer)\b", re.IGNORECASE)


_TELLING = (
    "substantial doubt",
    "not effective",
    "not maintain effective",
    "remediated",
    "be relied",
    "to correct",
    "dismissed",
    "resigned",
    "declined to stand",
    "not in compliance",
    "obtained a waiver",
    "obtained waiver",
)


class _Pattern(NamedTuple):
    """An assertion, and what in its sentence takes it back."""

    kind: CueKind
    asserts: re.Pattern[str]
    refuted: tuple[re.Pattern[str], ...] = (_HYPOTHESIS, _STANDARD)


def _says(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_PATTERNS = (
    _Pattern(
        "going_concern",
        _says(
            rf"((raises?|raised|is|exists?) {_DOUBT}|{_DOUBT}) ability to continue as a going concern"
        ),
        (_HYPOTHESIS, _STANDARD, _PAST),
    ),
    _Pattern(
        "going_concern_resolved",
        _says(
            r"(previously raised|alleviat\w+|no longer)\b.{0,120}substantial doubt|"
            r"substantial doubt.{0,160}\b(alleviated|no longer)"
        ),
    ),
    _Pattern(
        "controls_not_effective",
        _says(
            rf"{_CONTROLS}[^.;]{{0,60}}\b(was|were|are|is) not effective\b|"
            rf"did not maintain effective {_CONTROLS}"
        ),
    ),
    _Pattern(
        "weakness_remediated",
        _says(
            r"material weakness(es)?\b[^.;]{0,160}\b(has|have|had|was|were) (now )?(been )?(fully )?"
            r"remediated|remediated\b[^.;]{0,60}\bmaterial weakness"
        ),
    ),
    _Pattern(
        "non_reliance",
        _says(r"(financial statements?|reports?)\b.{0,160}\bshould no longer be relied (up)?on"),
    ),
    _Pattern(
        "error_corrected",
        _says(
            r"\b(restated|revised|corrected)\b[^.;]{0,120}\bto correct (an?|the|certain|immaterial|for)\b"
            r"[^.;]{0,60}\b(errors?|misstatements?)\b"
        ),
    ),
    _Pattern(
        "auditor_changed",
        _says(
            r"\b(dismissed|resigned|declined to stand for re-?election)\b[^.;]{0,120}"
            r"\bindependent registered public accounting firm|"
            r"\bindependent registered public accounting firm\b[^.;]{0,80}"
            r"\b(was dismissed|resigned|declined to stand)"
        ),
    ),
    _Pattern(
        "covenant_breached",
        _says(
            r"\b(was|were|are|is) not in compliance with\b[^.;]{0,100}\bcovenants?\b|"
            r"\bobtained (a |an )?waivers?\b[^.;]{0,100}\bcovenants?\b|"
            r"\bcovenants?\b[^.;]{0,100}\bobtained (a |an )?waivers?\b"
        ),
    ),
)


def cues_in(prose: Prose) -> tuple[TextCue, ...]:
    """Return the cues of a document's text, in reading order, the same sentence once a kind."""
    found: dict[tuple[CueKind, str], TextCue] = {}
    for page, sentence in prose.saying(*_TELLING):
        for pattern in _PATTERNS:
            if _asserted(pattern, sentence):
                cue = TextCue(kind=pattern.kind, quote=sentence, page=page)
                found.setdefault((pattern.kind, sentence), cue)
    return tuple(found.values())


def _asserted(pattern: _Pattern, sentence: str) -> bool:
    if pattern.asserts.search(sentence) is None:
        return False
    return not any(refuted.search(sentence) for refuted in pattern.refuted)
