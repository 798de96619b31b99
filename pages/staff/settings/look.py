"""« Logo et couleur »: the logo by plain HTTP, the accent with its contrast and both schemes shown before it is kept."""

from fastapi import Request
from markupsafe import Markup
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from components.layout.plain_layout import alert, told
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import plain, screen
from components.ui.markup import tag
from components.ui.panel import Act, Answer
from data.accounts.caller import Audience, Caller
from data.core import appearance, sites
from data.core.errors import Refused
from data.core.unit_of_work import Visit
from data.families import stored_files
from data.site_admin import settings as site_settings
from data.site_admin.settings import LOOK
from data.uploads import validation
from pages.staff.settings import frame

PATH = frame.path_of(LOOK)


@screen(PATH, Audience.MANAGER, title="Logo et couleur")
def look(v: Visit, logo: str = "") -> None:
    typed = frame.Typed()
    Panel(
        v,
        lambda w: frame.around(w, LOOK, _told(w, logo), frame.sheet(w, LOOK, typed, more=_schemes(w)), _logo(w)),
        on={"save": lambda w, act: _save(w, act, typed), "no-logo": _no_logo},
        follows=[("site", v.site_id or 0)],
        classes="flow",
    )


def _save(v: Visit, act: Act, typed: frame.Typed) -> Answer:
    before = sites.here(v).accent
    answer = frame.save(v, act, LOOK, typed)
    # the stylesheet is named in the page's head: the page is loaded again
    return answer if typed.faults or sites.here(v).accent == before else Answer(go=f"{PATH}?logo=couleur")


def _told(v: Visit, logo: str) -> Markup | None:
    if logo == "recu":
        return told(v.say("Le logo est enregistré."))
    if logo == "couleur":
        return told(v.say("Les réglages sont enregistrés."))
    return alert(v.say(validation.REFUSALS[logo])) if logo in validation.REFUSALS else None


def _schemes(v: Visit) -> Markup:
    """The accent on paper and in the dark, drawn: no colour is written into a style."""
    accent = sites.here(v).accent or appearance.ACCENT
    shown = []
    for words, scheme, ground in (
        ("Thème clair", appearance.light(accent), appearance.PAPER),
        ("Thème sombre", appearance.dark(accent), appearance.DARK_PAPER),
    ):
        drawing = tag(
            "svg",
            tag("rect", width=176, height=72, fill=ground),
            tag("rect", x=12, y=20, width=74, height=32, rx=7, fill=scheme.accent),
            tag("text", v.say("Valider"), x=49, y=41, fill=scheme.on, font_size=14, text_anchor="middle"),
            tag("text", v.say("Un lien"), x=98, y=41, fill=scheme.accent, font_size=14, text_decoration="underline"),
            viewBox="0 0 176 72",
            aria_hidden="true",
        )
        least = min(appearance.contrast(scheme.accent, each) for each in (ground, scheme.on))
        shown.append(
            tag(
                "figure",
                drawing,
                tag(
                    "figcaption",
                    v.say("{scheme} : contraste {found}", scheme=v.say(words), found=f"{least:.1f}".replace(".", ",")),
                ),
                class_="figure",
            )
        )
    return tag("div", shown, class_="swatches")


def _logo(v: Visit) -> Markup:
    site = sites.here(v)
    shown = (
        tag(
            "img",
            src=f"/logo/{site.id}/{site.logo}.png",
            alt=v.say("Logo de {site}", site=site.name),
            class_="logo-shown",
        )
        if site.logo
        else tag("p", v.say("Pas de logo : la marque du portail est affichée."), class_="soft")
    )
    form = tag(
        "form",
        tag(
            "div",
            tag("label", v.say("Choisir un logo (JPEG ou PNG)"), for_="fichier"),
            tag("input", id="fichier", name="fichier", type="file", accept="image/jpeg,image/png", required=True),
            class_="field",
        ),
        tag("button", v.say("Envoyer le logo"), type="submit", class_="btn quiet"),
        method="post",
        action=PATH,
        enctype="multipart/form-data",
        class_="stack-form narrow",
    )
    away = tag(
        "button", v.say("Retirer le logo"), type="button", id="no-logo", data_do="no-logo", data_of="", class_="link"
    )
    return tag(
        "section",
        tag("h2", v.say("Logo")),
        shown,
        form,
        away if site.logo else None,
        class_="card flow-card",
        aria_label=v.say("Logo"),
    )


def _no_logo(v: Visit, _act: Act) -> Answer:
    site_settings.set_logo(v, "")
    return Answer(toast=v.say("Le logo est retiré."))


@plain(f"{PATH}", Audience.MANAGER, methods=("POST",), most_bytes=validation.MOST_BYTES + 65536)
async def receive(caller: Caller, request: Request) -> Response:
    async with request.form(max_files=1, max_fields=4) as form:
        sent = form.get("fichier")
        content = await sent.read(validation.MOST_BYTES + 1) if isinstance(sent, UploadFile) else b""
    try:
        logo = await validation.logo(content)
    except Refused as refused:
        return RedirectResponse(f"{PATH}?logo={validation.code_of(refused)}", 303)
    with caller.visit(writes=True) as v:
        site_settings.set_logo(v, stored_files.write(v.site_id or 0, logo))
    return RedirectResponse(f"{PATH}?logo=recu", 303)
