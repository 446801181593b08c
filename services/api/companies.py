"""Companies over HTTP: how each stands, what applies to it, its peers, and its materiality with every version."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from services.analysis.applicability import Verdict
from services.api.addresses import BASE, analysis_id
from services.api.answers import as_json, tagged
from services.api.bodies import Id, Sent, Whole
from services.api.callers import InsightViewer, MaterialitySetter
from services.api.models import Model
from services.api.once import Asked, AskedOfItem, Once
from services.bootstrap import Services
from services.cfo.desk import CompanyRow
from services.companies import Company, Peers, Standard
from services.domain.base import Amount
from services.domain.errors import NotFound
from services.domain.ids import deterministic_id
from services.domain.insights import Materiality, NotComputable, Severity
from services.domain.materiality import BaseConcept, MaterialityChoice
from services.domain.users import User
from services.materiality import LONGEST_COMMENT, Terms, check_terms

Exact = Annotated[Decimal, Field(max_digits=30, decimal_places=10)]
_MOST_VERSIONS = 1_000_000
Seen = Annotated[
    Whole,
    Field(ge=0, le=_MOST_VERSIONS, description="The last version the caller knows, 0 for none"),
]
Reason = Annotated[
    str, Field(min_length=1, max_length=LONGEST_COMMENT, examples=["Agreed with the auditor."])
]


class FigureOut(BaseModel):
    """A headline figure and its change over the year before; amounts are decimal strings in base units."""

    value: Amount
    currency: str
    period: str
    change: Amount | None


class CompanyOut(Model):
    """A company by its newest report."""

    company_id: str = Field(examples=["company-6a1c…"])
    name: str
    documents: list[str] = Field(description="Its analysed documents, newest first")
    figures: dict[str, FigureOut]
    open_reviews: int
    failed_checks: int
    severity: Severity | None = Field(description="The highest that is published or approved")


class CompanyList(Model):
    """The companies, the worst first: severity, failed checks, open reviews."""

    companies: list[CompanyOut]


class AppliesOut(BaseModel):
    """How far a group of measures applies."""

    measure: str
    rules: list[str]
    verdict: Verdict
    why: str


class StandingOut(BaseModel):
    """One metric among the companies of the sector; rank 1 is the largest value."""

    metric_id: str
    period: str
    value: Amount
    low: Amount = Field(description="Lower quartile")
    median: Amount
    high: Amount = Field(description="Upper quartile")
    rank: int
    count: int


class CompanyDetail(Model):
    """What applies to a company, and where it stands among its peers."""

    company_id: str
    name: str
    documents: list[str]
    sector: str
    applies: list[AppliesOut]
    left_out: list[str] = Field(description="Metrics that mean nothing for this kind of company")
    not_computable: list[NotComputable]
    peers: list[str]
    peers_missing: int = Field(description="So many more companies are needed for a comparison")
    standings: list[StandingOut]


class MaterialityOut(Model):
    """A company's materiality: as proposed, as in force, and every version that people set."""

    company_id: str
    proposed: Materiality | None
    in_force: Materiality | None
    settled: bool = Field(description="Whether every finding is ranked by what is in force")
    versions: list[MaterialityChoice]


class MaterialityTerms(Sent):
    """What somebody wants; what is left out stays as proposed. Shares are fractions, amounts in base units."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"base": "revenue", "percent": "0.005", "seen": 0}]}
    )

    base: BaseConcept | None = None
    percent: Exact | None = None
    performance_share: Exact | None = None
    cap: Exact | None = None
    fixed: Exact | None = None
    performance: Exact | None = None
    trivial: Exact | None = None
    seen: Seen

    def terms(self) -> Terms:
        """Return the terms."""
        return Terms(**self.model_dump(exclude={"seen", "comment"}))


class MaterialityWanted(MaterialityTerms):
    """Terms with their reason."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "base": "revenue",
                    "percent": "0.005",
                    "seen": 0,
                    "comment": "Agreed with the auditor.",
                }
            ]
        }
    )

    comment: Reason


class Restored(Sent):
    """An earlier version to be set again; 0 is the proposal."""

    version: Seen
    seen: Seen
    comment: Reason


class SeverityChange(BaseModel):
    """A finding under another materiality; null where it would not be there."""

    document_id: str
    title: str
    before: Severity | None
    after: Severity | None


class MaterialityPreview(Model):
    """What another materiality would change; nothing is written."""

    changes: list[SeverityChange]


def companies_router(services: Services) -> APIRouter:
    """Return ``/companies``."""
    router = APIRouter(prefix="/companies", tags=["companies"])

    @router.get("", response_model=CompanyList)
    def list_companies(caller: InsightViewer) -> Response:
        """Return the companies with an analysed document, the worst first."""
        rows = services.seen_by(caller).cfo.overview()
        links = {"self": f"{BASE}/companies"}
        return as_json(CompanyList(companies=[_row(one) for one in rows], links=links))

    @router.get("/{company}", response_model=CompanyDetail)
    def get_company(caller: InsightViewer, company: Id) -> Response:
        """Return what applies to a company, by its id or its name in lower case."""
        seen = services.seen_by(caller)
        found = _company(seen, company)
        standard, peers = seen.companies.standard(found), seen.companies.peers(found)
        return as_json(_detail(found, standard, peers))

    return router


def materiality_router(services: Services) -> APIRouter:
    """Return ``/companies/{company}/materiality``."""
    router = APIRouter(prefix="/companies/{company}/materiality", tags=["companies"])
    once = Once(services.answers)

    @router.get("", response_model=MaterialityOut)
    def get_materiality(caller: InsightViewer, company: Id) -> Response:
        """Return a company's materiality and every version."""
        seen = services.seen_by(caller)
        return as_json(_materiality(seen, _company(seen, company)))

    @router.post("", response_model=MaterialityOut)
    def choose(
        caller: MaterialitySetter, wish: MaterialityWanted, said: AskedOfItem, company: Id
    ) -> Response:
        """Set a company's materiality as a new version; its documents are analysed again."""
        seen = services.seen_by(caller)

        def act() -> Response:
            found = _company(seen, company)
            seen.materiality.choose(found.name, wish.terms(), wish.comment, wish.seen, caller)
            return tagged(_materiality(seen, found))

        return once(said, act, lambda: as_json(_materiality(seen, _company(seen, company))))

    @router.post("/restorations", response_model=MaterialityOut)
    def restore(
        caller: MaterialitySetter, wish: Restored, said: AskedOfItem, company: Id
    ) -> Response:
        """Set again what an earlier version set, as a version of its own."""
        seen = services.seen_by(caller)

        def act() -> Response:
            found = _company(seen, company)
            seen.materiality.restore(found.name, wish.version, wish.comment, wish.seen, caller)
            return tagged(_materiality(seen, found))

        return once(said, act, lambda: as_json(_materiality(seen, _company(seen, company))))

    @router.post("/preview", response_model=MaterialityPreview)
    def preview(
        caller: MaterialitySetter, wish: MaterialityTerms, said: Asked, company: Id
    ) -> Response:
        """Return whose severity other terms would change, without setting them."""
        seen = services.seen_by(caller)
        return once(said, lambda: as_json(_preview(seen, wish, _company(seen, company), caller)))

    return router


def _preview(
    services: Services, wish: MaterialityTerms, company: Company, caller: User
) -> MaterialityPreview:
    terms = wish.terms()
    check_terms(terms)
    trial = services.materiality.trial(company.name, terms, wish.seen, caller)
    changes = [
        SeverityChange(
            document_id=one.report_id, title=one.title, before=one.before, after=one.after
        )
        for one in services.companies.preview(company, trial, caller)
    ]
    return MaterialityPreview(changes=changes, links=_links(company))


def _company(services: Services, named: str) -> Company:
    for company in services.companies.companies():
        if named in {_id(company), company.key}:
            return company
    raise NotFound("There is no company with this id that has an analysed document.")


def _id(company: Company) -> str:
    return deterministic_id("company", company.key)


def _links(company: Company) -> dict[str, str]:
    own = f"{BASE}/companies/{_id(company)}"
    latest = company.latest.report_id
    return {
        "self": own,
        "materiality": f"{own}/materiality",
        "document": f"{BASE}/documents/{latest}",
        "summary": f"{BASE}/summaries/{analysis_id(latest)}",
    }


def _documents(company: Company) -> list[str]:
    return [report.report_id for report in company.reports]


def _row(row: CompanyRow) -> CompanyOut:
    figures = {
        concept: FigureOut(
            value=figure.current.value,
            currency=figure.current.currency,
            period=figure.current.period.label,
            change=figure.change,
        )
        for concept, figure in row.figures.items()
    }
    return CompanyOut(
        company_id=_id(row.company),
        name=row.company.name,
        documents=_documents(row.company),
        figures=figures,
        open_reviews=row.open_reviews,
        failed_checks=row.failed_checks,
        severity=row.severity,
        links=_links(row.company),
    )


def _detail(company: Company, standard: Standard, peers: Peers) -> CompanyDetail:
    return CompanyDetail(
        company_id=_id(company),
        name=company.name,
        documents=_documents(company),
        sector=standard.sector,
        applies=[
            AppliesOut(
                measure=one.measure, rules=list(one.rules), verdict=one.verdict, why=one.why
            )
            for one in standard.applies
        ],
        left_out=list(standard.left_out),
        not_computable=list(standard.not_computable),
        peers=list(peers.names),
        peers_missing=peers.missing,
        standings=[
            StandingOut(
                metric_id=one.metric_id, period=one.period.label, value=one.value, low=one.low,
                median=one.median, high=one.high, rank=one.rank, count=one.count,
            )
            for one in peers.standings
        ],
        links=_links(company),
    )  # fmt: skip


def _materiality(services: Services, company: Company) -> MaterialityOut:
    standard = services.companies.standard(company)
    versions: Sequence[MaterialityChoice] = services.materiality.history(company.name)
    links = _links(company)
    links |= {"self": links["materiality"], "company": links["self"]}
    return MaterialityOut(
        company_id=_id(company),
        proposed=standard.proposed,
        in_force=standard.in_force,
        settled=standard.settled,
        versions=list(versions),
        links=links,
    )
