"""What staff decide of requests and documents. The queue page's screens stand on these and on data/reenrolment/participation.py.

Every decision: record, letter and journal together; UserError when a colleague was quicker, when the family changed its request
since (`version`), or when it is the decider's own family's.
"""

from datetime import date, timedelta

from sqlmodel import col, select

from data.accounts.models import Account
from data.core import audit, formats
from data.core.audit import Action
from data.core.errors import UserError, ValidationErrors
from data.core.i18n import _
from data.core.plain_text import tidy_lines
from data.core.unit_of_work import UnitOfWork
from data.families import protection
from data.families.models import Pupil
from data.reenrolment import letters
from data.reenrolment import models as reenrolment
from data.reenrolment.campaigns import Campaign, RequiredDocument
from data.reenrolment.models import DocumentState, Reenrolment, ReenrolmentState, Situation, SuppliedDocument, Way
from data.schooling.models import Course, Enrolment, EnrolmentStatus

DECIDED = {
    ReenrolmentState.VALIDATED: Action.REENROLMENT_VALIDATED,
    ReenrolmentState.TO_CORRECT: Action.REENROLMENT_TO_CORRECT,
    ReenrolmentState.REFUSED: Action.REENROLMENT_REFUSED,
}
DOCUMENT_DECIDED = {
    DocumentState.VALIDATED: Action.DOCUMENT_VALIDATED,
    DocumentState.REFUSED: Action.DOCUMENT_REFUSED,
}
UNDO_HOURS = 24


def whole(uow: UnitOfWork, sent: Reenrolment) -> Situation:
    """The request as the household that sent it sees it: choices, texts, documents."""
    uow.staff_only()
    return reenrolment.situation(
        uow, uow.get(Pupil, sent.pupil_id), uow.get(Campaign, sent.campaign_id), family_id=sent.household_id
    )


def validate(uow: UnitOfWork, sent_id: int, *, version: int | None = None) -> Reenrolment:
    """Accept: next year's enrolments are « demandées ». A departure is recorded and asks for none."""
    sent, now = to_decide(uow, sent_id, version)
    return decided(uow, sent, now, ReenrolmentState.VALIDATED, "")


def refuse(uow: UnitOfWork, sent_id: int, reason: str, *, version: int | None = None) -> Reenrolment:
    """With a reason, which the family reads."""
    sent, now = to_decide(uow, sent_id, version)
    return decided(
        uow, sent, now, ReenrolmentState.REFUSED, _reason(reason, _("Indiquez à la famille la raison du refus."))
    )


def send_back(uow: UnitOfWork, sent_id: int, reason: str, *, version: int | None = None) -> Reenrolment:
    """« À corriger »: the family changes what is wrong and sends again, after the campaign's last day too."""
    sent, now = to_decide(uow, sent_id, version)
    return decided(
        uow, sent, now, ReenrolmentState.TO_CORRECT, _reason(reason, _("Indiquez à la famille ce qu’il faut corriger."))
    )


def _reason(typed: str, otherwise: str) -> str:
    reason = tidy_lines(typed)
    if not reason:
        raise ValidationErrors({"reason": UserError(otherwise)})
    if len(reason) > 1000:
        raise ValidationErrors({"reason": UserError("Ce texte est trop long : {most} caractères au plus.", most=1000)})
    return reason


def to_decide(uow: UnitOfWork, sent_id: int, version: int | None) -> tuple[Reenrolment, Situation]:
    uow.staff_only()
    uow.get(Pupil, uow.get(Reenrolment, sent_id).pupil_id, lock=True)  # the family's tabs wait, or are waited for
    sent = uow.get(Reenrolment, sent_id, lock=True)
    not_own(uow, sent.household_id)
    if sent.state != ReenrolmentState.SUBMITTED:
        if sent.decided_at is None:
            raise UserError("La famille a repris sa demande pour la corriger : elle n’est pas encore renvoyée.")
        raise UserError(
            "{name} a déjà répondu le {moment}.",
            name=sent.decided_by,
            moment=formats.moment(sent.decided_at, uow.zone, uow.language),
        )
    if version is not None and version != sent.version:
        raise UserError("La famille a modifié sa demande depuis son affichage. Relisez-la avant de décider.")
    return sent, whole(uow, sent)


def not_own(uow: UnitOfWork, family_id: int | None) -> None:
    own = uow.get(Account, uow.account_id).own_family_id
    if own is not None and own == family_id:
        raise UserError("Cette demande est celle de votre famille : un collègue doit la traiter.")


def decided(uow: UnitOfWork, sent: Reenrolment, now: Situation, state: ReenrolmentState, answer: str) -> Reenrolment:
    """Record, letter and journal of a decision whose reasons were checked."""
    if state == ReenrolmentState.VALIDATED and sent.way != Way.LEAVING:
        sent.made = _ask_enrolments(uow, now)
    sent.state, sent.version = state, sent.version + 1
    sent.decided_at, sent.decided_by = uow.now, uow.name
    uow.add(sent)
    if now.wish:
        now.wish.answer = answer
        uow.add(now.wish)
    letters.decided(uow, sent, now.pupil, now.campaign, answer)
    audit.note_record(
        uow,
        DECIDED[state],
        sent,
        sent.household_id,
        changes={"state": [ReenrolmentState.SUBMITTED, state], "way": ["", sent.way], "made": ["", sent.made]},
    )
    reenrolment.announce(uow, sent.site_id, sent.household_id, sent.pupil_id)
    return sent


def _ask_enrolments(uow: UnitOfWork, now: Situation) -> list[int]:
    """The keys of the enrolments made in next year's courses of the same number, which are made where there are none."""
    wanted = [
        line
        for line in now.disciplines
        if (line.active if now.way == Way.ADMINISTRATIVE else line.enrolment.id in now.chosen)
    ]
    numbers = [line.course.number for line in wanted]
    there = {
        course.number: course
        for course in uow.all(
            select(Course).where(Course.school_year == now.campaign.school_year, col(Course.number).in_(numbers))
        )
    }
    made = []
    for line in wanted:
        course = there.get(line.course.number) or uow.add(
            Course(**line.course.model_dump(exclude={"id", "school_year"}), school_year=now.campaign.school_year)
        )
        there[course.number] = course
        asked = uow.one(select(Enrolment).where(Enrolment.pupil_id == now.pupil.id, Enrolment.course_id == course.id))
        if asked is None:
            asked = uow.add(
                Enrolment(
                    site_id=now.pupil.site_id,
                    pupil_id=now.pupil.id,
                    course_id=course.id,
                    cursus_id=line.enrolment.cursus_id,
                    level=line.enrolment.level,
                    status=EnrolmentStatus.ASKED,
                )
            )
            made.append(asked.id)
    return made


def validate_document(uow: UnitOfWork, supplied_id: int, *, expires_on: date | None = None) -> SuppliedDocument:
    """`expires_on`: it holds until then; later it reads « expirée » and another is asked for."""
    supplied = _document_to_decide(uow, supplied_id)
    supplied.expires_on = expires_on
    return document_decided(uow, supplied, DocumentState.VALIDATED, "")


def refuse_document(uow: UnitOfWork, supplied_id: int, reason: str) -> SuppliedDocument:
    """With a reason; the family gives another."""
    supplied = _document_to_decide(uow, supplied_id)
    reason = _reason(reason, _("Indiquez à la famille pourquoi la pièce est refusée."))[:500]
    return document_decided(uow, supplied, DocumentState.REFUSED, reason)


def may_undo_document(uow: UnitOfWork, supplied: SuppliedDocument) -> bool:
    return supplied.decided_at is not None and uow.now - supplied.decided_at < timedelta(hours=UNDO_HOURS)


def undo_document(uow: UnitOfWork, supplied_id: int) -> SuppliedDocument:
    """« Annuler la décision », for 24 hours: the document waits again. One decided with its request is undone with it."""
    supplied = _locked_document(uow, supplied_id)
    if supplied.decided_at is None:
        raise UserError("La famille a donné un autre fichier depuis : il attend votre décision.")
    if not may_undo_document(uow, supplied):
        raise UserError("Cette décision date de plus de 24 heures : elle ne peut plus être annulée.")
    if uow.one(
        select(Reenrolment).where(
            Reenrolment.pupil_id == supplied.pupil_id,
            Reenrolment.household_id == supplied.family_id,
            Reenrolment.decided_at == supplied.decided_at,
        )
    ):
        raise UserError("Cette pièce a été traitée avec sa demande : annulez la décision de la demande.")
    pupil, document = uow.get(Pupil, supplied.pupil_id), uow.get(RequiredDocument, supplied.document_id)
    if supplied.state == DocumentState.REFUSED:
        letters.refusal_undone(uow, supplied, pupil, document)
    before, supplied.state, supplied.reason = supplied.state, DocumentState.RECEIVED, ""
    supplied.decided_at, supplied.decided_by, supplied.expires_on = None, "", None
    supplied.version += 1
    uow.add(supplied)
    changes = {document.label: [before, DocumentState.RECEIVED]}
    audit.note_record(uow, Action.DECISION_UNDONE, supplied, supplied.family_id, changes=changes)
    reenrolment.announce(uow, supplied.site_id, supplied.family_id, supplied.pupil_id)
    return supplied


def _locked_document(uow: UnitOfWork, supplied_id: int) -> SuppliedDocument:
    """For whoever may decide it, and for them alone until the unit of work ends."""
    uow.staff_only()
    uow.get(Pupil, uow.get(SuppliedDocument, supplied_id).pupil_id, lock=True)
    supplied = uow.get(SuppliedDocument, supplied_id, lock=True)
    not_own(uow, supplied.family_id)
    protection.papers_shown_or_refused(uow, supplied.family_id)
    return supplied


def _document_to_decide(uow: UnitOfWork, supplied_id: int) -> SuppliedDocument:
    supplied = _locked_document(uow, supplied_id)
    if supplied.state != DocumentState.RECEIVED:
        raise UserError(
            "{name} a déjà répondu le {moment}.",
            name=supplied.decided_by,
            moment=formats.moment(supplied.decided_at or uow.now, uow.zone, uow.language),
        )
    return supplied


def document_decided(
    uow: UnitOfWork, supplied: SuppliedDocument, state: DocumentState, reason: str, *, text: bool = True
) -> SuppliedDocument:
    """`text`: a letter of its own; a decision on the whole request says it in its own letter."""
    supplied.state, supplied.reason, supplied.version = state, reason, supplied.version + 1
    supplied.decided_at, supplied.decided_by = uow.now, uow.name
    uow.add(supplied)
    pupil, document = uow.get(Pupil, supplied.pupil_id), uow.get(RequiredDocument, supplied.document_id)
    if state == DocumentState.REFUSED and text:
        letters.document_refused(uow, supplied, pupil, document)
    audit.note_record(
        uow,
        DOCUMENT_DECIDED[state],
        supplied,
        supplied.family_id,
        changes={document.label: [DocumentState.RECEIVED, state], **({"reason": ["", reason]} if reason else {})},
    )
    reenrolment.announce(uow, supplied.site_id, supplied.family_id, supplied.pupil_id)
    return supplied
