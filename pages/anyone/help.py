"""« Aide »: what the manual explains, in plain words and with pictures; the conservatoire's words; whom to call."""

from collections.abc import Sequence

from fastapi import Request
from starlette.responses import Response

from components.assets import serving
from components.layout import glossary, layout
from components.layout.plain_layout import leaf
from components.nicegui_adapter.screens import plain
from components.ui.markup import Markup, join, tag
from data.accounts.caller import Audience, Caller
from data.core import sites
from data.core.i18n import pair
from data.core.sites import Site
from data.families import models as families
from pages.anyone.help_chapters import CHAPTERS, STAFF_CHAPTERS

Chapter = tuple[str, str, tuple[str, ...], str, str]
WORDS = ("mots", "Les mots du conservatoire")
CALL = ("joindre", "Nous joindre")
PLAN = ("plan", "Plan du portail")
OUTSIDE = (
    ("/connexion", "Connexion"),
    ("/mot-de-passe-perdu", "Mot de passe perdu"),
)
OWN = (
    ("/mot-de-passe/courriers", "Mes courriers"),
    ("/mot-de-passe/agenda", "Recevoir l’agenda"),
    ("/mot-de-passe/donnees", "Mes données"),
)
DOSSIER = (
    ("identite", "Identité"),
    ("cours", "Cours"),
    ("historique", "Historique"),
    ("repertoire", "Répertoire"),
)
FOR_ALL = (
    ("/aide", "Aide"),
    ("/accessibilite", "Accessibilité"),
    ("/verifier", "Vérifier une attestation"),
    ("/donnees-personnelles", "Données personnelles"),
    ("/mentions-legales", "Mentions légales"),
)


@plain("/aide", Audience.ANYONE)
def guide(caller: Caller, request: Request) -> Response:
    staff = bool(caller.account and caller.account.is_staff)
    chapters: Sequence[Chapter] = (*STAFF_CHAPTERS, *CHAPTERS) if staff else CHAPTERS
    every = sites.every_site()
    mine = [site for site in every if caller.account and site.id == caller.account.site_id] or every
    body = tag(
        "div",
        _contents(caller, chapters),
        [_chapter(caller, each) for each in chapters],
        _words(caller),
        _call(caller, mine),
        _plan(caller),
        class_="guide",
    )
    return leaf(caller, caller.say("Aide"), body, path="/aide", site=mine[0] if len(mine) == 1 else None)


def _contents(caller: Caller, chapters: Sequence[Chapter]) -> Markup:
    title = caller.say("Sommaire")
    entries = [(each[0], each[1]) for each in chapters] + [WORDS, CALL, PLAN]
    links = (tag("li", tag("a", caller.say(words), href=f"#{anchor}")) for anchor, words in entries)
    return tag("nav", tag("h2", title), tag("ul", links, class_="contents"), aria_label=title)


def _chapter(caller: Caller, chapter: Chapter) -> Markup:
    anchor, title, steps, picture, shows = chapter
    told = (
        tag("p", caller.say(steps[0]))
        if len(steps) == 1
        else tag("ol", (tag("li", caller.say(each)) for each in steps))
    )
    drawn = picture and _picture(caller, picture, shows)
    return tag(
        "section",
        tag("h2", caller.say(title), id=anchor, tabindex="-1"),
        tag("div", told, drawn, class_="with-picture") if drawn else told,
        class_="prose",
    )


def _picture(caller: Caller, name: str, shows: str) -> Markup | None:
    """Made from the demonstration, in the person's language (tests/pictures)."""
    file = f"{caller.tongue}-{name}.webp"
    if file not in serving.files():
        return None
    width, height = serving.picture_size(file)
    alt = caller.say(shows)
    return tag("img", src=serving.url(file), alt=alt, width=width, height=height, loading="lazy", decoding="async")


def _words(caller: Caller) -> Markup:
    """Every word that has a meaning to tell, in the order of the alphabet."""
    every = [(caller.say(word), caller.say(meaning)) for word, meaning in glossary.TERMS.values()]
    every += [(word, caller.say(meaning)) for word, meaning in glossary.SHORT_WORDS.items()]
    pairs = [tag("dt", word) + tag("dd", meaning) for word, meaning in sorted(every, key=lambda each: each[0].lower())]
    return tag(
        "section",
        tag("h2", caller.say(WORDS[1]), id=WORDS[0], tabindex="-1"),
        tag("dl", pairs, class_="words"),
        class_="prose",
    )


def _call(caller: Caller, mine: Sequence[Site]) -> Markup:
    ways = (
        (
            tag("strong", site.name),
            site.help.get("phone") or site.phone,
            site.help.get("email") or site.email,
            site.help.get("hours") or site.opening_hours,
        )
        for site in mine
    )
    return tag(
        "section",
        tag("h2", caller.say(CALL[1]), id=CALL[0], tabindex="-1"),
        [tag("p", join(filter(None, lines), Markup("<br>"))) for lines in ways],
        class_="prose",
    )


def _plan(caller: Caller) -> Markup:
    """Every screen that the reader may open, in the order of the menus."""
    menu = [(href, words) for href, words, _ in layout.menu_of(caller)] if caller.account else list(OUTSIDE)
    family = caller.account is not None and not caller.account.is_staff
    seen = dict([*menu, *(OWN if family else ()), *FOR_ALL])
    links = [
        tag("li", tag("a", caller.say(words), href=href), _dossiers(caller) if href == "/eleves" else None)
        for href, words in seen.items()
    ]
    return tag(
        "section",
        tag("h2", caller.say(PLAN[1]), id=PLAN[0], tabindex="-1"),
        tag("ul", links, class_="plan"),
        class_="prose",
    )


def _dossiers(caller: Caller) -> Markup:
    """Each pupil's tabs."""
    with caller.visit() as v:
        found = [(pupil.number, pupil.full_name) for pupil, _ in families.pupils(v)]
    return tag(
        "ul",
        (
            tag(
                "li",
                pair(name, "", caller.tongue),
                join(
                    (tag("a", caller.say(words), href=f"/eleves/{number}/{tab}") for tab, words in DOSSIER),
                    Markup(", "),
                ),
            )
            for number, name in found
        ),
    )
