"""What the residual of a sum suggests: a wrong sign, transposed digits, a row counted wrongly."""

from collections.abc import Sequence
from decimal import Decimal

from services.domain.reports import Fact

_TRANSPOSED = 9


def likely_cause(gap: Decimal, total: Fact, members: Sequence[Fact]) -> str:
    """Return the likeliest reading error or misprint behind a gap, as part of a sentence."""
    for fact in members:
        amount = fact.printed_value * fact.scale
        label = fact.label.strip(" $")
        if amount and abs(gap) == 2 * abs(amount):
            return f"the sign of '{label}'"
        if amount and abs(gap) == abs(amount):
            return f"'{label}' counted in or left out wrongly"
    unit = total.scale * Decimal(1).scaleb(-total.decimals)
    if unit and gap and (gap / unit) % _TRANSPOSED == 0:
        return "two digits transposed in one of the rows"
    return "a misread number, or a row printed for this period only"
