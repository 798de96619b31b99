"""The lists of a course's window: its lessons, the marks, the absences."""

from dataclasses import dataclass
from datetime import time

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from components.ui.lists import Column, Listing
from components.ui.own_words import own
from data.core import formats
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.schooling.absences import Absence
from data.schooling.models import Lesson
from data.schooling.results import Marked


@dataclass(frozen=True)
class Meeting:
    """A lesson as this pupil knows it."""

    lesson: Lesson
    status: str
    starts: time | None
    minutes: int


LESSONS: Listing[Meeting] = Listing(
    name="lessons",
    caption=_("Dates des cours"),
    columns=(
        Column("Date", lambda uow, m: formats.day(m.lesson.day), lambda m: m.lesson.day, look="tight"),
        Column("Statut", lambda uow, m: uow.translate(m.status)),
        Column(
            "Heure de passage", lambda uow, m: formats.clock(m.starts, uow.language), lambda m: m.starts, look="tight"
        ),
        Column("Durée", lambda uow, m: formats.duration(m.minutes, uow.language), lambda m: m.minutes, look="tight"),
    ),
    of=lambda m: m.lesson.id,
    empty=_("Les dates de ce cours ne sont pas encore saisies."),
)
MARKS: Listing[Marked] = Listing(
    name="marks",
    caption=_("Évaluations"),
    columns=(
        Column("Type d’évaluation", lambda uow, m: own(uow, m[1].kind)),
        Column("Date", lambda uow, m: formats.day(m[1].day), lambda m: m[1].day, look="tight"),
        Column("Type de classe", lambda uow, m: own(uow, m[1].class_kind)),
        Column("Note", lambda uow, m: formats.decimal(m[0].value, uow.language), lambda m: m[0].value, look="num"),
        Column(
            "Barème",
            lambda uow, m: formats.decimal(m[1].scale, uow.language, places=0),
            lambda m: m[1].scale,
            look="num",
        ),
        Column(
            "Coef.",
            lambda uow, m: formats.decimal(m[1].coefficient, uow.language, places=0),
            lambda m: m[1].coefficient,
            look="num",
        ),
        Column("Lettre", lambda uow, m: m[0].letter),
        Column("Mention", lambda uow, m: own(uow, m[0].mention)),
        Column("Appréciation", lambda uow, m: own(uow, m[0].remark), look="broad"),
        Column("Absent", lambda uow, m: uow.translate("Oui") if m[0].absent else ""),
        Column(
            "Moyenne de la classe",
            lambda uow, m: formats.decimal(m[1].class_average, uow.language),
            lambda m: m[1].class_average,
            look="num",
        ),
    ),
    of=lambda m: m[0].id,
    called=lambda _uow, m: formats.day(m[1].day),
    empty=_("Aucune évaluation n’est enregistrée pour ce cours."),
)


def _excused(uow: UnitOfWork, absence: Absence) -> Markup:
    if absence.excused:
        return html.span(icon("check"), uow.translate("Oui"), class_="chip good")
    if absence.day > uow.today:
        return html.span(uow.translate("À venir"), class_="chip")
    return html.span(icon("alert"), uow.translate("Non"), class_="chip bad")


ABSENCES: Listing[Absence] = Listing(
    name="absences",
    caption=_("Absences"),
    columns=(
        Column("Date", lambda uow, a: formats.day(a.day), lambda a: a.day, look="tight"),
        Column("Heure", lambda uow, a: formats.clock(a.starts, uow.language), lambda a: a.starts, look="tight"),
        Column("Durée", lambda uow, a: formats.duration(a.minutes, uow.language), lambda a: a.minutes, look="tight"),
        Column("Motif", lambda uow, a: own(uow, a.reason)),
        Column("Justifiée", _excused),
        Column("Commentaire", lambda uow, a: own(uow, a.comment), look="broad"),
    ),
    of=lambda a: a.id,
    empty=_("Aucune absence n’est enregistrée pour ce cours."),
)
