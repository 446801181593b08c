"""The reasoning chain of a sentence that a language model wrote, or was not allowed to write."""

import re

from services.domain.messages import Effects
from services.domain.users import Role
from tests.narrations import ACCEPTED, OPINION, REFUSED, SILENT, a_narration
from tests.pages.conftest import CHAIN, PUBLISHED, texts


def shown(store, open_page, *tries):
    chain = CHAIN.model_copy(update={"narration": a_narration(*tries)})
    store.ports.records.commit(Effects(records=(chain,)))
    at = open_page("insight", Role.ANALYST, insight=PUBLISHED.insight_id)
    assert not at.exception
    return at


def test_inputs_raw_answers_verdicts_and_rendered_text_stand_side_by_side(seeded, open_page):
    at = shown(seeded, open_page, REFUSED, ACCEPTED)
    codes = [block.value for block in at.code]
    assert a_narration(REFUSED).inputs in codes
    assert [one.reply.text for one in (REFUSED, ACCEPTED)] == codes[-2:]
    words = texts(at)
    assert "answer 2 is shown" in words
    assert "'doubled' is a number in words" in words
    assert ACCEPTED.text in words
    table = str([table.value.to_dict() for table in at.table])
    for part in ("trend-analysis-v2.0.0", "ab" * 32, "m-1 (fp)", "0, 7", "2,150", "0.0065"):
        assert part in table


def test_what_a_model_wrote_is_no_markup(seeded, open_page):
    at = shown(seeded, open_page, REFUSED, REFUSED, REFUSED)
    written = [one.value for one in at.markdown if "doubled" in one.value]
    assert written
    unescaped = [re.sub(r"\\.", "", one) for one in written]
    assert not [one for one in unescaped if re.search(r"[<\[]", one)]
    assert "refused 3 times" in texts(at)


def test_the_reason_of_a_silent_model_is_said(seeded, open_page):
    at = shown(seeded, open_page, SILENT)
    assert f"the template is shown: {SILENT.fault}" in texts(at)
    assert "nobody" in str([table.value.to_dict() for table in at.table])


def test_without_a_model_the_chain_says_nothing_of_one(seeded, open_page):
    at = open_page("insight", Role.ANALYST, insight=PUBLISHED.insight_id)
    assert "language model" not in texts(at)


def test_a_second_opinion_stands_beside_what_the_rules_read(seeded, open_page):
    chain = CHAIN.model_copy(update={"opinion": OPINION})
    seeded.ports.records.commit(Effects(records=(chain,)))
    at = open_page("insight", Role.ANALYST, insight=PUBLISHED.insight_id)
    assert not at.exception
    assert "Second opinion by a language model** · reads it as: none" in texts(at)
    assert "could fail" in texts(at)
    table = str([table.value.to_dict() for table in at.table])
    assert "controls not effective" in table
    assert OPINION.prompt in table
