"""Cash-flow statement: which row is which of the ten cash-flow concepts."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

from services.extraction.cash_flow_rules import (
    ACTIVITIES,
    AMORTIZATION_BESIDE,
    CHANGE_IN_CASH,
    CONCEPT,
    DEPRECIATION,
    DEPRECIATION_ALONE,
    FINANCING,
    INVESTING,
    MIXED,
    NET_CHANGE,
    OPERATING,
    PLAIN,
    STORED_POSITIVE,
    TAIL,
    TOTALS,
)
from services.extraction.matching_rows import (
    Decisions,
    Pick,
    RowView,
    Sign,
    adds_up,
    pick,
    positive_sign,
    row_tolerance,
)


def zoned_cash_flow(views: Sequence[RowView]) -> list[RowView]:
    """Return the rows with their activity, read from the next activity total below each row.

    What follows the last total is the tail. Where a total is missing, as in condensed statements,
    the heading says the activity, and rows before the change in cash are 'mixed' without one.
    """
    rows = [view for view in views if view.has_numbers]
    ends = {a: o.view.index for a, o in _activity_totals(rows).items() if o.view is not None}
    order = sorted(ends, key=lambda activity: ends[activity])
    change = pick(rows, CHANGE_IN_CASH).view
    tail_from = change.index if change is not None and len(ends) < len(ACTIVITIES) else -1
    return [replace(view, zone=_zone(view, order, ends, tail_from)) for view in views]


def _activity_totals(rows: Sequence[RowView]) -> dict[str, Pick]:
    """The three totals; a reconciliation below the statement may print operating cash a second time."""
    middle = pick(rows, TOTALS[INVESTING])
    if middle.view is None:
        return {activity: pick(rows, TOTALS[activity]) for activity in ACTIVITIES}
    index = middle.view.index
    above = pick([view for view in rows if view.index < index], TOTALS[OPERATING])
    below = pick([view for view in rows if view.index > index], TOTALS[FINANCING])
    return {
        OPERATING: above if above.view is not None else pick(rows, TOTALS[OPERATING]),
        INVESTING: middle,
        FINANCING: below if below.view is not None else pick(rows, TOTALS[FINANCING]),
    }


def _zone(view: RowView, order: Sequence[str], ends: dict[str, int], tail_from: int) -> str:
    if len(ends) < len(ACTIVITIES):
        named = next((a for a in ACTIVITIES if re.search(rf"\b{a}\b", view.section)), None)
        if named is not None and view.index < max(tail_from, 0):
            return named
    zone = next((a for a in order if view.index <= ends[a]), TAIL)
    return MIXED if zone == TAIL and view.index < tail_from else zone


def _numbered(views: Sequence[RowView]) -> list[RowView]:
    return [view for view in views if view.has_numbers]


def match_cash_flow(views: Sequence[RowView]) -> Decisions:
    """Return the decisions on a cash-flow statement's rows; blank totals are named by arithmetic first."""
    zoned = _numbered(zoned_cash_flow(name_blank_flows(views)))
    decisions = Decisions()
    change = pick(zoned, NET_CHANGE)
    totals = _activity_totals(zoned)
    signs = _flow_signs({a: o.view for a, o in totals.items() if o.view is not None}, change.view)
    for activity, outcome in totals.items():
        sign = signs.get(activity, 1)
        decisions.decide(CONCEPT[activity], outcome, _fixed(sign))
    decisions.decide("net_change_in_cash", change, lambda view: _change_sign(view, zoned))
    addbacks = _with_reconciliation(zoned)
    decisions.decide("depreciation_amortization", _depreciation(addbacks))
    for concept, rules in PLAIN:
        rows = addbacks if concept == "stock_based_compensation" else zoned
        free = [view for view in rows if not decisions.taken(view)]
        sign_of = positive_sign if concept in STORED_POSITIVE else _as_printed
        decisions.decide(concept, pick(free, rules), sign_of)
    return decisions


def _with_reconciliation(rows: Sequence[RowView]) -> list[RowView]:
    """Under the direct method the add-backs stand in a reconciliation below the statement."""
    start = next(
        (
            v.index
            for v in rows
            if v.zone == TAIL and re.match(r"net (?:income|earnings|loss)", v.text)
        ),
        None,
    )
    if start is None:
        return list(rows)
    return [replace(v, zone=OPERATING) if v.index >= start else v for v in rows]


def _as_printed(_: RowView) -> int:
    return 1


def _fixed(sign: int) -> Sign:
    return lambda _: sign


def _depreciation(rows: Sequence[RowView]) -> Pick:
    """One line for both; depreciation alone only when no amortization of intangibles stands beside it."""
    both = pick(rows, DEPRECIATION)
    if both.view is not None:
        return both
    alone = pick(rows, DEPRECIATION_ALONE)
    beside = [v for v in rows if v.zone == OPERATING and re.fullmatch(AMORTIZATION_BESIDE, v.text)]
    if alone.view is not None and beside:
        return Pick(None, 0.0, (alone.view, *beside))
    return alone


def _outflow_only(text: str) -> bool:
    return bool(re.search(r"\b(?:used|outflows?|applied|absorbed)\b", text)) and not re.search(
        r"provided|generated|inflows?|from", text
    )


def _flow_signs(totals: dict[str, RowView], change: RowView | None) -> dict[str, int]:
    """Signs of totals printed without one under 'used in': the printed signs if they tie, else those that do."""
    doubtful = [
        a
        for a, v in totals.items()
        if _outflow_only(v.text) and not v.mostly_negative and v.numbers
    ]
    if not doubtful:
        return {}
    if change is not None and len(totals) == 3:
        for signs in product((1, -1), repeat=len(doubtful)):
            chosen = dict(zip(doubtful, signs, strict=True))
            if _near(change, [(chosen.get(a, 1), v) for a, v in totals.items()]):
                return chosen
    return dict.fromkeys(doubtful, -1)


def _near(change: RowView, terms: Sequence[tuple[int, RowView]]) -> bool:
    """Whether the flows add to the change, but for a small currency effect."""
    for place, expected in enumerate(change.values):
        found = [(sign, view.values[place]) for sign, view in terms]
        if expected is None or any(value is None for _, value in found):
            return False
        parts = [sign * value for sign, value in found if value is not None]
        slack = row_tolerance(change, 3) + max(map(abs, parts)) * Decimal("0.05")
        if abs(sum(parts, Decimal(0)) - expected) > slack:
            return False
    return True


def _change_sign(change: RowView, rows: Sequence[RowView]) -> int:
    """A 'decrease in cash' printed without a sign is negative, unless the balances say otherwise."""
    only_decrease = "decrease" in change.text and "increase" not in change.text
    if not only_decrease or change.mostly_negative or not change.numbers:
        return 1
    start = next((v for v in rows if re.search(r"\bbeginning\b|\bstart\b|opening", v.text)), None)
    end = next((v for v in rows if re.search(r"\bend\b|ending|closing", v.text)), None)
    if start is not None and end is not None and adds_up(end, [(1, start), (1, change)]):
        return 1
    return -1


def name_blank_flows(views: Sequence[RowView]) -> list[RowView]:
    """Return the rows with unlabelled (or merely 'total') activity totals named by arithmetic and heading."""
    named = list(views)
    for place, view in enumerate(views):
        if view.text in {"", "total"} and view.has_numbers:
            activity = _activity_of(named, place)
            if activity is not None:
                named[place] = replace(
                    view, text=f"net cash from {activity} activities", inferred=True
                )
    return named


def _activity_of(views: Sequence[RowView], place: int) -> str | None:
    """The activity whose rows, back to the previous total, add to the blank row."""
    total = views[place]
    heading = next((v.section for v in reversed(views[: place + 1]) if v.section), "")
    activity = next((a for a in ACTIVITIES if re.search(rf"\b{a}\b", heading)), None)
    if activity is None or any(pick([v], TOTALS[activity]).view for v in _numbered(views)):
        return None
    terms: list[tuple[int, RowView]] = []
    for view in reversed(views[:place]):
        if view.has_numbers:
            terms.append((1, view))
        if len(terms) > 1 and adds_up(total, terms):
            return activity
    return None
