"""Tokens of programs: shown once, kept as a hash, ended by time or by revoking."""

import pytest

from services.domain.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from services.domain.users import SYSTEM, Role
from tests.callers import a_user


def make(desks, days=30, **changed):
    return desks.tokens.make(a_user(**{"name": "treasury", **changed}), days, SYSTEM)


def test_a_token_signs_in_its_program_with_role_and_companies(desks):
    words, token = make(desks, role=Role.REVIEWER, companies=frozenset({"acme"}))
    user = desks.tokens.verify(words)
    assert (user.name, user.role, user.companies) == ("treasury", Role.REVIEWER, {"acme"})
    assert user.user_id == f"token-{token.token_id}"


def test_the_secret_is_kept_nowhere(desks, tmp_path):
    words, token = make(desks)
    secret = words.split("_", 2)[2]
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("advisor.sqlite3*"))
    assert token.token_id.encode() in stored
    assert secret.encode() not in stored
    assert secret not in repr(desks.tokens.tokens())
    assert token.secret_hash not in repr(token)


def test_a_token_is_valid_to_the_second_and_not_before_it_was_made(desks):
    words, _ = make(desks, days=1)
    desks.clock.pass_(seconds=86_399)
    assert desks.tokens.verify(words).name == "treasury"
    for seconds in (1, -86_401):
        desks.clock.pass_(seconds=seconds)
        with pytest.raises(Unauthenticated):
            desks.tokens.verify(words)


def test_a_revoked_token_is_over_at_once(desks):
    words, token = make(desks)
    desks.tokens.revoke(token.token_id, SYSTEM)
    with pytest.raises(Unauthenticated):
        desks.tokens.verify(words)
    with pytest.raises(Conflict):
        desks.tokens.revoke(token.token_id, SYSTEM)
    with pytest.raises(NotFound):
        desks.tokens.revoke("0", SYSTEM)
    assert [one.action for one in desks.events()] == ["token_made", "token_revoked"]
    assert desks.events()[0].detail == {
        "name": "treasury", "role": "analyst", "companies": "all", "expires_at": "2026-04-01T09:00:00Z",
    }  # fmt: skip


@pytest.mark.parametrize("days", [0, -1, 367])
def test_no_token_is_valid_for_ever(desks, days):
    with pytest.raises(InvalidInput, match="1 to 366 days"):
        make(desks, days)


def test_a_token_says_who_uses_it(desks):
    with pytest.raises(InvalidInput, match="who uses it"):
        make(desks, name=" ")


def test_the_secret_of_another_token_does_not_fit(desks):
    (one, _), (other, _) = make(desks), make(desks)
    mixed = "_".join([*one.split("_")[:2], other.split("_", 2)[2]])
    for words in (mixed, one[:-1], one + "A", "", one.upper(), f" {one}", f"{one}\n"):
        with pytest.raises(Unauthenticated):
            desks.tokens.verify(words)
