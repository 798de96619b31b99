"""What a family gets by e-mail once it has sent its request: the same lines in the letter and in a PDF that goes with it."""

# ruff: noqa: ARG002
import io
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from pypdf import PdfReader
from sqlmodel import select

from data.core.errors import NotFound
from data.core.system_unit_of_work import system_unit_of_work
from data.families import stored_files
from data.mail import delivery
from data.mail.outbox import Letter
from data.reenrolment import documents as reenrolment_documents
from data.reenrolment import models as reenrolment
from data.reenrolment import papers, review
from data.reenrolment import submission as request
from data.reenrolment.campaigns import Campaign
from data.reenrolment.models import Reenrolment, SuppliedDocument
from tests.conftest import move_to
from tests.demo_users import CLAIRE, PAUL, SAMIR, as_, every, last, later, pupil
from tests.ground import free_port

PDF = b"%PDF-1.4 a file of the tests"


class Box:
    """A mail server that keeps what it receives."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.received.append(cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


def send(name: str, way: str, **typed: str) -> Letter:
    """« Valider » with every compulsory document; the letter that was written."""
    key = every(Campaign, Campaign.state == "active")[0].id
    with as_(CLAIRE) as uow:
        lines = reenrolment.situation(uow, pupil(uow, name), uow.get(Campaign, key)).disciplines
        request.choose(uow, pupil(uow, name), key, way, [line.enrolment.id for line in lines])
        for piece in reenrolment.situation(uow, pupil(uow, name), uow.get(Campaign, key)).document_items:
            if piece.lacking and way != "leaving":
                reenrolment_documents.supply(
                    uow, pupil(uow, name), piece.document.id, PDF, "application/pdf", f"{piece.document.id}.pdf"
                )
        request.submit(uow, pupil(uow, name), key, typed)
    return cast(Letter, last(Letter))


def delivered(letter: Letter) -> EmailMessage:
    """As a mail server receives it."""
    box = Box()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        with system_unit_of_work(writes=True) as uow:
            for each in uow.all(select(Letter).where(Letter.id != letter.id, Letter.state == "waiting")):
                each.due_at = later(days=1)
                uow.add(each)
        move_to(SMTP_URL=f"smtp+plain://127.0.0.1:{server.port}")
        assert delivery.deliver() == 1
    finally:
        server.stop()
    [message] = box.received
    return message


def attached(message: EmailMessage) -> tuple[str, str]:
    """(file name, text) of the PDF that goes with a letter."""
    [part] = list(message.iter_attachments())
    assert part.get_content_type() == "application/pdf"
    reader = PdfReader(io.BytesIO(part.get_content()))
    return part.get_filename() or "", " ".join(page.extract_text() for page in reader.pages)


def test_the_letter_of_valider_carries_its_summary_as_a_pdf(database: str) -> None:
    year = every(Campaign, Campaign.state == "active")[0].school_year
    message = delivered(send("Nino", "courses", message="Le mercredi, s’il vous plaît.\nMerci !"))
    name, text = attached(message)
    assert name == f"Réinscription de Nino Aubry, {year}.pdf"
    for content in ("Réinscription de Nino Aubry", "2043", "Éveil musical", "Justificatif d’adresse", "Claire Aubry", ".pdf",
                 "Le mercredi, s’il vous plaît.", "Merci !", "une fois validée", "Conservatoire de Valmont"):  # fmt: skip
        assert content in text, content
    body = cast(EmailMessage, message.get_body(("plain",))).get_content()
    assert "Cours demandés : Éveil musical" in body
    assert "récapitulatif est joint" in body
    assert "avant :" not in body


def test_who_leaves_gets_a_paper_that_asks_for_nothing(database: str) -> None:
    name, text = attached(
        delivered(send("Nino", "leaving", reason="Autre", precision="Nous partons à l’étranger / loin"))
    )
    assert name.startswith("Départ de Nino Aubry")
    assert "Autre : Nous partons à l’étranger / loin" in text
    assert "Pièces fournies" not in text
    assert "validée" not in text


def test_what_was_sent_and_accepted_stays_among_the_familys_papers(database: str) -> None:
    def text(login: str = CLAIRE) -> str:
        with as_(login) as uow:
            [(sent, year)] = papers.requests(uow)
            assert year == uow.get(Campaign, sent.campaign_id).school_year
            pdf = papers.request(uow, pupil(uow, "Nino"), sent.campaign_id).write()
        return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)

    send("Nino", "courses", message="Le mercredi, s’il vous plaît.")
    assert all(each in text() for each in ("Nino Aubry", "Claire Aubry", "Le mercredi", "une fois validée"))
    with as_(CLAIRE) as uow:
        assert papers.accepted(uow) == []
    with as_(PAUL) as uow:
        given = every(SuppliedDocument, SuppliedDocument.pupil_id == last(Reenrolment).pupil_id)
        review.validate_document(uow, given[0].id)
        review.validate(uow, last(Reenrolment).id)
        day = uow.today
    assert f"Demande validée le {day:%d/%m/%Y}." in text()
    with as_(CLAIRE) as uow:
        [accepted] = papers.accepted(uow)
        assert stored_files.content_of(uow, accepted.file)[1] == PDF
    with as_(CLAIRE) as uow, pytest.raises(NotFound):  # nothing was sent
        papers.request(uow, pupil(uow, "Irina"), accepted.supplied.campaign_id)
    with as_(SAMIR) as uow:
        assert (papers.requests(uow), papers.accepted(uow)) == ([], [])
