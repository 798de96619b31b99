"""« Réinscriptions »: the campaigns, the latest first; a new one, or last year's again."""

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import lists
from components.ui.lists import Column, Listing
from components.ui.markup import tag
from data.core import formats
from data.core.unit_of_work import Visit
from data.reenrolment import campaign_admin
from data.reenrolment import request_list as reenrolment_list
from data.reenrolment.campaigns import Campaign
from pages.staff.reenrolment.campaign_head import PATH, chip


@screen(PATH, Audience.STAFF, title="Réinscriptions")
def campaigns(v: Visit) -> None:
    listing = _listing({})
    Panel(
        v,
        lambda w: _draw(w, listing),
        follows=[("campaigns", v.site_id or 0), ("queue", v.site_id or 0)],
        classes="flow",
        on=lists.acts(listing),
    )


def _listing(sums: dict[int, dict[str, int]]) -> Listing[Campaign]:
    def number(state: str) -> Column[Campaign]:
        label = {"submitted": "En attente", "to_correct": "À corriger", "validated": "Validées", "refused": "Refusées"}[
            state
        ]
        return Column(
            label,
            lambda v, each: str(sums.get(each.id, {}).get(state, 0)),
            key=lambda each: sums.get(each.id, {}).get(state, 0),
            look="num",
        )

    return Listing(
        "campaigns",
        "Campagnes",
        [
            Column("Campagne", lambda v, each: each.title),
            Column("Année", lambda v, each: each.school_year),
            Column("Ouverture", lambda v, each: formats.day(each.opens_on), key=lambda each: each.opens_on),
            Column("Fermeture", lambda v, each: formats.day(each.closes_on), key=lambda each: each.closes_on),
            Column("État", chip),
            number("submitted"),
            number("to_correct"),
            number("validated"),
            number("refused"),
        ],
        of=lambda each: each.id,
        href=lambda each: f"{PATH}/{each.id}",
        empty="Aucune campagne pour l’instant. Préparez-en une : les familles n’en voient rien avant que vous l’activiez.",
        quiet_caption=True,
    )


def _draw(v: Visit, listing: Listing[Campaign]) -> Markup:
    found = campaign_admin.every(v)
    shown = _listing(reenrolment_list.sums(v))
    shown.order.__dict__.update(listing.order.__dict__)
    new = tag("a", v.say("Nouvelle campagne"), href=f"{PATH}/nouvelle", class_="btn")
    under = v.say("Les familles voient une campagne quand elle est active, entre ses deux dates.")
    return head(v.say("Réinscriptions"), under, new) + tag(
        "section", lists.draw(v, shown, found), class_="card", aria_label=v.say("Campagnes")
    )
