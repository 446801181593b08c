"""Tie-outs: what a report's numbers say about each other, check by check and period by period.

Subtotals (T06) are discovered on every statement as printed; the named identities run on the facts
of consolidated statements. A missing input makes a check not applicable, it never counts as zero.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from services.domain.concepts import StatementKind, Unit
from services.domain.reports import Fact, LineItem, Statement, TieOut, TieOutStatus
from services.extraction import (
    balance_checks,
    cash_checks,
    debt_checks,
    equity_checks,
    income_checks,
    ledger_checks,
    note_checks,
    period_checks,
    share_checks,
    size_checks,
)
from services.extraction.footing import (
    BrokenRelation,
    ExchangedCells,
    FootingRow,
    Relation,
    discover,
    discover_broken,
    discover_exchanged,
    residual,
    rounding_unit,
)
from services.extraction.statement_view import (
    ROUNDING_UNITS,
    Check,
    StatementView,
    Term,
    conclude,
    judged,
    not_applicable,
    views,
)

BALANCE = Check("T01", "Total assets equal total liabilities and equity")
SUBTOTAL = Check("T06", "Printed subtotal equals the rows it sums")

_TOTAL_LABEL = re.compile(
    r"\btotals?\b|^\W*(net|gross)\b|^\W*cash .*\bend\b|comprehensive (income|loss)|"
    r"(income|earnings|profit|loss)\W.*\b(before|from|including|attributable|operations)\b|"
    r"operating (income|profit|loss|earnings)|(shareholders|stockholders|shareowners)\W* equity",
    re.IGNORECASE,
)
_TOTAL_ASSETS = re.compile(r"^\W*total assets\b", re.IGNORECASE)
MAX_ROWS = 1_000
"""Checks are made on statements up to this length; a longer table is a list and no statement."""
_FILLED = 0.8  # of the rows of the fullest column
_ALWAYS_SUMS = (
    "total_current_assets",
    "total_assets",
    "total_current_liabilities",
    "total_liabilities_and_equity",
    "cash_from_operations",
)
"""Where these are printed below two rows and more, they are the sum of some of them."""
_OPEN_SUMS = ("total_current_assets", "total_current_liabilities")
"""Totals that are themselves part of the next one."""
_SUMMABLE = (Unit.MONEY, Unit.PER_SHARE, Unit.SHARES)


def check(statements: Sequence[Statement], facts: Sequence[Fact]) -> list[TieOut]:
    """Return every tie-out of one report, in document order, then the identities by number."""
    ledgers = [s for s in statements if s.kind is StatementKind.TRIAL_BALANCE]
    others = [s for s in statements if s.kind is not StatementKind.TRIAL_BALANCE]
    long = [s for s in others if len(s.rows) > MAX_ROWS]
    printed = views([s for s in others if len(s.rows) <= MAX_ROWS], facts)
    subtotals = [tie_out for view in printed for tie_out in _subtotals(view)]
    consolidated = [view for view in printed if view.statement.basis == "consolidated"]
    results = [*subtotals, *_too_long(long), *_balance(consolidated)]
    results += income_checks.check(consolidated, subtotals)
    results += balance_checks.check(consolidated, subtotals)
    results += cash_checks.check(consolidated)
    results += note_checks.check(consolidated)
    results += debt_checks.check(consolidated)
    results += equity_checks.check(consolidated)
    results += period_checks.check(consolidated)
    results += size_checks.check(consolidated)
    results += share_checks.check(consolidated)
    results += ledger_checks.check(ledgers, facts)
    return list({tie_out.tie_out_id: tie_out for tie_out in results}.values())


def _too_long(statements: Iterable[Statement]) -> list[TieOut]:
    reason = f"the table has more than {MAX_ROWS:,} rows"
    return [not_applicable(SUBTOTAL, statement, None, reason) for statement in statements]


def _balance(consolidated: Iterable[StatementView]) -> list[TieOut]:
    sheets = [view for view in consolidated if view.statement.kind is StatementKind.BALANCE]
    return [_balance_column(view, column) for view in sheets for column in view.reported_columns]


def _balance_column(view: StatementView, column: int) -> TieOut:
    assets = view.concept("total_assets", column)
    claims = view.concept("total_liabilities_and_equity", column)
    if assets is None or claims is None:
        missing = "total assets" if assets is None else "total liabilities and equity"
        period = view.period(column)
        return not_applicable(BALANCE, view.statement, period, f"no row was read as {missing}")
    return judged(BALANCE, assets, [Term(1, claims)])


def _subtotals(view: StatementView) -> list[TieOut]:
    groups: dict[tuple[Unit, int], list[LineItem]] = {}
    for row in view.statement.rows:
        facts = (view.cell(row, column) for column in view.value_columns)
        cells = [fact for fact in facts if fact is not None]
        if cells and cells[0].unit in _SUMMABLE:
            groups.setdefault((cells[0].unit, cells[0].scale), []).append(row)
    return [tie_out for group in groups.values() for tie_out in _foot(view, group)]


def _foot(view: StatementView, lines: Sequence[LineItem]) -> list[TieOut]:
    columns = _footed_columns(view, lines)
    rows = _footing_rows(view, lines, columns)
    found = discover(rows, range(len(columns)))
    results = [
        tie_out
        for relation in found
        for column in columns
        if (tie_out := _related(view, lines, relation, column)) is not None
    ]
    partly = discover_broken(rows, found)
    for broken in partly:
        results += _broken(view, lines, (rows, columns), broken)
    related = [*found, *(b.relation for b in partly)]
    exchanged = discover_exchanged(rows, related)
    for cells in exchanged:
        results += _exchanged(view, lines, columns, cells)
    explained = {relation.total for relation in (*related, *(e.relation for e in exchanged))}
    return results + _unexplained(view, lines, explained)


def _exchanged(
    view: StatementView,
    lines: Sequence[LineItem],
    columns: Sequence[int],
    cells: ExchangedCells,
) -> list[TieOut]:
    """Fail the sum in both columns and name the row that would mend it."""
    label = lines[cells.row].label.strip(" $")
    note = f" The numbers of '{label}' look exchanged between two columns: then it adds up."
    failed = (_related(view, lines, cells.relation, columns[c], note) for c in cells.columns)
    return [tie_out for tie_out in failed if tie_out is not None]


def _unexplained(
    view: StatementView, lines: Sequence[LineItem], explained: Collection[int]
) -> list[TieOut]:
    """Fail the totals that always are a sum and to which no run of rows adds up in any column."""
    results: list[TieOut] = []
    start = 0
    for place, line in enumerate(lines):
        if line.concept not in _ALWAYS_SUMS or view.statement.basis != "consolidated":
            continue
        above = lines[start:place]
        if place not in explained and len(above) > 1:
            results += [
                failed
                for column in view.value_columns
                if (failed := _without_sum(view, line, above, column)) is not None
            ]
        start = place if line.concept in _OPEN_SUMS else place + 1
    return results


def _without_sum(
    view: StatementView, line: LineItem, above: Sequence[LineItem], column: int
) -> TieOut | None:
    total = view.cell(line, column)
    terms = [Term(1, fact) for row in above if (fact := view.cell(row, column)) is not None]
    if total is None or len(terms) < 2:
        return None
    summed = sum((term.fact.printed_value * term.fact.scale for term in terms), Decimal(0))
    base = conclude(SUBTOTAL, total, terms, (summed, total.printed_value * total.scale))
    sentence = (
        f"{SUBTOTAL.name}: no run of the rows above '{line.label.strip(' $')}' adds up to it for "
        f"{total.period.label}; a number among them is wrong, or a row is missing."
    )
    return base.model_copy(update={"status": TieOutStatus.FAIL, "sentence": sentence})


def _footed_columns(view: StatementView, lines: Sequence[LineItem]) -> list[int]:
    """Return the columns in which rows have to add up; plans that give totals only say nothing of that."""
    reported = set(view.reported_columns)
    filled = {
        column: sum(view.cell(line, column) is not None for line in lines)
        for column in view.value_columns
    }
    most = max(filled.values(), default=0)
    return [column for column in filled if column in reported or filled[column] >= _FILLED * most]


def _footing_rows(
    view: StatementView, lines: Sequence[LineItem], columns: Sequence[int]
) -> list[FootingRow]:
    cells = [[view.cell(line, column) for column in columns] for line in lines]
    finest = max((fact.decimals for row in cells for fact in row if fact is not None), default=0)
    return [
        FootingRow(
            row=line.row,
            label=line.label,
            values=tuple(None if fact is None else _whole(fact, finest) for fact in row),
            unit=max((10 ** (finest - decimals) for decimals in _printed_decimals(row)), default=1),
            total_like=line.is_total or bool(_TOTAL_LABEL.search(line.label)),
            closes=bool(_TOTAL_ASSETS.search(line.label)),
        )
        for line, row in zip(lines, cells, strict=True)
    ]


def _printed_decimals(row: Sequence[Fact | None]) -> list[int]:
    """Return the decimals of the cells that hold an amount; a nil dash has no rounding."""
    return [fact.decimals for fact in row if fact is not None and fact.printed_value != 0]


def _whole(fact: Fact, finest: int) -> int:
    return int(fact.printed_value.scaleb(finest).to_integral_value())


def _related(
    view: StatementView,
    lines: Sequence[LineItem],
    relation: Relation,
    column: int,
    note: str = "",
) -> TieOut | None:
    total = view.cell(lines[relation.total], column)
    if total is None:
        return None
    terms = [
        Term(weight, fact)
        for member, weight in zip(relation.members, relation.weights, strict=True)
        if (fact := view.cell(lines[member], column)) is not None
    ]
    if not terms:
        return None
    expected = sum(
        (term.weight * term.fact.printed_value * term.fact.scale for term in terms), Decimal(0)
    )
    return conclude(SUBTOTAL, total, terms, (expected, total.printed_value * total.scale), note)


def _broken(
    view: StatementView,
    lines: Sequence[LineItem],
    footed: tuple[Sequence[FootingRow], Sequence[int]],
    broken: BrokenRelation,
) -> list[TieOut]:
    rows, columns = footed
    relation, unit = broken.relation, rounding_unit(rows, broken.relation)
    results = []
    for place, column in enumerate(columns):
        unproved = place in broken.columns and place not in broken.judged
        if unproved and abs(residual(rows, relation, place)) > ROUNDING_UNITS * unit:
            results.append(_unjudged(view, lines[relation.total], column))
        elif (tie_out := _related(view, lines, relation, column)) is not None:
            results.append(tie_out)
    return results


def _unjudged(view: StatementView, total: LineItem, column: int) -> TieOut:
    reason = (
        f"'{total.label.strip(' $')}' does not equal its rows in this column and "
        "one of them is blank there"
    )
    return not_applicable(SUBTOTAL, view.statement, view.period(column), reason)
