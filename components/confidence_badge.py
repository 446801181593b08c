"""Confidence and severity as a word, a number and a shape; colour only repeats them."""

from typing import Literal

import streamlit as st

from components.format import plain, probability
from services.domain.confidence import Band, Confidence, ConfidenceFactor, FactConfidence, band_of
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
_PART_NAMES = ("value", "concept", "period", "unit")


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
    """Draw the named parts of a confidence as bars, each with its reason in words."""
    for factor in confidence.factors:
        _bar(factor)
    if confidence.calibrated:
        st.caption(f"Calibrated on {confidence.labels:,} reviewed insights.")
    else:
        st.caption("Starting weights, not yet calibrated on reviewed insights.")


def show_fact_parts(confidence: FactConfidence) -> None:
    """Draw the four independent parts of a fact's confidence and the reasons behind them."""
    columns = st.columns(len(_PART_NAMES), gap="small")
    for name, column in zip(_PART_NAMES, columns, strict=True):
        value = getattr(confidence, name)
        column.progress(value, text=f"{name.capitalize()} {probability(value)}")
    for told in confidence.evidence:
        st.caption(f"{told.part.capitalize()}: {plain(told.reason)}")


def _bar(factor: ConfidenceFactor) -> None:
    name = plain(factor.name.replace("_", " ").capitalize())
    st.progress(factor.value, text=f"**{name}** · {probability(factor.value)}")
    if factor.reason:
        st.caption(plain(factor.reason))


def _band_colour(total: float) -> Colour:
    return BAND_COLOURS[band_of(total)]
