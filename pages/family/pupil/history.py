"""« Historique »: earlier years' courses; a line opens its sheet beside the list, arrows walk the list as it is shown."""

import re
from dataclasses import dataclass, replace

from markupsafe import Markup

from components.layout import glossary
from components.layout.layout import way_back
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import charts, lists
from components.ui.icons import icon
from components.ui.lists import Column, Listing, Order
from components.ui.markup import button, classes, tag
from components.ui.panel import Act, Answer, only_shows
from components.ui.tables import facts
from data.core import formats
from data.core.errors import NotYours
from data.core.unit_of_work import Visit
from data.families import models as families
from data.schooling import models as schooling
from data.schooling import results
from data.schooling.models import Attended, Enrolment
from data.schooling.results import Marked
from pages.family.pupil.course_window import MARKS
from pages.family.pupil.dossier import dossier_head

ADDRESS = re.compile(r"/eleves/\d{1,9}/historique(?:/(\d{1,9}))?")
WALK = (
    ("first", "Première", "first", "Home"),
    ("previous", "Précédente", "previous", "ArrowLeft"),
    ("next", "Suivante", "next", "ArrowRight"),
    ("last", "Dernière", "last", "End"),
)


@dataclass
class Desk:
    """What one open page shows: the sheet, and how its two lists are arranged."""

    n: int
    line: int
    past: Listing[Attended]
    marks: Listing[Marked]
    chosen: bool = False  # a line was opened: on a phone its sheet stands in the place of the list

    @property
    def url(self) -> str:
        query, line = self.past.order.query, f"/{self.line}" if self.chosen else ""
        return f"/eleves/{self.n}/historique{line}" + (f"?{query}" if query else "")


def history(v: Visit, n: int, line: int = 0, r: str = "", tri: str = "") -> None:
    pupil, _ = families.pupil_by_number(v, n)
    desk = Desk(n, line, _listing(n, Order.read(r, tri)), _marks_listing(), bool(line))
    if line:
        _known(v, line, desk)
    Panel(
        v,
        lambda w: _draw(w, desk),
        follows=[("pupil", pupil.id)],
        classes="flow",
        on={
            "open": only_shows(lambda w, act: _open(w, act, desk)),
            "walk": only_shows(lambda w, act: _walk(w, act, desk)),
            "list": only_shows(lambda w, act: _back(desk)),
            "address": only_shows(lambda w, act: _address(w, act, desk)),
            **lists.acts(desk.past, lambda w: _arranged(w, desk)),
            **lists.acts(desk.marks),
        },
    )


for _path in ("", "/{line}"):
    screen(f"/eleves/{{n}}/historique{_path}", Audience.FAMILY, title="Historique")(history)


def _listing(n: int, order: Order) -> Listing[Attended]:
    return Listing(
        name="past",
        caption="Années précédentes",
        columns=(
            Column("Année", lambda v, a: a.course.school_year, look="tight"),
            Column("Département", lambda v, a: a.course.department),
            Column("Classe", lambda v, a: a.course.name),
            Column("Cycle", lambda v, a: a.course.cycle, look="tight"),
            Column("Enseignant", lambda v, a: a.teacher_name),
        ),
        of=lambda a: a.enrolment.id,
        href=lambda a: f"/eleves/{n}/historique/{a.enrolment.id}",
        do="open",
        called=lambda a: a.course.name,
        empty="Aucune année précédente n’est enregistrée. Les cours de cette année passeront ici à la rentrée prochaine.",
        searched=True,
        order=order,
    )


def _marks_listing() -> Listing[Marked]:
    return replace(MARKS, searched=True, order=Order())


def _draw(v: Visit, desk: Desk) -> Markup:
    pupil, _ = families.pupil_by_number(v, desk.n)
    past = schooling.history(v, pupil.id)
    shown = desk.past.arranged(v, past)
    if desk.line == 0 and shown:
        desk.line = shown[0].enrolment.id
    opened = next((each for each in past if each.enrolment.id == desk.line), None)
    paper = tag(
        "a",
        icon("paper"),
        v.say("Télécharger mon parcours (PDF)"),
        href=f"/eleves/{desk.n}/parcours.pdf",
    )
    left = lists.draw(v, desk.past, past, opened=desk.line) + (
        tag("p", paper, class_="links-row") if past else Markup("")
    )
    right = _sheet(v, desk, opened, past, shown) if opened else None
    look = classes("duo", desk.chosen and "chosen")
    both = tag("div", tag("div", left, class_="flow"), right, class_=look) if right else left
    return dossier_head(v, pupil, "historique") + both


def _sheet(v: Visit, desk: Desk, opened: Attended, past: list[Attended], shown: list[Attended]) -> Markup:
    course, one = opened.course, opened.enrolment
    admitted = v.say("Admission : {name}", name=one.class_admission) if one.class_admission else ""
    during = v.say(
        "Année {year}, du {first} au {last}",
        year=course.school_year,
        first=formats.day(one.starts_on),
        last=formats.day(one.ends_on),
    )
    if not (one.starts_on and one.ends_on):
        during = v.say("Année {year}", year=course.school_year)
    pairs: list[tuple[str, object]] = [
        ("Département", course.department),
        ("Classe", course.name),
        ("Cycle", course.cycle),
        ("Enseignant", opened.teacher_name),
        ("Nb heures", _hours(v, one.hours)),
        ("Nb heures effectuées", _hours(v, one.hours_done)),
        ("Absences", _absences(v, one)),
        ("Horaires aménagés", one.adapted_schedule),
        ("Situation d’activité", one.activity),
        ("Premier instrument", one.main_instrument),
        ("Moyenne /20", formats.decimal(one.average, v.tongue)),
        ("Moyenne lettre", one.average_letter),
        ("Mention", one.mention),
        ("Résultat classe", one.class_result),
        ("Résultat cycle", one.cycle_result),
        ("Admission classe", one.class_admission),
        ("Admission cycle", one.cycle_admission),
        ("Commentaire", one.comment),
    ]
    points = results.averages(past, course.department)
    curve = charts.averages(v, v.say("Moyennes en {subject}", subject=course.department), points)
    return tag(
        "section",
        tag("p", _to_list(v, desk), class_="to-list"),
        tag(
            "div",
            tag("h2", f"{course.name} · {course.school_year}", id="sheet-title", tabindex="-1"),
            admitted and tag("span", admitted, class_="chip good"),
            class_="sheet-head",
        ),
        tag("p", during, class_="soft"),
        facts(glossary.explained(v.tongue, pairs, "sheet")),
        curve,
        lists.draw(v, desk.marks, results.marks(v, one.pupil_id, course.id)),
        _arrows(v, desk, [each.enrolment.id for each in shown]),
        class_="card",
        aria_label=v.say("Fiche de {name}", name=course.name),
    )


def _absences(v: Visit, one: Enrolment) -> str:
    """« 3, dont 1 non justifiée »."""
    if not one.absences:
        return "" if one.absences is None else v.say("aucune")
    if not one.absences_unexcused:
        return v.say("{count}, justifiée#{count}, toutes justifiées", count=one.absences)
    count = one.absences_unexcused
    return v.say(
        "{total}, dont {count} non justifiée#{total}, dont {count} non justifiées", total=one.absences, count=count
    )


def _to_list(v: Visit, desk: Desk) -> Markup:
    return way_back(v.say("Retour à la liste"), f"/eleves/{desk.n}/historique", id="to-list", data_do="list")


def _hours(v: Visit, hundredths: int | None) -> str:
    return f"{formats.decimal(hundredths, v.tongue, places=0)} h" if hundredths is not None else ""


def _arrows(v: Visit, desk: Desk, ids: list[int]) -> Markup:
    """First, previous, next, last of the list as it is filtered and sorted; at an end, two of them rest."""
    at = ids.index(desk.line) if desk.line in ids else -1
    rests = {"first": at == 0, "previous": at <= 0, "next": at == len(ids) - 1, "last": at == len(ids) - 1}
    place = v.say("{at} sur {total}", at=at + 1, total=len(ids)) if at >= 0 else v.say("hors de la liste filtrée")
    arrows = [
        button(
            icon(drawing) if step in {"first", "previous"} else None,
            v.say(label),
            icon(drawing) if step in {"next", "last"} else None,
            do="walk",
            of=step,
            class_="btn quiet",
            aria_disabled="true" if rests[step] or not ids else None,
            aria_keyshortcuts=key,
        )
        for step, label, drawing, key in WALK
    ]
    return tag(
        "nav",
        *arrows[:2],
        tag("span", place, class_=classes("place"), role="status"),
        *arrows[2:],
        class_="walk",
        aria_label=v.say("Parcourir les fiches"),
    )


def _known(v: Visit, line: int, desk: Desk) -> int:
    """NotYours when the pupil has no such past course."""
    pupil, _ = families.pupil_by_number(v, desk.n)
    if all(each.enrolment.id != line for each in schooling.history(v, pupil.id)):
        raise NotYours(f"past course {line}")
    return line


def _open(v: Visit, act: Act, desk: Desk) -> Answer:
    """The first one opened can be left by the back button."""
    line = _known(v, act.number(), desk)
    before, desk.line, desk.chosen = desk.chosen, line, True
    return Answer(url=desk.url if before else "", push="" if before else desk.url, focus="sheet-title")


def _back(desk: Desk) -> Answer:
    desk.chosen = False
    return Answer(url=desk.url, focus=f"open-past-{desk.line}")


def _address(v: Visit, act: Act, desk: Desk) -> Answer:
    """Back and forward."""
    found = ADDRESS.fullmatch(act.values.get("path", ""))
    if found is None:
        raise NotYours(f"address {act.values.get('path', '')[:80]!r}")
    before = (desk.line, desk.chosen)
    desk.line, desk.chosen = _known(v, int(found[1]), desk) if found[1] else desk.line, bool(found[1])
    if (desk.line, desk.chosen) == before:  # a link within the page
        return Answer()
    return Answer(url=desk.url, focus="sheet-title" if desk.chosen else f"open-past-{desk.line}")


def _walk(v: Visit, act: Act, desk: Desk) -> Answer:
    pupil, _ = families.pupil_by_number(v, desk.n)
    ids = [each.enrolment.id for each in desk.past.arranged(v, schooling.history(v, pupil.id))]
    if not ids or act.of not in {step for step, *_ in WALK}:
        return Answer()
    at = ids.index(desk.line) if desk.line in ids else 0
    to = {"first": 0, "previous": max(0, at - 1), "next": min(len(ids) - 1, at + 1), "last": len(ids) - 1}[act.of]
    desk.line, desk.chosen = ids[to], True
    return Answer(url=desk.url)


def _arranged(v: Visit, desk: Desk) -> Answer:
    """The list was searched or sorted: its first line opens when the open one is no longer in it."""
    pupil, _ = families.pupil_by_number(v, desk.n)
    shown = desk.past.arranged(v, schooling.history(v, pupil.id))
    if shown and all(each.enrolment.id != desk.line for each in shown):
        desk.line = shown[0].enrolment.id
    return Answer(url=desk.url)
