"""« Communiquer les accès »: to all who were never told, by mail or as letters to print; how far each sending is."""

from fastapi import Request
from markupsafe import Markup
from starlette.responses import Response

from components.layout.layout import head, way_back
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import plain, screen
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import Content, button
from components.ui.panel import Act, Answer
from components.ui.tables import table
from components.web.pdf_answer import pdf_answer
from data.access_grants import batches as access_batches
from data.access_grants import grants as access_grants
from data.access_grants.batches import HOWS, AccessBatch, BatchState
from data.accounts.caller import Audience, Caller
from data.core import formats
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from pages.staff.families import families_chosen
from pages.staff.families.families import PATH


@screen(PATH + "/acces", Audience.STAFF, title=_("Communiquer les accès"))
def show(uow: UnitOfWork) -> None:
    Panel(
        uow,
        _draw,
        follows=[("access", uow.site_id or 0)],
        classes="flow families",
        on={"start": _start, "create-accounts": _create},
    )


def _draw(uow: UnitOfWork) -> Markup:
    count, with_mail = access_batches.to_inform(uow)
    batches = access_batches.latest(uow)
    under_way = {batch.how for batch in batches if batch.state == BatchState.WAITING}
    text = uow.ngettext(
        "{count} compte dont le titulaire ne sait pas encore comment entrer.",
        "{count} comptes dont les titulaires ne savent pas encore comment entrer.",
        count=count,
    )
    lacking = len(access_grants.without_account(uow))
    if not count:
        text = (
            uow.translate("Chaque titulaire d’un compte sait comment entrer.")
            if access_grants.anybody_informed(uow)
            else ""
        )
    back = html.p(way_back(uow.translate("Toutes les familles"), PATH, data_as_left=True))
    mail = _way(
        uow,
        "mail",
        uow.translate("Par e-mail"),
        uow.translate(
            "Un mot de passe provisoire, valable 7 jours, part à chaque titulaire : un par seconde, sans bloquer le reste."
        ),
        uow.ngettext("Envoyer {count} e-mail", "Envoyer {count} e-mails", count=with_mail),
        with_mail,
        "mail" in under_way,
    )
    letter = _way(
        uow,
        "letter",
        uow.translate("Par lettre"),
        uow.translate(
            "Un PDF à imprimer, une page par titulaire : identifiant, adresse du portail et code QR ; aucun mot de passe."
        ),
        uow.ngettext("Préparer {count} lettre", "Préparer {count} lettres", count=count),
        count,
        "letter" in under_way,
    )
    return (
        back
        + head(uow.translate("Communiquer les accès"), text, id_="access-title")
        + (html.div(_lacking(uow, lacking), class_="two") if lacking else Markup(""))
        + html.div(mail, letter, class_="two")
        + _history(uow, batches)
    )


def _lacking(uow: UnitOfWork, count: int) -> Markup:
    """First of all, after an import: those who have no account to be told about."""
    text = uow.ngettext(
        "{count} adulte d’une famille inscrite n’a pas encore de compte. Son identifiant sera formé de son nom et de son prénom.",
        "{count} adultes des familles inscrites n’ont pas encore de compte. Leur identifiant sera formé de leur nom et de leur prénom.",
        count=count,
    )
    title = uow.translate("Sans compte")
    return html.section(
        html.h2(title),
        html.p(text),
        families_chosen.create_button(uow, count, "btn"),
        class_="card",
        aria_label=title,
    )


def _way(uow: UnitOfWork, how: str, title: str, text: str, label: str, count: int, under_way: bool) -> Markup:
    drawing = icon("mail" if how == "mail" else "paper")
    look = "btn" if how == "mail" else "btn quiet"
    act = button(drawing, label, do="start", of=how, class_=look) if count and not under_way else None
    reason = (
        uow.translate("Un envoi est en cours ; suivez-le ci-dessous.")
        if under_way
        else None
        if count
        else uow.translate("Rien à communiquer ainsi.")
    )
    return html.section(html.h2(title), html.p(text), act, reason and html.p(reason, class_="soft"), class_="card")


def _history(uow: UnitOfWork, batches: list[AccessBatch]) -> Markup:
    if not batches:
        return Markup("")
    heads = [uow.translate(label) for label in (_("Envoi"), _("Demandé"), _("Avancement"), _("Résultat"))]
    rows = [_batch(uow, batch) for batch in batches]
    return html.section(table(uow.translate("Envois"), heads, rows), class_="card")


def _batch(uow: UnitOfWork, batch: AccessBatch) -> tuple[Content, ...]:
    when = formats.moment(batch.created_at, uow.zone, uow.language)
    done = batch.done + (batch.skipped if batch.state == BatchState.WAITING else 0)
    text = uow.translate("{done} sur {total}", done=batch.done, total=batch.total)
    bar = (
        html.progress(value=done, max=batch.total, aria_label=uow.translate("Avancement"))
        if batch.state == BatchState.WAITING
        else None
    )
    skipped = (
        uow.ngettext("{count} laissé de côté", "{count} laissés de côté", count=batch.skipped) if batch.skipped else ""
    )
    result: Content = uow.translate("en cours") if batch.state == BatchState.WAITING else uow.translate("terminé")
    if batch.state == BatchState.FAILED:
        result = uow.translate("arrêté")
    elif batch.file:
        size = f"{max(1, batch.size // 1024):,}".replace(",", formats.NBSP)
        link = html.a(
            icon("paper"),
            uow.translate("Ouvrir les lettres (PDF)"),
            href=f"{PATH}/acces/{batch.id}.pdf",
            target="_blank",
        )
        result = html.span(link, html.small(uow.translate("{size} Ko, gardé 7 jours", size=size)), class_="links-row")
    return (
        uow.translate(HOWS[batch.how]),
        html.span(when, html.small(batch.author)),
        html.span(bar, text, skipped and html.small(skipped), class_="advance"),
        result,
    )


async def _create(caller: Caller, _act: Act) -> Answer:
    return await families_chosen.create_accounts(caller, None, "access-title")


def _start(uow: UnitOfWork, act: Act) -> Answer:
    batch = access_batches.start(uow, act.of)
    text = uow.ngettext("L’envoi commence : {count} compte.", "L’envoi commence : {count} comptes.", count=batch.total)
    return Answer(toast=text, focus="access-title")


@plain(PATH + "/acces/{batch}.pdf", Audience.STAFF, writes=True)
def letters(caller: Caller, request: Request, batch: int) -> Response:
    with caller.unit_of_work(writes=True) as uow:
        content = access_batches.content_of(uow, batch if 0 < batch < 2**31 else 0)
    return pdf_answer(content, f"acces-{batch}")
