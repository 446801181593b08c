"""Where a review item's claim comes from: the cells and chain of an insight, the page of a finding."""

from components import frame
from components.evidence import show_evidence
from components.reasoning_chain import show_chain
from components.session import services
from components.source_view import show_page
from services.domain.insights import Insight
from services.domain.reviews import ReviewItem
from services.review.queue import Subject

_PAGE_HEIGHT = 620


def show_source(item: ReviewItem, subject: Subject, key: str, height: int) -> None:
    """Draw the source; an open audit is shown without its chain and without how sure we are."""
    if isinstance(subject, Insight):
        show_evidence(subject, f"{key}_{subject.insight_id}", height, blind=item.is_blind)
        if not item.is_blind:
            show_chain(subject.insight_id)
        return
    report = services().ports.records.report(item.report_id)
    if report is None or subject.page is None:
        frame.empty("No page", "This finding is about the document as a whole.")
        return
    show_page(report, subject.page, f"{key}_{subject.finding_id}", _PAGE_HEIGHT)
