"""« Famille »: the responsible adult's sheet, the other adults below, the same way."""

from markupsafe import Markup

from components import forms
from components.icons import icon
from components.markup import tag
from components.panel import Panel
from components.screen import Audience, screen
from components.shell import head
from data import sites
from data.people import families, moderation
from data.people.families import Guardian
from data.visits import Visit


@screen("/famille", Audience.FAMILY, title="Famille")
def household(v: Visit) -> None:
    typed = forms.Typed()
    Panel(
        v,
        lambda w: _draw(w, typed),
        follows=[("family", v.family_id or 0)],
        classes="flow",
        on=forms.acts(Guardian, typed),
    )


def _draw(v: Visit, typed: forms.Typed) -> Markup:
    site, adults = sites.here(v), families.guardians(v)
    waiting = moderation.pending(v, adults)
    count = sum(map(len, waiting.values()))
    chip = (
        tag(
            "span",
            icon("clock"),
            v.say("{count} champ en attente de validation#{count} champs en attente de validation", count=count),
            class_="chip pending",
        )
        if count
        else None
    )
    first = adults[0] if adults else None
    under = (
        v.say("Responsable : {name}", name=named(v, first)) if first else v.say("Aucun responsable n’est enregistré.")
    )
    cards = []
    for adult in adults:
        other = (
            tag("h2", v.say("Autre adulte : {name}", name=named(v, adult)), class_="of-sheet")
            if adult is not first
            else None
        )
        cards.append(
            tag(
                "section",
                other,
                forms.sheet(v, site, adult, waiting["guardian", adult.id], typed),
                class_="card",
                aria_label=adult.full_name,
            )
        )
    return head(v.say("Famille"), under, chip) + Markup("").join(cards)


def named(v: Visit, adult: Guardian) -> str:
    """« Mme Claire Aubry »."""
    short = {"mme": "Mme", "m": "M."}.get(adult.civility, "")
    return f"{v.say(short)} {adult.full_name}" if short else adult.full_name
