"""Accounts of people: made, changed and disabled by who may administer; the demo people of a fresh store."""

import re
from collections.abc import Callable, Set
from datetime import datetime

from services.access import Permission, require
from services.domain.audit import AuditEvent
from services.domain.base import utc_now
from services.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from services.domain.identity import Account, AccountSource
from services.domain.ids import UserId
from services.domain.users import SYSTEM, Role, User
from services.ports import Accounts, PasswordHasher
from services.sign_in.passwords import prepared, require_strong

LAST_ADMINISTRATOR = "This is the last administrator who may sign in; make somebody else one first."
_USER_ID = re.compile(r"(?!(demo|token|entra)-|(system|anonymous)$)[a-z][a-z0-9._-]{1,39}")
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
_DEMO = (
    ("analyst", Role.ANALYST, "Analyst"),
    ("reviewer", Role.REVIEWER, "Reviewer"),
    ("second-reviewer", Role.REVIEWER, "Second reviewer"),
    ("cfo", Role.CFO, "CFO"),
    ("auditor", Role.AUDITOR, "Auditor"),
    ("admin", Role.ADMIN, "Administrator"),
)
DEMO_PEOPLE = tuple(
    User(user_id=UserId(f"demo-{key}"), name=name, role=role, email=f"{key}@advisor.example")
    for key, role, name in _DEMO
)
"""Different people, so that four eyes and the second approval can be seen at work."""


class AccountDesk:
    """Makes and changes accounts; every change is audited and ends the sessions of the account."""

    def __init__(
        self, accounts: Accounts, hasher: PasswordHasher, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._accounts = accounts
        self._hasher = hasher
        self._clock = clock

    def accounts(self) -> list[Account]:
        """Return every account, disabled ones too, oldest first."""
        return self._accounts.accounts()

    def open(self, *, at_home: bool) -> None:
        """Make the product ready to be served, on this machine's own addresses only (``at_home``) or on others.

        A store without any account gets the demo people at home. Raises InvalidInput when others can reach
        the product and demo people, who need no password, may sign in.
        """
        known = self._accounts.accounts()
        if not at_home and any(one.is_demo and one.is_active for one in known):
            raise InvalidInput(
                "The demo accounts need no password, so that the product is not served where other machines "
                "reach it. End them with 'python -m services user remove-demo' and add people with "
                "'python -m services user add', or keep ADVISOR_HOST and ADVISOR_PUBLIC_URL on this machine."
            )
        if at_home and not known:
            now = self._clock()
            made = tuple(
                Account(**dict(user), source=AccountSource.DEMO, created_at=now)
                for user in DEMO_PEOPLE
            )
            self._accounts.keep(made, [self._event("account_added", one, SYSTEM) for one in made])

    def add(self, user: User, password: str, actor: User) -> Account:
        """Make an account that signs in with a password.

        Raises InvalidInput for a name, address or password that cannot be, Conflict when one is taken.
        """
        require(actor, Permission.ADMINISTER)
        _require_usable(user)
        require_strong(password, user)
        if self._accounts.named(user.user_id) or (user.email and self._accounts.named(user.email)):
            raise Conflict("There is an account with this name or e-mail address already.")
        account = Account(
            **dict(user), password_hash=self._hashed(password), created_at=self._clock()
        )
        self._accounts.keep((account,), (self._event("account_added", account, actor),))
        return account

    def set_password(self, user_id: str, password: str, actor: User) -> Account:
        """Change a password; one's own, or anybody's by who administers."""
        if actor.user_id != user_id:
            require(actor, Permission.ADMINISTER)
        account = self._known(user_id)
        if account.source is not AccountSource.LOCAL:
            raise InvalidInput(f"{user_id} does not sign in with a password.")
        require_strong(password, account.user)
        return self._change(
            account, "account_password_set", actor, password_hash=self._hashed(password)
        )

    def set_role(self, user_id: str, role: Role, actor: User) -> Account:
        """Change what a person may do.

        Raises InvalidInput where Entra ID says it at each sign-in, Conflict for the last administrator.
        """
        require(actor, Permission.ADMINISTER)
        account = self._known(user_id)
        if account.source is AccountSource.ENTRA:
            raise InvalidInput("Entra ID says what this person may do: change the app role there.")
        if role is not Role.ADMIN:
            self._require_an_administrator_without({account.user_id})
        return self._change(account, "account_role_set", actor, role=role)

    def set_companies(self, user_id: str, companies: frozenset[str] | None, actor: User) -> Account:
        """Change whose documents a person may know of, by ``company_key``; None is all companies."""
        require(actor, Permission.ADMINISTER)
        return self._change(
            self._known(user_id), "account_companies_set", actor, companies=companies
        )

    def disable(self, user_id: str, actor: User) -> Account:
        """Let a person sign in no more; their sessions end. Raises Conflict for the last administrator."""
        require(actor, Permission.ADMINISTER)
        account = self._known(user_id)
        self._require_an_administrator_without({account.user_id})
        return self._change(account, "account_disabled", actor, disabled_at=self._clock())

    def enable(self, user_id: str, actor: User) -> Account:
        """Let a person sign in again; raises Conflict for a demo person, who would need no password."""
        require(actor, Permission.ADMINISTER)
        account = self._known(user_id)
        if account.is_demo:
            raise Conflict(
                "A demo account that was ended stays so. Add the person with an own account."
            )
        return self._change(account, "account_enabled", actor, disabled_at=None)

    def remove_demo(self, actor: User) -> int:
        """Disable every demo account for good; return how many there were.

        Raises Conflict when the actor is one of them and no administrator stays who could take over.
        """
        require(actor, Permission.ADMINISTER)
        active = [one for one in self._accounts.accounts() if one.is_demo and one.is_active]
        ended = {one.user_id for one in active}
        if actor.user_id in ended:
            self._require_an_administrator_without(ended)
        changed = [_next(one, {"disabled_at": self._clock()}) for one in active]
        self._accounts.keep(
            changed, [self._event("account_disabled", one, actor) for one in changed]
        )
        return len(changed)

    def operator(self, user_id: str) -> User:
        """Return the administrator of this name who acts on the command line.

        Where nobody but demo people has an account, every name is taken. Raises Forbidden for a name that is
        no active administrator's.
        """
        known = self._accounts.accounts()
        account = next((one for one in known if one.user_id == user_id), None)
        if account is not None and account.is_active and account.role is Role.ADMIN:
            return account.user
        if account is None and all(one.is_demo for one in known):
            return User(user_id=UserId(user_id), name=user_id, role=Role.ADMIN)
        raise Forbidden(f"{user_id} is no administrator who may sign in.")

    def _known(self, user_id: str) -> Account:
        account = self._accounts.account(UserId(user_id))
        if account is None:
            raise NotFound(f"There is no account {user_id}.")
        return account

    def _require_an_administrator_without(self, leaving: Set[UserId]) -> None:
        """Raise Conflict when an administrator leaves and none stays who may sign in."""
        active = {
            one.user_id
            for one in self._accounts.accounts()
            if one.role is Role.ADMIN and one.is_active
        }
        if active & leaving and active <= leaving:
            raise Conflict(LAST_ADMINISTRATOR)

    def _hashed(self, password: str) -> str:
        return self._hasher.hash(prepared(password))

    def _change(self, account: Account, action: str, actor: User, **own: object) -> Account:
        changed = _next(account, own)
        self._accounts.keep((changed,), (self._event(action, changed, actor),))
        return changed

    def _event(self, action: str, account: Account, actor: User) -> AuditEvent:
        companies = account.companies
        detail = {
            "role": account.role.value,
            "companies": "all" if companies is None else ", ".join(sorted(companies)),
            "source": account.source.value,
        }
        return AuditEvent(
            actor=actor.user_id,
            action=action,
            resource=account.user_id,
            detail=detail,
            at=self._clock(),
        )


def _next(account: Account, own: dict[str, object]) -> Account:
    return account.model_copy(update={**own, "version": account.version + 1})


def _require_usable(user: User) -> None:
    if not _USER_ID.fullmatch(user.user_id):
        raise InvalidInput(
            "A name to sign in with has 2 to 40 small letters, digits, dots, hyphens or underscores, begins "
            "with a letter, and is none of the product's own (demo-…, token-…, entra-…, system, anonymous)."
        )
    if not _NAME.fullmatch(user.name) or not user.name.strip():
        raise InvalidInput("A person's name has 1 to 100 characters.")
    if user.email and not _EMAIL.fullmatch(user.email):
        raise InvalidInput("This is no e-mail address.")
