"""Papers about health and income, and those that were refused, leave when their time is over; nothing else does (R-72)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from data.core.audit import AuditEntry
from data.core.errors import NotFound
from data.core.system_unit_of_work import system_unit_of_work
from data.families import stored_files
from data.families.stored_files import StoredFile
from data.privacy import orphan_files, retention
from data.reenrolment import campaign_admin
from data.reenrolment import documents as reenrolment_documents
from data.reenrolment import models as reenrolment
from data.reenrolment import review as reenrolment_review
from data.reenrolment import submission as request
from data.reenrolment.campaigns import Campaign, RequiredDocument
from data.reenrolment.models import SuppliedDocument
from tests.conftest import stored_path
from tests.demo_users import CLAIRE, HELENE, PAUL, as_, both, every, last, later, pupil, today

PDF = b"%PDF-1.4 a file of the tests"
HEALTH, INCOME = "Certificat médical", "Justificatif de quotient familial"


def campaign() -> Campaign:
    found: Campaign = every(Campaign, Campaign.state == "active")[0]
    return found


def given(label: str) -> SuppliedDocument:
    """That document, given for Nino."""
    with as_(CLAIRE) as uow:
        nino = pupil(uow, "Nino")
        request.choose(uow, nino, campaign().id, "administrative")
        pieces = reenrolment.situation(uow, nino, uow.get(Campaign, campaign().id)).document_items
        document = next(each.document.id for each in pieces if each.document.label == label)
        return reenrolment_documents.supply(uow, nino, document, PDF, "application/pdf", "papier.pdf")


@pytest.fixture
def asked(database: str) -> None:
    """Of Nino too, a health paper is asked."""
    with as_(HELENE) as uow:
        campaign_admin.save_document(
            uow, campaign().id, None, {"label": HEALTH, "sensitive": "health", "required": False}
        )


def again(supplied: SuppliedDocument) -> list[Any]:
    return every(SuppliedDocument, SuppliedDocument.id == supplied.id)


def on_disk(supplied: SuppliedDocument) -> bool:
    with system_unit_of_work() as uow:
        name = uow.one(select(StoredFile.name).where(StoredFile.id == supplied.file_id))
    return bool(name) and stored_path(supplied.site_id, str(name)).is_file()


def pass_by(**time: float) -> datetime:
    """The daily sweeps, at that moment; when it was."""
    moment = later(**time)
    retention.sweep(moment)
    orphan_files.sweep(moment)
    return moment


@both
def test_a_health_paper_leaves_thirty_days_after_it_was_validated(database: str, asked: None) -> None:
    supplied, stored = given(HEALTH), given("Attestation d’assurance")
    with as_(PAUL) as uow:
        for each in (supplied, stored):
            reenrolment_review.validate_document(uow, each.id)
    pass_by(days=29)
    assert on_disk(supplied)
    moment = pass_by(days=31)
    assert not on_disk(supplied)
    assert on_disk(stored)
    [row] = again(supplied)
    assert (row.state, row.file_id, row.file_name) == ("validated", None, "papier.pdf")
    with as_(CLAIRE, now=moment) as uow, pytest.raises(NotFound):
        stored_files.content_of(uow, uow.get(StoredFile, supplied.file_id).name)
    assert last(AuditEntry).changes == {"count": ["", 1]}
    assert retention.sweep(moment) == 0


@pytest.mark.usefixtures("asked")
def test_income_leaves_two_months_after_the_campaign_unless_a_request_waits_on_it(database: str) -> None:
    income, health, stored = given(INCOME), given(HEALTH), given("Attestation d’assurance")
    over = (campaign().closes_on - today()).days + 61
    with as_(PAUL) as uow:
        reenrolment_review.validate_document(uow, income.id)
    pass_by(days=over)
    assert on_disk(income)
    with as_(CLAIRE) as uow:
        nino = pupil(uow, "Nino")
        for piece in reenrolment.situation(uow, nino, uow.get(Campaign, campaign().id)).lacking:
            reenrolment_documents.supply(uow, nino, piece.document.id, PDF, "application/pdf", "papier.pdf")
        sent = request.submit(uow, nino, campaign().id, {})
    pass_by(days=over + 2)
    assert on_disk(income)
    assert on_disk(health)
    with as_(PAUL) as uow:
        reenrolment_review.refuse(uow, sent.id, "Complet.")
    pass_by(days=over + 2)
    assert not on_disk(income)
    assert not on_disk(health)
    assert again(income)[0].state == "validated"
    assert again(health) == []  # nobody had said anything of it
    assert on_disk(stored)
    assert every(RequiredDocument, RequiredDocument.label == HEALTH)


@pytest.mark.usefixtures("database")
def test_what_was_refused_leaves_after_two_months_and_can_be_given_again() -> None:
    supplied = given("Attestation d’assurance")
    with as_(PAUL) as uow:
        reenrolment_review.refuse_document(uow, supplied.id, "Illisible.")
    pass_by(days=60)
    assert on_disk(supplied)
    pass_by(days=62)
    [row] = again(supplied)
    assert (row.state, row.reason, row.file_id) == ("refused", "Illisible.", None)
    with as_(HELENE) as uow:
        campaign_admin.save(uow, campaign().id, {"closes_on": uow.today + timedelta(days=100)})
    assert given("Attestation d’assurance").state == "received"
