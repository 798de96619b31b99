"""« Courriel »: whether letters leave, a trial to oneself, and letters of a restored copy that wait for a word."""

from markupsafe import Markup

from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import button
from components.ui.panel import Act, Answer
from components.ui.tables import facts
from data.core import formats, sites
from data.core.i18n import _
from data.core.settings import settings
from data.core.unit_of_work import UnitOfWork
from data.mail import outbox
from data.site_admin import settings as site_settings
from data.site_admin.settings import MAIL
from pages.staff.settings import frame


@screen(frame.path_of(MAIL), Audience.MANAGER, title=_("Courriel"))
def mail(uow: UnitOfWork) -> None:
    typed = frame.Typed()
    Panel(
        uow,
        lambda w: _draw(w, typed),
        on={
            "try": _try,
            "arrived": _arrived,
            "send": _settle(True),
            "drop": _settle(False),
            "save": lambda w, act: frame.save(w, act, MAIL, typed),
        },
        follows=[("letters", uow.site_id or 0), ("site", uow.site_id or 0)],
        classes="flow",
    )


def _draw(uow: UnitOfWork, typed: frame.Typed) -> Markup:
    site, there = sites.here(uow), bool(settings().smtp_url)
    tested = (
        formats.moment(site.mail_tested_at, uow.zone, uow.language) if site.mail_tested_at else uow.translate("jamais")
    )
    detail = facts(
        [
            (
                uow.translate("Serveur"),
                uow.translate("réglé") if there else uow.translate("pas réglé : les courriels attendent"),
            ),
            (uow.translate("Expéditeur"), settings().mail_from),
            (uow.translate("Dernier essai arrivé"), tested),
        ]
    )
    mend = html.p(
        uow.translate("L’exploitant règle le serveur avec SMTP_URL et MAIL_FROM (voir .env.example)."),
        class_="soft",
    )
    trial = html.div(
        button(uow.translate("L’essai est arrivé"), do="arrived", class_="btn quiet"),
        button(icon("mail"), uow.translate("Envoyer un essai"), do="try", class_="btn"),
        class_="actions",
    )
    card = html.section(
        detail,
        None if there else mend,
        trial,
        class_="card flow-card",
        aria_label=uow.translate("Serveur d’envoi"),
    )
    return frame.around(uow, MAIL, card, _restored(uow), frame.settings_form(uow, MAIL, typed))


def _restored(uow: UnitOfWork) -> Markup | None:
    count = outbox.to_confirm(uow)
    if not count:
        return None
    text = uow.ngettext(
        "{count} courriel de la sauvegarde restaurée est à confirmer : il est peut-être déjà parti.",
        "{count} courriels de la sauvegarde restaurée sont à confirmer : ils sont peut-être déjà partis.",
        count=count,
    )
    both = html.div(
        button(uow.translate("Les abandonner"), do="drop", class_="btn quiet"),
        button(uow.translate("Les envoyer"), do="send", class_="btn quiet"),
        class_="actions",
    )
    return html.section(
        html.h2(uow.translate("À confirmer")),
        html.p(text),
        both,
        class_="card",
        aria_label=uow.translate("À confirmer"),
    )


def _try(uow: UnitOfWork, _act: Act) -> Answer:
    site_settings.try_mail(uow)
    return Answer(toast=uow.translate("L’essai est parti vers votre adresse."))


def _arrived(uow: UnitOfWork, _act: Act) -> Answer:
    site_settings.mail_arrived(uow)
    return Answer(toast=uow.translate("C’est noté : les courriels partent et arrivent."))


def _settle(sent: bool):  # type: ignore[no-untyped-def]
    def settle(uow: UnitOfWork, _act: Act) -> Answer:
        outbox.settle_restored(uow, sent=sent)
        return Answer(
            toast=uow.translate("Les courriels partent.") if sent else uow.translate("Les courriels sont abandonnés.")
        )

    return settle
