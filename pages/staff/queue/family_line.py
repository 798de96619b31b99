"""Whose request it is: the family's record one press away, and the telephone that answers."""

from collections.abc import Sequence

from markupsafe import Markup

from components.ui import html
from components.ui.contact import phone_link
from data.core.unit_of_work import UnitOfWork
from data.families import protection
from data.families.models import Guardian
from pages.staff.families.families import PATH


def draw(uow: UnitOfWork, number: int, adults: Sequence[Guardian]) -> Markup:
    """« Famille n° 1042 : Claire Aubry 06 12 34 56 78 ». A protected adult is named, not called."""
    text = uow.translate("Famille n° {number}", number=number)
    link = html.a(text, href=f"{PATH}/{number}", data_as_left=True, class_="tight")
    people = [html.span(adult.full_name, " ", _reached(uow, adult)) for adult in adults[:2]]
    return html.p(link, [html.span(" · ", each) for each in people], class_="family-line")


def _reached(uow: UnitOfWork, adult: Guardian) -> Markup:
    if not protection.contact_shown(uow, adult):
        return html.span(uow.translate("Coordonnées masquées"), class_="soft")
    number = protection.phone_of(uow, adult)
    return phone_link(uow, number) if number else html.span(uow.translate("sans téléphone"), class_="soft")
