"""The composition root: settings in, services out; the only place that chooses technology."""

from dataclasses import dataclass

from services.adapters.fetch.wiring import source_of
from services.adapters.local.layout import LocalLayoutReader
from services.adapters.local.passwords import Argon2Hasher
from services.adapters.local.wiring import (
    local_accounts,
    local_answers,
    local_api_tokens,
    local_listing,
    local_outbox,
    local_ports,
    local_retention,
    local_sessions,
)
from services.adapters.notify.wiring import notifier_of
from services.amending import AmendDesk
from services.analysis.registry import RULES, RULESET_VERSION
from services.analysis.templates import Templates, load_templates
from services.calibration.desk import CalibrationDesk
from services.cfo.desk import CfoDesk
from services.cfo.signing import SigningDesk
from services.changes import ChangeDesk
from services.companies import CompanyDesk
from services.config import PROJECT_ROOT, Settings, read_settings
from services.corrections.desk import CorrectionDesk
from services.corrections.facts import FactDesk
from services.domain.errors import Forbidden
from services.domain.users import User
from services.engine import Engine, MetricDesk
from services.exports.audit_bundle import AuditBundleDesk
from services.intake import Intake
from services.materiality import MaterialityDesk
from services.ports import AnswerStore, DocumentSource, Listing, Notifier, Outbox, Ports
from services.reanalysis import AnalysisDesk
from services.retention import RetentionDesk
from services.review.desk import ReviewDesk
from services.review.queue import QueueDesk
from services.review.talk import TalkDesk
from services.samples import SampleShelf
from services.sign_in.accounts import AccountDesk
from services.sign_in.desk import SignInDesk
from services.sign_in.tokens import TokenDesk
from services.summary import SummaryDesk


@dataclass(frozen=True, slots=True)
class Services:
    """What pages, API and workers call; ``ports`` for reading what is stored, ``facts`` for its facts."""

    settings: Settings
    ports: Ports
    intake: Intake
    source: DocumentSource
    analyses: AnalysisDesk
    answers: AnswerStore
    facts: FactDesk
    corrections: CorrectionDesk
    review: ReviewDesk
    queue: QueueDesk
    talk: TalkDesk
    amending: AmendDesk
    outbox: Outbox
    listing: Listing
    notifier: Notifier
    materiality: MaterialityDesk
    calibration: CalibrationDesk
    summary: SummaryDesk
    metrics: MetricDesk
    companies: CompanyDesk
    changes: ChangeDesk
    cfo: CfoDesk
    signing: SigningDesk
    audit_bundle: AuditBundleDesk
    retention: RetentionDesk
    samples: SampleShelf
    templates: Templates
    sign_in: SignInDesk
    accounts: AccountDesk
    tokens: TokenDesk

    def seen_by(self, user: User) -> "Services":
        """Return the services as one user may use them: other companies' documents are not there."""
        if user.companies is not None:
            raise Forbidden("Access to some companies only is not built yet; nothing is shown.")
        return self


def build(settings: Settings | None = None) -> Services:
    """Join the services; without settings they are read from the environment.

    Raises InvalidInput naming a variable that cannot be used, Unavailable when the data folder is.
    """
    settings = settings or read_settings()
    ports = local_ports(settings)
    intake = Intake(ports, settings.max_upload_bytes)
    facts = FactDesk(ports.records)
    templates = _templates()
    summary = SummaryDesk(ports.records, facts.facts)
    companies = CompanyDesk(ports.records, templates)
    changes = ChangeDesk(ports.records, ports.blobs, ports.layout)
    accounts, hasher = local_accounts(settings), Argon2Hasher()
    cfo = CfoDesk(ports, summary, companies, changes, templates)
    return Services(
        settings=settings,
        ports=ports,
        intake=intake,
        source=source_of(settings),
        analyses=AnalysisDesk(ports.records, RULESET_VERSION),
        answers=local_answers(settings),
        facts=facts,
        corrections=CorrectionDesk(ports.records),
        review=ReviewDesk(ports.records),
        queue=QueueDesk(ports.records, claim_minutes=settings.review_claim_minutes),
        talk=TalkDesk(ports.records),
        amending=AmendDesk(ports.records, templates),
        outbox=local_outbox(settings),
        listing=local_listing(settings),
        notifier=notifier_of(settings),
        materiality=MaterialityDesk(ports.records),
        calibration=CalibrationDesk(ports.records, [rule.as_version for rule in RULES]),
        summary=summary,
        metrics=MetricDesk(ports.records),
        companies=companies,
        changes=changes,
        cfo=cfo,
        signing=SigningDesk(cfo, ports.records),
        audit_bundle=AuditBundleDesk(ports.audit),
        retention=RetentionDesk(ports.audit, local_retention(settings)),
        samples=SampleShelf(PROJECT_ROOT / "samples", intake),
        templates=templates,
        sign_in=SignInDesk(accounts, local_sessions(settings), hasher),
        accounts=AccountDesk(accounts, hasher),
        tokens=TokenDesk(local_api_tokens(settings)),
    )


def build_engine() -> Engine:
    """Return the stages joined in memory, with no store: for the command line and the benchmarks."""
    return Engine(layout=LocalLayoutReader(), templates=_templates())


def _templates() -> Templates:
    folder = PROJECT_ROOT / "prompts"
    return load_templates(
        {
            path.name: path.read_text(encoding="utf-8")
            for path in sorted(folder.glob("*.md"))
            if path.stem != "README"
        }
    )
