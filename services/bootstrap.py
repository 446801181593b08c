"""The composition root: settings in, services out; the only place that chooses technology."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from services.adapters.capabilities import capabilities_of
from services.adapters.entra.wiring import entra_of
from services.adapters.fetch.wiring import source_of
from services.adapters.local.layout import LocalLayoutReader
from services.adapters.local.passwords import Argon2Hasher
from services.adapters.local.wiring import (
    local_accounts,
    local_api_tokens,
    local_cookie_key,
    local_sessions,
)
from services.adapters.notify.wiring import notifier_of
from services.adapters.wiring import (
    chosen_cache,
    chosen_ports,
    chosen_reasoner,
    chosen_retention,
    chosen_settings,
    chosen_store,
    chosen_telemetry,
)
from services.amending import AmendDesk
from services.analysis.registry import RULES, RULESET_VERSION
from services.analysis.templates import Templates, load_templates
from services.ask.desk import AskDesk
from services.calibration.desk import CalibrationDesk
from services.capabilities import CapabilityDesk
from services.cfo.desk import CfoDesk
from services.cfo.signing import SigningDesk
from services.changes import ChangeDesk
from services.companies import CompanyDesk
from services.config import PROJECT_ROOT, Settings
from services.corrections.desk import CorrectionDesk
from services.corrections.facts import FactDesk
from services.domain.reasoning import Prompt
from services.domain.users import User
from services.engine import Engine, MetricDesk
from services.exports.audit_bundle import AuditBundleDesk
from services.intake import Intake
from services.materiality import MaterialityDesk
from services.memo import Memo
from services.narrative.prompts import load_prompts
from services.ports import (
    AnswerStore,
    AuditLog,
    AuditRetention,
    BrowserSignIn,
    Cache,
    DocumentSource,
    Listing,
    Notifier,
    Outbox,
    Ports,
    Reasoner,
    Telemetry,
)
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
from services.visible.closed import ClosedTrail, ClosedWork
from services.visible.documents import VisibleDocuments
from services.visible.records import VisibleRecords

_KEPT_VIEWS = 64
"""People who see some companies only and whose services are kept, with what these have worked out."""


@dataclass(frozen=True, slots=True)
class Services:
    """What pages, API and workers call; ``ports`` for reading what is stored, ``facts`` for its facts."""

    settings: Settings
    ports: Ports
    intake: Intake
    source: DocumentSource
    analyses: AnalysisDesk
    answers: AnswerStore
    cache: Cache
    capabilities: CapabilityDesk
    facts: FactDesk
    corrections: CorrectionDesk
    review: ReviewDesk
    queue: QueueDesk
    talk: TalkDesk
    amending: AmendDesk
    outbox: Outbox
    listing: Listing
    notifier: Notifier
    telemetry: Telemetry
    materiality: MaterialityDesk
    calibration: CalibrationDesk
    summary: SummaryDesk
    metrics: MetricDesk
    ask: AskDesk
    companies: CompanyDesk
    changes: ChangeDesk
    cfo: CfoDesk
    signing: SigningDesk
    audit_bundle: AuditBundleDesk
    retention: RetentionDesk
    samples: SampleShelf
    templates: Templates
    prompts: Mapping[str, Prompt]
    reasoner: Reasoner | None
    sign_in: SignInDesk
    accounts: AccountDesk
    tokens: TokenDesk
    view_of: Callable[[User], "Services"]

    def seen_by(self, user: User) -> "Services":
        """Return the services as one user may use them: other companies' documents are not there."""
        return self if user.companies is None else self.view_of(user)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all views of the services have in common: what tells nothing, or asks who acts by itself."""

    settings: Settings
    trail: AuditLog
    intake: Intake
    analyses: AnalysisDesk
    source: DocumentSource
    answers: AnswerStore
    cache: Cache
    capabilities: CapabilityDesk
    notifier: Notifier
    telemetry: Telemetry
    templates: Templates
    prompts: Mapping[str, Prompt]
    reasoner: Reasoner | None
    sign_in: SignInDesk
    accounts: AccountDesk
    tokens: TokenDesk
    view_of: Callable[[User], Services]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a view is of."""

    ports: Ports
    listing: Listing
    outbox: Outbox
    retention: AuditRetention


def build(settings: Settings | None = None) -> Services:
    """Join the services; without settings they are read from the environment.

    Raises InvalidInput naming a variable that cannot be used, Unavailable when the data folder is.
    """
    settings = settings or chosen_settings()
    store = chosen_store(settings)
    ports, cache = chosen_ports(settings, store), chosen_cache(settings)
    notifier, telemetry = notifier_of(settings), chosen_telemetry(settings)
    reasoner = chosen_reasoner(settings, cache)
    accounts, hasher = local_accounts(settings), Argon2Hasher()
    whole = _Seen(ports, store.listing, store.outbox, chosen_retention(settings))
    kept: Memo[Services] = Memo(_KEPT_VIEWS)

    def view_of(user: User) -> Services:
        key = (user.user_id, user.companies)
        return kept.get(key, lambda: _assembled(shared, _limited(whole, user)))

    shared = _Shared(
        settings=settings,
        trail=ports.audit,
        intake=Intake(ports, settings.max_upload_bytes),
        analyses=AnalysisDesk(ports.records, RULESET_VERSION),
        source=source_of(settings),
        answers=store.answers,
        cache=cache,
        capabilities=CapabilityDesk(
            capabilities_of(settings, ports, cache, notifier, telemetry, reasoner)
        ),
        sign_in=SignInDesk(accounts, local_sessions(settings), hasher),
        accounts=AccountDesk(accounts, hasher),
        tokens=TokenDesk(local_api_tokens(settings)),
        notifier=notifier,
        telemetry=telemetry,
        templates=_templates(),
        prompts=_prompts(),
        reasoner=reasoner,
        view_of=view_of,
    )
    return _assembled(shared, whole)


def _limited(whole: _Seen, reader: User) -> _Seen:
    """Return what is left of everything for who sees some companies only."""
    records = VisibleRecords(whole.ports.records, reader)
    documents = VisibleDocuments(whole.ports.blobs, whole.ports.renderer, records)
    trail, work = ClosedTrail(whole.ports.audit), ClosedWork()
    ports = Ports(
        blobs=documents,
        records=records,
        queue=work,
        audit=trail,
        layout=whole.ports.layout,
        renderer=documents,
    )
    return _Seen(ports, whole.listing.seen_by(reader), work, trail)


def _assembled(shared: _Shared, seen: _Seen) -> Services:
    ports, records, templates = seen.ports, seen.ports.records, shared.templates
    facts = FactDesk(records)
    summary = SummaryDesk(records, facts.facts)
    companies = CompanyDesk(records, templates)
    changes = ChangeDesk(records, ports.blobs, ports.layout)
    # A brief says where the trail stood when it was made, and nothing else of the trail.
    marked = replace(ports, audit=shared.trail)
    cfo = CfoDesk(marked, summary, companies, changes, templates)
    return Services(
        settings=shared.settings,
        ports=ports,
        intake=shared.intake,
        source=shared.source,
        analyses=shared.analyses,
        answers=shared.answers,
        cache=shared.cache,
        capabilities=shared.capabilities,
        facts=facts,
        corrections=CorrectionDesk(records),
        review=ReviewDesk(records),
        queue=QueueDesk(records, claim_minutes=shared.settings.review_claim_minutes),
        talk=TalkDesk(records),
        amending=AmendDesk(records, templates),
        outbox=seen.outbox,
        listing=seen.listing,
        notifier=shared.notifier,
        telemetry=shared.telemetry,
        materiality=MaterialityDesk(records),
        calibration=CalibrationDesk(records, [rule.as_version for rule in RULES]),
        summary=summary,
        metrics=MetricDesk(records),
        ask=AskDesk(records, ports.audit),
        companies=companies,
        changes=changes,
        cfo=cfo,
        signing=SigningDesk(cfo, records),
        audit_bundle=AuditBundleDesk(ports.audit),
        retention=RetentionDesk(ports.audit, seen.retention),
        samples=SampleShelf(PROJECT_ROOT / "samples", shared.intake),
        templates=templates,
        prompts=shared.prompts,
        reasoner=shared.reasoner,
        sign_in=shared.sign_in,
        accounts=shared.accounts,
        tokens=shared.tokens,
        view_of=shared.view_of,
    )


def cookie_key(settings: Settings) -> bytes:
    """Return the installation's key for the cookies of sign-in; raises Unavailable when it cannot be read."""
    return local_cookie_key(settings)


def entra_sign_in(settings: Settings) -> BrowserSignIn | None:
    """Return sign-in with Entra ID; None where the settings name no registration."""
    return entra_of(settings)


def build_engine() -> Engine:
    """Return the stages joined in memory, with no store: for the command line and the benchmarks."""
    return Engine(layout=LocalLayoutReader(), templates=_templates())


def _templates() -> Templates:
    return load_templates(_texts(PROJECT_ROOT / "prompts" / "templates"))


def _prompts() -> dict[str, Prompt]:
    texts = _texts(PROJECT_ROOT / "prompts")
    return load_prompts({name.removesuffix(".md"): text for name, text in texts.items()})


def _texts(folder: Path) -> dict[str, str]:
    return {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted(folder.glob("*.md"))
        if path.stem != "README"
    }
