"""First digits of a ledger (A24): what fires, what does not, and where the law says nothing."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from services.analysis.digits import EXPECTED, first_digits
from services.analysis.facts_view import FactsView
from services.analysis.finding import CannotCompute
from services.analysis.stats import first_digit_p
from services.domain.concepts import StatementKind
from services.domain.insights import Severity
from services.domain.reports import StatementColumn
from tests.unit.analysis.contexts import CERTAIN, analysed, context_of, insight_of, reason_of
from tests.unit.extraction.test_trial_balance import taken
from tests.unit.statement_builder import at, build

ROOT = Path(__file__).parents[3]
LEDGER, OTHER = StatementKind.TRIAL_BALANCE, StatementKind.OTHER


def spread(count: int, seed: int = 1, orders: float = 5.0) -> list[Decimal]:
    """Return amounts that follow the law: uniform in their logarithm over whole orders of magnitude."""
    return _cents(10 ** np.random.default_rng(seed).uniform(1, 1 + orders, count))


def invented(count: int, seed: int = 1) -> list[Decimal]:
    """Return amounts as people invent them: each first digit as often, any order of magnitude."""
    source = np.random.default_rng(seed)
    return _cents(source.uniform(1, 10, count) * 10 ** source.integers(1, 5, count))


def _cents(values) -> list[Decimal]:
    return [Decimal(f"{value:.2f}") for value in values]


def ledger(amounts, kind=LEDGER, header="", labels=None):
    rows = [
        ((labels or {}).get(number, f"{number} Account"), None, amount)
        for number, amount in enumerate(amounts)
    ]
    statement, facts = build(kind, [at(2025)], rows, scale=1, confidence=CERTAIN)
    column = StatementColumn(header=header, period=at(2025))
    return statement.model_copy(update={"columns": (column,)}), facts


def outcome(amounts, **how):
    """Return the findings of the rule, or why it has none to give."""
    statement, facts = ledger(amounts, **how)
    try:
        return first_digits(context_of([statement], facts))
    except CannotCompute as reason:
        return str(reason)


def test_amounts_that_follow_the_law_are_no_finding():
    assert outcome(spread(1500)) == []
    source = np.random.default_rng(5)
    assert outcome(_cents(np.exp(source.normal(8, 2, 1500)))) == []


def test_invented_amounts_are_told_with_the_digit_that_stands_too_often():
    statement, facts = ledger(invented(1500))
    found = insight_of(analysed([statement], facts), "A24")
    assert found.severity is Severity.LOW
    assert found.text == (
        "First digits of 1,500 amounts of the ledger (Dec 31, 2025) depart from Benford's law (mean "
        "absolute deviation 0.0609, p < 0.001): 11.9 % of them begin with 8, where 5.1 % are expected. "
        "It is a screen that says where to look, no proof of an error."
    )
    shown = [calculation.display for calculation in found.calculations]
    assert shown == ["1,500", "0.0609", "< 0.001", "8", "11.9 %", "5.1 %"]
    assert [series.name for series in found.chart.series] == [
        "Amounts of the ledger",
        "Benford's law",
    ]


def test_the_largest_amounts_that_begin_with_the_digit_are_cited():
    amounts = invented(1500)
    (found,) = outcome(amounts)
    eights = sorted((a for a in amounts if str(a).startswith("8")), reverse=True)
    assert [fact.value for fact in found.facts] == eights[:10]
    assert found.margin == 1.0


def test_an_amount_read_with_doubt_counts_against_a_deviation_near_its_bound():
    counts = [round(1000 * EXPECTED[digit]) for digit in range(1, 10)]
    counts[0], counts[8] = counts[0] - 70, counts[8] + 70
    amounts = [
        Decimal(digit * 100 + step % 97) * 10 ** (step % 4) + step
        for digit, count in enumerate(counts, start=1)
        for step in range(count)
    ]
    statement, facts = ledger(amounts)
    (sure,) = first_digits(context_of([statement], facts))
    doubted = [
        fact.model_copy(update={"confidence": fact.confidence.model_copy(update={"value": 0.9})})
        for fact in facts
    ]
    (unsure,) = first_digits(context_of([statement], doubted))
    assert (sure.margin, unsure.margin) == (1.0, 0.5)


def test_fewer_than_a_thousand_amounts_are_too_few():
    reason = outcome(invented(999))
    assert reason == "first digits need 1,000 amounts, 'trial_balance' has 999"
    statement, facts = ledger(invented(20))
    assert reason_of(analysed([statement], facts), "A24").endswith("has 20")


def test_amounts_within_two_orders_of_magnitude_follow_no_law():
    bounded = _cents(np.random.default_rng(2).uniform(20, 1900, 1500))
    assert "span less than two orders of magnitude" in outcome(bounded)
    assert "span less than two orders of magnitude" in outcome([*bounded, Decimal(9_000_000)])


def test_a_fee_that_stands_again_and_again_is_an_assigned_number():
    assert "USD 950 stands 80 times" in outcome([*spread(1500), *[Decimal(950)] * 80])


def test_totals_and_amounts_of_one_digit_are_no_amounts_of_the_test():
    labels = dict.fromkeys(range(1000, 1100), "Total of a group")
    reason = outcome([*spread(950), *[Decimal("0.05")] * 50, *invented(100)], labels=labels)
    assert reason.endswith("has 950")


@pytest.mark.parametrize("header", ["Unit price", "Quantity", "Cost centre no.", "Tax rate"])
def test_columns_of_prices_quantities_and_codes_are_left_out(header):
    assert outcome(invented(1500), header=header) == "no trial balance or list of postings was read"


def test_a_list_of_postings_counts_each_posting_once():
    amounts = spread(700)
    mirrored = [*amounts, *(-amount for amount in amounts)]
    assert outcome(mirrored, kind=OTHER, header="Amount").endswith("has 700")
    assert "no trial balance" in outcome(invented(1500), kind=OTHER, header="Distance")
    assert len(outcome(invented(1500), kind=OTHER, header="Amount")) == 1


def test_debits_and_credits_of_a_workbook_are_one_ledger():
    amounts = invented(1200)
    rows = [["Acme plc"], ["Trial balance as at 31 December 2025"]]
    rows += [["Account code", "Account name", "Debit", "Credit"]]
    rows += [
        [str(1000 + n), f"Account {n}", *((amount, "") if n % 2 else ("", amount))]
        for n, amount in enumerate(amounts)
    ]
    read = taken(rows)
    (found,) = first_digits(context_of(read.statements, read.facts))
    assert found.values["n"] == "1,200"
    assert found.period.end == date(2025, 12, 31)


def test_p_is_the_same_in_another_process():
    code = "from services.analysis.stats import first_digit_p as p; print(p(0.012, 1000))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert float(done.stdout) == first_digit_p(0.012, 1000) == 0.0234


def test_of_two_hundred_ledgers_that_follow_the_law_at_most_two_are_told():
    statement, facts = ledger(spread(1000))
    context, told = context_of([statement], facts), 0
    for seed in range(200):
        amounts = spread(1000, seed=seed, orders=4)
        moved = [
            fact.model_copy(update={"value": amount})
            for fact, amount in zip(facts, amounts, strict=True)
        ]
        told += bool(first_digits(replace(context, view=FactsView(moved))))
    assert told <= 2
