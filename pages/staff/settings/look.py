"""« Logo et couleur »: the logo by plain HTTP, the accent with its contrast and both schemes shown before it is kept."""

from fastapi import Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from components.layout.file_notices import file_field, file_notice
from components.layout.plain_layout import success
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import plain, screen
from components.ui import html
from components.ui.markup import button
from components.ui.panel import Act, Answer
from components.web.received_files import MAX_FILE_BODY, one_file, refused
from data.accounts.caller import Audience, Caller
from data.core import appearance, sites
from data.core.errors import UserError
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import stored_files
from data.site_admin import settings as site_settings
from data.site_admin.settings import LOOK
from data.uploads import validation
from pages.staff.settings import frame

PATH = frame.path_of(LOOK)


@screen(PATH, Audience.MANAGER, title=_("Logo et couleur"))
def look(uow: UnitOfWork, logo: str = "") -> None:
    typed = frame.Typed()
    Panel(
        uow,
        lambda w: frame.around(
            w, LOOK, _notice(w, logo), frame.settings_form(w, LOOK, typed, more=_schemes(w)), _logo(w)
        ),
        on={"save": lambda w, act: _save(w, act, typed), "no-logo": _no_logo},
        follows=[("site", uow.site_id or 0)],
        classes="flow",
    )


def _save(uow: UnitOfWork, act: Act, typed: frame.Typed) -> Answer:
    before = sites.here(uow).accent
    answer = frame.save(uow, act, LOOK, typed)
    # the stylesheet is named in the page's head: the page is loaded again
    return answer if typed.faults or sites.here(uow).accent == before else Answer(go=f"{PATH}?logo=couleur")


def _notice(uow: UnitOfWork, logo: str) -> Markup | None:
    if logo == "couleur":
        return success(uow.translate("Les réglages sont enregistrés."))
    return file_notice(uow, logo, uow.translate("Le logo est enregistré."))


def _schemes(uow: UnitOfWork) -> Markup:
    """The accent on paper and in the dark, drawn: no colour is written into a style."""
    accent = sites.here(uow).accent or appearance.ACCENT
    shown = []
    for text, scheme, ground in (
        (_("Thème clair"), appearance.light(accent), appearance.PAPER),
        (_("Thème sombre"), appearance.dark(accent), appearance.DARK_PAPER),
    ):
        drawing = html.svg(
            html.rect(width=176, height=72, fill=ground),
            html.rect(x=12, y=20, width=74, height=32, rx=7, fill=scheme.accent),
            html.text(uow.translate("Valider"), x=49, y=41, fill=scheme.on, font_size=14, text_anchor="middle"),
            html.text(
                uow.translate("Un lien"),
                x=98,
                y=41,
                fill=scheme.accent,
                font_size=14,
                text_decoration="underline",
            ),
            viewBox="0 0 176 72",
            aria_hidden="true",
        )
        least = min(appearance.contrast(scheme.accent, each) for each in (ground, scheme.on))
        shown.append(
            html.figure(
                drawing,
                html.figcaption(
                    uow.translate(
                        "{scheme} : contraste {found}",
                        scheme=uow.translate(text),
                        found=f"{least:.1f}".replace(".", ","),
                    ),
                ),
                class_="figure",
            )
        )
    return html.div(shown, class_="swatches")


def _logo(uow: UnitOfWork) -> Markup:
    site = sites.here(uow)
    shown = (
        html.img(
            src=f"/logo/{site.id}/{site.logo}.png",
            alt=uow.translate("Logo de {site}", site=site.name),
            class_="logo-shown",
        )
        if site.logo
        else html.p(uow.translate("Pas de logo : la marque du portail est affichée."), class_="soft")
    )
    form = html.form(
        file_field(uow.translate("Choisir un logo"), validation.ACCEPTED_PICTURES),
        html.button(uow.translate("Envoyer le logo"), type="submit", class_="btn quiet"),
        method="post",
        action=PATH,
        enctype="multipart/form-data",
        class_="stack-form narrow",
    )
    away = button(uow.translate("Retirer le logo"), do="no-logo", class_="link")
    return html.section(
        html.h2(uow.translate("Logo")),
        shown,
        form,
        away if site.logo else None,
        class_="card flow-card",
        aria_label=uow.translate("Logo"),
    )


def _no_logo(uow: UnitOfWork, _act: Act) -> Answer:
    site_settings.set_logo(uow, "")
    return Answer(toast=uow.translate("Le logo est retiré."))


@plain(f"{PATH}", Audience.MANAGER, methods=("POST",), most_bytes=MAX_FILE_BODY)
async def receive(caller: Caller, request: Request) -> Response:
    _, content = await one_file(request)
    try:
        logo = await validation.logo(content)
    except UserError as error:
        return refused(caller, request, error, f"{PATH}?logo=")
    with caller.unit_of_work(writes=True) as uow:
        site_settings.set_logo(uow, stored_files.write(uow.site_id or 0, logo))
    return RedirectResponse(f"{PATH}?logo=recu", 303)
