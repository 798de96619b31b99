"""« Historique »: earlier years' courses; a line opens its record beside the list, arrows walk the list as it is shown."""

import re
from dataclasses import dataclass, replace

from markupsafe import Markup

from components.layout import glossary
from components.nicegui_adapter.panel_element import page_panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import charts, html, lists
from components.ui.icons import icon
from components.ui.lists import Column, Listing, Order
from components.ui.markup import button, classes
from components.ui.own_words import filled, own
from components.ui.panel import Act, Answer, only_shows
from components.ui.tables import facts
from data.core import formats
from data.core.errors import NotFound
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.schooling import models as schooling
from data.schooling import results
from data.schooling.models import Attended, Enrolment
from data.schooling.results import Marked
from pages.family.pupil.course_window import MARKS
from pages.family.pupil.dossier import dossier_head, line_of, to_list

ADDRESS = re.compile(r"/eleves/\d{1,9}/historique(?:/(\d{1,9}))?")
WALK = (
    ("first", _("Première"), "first", "Home"),
    ("previous", _("Précédente"), "previous", "ArrowLeft"),
    ("next", _("Suivante"), "next", "ArrowRight"),
    ("last", _("Dernière"), "last", "End"),
)


@dataclass
class PageState:
    """What one open page shows: the record, and how its two lists are arranged."""

    n: int
    line: int
    past: Listing[Attended]
    marks: Listing[Marked]
    chosen: bool = False  # a line was opened: on a phone its record stands in the place of the list

    @property
    def url(self) -> str:
        query, line = self.past.order.query, f"/{self.line}" if self.chosen else ""
        return f"/eleves/{self.n}/historique{line}" + (f"?{query}" if query else "")


def history(uow: UnitOfWork, n: int, line: int = 0, r: str = "", tri: str = "") -> str:
    pupil, _ = families.pupil_by_number(uow, n)
    page_state = PageState(n, line, _listing(n, Order.read(r, tri)), _marks_listing(), bool(line))
    if line:
        _known(uow, line, page_state)
    acts = {"open": _open, "walk": _walk, "list": _back, "address": _address}
    listed = lists.acts(page_state.past, lambda w: _arranged(w, page_state)) | lists.acts(page_state.marks)
    page_panel(uow, page_state, _draw, acts, [("pupil", pupil.id)], listed)
    return pupil.full_name


for _path in ("", "/{line}"):
    screen(f"/eleves/{{n}}/historique{_path}", Audience.FAMILY, title=_("Historique"))(history)


def _listing(n: int, order: Order) -> Listing[Attended]:
    return Listing(
        name="past",
        caption=_("Années précédentes"),
        columns=(
            Column("Année", lambda uow, a: a.course.school_year, look="tight"),
            Column("Département", lambda uow, a: a.course.department),
            Column("Classe", lambda uow, a: a.course.name),
            Column("Cycle", lambda uow, a: a.course.cycle, look="tight"),
            Column("Enseignant", lambda uow, a: a.teacher_name),
        ),
        of=lambda a: a.enrolment.id,
        href=lambda a: f"/eleves/{n}/historique/{a.enrolment.id}",
        do="open",
        called=lambda _uow, a: a.course.name,
        empty=_(
            "Aucune année précédente n’est enregistrée. Les cours de cette année passeront ici à la rentrée prochaine."
        ),
        searched=True,
        group=lambda a: a.course.school_year,
        folds=_("Recherche, tri"),
        order=order,
    )


def _marks_listing() -> Listing[Marked]:
    return replace(MARKS, searched=True, order=Order())


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    pupil, _ = families.pupil_by_number(uow, page_state.n)
    past = schooling.history(uow, pupil.id)
    shown = page_state.past.arranged(uow, past)
    if page_state.line == 0 and shown:
        page_state.line = shown[0].enrolment.id
    opened = next((each for each in past if each.enrolment.id == page_state.line), None)
    paper = html.a(
        icon("paper"),
        uow.translate("Télécharger mon parcours (PDF)"),
        href=f"/eleves/{page_state.n}/parcours.pdf",
    )
    left = html.div(lists.draw(uow, page_state.past, past, opened=page_state.line), class_="past") + (
        html.p(paper, class_="links-row") if past else Markup("")
    )
    right = _detail(uow, page_state, opened, past, shown) if opened else None
    look = classes("duo", page_state.chosen and "chosen")
    both = html.div(html.div(left, class_="flow"), right, class_=look) if right else left
    return dossier_head(uow, pupil, "historique") + both


def _detail(
    uow: UnitOfWork, page_state: PageState, opened: Attended, past: list[Attended], shown: list[Attended]
) -> Markup:
    course, one = opened.course, opened.enrolment
    admission = own(uow, one.class_admission)
    admitted = filled(uow.translate("Admission : {name}"), name=admission) if one.class_admission else ""
    during = uow.translate(
        "Année {year}, du {first} au {last}",
        year=course.school_year,
        first=formats.day(one.starts_on),
        last=formats.day(one.ends_on),
    )
    if not (one.starts_on and one.ends_on):
        during = uow.translate("Année {year}", year=course.school_year)
    pairs: list[tuple[str, object]] = [
        (_("Département"), course.department),
        (_("Classe"), course.name),
        (_("Cycle"), course.cycle),
        (_("Enseignant"), opened.teacher_name),
        (_("Nb heures"), _hours(uow, one.hours)),
        (_("Nb heures effectuées"), _hours(uow, one.hours_done)),
        (_("Absences"), _absences(uow, one)),
        (_("Horaires aménagés"), own(uow, one.adapted_schedule)),
        (_("Situation d’activité"), own(uow, one.activity)),
        (_("Premier instrument"), one.main_instrument),
        (_("Moyenne /20"), formats.decimal(one.average, uow.language)),
        (_("Moyenne lettre"), one.average_letter),
        (_("Mention"), own(uow, one.mention)),
        (_("Résultat classe"), own(uow, one.class_result)),
        (_("Résultat cycle"), own(uow, one.cycle_result)),
        (_("Admission classe"), admission),
        (_("Admission cycle"), own(uow, one.cycle_admission)),
        (_("Commentaire"), own(uow, one.comment)),
    ]
    points = results.averages(past, course.department)
    curve = charts.averages(uow, uow.translate("Moyennes en {subject}", subject=course.department), points)
    return html.section(
        html.p(to_list(uow, page_state.n, "historique"), class_="to-list"),
        html.div(
            html.h2(f"{course.name} · {course.school_year}", id="record-title", tabindex="-1"),
            admitted and html.span(admitted, class_="chip good"),
            class_="card-head",
        ),
        html.p(during, class_="soft"),
        facts(glossary.explained(uow.language, pairs, "sheet")),
        curve,
        lists.draw(uow, page_state.marks, results.marks(uow, one.pupil_id, course.id)),
        _arrows(uow, page_state, [each.enrolment.id for each in shown]),
        class_="card",
        aria_label=uow.translate("Fiche de {name}", name=course.name),
    )


def _absences(uow: UnitOfWork, one: Enrolment) -> str:
    """« 3, dont 1 non justifiée »."""
    if not one.absences:
        return "" if one.absences is None else uow.translate("aucune")
    if not one.absences_unexcused:
        return uow.ngettext("{count}, justifiée", "{count}, toutes justifiées", count=one.absences)
    count = one.absences_unexcused
    return uow.ngettext(
        "{total}, dont {count} non justifiée", "{total}, dont {count} non justifiées", total=one.absences, count=count
    )


def _hours(uow: UnitOfWork, hundredths: int | None) -> str:
    return f"{formats.decimal(hundredths, uow.language, places=0)} h" if hundredths is not None else ""


def _arrows(uow: UnitOfWork, page_state: PageState, ids: list[int]) -> Markup:
    """First, previous, next, last of the list as it is filtered and sorted; at an end, two of them rest."""
    at = ids.index(page_state.line) if page_state.line in ids else -1
    rests = {"first": at == 0, "previous": at <= 0, "next": at == len(ids) - 1, "last": at == len(ids) - 1}
    place = (
        uow.translate("{at} sur {total}", at=at + 1, total=len(ids))
        if at >= 0
        else uow.translate("hors de la liste filtrée")
    )
    arrows = [
        button(
            icon(drawing) if step in {"first", "previous"} else None,
            uow.translate(label),
            icon(drawing) if step in {"next", "last"} else None,
            do="walk",
            of=step,
            class_="btn quiet",
            aria_disabled="true" if rests[step] or not ids else None,
            aria_keyshortcuts=key,
        )
        for step, label, drawing, key in WALK
    ]
    return html.nav(
        *arrows[:2],
        html.span(place, class_=classes("place"), role="status"),
        *arrows[2:],
        class_="walk",
        aria_label=uow.translate("Parcourir les fiches"),
    )


def _known(uow: UnitOfWork, line: int, page_state: PageState) -> int:
    """NotFound when the pupil has no such past course."""
    pupil, _ = families.pupil_by_number(uow, page_state.n)
    if all(each.enrolment.id != line for each in schooling.history(uow, pupil.id)):
        raise NotFound(f"past course {line}")
    return line


@only_shows
def _open(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """The first one opened can be left by the back button."""
    line = _known(uow, act.number(), page_state)
    before, page_state.line, page_state.chosen = page_state.chosen, line, True
    return Answer(url=page_state.url if before else "", push="" if before else page_state.url, focus="record-title")


@only_shows
def _back(_uow: UnitOfWork, _act: Act, page_state: PageState) -> Answer:
    page_state.chosen = False
    return Answer(url=page_state.url, focus=f"open-past-{page_state.line}")


@only_shows
def _address(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """Back and forward."""
    line, before = line_of(ADDRESS, act), (page_state.line, page_state.chosen)
    page_state.line, page_state.chosen = (
        page_state.line if line is None else _known(uow, line, page_state),
        line is not None,
    )
    if (page_state.line, page_state.chosen) == before:  # a link within the page
        return Answer()
    return Answer(url=page_state.url, focus="record-title" if page_state.chosen else f"open-past-{page_state.line}")


@only_shows
def _walk(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    pupil, _ = families.pupil_by_number(uow, page_state.n)
    ids = [each.enrolment.id for each in page_state.past.arranged(uow, schooling.history(uow, pupil.id))]
    if not ids or act.of not in {step for step, *_ in WALK}:
        return Answer()
    at = ids.index(page_state.line) if page_state.line in ids else 0
    to = {"first": 0, "previous": max(0, at - 1), "next": min(len(ids) - 1, at + 1), "last": len(ids) - 1}[act.of]
    page_state.line, page_state.chosen = ids[to], True
    return Answer(url=page_state.url)


def _arranged(uow: UnitOfWork, page_state: PageState) -> Answer:
    """The list was searched or sorted: its first line opens when the open one is no longer in it."""
    pupil, _ = families.pupil_by_number(uow, page_state.n)
    shown = page_state.past.arranged(uow, schooling.history(uow, pupil.id))
    if shown and all(each.enrolment.id != page_state.line for each in shown):
        page_state.line = shown[0].enrolment.id
    return Answer(url=page_state.url)
