"""The window of a course, with its own address: « Cours », « Évaluations », « Absences »; each line opens its detail."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from markupsafe import Markup

from components.layout import glossary
from components.layout.layout import way_back
from components.ui import html, lists
from components.ui.icons import icon
from components.ui.lists import Listing
from components.ui.markup import Content, join
from components.ui.own_words import filled, own
from components.ui.panel import Act, Answer, Handler, only_shows
from components.ui.question_link import question_link
from components.ui.status_chip import label_of, status_of
from components.ui.tables import facts
from data.core import formats
from data.core.errors import NotFound
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families.models import Pupil, PupilLink, Rights
from data.messages.models import About
from data.schooling import absences, results
from data.schooling import models as schooling
from data.schooling.absences import Absence, AbsenceNotice, NoticeState
from data.schooling.models import Attended, Lesson, LessonState, instead_of, starts_for
from pages.family.pupil.course_lists import ABSENCES, LESSONS, MARKS, Meeting

NEXT = 5  # lessons shown at once
TABS = {"cours": _("Cours"), "evaluations": _("Évaluations"), "absences": _("Absences")}
ADDRESS = re.compile(r"/eleves/\d+/cours(?:/(\d{1,9})(?:/(cours|evaluations|absences)(?:/(\d{1,9}))?)?)?")


@dataclass
class Window:
    """What is open: the course (0: nothing), its tab, the line whose detail is shown; how each list is arranged."""

    n: int
    course: int = 0
    tab: str = "cours"
    line: int = 0
    left: int = 0  # the line that was open before

    def __post_init__(self) -> None:
        self.named: dict[int, str] = {}  # a lesson -> the list that it is in
        self.lists: dict[str, Listing[Any]] = {
            "cours": self._own(LESSONS),
            "later": self._own(replace(LESSONS, name="later-lessons", caption=_("Cours suivants"))),
            "past": self._own(replace(LESSONS, name="past-lessons", caption=_("Cours passés"))),
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
        """As the address says; NotFound when it is none of ours."""
        found = ADDRESS.fullmatch(path)
        if found is None:
            raise NotFound(path[:80])
        self.left = self.line
        self.course, self.tab, self.line = int(found[1] or 0), found[2] or "cours", int(found[3] or 0)


def acts(window: Window) -> dict[str, Handler]:
    """What is done in the window."""

    def tab(uow: UnitOfWork, act: Act) -> Answer:
        if act.of not in TABS:
            raise NotFound(f"tab {act.of[:20]}")
        before = window.path()
        window.tab, window.line = act.of, 0
        return Answer(push=window.path()) if window.path() != before else Answer()

    def line(uow: UnitOfWork, act: Act) -> Answer:
        before, window.line = window.line, act.number()
        window.left = before
        return Answer(push=window.path(), focus="line-title" if window.line else _opener(window, before))

    found: dict[str, Handler] = {"tab": only_shows(tab), "line": only_shows(line)}
    for listing in window.lists.values():
        found |= lists.acts(listing)
    return found


def _opener(window: Window, line: int) -> str:
    """The link that opened that line."""
    named = window.named.get(line, "") if window.tab == "cours" else ""
    return f"open-{named or window.lists[window.tab].name}-{line}"


def draw(uow: UnitOfWork, window: Window, pupil: Pupil, link: PupilLink) -> Markup:
    """NotFound when the pupil has no such course, or the course no such line."""
    found = schooling.attended(uow, pupil.id, window.course)
    body = {"cours": _course, "evaluations": _marks, "absences": _absences}[window.tab](uow, window, found, link)
    tabs = [
        html.a(
            uow.translate(label),
            href=window.path(name, 0),
            id=f"tab-{name}",
            data_do="tab",
            data_of=name,
            aria_current="page" if name == window.tab else None,
        )
        for name, label in TABS.items()
    ]
    about = " · ".join(filter(None, (found.course.number, found.teacher_name, pupil.full_name)))
    return html.dialog(
        html.div(
            html.div(html.h2(found.course.name, id="window-title", tabindex="-1", autofocus=True), html.p(about)),
            html.button(
                icon("cross"),
                uow.translate("Fermer"),
                type="button",
                class_="btn quiet small",
                data_closes=True,
            ),
            class_="window-head",
        ),
        html.nav(tabs, class_="tabs", aria_label=uow.translate("Fenêtre du cours")),
        html.div(body, class_="window-body"),
        class_="window",
        id="window",
        open=True,
        data_window=f"/eleves/{window.n}/cours",
        aria_labelledby="window-title",
    )


def _detail(uow: UnitOfWork, window: Window, title: Content, detail: Markup, more: Markup | None = None) -> Markup:
    """A line opened, in the place of its list."""
    back = way_back(
        uow.translate("Retour à la liste"), window.path(window.tab, 0), id="line-0", data_do="line", data_of="0"
    )
    return html.article(
        html.p(back),
        html.h3(title, id="line-title", tabindex="-1"),
        detail,
        more,
        class_="stack-form",
    )


def _facts(uow: UnitOfWork, pairs: Sequence[tuple[str, object]]) -> Markup:
    return facts(glossary.explained(uow.language, pairs, "window"))


def _course(uow: UnitOfWork, window: Window, found: Attended, link: PupilLink) -> Markup:
    course = found.course
    missed = {absence.day: absence for absence in absences.of_course(uow, found.enrolment.pupil_id, course.id)}
    meetings = [
        Meeting(
            lesson,
            _status(lesson, missed.get(lesson.day), uow.today),
            starts_for(lesson, found.enrolment, course) or found.slot,
            _minutes(found, lesson),
        )
        for lesson in schooling.lessons(uow, course.id)
    ]
    if window.line:
        one = _chosen(window, {meeting.lesson.id: meeting for meeting in meetings})
        pairs = [
            (_("Date"), formats.day(one.lesson.day)),
            (_("Statut"), uow.translate(one.status)),
            (_("Heure de passage"), formats.clock(one.starts, uow.language)),
            (_("Durée"), formats.duration(one.minutes, uow.language)),
            (_("Salle"), course.room),
            (_("Déplacé"), instead_of(one.lesson, uow.language, found.enrolment)),
            (_("Remarque"), own(uow, one.lesson.note)),
        ]
        may = link.rights == Rights.ALL and one.lesson.day >= uow.today and one.lesson.state != LessonState.CANCELLED
        more = _to_the_form(uow, window, _("Annoncer une absence"), f"cours={one.lesson.id}") if may else None
        return _detail(uow, window, formats.long_day(one.lesson.day, uow.language), _facts(uow, pairs), more)
    when = " ".join(
        filter(None, (formats.weekday(course.weekday, uow.language), formats.clock(course.starts, uow.language)))
    )
    pairs = [
        (_("Cours"), course.name),
        (_("N°"), course.number),
        (_("Département"), course.department),
        (_("Enseignant"), found.teacher_name),
        (_("Cycle"), course.cycle),
        (_("Jour et horaire"), when),
        (_("Heure de passage"), formats.clock(found.slot, uow.language)),
        (_("Durée"), formats.duration(found.slot_minutes, uow.language)),
        (_("Salle"), course.room),
    ]
    ask = html.p(question_link(uow, About.COURSE, found.enrolment.id, named=course.name), class_="links-row")
    return _facts(uow, pairs) + ask + _meetings(uow, window, meetings)


def _meetings(uow: UnitOfWork, window: Window, meetings: list[Meeting]) -> Markup:
    """The next lessons first; those that are far, and those that were, are folded."""
    coming = [each for each in meetings if each.lesson.day >= uow.today]
    past = [each for each in reversed(meetings) if each.lesson.day < uow.today]
    folded = (
        (
            "later",
            coming[NEXT:],
            uow.ngettext("{count} autre cours à venir", "{count} autres cours à venir", count=len(coming[NEXT:])),
        ),
        ("past", past, uow.ngettext("{count} cours passé", "{count} cours passés", count=len(past))),
    )
    window.named = {each.lesson.id: window.lists[name].name for name, rows, _ in folded for each in rows}
    shown = lists.draw(uow, window.lists["cours"], coming[:NEXT]) if coming or not past else None
    more = [
        html.details(
            html.summary(text),
            lists.draw(uow, window.lists[name], rows),
            open=window.left in {each.lesson.id for each in rows} or not coming,
            class_="folded",
        )
        for name, rows, text in folded
        if rows
    ]
    return join([shown, *more])


def _minutes(found: Attended, lesson: Lesson) -> int:
    return found.slot_minutes or lesson.minutes


def _status(lesson: Lesson, absence: Absence | None, today: date) -> str:
    state = LessonState(lesson.state or LessonState.PLANNED)  # an import may have erased it
    if absence and state != LessonState.CANCELLED:
        return _("Absence justifiée") if absence.excused else _("Absent")
    return _("Passé") if state == LessonState.PLANNED and lesson.day < today else label_of(state)


def _chosen(window: Window, rows: dict[int, lists.Row]) -> lists.Row:
    if window.line not in rows:
        raise NotFound(f"line {window.line}")
    return rows[window.line]


def _marks(uow: UnitOfWork, window: Window, found: Attended, _link: PupilLink) -> Markup:
    marks = results.marks(uow, found.enrolment.pupil_id, found.course.id)
    if not window.line:
        return lists.draw(uow, window.lists["evaluations"], marks)
    one = _chosen(window, {mark.id: (mark, assessment) for mark, assessment in marks})
    pairs = [(column.label, column.cell(uow, one)) for column in MARKS.columns]
    return _detail(uow, window, own(uow, one[1].kind) or uow.translate("Évaluation"), _facts(uow, pairs))


def _absences(uow: UnitOfWork, window: Window, found: Attended, link: PupilLink) -> Markup:
    listed = absences.of_course(uow, found.enrolment.pupil_id, found.course.id)
    if not window.line:
        return lists.draw(uow, window.lists["absences"], listed)
    one = _chosen(window, {absence.id: absence for absence in listed})
    sent = [each for each in absences.notices(uow, one.pupil_id) if each.absence_id == one.id]
    pairs = [(column.label, column.cell(uow, one)) for column in ABSENCES.columns]
    more = _sent(uow, window, sent[0]) if sent else None
    may = link.rights == Rights.ALL and not one.excused and not (sent and sent[0].state == NoticeState.PENDING)
    form = _to_the_form(uow, window, _("Justifier cette absence"), f"absence={one.id}") if may else None
    return _detail(
        uow,
        window,
        formats.long_day(one.day, uow.language),
        _facts(uow, pairs),
        Markup("").join(filter(None, (more, form))),
    )


def _to_the_form(uow: UnitOfWork, window: Window, label: str, ticked: str) -> Markup:
    """Where a lesson's absence is said: that one is ticked there."""
    link = html.a(uow.translate(label), href=f"/eleves/{window.n}/absences?{ticked}", class_="btn")
    return html.div(link, class_="actions")


def _sent(uow: UnitOfWork, window: Window, notice: AbsenceNotice) -> Markup:
    """What the family wrote, and where it stands."""
    text = {
        NoticeState.PENDING: uow.translate("Justification envoyée, en attente de réponse."),
        NoticeState.ACCEPTED: uow.translate("Justification acceptée."),
        NoticeState.DECLINED: filled(uow.translate("Justification refusée : {reason}"), reason=own(uow, notice.answer)),
    }[NoticeState(notice.state)]
    link = html.a(uow.translate("Joindre un document ou retirer la justification"), href=f"/eleves/{window.n}/absences")
    return html.div(
        icon("clock" if notice.state == NoticeState.PENDING else "info"),
        html.p(text, " ", link if notice.state == NoticeState.PENDING else None),
        class_=f"notice {status_of(NoticeState(notice.state)).look}",
    )
