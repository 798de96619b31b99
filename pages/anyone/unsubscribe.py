"""The link at the foot of a letter that its reader does without. A button, so that what looks through letters ends nothing;
mail programs send the same by themselves (RFC 8058): from any server, without a session, as often as they like."""

from collections.abc import Callable
from typing import NamedTuple

from fastapi import Request
from starlette.responses import Response

from components.layout.plain_layout import alert, asking_form, success
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.web.auth import page_for
from data.accounts.caller import Audience, Caller
from data.core.i18n import _
from data.office import daily_digest
from data.schooling import lesson_letters


class Ending(NamedTuple):
    """A letter that one may do without: where it is ended, by what, and the sentences there."""

    path: str
    end: Callable[[str], bool]
    title: str
    about: str
    done: str
    unknown: str


ENDINGS = (
    Ending(
        daily_digest.UNSUBSCRIBE,
        daily_digest.unsubscribe,
        _("Récapitulatif du matin"),
        _("Cet e-mail vous dit chaque matin ce qui attend sur le portail."),
        _(
            "Vous ne recevrez plus le récapitulatif du matin. Pour le recevoir de nouveau : « Mot de passe », sur le portail."
        ),
        _("Ce lien n’est pas valable. Le récapitulatif se règle aussi dans « Mot de passe », sur le portail."),
    ),
    Ending(
        lesson_letters.UNSUBSCRIBE,
        lesson_letters.unsubscribe,
        _("Cours annulés ou déplacés"),
        _("Cet e-mail vous prévient dès qu’un cours de votre famille est annulé ou déplacé."),
        _("Vous ne serez plus prévenu par e-mail. Pour l’être de nouveau : « Agenda », sur le portail."),
        _("Ce lien n’est pas valable. Ces e-mails se règlent aussi dans « Agenda », sur le portail."),
    ),
)


def _register(of: Ending) -> None:
    @plain(f"{of.path}/{{token}}", Audience.ANYONE)
    def show(caller: Caller, request: Request, token: str) -> Response:
        text = html.p(caller.translate(of.about))
        body = asking_form(text, button=caller.translate("Ne plus le recevoir"), action=request.url.path)
        return page_for(caller, request, caller.translate(of.title), body)

    @plain(f"{of.path}/{{token}}", Audience.ANYONE, methods=("POST",), most_bytes=1000, foreign=True)
    def stop(caller: Caller, request: Request, token: str) -> Response:
        done = of.end(token)
        said = success(caller.translate(of.done)) if done else alert(caller.translate(of.unknown))
        return page_for(caller, request, caller.translate(of.title), said, status=200 if done else 404)


for _ending in ENDINGS:
    _register(_ending)
