"""What people set of a company's materiality, beside what the product proposes."""

from decimal import Decimal
from typing import Literal

from services.domain.base import Amount, Instant, Record
from services.domain.ids import ChoiceId, UserId

BaseConcept = Literal[
    "income_before_tax", "revenue", "gross_profit", "total_assets", "stockholders_equity"
]
"""What overall materiality can be a percentage of."""

PERCENT_LIMITS: dict[BaseConcept, tuple[Decimal, Decimal]] = {
    "income_before_tax": (Decimal("0.01"), Decimal("0.10")),
    "revenue": (Decimal("0.001"), Decimal("0.02")),
    "gross_profit": (Decimal("0.005"), Decimal("0.04")),
    "total_assets": (Decimal("0.001"), Decimal("0.02")),
    "stockholders_equity": (Decimal("0.005"), Decimal("0.05")),
}
"""The widest range in practice around the usual one; beyond it the page asks for a fixed amount."""
PERFORMANCE_LIMITS = (Decimal("0.40"), Decimal("0.90"))


class MaterialityChoice(Record):
    """One version of what a person set for a company; never changed, only followed by a later one.

    ``base`` and ``percent`` replace the proposed base, ``performance_share`` the proposed share of overall
    materiality, ``cap`` limits overall materiality from above, ``fixed`` sets it outright (base units), and
    with it ``performance`` and ``trivial``; None leaves the proposal. ``withdrawn`` says that from here on
    the proposal stands.
    """

    choice_id: ChoiceId
    company: str
    version: int
    base: BaseConcept | None = None
    percent: Amount | None = None
    performance_share: Amount | None = None
    cap: Amount | None = None
    fixed: Amount | None = None
    performance: Amount | None = None
    trivial: Amount | None = None
    comment: str
    made_by: UserId
    made_by_name: str
    made_at: Instant
    replaces: ChoiceId | None = None
    withdrawn: bool = False


def company_key(name: str) -> str:
    """Return what two spellings of a company's name share: letter case and blanks do not count."""
    return " ".join(name.casefold().split())
