"""Who may do what: roles, their permissions, and the one check every service makes."""

from enum import StrEnum

from services.domain.errors import Forbidden
from services.domain.users import Role, User


class Permission(StrEnum):
    """One thing a role may do."""

    UPLOAD = "upload"
    VIEW_REPORTS = "view_reports"
    VIEW_INSIGHTS = "view_insights"
    CORRECT = "correct"
    REQUEST_REVIEW = "request_review"
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
        Permission.REVIEW,
        Permission.SET_MATERIALITY,
        Permission.SET_POLICY,
        Permission.VIEW_AUDIT,
    },
    Role.CFO: _READ | {Permission.SET_MATERIALITY, Permission.SET_POLICY, Permission.SIGN_SUMMARY},
    Role.AUDITOR: _READ | {Permission.VIEW_AUDIT},
    Role.ADMIN: _READ | {Permission.UPLOAD, Permission.VIEW_AUDIT, Permission.ADMINISTER},
}
"""Reviewers never upload and uploaders never review; auditors read everything and change nothing."""

_DOING = {
    Permission.UPLOAD: "upload reports",
    Permission.VIEW_REPORTS: "see reports",
    Permission.VIEW_INSIGHTS: "see insights",
    Permission.CORRECT: "correct numbers",
    Permission.REQUEST_REVIEW: "ask for a review",
    Permission.REVIEW: "decide on insights",
    Permission.SET_MATERIALITY: "set materiality",
    Permission.SET_POLICY: "set what publishes by itself",
    Permission.VIEW_SUMMARY: "see the CFO summary",
    Permission.SIGN_SUMMARY: "sign the CFO summary",
    Permission.VIEW_AUDIT: "see the audit trail",
    Permission.ADMINISTER: "administer the system",
}


def may(actor: User, permission: Permission) -> bool:
    """Whether the actor's role has the permission."""
    return permission in PERMISSIONS[actor.role]


def require(actor: User, permission: Permission) -> None:
    """Return when the actor's role has the permission; raises Forbidden with a sentence otherwise."""
    if not may(actor, permission):
        raise Forbidden(f"The role {actor.role.value} may not {_DOING[permission]}.")
