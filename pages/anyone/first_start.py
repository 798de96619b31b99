"""The first site and its first « responsable », by the link that the log shows while the database is empty."""

from fastapi import Request
from starlette.responses import Response

from components.layout.plain_layout import alert, asking_form, entry, password, plain_page
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.markup import Markup
from components.web.errors import error_page
from data.access_grants import first_start
from data.accounts import models as accounts
from data.accounts.caller import Audience, Caller
from data.accounts.models import Account
from data.core.errors import UserError, ValidationErrors
from data.core.i18n import _
from data.core.roles import Role
from pages.anyone.connexion import come_in

FIELDS = {
    "site": _("Nom du conservatoire"),
    "code": _("Code du site"),
    "name": _("Votre nom et prénom"),
    "email": _("Votre e-mail"),
    "login": _("Identifiant que vous choisissez"),
}
PASSWORDS = {"nouveau": _("Mot de passe"), "encore": _("Mot de passe, une seconde fois")}
HINTS = {"code": _("Lettres sans accent, chiffres, tirets : valmont"), "login": _("Par exemple dupont.anne")}


def _page(caller: Caller, token: str, typed: dict[str, str], faults: dict[str, str], wrong: str = "") -> Response:
    translate = caller.translate
    fields: list[Markup] = [
        entry(
            translate(label),
            name,
            value=typed.get(name, ""),
            fault=faults.get(name, ""),
            hint=translate(HINTS[name]) if name in HINTS else "",
            required=True,
            maxlength=254,
            autocomplete="off",
            language=caller.language,
        )
        for name, label in FIELDS.items()
    ]
    fields += [
        password(translate(label), name, caller.language, autocomplete="new-password", fault=faults.get(name, ""))
        for name, label in PASSWORDS.items()
    ]
    form = asking_form(fields, button=translate("Commencer"), action=f"/premier-demarrage/{token}")
    about = html.p(translate("Ce portail est vide. Donnez le nom du conservatoire et votre compte de responsable."))
    return plain_page(
        translate("Premier démarrage"),
        alert(wrong) + about + form,
        language=caller.language,
        status=400 if faults or wrong else 200,
    )


@plain("/premier-demarrage/{token}", Audience.ANYONE)
def show(caller: Caller, request: Request, token: str) -> Response:
    return _page(caller, token, {}, {}) if first_start.opens(token) else error_page(404, language=caller.language)


@plain("/premier-demarrage/{token}", Audience.ANYONE, methods=("POST",))
async def begin(caller: Caller, request: Request, token: str) -> Response:
    if not first_start.opens(token):
        return error_page(404, language=caller.language)
    form = await request.form()
    typed = {name: value[:300] if isinstance(value := form.get(name), str) else "" for name in (*FIELDS, *PASSWORDS)}
    about = [*typed["site"].split(), *typed["name"].split(), typed["login"], typed["code"], "conservatoire", "musique"]
    stranger = Account(site_id=0, role=Role.MANAGER, login=typed["login"][:40], name=typed["name"][:120])
    try:
        hashed = await accounts.check_new_password(about, stranger, typed["nouveau"], typed["encore"])
        account = first_start.begin(typed["code"], typed["site"], typed["login"], typed["name"], typed["email"], hashed)
    except ValidationErrors as invalid:
        names = {"new": "nouveau", "again": "encore"}
        text = {names.get(name, name): error.message(caller.language) for name, error in invalid.faults.items()}
        return _page(caller, token, typed, text)
    except UserError as error:
        return _page(caller, token, typed, {}, error.message(caller.language))
    return come_in(caller, request, account, "")
