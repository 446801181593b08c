"""Accounts are made, changed and ended by who may administer; demo people stay at home."""

import pytest

from services.access import Permission, may
from services.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from services.domain.users import SYSTEM, Role
from services.sign_in.accounts import DEMO_PEOPLE
from tests.callers import a_user
from tests.desks import PASSWORD


def test_a_fresh_store_at_home_has_the_six_demo_people_once(desks):
    for _ in range(2):
        desks.accounts.open(at_home=True)
    assert tuple(desks.sign_in.people()) == DEMO_PEOPLE
    assert [one.user_id for one in DEMO_PEOPLE] == [
        "demo-analyst", "demo-reviewer", "demo-second-reviewer", "demo-cfo", "demo-auditor", "demo-admin",
    ]  # fmt: skip
    assert [one.action for one in desks.events()] == ["account_added"] * 6


def test_a_fresh_store_elsewhere_has_nobody(desks):
    desks.accounts.open(at_home=False)
    assert desks.sign_in.people() == []


def test_a_store_with_somebody_gets_no_demo_people(desks):
    ann = desks.add()
    desks.accounts.open(at_home=True)
    assert desks.sign_in.people() == [ann]


def test_nothing_is_served_elsewhere_while_demo_people_may_sign_in_and_the_sentence_says_what_to_do(
    desks,
):
    desks.accounts.open(at_home=True)
    with pytest.raises(InvalidInput, match="user remove-demo"):
        desks.accounts.open(at_home=False)
    assert desks.accounts.remove_demo(SYSTEM) == 6
    desks.accounts.open(at_home=False)
    desks.accounts.open(at_home=True)
    assert desks.sign_in.people() == []
    assert desks.accounts.remove_demo(SYSTEM) == 0


def test_a_demo_person_who_was_ended_is_not_brought_back(desks):
    desks.accounts.open(at_home=True)
    desks.accounts.remove_demo(SYSTEM)
    with pytest.raises(Conflict, match="stays so"):
        desks.accounts.enable("demo-admin", SYSTEM)


@pytest.mark.parametrize(
    "changed",
    [
        {"user_id": "Ann"},
        {"user_id": "a"},
        {"user_id": "demo-ann"},
        {"user_id": "token-1"},
        {"user_id": "entra-1"},
        {"user_id": "system"},
        {"user_id": "anonymous"},
        {"user_id": "ann\n"},
        {"user_id": "a" * 41},
        {"user_id": "ann@example.org"},
        {"name": ""},
        {"name": " "},
        {"name": "Ann\nLee"},
        {"name": "x" * 101},
        {"email": "ann"},
        {"email": "ann@example.org\n"},
        {"email": "a b@example.org"},
    ],
    ids=str,
)
def test_a_name_or_an_address_that_cannot_be_is_refused(desks, changed):
    with pytest.raises(InvalidInput):
        desks.accounts.add(a_user(**{"user_id": "ann", **changed}), PASSWORD, SYSTEM)


@pytest.mark.parametrize("changed", [{"name": "ann"}, {"email": "ANN@example.org"}], ids=str)
def test_a_name_or_an_address_is_given_once(desks, changed):
    desks.add()
    with pytest.raises(Conflict, match="already"):
        desks.add(**{"name": "bob", **changed})


def test_only_who_administers_makes_and_changes_accounts(desks):
    desks.add()
    for role in Role:
        actor = a_user(role)
        if may(actor, Permission.ADMINISTER):
            continue
        for change in (
            lambda a: desks.accounts.add(a_user(user_id="bob"), PASSWORD, a),
            lambda a: desks.accounts.set_password("ann", PASSWORD, a),
            lambda a: desks.accounts.set_role("ann", Role.ADMIN, a),
            lambda a: desks.accounts.set_companies("ann", None, a),
            lambda a: desks.accounts.disable("ann", a),
            lambda a: desks.accounts.enable("ann", a),
            lambda a: desks.accounts.remove_demo(a),
            lambda a: desks.tokens.make(a_user(), 1, a),
            lambda a: desks.tokens.revoke("1", a),
        ):
            with pytest.raises(Forbidden):
                change(actor)
    assert [one.action for one in desks.events()] == ["account_added"]


def test_everybody_changes_their_own_password(desks):
    ann = desks.add()
    desks.accounts.set_password("ann", "another kettle under gravel", ann)
    assert desks.sign_in.sign_in("ann", "another kettle under gravel", "").user_id == "ann"


def test_a_person_without_a_password_gets_none(desks):
    desks.accounts.open(at_home=True)
    with pytest.raises(InvalidInput, match="does not sign in with a password"):
        desks.accounts.set_password("demo-cfo", PASSWORD, SYSTEM)


def test_what_is_changed_is_audited_with_who_did_it(desks):
    desks.add()
    admin = a_user(Role.ADMIN, user_id="root")
    desks.accounts.set_companies("ann", frozenset({"b", "a"}), admin)
    desks.accounts.set_role("ann", Role.AUDITOR, admin)
    companies, role = desks.events()[-2:]
    assert (companies.actor, companies.action, companies.resource) == (
        "root", "account_companies_set", "ann",
    )  # fmt: skip
    assert companies.detail == {"role": "analyst", "companies": "a, b", "source": "local"}
    assert (role.action, role.detail["role"]) == ("account_role_set", "auditor")
    assert PASSWORD not in str(desks.events())


def test_two_changes_at_once_do_not_overwrite_each_other(desks):
    desks.add()
    stale = desks.store.account("ann")
    desks.accounts.disable("ann", SYSTEM)
    with pytest.raises(Conflict, match="changed by somebody else"):
        desks.store.keep((stale.model_copy(update={"version": 2}),), ())
    assert not desks.store.account("ann").is_active


def test_an_account_that_is_not_there_is_named(desks):
    with pytest.raises(NotFound, match="no account bob"):
        desks.accounts.disable("bob", SYSTEM)


def test_who_acts_on_the_command_line_is_an_administrator_once_there_are_accounts(desks):
    desks.accounts.open(at_home=True)
    assert desks.accounts.operator("whoever").user_id == "whoever"
    assert desks.accounts.operator("demo-admin").name == "Administrator"
    with pytest.raises(Forbidden):
        desks.accounts.operator("demo-cfo")
    desks.add("root", Role.ADMIN)
    desks.add("ann")
    assert desks.accounts.operator("root").role is Role.ADMIN
    for name in ("ann", "whoever"):
        with pytest.raises(Forbidden, match="no administrator"):
            desks.accounts.operator(name)
    desks.accounts.disable("root", SYSTEM)
    with pytest.raises(Forbidden):
        desks.accounts.operator("root")
