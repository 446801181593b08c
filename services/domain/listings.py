"""Long lists, a page at a time: what is asked for, and where the next page starts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from pydantic import Field

from services.domain.base import Probability, Record
from services.domain.ids import ChainId, FactId, ReportId, TieOutId
from services.domain.insights import Insight, InsightKind, InsightStatus, Severity
from services.domain.reports import Fact, ReportStatus, TieOut
from services.domain.reviews import ReviewStatus

T = TypeVar("T")
MOST_ITEMS = 200


class Classification(StrEnum):
    """Whether a person has to decide on an insight before anybody relies on it."""

    REVIEW_REQUIRED = "review_required"
    INFORMATIONAL = "informational"


def classification_of(insight: Insight) -> Classification:
    """Return how an insight stands: what waits for a reviewer requires review, everything else informs."""
    if insight.status is InsightStatus.IN_REVIEW:
        return Classification.REVIEW_REQUIRED
    return Classification.INFORMATIONAL


class InsightQuery(Record):
    """Which insights, newest first; ``after`` is the place (time, id) of the last one that was given.

    ``company`` is a report's company in any case, ``period`` the end of the insight's period as an ISO date
    or the beginning of one ('2025' is any period that ends in 2025). ``safe_only`` takes what a CFO may rely
    on, ``without_audits`` leaves out what is under an audit by a person who is not told the confidence.
    """

    report_id: ReportId | None = None
    confidence_min: Probability = 0.0
    kind: InsightKind | None = None
    severity: Severity | None = None
    classification: Classification | None = None
    company: str | None = None
    period: str | None = None
    safe_only: bool = False
    without_audits: bool = False
    after: tuple[str, str] | None = None
    limit: int = Field(default=50, ge=1, le=MOST_ITEMS)

    @property
    def is_plain(self) -> bool:
        """Whether nothing is left out but what is less sure: the next ones of the order are the page."""
        whole = InsightQuery(confidence_min=self.confidence_min, after=self.after, limit=self.limit)
        return self == whole


class ReportQuery(Record):
    """Which reports, newest first; ``after`` is the place (time of upload, id) of the last one that was given."""

    status: ReportStatus | None = None
    after: tuple[str, str] | None = None
    limit: int = Field(default=50, ge=1, le=MOST_ITEMS)


class FactQuery(Record):
    """Which facts, by report and in document order; ``after`` is the place (report, position, id) of the last given."""

    report_id: ReportId | None = None
    concept: str | None = None
    period: str | None = None
    after: tuple[str, int, str] | None = None
    limit: int = Field(default=50, ge=1, le=MOST_ITEMS)


class ReviewItemQuery(Record):
    """Which review items, oldest first; ``after`` is the place (time opened, id) of the last one given."""

    status: ReviewStatus | None = None
    after: tuple[str, str] | None = None
    limit: int = Field(default=50, ge=1, le=MOST_ITEMS)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items of a list and the place of the last one, None where no more follow."""

    items: Sequence[T]
    after: tuple[str | int, ...] | None


@dataclass(frozen=True, slots=True)
class Versions:
    """What made an insight: the model or engine, and the sentence templates with their hash."""

    model: str
    prompt_template: str


@dataclass(frozen=True, slots=True)
class Grounds:
    """What some insights rest on, by id; what is not stored any more is missing."""

    facts: Mapping[FactId, Fact]
    tie_outs: Mapping[TieOutId, TieOut]
    versions: Mapping[ChainId, Versions]
    documents: Mapping[ReportId, str]
