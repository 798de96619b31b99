"""« Aide »: what the manual explains, in plain words and with pictures; the conservatoire's words; whom to call."""

from collections.abc import Sequence

from fastapi import Request
from starlette.responses import Response

from components.assets import serving
from components.layout import glossary, layout
from components.layout.plain_layout import public_page
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.markup import Markup, join
from components.ui.own_words import own
from data.accounts.caller import Audience, Caller
from data.core import sites
from data.core.i18n import _, pair
from data.core.sites import Site
from data.families import models as families
from pages.anyone.help_chapters import CHAPTERS, STAFF_CHAPTERS

Chapter = tuple[str, str, tuple[str, ...], str, str]
GLOSSARY = ("mots", _("Les mots du conservatoire"))
CALL = ("joindre", _("Nous joindre"))
PLAN = ("plan", _("Plan du portail"))
OUTSIDE = (
    ("/connexion", _("Connexion")),
    ("/mot-de-passe-perdu", _("Mot de passe perdu")),
    ("/identifiant-oublie", _("Identifiant oublié")),
)
OWN = (
    ("/agenda", _("Agenda")),
    ("/papiers", _("Vos papiers")),
    ("/mot-de-passe/courriers", _("Mes courriers")),
    ("/mot-de-passe/agenda", _("Recevoir l’agenda")),
    ("/mot-de-passe/donnees", _("Mes données")),
    ("/mot-de-passe/hors-ligne", _("Lire sans connexion")),
    ("/mot-de-passe/notifications", _("Être prévenu sur cet appareil")),
)
DOSSIER = (
    ("identite", _("Identité")),
    ("cours", _("Cours")),
    ("historique", _("Historique")),
    ("repertoire", _("Répertoire")),
)
FOR_ALL = (
    ("/aide", _("Aide")),
    ("/accessibilite", _("Accessibilité")),
    ("/verifier", _("Vérifier une attestation")),
    ("/donnees-personnelles", _("Données personnelles")),
    ("/mentions-legales", _("Mentions légales")),
)


@plain("/aide", Audience.ANYONE)
def guide(caller: Caller, request: Request) -> Response:
    staff = bool(caller.account and caller.account.is_staff)
    chapters: Sequence[Chapter] = (*STAFF_CHAPTERS, *CHAPTERS) if staff else CHAPTERS
    every = sites.every_site()
    mine = [site for site in every if caller.account and site.id == caller.account.site_id] or every
    body = html.div(
        _contents(caller, chapters),
        [_chapter(caller, each) for each in chapters],
        _glossary(caller),
        _call(caller, mine),
        _plan(caller),
        class_="guide",
    )
    return public_page(caller, caller.translate("Aide"), body, path="/aide", site=mine[0] if len(mine) == 1 else None)


def _contents(caller: Caller, chapters: Sequence[Chapter]) -> Markup:
    title = caller.translate("Sommaire")
    entries = [(each[0], each[1]) for each in chapters] + [GLOSSARY, CALL, PLAN]
    links = (html.li(html.a(caller.translate(text), href=f"#{anchor}")) for anchor, text in entries)
    return html.nav(html.h2(title), html.ul(links, class_="contents"), aria_label=title)


def _chapter(caller: Caller, chapter: Chapter) -> Markup:
    anchor, title, steps, picture, shows = chapter
    text = (
        html.p(caller.translate(steps[0]))
        if len(steps) == 1
        else html.ol(html.li(caller.translate(each)) for each in steps)
    )
    drawn = picture and _picture(caller, picture, shows)
    return html.section(
        html.h2(caller.translate(title), id=anchor, tabindex="-1"),
        html.div(text, drawn, class_="with-picture") if drawn else text,
        class_="prose",
    )


def _picture(caller: Caller, name: str, shows: str) -> Markup | None:
    """Made from the demonstration, in the person's language (tests/pictures)."""
    file = f"{caller.language}-{name}.webp"
    if file not in serving.files():
        return None
    width, height = serving.picture_size(file)
    alt = caller.translate(shows)
    return html.img(src=serving.url(file), alt=alt, width=width, height=height, loading="lazy", decoding="async")


def _glossary(caller: Caller) -> Markup:
    """Every word that has a meaning to tell, in the order of the alphabet."""
    every = [(caller.translate(word), caller.translate(meaning)) for word, meaning in glossary.TERMS.values()]
    every += [(word, caller.translate(meaning)) for word, meaning in glossary.SHORT_TERMS.items()]
    pairs = [html.dt(word) + html.dd(meaning) for word, meaning in sorted(every, key=lambda each: each[0].lower())]
    return html.section(
        html.h2(caller.translate(GLOSSARY[1]), id=GLOSSARY[0], tabindex="-1"),
        html.dl(pairs, class_="glossary"),
        class_="prose",
    )


def _call(caller: Caller, mine: Sequence[Site]) -> Markup:
    ways = (
        (
            html.strong(site.name),
            site.help.get("phone") or site.phone,
            site.help.get("email") or site.email,
            own(caller, site.help.get("hours") or site.opening_hours),
        )
        for site in mine
    )
    return html.section(
        html.h2(caller.translate(CALL[1]), id=CALL[0], tabindex="-1"),
        [html.p(join(filter(None, lines), Markup("<br>"))) for lines in ways],
        class_="prose",
    )


def _plan(caller: Caller) -> Markup:
    """Every screen that the reader may open, in the order of the menus."""
    menu = [(href, text) for href, text, _ in layout.menu_of(caller)] if caller.account else list(OUTSIDE)
    family = caller.account is not None and not caller.account.is_staff
    seen = dict([*menu, *(OWN if family else ()), *FOR_ALL])
    links = [
        html.li(html.a(caller.translate(text), href=href), _dossiers(caller) if href == "/eleves" else None)
        for href, text in seen.items()
    ]
    return html.section(
        html.h2(caller.translate(PLAN[1]), id=PLAN[0], tabindex="-1"),
        html.ul(links, class_="plan"),
        class_="prose",
    )


def _dossiers(caller: Caller) -> Markup:
    """Each pupil's tabs."""
    with caller.unit_of_work() as uow:
        found = [(pupil.number, pupil.full_name) for pupil, _ in families.pupils(uow)]
    return html.ul(
        (
            html.li(
                pair(name, "", caller.language),
                join(
                    (html.a(caller.translate(text), href=f"/eleves/{number}/{tab}") for tab, text in DOSSIER),
                    Markup(", "),
                ),
            )
            for number, name in found
        ),
    )
