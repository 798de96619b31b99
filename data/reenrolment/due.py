"""What a family still has to do for its pupils' re-enrolment, as its home page says it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam
from sqlmodel import col, select

from data.core.unit_of_work import UnitOfWork, prepared
from data.families.models import Pupil, PupilLink, Rights
from data.reenrolment import campaigns
from data.reenrolment.campaigns import Campaign, CampaignAudience
from data.reenrolment.models import DocumentState, ReenrolmentState, SuppliedDocument, Wish, _sent, state_of


@dataclass(frozen=True)
class Due:
    """What a household still has to do for a pupil."""

    pupil: Pupil
    campaign: Campaign
    state: str  # "" (nothing yet), draft, to_correct, submitted, validated
    refused: int  # documents to give again


def due(uow: UnitOfWork, theirs: Iterable[tuple[Pupil, PupilLink]]) -> list[Due]:
    """For « Accueil »: the pupils whose campaign is open, or whose request or documents wait for the family."""
    pupils = {pupil.id: pupil for pupil, link in theirs if link.rights == Rights.ALL}
    known = _sent(uow, pupils) if pupils else []
    sent = {(request.pupil_id, campaign.id): request for campaign, request in known if request}
    shown = {request.pupil_id: campaign for campaign, request in known if request}
    ways: dict[tuple[int, int], str] = {}
    again: dict[tuple[int, int], int] = {}
    for campaign in reversed({campaign.id: campaign for campaign, _ in known}.values()):  # the first to close is shown
        opened = campaigns.is_open(uow, campaign)
        wanted = list(pupils) if opened else [pupil_id for pupil_id, of in sent if of == campaign.id]
        for pupil_id, seen, way, document in _begun(uow, campaign, wanted) if wanted else ():
            key = (pupil_id, campaign.id)
            ways[key] = way or ""
            if opened and seen:
                shown[pupil_id] = campaign
            if state_of(document, uow.today) in {DocumentState.REFUSED, DocumentState.EXPIRED}:
                again[key] = again.get(key, 0) + 1
    found = []
    for pupil_id, campaign in shown.items():
        key = (pupil_id, campaign.id)
        request = sent.get(key)
        if request and (request.household_id != uow.family_id or request.state == ReenrolmentState.REFUSED):
            continue
        state = request.state if request else ReenrolmentState.DRAFT if ways.get(key) else ""
        found.append(Due(pupils[pupil_id], campaign, state, again.get(key, 0)))
    return found


def _begun(
    uow: UnitOfWork, campaign: Campaign, pupil_ids: Iterable[int]
) -> Sequence[tuple[int, bool, str | None, Any]]:
    """(pupil, whether it sees the campaign, the way its household chose, a document given), a row for each document."""
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
        select(Pupil.id, campaigns.audience_of(kind).label("seen"), Wish.way, SuppliedDocument)
        .join(Wish, theirs(Wish), isouter=True)
        .join(SuppliedDocument, theirs(SuppliedDocument), isouter=True)
        .where(col(Pupil.id).in_(bindparam("pupils", expanding=True)))
    )
