"""Why prior figures changed, as the text says it, and sentences that say nothing of the kind."""

from datetime import date

import pytest

from services.extraction.recasts import recasts_in
from services.extraction.sentences import Prose


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Certain prior year amounts have been reclassified to conform with the current year presentation.",
         "reclassified"),
        ("Certain reclassifications have been made to prior periods in the Consolidated Financial Statements.",
         "reclassified"),
        ("Prior-period results have been recast to match the new calendar.", "restated"),
        ("We applied the new revenue standard to all contracts using the full retrospective method.", "principle"),
        ("The change was applied retrospectively to all periods presented.", "principle"),
        ("Prior periods were adjusted upon the adoption of ASU 2099-01 on leases.", "principle"),
        ("The pump business was presented as discontinued operations for all periods.", "discontinued"),
        ("Prior periods have been recast to reflect the pump business as discontinued operations.", "discontinued"),
        ("Share data of all periods have been retroactively adjusted for the two-for-one stock split.", "split"),
        ("We revised the prior period for the correction of an error in freight accruals.", "error"),
        ("Comparative figures were revised to correct the freight accrual.", "error"),
        ("Prior period amounts include an immaterial error that was corrected here.", "error"),
        ("The table shows comparative figures as restated and was not audited.", "error"),
    ],
)  # fmt: skip
def test_a_sentence_that_says_why_is_quoted_with_its_kind_and_page(sentence, kind):
    (found,) = recasts_in(Prose(["Nothing.", sentence]))
    assert (found.kind, found.text, found.page) == (kind, sentence, 2)


@pytest.mark.parametrize(
    "sentence",
    [
        "Prior periods have not been restated.",
        "Prior year amounts could be reclassified.",
        "The plan was amended and restated in the prior year.",
        "Gains were reclassified into earnings.",
        "The standard was adopted using the modified retrospective method.",
        "We adopted the standard without retrospectively adjusting prior periods.",
        "We plan to adopt the standard retrospectively.",
        "We adopted ASU 2099-01 on leases in all countries.",
        "The prior error did not require a restatement of the financial statements.",
        "A component that is sold is presented as discontinued operations and prior periods are recast.",
    ],
)
def test_negations_plans_policies_and_other_reclassifications_say_nothing(sentence):
    assert recasts_in(Prose([sentence])) == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "Prior-period information has been restated to reflect our current organizational structure.",
        "We revised prior-period information to conform to the current management structure.",
        "Prior year amounts were reclassified between our segments.",
        "Prior period non-GAAP measures have been recast to conform with this presentation.",
        "(b) Prior-period amounts have been revised to conform with the current presentation.",
        "Certain prior year amounts in the notes to the statements have been reclassified.",
    ],
)
def test_what_concerns_segments_structures_other_measures_or_one_table_is_no_reason(sentence):
    assert recasts_in(Prose([sentence])) == ()


@pytest.mark.parametrize(
    ("sentence", "since"),
    [
        ("In the first quarter of fiscal 2021, we retrospectively adopted new rules.", date(2021, 1, 1)),
        ("We adopted the rules retrospectively effective July 3, 2020.", date(2020, 7, 3)),
        ("The change was applied retrospectively and moved $4 million in 2015 and 2016.", None),
        ("Prior periods were revised to correct an error effective July 3, 2020.", None),
    ],
)  # fmt: skip
def test_the_day_a_change_of_accounting_counts_from_is_read_where_it_is_named(sentence, since):
    (found,) = recasts_in(Prose([sentence]))
    assert found.since == since


def test_a_mark_before_a_sentence_is_not_part_of_the_quotation():
    (found,) = recasts_in(Prose(["(3) The change was applied retrospectively to all years."]))
    assert found.text == "The change was applied retrospectively to all years."
