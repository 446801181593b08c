"""The reasoning chain: from cells read to sentence and route, and the hash of what it ran on."""

import hashlib
import json
from collections.abc import Sequence

from services.analysis.finding import Finding
from services.analysis.registry import RULESET_VERSION
from services.analysis.rule import Rule
from services.analysis.templates import Templates
from services.domain.confidence import Confidence
from services.domain.ids import ChainId, InsightId
from services.domain.insights import Insight, Quote, ReasoningChain, ReasoningStep
from services.domain.reports import Fact, TieOut

DETERMINISTIC = "deterministic-engine-v1.3.0"
"""The engine that computed an insight where no model took part; its number grows with the formulas."""


def inputs_hash(
    facts: Sequence[Fact], tie_outs: Sequence[TieOut], quotes: Sequence[Quote] = ()
) -> str:
    """Return the SHA-256 over canonical JSON of the facts, checks, quotes and the ruleset version."""
    content: dict[str, object] = {
        "ruleset": RULESET_VERSION,
        "facts": [
            fact.model_dump(mode="json") for fact in sorted(facts, key=lambda fact: fact.fact_id)
        ],
        "tie_outs": [
            tie_out.model_dump(mode="json")
            for tie_out in sorted(tie_outs, key=lambda tie_out: tie_out.tie_out_id)
        ],
    }
    if quotes:
        content["quotes"] = [quote.model_dump(mode="json") for quote in quotes]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def chain_of(
    rule: Rule,
    finding: Finding,
    insight: Insight,
    consulted: Sequence[TieOut],
    templates: Templates,
    elapsed_us: int,
) -> ReasoningChain:
    """Return the ordered steps behind one insight; ``elapsed_us`` is how many microseconds the rule ran."""
    compared = _compared(rule, finding).model_copy(update={"elapsed_us": elapsed_us})
    steps = [_read(finding), _checked(consulted), *_computed(finding), compared]
    steps += [_scored(insight), _routed(insight)]
    numbered = tuple(
        step.model_copy(update={"step": number, "rule": f"{rule.rule_id} {rule.version}"})
        for number, step in enumerate(steps, start=1)
    )
    return ReasoningChain(
        chain_id=ChainId(insight.chain_id),
        insight_id=InsightId(insight.insight_id),
        report_id=insight.report_id,
        ruleset_version=RULESET_VERSION,
        prompt_template_version=f"{templates.version} sha256:{templates.sha256}",
        model_version=DETERMINISTIC,
        inputs_hash=inputs_hash(finding.facts, consulted, finding.quotes),
        steps=numbered,
        confidence_score=insight.confidence.total,
        timestamp=insight.created_at,
    )


def _step(action: str, result: str, facts: Sequence[Fact] = (), *inputs: str) -> ReasoningStep:
    return ReasoningStep(
        step=0,
        action=action,
        rule="",
        inputs=inputs,
        result=result,
        fact_ids=tuple(fact.fact_id for fact in facts),
    )


def _read(finding: Finding) -> ReasoningStep:
    cells = [
        f"{role}: {fact.source.printed} ({fact.source.place}, read with "
        f"{fact.confidence.total:.3f})"
        for fact, role in finding.inputs
    ]
    if finding.quotes:
        lines = [f"page {quote.page}: “{quote.text}”" for quote in finding.quotes]
        return _step("read text", f"{len(lines)} sentences quoted", finding.facts, *lines, *cells)
    return _step("read cells", f"{len(finding.facts)} cells read", finding.facts, *cells)


def _checked(consulted: Sequence[TieOut]) -> ReasoningStep:
    lines = [f"{tie_out.check} {tie_out.status}: {tie_out.sentence}" for tie_out in consulted]
    return _step("consult checks", f"{len(consulted)} checks touch these cells", (), *lines)


def _computed(finding: Finding) -> list[ReasoningStep]:
    """Return a step a calculation, with its formula and its operands at full precision."""
    facts = {fact.fact_id: fact for fact in finding.facts}
    return [
        ReasoningStep(
            step=0,
            action="compute",
            rule="",
            inputs=(
                f"{calculation.name} = {calculation.formula}",
                *(
                    f"{facts[fact_id].label.strip()}, {facts[fact_id].period.label} = "
                    f"{facts[fact_id].value} ({facts[fact_id].source.place})"
                    for fact_id in calculation.inputs
                    if fact_id in facts
                ),
            ),
            result=f"{calculation.display} ({calculation.value})",
            fact_ids=calculation.inputs,
        )
        for calculation in finding.calculations
    ]


def _compared(rule: Rule, finding: Finding) -> ReasoningStep:
    result = f"'{rule.title}' applies, severity {finding.severity}"
    return _step("compare with threshold", result, (), finding.threshold)


def _scored(insight: Insight) -> ReasoningStep:
    parts = [
        f"{factor.name} {factor.value:.3f}: {factor.reason}"
        for factor in insight.confidence.factors
    ]
    total = f"confidence {insight.confidence.total:.3f} ({insight.band})"
    return _step("score", f"{total}; {_calibration(insight.confidence)}", (), *parts)


def _calibration(confidence: Confidence) -> str:
    if not confidence.calibrated:
        return "estimate, not calibrated"
    return f"recalibrated from {confidence.product:.3f} on {confidence.labels} decisions"


def _routed(insight: Insight) -> ReasoningStep:
    return _step("route", f"to {insight.route}", (), *insight.route_reasons)
