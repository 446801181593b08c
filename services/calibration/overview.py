"""What the Calibration page shows: how good the stated confidences are, and what stands open."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.confidence.acceptance import Acceptance, RuleVersion, acceptance_of
from services.confidence.learn import Label, Rules, score_of
from services.confidence.measures import Measured, measured
from services.domain.confidence import Band, band_of
from services.domain.policy import Policy, PolicyProposal, PolicyRuling
from services.domain.scoring import Scoring


@dataclass(frozen=True, slots=True)
class BandPrecision:
    """How many labels of a band there are and how many of them were accepted."""

    band: Band
    labels: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the Calibration page shows; ``measured`` is None while no sealed label is there.

    ``labels`` counts all, ``tuning`` those that tune and ``audited`` those drawn from what published by
    itself, ``waiting`` those not taken up yet; ``measured`` and ``bands`` are of the sealed rest. ``open``
    are proposals nobody ruled on yet.
    """

    scoring: Scoring
    labels: int
    tuning: int
    audited: int
    waiting: int
    measured: Measured | None
    bands: tuple[BandPrecision, ...]
    rules: tuple[tuple[RuleVersion, Acceptance], ...]
    policies: tuple[Policy, ...]
    open: tuple[PolicyProposal, ...]
    ruled: tuple[tuple[PolicyProposal, PolicyRuling], ...]


def overview_of(
    scoring: Scoring,
    labels: Sequence[Label],
    rules: Rules,
    policies: Sequence[Policy],
    proposals: Sequence[PolicyProposal],
    rulings: Sequence[PolicyRuling],
) -> Overview:
    """Return everything by the scoring in force; measured on the sealed labels alone."""
    sealed = [label for label in labels if label.is_sealed]
    scores = [score_of(one.insight, rules, scoring).total for one in sealed]
    ruled = {one.proposal_id: one for one in rulings}
    return Overview(
        scoring=scoring,
        labels=len(labels),
        tuning=len(labels) - len(sealed),
        audited=sum(label.is_sample for label in labels),
        waiting=max(0, len(labels) - scoring.labels),
        measured=_measured(scores, sealed),
        bands=_bands(scores, sealed),
        rules=tuple((rule, acceptance_of(rule, scoring.counts)) for rule in rules.values()),
        policies=tuple(policies),
        open=tuple(one for one in proposals if one.proposal_id not in ruled),
        ruled=tuple((one, ruled[one.proposal_id]) for one in proposals if one.proposal_id in ruled),
    )


def _measured(scores: Sequence[float], sealed: Sequence[Label]) -> Measured | None:
    if not sealed:
        return None
    accepted = [label.accepted for label in sealed]
    return measured(scores, accepted, [label.weight for label in sealed])


def _bands(scores: Sequence[float], sealed: Sequence[Label]) -> tuple[BandPrecision, ...]:
    pairs = [(band_of(score), label.accepted) for score, label in zip(scores, sealed, strict=True)]
    found = ((band, [accepted for own, accepted in pairs if own is band]) for band in Band)
    return tuple(BandPrecision(band, len(one), sum(one)) for band, one in found)
