"""A pupil's years at the conservatoire, one after the other."""

from dataclasses import dataclass
from datetime import date

from data.core import formats
from data.core.i18n import Language, say
from data.pdf.page import House, Sheet
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

    house: House
    pupil: str
    birth_date: date | None
    dossier: int
    years: tuple[CourseYear, ...]
    printed: date
    tongue: Language


def course_report(paper: CourseReport) -> bytes:
    """The report: a table by school year, comments under their course."""
    tongue = paper.tongue
    sheet = Sheet(paper.house, say("Parcours de {pupil}", tongue, pupil=paper.pupil), paper.printed, tongue)
    sheet.letterhead()
    sheet.y += 11
    sheet.headline()
    known = [say("Dossier n° {number}", tongue, number=paper.dossier)]
    if paper.birth_date:
        known.insert(0, say("Date de naissance : {day}", tongue, day=formats.day(paper.birth_date)))
    sheet.flow(" · ".join(known), BODY)
    sheet.flow(say("Édité le {day}", tongue, day=formats.day(paper.printed)), SMALL)
    sheet.y += 6
    if not paper.years:
        sheet.flow(say("Aucun cours n’est enregistré.", tongue), Look(10.5))
        return sheet.render()

    columns = (Column(say("Cours", tongue), 44), Column(say("Cycle", tongue), 25), Column(say("Enseignant", tongue), 35),
               Column(say("Heures", tongue), 14), Column(say("Moyenne", tongue), 19, "R"),
               Column(say("Mention", tongue), 19), Column(say("Résultat", tongue), 16))  # fmt: skip
    by_year: dict[str, list[CourseYear]] = {}
    for each in paper.years:
        by_year.setdefault(each.year, []).append(each)
    rows: list[Row] = []
    for year, courses in by_year.items():
        rows.append(Row((say("Année scolaire {year}", tongue, year=year),), heading=True))
        rows += [Row((each.course, each.cycle, each.teacher, each.hours, each.average, each.mention, each.result),
                     under="" if each.department == each.course else each.department, note=each.comment.strip())
                 for each in courses]  # fmt: skip
    Table(sheet, columns, look=Look(8.5), gutter=4).draw(rows)
    return sheet.render()
