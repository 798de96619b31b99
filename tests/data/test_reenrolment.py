"""Re-enrolment: what a household may do, when; what it never meets of the other; what staff decide and what comes of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.scope import ScopeViolation
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.families import stored_files
from data.families.models import PupilLink
from data.mail.outbox import Letter
from data.reenrolment import campaign_admin, campaigns, queue_list, review_queue
from data.reenrolment import documents as reenrolment_documents
from data.reenrolment import models as reenrolment
from data.reenrolment import review as reenrolment_review
from data.reenrolment import submission as request
from data.reenrolment.campaigns import Campaign, RequiredDocument
from data.reenrolment.models import Reenrolment, Situation, SuppliedDocument, Wish
from data.schooling.models import Course, Enrolment
from tests.conftest import stored_path
from tests.days import ZONE
from tests.demo_users import CLAIRE, HELENE, MARC, PAUL, as_, both, every, last, later, pupil

PDF = b"%PDF-1.4 a file of the tests"


def campaign() -> Campaign:
    return every(Campaign, Campaign.state == "active")[0]


def now_of(uow: UnitOfWork, name: str = "Nino") -> Situation:
    return reenrolment.situation(uow, pupil(uow, name), uow.get(Campaign, campaign().id))


def choose(name: str = "Nino", way: str = "administrative", login: str = CLAIRE, **when: Any) -> None:
    with as_(login, **when) as uow:
        request.choose(uow, pupil(uow, name), campaign().id, way)


def give(name: str = "Nino", login: str = CLAIRE, label: str = "", content: bytes = PDF, **when: Any) -> None:
    """Every compulsory document, or the one of that label."""
    with as_(login, **when) as uow:
        for piece in now_of(uow, name).document_items:
            if (piece.lacking and not label) or piece.document.label == label:
                reenrolment_documents.supply(
                    uow, pupil(uow, name), piece.document.id, content, "application/pdf", "papier.pdf"
                )


def send(name: str = "Nino", login: str = CLAIRE, **typed: str) -> int:
    with as_(login) as uow:
        return request.submit(uow, pupil(uow, name), campaign().id, typed).id


def ready(name: str = "Nino") -> int:
    choose(name)
    give(name)
    return send(name)


def supplied(label: str, name: str = "Nino") -> SuppliedDocument:
    with as_(CLAIRE) as uow:
        return next(
            each.supplied for each in now_of(uow, name).document_items if each.document.label == label and each.supplied
        )


@both
def test_sending_asks_for_what_is_missing_then_keeps_it_all_and_writes_once(database: str) -> None:
    with as_(CLAIRE) as uow, pytest.raises(ValidationErrors) as invalid:
        request.submit(uow, pupil(uow, "Nino"), campaign().id, {})
    assert list(invalid.value.faults) == ["way"]
    choose()
    with as_(CLAIRE) as uow, pytest.raises(ValidationErrors) as invalid:
        request.submit(uow, pupil(uow, "Nino"), campaign().id, {})
    assert "« Photo d’identité »" in invalid.value.faults["documents"].message()
    assert every(Reenrolment, Reenrolment.household_id == last(Wish).family_id) == []
    give()
    letters = len(every(Letter, Letter.kind == "reenrolment_received"))
    first = send(message="Le mercredi, si possible.")
    assert send(message="Le mercredi, si possible.") == first
    assert len(every(Letter, Letter.kind == "reenrolment_received")) == letters + 1
    row = every(Reenrolment, Reenrolment.id == first)[0]
    assert (row.state, row.way, row.chosen) == ("submitted", "administrative", [])
    with as_(CLAIRE) as uow:
        assert now_of(uow).wish.message == "Le mercredi, si possible."  # type: ignore[union-attr]
    with as_(CLAIRE) as uow, pytest.raises(UserError, match="envoyée"):
        request.choose(uow, pupil(uow, "Nino"), campaign().id, "leaving")


def test_the_ways_undo_each_other_and_only_the_pupils_own_courses_are_taken(database: str) -> None:
    with as_(CLAIRE) as uow:
        lines = [each.enrolment.id for each in now_of(uow, "Irina").disciplines]
        others = [each.id for each in every(Enrolment) if each.pupil_id != pupil(uow, "Irina").id][:3]
        wish = request.choose(uow, pupil(uow, "Irina"), campaign().id, "courses", [*lines[:1], *others, -1, 10**12])
        assert (wish.way, wish.chosen) == ("courses", lines[:1])
        wish = request.choose(uow, pupil(uow, "Irina"), campaign().id, "administrative")
        assert (wish.way, wish.chosen) == ("administrative", [])
        assert request.choose(uow, pupil(uow, "Irina"), campaign().id, "courses", []).way == ""
        with pytest.raises(UserError):
            request.choose(uow, pupil(uow, "Irina"), campaign().id, "anything")


def test_who_leaves_says_why_and_gives_no_document(database: str) -> None:
    choose(way="leaving")
    with as_(CLAIRE) as uow, pytest.raises(ValidationErrors):
        request.submit(uow, pupil(uow, "Nino"), campaign().id, {"reason": ""})
    with as_(CLAIRE) as uow, pytest.raises(ValidationErrors):
        request.submit(uow, pupil(uow, "Nino"), campaign().id, {"reason": "Autre", "precision": "  "})
    with as_(CLAIRE) as uow, pytest.raises(UserError, match="aucune pièce"):
        reenrolment_documents.supply(
            uow, pupil(uow, "Nino"), now_of(uow).document_items[0].document.id, PDF, "application/pdf", "x"
        )
    sent = send(reason="Déménagement")
    with as_(PAUL) as uow:
        reenrolment_review.validate(uow, sent)
    assert last(Letter).kind == "leaving_validated"
    assert every(Enrolment, Enrolment.status == "asked", Enrolment.pupil_id == last(Wish).pupil_id) == []


def test_the_last_day_counts_to_its_last_second_in_the_sites_own_time(database: str) -> None:
    closes = campaign().closes_on
    last_second = datetime(closes.year, closes.month, closes.day, 23, 59, 59, tzinfo=ZONE).astimezone(UTC)
    choose(now=last_second)
    with as_(CLAIRE, now=last_second + timedelta(seconds=1)) as uow:
        assert not now_of(uow).is_open
        with pytest.raises(UserError, match="La période de réinscription est terminée"):
            request.choose(uow, pupil(uow, "Nino"), campaign().id, "leaving")
        assert reenrolment.shown_campaigns(uow, [pupil(uow, "Nino").id]) == {}
    assert last(Wish).way == "administrative"


def test_closed_meanwhile_nothing_is_taken_and_the_draft_is_kept(database: str) -> None:
    """Row 74."""
    choose()
    with as_(HELENE) as uow:
        campaign_id = campaign_admin.close(uow, campaign().id).id
    with as_(CLAIRE) as uow:
        nino = pupil(uow, "Nino")
        documents = campaigns.documents_of(uow, campaign_id)
        for act in (
            lambda: request.choose(uow, nino, campaign_id, "leaving"),
            lambda: request.submit(uow, nino, campaign_id, {}),
            lambda: reenrolment_documents.accepts(uow, nino, documents[0].id, replace=False),
            lambda: reenrolment_documents.supply(uow, nino, documents[0].id, PDF, "application/pdf", "x.pdf"),
        ):
            with pytest.raises(UserError, match="La période de réinscription est terminée"):
                act()
    assert last(Wish).way == "administrative"
    assert every(SuppliedDocument, SuppliedDocument.pupil_id == last(Wish).pupil_id) == []


@both
def test_what_was_sent_is_taken_back_corrected_and_sent_again(database: str) -> None:
    sent = ready()
    with as_(CLAIRE) as uow:
        assert (now_of(uow).answered_for, now_of(uow).may_reopen, now_of(uow).editable) == (True, True, False)
        for _ in range(2):  # pressed twice
            request.reopen(uow, pupil(uow, "Nino"), campaign().id)
        assert (now_of(uow).answered_for, now_of(uow).may_reopen, now_of(uow).editable) == (False, False, True)
    assert (last(AuditEntry).action, last(Reenrolment).version) == ("re-enrolment reopened", 2)
    with as_(PAUL) as uow:
        with pytest.raises(UserError, match="a repris sa demande"):
            reenrolment_review.validate(uow, sent)
        with pytest.raises(UserError, match="a repris sa demande"):
            review_queue.undo(uow, sent)
        listed = [each.sent.id for closed in (False, True) for each in queue_list.queue(uow, closed=closed)]
        assert sent not in listed
    assert send(message="Plutôt le jeudi.") == sent
    with as_(PAUL) as uow:
        reenrolment_review.validate(uow, sent)
    with as_(CLAIRE) as uow:
        assert (now_of(uow).answered_for, now_of(uow).may_reopen) == (True, False)
        with pytest.raises(UserError, match="déjà répondu"):
            request.reopen(uow, pupil(uow, "Nino"), campaign().id)


def test_nothing_is_taken_back_after_the_last_day_nor_by_others(database: str) -> None:
    ready("Irina")
    with as_(MARC) as uow, pytest.raises(NotFound):
        request.reopen(uow, pupil(uow, "Irina"), campaign().id)
    with as_(CLAIRE, now=later(days=400)) as uow, pytest.raises(UserError, match="terminée"):
        request.reopen(uow, pupil(uow, "Irina"), campaign().id)


@both
def test_a_validated_document_stays_and_a_refused_one_is_replaced(database: str) -> None:
    """Row 75."""
    sent, good, bad = ready(), supplied("Photo d’identité"), supplied("Justificatif d’adresse")
    with as_(PAUL) as uow:
        reenrolment_review.validate_document(uow, good.id)
        reenrolment_review.refuse_document(uow, bad.id, "Il a plus de trois mois.")
    stored = supplied("Photo d’identité")
    for act in (lambda: give(label="Photo d’identité"), lambda: remove(stored.id)):
        with pytest.raises(UserError, match="validée"):
            act()
    assert supplied("Photo d’identité").file_id == stored.file_id
    with pytest.raises(UserError, match="remplacez-la"):
        remove(supplied("Attestation d’assurance").id)
    before = supplied("Justificatif d’adresse")
    assert (before.state, before.reason) == ("refused", "Il a plus de trois mois.")
    give(label="Justificatif d’adresse")
    after = supplied("Justificatif d’adresse")
    assert (after.state, after.times, after.reason) == ("received", 2, "")
    assert after.file_id != before.file_id
    with as_(PAUL) as uow:
        reenrolment_review.validate(uow, sent)


def remove(supplied_id: int, name: str = "Nino") -> None:
    with as_(CLAIRE) as uow:
        reenrolment_documents.remove(uow, pupil(uow, name), supplied_id)


def test_a_document_expires_and_is_asked_for_again(database: str) -> None:
    ready()
    photo = supplied("Photo d’identité")
    with as_(PAUL) as uow:
        reenrolment_review.validate_document(uow, photo.id, expires_on=uow.today)
    with as_(CLAIRE, now=later(days=2)) as uow:
        piece = next(each for each in now_of(uow).document_items if each.document.label == "Photo d’identité")
        assert (piece.state, piece.lacking) == ("expired", True)
        assert reenrolment_documents.refusal(now_of(uow), item=piece) is None


def test_a_document_of_one_child_is_given_for_the_other_as_a_copy_of_its_own(database: str) -> None:
    choose()
    with as_(CLAIRE) as uow:
        document_id, (given, whose) = next(iter(reenrolment_documents.shared(uow, now_of(uow)).offers.items()))
        assert whose.first_name == "Irina"
        stored_files.write(1, b"x")  # the demonstration's own file is elsewhere: put one in its place
        name = uow.get(stored_files.StoredFile, given.file_id).name
        stored_path(1, name).parent.mkdir(parents=True, exist_ok=True)
        stored_path(1, name).write_bytes(PDF)
        mine = reenrolment_documents.again_for(uow, pupil(uow, "Nino"), document_id, given.id)
        assert mine.file_id != given.file_id
        assert mine.file_name == given.file_name
        uow.flush()
        reenrolment_documents.remove(uow, pupil(uow, "Nino"), mine.id)
    assert every(SuppliedDocument, SuppliedDocument.id == given.id)[0].file_id == given.file_id


@both
def test_what_is_given_for_one_child_is_offered_at_once_for_the_other_who_lacks_it(database: str) -> None:
    def wanting(name: str, login: str = CLAIRE) -> list[tuple[str, str]]:
        with as_(login) as uow:
            found = reenrolment_documents.shared(uow, now_of(uow, name))
            keys = {each.id: each.document_id for each in uow.all(select(SuppliedDocument))}
            labels = {each.id: each.label for each in uow.all(select(RequiredDocument))}
            return [(labels[keys[key]], who.first_name) for key, each in found.wanting.items() for who, _ in each]

    give("Irina", label="Attestation d’assurance")
    assert wanting("Irina") == []  # Nino’s choice is not made: nothing is asked of him yet
    choose()
    assert wanting("Irina") == [("Justificatif d’adresse", "Nino"), ("Attestation d’assurance", "Nino")]
    assert wanting("Irina", MARC) == []
    with as_(CLAIRE) as uow:
        both_ways = reenrolment_documents.shared(uow, now_of(uow, "Nino"))
        assert len(both_ways.offers) == 2  # a portrait is of one child: it is not offered
        assert both_ways.wanting == {}
        supplied_id, [(nino, document)] = next(
            iter(reenrolment_documents.shared(uow, now_of(uow, "Irina")).wanting.items())
        )
        stored = uow.get(stored_files.StoredFile, uow.get(SuppliedDocument, supplied_id).file_id)
        stored_path(1, stored.name).parent.mkdir(parents=True, exist_ok=True)
        stored_path(1, stored.name).write_bytes(PDF)
        reenrolment_documents.again_for(uow, nino, document.id, supplied_id)
    assert wanting("Irina") == [("Attestation d’assurance", "Nino")]
    choose(way="leaving")
    assert wanting("Irina") == []


def test_the_second_household_looks_and_never_meets_words_nor_papers(database: str) -> None:
    with as_(CLAIRE) as uow:
        request.write(uow, pupil(uow, "Irina"), campaign().id, {"message": "Entre nous."})
    with as_(MARC) as uow:
        irina = pupil(uow, "Irina")
        seen = now_of(uow, "Irina")
        assert (seen.wish, seen.sent, [each.supplied for each in seen.document_items if each.supplied]) == (
            None,
            None,
            [],
        )
        assert "consulter" in seen.closed_because.message()  # type: ignore[union-attr]
        for act in (
            lambda: request.choose(uow, irina, campaign().id, "leaving"),
            lambda: request.write(uow, irina, campaign().id, {"message": "À moi."}),
            lambda: request.submit(uow, irina, campaign().id, {}),
            lambda: reenrolment_documents.supply(
                uow, irina, seen.document_items[0].document.id, PDF, "application/pdf", "x"
            ),
        ):
            with pytest.raises(UserError, match="consulter"):
                act()
        with pytest.raises(NotFound):
            reenrolment_documents.remove(uow, irina, every(SuppliedDocument)[0].id)
    give("Irina", label="Photo d’identité")
    give("Irina", label="Attestation d’assurance")
    send("Irina")
    with as_(MARC) as uow:
        seen = now_of(uow, "Irina")
        assert seen.sent is not None
        assert (seen.wish, seen.mine, seen.sent.state) == (None, False, "submitted")


def test_of_two_households_that_may_both_the_first_to_send_has_it(database: str) -> None:
    with system_unit_of_work(writes=True) as uow:
        for link in uow.all(select(PupilLink).where(PupilLink.rights == "consult")):
            link.rights = "all"
            uow.add(link)
    choose("Irina", "leaving", MARC)
    with as_(CLAIRE) as uow:
        assert now_of(uow, "Irina").way == "courses"
    send("Irina", MARC, reason="Déménagement")
    with as_(CLAIRE) as uow, pytest.raises(UserError, match="L’autre foyer"):
        request.submit(uow, pupil(uow, "Irina"), campaign().id, {})


def test_nobody_meets_the_request_of_a_pupil_who_is_not_theirs(database: str) -> None:
    ready()
    with as_("belkacem.samir") as uow:
        nino = every(Reenrolment)[-1]
        with pytest.raises(NotFound):
            uow.get(Reenrolment, nino.id)
        with pytest.raises(NotFound):
            uow.get(SuppliedDocument, every(SuppliedDocument)[-1].id)
    with as_("petit.jean", "belrive") as uow:
        for act in (reenrolment_review.validate, lambda w, key: campaign_admin.close(w, campaign().id)):
            with pytest.raises(NotFound):
                act(uow, nino.id)
    with as_(CLAIRE) as uow:
        for act in (reenrolment_review.validate, lambda w, key: campaign_admin.close(w, campaign().id)):
            with pytest.raises((NotFound, ScopeViolation)):
                act(uow, nino.id)


@both
def test_validated_it_asks_for_next_years_courses_once(database: str) -> None:
    with as_(CLAIRE) as uow:
        lines = [each.enrolment.id for each in now_of(uow, "Irina").disciplines]
        request.choose(uow, pupil(uow, "Irina"), campaign().id, "courses", lines[:2])
    give("Irina", label="Photo d’identité")
    give("Irina", label="Attestation d’assurance")
    sent = send("Irina")
    with as_(PAUL) as uow:
        made = reenrolment_review.validate(uow, sent, version=1).made
    assert len(made) == 2
    rows = every(Enrolment, Enrolment.status == "asked", Enrolment.id.in_(made))  # type: ignore[attr-defined]
    years = {every(Course, Course.id == each.course_id)[0].school_year for each in rows}
    assert years == {campaign().school_year}
    with as_(HELENE) as uow, pytest.raises(UserError, match="Paul Renard a déjà répondu"):
        reenrolment_review.refuse(uow, sent, "Trop tard.")


def test_sent_back_it_is_corrected_after_the_last_day_too_and_stale_decisions_are_refused(database: str) -> None:
    sent = ready()
    with as_(PAUL) as uow:
        reenrolment_review.send_back(uow, sent, "La photo est floue.")
    after = later(days=60)
    with as_(CLAIRE, now=after) as uow:
        now = now_of(uow)
        assert not now.is_open
        assert now.editable
        assert now.wish.answer == "La photo est floue."  # type: ignore[union-attr]
        again = request.submit(uow, pupil(uow, "Nino"), campaign().id, {"message": "Voilà."})
        assert (again.id, again.state) == (sent, "submitted")
    with as_(PAUL) as uow, pytest.raises(UserError, match="modifié sa demande"):
        reenrolment_review.validate(uow, sent, version=1)


def test_documents_are_asked_by_age_department_and_cycle(database: str) -> None:
    with as_(CLAIRE) as uow:
        nino, now = pupil(uow, "Nino"), campaign()
        ask = RequiredDocument(site_id=1, campaign_id=now.id, label="x")
        assert campaigns.asked_of(ask, now, nino, ["Piano"])
        assert not campaigns.asked_of(
            RequiredDocument(**ask.model_dump(exclude={"min_age"}), min_age=18), now, nino, []
        )
        ask.departments = ["Danse classique"]
        assert not campaigns.asked_of(ask, now, nino, ["Piano"])
        assert campaigns.asked_of(ask, now, nino, ["Piano", "Danse classique"])
        ask.departments, ask.cycles = [], ["2e cycle"]
        assert not campaigns.asked_of(ask, now, nino, ["Piano"])
