"""The sentences of an analysis by a language model, where one is set: within a document's time and tokens.

What insights say of numbers, how sure they are and where they go was decided before and stays as it is. What a
model was asked before, in the same words, is not asked again.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from services.analysis.service import Analysis
from services.domain.errors import Unavailable
from services.domain.ids import FactId
from services.domain.insights import Insight, InsightKind, ReasoningChain
from services.domain.reasoning import Narration, Opinion, Prompt, Question, Reply
from services.domain.reports import Fact, Report
from services.engine import Stored, shown
from services.narrative.asked import inputs_of, question_of
from services.narrative.given import given_of
from services.narrative.grounds import Given
from services.narrative.narrator import narrated, rejudged, retold
from services.narrative.opinion import read_again, second_opinion
from services.ports import Reasoner, RecordStore

PROMPTS = {
    InsightKind.ANOMALY: "anomaly-detection",
    InsightKind.TREND: "trend-analysis",
    InsightKind.RISK: "risk-assessment",
}
"""Which prompt an insight is told by."""
READING = "text-cue"
"""By which prompt a sentence of the document is read a second time."""

Retell = Callable[[Analysis, Report, Stored, RecordStore], tuple[Analysis, dict[str, str]]]
"""Takes an analysis of a report; returns it with other sentences, and what these took for the audit trail."""


@dataclass(frozen=True, slots=True)
class Retelling:
    """A model with its prompts, and what one document may take of it."""

    reasoner: Reasoner
    prompts: Mapping[str, Prompt]
    at_once: int
    seconds: float
    tokens: int
    clock: Callable[[], float] = time.monotonic

    def of(
        self, analysis: Analysis, report: Report, work: Stored, records: RecordStore
    ) -> tuple[Analysis, dict[str, str]]:
        """Return an analysis with the sentences that a model found and the guard accepted, and what they took.

        What no sentence of a model can tell keeps its template's unasked: numbers without a source, two
        numbers of one name and period, none at all. Of what the document asserts it gives a second opinion.
        """
        facts = {fact.fact_id: fact for fact in (*work.history, *work.read.facts)}
        ration = _Ration(self)

        def told(pair: tuple[Insight, ReasoningChain]) -> tuple[Insight, ReasoningChain]:
            insight, chain = pair
            before = records.chain(insight.insight_id)
            given = given_of(insight, facts, shown, report.company or "")
            if given.quotes and not given.grounds:
                known_opinion = None if before is None else before.opinion
                opinion = self._opinion(insight, report, known_opinion, ration)
                return insight, chain.model_copy(update={"opinion": opinion})
            if insight.held or given.twins or not given.grounds:
                return pair
            known = None if before is None else before.narration
            return retold(insight, chain, self._narration(insight, given, known, ration))

        pairs = list(zip(analysis.insights, analysis.chains, strict=True))
        with ThreadPoolExecutor(self.at_once, thread_name_prefix="reasoner") as pool:
            pairs = list(pool.map(told, pairs))
        insights, chains = zip(*pairs, strict=True) if pairs else ((), ())
        return replace(analysis, insights=insights, chains=chains), ration.spent(chains)

    def _narration(
        self, insight: Insight, given: Given, known: Narration | None, ration: "_Ration"
    ) -> Narration:
        prompt = self.prompts[PROMPTS[insight.kind]]
        if known is not None and self._is_answered(known, prompt, inputs_of(insight, given)):
            return rejudged(known, insight, given)
        return narrated(insight, given, prompt, ration)

    def _opinion(
        self, insight: Insight, report: Report, known: Opinion | None, ration: "_Ration"
    ) -> Opinion | None:
        """Return how the model reads what an insight quotes, None for what no cue of the report is."""
        quote = insight.quotes[0]
        kinds = {(cue.quote, cue.page): cue.kind for cue in report.cues}
        kind = kinds.get((quote.text, quote.page))
        if kind is None:
            return None
        return second_opinion(quote.text, kind, self.prompts[READING], ration, known)

    def _is_answered(self, known: Narration, prompt: Prompt, inputs: str) -> bool:
        """Whether the model was asked this before and answered, whatever became of its answer."""
        first = known.tries[0]
        return (
            known.asked == self.reasoner.asked
            and not known.tries[-1].fault
            and first.question_sha256 == question_of(prompt, inputs, ()).sha256
        )


class _Ration:
    """The reasoner within the time and the tokens of one document; what is over is a reason not to answer."""

    def __init__(self, of: Retelling) -> None:
        self._of = of
        self._ends = of.clock() + of.seconds
        self._replies: list[Reply] = []

    @property
    def asked(self) -> str:
        """Who is asked."""
        return self._of.reasoner.asked

    def reply(self, question: Question, seconds: float) -> Reply:
        """Return the answer; raises Unavailable where there is none or the document had its share."""
        left = self._ends - self._of.clock()
        if left <= 0:
            raise Unavailable(
                f"The {self._of.seconds:.0f} seconds that a document has for its sentences were over."
            )
        if self._tokens() >= self._of.tokens:
            raise Unavailable(
                f"The {self._of.tokens:,} tokens that a document has for its sentences were used up."
            )
        reply = self._of.reasoner.reply(question, min(left, seconds))
        if not reply.from_cache:
            self._replies.append(reply)
        return reply

    def spent(self, chains: Sequence[ReasoningChain]) -> dict[str, str]:
        """Return what the sentences took this time, for the audit trail."""
        told = [chain.narration for chain in chains if chain.narration is not None]
        costs = [reply.cost for reply in self._replies if reply.cost is not None]
        return {
            "model_asked": str(len(self._replies)),
            "model_sentences": str(sum(one.accepted is not None for one in told)),
            "model_tokens": str(self._tokens()),
            "model_cost": str(sum(costs)) if costs else "not priced",
        }

    def _tokens(self) -> int:
        return sum(reply.input_tokens + reply.output_tokens for reply in self._replies)


def told_again(
    insight: Insight, chain: ReasoningChain, recorded: ReasoningChain,
    facts: Mapping[FactId, Fact], company: str,
) -> tuple[Insight, ReasoningChain]:  # fmt: skip
    """Return an insight that was computed anew as its recorded answers tell it; no model is asked."""
    if recorded.opinion is not None:
        chain = chain.model_copy(update={"opinion": read_again(recorded.opinion)})
    if recorded.narration is None:
        return insight, chain
    given = given_of(insight, facts, shown, company)
    return retold(insight, chain, rejudged(recorded.narration, insight, given))


def untold(analysis: Analysis, *_: object) -> tuple[Analysis, dict[str, str]]:
    """Return an analysis as it is: no model is set, and the templates' sentences stand."""
    return analysis, {}
