"""What kind of company the statements show, read from their shape and labels only."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.analysis.facts_view import FactsView, Missing
from services.domain.reports import Statement

_FINANCIAL = re.compile(
    r"\bdeposits\b(?!.*(utility|customer))|federal funds|net interest income|"
    r"(provision|allowance) for (credit|loan) losses|policyholder|unearned premiums|"
    r"premiums earned|net premiums|loans held|trading (assets|liabilities)|reinsurance",
    re.IGNORECASE,
)
_UTILITY = re.compile(r"utility plant|regulatory (assets|liabilities)", re.IGNORECASE)
_PROPERTY = re.compile(r"real estate (held|investments|assets)|rental (income|properties)", re.I)
_MANUFACTURER = re.compile(
    r"raw materials|work.in.(process|progress)|finished goods|manufactur", re.IGNORECASE
)
_MEZZANINE = re.compile(r"redeemable|mezzanine|temporary equity", re.IGNORECASE)
_FINANCIAL_ROWS = 2
"""One such label can stand on any company's statements; two do not."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The shape of the statements that decides which measures mean something."""

    classified: bool
    financial: bool
    utility: bool
    property_company: bool
    manufacturer: bool
    mezzanine: bool

    @property
    def liquidity_objection(self) -> str | None:
        """Why current and quick ratios say nothing here, or None when they do."""
        if self.financial:
            return "the statements are those of a bank or insurer, whose liquidity is managed otherwise"
        if not self.classified:
            return "the balance sheet is unclassified: no current assets or liabilities are printed"
        if self.utility:
            return "a utility runs on negative working capital; the level is no warning"
        return None


def profile_of(statements: Sequence[Statement], view: FactsView) -> Profile:
    """Return the company's profile from the consolidated statements' labels."""
    labels = [
        f"{row.section or ''} {row.label}"
        for statement in statements
        if statement.basis == "consolidated" and statement.kind.is_primary
        for row in statement.rows
    ]
    dates = view.balance_dates()
    classified = any(
        not isinstance(view.get(concept, date), Missing)
        for date in dates
        for concept in ("total_current_assets", "total_current_liabilities")
    )
    return Profile(
        classified=classified,
        financial=not classified and _count(labels, _FINANCIAL) >= _FINANCIAL_ROWS,
        utility=_count(labels, _UTILITY) > 0,
        property_company=_count(labels, _PROPERTY) > 0,
        manufacturer=_count(labels, _MANUFACTURER) > 0,
        mezzanine=_count(labels, _MEZZANINE) > 0,
    )


def _count(labels: Sequence[str], pattern: re.Pattern[str]) -> int:
    return sum(bool(pattern.search(label)) for label in labels)
