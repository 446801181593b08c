"""Sessions begin with the right password only, end in every way they should, and tell nothing else."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from services.domain.errors import InvalidInput, Unauthenticated
from services.domain.identity import AccountSource
from services.domain.ids import UserId
from services.domain.users import SYSTEM, Role
from services.sign_in.desk import ENDED, REFUSED
from tests.callers import a_user
from tests.desks import PASSWORD

HOME = "127.0.0.1"


def failing(desks, name="ann", password="wrong", ip=HOME):
    with pytest.raises(Unauthenticated) as refused:
        desks.sign_in.sign_in(name, password, ip)
    return refused.value.sentence


@pytest.mark.parametrize("name", ["ann", " Ann ", "ann@example.org", "ANN@Example.ORG"])
def test_the_name_or_the_address_with_the_password_begins_a_session(desks, name):
    ann = desks.add()
    session = desks.sign_in.sign_in(name, PASSWORD, "192.0.2.7")
    assert desks.sign_in.user_of(session.session_id) == ann
    assert (session.ip_address, session.ended_at) == ("192.0.2.7", None)
    last = desks.events()[-1]
    assert (last.actor, last.action, last.ip_address) == ("ann", "signed_in", "192.0.2.7")
    assert last.detail == {"by": "password"}


def test_every_sign_in_has_a_session_id_of_its_own_that_nobody_guesses(desks):
    desks.add()
    ids = {desks.sign_in.sign_in("ann", PASSWORD, HOME).session_id for _ in range(3)}
    assert len(ids) == 3
    assert {len(one) for one in ids} == {43}  # 256 bits in base64


def test_whatever_was_wrong_the_answer_and_the_work_are_the_same_and_the_trail_says_what(desks):
    desks.add()
    desks.add("bob")
    desks.accounts.disable("bob", SYSTEM)
    desks.accounts.open(at_home=True)
    asked = {
        ("ann", "wrong"): "password",
        ("ann", ""): "password",
        ("nobody", PASSWORD): "unknown name",
        ("", ""): "unknown name",
        ("bob", PASSWORD): "account disabled",
    }
    for number, ((name, password), reason) in enumerate(asked.items(), start=1):
        assert failing(desks, name, password) == REFUSED
        assert desks.hasher.verified == number
        last = desks.events()[-1]
        assert (last.actor, last.action, last.result) == ("anonymous", "sign_in_refused", "refused")
        assert (last.detail, last.ip_address) == ({"reason": reason}, HOME)
    assert "nobody" not in str(desks.events())


def test_a_demo_person_signs_in_without_a_password_and_never_with_one(desks):
    desks.accounts.open(at_home=True)
    session = desks.sign_in.sign_in_demo(UserId("demo-cfo"), HOME)
    assert desks.sign_in.user_of(session.session_id).role is Role.CFO
    assert failing(desks, "demo-cfo", "") == REFUSED
    assert next(one.user_id for one in desks.sign_in.demo_people()) == "demo-analyst"


def test_nobody_else_signs_in_without_a_password(desks):
    desks.add()
    desks.accounts.open(at_home=True)
    for name in ("ann", "nobody"):
        with pytest.raises(Unauthenticated):
            desks.sign_in.sign_in_demo(UserId(name), HOME)


def test_after_five_wrong_passwords_nothing_is_checked_until_one_is_forgotten(desks):
    desks.add()
    for _ in range(5):
        failing(desks)
    checked, audited = desks.hasher.verified, len(desks.events())
    assert failing(desks, password=PASSWORD) == REFUSED
    assert (desks.hasher.verified, len(desks.events())) == (checked, audited)
    desks.clock.pass_(minutes=3)
    assert desks.sign_in.sign_in("ann", PASSWORD, HOME).user_id == "ann"
    failing(desks)
    assert desks.hasher.verified == checked + 2  # forgiven: the count began anew


def test_wrong_passwords_from_elsewhere_do_not_lock_a_person_out(desks):
    desks.add()
    for _ in range(5):
        failing(desks, ip="192.0.2.7")
    assert desks.sign_in.sign_in("ann", PASSWORD, HOME).user_id == "ann"


def test_one_address_tries_twenty_names_and_no_more(desks):
    desks.add()
    for number in range(20):
        failing(desks, f"name{number}", ip="2001:db8::1")
    checked = desks.hasher.verified
    failing(desks, password=PASSWORD, ip="2001:db8::ffff:1")  # the same network
    assert desks.hasher.verified == checked
    assert desks.sign_in.sign_in("ann", PASSWORD, "2001:db8:1::1").user_id == "ann"


def test_one_name_is_tried_a_hundred_times_from_however_many_addresses(desks):
    desks.add()
    for number in range(100):
        failing(desks, ip=f"192.0.2.{number}")
    checked = desks.hasher.verified
    failing(desks, password=PASSWORD, ip="198.51.100.1")
    assert desks.hasher.verified == checked
    desks.clock.pass_(minutes=15)
    assert desks.sign_in.sign_in("ann", PASSWORD, "198.51.100.1").user_id == "ann"


def test_many_tries_at_once_get_no_more_checks_than_one_after_the_other(desks):
    desks.add()
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda _: failing(desks), range(40)))
    assert desks.hasher.verified == 5


def test_a_failure_that_is_forgotten_leaves_nothing_in_the_store(desks):
    failing(desks, "nobody")
    desks.clock.pass_(days=1)
    failing(desks, "somebody")
    with desks.database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM sign_in_failures").fetchone()[0] == 3


def over(desks, session):
    assert desks.sign_in.is_over(session.session_id)
    with pytest.raises(Unauthenticated) as refused:
        desks.sign_in.user_of(session.session_id)
    return refused.value.sentence == ENDED


def test_a_session_ends_after_thirty_minutes_without_use_and_lives_on_with_use(desks):
    desks.add()
    session = desks.sign_in.sign_in("ann", PASSWORD, HOME)
    for _ in range(3):
        desks.clock.pass_(minutes=29)
        assert desks.sign_in.user_of(session.session_id).user_id == "ann"
    desks.clock.pass_(minutes=29)
    assert not desks.sign_in.is_over(session.session_id)  # asking is no use
    desks.clock.pass_(minutes=2)
    assert over(desks, session)


def test_a_session_ends_after_eight_hours_however_much_it_is_used(desks):
    desks.add()
    session = desks.sign_in.sign_in("ann", PASSWORD, HOME)
    for _ in range(32):
        desks.clock.pass_(minutes=15)
        desks.sign_in.user_of(session.session_id)
    desks.clock.pass_(seconds=1)
    assert over(desks, session)


def test_looking_a_session_up_writes_every_thirty_seconds_only(desks):
    desks.add()
    session = desks.sign_in.sign_in("ann", PASSWORD, HOME)
    for _ in range(10):
        desks.clock.pass_(seconds=2.9)
        desks.sign_in.user_of(session.session_id)
    assert desks.sessions.session(session.session_id).last_seen_at == session.last_seen_at
    desks.clock.pass_(seconds=1)
    desks.sign_in.user_of(session.session_id)
    assert desks.sessions.session(session.session_id).last_seen_at == desks.clock.now


def test_a_session_ends_at_sign_out_once(desks):
    desks.add()
    session = desks.sign_in.sign_in("ann", PASSWORD, HOME)
    desks.sign_in.sign_out(session.session_id, HOME)
    assert over(desks, session)
    written = len(desks.events())
    desks.sign_in.sign_out(session.session_id, HOME)
    desks.sign_in.sign_out("nothing", HOME)
    assert len(desks.events()) == written
    assert (desks.events()[-1].actor, desks.events()[-1].action) == ("ann", "signed_out")


def test_a_look_up_that_is_late_leaves_an_ended_session_as_it_is(desks):
    desks.add()
    session = desks.sign_in.sign_in("ann", PASSWORD, HOME)
    desks.sign_in.sign_out(session.session_id, HOME)
    ended = desks.sessions.session(session.session_id)
    desks.clock.pass_(minutes=1)
    desks.sessions.touch(session.session_id, desks.clock.now)
    assert desks.sessions.session(session.session_id) == ended
    assert over(desks, session)


@pytest.mark.parametrize(
    "change",
    [
        lambda desk: desk.set_role("ann", Role.CFO, SYSTEM),
        lambda desk: desk.set_password("ann", "another kettle under gravel", SYSTEM),
        lambda desk: desk.set_companies("ann", frozenset({"acme"}), SYSTEM),
        lambda desk: desk.disable("ann", SYSTEM),
        lambda desk: desk.disable("ann", SYSTEM) and desk.enable("ann", SYSTEM),
    ],
    ids=["role", "password", "companies", "disabled", "disabled and enabled"],
)
def test_every_change_of_an_account_ends_its_sessions(desks, change):
    desks.add()
    session = desks.sign_in.sign_in("ann", PASSWORD, HOME)
    change(desks.accounts)
    assert over(desks, session)


@pytest.mark.parametrize("session_id", ["", "x", "a" * 43, "\0", "' OR 1=1 --"])
def test_a_session_that_never_was_is_over(desks, session_id):
    assert desks.sign_in.is_over(session_id)
    with pytest.raises(Unauthenticated, match="not signed in any more"):
        desks.sign_in.user_of(session_id)


def test_who_entra_id_verified_gets_an_account_that_follows_what_it_says(desks):
    eve = a_user(Role.ANALYST, user_id="entra-1", email="ann@example.org")
    desks.add()  # the same address with a password is somebody else
    first = desks.sign_in.sign_in_verified(eve, HOME)
    again = desks.sign_in.sign_in_verified(eve, HOME)
    assert desks.sign_in.user_of(first.session_id) == eve
    promoted = eve.model_copy(update={"role": Role.REVIEWER})
    assert desks.sign_in.sign_in_verified(promoted, HOME).account_version == 2
    assert over(desks, first)
    assert over(desks, again)
    assert desks.store.account("entra-1").source is AccountSource.ENTRA
    assert failing(desks, "entra-1", "") == REFUSED


def test_the_companies_set_here_hold_whatever_entra_id_says_and_the_role_is_its_to_say(desks):
    eve = a_user(Role.ANALYST, user_id="entra-1")
    assert desks.sign_in.admitted(eve) == eve
    desks.sign_in.sign_in_verified(eve, HOME)
    desks.accounts.set_companies("entra-1", frozenset({"acme"}), SYSTEM)
    with pytest.raises(InvalidInput, match="app role"):
        desks.accounts.set_role("entra-1", Role.ADMIN, SYSTEM)
    promoted = eve.model_copy(update={"role": Role.REVIEWER})
    session = desks.sign_in.sign_in_verified(promoted, HOME)
    for user in (desks.sign_in.user_of(session.session_id), desks.sign_in.admitted(promoted)):
        assert (user.role, user.companies) == (Role.REVIEWER, {"acme"})


def test_who_is_disabled_here_is_not_let_in_by_entra_id_nor_is_a_local_account(desks):
    eve = a_user(user_id="entra-1")
    desks.sign_in.sign_in_verified(eve, HOME)
    desks.accounts.disable("entra-1", SYSTEM)
    for user in (eve, desks.add()):
        with pytest.raises(Unauthenticated, match="administrator"):
            desks.sign_in.sign_in_verified(user, HOME)
        with pytest.raises(Unauthenticated, match="administrator"):
            desks.sign_in.admitted(user)
