"""Figures on which management's pay depends: what a sentence must assert."""

import pytest

from services.extraction.pay import pay_metrics_in
from services.extraction.sentences import Prose


@pytest.mark.parametrize(
    "sentence",
    [
        "Annual incentives of our executives are based on operating income.",
        "Performance share units are earned primarily based on goals for net sales growth.",
        "The bonus pool is funded by performance measured in significant part by net income.",
        "Executive compensation is tied to income before taxes.",
        "Bonuses depend on operating cash flow.",
    ],
)
def test_a_sentence_that_bases_pay_on_a_figure_is_a_cue(sentence):
    (cue,) = pay_metrics_in(Prose(["We sell goods.", f"It is so. {sentence} Sales rose."]))
    assert (cue.kind, cue.quote, cue.page) == ("pay_metric", sentence, 2)


@pytest.mark.parametrize(
    "sentence",
    [
        "Vendor allowances are accrued over the incentive period, based on estimates of net sales.",
        "Bonuses may be based on operating income.",
        "Annual incentives are based on customer satisfaction.",
        "Stock compensation is included in operating income.",
        "The compensation we receive is dependent on net sales of the partner.",
    ],
)
def test_other_sentences_about_pay_and_figures_are_none(sentence):
    assert pay_metrics_in(Prose([sentence])) == ()


def test_the_same_sentence_counts_once():
    sentence = "Annual incentives are based on operating income."
    assert len(pay_metrics_in(Prose([sentence, sentence]))) == 1
