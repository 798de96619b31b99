"""« Répertoire »: the musical events a pupil took part in; a line opens the event's sheet."""

from dataclasses import dataclass

from markupsafe import Markup

from components import lists
from components.lists import Column, Listing, Order
from components.markup import tag
from components.panel import Answer, Panel
from components.screen import Audience, screen
from components.tables import facts
from data import families, formats, repertoire
from data.repertoire import Played
from data.visits import NotYours, Visit
from pages.family.pupil.dossier import dossier_head


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
    if line and all(piece.id != line for piece, _ in repertoire.played(v, pupil.id)):
        raise NotYours(f"piece {line}")
    Panel(
        v,
        lambda w: _draw(w, desk),
        follows=[("pupil", pupil.id)],
        classes="flow",
        on={
            "open": lambda w, act: _open(act.number(), desk),
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
            Column("Commentaire", lambda v, p: p[0].comment),
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
    both = tag("div", tag("div", left, class_="flow"), _sheet(v, opened), class_="duo") if opened else left
    return dossier_head(v, pupil, "repertoire") + both


def _sheet(v: Visit, played: Played) -> Markup:
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
        tag("h2", piece.work or event.title, id="sheet-title", tabindex="-1"),
        facts((v.say(label), value) for label, value in pairs),
        class_="card",
        aria_label=v.say("Fiche de l’événement"),
    )


def _open(line: int, desk: Desk) -> Answer:
    desk.line = line
    return Answer(url=desk.url, focus="sheet-title")
