"""A campaign's requests as a spreadsheet: a line a course, with whom to call; a column for each document."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sqlmodel import col, select

from data.core import audit, sites
from data.core.audit import Action
from data.core.fields import full_name
from data.core.i18n import _, translate
from data.core.spreadsheets import Cell
from data.core.unit_of_work import UnitOfWork
from data.families import adults, protection
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


@dataclass(frozen=True)
class Gathered:
    """Pupils of a campaign, with all that lists and papers say of them."""

    campaign: Campaign
    rows: Sequence[Row]
    courses: dict[int, list[Attended]]  # by pupil
    adults: dict[int, list[Guardian]]  # by family
    asked: Sequence[RequiredDocument]
    documents: dict[int, list[tuple[RequiredDocument, DocumentState | None]]]  # by pupil: each that is `asked`, or None
    wishes: dict[tuple[int, int | None], Wish]  # by pupil and family

    def adults_of(self, row: Row) -> list[Guardian]:
        return self.adults.get(row.family_id or 0, [])

    def wish_of(self, row: Row) -> Wish | None:
        """What the household that sent it wrote."""
        return self.wishes.get((row.pupil.id, row.sent.household_id)) if row.sent else None


def gather(uow: UnitOfWork, campaign: Campaign, rows: Sequence[Row]) -> Gathered:
    courses = courses_of(uow, campaign, [row.pupil.id for row in rows])
    asked = campaigns.documents_of(uow, campaign.id)
    return Gathered(
        campaign,
        rows,
        courses,
        adults.of_families(uow, (row.family_id for row in rows)),
        asked,
        _document_states(uow, campaign, rows, courses, asked),
        {
            (each.pupil_id, each.family_id): each
            for each in uow.all(select(Wish).where(Wish.campaign_id == campaign.id))
        },
    )


def table(
    uow: UnitOfWork, campaign_id: int, wanted: Wanted, label: Callable[[StrEnum], str]
) -> tuple[str, list[str], list[list[Cell]]]:
    """(title, heads, rows) of what the table shows, all its pages; a pupil without a course has a line too. `label`: the
    French word of a state."""
    uow.staff_only()
    campaign = uow.get(Campaign, campaign_id)
    those = gather(uow, campaign, reenrolment_list.page(uow, campaign, wanted, most=MAX_ROWS)[0])
    rows: list[list[Cell]] = []
    for row in those.rows:
        before = [*_pupil(row), *_adults(uow, those.adults_of(row)), *_request(uow, row, label)]
        wish = those.wish_of(row)
        after: list[Cell] = [wish.reason if wish else None, wish.message if wish else None]
        states = (state for _document, state in those.documents[row.pupil.id])
        after += [translate(label(state), uow.language) if state else None for state in states]
        attended: list[Attended | None] = [*those.courses.get(row.pupil.id, ())]
        rows += [[*before, *_course(uow, row, each), *after] for each in attended or [None]]
    heads = [*(translate(each, uow.language) for each in HEADS), *(each.label for each in those.asked)]
    return campaign.title, heads, rows


def taken(uow: UnitOfWork, campaign_id: int, rows: int) -> None:
    """The journal keeps who took the list, and how long it was."""
    uow.staff_only()
    audit.note(
        uow, Action.REENROLMENTS_EXPORTED, subject="campaign", subject_id=campaign_id, changes={"rows": ["", rows]}
    )


def courses_of(uow: UnitOfWork, campaign: Campaign, pupil_ids: Sequence[int]) -> dict[int, list[Attended]]:
    """Pupil -> the courses of the campaign's source year, by name."""
    found: dict[int, list[Attended]] = {}
    for enrolment, course, teacher in uow.rows(
        select(Enrolment, Course, Teacher)
        .join(Course, col(Course.id) == Enrolment.course_id)
        .join(Teacher, col(Teacher.id) == Course.teacher_id, isouter=True)
        .where(Course.school_year == campaign.source_year, col(Enrolment.pupil_id).in_(pupil_ids))
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


def _document_states(
    uow: UnitOfWork,
    campaign: Campaign,
    rows: Iterable[Row],
    courses: dict[int, list[Attended]],
    asked: Sequence[RequiredDocument],
) -> dict[int, list[tuple[RequiredDocument, DocumentState | None]]]:
    """Pupil -> each document of the campaign, in its order, and what became of it; None where it is not asked."""
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


def is_asked(row: Row, course: Attended) -> bool:
    """Whether what was sent asks for that course."""
    if row.sent is None or row.sent.way == Way.LEAVING:
        return False
    return course.now if row.sent.way == Way.ADMINISTRATIVE else course.enrolment_id in row.sent.chosen


def _pupil(row: Row) -> list[Cell]:
    pupil = row.pupil
    return [pupil.number, pupil.last_name, pupil.first_name, pupil.birth_date, pupil.cycle, row.family_number]


def _adults(uow: UnitOfWork, known: list[Guardian]) -> list[Cell]:
    found: list[Cell] = []
    for each in known[:ADULTS]:
        email = each.email if protection.contact_shown(uow, each) else ""
        found += [full_name(each.first_name, each.last_name), protection.phone_of(uow, each), email]
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
