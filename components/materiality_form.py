"""What somebody types about materiality: the bases by name, percentages and amounts."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from services.domain.errors import InvalidInput
from services.domain.materiality import BaseConcept
from services.materiality import Terms

BASE_NAMES: dict[BaseConcept, str] = {
    "income_before_tax": "Income before tax (usually 5 %)",
    "revenue": "Revenue (usually 0.5 %)",
    "gross_profit": "Gross profit (usually 1 to 2 %)",
    "total_assets": "Total assets (usually 0.5 %)",
    "stockholders_equity": "Shareholders' equity (usually 1 %)",
}
_MILLION = Decimal(1_000_000)


BASES: list[BaseConcept] = list(BASE_NAMES)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form: percentages and amounts of millions as typed, '' for nothing."""

    base: BaseConcept | None
    percent: str
    share: str
    cap: str
    fixed: str

    def terms(self) -> Terms:
        """Return the terms it says; raises InvalidInput for what is no number."""
        return Terms(
            base=self.base,
            percent=_number(self.percent, Decimal("0.01")),
            performance_share=_number(self.share, Decimal("0.01")),
            cap=_number(self.cap, _MILLION),
            fixed=_number(self.fixed, _MILLION),
        )


def _number(typed: str, factor: Decimal) -> Decimal | None:
    plain = typed.replace("%", "").replace(",", "").strip()
    if not plain:
        return None
    try:
        return Decimal(plain) * factor
    except InvalidOperation:
        raise InvalidInput(f"“{typed}” is no number; type one such as 0.5 or 350.") from None
