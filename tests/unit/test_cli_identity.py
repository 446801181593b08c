"""The command line makes, changes and ends accounts and tokens; what it refuses ends with 2 or 5."""

import io
import re
from datetime import timedelta

import pytest

from services.bootstrap import build
from services.cli import main
from services.domain.base import utc_now
from services.domain.errors import Unauthenticated
from services.domain.users import Role
from tests.desks import PASSWORD


@pytest.fixture
def run(monkeypatch, capsys):
    def run(*arguments: str, typed: str = f"{PASSWORD}\n") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_an_account_made_here_signs_in(run):
    code, out, _ = run(
        "user", "add", "ann", "--role", "reviewer", "--full-name", "Ann Lee", "--email", "ann@example.org",
        "--company", "Acme  AG",
    )  # fmt: skip
    assert (code, out) == (
        0, "ann  reviewer  active  local  only acme ag  Ann Lee  ann@example.org\n",
    )  # fmt: skip
    desk = build().sign_in
    user = desk.user_of(desk.sign_in("ann@example.org", PASSWORD, "").session_id)
    assert (user.name, user.role, user.companies) == ("Ann Lee", Role.REVIEWER, {"acme ag"})


def test_an_account_is_changed_and_ended(run):
    run("user", "add", "ann", "--role", "analyst")
    assert run("user", "role", "ann", "auditor")[1].startswith("ann  auditor  active")
    assert (
        "only acme, beta"
        in run("user", "companies", "ann", "--company", "Beta", "--company", "Acme")[1]
    )
    assert "all companies" in run("user", "companies", "ann", "--all")[1]
    assert run("user", "password", "ann", typed="another kettle under gravel\n")[0] == 0
    assert run("user", "disable", "ann")[1].startswith("ann  auditor  disabled")
    with pytest.raises(Unauthenticated):
        build().sign_in.sign_in("ann", "another kettle under gravel", "")
    assert run("user", "enable", "ann")[0] == 0
    assert build().sign_in.sign_in("ann", "another kettle under gravel", "").user_id == "ann"
    assert run("user", "list")[1].startswith("ann  auditor  active  local  all companies  ann")


def test_the_demo_accounts_are_ended(run):
    build().accounts.open(at_home=True)
    assert run("user", "remove-demo")[1] == "Demo accounts ended: 6.\n"
    assert run("user", "list")[1].count("disabled  demo") == 6


def test_a_token_is_shown_once_listed_and_revoked(run):
    code, words, told = run(
        "token", "--role", "auditor", "--name", "treasury", "--days", "2", "--company", "Acme"
    )
    token_id = re.search(r"Token (\w+), valid until", told)[1]
    user = build().tokens.verify(words.strip())
    assert (code, user.name, user.role, user.companies) == (0, "treasury", Role.AUDITOR, {"acme"})
    listed = run("token", "list")[1]
    assert listed.startswith(f"{token_id}  auditor  valid  until ")
    assert listed.endswith("only acme  treasury\n")
    assert words.strip().split("_", 2)[2] not in listed
    assert "revoked" in run("token", "revoke", token_id)[1]
    with pytest.raises(Unauthenticated):
        build().tokens.verify(words.strip())


def test_a_token_past_its_time_is_listed_as_expired(run, monkeypatch):
    run("token", "--role", "auditor", "--days", "2")
    later = utc_now() + timedelta(days=2)
    monkeypatch.setattr("services.cli_identity.utc_now", lambda: later)
    assert "  auditor  expired  until " in run("token", "list")[1]


@pytest.mark.parametrize(
    ("arguments", "typed", "code", "words"),
    [
        (["user", "add", "ann", "--role", "analyst"], "short\n", 2, "12 to 128 characters"),
        (["user", "add", "ann", "--role", "analyst"], "", 2, "12 to 128 characters"),
        (["user", "add", "Ann!", "--role", "analyst"], f"{PASSWORD}\n", 2, "name to sign in with"),
        (["user", "role", "nobody", "cfo"], "", 5, "no account nobody"),
        (["token"], "", 2, "--role"),
        (["token", "--role", "cfo", "--days", "0"], "", 2, "1 to 366 days"),
        (["token", "revoke", "x"], "", 5, "no token x"),
        (["audit", "hold", "x", "--reason", "y", "--by", "ann"], "", 5, "no administrator"),
        (["audit", "purge", "--before", "2001-01-01", "--by", "ann"], "", 5, "no administrator"),
        (["audit", "release", "x", "--by", "ann"], "", 5, "no administrator"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_a_sentence(run, arguments, typed, code, words):
    run("user", "add", "root", "--role", "admin")
    done = run(*arguments, typed=typed)
    assert (done[0], done[1]) == (code, "")
    assert words in done[2]


@pytest.mark.parametrize(
    "arguments",
    [["user"], ["user", "add", "ann"], ["user", "companies", "ann"], ["token", "--role", "king"]],
)
def test_wrong_use_ends_with_two(run, arguments):
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2


@pytest.mark.parametrize("second", [PASSWORD, "another"])
def test_a_password_at_a_terminal_is_typed_twice(run, monkeypatch, second):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    typed = iter([PASSWORD, second])
    monkeypatch.setattr("io.StringIO", Terminal)
    monkeypatch.setattr("getpass.getpass", lambda _: next(typed))
    code, _, told = run("user", "add", "ann", "--role", "analyst")
    assert (code, "differ" in told) == ((0, False) if second == PASSWORD else (2, True))
