"""« Répertoire »: the musical events a pupil took part in; a line opens the event's record."""

import re
from dataclasses import dataclass

from markupsafe import Markup

from components.layout import glossary
from components.nicegui_adapter.panel_element import page_panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html, lists
from components.ui.lists import Column, Listing, Order
from components.ui.own_words import own
from components.ui.panel import Act, Answer, only_shows
from components.ui.tables import facts
from data.core import formats
from data.core.errors import NotFound
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.schooling import repertoire
from data.schooling.repertoire import Played
from pages.family.pupil.dossier import dossier_head, line_of, to_list

ADDRESS = re.compile(r"/eleves/\d{1,9}/repertoire(?:/(\d{1,9}))?")


@dataclass
class PageState:
    n: int
    line: int
    events: Listing[Played]

    @property
    def url(self) -> str:
        query = self.events.order.query
        shown = f"/{self.line}" if self.line else ""
        return f"/eleves/{self.n}/repertoire{shown}" + (f"?{query}" if query else "")


def repertoire_of(uow: UnitOfWork, n: int, line: int = 0, r: str = "", tri: str = "") -> str:
    pupil, _ = families.pupil_by_number(uow, n)
    page_state = PageState(n, line, _listing(n, Order.read(r, tri)))
    if line:
        _known(uow, line, page_state)
    acts = {"open": _open, "list": _back, "address": _address}
    listed = lists.acts(page_state.events, lambda w: Answer(url=page_state.url))
    page_panel(uow, page_state, _draw, acts, [("pupil", pupil.id)], listed)
    return pupil.full_name


for _path in ("", "/{line}"):
    screen(f"/eleves/{{n}}/repertoire{_path}", Audience.FAMILY, title=_("Répertoire"))(repertoire_of)


def _listing(n: int, order: Order) -> Listing[Played]:
    return Listing(
        name="events",
        caption=_("Événements musicaux"),
        columns=(
            Column("Répertoire", lambda uow, p: own(uow, p[1].title)),
            Column("Date", lambda uow, p: formats.day(p[1].day), lambda p: p[1].day, look="tight"),
            Column("Morceau", lambda uow, p: p[0].work),
            Column("Durée", lambda uow, p: formats.length(p[0].seconds), lambda p: p[0].seconds, look="tight"),
            Column("Commentaire", lambda uow, p: own(uow, p[0].comment), look="broad"),
        ),
        of=lambda p: p[0].id,
        href=lambda p: f"/eleves/{n}/repertoire/{p[0].id}",
        do="open",
        empty=_("Aucun événement musical n’est enregistré. Les auditions et les concerts apparaîtront ici."),
        searched=True,
        order=order,
    )


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    pupil, _ = families.pupil_by_number(uow, page_state.n)
    played = repertoire.played(uow, pupil.id)
    opened = next((each for each in played if each[0].id == page_state.line), None)
    left = lists.draw(uow, page_state.events, played, opened=page_state.line or None)
    both = (
        html.div(html.div(left, class_="flow"), _detail(uow, page_state, opened), class_="duo chosen")
        if opened
        else left
    )
    return dossier_head(uow, pupil, "repertoire") + both


def _detail(uow: UnitOfWork, page_state: PageState, played: Played) -> Markup:
    item, event = played
    when = ", ".join(filter(None, (formats.day(event.day), formats.clock(event.starts, uow.language))))
    pairs: list[tuple[str, object]] = [
        (_("Événement"), own(uow, event.title)),
        (_("Lieu"), own(uow, event.place)),
        (_("Date et heure"), when),
        (_("Compositeur"), item.composer),
        (_("Œuvre"), item.work),
        (_("Mouvement"), item.movement),
        (_("Arrangement"), item.arrangement),
        (_("Durée"), formats.length(item.seconds)),
        (_("Instrument ou rôle"), own(uow, item.role)),
        (_("Ensemble"), item.ensemble),
        (_("Partenaires"), item.partners),
        (_("Enseignant"), item.teacher),
        (_("Commentaire"), own(uow, item.comment)),
    ]
    return html.section(
        html.p(to_list(uow, page_state.n, "repertoire")),
        html.h2(item.work or own(uow, event.title), id="record-title", tabindex="-1"),
        facts(glossary.explained(uow.language, pairs, "sheet")),
        class_="card",
        aria_label=uow.translate("Fiche de l’événement"),
    )


def _known(uow: UnitOfWork, line: int, page_state: PageState) -> int:
    """NotFound when the pupil played no such piece."""
    pupil, _ = families.pupil_by_number(uow, page_state.n)
    if all(item.id != line for item, _ in repertoire.played(uow, pupil.id)):
        raise NotFound(f"piece {line}")
    return line


@only_shows
def _open(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """The first one opened can be left by the back button."""
    before, page_state.line = page_state.line, _known(uow, act.number(), page_state)
    return Answer(url=page_state.url if before else "", push="" if before else page_state.url, focus="record-title")


@only_shows
def _back(_uow: UnitOfWork, _act: Act, page_state: PageState) -> Answer:
    before, page_state.line = page_state.line, 0
    return Answer(url=page_state.url, focus=f"open-events-{before}")


@only_shows
def _address(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """Back and forward."""
    line, before = line_of(ADDRESS, act), page_state.line
    page_state.line = 0 if line is None else _known(uow, line, page_state)
    if page_state.line == before:  # a link within the page
        return Answer()
    return Answer(url=page_state.url, focus="record-title" if page_state.line else f"open-events-{before}")
