"""What people stated of a number, in words: who, and where the machine reads something else."""

from components.format import concept_name, full_amount, scale_words
from services.domain.corrections import says_the_same
from services.domain.reports import Fact, MachineReading

_DID = {"added": "Added by {}", "corrected": "Corrected by {}", "confirmed": "Confirmed by {}"}


def person_words(fact: Fact) -> str:
    """Return 'Corrected by Ana Analyst', or '' where nobody stated the fact."""
    correction = fact.correction
    return _DID[correction.kind].format(correction.by) if correction else ""


def difference_words(fact: Fact) -> str | None:
    """Return 'Machine read X, NAME says Y' where they differ, None where they do not."""
    correction = fact.correction
    machine = correction.machine if correction else None
    if correction is None or machine is None or says_the_same(machine, fact):
        return None
    pairs = list(
        zip(_said(machine, machine.printed), _said(fact, fact.source.printed), strict=True)
    )
    told = [pair for pair in pairs[:-1] if pair[0] != pair[1]] or pairs[-1:]
    read = " · ".join(read for read, _ in told)
    said = " · ".join(said for _, said in told)
    return f"Machine read {read}, {correction.by} says {said}."


def later_words(fact: Fact) -> tuple[str, bool] | None:
    """Return what a later reading says of a stated fact, and whether it contradicts; None when nothing new."""
    correction = fact.correction
    if correction is None or correction.machine == correction.machine_then:
        return None
    if correction.machine is None:
        return "A later reading finds no number at this place.", True
    if says_the_same(correction.machine, fact):
        return "A later reading says the same.", False
    then = correction.machine_then
    before = f"it said {then.printed}" if then else "it had found no number"
    return (
        f"A later reading says {correction.machine.printed}; when {correction.by} stated this, {before}.",
        True,
    )


def _said(said: MachineReading | Fact, printed: str) -> list[str]:
    """Return the number as printed and its meaning, last the value, which differs when all else agrees."""
    return [
        printed,
        concept_name(said.concept),
        said.period.label,
        said.currency,
        scale_words(said.scale) or "units",
        full_amount(said.value, said.unit, said.currency),
    ]
