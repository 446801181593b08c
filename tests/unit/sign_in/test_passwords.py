"""Passwords that are tried first are refused; Argon2id hashes the others."""

import pytest

from services.adapters.local.passwords import NOBODYS, Argon2Hasher
from services.domain.errors import InvalidInput
from services.sign_in.passwords import require_strong
from tests.callers import a_user

ANN = a_user(user_id="ann", name="Ann Larkfield", email="ann.lee@larkfield.example")


@pytest.mark.parametrize(
    "password",
    [
        "short one", "x" * 129, "password1234", "Password1234!", "passwordpassword", "P@ssw0rd2026", "123456789012",
        "098765432109", "qwertyuiop[]1"[:12].replace("[]", "as"), "qwertyuiopasdf", "1qaz2wsx3edc", "q1w2e3r4t5y6",
        "aaaaaaaaaaaa", "abcabcabcabc", "abcdefghijkl", "correcthorsebatterystaple", "Larkfield-2026", "AnnLarkfield!",
        "welcome12345", "letmeinletmein", "iloveyou2026!", "Summer2026!!", "financeadvisor1", "changeme12345",
        "100000000000", "abcdeabcdeabcd", "administrator", "Administrator1",
    ],
)  # fmt: skip
def test_a_password_that_is_tried_first_is_refused(password):
    with pytest.raises(InvalidInput):
        require_strong(password, ANN)


@pytest.mark.parametrize(
    "password",
    ["violet kettle under gravel", "Xk7#pQ9!mR2v", "ζωή και ποδήλατο", "Larkfield kettle gravel"],
)
def test_a_password_of_words_that_do_not_belong_together_is_taken(password):
    require_strong(password, ANN)


def test_argon2id_hashes_with_a_salt_and_tells_the_right_password():
    hasher = Argon2Hasher()
    stored = hasher.hash("violet kettle")
    assert stored.startswith("$argon2id$")
    assert stored != hasher.hash("violet kettle")
    assert hasher.verify(stored, "violet kettle")
    assert not hasher.verify(stored, "violet kettles")
    assert not hasher.verify("no hash", "violet kettle")


def test_nobodys_hash_costs_what_every_other_costs_and_fits_nothing():
    hasher = Argon2Hasher()
    assert NOBODYS.split("$")[:4] == hasher.hash("x").split("$")[:4]
    assert not hasher.verify("", "")
