"""What becomes of somebody whom Entra ID has verified: an account of theirs, which is set and ended here."""

from pathlib import Path

import pytest

from services.domain.errors import Unauthenticated
from services.domain.identity import AccountSource
from services.domain.ids import UserId
from services.domain.users import SYSTEM, Role, User
from tests.desks import Desks

NINA = User(user_id=UserId("entra-t-o"), name="Nina Berg", role=Role.ANALYST, email="n@x.org")
HOME = "127.0.0.1"


@pytest.fixture
def desks(tmp_path: Path) -> Desks:
    return Desks(tmp_path)


def test_the_first_sign_in_makes_an_account_without_a_password_and_says_so(desks: Desks):
    session = desks.sign_in.sign_in_verified(NINA, HOME)
    assert desks.sign_in.user_of(session.session_id) == NINA
    account = desks.store.account(NINA.user_id)
    assert account is not None
    assert (account.source, account.password_hash) == (AccountSource.ENTRA, "")
    assert [event.action for event in desks.events()] == ["account_taken_over", "signed_in"]
    with pytest.raises(Unauthenticated):
        desks.sign_in.sign_in(NINA.user_id, "", HOME)


def test_a_role_taken_away_ends_with_the_session_after_eight_hours_at_most(desks: Desks):
    session = desks.sign_in.sign_in_verified(NINA, HOME)
    for _ in range(32):
        desks.clock.pass_(minutes=15)
        assert desks.sign_in.user_of(session.session_id).role is Role.ANALYST
    desks.clock.pass_(seconds=1)
    assert desks.sign_in.is_over(session.session_id)


def test_an_account_that_is_disabled_here_gets_neither_a_session_nor_in_by_token(desks: Desks):
    session = desks.sign_in.sign_in_verified(NINA, HOME)
    desks.accounts.disable(NINA.user_id, SYSTEM)
    assert desks.sign_in.is_over(session.session_id)
    with pytest.raises(Unauthenticated, match="may not sign in here"):
        desks.sign_in.admitted(NINA)
    with pytest.raises(Unauthenticated, match="may not sign in here"):
        desks.sign_in.sign_in_verified(NINA, HOME)
    last = desks.events()[-1]
    assert (last.action, last.result, last.ip_address) == ("sign_in_refused", "refused", HOME)
    assert (last.resource, last.detail) == (NINA.user_id, {"reason": "account disabled"})


def test_who_never_signed_in_here_is_admitted_as_entra_id_has_them(desks: Desks):
    assert desks.sign_in.admitted(NINA) == NINA
    assert desks.store.account(NINA.user_id) is None
