"""How a week and a month of « Agenda » are drawn, and what stands for a lesson in both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from markupsafe import Markup

from components.ui import calendar, html
from components.ui.icons import icon
from components.ui.markup import Content, classes
from components.ui.own_words import own
from components.ui.status_chip import status_chip
from data.core import formats
from data.core.i18n import _, translate_or_same
from data.core.unit_of_work import UnitOfWork
from data.families.models import Pupil
from data.schooling.agenda import Appointment, Meeting
from data.schooling.models import LessonState
from data.schooling.school_days import DaysOff

MAX_IN_A_CELL = 4


@dataclass(frozen=True)
class Shown:
    """What is drawn: the chosen day, the first and the last one, the pupils, what they have, the days without lessons."""

    uow: UnitOfWork
    day: date
    first: date
    last: date
    pupils: Sequence[Pupil]
    appointments: Sequence[Appointment]
    off: Sequence[DaysOff]

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=away) for away in range((self.last - self.first).days + 1)]

    def on(self, day: date) -> list[Appointment]:
        return [each for each in self.appointments if each.day == day]

    def closed(self, day: date) -> list[DaysOff]:
        """Why there are no lessons; where the conservatoire is closed, that alone."""
        found = [each for each in self.off if each.first <= day <= each.last]
        return [each for each in found if not each.zone] or found

    def nth(self, pupil: Pupil) -> int:
        return next(at for at, each in enumerate(self.pupils) if each.id == pupil.id)


def legend(pupils: Sequence[Pupil]) -> Markup:
    """Whose colour and shape is which; each line of the agenda has the name too."""
    return html.ul((html.li(calendar.mark(at), pupil.called) for at, pupil in enumerate(pupils)), class_="legend")


def week(shown: Shown) -> Markup:
    return html.ol((_day_of_week(shown, day) for day in shown.days), class_="week")


def _day_of_week(shown: Shown, day: date) -> Markup:
    uow, found = shown.uow, shown.on(day)
    named = formats.weekday(day.isoweekday(), uow.language)
    link = html.a(
        html.span(f"{named[:1].upper()}{named[1:]} {formats.day_number(day, uow.language)} "),
        html.span(formats.month_of_day(day, uow.language), class_="of-month"),
        html.span(uow.translate(" aujourd’hui"), class_="today-word") if day == uow.today else None,
        href=f"/agenda?vue=mois&jour={day.isoformat()}",
        id=f"day-{day.isoformat()}",
        data_day=day.isoformat(),
        data_do="day",
        data_of=day.isoformat(),
        aria_current="date" if day == uow.today else None,
    )
    body = _list(shown, found) if found else html.p(uow.translate("Rien ce jour-là."), class_="nothing-on")
    look = classes("day", day == uow.today and "today", not found and not shown.closed(day) and "empty")
    return html.li(html.h3(link), _off(uow, shown.closed(day)), body, class_=look)


def month(shown: Shown) -> Markup:
    """The month as a table of weeks; the chosen day's lines in full below."""
    uow, days = shown.uow, shown.days
    heads = [
        html.th(
            html.span(formats.weekday(number, uow.language)[:3], aria_hidden="true"),
            html.span(formats.weekday(number, uow.language), class_="unseen"),
            scope="col",
        )
        for number in range(1, 8)
    ]
    rows = [html.tr(_cell(shown, day) for day in days[at : at + 7]) for at in range(0, len(days), 7)]
    chosen, closed = shown.on(shown.day), shown.closed(shown.day)
    named = formats.long_day(shown.day, uow.language)
    return html.table(
        html.caption(html.span(formats.month(shown.day, uow.language), class_="unseen")),
        html.thead(html.tr(heads)),
        html.tbody(rows),
        class_="month",
    ) + html.section(
        html.h3(named[:1].upper() + named[1:]),
        _off(uow, closed),
        _list(shown, chosen) if chosen else html.p(uow.translate("Rien ce jour-là."), class_="nothing-on"),
        class_="card flow-card day",
        aria_label=named,
    )


def _cell(shown: Shown, day: date) -> Markup:
    uow, found, closed = shown.uow, shown.on(day), shown.closed(day)
    chosen = day == shown.day
    link = html.a(
        html.span(str(day.day), aria_hidden="true"),
        html.span(formats.long_day(day, uow.language), class_="unseen"),
        href=f"/agenda?vue=mois&jour={day.isoformat()}",
        id=f"day-{day.isoformat()}",
        data_day=day.isoformat(),
        data_do="day",
        data_of=day.isoformat(),
        tabindex=None if chosen else "-1",
        aria_current="date" if day == uow.today else None,
    )
    lines = [_line(shown, each) for each in found[:MAX_IN_A_CELL]]
    if more := len(found) - len(lines):
        lines.append(html.li(uow.ngettext("et {count} autre", "et {count} autres", count=more)))
    look = classes(
        day.month != shown.day.month and "other",
        day == uow.today and "today",
        chosen and "chosen",
        bool(closed) and "off",
    )
    off = html.span(" · ".join(_name(uow, each) for each in closed), class_="off-name") if closed else None
    return html.td(link, off, html.ul(lines) if lines else None, class_=look)


def _line(shown: Shown, each: Appointment) -> Markup:
    """In a cell of the month: a shape where there is no room, the hour and the course where there is."""
    uow, state = shown.uow, each.meeting.state if each.meeting else None
    text = [formats.clock(each.starts, uow.language), each.pupil.called, called(each)]
    if state in {LessonState.CANCELLED, LessonState.MOVED}:
        text.append(uow.translate(_("annulé") if state == LessonState.CANCELLED else _("déplacé")))
    if each.absence or each.announced:
        text.append(uow.translate("absence"))
    return html.li(
        calendar.mark(shown.nth(each.pupil)),
        html.span(" ".join(filter(None, text[:2])), " · ", ", ".join(text[2:]), class_="text"),
        class_=classes(calendar.child(shown.nth(each.pupil)), state == LessonState.CANCELLED and "cancelled"),
    )


def called(each: Appointment) -> str:
    if each.meeting:
        return each.meeting.course.name
    return each.performance.title if each.performance else ""


def _name(uow: UnitOfWork, off: DaysOff) -> str:
    label = translate_or_same(off.label, uow.language)
    if off.zone:
        return uow.translate("{holidays} (zone {zone})", holidays=label, zone=off.zone)
    return uow.translate("Conservatoire fermé : {label}", label=label)


def _off(uow: UnitOfWork, closed: Sequence[DaysOff]) -> Markup | None:
    """Why there are no lessons: the conservatoire is closed, or the schools have holidays."""
    if not closed:
        return None
    return html.p(
        icon("info"),
        html.span(" · ".join(_name(uow, each) for each in closed)),
        class_="off",
    )


def _list(shown: Shown, found: Sequence[Appointment]) -> Markup:
    return html.ul((_appointment(shown, each) for each in found), class_="appointments")


def _appointment(shown: Shown, each: Appointment) -> Markup:
    """A card: when, what (it opens), whose, where and with whom, and what is out of the ordinary."""
    uow, nth = shown.uow, shown.nth(each.pupil)
    path = f"/eleves/{each.pupil.number}"
    if each.meeting:
        path += f"/cours/{each.meeting.enrolment.id}/cours/{each.meeting.lesson.id}"
        about = (each.meeting.course.room, each.meeting.teacher_name)
    else:
        path += f"/repertoire/{each.piece_id}"
        about = (each.performance.place if each.performance else "", uow.translate("audition ou concert"))
    cancelled = each.meeting is not None and each.meeting.state == LessonState.CANCELLED
    return html.li(
        html.p(when(uow, each), class_="when"),
        html.p(html.a(called(each), href=path), class_="what"),
        html.p(calendar.mark(nth), each.pupil.called, class_="whose"),
        html.p(" · ".join(filter(None, about)), class_="small soft") if any(about) else None,
        *_marks(uow, each),
        class_=classes("appointment", calendar.child(nth), cancelled and "cancelled"),
    )


def when(uow: UnitOfWork, each: Appointment) -> str:
    """« 17 h 15 – 17 h 45 »."""
    if each.starts is None:
        return uow.translate("Heure à préciser")
    begins = formats.clock(each.starts, uow.language)
    return f"{begins} – {formats.clock(_ends(each.meeting), uow.language)}" if each.meeting else begins


def _ends(meeting: Meeting) -> time:
    begins = datetime.combine(meeting.lesson.day, meeting.starts or time())
    return (begins + timedelta(minutes=meeting.minutes)).time()


def _marks(uow: UnitOfWork, each: Appointment) -> list[Content]:
    """Cancelled, moved, missed: a word with a drawing, and what can be done about it."""
    found: list[Content] = []
    meeting = each.meeting
    if meeting and meeting.state in {LessonState.CANCELLED, LessonState.MOVED}:
        found.append(status_chip(uow, meeting.state))
    if meeting and (instead := meeting.instead_of(uow.language)):
        found.append(html.p(instead, class_="small"))
    if meeting and meeting.lesson.note:
        found.append(html.p(own(uow, meeting.lesson.note), class_="small"))
    if each.absence and meeting:
        excused, of_pupil = each.absence.excused, f"/eleves/{each.pupil.number}"
        read = f"{of_pupil}/cours/{meeting.enrolment.id}/absences/{each.absence.id}"
        path = read if excused else f"{of_pupil}/absences?absence={each.absence.id}"
        found.append(
            html.p(
                icon("check" if excused else "alert"),
                html.a(
                    uow.translate("Absence justifiée") if excused else uow.translate("Absence à justifier"), href=path
                ),
                class_="was plain" if excused else "fault",
            )
        )
    elif each.announced:
        link = html.a(uow.translate("Absence annoncée"), href=f"/eleves/{each.pupil.number}/absences")
        found.append(html.p(icon("clock"), link, class_="was"))
    return found
