"""Anomalies that are failed tie-outs.

Cash (A04), net income (A05), EPS (A06), scale (A08), parts of a year (A09), impossible sign (A11).
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from services.analysis import charts, wording
from services.analysis.compared import role
from services.analysis.finding import CannotCompute, Context, Finding, calculation
from services.analysis.qualitative import AtRisk, severity_at_risk
from services.domain.concepts import Unit
from services.domain.insights import Severity
from services.domain.reports import Fact, TieOut

_OF_WORDS = {"T16"}
"""Checks on share counts in the words of a row, whatever its cells hold."""
_VARIANTS = {"T16": ("shares",), "T27": ("part",)}
_THOUSANDFOLD = (Decimal(980), Decimal(1020))


class _Kind(NamedTuple):
    """Which checks a rule is about and how bad their failure is (None: by amount).

    ``unjudged`` says why they may not be judged; it is empty for checks that are noted only where they fail.
    """

    template: str
    checks: tuple[str, ...]
    severity: Severity | None
    unjudged: str


def _failed(context: Context, kind: _Kind) -> list[Finding]:
    if not kind.unjudged:
        context.need_balance_sheet()
    failed = context.failures(*kind.checks)
    if not failed and not context.judged(*kind.checks) and kind.unjudged:
        raise CannotCompute(kind.unjudged)
    return [
        _finding(context, kind, tie_out, found)
        for tie_out in failed
        if (found := context.facts_of(tie_out))
    ]


def _finding(context: Context, kind: _Kind, tie_out: TieOut, facts: Sequence[Fact]) -> Finding:
    gap = tie_out.difference or Decimal(0)
    actual, expected = tie_out.actual or Decimal(0), tie_out.expected or Decimal(0)
    subject = facts[0]
    unit = Unit.SHARES if tie_out.check in _OF_WORDS else subject.unit
    write = partial(_written, context, unit)
    risk = AtRisk(kind.severity) if kind.severity else severity_at_risk(context, gap, subject)
    tolerance = f"difference above {write(tie_out.tolerance or Decimal(0))}"
    return Finding(
        period=subject.period,
        subject=subject.label.strip(" $"),
        severity=risk.severity,
        template=" ".join((kind.template, *_VARIANTS.get(tie_out.check, ()))),
        values={
            "line": f"'{subject.label.strip(' $')}'",
            "first": tie_out.name.partition(" ")[0],
            "check": tie_out.name[:1].lower() + tie_out.name[1:],
            "a": write(actual),
            "b": write(expected),
            "d": write(abs(gap)),
            "period": wording.stretch(subject.period),
            "page": subject.source.place,
            "cause": _cause(tie_out),
            "said": tie_out.sentence.rstrip("."),
        },
        inputs=tuple((fact, role(fact)) for fact in facts),
        calculations=(
            calculation(f"difference, {tie_out.name}", tie_out.sentence, gap, write(gap), facts),
            *(
                calculation(f"{tie_out.name}, {name}", name, amount, write(amount), facts)
                for name, amount in (("as printed", actual), ("as the others say", expected))
            ),
        ),
        threshold=risk.told(tolerance),
        amount=abs(gap) if unit is Unit.MONEY else None,
        chart=charts.bars(
            tie_out.name,
            "money",
            charts.computed_series("As printed", [subject.period], [tie_out.actual]),
            charts.computed_series("As the others say", [subject.period], [tie_out.expected]),
        )
        if unit is Unit.MONEY
        else None,
        tie_outs=(tie_out.tie_out_id,),
        key=tie_out.tie_out_id,
    )


def _written(context: Context, unit: Unit, amount: Decimal) -> str:
    if unit is Unit.PER_SHARE:
        return wording.per_share(amount, context.currency)
    return context.money(amount) if unit is Unit.MONEY else wording.plain(amount, 0)


def _cause(tie_out: TieOut) -> str:
    """Say whether the two sides are a thousandfold apart, the mark of a wrong scale."""
    sides = (tie_out.actual or Decimal(0), tie_out.expected or Decimal(0))
    small, large = sorted(abs(side) for side in sides)
    apart = large / small if small else Decimal(0)
    if _THOUSANDFOLD[0] <= apart <= _THOUSANDFOLD[1]:
        return " One side is a thousand times the other: the scale is read or printed wrongly."
    return ""


_KINDS = {
    "A04": _Kind("A04", ("T13",), Severity.MEDIUM, "closing cash was not read on both statements"),
    "A05": _Kind("A05", ("T14",), Severity.HIGH, "net income was not read on both statements"),
    "A06": _Kind("A06", ("T15",), Severity.MEDIUM, "EPS, shares and net income were not all read"),
    "A08": _Kind("A08", ("T26",), Severity.HIGH, ""),
    "A09": _Kind("A09", ("T22",), None, "no periods of different length with one end were read"),
    "A11": _Kind(
        "A11",
        ("T16", "T24", "T27", "T34"),
        Severity.MEDIUM,
        "no amount that cannot be negative was read",
    ),
}


def rule(rule_id: str) -> Callable[[Context], list[Finding]]:
    """Return the run of one of these rules."""
    return partial(_failed, kind=_KINDS[rule_id])
