"""What a protection order hides of an adult (R-73): read and decided by the « responsable » alone, wherever it stands."""

import io

import pytest
from pypdf import PdfReader

from data.billing import pdf_archive
from data.billing.models import Invoice
from data.billing.pdf_archive import Draft
from data.change_requests import submission as change_requests
from data.change_requests.models import ChangeRequest
from data.core.errors import UserError
from data.core.unit_of_work import UnitOfWork
from data.directory import edit_families
from data.families import models as families
from data.families.models import Guardian
from data.mail.rendering import text_of
from data.office import template_preview
from pages.staff.queue import request_review
from tests.data.test_change_review import NO, YES, ask, change, decide, recorded, undo
from tests.demo_users import CLAIRE, HELENE, PAUL, account, as_, every, guardian, last

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
    with as_(PAUL) as uow:
        family = families.by_number(uow, 1042)
        edit_families.add_adult(uow, family, {"last_name": "Aubry", "first_name": "Zoé"})
        edit_families.remove_adult(uow, uow.get(Guardian, account(CLAIRE).guardian_id))
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


def test_the_family_itself_reads_and_asks_as_ever(asked: int) -> None:
    with as_(CLAIRE) as uow:
        assert guardian(uow).address == HIDDEN[0]
        assert change_requests.pending(uow, [guardian(uow)])["guardian", guardian(uow).id]["address"].new == HIDDEN[1]
