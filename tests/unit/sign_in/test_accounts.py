"""Accounts are made, changed and ended by who may administer; demo people stay at home."""

import pytest

from services.access import Permission, may
from services.adapters.local.database import Database
from services.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from services.domain.users import SYSTEM, Role
from services.sign_in.accounts import DEMO_PEOPLE, LAST_ADMINISTRATOR
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


def last_of(desks, change):
    with pytest.raises(Conflict) as refused:
        change()
    assert refused.value.sentence == LAST_ADMINISTRATOR
    return desks.store.account("root")


def test_the_last_administrator_stays_one_and_active(desks):
    root = desks.add("root", Role.ADMIN)
    desks.add("ann")
    for actor in (root, SYSTEM):
        kept = last_of(desks, lambda a=actor: desks.accounts.disable("root", a))
        assert last_of(desks, lambda a=actor: desks.accounts.set_role("root", Role.CFO, a)) == kept
        assert (kept.role, kept.is_active, kept.version) == (Role.ADMIN, True, 1)
    desks.accounts.set_role("root", Role.ADMIN, root)
    desks.accounts.set_role("ann", Role.ADMIN, root)
    desks.accounts.disable("root", root)
    last_of(desks, lambda: desks.accounts.set_role("ann", Role.CFO, SYSTEM))
    assert desks.accounts.disable("root", SYSTEM).disabled_at  # none any more: nothing is lost


def test_two_administrators_who_end_each_other_at_once_leave_one(desks):
    ann, bob = (desks.add(name, Role.ADMIN) for name in ("ann", "bob"))
    seen = desks.store.account(bob.user_id)
    desks.accounts.disable(ann.user_id, bob)
    for changed in ({"disabled_at": desks.clock.now}, {"role": Role.CFO}):
        stale = seen.model_copy(update={"version": 2, **changed})
        last_of(desks, lambda late=stale: desks.store.keep((late,), ()))
    assert [one.user_id for one in desks.sign_in.people()] == ["bob"]


def test_a_demo_administrator_counts_as_long_as_the_demo(desks):
    desks.accounts.open(at_home=True)
    demo = next(one for one in DEMO_PEOPLE if one.role is Role.ADMIN)
    last_of(desks, lambda: desks.accounts.disable(demo.user_id, demo))
    last_of(desks, lambda: desks.accounts.remove_demo(demo))
    root = desks.add("root", Role.ADMIN)
    desks.accounts.disable("root", demo)
    desks.accounts.enable("root", demo)
    assert desks.accounts.remove_demo(demo) == 6
    last_of(desks, lambda: desks.accounts.disable("root", root))


def test_what_entra_id_says_of_the_last_administrator_holds(desks):
    eve = a_user(Role.ADMIN, user_id="entra-1")
    desks.sign_in.sign_in_verified(eve, "")
    last_of(desks, lambda: desks.accounts.disable("entra-1", SYSTEM))
    demoted = eve.model_copy(update={"role": Role.CFO})
    desks.sign_in.sign_in_verified(demoted, "")
    assert desks.sign_in.people() == [demoted]


def test_a_data_folder_of_the_version_before_keeps_an_administrator_too(desks):
    desks.add("root", Role.ADMIN)
    with desks.database.transaction() as connection:
        connection.execute("DROP TRIGGER accounts_keep_an_administrator")
        connection.execute("PRAGMA user_version = 6")
    Database(desks.database._path).close()
    gone = desks.store.account("root").model_copy(
        update={"version": 2, "disabled_at": desks.clock.now}
    )
    last_of(desks, lambda: desks.store.keep((gone,), ()))
