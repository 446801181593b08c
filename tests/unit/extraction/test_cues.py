"""Cues in running text: what a sentence must assert, and what takes it back."""

import pytest

from services.extraction.cues import cues_in
from services.extraction.sentences import Prose


def kinds(*sentences):
    return [cue.kind for cue in cues_in(Prose([" ".join(sentences)]))]


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("These conditions raise substantial doubt about the Company’s ability to continue as a going concern.",
         "going_concern"),
        ("Recurring losses raise substantial doubt about its ability to continue as a going concern.",
         "going_concern"),
        ("The substantial doubt about our ability to continue was alleviated by the refinancing in May.",
         "going_concern_resolved"),
        ("Management concluded that our internal control over financial reporting was not effective as of June 30.",
         "controls_not_effective"),
        ("The CEO concluded that our disclosure controls and procedures were not effective.",
         "controls_not_effective"),
        ("We did not maintain effective internal control over financial reporting.", "controls_not_effective"),
        ("In the fourth quarter management remediated the material weakness in revenue accounting.",
         "weakness_remediated"),
        ("The Board determined that the financial statements for 2019 should no longer be relied upon.",
         "non_reliance"),
        ("Prior periods were revised to correct an error in the classification of leases.", "error_corrected"),
        ("On May 3 the Audit Committee dismissed Smith LLP as its independent registered public accounting firm.",
         "auditor_changed"),
        ("As of March 31 the Company was not in compliance with the leverage covenant of its credit agreement.",
         "covenant_breached"),
        ("We obtained a waiver of the interest coverage covenant from our lenders.", "covenant_breached"),
    ],
)  # fmt: skip
def test_an_assertion_is_a_cue(sentence, kind):
    assert kinds("We sell goods.", sentence, "Sales rose.") == [kind]


@pytest.mark.parametrize(
    "sentence",
    [
        "If our hedges are not effective, our results may suffer.",
        "A material weakness could mean that our internal control over financial reporting is not effective.",
        "If we identify one, our internal control over financial reporting was not effective may be the conclusion.",
        "The guidance requires management to evaluate whether there is substantial doubt about the entity’s "
        "ability to continue as a going concern.",
        "Conditions that previously raised substantial doubt about our ability to continue as a going concern if "
        "unresolved could return.",
        "A violation of a covenant could occur if we are not in compliance with our covenants.",
        "The amended and restated credit agreement was signed to correct the spelling of names.",
        "We were in compliance with all covenants.",
        "Our disclosure controls and procedures were effective.",
        "He resigned from the board.",
        "Marketing efforts are not effective.",
    ],
)
def test_a_hypothesis_a_standard_or_boilerplate_is_none(sentence):
    assert kinds("We sell goods.", sentence, "Sales rose.") == []


def test_the_quote_is_exact_and_names_its_page():
    text = "We sell.\nOur disclosure controls and\nprocedures were not effective.\nSales rose."
    cue = cues_in(Prose(["Cover", text]))[0]
    assert (cue.page, cue.quote) == (
        2,
        "Our disclosure controls and procedures were not effective.",
    )


def test_the_same_sentence_twice_is_one_cue():
    sentence = "Our disclosure controls and procedures were not effective."
    assert len(cues_in(Prose([sentence, sentence]))) == 1


def test_a_text_without_such_words_has_no_cue():
    assert cues_in(Prose(["", "Revenue rose by 3 %."])) == ()
