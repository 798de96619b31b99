"""The only ways in from a browser: @screen (a NiceGUI page) and @plain (HTTP). Both say their audience."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from fastapi import Request
from nicegui import app, ui
from starlette.responses import RedirectResponse, Response

from components.layout import layout
from components.nicegui_adapter import frame
from components.nicegui_adapter.page_events import leave_when_over
from components.web import way_on
from components.web.auth import SignedOut, caller_of, cookie
from components.web.errors import error_page, fault_page, overload_page
from components.web.middleware import MAX_BODY_BYTES, allow
from data.accounts import passwords, refusals
from data.accounts.caller import READ_ONLY_VIEW, Audience, Caller, ReadOnlyView
from data.core.database import free_to_write
from data.core.errors import NotFound, UserError
from data.core.i18n import _
from data.uploads import validation

CHOOSE = "/mot-de-passe/choisir"
FACTOR = "/mot-de-passe/second-facteur"
WHILE_CHOOSING = {CHOOSE, "/mot-de-passe/solidite", "/deconnexion"}
OF_OTHERS = {  # audience -> what somebody reads who is signed in, but with another kind of account
    Audience.FAMILY: _(
        "Cette page est celle d’une famille. Vous êtes connecté avec le compte du personnel {login} : "
        "déconnectez-vous pour l’ouvrir avec un compte de famille."
    ),
    Audience.STAFF: _(
        "Cette page est réservée au personnel du conservatoire. Vous êtes connecté avec le compte de famille "
        "{login} : déconnectez-vous pour l’ouvrir avec un compte du personnel."
    ),
    Audience.MANAGER: _(
        "Cette page est réservée aux responsables du portail. Vous êtes connecté avec le compte {login} : "
        "déconnectez-vous pour l’ouvrir avec un compte de responsable."
    ),
}
OF_OTHERS[Audience.IMPORTS] = OF_OTHERS[Audience.MANAGER]
Draw = Callable[..., str | None]


class LeadsTo(Exception):
    """Raised by a screen that has nothing of its own for this person: another address of ours shows it."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def screen(path: str, audience: Audience, *, title: str) -> Callable[[Draw], Draw]:
    """A page of the portal: guarded, framed, titled. `draw(uow, **address)` draws its panels under a read-only unit of work;
    what it answers (a pupil, a family, a tab) is in the document's title too."""

    def register(draw: Draw) -> Draw:
        def checked(request: Request, **address: Any) -> Response | None:
            caller = caller_of(request).facing(audience)
            if (turned := turned_away(request, caller, audience)) is not None:
                return turned
            try:
                with caller.unit_of_work(at_once=True) as uow, frame.frame(uow, caller, title, path):
                    frame.name(uow, title, draw(uow, **address) or "")
            except LeadsTo as lead:
                return RedirectResponse(lead.path, 303)
            except NotFound:
                return not_found(request, caller)
            except Exception as fault:
                return fault_page(fault, path, caller.language)
            if caller.signin is not None:
                leave_when_over(ui.context.client, caller)
            return None

        checked.__signature__ = _own_parameters(draw)  # type: ignore[attr-defined]
        ui.page(path, response_timeout=30)(_dropping_dead_clients(checked))
        return _mark_route(path, audience, draw)

    return register


def plain(
    path: str,
    audience: Audience,
    *,
    methods: tuple[str, ...] = ("GET",),
    most_bytes: int = MAX_BODY_BYTES,
    foreign: bool = False,
    own: bool = False,
    writes: bool | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An address served by plain HTTP: `answer(caller, request, **address) -> Response`, sync or async.

    `foreign`: other servers send there, without Origin; what they say must prove itself. `own`: staff who look as a family
    are themselves there. `writes`: it waits until it may; unless it is said, what is sent does, what is read does not.
    """
    if most_bytes != MAX_BODY_BYTES or foreign:
        allow(path, most_bytes, foreign=foreign)

    def register(answer: Callable[..., Any]) -> Callable[..., Any]:
        async def checked(request: Request, **address: Any) -> Response:
            reads = request.method in {"GET", "HEAD"}
            if writes or (writes is None and not reads):
                await free_to_write()
            caller = caller_of(request)
            caller = caller if own else caller.facing(audience)
            if (turned := turned_away(request, caller, audience)) is not None:
                return turned
            try:
                if caller.looking and not reads:
                    raise ReadOnlyView(READ_ONLY_VIEW)
                answered = answer(caller, request, **address)
                response: Response = await answered if inspect.isawaitable(answered) else answered
                return response
            except NotFound:
                return not_found(request, caller)
            except passwords.Busy:
                return overload_page("", language=caller.language)
            except validation.Busy as error:
                return overload_page(
                    error.message(caller.language), language=caller.language, seconds=validation.RETRY_SECONDS
                )
            except UserError as error:  # what an answer does not tell in its own page: looking only, a protected family
                return error_page(403, language=caller.language, text=error.message(caller.language))

        checked.__signature__ = _own_parameters(answer)  # type: ignore[attr-defined]
        app.add_api_route(path, checked, methods=[*methods], include_in_schema=False)
        return _mark_route(path, audience, answer)

    return register


def turned_away(request: Request, caller: Caller, audience: Audience) -> Response | None:
    """Where somebody goes who may not open this address: Connexion and back, the password to choose, or 404."""
    if audience is Audience.ANYONE:
        return None
    if caller.account is None:
        over = "/connexion?fin=1" if cookie(request, "anacrouse") else "/connexion"
        return RedirectResponse(way_on.carried(over, _wanted(request)), 303)
    if caller.account.must_change and not caller.looking and request.url.path not in WHILE_CHOOSING:
        return RedirectResponse(way_on.carried(CHOOSE, _wanted(request)), 303)
    if caller.signin and caller.signin.sets_factor and request.url.path not in {FACTOR, *WHILE_CHOOSING}:
        return RedirectResponse(way_on.carried(FACTOR, _wanted(request)), 303)
    if not caller.may_open(audience):
        if caller.account.is_staff and caller.signin and caller.signin.viewing_account_id is not None:
            return RedirectResponse("/gestion/familles?vue=finie", 303)  # they looked as a family, and time is over
        if request.url.path == "/" and caller.account.is_staff:
            return RedirectResponse("/gestion", 303)
        return not_found(request, caller, text=caller.translate(OF_OTHERS[audience], login=caller.account.login))
    return None


def _wanted(request: Request) -> str:
    """What a link led to; a form that was sent cannot be sent again by a link."""
    return way_on.asked_for(request) if request.method in {"GET", "HEAD"} else ""


def not_found(request: Request, caller: Caller, *, text: str = "") -> Response:
    """404, the same for what is another's and for what is not; the journal keeps who asked. `text`: of an address that
    this kind of account never opens, whatever stands behind it."""
    if caller.account and not caller.looking:
        refusals.note(caller.account, caller.address, request.url.path)
    return error_page(404, language=caller.language, text=text)


def here(*, touch: bool = True) -> Caller:
    """The caller behind the event being handled, read again from the session's row; SignedOut when it is over."""
    request = ui.context.client.request
    audience = layout.ADDRESSES.get(ui.context.client.page.path, Audience.ANYONE)
    caller = caller_of(request, touch=touch).facing(audience)
    if caller.account is None or not caller.may_open(audience):
        raise SignedOut
    if (caller.account.must_change and not caller.looking) or (caller.signin and caller.signin.sets_factor):
        raise SignedOut
    return caller


def _own_parameters(function: Callable[..., Any]) -> inspect.Signature:
    """The address's own parameters, for FastAPI to read; `uow`, `caller` and `request` are ours to give."""
    own = [
        each
        for name, each in inspect.signature(function).parameters.items()
        if name not in {"uow", "caller", "request"}
    ]
    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    return inspect.Signature([request, *(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own)])


def _mark_route(path: str, audience: Audience, function: Callable[..., Any]) -> Callable[..., Any]:
    """The test of audiences reads them from the routes themselves, the menus from the register."""
    layout.ADDRESSES[path] = audience
    for route in app.routes:
        if (
            getattr(route, "path", None) == path
            and (endpoint := getattr(route, "endpoint", None)) is not None
            and not hasattr(endpoint, "audience")
        ):
            endpoint.audience, endpoint.module = audience, function.__module__
    return function


def _dropping_dead_clients(checked: Callable[..., Response | None]) -> Callable[..., Response | None]:
    """A redirect or an error page needs no NiceGUI client: it goes at once."""

    @wraps(checked)
    def answer(request: Request, **address: Any) -> Response | None:
        response = checked(request, **address)
        if response is not None:
            ui.context.client.delete()
        return response

    return answer
