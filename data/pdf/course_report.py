"""A pupil's years at the conservatoire, one after the other."""

from dataclasses import dataclass
from datetime import date

from data.core import formats
from data.core.i18n import Language, translate
from data.pdf.page import Letterhead, PageCanvas
from data.pdf.table import Column, Row, Table
from data.pdf.text import BODY, SMALL, Look


@dataclass(frozen=True)
class CourseYear:
    """One course in one school year."""

    year: str
    department: str
    course: str
    cycle: str
    teacher: str
    hours: str
    average: str
    mention: str
    result: str
    comment: str


@dataclass(frozen=True)
class CourseReport:
    """What a pupil followed, in the order that is given."""

    letterhead: Letterhead
    pupil: str
    birth_date: date | None
    dossier: int
    years: tuple[CourseYear, ...]
    printed: date
    language: Language


def course_report(paper: CourseReport) -> bytes:
    """The report: a table by school year, comments under their course."""
    language = paper.language
    canvas = PageCanvas(
        paper.letterhead, translate("Parcours de {pupil}", language, pupil=paper.pupil), paper.printed, language
    )
    canvas.draw_letterhead()
    canvas.y += 11
    canvas.headline()
    known = [translate("Dossier n° {number}", language, number=paper.dossier)]
    if paper.birth_date:
        known.insert(0, translate("Date de naissance : {day}", language, day=formats.day(paper.birth_date)))
    canvas.flow(" · ".join(known), BODY)
    canvas.flow(translate("Édité le {day}", language, day=formats.day(paper.printed)), SMALL)
    canvas.y += 6
    if not paper.years:
        canvas.flow(translate("Aucun cours n’est enregistré.", language), Look(10.5))
        return canvas.render()

    columns = (Column(translate("Cours", language), 44), Column(translate("Cycle", language), 25), Column(translate("Enseignant", language), 35),
               Column(translate("Heures", language), 14), Column(translate("Moyenne", language), 19, "R"),
               Column(translate("Mention", language), 19), Column(translate("Résultat", language), 16))  # fmt: skip
    by_year: dict[str, list[CourseYear]] = {}
    for each in paper.years:
        by_year.setdefault(each.year, []).append(each)
    rows: list[Row] = []
    for year, courses in by_year.items():
        rows.append(Row((translate("Année scolaire {year}", language, year=year),), heading=True))
        rows += [Row((each.course, each.cycle, each.teacher, each.hours, each.average, each.mention, each.result),
                     under="" if each.department == each.course else each.department, note=each.comment.strip())
                 for each in courses]  # fmt: skip
    Table(canvas, columns, look=Look(8.5), gutter=4).draw(rows)
    return canvas.render()
