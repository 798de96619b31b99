"""What a family still has to do for its pupils' re-enrolment, as its home page says it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam
from sqlmodel import col, select

from data.core import formats
from data.core.unit_of_work import UnitOfWork, prepared
from data.families.models import Pupil, PupilLink, Rights
from data.reenrolment import campaigns
from data.reenrolment.campaigns import Campaign, CampaignAudience, RequiredDocument
from data.reenrolment.models import (
    DocumentItem,
    DocumentState,
    Reenrolment,
    ReenrolmentState,
    SuppliedDocument,
    Wish,
    _sent,
    state_of,
)
from data.schooling.models import Attended


@dataclass(frozen=True)
class Due:
    """What a household still has to do for a pupil."""

    pupil: Pupil
    campaign: Campaign
    state: str  # "" (nothing yet), draft, to_correct, submitted, validated
    refused: list[RequiredDocument]  # documents to give again
    lacking: list[RequiredDocument]  # documents without which it cannot be sent, these included


Sent = tuple[Reenrolment, Pupil, str]  # with the staff's words to the household
Given = tuple[SuppliedDocument, Pupil, RequiredDocument]
Begun = tuple[int, bool, str | None, str | None, SuppliedDocument | None, RequiredDocument | None]


@dataclass(frozen=True)
class Standing:
    """How it stands with a household's re-enrolments of this year and the next."""

    due: list[Due]
    sent: list[Sent]
    given: list[Given]


def standing(
    uow: UnitOfWork,
    theirs: Iterable[tuple[Pupil, PupilLink]],
    courses: Mapping[int, Sequence[Attended]] | None = None,
    known: Sequence[tuple[Campaign, Reenrolment | None]] | None = None,
) -> Standing:
    """For « Accueil »: the pupils whose campaign is open, or whose request or documents wait for the family; what it sent.
    `courses`: those of this year on, by pupil, and `known`: the campaigns with what was sent, where they were asked already."""
    pupils = {pupil.id: pupil for pupil, link in theirs if link.rights == Rights.ALL}
    if known is None or not pupils:
        known = _sent(uow, pupils) if pupils else []
    requests = [(campaign, request) for campaign, request in known if request and request.pupil_id in pupils]
    sent = {(request.pupil_id, campaign.id): request for campaign, request in requests}
    shown = {request.pupil_id: campaign for campaign, request in requests}
    wishes: dict[tuple[int, int], tuple[str, str]] = {}
    again: dict[tuple[int, int], list[RequiredDocument]] = {}
    lacking: dict[tuple[int, int], list[RequiredDocument]] = {}
    given: list[Given] = []
    for campaign in reversed({campaign.id: campaign for campaign, _ in known}.values()):  # the first to close is shown
        opened = campaigns.is_open(uow, campaign)
        wanted = list(pupils) if opened else [pupil_id for pupil_id, of in sent if of == campaign.id]
        begun = _begun(uow, campaign, wanted) if wanted else ()
        attended = _departments(uow, campaign, begun, courses)
        for pupil_id, seen, way, answer, document, asked in begun:
            key = (pupil_id, campaign.id)
            wishes[key] = way or "", answer or ""
            if opened and seen:
                shown[pupil_id] = campaign
            if document and asked:
                given.append((document, pupils[pupil_id], asked))
            if asked and campaigns.asked_of(asked, campaign, pupils[pupil_id], attended.get(pupil_id, ())):
                item = DocumentItem(asked, document, state_of(document, uow.today))
                if item.state in {DocumentState.REFUSED, DocumentState.EXPIRED}:
                    again.setdefault(key, []).append(asked)
                if item.lacking:
                    lacking.setdefault(key, []).append(asked)
    mine = {key: request for key, request in sent.items() if request.household_id == uow.family_id}
    found = []
    for pupil_id, campaign in shown.items():
        key = (pupil_id, campaign.id)
        request = sent.get(key)
        if request and (key not in mine or request.state == ReenrolmentState.REFUSED):
            continue
        way, _ = wishes.get(key, ("", ""))
        state = request.state if request else ReenrolmentState.DRAFT if way else ""
        found.append(Due(pupils[pupil_id], campaign, state, again.get(key, []), lacking.get(key, [])))
    return Standing(found, [(mine[key], pupils[key[0]], wishes.get(key, ("", ""))[1]) for key in mine], given)


def _departments(
    uow: UnitOfWork, campaign: Campaign, begun: Sequence[Begun], courses: Mapping[int, Sequence[Attended]] | None
) -> dict[int, set[str]]:
    """Pupil -> departments attended in the year that ends."""
    if courses is None or campaign.source_year < formats.school_year(uow.today):
        return campaigns.attended_departments(uow, campaign, (row[5] for row in begun), {row[0] for row in begun})
    return {
        pupil_id: {each.course.department for each in known if each.course.school_year == campaign.source_year}
        for pupil_id, known in courses.items()
    }


def of_the_family(uow: UnitOfWork, most: int) -> tuple[list[Sent], list[Given]]:
    """« Vos demandes »: what the household sent and gave in any year, the latest first. What it gave has a wish: nothing is
    given before a way is chosen."""

    def theirs(table: type[Reenrolment | SuppliedDocument]) -> ColumnElement[bool]:
        return and_(col(table.pupil_id) == Wish.pupil_id, col(table.campaign_id) == Wish.campaign_id)

    sent: dict[int, Sent] = {}
    given: list[Given] = []
    for pupil, answer, request, document, wanted in uow.rows(
        select(Pupil, Wish.answer, Reenrolment, SuppliedDocument)
        .add_columns(RequiredDocument)
        .select_from(Wish)
        .join(Pupil, col(Pupil.id) == Wish.pupil_id)
        .join(Reenrolment, theirs(Reenrolment) & (col(Reenrolment.household_id) == uow.family_id), isouter=True)
        .join(
            SuppliedDocument,
            theirs(SuppliedDocument) & (col(SuppliedDocument.family_id) == uow.family_id),
            isouter=True,
        )
        .join(RequiredDocument, col(RequiredDocument.id) == SuppliedDocument.document_id, isouter=True)
        .where(col(Wish.family_id) == uow.family_id)
        .order_by(col(Wish.changed_at).desc(), col(Wish.id))
        .limit(most)
    ):
        if request:
            sent[request.id] = (request, pupil, answer)
        if document:
            given.append((document, pupil, wanted))
    return list(sent.values()), given


def _begun(uow: UnitOfWork, campaign: Campaign, pupil_ids: Iterable[int]) -> Sequence[Begun]:
    """(pupil, whether it sees the campaign, the way its household chose, the staff's words to it, what is given for a document,
    that document), a row for each document of the campaign."""
    values = {"pupils": list(pupil_ids), "family": uow.family_id, **campaigns.audience_values(campaign)}
    return uow.rows(_begun_in(CampaignAudience(campaign.audience)), **values)


@lru_cache(maxsize=len(CampaignAudience))
def _begun_in(kind: CampaignAudience) -> Any:
    def theirs(table: type[Wish | SuppliedDocument]) -> ColumnElement[bool]:
        return and_(
            col(table.pupil_id) == Pupil.id,
            col(table.campaign_id) == bindparam("campaign"),
            col(table.family_id) == bindparam("family"),
        )

    return prepared(
        select(Pupil.id, campaigns.audience_of(kind).label("seen"), Wish.way, Wish.answer)
        .add_columns(SuppliedDocument, RequiredDocument)
        .join(Wish, theirs(Wish), isouter=True)
        .join(RequiredDocument, col(RequiredDocument.campaign_id) == bindparam("campaign"), isouter=True)
        .join(
            SuppliedDocument,
            and_(theirs(SuppliedDocument), col(SuppliedDocument.document_id) == RequiredDocument.id),
            isouter=True,
        )
        .where(col(Pupil.id).in_(bindparam("pupils", expanding=True)))
        .order_by(col(RequiredDocument.rank), col(RequiredDocument.id))
    )
