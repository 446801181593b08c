"""Free cash flow (R09): operating cash flow less capital expenditure, against a year earlier."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from services.analysis import charts, wording
from services.analysis.finding import Context, Finding, calculation, rounding_margin
from services.domain.insights import Calculation, Chart, Severity
from services.domain.periods import Period
from services.domain.reports import Fact


class _FreeCash(NamedTuple):
    """Operating cash flow and capital expenditure of one period."""

    operating: Fact
    capex: Fact

    @property
    def value(self) -> Decimal:
        return self.operating.value - self.capex.value

    @property
    def label(self) -> str:
        return self.operating.period.label


def free_cash_flow(context: Context) -> list[Finding]:
    """R09: free cash flow changed sign, or by more than overall materiality."""
    period = context.current_cash()
    now = _free_cash(context, period)
    before = _free_cash(context, context.view.year_before("cash_from_operations", period))
    change = now.value - before.value
    overall = context.measured().overall
    swung = (now.value < 0) != (before.value < 0)
    if not swung and abs(change) <= overall:
        return []
    return [
        Finding(
            period=period,
            severity=Severity.HIGH if swung else Severity.MEDIUM,
            template="R09",
            values=_words(context, now, before),
            inputs=tuple(
                pair
                for side in (now, before)
                for pair in (
                    (side.operating, f"operating cash flow, {side.label}"),
                    (side.capex, f"capital expenditure, {side.label}"),
                )
            ),
            calculations=(
                _step(context, now),
                _step(context, before),
                calculation(
                    "change of free cash flow",
                    f"{context.money(now.value)} − {context.money(before.value)}",
                    change,
                    context.money(change),
                    (*now, *before),
                ),
            ),
            threshold=f"sign change, or |change| above overall materiality "
            f"{context.money(overall)}",
            margin=rounding_margin(
                (*now, *before), lambda moved: _still_moves(moved, overall, swung)
            ),
            amount=change,
            chart=_chart(before, now),
        )
    ]


def _free_cash(context: Context, period: Period | None) -> _FreeCash:
    return _FreeCash(context.fact("cash_from_operations", period), context.fact("capex", period))


def _words(context: Context, now: _FreeCash, before: _FreeCash) -> dict[str, str]:
    return {
        "fcf": context.money(now.value),
        "cfo": context.money(now.operating.value),
        "capex": context.money(now.capex.value),
        "d": context.money(abs(now.value - before.value)),
        "direction": "more" if now.value > before.value else "less",
        "before": context.money(before.value),
        "period": wording.stretch(now.operating.period),
    }


def _step(context: Context, side: _FreeCash) -> Calculation:
    return calculation(
        f"free cash flow, {side.label}",
        f"{context.money(side.operating.value)} − {context.money(side.capex.value)}",
        side.value,
        context.money(side.value),
        side,
    )


def _still_moves(moved: Sequence[Decimal], overall: Decimal, swung: bool) -> bool:
    now, before = moved[0] - moved[1], moved[2] - moved[3]
    crosses = (now < 0) != (before < 0)
    return crosses == swung and (swung or abs(now - before) > overall)


def _chart(before: _FreeCash, now: _FreeCash) -> Chart:
    return charts.waterfall(
        "Free cash flow",
        "money",
        (
            (before.label, before.value, None),
            ("Operating cash flow", now.operating.value - before.operating.value, None),
            ("Capital expenditure", before.capex.value - now.capex.value, None),
            (now.label, now.value, None),
        ),
        (0, 3),
    )
