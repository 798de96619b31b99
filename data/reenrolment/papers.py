"""What stays with a family of its re-enrolments: the requests that it sent, the documents that were accepted."""

from dataclasses import dataclass

from sqlmodel import col, select

from data.accounts.models import Account
from data.billing.pdf_archive import Draft
from data.core import sites
from data.core.errors import NotFound
from data.core.unit_of_work import UnitOfWork
from data.families.models import Pupil
from data.families.stored_files import StoredFile
from data.mail.letterhead import letterhead_of
from data.pdf.attachment import joined
from data.reenrolment import letters
from data.reenrolment.campaigns import Campaign, RequiredDocument
from data.reenrolment.models import DocumentState, Reenrolment, ReenrolmentState, SuppliedDocument, situation

STANDING = (ReenrolmentState.SUBMITTED, ReenrolmentState.VALIDATED)


@dataclass(frozen=True)
class Accepted:
    """A document that the office accepted; `file`: for /documents/{name}."""

    supplied: SuppliedDocument
    wanted: RequiredDocument
    school_year: str
    file: str


def accepted(uow: UnitOfWork) -> list[Accepted]:
    """Of the household itself, where the file is still there; in the order in which they were asked."""
    rows = uow.rows(
        select(SuppliedDocument, RequiredDocument, Campaign.school_year, StoredFile.name)
        .join(RequiredDocument, col(RequiredDocument.id) == SuppliedDocument.document_id)
        .join(Campaign, col(Campaign.id) == SuppliedDocument.campaign_id)
        .join(StoredFile, col(StoredFile.id) == SuppliedDocument.file_id)
        .where(SuppliedDocument.family_id == uow.family_id, SuppliedDocument.state == DocumentState.VALIDATED)
        .order_by(col(RequiredDocument.rank), col(RequiredDocument.id))
    )
    return [Accepted(*row) for row in rows]


def requests(uow: UnitOfWork) -> list[tuple[Reenrolment, str]]:
    """What the household sent and was not refused, each with its school year."""
    return [
        (sent, year)
        for sent, year in uow.rows(
            select(Reenrolment, Campaign.school_year)
            .join(Campaign, col(Campaign.id) == Reenrolment.campaign_id)
            .where(Reenrolment.household_id == uow.family_id, col(Reenrolment.state).in_(STANDING))
            .order_by(col(Reenrolment.id))
        )
    ]


def request(uow: UnitOfWork, pupil: Pupil, campaign_id: int) -> Draft:
    """The summary of a request, as its letter had it, and how it stands now. Not kept: that changes."""
    site, now = sites.here(uow), situation(uow, pupil, uow.get(Campaign, campaign_id))
    sent, wish = now.sent, now.wish
    if sent is None or wish is None or not now.mine or sent.state not in STANDING:
        raise NotFound(f"no request of pupil {pupil.number} in campaign {campaign_id}")
    author = uow.one(select(Account).where(Account.id == sent.author_id))
    paper = letters.paper_of(uow, now, wish, author.name if author else "", uow.language)
    letterhead, language, day = letterhead_of(site), uow.language, uow.today
    _file, title, text, closing, facts = paper
    return Draft("", lambda: joined(letterhead, title, text, facts, closing, day, language))
