"""Prior-year figures that changed between two reports (A07), and a changed unit of presentation (A08).

Half of all pairs of annual reports change some line, mostly reclassifications: what changed is ranked in
tiers, so that readers see the few that matter. A is equity, earnings, revenue, operating cash and whatever
an error is corrected in; C is what adds up to zero within an unchanged subtotal; B is everything else.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from services.analysis import charts, wording
from services.analysis.compared import role, shown_amount, shown_fact
from services.analysis.failed_checks import rule
from services.analysis.finding import (
    CannotCompute,
    Context,
    Finding,
    calculation,
    counted,
    rounding_margin,
)
from services.analysis.reprinted import NetZero, Pair, net_zero, pairs_of
from services.analysis.restated_reason import PER_SHARE, Reasons, names
from services.domain.concepts import CONCEPTS, Unit
from services.domain.insights import Calculation, Chart, Quote, Severity
from services.domain.narrative import Recast
from services.domain.reports import Fact

_TIER_A = {
    "retained_earnings", "stockholders_equity", "total_equity_incl_nci", "net_income",
    "net_income_incl_nci", "revenue", "cash_from_operations",
}  # fmt: skip
_TOTALS = {
    "total_assets", "total_liabilities", "total_current_assets", "total_current_liabilities",
    "total_liabilities_and_equity", "gross_profit", "operating_income", "income_before_tax",
    "cash_from_investing", "cash_from_financing",
}  # fmt: skip
_SEVERITIES = {"A": Severity.HIGH, "B": Severity.MEDIUM, "C": Severity.LOW}
_NAMED = 4
"""So many lines are named in the sentence; all stand among the calculations."""
_SCALES = {1: "single units", 1_000: "thousands", 1_000_000: "millions", 1_000_000_000: "billions"}


class _Group(NamedTuple):
    """What is told in one finding: its tier, what the title calls it, and its key among the findings."""

    tier: str
    subject: str
    key: str


class _Changes:
    """The changed figures of a report with what decides their tiers: sentences and proved net zeros."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.pairs = pairs_of(context)
        ended = max(fact.period.end for fact in context.view.previous_report().values())
        self._reasons = Reasons(context.recasts, self.pairs, ended)
        self._net_zero = net_zero(context)
        self.changed = [pair for pair in self.pairs if pair.differs and self._matters(pair)]

    def _matters(self, pair: Pair) -> bool:
        """Whether a change is told: a corrected error that the text names is, however small."""
        if not self._context.is_trivial(pair.now, pair.change):
            return True
        reason = self.reason([pair])
        return reason is not None and reason.kind == "error" and names(reason, pair)

    def reason(self, pairs: Sequence[Pair]) -> Recast | None:
        return self._reasons.of(pairs)

    def cancelled(self, pair: Pair) -> NetZero | None:
        """Return the subtotal within which a line's change is cancelled by others."""
        within = (one for one in self._net_zero if pair in one.lines)
        return next(within, None)

    def group(self, pair: Pair) -> _Group:
        concept = CONCEPTS[pair.now.concept or ""]
        if concept.concept_id in _TIER_A:
            return _Group("A", concept.name.lower(), concept.concept_id)
        reason = self.reason([pair])
        if reason is not None and reason.kind == "error":
            return _Group("A", "corrected figures", "A")
        if concept.concept_id in _TOTALS:
            return _Group("B", "totals", "B")
        if concept.concept_id in PER_SHARE:
            return _Group("B", "per-share figures", "B per share")
        cancelled = self.cancelled(pair)
        if cancelled is not None:
            name = _called(cancelled.total)
            return _Group("C", f"lines within {name}", f"C {name}")
        return _Group("B", "other lines", "B lines")

    @property
    def compared(self) -> str:
        """How many figures stood in both reports, and how many of them changed."""
        differ = sum(pair.differs for pair in self.pairs)
        trivially = differ - len(self.changed)
        return (
            f"{len(self.pairs)} figures printed in both reports, {len(self.pairs) - differ} alike, "
            f"{differ} changed" + (f" ({trivially} trivially)" if trivially else "")
        )


def prior_figures(context: Context) -> list[Finding]:
    """A07: amounts of earlier periods differ from what the report of that period said.

    One finding for each figure of tier A, one for all totals, one for all other lines, one for each subtotal
    within which lines only moved: readers see what matters and not thirty cards of one reclassification.
    """
    changes = _Changes(context)
    groups: dict[_Group, list[Pair]] = {}
    for pair in changes.changed:
        groups.setdefault(changes.group(pair), []).append(pair)
    return [_changed(context, changes, group, pairs) for group, pairs in groups.items()]


def _called(fact: Fact) -> str:
    return CONCEPTS[fact.concept].name.lower() if fact.concept in CONCEPTS else fact.label.lower()


def _weight(pair: Pair) -> tuple[bool, Decimal, int]:
    money = CONCEPTS[pair.now.concept or ""].unit is Unit.MONEY
    return money, abs(pair.change) if money else Decimal(0), pair.now.period.end.toordinal()


def _changed(context: Context, changes: _Changes, group: _Group, pairs: Sequence[Pair]) -> Finding:
    ordered = sorted(pairs, key=_weight, reverse=True)
    first, *rest = ordered
    then, now = first
    name = CONCEPTS[now.concept or ""].name
    money = now.unit is Unit.MONEY
    reason = changes.reason(ordered)
    within = _within(changes, ordered) if group.tier == "C" else []
    template = "A07 net zero" if within else "A07 several" if rest else "A07"
    return Finding(
        period=now.period,
        subject=group.subject,
        severity=_SEVERITIES[group.tier],
        template=template,
        values={
            "line": name,
            "old": shown_fact(context, then),
            "new": shown_fact(context, now),
            "d": shown_amount(context, now, first.change),
            "old_report": then.source.document,
            "old_place": then.source.place,
            "new_place": now.source.place,
            "tier": group.tier,
            "date": wording.stretch(now.period),
            "others": _others(rest) if rest else "",
            "total": _called(within[0].total) if within else "",
            "reason": _reason_words(reason),
        },
        inputs=_inputs(ordered, within),
        calculations=(
            *(_step(context, pair) for pair in ordered),
            *(_sum(context, one) for one in within),
            *([counted("more figures", len(rest), [pair.now for pair in rest])] if rest else []),
        ),
        threshold="differs by more than one printed unit and is not trivial; "
        f"tier {group.tier}; {changes.compared}",
        margin=rounding_margin(first, lambda moved: moved[0] != moved[1]),
        amount=first.change if money else None,
        chart=_chart(name, first) if money else None,
        key=group.key,
        quotes=() if reason is None else (Quote(text=reason.text, page=reason.page),),
    )


def _within(changes: _Changes, pairs: Sequence[Pair]) -> list[NetZero]:
    found = (changes.cancelled(pair) for pair in pairs)
    return list({one.total.fact_id: one for one in found if one is not None}.values())


def _inputs(pairs: Sequence[Pair], within: Sequence[NetZero]) -> tuple[tuple[Fact, str], ...]:
    """Return the facts behind a finding: its pairs, then the lines that cancel them."""
    lines = [*pairs, *(pair for one in within for pair in one.lines)]
    return tuple(
        pair_role
        for pair in {pair.now.fact_id: pair for pair in lines}.values()
        for pair_role in (
            (pair.now, f"now: {role(pair.now)}"),
            (pair.then, f"before: {role(pair.then)}"),
        )
    )


def _sum(context: Context, one: NetZero) -> Calculation:
    changes = " and ".join(
        f"{_called(pair.now)} {shown_amount(context, pair.now, pair.change)}" for pair in one.lines
    )
    return calculation(
        f"sum of the changes within {_called(one.total)}, {one.total.period.label}",
        changes,
        one.rest,
        shown_amount(context, one.total, one.rest),
        tuple(fact for pair in one.lines for fact in (pair.now, pair.then)),
    )


def _others(rest: Sequence[Pair]) -> str:
    """Name what else changed: the same figure of other periods, or other figures."""
    names = [CONCEPTS[pair.now.concept or ""].name.lower() for pair in rest]
    lines = list(dict.fromkeys(names))
    shown = ", ".join(lines[:_NAMED]) + (
        f" and {len(lines) - _NAMED} more" if len(lines) > _NAMED else ""
    )
    figures = "figure" if len(rest) == 1 else "figures"
    return f"{len(rest)} more {figures} ({shown})"


def _step(context: Context, pair: Pair) -> Calculation:
    name = CONCEPTS[pair.now.concept or ""].name.lower()
    return calculation(
        f"change of {name}, {pair.now.period.label}",
        f"{shown_fact(context, pair.now)} − {shown_fact(context, pair.then)}",
        pair.change,
        shown_amount(context, pair.now, pair.change),
        pair,
    )


def _reason_words(reason: Recast | None) -> str:
    if reason is None:
        return "No reason for it was found in the text."
    return f"The text says: “{reason.text.rstrip('.')}” (page {reason.page})."


def _chart(name: str, pair: Pair) -> Chart:
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
    pairs = [pair for pair in pairs_of(context) if pair.now.unit is Unit.MONEY]
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
