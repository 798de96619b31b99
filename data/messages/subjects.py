"""What a message is about, as the portal has it now: found within what whoever asks may see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from data.billing.models import Invoice, Nature
from data.change_requests.models import RECORD_TYPES, ChangeRequest, RequestState
from data.core import formats
from data.core.errors import NotFound
from data.core.scope import Scoped
from data.core.unit_of_work import UnitOfWork
from data.families.models import Pupil
from data.messages.models import About, Inquiry
from data.reenrolment.campaigns import RequiredDocument
from data.reenrolment.models import Reenrolment, ReenrolmentState, SuppliedDocument
from data.schooling.absences import AbsenceNotice, NoticeState
from data.schooling.models import Course, Enrolment

# The table that `about_id` is a key of
TABLES: Mapping[About, type[Scoped]] = {
    About.CHANGE: ChangeRequest,
    About.REENROLMENT: Reenrolment,
    About.DOCUMENT: SuppliedDocument,
    About.ABSENCE: AbsenceNotice,
    About.INVOICE: Invoice,
    About.CREDIT: Invoice,
    About.COURSE: Enrolment,
}


@dataclass(frozen=True)
class Subject:
    """`name` is what it is called, `path` where its family finds it; `decided`: of what is asked of the office."""

    about: About
    key: int
    name: str
    path: str
    decided: bool = False


def find(uow: UnitOfWork, about: About, key: int) -> Subject:
    """NotFound when there is none, or none that this account may see."""
    return _FIND[about](uow, key)


def of(uow: UnitOfWork, inquiry: Inquiry) -> Subject | None:
    """None when it left since."""
    try:
        return find(uow, About(inquiry.about), inquiry.about_id)
    except NotFound:
        return None


def _change(uow: UnitOfWork, key: int) -> Subject:
    request = uow.get(ChangeRequest, key)
    path = "/famille"
    if RECORD_TYPES[request.sheet] is Pupil:
        path = f"/eleves/{uow.get(Pupil, request.sheet_id).number}/identite"
    return Subject(About.CHANGE, key, request.title, path, request.state != RequestState.PENDING)


def _reenrolment(uow: UnitOfWork, key: int) -> Subject:
    """Of the household that sent it: the pupil's other one knows that it is there, and has nothing to ask of it."""
    sent = uow.get(Reenrolment, key)
    if uow.family_id not in {None, sent.household_id}:
        raise NotFound(f"re-enrolment {key}")
    pupil = uow.get(Pupil, sent.pupil_id)
    path, decided = f"/eleves/{pupil.number}/reinscription", sent.state != ReenrolmentState.SUBMITTED
    return Subject(About.REENROLMENT, key, pupil.full_name, path, decided)


def _document(uow: UnitOfWork, key: int) -> Subject:
    supplied = uow.get(SuppliedDocument, key)
    pupil, asked = uow.get(Pupil, supplied.pupil_id), uow.get(RequiredDocument, supplied.document_id)
    path = f"/eleves/{pupil.number}/reinscription"
    return Subject(About.DOCUMENT, key, f"{asked.label}, {pupil.full_name}", path)


def _absence(uow: UnitOfWork, key: int) -> Subject:
    notice = uow.get(AbsenceNotice, key)
    if notice.state == NoticeState.WITHDRAWN:
        raise NotFound(f"absence notice {key}")
    pupil, day = uow.get(Pupil, notice.pupil_id), formats.day(notice.first_day)
    path, decided = f"/eleves/{pupil.number}/absences", notice.state != NoticeState.PENDING
    return Subject(About.ABSENCE, key, f"{pupil.full_name}, {day}", path, decided)


def _invoice(uow: UnitOfWork, key: int) -> Subject:
    invoice = uow.get(Invoice, key)
    about = About.CREDIT if invoice.nature == Nature.CREDIT else About.INVOICE
    return Subject(about, key, invoice.number, f"/facturation/factures/{invoice.number}/lire")


def _course(uow: UnitOfWork, key: int) -> Subject:
    enrolment = uow.get(Enrolment, key)
    course, pupil = uow.get(Course, enrolment.course_id), uow.get(Pupil, enrolment.pupil_id)
    return Subject(About.COURSE, key, f"{course.name}, {pupil.full_name}", f"/eleves/{pupil.number}/cours/{key}")


_FIND: Mapping[About, Callable[[UnitOfWork, int], Subject]] = {
    About.CHANGE: _change,
    About.REENROLMENT: _reenrolment,
    About.DOCUMENT: _document,
    About.ABSENCE: _absence,
    About.INVOICE: _invoice,
    About.CREDIT: _invoice,
    About.COURSE: _course,
}
