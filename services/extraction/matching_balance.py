"""Balance sheet: which row is which of the twenty balance-sheet concepts."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from services.extraction.balance_rules import (
    ACCUMULATED,
    ASSET_SIDE,
    ASSETS,
    CASH,
    CURRENT_ASSETS,
    EQUITY,
    EQUITY_WORDS,
    LIABILITIES,
    NONCURRENT_LIABILITIES,
    PPE,
    PPE_NET,
    PPE_SINGLE,
    TOTALS,
)
from services.extraction.liability_rules import (
    PARENT_TOTAL,
    SIMPLE,
    WHOLE_TOTAL,
)
from services.extraction.matching_rows import (
    NOTHING,
    Decisions,
    Pick,
    RowView,
    adds_up,
    pick,
    printed_sign,
)


def _anchor_zone(text: str) -> str | None:
    return next((zone for pattern, zone in TOTALS if re.fullmatch(pattern, text)), None)


def zoned_balance(views: Sequence[RowView]) -> list[RowView]:
    """Return the rows with the part they stand in, read from the next printed total below each row."""
    zones: list[str] = []
    ahead = ""
    for view in reversed(views):
        anchor = _anchor_zone(view.text) if view.has_numbers else None
        ahead = ahead if anchor is None else anchor
        zones.append(ahead)
    zoned = [replace(view, zone=zone) for view, zone in zip(views, reversed(zones), strict=True)]
    return _refined(zoned)


def _refined(views: list[RowView]) -> list[RowView]:
    """Tell long-term from current liabilities when only one of their totals is printed."""
    texts = [view.text for view in views]
    classified = "total current liabilities" in texts or any(
        view.section == "current liabilities" for view in views
    )
    return [replace(view, zone=_refined_zone(view, classified)) for view in views]


def _refined_zone(view: RowView, classified: bool) -> str:
    if view.zone == ASSETS and _has_current(view):
        return CURRENT_ASSETS
    if view.zone in {LIABILITIES, EQUITY, ""} and re.match(r"noncurrent liabilities", view.section):
        return NONCURRENT_LIABILITIES
    if view.zone in {LIABILITIES, EQUITY, ""} and not _is_equity(view.text):
        return NONCURRENT_LIABILITIES if classified else LIABILITIES
    return view.zone


def _has_current(view: RowView) -> bool:
    return bool(re.search(r"^current\b|\bcurrent$", view.text))


def _is_equity(text: str) -> bool:
    return bool(re.search(EQUITY_WORDS, text))


def match_balance(views: Sequence[RowView]) -> Decisions:
    """Return the decisions on a balance sheet's rows; blank totals are named by arithmetic first."""
    zoned = zoned_balance(name_blank_totals(views))
    rows = [view for view in zoned if view.has_numbers]
    decisions = Decisions()
    for concept, rules in SIMPLE:
        free = [view for view in rows if not decisions.taken(view)]
        if concept == "cash_and_equivalents" and _deposits_apart(rows):
            rules = CASH[:2]
        decisions.decide(concept, pick(free, rules), printed_sign)
    decisions.decide("ppe_net", _net_property(rows))
    _match_equity(rows, decisions)
    return decisions


def _deposits_apart(rows: Sequence[RowView]) -> bool:
    """Whether a bank prints its deposits elsewhere beside its cash, so that no line is both."""
    return any(
        re.match(
            r"(?:interest bearing )?deposits (?:with|at|in) .*bank|interest bearing "
            r"deposits",
            v.text,
        )
        and v.zone in ASSET_SIDE
        for v in rows
    )


def _net_property(rows: Sequence[RowView]) -> Pick:
    """The row after 'less accumulated depreciation', else the row that says net, else the only mention."""
    for before, view in pairwise(rows):
        depreciated = re.match(ACCUMULATED, before.text)
        says_net = re.search(
            rf"^(?:net|total|net total|total net|)$|^(?:total |net )*{PPE}", view.text
        )
        on_its_own = not re.search(rf"^{PPE}", before.text)
        if depreciated and says_net and on_its_own and view.zone in ASSET_SIDE:
            return Pick(view, 0.98 if re.search(PPE, view.text) else 0.93)
    outcome = pick(rows, PPE_NET)
    if outcome.view is not None or outcome.rivals:
        return outcome
    gross = any(re.match(ACCUMULATED, view.text) for view in rows if view.zone in ASSET_SIDE)
    return NOTHING if gross else pick(rows, PPE_SINGLE)


def _match_equity(rows: Sequence[RowView], decisions: Decisions) -> None:
    """Split the equity totals at the noncontrolling interests' row: parent above, all owners below."""
    free = [view for view in rows if not decisions.taken(view)]
    interests = _noncontrolling_in_equity(rows)
    if interests is None:
        whole = pick(free, PARENT_TOTAL)
        decisions.decide(
            "stockholders_equity", whole if whole.view is not None else pick(free, WHOLE_TOTAL)
        )
        return
    above = [view for view in free if view.index < interests.index]
    below = [view for view in free if view.index > interests.index]
    parent = pick(above, PARENT_TOTAL)
    if parent.view is None:
        parent = _attributable(below)
    decisions.decide("stockholders_equity", parent)
    left = [view for view in below if not decisions.taken(view)]
    decisions.decide("total_equity_incl_nci", pick(left, WHOLE_TOTAL))


def _attributable(rows: Sequence[RowView]) -> Pick:
    return pick(rows, PARENT_TOTAL[:1])


def _noncontrolling_in_equity(rows: Sequence[RowView]) -> RowView | None:
    """The row of noncontrolling interests inside equity; redeemable ones stand outside."""
    capital = r"retained|accumulated|common (?:stock|shares)|share capital|ordinary shares|paid in"
    start = next((view.index for view in rows if re.search(capital, view.text)), None)
    if start is None:
        return None
    return next(
        (
            view
            for view in rows
            if re.search(r"noncontrolling|minority", view.text)
            and not re.search(r"\bredeemable|^total|shareholders equity|excluding", view.text)
            and view.index > start
        ),
        None,
    )


def name_blank_totals(views: Sequence[RowView]) -> list[RowView]:
    """Return the rows with unlabelled (or merely 'total') sums named when arithmetic leaves no doubt."""
    named = list(views)
    for place, view in enumerate(views):
        if view.text in {"", "total"} and view.has_numbers:
            text = _name_of_sum(named, place)
            if text is not None:
                named[place] = replace(view, text=text, inferred=True)
    return named


def _name_of_sum(views: Sequence[RowView], place: int) -> str | None:
    total = views[place]
    if place == len(views) - 1 or not any(v.has_numbers for v in views[place + 1 :]):
        return _footing_name(views, place)
    if _equals_later_footing(views, place):
        return "total assets"
    start = _sum_start(views, place)
    if start is None:
        return None
    section = total.section if total.section else views[start].section
    named = re.search(
        r"^(?:total )?(noncurrent assets|current assets|current liabilities"
        r"|noncurrent liabilities)",
        section,
    )
    return f"total {named.group(1)}" if named else None


def _footing_name(views: Sequence[RowView], place: int) -> str | None:
    same = [
        v for v in views[:place] if v.text == "total assets" and v.values == views[place].values
    ]
    return "total liabilities and equity" if same else None


def _equals_later_footing(views: Sequence[RowView], place: int) -> bool:
    total = views[place]
    if any(view.text == "total assets" for view in views):
        return False
    below = [view for view in views[place + 1 :] if view.has_numbers]
    footings = [view for view in below if re.fullmatch(TOTALS[0][0], view.text)]
    if below and below[-1].text == "":
        footings.append(below[-1])
    return any(view.values == total.values for view in footings)


def _sum_start(views: Sequence[RowView], place: int) -> int | None:
    """Where the run of rows starts that adds to the row at ``place``; None when no run of two or more does."""
    terms: list[tuple[int, RowView]] = []
    for start in range(place - 1, -1, -1):
        if views[start].has_numbers:
            terms.append((1, views[start]))
        if len(terms) > 1 and adds_up(views[place], terms):
            return start
    return None
