"""What a claim must hold before it is taken: plain sentences for the person who made it."""

from services.domain.concepts import CONCEPTS
from services.domain.corrections import Claim
from services.domain.errors import InvalidInput
from services.domain.provenance import cell_position
from services.domain.reports import Report

MAX_COMMENT = 2000
MAX_LABEL = 300
"""Characters that are kept; longer words are refused, not cut."""


def check_claim(claim: Claim, report: Report) -> None:
    """Return when a claim on a report can be taken; raises InvalidInput with what to mend."""
    _check_place(claim, report)
    if not claim.label.strip():
        raise InvalidInput("Say what the number is: its label is empty.")
    if len(claim.label) > MAX_LABEL:
        raise InvalidInput(
            f"A label has at most {MAX_LABEL} characters; yours has {len(claim.label):,}."
        )
    _check_amount(claim)
    _check_meaning(claim)


def checked_comment(comment: str) -> str:
    """Return the comment without outer blanks; raises InvalidInput when it is too long."""
    words = comment.strip()
    if len(words) > MAX_COMMENT:
        raise InvalidInput(
            f"A comment has at most {MAX_COMMENT:,} characters; yours has {len(words):,}."
        )
    return words


def _check_place(claim: Claim, report: Report) -> None:
    source = claim.source
    if report.format.is_workbook:
        if not source.sheet or cell_position(source.cell or "") is None:
            raise InvalidInput("Choose the cell of the sheet that holds the number.")
        return
    pages = report.page_count or 0
    if source.page is None or not source.boxes:
        raise InvalidInput("Point at the number on its page, so that the fact has a place.")
    if not 1 <= source.page <= pages:
        raise InvalidInput(f"The report has {pages:,} pages; there is no page {source.page:,}.")


def _check_amount(claim: Claim) -> None:
    if claim.scale < 1:
        raise InvalidInput("The scale is 1 or more: units, thousands, millions or billions.")
    if abs(claim.value) != abs(claim.printed_value * claim.scale):
        raise InvalidInput(
            "The value is not the printed number times its scale; check the number and the scale."
        )


def _check_meaning(claim: Claim) -> None:
    if claim.concept is None:
        return
    concept = CONCEPTS.get(claim.concept)
    if concept is None:
        raise InvalidInput(f"“{claim.concept}” is not one of the standard concepts.")
    if concept.instant and not claim.period.is_instant:
        raise InvalidInput(
            f"{concept.name} is a balance at a date; choose a date and not a stretch of time."
        )
    if not concept.instant and claim.period.is_instant:
        raise InvalidInput(
            f"{concept.name} is of a stretch of time; choose its first and its last day."
        )
    if concept.unit is not claim.unit:
        raise InvalidInput(f"{concept.name} counts {concept.unit.value}, not {claim.unit.value}.")
