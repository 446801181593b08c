"""Narratives about the sample reports: a good model's pass, every seeded mutation of them is refused."""

from collections import Counter
from pathlib import Path

import pytest

from services.bootstrap import build_engine
from services.domain.reasoning import Reply, Try
from services.engine import shown
from services.narrative.asked import inputs_of
from services.narrative.given import given_of
from services.narrative.grounds import Given
from services.narrative.guard import judge
from services.narrative.narrator import judged
from tests.azure.openai_server import true_sentences
from tests.bench.guard import ACCEPTED, MUTATIONS, Narrative, clean, is_meant, mutated

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
SEED = 20_260_301


@pytest.fixture(scope="module")
def found():
    """Each insight of the samples that a model may tell, with what it may use."""
    engine = build_engine()
    paths = sorted([*SAMPLES.glob("*.pdf"), *SAMPLES.glob("*.xlsx")])
    reads = [engine.read(path.name, path.read_bytes()) for path in paths]
    facts = {fact.fact_id: fact for read in reads for fact in read.facts}
    pairs = [
        (insight, given_of(insight, facts, shown, one.read.report.company or ""))
        for one in engine.analyse(reads)
        for insight in one.analysis.insights
    ]
    return [(insight, given) for insight, given in pairs if _can_be_told(given)]


@pytest.mark.slow
def test_a_models_true_sentences_are_accepted(found):
    verdicts = []
    for insight, given in found:
        request = {"messages": [{}, {"content": inputs_of(insight, given)}]}
        reply = Reply(text=true_sentences(request), model="stand-in", finish="stop")
        verdicts.append(judged(Try(question_sha256="", reply=reply), insight, given))
    assert len(verdicts) >= 50
    assert sum(one.accepted for one in verdicts) >= ACCEPTED * len(verdicts)


@pytest.mark.slow
def test_two_hundred_and_more_mutated_narratives_are_refused_each_for_what_is_wrong(found):
    true = [
        narrative
        for insight, given in found
        for narrative in clean(insight, given)
        if judge(narrative.text, given).accepted
    ]
    made = list(mutated(true, SEED))
    counts = Counter(kind for kind, _ in made)
    assert len(made) >= 200
    assert set(counts) == set(MUTATIONS)
    assert [_of(kind, one) for kind, one in made if judge(one.text, one.given).accepted] == []
    assert [_of(kind, one) for kind, one in made if not _is_meant(kind, one)] == []


@pytest.mark.slow
def test_clean_narratives_are_accepted(found):
    narratives = [one for insight, given in found for one in clean(insight, given)]
    accepted = [one for one in narratives if judge(one.text, one.given).accepted]
    assert len(narratives) >= 200
    assert len(accepted) >= ACCEPTED * len(narratives)


def _can_be_told(given: Given) -> bool:
    return bool(given.grounds or given.quotes) and not given.twins


def _of(kind: str, narrative: Narrative) -> str:
    return f"{kind}: {narrative.text}"


def _is_meant(kind: str, narrative: Narrative) -> bool:
    return is_meant(kind, judge(narrative.text, narrative.given))
