"""« Cours » of a pupil: this year's list; a line opens a window with its record, its assessments and its absences."""

from markupsafe import Markup

from components.layout import glossary
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html, lists
from components.ui.icons import icon
from components.ui.lists import Column, Listing
from components.ui.panel import Act, Answer, only_shows
from components.ui.status_chip import label_of
from data.billing import pdf_archive
from data.core import formats
from data.core.errors import NotFound
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families.models import Rights
from data.schooling import models as schooling
from data.schooling.models import Attended, EnrolmentStatus
from pages.family.pupil import course_window
from pages.family.pupil.course_window import Window
from pages.family.pupil.dossier import dossier_head


def courses(uow: UnitOfWork, n: int, course: int = 0, tab: str = "cours", line: int = 0) -> str:
    pupil, _ = families.pupil_by_number(uow, n)
    window, listing = Window(n, course, tab, line), _listing(n)
    if tab not in course_window.TABS:
        raise NotFound(f"tab {tab[:20]}")
    Panel(
        uow,
        lambda w: _draw(w, listing, window),
        follows=[("pupil", pupil.id), ("family", uow.family_id or 0)],
        classes="flow",
        on={
            "open": only_shows(lambda w, act: _open(w, act, window)),
            "address": only_shows(lambda w, act: _address(w, act, window)),
            **lists.acts(listing),
            **course_window.acts(window),
        },
    )
    return pupil.full_name


for _path in ("", "/{course}", "/{course}/{tab}", "/{course}/{tab}/{line}"):
    screen(f"/eleves/{{n}}/cours{_path}", Audience.FAMILY, title=_("Cours"))(courses)


def _listing(n: int) -> Listing[Attended]:
    return Listing(
        name="courses",
        caption=_("Cours de cette année"),
        columns=(
            Column("Cours", lambda uow, a: a.course.name),
            Column("N°", lambda uow, a: a.course.number),
            Column("Enseignant", lambda uow, a: a.teacher_name),
            Column("Cycle", lambda uow, a: a.course.cycle),
            Column("Jour et horaire", _when, lambda a: (a.course.weekday or 8, str(a.slot or ""))),
            Column("Salle", lambda uow, a: a.course.room),
            Column("Statut", _status),
        ),
        of=lambda a: a.enrolment.id,
        href=lambda a: f"/eleves/{n}/cours/{a.enrolment.id}",
        do="open",
        empty=_("Aucun cours n’est enregistré pour cette année. Il apparaît ici dès que le conservatoire l’a saisi."),
        quiet_caption=True,
    )


def _when(uow: UnitOfWork, a: Attended) -> str:
    day = formats.weekday(a.course.weekday, uow.language)
    return " ".join(part for part in (day, formats.clock(a.slot, uow.language)) if part)


def _draw(uow: UnitOfWork, listing: Listing[Attended], window: Window) -> Markup:
    pupil, link = families.pupil_by_number(uow, window.n)
    year, found = formats.school_year(uow.today), schooling.courses(uow, pupil.id)
    absences = (
        html.a(uow.translate("Annoncer une absence"), href=f"/eleves/{window.n}/absences", class_="btn quiet")
        if link.rights == Rights.ALL
        else None
    )
    paper = html.p(
        html.a(
            icon("paper"),
            uow.translate("Attestation d’inscription {year} (PDF)", year=year),
            href=f"/eleves/{window.n}/attestations/inscription.pdf",
        ),
        html.a(
            uow.translate("Lire en ligne"),
            html.span(uow.translate(" l’attestation d’inscription"), class_="unseen"),
            href=f"/eleves/{window.n}/attestations/inscription/lire",
        ),
        class_="links-row",
    )
    return (
        dossier_head(uow, pupil, "cours")
        + html.div(html.h2(uow.translate("Année {year}", year=year)), absences, class_="card-head")
        + lists.draw(uow, listing, found)
        + (glossary.line(uow.language, (each.course.name for each in found), "list") or Markup(""))
        + (paper if pdf_archive.certified(found) else Markup(""))
        + (course_window.draw(uow, window, pupil, link) if window.course else Markup(""))
    )


def _open(uow: UnitOfWork, act: Act, window: Window) -> Answer:
    pupil, _ = families.pupil_by_number(uow, window.n)
    schooling.attended(uow, pupil.id, act.number())
    window.course, window.tab, window.line = act.number(), "cours", 0
    return Answer(push=window.path())


def _address(uow: UnitOfWork, act: Act, window: Window) -> Answer:
    """Back, forward, or the window closed."""
    closed = window.course
    window.go(act.values.get("path", ""))
    return Answer(url=window.path(), focus="" if window.course else f"open-courses-{closed}")


def _status(uow: UnitOfWork, found: Attended) -> str:
    """Nothing where an import erased it."""
    status = found.enrolment.status
    return uow.translate(label_of(EnrolmentStatus(status))) if status else ""
