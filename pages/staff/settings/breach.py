"""« Violation de données »: what the portal knows of it, a sheet to fill in, and its PDF; nothing of it is kept here."""

import asyncio

from fastapi import Request
from markupsafe import Markup
from starlette.responses import Response

from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, plain, screen
from components.ui import html
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.tables import table
from components.web.pdf_answer import pdf_answer
from data.accounts.caller import Caller
from data.core import sites
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.mail.letterhead import letterhead_of
from data.pdf.statement import statement
from data.privacy import breach
from data.site_admin.settings import BREACH
from pages.staff.settings import frame

PATH = frame.path_of(BREACH)
MOST_BYTES = 128 * 1024
MOMENT = _("jj/mm/aaaa hh:mm")


@screen(PATH, Audience.MANAGER, title=BREACH.title)
def show(uow: UnitOfWork) -> None:
    known = breach.known(uow)
    Panel(uow, lambda w: frame.around(w, BREACH, _steps(w), _known(w, known), _form(w)), classes="flow")


def _steps(uow: UnitOfWork) -> Markup:
    steps = (
        _("Arrêtez ce qui dure : fermez le compte, changez les mots de passe, coupez l’accès."),
        _("Prévenez tout de suite le délégué à la protection des données et l’hébergeur."),
        _("Notifiez à la CNIL dans les 72 heures qui suivent le constat, même si tout n’est pas su : une notification se complète."),
        _("Si le risque est élevé pour les personnes, informez-les elles aussi, en mots simples."),
    )  # fmt: skip
    link = html.a(
        uow.translate("Notifier une violation, sur www.cnil.fr"),
        href="https://notifications.cnil.fr/notifications/index",
        rel="noreferrer",
    )
    return html.section(
        html.h2(uow.translate("Que faire")),
        html.ol(html.li(uow.translate(each)) for each in steps),
        html.p(link),
        class_="card flow-card",
        aria_label=uow.translate("Que faire"),
    )


def _known(uow: UnitOfWork, known: breach.Known) -> Markup:
    title = uow.translate("Ce que le portail contient")
    heads = [uow.translate("Personnes"), uow.translate("Nombre")]
    journal = html.a(icon("clock"), uow.translate("Ouvrir le journal"), href="/gestion/journal", class_="btn quiet")
    return html.section(
        html.h2(title),
        table(
            title, heads, [(label, str(many)) for label, many in known.counts], quiet_caption=True, looks=("", "num")
        ),
        html.p(breach.extract(uow, known, None)),
        html.div(journal, class_="actions"),
        class_="card flow-card",
        aria_label=title,
    )


def _form(uow: UnitOfWork) -> Markup:
    now = f"{uow.now.astimezone(sites.here(uow).zone):%d/%m/%Y %H:%M}"
    natures = [
        html.label(html.input(type="checkbox", name=name, value="1"), uow.translate(text), class_="check s12")
        for name, text in breach.NATURES.items()
    ]

    def texts(fields: tuple[tuple[str, str], ...]) -> list[Markup]:
        return [
            labelled(uow, f"breach-{name}", label, "textarea", rows=3, maxlength=breach.MAX_TEXT)
            for name, label in fields
        ]

    title = uow.translate("La fiche")
    return html.section(
        html.h2(title),
        html.p(
            uow.translate(
                "Le portail ne garde rien de ce que vous écrivez ici : classez le PDF, la loi demande de pouvoir le montrer. "
                "Ce qui reste vide se remplit à la main."
            )
        ),
        html.form(
            html.div(
                labelled(uow, "breach-begun", "Début, s’il est connu", "text", span=6, hint=MOMENT, maxlength=40),
                labelled(uow, "breach-noticed", "Constatée le", "text", span=6, hint=MOMENT, maxlength=40, value=now),
                html.fieldset(html.legend(uow.translate("Nature")), natures, class_="s12"),
                texts(breach.WHAT),
                texts(breach.AFTER),
                class_="grid",
            ),
            html.div(
                html.button(icon("paper"), uow.translate("Préparer la fiche (PDF)"), type="submit", class_="btn"),
                class_="actions",
            ),
            method="post",
            action=f"{PATH}.pdf",
            data_draft=f"violation-{uow.account_id}",
            autocomplete="off",
        ),
        class_="card flow-card",
        aria_label=title,
    )  # fmt: skip


@plain(f"{PATH}.pdf", Audience.MANAGER, methods=("POST",), most_bytes=MOST_BYTES)
async def paper(caller: Caller, request: Request) -> Response:
    typed = {name: text for name, text in (await request.form()).items() if isinstance(text, str)}
    with caller.unit_of_work(writes=True) as uow:
        shown, head = breach.sheet(uow, typed), letterhead_of(sites.here(uow))
    return pdf_answer(await asyncio.to_thread(statement, shown, head), "violation-de-donnees")
