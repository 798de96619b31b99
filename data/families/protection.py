"""A protection order: where an adult lives and how to reach them is for their family and the « responsable » alone, wherever it
stands: in their record, in their pupils’ (which other households read, data/families/pupil_scope.py), in what they gave."""

from collections.abc import Iterable

from sqlalchemy import inspect
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from data.core import audit, sites
from data.core.errors import NotFound, UserError
from data.core.fields import EditableField
from data.core.i18n import _
from data.core.roles import Role
from data.core.sites import Policy, Site
from data.core.unit_of_work import UnitOfWork
from data.families import stored_files
from data.families.models import PUPIL_CONTACT, Guardian, Pupil, PupilLink, Record
from data.families.pupil_scope import kept_back
from data.families.stored_files import PHOTO, StoredFile

CONTACT = frozenset(  # what a protection order hides of an adult
    "address complement postcode town country phone_home phone_mobile phone_work email".split()
)
PROTECTED = _("Les coordonnées sont protégées : seul le responsable du portail les lit.")
KEPT_PROTECTED = _(
    "Un adulte de cette famille a ses coordonnées protégées : seul le responsable du portail y ajoute, retire, rattache ou détache quelqu’un."
)
PAPERS_PROTECTED = _("Les documents de ce foyer sont protégés : seul le responsable du portail les lit et en décide.")


def contact_shown(uow: UnitOfWork, adult: Guardian | None) -> bool:
    """Whether this person may read where an adult lives and how to reach them; one who left (None) is as if protected."""
    return not uow.is_staff or uow.role == Role.MANAGER or (adult is not None and not adult.contact_hidden)


def phone_of(uow: UnitOfWork, adult: Guardian) -> str:
    """Where an adult is reached first; "" without a number, and to whom may not know it."""
    return (adult.phone_mobile or adult.phone_home or adult.phone_work) if contact_shown(uow, adult) else ""


def postal_lines(uow: UnitOfWork, adult: Guardian) -> tuple[str, ...]:
    """Street, complement, post code with town: those that are known, to whom may read them."""
    lines = (adult.address, adult.complement, f"{adult.postcode} {adult.town}".strip())
    return tuple(filter(None, lines)) if contact_shown(uow, adult) else ()


def all_shown(uow: UnitOfWork, adults: Iterable[Guardian]) -> bool:
    """The same of everybody in a family."""
    return all(contact_shown(uow, adult) for adult in adults)


def hidden_fields(uow: UnitOfWork, sheet: str, row: Record | None) -> frozenset[str]:
    """The fields of a record that this person may not read, nor decide on."""
    if sheet == "guardian":
        adult = row if isinstance(row, Guardian) else None
        return frozenset() if contact_shown(uow, adult) else CONTACT
    if row is None:
        return PUPIL_CONTACT if uow.is_staff and uow.role != Role.MANAGER else frozenset()
    session = inspect(row).session
    return PUPIL_CONTACT if session is not None and row.id in kept_back(session) else frozenset()


def open_fields(uow: UnitOfWork, site: Site, sheet: str, row: Record) -> dict[str, tuple[EditableField, Policy]]:
    """The fields of a record that this family sees, each with what it may do."""
    hidden = hidden_fields(uow, sheet, row)
    return {name: pair for name, pair in sites.open_fields(site, type(row)).items() if name not in hidden}


def kept_from_household(uow: UnitOfWork, sheet: str, row: Record, family_id: int | None) -> frozenset[str]:
    """For staff: the fields of a pupil that one of its households may not read, since another one is protected."""
    if sheet == "guardian":
        return frozenset()
    others = (
        select(Guardian)
        .join(PupilLink, col(PupilLink.family_id) == Guardian.family_id)
        .where(PupilLink.pupil_id == row.id, PupilLink.family_id != family_id, col(Guardian.contact_hidden).is_(True))
    )
    return PUPIL_CONTACT if uow.one(others) else frozenset()


def pupils_of_protected() -> SelectOfScalar[Pupil]:
    """The pupils who live, with one household at least, at an address under protection."""
    return (
        select(Pupil)
        .join(PupilLink, col(PupilLink.pupil_id) == Pupil.id)
        .join(Guardian, col(Guardian.family_id) == PupilLink.family_id)
        .where(col(Guardian.contact_hidden).is_(True))
    )


def family_shown(uow: UnitOfWork, family_id: int | None) -> bool:
    """Whether this person may read the papers of that family: a proof of address, a certificate with its letterhead."""
    if not uow.is_staff or uow.role == Role.MANAGER or family_id is None:
        return True
    return not is_protected(uow, family_id)


def file_shown(uow: UnitOfWork, file: StoredFile) -> bool:
    """A photograph tells no address: it was redrawn without what the camera noted."""
    return file.kind == PHOTO or family_shown(uow, file.giver_id)


def content_of(uow: UnitOfWork, name: str) -> tuple[StoredFile, bytes]:
    """The row and the bytes of a file that this person may read."""
    found, content = stored_files.content_of(uow, name)
    if not file_shown(uow, found):
        raise NotFound(f"file {name}")
    return found, content


def note_opened(uow: UnitOfWork, file: StoredFile) -> None:
    """Who of the staff opened which document of whom. A photograph stands in every list, and is none."""
    if file.kind != PHOTO:
        of = uow.get(Pupil, file.pupil_id).full_name
        audit.note_opened(uow, file, file.giver_id, {"file": ["", file.shown], "pupil": ["", of]})


def kept_or_refused(uow: UnitOfWork, *family_ids: int | None) -> None:
    """For staff: who comes into such a household reads all of it, and what is protected of it ends with the adult who is."""
    if not all(family_shown(uow, each) for each in family_ids):
        raise UserError(KEPT_PROTECTED)


def is_protected(uow: UnitOfWork, family_id: int | None) -> bool:
    """For staff: whether an adult of that household is under protection, and so all of them are."""
    question = select(Guardian.id).where(Guardian.family_id == family_id, col(Guardian.contact_hidden).is_(True))
    return uow.one(question) is not None


def papers_shown_or_refused(uow: UnitOfWork, family_id: int | None) -> None:
    if not family_shown(uow, family_id):
        raise UserError(PAPERS_PROTECTED)
