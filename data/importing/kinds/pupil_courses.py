"""Courses that a list of pupils names: the pupils are enrolled in those that the year has; those that it lacks are offered to be made."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from rapidfuzz import fuzz, process

from data.core import formats
from data.core.errors import UserError
from data.core.fields import fold, full_name
from data.importing import name_cells
from data.importing.kinds.household_children import ask_order
from data.importing.kinds.household_ditto import PAST_YEARS
from data.importing.kinds.household_people import Child, Entry
from data.importing.name_cells import Name
from data.importing.questions import Choice, Question
from data.importing.records import terms_of
from data.importing.snapshot import Draft, Entity, Line, Snapshot
from data.importing.title_groups import plain
from data.schooling.models import Course, Enrolment, Teacher

BETWEEN = re.compile(r"\s*[;,\n]\s*|\s+[/+]\s+|(?<=[^\W\d]{2})/(?=[^\W\d]{2})")  # « Piano, FM »; « 3/4 ans » is one
MAX_CHOICES, NUMBER_LENGTH, DEPARTMENT_LENGTH = 12, 20, 80
NEAR = 75  # of 100: two teachers’ names are nearly the same
PARTICLES = frozenset("le la les de du des d' van von der ben el al st ste saint sainte".split())
NONE, MAKE, LINK = "none", "make", "link"


class Named(NamedTuple):
    """A course as a line names it; `teacher` in the file’s words, "" where it names none."""

    year: str
    name: str
    teacher: str

    @property
    def text(self) -> str:
        return ", ".join(filter(None, (self.name, self.teacher)))


@dataclass
class Year:
    """The courses of a school year, by their numbers and names in plain letters; the pupils who have one already."""

    courses: dict[str, list[Entity]] = field(default_factory=dict)
    pupils: set[int] = field(default_factory=set)


@dataclass
class Courses:
    """What the site has, and what the file makes."""

    years: dict[str, Year] = field(default_factory=dict)
    made: dict[tuple[str, str, int], Entity] = field(default_factory=dict)  # year, name, which teacher
    is_read: bool = False


def enrol(line: Line, snapshot: Snapshot, entry: Entry, child: Child, pupil: Entity) -> None:
    """The pupil into the courses that the line names, as far as they are known or it is answered so."""
    if snapshot.questions.is_open(PAST_YEARS) and _year(line, snapshot) < formats.school_year(snapshot.today):
        return  # whether the line is to be imported at all is not said yet
    names, teacher = list(_names(line, snapshot, child)), str(line.get("teacher", ""))
    if teacher and (len(names) != 1 or len(entry.children) != 1):
        _tell_teacher(line, snapshot, teacher)
        teacher = ""
    elif first := line.get("teacher_first_name"):
        teacher = f"{first} {teacher}".strip() if teacher else ""
    for name in names:
        named = Named(_year(line, snapshot), name, teacher)
        course = _course(line, snapshot, _column(child), named, pupil)
        if course is not None:
            refs = {"pupil_id": pupil, "course_id": course}
            snapshot.put(line, Draft(Enrolment, [(pupil, course)], {}, refs=refs), once=False, updates=False)


def _year(line: Line, snapshot: Snapshot) -> str:
    return str(line.get("school_year") or formats.school_year(snapshot.today))


def _names(line: Line, snapshot: Snapshot, child: Child) -> Iterator[str]:
    """A cell may name several; one that is a course as a whole is that one."""
    cell = child.text("discipline")
    if fold(cell) in _of_year(snapshot, _year(line, snapshot)).courses:
        yield cell
    else:
        yield from filter(None, dict.fromkeys(part.strip(" .") for part in BETWEEN.split(cell)))


def _tell_teacher(line: Line, snapshot: Snapshot, teacher: str) -> None:
    sentence = UserError("Ces lignes ne disent pas de quel cours est cet enseignant : il n’est pas enregistré.")
    choices = (Choice("left", UserError("Oui, laisser l’enseignant de côté")),)
    asked = Question("whose-teacher", sentence, choices, column=snapshot.titles.get("teacher", ""), stops=False)
    snapshot.questions.ask(asked, line=line.number, sample=teacher)


def _of_year(snapshot: Snapshot, year: str) -> Year:
    known = snapshot.context(Courses)
    if not known.is_read:
        known.is_read = True
        for course in snapshot.every(Course):
            _index(known.years.setdefault(course["school_year"], Year()), course)
        for enrolment in snapshot.every(Enrolment):
            if (of := snapshot.at(Course, enrolment["course_id"])) is not None:
                known.years[of["school_year"]].pupils.add(enrolment["pupil_id"])
    return known.years.setdefault(year, Year())


def _index(year: Year, course: Entity) -> None:
    for word in dict.fromkeys((fold(course["number"]), fold(course["name"]))):
        year.courses.setdefault(word, []).append(course)


def _course(line: Line, snapshot: Snapshot, column: str, named: Named, pupil: Entity) -> Entity | None:
    """The course, once there is no doubt which; None while nobody said, or where none is wanted."""
    year = _of_year(snapshot, named.year)
    there = year.courses.get(fold(named.name), [])
    fits = [each for each in there if not named.teacher or is_taught_by(snapshot, each, named.teacher)]
    if theirs := [each for each in fits if snapshot.find(Enrolment, (pupil, each))]:
        return theirs[0]
    if len(fits) == 1:
        return fits[0] if _ask_known(line, snapshot, column, named, again=pupil.id in year.pupils) == LINK else None
    if there:
        answer = _ask_which(line, snapshot, column, named, there)
        return next((each for each in there if answer == str(each.id)), None) or _made_if(
            line, snapshot, column, named, answer
        )
    if not named.teacher and year.courses and not says_course(snapshot, column):
        return None  # a discipline, in a year that has its courses under other names: it is the pupil’s own
    return _made_if(line, snapshot, column, named, _ask_new(line, snapshot, column, named))


def _column(child: Child) -> str:
    return "discipline" if child.slot == 1 else f"pupil{child.slot}_discipline"


def says_course(snapshot: Snapshot, column: str) -> bool:
    """« Cours », « Cours choisi »: the column names courses, and not their numbers."""
    words = {*plain(snapshot.titles.get(column, "")).split()}
    return "cours" in words and not words & {"n", "code", "reference"}


ONLY_DISCIPLINE = Choice(NONE, UserError("Non : garder ce nom comme discipline de l’élève, sans inscription"))


def _ask_known(line: Line, snapshot: Snapshot, column: str, named: Named, *, again: bool) -> str:
    """Told; of who has courses this year already, nothing is added unsaid."""
    link = Choice(LINK, UserError("Oui, les y inscrire"))
    if again:
        sentence = UserError(
            "Ces élèves ont déjà des cours en {year}, et pas celui que le fichier nomme. Faut-il les y inscrire aussi ?",
            year=named.year,
        )
        asked = Question(
            f"more-courses:{named.year}", sentence, (ONLY_DISCIPLINE, link), snapshot.titles.get(column, ""), False
        )
    else:
        sentence = UserError("Ces cours existent en {year} : les élèves y sont inscrits.", year=named.year)
        asked = Question(
            f"known-courses:{named.year}", sentence, (link, ONLY_DISCIPLINE), snapshot.titles.get(column, ""), False
        )
    return snapshot.questions.ask(asked, line=line.number, sample=named.text)


def _ask_which(line: Line, snapshot: Snapshot, column: str, named: Named, there: list[Entity]) -> str:
    """Several courses of that name, or one that somebody else teaches. It stops where the file names a teacher."""
    sentence = UserError("« {name} » : quel est ce cours de {year} ?", name=named.text[:80], year=named.year)
    courses = tuple(Choice(str(each.id), _called(snapshot, each)) for each in there[:MAX_CHOICES] if each.id)
    new = (Choice(MAKE, UserError("Un autre, à créer avec cet enseignant")),) if named.teacher else ()
    said = (named.year, fold(named.name), *sorted(terms_of(_bare(named.teacher))))
    digest = hashlib.sha256(repr(said).encode()).hexdigest()[:12]
    asked = Question(
        f"course:{digest}",
        sentence,
        (ONLY_DISCIPLINE, *courses, *new),
        snapshot.titles.get(column, ""),
        bool(named.teacher),
    )
    return snapshot.questions.ask(asked, line=line.number, sample=named.text)


def _called(snapshot: Snapshot, course: Entity) -> UserError:
    name, number, teacher = course["name"], course["number"], _teacher_name(_teacher_of(snapshot, course))
    if teacher:
        return UserError("{name}, n° {number}, {teacher}", name=name, number=number, teacher=teacher)
    return UserError("{name}, n° {number}", name=name, number=number)


def _ask_new(line: Line, snapshot: Snapshot, column: str, named: Named) -> str:
    """Asked where the file names teachers, offered else."""
    sentence = UserError(
        "Le portail n’a pas encore ces cours en {year}. Faut-il les créer, et y inscrire les élèves ?", year=named.year
    )
    taught = bool(named.teacher) or "teacher" in snapshot.titles
    if taught:
        none = UserError("Non : garder leur nom comme discipline des élèves ; les enseignants ne sont pas enregistrés")
        make = UserError("Oui, avec leurs enseignants")
    else:
        none, make = UserError("Non : garder leur nom comme discipline des élèves"), UserError("Oui, les créer")
    choices = (Choice(NONE, none), Choice(MAKE, make))
    asked = Question(f"new-courses:{named.year}", sentence, choices, snapshot.titles.get(column, ""), taught)
    return snapshot.questions.ask(asked, line=line.number, sample=named.text)


def _made_if(line: Line, snapshot: Snapshot, column: str, named: Named, answer: str) -> Entity | None:
    return make(line, snapshot, column, named) if answer == MAKE else None


def make(line: Line, snapshot: Snapshot, column: str, named: Named) -> Entity | None:
    """The course, made once for all its lines; None while who teaches it is not sure, which is told or asked."""
    teacher = _teacher(line, snapshot, named.teacher) if named.teacher else None
    if named.teacher and teacher is None:
        return None
    made, key = snapshot.context(Courses).made, (named.year, fold(named.name), id(teacher))
    if key in made:
        return made[key]
    number = _number(snapshot, named, teacher)
    values = {"school_year": named.year, "number": number, "name": named.name}
    if not says_course(snapshot, column) and len(named.name) <= DEPARTMENT_LENGTH:
        values["department"] = named.name
    refs = {"teacher_id": teacher} if teacher else {}
    made[key] = snapshot.put(line, Draft(Course, [(named.year, fold(number))], values, refs=refs), once=False)
    return made[key]


def is_made(snapshot: Snapshot, course: Entity) -> bool:
    """Whether an answer of this file made it."""
    return any(course is each for each in snapshot.context(Courses).made.values())


def _number(snapshot: Snapshot, named: Named, teacher: Entity | None) -> str:
    """« PIANO LE GALL »: the same whatever the order of the lines; a digest where it is too long, or another course’s."""
    who = f"{teacher['last_name']} {teacher['first_name']}" if teacher else ""
    text = fold(f"{named.name} {who}").strip().upper()
    digest = hashlib.sha256(text.encode()).hexdigest()[:4].upper()
    short = f"{text[: NUMBER_LENGTH - 5].rstrip()}-{digest}"
    is_free = len(text) <= NUMBER_LENGTH and snapshot.find(Course, (named.year, fold(text))) is None
    return text if is_free else short


def _teacher_of(snapshot: Snapshot, course: Entity) -> Entity | None:
    return course.refs.get("teacher_id") or snapshot.at(Teacher, course["teacher_id"])


def _teacher_name(teacher: Entity | None) -> str:
    return full_name(teacher["first_name"], teacher["last_name"]) if teacher else ""


def is_taught_by(snapshot: Snapshot, course: Entity, typed: str) -> bool:
    teacher = _teacher_of(snapshot, course)
    return teacher is not None and any(teacher is each for each in _teachers(snapshot, typed))


def _bare(typed: str) -> str:
    """Without « Mme », « M. »."""
    return name_cells.LEADING.sub("", typed).strip(" .")


def _teachers(snapshot: Snapshot, typed: str) -> list[Entity]:
    """By code, by both names in either order, or by a surname alone: who may be meant."""
    words = terms_of(_bare(typed))
    if (found := snapshot.find(Teacher, ("code", typed), ("words", words))) is not None:
        return [found]
    return [each for each in snapshot.every(Teacher) if terms_of(each["last_name"]) == words]


def _teacher(line: Line, snapshot: Snapshot, typed: str) -> Entity | None:
    """The teacher, made where nobody is called nearly so."""
    found = _teachers(snapshot, typed)
    if len(found) == 1:
        return found[0]
    if found:
        line.fault("teacher", UserError("Plusieurs enseignants portent ce nom. Écrivez aussi le prénom."))
        return None
    names = {_teacher_name(each): each for each in snapshot.every(Teacher)}
    near = process.extractOne(
        fold(_bare(typed)), [*names], scorer=fuzz.token_sort_ratio, processor=fold, score_cutoff=NEAR
    )
    if near:
        line.fault("teacher", UserError("Enseignant inconnu. Vouliez-vous écrire « {name} » ?", name=near[0]))
        return None
    return _made_teacher(line, snapshot, typed)


def _made_teacher(line: Line, snapshot: Snapshot, typed: str) -> Entity | None:
    names = name_cells.read_people(typed).names
    words = fold(_bare(typed)).split()
    if len(names) == 1 and PARTICLES.issuperset(words[:-1]):
        names = (Name(last=_bare(typed)),)  # « LE GALL », « Mme Roy »: a surname alone
    elif len(names) == 1 and not names[0].sure:
        sentence = UserError("Dans ces cellules, quel mot est le nom, lequel est le prénom ?")
        names = name_cells.read_people(typed, last_first=ask_order(line, snapshot, "teacher", sentence, typed)).names
    if len(names) != 1 or not names[0].last:
        line.fault("teacher", UserError("Un enseignant par cours : gardez-en un, et écrivez son nom et son prénom."))
        return None
    last, first = names[0].last, names[0].first
    written = next((each for each in snapshot.added.get(Teacher, ()) if _differs(each, last, first)), None)
    if written is not None:
        why = UserError("Le fichier nomme aussi « {name} » : écrivez partout le même nom.", name=_teacher_name(written))
        line.fault("teacher", why)
        return None
    keys = [("name", fold(last), fold(first)), ("words", terms_of(last, first))]
    return snapshot.put(line, Draft(Teacher, keys, {"last_name": last, "first_name": first}), once=False)


def _differs(teacher: Entity, last: str, first: str) -> bool:
    """One surname, and one of the two has no first name."""
    return terms_of(teacher["last_name"]) == terms_of(last) and bool(teacher["first_name"]) != bool(first)
