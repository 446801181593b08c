"""What a report's own text asserts.

Going concern (K11), controls (K12), corrections (K13), auditor (K14), covenants (K15).

Each finding is a quotation with its page; no number is computed, and nothing is said that the sentence
does not say.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from services.analysis.finding import CannotCompute, Context, Finding
from services.domain.insights import Quote, Severity
from services.domain.periods import Period
from services.domain.reports import CueKind, TextCue

_CONCLUDES = ("concluded", "auditor", "raise", "restated")
"""Words of the sentence to quote first, where several assert the same."""


class _Said(NamedTuple):
    """How bad one kind of assertion is, and its template."""

    kind: CueKind
    template: str
    severity: Severity


_RULES: dict[str, tuple[_Said, ...]] = {
    "K11": (
        _Said("going_concern", "K11", Severity.CRITICAL),
        _Said("going_concern_resolved", "K11 resolved", Severity.MEDIUM),
    ),
    "K12": (
        _Said("controls_not_effective", "K12", Severity.HIGH),
        _Said("weakness_remediated", "K12 remediated", Severity.LOW),
    ),
    "K13": (
        _Said("non_reliance", "K13", Severity.CRITICAL),
        _Said("error_corrected", "K13 corrected", Severity.HIGH),
    ),
    "K14": (_Said("auditor_changed", "K14", Severity.LOW),),
    "K15": (_Said("covenant_breached", "K15", Severity.HIGH),),
}


_YEAR = re.compile(r"\b20\d\d\b")


def years_named(cue: TextCue) -> list[int]:
    """Return the years that a sentence names, in the order in which it does."""
    return [int(year) for year in _YEAR.findall(cue.quote)]


def rule(rule_id: str) -> Callable[[Context], list[Finding]]:
    """Return the run of one of these rules."""
    return partial(_asserted, said=_RULES[rule_id])


def _asserted(context: Context, said: tuple[_Said, ...]) -> list[Finding]:
    if context.cues is None:
        raise CannotCompute("a workbook has no running text to search")
    period = context.income or next(iter(context.view.balance_dates()), None) or context.dated
    if period is None:
        raise CannotCompute("neither a statement nor the cover tells which day the text is about")
    return [
        _finding(kind, cues, period)
        for kind in said
        if (cues := [cue for cue in context.cues if cue.kind == kind.kind])
    ]


def _finding(said: _Said, cues: list[TextCue], period: Period) -> Finding:
    ranked = sorted(cues, key=lambda cue: not any(w in cue.quote.lower() for w in _CONCLUDES))
    first = ranked[0]
    return Finding(
        period=period,
        severity=said.severity,
        template=said.template,
        values={"quote": first.quote.rstrip("."), "p": str(first.page)},
        inputs=(),
        calculations=(),
        threshold="an assertion about the registrant, not a hypothesis, not an accounting standard",
        quotes=tuple(Quote(text=cue.quote, page=cue.page) for cue in ranked),
        key=said.kind,
    )
