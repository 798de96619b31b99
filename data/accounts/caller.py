"""Who is behind a request: an account and its session, or a stranger; and what they may open."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from enum import Enum

from data.accounts.models import Account
from data.accounts.sessions import SignIn
from data.core import sites
from data.core.errors import UserError
from data.core.i18n import Language, _, ngettext, translate
from data.core.roles import Role
from data.core.sites import Site
from data.core.unit_of_work import UnitOfWork, unit_of_work


class Audience(Enum):
    """Who may open an address. The folder under pages/ says the same, and a test holds the two together."""

    ANYONE = "anyone"
    ACCOUNT = "account"  # whoever is signed in
    FAMILY = "family"
    STAFF = "staff"
    MANAGER = "manager"  # staff, « responsable »
    IMPORTS = "imports"  # staff, « responsable »; secretaries where the site lets them import


READ_ONLY_VIEW = _("Vous voyez le portail comme la famille : rien ne peut y être changé. Quittez cette vue pour agir.")


class ReadOnlyView(UserError):
    """Staff who look as a family change nothing."""


@dataclass(frozen=True)
class Caller:
    """The person behind a request: an account, or a stranger (None).

    `looks_as` is the family's account that a member of staff looks as (data/access_grants/impersonation.py); `looking`: this caller wears its
    face, so `account` is the family's, and its units of work only read.
    """

    account: Account | None
    signin: SignIn | None
    address: str
    language: Language
    looks_as: Account | None = None
    looking: bool = False
    site: Site | None = None  # as it was when the session was read

    def unit_of_work(self, *, writes: bool = False, at_once: bool = False) -> AbstractContextManager[UnitOfWork]:
        """The portal, as far as it is open to this person. `at_once`: nothing was written since the session was read."""
        if writes and self.looking:
            raise ReadOnlyView(READ_ONLY_VIEW)
        return _unit_of_work_of(self, writes, self.site if at_once else None)

    def facing(self, audience: Audience) -> "Caller":
        """Staff who look as a family have its face on the pages of families and accounts, their own elsewhere."""
        if self.looks_as is None or self.looking or audience not in {Audience.FAMILY, Audience.ACCOUNT}:
            return self
        return replace(self, account=self.looks_as, looking=True)

    def translate(self, sentence: str, **placeholders: object) -> str:
        return translate(sentence, self.language, **placeholders)

    def ngettext(self, one: str, many: str, *, count: int, **placeholders: object) -> str:
        return ngettext(one, many, self.language, count=count, **placeholders)

    def may_open(self, audience: Audience) -> bool:
        if audience is Audience.ANYONE:
            return True
        if self.account is None:
            return False
        return {
            Audience.ACCOUNT: True,
            Audience.FAMILY: not self.account.is_staff,
            Audience.STAFF: self.account.is_staff,
            Audience.MANAGER: self.account.role == Role.MANAGER,
            Audience.IMPORTS: self.account.role == Role.MANAGER
            or (self.account.role == Role.OFFICE and self.site is not None and self.site.office_imports),
        }[audience]


@contextmanager
def _unit_of_work_of(caller: Caller, writes: bool, site: Site | None) -> Iterator[UnitOfWork]:
    with unit_of_work(caller.account, writes=writes) as uow:
        uow.client, uow.language = caller.address, caller.language
        if site:
            uow.site, uow.zone = site, site.zone
        if caller.account:
            sites.here(uow)
        yield uow
