"""On how much the confidence of facts was calibrated: said beside it, so that nobody takes it on faith."""

from dataclasses import dataclass

from services.domain.provenance import SourceRef


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the confidence was measured on, and how far it was off.

    ``cells`` are printed numbers, ``wrong`` of them misread on purpose; ``verified`` are values known
    from an outside source. ``ece`` is the expected calibration error on the cells.
    """

    filings: int
    companies: int
    cells: int
    wrong: int
    verified: int
    ece: float


CALIBRATION = Calibration(
    filings=46, companies=17, cells=21_354, wrong=672, verified=2_511, ece=0.010
)
"""``python -m tests.bench.calibration`` fails when it measures anything else."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """How many numbers of filings drawn as scans were read, and the share of them that was right."""

    filings: int
    numbers: int
    right: float


RECOGNITION = Recognition(filings=6, numbers=2_640, right=0.986)
"""``python -m tests.bench.scans`` fails when it measures a lower share."""


def calibration_words(source: SourceRef) -> str:
    """Return on how much the confidence of a fact from this place was calibrated."""
    if source.page is None:
        return "Not calibrated on workbooks yet: the parts begin with starting weights."
    if source.recognised:
        return (
            f"Read from a picture. Of {RECOGNITION.numbers:,} numbers in {RECOGNITION.filings} filings "
            f"drawn as scans of 200 dpi, {100 * RECOGNITION.right:.1f} % were read right; "
            "real scans may be worse."
        )
    measured = CALIBRATION
    return (
        f"Calibrated on {measured.cells:,} numbers of {measured.filings} filings by "
        f"{measured.companies} companies, {measured.wrong:,} of them misread on purpose: off by "
        f"{100 * measured.ece:.1f} percentage points on average. "
        f"Compared with {measured.verified:,} values verified elsewhere."
    )
