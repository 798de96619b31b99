"""What is printed of a campaign: dossiers, what is missing, class lists, labels. Of the pupils that its table shows."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from sqlmodel import col, select

from data.core import audit, formats, sites
from data.core.audit import Action
from data.core.errors import UserError
from data.core.fields import fold, full_name
from data.core.i18n import _
from data.core.phones import format_phone
from data.core.unit_of_work import UnitOfWork
from data.families import protection
from data.pdf.statement import Chapter, Statement
from data.reenrolment import export
from data.reenrolment import request_list as reenrolment_list
from data.reenrolment.campaigns import Campaign
from data.reenrolment.export import Attended, Gathered
from data.reenrolment.models import WAYS, DocumentState, ReenrolmentState, Way
from data.reenrolment.request_list import Row, Wanted
from data.schooling.models import Course, Teacher

MAX_PUPILS = 500  # of one paper: a few seconds of a processor
LACKING = {DocumentState.MISSING, DocumentState.REFUSED, DocumentState.EXPIRED}
Label = Callable[[StrEnum], str]


def chosen(uow: UnitOfWork, campaign_id: int, wanted: Wanted) -> Gathered:
    uow.staff_only()
    campaign = uow.get(Campaign, campaign_id)
    rows, total = reenrolment_list.page(uow, campaign, wanted, most=MAX_PUPILS)
    if total > MAX_PUPILS:
        raise UserError(
            "{count} élèves, c’est trop pour une impression : choisissez un état, un département ou un cycle ({most} au plus).",
            count=total,
            most=MAX_PUPILS,
        )
    return export.gather(uow, campaign, rows)


def taken(uow: UnitOfWork, campaign_id: int, what: str, pupils: int) -> None:
    """The journal keeps who printed what, of how many."""
    uow.staff_only()
    audit.note(
        uow,
        Action.REENROLMENTS_EXPORTED,
        subject="campaign",
        subject_id=campaign_id,
        changes={"paper": ["", what], "rows": ["", pupils]},
    )


def missing(uow: UnitOfWork, those: Gathered, label: Label) -> Statement:
    """Who has still something to give or to send, and how they are reached."""
    lines = []
    for row in those.rows:
        lacking = [
            each.label
            if state == DocumentState.MISSING
            else uow.translate("{document} ({state})", document=each.label, state=uow.translate(label(state)).lower())
            for each, state in those.documents[row.pupil.id]
            if state in LACKING and each.required
        ]
        if row.sent is None:
            lacking.insert(0, uow.translate("la demande elle-même"))
        if lacking and not (row.sent and row.sent.way == Way.LEAVING):
            lines.append((_name(row), _reach(uow, those, row), " ; ".join(lacking)))
    heads = [uow.translate(each) for each in (_("Élève"), _("Famille"), _("Ce qui manque"))]
    paragraphs = [] if lines else [uow.translate("Rien ne manque.")]
    title = uow.ngettext("{count} élève", "{count} élèves", count=len(lines))
    return _statement(
        uow, _("Ce qui manque"), those, [Chapter(title, paragraphs, heads=heads, rows=lines, widths=(45, 57, 70))]
    )


def classes(uow: UnitOfWork, those: Gathered) -> Statement:
    """A page a course: who attends it, with room to tick lessons."""
    attending: dict[int, list[tuple[Row, Attended]]] = {}
    for row in those.rows:
        for course in those.courses.get(row.pupil.id, ()):
            if course.now:
                attending.setdefault(course.course_id, []).append((row, course))
    found = uow.rows(
        select(Course, Teacher)
        .join(Teacher, col(Teacher.id) == Course.teacher_id, isouter=True)
        .where(col(Course.id).in_(attending))
        .order_by(col(Course.name), col(Course.id))
    )
    heads = [uow.translate(_("Élève")), uow.translate(_("Naissance")), uow.translate(_("Niveau")), *[""] * 8]
    chapters = [
        Chapter(
            course.name,
            [
                _when(uow, course, teacher),
                uow.ngettext("{count} élève", "{count} élèves", count=len(attending[course.id])),
            ],
            heads=heads,
            rows=[
                (_name(row), formats.day(row.pupil.birth_date), each.level, *[""] * 8)
                for row, each in sorted(attending[course.id], key=lambda pair: fold(_name(pair[0])))
            ],
            widths=(58, 22, 20, *[9] * 8),
            own_page=True,
        )
        for course, teacher in found
    ]
    return _statement(uow, _("Listes de classe"), those, chapters or [_nobody(uow)])


def dossiers(uow: UnitOfWork, those: Gathered, label: Label) -> Statement:
    """A page a pupil: the family, the request, its courses and documents."""
    return _statement(
        uow,
        _("Dossiers de réinscription"),
        those,
        [_dossier(uow, those, row, label) for row in those.rows] or [_nobody(uow)],
    )


def labels(uow: UnitOfWork, those: Gathered) -> list[tuple[str, ...]]:
    """The lines of each family's label, once a family and by name; the last says how many families have none."""
    families = {row.family_id: row for row in those.rows if row.family_id}
    found: list[tuple[str, ...]] = []
    for row in sorted(families.values(), key=lambda each: fold(each.family_name)):
        adult = next(iter(those.adults_of(row)), None)
        if adult and (lines := protection.postal_lines(uow, adult)):
            found.append((full_name(adult.first_name, adult.last_name), *lines))
    if without := len(families) - len(found):
        text = uow.ngettext("{count} famille sans étiquette", "{count} familles sans étiquette", count=without)
        found.append((text, uow.translate("Adresse inconnue ou protégée")))
    return found


def _statement(uow: UnitOfWork, what: str, those: Gathered, chapters: Sequence[Chapter]) -> Statement:
    return Statement(f"{uow.translate(what)} · {those.campaign.title}", chapters, uow.language, uow.today)


def _nobody(uow: UnitOfWork) -> Chapter:
    return Chapter(uow.translate("Aucun élève ne correspond."))


def _name(row: Row) -> str:
    return full_name(row.pupil.last_name, row.pupil.first_name)


def _reach(uow: UnitOfWork, those: Gathered, row: Row) -> str:
    """« Claire Aubry, n° 1042, 06 12 34 56 78 »."""
    phones = (format_phone(protection.phone_of(uow, each), uow.language) for each in those.adults_of(row))
    phone = next(filter(None, phones), "")
    number = uow.translate("n° {number}", number=row.family_number) if row.family_number else ""
    return ", ".join(filter(None, (row.family_name, number, phone)))


def _when(uow: UnitOfWork, course: Course, teacher: Teacher | None) -> str:
    """« Anne Roy · mercredi 14 h 00 · salle 3 »."""
    when = " ".join(
        filter(None, (formats.weekday(course.weekday, uow.language), formats.clock(course.starts, uow.language)))
    )
    return " · ".join(filter(None, (teacher.full_name if teacher else "", when, course.room)))


def _dossier(uow: UnitOfWork, those: Gathered, row: Row, label: Label) -> Chapter:
    pupil, sent = row.pupil, row.sent
    wish = those.wish_of(row)
    adults = [
        ", ".join(filter(None, (full_name(each.first_name, each.last_name), format_phone(protection.phone_of(uow, each), uow.language),
                                each.email if protection.contact_shown(uow, each) else "")))
        for each in those.adults_of(row)
    ]  # fmt: skip
    courses = [
        each.name
        for each in those.courses.get(pupil.id, ())
        if export.is_asked(row, each) or (sent is None and each.now)
    ]
    moment = formats.moment(sent.submitted_at, sites.here(uow).zone, uow.language) if sent else ""
    facts = (
        (_("Dossier"), str(pupil.number)),
        (_("Date de naissance"), formats.day(pupil.birth_date)),
        (_("Cycle"), pupil.cycle),
        (_("Famille"), uow.translate("n° {number}", number=row.family_number) if row.family_number else ""),
        (_("Responsables"), "\n".join(adults)),
        (_("État"), uow.translate(label(ReenrolmentState(row.state)))),
        (_("Demande"), uow.translate(WAYS[sent.way]) if sent else ""),
        (_("Envoyée le"), moment),
        (_("Cours demandés") if sent else _("Cours suivis"), "\n".join(courses)),
        (_("Motif"), wish.reason if wish else ""),
        (_("Demandes complémentaires"), wish.message if wish else ""),
    )
    documents = [
        (each.label, uow.translate(label(state))) for each, state in those.documents[pupil.id] if state is not None
    ]
    return Chapter(
        _name(row),
        facts=[(uow.translate(name), value) for name, value in facts if value],
        heads=[uow.translate(_("Pièce")), uow.translate(_("État"))],
        rows=documents,
        own_page=True,
    )
