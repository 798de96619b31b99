"""Courses, lessons, marks, absences and events of the demonstration: six years and the current one."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from sqlmodel import col, select

from data.core import formats
from data.core.sites import Site
from data.core.unit_of_work import UnitOfWork
from data.demo import today
from data.demo.people import AWAKENING, CYCLES, DISCIPLINES, FIRST, LARGE, LAST, YOUNGEST, today_at
from data.families.models import Family, HouseholdRank, Pupil, PupilLink
from data.schooling import lesson_letters, school_days
from data.schooling.absences import Absence
from data.schooling.models import Course, Cursus, Enrolment, Lesson, LessonState, Teacher
from data.schooling.repertoire import Performance, Piece
from data.schooling.results import Assessment, Mark

YEARS = 6
THEORY, CHOIR = "Formation musicale", "Pratique collective"
CURSUS = {  # the choir stands outside any
    **dict.fromkeys((*DISCIPLINES, THEORY), "Musique, cursus diplômant"),
    **dict.fromkeys(("Danse classique", "Danse contemporaine"), "Danse, cursus diplômant"),
    "Art dramatique": "Théâtre, cursus diplômant",
    AWAKENING: "Éveil et initiation",
}
TEACHERS = (
    ("Carmen", "Astarel"), ("Irène", "Sabonnet"), ("Hugues", "Ploustou"), ("Madeleine", "Ferrand"),
    ("Anton", "Šimić"), ("Rosalie", "Etcheverry"), ("Denis", "Cordier"), ("Noémie", "Da-Silva"),
)  # fmt: skip
ROOMS = ("Salle Ravel", "Salle Boulanger", "Studio 3", "Salle 12", "Auditorium", "Salle Farrenc")
REMARKS = (
    "Un beau travail de son, à poursuivre.",
    "Lecture assurée ; la pulsation gagne en régularité.",
    "Très bonne écoute de l’ensemble.",
    "Travail sérieux, l’aisance viendra en jouant plus souvent en public.",
    "Il faut oser davantage de nuances.",
)
WORKS = (
    ("Marche turque", "Wolfgang Amadeus Mozart", "Sonate n° 11, KV 331", 210),
    ("Le Petit Âne blanc", "Jacques Ibert", "Histoires", 135),
    ("Prélude en mi mineur", "Frédéric Chopin", "op. 28 n° 4", 150),
    ("Valse en la mineur", "Frédéric Chopin", "B. 150", 165),
    ("Gymnopédie n° 1", "Erik Satie", "", 190),
    ("Children’s Corner", "Claude Debussy", "The Little Shepherd", 140),
)


@dataclass
class School:
    """What the rows of one site are made from."""

    uow: UnitOfWork
    site: Site
    dice: random.Random
    teachers: list[Teacher]
    groups: int
    cursus: dict[str, int] = field(default_factory=dict)  # of a department

    @property
    def today(self) -> date:
        return today_at(self.uow, self.site)

    @property
    def first_year(self) -> int:
        return int(formats.school_year(self.today)[:4])


def fill(uow: UnitOfWork, site: Site, dice: random.Random) -> None:
    """For every pupil of the site. The demonstration's rows are the same whatever the number of families."""
    pupils = list(uow.all(select(Pupil).where(Pupil.site_id == site.id).order_by(col(Pupil.id))))
    teachers = [Teacher(site_id=site.id, first_name=first, last_name=last) for first, last in TEACHERS]
    teachers += [
        Teacher(site_id=site.id, first_name=dice.choice(FIRST), last_name=dice.choice(LAST))
        for _ in range(len(pupils) // 60)
    ]
    uow.add_all(teachers)
    school = School(uow, site, dice, teachers, max(2, len(pupils) // 150))
    courses = _courses(school)
    _lessons(school, [course for course in courses if course.school_year == _year(school.first_year)])
    by_year: dict[tuple[str, str], list[Course]] = {}
    for course in courses:
        by_year.setdefault((course.school_year, course.department), []).append(course)
    cursus = {name: Cursus(site_id=site.id, name=name) for name in dict.fromkeys(CURSUS.values())}
    uow.add_all(cursus.values())
    school.cursus = {department: cursus[name].id for department, name in CURSUS.items()}
    links = uow.rows(
        select(PupilLink, Family)
        .join(Family, col(Family.id) == PupilLink.family_id)
        .where(PupilLink.household == HouseholdRank.PRINCIPAL, Family.site_id == site.id)
    )
    since = {link.pupil_id: family.since for link, family in links}
    enrolments = [each for pupil in pupils for each in _enrolments(school, pupil, since.get(pupil.id), by_year)]
    uow.add_all(enrolments)
    irina = next(filter(_is_irina, pupils), None)
    if irina:
        today.lessons(uow, site, irina)
    lesson_letters.count_as_notified(uow, site.id)
    _marks(school, enrolments)
    _absences(school, enrolments)
    if irina:
        today.mark(uow, site, irina)
        today.absence(uow, site, irina)
    _events(school, [pupil for pupil in pupils if pupil.number < 3000 or pupil.number % 3 == 0])


def _is_irina(pupil: Pupil) -> bool:
    """Another pupil has her number at Belrive."""
    return (pupil.number, pupil.first_name) == (2042, "Irina")


def _year(first: int) -> str:
    return f"{first}-{first + 1}"


def _courses(school: School) -> list[Course]:
    """Each discipline and the theory, in `groups` groups a year; names are like « FM 203 »."""
    made: list[Course] = []
    for past in range(YEARS + 1):
        first = school.first_year - past
        for department in (*DISCIPLINES, THEORY, CHOIR):
            for group in range(school.groups):
                level = 200 + (YEARS - past) + group * 10
                place = school.dice.randrange(1000)
                made.append(
                    Course(
                        site_id=school.site.id,
                        school_year=_year(first),
                        number=f"{first % 100}{1000 + len(made) % ((len(DISCIPLINES) + 2) * school.groups)}",
                        name=f"{'FM' if department == THEORY else department} {level}",
                        department=department,
                        cycle=_cycle(department, group, past),
                        teacher_id=school.teachers[place % len(school.teachers)].id,
                        weekday=1 + place % 6,
                        starts=time(14 + place % 6, (place % 4) * 15),
                        minutes=60 if department in {THEORY, CHOIR} else 30,
                        room=ROOMS[place % len(ROOMS)],
                    )
                )
    school.uow.add_all(made)
    return made


def _cycle(department: str, group: int, past: int) -> str:
    """The groups go through the years together: every other one is of younger pupils."""
    if department == AWAKENING:
        return "Éveil"
    return "1er cycle" if past > 2 or group % 2 else "2e cycle"


def _level(pupil: Pupil, first: int) -> str:
    """The year of the cycle that goes with the pupil's age; grown-ups have none."""
    begins = {"Éveil": 5, "1er cycle": YOUNGEST, "2e cycle": 11, "3e cycle": 15}.get(pupil.cycle)
    if begins is None or pupil.birth_date is None:
        return ""
    nth = max(1, first - pupil.birth_date.year - begins + 1)
    return "1re année" if nth == 1 else f"{nth}e année"


def _lessons(school: School, courses: list[Course]) -> None:
    """Every week from mid-September to the end of June, but for holidays: the site's, and two weeks at Christmas."""
    rows, last = [], date(school.first_year + 1, 6, 30)
    off = school_days.between(school.site, date(school.first_year, 9, 14), last)
    for course in courses:
        day = date(school.first_year, 9, 14)
        day += timedelta(days=((course.weekday or 1) - 1 - day.weekday()) % 7)
        while day < last:
            christmas = date(school.first_year, 12, 20) <= day <= date(school.first_year + 1, 1, 3)
            if not christmas and not any(each.first <= day <= each.last for each in off):
                rows.append(
                    Lesson(
                        site_id=school.site.id,
                        course_id=course.id,
                        day=day,
                        starts=course.starts,
                        minutes=course.minutes,
                        state=LessonState.HELD if day < school.today else LessonState.PLANNED,
                    )
                )
            day += timedelta(days=7)
    for at in range(7, len(rows), 97):
        if rows[at].state == LessonState.PLANNED:
            rows[at].state, rows[at].note = LessonState.CANCELLED, "Enseignant en stage ; la leçon sera rendue."
    school.uow.add_all(rows)


def _enrolments(
    school: School, pupil: Pupil, since: date | None, by_year: dict[tuple[str, str], list[Course]]
) -> Iterator[Enrolment]:
    """This year's, and one or two a year before that. Irina: piano and theory for six years, and two years of choir."""
    known = [each for each in (pupil.discipline.split(",")[0],) if each in DISCIPLINES] or [DISCIPLINES[0]]
    discipline = known[0]
    irina, others = _is_irina(pupil), pupil.number >= 3000
    years = YEARS if irina else 0 if discipline == AWAKENING else 2 if not others else 4
    if pupil.birth_date and since and pupil.number < LARGE * 10 and not irina:
        age = school.first_year - pupil.birth_date.year
        years = max(0, min(years, age - YOUNGEST, school.first_year - int(formats.school_year(since)[:4])))
    alone = discipline in {AWAKENING, "Art dramatique"} or (pupil.number == 2077)
    for past in range(years + 1):
        year = _year(school.first_year - past)
        wanted = [discipline] if alone else [discipline, THEORY]
        if irina and past in {0, 1, 2}:
            wanted.append(CHOIR)
        for department in wanted:
            groups = by_year[year, department]
            young = {"1er cycle": 1, "2e cycle": 0}.get(pupil.cycle, pupil.number % 2)
            course = groups[young::2][pupil.number // 2 % len(groups[young::2])]
            slot_minutes = 30 if department == discipline and not alone else 0
            yield (
                _result(school, pupil, course, past)
                if past
                else Enrolment(
                    site_id=pupil.site_id,
                    pupil_id=pupil.id,
                    course_id=course.id,
                    cursus_id=school.cursus.get(department),
                    level=_level(pupil, school.first_year),
                    slot=course.starts,
                    slot_minutes=slot_minutes,
                    starts_on=date(school.first_year, 9, 14),
                )
            )


def _result(school: School, pupil: Pupil, course: Course, past: int) -> Enrolment:
    """A year that is over: hours, averages that grow, what the teacher wrote."""
    first, dice = int(course.school_year[:4]), school.dice
    average = min(
        1950, 1575 - 60 * (past - 1) + (pupil.number * 37 + past * 53 + len(course.department) * 29) % 140 - 40
    )
    missed = (pupil.number + past) % 4
    passed = average >= 1200
    level = course.name.rsplit(" ", 1)[-1]
    following = f"{course.name.rsplit(' ', 1)[0]} {int(level) + 1}"
    ends = past == 3 and int(level) // 10 % 2 == 0  # the group of younger pupils is in its cycle still
    return Enrolment(
        site_id=pupil.site_id,
        pupil_id=pupil.id,
        course_id=course.id,
        starts_on=date(first, 9, 12),
        ends_on=date(first + 1, 7, 8),
        hours=3400,
        hours_done=3400 - 100 * missed,
        absences=missed,
        absences_unexcused=missed // 2,
        activity="CHAM" if _is_irina(pupil) and past < 3 else "",
        adapted_schedule="Oui" if _is_irina(pupil) and past < 3 else "",
        main_instrument=pupil.discipline.split(",")[0] if course.department not in {THEORY, CHOIR} else "",
        average=average,
        mention="Très bien" if average >= 1600 else "Bien" if average >= 1400 else "Assez bien" if passed else "",
        class_result="Admise" if passed and pupil.gender == "f" else "Admis" if passed else "Maintien",
        class_admission=following if passed else course.name,
        cycle_result="Fin de 1er cycle" if ends and passed else "",
        cycle_admission=CYCLES[2] if ends and passed else "",
        comment=dice.choice(REMARKS),
    )


def _marks(school: School, enrolments: list[Enrolment]) -> None:
    """Two or three assessments a course; marks for the demonstration's people, and for one enrolment in four of the others."""
    demo = {pupil.id for pupil in school.uow.all(select(Pupil).where(Pupil.number < 3000))}
    chosen = [each for each in enrolments if each.pupil_id in demo or each.id % 4 == 0]
    courses = {each.id: each for each in school.uow.all(select(Course).where(Course.site_id == school.site.id))}
    wanted = {each.course_id for each in chosen}
    kinds = (("Contrôle continu", 11, 14, 100), ("Devoir collectif", 2, 3, 100), ("Examen de fin d’année", 6, 12, 200))
    given: dict[int, list[Assessment]] = {}
    for course_id in sorted(wanted):
        course = courses[course_id]
        first = int(course.school_year[:4])
        for kind, month, day, coefficient in kinds:
            when = date(first if month > 8 else first + 1, month, day)
            when += timedelta(days=when.weekday() == today.SUNDAY)
            if when < school.today:
                given.setdefault(course_id, []).append(
                    Assessment(
                        site_id=school.site.id,
                        course_id=course_id,
                        kind=kind,
                        day=when,
                        class_kind="Cours" if month != 6 else "Jury",
                        scale=2000,
                        coefficient=coefficient,
                        class_average=1180 + (course_id * 31) % 260,
                    )
                )
    school.uow.add_all(each for several in given.values() for each in several)
    rows = []
    for enrolment in chosen:
        for at, assessment in enumerate(given.get(enrolment.course_id, ())):
            missing = (enrolment.id + at) % 23 == 5
            value = min(2000, (enrolment.average or 1500) + 25 * ((enrolment.id + at) % 5 - 2))
            rows.append(
                Mark(
                    site_id=school.site.id,
                    pupil_id=enrolment.pupil_id,
                    assessment_id=assessment.id,
                    value=None if missing else value,
                    mention="" if missing else "Très bien" if value >= 1600 else "Bien" if value >= 1400 else "",
                    remark="" if missing else REMARKS[(enrolment.id + at) % len(REMARKS)],
                    absent=missing,
                )
            )
    school.uow.add_all(rows)


def _absences(school: School, enrolments: list[Enrolment]) -> None:
    """Past lessons missed: two by Irina (one excused), one by Nino, some by others."""
    numbers = {pupil.id: pupil.number for pupil in school.uow.all(select(Pupil).where(Pupil.site_id == school.site.id))}
    this_year = [each for each in enrolments if each.average is None and each.hours is None]
    seen: dict[int, int] = {}
    rows = []
    for enrolment in this_year:
        number = numbers[enrolment.pupil_id]
        nth = seen[number] = seen.get(number, 0) + 1
        if (number < 3000 and (nth > 2 or number not in {2042, 2043})) or (number >= 3000 and number % 7):
            continue
        lesson = school.uow.one(
            select(Lesson)
            .where(Lesson.course_id == enrolment.course_id, Lesson.day < school.today - timedelta(days=5 + nth))
            .order_by(col(Lesson.day).desc())
        )
        if lesson:
            excused = number == 2042 and nth == 1
            rows.append(
                Absence(
                    site_id=school.site.id,
                    pupil_id=enrolment.pupil_id,
                    course_id=enrolment.course_id,
                    lesson_id=lesson.id,
                    day=lesson.day,
                    starts=enrolment.slot or lesson.starts,
                    minutes=enrolment.slot_minutes or lesson.minutes,
                    reason="Maladie" if excused else "",
                    excused=excused,
                )
            )
    school.uow.add_all(rows)


def _events(school: School, pupils: list[Pupil]) -> None:
    """A public hearing each winter and a concert each June."""
    titles = ("Audition de la classe", "Concert de fin d’année", "Fête de la musique")
    events = []
    for past in range(4):
        for at, (month, day) in enumerate(((1, 24), (6, 14), (6, 21))):
            when = date(school.first_year - past, month, day)
            events.append(
                Performance(
                    site_id=school.site.id,
                    title=f"{titles[at]} {when.year}",
                    place="Auditorium" if at < 2 else "Place de l’Opéra",
                    day=when,
                    starts=time(18 + at, 30 if at == 0 else 0),
                )
            )
    school.uow.add_all(events)
    rows = []
    for pupil in pupils:
        if pupil.discipline.startswith(("Éveil", "Danse", "Art")):
            continue
        mine = events if _is_irina(pupil) else events[pupil.number % 3 :: 3][:3]
        for at, event in enumerate(mine):
            if _is_irina(pupil) and at % 3 == 2 and at > 2:
                continue
            work, composer, movement, seconds = WORKS[(at + pupil.number) % len(WORKS)]
            together = at % 3 == 2
            rows.append(
                Piece(
                    site_id=school.site.id,
                    pupil_id=pupil.id,
                    performance_id=event.id,
                    work=work,
                    composer=composer,
                    movement=movement,
                    seconds=seconds,
                    role=pupil.discipline.split(",")[0],
                    ensemble="Orchestre des jeunes" if together else "",
                    partners="Nora Vasseur (violon), Émile Guérin (violoncelle)" if together else "",
                    teacher=" ".join(TEACHERS[at % len(TEACHERS)]),
                    comment="Joué par cœur." if at % 2 == 0 else "",
                )
            )
    school.uow.add_all(rows)
