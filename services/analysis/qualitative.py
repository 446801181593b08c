"""What makes a possible misstatement worse than its amount (§2.5, after SAB 99): each reason is one level more.

For amounts that do not fit each other (failed checks, two printed values) and not for what a company did well or badly:
growth is no misstatement. Profit and EPS are held against amounts of the income statement only, net income and EPS
against what is left of them after tax.
"""

import re
from decimal import Decimal
from typing import NamedTuple

from services.analysis import wording
from services.analysis.facts_view import Missing
from services.analysis.finding import Context, raised
from services.domain.concepts import CONCEPTS, StatementKind
from services.domain.insights import Severity
from services.domain.reports import Fact

CENT = Decimal("0.01")
HIGHEST_RATE = Decimal("0.60")
"""An effective tax rate above it, or below zero, says nothing about the tax on another amount."""
_CUES = {
    "covenant_breached": "a covenant was broken",
    "going_concern": "there is doubt about going concern",
    "controls_not_effective": "controls were not effective",
}
_PAID_FOR = {
    "revenue": re.compile(r"\b(?:revenues?|net sales)\b", re.IGNORECASE),
    "operating_income": re.compile(r"\boperating (?:income|profit|earnings)\b", re.IGNORECASE),
    "income_before_tax": re.compile(r"\bpre-?tax\b|\bbefore (?:income )?taxes\b", re.IGNORECASE),
    "net_income": re.compile(r"\bnet (?:income|earnings)\b", re.IGNORECASE),
    "cash_from_operations": re.compile(
        r"\boperating cash flow|\bcash flows? from operati", re.IGNORECASE
    ),
}
"""How a sentence about pay names a figure."""
_BELOW_OPERATIONS = frozenset({"interest_expense", "income_before_tax"})
_AFTER_TAX = frozenset({"income_tax_expense", "net_income", "net_income_incl_nci"})
_NO_RATE = "not held against net income and EPS: no tax rate of 0 to 60 % was read for the period"


class AtRisk(NamedTuple):
    """The severity of an amount that may be wrong, what raises it, and what could not be judged."""

    severity: Severity
    reasons: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()

    def told(self, threshold: str) -> str:
        """Return the threshold with what was judged beside the amount."""
        return "; ".join(("; raised: ".join((threshold, *self.reasons)), *self.unjudged))


def severity_at_risk(context: Context, amount: Decimal, about: Fact) -> AtRisk:
    """Return the severity of an amount that may be wrong in a figure, and why it is more than the amount alone says.

    A clearly trivial amount is LOW and stays so; without materiality it is MEDIUM.
    """
    if isinstance(context.materiality, Missing):
        return AtRisk(Severity.MEDIUM)
    severity = context.severity(amount)
    if severity is None:
        return AtRisk(Severity.LOW)
    reasons = (*_cues(context), *_paid_for(context, about))
    unjudged: tuple[str, ...] = ()
    if _of_income(about):
        after_tax = _after_tax(context, amount, about)
        earned = (
            _turns_profit(context, amount, about, after_tax),
            _turns_earnings(context, about, after_tax),
        )
        reasons = (*filter(None, earned), *reasons)
        unjudged = (_NO_RATE,) if after_tax is None else ()
    for _ in reasons:
        severity = raised(severity)
    return AtRisk(severity, reasons, unjudged)


class _Net(NamedTuple):
    """What an amount leaves of net income, and the words for the tax taken off."""

    amount: Decimal
    words: str = ""


def _of_income(about: Fact) -> bool:
    """Whether a figure is a line of the income statement, there or in a note."""
    if about.statement.is_primary or about.concept not in CONCEPTS:
        return about.statement is StatementKind.INCOME
    return CONCEPTS[about.concept].statement is StatementKind.INCOME


def _after_tax(context: Context, amount: Decimal, about: Fact) -> _Net | None:
    """Return the amount less tax at the period's own rate; None where that is not known or not plausible."""
    if about.concept in _AFTER_TAX:
        return _Net(abs(amount))
    tax = context.view.get("income_tax_expense", about.period)
    income = context.view.get("income_before_tax", about.period)
    if isinstance(tax, Missing) or isinstance(income, Missing) or income.value == 0:
        return None
    rate = tax.value / income.value
    if not 0 <= rate <= HIGHEST_RATE:
        return None
    return _Net(abs(amount) * (1 - rate), f"after tax at {wording.percent(rate)}, ")


def _turns_profit(
    context: Context, amount: Decimal, about: Fact, after_tax: _Net | None
) -> str | None:
    """A profit could be a loss, or the other way round."""
    held = {"net_income": after_tax}
    if about.concept not in _AFTER_TAX | _BELOW_OPERATIONS:
        held["operating_income"] = _Net(abs(amount))
    for concept, net in held.items():
        fact = context.view.get(concept, about.period)
        if net is not None and isinstance(fact, Fact) and 0 < abs(fact.value) < net.amount:
            return f"{net.words}it is more than the {concept.replace('_', ' ')}, whose sign it could change"
    return None


def _cues(context: Context) -> tuple[str, ...]:
    found = [_CUES[cue.kind] for cue in context.cues or () if cue.kind in _CUES]
    return (f"the text says that {found[0]}",) if found else ()


def _paid_for(context: Context, about: Fact) -> tuple[str, ...]:
    """Management's pay depends on this very figure."""
    named = _PAID_FOR.get(about.concept or "")
    pages = [
        cue.page
        for cue in context.cues or ()
        if cue.kind == "pay_metric" and named is not None and named.search(cue.quote)
    ]
    return (f"page {pages[0]} says that management's pay is based on it",) if pages else ()


def _turns_earnings(context: Context, about: Fact, after_tax: _Net | None) -> str | None:
    """EPS would move by a cent or more, and its change on the year before would turn round."""
    shares = context.view.get("shares_diluted_wavg", about.period)
    now = context.view.get("eps_diluted", about.period)
    before = context.view.get("eps_diluted", context.view.year_before("eps_diluted", about.period))
    if not (isinstance(shares, Fact) and isinstance(now, Fact) and isinstance(before, Fact)):
        return None
    if after_tax is None or shares.value <= 0:
        return None
    each, move = after_tax.amount / shares.value, abs(now.value - before.value)
    turned = each >= CENT and each > move > 0
    return f"{after_tax.words}it could turn the change of EPS round" if turned else None
