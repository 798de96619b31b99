"""A campaign's requests as a spreadsheet: a line a course, with whom to call; a column for each document."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple

from sqlmodel import col, select

from data.core import audit, sites
from data.core.audit import Action
from data.core.fields import full_name
from data.core.i18n import _, translate
from data.core.spreadsheets import Cell
from data.core.unit_of_work import UnitOfWork
from data.families import protection
from data.families.models import Guardian
from data.reenrolment import campaigns
from data.reenrolment import models as reenrolment
from data.reenrolment import request_list as reenrolment_list
from data.reenrolment.campaigns import Campaign, RequiredDocument
from data.reenrolment.models import WAYS, DocumentState, ReenrolmentState, SuppliedDocument, Way, Wish
from data.reenrolment.request_list import Row, Wanted
from data.schooling.models import Course, Enrolment, EnrolmentStatus, Teacher

MAX_ROWS = 20_000  # pupils
ADULTS = 2  # that have columns of their own
HEADS = (
    _("Dossier"), _("Nom"), _("Prénom"), _("Date de naissance"), _("Cycle"), _("Famille"),
    _("Responsable 1"), _("Téléphone du responsable 1"), _("E-mail du responsable 1"),
    _("Responsable 2"), _("Téléphone du responsable 2"), _("E-mail du responsable 2"),
    _("État"), _("Demande"), _("Envoyée le"), _("Décidée le"), _("Décidée par"),
    _("Cours"), _("Demandé"), _("Enseignant"), _("Département"), _("Niveau"),
    _("Motif"), _("Demandes complémentaires"),
)  # fmt: skip


class Attended(NamedTuple):
    """A course of the campaign's source year, as one pupil follows it; `now`: it goes on."""

    enrolment_id: int
    course_id: int
    name: str
    teacher: str
    department: str
    level: str
    now: bool


def table(
    uow: UnitOfWork, campaign_id: int, wanted: Wanted, label: Callable[[StrEnum], str]
) -> tuple[str, list[str], list[list[Cell]]]:
    """(title, heads, rows) of what the table shows, all its pages; a pupil without a course has a line too. `label`: the
    French word of a state."""
    uow.staff_only()
    campaign = uow.get(Campaign, campaign_id)
    found, _ = reenrolment_list.page(uow, campaign, wanted, most=MAX_ROWS)
    wishes = {
        (each.pupil_id, each.family_id): each for each in uow.all(select(Wish).where(Wish.campaign_id == campaign.id))
    }
    courses, adults = courses_of(uow, campaign), adults_of(uow, [row.family_id for row in found if row.family_id])
    states = document_states(uow, campaign, found, courses)
    rows: list[list[Cell]] = []
    for row in found:
        before = [*_pupil(row), *_adults(uow, adults.get(row.family_id or 0, [])), *_request(uow, row, label)]
        wish = wishes.get((row.pupil.id, row.sent.household_id)) if row.sent else None
        after: list[Cell] = [wish.reason if wish else None, wish.message if wish else None]
        after += [translate(label(each), uow.language) if each else None for _document, each in states[row.pupil.id]]
        attended: list[Attended | None] = [*courses.get(row.pupil.id, ())]
        rows += [[*before, *_course(uow, row, each), *after] for each in attended or [None]]
    labels = [each.label for each in campaigns.documents_of(uow, campaign.id)]
    return campaign.title, [*(translate(each, uow.language) for each in HEADS), *labels], rows


def taken(uow: UnitOfWork, campaign_id: int, rows: int) -> None:
    """The journal keeps who took the list, and how long it was."""
    uow.staff_only()
    audit.note(
        uow, Action.REENROLMENTS_EXPORTED, subject="campaign", subject_id=campaign_id, changes={"rows": ["", rows]}
    )


def courses_of(
    uow: UnitOfWork, campaign: Campaign, pupil_ids: Iterable[int] | None = None
) -> dict[int, list[Attended]]:
    """Pupil -> the courses of the campaign's source year, by name. `pupil_ids`: of these alone."""
    found: dict[int, list[Attended]] = {}
    theirs = () if pupil_ids is None else (col(Enrolment.pupil_id).in_(list(pupil_ids)),)
    for enrolment, course, teacher in uow.rows(
        select(Enrolment, Course, Teacher)
        .join(Course, col(Course.id) == Enrolment.course_id)
        .join(Teacher, col(Teacher.id) == Course.teacher_id, isouter=True)
        .where(Course.school_year == campaign.source_year, *theirs)
        .order_by(col(Course.name), col(Course.id))
    ):
        found.setdefault(enrolment.pupil_id, []).append(
            Attended(
                enrolment.id,
                course.id,
                course.name,
                teacher.full_name if teacher else "",
                course.department,
                enrolment.level,
                enrolment.status == EnrolmentStatus.ENROLLED,
            )
        )
    return found


def adults_of(uow: UnitOfWork, family_ids: Iterable[int]) -> dict[int, list[Guardian]]:
    """Family -> its adults, the responsible one first."""
    found: dict[int, list[Guardian]] = {}
    for each in uow.all(
        select(Guardian)
        .where(col(Guardian.family_id).in_(set(family_ids)))
        .order_by(col(Guardian.rank), col(Guardian.id))
    ):
        found.setdefault(each.family_id or 0, []).append(each)
    return found


def document_states(
    uow: UnitOfWork, campaign: Campaign, rows: Iterable[Row], courses: dict[int, list[Attended]]
) -> dict[int, list[tuple[RequiredDocument, DocumentState | None]]]:
    """Pupil -> each document of the campaign, in its order, and what became of it; None where it is not asked."""
    asked = campaigns.documents_of(uow, campaign.id)
    supplied = {
        (each.document_id, each.pupil_id, each.family_id): each
        for each in uow.all(select(SuppliedDocument).where(SuppliedDocument.campaign_id == campaign.id))
    }
    found: dict[int, list[tuple[RequiredDocument, DocumentState | None]]] = {}
    for row in rows:
        departments = {each.department for each in courses.get(row.pupil.id, ())}
        states = found[row.pupil.id] = []
        for each in asked:
            given = supplied.get((each.id, row.pupil.id, row.family_id))
            wanted = given or campaigns.asked_of(each, campaign, row.pupil, departments)
            states.append((each, reenrolment.state_of(given, uow.today) if wanted else None))
    return found


def phone_of(uow: UnitOfWork, adult: Guardian) -> str:
    """Where the adult is reached first; "" where this person may not know."""
    if not protection.contact_shown(uow, adult):
        return ""
    return adult.phone_mobile or adult.phone_home or adult.phone_work


def is_asked(row: Row, course: Attended) -> bool:
    """Whether what was sent asks for that course."""
    if row.sent is None or row.sent.way == Way.LEAVING:
        return False
    return course.now if row.sent.way == Way.ADMINISTRATIVE else course.enrolment_id in row.sent.chosen


def _pupil(row: Row) -> list[Cell]:
    pupil = row.pupil
    return [pupil.number, pupil.last_name, pupil.first_name, pupil.birth_date, pupil.cycle, row.family_number]


def _adults(uow: UnitOfWork, adults: list[Guardian]) -> list[Cell]:
    found: list[Cell] = []
    for each in adults[:ADULTS]:
        email = each.email if protection.contact_shown(uow, each) else ""
        found += [full_name(each.first_name, each.last_name), phone_of(uow, each), email]
    return found + [None] * (3 * ADULTS - len(found))


def _request(uow: UnitOfWork, row: Row, label: Callable[[StrEnum], str]) -> list[Cell]:
    zone, sent = sites.here(uow).zone, row.sent
    return [
        translate(label(ReenrolmentState(row.state)), uow.language),
        translate(WAYS[sent.way], uow.language) if sent else None,
        sent.submitted_at.astimezone(zone).replace(tzinfo=None) if sent else None,
        sent.decided_at.astimezone(zone).replace(tzinfo=None) if sent and sent.decided_at else None,
        sent.decided_by if sent else None,
    ]


def _course(uow: UnitOfWork, row: Row, course: Attended | None) -> list[Cell]:
    if course is None:
        return [None] * 5
    asked = uow.translate(_("oui") if is_asked(row, course) else _("non")) if row.sent else None
    return [course.name, asked, course.teacher, course.department, course.level]
