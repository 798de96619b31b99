"""The window of a course, with its own address: « Cours », « Évaluations », « Absences »; each line opens its detail."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any

from markupsafe import Markup

from components.layout import glossary
from components.layout.layout import way_back
from components.ui import lists
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.lists import Column, Listing
from components.ui.markup import acting_form, tag
from components.ui.panel import Act, Answer, Handler, only_shows
from components.ui.tables import facts
from data.core import formats
from data.core.errors import Faulty, NotYours, Refused
from data.core.unit_of_work import Visit
from data.families import models as families
from data.families.models import Pupil, PupilLink
from data.schooling import absences, results
from data.schooling import models as schooling
from data.schooling.absences import Absence, AbsenceNotice
from data.schooling.models import Attended, Lesson
from data.schooling.results import Marked

TABS = {"cours": "Cours", "evaluations": "Évaluations", "absences": "Absences"}
STATES = {"held": "Présent", "planned": "Prévu", "moved": "Déplacé", "cancelled": "Annulé"}
ADDRESS = re.compile(r"/eleves/\d+/cours(?:/(\d{1,9})(?:/(cours|evaluations|absences)(?:/(\d{1,9}))?)?)?")


@dataclass(frozen=True)
class Meeting:
    """A lesson as this pupil knows it."""

    lesson: Lesson
    status: str
    starts: time | None
    minutes: int


LESSONS: Listing[Meeting] = Listing(
    name="lessons",
    caption="Dates des cours",
    columns=(
        Column("Date", lambda v, m: formats.day(m.lesson.day), lambda m: m.lesson.day, look="tight"),
        Column("Statut", lambda v, m: v.say(m.status)),
        Column("Heure de passage", lambda v, m: formats.clock(m.starts, v.tongue), lambda m: m.starts, look="tight"),
        Column("Durée", lambda v, m: formats.duration(m.minutes), lambda m: m.minutes, look="tight"),
    ),
    of=lambda m: m.lesson.id,
    empty="Les dates de ce cours ne sont pas encore saisies.",
)
MARKS: Listing[Marked] = Listing(
    name="marks",
    caption="Évaluations",
    columns=(
        Column("Type d’évaluation", lambda v, m: m[1].kind),
        Column("Date", lambda v, m: formats.day(m[1].day), lambda m: m[1].day, look="tight"),
        Column("Type de classe", lambda v, m: m[1].class_kind),
        Column("Note", lambda v, m: formats.decimal(m[0].value, v.tongue), lambda m: m[0].value, look="num"),
        Column(
            "Barème", lambda v, m: formats.decimal(m[1].scale, v.tongue, places=0), lambda m: m[1].scale, look="num"
        ),
        Column(
            "Coef.",
            lambda v, m: formats.decimal(m[1].coefficient, v.tongue, places=0),
            lambda m: m[1].coefficient,
            look="num",
        ),
        Column("Lettre", lambda v, m: m[0].letter),
        Column("Mention", lambda v, m: m[0].mention),
        Column("Appréciation", lambda v, m: m[0].remark, look="broad"),
        Column("Absent", lambda v, m: v.say("Oui") if m[0].absent else ""),
        Column(
            "Moyenne de la classe",
            lambda v, m: formats.decimal(m[1].class_average, v.tongue),
            lambda m: m[1].class_average,
            look="num",
        ),
    ),
    of=lambda m: m[0].id,
    called=lambda m: formats.day(m[1].day),
    empty="Aucune évaluation n’est enregistrée pour ce cours.",
)


def _excused(v: Visit, absence: Absence) -> Markup:
    if absence.excused:
        return tag("span", icon("check"), v.say("Oui"), class_="chip good")
    if absence.day > v.today:
        return tag("span", v.say("À venir"), class_="chip")
    return tag("span", icon("alert"), v.say("Non"), class_="chip bad")


ABSENCES: Listing[Absence] = Listing(
    name="absences",
    caption="Absences",
    columns=(
        Column("Date", lambda v, a: formats.day(a.day), lambda a: a.day, look="tight"),
        Column("Heure", lambda v, a: formats.clock(a.starts, v.tongue), lambda a: a.starts, look="tight"),
        Column("Durée", lambda v, a: formats.duration(a.minutes), lambda a: a.minutes, look="tight"),
        Column("Motif", lambda v, a: v.say(a.reason) if a.reason in absences.REASONS else a.reason),
        Column("Justifiée", _excused),
        Column("Commentaire", lambda v, a: a.comment, look="broad"),
    ),
    of=lambda a: a.id,
    empty="Aucune absence n’est enregistrée pour ce cours.",
)


@dataclass
class Window:
    """What is open: the course (0: nothing), its tab, the line whose detail is shown; how each list is arranged."""

    n: int
    course: int = 0
    tab: str = "cours"
    line: int = 0
    reason: str = ""
    comment: str = ""
    faults: dict[str, Refused] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lists: dict[str, Listing[Any]] = {
            "cours": self._own(LESSONS),
            "evaluations": self._own(MARKS),
            "absences": self._own(ABSENCES),
        }

    def _own(self, listing: Listing[lists.Row]) -> Listing[lists.Row]:
        """The same list, arranged by this person alone."""
        return replace(
            listing, order=lists.Order(), href=lambda row: self.path(line=int(str(listing.of(row)))), do="line"
        )

    def path(self, tab: str = "", line: int | None = None) -> str:
        """The address of the window at a tab and a line; of the list when nothing is open."""
        shown, at = tab or self.tab, self.line if line is None and not tab else line or 0
        if not self.course:
            return f"/eleves/{self.n}/cours"
        return f"/eleves/{self.n}/cours/{self.course}" + (
            f"/{shown}/{at}" if at else f"/{shown}" if shown != "cours" else ""
        )

    def go(self, path: str) -> None:
        """As the address says; NotYours when it is none of ours."""
        found = ADDRESS.fullmatch(path)
        if found is None:
            raise NotYours(path[:80])
        self.course, self.tab, self.line = int(found[1] or 0), found[2] or "cours", int(found[3] or 0)
        self.faults = {}


def acts(window: Window) -> dict[str, Handler]:
    """What is done in the window."""

    def tab(v: Visit, act: Act) -> Answer:
        if act.of not in TABS:
            raise NotYours(f"tab {act.of[:20]}")
        window.tab, window.line, window.faults = act.of, 0, {}
        return Answer(url=window.path())

    def line(v: Visit, act: Act) -> Answer:
        before, window.line, window.faults = window.line, act.number(), {}
        back = f"open-{window.lists[window.tab].name}-{before}"
        return Answer(url=window.path(), focus="line-title" if window.line else back)

    def justify(v: Visit, act: Act) -> Answer:
        pupil, _ = families.pupil_by_number(v, window.n)
        window.reason, window.comment = act.values.get("reason", ""), act.values.get("comment", "")
        try:
            absences.justify(v, pupil, window.line, reason=window.reason, comment=window.comment)
        except Faulty as faulty:
            window.faults = faulty.faults
            return Answer(focus=f"justify-{next(iter(faulty.faults))}")
        window.faults, window.reason, window.comment = {}, "", ""
        return Answer(
            dialog=v.say("Votre justification a été envoyée. Le conservatoire vous répondra par e-mail."),
            forget=f"justify-{window.line}",
            focus="line-title",
        )

    found: dict[str, Handler] = {"tab": only_shows(tab), "line": only_shows(line), "justify": justify}
    for listing in window.lists.values():
        found |= lists.acts(listing)
    return found


def draw(v: Visit, window: Window, pupil: Pupil, link: PupilLink) -> Markup:
    """NotYours when the pupil has no such course, or the course no such line."""
    found = schooling.attended(v, pupil.id, window.course)
    body = {"cours": _course, "evaluations": _marks, "absences": _absences}[window.tab](v, window, found, link)
    tabs = [
        tag(
            "a",
            v.say(label),
            href=window.path(name, 0),
            id=f"tab-{name}",
            data_do="tab",
            data_of=name,
            aria_current="page" if name == window.tab else None,
        )
        for name, label in TABS.items()
    ]
    about = " · ".join(filter(None, (found.course.number, found.teacher_name, pupil.full_name)))
    return tag(
        "dialog",
        tag(
            "div",
            tag("div", tag("h2", found.course.name, id="window-title", tabindex="-1", autofocus=True), tag("p", about)),
            tag("button", icon("cross"), v.say("Fermer"), type="button", class_="btn quiet small", data_closes=True),
            class_="window-head",
        ),
        tag("nav", tabs, class_="tabs", aria_label=v.say("Fenêtre du cours")),
        tag("div", body, class_="window-body"),
        class_="window",
        id="window",
        open=True,
        data_window=f"/eleves/{window.n}/cours",
        aria_labelledby="window-title",
    )


def _detail(v: Visit, window: Window, title: str, sheet: Markup, more: Markup | None = None) -> Markup:
    """A line opened, in the place of its list."""
    back = way_back(v.say("Retour à la liste"), window.path(window.tab, 0), id="line-0", data_do="line", data_of="0")
    return tag(
        "article",
        tag("p", back),
        tag("h3", title, id="line-title", tabindex="-1"),
        sheet,
        more,
        class_="stack-form",
    )


def _sheet(v: Visit, pairs: Sequence[tuple[str, object]]) -> Markup:
    return facts(glossary.explained(v.tongue, pairs, "window"))


def _course(v: Visit, window: Window, found: Attended, _link: PupilLink) -> Markup:
    course = found.course
    missed = {absence.day: absence for absence in absences.of_course(v, found.enrolment.pupil_id, course.id)}
    meetings = [
        Meeting(
            lesson,
            _status(lesson, missed.get(lesson.day), v.today),
            found.slot or lesson.starts,
            _minutes(found, lesson),
        )
        for lesson in schooling.lessons(v, course.id)
    ]
    if window.line:
        one = _chosen(window, {meeting.lesson.id: meeting for meeting in meetings})
        pairs = [
            ("Date", formats.day(one.lesson.day)),
            ("Statut", v.say(one.status)),
            ("Heure de passage", formats.clock(one.starts, v.tongue)),
            ("Durée", formats.duration(one.minutes)),
            ("Salle", course.room),
            ("Remarque", one.lesson.note),
        ]
        return _detail(v, window, formats.long_day(one.lesson.day, v.tongue), _sheet(v, pairs))
    when = " ".join(filter(None, (formats.weekday(course.weekday, v.tongue), formats.clock(course.starts, v.tongue))))
    pairs = [
        ("Cours", course.name),
        ("N°", course.number),
        ("Département", course.department),
        ("Enseignant", found.teacher_name),
        ("Cycle", course.cycle),
        ("Jour et horaire", when),
        ("Heure de passage", formats.clock(found.slot, v.tongue)),
        ("Durée", formats.duration(found.slot_minutes)),
        ("Salle", course.room),
    ]
    return _sheet(v, pairs) + lists.draw(v, window.lists["cours"], meetings)


def _minutes(found: Attended, lesson: Lesson) -> int:
    return found.slot_minutes or lesson.minutes


def _status(lesson: Lesson, absence: Absence | None, today: date) -> str:
    if lesson.state == "cancelled":
        return "Annulé"
    if absence:
        return "Absence justifiée" if absence.excused else "Absent"
    return "Passé" if lesson.state == "planned" and lesson.day < today else STATES.get(lesson.state, "Prévu")


def _chosen(window: Window, rows: dict[int, lists.Row]) -> lists.Row:
    if window.line not in rows:
        raise NotYours(f"line {window.line}")
    return rows[window.line]


def _marks(v: Visit, window: Window, found: Attended, _link: PupilLink) -> Markup:
    marks = results.marks(v, found.enrolment.pupil_id, found.course.id)
    if not window.line:
        return lists.draw(v, window.lists["evaluations"], marks)
    one = _chosen(window, {mark.id: (mark, assessment) for mark, assessment in marks})
    pairs = [(column.label, column.cell(v, one)) for column in MARKS.columns]
    return _detail(v, window, one[1].kind or v.say("Évaluation"), _sheet(v, pairs))


def _absences(v: Visit, window: Window, found: Attended, link: PupilLink) -> Markup:
    listed = absences.of_course(v, found.enrolment.pupil_id, found.course.id)
    if not window.line:
        return lists.draw(v, window.lists["absences"], listed)
    one = _chosen(window, {absence.id: absence for absence in listed})
    sent = [each for each in absences.notices(v, one.pupil_id) if each.absence_id == one.id]
    pairs = [(column.label, column.cell(v, one)) for column in ABSENCES.columns]
    more = _sent(v, window, sent[0]) if sent else None
    may = link.rights == "all" and not one.excused and not (sent and sent[0].state == "pending")
    form = _justify_form(v, window, one) if may else None
    return _detail(
        v, window, formats.long_day(one.day, v.tongue), _sheet(v, pairs), Markup("").join(filter(None, (more, form)))
    )


def _sent(v: Visit, window: Window, notice: AbsenceNotice) -> Markup:
    """What the family wrote, and where it stands."""
    words = {
        "pending": v.say("Justification envoyée, en attente de réponse."),
        "accepted": v.say("Justification acceptée."),
        "declined": v.say("Justification refusée : {reason}", reason=notice.answer),
    }[notice.state]
    look = {"pending": "pending", "accepted": "good", "declined": "bad"}[notice.state]
    link = tag("a", v.say("Joindre un document ou retirer"), href=f"/eleves/{window.n}/absences")
    return tag(
        "div",
        icon("clock" if notice.state == "pending" else "info"),
        tag("p", words, " ", link if notice.state == "pending" else None),
        class_=f"notice {look}",
    )


def _justify_form(v: Visit, window: Window, absence: Absence) -> Markup:
    return acting_form(
        tag("h3", v.say("Justifier cette absence")),
        labelled(
            v,
            "justify-reason",
            "Motif",
            "select",
            options={"": "Choisir", **{reason: reason for reason in absences.REASONS}},
            value=window.reason,
            fault=window.faults.get("reason"),
            required=True,
        ),
        labelled(
            v,
            "justify-comment",
            "Précisions",
            "textarea",
            value=window.comment,
            maxlength=1000,
            rows=3,
            fault=window.faults.get("comment"),
        ),
        tag("div", tag("button", v.say("Envoyer la justification"), type="submit", class_="btn"), class_="actions"),
        do="justify",
        of=absence.id,
        id="justify-form",
        data_keep=f"justify-{absence.id}",
        class_="stack-form",
    )
