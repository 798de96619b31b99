"""« Annoncer ou justifier une absence »: lessons to tick, those missed and those to come, other days; one reason, one document."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from fastapi import Request
from markupsafe import Markup
from starlette.responses import JSONResponse, Response

from components.layout.file_notices import script_texts, sending_place, sends_at_once
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, classes
from components.ui.panel import Act, Answer
from components.web.received_files import busy, read_kept
from data.accounts.caller import Audience, Caller
from data.core import formats
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.fields import DATE
from data.core.i18n import _, plural
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families import stored_files
from data.families.models import Pupil, Rights
from data.families.stored_files import StoredFile
from data.schooling import absence_report, absences, announced, unexcused
from data.schooling import models as schooling
from data.schooling.absence_report import KIND, Days, Report
from data.schooling.absences import Absence, AbsenceNotice, NoticeState
from data.schooling.models import Course, Enrolment, Lesson, starts_for
from data.uploads import validation
from data.uploads.limits import MAX_JOINED_BYTES, MAX_JOINED_PAGES

MISSED, COMING = "missed-", "lesson-"  # then a number: names of boxes
NO_LESSON = plural(
    "Aucun cours de {name} n’est prévu ce jour-là. Vérifiez la date, ou envoyez de nouveau pour prévenir quand même.",
    "Aucun cours de {name} n’est prévu ces jours-là. Vérifiez les dates, ou envoyez de nouveau pour prévenir quand même.",
)


@dataclass
class Typed:
    """The form as it was sent, while something in it is faulty; what the address ticks (`absence`, `lesson`); what was asked about:
    days without a lesson, what was announced before (`older`)."""

    absence: int = 0
    lesson: int = 0
    values: dict[str, str] = field(default_factory=dict)
    faults: dict[str, UserError] = field(default_factory=dict)
    doubted: Days | None = None
    older: frozenset[int] = frozenset()

    def ticked(self, name: str, *, proposed: bool) -> bool:
        return name in self.values if self.values else proposed


def draw(uow: UnitOfWork, pupil: Pupil, typed: Typed, notices: list[AbsenceNotice]) -> Markup:
    title = uow.translate("Annoncer ou justifier une absence")
    form = acting_form(
        html.h2(title),
        _lessons(uow, pupil, typed, notices),
        _reasons(uow, typed),
        labelled(
            uow,
            "absence-comment",
            "Précisions",
            "textarea",
            value=typed.values.get("comment", ""),
            fault=typed.faults.get("comment"),
            maxlength=1000,
            rows=2,
        ),
        _document(uow, pupil),
        html.div(html.button(uow.translate("Envoyer"), type="submit", class_="btn"), class_="actions"),
        do="announce",
        of=pupil.number,
        data_draft=f"absence-{pupil.number}",
        data_texts=script_texts(uow),
        class_="stack-form of-absence",
    )
    return html.section(form, class_="card", aria_label=title)


def _lessons(uow: UnitOfWork, pupil: Pupil, typed: Typed, notices: list[AbsenceNotice]) -> Markup:
    said = [each for each in notices if announced.stands(each)]
    missed = [_missed(uow, typed, *found) for found in unexcused.to_explain(uow, pupil.id)]
    coming = [_coming(uow, typed, said, *found) for found in absence_report.coming(uow, pupil.id, typed.lesson)]
    fault = typed.faults.get("what")
    return html.fieldset(
        html.legend(uow.translate("Quels cours ?")),
        missed and html.p(uow.translate("À justifier"), class_="soft"),
        missed and html.ul(missed, class_="to-tick"),
        coming and _to_come(uow, coming, folded=bool(missed and typed.absence and not typed.values)),
        fault
        and html.p(icon("alert"), html.span(fault.message(uow.language)), class_="fault", id="absence-what-fault"),
        _other_days(uow, pupil, typed, alone=not missed and not coming),
        id="absence-what",
        tabindex="-1",
        aria_describedby="absence-what-fault" if fault else None,
    )


def _to_come(uow: UnitOfWork, lines: list[Markup], *, folded: bool) -> Markup:
    """Folded for who comes to justify one."""
    lessons = html.ul(lines, class_="to-tick")
    if folded:
        summary = html.summary(uow.translate("Des cours à venir"))
        return html.details(summary, lessons, id="absence-coming", class_="folded")
    return html.p(uow.translate("À venir"), class_="soft") + lessons


def _tick(name: str, text: Markup, *, ticked: bool) -> Markup:
    box = html.input(type="checkbox", id=f"absence-{name}", name=name, checked=ticked)
    return html.li(html.label(box, text, class_="tick"))


def _missed(uow: UnitOfWork, typed: Typed, absence: Absence, course: Course) -> Markup:
    name = f"{MISSED}{absence.id}"
    at = formats.clock(absence.starts, uow.language)
    text = html.span(html.strong(course.name), html.span(_at(uow, absence.day, at), class_="small soft"))
    return _tick(name, text, ticked=typed.ticked(name, proposed=absence.id == typed.absence))


def _at(uow: UnitOfWork, day: date, hour: str) -> str:
    text = formats.near_day(day, uow.today, uow.language)
    return uow.translate("{day} à {hour}", day=text, hour=hour) if hour else text


def _coming(
    uow: UnitOfWork, typed: Typed, said: list[AbsenceNotice], lesson: Lesson, enrolment: Enrolment, course: Course
) -> Markup:
    """A box; what was announced already has none."""
    name, at = f"{COMING}{lesson.id}", formats.clock(starts_for(lesson, enrolment, course), uow.language)
    text = html.span(html.strong(_at(uow, lesson.day, at)), html.span(course.name, class_="small soft"))
    if any(announced.covers(each, enrolment.pupil_id, lesson.day, course.id) for each in said):
        when = html.span(icon("check"), text, class_="when")
        return html.li(when, html.span(uow.translate("Annoncée"), class_="chip"), class_="announced")
    return _tick(name, text, ticked=typed.ticked(name, proposed=lesson.id == typed.lesson))


def _other_days(uow: UnitOfWork, pupil: Pupil, typed: Typed, *, alone: bool) -> Markup:
    values, faults = typed.values, typed.faults
    courses = {str(each.course.id): each.course.name for each in schooling.courses(uow, pupil.id)}
    days = [
        labelled(
            uow,
            f"absence-{name}",
            label,
            "text",
            value=values.get(name, ""),
            hint=_("jj/mm/aaaa"),
            fault=faults.get(name),
            span=4,
            inputmode="numeric",
            autocomplete="off",
        )
        for name, label in (("first_day", _("Premier jour")), ("last_day", _("Dernier jour (si plusieurs)")))
    ]
    course = labelled(
        uow,
        "absence-course",
        "Cours",
        "select",
        options={"": _("Tous les cours"), **courses},
        value=values.get("course", ""),
        span=4,
    )
    return html.details(
        html.summary(uow.translate("D’autres jours")),
        html.div(days, course, class_="grid"),
        id="absence-days",
        open=alone or bool(values.get("first_day") or values.get("last_day")),
        class_="folded",
    )


def _reasons(uow: UnitOfWork, typed: Typed) -> Markup:
    fault = typed.faults.get("reason")
    choices = (
        html.label(
            html.input(
                type="radio",
                name="reason",
                id=f"absence-reason{f'-{at}' if at else ''}",
                value=reason,
                checked=typed.values.get("reason") == reason,
                data_draft_too=True,
                aria_describedby="absence-reason-fault" if fault else None,
            ),
            html.span(uow.translate(reason)),
        )
        for at, reason in enumerate(absences.REASONS)
    )
    return html.fieldset(
        html.legend(uow.translate("Motif"), html.span(" ", uow.translate("(obligatoire)"))),
        html.div(choices, class_="reasons"),
        fault
        and html.p(icon("alert"), html.span(fault.message(uow.language)), id="absence-reason-fault", class_="fault"),
        class_=classes(fault and "faulty"),
    )


def _document(uow: UnitOfWork, pupil: Pupil) -> Markup:
    chooser = sends_at_once(
        uow,
        "absence",
        f"/eleves/{pupil.number}/absences/document",
        uow.translate("document (facultatif)"),
        data_names="absence-document",
    )
    return html.div(
        html.p(uow.translate("Document (facultatif)")),
        html.div(chooser, class_="links-row"),
        sending_place("absence"),
        html.input(type="text", name="document", id="absence-document", value="", hidden=True, tabindex="-1"),
        class_="field",
    )


def announce(uow: UnitOfWork, act: Act, n: int, typed: Typed) -> Answer:
    pupil, _ = families.pupil_by_number(uow, n)
    typed.values, typed.faults = dict(act.values), {}
    days = _days(act, typed)
    report = Report(
        _numbers(act, MISSED),
        _numbers(act, COMING),
        days,
        act.values.get("reason", ""),
        act.values.get("comment", "").strip(),
        act.values.get("document", "")[:32],
    )
    try:
        if typed.faults:
            raise ValidationErrors(typed.faults)
        if days and days != typed.doubted and absence_report.no_lesson(uow, pupil, days):
            typed.doubted = days
            count = 2 if days.last and days.last != days.first else 1
            raise ValidationErrors({"first_day": UserError(NO_LESSON, count=count, name=pupil.called)})
        older = frozenset(each.id for each in absence_report.already(uow, pupil, report))
        typed.older, asked = older, typed.older
        sent = absence_report.send(uow, pupil, replace(report, replaces=asked))
    except ValidationErrors as invalid:
        typed.faults = invalid.faults
        return Answer(focus=f"absence-{next(iter(invalid.faults))}")
    typed.values, typed.absence, typed.lesson, typed.doubted, typed.older = {}, 0, 0, None, frozenset()
    return Answer(dialog=_done(uow, sent), forget=f"absence-{n}", focus="sent-title")


def _done(uow: UnitOfWork, sent: list[AbsenceNotice]) -> str:
    """What was sent, past absences and announcements told apart where there is but one of the two."""
    past, count = [each for each in sent if each.absence_id], len(sent)
    if not past:
        return uow.ngettext(
            "L’absence a été annoncée au conservatoire. Il vous répondra par e-mail.",
            "Les absences ont été annoncées au conservatoire. Il vous répondra par e-mail.",
            count=count,
        )
    if len(past) == count:
        return uow.ngettext(
            "Votre justification a été envoyée. Le conservatoire vous répondra par e-mail.",
            "Vos justifications ont été envoyées. Le conservatoire vous répondra par e-mail.",
            count=count,
        )
    return uow.translate(
        "Votre justification et votre annonce ont été envoyées. Le conservatoire vous répondra par e-mail."
    )


def _days(act: Act, typed: Typed) -> Days | None:
    """Nothing where neither day is written; what cannot be read is a fault."""
    read: dict[str, date | None] = {}
    for name in ("first_day", "last_day"):
        try:
            read[name] = DATE.read(act.values.get(name, ""))
        except UserError as error:
            typed.faults[name] = error
    if not act.values.get("first_day", "").strip() and not act.values.get("last_day", "").strip():
        return None
    return Days(read.get("first_day"), read.get("last_day"), parse_id(act.values.get("course", "")))


def _numbers(act: Act, prefix: str) -> list[int]:
    names = (name.removeprefix(prefix) for name in act.values if name.startswith(prefix))
    return [number for number in (parse_id(name) for name in names) if number is not None]


@plain(
    "/eleves/{n}/absences/document",
    Audience.FAMILY,
    methods=("POST",),
    most_bytes=MAX_JOINED_BYTES + 65536,
)
async def receive(caller: Caller, request: Request, n: int) -> Response:
    """A document for a message that is not sent yet: kept, and named to the form. One that no message names in a day goes
    (data/privacy/orphan_files.py)."""
    with caller.unit_of_work() as uow:
        _may_give(uow, n)
    return await received(caller, request, n)


@plain(
    "/eleves/{n}/absences/{notice}/document",
    Audience.FAMILY,
    methods=("POST",),
    most_bytes=MAX_JOINED_BYTES + 65536,
)
async def join_document(caller: Caller, request: Request, n: int, notice: int) -> Response:
    """A document for a message that still waits; it replaces the one before."""
    with caller.unit_of_work() as uow:
        found, pupil = uow.get(AbsenceNotice, notice), _may_give(uow, n)
        if found.pupil_id != pupil.id or found.state == NoticeState.WITHDRAWN:
            raise NotFound(f"notice {notice}")
        answered = found.state != NoticeState.PENDING
    if answered:  # before anything is kept
        return JSONResponse({"refused": caller.translate(absences.ANSWERED)}, 422)
    return await received(caller, request, n, lambda uow, stored: absences.attach(uow, notice, stored.name))


def _may_give(uow: UnitOfWork, n: int) -> Pupil:
    pupil, link = families.pupil_by_number(uow, n)
    if link.rights != Rights.ALL:
        raise NotFound(f"documents of pupil number {n}")
    return pupil


async def received(
    caller: Caller, request: Request, n: int, then: Callable[[UnitOfWork, StoredFile], None] | None = None
) -> Response:
    """One file, or the photographed pages of one, checked and kept; the answer for components/assets/theme/upload_at_once.js."""
    try:
        with caller.unit_of_work() as uow:
            stored_files.within_quota(uow, KIND)
        async with request.form(max_files=MAX_JOINED_PAGES + 1, max_fields=MAX_JOINED_PAGES + 4) as form:
            name, kept = await read_kept(form)
        with caller.unit_of_work(writes=True) as uow:
            pupil, _ = families.pupil_by_number(uow, n)
            stored = stored_files.store(uow, pupil.id, KIND, kept.content, kept.media_type, name)
            if then:
                then(uow, stored)
            remarks = [uow.translate(validation.REMARKS[each]) for each in kept.remarks]
            answer = {"received": stored.shown, "document": stored.name, "remarks": remarks}
    except validation.Busy as error:
        return busy(caller, error)
    except UserError as error:
        return JSONResponse({"refused": error.message(caller.language)}, 422)
    return JSONResponse(answer, 200)
