"""« Répertoire »: the musical events a pupil took part in; a line opens the event's sheet."""

import re
from dataclasses import dataclass

from markupsafe import Markup

from components.layout import glossary
from components.layout.layout import way_back
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import lists
from components.ui.lists import Column, Listing, Order
from components.ui.markup import tag
from components.ui.panel import Act, Answer, only_shows
from components.ui.tables import facts
from data.core import formats
from data.core.errors import NotYours
from data.core.unit_of_work import Visit
from data.families import models as families
from data.schooling import repertoire
from data.schooling.repertoire import Played
from pages.family.pupil.dossier import dossier_head

ADDRESS = re.compile(r"/eleves/\d{1,9}/repertoire(?:/(\d{1,9}))?")


@dataclass
class Desk:
    n: int
    line: int
    events: Listing[Played]

    @property
    def url(self) -> str:
        query = self.events.order.query
        shown = f"/{self.line}" if self.line else ""
        return f"/eleves/{self.n}/repertoire{shown}" + (f"?{query}" if query else "")


def repertoire_of(v: Visit, n: int, line: int = 0, r: str = "", tri: str = "") -> None:
    pupil, _ = families.pupil_by_number(v, n)
    desk = Desk(n, line, _listing(n, Order.read(r, tri)))
    if line:
        _known(v, line, desk)
    Panel(
        v,
        lambda w: _draw(w, desk),
        follows=[("pupil", pupil.id)],
        classes="flow",
        on={
            "open": only_shows(lambda w, act: _open(w, act, desk)),
            "list": only_shows(lambda w, act: _back(desk)),
            "address": only_shows(lambda w, act: _address(w, act, desk)),
            **lists.acts(desk.events, lambda w: Answer(url=desk.url)),
        },
    )


for _path in ("", "/{line}"):
    screen(f"/eleves/{{n}}/repertoire{_path}", Audience.FAMILY, title="Répertoire")(repertoire_of)


def _listing(n: int, order: Order) -> Listing[Played]:
    return Listing(
        name="events",
        caption="Événements musicaux",
        columns=(
            Column("Répertoire", lambda v, p: p[1].title),
            Column("Date", lambda v, p: formats.day(p[1].day), lambda p: p[1].day, look="tight"),
            Column("Morceau", lambda v, p: p[0].work),
            Column("Durée", lambda v, p: formats.length(p[0].seconds), lambda p: p[0].seconds, look="tight"),
            Column("Commentaire", lambda v, p: p[0].comment, look="broad"),
        ),
        of=lambda p: p[0].id,
        href=lambda p: f"/eleves/{n}/repertoire/{p[0].id}",
        do="open",
        empty="Aucun événement musical n’est enregistré. Les auditions et les concerts apparaîtront ici.",
        searched=True,
        order=order,
    )


def _draw(v: Visit, desk: Desk) -> Markup:
    pupil, _ = families.pupil_by_number(v, desk.n)
    played = repertoire.played(v, pupil.id)
    opened = next((each for each in played if each[0].id == desk.line), None)
    left = lists.draw(v, desk.events, played, opened=desk.line or None)
    both = tag("div", tag("div", left, class_="flow"), _sheet(v, desk, opened), class_="duo chosen") if opened else left
    return dossier_head(v, pupil, "repertoire") + both


def _sheet(v: Visit, desk: Desk, played: Played) -> Markup:
    piece, event = played
    when = ", ".join(filter(None, (formats.day(event.day), formats.clock(event.starts, v.tongue))))
    pairs: list[tuple[str, object]] = [
        ("Événement", event.title),
        ("Lieu", event.place),
        ("Date et heure", when),
        ("Compositeur", piece.composer),
        ("Œuvre", piece.work),
        ("Mouvement", piece.movement),
        ("Arrangement", piece.arrangement),
        ("Durée", formats.length(piece.seconds)),
        ("Instrument ou rôle", piece.role),
        ("Ensemble", piece.ensemble),
        ("Partenaires", piece.partners),
        ("Enseignant", piece.teacher),
        ("Commentaire", piece.comment),
    ]
    return tag(
        "section",
        tag("p", _to_list(v, desk)),
        tag("h2", piece.work or event.title, id="sheet-title", tabindex="-1"),
        facts(glossary.explained(v.tongue, pairs, "sheet")),
        class_="card",
        aria_label=v.say("Fiche de l’événement"),
    )


def _to_list(v: Visit, desk: Desk) -> Markup:
    """Closes the sheet; on a phone it stands in the place of the list."""
    return way_back(v.say("Retour à la liste"), f"/eleves/{desk.n}/repertoire", id="to-list", data_do="list")


def _known(v: Visit, line: int, desk: Desk) -> int:
    """NotYours when the pupil played no such piece."""
    pupil, _ = families.pupil_by_number(v, desk.n)
    if all(piece.id != line for piece, _ in repertoire.played(v, pupil.id)):
        raise NotYours(f"piece {line}")
    return line


def _open(v: Visit, act: Act, desk: Desk) -> Answer:
    """The first one opened can be left by the back button."""
    before, desk.line = desk.line, _known(v, act.number(), desk)
    return Answer(url=desk.url if before else "", push="" if before else desk.url, focus="sheet-title")


def _back(desk: Desk) -> Answer:
    before, desk.line = desk.line, 0
    return Answer(url=desk.url, focus=f"open-events-{before}")


def _address(v: Visit, act: Act, desk: Desk) -> Answer:
    """Back and forward."""
    found = ADDRESS.fullmatch(act.values.get("path", ""))
    if found is None:
        raise NotYours(f"address {act.values.get('path', '')[:80]!r}")
    before, desk.line = desk.line, _known(v, int(found[1]), desk) if found[1] else 0
    if desk.line == before:  # a link within the page
        return Answer()
    return Answer(url=desk.url, focus="sheet-title" if desk.line else f"open-events-{before}")
