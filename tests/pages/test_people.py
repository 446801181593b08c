"""The People page: accounts and tokens are made, changed and ended by the administrator."""

import pytest

from services.domain.errors import Unauthenticated
from services.domain.users import Role
from tests.pages.conftest import texts

PASSWORD = "kettle under gravel 7"


def submit(at, label):
    next(one for one in at.button if one.label == label).click().run()


def add(at, user_id="ann", password=PASSWORD):
    for label, value in (
        ("Name to sign in with", user_id), ("Full name", "Ann Lee"), ("E-mail address", "ann@example.org"),
        ("First password", password),
    ):  # fmt: skip
        next(one for one in at.text_input if one.label == label).set_value(value)
    next(one for one in at.selectbox if one.label == "Role").set_value(Role.REVIEWER)
    submit(at, "Add the person")


def test_only_the_administrator_opens_it(seeded, open_page):
    for role in set(Role) - {Role.ADMIN}:
        assert f"The role {role.value} may not open this page." in texts(open_page("people", role))


def test_a_person_is_added_and_signs_in_with_the_password(seeded, open_page):
    at = open_page("people", Role.ADMIN)
    add(at)
    assert "Ann Lee may sign in as ann." in texts(at)
    row = at.dataframe[0].value.set_index("Signs in as").loc["ann"]
    assert (row["Role"], row["Companies"], row["By"]) == ("reviewer", "All companies", "password")
    session = seeded.sign_in.sign_in("ann", PASSWORD, "127.0.0.1")
    assert seeded.sign_in.user_of(session.session_id).role is Role.REVIEWER


def test_a_weak_password_is_refused_with_a_sentence(seeded, open_page):
    at = open_page("people", Role.ADMIN)
    add(at, password="short")
    assert "12 to 128 characters" in at.error[0].value
    assert all(one.user_id != "ann" for one in seeded.accounts.accounts())


def test_a_changed_role_ends_the_sessions_of_the_person(seeded, open_page):
    at = open_page("people", Role.ADMIN)
    add(at)
    session = seeded.sign_in.sign_in("ann", PASSWORD, "127.0.0.1").session_id
    ann = next(one for one in seeded.accounts.accounts() if one.user_id == "ann")
    at.selectbox(key="whom").set_value(ann).run()
    roles = [one for one in at.selectbox if one.label == "Role"]
    roles[1].set_value(Role.CFO)
    submit(at, "Save")
    assert "Ann Lee is changed" in texts(at)
    with pytest.raises(Unauthenticated):
        seeded.sign_in.user_of(session)


def test_a_disabled_person_signs_in_no_more(seeded, open_page):
    at = open_page("people", Role.ADMIN)
    add(at)
    ann = next(one for one in seeded.accounts.accounts() if one.user_id == "ann")
    at.selectbox(key="whom").set_value(ann).run()
    at.button(key="disable").click().run()
    assert "may sign in no more" in texts(at)
    with pytest.raises(Unauthenticated):
        seeded.sign_in.sign_in("ann", PASSWORD, "127.0.0.1")


def test_the_demo_ends_only_once_an_administrator_can_take_over(seeded, open_page):
    at = open_page("people", Role.ADMIN)
    assert at.button(key="end_demo").disabled
    assert "Add an administrator with a password first." in texts(at)


def test_a_token_is_shown_once_and_works_until_it_is_revoked(seeded, open_page):
    at = open_page("people", Role.ADMIN)
    next(one for one in at.text_input if one.label == "Used by").set_value("treasury")
    submit(at, "Make a token")
    (token,) = [one.value for one in at.code]
    assert seeded.tokens.verify(token).name == "treasury"
    submit(at, "I have copied it")
    assert not at.code
    at.button(key="revoke").click().run()
    with pytest.raises(Unauthenticated):
        seeded.tokens.verify(token)
