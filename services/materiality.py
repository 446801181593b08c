"""Setting a company's materiality: versions, each with its reason, author and time; nothing is overwritten."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from decimal import Decimal

from services.access import Permission, require
from services.domain.audit import AuditEvent
from services.domain.base import utc_now
from services.domain.errors import Conflict, InvalidInput, NotFound
from services.domain.ids import ChoiceId, deterministic_id
from services.domain.materiality import (
    PERCENT_LIMITS,
    PERFORMANCE_LIMITS,
    BaseConcept,
    MaterialityChoice,
    company_key,
)
from services.domain.messages import Effects, MessageKind, message, refresh_run
from services.domain.reports import Report, ReportStatus
from services.domain.users import User
from services.ports import RecordStore

LONGEST_COMMENT = 500
_WORKED_THROUGH = {ReportStatus.READ, ReportStatus.ANALYSED}
"""A read report may be in the middle of an analysis that knows the version before."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody wants: None leaves what the product proposes. Percentages are fractions."""

    base: BaseConcept | None = None
    percent: Decimal | None = None
    performance_share: Decimal | None = None
    cap: Decimal | None = None
    fixed: Decimal | None = None
    performance: Decimal | None = None
    trivial: Decimal | None = None


PROPOSAL = Terms()
"""Nothing set: what the product proposes stands."""
_SMALLEST_SHARE = Decimal("0.5")
"""What the product may propose at least: performance materiality with doubts about the report."""
_TERMS = tuple(field.name for field in fields(Terms))


class MaterialityDesk:
    """Takes what people set of a company's materiality and has its reports analysed again."""

    def __init__(self, records: RecordStore, clock: Callable[[], datetime] = utc_now) -> None:
        self._records = records
        self._clock = clock

    def history(self, company: str) -> list[MaterialityChoice]:
        """Return every version of a company, oldest first."""
        return self._records.materiality_choices(company_key(company))

    def choose(
        self, company: str, terms: Terms, comment: str, seen: int, actor: User
    ) -> MaterialityChoice:
        """Set the terms; ``seen`` is the last version the person knew of (0 for none).

        Raises Forbidden, InvalidInput with what to mend, NotFound for an unknown company, and Conflict
        when somebody else set something meanwhile.
        """
        require(actor, Permission.SET_MATERIALITY)
        check_terms(terms)
        return self._commit(self._next(company, terms, comment, seen, actor))

    def restore(
        self, company: str, version: int, comment: str, seen: int, actor: User
    ) -> MaterialityChoice:
        """Set again what an earlier version set (0: the proposal), as a version of its own; raises as ``choose``."""
        require(actor, Permission.SET_MATERIALITY)
        terms = PROPOSAL
        if version:
            found = (one for one in self.history(company) if one.version == version)
            earlier = next(found, None)
            if earlier is None:
                raise NotFound(f"There is no version {version} of this company's materiality.")
            terms = terms_of(earlier)
        return self._commit(self._next(company, terms, comment, seen, actor))

    def trial(self, company: str, terms: Terms, seen: int, actor: User) -> MaterialityChoice:
        """Return the version that ``choose`` would write, without writing it; raises as it does."""
        return self._next(company, terms, "a trial", seen, actor)

    def reports(self, company: str) -> list[Report]:
        """Return the stored reports of a company, newest first."""
        wanted = company_key(company)
        found = self._records.reports()
        return [one for one in found if one.company and company_key(one.company) == wanted]

    def _next(
        self, company: str, terms: Terms, comment: str, seen: int, actor: User
    ) -> MaterialityChoice:
        if not self.reports(company):
            raise NotFound("No report of this company is stored.")
        last = next(reversed(self.history(company)), None)
        if last is not None and last.version != seen:
            raise Conflict(
                f"{last.made_by_name} set version {last.version} meanwhile ({words(last)}). "
                "Nothing was saved: look at it, and save again if yours is to stand."
            )
        if last is None and seen:
            raise Conflict("What you saw of this company has changed; reload the page.")
        key = company_key(company)
        return MaterialityChoice(
            choice_id=ChoiceId(deterministic_id("materiality", key, str(seen + 1))),
            company=key,
            version=seen + 1,
            **asdict(terms),
            comment=_checked_comment(comment),
            made_by=actor.user_id,
            made_by_name=actor.name,
            made_at=self._clock(),
            replaces=last.choice_id if last else None,
            withdrawn=terms == PROPOSAL,
        )

    def _commit(self, choice: MaterialityChoice) -> MaterialityChoice:
        run = refresh_run(choice.choice_id)
        again = tuple(
            message(MessageKind.FACTS_EXTRACTED, report.report_id, run)
            for report in self.reports(choice.company)
            if report.status in _WORKED_THROUGH
        )
        before = next(reversed(self.history(choice.company)), None)
        audit = (_event(choice, before),)
        self._records.commit(Effects(creates=(choice,), messages=again, audit=audit))
        return choice


def _checked_comment(comment: str) -> str:
    said = " ".join(comment.split())
    if not said:
        raise InvalidInput("Say why: the reason stands in the history and in the audit trail.")
    if len(said) > LONGEST_COMMENT:
        raise InvalidInput(f"Use at most {LONGEST_COMMENT} characters for the reason.")
    return said


def check_terms(terms: Terms) -> None:
    """Raise InvalidInput when terms contradict each other or leave the range of practice."""
    if terms == PROPOSAL:
        raise InvalidInput("Change something, or go back to the proposal.")
    if terms.fixed is not None and (terms.base or terms.percent or terms.cap):
        raise InvalidInput("A fixed amount needs no base, percentage or cap.")
    if (terms.base is None) != (terms.percent is None):
        raise InvalidInput("Choose a base and its percentage together.")
    if terms.base is not None and terms.percent is not None:
        low, high = PERCENT_LIMITS[terms.base]
        if not low <= terms.percent <= high:
            raise InvalidInput(
                f"Use {100 * low:.1f} % to {100 * high:.1f} % of this base, or a fixed amount."
            )
    low, high = PERFORMANCE_LIMITS
    if terms.performance_share is not None and not low <= terms.performance_share <= high:
        raise InvalidInput(
            f"Performance materiality is {100 * low:.0f} % to {100 * high:.0f} % of overall materiality."
        )
    _check_amounts(terms)


def _check_amounts(terms: Terms) -> None:
    amounts = (terms.cap, terms.trivial, terms.performance, terms.fixed)
    if any(amount is not None and amount <= 0 for amount in amounts):
        raise InvalidInput("An amount of materiality is above zero.")
    if terms.fixed is None and (terms.performance or terms.trivial):
        raise InvalidInput("Set overall materiality as an amount too, or leave the others open.")
    if terms.performance is not None and terms.performance_share is not None:
        raise InvalidInput("Performance materiality is an amount or a percentage, not both.")
    if terms.fixed is not None:
        share = terms.performance_share or _SMALLEST_SHARE
        performance = terms.performance or terms.fixed * share
        if performance > terms.fixed or (terms.trivial or 0) >= performance:
            raise InvalidInput(
                "Clearly trivial is below performance materiality, and that is not above overall."
            )


def terms_of(choice: MaterialityChoice) -> Terms:
    """Return the terms a version set."""
    return Terms(**{name: getattr(choice, name) for name in _TERMS})


def words(choice: MaterialityChoice | None) -> str:
    """Write what a version sets: 'revenue 0.50 %, performance 50 %'."""
    if choice is None or choice.withdrawn:
        return "as proposed"
    parts = []
    for name, amount in (
        ("overall", choice.fixed),
        ("performance", choice.performance),
        ("trivial", choice.trivial),
    ):
        if amount is not None:
            parts.append(f"{name} {amount:,.0f}")
    if choice.base is not None and choice.percent is not None:
        parts.append(f"{choice.base.replace('_', ' ')} {100 * choice.percent:.2f} %")
    if choice.cap is not None:
        parts.append(f"at most {choice.cap:,.0f}")
    if choice.performance_share is not None:
        parts.append(f"performance {100 * choice.performance_share:.0f} %")
    return ", ".join(parts)


def _event(choice: MaterialityChoice, last: MaterialityChoice | None) -> AuditEvent:
    return AuditEvent(
        actor=choice.made_by,
        action="materiality_set" if not choice.withdrawn else "materiality_withdrawn",
        resource=choice.company,
        detail={
            "before": words(last),
            "after": words(choice),
            "version": str(choice.version),
            "comment": choice.comment,
        },
        at=choice.made_at,
    )
