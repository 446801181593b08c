"""Setting a company's materiality: versions, each with its reason, author and time; nothing is overwritten."""

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody wants: None leaves what the product proposes. Percentages are fractions."""

    base: BaseConcept | None = None
    percent: Decimal | None = None
    performance_share: Decimal | None = None
    cap: Decimal | None = None
    fixed: Decimal | None = None


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

    def withdraw(self, company: str, comment: str, seen: int, actor: User) -> MaterialityChoice:
        """Go back to what the product proposes; raises as ``choose`` does."""
        require(actor, Permission.SET_MATERIALITY)
        choice = self._next(company, Terms(), comment, seen, actor)
        return self._commit(choice.model_copy(update={"withdrawn": True}))

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
            who = f"{last.made_by_name} set version {last.version}"
            raise Conflict(f"{who} meanwhile; reload the page to see it.")
        if last is None and seen:
            raise Conflict("What you saw of this company has changed; reload the page.")
        key = company_key(company)
        return MaterialityChoice(
            choice_id=ChoiceId(deterministic_id("materiality", key, str(seen + 1))),
            company=key,
            version=seen + 1,
            base=terms.base,
            percent=terms.percent,
            performance_share=terms.performance_share,
            cap=terms.cap,
            fixed=terms.fixed,
            comment=_checked_comment(comment),
            made_by=actor.user_id,
            made_by_name=actor.name,
            made_at=self._clock(),
            replaces=last.choice_id if last else None,
        )

    def _commit(self, choice: MaterialityChoice) -> MaterialityChoice:
        run = refresh_run(choice.choice_id)
        again = tuple(
            message(MessageKind.FACTS_EXTRACTED, report.report_id, run)
            for report in self.reports(choice.company)
            if report.status is ReportStatus.ANALYSED
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
    if terms == Terms():
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
    for amount in (terms.cap, terms.fixed):
        if amount is not None and amount <= 0:
            raise InvalidInput("An amount of materiality is above zero.")


def words(choice: MaterialityChoice | None) -> str:
    """Write what a version sets: 'revenue 0.50 %, performance 50 %'."""
    if choice is None or choice.withdrawn:
        return "as proposed"
    parts = []
    if choice.fixed is not None:
        parts.append(f"overall {choice.fixed:,.0f}")
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
