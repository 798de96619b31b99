"""« Mot de passe » and « Choisissez votre mot de passe », with « Mes connexions ». The forms go by plain HTTP: the
answer renews the cookie."""

from fastapi import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from components.layout.layout import head
from components.layout.plain_layout import password, plain_page, success
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import CHOOSE, FACTOR, plain, screen
from components.nicegui_adapter.static_panel import StaticPanel
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import Markup, button
from components.ui.panel import Act, Answer
from components.ui.tables import table
from components.web import way_on
from components.web.auth import cookie, set_cookie
from components.web.erasing import COPY, erase_device
from components.web.errors import error_page
from data.accounts import devices, passwords, sessions, two_factor
from data.accounts import models as accounts
from data.accounts.caller import Audience, Caller
from data.accounts.models import Account
from data.core import formats, sites
from data.core.errors import UserError, ValidationErrors
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.schooling import calendar_feed
from pages.account import more_of_account

LABELS = {
    "ancien": _("Mot de passe actuel"),
    "nouveau": _("Nouveau mot de passe"),
    "encore": _("Nouveau mot de passe, une seconde fois"),
}
AUTOCOMPLETE = {"ancien": "current-password", "nouveau": "new-password", "encore": "new-password"}


def _form(
    caller: Caller, names: tuple[str, ...], action: str, button: str, faults: dict[str, str], after: str = ""
) -> Markup:
    hint = caller.translate("12 caractères au moins. Trois ou quatre mots sans lien font un bon mot de passe.")
    fields = [
        password(
            caller.translate(LABELS[name]),
            name,
            caller.language,
            autocomplete=AUTOCOMPLETE[name],
            fault=faults.get(name, ""),
            hint=hint if name == "nouveau" else "",
            autofocus=name == next(iter(faults), None),
            data_strength="solidite" if name == "nouveau" else None,
        )
        for name in names
    ]
    fields.insert(-1, html.p(id="solidite", role="status", class_="strength"))
    return html.form(
        html.input(
            type="text",
            name="username",
            value=caller.account.login if caller.account else "",
            autocomplete="username",
            hidden=True,
        ),
        fields,
        way_on.field(after),
        html.div(html.button(button, class_="btn", type="submit"), class_="actions"),
        method="post",
        action=action,
        novalidate=True,
        class_="stack-form",
    )


@screen("/mot-de-passe", Audience.ACCOUNT, title=_("Mot de passe"))
def show(uow: UnitOfWork, fait: str = "") -> None:
    caller = Caller(uow.get(Account, uow.account_id), None, uow.client, uow.language)
    StaticPanel(head(uow.translate("Mot de passe")))
    if fait:
        StaticPanel(success(uow.translate("Votre mot de passe a été modifié. Vos autres connexions ont été fermées.")))
        StaticPanel(_agenda_is_open(uow))
    StaticPanel(
        html.h2(uow.translate("Changer de mot de passe"))
        + _form(caller, ("ancien", "nouveau", "encore"), "/mot-de-passe", uow.translate("Modifier"), {}),
        tag="section",
        classes="card narrow flow-card",
    )
    if uow.is_staff:
        StaticPanel(_factor(uow), tag="section", classes="card narrow flow-card")
    more_of_account.draw(uow)
    Panel(
        uow,
        _connections,
        on={"close": _close},
        follows=[("account", uow.account_id or 0)],
        tag="section",
        classes="card",
    )


def _agenda_is_open(uow: UnitOfWork) -> Markup:
    """The private address of the agenda opens without a password, to whoever was given it, or took it."""
    if uow.is_staff or calendar_feed.mine(uow) is None:
        return Markup("")
    text = uow.translate(
        "L’adresse privée de votre agenda, elle, reste ouverte à qui la connaît. Vous pouvez la changer ou la fermer."
    )
    link = html.a(uow.translate("Recevoir l’agenda"), href="/mot-de-passe/agenda")
    return html.div(icon("info"), html.div(html.p(text), html.p(link)), class_="notice", role="status")


def _factor(uow: UnitOfWork) -> Markup:
    """Offered to all of the staff, by plain HTTP as everything here."""
    there = two_factor.of_account(uow, uow.account_id or 0) is not None
    text = (
        uow.translate("En place : un code de votre téléphone est demandé à chaque connexion.")
        if there
        else uow.translate(
            "Un code de votre téléphone, en plus du mot de passe : qui apprend celui-ci n’entre pas pour autant."
        )
    )
    label = uow.translate("Gérer le second facteur") if there else uow.translate("Mettre en place le second facteur")
    return (
        html.h2(uow.translate("Second facteur")) + html.p(text) + html.p(html.a(label, href=FACTOR, class_="btn quiet"))
    )


@plain("/mot-de-passe", Audience.ACCOUNT, methods=("POST",))
async def change(caller: Caller, request: Request) -> Response:
    return await _change(
        caller,
        request,
        ("ancien", "nouveau", "encore"),
        "/mot-de-passe",
        _("Mot de passe"),
        _("Modifier"),
        "/mot-de-passe?fait=1",
    )


@plain("/mot-de-passe/solidite", Audience.ACCOUNT, methods=("POST",), writes=False)
async def strength(caller: Caller, request: Request) -> Response:
    """What will be said of the word being typed: why it would be refused, or how good it is. One rule judges both."""
    form = await request.form()
    word, old = (str(form.get(name) or "") for name in ("nouveau", "ancien"))
    with caller.unit_of_work() as uow:
        account = uow.get(Account, uow.account_id)
        terms = accounts.personal_terms(uow, account, sites.here(uow))
    try:
        passwords.check_policy(word, staff=account.is_staff, context_words=terms, old=old)
        text = caller.translate(
            _("Très bon mot de passe") if passwords.is_very_good(word) else _("Bon mot de passe"),
        )
    except UserError as error:
        text = error.message(caller.language)
    return PlainTextResponse(text, headers={"cache-control": "no-store"})


@plain(CHOOSE, Audience.ACCOUNT)
def choose(caller: Caller, request: Request) -> Response:
    if caller.account and not caller.account.must_change:
        return RedirectResponse("/mot-de-passe", 303)
    after = way_on.from_query(request)
    return _choose_page(
        caller, ("nouveau", "encore"), CHOOSE, _("Choisissez votre mot de passe"), _("Valider"), {}, after
    )


@plain(CHOOSE, Audience.ACCOUNT, methods=("POST",))
async def chosen(caller: Caller, request: Request) -> Response:
    return await _change(
        caller, request, ("nouveau", "encore"), CHOOSE, _("Choisissez votre mot de passe"), _("Valider"), "/"
    )


def _choose_page(
    caller: Caller,
    names: tuple[str, ...],
    action: str,
    title: str,
    button: str,
    faults: dict[str, str],
    after: str = "",
) -> Response:
    way_out = (
        html.div(html.a(caller.translate("Retour"), href="/mot-de-passe"), class_="links") if "ancien" in names else ""
    )
    return plain_page(
        caller.translate(title),
        _form(caller, names, action, caller.translate(button), faults, after) + way_out,
        language=caller.language,
        status=400 if faults else 200,
        site=sites.known(caller.account.site_id) if caller.account else None,
    )


async def _change(
    caller: Caller, request: Request, names: tuple[str, ...], action: str, title: str, button: str, after: str
) -> Response:
    form = await request.form()
    typed = {name: value if isinstance(value := form.get(name), str) else "" for name in names}
    on = way_on.from_form(form)
    account, signin = caller.account, caller.signin
    if account is None or signin is None or (action == CHOOSE and not account.must_change):
        return error_page(404, language=caller.language)
    with caller.unit_of_work() as uow:
        about = accounts.personal_terms(uow, account, sites.here(uow))
    try:
        errors = await _wrong_current(account, typed)
        try:
            hashed = await accounts.check_new_password(
                about, account, typed["nouveau"], typed["encore"], old=typed.get("ancien", "")
            )
        except ValidationErrors as invalid:
            names_of = {"new": "nouveau", "again": "encore"}
            errors |= {names_of.get(name, name): error for name, error in invalid.faults.items()}
        if errors:
            faults = {name: error.message(caller.language) for name, error in errors.items()}
            return _choose_page(caller, names, action, title, button, faults, on)
        with caller.unit_of_work(writes=True) as uow:
            token = sessions.change_password(uow, signin.id, hashed)
    except UserError as error:
        return _choose_page(caller, names, action, title, button, {names[0]: error.message(caller.language)}, on)
    response = RedirectResponse(on or after, 303)
    if cookie(request, COPY):
        erase_device(response)
    set_cookie(response, "anacrouse", token)
    return response


async def _wrong_current(account: Account, typed: dict[str, str]) -> dict[str, UserError]:
    """What is wrong with the current password, where it is asked for; a temporary one was just typed at Connexion."""
    if "ancien" not in typed or await sessions.is_mine(account, typed["ancien"]):
        return {}
    if not typed["ancien"]:
        return {"ancien": UserError("Saisissez votre mot de passe actuel.")}
    return {"ancien": UserError("Ce n’est pas votre mot de passe actuel.")}


def _connections(uow: UnitOfWork) -> Markup:
    zone = sites.here(uow).zone
    heads = [uow.translate(label) for label in (_("Appareil"), _("Ouverte le"), _("Dernière activité"), _("Action"))]
    rows = [
        (
            devices.called(one.device, uow.language),
            formats.moment(one.started_at, zone, uow.language),
            formats.ago(one.seen_at, uow.now, zone, uow.language),
            button(
                icon("cross"),
                uow.translate("Fermer"),
                _unseen(devices.called(one.device, uow.language)),
                do="close",
                of=one.id,
                class_="btn quiet",
            ),
        )
        for one in sessions.mine(uow)
    ]
    return html.div(table(uow.translate("Mes connexions"), heads, rows), id="connexions")


def _unseen(text: str) -> Markup:
    return html.span(f" {text}", class_="unseen")


def _close(uow: UnitOfWork, act: Act) -> Answer:
    sessions.close_mine(uow, act.number())
    return Answer(toast=uow.translate("La connexion est fermée."))
