"""« Familles », tab « En bref »: the record in reading mode, for the telephone. « Modifier » opens the forms."""

from markupsafe import Markup

from components.ui import html
from components.ui.contact import mail_link, phone_link
from components.ui.icons import icon
from components.ui.markup import ending, join
from components.ui.status_chip import IN_A_FAMILY_RECORD, status_chip
from data.core import formats, sites
from data.core.days import age_on
from data.core.fields import editables
from data.core.unit_of_work import UnitOfWork
from data.directory import brief
from data.directory.brief import Brief, PupilBrief
from data.families import protection
from data.families.models import Guardian
from data.mail.outbox import LetterState
from data.reenrolment.campaigns import Campaign
from data.reenrolment.models import ReenrolmentState
from data.schooling.models import Attended, EnrolmentStatus, starts_for
from pages.staff.families.families import PATH
from pages.staff.families.family import FamilyView, tab

NUMBERS = ("phone_mobile", "phone_home", "phone_work")


def _draw(uow: UnitOfWork, view: FamilyView) -> Markup:
    shown = brief.of_family(uow, view.family, [pupil for pupil, _ in view.pupils])
    return html.div(
        _adults(uow, view),
        html.div(
            _balance(uow, view, shown),
            _requests(uow, shown),
            [_pupil(uow, view, each) for each in shown.pupils],
            None if shown.pupils else _no_pupil(uow, view),
            class_="flow",
        ),
        _letters(uow, view, shown),
        class_="brief-record",
    )


def _edit(uow: UnitOfWork, view: FamilyView, part: str, whose: str) -> Markup:
    named = ending(uow.language, whose)
    return html.a(
        uow.translate("Modifier"), named, href=f"{PATH}/{view.family.number}/{part}", class_="btn quiet small"
    )


def _adults(uow: UnitOfWork, view: FamilyView) -> Markup:
    title = uow.translate("Adultes")
    empty = html.p(uow.translate("Aucun adulte")) if not view.adults else None
    return html.section(
        html.div(html.h2(title), _edit(uow, view, "adultes", title), class_="head"),
        [_adult(uow, adult, first=adult is view.adults[0]) for adult in view.adults],
        empty,
        class_="card",
        aria_label=title,
    )


def _adult(uow: UnitOfWork, adult: Guardian, *, first: bool) -> Markup:
    """How they are called, in the order in which one tries."""
    chip = html.span(uow.translate("Responsable"), class_="chip") if first else None
    name = html.h3(adult.full_name or uow.translate("Sans nom"), " ", chip)
    if not protection.contact_shown(uow, adult):
        return html.div(name, html.p(icon("alert"), " ", uow.translate(protection.PROTECTED)), class_="person")
    fields = editables(Guardian)
    phones = [
        (uow.translate(fields[each].mark.label), phone_link(uow, getattr(adult, each)))
        for each in NUMBERS
        if getattr(adult, each)
    ]
    town = f"{adult.postcode} {adult.town}".strip()
    place = ", ".join(part for part in (adult.address, town) if part)
    lines = [
        *phones,
        (uow.translate("E-mail"), mail_link(adult.email) if adult.email else ""),
        (uow.translate("Adresse"), place),
    ]
    shown = [html.div(html.dt(label), html.dd(value)) for label, value in lines if value]
    return html.div(
        name,
        html.dl(shown, class_="reached") if shown else html.p(uow.translate("Ni téléphone, ni e-mail."), class_="soft"),
        class_="person",
    )


def _balance(uow: UnitOfWork, view: FamilyView, shown: Brief) -> Markup:
    """What is owed, and since when or until when."""
    owed, label = view.numbers.balance, uow.translate("Solde")
    link = html.a(uow.translate("Facturation"), href=f"{PATH}/{view.family.number}/facturation")
    if owed == 0:
        body = html.p(html.strong(uow.translate("Rien à régler")))
    else:
        favour = html.small(uow.translate("en votre faveur")) if owed < 0 else None
        body = html.p(
            html.strong(formats.euros(abs(owed), uow.language), class_="amount"), " ", favour, _due(uow, shown, owed)
        )
    return html.section(html.div(html.h2(label), link, class_="head"), body, class_="card", aria_label=label)


def _due(uow: UnitOfWork, shown: Brief, owed: int) -> Markup | None:
    if owed < 0 or shown.next_due is None:
        return None
    day = formats.day(shown.next_due)
    if shown.next_due < uow.today:
        text = uow.translate("échéance du {day} dépassée", day=day)
        return html.span(icon("alert"), text, class_="chip bad")
    return html.span(icon("clock"), uow.translate("échéance le {day}", day=day), class_="chip pending")


def _pupil(uow: UnitOfWork, view: FamilyView, each: PupilBrief) -> Markup:
    pupil = each.pupil
    years = age_on(pupil.birth_date, uow.today) if pupil.birth_date else None
    age = uow.ngettext("{count} an", "{count} ans", count=years) if years is not None else ""
    about = " · ".join(
        filter(None, (uow.translate("Dossier n° {number}", number=pupil.number), age, pupil.discipline, pupil.cycle))
    )
    return html.section(
        html.div(
            html.div(html.h2(pupil.full_name), html.p(about, class_="soft")),
            _edit(uow, view, "eleves", pupil.full_name),
            class_="head",
        ),
        html.dl(
            [html.div(html.dt(label), html.dd(value)) for label, value in _lines(uow, each) if value],
            class_="facts-lines",
        ),
        class_="card",
        aria_label=pupil.full_name,
    )


def _no_pupil(uow: UnitOfWork, view: FamilyView) -> Markup:
    title = uow.translate("Élèves")
    return html.section(
        html.div(html.h2(title), _edit(uow, view, "eleves", title), class_="head"),
        html.p(uow.translate("Aucun élève n’est rattaché à cette famille.")),
        class_="card",
        aria_label=title,
    )


def _lines(uow: UnitOfWork, each: PupilBrief) -> list[tuple[str, Markup | str]]:
    none = html.span(uow.translate("aucun cette année"), class_="soft")
    courses = join([_course(uow, one) for one in each.courses]) if each.courses else none
    note = each.note
    kept = [note and note.revisit and uow.translate("à revoir"), note and note.text]
    return [
        (uow.translate("Cours"), courses),
        (uow.translate("Prochain cours"), _lesson(uow, each)),
        (uow.translate("Cours annulé"), _cancelled(uow, each)),
        (uow.translate("Note"), " · ".join(part for part in kept if part)),
    ]


def _course(uow: UnitOfWork, one: Attended) -> Markup:
    """A line of its own: at 390 px with its text twice as large, WebKitGTK broke down over lines that <br> parts."""
    when = " ".join(
        filter(None, (formats.weekday(one.course.weekday, uow.language), formats.clock(one.slot, uow.language)))
    )
    about = " · ".join(part for part in (one.teacher_name, when.lower()) if part)
    status = EnrolmentStatus(one.enrolment.status)
    waits = None if status == EnrolmentStatus.ENROLLED else status_chip(uow, status)
    return html.div(html.strong(one.course.name), " ", html.span(about, class_="soft"), waits)


def _lesson(uow: UnitOfWork, each: PupilBrief) -> str:
    if each.lesson is None:
        return ""
    lesson, attended = each.lesson
    day = formats.long_day(lesson.day, uow.language)
    hour = formats.clock(starts_for(lesson, attended.enrolment, attended.course), uow.language)
    return " · ".join(filter(None, (attended.course.name, day, hour)))


def _cancelled(uow: UnitOfWork, each: PupilBrief) -> str:
    gone = [(one.course.name, one.cancelled) for one in each.courses if one.cancelled]
    return ", ".join(f"{name} · {formats.long_day(lesson.day, uow.language)}" for name, lesson in gone)


def _requests(uow: UnitOfWork, shown: Brief) -> Markup | None:
    """Where the request of each pupil stands and what it lacks, of all of them before anything else of one."""
    title, lines = uow.translate("Réinscription"), [(each, _request(uow, each)) for each in shown.pupils]
    rows = [html.div(html.dt(each.pupil.full_name), html.dd(line)) for each, line in lines if line]
    if not rows:
        return None
    return html.section(html.h2(title), html.dl(rows, class_="facts-lines"), class_="card", aria_label=title)


def _request(uow: UnitOfWork, each: PupilBrief) -> Markup | None:
    if each.campaign is None or each.state is None:
        return None
    lacks = uow.translate("Pièces manquantes : {documents}", documents=", ".join(each.missing))
    return _state(uow, each, each.campaign, each.state) + (html.div(lacks) if each.missing else Markup())


def _state(uow: UnitOfWork, each: PupilBrief, campaign: Campaign, state: ReenrolmentState) -> Markup:
    chip, title = status_chip(uow, state), campaign.title
    if each.sent is None:
        return html.span(chip, " ", html.span(title, class_="soft"))
    closed = "" if state == ReenrolmentState.SUBMITTED else "&traitees=1"
    href = f"/gestion/demandes?onglet=reinscriptions{closed}&demande={each.sent.id}"
    return html.span(chip, " ", html.a(title, href=href))


def _letters(uow: UnitOfWork, view: FamilyView, shown: Brief) -> Markup:
    title = uow.translate("Derniers courriers")
    every = html.a(uow.translate("Tous"), href=f"{PATH}/{view.family.number}/courriers")
    lines = [
        html.li(
            each.subject.removesuffix(f" – {sites.here(uow).name}"),
            " ",
            status_chip(uow, LetterState(each.state), IN_A_FAMILY_RECORD),
            html.small(formats.moment(each.created_at, uow.zone, uow.language)),
        )
        for each in shown.letters
    ]
    body = html.ul(lines, class_="plain-list") if lines else html.p(uow.translate("Aucun courrier n’est parti à cette famille."))  # fmt: skip
    return html.section(html.div(html.h2(title), every, class_="head"), body, class_="card", aria_label=title)


tab("", _draw, lambda page_state: {})
