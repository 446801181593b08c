"""Roles: who may do what, and that nobody can check their own work."""

import pytest

from services.access import PERMISSIONS, Permission, may, require
from services.domain.errors import Forbidden
from services.domain.ids import UserId
from services.domain.users import Role, User


def a_user(role: Role) -> User:
    return User(user_id=UserId(role.value), name=role.value, role=role)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (Permission.UPLOAD, {Role.ANALYST, Role.ADMIN}),
        (Permission.VIEW_REPORTS, set(Role)),
        (Permission.VIEW_INSIGHTS, set(Role)),
        (Permission.VIEW_SUMMARY, set(Role)),
        (Permission.VIEW_REVIEWS, {Role.REVIEWER, Role.AUDITOR, Role.ADMIN}),
        (Permission.REVIEW, {Role.REVIEWER}),
        (Permission.SET_MATERIALITY, {Role.REVIEWER, Role.CFO}),
        (Permission.SET_POLICY, {Role.REVIEWER, Role.CFO}),
        (Permission.SIGN_SUMMARY, {Role.CFO}),
        (Permission.CORRECT, {Role.ANALYST, Role.REVIEWER}),
        (Permission.VIEW_AUDIT, {Role.REVIEWER, Role.AUDITOR, Role.ADMIN}),
        (Permission.ADMINISTER, {Role.ADMIN}),
    ],
)
def test_each_permission_belongs_to_these_roles_and_no_other(
    permission: Permission, roles: set[Role]
):
    assert {role for role in Role if may(a_user(role), permission)} == roles


def test_every_role_and_permission_is_decided():
    assert set(PERMISSIONS) == set(Role)
    assert set().union(*PERMISSIONS.values()) == set(Permission)


def test_nobody_may_both_upload_and_review():
    both = {Permission.UPLOAD, Permission.REVIEW}
    assert [role for role in Role if both <= PERMISSIONS[role]] == []


def test_auditors_read_all_and_change_nothing():
    assert PERMISSIONS[Role.AUDITOR] == {
        Permission.VIEW_REPORTS,
        Permission.VIEW_INSIGHTS,
        Permission.VIEW_SUMMARY,
        Permission.VIEW_REVIEWS,
        Permission.VIEW_AUDIT,
    }


def test_a_refusal_names_the_role_and_the_act():
    with pytest.raises(Forbidden) as refused:
        require(a_user(Role.CFO), Permission.REVIEW)
    assert refused.value.sentence == "The role cfo may not decide on insights."
    require(a_user(Role.REVIEWER), Permission.REVIEW)
