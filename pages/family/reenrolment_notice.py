"""What « Accueil » says first while pupils can be re-enrolled: open, begun, to correct, documents to give again."""

from collections.abc import Iterable

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from data.core import formats
from data.core.unit_of_work import UnitOfWork
from data.reenrolment.due import Due
from data.reenrolment.models import ReenrolmentState


def draw(uow: UnitOfWork, due: Iterable[Due]) -> Markup:
    return Markup("").join(_notice(uow, each) for each in due if _sentence(uow, each))


def _sentence(uow: UnitOfWork, due: Due) -> str:
    """Nothing once it is answered and nothing is to be given again."""
    name, last = due.pupil.called, formats.long_day(due.campaign.closes_on, uow.language)
    again = (
        uow.ngettext("{count} pièce à remplacer.", "{count} pièces à remplacer.", count=due.refused)
        if due.refused
        else ""
    )
    if due.state == "":
        first = uow.translate("La réinscription de {name} est ouverte jusqu’au {day}.", name=name, day=last)
    elif due.state == ReenrolmentState.DRAFT:
        first = uow.translate(
            "La réinscription de {name} est commencée : validez-la au plus tard le {day}.", name=name, day=last
        )
    elif due.state == ReenrolmentState.TO_CORRECT:
        first = uow.translate("La demande de réinscription de {name} est à corriger.", name=name)
    elif due.state == ReenrolmentState.SUBMITTED and not due.refused:
        first = uow.translate(
            "La demande de réinscription de {name} est envoyée : elle attend la réponse du conservatoire.", name=name
        )
    elif due.refused:
        first = uow.translate("Réinscription de {name} :", name=name)
    else:
        return ""
    return f"{first} {again}".strip()


def _notice(uow: UnitOfWork, due: Due) -> Markup:
    waits = due.state == ReenrolmentState.SUBMITTED and not due.refused
    link = html.a(
        uow.translate("Voir la demande") if waits else uow.translate("Ouvrir la réinscription"),
        html.span(f" : {due.pupil.full_name}", class_="unseen"),
        href=f"/eleves/{due.pupil.number}/reinscription",
    )
    urgent = due.state == ReenrolmentState.TO_CORRECT or due.refused
    return html.div(
        icon("clock" if waits else "alert" if urgent else "info"),
        html.p(_sentence(uow, due)),
        link,
        class_="notice leads bad" if urgent else "notice leads pending",
    )
