"""The command line's part about who may sign in: accounts of people, tokens of programs."""

import argparse
import getpass
import sys
from collections.abc import Sequence

from services.bootstrap import build
from services.domain.base import utc_now
from services.domain.errors import InvalidInput
from services.domain.identity import Account, ApiToken
from services.domain.ids import UserId
from services.domain.materiality import company_key
from services.domain.users import SYSTEM, Role, User

_DAYS = 30
_ROLES = [role.value for role in Role]
_Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse names no public type for it


def add_identity(commands: "_Commands[argparse.ArgumentParser]") -> None:
    """Add the commands ``user`` and ``token``."""
    user = commands.add_parser("user", help="make, change and end accounts of people")
    _add_user_acts(user.add_subparsers(required=True, metavar="ACT"))
    token = commands.add_parser("token", help="print a new bearer token for a program")
    token.add_argument("--role", choices=_ROLES, help="what the program may do")
    token.add_argument("--name", default="API", help="who uses it")
    token.add_argument("--days", type=int, default=_DAYS, help=f"valid for (default: {_DAYS})")
    _add_companies(token)
    token.set_defaults(run=_make_token)
    acts = token.add_subparsers(metavar="ACT")
    acts.add_parser("list", help="list the tokens").set_defaults(run=_list_tokens)
    revoke = acts.add_parser("revoke", help="end a token at once")
    revoke.add_argument("token_id", metavar="ID")
    revoke.set_defaults(run=_revoke_token)


def _add_user_acts(acts: "_Commands[argparse.ArgumentParser]") -> None:
    add = acts.add_parser(
        "add", help="make an account; the password is asked for, or read from a pipe"
    )
    add.add_argument("user_id", metavar="NAME", help="what the person signs in with")
    add.add_argument("--role", choices=_ROLES, required=True)
    add.add_argument("--full-name", default="", help="how others read the person's name")
    add.add_argument("--email", default="")
    _add_companies(add)
    add.set_defaults(run=_add)
    acts.add_parser("list", help="list the accounts").set_defaults(run=_list)
    for name, run, words in (
        ("password", _password, "set a new password; it is asked for, or read from a pipe"),
        ("role", _role, "change what a person may do"),
        ("companies", _companies, "change whose documents a person may know of"),
        ("disable", _disable, "let a person sign in no more, at once"),
        ("enable", _enable, "let a person sign in again"),
    ):
        act = acts.add_parser(name, help=words)
        act.add_argument("user_id", metavar="NAME")
        act.set_defaults(run=run)
        if name == "role":
            act.add_argument("role", choices=_ROLES)
        if name == "companies":
            whose = act.add_mutually_exclusive_group(required=True)
            whose.add_argument("--company", action="append", metavar="COMPANY")
            whose.add_argument("--all", action="store_true", help="those of every company")
    acts.add_parser("remove-demo", help="end the demo accounts for good").set_defaults(
        run=_remove_demo
    )


def _add_companies(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--company",
        action="append",
        metavar="COMPANY",
        help="only this company's documents; may be given several times (default: all)",
    )


def _add(arguments: argparse.Namespace) -> int:
    user = User(
        user_id=UserId(arguments.user_id),
        name=arguments.full_name or arguments.user_id,
        role=Role(arguments.role),
        email=arguments.email,
        companies=_keys(arguments.company),
    )
    return _say(build().accounts.add(user, _asked_password(), SYSTEM))


def _list(_arguments: argparse.Namespace) -> int:
    for account in build().accounts.accounts():
        _say(account)
    return 0


def _password(arguments: argparse.Namespace) -> int:
    return _say(build().accounts.set_password(arguments.user_id, _asked_password(), SYSTEM))


def _role(arguments: argparse.Namespace) -> int:
    return _say(build().accounts.set_role(arguments.user_id, Role(arguments.role), SYSTEM))


def _companies(arguments: argparse.Namespace) -> int:
    keys = _keys(arguments.company)
    return _say(build().accounts.set_companies(arguments.user_id, keys, SYSTEM))


def _disable(arguments: argparse.Namespace) -> int:
    return _say(build().accounts.disable(arguments.user_id, SYSTEM))


def _enable(arguments: argparse.Namespace) -> int:
    return _say(build().accounts.enable(arguments.user_id, SYSTEM))


def _remove_demo(_arguments: argparse.Namespace) -> int:
    sys.stdout.write(f"Demo accounts ended: {build().accounts.remove_demo(SYSTEM)}.\n")
    return 0


def _make_token(arguments: argparse.Namespace) -> int:
    if arguments.role is None:
        raise InvalidInput(f"A token needs --role: {', '.join(_ROLES)}.")
    user = User(
        user_id=UserId("token"),
        name=arguments.name,
        role=Role(arguments.role),
        companies=_keys(arguments.company),
    )
    words, token = build().tokens.make(user, arguments.days, SYSTEM)
    sys.stderr.write(
        f"Token {token.token_id}, valid until {token.expires_at:%Y-%m-%d %H:%M} UTC; it is shown this once.\n"
    )
    sys.stdout.write(f"{words}\n")
    return 0


def _list_tokens(_arguments: argparse.Namespace) -> int:
    for token in build().tokens.tokens():
        sys.stdout.write(f"{_line(token)}\n")
    return 0


def _revoke_token(arguments: argparse.Namespace) -> int:
    token = build().tokens.revoke(arguments.token_id, SYSTEM)
    sys.stdout.write(f"{_line(token)}\n")
    return 0


def _say(account: Account) -> int:
    state = "active" if account.is_active else "disabled"
    parts = [
        account.user_id, account.role.value, state, account.source.value, _words_of(account.companies),
        account.name, account.email,
    ]  # fmt: skip
    sys.stdout.write("  ".join(part for part in parts if part) + "\n")
    return 0


def _line(token: ApiToken) -> str:
    state = "valid" if token.is_valid(utc_now()) else "expired"
    if token.revoked_at is not None:
        state = f"revoked {token.revoked_at:%Y-%m-%d %H:%M}"
    until = f"until {token.expires_at:%Y-%m-%d %H:%M}"
    companies = _words_of(token.companies)
    return "  ".join([token.token_id, token.role.value, state, until, companies, token.name])


def _words_of(companies: frozenset[str] | None) -> str:
    return "all companies" if companies is None else f"only {', '.join(sorted(companies))}"


def _keys(companies: Sequence[str] | None) -> frozenset[str] | None:
    return None if not companies else frozenset(company_key(one) for one in companies)


def _asked_password() -> str:
    """Return the password typed twice, or the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise InvalidInput("The two passwords differ.")
    return password
