"""« Famille »: the responsible adult's record, the other adults below, the same way."""

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import forms, html, record_acts
from components.ui.icons import icon
from data.change_requests import submission as change_requests
from data.core import sites
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families import of_age
from data.families.models import Guardian


@screen("/famille", Audience.FAMILY, title=_("Famille"))
def household(uow: UnitOfWork) -> None:
    typed = forms.Typed()
    Panel(
        uow,
        lambda w: _draw(w, typed),
        follows=[("family", uow.family_id or 0)],
        classes="flow",
        on=record_acts.acts(Guardian, typed),
    )


def _draw(uow: UnitOfWork, typed: forms.Typed) -> Markup:
    site, adults = sites.here(uow), families.guardians(uow)
    without = {"leaves_alone"} if of_age.all_of_age(uow, families.pupils(uow)) else set[str]()  # nobody asks a grown-up
    shown = change_requests.shown(uow, adults)
    count = sum(len(each.pending) for each in shown.values())
    chip = (
        html.span(
            icon("clock"),
            uow.ngettext(
                "{count} champ en attente de validation", "{count} champs en attente de validation", count=count
            ),
            class_="chip pending",
        )
        if count
        else None
    )
    first = adults[0] if adults else None
    under = (
        uow.translate("Responsable : {name}", name=named(uow, first))
        if first
        else uow.translate("Aucun responsable n’est enregistré.")
    )
    cards = []
    for adult in adults:
        other = (
            html.h2(uow.translate("Autre adulte : {name}", name=named(uow, adult)), class_="of-record")
            if adult is not first
            else None
        )
        cards.append(
            html.section(
                other,
                forms.record_form(uow, site, adult, shown["guardian", adult.id], typed, without=without),
                class_="card",
                aria_label=adult.full_name,
            )
        )
    return head(uow.translate("Famille"), under, chip) + Markup("").join(cards)


def named(uow: UnitOfWork, adult: Guardian) -> str:
    """« Mme Claire Aubry »."""
    short = {"mme": _("Mme"), "m": _("M.")}.get(adult.civility, "")
    return f"{uow.translate(short)} {adult.full_name}" if short else adult.full_name
