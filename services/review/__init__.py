"""Stage 5: the review queue and what people decide on it; every rule is kept here and again in the store."""

from services.review.bench import MAX_COMMENT
from services.review.desk import ReviewDesk
from services.review.items import open_finding, open_item, reopened_item

__all__ = ["MAX_COMMENT", "ReviewDesk", "open_finding", "open_item", "reopened_item"]
