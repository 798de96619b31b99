"""Re-enrolment: what a household may do, when; what it never meets of the other; what staff decide and what comes of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from data.core.errors import Faulty, NotYours, Refused
from data.core.scope import Leak
from data.core.unit_of_work import Visit, whole_house
from data.families import stored_files
from data.families.models import PupilLink
from data.mail.outbox import Letter
from data.reenrolment import campaign_admin, campaigns
from data.reenrolment import documents as reenrolment_documents
from data.reenrolment import models as reenrolment
from data.reenrolment import review as reenrolment_review
from data.reenrolment import submission as request
from data.reenrolment.campaigns import Campaign, RequiredDocument
from data.reenrolment.models import Reenrolment, Situation, SuppliedDocument, Wish
from data.schooling.models import Course, Enrolment
from tests.days import ZONE
from tests.demo_users import CLAIRE, HELENE, MARC, PAUL, as_, both, every, last, later, pupil

PDF = b"%PDF-1.4 a file of the tests"


def campaign() -> Campaign:
    return every(Campaign, Campaign.state == "active")[0]


def now_of(v: Visit, name: str = "Nino") -> Situation:
    return reenrolment.situation(v, pupil(v, name), v.get(Campaign, campaign().id))


def choose(name: str = "Nino", way: str = "administrative", login: str = CLAIRE, **when: Any) -> None:
    with as_(login, **when) as v:
        request.choose(v, pupil(v, name), campaign().id, way)


def give(name: str = "Nino", login: str = CLAIRE, label: str = "", content: bytes = PDF, **when: Any) -> None:
    """Every compulsory document, or the one of that label."""
    with as_(login, **when) as v:
        for piece in now_of(v, name).pieces:
            if (piece.lacking and not label) or piece.document.label == label:
                reenrolment_documents.supply(
                    v, pupil(v, name), piece.document.id, content, "application/pdf", "papier.pdf"
                )


def send(name: str = "Nino", login: str = CLAIRE, **typed: str) -> int:
    with as_(login) as v:
        return request.submit(v, pupil(v, name), campaign().id, typed).id


def ready(name: str = "Nino") -> int:
    choose(name)
    give(name)
    return send(name)


def supplied(label: str, name: str = "Nino") -> SuppliedDocument:
    with as_(CLAIRE) as v:
        return next(each.supplied for each in now_of(v, name).pieces if each.document.label == label and each.supplied)


@both
def test_sending_asks_for_what_is_missing_then_keeps_it_all_and_writes_once(house: str) -> None:
    with as_(CLAIRE) as v, pytest.raises(Faulty) as faulty:
        request.submit(v, pupil(v, "Nino"), campaign().id, {})
    assert list(faulty.value.faults) == ["way"]
    choose()
    with as_(CLAIRE) as v, pytest.raises(Faulty) as faulty:
        request.submit(v, pupil(v, "Nino"), campaign().id, {})
    assert "« Photo d’identité »" in faulty.value.faults["documents"].tell()
    assert every(Reenrolment, Reenrolment.household_id == last(Wish).family_id) == []
    give()
    letters = len(every(Letter, Letter.kind == "reenrolment_received"))
    first = send(message="Le mercredi, si possible.")
    assert send(message="Le mercredi, si possible.") == first
    assert len(every(Letter, Letter.kind == "reenrolment_received")) == letters + 1
    row = every(Reenrolment, Reenrolment.id == first)[0]
    assert (row.state, row.way, row.chosen) == ("submitted", "administrative", [])
    with as_(CLAIRE) as v:
        assert now_of(v).wish.message == "Le mercredi, si possible."  # type: ignore[union-attr]
    with as_(CLAIRE) as v, pytest.raises(Refused, match="envoyée"):
        request.choose(v, pupil(v, "Nino"), campaign().id, "leaving")


def test_the_ways_undo_each_other_and_only_the_pupils_own_courses_are_taken(house: str) -> None:
    with as_(CLAIRE) as v:
        lines = [each.enrolment.id for each in now_of(v, "Irina").disciplines]
        others = [each.id for each in every(Enrolment) if each.pupil_id != pupil(v, "Irina").id][:3]
        wish = request.choose(v, pupil(v, "Irina"), campaign().id, "courses", [*lines[:1], *others, -1, 10**12])
        assert (wish.way, wish.chosen) == ("courses", lines[:1])
        wish = request.choose(v, pupil(v, "Irina"), campaign().id, "administrative")
        assert (wish.way, wish.chosen) == ("administrative", [])
        assert request.choose(v, pupil(v, "Irina"), campaign().id, "courses", []).way == ""
        with pytest.raises(Refused):
            request.choose(v, pupil(v, "Irina"), campaign().id, "anything")


def test_who_leaves_says_why_and_gives_no_document(house: str) -> None:
    choose(way="leaving")
    with as_(CLAIRE) as v, pytest.raises(Faulty):
        request.submit(v, pupil(v, "Nino"), campaign().id, {"reason": ""})
    with as_(CLAIRE) as v, pytest.raises(Faulty):
        request.submit(v, pupil(v, "Nino"), campaign().id, {"reason": "Autre", "precision": "  "})
    with as_(CLAIRE) as v, pytest.raises(Refused, match="aucune pièce"):
        reenrolment_documents.supply(v, pupil(v, "Nino"), now_of(v).pieces[0].document.id, PDF, "application/pdf", "x")
    sent = send(reason="Déménagement")
    with as_(PAUL) as v:
        reenrolment_review.validate(v, sent)
    assert last(Letter).kind == "leaving_validated"
    assert every(Enrolment, Enrolment.status == "asked", Enrolment.pupil_id == last(Wish).pupil_id) == []


def test_the_last_day_counts_to_its_last_second_in_the_sites_own_time(house: str) -> None:
    closes = campaign().closes_on
    last_second = datetime(closes.year, closes.month, closes.day, 23, 59, 59, tzinfo=ZONE).astimezone(UTC)
    choose(now=last_second)
    with as_(CLAIRE, now=last_second + timedelta(seconds=1)) as v:
        assert not now_of(v).open
        with pytest.raises(Refused, match="La période de réinscription est terminée"):
            request.choose(v, pupil(v, "Nino"), campaign().id, "leaving")
        assert reenrolment.shown_campaigns(v, [pupil(v, "Nino").id]) == {}
    assert last(Wish).way == "administrative"


def test_closed_meanwhile_nothing_is_taken_and_the_draft_is_kept(house: str) -> None:
    """Row 74."""
    choose()
    with as_(HELENE) as v:
        campaign_id = campaign_admin.close(v, campaign().id).id
    with as_(CLAIRE) as v:
        nino = pupil(v, "Nino")
        documents = campaigns.documents_of(v, campaign_id)
        for act in (
            lambda: request.choose(v, nino, campaign_id, "leaving"),
            lambda: request.submit(v, nino, campaign_id, {}),
            lambda: reenrolment_documents.accepts(v, nino, documents[0].id),
            lambda: reenrolment_documents.supply(v, nino, documents[0].id, PDF, "application/pdf", "x.pdf"),
        ):
            with pytest.raises(Refused, match="La période de réinscription est terminée"):
                act()
    assert last(Wish).way == "administrative"
    assert every(SuppliedDocument, SuppliedDocument.pupil_id == last(Wish).pupil_id) == []


@both
def test_a_validated_document_stays_and_a_refused_one_is_replaced(house: str) -> None:
    """Row 75."""
    sent, good, bad = ready(), supplied("Photo d’identité"), supplied("Justificatif d’adresse")
    with as_(PAUL) as v:
        reenrolment_review.validate_document(v, good.id)
        reenrolment_review.refuse_document(v, bad.id, "Il a plus de trois mois.")
    kept = supplied("Photo d’identité")
    for act in (lambda: give(label="Photo d’identité"), lambda: remove(kept.id)):
        with pytest.raises(Refused, match="validée"):
            act()
    assert supplied("Photo d’identité").file_id == kept.file_id
    with pytest.raises(Refused, match="remplacez-la"):
        remove(supplied("Attestation d’assurance").id)
    before = supplied("Justificatif d’adresse")
    assert (before.state, before.reason) == ("refused", "Il a plus de trois mois.")
    give(label="Justificatif d’adresse")
    after = supplied("Justificatif d’adresse")
    assert (after.state, after.times, after.reason) == ("received", 2, "")
    assert after.file_id != before.file_id
    with as_(PAUL) as v:
        reenrolment_review.validate(v, sent)


def remove(supplied_id: int, name: str = "Nino") -> None:
    with as_(CLAIRE) as v:
        reenrolment_documents.remove(v, pupil(v, name), supplied_id)


def test_a_document_expires_and_is_asked_for_again(house: str) -> None:
    ready()
    photo = supplied("Photo d’identité")
    with as_(PAUL) as v:
        reenrolment_review.validate_document(v, photo.id, expires_on=v.today)
    with as_(CLAIRE, now=later(days=2)) as v:
        piece = next(each for each in now_of(v).pieces if each.document.label == "Photo d’identité")
        assert (piece.state, piece.lacking) == ("expired", True)
        assert reenrolment_documents.refusal(now_of(v), piece=piece) is None


def test_a_document_of_one_child_is_given_for_the_other_as_a_copy_of_its_own(house: str) -> None:
    choose()
    with as_(CLAIRE) as v:
        document_id, (given, whose) = next(iter(reenrolment_documents.shared(v, now_of(v)).offers.items()))
        assert whose.first_name == "Irina"
        stored_files.write(1, b"x")  # the cast's own file is elsewhere: put one in its place
        name = v.get(stored_files.StoredFile, given.file_id).name
        stored_files.path_of(1, name).parent.mkdir(parents=True, exist_ok=True)
        stored_files.path_of(1, name).write_bytes(PDF)
        mine = reenrolment_documents.again_for(v, pupil(v, "Nino"), document_id, given.id)
        assert mine.file_id != given.file_id
        assert mine.file_name == given.file_name
        v.flush()
        reenrolment_documents.remove(v, pupil(v, "Nino"), mine.id)
    assert every(SuppliedDocument, SuppliedDocument.id == given.id)[0].file_id == given.file_id


@both
def test_what_is_given_for_one_child_is_offered_at_once_for_the_other_who_lacks_it(house: str) -> None:
    def wanting(name: str, login: str = CLAIRE) -> list[tuple[str, str]]:
        with as_(login) as v:
            found = reenrolment_documents.shared(v, now_of(v, name))
            keys = {each.id: each.document_id for each in v.all(select(SuppliedDocument))}
            labels = {each.id: each.label for each in v.all(select(RequiredDocument))}
            return [(labels[keys[key]], who.first_name) for key, each in found.wanting.items() for who, _ in each]

    give("Irina", label="Attestation d’assurance")
    assert wanting("Irina") == []  # Nino’s choice is not made: nothing is asked of him yet
    choose()
    assert wanting("Irina") == [("Justificatif d’adresse", "Nino"), ("Attestation d’assurance", "Nino")]
    assert wanting("Irina", MARC) == []
    with as_(CLAIRE) as v:
        both_ways = reenrolment_documents.shared(v, now_of(v, "Nino"))
        assert len(both_ways.offers) == 2  # a portrait is of one child: it is not offered
        assert both_ways.wanting == {}
        supplied_id, [(nino, document)] = next(
            iter(reenrolment_documents.shared(v, now_of(v, "Irina")).wanting.items())
        )
        stored = v.get(stored_files.StoredFile, v.get(SuppliedDocument, supplied_id).file_id)
        stored_files.path_of(1, stored.name).parent.mkdir(parents=True, exist_ok=True)
        stored_files.path_of(1, stored.name).write_bytes(PDF)
        reenrolment_documents.again_for(v, nino, document.id, supplied_id)
    assert wanting("Irina") == [("Attestation d’assurance", "Nino")]
    choose(way="leaving")
    assert wanting("Irina") == []


def test_the_second_household_looks_and_never_meets_words_nor_papers(house: str) -> None:
    with as_(CLAIRE) as v:
        request.write(v, pupil(v, "Irina"), campaign().id, {"message": "Entre nous."})
    with as_(MARC) as v:
        irina = pupil(v, "Irina")
        seen = now_of(v, "Irina")
        assert (seen.wish, seen.sent, [each.supplied for each in seen.pieces if each.supplied]) == (None, None, [])
        assert "consulter" in seen.closed_because.tell()  # type: ignore[union-attr]
        for act in (
            lambda: request.choose(v, irina, campaign().id, "leaving"),
            lambda: request.write(v, irina, campaign().id, {"message": "À moi."}),
            lambda: request.submit(v, irina, campaign().id, {}),
            lambda: reenrolment_documents.supply(v, irina, seen.pieces[0].document.id, PDF, "application/pdf", "x"),
        ):
            with pytest.raises(Refused, match="consulter"):
                act()
        with pytest.raises(NotYours):
            reenrolment_documents.remove(v, irina, every(SuppliedDocument)[0].id)
    give("Irina", label="Photo d’identité")
    give("Irina", label="Attestation d’assurance")
    send("Irina")
    with as_(MARC) as v:
        seen = now_of(v, "Irina")
        assert seen.sent is not None
        assert (seen.wish, seen.mine, seen.sent.state) == (None, False, "submitted")


def test_of_two_households_that_may_both_the_first_to_send_has_it(house: str) -> None:
    with whole_house(writes=True) as v:
        for link in v.all(select(PupilLink).where(PupilLink.rights == "consult")):
            link.rights = "all"
            v.add(link)
    choose("Irina", "leaving", MARC)
    with as_(CLAIRE) as v:
        assert now_of(v, "Irina").way == "courses"
    send("Irina", MARC, reason="Déménagement")
    with as_(CLAIRE) as v, pytest.raises(Refused, match="L’autre foyer"):
        request.submit(v, pupil(v, "Irina"), campaign().id, {})


def test_nobody_meets_the_request_of_a_pupil_who_is_not_theirs(house: str) -> None:
    ready()
    with as_("belkacem.samir") as v:
        nino = every(Reenrolment)[-1]
        with pytest.raises(NotYours):
            v.get(Reenrolment, nino.id)
        with pytest.raises(NotYours):
            v.get(SuppliedDocument, every(SuppliedDocument)[-1].id)
    with as_("petit.jean", "belrive") as v:
        for act in (reenrolment_review.validate, lambda w, key: campaign_admin.close(w, campaign().id)):
            with pytest.raises(NotYours):
                act(v, nino.id)
    with as_(CLAIRE) as v:
        for act in (reenrolment_review.validate, lambda w, key: campaign_admin.close(w, campaign().id)):
            with pytest.raises((NotYours, Leak)):
                act(v, nino.id)


@both
def test_validated_it_asks_for_next_years_courses_once(house: str) -> None:
    with as_(CLAIRE) as v:
        lines = [each.enrolment.id for each in now_of(v, "Irina").disciplines]
        request.choose(v, pupil(v, "Irina"), campaign().id, "courses", lines[:2])
    give("Irina", label="Photo d’identité")
    give("Irina", label="Attestation d’assurance")
    sent = send("Irina")
    with as_(PAUL) as v:
        made = reenrolment_review.validate(v, sent, version=1).made
    assert len(made) == 2
    rows = every(Enrolment, Enrolment.status == "asked", Enrolment.id.in_(made))  # type: ignore[attr-defined]
    years = {every(Course, Course.id == each.course_id)[0].school_year for each in rows}
    assert years == {campaign().school_year}
    with as_(HELENE) as v, pytest.raises(Refused, match="Paul Renard a déjà répondu"):
        reenrolment_review.refuse(v, sent, "Trop tard.")


def test_sent_back_it_is_corrected_after_the_last_day_too_and_stale_decisions_are_refused(house: str) -> None:
    sent = ready()
    with as_(PAUL) as v:
        reenrolment_review.send_back(v, sent, "La photo est floue.")
    after = later(days=60)
    with as_(CLAIRE, now=after) as v:
        now = now_of(v)
        assert not now.open
        assert now.editable
        assert now.wish.answer == "La photo est floue."  # type: ignore[union-attr]
        again = request.submit(v, pupil(v, "Nino"), campaign().id, {"message": "Voilà."})
        assert (again.id, again.state) == (sent, "submitted")
    with as_(PAUL) as v, pytest.raises(Refused, match="modifié sa demande"):
        reenrolment_review.validate(v, sent, version=1)


def test_documents_are_asked_by_age_department_and_cycle(house: str) -> None:
    with as_(CLAIRE) as v:
        nino, now = pupil(v, "Nino"), campaign()
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
