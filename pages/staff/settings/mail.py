"""« Courriel »: whether letters leave, a trial to oneself, and letters of a restored copy that wait for a word."""

from markupsafe import Markup

from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui.icons import icon
from components.ui.markup import button, tag
from components.ui.panel import Act, Answer
from components.ui.tables import facts
from data.core import formats, sites
from data.core.settings import settings
from data.core.unit_of_work import Visit
from data.mail import outbox
from data.site_admin import settings as site_settings
from data.site_admin.settings import MAIL
from pages.staff.settings import frame


@screen(frame.path_of(MAIL), Audience.MANAGER, title="Courriel")
def mail(v: Visit) -> None:
    typed = frame.Typed()
    Panel(
        v,
        lambda w: _draw(w, typed),
        on={
            "try": _try,
            "arrived": _arrived,
            "send": _settle(True),
            "drop": _settle(False),
            "save": lambda w, act: frame.save(w, act, MAIL, typed),
        },
        follows=[("letters", v.site_id or 0), ("site", v.site_id or 0)],
        classes="flow",
    )


def _draw(v: Visit, typed: frame.Typed) -> Markup:
    site, there = sites.here(v), bool(settings().smtp_url)
    tested = formats.moment(site.mail_tested_at, v.zone, v.tongue) if site.mail_tested_at else v.say("jamais")
    sheet = facts(
        [
            (v.say("Serveur"), v.say("réglé") if there else v.say("pas réglé : les courriels attendent")),
            (v.say("Expéditeur"), settings().mail_from),
            (v.say("Dernier essai arrivé"), tested),
        ]
    )
    mend = tag(
        "p", v.say("L’exploitant règle le serveur avec SMTP_URL et MAIL_FROM (voir .env.example)."), class_="soft"
    )
    trial = tag(
        "div",
        button(v.say("L’essai est arrivé"), do="arrived", class_="btn quiet"),
        button(icon("mail"), v.say("Envoyer un essai"), do="try", class_="btn"),
        class_="actions",
    )
    card = tag(
        "section", sheet, None if there else mend, trial, class_="card flow-card", aria_label=v.say("Serveur d’envoi")
    )
    return frame.around(v, MAIL, card, _restored(v), frame.sheet(v, MAIL, typed))


def _restored(v: Visit) -> Markup | None:
    count = outbox.to_confirm(v)
    if not count:
        return None
    words = v.say(
        "{count} courriel de la sauvegarde restaurée est à confirmer : il est peut-être déjà parti.#"
        "{count} courriels de la sauvegarde restaurée sont à confirmer : ils sont peut-être déjà partis.",
        count=count,
    )
    both = tag(
        "div",
        button(v.say("Les abandonner"), do="drop", class_="btn quiet"),
        button(v.say("Les envoyer"), do="send", class_="btn quiet"),
        class_="actions",
    )
    return tag(
        "section",
        tag("h2", v.say("À confirmer")),
        tag("p", words),
        both,
        class_="card",
        aria_label=v.say("À confirmer"),
    )


def _try(v: Visit, _act: Act) -> Answer:
    site_settings.try_mail(v)
    return Answer(toast=v.say("L’essai est parti vers votre adresse."))


def _arrived(v: Visit, _act: Act) -> Answer:
    site_settings.mail_arrived(v)
    return Answer(toast=v.say("C’est noté : les courriels partent et arrivent."))


def _settle(sent: bool):  # type: ignore[no-untyped-def]
    def settle(v: Visit, _act: Act) -> Answer:
        outbox.settle_restored(v, sent=sent)
        return Answer(toast=v.say("Les courriels partent.") if sent else v.say("Les courriels sont abandonnés."))

    return settle
