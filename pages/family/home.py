"""« Accueil »: what needs doing, what waits, the next lessons, then the pupils, the money, what was answered, the news."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import Content, ending, join
from components.ui.own_words import filled, own, own_text
from components.ui.status_chip import status_chip
from data.billing import models as billing
from data.billing import online_payments
from data.billing.models import Ledger
from data.core import formats
from data.core.i18n import _, pair
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families.models import Pupil, Rights
from data.office import family_home
from data.office.news import News
from data.reenrolment import due as reenrolment_due
from data.schooling import announced, at_home
from data.schooling import models as schooling
from data.schooling.absences import AbsenceNotice
from data.schooling.at_home import AtHome
from data.schooling.models import Attended, Lesson, LessonState, instead_of, starts_for
from pages.family import requests, to_do
from pages.family.billing import balance_words
from pages.family.requests import BILLING, Line
from pages.family.to_do import Known

LESSONS = 6  # shown at once
Accounts = Mapping[Ledger, billing.Account]
Family = Sequence[AtHome]
Coming = Mapping[int, Sequence[Attended]]  # by pupil


@screen("/", Audience.FAMILY, title=_("Accueil"))
def home(uow: UnitOfWork) -> None:
    topics = [("family", uow.family_id or 0), ("news", uow.site_id or 0), ("campaigns", uow.site_id or 0)]
    Panel(uow, _draw, follows=topics, classes="flow")


@dataclass(frozen=True)
class Read:
    """What « Accueil » is drawn of."""

    known: Known
    waiting: Sequence[Line]
    answered: Sequence[Line]
    announced: Sequence[AbsenceNotice]  # that stand
    first: str  # how the reader is called


def read(uow: UnitOfWork) -> Read:
    ledgers, pupils, exchange = billing.accounts(uow), at_home.pupils(uow), family_home.exchange(uow)
    theirs = {each.pupil.id: each.pupil for each in pupils}
    coming = schooling.coming(uow, theirs)
    standing = reenrolment_due.standing(
        uow, [(each.pupil, each.link) for each in pupils], coming, known=exchange.campaigns
    )
    people: list[families.Record] = [*exchange.adults, *theirs.values()]
    notices = [(notice, theirs[notice.pupil_id]) for notice in exchange.notices if notice.pupil_id in theirs]
    sources = requests.Sources(
        exchange.changes, (standing.sent, standing.given), ledgers, people, notices, exchange.messages
    )
    waiting, answered = requests.latest(uow, sources)
    known = Known(exchange, pupils, coming, ledgers, standing.due)
    said = [notice for notice, _pupil in notices if announced.stands(notice)]
    return Read(known, waiting, answered, said, exchange.me.called if exchange.me else uow.name)


def _draw(uow: UnitOfWork) -> Markup:
    found = read(uow)
    known = found.known
    when = formats.long_day(uow.today, uow.language)
    under = uow.translate(
        "{day} · année scolaire {year}", day=when[:1].upper() + when[1:], year=formats.school_year(uow.today)
    )
    return (
        head(uow.translate("Bonjour {name}", name=found.first).strip(), under)
        + to_do.draw(uow, known)
        + to_do.waiting(uow, found.waiting)
        + _lessons(uow, known.pupils, known.coming, found.announced)
        + html.div(
            _pupils(uow, known.pupils, known.coming),
            _balance(uow, known.ledgers),
            requests.card(uow, found.answered, any_waiting=bool(found.waiting)),
            class_="cards",
        )
        + _news(uow, known.exchange.news)
    )


def _lessons(uow: UnitOfWork, pupils: Family, coming: Coming, said: Sequence[AbsenceNotice]) -> Markup:
    """« Les prochains cours »: the next one of each course of all the children, and one before it that is cancelled, the first
    to come first."""
    found = [
        (lesson, each, pupil, link)
        for pupil, link in ((each.pupil, each.link) for each in pupils)
        for each in coming[pupil.id]
        for lesson in (each.cancelled, each.lesson)
        if lesson
    ]
    found.sort(key=lambda one: (one[0].day, starts_for(one[0], one[1].enrolment, one[1].course) or time()))
    if not found:
        return Markup("")
    title, found = uow.translate("Les prochains cours"), found[:LESSONS]
    lines = [
        html.li(
            _lesson(uow, lesson, each, pupil if len(pupils) > 1 else None),
            _absent(uow, lesson, each, pupil, said)
            if link.rights == Rights.ALL and lesson.state != LessonState.CANCELLED
            else None,
        )
        for lesson, each, pupil, link in found
    ]
    whole = html.p(html.a(uow.translate("Voir l’agenda"), href="/agenda"), class_="links-row")
    return html.section(
        html.h2(title), html.ul(lines, class_="tasks lessons"), whole, class_="of-home", aria_label=title
    )


def _lesson(uow: UnitOfWork, lesson: Lesson, attended: Attended, pupil: Pupil | None) -> Markup:
    """« demain à 17 h 15 · Irina · Piano 206 », then what is out of the ordinary, the room and the teacher."""
    what = "".join(f" · {each}" for each in (pupil.called if pupil else "", attended.course.name) if each)
    unusual = lesson.state in {LessonState.MOVED, LessonState.CANCELLED}
    changed = status_chip(uow, LessonState(lesson.state)) if unusual else None
    room = attended.course.room if lesson.state != LessonState.CANCELLED else ""
    said = own(uow, lesson.note) if unusual and lesson.note else ""
    instead = instead_of(lesson, uow.language, attended.enrolment)
    where = join(filter(None, (instead, said, room, attended.teacher_name)), " · ")
    return html.span(
        html.span(html.strong(_when(uow, lesson, attended)), what, changed and (" ", changed)),
        where and html.span(where, class_="small soft"),
    )


def _when(uow: UnitOfWork, lesson: Lesson, attended: Attended) -> str:
    day = formats.near_day(lesson.day, uow.today, uow.language)
    at = formats.clock(starts_for(lesson, attended.enrolment, attended.course), uow.language)
    return uow.translate("{day} à {hour}", day=day, hour=at) if at else day


def _absent(uow: UnitOfWork, lesson: Lesson, attended: Attended, pupil: Pupil, said: Sequence[AbsenceNotice]) -> Markup:
    """« Absence ? », or that it is announced: both lead to where it is done and undone."""
    about = ending(uow.language, f"{pupil.called}, {attended.course.name}, {_when(uow, lesson, attended)}")
    path = f"/eleves/{pupil.number}/absences"
    if any(announced.covers(each, pupil.id, lesson.day, lesson.course_id) for each in said):
        return html.a(
            icon("check"),
            uow.translate("Annoncée"),
            about,
            href=f"{path}#sent-title",
            class_="link",
        )
    href = f"{path}?cours={lesson.id}"
    return html.a(uow.translate("Absence ?"), about, href=href, class_="link")


def _news(uow: UnitOfWork, found: Sequence[News]) -> Markup:
    """What the conservatoire tells everybody."""
    if not found:
        return Markup("")
    lines = [html.li(html.h3(own_text(uow, each, "title")), html.p(own_text(uow, each, "body"))) for each in found]
    title = html.h2(uow.translate("Actualités"))
    return html.section(
        title,
        html.ul(lines, class_="list news"),
        class_="card flow-card",
        aria_label=uow.translate("Actualités"),
    )


def _pupils(uow: UnitOfWork, found: Family, coming: Coming) -> list[Markup]:
    """A card for each: courses, last mark, the way to the record."""
    if not found:
        text = uow.translate(
            "Aucun élève n’est rattaché à votre famille. Si c’est une erreur, adressez-vous au conservatoire."
        )
        return [html.section(html.h2(uow.translate("Élèves")), html.p(text), class_="card")]
    return [_pupil(uow, each, coming[each.pupil.id]) for each in found]


def _missed(uow: UnitOfWork, each: AtHome, attended: Sequence[Attended]) -> Markup | None:
    """Where nothing can be done of it: « À faire » has what this household may justify."""
    pupil, missed = each.pupil, each.missed
    if not missed.count or each.link.rights == Rights.ALL:
        return None
    text = uow.ngettext("{count} absence non justifiée", "{count} absences non justifiées", count=missed.count)
    about = to_do.last_missed(uow, missed, attended)
    if about and missed.count == 1:
        text = pair(text, about, uow.language)
    elif about:
        text = uow.translate("{text}, la dernière : {about}", text=text, about=about)
    href = f"/eleves/{pupil.number}/cours"
    if missed.enrolment_id:
        href += f"/{missed.enrolment_id}/absences" + (f"/{missed.absence_id}" if missed.count == 1 else "")
    return html.p(html.a(text, href=href), class_="small")


def _pupil(uow: UnitOfWork, seen: AtHome, coming: Sequence[Attended]) -> Markup:
    pupil = seen.pupil
    courses = [each for each in coming if each.course.school_year == formats.school_year(uow.today)]
    about = " · ".join(filter(None, (", ".join(each.course.name for each in courses) or pupil.discipline, pupil.cycle)))
    facts: list[tuple[str, Content]] = []
    if seen.last:
        mark, assessment = seen.last
        out_of = formats.decimal(assessment.scale, uow.language, places=0)
        course = next((each.course.name for each in courses if each.course.id == assessment.course_id), "")
        day = formats.short_day(assessment.day, uow.language) if assessment.day else ""
        given = ", ".join(("", *filter(None, (course, day))))
        got = html.strong(f"{formats.decimal(mark.value, uow.language)} / {out_of}")
        facts.append((uow.translate("Dernière évaluation"), (got, given)))
    return html.section(
        html.h2(pupil.full_name),
        html.p(about, class_="soft") if about else "",
        facts and html.dl((html.div(html.dt(label), html.dd(value)) for label, value in facts), class_="brief"),
        _missed(uow, seen, coming),
        html.p(
            html.a(
                uow.translate("Ouvrir le dossier"),
                ending(uow.language, pupil.full_name),
                href=f"/eleves/{pupil.number}/cours",
            ),
        ),
        class_="card",
    )


def _balance(uow: UnitOfWork, accounts: Accounts) -> Markup:
    """What is due in both accounts, and when."""
    due = sum(account.balance for account in accounts.values())
    unpaid = sorted(
        (entry for account in accounts.values() for entry in account.unpaid), key=lambda e: e.next_due or e.row.day
    )
    text = balance_words(uow, due, none=uow.translate("Rien à régler"))
    lines = [
        html.li(
            html.span(
                filled(
                    uow.translate("{label} : {sum}"),
                    label=own(uow, entry.row.label),
                    sum=formats.euros(entry.due, uow.language),
                )
            ),
            entry.next_due
            and html.span(
                uow.translate(
                    "{sum} le {day}", sum=formats.euros(entry.next_part, uow.language), day=formats.day(entry.next_due)
                ),
                class_="small soft",
            ),
        )
        for entry in unpaid[:3]
    ]
    where = BILLING[unpaid[0].row.ledger] if unpaid else BILLING[Ledger.TUITION]
    pay = (
        html.p(html.a(uow.translate("Payer en ligne"), href=f"{where}/payer", class_="btn"))
        if unpaid and due > 0 and online_payments.offered(uow)
        else None
    )
    return html.section(
        html.h2(uow.translate("Facturation")),
        html.p(text, class_="soft"),
        html.p(formats.euros(abs(due), uow.language), class_="big") if due else None,
        lines and html.ul(lines, class_="list"),
        pay,
        html.p(
            html.a(uow.translate("Voir la facturation"), href=where),
            html.a(uow.translate("Vos papiers"), href="/papiers"),
            class_="links-row",
        ),
        class_="card",
    )
