"""Confidence and severity as a word, a number and a shape; colour only repeats them."""

from typing import Literal

import streamlit as st

from components.format import plain, probability
from services.domain.confidence import (
    PARTS,
    Band,
    Confidence,
    ConfidenceFactor,
    FactConfidence,
    Part,
    band_of,
)
from services.domain.insights import InsightKind, InsightStatus, Severity

SHAPES = {Band.HIGH: "▲", Band.MEDIUM: "■", Band.LOW: "▼"}
Colour = Literal["red", "orange", "blue", "violet", "gray"]

BAND_COLOURS: dict[Band, Colour] = {Band.HIGH: "blue", Band.MEDIUM: "orange", Band.LOW: "violet"}
SEVERITY_COLOURS: dict[Severity, Colour] = {
    Severity.CRITICAL: "red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "orange",
    Severity.LOW: "gray",
    Severity.INFO: "gray",
}
SEVERITY_ICONS = {
    Severity.CRITICAL: ":material/error:",
    Severity.HIGH: ":material/priority_high:",
    Severity.MEDIUM: ":material/remove:",
    Severity.LOW: ":material/arrow_downward:",
    Severity.INFO: ":material/info:",
}
KIND_ICONS = {
    InsightKind.ANOMALY: ":material/troubleshoot:",
    InsightKind.TREND: ":material/trending_up:",
    InsightKind.RISK: ":material/shield:",
}
STATUS_WORDS = {
    InsightStatus.PUBLISHED: "Published automatically",
    InsightStatus.OPEN: "With the analyst",
    InsightStatus.IN_REVIEW: "In review",
    InsightStatus.APPROVED: "Approved by a reviewer",
    InsightStatus.REJECTED: "Rejected by a reviewer",
}
_PART_NAMES: dict[Part, str] = {
    "value": "Value",
    "concept": "Concept",
    "period": "Period",
    "unit": "Unit and scale",
}


def band_words(total: float) -> str:
    """Return shape and word of a probability: '▲ High'."""
    band = band_of(total)
    return f"{SHAPES[band]} {band.value.capitalize()}"


def confidence_words(total: float) -> str:
    """Return shape, word and percent: '▲ High · 94%'."""
    return f"{band_words(total)} · {probability(total)}"


def severity_words(severity: Severity) -> str:
    """Return a severity with a capital: 'Critical'."""
    return severity.value.capitalize()


def show_confidence(total: float) -> None:
    """Draw the confidence badge."""
    st.badge(f"Confidence {confidence_words(total)}", color=_band_colour(total))


def show_severity(severity: Severity) -> None:
    """Draw the severity badge."""
    words = (
        "For information" if severity is Severity.INFO else f"{severity_words(severity)} severity"
    )
    st.badge(
        words,
        icon=SEVERITY_ICONS[severity],
        color=SEVERITY_COLOURS[severity],
    )


def show_kind(kind: InsightKind) -> None:
    """Draw what kind of analysis found it."""
    st.badge(kind.value.capitalize(), icon=KIND_ICONS[kind], color="gray")


def show_status(status: InsightStatus) -> None:
    """Draw where people stand with it."""
    st.badge(STATUS_WORDS[status], color="gray")


def show_factors(confidence: Confidence) -> None:
    """Draw the named parts of a confidence as bars, each with its reason in words, and what the whole is worth."""
    for factor in confidence.factors:
        _bar(factor)
    st.caption(calibration_words(confidence))


def calibration_words(confidence: Confidence) -> str:
    """Return what a confidence has been worth: how many in 100 like it were right, or that it is an estimate."""
    if not confidence.calibrated:
        return "Estimate, not yet calibrated on reviewed insights: the parts begin with starting weights."
    as_of = f", as of {confidence.as_of:%b %-d, %Y}" if confidence.as_of else ""
    return (
        f"Of statements scored like this, about {100 * confidence.total:.0f} in 100 have been right "
        f"(n = {confidence.labels:,}{as_of})."
    )


def show_person(words: str) -> None:
    """Draw that a person stated a number."""
    st.badge(plain(words), icon=":material/person:", color="green")


def show_fact_parts(confidence: FactConfidence) -> None:
    """Draw the four independent parts of a fact's confidence as bars, each with its own reasons."""
    with st.grid(len(PARTS), gap="small"):
        for part in PARTS:
            with st.container(gap="xsmall"):
                value = getattr(confidence, part)
                st.progress(value, text=f"**{_PART_NAMES[part]}** · {probability(value)}")
                for line in part_reasons(confidence, part):
                    st.caption(plain(line))


def part_reasons(confidence: FactConfidence, part: Part) -> list[str]:
    """Return why a part is as sure as it is, the strongest reason first: '+ adds up …', '− does not …'."""
    told = [evidence for evidence in confidence.evidence if evidence.part == part]
    told.sort(key=lambda evidence: -abs(evidence.log_odds))
    return [f"{_sign(one.log_odds)} {one.reason}" for one in told] or ["no evidence was kept"]


def _sign(moved: float) -> str:
    return "+" if moved > 0 else "\N{MINUS SIGN}" if moved < 0 else "·"


def _bar(factor: ConfidenceFactor) -> None:
    name = plain(factor.name.replace("_", " ").capitalize())
    st.progress(factor.value, text=f"**{name}** · {probability(factor.value)}")
    if factor.reason:
        st.caption(plain(factor.reason))


def _band_colour(total: float) -> Colour:
    return BAND_COLOURS[band_of(total)]
