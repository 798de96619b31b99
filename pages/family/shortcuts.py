"""Where the shortcuts of the portal's icon lead: a dossier's absences, its re-enrolment; whose, is asked where there are several."""

from collections.abc import Sequence

from components.layout.layout import head
from components.nicegui_adapter.screens import Audience, LeadsTo, screen
from components.nicegui_adapter.static_panel import StaticPanel
from components.ui import html
from components.ui.icons import icon
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families.models import Pupil, Rights
from data.reenrolment import models as reenrolment


@screen("/absences", Audience.FAMILY, title=_("Absences"))
def absences(uow: UnitOfWork) -> None:
    found = [pupil for pupil, link in families.pupils(uow) if link.rights == Rights.ALL]
    _lead(uow, _("Absences"), found, "absences", _("Vous ne pouvez annoncer d’absence pour aucun élève."))


@screen("/reinscription", Audience.FAMILY, title=_("Réinscription"))
def reenrolments(uow: UnitOfWork) -> None:
    mine = [pupil for pupil, link in families.pupils(uow) if link.rights == Rights.ALL]
    shown = reenrolment.shown_campaigns(uow, [pupil.id for pupil in mine]) if mine else {}
    found = [pupil for pupil in mine if pupil.id in shown]
    _lead(uow, _("Réinscription"), found, "reinscription", _("Aucune réinscription n’est ouverte en ce moment."))


def _lead(uow: UnitOfWork, title: str, found: Sequence[Pupil], tab: str, none: str) -> None:
    """To the only pupil's page, or the choice of one; `none`: what is said where there is nobody to choose."""
    if len(found) == 1:
        raise LeadsTo(f"/eleves/{found[0].number}/{tab}")
    StaticPanel(head(uow.translate(title), uow.translate("Choisissez un élève.") if found else ""))
    if not found:
        StaticPanel(html.p(uow.translate(none)), classes="card")
        return
    links = (
        html.li(html.a(html.strong(pupil.full_name), icon("arrow"), href=f"/eleves/{pupil.number}/{tab}"))
        for pupil in found
    )
    StaticPanel(html.ul(links, class_="people"))
