"""Subtotal discovery: what it finds, what it refuses, and that injected errors never look confirmed."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.extraction.footing import (
    FootingRow,
    Relation,
    discover,
    discover_broken,
    discover_exchanged,
    residual,
)

CURRENT_ASSETS = [
    ("Cash", (2853, 3053)),
    ("Marketable securities", (380, 1076)),
    ("Receivables", (5020, 4911)),
    ("Inventories", (4366, 4034)),
    ("Other", (1090, 1203)),
    ("Total current assets", (13709, 14277)),
    ("Plant", (8738, 8866)),
    ("Other assets", (14053, 14844)),
    ("Total assets", (36500, 37987)),
]


def sheet(rows=CURRENT_ASSETS) -> list[FootingRow]:
    return [
        FootingRow(
            index,
            label,
            values,
            total_like=label.startswith("Total"),
            closes=label == "Total assets",
        )
        for index, (label, values) in enumerate(rows)
    ]


def test_a_total_is_found_and_swallows_its_rows():
    found = discover(sheet(), range(2))
    assert found == [
        Relation(5, (0, 1, 2, 3, 4), (1, 1, 1, 1, 1)),
        Relation(8, (5, 6, 7), (1, 1, 1)),
    ]


def exchange(rows, position):
    values = tuple(reversed(rows[position].values))
    return [*rows[:position], replace(rows[position], values=values), *rows[position + 1 :]]


def test_a_row_whose_cells_are_exchanged_between_two_columns_is_named():
    for position in range(5):
        rows = exchange(sheet(), position)
        found = discover(rows, range(2))
        (cells,) = discover_exchanged(rows, found)
        assert (cells.relation.total, cells.row, cells.columns) == (5, position, (0, 1))


def test_an_exchanged_total_is_named_where_its_own_sum_fails():
    rows = exchange(sheet(), 8)
    (cells,) = discover_exchanged(rows, discover(rows, range(2)))
    assert (cells.relation.total, cells.row) == (8, 8)


def test_sums_that_hold_and_other_errors_are_no_exchange():
    assert discover_exchanged(sheet(), discover(sheet(), range(2))) == []
    rows = sheet()
    wrong = [rows[0], replace(rows[1], values=(390, 1066)), *rows[2:]]
    assert discover_exchanged(wrong, discover(wrong, range(2))) == []


def test_revenue_less_costs_is_found_as_first_less_rest():
    rows = sheet([("Sales", (900, 800)), ("Cost", (500, 450)), ("Gross profit", (400, 350))])
    assert discover(rows, range(2)) == [Relation(2, (0, 1), (1, -1))]


def test_income_plus_gain_less_tax_is_found():
    rows = sheet([("A", (900, 800)), ("Gain", (50, 40)), ("Tax", (130, 99)), ("Net", (820, 741))])
    assert discover(rows, range(2)) == [Relation(3, (0, 1, 2), (1, 1, -1))]


def test_no_sum_reaches_across_total_assets():
    rows = sheet(
        [
            ("Total assets", (36500, 37987)),
            ("Liabilities", (26652, 26365)),
            ("Equity", (9796, 11563)),
            ("Noncontrolling", (52, 59)),
        ]
    )
    assert discover(rows, range(2)) == []


def test_a_small_total_has_to_be_met_exactly():
    near = sheet([("A", (30, 20)), ("B", (21, 11)), ("C", (52, 32))])
    assert discover(near, range(2)) == []


def test_a_large_total_may_miss_by_one_rounding_unit():
    rows = sheet([("A", (3000, 2000)), ("B", (2100, 1100)), ("C", (5101, 3099))])
    assert [relation.total for relation in discover(rows, range(2))] == [2]


def test_a_blank_row_adds_nothing_to_a_sum():
    rows = sheet([("A", (300, 200)), ("Gain", (None, 40)), ("B", (210, 110)), ("C", (510, 350))])
    assert discover(rows, range(2)) == [Relation(3, (0, 1, 2), (1, 1, 1))]


def test_a_wrong_cell_breaks_the_sum_in_its_column_only():
    rows = sheet()
    rows[2] = replace(rows[2], values=(5200, 4911))
    broken = discover_broken(rows, discover(rows, range(2)))
    assert [(b.relation.total, b.columns, b.judged) for b in broken] == [(5, (0,), {0})]
    assert residual(rows, broken[0].relation, 0) == -180


def test_a_missing_cell_is_not_judged():
    rows = sheet()
    rows[2] = replace(rows[2], values=(None, 4911))
    broken = discover_broken(rows, discover(rows, range(2)))
    assert [(b.relation.total, b.columns, b.judged) for b in broken] == [(5, (0,), set())]


def test_a_single_column_says_nothing_of_breaks():
    rows = sheet([("A", (300,)), ("B", (210,)), ("Total", (999,))])
    assert discover_broken(rows, []) == []


def test_one_supporting_column_is_not_enough_for_a_row_that_is_no_total():
    rows = sheet([("A", (300, 305)), ("B", (210, 111)), ("Plant", (510, 700))])
    assert discover_broken(rows, discover(rows, range(2))) == []


def test_two_supporting_columns_are_enough_for_any_row():
    rows = sheet([("A", (300, 305, 310)), ("B", (210, 111, 95)), ("Result", (510, 416, 777))])
    broken = discover_broken(rows, discover(rows, range(3)))
    assert [(b.relation.total, b.columns) for b in broken] == [(2, (2,))]


def test_errors_in_two_of_three_columns_are_found_by_the_third():
    rows = sheet([("A", (300, 305, 310)), ("B", (210, 999, 95)), ("Total", (777, 416, 405))])
    broken = discover_broken(rows, discover(rows, range(3)))
    assert [(b.relation.total, b.columns) for b in broken] == [(2, (0, 1))]


def test_errors_in_five_of_twelve_months_are_found_by_the_others():
    months = [(90 + n, 40 + 3 * n, 130 + 4 * n) for n in range(12)]
    wrong = [(a, b, total + 9 * (n % 2 and n < 10)) for n, (a, b, total) in enumerate(months)]
    rows = sheet(list(zip(("Here", "There", "Total"), zip(*wrong, strict=True), strict=True)))
    (broken,) = discover_broken(rows, discover(rows, range(12)))
    assert broken.relation == Relation(2, (0, 1), (1, 1))
    assert broken.columns == (1, 3, 5, 7, 9)


def test_a_sum_of_one_month_of_twelve_is_a_coincidence():
    months = [(90 + n, 40 + 3 * n, 130 + 4 * n + 50 * (n > 0)) for n in range(12)]
    rows = sheet(list(zip(("Here", "There", "Total"), zip(*months, strict=True), strict=True)))
    assert discover_broken(rows, discover(rows, range(12))) == []


def test_an_error_inside_does_not_hide_the_sum_around_it():
    rows = sheet()
    rows[2] = replace(rows[2], values=(5200, 4911))
    rows[6] = replace(rows[6], values=(8738, 9999))
    broken = discover_broken(rows, discover(rows, range(2)))
    assert [(b.relation.total, b.columns) for b in broken] == [(5, (0,)), (8, (1,))]


def test_no_rows_give_no_relations():
    assert discover([], range(0)) == []
    assert discover_broken([], []) == []


def random_block(seed: int) -> list[FootingRow]:
    source = random.Random(seed)
    rows = [
        (f"Row {n}", (source.randint(1_000, 9_999_999), source.randint(1_000, 9_999_999)))
        for n in range(source.randint(2, 9))
    ]
    totals = tuple(sum(values[column] for _, values in rows) for column in (0, 1))
    return sheet([*rows, ("Total", totals)])


def corrupted(rows: list[FootingRow], seed: int) -> list[FootingRow]:
    """Change one digit of one cell of the first column by a seeded draw."""
    source = random.Random(seed)
    place = source.randrange(len(rows))
    digits = list(str(rows[place].values[0]))
    index = source.randrange(len(digits))
    digits[index] = str((int(digits[index]) + source.randint(1, 9)) % 10)
    wrong = int("".join(digits))
    if abs(wrong - rows[place].values[0]) <= 2:
        wrong += 3_000
    return [
        replace(row, values=(wrong, row.values[1])) if index == place else row
        for index, row in enumerate(rows)
    ]


@given(seed=st.integers(min_value=0))
def test_an_injected_error_is_never_confirmed(seed):
    rows = random_block(seed)
    last = len(rows) - 1
    assert any(relation.total == last for relation in discover(rows, range(2)))
    found = discover(corrupted(rows, seed), range(2))
    assert not any(relation.total == last for relation in found)


def test_injected_errors_are_flagged_in_99_of_100_blocks():
    flagged = 0
    for seed in range(300):
        rows = corrupted(random_block(seed), seed)
        broken = discover_broken(rows, discover(rows, range(2)))
        flagged += any(b.relation.total == len(rows) - 1 and b.columns == (0,) for b in broken)
    assert flagged >= 297


@given(factor=st.sampled_from([10, 1000, 1_000_000]))
def test_discovery_does_not_depend_on_the_unit(factor):
    rows = sheet()
    scaled = [
        replace(row, values=tuple(v * factor for v in row.values if v is not None), unit=factor)
        for row in rows
    ]
    assert discover(scaled, range(2)) == discover(rows, range(2))
