"""Companies by their stored reports: what applies to them, their peers, what another materiality would change."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.analysis.applicability import Applicability, applicability, left_out
from services.analysis.facts_view import FactsView, Missing
from services.analysis.metrics import Metric, derived_metrics
from services.analysis.peers import FEWEST, Standing, sector_of, standings
from services.analysis.profile import Profile, profile_of
from services.analysis.service import analyse, context_of
from services.analysis.templates import Templates
from services.domain.base import utc_now
from services.domain.ids import ReportId
from services.domain.insights import Insight, Materiality, NotComputable, Severity
from services.domain.materiality import MaterialityChoice, company_key
from services.domain.reports import Report, ReportStatus
from services.domain.users import Role, User
from services.engine import holds_plans_only, stored
from services.ports import RecordStore
from services.summary import is_shown

_IN_REVIEW = "A finding that is not safe yet"


@dataclass(frozen=True, slots=True)
class Company:
    """A company as its newest analysed report names it, with its analysed reports.

    They stand newest first, workbooks that hold only plans behind all others.
    """

    key: str
    name: str
    reports: tuple[Report, ...]

    @property
    def latest(self) -> Report:
        """The newest report; one of plans only where there is no other."""
        return self.reports[0]


@dataclass(frozen=True, slots=True)
class Standard:
    """What applies to a company and what does not, by its newest report.

    ``proposed`` and ``in_force`` are its materiality without and with what people set;
    ``settled`` says that the stored findings of every report are ranked by what is in force.
    """

    sector: str
    applies: tuple[Applicability, ...]
    left_out: tuple[str, ...]
    currency: str
    proposed: Materiality | None
    in_force: Materiality | None
    settled: bool
    not_computable: tuple[NotComputable, ...]


@dataclass(frozen=True, slots=True)
class Peers:
    """The companies of one sector, and where one of them stands; ``missing`` more are needed when empty."""

    sector: str
    names: tuple[str, ...]
    standings: tuple[Standing, ...]
    missing: int


@dataclass(frozen=True, slots=True)
class Change:
    """An insight under another materiality: None where it would not be there."""

    report_id: ReportId
    title: str
    before: Severity | None
    after: Severity | None


class CompanyDesk:
    """Answers about companies from the stored reports; it changes nothing."""

    def __init__(self, records: RecordStore, templates: Templates) -> None:
        self._records = records
        self._templates = templates

    def companies(self) -> list[Company]:
        """Return the companies with an analysed report that no newer version replaces, by name."""
        reports = self._records.reports()
        replaced = {report.supersedes for report in reports}
        groups: dict[str, list[Report]] = {}
        for report in reports:
            current = report.status is ReportStatus.ANALYSED and report.report_id not in replaced
            if current and report.company:
                groups.setdefault(company_key(report.company), []).append(report)
        found = []
        for key, group in groups.items():
            ordered = sorted(group, key=lambda one: one.period_end or "", reverse=True)
            ordered.sort(key=lambda one: holds_plans_only(one, self._records))
            found.append(Company(key, ordered[0].company or key, tuple(ordered)))
        return sorted(found, key=lambda one: one.name.casefold())

    def standard(self, company: Company) -> Standard:
        """Return what applies to a company, by its newest report."""
        report = company.latest
        work = stored(report, self._records)
        numbers = (work.read.statements, work.read.facts, work.read.tie_outs, work.history)
        context = context_of(report, *numbers)
        proposed, in_force = (
            None if isinstance(found, Missing) else found
            for found in (
                context.materiality,
                context_of(report, *numbers, work.choice).materiality,
            )
        )
        return Standard(
            sector=sector_of(context.profile),
            applies=tuple(applicability(context.profile)),
            left_out=tuple(left_out(context.profile)),
            currency=context.currency,
            proposed=proposed,
            in_force=in_force,
            settled=self._is_settled(company, work.choice),
            not_computable=tuple(self._records.not_computable(report.report_id)),
        )

    def _is_settled(self, company: Company, choice: MaterialityChoice | None) -> bool:
        version = 0 if choice is None else choice.version
        found = (self._records.materiality(report.report_id) for report in company.reports)
        return all(one is None or one.version == version for one in found)

    def peers(self, company: Company) -> Peers:
        """Return where a company stands among those of its sector; nothing below five of them."""
        profile, own = self._measured(company)
        sector, names, others = sector_of(profile), [company.name], []
        for other in self.companies():
            if other.key != company.key:
                its_profile, metrics = self._measured(other)
                if sector_of(its_profile) == sector:
                    names.append(other.name)
                    others.append(metrics)
        missing = max(0, FEWEST - len(names))
        found = () if missing else tuple(standings(own, others))
        return Peers(sector, tuple(names), found, missing)

    def preview(
        self, company: Company, choice: MaterialityChoice | None, reader: User
    ) -> list[Change]:
        """Return the insights whose severity another materiality would change, in every report.

        One that is not for the reader has no title of its own.
        """
        changes: list[Change] = []
        for report in company.reports:
            known = self._records.insights(report.report_id)
            shown = {one.insight_id for one in known if is_shown(reader, one)}
            now = {insight.insight_id: insight for insight in self._found(report, None, as_is=True)}
            then = {insight.insight_id: insight for insight in self._found(report, choice)}
            for insight_id in dict.fromkeys([*now, *then]):
                before, after = now.get(insight_id), then.get(insight_id)
                one = after or before
                old = before.severity if before else None
                new = after.severity if after else None
                if one is not None and old != new:
                    is_told = one.insight_id in shown or reader.role is not Role.CFO
                    title = one.title if is_told else _IN_REVIEW
                    changes.append(Change(report.report_id, title, old, new))
        return changes

    def _found(
        self, report: Report, choice: MaterialityChoice | None, *, as_is: bool = False
    ) -> Sequence[Insight]:
        work = stored(report, self._records)
        numbers = (work.read.statements, work.read.facts, work.read.tie_outs, work.history)
        chosen = work.choice if as_is else choice
        return analyse(report, *numbers, self._templates, utc_now(), choice=chosen).insights

    def _measured(self, company: Company) -> tuple[Profile, list[Metric]]:
        """Return profile and metrics by the newest report that covers a year, else by the newest."""
        for report in company.reports:
            found = self._profile_and_metrics(report)
            if any(metric.period.span == "FY" for metric in found[1]):
                return found
        return self._profile_and_metrics(company.latest)

    def _profile_and_metrics(self, report: Report) -> tuple[Profile, list[Metric]]:
        work = stored(report, self._records)
        view = FactsView(work.read.facts, work.history, work.read.tie_outs)
        profile = profile_of(work.read.statements, view)
        return profile, derived_metrics(view, profile)
