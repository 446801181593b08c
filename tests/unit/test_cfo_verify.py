"""What a CFO is shown is held against the numbers in force; what does not hold is withheld with its reason."""

from decimal import Decimal

import pytest

from services.analysis.bound import Backing
from services.bootstrap import build
from services.cfo.sentences import Basis, split, told
from services.cfo.verify import Verifier
from services.config import Settings
from services.domain.ids import TieOutId
from services.domain.insights import InsightStatus, Quote
from services.domain.messages import Effects, MessageKind, message
from services.domain.reports import ReportStatus, TieOut, TieOutStatus
from services.domain.users import Role
from services.engine import stored
from services.materiality import Terms
from services.pipeline.handlers import analyse_report, context_of
from tests.unit.statement_builder import REPORT, manufacturer, report
from tests.unit.test_access import a_user

NOBODY = Backing((), (), (), (), None)


@pytest.fixture
def services(tmp_path):
    """Services whose store holds an analysed report of a manufacturer."""
    built = build(Settings(data_dir=tmp_path))
    statements, facts = manufacturer()
    read = report(status=ReportStatus.READ, company="Acme")
    built.ports.records.commit(Effects(records=(read, *statements, *facts)))
    analyse(built)
    return built


def analyse(services, run="run-1"):
    incoming = message(MessageKind.FACTS_EXTRACTED, REPORT, run)
    services.ports.records.commit(analyse_report(incoming, context_of(services)))


def all_of(services, **changes):
    """The stored insights, all approved so that every one is looked at, with these changes."""
    update = {"status": InsightStatus.APPROVED, **changes}
    return [one.model_copy(update=update) for one in services.ports.records.insights(REPORT)]


def verified(services, insights):
    records = services.ports.records
    work = stored(records.report(REPORT), records)
    return Verifier(records, services.templates).verify(records.report(REPORT), insights, work)


def one_of(services, rule_id):
    return next(one for one in all_of(services) if one.rule_id == rule_id)


def test_every_insight_of_an_untouched_report_holds(services):
    insights = all_of(services)
    found = verified(services, insights)
    assert len(insights) >= 5
    assert found.withheld == ()
    assert [one.insight for one in found.verified] == insights
    assert all(one.sentences for one in found.verified)


def test_a_number_that_nothing_stands_behind_withholds_an_approved_insight(services):
    insight = one_of(services, "R01")
    false = insight.model_copy(update={"text": insight.text + " It will be 77.7 % next year."})
    found = verified(services, [false])
    assert found.verified == ()
    assert found.withheld[0].reasons == ("no figure or calculation stands behind 77.7%",)


def test_a_title_is_held_too(services):
    insight = one_of(services, "R01")
    false = insight.model_copy(update={"title": "Revenue growth: USD 9,999 m"})
    assert verified(services, [false]).withheld[0].reasons == (
        "no figure or calculation stands behind 9,999m",
    )


def test_a_changed_fact_withholds_what_rests_on_it_and_names_both_amounts(services):
    insight = one_of(services, "R01")
    fact = next(f for f in services.facts.facts(REPORT) if f.fact_id == insight.evidence[0].fact_id)
    other = fact.model_copy(update={"value": fact.value + 1_000_000})
    services.ports.records.commit(Effects(records=(other,)))
    found = verified(services, [insight])
    assert found.verified == ()
    reasons = "\n".join(found.withheld[0].reasons)
    assert f"was {fact.value} (" in reasons
    assert f"is {other.value} (" in reasons
    assert "revenue growth was " in reasons


def test_a_change_below_the_shown_digits_is_seen_all_the_same(services):
    insight = one_of(services, "R01")
    fact = next(f for f in services.facts.facts(REPORT) if f.fact_id == insight.evidence[0].fact_id)
    other = fact.model_copy(update={"value": fact.value + Decimal("0.01")})
    services.ports.records.commit(Effects(records=(other,)))
    assert verified(services, [insight]).verified == ()


def test_an_insight_that_the_rules_find_no_more_is_withheld(services):
    insight = one_of(services, "R01")
    for fact in services.facts.facts(REPORT):
        if fact.concept == "revenue":
            gone = fact.model_copy(update={"concept": None})
            services.ports.records.commit(Effects(records=(gone,)))
    assert verified(services, [insight]).withheld[0].reasons == (
        "rule R01 finds it no more in the numbers in force",
    )


def test_an_insight_without_its_chain_is_withheld(services):
    insight = one_of(services, "R01").model_copy(update={"insight_id": "insight-nobody-knows"})
    assert verified(services, [insight]).withheld[0].reasons == (
        "its reasoning chain is not stored",
    )


def test_a_quotation_that_the_report_no_longer_gives_withholds(services):
    insight = one_of(services, "R01")
    quoted = insight.model_copy(update={"quotes": (Quote(text="All is well.", page=3),)})
    assert verified(services, [quoted]).withheld[0].reasons == (
        "the report no longer says what is quoted",
    )


def test_a_check_that_fails_now_withholds_what_was_published_and_not_what_a_person_approved(
    services,
):
    insight = one_of(services, "R01")
    failed = TieOut(
        tie_out_id=TieOutId("t-failed"),
        report_id=REPORT,
        check="T99",
        name="A check",
        status=TieOutStatus.FAIL,
        total=insight.evidence[0].fact_id,
        sentence="It does not add up.",
    )
    services.ports.records.commit(Effects(records=(failed,)))
    published = insight.model_copy(update={"status": InsightStatus.PUBLISHED})
    assert verified(services, [published]).withheld[0].reasons == (
        "a check on its numbers does not hold",
    )
    assert len(verified(services, [insight]).verified) == 1


def test_two_calculations_of_one_name_are_each_compared_with_their_own(services):
    insight = one_of(services, "R01")
    first, *rest = insight.calculations
    doubled = insight.model_copy(update={"calculations": (first, first, *rest)})
    assert verified(services, [doubled]).withheld[0].reasons == (
        f"{first.name} is no longer computed",
    )


def test_older_words_around_the_same_numbers_still_hold(services):
    insight = one_of(services, "R01")
    reworded = insight.model_copy(update={"text": "So it was: " + insight.text})
    assert len(verified(services, [reworded]).verified) == 1


def test_an_insight_is_judged_under_the_materiality_it_was_made_with(services):
    insights = all_of(services)
    everything = Terms(fixed=Decimal(10) ** 15)
    services.materiality.choose("Acme", everything, "a test", 0, a_user(Role.CFO))
    assert verified(services, insights).withheld == ()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two is 3.5 %. Three.", ["One.", "Two is 3.5 %.", "Three."]),
        ("It says: “We fell. We rose” (page 3). So.", ["It says: “We fell. We rose” (page 3).", "So."]),
        ("Acme Inc. The parent paid.", ["Acme Inc. The parent paid."]),
    ],
)  # fmt: skip
def test_text_is_cut_at_sentences_and_never_inside_a_quotation(text, sentences):
    assert split(text) == sentences


def test_each_sentence_is_a_fact_a_calculation_or_a_judgement_with_the_cells_of_its_numbers(
    services,
):
    found = {one.insight.rule_id: one for one in verified(services, all_of(services)).verified}
    growth = found["R01"].sentences[0]
    assert growth.basis is Basis.CALCULATION
    assert {fact.concept for fact in growth.facts} == {"revenue"}
    quote = Quote(text="Controls were not effective.", page=7)
    behind = NOBODY._replace(quotes=(quote,))
    text = "The report says: “Controls were not effective” (page 7). That matters."
    said, meant = told(text, behind, {}, Basis.JUDGEMENT)
    assert (said.basis, said.quotes) == (Basis.FACT, (quote,))
    assert (meant.basis, meant.quotes) == (Basis.JUDGEMENT, (quote,))
