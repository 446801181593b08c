"""Gate 6: how a statement is printed changes no number: signs of costs, order of years, currency, scale.

And a number that is not printed is never taken for zero.
"""

from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analysis.facts_view import FactsView
from services.analysis.metric_catalogue import SPECS
from services.analysis.metrics import derived_metrics
from services.analysis.profile import profile_of
from services.extraction.service import extract
from tests.unit.extraction.fake_document import FakeDocument
from tests.unit.extraction.page_builder import (
    EDGES,
    Page,
    balance_sheet,
    cash_flow,
    income_statement,
)
from tests.unit.extraction.test_service import report

YEARS = ("2022", "2021", "2020")
COSTS = {"Cost of sales", "Selling, general and administrative expenses", "Interest expense",
         "Provision for income taxes"}  # fmt: skip
SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "": "USD"}


def income_rows(sales, cost, overhead, interest, tax):
    """Return consistent rows of an income statement for one year."""
    gross, operating = sales - cost, sales - cost - overhead
    pretax = operating - interest
    return {
        "Net sales": sales,
        "Cost of sales": cost,
        "Gross profit": gross,
        "Selling, general and administrative expenses": overhead,
        "Operating income": operating,
        "Interest expense": interest,
        "Income before income taxes": pretax,
        "Provision for income taxes": tax,
        "Net income": pretax - tax,
    }


def written(by_year, order=YEARS, symbol="$", *, negative_costs=False, unit="millions"):
    """Write the income statement as one company would print it."""
    page = Page(2).text("Example Corp. and Subsidiaries")
    page.text("Consolidated Statements of Income").text(f"(In {unit})")
    page.text("Years Ended December 31,", x0=420.0).header(*order)
    for place, label in enumerate(next(iter(by_year.values()))):
        mark = f"{symbol} " if symbol and place == 0 else ""
        page.row(label, *(mark + _cell(by_year[y][label], label, negative_costs) for y in order))
    return page


def _cell(amount, label, negative_costs):
    printed = -amount if negative_costs and label in COSTS else amount
    return f"({-printed:,})" if printed < 0 else f"{printed:,}"


def values(*pages):
    """Return value by concept and period, and every metric by id and period."""
    read = extract(FakeDocument(list(pages)), report())
    facts = [fact for fact in read.facts if fact.concept]
    view = FactsView(facts, (), read.tie_outs)
    metrics = derived_metrics(view, profile_of(read.statements, view))
    return (
        {(f.concept, f.period): f.value for f in facts},
        {(m.metric_id, m.period): m.value for m in metrics},
        {f.currency for f in facts},
    )


year_of = st.builds(
    lambda parts: income_rows(
        sum(parts), parts[0], parts[1], parts[2], parts[3]
    ),
    st.tuples(
        st.integers(2_000, 9_000), st.integers(800, 1_900), st.integers(50, 190),
        st.integers(200, 700), st.integers(1_000, 3_000),
    ),
)  # fmt: skip
three_years = st.fixed_dictionaries(dict.fromkeys(YEARS, year_of))


@settings(max_examples=20, deadline=None)
@given(by_year=three_years, order=st.sampled_from(list(permutations(YEARS))))
def test_the_order_of_the_columns_changes_no_fact_and_no_metric(by_year, order):
    assert values(written(by_year, order)) == values(written(by_year))


@settings(max_examples=20, deadline=None)
@given(by_year=three_years)
def test_costs_in_parentheses_are_the_same_costs(by_year):
    plain, signed = values(written(by_year)), values(written(by_year, negative_costs=True))
    assert len(plain[1]) >= 10
    assert signed == plain


@settings(max_examples=12, deadline=None)
@given(by_year=three_years, symbol=st.sampled_from(list(SYMBOLS)))
def test_the_currency_symbol_changes_no_amount_and_names_the_currency(by_year, symbol):
    facts, metrics, currencies = values(written(by_year, symbol=symbol))
    assert (facts, metrics) == values(written(by_year))[:2]
    assert currencies == {SYMBOLS[symbol]}


@settings(max_examples=12, deadline=None)
@given(by_year=three_years)
def test_thousands_instead_of_millions_change_amounts_and_no_ratio(by_year):
    units = {spec.metric_id: spec.unit for spec in SPECS}
    millions, thousands = values(written(by_year)), values(written(by_year, unit="thousands"))
    assert {key: value * 1000 for key, value in thousands[0].items()} == millions[0]
    for (name, period), value in millions[1].items():
        times = 1000 if units[name] == "USD" else 1
        assert thousands[1][name, period] * times == pytest.approx(value)


@pytest.mark.parametrize("label", sorted(COSTS | {"Net sales", "Gross profit", "Net income"}))
def test_a_row_that_is_not_printed_feeds_no_metric_as_zero(label):
    by_year = {year: income_rows(9_000, 5_000, 2_000, 100, 400) for year in YEARS}
    whole = values(written(by_year))[1]
    left = {year: {k: v for k, v in rows.items() if k != label} for year, rows in by_year.items()}
    for key, value in values(written(left))[1].items():
        assert value == pytest.approx(whole[key]), key


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.metric_id)
def test_every_metric_is_the_same_at_another_scale_and_none_is_computed_with_less(spec):
    amounts = {name: Decimal(7000 - 97 * place) for place, name in enumerate(spec.inputs)}
    scaled = {
        name: amount if name.startswith("shares") else amount * 1000
        for name, amount in amounts.items()
    }
    value = spec.value(amounts)
    times = 1000 if spec.unit == "USD" else 1
    assert spec.value(scaled) == pytest.approx(value * times)
    for name in spec.inputs:
        with pytest.raises(KeyError):
            spec.value({other: amount for other, amount in amounts.items() if other != name})


def turned(page, order):
    """Return a page with its columns of numbers, and their headings, in another order."""
    spanning = {word.y0 for word in page.words if word.text == "Ended"}
    words = []
    for word in page.words:
        old = next((i for i in order if EDGES[i] - 62 < word.x1 <= EDGES[i] + 15), None)
        still = old is None or word.x0 < 335 or word.y0 in spanning
        shift = 0.0 if still else EDGES[order.index(old)] - EDGES[old]
        words.append(word._replace(x0=word.x0 + shift, x1=word.x1 + shift))
    page.words = words
    return page


OUTFLOWS = {
    "(400)": "400", "(350)": "350", "(340)": "340", "(700)": "700", "(650)": "650", "(600)": "600",
    "(480)": "480", "(370)": "370", "(300)": "300", "(1,180)": "1,180", "(1,020)": "1,020", "(900)": "900",
}  # fmt: skip
"""The payments of the cash-flow statement and their totals, and how they look without parentheses."""


def without_signs(page):
    """Return a cash-flow statement that prints its payments as plain numbers."""
    page.words = [word._replace(text=OUTFLOWS.get(word.text, word.text)) for word in page.words]
    return page


@pytest.mark.parametrize("years", list(permutations(range(3))), ids=str)
@pytest.mark.parametrize("ends", list(permutations(range(2))), ids=str)
def test_the_order_of_the_columns_of_all_three_statements_changes_nothing(years, ends):
    printed = values(income_statement(2), balance_sheet(3), cash_flow(4))
    other = values(
        turned(income_statement(2), years),
        turned(balance_sheet(3), ends),
        turned(cash_flow(4), years),
    )
    assert len(printed[0]) == 88
    assert len(printed[1]) >= 60
    assert other == printed


def test_payments_without_parentheses_are_the_same_payments():
    signed = values(income_statement(2), balance_sheet(3), cash_flow(4))
    plain = values(income_statement(2), balance_sheet(3), without_signs(cash_flow(4)))
    assert plain == signed
    assert ("free_cash_flow", Decimal(1380)) in {
        (name, amount / 1_000_000) for (name, _), amount in plain[1].items()
    }


@pytest.mark.parametrize("symbol", ["€", "£", ""])
def test_the_currency_symbol_of_all_three_statements_changes_no_amount(symbol):
    pages = (income_statement(2), balance_sheet(3), cash_flow(4))
    dollars = values(*pages)
    for page in pages:
        page.words = [word._replace(text=word.text.replace("$", symbol)) for word in page.words]
        page.words = [word for word in page.words if word.text]
    others = values(*pages)
    assert others[:2] == dollars[:2]
    assert others[2] == {SYMBOLS[symbol]}
