"""Risk rules on metrics and scores."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

from services.analysis import charts, ratios, scores, wording
from services.analysis.compared import (
    Said,
    derived,
    finding_of,
    measured,
    optional,
    role,
    year_before,
)
from services.analysis.finding import (
    CannotCompute,
    Context,
    Finding,
    balance_value,
    calculation,
    counted,
)
from services.analysis.metric_scores import score_year, strength_inputs
from services.analysis.metrics import Measured
from services.domain.insights import Calculation, Severity
from services.domain.reports import Fact

HEAVY_GOODWILL = Decimal("0.50")
WEAK_STRENGTH, STRENGTH_DROP = 2, 3
RUNWAY_HIGH, RUNWAY_CRITICAL = Decimal(12), Decimal(6)
SCREENS_AGREED = (0, 3)


def runway(context: Context) -> list[Finding]:
    """K02: months that cash lasts at the year's free cash outflow."""
    period = context.year()
    side = measured(context, "free_cash_flow", period)
    if side.amounts()["cash_from_operations"] >= 0 or side.value >= 0:
        return []
    cash = context.balance("cash_and_equivalents", period)
    securities = context.optional_balance("short_term_investments", period)
    liquid = cash.value + balance_value(securities)
    months = liquid / (-side.value / 12)
    if months >= RUNWAY_HIGH:
        return []
    also = (cash, *((securities,) if isinstance(securities, Fact) else ()))
    return [
        finding_of(
            context,
            (side,),
            Said(
                template="K02",
                values={
                    "b": context.money(-side.value / 12),
                    "cash": context.money(liquid),
                    "m": wording.plain(months, 1),
                },
                severity=Severity.CRITICAL if months < RUNWAY_CRITICAL else Severity.HIGH,
                threshold="cash lasts less than 12 months (critical: 6)",
                holds=lambda v: v[0] < 0 and liquid / (-v[0] / 12) < RUNWAY_HIGH,
                amount=liquid,
                also=also,
                steps=_runway_steps(context, side, (liquid, months), also),
            ),
        )
    ]


def _runway_steps(
    context: Context, side: Measured, lasts: tuple[Decimal, Decimal], also: Sequence[Fact]
) -> tuple[Calculation, ...]:
    (liquid, months), outflow, money = lasts, -side.value / 12, context.money
    return (
        derived(
            "free cash outflow a month", "−free cash flow / 12", outflow, money(outflow), (side,)
        ),
        calculation(
            "cash and securities", "cash + short-term investments", liquid, money(liquid), also
        ),
        calculation(
            "cash runway in months",
            "(cash + short-term investments) / (free cash outflow / 12)",
            months,
            wording.plain(months, 1),
            (*side.facts, *also),
        ),
    )


class _Screen(NamedTuple):
    """A distress screen: its score, and which scores signal distress."""

    name: str
    side: Measured
    signals: Callable[[Decimal], bool]

    @property
    def distressed(self) -> bool:
        return self.signals(self.side.value)


def _screens(context: Context) -> list[_Screen]:
    period = context.year()
    model, metric_id = ratios.Z_DOUBLE_PRIME, "altman_z_double_prime"
    if context.profile.manufacturer:
        model, metric_id = ratios.Z_PRIME, "altman_z_prime"
    altman = measured(context, metric_id, period)
    zmijewski = measured(context, "zmijewski_x", period)
    springate = measured(context, "springate_s", period)
    return [
        _Screen(f"Altman {model.name}", altman, lambda score: score < model.distress),
        _Screen("Zmijewski", zmijewski, lambda score: score > scores.ZMIJEWSKI_CUT),
        _Screen("Springate", springate, lambda score: score < scores.SPRINGATE_CUT),
    ]


def _need_screens(context: Context) -> None:
    if context.profile.financial or not context.profile.classified:
        raise CannotCompute("the score needs a classified balance sheet of a non-financial")
    if context.profile.property_company:
        raise CannotCompute("the score was not built for property companies")


def screens_disagree(context: Context) -> list[Finding]:
    """K07: some of the three distress screens signal distress and some do not."""
    _need_screens(context)
    screens = _screens(context)
    signals = [screen for screen in screens if screen.distressed]
    if len(signals) in SCREENS_AGREED:
        return []
    return [
        finding_of(
            context,
            [screen.side for screen in screens],
            Said(
                template="K07",
                values={
                    "n": str(len(signals)),
                    "which": ", ".join(
                        f"{s.name} {wording.plain(s.side.value)} "
                        f"({'distress' if s.distressed else 'no distress'})"
                        for s in screens
                    ),
                },
                severity=Severity.INFO,
                threshold="one or two of three screens signal distress",
                holds=lambda values: (
                    sum(s.signals(v) for s, v in zip(screens, values, strict=True)) == len(signals)
                ),
                steps=(
                    counted(
                        "screens that signal distress",
                        len(signals),
                        tuple(fact for screen in screens for fact in screen.side.facts),
                    ),
                ),
            ),
        )
    ]


def manipulation_screen(context: Context) -> list[Finding]:
    """K08: the Beneish M-score lies above −1.78."""
    _need_screens(context)
    now = measured(context, "beneish_m", context.year())
    if now.value <= scores.BENEISH_CUT:
        return []
    amounts = now.amounts()
    indexes = scores.beneish_indexes(score_year(amounts), score_year(amounts, "@1"))
    drivers = sorted(indexes, key=lambda name: -scores.contribution(name, indexes[name]))[:2]
    words = [f"{scores.INDEX_NAMES[name]} ({wording.plain(indexes[name])})" for name in drivers]
    return [
        finding_of(
            context,
            (now,),
            Said(
                template="K08",
                values={
                    "m1": wording.plain(now.value),
                    "cut": wording.plain(scores.BENEISH_CUT),
                    "i1": words[0],
                    "i2": words[1],
                },
                severity=Severity.HIGH,
                threshold="M above −1.78",
                holds=lambda v: v[0] > scores.BENEISH_CUT,
                chart=charts.named_bars("M-score indexes (1 = as a year before)", "ratio", indexes),
                steps=tuple(
                    calculation(
                        name, scores.INDEX_NAMES[name], value, wording.plain(value), now.facts
                    )
                    for name, value in indexes.items()
                ),
            ),
        )
    ]


def strength(context: Context) -> list[Finding]:
    """K09: the F-score is two or less, or fell by three and more."""
    _need_screens(context)
    now, year_end = _strength(context)
    before = optional(context, now.spec.metric_id, year_before(context))
    dropped = before is not None and before.value - now.value >= STRENGTH_DROP
    if now.value > WEAK_STRENGTH and not dropped:
        return []
    amounts = now.amounts()
    names = ("total_assets", "total_assets@1") if year_end else ("total_assets@1", "total_assets@2")
    tests = scores.piotroski_tests(strength_inputs(amounts, *names))
    failing = [name for name, held in tests.items() if not held]
    return [
        finding_of(
            context,
            (now,) if before is None else (now, before),
            Said(
                template="K09" if before is None else "K09 two-years",
                values={
                    "f1": wording.plain(now.value, 0),
                    "f0": "" if before is None else wording.plain(before.value, 0),
                    "list": ", ".join(failing),
                    "scaled": "closing" if year_end else "opening",
                },
                severity=Severity.MEDIUM,
                threshold="two or less of nine, or three fewer than the year before",
                holds=lambda v: (
                    v[0] <= WEAK_STRENGTH or (len(v) > 1 and v[1] - v[0] >= STRENGTH_DROP)
                ),
                steps=tuple(
                    counted(f"tests that hold, {side.period.label}", int(side.value), side.facts)
                    for side in ((now,) if before is None else (now, before))
                ),
            ),
        )
    ]


def _strength(context: Context) -> tuple[Measured, bool]:
    found = optional(context, "piotroski_f", context.year())
    if found is not None:
        return found, False
    return measured(context, "piotroski_f_year_end", context.year()), True


def negative_equity(context: Context) -> list[Finding]:
    """K10: shareholders' equity is negative, or retained earnings turned negative."""
    context.need_balance_sheet()
    date = context.view.balance_dates()[0]
    equity = context.balance("stockholders_equity", date)
    earnings = context.view.at("retained_earnings", date)
    before = context.view.at(
        "retained_earnings", context.view.year_before("retained_earnings", date)
    )
    turned = (
        isinstance(earnings, Fact)
        and isinstance(before, Fact)
        and earnings.value < 0 <= before.value
    )
    if equity.value >= 0 and not turned:
        return []
    used = [equity, *(fact for fact in (earnings, before) if isinstance(fact, Fact))]
    deficit = context.money(earnings.value) if isinstance(earnings, Fact) else "not read"
    return [
        Finding(
            period=equity.period,
            severity=Severity.HIGH,
            template="K10" if equity.value < 0 else "K10 deficit",
            values={
                "te": context.money(equity.value),
                "re": deficit,
                "date": wording.stretch(equity.period),
            },
            inputs=tuple((fact, role(fact)) for fact in used),
            calculations=(
                calculation(
                    "shareholders' equity",
                    "as printed",
                    equity.value,
                    context.money(equity.value),
                    (equity,),
                ),
            ),
            threshold="shareholders' equity below zero, or retained earnings below zero for the first time",
            amount=equity.value,
        )
    ]


def goodwill(context: Context) -> list[Finding]:
    """K18: goodwill is more than half of shareholders' equity."""
    context.need_balance_sheet()
    date = context.view.balance_dates()[0]
    side = measured(context, "goodwill_to_equity", date)
    if side.value <= HEAVY_GOODWILL:
        return []
    amounts = side.amounts()
    income = context.view.get("operating_income", context.income)
    covers = isinstance(income, Fact) and income.value > 0
    words = {
        "gw": context.money(amounts["goodwill"]),
        "pct": wording.percent(side.value),
        "date": wording.stretch(date),
    }
    if isinstance(income, Fact) and covers:
        words["x"] = wording.percent(income.value / amounts["goodwill"])
        words["span"] = wording.stretch(income.period)
    return [
        finding_of(
            context,
            (side,),
            Said(
                template="K18" if covers else "K18 plain",
                values=words,
                severity=Severity.HIGH if side.value > 1 else Severity.MEDIUM,
                threshold="goodwill above half of shareholders' equity",
                holds=lambda v: v[0] > HEAVY_GOODWILL,
                amount=amounts["goodwill"],
                also=(income,) if isinstance(income, Fact) and covers else (),
                steps=_covering(side, income) if isinstance(income, Fact) and covers else (),
            ),
        )
    ]


def _covering(side: Measured, income: Fact) -> tuple[Calculation, ...]:
    share = income.value / side.amounts()["goodwill"]
    return (
        calculation(
            "write-down that uses up operating income",
            "operating income / goodwill",
            share,
            wording.percent(share),
            (income, *side.facts),
        ),
    )
