"""What a protection order hides of an adult (R-73): read and decided by the « responsable » alone, wherever it stands."""

import io
from contextlib import nullcontext

import pytest
from pypdf import PdfReader
from sqlmodel import select

from data.billing import pdf_archive
from data.billing.models import Invoice
from data.billing.pdf_archive import Draft
from data.change_requests import submission as change_requests
from data.change_requests.models import ChangeRequest
from data.core.errors import NotFound, UserError
from data.core.unit_of_work import UnitOfWork
from data.directory import edit_families, search
from data.families import models as families
from data.families import protection, stored_files
from data.families.models import Guardian, Pupil, PupilLink, Rights
from data.mail.outbox import Letter
from data.mail.rendering import text_of
from data.office import template_preview
from pages.staff.queue import request_review
from tests.data.test_change_review import NO, YES, ask, change, decide, recorded, undo
from tests.demo_users import CLAIRE, HELENE, MARC, PAUL, account, as_, both, every, guardian, last, pupil

HIDDEN = ("3 place du Marché", "9 rue Cachée", "claire.aubry@example.org")


@pytest.fixture
def asked(database: str) -> int:
    """Claire Aubry, whose address is protected, asks for another one and for another profession."""
    with as_(PAUL) as uow:
        edit_families.hide_contact(uow, uow.get(Guardian, account(CLAIRE).guardian_id), hidden=True)
    return ask({"address": "9 rue Cachée", "emergency_contact": "Jeanne Aubry"})


def shown(uow: UnitOfWork, number: int) -> str:
    return str(request_review.draw(uow, number))


def test_the_queue_shows_a_protected_address_to_the_responsable_alone(asked: int) -> None:
    for login, there in ((PAUL, False), (HELENE, True)):
        with as_(login) as uow:
            assert [each in shown(uow, asked) for each in HIDDEN[:2]] == [there, there]
            assert "Jeanne Aubry" in shown(uow, asked)


def test_the_secretary_decides_the_rest_of_such_a_request(asked: int) -> None:
    with pytest.raises(UserError, match="responsable"):
        decide(asked, {"address": YES})
    decide(asked, {"address": YES, "emergency_contact": YES})
    assert (change(asked, "address").state, recorded("address")) == ("pending", HIDDEN[0])
    assert recorded("emergency_contact") == "Jeanne Aubry"
    with as_(PAUL) as uow:
        assert "verdict" not in shown(uow, asked)
        assert "textarea" not in shown(uow, asked)
    decide(asked, {"address": YES}, HELENE)
    assert recorded("address") == HIDDEN[1]
    with as_(PAUL) as uow:
        assert not any(each in shown(uow, asked) for each in HIDDEN)
    with pytest.raises(UserError, match="responsable"):
        undo(asked)
    undo(asked, HELENE)
    assert recorded("address") == HIDDEN[0]


def test_what_an_adult_who_left_had_asked_stays_hidden(asked: int) -> None:
    with as_(HELENE) as uow:
        family = families.by_number(uow, 1042)
        edit_families.add_adult(uow, family, {"last_name": "Aubry", "first_name": "Zoé"})
        edit_families.remove_adult(uow, uow.get(Guardian, account(CLAIRE).guardian_id))
    with as_(PAUL) as uow:
        assert not any(each in shown(uow, asked) for each in HIDDEN)
    decide(asked, {"address": NO}, reason="Partie")
    assert every(ChangeRequest, ChangeRequest.id == asked)[0].state == "closed"


def test_a_bill_names_a_protected_payer_without_the_address(asked: int) -> None:
    family = account(CLAIRE).family_id
    number = last(Invoice, Invoice.family_id == family, Invoice.payer_address != "").number
    for login, there in ((PAUL, False), (HELENE, True), (CLAIRE, True)):
        with as_(login) as uow:
            found = pdf_archive.invoice(uow, number)
            content = found.write() if isinstance(found, Draft) else found
        text = PdfReader(io.BytesIO(content)).pages[0].extract_text()
        assert ("Claire Aubry" in text, HIDDEN[0] in text) == (True, there), login


def test_a_letter_that_is_tried_tells_no_protected_address(asked: int) -> None:
    for login, there in ((PAUL, False), (HELENE, True)):
        with as_(login) as uow:
            letter, _ = template_preview.sample(uow, "request_received", "fr", None, 1042)
            assert (HIDDEN[1] in text_of(letter), letter.recipient == HIDDEN[2]) == (there, there)


@pytest.fixture
def irina(database: str) -> int:
    """Claire's adult is protected, Marc's household has the same pupil, whose own record says where she lives."""
    with as_(HELENE) as uow:
        edit_families.correct(uow, pupil(uow, "Irina"), {"address": "5 rue Tue", "email": "irina.tue@example.org"})
        edit_families.hide_contact(uow, uow.get(Guardian, account(CLAIRE).guardian_id), hidden=True)
        links = uow.all(select(PupilLink).where(PupilLink.pupil_id == pupil(uow, "Irina").id))
        for link in links:
            link.rights = Rights.ALL
        return pupil(uow, "Irina").id


@both
def test_a_pupils_own_address_is_read_by_the_protected_household_and_the_responsable(irina: int, database: str) -> None:
    for login, there in ((CLAIRE, True), (HELENE, True), (MARC, False), (PAUL, False)):
        with as_(login) as uow:
            for row in (uow.get(Pupil, irina), uow.get(Pupil, irina, lock=True), pupil(uow, "Irina")):
                assert ("5 rue Tue" in row.address, bool(row.email)) == (there, there), login
                assert ("irina.tue" in row.search) == there
            assert len(families.pupils(uow) if not uow.is_staff else [1])
    with as_(PAUL) as uow:
        assert not search.find(uow, "irina.tue").families
        assert search.find(uow, "irina").families
    with as_(HELENE) as uow:
        assert search.find(uow, "irina.tue").families


@both
def test_who_may_not_read_a_field_of_a_pupil_does_not_change_it_either(irina: int, database: str) -> None:
    with as_(MARC) as uow:
        outcome = change_requests.propose(uow, pupil(uow, "Irina"), {"address": "", "school": "Collège Ravel"})
        assert [line[0] for line in (*outcome.asked, *outcome.saved)] == ["Établissement scolaire"]
    with as_(PAUL) as uow:
        edit_families.correct(
            uow, pupil(uow, "Irina"), {"was:address": "", "address": "1 rue Autre", "insurance": "MAIF"}
        )
    [row] = every(Pupil, Pupil.id == irina)
    assert (row.address, row.email, row.insurance) == ("5 rue Tue", "irina.tue@example.org", "MAIF")


def test_what_the_other_household_had_asked_before_is_refused_and_its_answer_tells_nothing(irina: int) -> None:
    with as_(HELENE) as uow:
        edit_families.hide_contact(uow, uow.get(Guardian, account(CLAIRE).guardian_id), hidden=False)
    with as_(MARC) as uow:
        change_requests.propose(uow, pupil(uow, "Irina"), {"address": "7 rue Marc"})
    with as_(HELENE) as uow:
        edit_families.hide_contact(uow, uow.get(Guardian, account(CLAIRE).guardian_id), hidden=True)
    number = last(ChangeRequest).id
    with as_(MARC) as uow:
        [(_, asked, _)] = change_requests.of_the_family(uow, 1)
        assert (asked.old, asked.new) == ("", "7 rue Marc")
    with pytest.raises(UserError, match="responsable"):
        decide(number, {"address": YES})
    with pytest.raises(UserError, match="autre foyer"):
        decide(number, {"address": YES}, HELENE)
    decide(number, {"address": NO}, HELENE, reason="Non")
    letter = last(Letter, Letter.kind == "request_decided")
    assert "5 rue Tue" not in str(letter.blocks)


def test_papers_of_a_protected_household_are_the_responsables(irina: int) -> None:
    with as_(CLAIRE) as uow:
        file = stored_files.store(uow, irina, "campaign 1", b"%PDF-1.7 5 rue Tue", "application/pdf", "5 rue Tue.pdf")
    for login, there in ((CLAIRE, True), (HELENE, True), (PAUL, False), (MARC, False)):
        with as_(login) as uow, nullcontext() if there else pytest.raises(NotFound):
            protection.content_of(uow, file.name)


def test_the_family_itself_reads_and_asks_as_ever(asked: int) -> None:
    with as_(CLAIRE) as uow:
        assert guardian(uow).address == HIDDEN[0]
        assert change_requests.pending(uow, [guardian(uow)])["guardian", guardian(uow).id]["address"].new == HIDDEN[1]
