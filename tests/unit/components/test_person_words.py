"""What people stated, in words: who, where the machine differs, and what a later reading says."""

from decimal import Decimal

from components.confidence_badge import part_reasons
from components.fact_panel import fact_fields
from components.format import meaning_words
from components.person_words import difference_words, later_words, person_words
from components.statement_table import table_rows
from services.corrections.in_force import in_force
from services.domain.confidence import ConfidenceEvidence, FactConfidence
from services.domain.reports import Fact, LineItem
from tests.corrections import a_claim, a_correction
from tests.factories import a_fact
from tests.unit.components.test_tables import a_statement

REVENUE = a_fact("revenue", 2025, 120_000_000)
CLAIM = a_claim(
    REVENUE,
    value=Decimal(125_000_000),
    printed_value=Decimal(125),
    source=REVENUE.source.model_copy(update={"printed": "125"}),
)


def stated(machine: Fact | None, claim=CLAIM, now: Fact | None = REVENUE) -> Fact:
    """The claim in force, made when the machine read one thing and shown when it reads another."""
    facts = [] if now is None else [now]
    return in_force(facts, [a_correction(claim, machine)])[-1]


def reread(millions: int) -> Fact:
    return a_fact("revenue", 2025, millions * 1_000_000)


def test_nothing_is_said_of_what_nobody_stated():
    assert person_words(REVENUE) == ""
    assert difference_words(REVENUE) is None
    assert later_words(REVENUE) is None


def test_a_corrected_number_says_what_the_machine_read_and_what_the_person_says():
    fact = stated(REVENUE)
    assert person_words(fact) == "Corrected by Ana Analyst"
    assert difference_words(fact) == "Machine read 120, Ana Analyst says 125."
    assert later_words(fact) is None


def test_only_what_differs_is_said():
    fact = stated(REVENUE, a_claim(REVENUE, concept="net_income"))
    assert difference_words(fact) == "Machine read Revenue, Ana Analyst says Net income."
    fact = stated(REVENUE, a_claim(REVENUE, scale=1_000, value=Decimal(120_000)))
    assert difference_words(fact) == "Machine read millions, Ana Analyst says thousands."
    fact = stated(REVENUE, a_claim(REVENUE, value=Decimal(-120_000_000)))
    assert difference_words(fact) == (
        "Machine read 120,000,000 USD, Ana Analyst says (120,000,000) USD."
    )


def test_a_confirmed_number_differs_in_nothing():
    fact = stated(REVENUE, a_claim(REVENUE))
    assert (person_words(fact), difference_words(fact)) == ("Confirmed by Ana Analyst", None)


def test_an_added_number_has_no_machine_beside_it():
    fact = stated(None, now=None)
    assert (person_words(fact), difference_words(fact)) == ("Added by Ana Analyst", None)


def test_a_later_reading_that_says_something_else_contradicts():
    assert later_words(stated(REVENUE, now=reread(130))) == (
        "A later reading says 130; when Ana Analyst stated this, it said 120.",
        True,
    )
    assert later_words(stated(None, now=reread(130))) == (
        "A later reading says 130; when Ana Analyst stated this, it had found no number.",
        True,
    )
    assert later_words(stated(REVENUE, now=None)) == (
        "A later reading finds no number at this place.",
        True,
    )


def test_a_later_reading_that_agrees_does_not_contradict():
    agreed = reread(125).model_copy(update={"source": CLAIM.source})
    assert later_words(stated(REVENUE, now=agreed)) == ("A later reading says the same.", False)


def row_of(fact: Fact) -> dict:
    line = LineItem(row=0, label=fact.label, facts=(fact.fact_id, None))
    (row,) = table_rows(a_statement(line), {fact.fact_id: fact}, frozenset(), None)
    return row


def test_a_number_a_person_stated_is_marked_and_said_in_the_statement():
    cell = row_of(stated(REVENUE))["cells"][0]
    assert cell["person"] == "person"
    assert "Corrected by Ana Analyst. Machine read 120, Ana Analyst says 125. " in cell["hint"]
    assert row_of(REVENUE)["cells"][0]["person"] == ""


def test_a_contradicting_later_reading_has_a_mark_of_its_own():
    assert row_of(stated(REVENUE, now=reread(130)))["cells"][0]["person"] == "later"


def test_a_row_says_its_concept_that_it_has_none_or_that_two_are_possible():
    nameless = REVENUE.model_copy(update={"concept": None})
    torn = REVENUE.model_copy(update={"concept": None, "candidates": ("capex", "inventory")})
    told = [(row_of(fact)["meaning"], row_of(fact)["known"]) for fact in (REVENUE, nameless, torn)]
    assert told == [
        ("Revenue", True),
        ("No standard concept", False),
        ("Capital expenditure or Inventories (not decided)", False),
    ]
    rival = REVENUE.model_copy(update={"candidates": ("revenue", "net_income")})
    assert meaning_words(rival) == "Revenue (could also be Net income)"


def test_the_fact_panel_keeps_the_printed_label_of_a_number_without_a_concept():
    nameless = REVENUE.model_copy(update={"concept": None, "label": "Sundry *income*"})
    assert fact_fields(nameless)["Concept"] == (
        r"No standard concept; printed as “Sundry \*income\*”"
    )


def test_reasons_stand_under_their_part_with_their_sign_the_strongest_first():
    evidence = [
        ConfidenceEvidence(part="value", name="a", log_odds=1.0, reason="read from the page"),
        ConfidenceEvidence(part="value", name="b", log_odds=-4.0, reason="does not add up"),
        ConfidenceEvidence(part="value", name="c", log_odds=0.0, reason="computed"),
        ConfidenceEvidence(part="period", name="d", log_odds=3.0, reason="heading"),
    ]
    confidence = FactConfidence.believed(evidence)
    assert part_reasons(confidence, "value") == [
        "− does not add up", "+ read from the page", "· computed",
    ]  # fmt: skip
    assert part_reasons(confidence, "period") == ["+ heading"]
    assert part_reasons(confidence, "unit") == ["no evidence was kept"]
