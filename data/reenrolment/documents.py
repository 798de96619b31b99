"""The documents a household gives: given, replaced, given for a brother or a sister too, taken back, until validated.

A file is written whole before its row (data/families/stored_files.py); what is replaced or taken back is met by nobody from then on, and its
file goes when the sweep passes (data/privacy/orphan_files.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_
from sqlmodel import col, select

from data.core import audit
from data.core.audit import Action
from data.core.errors import NotFound, UserError
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import stored_files
from data.families.models import Pupil, PupilLink, Rights
from data.families.stored_files import StoredFile
from data.reenrolment import campaigns
from data.reenrolment import models as reenrolment
from data.reenrolment.campaigns import Campaign, CampaignState, RequiredDocument
from data.reenrolment.models import (
    DocumentItem,
    DocumentState,
    Reenrolment,
    ReenrolmentState,
    Situation,
    SuppliedDocument,
    Way,
    Wish,
)

MAX_FILES = 10  # for one document, replacements included
FIRST_CHOOSE = _(
    "Cochez d’abord, dans la partie 1, « Réinscription administrative » ou les cursus et disciplines de l’an prochain."
)


CLOSED = {  # short name, for an address -> why nothing is taken
    "fini": reenrolment.PERIOD_OVER,
    "suspendu": reenrolment.SUSPENDED,
    "choisir": FIRST_CHOOSE,
    "depart": _("L’élève ne se réinscrit pas : aucune pièce n’est demandée."),
    "repondu": _("Le conservatoire a déjà répondu à cette demande de réinscription."),
    "foyer": _("L’autre foyer de l’élève a déjà envoyé la demande de réinscription."),
    "lire": reenrolment.ONLY_READ,
    "validee": _("Cette pièce est validée : elle ne peut plus être remplacée."),
    "remplacer": _(
        "Un fichier est déjà reçu pour ce document. Pour le remplacer, appuyez sur « Remplacer » sur sa ligne."
    ),
    "souvent": _("Cette pièce a déjà été remplacée dix fois : adressez-vous au conservatoire."),
}


def closed(code: str) -> UserError:
    return UserError(CLOSED[code], code=code)


def refusal(now: Situation, *, item: DocumentItem | None = None) -> UserError | None:
    """Why « Importer » is closed, or closed for that document; None when a file can be given.

    A document may be given until it is validated, also after the request was sent: one that was refused is replaced.
    """
    if not now.may_change:
        return closed("lire")
    if now.sent and not now.mine:
        return closed("foyer")
    if now.sent and now.sent.state == ReenrolmentState.REFUSED:
        return closed("repondu")
    if now.period_over:
        return now.period_over
    if now.way == Way.LEAVING:
        return closed("depart")
    if not now.way:
        return closed("choisir")
    if item and item.state == DocumentState.VALIDATED:
        return closed("validee")
    if item and item.supplied and item.supplied.times >= MAX_FILES:
        return closed("souvent")
    return None


def locked_because(now: Situation, item: DocumentItem) -> UserError | None:
    """Why what was given stays; None when it can be taken back."""
    if item.supplied and item.supplied.state == DocumentState.VALIDATED:
        return UserError("Cette pièce est validée : elle ne peut plus être retirée.")
    if not now.may_change:
        return closed("lire")
    if now.period_over:
        return now.period_over
    if now.mine and now.sent and now.sent.state != ReenrolmentState.TO_CORRECT and item.document.required:
        return UserError("Votre demande est envoyée avec cette pièce : remplacez-la plutôt que de la retirer.")
    return None


def accepts(uow: UnitOfWork, pupil: Pupil, document_id: int, *, replace: bool) -> None:
    """UserError, or NotFound, when `supply` would be, or when it would replace what nobody said to replace: asked before a file is
    looked at."""
    campaign = uow.get(Campaign, uow.get(RequiredDocument, document_id).campaign_id)
    now = reenrolment.situation(uow, pupil, campaign)
    item = next((each for each in now.document_items if each.document.id == document_id), None)
    if item is None:
        raise NotFound(f"document {document_id} of pupil {pupil.id}")
    if error := refusal(now, item=item):
        raise error
    if item.supplied and not replace:
        raise closed("remplacer")


def supply(
    uow: UnitOfWork, pupil: Pupil, document_id: int, content: bytes, media_type: str, file_name: str
) -> SuppliedDocument:
    """Keep a checked file (data/uploads/validation.py) for that document; it replaces the one before. UserError in words;
    NotFound when the document is not asked of this pupil."""
    now, item = _document_item(uow, pupil, document_id)
    if error := refusal(now, item=item):
        raise error
    stored = stored_files.store(uow, pupil.id, f"campaign {now.campaign.id}", content, media_type, file_name)
    supplied, replaced = item.supplied, None
    if supplied:
        replaced, supplied.times, supplied.version = supplied.file_id, supplied.times + 1, supplied.version + 1
    else:
        supplied = SuppliedDocument(
            site_id=pupil.site_id,
            family_id=uow.family_id,
            campaign_id=now.campaign.id,
            document_id=document_id,
            pupil_id=pupil.id,
            file_name="",
            size=0,
            given_at=uow.now,
            author_id=0,
        )
    supplied.file_id, supplied.file_name, supplied.size = stored.id, stored.shown, stored.size
    supplied.state, supplied.reason, supplied.expires_on = DocumentState.RECEIVED, "", None
    supplied.given_at, supplied.author_id = uow.now, uow.account_id or 0
    supplied.decided_at, supplied.decided_by = None, ""
    uow.add(supplied)
    _forget(uow, replaced)
    _note_document(uow, now, supplied, Action.DOCUMENT_GIVEN, ["", supplied.file_name])
    return supplied


def remove(uow: UnitOfWork, pupil: Pupil, supplied_id: int) -> None:
    """Take a document back. UserError once it is validated, or when a request that was sent stands on it."""
    supplied = uow.get(SuppliedDocument, supplied_id)
    if supplied.pupil_id != pupil.id or supplied.family_id != uow.family_id:
        raise NotFound(f"document {supplied_id}")
    now, item = _document_item(uow, pupil, supplied.document_id)
    supplied = uow.get(SuppliedDocument, supplied_id, lock=True)
    if error := locked_because(now, item):
        raise error
    uow.delete(supplied)
    uow.flush()
    _forget(uow, supplied.file_id)
    _note_document(uow, now, supplied, Action.DOCUMENT_TAKEN_BACK, [supplied.file_name, ""])


def _document_item(uow: UnitOfWork, pupil: Pupil, document_id: int) -> tuple[Situation, DocumentItem]:
    """The pupil's situation, locked, and that document in it; NotFound when it is not asked of this pupil."""
    now = reenrolment.locked(uow, pupil, uow.get(RequiredDocument, document_id).campaign_id)
    for item in now.document_items:
        if item.document.id == document_id:
            return now, item
    raise NotFound(f"document {document_id} of pupil {pupil.id}")


def _forget(uow: UnitOfWork, file_id: int | None) -> None:
    if file_id is not None:
        stored_files.discard(uow, uow.get(StoredFile, file_id).name)


def _note_document(
    uow: UnitOfWork, now: Situation, supplied: SuppliedDocument, action: Action, change: list[str]
) -> None:
    if now.sent:
        now.sent.version += 1
        uow.add(now.sent)
    audit.note_record(uow, action, supplied, changes={"file": change})
    reenrolment.announce(uow, now.pupil.site_id, uow.family_id, now.pupil.id)


@dataclass(frozen=True)
class Shared:
    """What brothers and sisters have in common with a pupil, by what is to be pressed."""

    offers: dict[
        int, tuple[SuppliedDocument, Pupil]
    ]  # a document this pupil lacks -> one given for another: « Reprendre »
    wanting: dict[int, list[tuple[Pupil, RequiredDocument]]]  # one given -> who lacks the same: « Aussi pour … »


def shared(uow: UnitOfWork, now: Situation) -> Shared:
    """Between the pupils of one household, for one school year: documents of one name, where one serves the family."""
    mine = {item.document.label: item for item in now.document_items if item.document.shared}
    found = Shared({}, {})
    if not mine or now.family_id is None or not now.may_change:
        return found
    closed = refusal(now)
    others = [each for each in _others(uow, now, list(mine)) if each[2].shared]
    departments = campaigns.attended_departments(
        uow, now.campaign, (wanted for _, _, wanted, *_ in others), [pupil.id for pupil, *_ in others]
    )
    for pupil, campaign, wanted, given, wish, sent, rights in others:
        item = mine[wanted.label]
        if given is not None:
            usable = given.file_id is not None and reenrolment.state_of(given, uow.today) in {
                DocumentState.RECEIVED,
                DocumentState.VALIDATED,
            }
            if usable and item.state == DocumentState.MISSING and not closed:
                found.offers[item.document.id] = (given, pupil)
            continue
        theirs = Situation(
            campaign, pupil, [], [], wish, sent, now.family_id, campaigns.is_open(uow, campaign), rights == Rights.ALL
        )
        held = item.supplied if item.file and item.state in {DocumentState.RECEIVED, DocumentState.VALIDATED} else None
        asked = campaigns.asked_of(wanted, campaign, pupil, departments.get(pupil.id, ()))
        if held and asked and refusal(theirs) is None:
            found.wanting.setdefault(held.id, []).append((pupil, wanted))
    return found


def _others(uow: UnitOfWork, now: Situation, labels: list[str]) -> Sequence[Any]:
    """(pupil, campaign, document, what is given, wish, request, rights) of the household's other pupils."""

    def of(table: Any, *more: Any) -> Any:
        return and_(table.pupil_id == Pupil.id, table.campaign_id == Campaign.id, *more)

    question: Any = select(Pupil)
    given = and_(
        col(SuppliedDocument.document_id) == RequiredDocument.id, col(SuppliedDocument.family_id) == now.family_id
    )
    return uow.rows(
        question.add_columns(Campaign, RequiredDocument, SuppliedDocument, Wish, Reenrolment, PupilLink.rights)
        .join(PupilLink, and_(col(PupilLink.pupil_id) == Pupil.id, col(PupilLink.family_id) == now.family_id))
        .join(
            Campaign,
            and_(col(Campaign.site_id) == Pupil.site_id, col(Campaign.school_year) == now.campaign.school_year),
        )
        .join(RequiredDocument, col(RequiredDocument.campaign_id) == Campaign.id)
        .join(SuppliedDocument, of(SuppliedDocument, given), isouter=True)
        .join(Wish, of(Wish, col(Wish.family_id) == now.family_id), isouter=True)
        .join(Reenrolment, of(Reenrolment), isouter=True)
        .where(Pupil.id != now.pupil.id, Campaign.state != CampaignState.DRAFT, col(RequiredDocument.label).in_(labels))
        .order_by(col(Pupil.birth_date), col(Pupil.first_name), col(SuppliedDocument.given_at))
    )


def again_for(uow: UnitOfWork, pupil: Pupil, document_id: int, supplied_id: int) -> SuppliedDocument:
    """The file that this household gave for another of its pupils, given for this one too: a copy of its own."""
    theirs = uow.get(SuppliedDocument, supplied_id)
    if theirs.family_id != uow.family_id or theirs.file_id is None or theirs.pupil_id == pupil.id:
        raise NotFound(f"document {supplied_id}")
    stored, content = stored_files.content_of(uow, uow.get(StoredFile, theirs.file_id).name)
    return supply(uow, pupil, document_id, content, stored.media_type, theirs.file_name)
