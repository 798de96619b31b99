"""« Famille »: the responsible adult's sheet, the other adults below, the same way."""

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import forms
from components.ui.icons import icon
from components.ui.markup import tag
from data.change_requests import submission as change_requests
from data.core import sites
from data.core.unit_of_work import Visit
from data.families import models as families
from data.families.models import Guardian


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
    waiting = change_requests.pending(v, adults)
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
