"""One round of decisions at the office: the queue of requests, one request with its documents, the decision on all of it, its undoing."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ScalarSelect, and_
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select

from data.accounts.models import Account
from data.core import audit, edit_presence
from data.core.audit import Action
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.i18n import _, as_language, translate
from data.core.own_texts import Named
from data.core.plain_text import tidy_lines
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families.models import Family, Guardian, Pupil
from data.families.stored_files import StoredFile
from data.mail import outbox
from data.reenrolment import campaigns, letters
from data.reenrolment import models as reenrolment
from data.reenrolment.campaigns import Campaign, RequiredDocument
from data.reenrolment.follow_up import ReviewNote
from data.reenrolment.models import (
    Discipline,
    DocumentItem,
    DocumentState,
    Reenrolment,
    ReenrolmentState,
    SuppliedDocument,
    Way,
    Wish,
)
from data.reenrolment.queue_list import CLOSED
from data.reenrolment.queue_terms import balance, siblings_waiting, unseen_files
from data.reenrolment.review import UNDO_HOURS, decided, document_decided, not_own, to_decide
from data.schooling.models import Enrolment, EnrolmentStatus

READY = {  # of a refusal, by the site's own key
    "document": (
        _("Le document est illisible : déposez-en une copie nette."),
        _("Ce n’est pas le document demandé."),
        _("Le document n’est plus valable : déposez-en un plus récent."),
        _("Il manque une page ou une signature."),
    ),
    "reenrolment": (
        _("Il manque une pièce obligatoire : déposez-la, puis renvoyez la demande."),
        _("Le choix des cours est incomplet : précisez-le."),
        _("Ce cours est complet : choisissez-en un autre."),
    ),
}


@dataclass(frozen=True)
class Given:
    """A document asked for, what was given for it, and its file."""

    item: DocumentItem
    file: StoredFile | None

    @property
    def waits(self) -> bool:
        return self.item.state == DocumentState.RECEIVED

    @property
    def unseen(self) -> bool:
        """« non vue »: nobody of the office has had this file on the screen."""
        supplied = self.item.supplied
        return self.waits and supplied is not None and self.file is not None and supplied.seen_file_id != self.file.id


@dataclass(frozen=True)
class Sibling:
    """Another request of the household that waits, and how many of its files nobody has opened."""

    sent: Reenrolment
    pupil: Pupil
    unseen: int


@dataclass(frozen=True)
class RequestDetail:
    """All that the one who decides reads."""

    sent: Reenrolment
    pupil: Pupil
    family_number: int
    campaign: Campaign
    author: str
    wish: Wish | None
    disciplines: list[Discipline]
    documents: list[Given]
    due: int  # what the family owes, in cents
    note: ReviewNote | None
    adults: list[Guardian]
    siblings: list[Sibling]
    together: int  # how many were decided with it, itself included

    @property
    def unseen(self) -> list[Given]:
        return [each for each in self.documents if each.unseen]

    @property
    def missing(self) -> list[str]:
        return [each.item.document.label for each in self.documents if each.item.lacking]


_of_many: Any = select  # the checker knows selects of four


def detail(uow: UnitOfWork, sent_id: int) -> RequestDetail:
    """NotFound when there is none. Five questions, whatever it holds."""
    uow.staff_only()
    mine = and_(
        col(Wish.campaign_id) == Reenrolment.campaign_id,
        col(Wish.pupil_id) == Reenrolment.pupil_id,
        col(Wish.family_id) == Reenrolment.household_id,
    )
    found = uow.rows(
        _of_many(Reenrolment, Pupil, Family.number, Campaign, Wish, Account.name, ReviewNote)
        .add_columns(balance(col(Reenrolment.household_id)), _together(), siblings_waiting())
        .select_from(Reenrolment)
        .join(Pupil, col(Pupil.id) == Reenrolment.pupil_id)
        .join(Family, col(Family.id) == Reenrolment.household_id)
        .join(Campaign, col(Campaign.id) == Reenrolment.campaign_id)
        .join(Wish, mine, isouter=True)
        .join(Account, col(Account.id) == Reenrolment.author_id, isouter=True)
        .join(ReviewNote, col(ReviewNote.reenrolment_id) == Reenrolment.id, isouter=True)
        .where(Reenrolment.id == sent_id)
    )
    if not found:
        raise NotFound(f"request {sent_id}")
    sent, pupil, number, campaign, wish, author, note, due, together, others = found[0]
    lines = reenrolment.disciplines(uow, pupil.id, campaign)
    documents = _documents(uow, sent, pupil, campaign, lines)
    adults, waiting = families.adults_of(uow, sent.household_id), sent.state == ReenrolmentState.SUBMITTED
    siblings = _siblings(uow, sent) if waiting and others else []
    return RequestDetail(
        sent, pupil, number, campaign, author or "", wish, lines, documents, due, note, adults, siblings, together
    )


def _together() -> ScalarSelect[int]:
    same = aliased(Reenrolment)
    question = select(func.count(same.id))  # type: ignore[arg-type]
    return question.where(same.batch == Reenrolment.batch, same.batch != "").correlate(Reenrolment).scalar_subquery()


def _siblings(uow: UnitOfWork, sent: Reenrolment) -> list[Sibling]:
    """By age."""
    return [
        Sibling(other, pupil, unseen)
        for other, pupil, unseen in uow.rows(
            select(Reenrolment, Pupil, unseen_files())
            .join(Pupil, col(Pupil.id) == Reenrolment.pupil_id)
            .where(
                Reenrolment.household_id == sent.household_id,
                Reenrolment.state == ReenrolmentState.SUBMITTED,
                Reenrolment.id != sent.id,
            )
            .order_by(col(Pupil.birth_date), col(Pupil.first_name))
        )
    ]


def _documents(
    uow: UnitOfWork, sent: Reenrolment, pupil: Pupil, campaign: Campaign, lines: list[Discipline]
) -> list[Given]:
    departments = {line.course.department for line in lines}
    theirs = and_(
        col(SuppliedDocument.document_id) == RequiredDocument.id,
        col(SuppliedDocument.pupil_id) == sent.pupil_id,
        col(SuppliedDocument.family_id) == sent.household_id,
    )
    return [
        Given(DocumentItem(document, supplied, reenrolment.state_of(supplied, uow.today)), file)
        for document, supplied, file in uow.rows(
            select(RequiredDocument, SuppliedDocument, StoredFile)
            .join(SuppliedDocument, theirs, isouter=True)
            .join(StoredFile, col(StoredFile.id) == SuppliedDocument.file_id, isouter=True)
            .where(RequiredDocument.campaign_id == sent.campaign_id)
            .order_by(col(RequiredDocument.rank), col(RequiredDocument.id))
        )
        if supplied or (sent.way != Way.LEAVING and campaigns.asked_of(document, campaign, pupil, departments))
    ]


def mark_present(uow: UnitOfWork, sent_id: int | None) -> None:
    """This person has the request open; None: has left."""
    edit_presence.mark_present(uow, Reenrolment, sent_id, ReenrolmentState.SUBMITTED)


def decide(
    uow: UnitOfWork,
    sent_id: int,
    version: int,
    outcome: str,
    declined: Container[int] = (),
    reason: str = "",
    *,
    batch: str = "",
) -> Reenrolment:
    """The request and its documents at once, in one letter. `outcome`: one of CLOSED, or "" for what the
    documents say. `declined`: the keys of refused documents; the others received are validated, unless the request is refused.
    `batch`: what is shared by those that were accepted in one go.
    """
    sent, now = to_decide(uow, sent_id, version)
    received = [
        item.supplied for item in now.document_items if item.supplied and item.supplied.state == DocumentState.RECEIVED
    ]
    bad = [each for each in received if each.id in declined]
    outcome = outcome or (ReenrolmentState.TO_CORRECT if bad else ReenrolmentState.VALIDATED)
    if outcome not in CLOSED:
        raise UserError("Choisissez dans la liste.")
    if bad and outcome == ReenrolmentState.VALIDATED:
        raise UserError("Une pièce est refusée : renvoyez la demande « à corriger » (C), ou acceptez cette pièce.")
    text = tidy_lines(reason)
    if outcome != ReenrolmentState.VALIDATED and not text:
        raise ValidationErrors({"reason": UserError("Donnez la raison : la famille la lira.")})
    if len(text) > 800:
        raise ValidationErrors({"reason": UserError("Ce texte est trop long : {most} caractères au plus.", most=800)})
    if outcome != ReenrolmentState.REFUSED:
        for each in received:
            document_decided(
                uow,
                each,
                DocumentState.REFUSED if each in bad else DocumentState.VALIDATED,
                text[:500] if each in bad else "",
                text=False,
            )
    if bad and outcome == ReenrolmentState.TO_CORRECT:
        asked = {item.document.id: item.document for item in now.document_items}
        language = as_language(uow.get(Account, sent.author_id).language)
        names = Named([asked[each.document_id] for each in bad]).written(language)
        text += "\n" + translate("Pièces à remplacer : {names}.", language, names=names[:180])
    sent.batch = batch
    return decided(uow, sent, now, ReenrolmentState(outcome), text)


def undo(uow: UnitOfWork, sent_id: int) -> Reenrolment:
    """« Annuler la décision », for 24 hours: the request waits again, its documents too, and no enrolment is asked for."""
    uow.staff_only()
    uow.get(Pupil, uow.get(Reenrolment, sent_id).pupil_id, lock=True)
    sent = uow.get(Reenrolment, sent_id, lock=True)
    not_own(uow, sent.household_id)
    if sent.state == ReenrolmentState.TO_CORRECT and sent.decided_at is None:
        raise UserError("La famille a repris sa demande pour la corriger : elle n’est pas encore renvoyée.")
    if sent.state not in CLOSED or sent.decided_at is None:
        raise UserError("La famille a renvoyé cette demande depuis : elle attend de nouveau votre décision.")
    if not may_undo(uow, sent):
        raise UserError("Cette décision date de plus de 24 heures : elle ne peut plus être annulée.")
    asked = uow.all(select(Enrolment).where(col(Enrolment.id).in_(sent.made)))
    if any(made.status != EnrolmentStatus.ASKED for made in asked):
        raise UserError("Une inscription demandée a changé depuis : corrigez-la dans le dossier de l’élève.")
    for made in asked:
        uow.delete(made)
    for each in uow.all(
        select(SuppliedDocument).where(
            SuppliedDocument.pupil_id == sent.pupil_id,
            SuppliedDocument.family_id == sent.household_id,
            SuppliedDocument.decided_at == sent.decided_at,
        )
    ):
        each.state, each.reason, each.decided_at, each.decided_by = DocumentState.RECEIVED, "", None, ""
        each.version += 1
        uow.add(each)
    _take_letter_back(uow, sent)
    before = sent.state
    sent.state, sent.made, sent.decided_at, sent.decided_by = ReenrolmentState.SUBMITTED, [], None, ""
    sent.version, sent.batch = sent.version + 1, ""
    uow.add(sent)
    audit.note_record(
        uow,
        Action.DECISION_UNDONE,
        sent,
        sent.household_id,
        changes={"state": [before, ReenrolmentState.SUBMITTED]},
    )
    reenrolment.announce(uow, sent.site_id, sent.household_id, sent.pupil_id)
    return sent


def may_undo(uow: UnitOfWork, sent: Reenrolment) -> bool:
    return sent.decided_at is not None and uow.now - sent.decided_at < timedelta(hours=UNDO_HOURS)


def _take_letter_back(uow: UnitOfWork, sent: Reenrolment) -> None:
    """The letter that has not left does not leave; otherwise another says what happened."""
    if not outbox.call_back(uow, sent.author_id, letters.decision_kind(sent), sent.decided_at):
        letters.reopened(uow, sent)


def waiting_document(
    uow: UnitOfWork, supplied_id: int
) -> tuple[SuppliedDocument, RequiredDocument, Pupil, int, StoredFile | None]:
    """One document of the queue « Pièces », with its file; NotFound when there is none."""
    uow.staff_only()
    supplied = uow.get(SuppliedDocument, supplied_id)
    number = families.numbers(uow, [supplied.family_id]).get(supplied.family_id or 0, 0)
    file = uow.get(StoredFile, supplied.file_id) if supplied.file_id else None
    return supplied, uow.get(RequiredDocument, supplied.document_id), uow.get(Pupil, supplied.pupil_id), number, file
