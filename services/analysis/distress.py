"""Financial-distress zone (K06): the Altman score for companies without a market price."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from services.analysis import charts, wording
from services.analysis.facts_view import Missing
from services.analysis.finding import (
    CannotCompute,
    Context,
    Finding,
    calculation,
    rounding_margin,
)
from services.analysis.ratios import (
    COMPONENTS,
    Z_DOUBLE_PRIME,
    Z_PRIME,
    AltmanInputs,
    AltmanModel,
    Zone,
    altman,
    altman_components,
)
from services.domain.insights import Calculation, Chart, Severity
from services.domain.periods import Period
from services.domain.reports import Fact

FRAGILE_MARGIN = 0.60
SURE_INPUT = 0.95
_NUDGES = (Decimal("0.9"), Decimal("1.1"))


class _Score(NamedTuple):
    """One year's score with the facts by role, in the order of ``AltmanInputs``."""

    period: Period
    model: AltmanModel
    inputs: AltmanInputs
    facts: dict[str, Fact]

    @property
    def value(self) -> Decimal:
        return altman(self.model, self.inputs)

    @property
    def zone(self) -> Zone:
        return self.model.zone(self.value)


def distress_zone(context: Context) -> list[Finding]:
    """K06: the Altman score lies in the distress zone, or its zone worsened."""
    context.need_balance_sheet()
    if context.profile.financial or not context.profile.classified:
        raise CannotCompute("the Altman score needs a classified balance sheet of a non-financial")
    period = context.year()
    model = Z_PRIME if context.profile.manufacturer else Z_DOUBLE_PRIME
    now = _score(context, period, model)
    before = _earlier(context, period, model)
    worsened = before is not None and now.zone.rank < before.zone.rank
    if now.zone is not Zone.DISTRESS and not worsened:
        return []
    sides = [now] if before is None else [before, now]
    margin = rounding_margin(tuple(now.facts.values()), lambda moved: _zone(now, moved) is now.zone)
    return [
        Finding(
            period=now.period,
            severity=_severity(context, now),
            template="K06" if before is not None else "K06 one-year",
            values=_words(context, sides),
            inputs=tuple(
                (fact, f"{role}, {fact.period.label}")
                for side in reversed(sides)
                for role, fact in side.facts.items()
            ),
            calculations=(*(_step(side) for side in sides), _weakest_step(now)),
            threshold=f"distress below {model.distress}, safe above {model.safe}; or a worse zone",
            margin=min(margin, FRAGILE_MARGIN) if _fragile(now) else margin,
            chart=_chart(sides),
        )
    ]


def _severity(context: Context, now: _Score) -> Severity:
    if now.zone is not Zone.DISTRESS or _caution(context):
        return Severity.MEDIUM
    return Severity.HIGH


def _caution(context: Context) -> str:
    """Return what must be said where the score was not made for the kind of company."""
    if context.profile.utility or context.profile.property_company:
        return (
            " The score was not built for utilities or property companies, whose debt is high by "
            "design: read its direction, not its level."
        )
    return ""


def _words(context: Context, sides: Sequence[_Score]) -> dict[str, str]:
    before, now = sides[0], sides[-1]
    component, share = _weakest(now)
    return {
        "variant": now.model.name,
        "z0": wording.plain(before.value),
        "zone0": before.zone,
        "z1": wording.plain(now.value),
        "zone": now.zone,
        "component": component,
        "share": wording.plain(share),
        "period": wording.stretch(now.period),
        "caution": _caution(context),
    }


def _weakest(score: _Score) -> tuple[str, Decimal]:
    """Return the part of the score with the lowest value, and this value."""
    parts = zip(COMPONENTS, altman_components(score.model, score.inputs), strict=False)
    return min(parts, key=lambda part: part[1])


def _weakest_step(score: _Score) -> Calculation:
    name, value = _weakest(score)
    return calculation(
        name, "weakest part of the score", value, wording.plain(value), tuple(score.facts.values())
    )


def _step(side: _Score) -> Calculation:
    return calculation(
        f"Altman {side.model.name}, {side.period.label}",
        _formula(side.model),
        side.value,
        wording.plain(side.value),
        tuple(side.facts.values()),
    )


def _chart(sides: Sequence[_Score]) -> Chart:
    model = sides[-1].model
    return charts.ratio_bands(
        f"Altman {model.name}",
        "ratio",
        (
            ("distress", None, model.distress),
            ("grey", model.distress, model.safe),
            ("safe", model.safe, None),
        ),
        charts.computed_series(
            "Score", [side.period for side in sides], [side.value for side in sides]
        ),
    )


def _formula(model: AltmanModel) -> str:
    terms = zip(model.coefficients, COMPONENTS, strict=False)
    return " + ".join(f"{weight} × {name}" for weight, name in terms)


def _score(context: Context, period: Period | None, model: AltmanModel) -> _Score:
    income = context.fact("operating_income", period)
    when = income.period
    facts = {
        "current assets": context.balance("total_current_assets", when),
        "current liabilities": context.balance("total_current_liabilities", when),
        "retained earnings": context.balance("retained_earnings", when),
        "operating income": income,
        "equity": _equity(context, when),
        "total assets": context.balance("total_assets", when),
        "revenue": context.fact("revenue", when),
    }
    liabilities = context.view.at("total_liabilities", when)
    if isinstance(liabilities, Fact):
        facts["total liabilities"] = liabilities
    elif context.profile.mezzanine:
        raise CannotCompute("total liabilities is not printed and redeemable equity stands between")
    inputs = _inputs(facts, [fact.value for fact in facts.values()])
    if inputs.total_assets <= 0 or inputs.total_liabilities <= 0:
        raise CannotCompute("total assets or total liabilities is not positive")
    return _Score(when, model, inputs, facts)


def _equity(context: Context, when: Period) -> Fact:
    whole = context.view.at("total_equity_incl_nci", when)
    return context.balance("stockholders_equity", when) if isinstance(whole, Missing) else whole


def _inputs(facts: dict[str, Fact], values: Sequence[Decimal]) -> AltmanInputs:
    value = dict(zip(facts, values, strict=True))
    owed = value.get("total liabilities", value["total assets"] - value["equity"])
    return AltmanInputs(
        current_assets=value["current assets"],
        current_liabilities=value["current liabilities"],
        retained_earnings=value["retained earnings"],
        ebit=value["operating income"],
        equity=value["equity"],
        total_liabilities=owed,
        total_assets=value["total assets"],
        revenue=value["revenue"],
    )


def _earlier(context: Context, period: Period, model: AltmanModel) -> _Score | None:
    earlier = context.view.year_before("operating_income", period)
    try:
        return _score(context, earlier, model)
    except CannotCompute:
        return None


def _zone(score: _Score, moved: Sequence[Decimal]) -> Zone:
    return score.model.zone(altman(score.model, _inputs(score.facts, moved)))


def _fragile(score: _Score) -> bool:
    """Whether a 10 % misreading of one unsure input would change the zone."""
    values = [fact.value for fact in score.facts.values()]
    for index, fact in enumerate(score.facts.values()):
        if fact.confidence.total >= SURE_INPUT:
            continue
        for nudge in _NUDGES:
            moved = [*values[:index], values[index] * nudge, *values[index + 1 :]]
            if _zone(score, moved) is not score.zone:
                return True
    return False
