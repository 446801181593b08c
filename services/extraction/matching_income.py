"""Income statement: which row is which of the fifteen income-statement concepts."""

import re
from collections.abc import Sequence
from dataclasses import replace

from services.extraction.income_rules import (
    COST_OF_REVENUE,
    COSTS,
    INCLUDING,
    INTEREST,
    INTEREST_NET,
    PARENT,
    PLAIN,
    PRETAX,
    REVENUE,
    SALES,
    TAX,
    TO_COMMON_ONLY,
    WHOLE,
)
from services.extraction.matching_rows import (
    NOTHING,
    Decisions,
    Pick,
    RowView,
    adds_up,
    pick,
    positive_sign,
    row_tolerance,
    sum_error,
)
from services.extraction.matching_shares import (
    BODY,
    match_per_share,
    zoned_income,
)

_ROWS_BELOW, _BY_ARITHMETIC = 3, 0.95


def match_income(views: Sequence[RowView]) -> Decisions:
    """Return the decisions on an income statement's rows, per-share and share-count rows included."""
    zoned = [view for view in name_blank_results(zoned_income(views)) if view.has_numbers]
    decisions = Decisions()
    for concept, rules in PLAIN:
        sign = positive_sign if concept in COSTS else _as_printed
        free = [view for view in zoned if not decisions.taken(view)]
        outcome = pick(free, rules)
        if concept == "cost_of_revenue":
            outcome = _whole_cost(outcome, free)
        decisions.decide(concept, outcome, sign)
    decisions.decide("interest_expense", _interest(zoned), _interest_sign)
    _match_tax(zoned, decisions)
    _match_net_income(zoned, decisions)
    match_per_share(zoned, decisions)
    return decisions


def _whole_cost(outcome: Pick, rows: Sequence[RowView]) -> Pick:
    """A single kind of cost ('cost of services') beside other kinds is a component and not the whole."""
    view = outcome.view
    if view is None or re.match(
        r"total|cost of (?:net )?(?:revenues?|sales|goods sold)", view.text
    ):
        return outcome
    kinds = [
        v for v in rows if v.zone == BODY and re.match(r"costs? of ", v.text) and v is not view
    ]
    return Pick(None, 0.0, (view, *kinds)) if kinds else outcome


def _as_printed(_: RowView) -> int:
    return 1


def _interest(rows: Sequence[RowView]) -> Pick:
    """Gross interest when printed; a net line only when no other interest line stands beside it."""
    gross = pick(rows, tuple(replace(rule, unless=_merge(rule.unless)) for rule in INTEREST))
    if gross.view is not None or gross.rivals:
        return gross
    income = [
        v
        for v in rows
        if v.zone == BODY and re.match(r"(?:total )?interest (?:and .*)?income$", v.text)
    ]
    return NOTHING if income else pick(rows, INTEREST_NET)


def _interest_sign(view: RowView) -> int:
    """A net line's words say which way it is printed: 'interest (income) expense' or 'income (expense)'."""
    if re.search(r"\(income\)|expense\W+\(?income", view.printed):
        return 1
    if re.search(r"\(expense\)|income\W+\(?expense", view.printed):
        return -1
    return positive_sign(view)


def _merge(unless: str) -> str:
    own = r"noninterest|preferred|before"
    return f"{unless}|{own}" if unless else own


def _match_tax(rows: Sequence[RowView], decisions: Decisions) -> None:
    free = [view for view in rows if not decisions.taken(view)]
    pretax_outcome = pick(free, PRETAX)
    tax_outcome = pick([v for v in free if v is not pretax_outcome.view], TAX)
    if pretax_outcome.view is not None and tax_outcome.view is not None:
        above = [view for view in free if view.index < tax_outcome.view.index]
        nearer = pick(above, PRETAX)
        pretax_outcome = nearer if nearer.view is not None else pretax_outcome
    pretax = decisions.decide("income_before_tax", pretax_outcome)
    tax = tax_outcome.view
    if tax is not None:
        sign = _tax_sign(rows, pretax, tax, _costs_negative(decisions))
        decisions.decide("income_tax_expense", tax_outcome, lambda _: sign)


def _costs_negative(decisions: Decisions) -> bool:
    """Whether this statement prints its operating costs in parentheses."""
    costs = [decisions.by_concept[c] for c in COSTS if c in decisions.by_concept]
    return bool(costs) and all(view.mostly_negative for view in costs)


def _tax_sign(
    rows: Sequence[RowView], pretax: RowView | None, tax: RowView, costs_negative: bool
) -> int:
    """+1 when the printed tax lowers income; decided by arithmetic, else by the words and the costs' signs."""
    if pretax is not None and tax.numbers:
        between = [v for v in rows if pretax.index < v.index < tax.index and v.zone == BODY]
        after = [v for v in rows if v.index > tax.index and v.zone == BODY][:4]
        for count in range(len(after)):
            others = [(1, view) for view in (*between, *after[:count])]
            sign = _tying_sign(after[count], pretax, tax, others)
            if sign is not None:
                return sign
    in_words = _tax_sign_in_words(tax)
    return -1 if in_words == 1 and costs_negative and tax.mostly_negative else in_words


def _tying_sign(
    result: RowView, pretax: RowView, tax: RowView, others: Sequence[tuple[int, RowView]]
) -> int | None:
    """The sign with which income less tax gives the result; the nearer one when rounding allows both."""
    errors = {
        sign: error
        for sign in (1, -1)
        if (error := sum_error(result, [(1, pretax), (-sign, tax), *others])) is not None
        and error <= row_tolerance(result, len(others) + 2)
    }
    return min(errors, key=lambda sign: errors[sign]) if errors else None


def _tax_sign_in_words(tax: RowView) -> int:
    bracketed = re.search(
        r"\((?:income tax )?(provision|expense|charge|benefit|credit)", tax.printed
    )
    if bracketed is not None:
        return -1 if bracketed.group(1) in {"provision", "expense", "charge"} else 1
    first = re.search(r"provision|expense|charge|benefit|credit|recovery", tax.text)
    says_benefit_first = first is not None and first.group(0) in {"benefit", "credit", "recovery"}
    return -1 if says_benefit_first else 1


def _match_net_income(rows: Sequence[RowView], decisions: Decisions) -> None:
    """Parent's net income, and the whole one where noncontrolling interests stand between the two."""
    free = [view for view in rows if not decisions.taken(view)]
    if not _has_noncontrolling(free):
        plain = pick(free, WHOLE[:1])
        if plain.view is None:
            plain = pick(free, PARENT)
        decisions.decide(
            "net_income", plain if plain.view is not None else pick(free, TO_COMMON_ONLY)
        )
        return
    parent = pick(free, PARENT)
    if parent.view is None:
        parent = _below_noncontrolling(free)
    decisions.decide("net_income", parent)
    left = [v for v in free if not decisions.taken(v) and _precedes(v, parent.view)]
    decisions.decide("net_income_incl_nci", pick(left, INCLUDING))


def _has_noncontrolling(rows: Sequence[RowView]) -> bool:
    return any(v.zone == BODY and re.search("noncontrolling|minority", v.text) for v in rows)


def _precedes(view: RowView, parent: RowView | None) -> bool:
    return parent is None or view.index < parent.index or parent.index - view.index < 2


def _below_noncontrolling(rows: Sequence[RowView]) -> Pick:
    """Without an 'attributable to' row the parent's is below the noncontrolling row, by words or arithmetic.

    The plain net income above that row includes the noncontrolling interests: it is left in doubt.
    """
    rows = [view for view in rows if view.zone == BODY]
    interests = [v for v in rows if re.search("noncontrolling|minority", v.text)]
    below = [view for view in rows if interests and view.index > interests[-1].index]
    outcome = pick(below, WHOLE[:1])
    whole = pick([v for v in rows if v not in below], WHOLE[:1]).view
    if outcome.view is None and whole is not None:
        outcome = _left_of(whole, interests[-1], below) if interests else outcome
    if outcome.view is None:
        outcome = pick(rows, TO_COMMON_ONLY[:1])
    if outcome.view is not None or whole is None:
        return outcome
    return Pick(None, 0.0, (whole,))


def _left_of(whole: RowView, interest: RowView, below: Sequence[RowView]) -> Pick:
    """The row that is net income less (or with) the noncontrolling interests, whatever it is called."""
    for view in below[:_ROWS_BELOW]:
        for sign in (-1, 1):
            if adds_up(view, [(1, whole), (sign, interest)]) and view.values != whole.values:
                return Pick(view, _BY_ARITHMETIC)
    return NOTHING


def name_blank_results(views: Sequence[RowView]) -> list[RowView]:
    """Return the rows with unlabelled (or merely 'total') results named when arithmetic leaves no doubt."""
    named = list(views)
    for place, view in enumerate(views):
        if view.text in {"", "total"} and view.has_numbers and view.zone == BODY:
            text = _name_of_result(named, place)
            if text is not None:
                named[place] = replace(view, text=text, inferred=True)
    return named


def _name_of_result(views: Sequence[RowView], place: int) -> str | None:
    above = [view for view in views[:place] if view.has_numbers and view.zone == BODY]
    total = views[place]
    heading = total.section or (above[-1].section if above else "")
    if re.match(rf"(?:net |operating |total )*{SALES}", heading) and _sums(above, total):
        return "total revenues"
    if re.match(r"costs? of (?:sales|revenues?|goods|products)", heading) and _sums(above, total):
        return "total cost of sales"
    revenue, cost = pick(above, REVENUE).view, pick(above, COST_OF_REVENUE).view
    if revenue is not None and cost is not None:
        sign = -1 if not cost.mostly_negative else 1
        if adds_up(total, [(1, revenue), (sign, cost)]):
            return "gross profit"
    if revenue is None and len(above) > 1 and _sums(above, total) and _looks_like_sales(above):
        return "total revenues"
    return None


def _sums(above: Sequence[RowView], total: RowView) -> bool:
    return any(
        len(above) - start > 1 and adds_up(total, [(1, view) for view in above[start:]])
        for start in range(len(above))
    )


def _looks_like_sales(above: Sequence[RowView]) -> bool:
    return not any(re.search(r"cost|expense|income|tax|loss", view.text) for view in above)
