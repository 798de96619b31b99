"""« Réinscriptions »: the campaigns, the latest first; a new one, or last year's again."""

from dataclasses import replace

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html, lists
from components.ui.lists import Column, Listing
from components.ui.status_chip import status_chip
from data.core import formats
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.reenrolment import campaign_admin
from data.reenrolment import request_list as reenrolment_list
from data.reenrolment.campaigns import Campaign, state_of
from data.reenrolment.models import ReenrolmentState
from pages.staff.reenrolment.campaign_head import PATH


@screen(PATH, Audience.STAFF, title=_("Réinscriptions"))
def campaigns(uow: UnitOfWork) -> None:
    listing = _listing({})
    Panel(
        uow,
        lambda w: _draw(w, listing),
        follows=[("campaigns", uow.site_id or 0), ("queue", uow.site_id or 0)],
        classes="flow",
        on=lists.acts(listing),
    )


def _listing(sums: dict[int, dict[str, int]]) -> Listing[Campaign]:
    def number(state: str) -> Column[Campaign]:
        label = {
            "submitted": _("En attente"),
            "to_correct": _("À corriger"),
            "validated": _("Validées"),
            "refused": _("Refusées"),
        }[state]
        return Column(
            label,
            lambda uow, each: str(sums.get(each.id, {}).get(state, 0)),
            key=lambda each: sums.get(each.id, {}).get(state, 0),
            look="num",
        )

    return Listing(
        "campaigns",
        _("Campagnes"),
        [
            Column("Campagne", lambda uow, each: each.title),
            Column("Année", lambda uow, each: each.school_year),
            Column("Ouverture", lambda uow, each: formats.day(each.opens_on), key=lambda each: each.opens_on),
            Column("Fermeture", lambda uow, each: formats.day(each.closes_on), key=lambda each: each.closes_on),
            Column("État", lambda uow, each: status_chip(uow, state_of(uow, each))),
            number(ReenrolmentState.SUBMITTED),
            number(ReenrolmentState.TO_CORRECT),
            number(ReenrolmentState.VALIDATED),
            number(ReenrolmentState.REFUSED),
        ],
        of=lambda each: each.id,
        href=lambda each: f"{PATH}/{each.id}",
        empty=_(
            "Aucune campagne pour l’instant. Préparez-en une : les familles n’en voient rien avant que vous l’activiez."
        ),
        quiet_caption=True,
    )


def _draw(uow: UnitOfWork, listing: Listing[Campaign]) -> Markup:
    found = campaign_admin.every(uow)
    shown = replace(_listing(reenrolment_list.sums(uow)), order=listing.order)
    new = html.a(uow.translate("Nouvelle campagne"), href=f"{PATH}/nouvelle", class_="btn")
    under = uow.translate("Les familles voient une campagne quand elle est active, entre ses deux dates.")
    return head(uow.translate("Réinscriptions"), under, new) + html.section(
        lists.draw(uow, shown, found), class_="card", aria_label=uow.translate("Campagnes")
    )
