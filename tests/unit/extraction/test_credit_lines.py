"""Undrawn credit as sentences state it, and what is none."""

from decimal import Decimal

import pytest

from services.extraction.credit_lines import credit_lines_in
from services.extraction.sentences import Prose


@pytest.mark.parametrize(
    ("sentence", "amount"),
    [
        ("As of June 30, 2019, we had undrawn credit facilities available in the amount of $2.7 billion.",
         2_700_000_000),
        ("The company had $76 million of letters of credit under its revolving credit facility, with "
         "$1.59 billion available to fulfill its short-term liquidity needs.", 1_590_000_000),
        ("The unused portion of the revolving credit facility was $400 million at year end.", 400_000_000),
    ],
)  # fmt: skip
def test_one_stated_amount_of_undrawn_credit_is_read(sentence, amount):
    (line,) = credit_lines_in(Prose(["Nothing.", sentence]))
    assert (line.amount, line.page, line.quote) == (Decimal(amount), 2, sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The term loan facility allowed a further borrowing of $250 million, which expired unused.",
        "We could have $500 million available under the credit facility.",
        "Uncommitted credit lines of $600 million were available.",
        "Cash of $500 million was available for dividends.",
        "The revolving credit facility of $2.0 billion expires in 2026.",
    ],
)
def test_expired_possible_and_uncommitted_credit_is_none(sentence):
    assert credit_lines_in(Prose([sentence])) == ()
