"""Prior-year figures that changed between two reports (A07), and a changed unit of presentation (A08).

Half of all pairs of annual reports change some line, mostly reclassifications: what changed is ranked in
tiers (A equity, earnings, revenue, operating cash; B totals; C anything else), so that readers see the
few that matter.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from services.analysis import charts, wording
from services.analysis.compared import role, shown_amount, shown_fact
from services.analysis.failed_checks import rule
from services.analysis.finding import CannotCompute, Context, Finding, calculation, rounding_margin
from services.domain.concepts import CONCEPTS, Unit
from services.domain.insights import Calculation, Chart, Quote, Severity
from services.domain.reports import Fact

_TIER_A = {
    "retained_earnings", "stockholders_equity", "total_equity_incl_nci", "net_income",
    "net_income_incl_nci", "revenue", "cash_from_operations",
}  # fmt: skip
_TIER_B = {
    "total_assets", "total_liabilities", "total_current_assets", "total_current_liabilities",
    "total_liabilities_and_equity", "gross_profit", "operating_income", "income_before_tax",
    "cash_from_investing", "cash_from_financing",
}  # fmt: skip
_GROUPS = {"B": "totals", "C": "other lines"}
_NAMED = 4
"""So many lines are named in the sentence; all stand among the calculations."""
_SCALES = {1: "single units", 1_000: "thousands", 1_000_000: "millions", 1_000_000_000: "billions"}


class _Pair(NamedTuple):
    """One amount as the earlier report printed it, and as this one does."""

    then: Fact
    now: Fact

    @property
    def change(self) -> Decimal:
        return self.now.value - self.then.value

    @property
    def rounding(self) -> Decimal:
        """One unit of the coarser of the two prints."""
        return max(self.then.rounding_unit, self.now.rounding_unit)


def _pairs(context: Context) -> list[_Pair]:
    earlier = context.view.previous_report()
    if not earlier:
        raise CannotCompute("no earlier report of this company was uploaded")
    pairs = [
        _Pair(then, fact)
        for fact in context.view.own()
        if fact.concept is not None
        and fact.currency == (then := earlier.get((fact.concept, fact.period), fact)).currency
        and then is not fact
    ]
    if not pairs:
        raise CannotCompute("the earlier report of this company shares no period with this one")
    return pairs


def prior_figures(context: Context) -> list[Finding]:
    """A07: amounts of earlier periods differ from what the report of that period said.

    One finding for each figure of tier A, one for all totals, one for all other lines: readers see what
    matters and not thirty cards of one reclassification.
    """
    pairs = _pairs(context)
    changed = [pair for pair in pairs if _matters(context, pair)]
    groups: dict[tuple[str, str], list[_Pair]] = {}
    for pair in changed:
        tier, _ = _tier(pair.now.concept or "")
        key = (tier, pair.now.concept or "") if tier == "A" else (tier, _GROUPS[tier])
        groups.setdefault(key, []).append(pair)
    differ = sum(_differs(pair) for pair in pairs)
    compared = (
        f"{len(pairs)} figures printed in both reports, {len(pairs) - differ} alike, {differ} changed"
        + (f" ({differ - len(changed)} trivially)" if differ > len(changed) else "")
    )
    return [_changed(context, tier, group, compared) for (tier, _), group in groups.items()]


def _matters(context: Context, pair: _Pair) -> bool:
    return _differs(pair) and not context.is_trivial(pair.now, pair.change)


def _differs(pair: _Pair) -> bool:
    return abs(pair.change) > pair.rounding


def _tier(concept: str) -> tuple[str, Severity]:
    if concept in _TIER_A:
        return "A", Severity.HIGH
    return ("B", Severity.MEDIUM) if concept in _TIER_B else ("C", Severity.LOW)


def _weight(pair: _Pair) -> tuple[bool, Decimal, int]:
    money = CONCEPTS[pair.now.concept or ""].unit is Unit.MONEY
    return money, abs(pair.change) if money else Decimal(0), pair.now.period.end.toordinal()


def _changed(context: Context, tier: str, group: Sequence[_Pair], compared: str) -> Finding:
    ordered = sorted(group, key=_weight, reverse=True)
    first, *rest = ordered
    then, now = first
    concept = CONCEPTS[now.concept or ""]
    _, severity = _tier(concept.concept_id)
    money = concept.unit is Unit.MONEY
    reason = _reason(context, concept.name)
    return Finding(
        period=now.period,
        subject=concept.name.lower() if tier == "A" else _GROUPS[tier],
        severity=severity,
        template="A07 several" if rest else "A07",
        values={
            "line": concept.name,
            "old": shown_fact(context, then),
            "new": shown_fact(context, now),
            "d": shown_amount(context, now, first.change),
            "old_report": then.source.document,
            "old_place": then.source.place,
            "new_place": now.source.place,
            "tier": tier,
            "date": wording.stretch(now.period),
            "others": _others(rest),
            "reason": _reason_words(reason),
        },
        inputs=tuple(
            pair_role
            for pair in ordered
            for pair_role in (
                (pair.now, f"now: {role(pair.now)}"),
                (pair.then, f"before: {role(pair.then)}"),
            )
        ),
        calculations=tuple(_step(context, pair) for pair in ordered),
        threshold="differs by more than one printed unit and is not trivial; "
        f"tier {tier}; {compared}",
        margin=rounding_margin(first, lambda moved: moved[0] != moved[1]),
        amount=first.change if money else None,
        chart=_chart(concept.name, first) if money else None,
        key=concept.concept_id if tier == "A" else tier,
        quotes=() if reason is None else (reason,),
    )


def _others(rest: Sequence[_Pair]) -> str:
    """Name what else changed: the same figure of other periods, or other figures."""
    names = [CONCEPTS[pair.now.concept or ""].name.lower() for pair in rest]
    lines = list(dict.fromkeys(names))
    shown = ", ".join(lines[:_NAMED]) + (
        f" and {len(lines) - _NAMED} more" if len(lines) > _NAMED else ""
    )
    figures = "figure" if len(rest) == 1 else "figures"
    return f"{len(rest)} more {figures} ({shown})"


def _step(context: Context, pair: _Pair) -> Calculation:
    name = CONCEPTS[pair.now.concept or ""].name.lower()
    return calculation(
        f"change of {name}, {pair.now.period.label}",
        f"{shown_fact(context, pair.now)} − {shown_fact(context, pair.then)}",
        pair.change,
        shown_amount(context, pair.now, pair.change),
        pair,
    )


def _reason(context: Context, name: str) -> Quote | None:
    """Return the sentence that says why: one that names the figure, else one of the whole statements."""
    if not context.recasts:
        return None
    words = name.lower().partition(",")[0]

    def fits(quote: Quote) -> tuple[bool, bool]:
        said = quote.text.lower()
        return words in said, "financial statements" in said or "certain" in said

    return max(context.recasts, key=fits)


def _reason_words(reason: Quote | None) -> str:
    if reason is None:
        return "No reason for it was found in the text."
    return f"The text says: “{reason.text.rstrip('.')}” (page {reason.page})."


def _chart(name: str, pair: _Pair) -> Chart:
    series = charts.computed_series(name, [pair.now.period] * 2, [pair.then.value, pair.now.value])
    titled = series.model_copy(update={"x": ("Earlier report", "This report")})
    return charts.bars(f"{name}, {pair.now.period.label}", "money", titled)


_SLIPPED = rule("A08")


def scale(context: Context) -> list[Finding]:
    """A08: an amount of another order than its row, or another unit than in the report before."""
    try:
        presented = _presented(context)
    except CannotCompute:
        presented = []
    return presented or _SLIPPED(context)


def _presented(context: Context) -> list[Finding]:
    pairs = [pair for pair in _pairs(context) if pair.now.unit is Unit.MONEY]
    moved = [pair for pair in pairs if pair.now.scale != pair.then.scale]
    if not moved or 2 * len(moved) <= len(pairs):
        return []
    then, now = max(moved, key=lambda pair: (abs(pair.now.value), pair.now.fact_id))
    return [
        Finding(
            period=now.period,
            severity=Severity.HIGH,
            template="A08 presentation",
            values={
                "scale_a": _SCALES.get(now.scale, f"units of {now.scale:,}"),
                "scale_b": _SCALES.get(then.scale, f"units of {then.scale:,}"),
                "old_report": then.source.document,
                "line": CONCEPTS[now.concept or ""].name.lower(),
                "old": shown_fact(context, then),
                "new": shown_fact(context, now),
                "date": wording.stretch(now.period),
            },
            inputs=((now, f"now: {role(now)}"), (then, f"before: {role(then)}")),
            calculations=(
                calculation(
                    "amount printed in both reports, after normalising",
                    f"{now.source.printed} × {now.scale:,} and {then.source.printed} × {then.scale:,}",
                    now.value - then.value,
                    shown_amount(context, now, now.value - then.value),
                    (now, then),
                ),
            ),
            threshold="most amounts printed in both reports stand in another unit",
            key="presentation",
        )
    ]
