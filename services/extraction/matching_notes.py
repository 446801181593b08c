"""Tables of the notes: which row gives a concept that the primary statements leave out."""

from collections.abc import Sequence
from dataclasses import replace

from services.extraction.cash_flow_rules import INTEREST_PAID, TAIL, TAXES_PAID
from services.extraction.income_rules import INTEREST
from services.extraction.matching_rows import Decisions, RowView, pick, positive_sign
from services.extraction.matching_shares import BODY, match_per_share, zoned_income

_GROSS = 3
"""The first wordings of interest expense; the later ones are too loose outside an income statement."""
_OTHER_INTEREST = r"lease|deposit|paid|accrued|rate|capitalized|tax|pension|benefit"


def match_earnings_per_share(views: Sequence[RowView]) -> Decisions:
    """Map the weighted-average shares and EPS of an earnings-per-share note."""
    decisions = Decisions()
    match_per_share([view for view in zoned_income(views) if view.has_numbers], decisions)
    return decisions


def match_interest(views: Sequence[RowView]) -> Decisions:
    """Map the gross interest expense of a note on other income and expense."""
    rows = [replace(view, zone=BODY) for view in views if view.has_numbers]
    rules = tuple(
        replace(rule, unless=f"{rule.unless}|{_OTHER_INTEREST}", pick="only")
        for rule in INTEREST[:_GROSS]
    )
    decisions = Decisions()
    decisions.decide("interest_expense", pick(rows, rules), positive_sign)
    return decisions


def match_supplemental(views: Sequence[RowView]) -> Decisions:
    """Map the cash paid for interest and for income taxes of a note on supplemental cash flows."""
    rows = [replace(view, zone=TAIL) for view in views if view.has_numbers]
    decisions = Decisions()
    for concept, rules in (("interest_paid", INTEREST_PAID), ("income_taxes_paid", TAXES_PAID)):
        decisions.decide(concept, pick(rows, rules[:2]), positive_sign)
    return decisions
