"""« Mot de passe perdu »: the same sentence and the same time, whoever asks."""

from fastapi import Request
from starlette.responses import Response

from components.layout.plain_layout import asking_form, message, own_email, success, user_name
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.markup import Markup
from components.web import way_on
from components.web.auth import page_for
from data.accounts import lost_password
from data.accounts import models as accounts
from data.accounts.caller import Audience, Caller
from data.core.i18n import _
from pages.anyone.connexion import NOT_AN_ADDRESS

SENT = _("Si ces renseignements correspondent à un compte, un nouveau mot de passe vient d’être envoyé par e-mail.")


def _page(
    caller: Caller,
    request: Request,
    *,
    login: str = "",
    email: str = "",
    faults: dict[str, str] | None = None,
    done: str = "",
    after: str = "",
) -> Response:
    faults = faults or {}
    first = next(iter(faults), "")
    dialog = (
        message(
            caller.translate("Vérifiez les renseignements saisis : l’identifiant et l’e-mail sont obligatoires."),
            caller.language,
            focus=first,
        )
        if faults
        else ""
    )
    body = (
        success(done)
        + _form(caller, login, email, faults, after)
        + html.div(
            html.a(caller.translate("Retour"), href=way_on.carried("/connexion", after)),
            html.a(caller.translate("Identifiant oublié"), href=way_on.carried("/identifiant-oublie", after)),
            class_="links",
        )
        + dialog
    )
    return page_for(caller, request, caller.translate("Mot de passe perdu"), body, status=400 if faults else 200)


def _form(caller: Caller, login: str, email: str, faults: dict[str, str], after: str) -> Markup:
    return asking_form(
        html.p(
            caller.translate(
                "Saisissez l’identifiant que le conservatoire vous a communiqué et l’e-mail de votre fiche."
            ),
            class_="soft",
        ),
        user_name(caller.translate("Identifiant"), login, faults.get("identifiant", ""), caller.language),
        own_email(caller.translate("E-mail"), email, faults.get("email", ""), caller.language),
        way_on.field(after),
        button=caller.translate("Valider"),
        action="/mot-de-passe-perdu",
    )


@plain("/mot-de-passe-perdu", Audience.ANYONE)
def show(caller: Caller, request: Request) -> Response:
    return _page(caller, request, after=way_on.from_query(request))


@plain("/mot-de-passe-perdu", Audience.ANYONE, methods=("POST",))
async def ask(caller: Caller, request: Request) -> Response:
    form = await request.form()
    after = way_on.from_form(form)
    login, email = (value if isinstance(value := form.get(name), str) else "" for name in ("identifiant", "email"))
    faults = {
        name: caller.translate(sentence)
        for name, value, sentence in (
            ("identifiant", login.strip(), _("Indiquez votre identifiant.")),
            ("identifiant", not accounts.is_address(login), NOT_AN_ADDRESS),
            ("email", email.strip(), _("Indiquez votre e-mail.")),
        )
        if not value
    }
    if faults:
        return _page(caller, request, login=login, email=email, faults=faults, after=after)
    await lost_password.mail_new_password(login, email, client=caller.address, back=way_on.carried("/connexion", after))
    return _page(caller, request, done=caller.translate(SENT), after=after)
