"""Stores of several companies, and the same store as if only some of their reports had ever come in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.adapters.local.effects import write_effects
from services.bootstrap import Services
from services.domain.base import Record
from services.domain.ids import ActId, ChoiceId, NoticeId, UserId, deterministic_id
from services.domain.insights import InsightStatus, Severity
from services.domain.materiality import MaterialityChoice, company_key
from services.domain.messages import Effects, MessageKind, message
from services.domain.notices import Notice, NoticeKind
from services.domain.reports import Progress, Report, ReportStatus
from services.domain.reviews import ActKind, ReviewAct, ReviewStatus
from services.domain.scoring import AuditDraw
from services.domain.users import Role, User
from services.pipeline.audit_sample import audit_item
from tests import core_records as made
from tests.core_records import NOON

COMPANIES = ("Acme Corp", "Beta Ltd", "Gamma plc")
SOMEBODY = "somebody-else"


@dataclass(frozen=True)
class Upload:
    """A report of one of the companies, None while nobody knows whose it is."""

    company: str | None
    by: str = SOMEBODY
    name: str = ""
    status: ReportStatus = ReportStatus.ANALYSED


def who_sees(*companies: str, role: Role = Role.REVIEWER, name: str = "limited") -> User:
    """A person who sees these companies only."""
    keys = frozenset(map(company_key, companies))
    address = f"{name}@example.org"
    return User(user_id=UserId(name), name=name, role=role, email=address, companies=keys)


def reports_of(uploads: Sequence[Upload]) -> list[Report]:
    """The reports; one of a name that was there is its next version and replaces the one before."""
    found: list[Report] = []
    for number, upload in enumerate(uploads):
        name = upload.name or f"file-{number}.pdf"
        before = [one for one in found if one.name == name]
        found.append(
            made.a_report(
                name,
                f"content {number}",
                company=upload.company,
                uploaded_by=UserId(upload.by),
                status=upload.status,
                version=len(before) + 1,
                supersedes=before[-1].report_id if before else None,
                period_end="2025-12-31",
                page_count=4,
            )
        )
    return found


def records_of(report: Report) -> list[Record]:
    """One record of every kind that belongs to a report, with two insights: one waits, one is under an audit."""
    waits = made.an_insight(report, "waits", status=InsightStatus.IN_REVIEW)
    audited = made.an_insight(report, "audited", status=InsightStatus.PUBLISHED)
    settled = made.an_insight(
        report, "settled", status=InsightStatus.APPROVED, severity=Severity.HIGH
    )
    item = made.a_review_item(waits)
    audit = audit_item(audited, NOON)
    decided = made.a_review_item(settled).model_copy(
        update={"status": ReviewStatus.APPROVED, "decided_at": NOON}
    )
    return [
        made.a_statement(report),
        made.a_fact(report),
        made.a_fact(report, 2),
        made.a_correction(report),
        made.a_fact_in_force(report),
        made.a_statement_in_force(report),
        made.a_finding(report),
        made.a_tie_out(report),
        made.a_materiality(report),
        made.a_gap(report),
        made.a_sign_off(report),
        *(waits, audited, settled),
        *(made.a_chain(one) for one in (waits, audited, settled)),
        *(item, audit, decided),
        made.a_decision(settled),
        AuditDraw(
            insight_id=audited.insight_id, report_id=report.report_id, is_drawn=True,
            propensity=0.5, seed="s", drawn_at=NOON,
        ),
        ReviewAct(
            act_id=ActId(deterministic_id("act", item.review_item_id, 1)),
            review_item_id=item.review_item_id, report_id=report.report_id,
            insight_id=waits.insight_id, number=1, kind=ActKind.ASK, made_by=made.RAY.user_id,
            made_by_name="Ray", made_at=NOON, comment=f"on {report.name}",
        ),
        Notice(
            notice_id=NoticeId(deterministic_id("notice", item.review_item_id)),
            kind=NoticeKind.QUESTION, to="limited@example.org", subject=report.name, text="Why?",
            path="inbox", report_id=report.report_id, review_item_id=item.review_item_id,
            written_by="Ray", written_at=NOON, next_try=NOON,
        ),
    ]  # fmt: skip


def choices_of(companies: Iterable[str]) -> list[MaterialityChoice]:
    """One choice of materiality a company."""
    return [
        MaterialityChoice(
            choice_id=ChoiceId(deterministic_id("choice", name)), company=company_key(name),
            version=1, comment=f"for {name}", made_by=made.RAY.user_id, made_by_name="Ray",
            made_at=NOON,
        )
        for name in companies
    ]  # fmt: skip


def keep(services: Services, reports: Sequence[Report], companies: Iterable[str]) -> None:
    """Store reports with all that belongs to them, past the rules that people's acts are held to."""
    records = tuple(record for report in reports for record in records_of(report))
    again = tuple(
        message(MessageKind.FACTS_EXTRACTED, one.report_id, "run")
        for one in reports
        if one.status is ReportStatus.READ
    )
    effects = Effects(records=(*reports, *choices_of(companies), *records), messages=again)
    with services.listing._database.transaction() as connection:
        dropped = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN "
            "('decisions', 'review_acts')"
        ).fetchall()
        for (name,) in dropped:
            connection.execute(f"DROP TRIGGER {name}")
        write_effects(connection, effects, NOON.timestamp())
    for report in reports:
        services.ports.records.set_progress(
            Progress(
                report_id=report.report_id, stage="reading", done=1, total=2, started_at=NOON,
                updated_at=NOON,
            )
        )  # fmt: skip


def ids_of(reports: Iterable[Report]) -> set[str]:
    """Every id and name by which something of the reports could be known."""
    found: set[str] = set()
    for report in reports:
        found |= {report.report_id.removeprefix("report-"), report.sha256}
        for record in records_of(report):
            ids = {name: one for name, one in dict(record).items() if name.endswith("_id")}
            found |= {one for one in ids.values() if isinstance(one, str)}
    return {one.removeprefix("report-") for one in found} - set(map(str, _SHARED))


_SHARED = ("waits", "audited", "settled", "dso")
"""Ids of rules, which are everybody's."""
