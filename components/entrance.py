"""Who is calling: read from the cookie and the session's row at every page, download and event."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from enum import Enum

from starlette.requests import Request
from starlette.responses import Response

from components import comfort
from data import sites
from data.door import signins, viewing
from data.door.accounts import Account
from data.door.signins import SignIn
from data.i18n import Language, Refused, language, say
from data.settings import settings
from data.sites import Site
from data.visits import Visit, visit


class Audience(Enum):
    """Who may open an address. The folder under pages/ says the same, and a test holds the two together."""

    ANYONE = "anyone"
    ACCOUNT = "account"  # whoever is signed in
    FAMILY = "family"
    STAFF = "staff"
    MANAGER = "manager"  # staff, « responsable »


class SignedOut(Exception):
    """There was a session and it is over, or there is none."""


def cookie_name(name: str) -> str:
    """`__Host-` binds the cookie to https and this host; browsers drop it over http."""
    return f"__Host-{name}" if settings().https else name


def set_cookie(response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    response.set_cookie(
        cookie_name(name), value, max_age=seconds, httponly=True, secure=settings().https, samesite="lax"
    )


def cookie(request: Request, name: str) -> str:
    return request.cookies.get(cookie_name(name), "")[:200]


ONLY_LOOKING = "Vous voyez le portail comme la famille : rien ne peut y être changé. Quittez cette vue pour agir."


class OnlyLooking(Refused):
    """Staff who look as a family change nothing."""


@dataclass(frozen=True)
class Caller:
    """The person behind a request: an account, or a stranger (None).

    `looks_as` is the family's account that a member of staff looks as (data/door/viewing.py); `looking`: this caller wears its
    face, so `account` is the family's, and its visits only read.
    """

    account: Account | None
    signin: SignIn | None
    address: str
    tongue: Language
    looks_as: Account | None = None
    looking: bool = False
    site: Site | None = None  # as it was when the session was read

    def visit(self, *, writes: bool = False, at_once: bool = False) -> AbstractContextManager[Visit]:
        """The house, as far as it is open to this person. `at_once`: nothing was written since the session was read."""
        if writes and self.looking:
            raise OnlyLooking(ONLY_LOOKING)
        return _visit_of(self, writes, self.site if at_once else None)

    def facing(self, audience: Audience) -> "Caller":
        """Staff who look as a family have its face on the pages of families and accounts, their own elsewhere."""
        if self.looks_as is None or self.looking or audience not in {Audience.FAMILY, Audience.ACCOUNT}:
            return self
        return replace(self, account=self.looks_as, looking=True)

    def say(self, sentence: str, **words: object) -> str:
        return say(sentence, self.tongue, **words)

    def may_open(self, audience: Audience) -> bool:
        if audience is Audience.ANYONE:
            return True
        if self.account is None:
            return False
        return {
            Audience.ACCOUNT: True,
            Audience.FAMILY: not self.account.is_staff,
            Audience.STAFF: self.account.is_staff,
            Audience.MANAGER: self.account.role == "responsable",
        }[audience]


@contextmanager
def _visit_of(caller: Caller, writes: bool, site: Site | None) -> Iterator[Visit]:
    with visit(caller.account, writes=writes) as v:
        v.client, v.language = caller.address, caller.tongue
        if site:
            v.site, v.zone = site, site.zone
        if caller.account:
            sites.here(v)
        yield v


def address_of(request: Request) -> str:
    """The client's network address; the guard has already looked behind trusted proxies."""
    return request.client.host if request.client else ""


def caller_of(request: Request, *, touch: bool = True) -> Caller:
    """Read the session's row. `touch` counts as activity: pages and events do, pings and redrawings do not."""
    token = cookie(request, "anacrouse")
    found = signins.by_token(token, touch=touch) if token else None
    comfort.put_on(request, found[0] if found else None)
    if found is None:
        return Caller(None, None, address_of(request), language(request.cookies.get("langue", "")))
    account, signin, site = found
    seen = viewing.viewed(account, signin)
    return Caller(account, signin, address_of(request), language(account.language), seen, site=site)
