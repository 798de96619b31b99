"""« Communiquer les accès »: to all who were never told, by mail or as letters to print; how far each sending is."""

from fastapi import Request
from markupsafe import Markup
from starlette.responses import Response

from components.layout.layout import head, way_back
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import plain, screen
from components.ui.icons import icon
from components.ui.markup import Content, button, tag
from components.ui.panel import Act, Answer
from components.ui.tables import table
from data.access_grants import batches as access_batches
from data.access_grants import grants as access_grants
from data.access_grants.batches import HOWS, AccessBatch
from data.accounts.caller import Audience, Caller
from data.core import formats
from data.core.unit_of_work import Visit
from pages.staff.families import families_chosen
from pages.staff.families.families import PATH
from pages.staff.families.family_accounts import pdf


@screen(PATH + "/acces", Audience.STAFF, title="Communiquer les accès")
def show(v: Visit) -> None:
    Panel(
        v,
        _draw,
        follows=[("access", v.site_id or 0)],
        classes="flow families",
        on={"start": _start, "create-accounts": _create},
    )


def _draw(v: Visit) -> Markup:
    count, with_mail = access_batches.to_tell(v)
    batches = access_batches.latest(v)
    under_way = {batch.how for batch in batches if batch.state == "waiting"}
    told = v.say(
        "{count} compte dont le titulaire ne sait pas encore comment entrer.#"
        "{count} comptes dont les titulaires ne savent pas encore comment entrer.",
        count=count,
    )
    lacking = len(access_grants.without_account(v))
    if not count:
        told = v.say("Chaque titulaire d’un compte sait comment entrer.") if access_grants.anybody_told(v) else ""
    back = tag("p", way_back(v.say("Toutes les familles"), PATH, data_as_left=True))
    mail = _way(
        v,
        "mail",
        v.say("Par e-mail"),
        v.say(
            "Un mot de passe provisoire, valable 7 jours, part à chaque titulaire : un par seconde, sans bloquer le reste."
        ),
        v.say("Envoyer {count} e-mail#Envoyer {count} e-mails", count=with_mail),
        with_mail,
        "mail" in under_way,
    )
    letter = _way(
        v,
        "letter",
        v.say("Par lettre"),
        v.say(
            "Un PDF à imprimer, une page par titulaire : identifiant, adresse du portail et code QR ; aucun mot de passe."
        ),
        v.say("Préparer {count} lettre#Préparer {count} lettres", count=count),
        count,
        "letter" in under_way,
    )
    return (
        back
        + head(v.say("Communiquer les accès"), told, id_="access-title")
        + (tag("div", _lacking(v, lacking), class_="two") if lacking else Markup(""))
        + tag("div", mail, letter, class_="two")
        + _history(v, batches)
    )


def _lacking(v: Visit, count: int) -> Markup:
    """First of all, after an import: those who have no account to be told about."""
    words = v.say(
        "{count} adulte d’une famille inscrite n’a pas encore de compte. Son identifiant sera formé de son nom et de son prénom.#"
        "{count} adultes des familles inscrites n’ont pas encore de compte. Leur identifiant sera formé de leur nom et de leur prénom.",
        count=count,
    )
    title = v.say("Sans compte")
    return tag(
        "section",
        tag("h2", title),
        tag("p", words),
        families_chosen.create_button(v, count, "btn"),
        class_="card",
        aria_label=title,
    )


def _way(v: Visit, how: str, title: str, words: str, label: str, count: int, under_way: bool) -> Markup:
    drawing = icon("mail" if how == "mail" else "paper")
    look = "btn" if how == "mail" else "btn quiet"
    act = button(drawing, label, do="start", of=how, class_=look) if count and not under_way else None
    reason = (
        v.say("Un envoi est en cours ; suivez-le ci-dessous.")
        if under_way
        else None
        if count
        else v.say("Rien à communiquer ainsi.")
    )
    return tag(
        "section", tag("h2", title), tag("p", words), act, reason and tag("p", reason, class_="soft"), class_="card"
    )


def _history(v: Visit, batches: list[AccessBatch]) -> Markup:
    if not batches:
        return Markup("")
    heads = [v.say(label) for label in ("Envoi", "Demandé", "Avancement", "Résultat")]
    rows = [_batch(v, batch) for batch in batches]
    return tag("section", table(v.say("Envois"), heads, rows), class_="card")


def _batch(v: Visit, batch: AccessBatch) -> tuple[Content, ...]:
    when = formats.moment(batch.created_at, v.zone, v.tongue)
    done = batch.done + (batch.skipped if batch.state == "waiting" else 0)
    words = v.say("{done} sur {total}", done=batch.done, total=batch.total)
    bar = (
        tag("progress", value=done, max=batch.total, aria_label=v.say("Avancement"))
        if batch.state == "waiting"
        else None
    )
    skipped = v.say("{count} laissé de côté#{count} laissés de côté", count=batch.skipped) if batch.skipped else ""
    result: Content = v.say("en cours") if batch.state == "waiting" else v.say("terminé")
    if batch.state == "failed":
        result = v.say("arrêté")
    elif batch.file:
        size = f"{max(1, batch.size // 1024):,}".replace(",", formats.NBSP)
        link = tag(
            "a", icon("paper"), v.say("Ouvrir les lettres (PDF)"), href=f"{PATH}/acces/{batch.id}.pdf", target="_blank"
        )
        result = tag("span", link, tag("small", v.say("{size} Ko, gardé 7 jours", size=size)), class_="links-row")
    return (
        v.say(HOWS[batch.how]),
        tag("span", when, tag("small", batch.author)),
        tag("span", bar, words, skipped and tag("small", skipped), class_="advance"),
        result,
    )


async def _create(caller: Caller, _act: Act) -> Answer:
    return await families_chosen.create_accounts(caller, None, "access-title")


def _start(v: Visit, act: Act) -> Answer:
    batch = access_batches.start(v, act.of)
    words = v.say("L’envoi commence : {count} compte.#L’envoi commence : {count} comptes.", count=batch.total)
    return Answer(toast=words, focus="access-title")


@plain(PATH + "/acces/{batch}.pdf", Audience.STAFF)
def letters(caller: Caller, request: Request, batch: int) -> Response:
    with caller.visit(writes=True) as v:
        content = access_batches.content_of(v, batch if 0 < batch < 2**31 else 0)
    return pdf(content, f"acces-{batch}")
