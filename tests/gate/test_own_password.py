"""People change their own password: who knows the present one, once, and every other session of theirs ends."""

import pytest
from starlette.datastructures import Headers

from services.domain.errors import Unauthenticated
from services.domain.users import SYSTEM
from services.sign_in.limits import PAIR
from tests.callers import a_user
from tests.desks import PASSWORD
from tests.gate.conftest import OWN

NEW = "marble heron seven ladders"
PAGE = "/auth/password"


@pytest.fixture
def cookie(door, ann) -> dict[str, str]:
    """What Ann's browser sends."""
    return door.cookie_of(door.services.sign_in.sign_in(ann, PASSWORD, "192.0.2.7").session_id)


def change(client, cookie, present=PASSWORD, new=NEW, again=NEW, **headers):
    form = {"password": present, "new": new, "again": again}
    return client.post(PAGE, data=form, headers={**OWN, **cookie, **headers})


def test_the_new_password_signs_in_and_the_old_one_does_not(door, client, ann, cookie):
    elsewhere = door.services.sign_in.sign_in(ann, PASSWORD, "192.0.2.9").session_id
    answer = change(client, cookie)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?changed")
    given = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
    assert "Your password is changed" in client.get(f"{PAGE}?changed", headers=given).text
    assert client.get("/queue", headers=given).json()["user"] == "ann"
    assert door.services.sign_in.is_over(elsewhere)
    assert door.services.sign_in.is_over(door.cookie.read(Headers(cookie)))
    with pytest.raises(Unauthenticated):
        door.services.sign_in.sign_in(ann, PASSWORD, "192.0.2.7")
    assert door.services.sign_in.sign_in(ann, NEW, "192.0.2.7").user_id == "ann"
    acts = [(one.event.action, one.event.actor) for one in door.services.ports.audit.entries()]
    assert ("account_password_set", "ann") in acts


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"present": "wrong"}, "The present password is not right"),
        ({"present": ""}, "The present password is not right"),
        ({"again": "something else, quite"}, "not the same both times"),
        ({"new": "short", "again": "short"}, "12 to 128 characters; this one has 5"),
        ({"new": "password123456", "again": "password123456"}, "tried first"),
    ],
)
def test_a_change_that_is_refused_says_why_and_changes_nothing(
    door, client, ann, cookie, form, told
):
    answer = change(client, cookie, **form)
    assert answer.status_code == 422
    assert told in answer.text
    assert answer.text.count('role="alert"') == 1
    assert client.get("/queue", headers=cookie).json()["user"] == "ann"
    assert door.services.sign_in.sign_in(ann, PASSWORD, "192.0.2.7").user_id == "ann"


def test_guessing_the_present_password_is_slowed_like_signing_in(client, cookie):
    """Who finds an open browser has as few tries as who finds the sign-in page."""
    for _ in range(PAIR.failures):
        change(client, cookie, present="wrong")
    assert change(client, cookie).status_code == 422


def test_who_is_not_signed_in_is_led_there(door, client, cookie):
    for answer in (client.get(PAGE), change(client, {})):
        assert answer.status_code == 303
        assert answer.headers["location"] == "/auth/sign-in"
    assert 'name="again"' in client.get(PAGE, headers=cookie).text


def test_another_sites_form_changes_nothing(door, client, ann, cookie):
    assert change(client, cookie, Origin="https://evil.example").status_code == 403
    assert door.services.sign_in.sign_in(ann, PASSWORD, "192.0.2.7").user_id == "ann"


def test_a_demo_person_has_no_password_to_change(door, client):
    assert change(client, door.signed_in("cfo")).status_code == 422


def test_the_menu_leads_those_there_who_have_a_password(door, ann):
    desk = door.services.sign_in
    assert desk.has_password(a_user(user_id="ann"))
    assert not desk.has_password(a_user(user_id="demo-cfo"))
    assert not desk.has_password(SYSTEM)
