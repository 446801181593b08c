"""How tie-outs move a fact's confidence: one named piece of evidence at a time, in log-odds."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from services.confidence.weights import (
    DOES_NOT_ADD_UP,
    FROM_CHECKS,
    OTHER_AMOUNT,
    OTHER_CAUSE_ODDS,
    WEIGHTS,
    weighed,
)
from services.domain.concepts import Unit
from services.domain.confidence import (
    HIGH_FROM,
    ConfidenceEvidence,
    FactConfidence,
    log_odds,
)
from services.domain.ids import FactId
from services.domain.reports import Fact, TieOut, TieOutStatus

PRINTED_UNIT_FROM = 0.9
"""Below this no unit was printed; EPS × shares cannot prove a scale that both were given by guess."""
SAME_AMOUNT = Decimal("0.001")
"""Two readings of one amount that differ by less, such as at another scale, agree."""
MOST_BLAME = 0.9999
LEAST_BLAME = 1 - HIGH_FROM + 0.01
"""So much of a failed sum falls on every member without other proof: it is not of high confidence."""
SUSPECT_ODDS = 0.2
"""A member with higher odds of being wrong before the sum is a suspect: something spoke against it."""
CULPRIT = 0.5
"""Suspects that carry so much of the blame explain why the sum fails."""
PROOF = WEIGHTS["same on another statement"]
"""Evidence of a check from which a value counts as proved: another statement, or an exact sum."""

_IDENTITIES = {"T01", "T02", "T03", "T04", "T05", "T11", "T12", "T13", "T18", "T20", "T21"}
_MAPPED_IDENTITIES = {"T07", "T08", "T09"}
"""Provable by rows of any label: these speak for meanings only when every row has one."""
_CROSS_STATEMENT = {"T13", "T14", "T20", "T21"}
_SAME_PERIOD = {"T12", "T13", "T17", "T14", "T20", "T21", "T22"}
"""Between columns: they hold only where both columns have the right period."""
_SHARE_CHECK = "T15"
_NO_PROOF = {"T16", "T22", "T25", "T27", "T34"}
"""That one amount is no less than another, or that columns end together, proves no amount."""
_OF_WORDS = {"T16"}
"""Where these fail the words of a row are at fault, not the numbers in its cells."""
_OF_PERIODS = {"T25"}
"""Where these fail the headings are at fault, not the numbers below them."""
_PASSES = {TieOutStatus.PASS, TieOutStatus.PASS_ROUNDING}

Ledger = dict[FactId, list[ConfidenceEvidence]]
"""The evidence on each fact, in the order in which it came."""


def rescore(facts: Sequence[Fact], tie_outs: Sequence[TieOut]) -> list[Fact]:
    """Return the facts with their confidence moved by the tie-outs, each move with its reason.

    Expects the reader's own confidence on the facts; scoring a scored fact would count evidence twice.
    What a person stated stays as sure as the person made it.
    """
    ledger: Ledger = defaultdict(list)
    checked = {fact_id for tie_out in tie_outs for fact_id in _members(tie_out)}
    tied = {fact.statement_id for fact in facts if fact.fact_id in checked} if checked else set()
    by_id = {fact.fact_id: fact for fact in facts if fact.statement_id in tied}
    known = [
        tie_out
        for tie_out in tie_outs
        if (members := _members(tie_out)) and members <= by_id.keys()
    ]
    passing = [tie_out for tie_out in known if tie_out.status in _PASSES]
    sums: set[frozenset[FactId]] = set()
    for tie_out, columns in _with_columns(passing, by_id):
        if (whole := frozenset(_members(tie_out))) not in sums:
            _credit_value(ledger, tie_out, columns)
        sums.add(whole)  # one sum under two names is one piece of evidence
        _credit_meaning(ledger, tie_out, by_id)
        _credit_period(ledger, tie_out)
    _credit_scale(ledger, passing, by_id)
    failing = [tie_out for tie_out in known if tie_out.status is TieOutStatus.FAIL]
    _blame_period(ledger, [t for t in failing if t.check in _OF_PERIODS])
    _blame(ledger, by_id, [t for t in failing if t.check not in _OF_PERIODS | _OF_WORDS])
    told = {fact_id: _told(by_id[fact_id], evidence) for fact_id, evidence in ledger.items()}
    return _disputed([told.get(fact.fact_id, fact) for fact in facts] if told else facts)


def unscored(fact: Fact) -> Fact:
    """Return the fact with the confidence it had before any check, to be scored anew."""
    own = [told for told in fact.confidence.evidence if told.name not in FROM_CHECKS]
    if len(own) == len(fact.confidence.evidence):
        return fact
    return fact.model_copy(update={"confidence": FactConfidence.believed(own)})


def _told(fact: Fact, evidence: Sequence[ConfidenceEvidence]) -> Fact:
    if not evidence or fact.correction is not None:
        return fact
    return fact.model_copy(update={"confidence": fact.confidence.with_evidence(evidence)})


def _members(tie_out: TieOut) -> set[FactId]:
    total = () if tie_out.total is None else (tie_out.total,)
    return {*total, *tie_out.members}


def _with_columns(
    passing: Sequence[TieOut], facts: Mapping[FactId, Fact]
) -> list[tuple[TieOut, int]]:
    """Pair each tie-out with the number of columns in which the same rows pass the same check."""
    seen: dict[tuple[object, ...], set[int]] = defaultdict(set)
    keys = []
    for tie_out in passing:
        parts = [facts[fact_id] for fact_id in sorted(_members(tie_out))]
        total = facts.get(tie_out.total) if tie_out.total is not None else None
        anchor = total or parts[0]
        key = (tie_out.check, tie_out.name, anchor.statement_id, anchor.row)
        seen[key].add(anchor.column)
        keys.append(key)
    return [(tie_out, len(seen[key])) for tie_out, key in zip(passing, keys, strict=True)]


def _credit_value(ledger: Ledger, tie_out: TieOut, columns: int) -> None:
    if tie_out.check == _SHARE_CHECK or tie_out.check in _NO_PROOF:
        return
    if tie_out.check in _CROSS_STATEMENT and not tie_out.difference:
        name = "same on another statement"
        reason = f"{tie_out.check} {tie_out.name}: the same number stands on another statement"
    elif tie_out.difference:
        name = "adds up within rounding"
        reason = f"{tie_out.check} {tie_out.name}: holds within rounding"
    else:
        name = f"adds up in {min(columns, 3)}"
        where = "this column" if columns == 1 else f"{columns} columns"
        reason = f"{tie_out.check} {tie_out.name}: holds in {where}"
    for fact_id in _members(tie_out):
        ledger[fact_id].append(weighed("value", name, reason))


def _credit_period(ledger: Ledger, tie_out: TieOut) -> None:
    if tie_out.check in _SAME_PERIOD:
        reason = f"{tie_out.check} {tie_out.name}: holds between columns of these periods"
        for fact_id in _members(tie_out):
            ledger[fact_id].append(weighed("period", "periods agree", reason))


def _blame_period(ledger: Ledger, failing: Sequence[TieOut]) -> None:
    for tie_out in failing:
        reason = f"{tie_out.check} failed: {tie_out.sentence}"
        for fact_id in _members(tie_out):
            ledger[fact_id].append(weighed("period", "periods differ", reason))


def _credit_meaning(ledger: Ledger, tie_out: TieOut, facts: Mapping[FactId, Fact]) -> None:
    members = _members(tie_out)
    mapped = all(facts[fact_id].concept is not None for fact_id in members)
    if tie_out.check in _IDENTITIES or (tie_out.check in _MAPPED_IDENTITIES and mapped):
        reason = f"{tie_out.check} {tie_out.name}: holds, which these meanings require"
        for fact_id in members:
            ledger[fact_id].append(weighed("concept", "identity of meanings", reason))
    elif tie_out.check == _SHARE_CHECK:
        reason = f"{tie_out.check} {tie_out.name}, which only these meanings do"
        for fact_id in tie_out.members:
            ledger[fact_id].append(weighed("concept", "shares fit", reason))


def _credit_scale(ledger: Ledger, passing: Sequence[TieOut], facts: Mapping[FactId, Fact]) -> None:
    """Lift the scale of a statement whose EPS fits its income, and of the statements tied to it."""
    proven = {
        facts[tie_out.total].statement_id
        for tie_out in passing
        if tie_out.check == _SHARE_CHECK and tie_out.total is not None
    }
    for check in sorted(_CROSS_STATEMENT, reverse=True):
        for tie_out in passing:
            if tie_out.check == check:
                linked = {facts[fact_id].statement_id for fact_id in _members(tie_out)}
                proven |= linked if linked & proven else set()
    reason = "scale: EPS × weighted shares agrees with net income"
    for fact in facts.values():
        if fact.statement_id not in proven:
            continue
        if fact.confidence.unit >= PRINTED_UNIT_FROM and fact.unit is not Unit.PURE:
            ledger[fact.fact_id].append(weighed("unit", "earnings per share fit", reason))


def _blame(ledger: Ledger, facts: Mapping[FactId, Fact], failing: Sequence[TieOut]) -> None:
    """Spread the fault over each failed sum: whoever is least proven carries most of it.

    The posterior of independent faults, given that there is one at least: a member's probability of being
    wrong over that of any member's or any other cause's (a missing row, a coincidence); with one suspect
    it is the single-fault rule of the design. Where the suspects do not explain the failure, no member
    that no other check proves is of high confidence.
    """
    failed = list(failing)
    before = {
        fact_id: math.exp(-log_odds(_told(facts[fact_id], ledger[fact_id]).confidence.value))
        for fact_id in sorted({member for tie_out in failed for member in _members(tie_out)})
    }
    worst: dict[FactId, tuple[float, TieOut]] = {}
    for tie_out in failed:
        members = _members(tie_out)
        # exact, so that the order of a set does not show in the last bit
        whole = math.fsum(before[fact_id] for fact_id in members) + OTHER_CAUSE_ODDS
        suspects = [fact_id for fact_id in members if before[fact_id] > SUSPECT_ODDS]
        explained = math.fsum(before[fact_id] for fact_id in suspects) / whole >= CULPRIT
        right = math.fsum(math.log1p(before[fact_id]) for fact_id in members)
        faulty = -math.expm1(-right - math.log1p(OTHER_CAUSE_ODDS))
        for fact_id in members:
            wrong = min(before[fact_id] / (1 + before[fact_id]) / faulty, MOST_BLAME)
            if not explained and not _proved(ledger[fact_id]):
                wrong = max(wrong, LEAST_BLAME)
            if wrong > worst.get(fact_id, (0.0, tie_out))[0]:
                worst[fact_id] = (wrong, tie_out)
    for fact_id, (wrong, tie_out) in worst.items():
        fall = math.log(before[fact_id] * (1 - wrong) / wrong)
        if fall < 0:
            reason = f"{tie_out.check} failed: {tie_out.sentence}"
            evidence = ConfidenceEvidence(
                part="value", name=DOES_NOT_ADD_UP, log_odds=fall, reason=reason
            )
            ledger[fact_id].append(evidence)


def _proved(evidence: Sequence[ConfidenceEvidence]) -> bool:
    return any(told.part == "value" and told.log_odds >= PROOF for told in evidence)


def _disputed(facts: Sequence[Fact]) -> list[Fact]:
    """Lower facts that give one meaning and period different amounts: at most one can be right."""
    groups: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.concept is not None and fact.is_reported and not fact.derived_from:
            groups[(fact.concept, fact.period.start, fact.period.end)].append(fact)
    lowered = {fact.fact_id: fact for group in groups.values() for fact in _settle_dispute(group)}
    return [lowered.get(fact.fact_id, fact) for fact in facts]


def _settle_dispute(group: Sequence[Fact]) -> list[Fact]:
    camps: dict[Decimal, list[Fact]] = defaultdict(list)
    for fact in group:
        near = (amount for amount in camps if _agree(amount, fact))
        camps[next(near, fact.value)].append(fact)
    if len(camps) < 2:
        return []
    believed = {
        amount: max(math.exp(log_odds(fact.confidence.total)) for fact in camp)
        for amount, camp in camps.items()
    }
    whole = 1 + sum(believed.values())
    return [
        _doubted(fact, believed[amount] / whole, len(camps))
        for amount, camp in camps.items()
        for fact in camp
    ]


def _agree(amount: Decimal, fact: Fact) -> bool:
    rounding = 2 * fact.rounding_unit
    return abs(amount - fact.value) <= max(rounding, abs(amount) * SAME_AMOUNT)


def _doubted(fact: Fact, right: float, amounts: int) -> Fact:
    confidence = fact.confidence
    target = confidence.concept * min(1.0, right / max(confidence.total, 1e-4))
    evidence = ConfidenceEvidence(
        part="concept",
        name=OTHER_AMOUNT,
        log_odds=min(0.0, log_odds(target) - log_odds(confidence.concept)),
        reason=f"{amounts} different amounts are read for this meaning and period; one is right at most",
    )
    return _told(fact, [evidence])
