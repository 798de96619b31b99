"""A campaign's requests as a spreadsheet: one line a pupil, whatever its state."""

from collections.abc import Callable, Iterator
from enum import StrEnum

from sqlmodel import col, select

from data.core import audit, sites
from data.core.audit import Action
from data.core.i18n import _, translate
from data.core.spreadsheets import Cell
from data.core.unit_of_work import UnitOfWork
from data.families.models import Pupil
from data.reenrolment import models as reenrolment
from data.reenrolment import request_list as reenrolment_list
from data.reenrolment.campaigns import Campaign, RequiredDocument
from data.reenrolment.models import WAYS, ReenrolmentState, SuppliedDocument, Way, Wish
from data.reenrolment.request_list import Row, Wanted
from data.schooling.models import Course, Enrolment, EnrolmentStatus

MAX_ROWS = 20_000
HEADS = (
    _("Dossier"), _("Nom"), _("Prénom"), _("Date de naissance"), _("Cycle"), _("Famille"), _("État"), _("Demande"), _("Cours demandés"), _("Motif"),
    _("Demandes complémentaires"), _("Envoyée le"), _("Décidée le"), _("Décidée par"), _("Pièces"),
)  # fmt: skip


def table(
    uow: UnitOfWork, campaign_id: int, wanted: Wanted, label: Callable[[StrEnum], str]
) -> tuple[str, list[str], list[list[Cell]]]:
    """(title, heads, rows) of what the table shows, all its pages. `label`: the French word of a state."""
    uow.staff_only()
    campaign = uow.get(Campaign, campaign_id)
    zone = sites.here(uow).zone
    found, _ = reenrolment_list.page(uow, campaign, wanted, most=MAX_ROWS)
    wishes = {
        (each.pupil_id, each.family_id): each for each in uow.all(select(Wish).where(Wish.campaign_id == campaign.id))
    }
    names, items = _courses(uow, campaign), _document_states(uow, campaign, label)
    rows: list[list[Cell]] = []
    for row in found:
        sent = row.sent
        wish = wishes.get((row.pupil.id, sent.household_id)) if sent else None
        rows.append(
            [
                *_pupil(row.pupil),
                row.family_number,
                translate(label(ReenrolmentState(row.state)), uow.language),
                translate(WAYS[sent.way], uow.language) if sent else None,
                ", ".join(_asked(row, names)),
                wish.reason if wish else None,
                wish.message if wish else None,
                sent.submitted_at.astimezone(zone).replace(tzinfo=None) if sent else None,
                sent.decided_at.astimezone(zone).replace(tzinfo=None) if sent and sent.decided_at else None,
                sent.decided_by if sent else None,
                " ; ".join(items.get((row.pupil.id, sent.household_id if sent else None), ())),
            ]
        )
    return campaign.title, [translate(each, uow.language) for each in HEADS], rows


def taken(uow: UnitOfWork, campaign_id: int, rows: int) -> None:
    """The journal keeps who took the list, and how long it was."""
    uow.staff_only()
    audit.note(
        uow, Action.REENROLMENTS_EXPORTED, subject="campaign", subject_id=campaign_id, changes={"rows": ["", rows]}
    )


def _pupil(pupil: Pupil) -> list[Cell]:
    return [pupil.number, pupil.last_name, pupil.first_name, pupil.birth_date, pupil.cycle]


def _courses(uow: UnitOfWork, campaign: Campaign) -> dict[int, dict[int, tuple[str, bool]]]:
    """Pupil -> enrolment -> (the course's name, whether it is attended now)."""
    found: dict[int, dict[int, tuple[str, bool]]] = {}
    for pupil_id, key, status, name in uow.rows(
        select(Enrolment.pupil_id, Enrolment.id, Enrolment.status, Course.name)
        .join(Course, col(Course.id) == Enrolment.course_id)
        .where(Course.school_year == campaign.source_year)
        .order_by(col(Course.name))
    ):
        found.setdefault(pupil_id, {})[key] = (name, status == EnrolmentStatus.ENROLLED)
    return found


def _asked(row: Row, names: dict[int, dict[int, tuple[str, bool]]]) -> Iterator[str]:
    for key, (name, attended) in names.get(row.pupil.id, {}).items():
        if row.sent and (attended if row.sent.way == Way.ADMINISTRATIVE else key in row.sent.chosen):
            yield name


def _document_states(
    uow: UnitOfWork, campaign: Campaign, label: Callable[[StrEnum], str]
) -> dict[tuple[int, int | None], list[str]]:
    """(pupil, household) -> « Attestation d’assurance : validée »."""
    found: dict[tuple[int, int | None], list[str]] = {}
    for supplied, name in uow.rows(
        select(SuppliedDocument, RequiredDocument.label)
        .join(RequiredDocument, col(RequiredDocument.id) == SuppliedDocument.document_id)
        .where(SuppliedDocument.campaign_id == campaign.id)
        .order_by(col(RequiredDocument.rank))
    ):
        message = translate(label(reenrolment.state_of(supplied, uow.today)), uow.language).lower()
        found.setdefault((supplied.pupil_id, supplied.family_id), []).append(f"{name} : {message}")
    return found
