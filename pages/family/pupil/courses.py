"""« Cours » of a pupil: this year's list; a line opens a window with its sheet, its assessments and its absences."""

from markupsafe import Markup

from components.layout import glossary
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import lists
from components.ui.icons import icon
from components.ui.lists import Column, Listing
from components.ui.markup import tag
from components.ui.panel import Act, Answer, only_shows
from data.core import formats
from data.core.errors import NotYours
from data.core.unit_of_work import Visit
from data.families import models as families
from data.schooling import models as schooling
from data.schooling.models import Attended
from pages.family.pupil import course_window
from pages.family.pupil.course_window import Window
from pages.family.pupil.dossier import dossier_head

STATES = {"enrolled": "Inscrit", "asked": "Demandé", "waiting": "Liste d’attente", "left": "Arrêté"}


def courses(v: Visit, n: int, course: int = 0, tab: str = "cours", line: int = 0) -> None:
    pupil, _ = families.pupil_by_number(v, n)
    window, listing = Window(n, course, tab, line), _listing(n)
    if tab not in course_window.TABS:
        raise NotYours(f"tab {tab[:20]}")
    Panel(
        v,
        lambda w: _draw(w, listing, window),
        follows=[("pupil", pupil.id), ("family", v.family_id or 0)],
        classes="flow",
        on={
            "open": only_shows(lambda w, act: _open(w, act, window)),
            "address": only_shows(lambda w, act: _address(w, act, window)),
            **lists.acts(listing),
            **course_window.acts(window),
        },
    )


for _path in ("", "/{course}", "/{course}/{tab}", "/{course}/{tab}/{line}"):
    screen(f"/eleves/{{n}}/cours{_path}", Audience.FAMILY, title="Cours")(courses)


def _listing(n: int) -> Listing[Attended]:
    return Listing(
        name="courses",
        caption="Cours de cette année",
        columns=(
            Column("Cours", lambda v, a: a.course.name),
            Column("N°", lambda v, a: a.course.number),
            Column("Enseignant", lambda v, a: a.teacher_name),
            Column("Cycle", lambda v, a: a.course.cycle),
            Column("Jour et horaire", _when, lambda a: (a.course.weekday or 8, str(a.slot or ""))),
            Column("Salle", lambda v, a: a.course.room),
            Column("Statut", lambda v, a: v.say(STATES.get(a.enrolment.status, ""))),
        ),
        of=lambda a: a.enrolment.id,
        href=lambda a: f"/eleves/{n}/cours/{a.enrolment.id}",
        do="open",
        empty="Aucun cours n’est enregistré pour cette année. Il apparaît ici dès que le conservatoire l’a saisi.",
        quiet_caption=True,
    )


def _when(v: Visit, a: Attended) -> str:
    day = formats.weekday(a.course.weekday, v.tongue)
    return " ".join(part for part in (day, formats.clock(a.slot, v.tongue)) if part)


def _draw(v: Visit, listing: Listing[Attended], window: Window) -> Markup:
    pupil, link = families.pupil_by_number(v, window.n)
    year, found = formats.school_year(v.today), schooling.courses(v, pupil.id)
    absences = (
        tag("a", v.say("Annoncer une absence"), href=f"/eleves/{window.n}/absences", class_="btn quiet")
        if link.rights == "all"
        else None
    )
    paper = tag(
        "a",
        icon("paper"),
        v.say("Attestation d’inscription {year} (PDF)", year=year),
        href=f"/eleves/{window.n}/attestations/inscription.pdf",
    )
    return (
        dossier_head(v, pupil, "cours")
        + tag("div", tag("h2", v.say("Année {year}", year=year)), absences, class_="sheet-head")
        + lists.draw(v, listing, found)
        + (glossary.line(v.tongue, (each.course.name for each in found), "list") or Markup(""))
        + tag("p", paper, class_="links-row")
        + (course_window.draw(v, window, pupil, link) if window.course else Markup(""))
    )


def _open(v: Visit, act: Act, window: Window) -> Answer:
    pupil, _ = families.pupil_by_number(v, window.n)
    schooling.attended(v, pupil.id, act.number())
    window.course, window.tab, window.line = act.number(), "cours", 0
    return Answer(push=window.path())


def _address(v: Visit, act: Act, window: Window) -> Answer:
    """Back, forward, or the window closed."""
    closed = window.course
    window.go(act.values.get("path", ""))
    return Answer(url=window.path(), focus="" if window.course else f"open-courses-{closed}")
