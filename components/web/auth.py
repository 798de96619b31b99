"""Who is calling: read from the cookie and the session's row at every page, download and event."""

import ipaddress

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from components.layout import display_preferences
from components.layout.plain_layout import plain_page
from data.access_grants import impersonation
from data.accounts import sessions
from data.accounts.caller import Caller
from data.core import sites
from data.core.i18n import as_language
from data.core.settings import settings
from data.core.sites import Site

FORWARDED = {
    "forwarded",
    "x-real-ip",
    "x-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "via",
}  # a proxy stands between


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


def address_of(request: Request) -> str:
    """The client's network address; the middleware has already looked behind trusted proxies."""
    return request.client.host if request.client else ""


def from_this_machine(request: Request) -> bool:
    """Asked by a program beside us, through no proxy."""
    if any(name in FORWARDED or name.startswith("x-forwarded") for name in request.headers):
        return False
    try:
        return ipaddress.ip_address(address_of(request)).is_loopback
    except ValueError:
        return False


def caller_of(request: Request, *, touch: bool = True) -> Caller:
    """Read the session's row. `touch` counts as activity: pages and events do, pings and redrawings do not."""
    token = cookie(request, "anacrouse")
    found = sessions.by_token(token, touch=touch) if token else None
    display_preferences.activate(request, found[0] if found else None)
    if found is None:
        return Caller(None, None, address_of(request), as_language(request.cookies.get("langue", "")))
    account, signin, site = found
    seen = impersonation.viewed(account, signin)
    return Caller(account, signin, address_of(request), as_language(account.language), seen, site=site)


def page_for(caller: Caller, request: Request, title: str, body: Markup, *, status: int = 200) -> Response:
    """A plain page that everybody may open."""
    return plain_page(title, body, language=caller.language, status=status, site=site_of(caller, request))


def site_of(caller: Caller, request: Request) -> Site | None:
    """Whose name and colour a page for everybody bears."""
    return sites.known(caller.account.site_id if caller.account else None, cookie(request, "site"))
