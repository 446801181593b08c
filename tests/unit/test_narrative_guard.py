"""The guard of model text: what it accepts, and that each kind of falsehood is refused with its reason."""

from dataclasses import replace
from decimal import Decimal

import pytest

from services.analysis import wording
from services.domain.insights import Calculation, Evidence, Quote
from services.narrative.given import given_of
from services.narrative.guard import judge
from tests.factories import a_fact, an_insight

NOW = a_fact("revenue", 2025, 120_000_000)
BEFORE = a_fact("revenue", 2024, 100_000_000)
FACTS = {fact.fact_id: fact for fact in (NOW, BEFORE)}
INSIGHT = an_insight(
    "R01",
    evidence=tuple(Evidence(fact_id=f.fact_id, role="revenue") for f in (NOW, BEFORE)),
    calculations=(
        Calculation(
            name="revenue growth", formula="now ÷ before − 1", value=Decimal("0.2"),
            display="+20.0 %", inputs=(NOW.fact_id, BEFORE.fact_id),
        ),
    ),
    quotes=(Quote(text="Revenue grew because we opened stores.", page=3),),
)  # fmt: skip
GIVEN = given_of(INSIGHT, FACTS, lambda fact: wording.money(fact.value), "Acme Stores Inc.")
A, B = f"{{{{fact:{BEFORE.fact_id}}}}}", f"{{{{fact:{NOW.fact_id}}}}}"


def reasons(text: str) -> str:
    return " | ".join(refusal.reason for refusal in judge(text, GIVEN).refusals)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Revenue rose from {A} in 2024 to {B} in 2025.",
         "Revenue rose from USD 100 m in 2024 to USD 120 m in 2025."),
        (f"In 2025, Acme Stores had revenue of {B}, after {A} in 2024.",
         "In 2025, Acme Stores had revenue of USD 120 m, after USD 100 m in 2024."),
        ("The revenue growth was {{calc:0}} for 2025.", "The revenue growth was +20.0 % for 2025."),
        ("Revenue was USD 120 m in 2025.", "Revenue was USD 120 m in 2025."),
        ("The report says “Revenue grew because we opened stores.”",
         "The report says “Revenue grew because we opened stores.”"),
    ],
)  # fmt: skip
def test_what_the_insight_says_is_accepted_and_filled(text, shown):
    verdict = judge(text, GIVEN)
    assert (verdict.refusals, verdict.text) == ((), shown)
    assert verdict.accepted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Revenue was USD 121 m in 2025.", "'USD 121 m' is no number of this insight"),
        (f"Revenue was {B}, USD 20 m more.", "'USD 20 m' is no number of this insight"),
        ("Revenue was USD 120 bn in 2025.", "'USD 120 bn' is no number of this insight"),
        ("Revenue was EUR 120 m in 2025.", "'EUR 120 m' is no number of this insight"),
        ("Revenue was USD (120) m in 2025.", "'USD (120) m' is no number of this insight"),
        (f"Revenue was {B} in 2023.", "'2023' is no period of this insight"),
        (f"Revenue was {B} in 2024.", "'2024' is not the period of the number beside it"),
        (f"Revenue was {B} bn in 2025.", "brings its own unit and sign"),
        ("The revenue growth was {{calc:0}}5 for 2025.", "'5' is no number of this insight"),
        (f"Revenue was ${B} in 2025.", "brings its own unit and sign"),
        (f"Revenue fell from {A} in 2024 to {B} in 2025.", "'fell' is not borne out"),
        (f"Revenue rose from {B} in 2025 to {A} in 2024.", "'rose' is not borne out"),
        (f"Revenue rose to {B}.", "'rose' is not borne out"),
        (f"Net income was {B} in 2025.", "does not say that USD 120 m is revenue"),
        (f"Revenue of Globex was {B} in 2025.", "'Globex' is no word of this insight"),
        ("Revenue was {{fact:nothing}}.", "there is no number called 'fact:nothing'"),
        ("Revenue was {B}.", "a brace stands outside a placeholder"),
        ("The report says “Revenue fell.”", "“Revenue fell.” is not in the document"),
        (f"Revenue was {B} in 2025 because prices rose.", "names a cause without quoting one"),
        (f"Revenue was {B} in 2025, a fraud.", "'fraud' is a verdict"),
        (f"Revenue was {B} in 2025 and will last.", "'will' is a promise"),
        (f"Revenue was {B} in 2025, so buy.", "'buy' is advice"),
        ("Revenue doubled.", "'doubled' is a number in words"),
    ],
)
def test_what_it_does_not_say_is_refused_with_the_reason(text, reason):
    assert reason in reasons(text)


def test_every_sentence_is_judged_by_itself():
    text = f"Revenue was {B} in 2025. Revenue fell."
    assert reasons(text) == (
        "a sentence gives no number and no quotation of this insight | "
        "'fell' is not borne out by the numbers beside it"
    )


def test_a_whole_quotation_may_hold_sentences_and_quotations_of_its_own():
    said = "We call this “growth”. It will not last, Mr. Doe said."
    given = replace(GIVEN, quotes=(said,))
    assert judge(f"The report says “{said}”", given).accepted
    assert not judge(f"The report says “{said.replace('not ', '')}”", given).accepted
    assert not judge("The report says “\ue000\ue000”", given).accepted
