"""« Lire sans connexion »: by choice, a device keeps a copy of « Accueil » and « Agenda » of the account that is signed in there.

The copy is what is written here, plain and without links; components/assets/theme/offline_*.js keep it, encrypted, and erase it.
"""

from datetime import timedelta
from itertools import groupby

from fastapi import Request
from markupsafe import Markup
from starlette.responses import JSONResponse, RedirectResponse, Response

from components.assets.serving import url
from components.layout.layout import way_back
from components.layout.plain_layout import account_page, alert, success
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.markup import Content, join
from components.ui.own_words import own
from components.web.auth import cookie, set_cookie
from components.web.erasing import COPY, erase_device, forget_copy
from data.accounts import offline_copy, push
from data.accounts.caller import Audience, Caller
from data.accounts.offline_copy import CHOICE_DAYS, READABLE_DAYS
from data.core import formats, sites
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.schooling import agenda
from data.schooling.agenda import Appointment
from data.schooling.models import LessonState
from pages.anyone.offline import NO_STORE
from pages.family import agenda_views, home, to_do

PATH = "/mot-de-passe/hors-ligne"
AHEAD = timedelta(days=28)
DONE = {
    "oui": _("C’est fait : cet appareil garde vos dernières pages."),
    "non": _("C’est fait : cet appareil ne garde plus rien."),
}


@plain(PATH, Audience.FAMILY)
def explain(caller: Caller, request: Request) -> Response:
    kept = offline_copy.chosen(cookie(request, COPY), caller.account) and not caller.looking
    done = DONE.get(request.query_params.get("fait", ""))
    body = html.div(
        html.p(way_back(caller.translate("Retour"), "/mot-de-passe")),
        done and success(caller.translate(done)),
        html.section(_why(caller), _withdraw(caller) if kept else _choose(caller), class_="card flow"),
        class_="flow",
    )
    scripts = html.script(src=url("offline_store.js"), defer=True) + html.script(
        src=url("offline_choice.js"), type="module"
    )
    return account_page(caller, caller.translate("Lire sans connexion"), body, "/mot-de-passe", scripts=scripts)


def _why(caller: Caller) -> Markup:
    texts = (
        _("Sans réseau, le portail peut vous montrer ce que vous avez vu en dernier : ce qui est à faire, ce qui attend, les cours des "
          "quatre semaines à venir. La date et l’heure y sont toujours écrites, et rien ne peut y être changé."),
        _("Vos factures, vos documents et vos fiches n’y sont jamais."),
    )  # fmt: skip
    erased = caller.translate(
        "Tout est effacé quand vous vous déconnectez, changez de mot de passe ou retirez ce choix. Tout l’est aussi quand une autre "
        "personne se connecte ici, et après {days} jours sans nouvelle visite.",
        days=READABLE_DAYS,
    )
    return Markup("").join([*(html.p(caller.translate(each)) for each in texts), html.p(erased)])


def _choose(caller: Caller) -> Markup:
    lock = html.div(
        html.label(
            html.input(type="checkbox", name="verrou", checked=True),
            html.span(caller.translate("Les ouvrir avec le verrou de cet appareil (empreinte, visage ou code)")),
            class_="check",
        ),
        html.p(caller.translate("La copie est alors chiffrée : sans ce geste, personne ne la lit."), class_="hint"),
        data_lock=True,
        hidden=True,
    )
    without = caller.translate(
        "Ici, la copie ne peut pas être liée au verrou de l’appareil : quiconque le déverrouille peut la lire. Ne la gardez pas sur un "
        "téléphone ou un ordinateur que vous partagez."
    )
    return html.form(
        lock,
        html.p(without, data_no_lock=True, hidden=True),
        html.p(
            caller.translate("Ce navigateur ne sait pas garder de pages. Essayez avec un navigateur plus récent."),
            data_not_here=True,
        ),
        html.div(alert(caller.translate("L’appareil n’a pas créé la clé. Recommencez, ou décochez le verrou.")), hidden=True,
                 data_failed=True),
        html.div(
            html.button(caller.translate("Garder mes dernières pages lues sur cet appareil"), type="submit", class_="btn", hidden=True),
            class_="actions",
        ),
        html.input(type="hidden", name="choix", value="oui"),
        method="post",
        action=PATH,
        data_offline="choose",
        data_key_name=caller.translate("Pages gardées sur cet appareil"),
        data_portal=caller.translate("Portail des usagers"),
        class_="stack-form",
    )  # fmt: skip


def _withdraw(caller: Caller) -> Markup:
    return html.form(
        html.p(html.strong(caller.translate("Cet appareil garde vos dernières pages."))),
        html.div(
            html.p(
                caller.translate("La copie est prête : elle s’ouvrira quand le réseau manquera."),
                data_ready=True,
                hidden=True,
            ),
            role="status",
        ),
        html.div(
            html.button(caller.translate("Ne plus rien garder sur cet appareil"), type="submit", class_="btn quiet"),
            class_="actions",
        ),
        html.input(type="hidden", name="choix", value="non"),
        method="post",
        action=PATH,
        data_offline="withdraw",
        class_="stack-form",
    )


@plain(PATH, Audience.FAMILY, methods=("POST",))
async def choose(caller: Caller, request: Request) -> Response:
    """The browser has made its key before it sends « oui »; on « non » it erases all that this site left there."""
    form = await request.form()
    wanted = form.get("choix") == "oui" and caller.account is not None
    response = RedirectResponse(f"{PATH}?fait={'oui' if wanted else 'non'}", 303)
    if wanted and caller.account:
        set_cookie(response, COPY, offline_copy.token(caller.account), seconds=CHOICE_DAYS * 86400)
    elif _has_notices(caller, request):
        forget_copy(
            response
        )  # what also tells of messages stays (pages/family/push.py); the script has erased the rest
    else:
        erase_device(response)
    return response


def _has_notices(caller: Caller, request: Request) -> bool:
    with caller.unit_of_work() as uow:
        return push.is_notified(uow, cookie(request, "appareil"))


@plain("/hors-ligne/copie", Audience.FAMILY)
def copy(caller: Caller, request: Request) -> Response:
    """What the device keeps: the markup and its language. 410 where nobody chose it."""
    if caller.looking or not offline_copy.chosen(cookie(request, COPY), caller.account):
        response = Response(status_code=410, headers=NO_STORE)
        forget_copy(response)
        return response
    with caller.unit_of_work() as uow:
        made = {"language": uow.language, "html": _copy(uow)}
    return JSONResponse(made, headers=NO_STORE)


def _copy(uow: UnitOfWork) -> Markup:
    zone, found = sites.here(uow).zone, home.read(uow)
    seen = uow.translate(
        "Vu le {day} à {hour}",
        day=formats.long_day(uow.today, uow.language),
        hour=formats.hour(uow.now, zone, uow.language),
    )
    tasks = [(task.title, task.about) for task in to_do.tasks_of(uow, found.known)]
    waiting = [(line.text, "") for line in found.waiting[: to_do.WAITING_SHOWN]]
    pupils = [each.pupil for each in found.known.pupils]
    coming = agenda.between(uow, pupils, uow.today, uow.today + AHEAD) if pupils else []
    days = [
        html.div(
            html.h3(formats.long_day(day, uow.language).capitalize()),
            _list([_appointment(uow, each) for each in of_day]),
            class_="of-day",
        )
        for day, of_day in groupby(coming, key=lambda each: each.day)
    ]
    return Markup("").join(
        [
            html.p(html.strong(seen)),
            html.h2(uow.translate("À faire")),
            _list(tasks) if tasks else html.p(uow.translate("Rien à faire pour l’instant.")),
            html.h2(uow.translate("En attente du conservatoire")) + _list(waiting) if waiting else Markup(""),
            html.h2(uow.translate("Agenda des quatre semaines à venir")),
            *(days or [html.p(uow.translate("Rien n’est prévu."))]),
        ]
    )


def _list(lines: list[tuple[Content, Content]]) -> Markup:
    return html.ul((html.li(text, about and html.div(about, class_="small soft")) for text, about in lines))


def _appointment(uow: UnitOfWork, each: Appointment) -> tuple[Content, Content]:
    """« 17 h 15 – 17 h 45 · Irina · Piano 206 », then room, teacher, and what is out of the ordinary."""
    meeting = each.meeting
    text = html.strong(agenda_views.when(uow, each)), f" · {each.pupil.called} · {agenda_views.called(each)}"
    words: list[Content] = []
    if meeting:
        note = own(uow, meeting.lesson.note)
        words += [meeting.course.room, meeting.teacher_name, meeting.instead_of(uow.language), note]
    if meeting and meeting.state in {LessonState.CANCELLED, LessonState.MOVED}:
        words.insert(0, uow.translate(_("annulé") if meeting.state == LessonState.CANCELLED else _("déplacé")))
    if each.absence or each.announced:
        words.append(uow.translate("absence"))
    return text, join(filter(None, words), " · ")
