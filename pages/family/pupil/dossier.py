"""« Élèves »: the list, and what every tab of a dossier has in common."""

import re
from collections.abc import Sequence

from markupsafe import Markup

from components.layout import glossary
from components.layout.layout import ADDRESSES, head, way_back
from components.nicegui_adapter.screens import Audience, LeadsTo, screen
from components.nicegui_adapter.static_panel import StaticPanel
from components.ui import html
from components.ui.icons import icon
from components.ui.panel import Act
from components.ui.tabs import tabs
from data.core import formats
from data.core.errors import NotFound
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families import of_age
from data.families.models import HouseholdRank, Pupil, PupilLink
from data.reenrolment import models as reenrolment

TABS = (
    ("identite", _("Identité")),
    ("cours", _("Cours")),
    ("historique", _("Historique")),
    ("repertoire", _("Répertoire")),
    ("reinscription", _("Réinscription")),
)


@screen("/eleves", Audience.FAMILY, title=_("Élèves"))
def pupils(uow: UnitOfWork) -> None:
    found = families.pupils(uow)
    if len(found) == 1 and of_age.all_of_age(uow, found):  # who learns is who signs: nobody to choose
        raise LeadsTo(f"/eleves/{found[0][0].number}/cours")
    StaticPanel(
        head(
            uow.translate("Élèves"),
            uow.translate("Choisissez un élève pour ouvrir son dossier.") if found else "",
            _to_agenda(uow),
        )
    )
    if not found:
        StaticPanel(
            html.p(
                uow.translate(
                    "Aucun élève n’est rattaché à votre famille. Si c’est une erreur, adressez-vous au conservatoire."
                ),
            ),
            classes="card",
        )
        return
    StaticPanel(
        html.ul(
            (
                html.li(
                    html.a(
                        html.span(html.strong(pupil.full_name), html.span(_about(uow, pupil, link), class_="soft")),
                        icon("arrow"),
                        href=f"/eleves/{pupil.number}/identite",
                    ),
                )
                for pupil, link in found
            ),
            class_="people",
        )
    )


def _about(uow: UnitOfWork, pupil: Pupil, link: PupilLink) -> str:
    second = uow.translate("second foyer") if link.household == HouseholdRank.SECOND else ""
    return " · ".join(filter(None, (pupil.discipline, pupil.cycle, second)))


def dossier_head(uow: UnitOfWork, pupil: Pupil, tab: str, family: Sequence[Pupil] | None = None) -> Markup:
    """Name, facts, the tabs whose screens exist, and the way to the brothers and sisters (`family`, when it is known)."""
    born = formats.day(pupil.birth_date) or uow.translate("non renseignée")
    facts = html.dl(
        (
            html.div(html.dt(label), html.dd(value))
            for label, value in glossary.explained(
                uow.language,
                (
                    (_("Date de naissance"), born),
                    (_("Cycle"), pupil.cycle or uow.translate("non renseigné")),
                    (_("Dossier n°"), pupil.number),
                ),
                "head",
            )
        ),
        class_="facts",
    )
    whole = [each for each, _ in families.pupils(uow)] if family is None else family
    others = [other for other in whole if other.id != pupil.id]
    asked = others if tab == "reinscription" else [pupil]  # whose campaign decides on a link
    campaigns = reenrolment.shown_campaigns(uow, [each.id for each in asked]) if asked else {}
    beside = (
        html.p(
            uow.translate("Autres dossiers : "),
            Markup(", ").join(
                html.a(
                    other.full_name,
                    href=f"/eleves/{other.number}/{tab if tab != 'reinscription' or other.id in campaigns else 'identite'}",
                )
                for other in others
            ),
        )
        if others
        else None
    )
    campaign = tab == "reinscription" or bool(campaigns)
    links = (
        (uow.translate(label), f"/eleves/{pupil.number}/{name}", name == tab)
        for name, label in TABS
        if f"/eleves/{{n}}/{name}" in ADDRESSES and (campaign or name != "reinscription")
    )
    nav = tabs(uow.translate("Dossier de {name}", name=pupil.full_name), links)
    return head(pupil.full_name, "", html.div(beside, _to_agenda(uow), class_="buttons")) + facts + nav


def _to_agenda(uow: UnitOfWork) -> Markup:
    """Where all the family's lessons are, day by day; on a phone « Plus » leads there too."""
    return html.a(icon("calendar"), uow.translate("Agenda"), href="/agenda", class_="btn quiet small")


def line_of(address: re.Pattern[str], act: Act) -> int | None:
    """Back and forward: the line whose record this address of a tab opens; None: the list alone."""
    path = act.values.get("path", "")
    found = address.fullmatch(path)
    if found is None:
        raise NotFound(f"address {path[:80]!r}")
    return int(found[1]) if found[1] else None


def to_list(uow: UnitOfWork, n: int, tab: str) -> Markup:
    """Closes the record (the act « list »); on a phone it stands in the place of the list."""
    return way_back(uow.translate("Retour à la liste"), f"/eleves/{n}/{tab}", id="to-list", data_do="list")
