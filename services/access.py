"""Who may do what with which document: roles, their permissions, companies; what is not granted is refused."""

from collections.abc import Hashable, Mapping
from enum import StrEnum

from services.domain.errors import Forbidden
from services.domain.materiality import company_key
from services.domain.reports import Report
from services.domain.users import Role, User


class Permission(StrEnum):
    """One thing a role may do."""

    UPLOAD = "upload"
    VIEW_REPORTS = "view_reports"
    VIEW_INSIGHTS = "view_insights"
    CORRECT = "correct"
    REQUEST_REVIEW = "request_review"
    VIEW_REVIEWS = "view_reviews"
    REVIEW = "review"
    SET_MATERIALITY = "set_materiality"
    SET_POLICY = "set_policy"
    VIEW_SUMMARY = "view_summary"
    SIGN_SUMMARY = "sign_summary"
    VIEW_AUDIT = "view_audit"
    ADMINISTER = "administer"


_READ = frozenset({Permission.VIEW_REPORTS, Permission.VIEW_INSIGHTS, Permission.VIEW_SUMMARY})

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ANALYST: _READ | {Permission.UPLOAD, Permission.CORRECT, Permission.REQUEST_REVIEW},
    Role.REVIEWER: _READ
    | {
        Permission.CORRECT,
        Permission.REQUEST_REVIEW,
        Permission.VIEW_REVIEWS,
        Permission.REVIEW,
        Permission.SET_MATERIALITY,
        Permission.SET_POLICY,
        Permission.VIEW_AUDIT,
    },
    Role.CFO: _READ | {Permission.SET_MATERIALITY, Permission.SET_POLICY, Permission.SIGN_SUMMARY},
    Role.AUDITOR: _READ | {Permission.VIEW_REVIEWS, Permission.VIEW_AUDIT},
    Role.ADMIN: _READ
    | {
        Permission.UPLOAD,
        Permission.VIEW_REVIEWS,
        Permission.VIEW_AUDIT,
        Permission.ADMINISTER,
    },
}
"""Reviewers never upload and uploaders never review; auditors read everything and change nothing."""

OPENS: Mapping[str, Permission] = {
    "upload": Permission.UPLOAD,
    "report": Permission.VIEW_REPORTS,
    "metrics": Permission.VIEW_REPORTS,
    "ask": Permission.VIEW_REPORTS,
    "changes": Permission.VIEW_REPORTS,
    "budget": Permission.VIEW_REPORTS,
    "insights": Permission.VIEW_INSIGHTS,
    "insight": Permission.VIEW_INSIGHTS,
    "company": Permission.VIEW_REPORTS,
    "review": Permission.VIEW_REVIEWS,
    "item": Permission.VIEW_REVIEWS,
    "inbox": Permission.VIEW_INSIGHTS,
    "summary": Permission.VIEW_SUMMARY,
    "calibration": Permission.VIEW_INSIGHTS,
    "group": Permission.VIEW_SUMMARY,
    "audit": Permission.VIEW_AUDIT,
    "people": Permission.ADMINISTER,
    "services": Permission.ADMINISTER,
}
"""What it takes to open a page, by its address; a page that is not named opens for nobody."""

DOING = {
    Permission.UPLOAD: "upload reports",
    Permission.VIEW_REPORTS: "see reports",
    Permission.VIEW_INSIGHTS: "see insights",
    Permission.CORRECT: "correct numbers",
    Permission.REQUEST_REVIEW: "ask for a review",
    Permission.VIEW_REVIEWS: "see the review queue",
    Permission.REVIEW: "decide on insights",
    Permission.SET_MATERIALITY: "set materiality",
    Permission.SET_POLICY: "set what publishes by itself",
    Permission.VIEW_SUMMARY: "see the CFO summary",
    Permission.SIGN_SUMMARY: "sign the CFO summary",
    Permission.VIEW_AUDIT: "see the audit trail",
    Permission.ADMINISTER: "administer the system",
}
"""What one may do with a permission, in words."""


def may(actor: User, permission: Permission) -> bool:
    """Whether the actor's role has the permission."""
    return permission in PERMISSIONS[actor.role]


def require(actor: User, permission: Permission) -> None:
    """Return when the actor's role has the permission; raises Forbidden with a sentence otherwise."""
    if not may(actor, permission):
        raise Forbidden(f"The role {actor.role.value} may not {DOING[permission]}.")


def may_see(actor: User, report: Report) -> bool:
    """Whether the actor may know of a report: it is of one of the actor's companies.

    While nobody knows yet whose it is, only the uploader and who sees all companies may.
    """
    if actor.companies is None:
        return True
    if report.company is None:
        return report.uploaded_by == actor.user_id
    return company_key(report.company) in actor.companies


def sight_of(actor: User) -> Hashable:
    """Return what all have in common who are shown the same: what was made for one may be kept for them under it."""
    return actor.role, actor.companies, None if actor.companies is None else actor.user_id
