"""Where a later reading contradicts what a person stated: the person's number stands, and somebody looks at both."""

from collections.abc import Sequence

from services.corrections.in_force import in_force
from services.domain.corrections import Correction, says_the_same
from services.domain.ids import FindingId, ReportId, deterministic_id
from services.domain.reports import Fact, Finding, FindingSeverity

CODE = "contradicted"


def contradictions(
    report_id: ReportId, facts: Sequence[Fact], corrections: Sequence[Correction]
) -> list[Finding]:
    """Return a finding for each stated number at whose place the machine now reads another one than it did then."""
    found = []
    for fact in in_force(facts, corrections) if corrections else ():
        stated = fact.correction
        if stated is None or stated.machine == stated.machine_then:
            continue
        if stated.machine is not None and says_the_same(stated.machine, fact):
            continue
        reads = "no number" if stated.machine is None else stated.machine.printed
        then = "no number" if stated.machine_then is None else stated.machine_then.printed
        found.append(
            Finding(
                finding_id=FindingId(
                    deterministic_id("finding", report_id, CODE, stated.correction_id, reads)
                ),
                report_id=report_id,
                code=CODE,
                severity=FindingSeverity.WARNING,
                sentence=(
                    f"{fact.label}, {fact.period.label}: {stated.by} stated {fact.source.printed} when "
                    f"the machine read {then}; it reads {reads} now. {stated.by}'s number stands."
                ),
                page=fact.source.page,
                needs_review=True,
            )
        )
    return found
