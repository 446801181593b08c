"""Replay: an insight computed again from the stored facts, and what differs from its stored proof.

What a person decided since (status, route of a review) is not part of the proof and not compared. What a
person set of materiality since is not looked at, nor what labels taught since: the versions count that were
in force then. What a model answered is not asked again: the recorded answers are judged anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from services.analysis.service import analyse
from services.analysis.templates import Templates
from services.domain.errors import NotFound
from services.domain.ids import InsightId
from services.domain.insights import Insight, ReasoningChain, ReasoningStep
from services.domain.reasoning import Narration
from services.engine import choice_of_version, scoring_of_version, stored
from services.pipeline.retelling import told_again
from services.ports import RecordStore

_OF_INSIGHT = (
    "rule_version",
    "title",
    "text",
    "severity",
    "amount",
    "confidence",
    "held",
    "calculations",
    "chart",
)
_OF_CHAIN = (
    "ruleset_version",
    "prompt_template_version",
    "model_version",
    "inputs_hash",
    "materiality_version",
    "scoring_version",
    "confidence_score",
)


@dataclass(frozen=True, slots=True)
class Replay:
    """A replayed insight: the stored chain and the differences in words, none when it is identical."""

    chain: ReasoningChain
    differences: tuple[str, ...]

    @property
    def is_identical(self) -> bool:
        """Whether every step came out the same to the bit."""
        return not self.differences


def replay(insight_id: InsightId, records: RecordStore, templates: Templates) -> Replay:
    """Compute one insight again; raises NotFound when it, its chain or its report is not stored."""
    insight, chain = records.insight(insight_id), records.chain(insight_id)
    if insight is None or chain is None:
        raise NotFound(f"No insight '{insight_id}' with a reasoning chain is stored.")
    report = records.report(insight.report_id)
    if report is None:
        raise NotFound("The report of this insight is not stored any more.")
    work = stored(report, records)
    numbers = (work.read.statements, work.read.facts, work.read.tie_outs, work.history)
    choice = choice_of_version(report, chain.materiality_version, records)
    scoring = scoring_of_version(chain.scoring_version, records)
    again = analyse(report, *numbers, templates, insight.created_at, choice=choice, scoring=scoring)
    new = next((one for one in again.insights if one.insight_id == insight_id), None)
    new_chain = next((one for one in again.chains if one.insight_id == insight_id), None)
    if new is None or new_chain is None:
        return Replay(chain, (f"Rule {insight.rule_id} finds this no more in the stored facts.",))
    facts = {fact.fact_id: fact for fact in (*work.history, *work.read.facts)}
    told = told_again(new, new_chain, chain, facts, report.company or "")
    return Replay(chain, tuple(_differences((insight, chain), told)))


def _differences(
    then: tuple[Insight, ReasoningChain], now: tuple[Insight, ReasoningChain]
) -> Iterator[str]:
    for names, old, new in ((_OF_INSIGHT, then[0], now[0]), (_OF_CHAIN, then[1], now[1])):
        for name in names:
            if getattr(old, name) != getattr(new, name):
                yield f"{name}: stored {getattr(old, name)!r}, now {getattr(new, name)!r}"
    old_opinion, new_opinion = then[1].opinion, now[1].opinion
    if old_opinion and new_opinion and old_opinion != new_opinion:
        yield f"second opinion: stored {old_opinion.sentence!r}, now {new_opinion.sentence!r}"
    yield from _of_narration(then[1].narration, now[1].narration)
    for old_step, new_step in zip_longest(then[1].steps, now[1].steps):
        yield from _of_step(old_step, new_step)


def _of_narration(then: Narration | None, now: Narration | None) -> Iterator[str]:
    if then is None or now is None:
        return
    for name in ("inputs", "template"):
        if getattr(then, name) != getattr(now, name):
            yield f"what the model was given, {name}: other than stored"
    for number, (old, new) in enumerate(zip(then.tries, now.tries, strict=True), start=1):
        if old != new:
            verdicts = [list(one.refusals) or "accepted" for one in (old, new)]
            yield f"answer {number} of the model: stored {verdicts[0]}, now {verdicts[1]}"


def _of_step(then: ReasoningStep | None, now: ReasoningStep | None) -> Iterator[str]:
    if then is None or now is None:
        step = now if then is None else then
        side = "only now" if then is None else "only stored"
        yield f"step {step.step} ({step.action}) stands {side}" if step else ""
        return
    for name in ("action", "rule", "inputs", "result", "fact_ids"):
        old, new = getattr(then, name), getattr(now, name)
        if old != new:
            yield f"step {then.step} ({then.action}), {name}: stored {old!r}, now {new!r}"
