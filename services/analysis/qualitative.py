"""What makes a possible misstatement worse than its amount (§2.5, after SAB 99): each reason is one level more.

For amounts that do not fit each other (failed checks, two printed values) and not for what a company did well or badly:
growth is no misstatement.
"""

from decimal import Decimal

from services.analysis.facts_view import Missing
from services.analysis.finding import Context, raised
from services.domain.insights import Severity
from services.domain.reports import Fact

CENT = Decimal("0.01")
_PROFITS = ("net_income", "operating_income")
_CUES = {
    "covenant_breached": "a covenant was broken",
    "going_concern": "there is doubt about going concern",
    "controls_not_effective": "controls were not effective",
    "non_reliance": "published statements are not to be relied upon",
}


def severity_at_risk(context: Context, amount: Decimal) -> tuple[Severity, tuple[str, ...]]:
    """Return the severity of an amount that may be wrong, and why it is more than the amount alone says.

    A clearly trivial amount is LOW and stays so; without materiality it is MEDIUM.
    """
    if isinstance(context.materiality, Missing):
        return Severity.MEDIUM, ()
    severity = context.severity(amount)
    if severity is None:
        return Severity.LOW, ()
    reasons = (*_turns_profit(context, amount), *_cues(context), *_turns_earnings(context, amount))
    for _ in reasons:
        severity = raised(severity)
    return severity, reasons


def _turns_profit(context: Context, amount: Decimal) -> tuple[str, ...]:
    """A profit could be a loss, or the other way round."""
    for concept in _PROFITS:
        fact = context.view.get(concept, context.income)
        if isinstance(fact, Fact) and 0 < abs(fact.value) < abs(amount):
            return (f"it is more than the {concept.replace('_', ' ')}, whose sign it could change",)
    return ()


def _cues(context: Context) -> tuple[str, ...]:
    found = [_CUES[cue.kind] for cue in context.cues or () if cue.kind in _CUES]
    return (f"the text says that {found[0]}",) if found else ()


def _turns_earnings(context: Context, amount: Decimal) -> tuple[str, ...]:
    """EPS would move by a cent or more, and its change on the year before would turn round."""
    shares = context.view.get("shares_diluted_wavg", context.income)
    now = context.view.get("eps_diluted", context.income)
    earlier = context.income and context.view.year_before("eps_diluted", context.income)
    before = context.view.get("eps_diluted", earlier)
    if not (isinstance(shares, Fact) and isinstance(now, Fact) and isinstance(before, Fact)):
        return ()
    if shares.value <= 0:
        return ()
    each, move = abs(amount) / shares.value, abs(now.value - before.value)
    return ("it could turn the change of EPS round",) if each >= CENT and each > move > 0 else ()
