"""« Être prévenu sur cet appareil »: by choice, the browser says that the conservatoire wrote, and nothing more."""

from fastapi import Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from components.assets.serving import url
from components.layout.layout import way_back
from components.layout.plain_layout import account_page, alert, success
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.web.auth import cookie
from data.accounts import push
from data.accounts.caller import Audience, Caller
from data.core.errors import UserError
from data.core.i18n import _

PATH = "/mot-de-passe/notifications"
DONE = {
    "oui": _("C’est fait : cet appareil vous préviendra quand le conservatoire vous écrit."),
    "non": _("C’est fait : cet appareil ne vous prévient plus."),
}


@plain(PATH, Audience.FAMILY)
def explain(caller: Caller, request: Request) -> Response:
    done = DONE.get(request.query_params.get("fait", ""))
    return _page(caller, request, success(caller.translate(done)) if done else None)


def _page(caller: Caller, request: Request, notice: Markup | None, *, status: int = 200) -> Response:
    with caller.unit_of_work() as uow:
        notified = push.is_notified(uow, cookie(request, "appareil")) and not caller.looking
    texts = (
        _("Dès que le conservatoire vous écrit, cet appareil peut afficher « Nouveau message du conservatoire », sans un mot de plus. "
          "Le message vous attend dans « Courriers », et vous le recevez toujours par e-mail."),
        _("L’avis passe par le service de notifications de votre navigateur (Google, Mozilla, Apple ou Microsoft) : il apprend quand il "
          "part, pas ce qui vous est écrit."),
        _("Il cesse quand vous vous déconnectez, quand le mot de passe change, ou quand vous retirez ce choix."),
    )  # fmt: skip
    title = caller.translate("Être prévenu sur cet appareil")
    body = html.div(
        html.p(way_back(caller.translate("Retour"), "/mot-de-passe")),
        notice,
        html.section(
            (html.p(caller.translate(each)) for each in texts), _form(caller, notified=notified), class_="card flow"
        ),
        class_="flow",
    )
    scripts = html.script(src=url("push_choice.js"), type="module")
    return account_page(caller, title, body, "/mot-de-passe", scripts=scripts, status=status)


def _form(caller: Caller, *, notified: bool) -> Markup:
    label = (
        caller.translate("Ne plus me prévenir sur cet appareil")
        if notified
        else caller.translate("Me prévenir sur cet appareil")
    )
    not_here = caller.translate(
        "Ce navigateur ne le permet pas ici. Sur iPhone et iPad, installez d’abord le portail sur l’écran d’accueil (Aide, "
        "« Installer le portail sur un appareil »)."
    )
    refused = caller.translate(
        "Le navigateur a refusé. Autorisez les notifications de ce site dans ses réglages, puis recommencez."
    )
    return html.form(
        None if notified else html.p(not_here, data_not_here=True),
        html.div(alert(refused), hidden=True, data_refused=True),
        html.div(
            html.button(label, type="submit", class_="btn quiet" if notified else "btn", hidden=not notified),
            class_="actions",
        ),
        html.input(type="hidden", name="choix", value="non" if notified else "oui"),
        html.input(type="hidden", name="adresse", value=""),
        method="post",
        action=PATH,
        data_push="withdraw" if notified else "choose",
        data_key=push.public_key(),
        class_="stack-form",
    )


@plain(PATH, Audience.FAMILY, methods=("POST",))
async def choose(caller: Caller, request: Request) -> Response:
    """« oui » comes with the address that the browser's push service gave."""
    form, device = await request.form(), cookie(request, "appareil")
    endpoint = form.get("adresse")
    wanted = form.get("choix") == "oui" and isinstance(endpoint, str) and device and caller.account is not None
    if wanted and caller.account and isinstance(endpoint, str):
        try:
            push.subscribe(caller.account, endpoint, device)
        except UserError as error:
            return _page(caller, request, alert(error.message(caller.language)), status=400)
    else:
        push.forget(device)
    return RedirectResponse(f"{PATH}?fait={'oui' if wanted else 'non'}", 303)
