"""Where somebody goes on to once signed in: the address of ours that they had asked for, its query and capitals included."""

import re
from urllib.parse import urlencode, urlsplit

from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request

from components.ui import html

NAME = "suite"  # of the parameter, and of the hidden field that carries it from form to form
MAX_LENGTH = 1500
# A path without an empty part or one that begins with a point, then any query: no host can be made of it.
OURS = re.compile(r"(?:/[\w~-][\w.~-]*)+/?(?:\?[!$-;=?-\[\]_a-z{-~]*)?", re.ASCII)
LEADS_NOWHERE = ("/connexion", "/deconnexion", "/mot-de-passe-perdu", "/identifiant-oublie", "/mot-de-passe/choisir")


def safe(address: str) -> str:
    """The address when it is one of ours to go on to, or ""."""
    good = len(address) <= MAX_LENGTH and OURS.fullmatch(address) and not address.startswith(LEADS_NOWHERE)
    return address if good else ""


def asked_for(request: Request) -> str:
    """What this request asked for; without its query when that is too long or holds what no address of ours does."""
    path, query = request.url.path, request.url.query
    return (safe(f"{path}?{query}") if query else "") or safe(path)


def carried(path: str, after: str) -> str:
    """`path` with the address to go on to, which is checked again wherever it arrives."""
    after = safe(after)
    return f"{path}{'&' if '?' in path else '?'}{urlencode({NAME: after})}" if after else path


def came_from(request: Request) -> str:
    """The page of ours that the form was on, or « / »: a browser's Referer, or whatever anybody writes there."""
    try:
        path = urlsplit(request.headers.get("referer", "")).path
    except ValueError:  # no address at all
        return "/"
    return path if OURS.fullmatch(path) else "/"


def from_query(request: Request) -> str:
    """The address to go on to that came along with this one."""
    return safe(request.query_params.get(NAME, ""))


def field(after: str) -> Markup | None:
    """What carries it from one form to the next page."""
    return html.input(type="hidden", name=NAME, value=after) if after else None


def from_form(form: FormData) -> str:
    return safe(sent) if isinstance(sent := form.get(NAME), str) else ""
