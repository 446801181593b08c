"""What a report says of its own figures in sentences, to be held against its statements."""

from datetime import date
from typing import Literal

from services.domain.base import Amount, Record
from services.domain.periods import Span

AmountRole = Literal["level", "before", "change", "growth"]
"""The figure itself, the figure it is compared with, their difference, or the difference as a share."""

Direction = Literal["up", "down"]


class StatedAmount(Record):
    """One number of a sentence: in base units or, for a share, as a fraction; never negative.

    ``unit`` is one unit of the last printed digit; ``about`` says that the sentence calls it approximate.
    """

    role: AmountRole
    value: Amount
    unit: Amount
    about: bool = False


class NarrativeClaim(Record):
    """A sentence that states numbers of one headline figure, quoted with its 1-based page.

    ``subject`` names the figure by its concept or metric; ``year`` is the fiscal year it names and ``span``
    the part of it, None where it names none.
    """

    subject: str
    direction: Direction | None
    amounts: tuple[StatedAmount, ...]
    year: int | None
    span: Span | None = None
    quote: str
    page: int


class CreditLine(Record):
    """A sentence that states undrawn credit: its amount in base units, quoted with its 1-based page."""

    amount: Amount
    quote: str
    page: int


RecastKind = Literal["error", "principle", "discontinued", "split", "restated", "reclassified"]
"""Why earlier figures changed: an error, a change of accounting, a disposal, a share split, unsaid, a move between lines."""


class Recast(Record):
    """A sentence that says why figures of earlier periods changed, exactly as printed, with its 1-based page.

    ``since`` is the day the change counts from, None where the sentence names none: what counted before the
    last report ended does not explain a change since.
    """

    kind: RecastKind = "reclassified"
    text: str
    page: int
    since: date | None = None
