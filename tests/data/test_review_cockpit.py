"""The office's queue as a cockpit: what it is narrowed to, what colleagues keep of a request, many decided in one go, documents one by one."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families.models import Pupil
from data.mail.outbox import Letter
from data.reenrolment import batch, follow_up, participation, queue_list, review, review_queue
from data.reenrolment import models as reenrolment
from data.reenrolment.campaigns import Campaign, RequiredDocument
from data.reenrolment.follow_up import ReviewNote
from data.reenrolment.models import DocumentState, Reenrolment, SuppliedDocument
from data.reenrolment.queue_list import Narrowing
from data.reenrolment.queue_terms import Only
from tests.demo_users import CLAIRE, HELENE, PAUL, account, as_, both, every, last


def only(*words: Only, **more: str) -> Narrowing:
    return Narrowing(only=frozenset(words), **more)


def found(uow: UnitOfWork, *words: Only, **more: str) -> set[int]:
    return {each.sent.id for each in queue_list.queue(uow, only(*words, **more))}


def asked_by_hand(uow: UnitOfWork, sent: Reenrolment) -> tuple[int, int, int]:
    """(asked, given, lacking), from the rule that families meet."""
    campaign, pupil = uow.get(Campaign, sent.campaign_id), uow.get(Pupil, sent.pupil_id)
    departments = {line.course.department for line in reenrolment.disciplines(uow, pupil.id, campaign)}
    items = reenrolment.document_items(uow, campaign, pupil, departments, sent.household_id)
    good = [each for each in items if each.state in {DocumentState.RECEIVED, DocumentState.VALIDATED}]
    asked = {each.document.id for each in items if each.document.required} | {each.document.id for each in good}
    return len(asked), len(good), sum(each.lacking for each in items)


@both
def test_the_database_counts_documents_by_the_rule_that_families_meet(database: str) -> None:
    with as_(PAUL) as uow:
        sent = [each.sent for each in queue_list.queue(uow)]
        wanted = uow.all(select(RequiredDocument).where(RequiredDocument.campaign_id == sent[0].campaign_id))
        pupils = [uow.get(Pupil, each.pupil_id) for each in sent]
        start = uow.get(Campaign, sent[0].campaign_id).starts
        pupils[0].birth_date, pupils[1].birth_date = date(start.year - 10, 9, 1), date(start.year - 10, 9, 2)
        wanted[0].min_age, wanted[1].max_age, wanted[2].cycles = 10, 9, [pupils[2].cycle]
        wanted[3].departments = [reenrolment.disciplines(uow, pupils[0].id, uow.get(Campaign, sent[0].campaign_id))[0].course.department]  # fmt: skip
        gone = uow.all(select(SuppliedDocument).where(SuppliedDocument.pupil_id == pupils[2].id))[0]
        gone.state, gone.expires_on = DocumentState.VALIDATED, uow.today - timedelta(days=1)
        for row in (*pupils, *wanted, gone):
            uow.add(row)
    with as_(PAUL) as uow:
        rows = queue_list.queue(uow)
        by_hand = {each.sent.id: asked_by_hand(uow, each.sent) for each in rows}
        assert {each.sent.id: (each.asked, each.given, each.lacking) for each in rows} == by_hand
        lacking = {key for key, (_, _, missing) in by_hand.items() if missing}
        assert lacking
        assert found(uow, Only.MISSING) == lacking
        assert found(uow, Only.COMPLETE) == set(by_hand) - lacking
        tally = queue_list.overview(uow, Narrowing(), most=50).tally
        assert all(tally[each] == len(found(uow, each)) == queue_list.count(uow, only(each)) for each in Only)


@both
def test_the_queue_is_narrowed_by_message_department_balance_and_unopened_files(database: str) -> None:
    with as_(PAUL) as uow:
        rows = queue_list.queue(uow)
        assert found(uow, Only.MESSAGE) == {each.sent.id for each in rows if each.message}
        assert len(found(uow, Only.MESSAGE)) == 1
        first = rows[0].sent
        campaign = uow.get(Campaign, first.campaign_id)
        department = reenrolment.disciplines(uow, first.pupil_id, campaign)[0].course.department
        assert first.id in found(uow, department=department)
        assert department in queue_list.overview(uow, Narrowing(), most=50).departments
        assert found(uow, department="Aucun") == set()
        assert found(uow, Only.UNSEEN) == {each.sent.id for each in rows}
        owing = found(uow, Only.UNPAID)
        assert owing == {each.sent.id for each in rows if review_queue.detail(uow, each.sent.id).due > 0}
        for supplied in review_queue.detail(uow, first.id).documents:
            if supplied.item.supplied:
                follow_up.look_at(uow, first.id, supplied.item.supplied.id)
    with as_(PAUL) as uow:
        assert first.id not in found(uow, Only.UNSEEN)
        assert review_queue.detail(uow, first.id).unseen == []
        theirs = every(SuppliedDocument, SuppliedDocument.pupil_id == first.pupil_id)[0]
        given_again = uow.get(SuppliedDocument, theirs.id)
        given_again.file_id = every(SuppliedDocument, SuppliedDocument.pupil_id != first.pupil_id)[0].file_id
        uow.add(given_again)
        uow.flush()
        assert first.id in found(uow, Only.UNSEEN)  # another file is « non vue » again


@both
def test_colleagues_note_assign_and_revisit_and_no_family_meets_it(database: str) -> None:
    with as_(PAUL) as uow:
        before = found(uow, Only.REVISIT)
        sent = next(each.sent for each in queue_list.queue(uow) if each.note is None)
        assert {each.name for each in follow_up.colleagues(uow)} >= {"Paul Renard", "Hélène Lemoine"}
        follow_up.write(uow, sent.id, "  Appelée le 26.\0 ", revisit=True, assignee_id=account(HELENE).id)
    assert last(AuditEntry).action == "request followed up"
    with as_(HELENE) as uow:
        (row,) = queue_list.queue(uow, only(Only.MINE, Only.REVISIT))
        assert row.note
        assert (row.note.text, row.note.assignee, row.note.changed_by) == (
            "Appelée le 26.",
            "Hélène Lemoine",
            "Paul Renard",
        )
        mine = found(uow, Only.MINE) - {sent.id}
        follow_up.take(uow, sent.id)
        follow_up.turn_revisit(uow, sent.id)
        assert found(uow, Only.MINE) == mine
        assert found(uow, Only.REVISIT) == before
        with pytest.raises(NotFound):
            follow_up.write(uow, sent.id, "", revisit=False, assignee_id=account(CLAIRE).id)
    with as_(CLAIRE) as uow:
        assert uow.all(select(ReviewNote)) == []
        with pytest.raises(NotFound):
            follow_up.take(uow, sent.id)
    with as_("petit.jean", "belrive") as uow, pytest.raises(NotFound):
        follow_up.take(uow, sent.id)
    assert len(every(ReviewNote, ReviewNote.reenrolment_id == sent.id)) == 1


@both
def test_what_is_in_order_is_accepted_in_one_go_each_with_its_letter_and_undone_as_one(database: str) -> None:
    with as_(PAUL) as uow:
        everything = queue_list.queue(uow)
        wanted = batch.in_order(uow, Narrowing())
        assert {each.sent.id for each in wanted} == {
            each.sent.id for each in everything if not each.message and not each.note
        }
        follow_up.turn_revisit(uow, wanted[0].sent.id)
        assert len(batch.in_order(uow, Narrowing())) == len(wanted) - 1
        follow_up.turn_revisit(uow, wanted[0].sent.id)
        adult = families.adults_of(uow, wanted[0].sent.household_id)[0]
        adult.contact_hidden = True
        uow.add(adult)
        uow.flush()
        assert len(batch.in_order(uow, Narrowing())) == len(wanted) - 1  # papers that a secretary may not read
        adult.contact_hidden = False
        uow.add(adult)
    before, name = len(every(Letter)), batch.new_batch()
    pairs = [(each.sent.id, each.sent.version) for each in wanted]
    with as_(PAUL) as uow:
        outcome = batch.accept(uow, [*pairs, (everything[0].sent.id, 99)], name)
    assert (outcome.done, len(outcome.left), len(every(Letter)) - before) == (len(wanted), 1, len(wanted))
    with as_(HELENE) as uow:
        assert review_queue.detail(uow, pairs[0][0]).together == len(wanted)
        assert batch.undo(uow, batch.of_batch(uow, name)).done == len(wanted)
        assert batch.of_batch(uow, name) == []
        assert {each.sent.id for each in queue_list.queue(uow)} == {each.sent.id for each in everything}
    assert {each.state for each in every(Letter, Letter.kind == "reenrolment_validated")[-len(wanted) :]} == {
        "cancelled"
    }


@both
def test_brothers_and_sisters_are_found_by_their_household(database: str) -> None:
    with as_(PAUL) as uow:
        one, other = (each.sent for each in queue_list.queue(uow)[:2])
        assert found(uow, Only.SIBLINGS) == set()
        moved = uow.get(Reenrolment, other.id)
        moved.household_id = one.household_id
        uow.add(moved)
        uow.flush()
        assert found(uow, Only.SIBLINGS) == {one.id, other.id}
        (sibling,) = review_queue.detail(uow, one.id).siblings
        assert (sibling.sent.id, sibling.pupil.id) == (other.id, other.pupil_id)


@both
def test_a_document_is_searched_decided_alone_and_taken_back_for_a_day(database: str) -> None:
    with as_(PAUL) as uow:
        listed = participation.waiting_documents(uow)
        supplied, document, pupil, number = listed[0]
        for typed in (document.label, pupil.last_name, str(number)):
            assert supplied.id in [row[0].id for row in participation.waiting_documents(uow, search=typed)]
        assert participation.count_waiting_documents(uow, search="%") == 0
        review.refuse_document(uow, supplied.id, "Illisible.")
        review.refuse_document(uow, listed[1][0].id, "Illisible aussi.")
    letter = last(Letter, Letter.kind == "document_refused")
    with as_(PAUL) as uow:
        assert supplied.id in [row[0].id for row in participation.waiting_documents(uow, closed=True)]
        review.undo_document(uow, supplied.id)
        assert uow.get(SuppliedDocument, supplied.id).state == DocumentState.RECEIVED
        with pytest.raises(UserError, match="attend votre décision"):
            review.undo_document(uow, supplied.id)
    line = f"« {document.label} », {pupil.full_name} : Illisible."
    assert ["message", line] not in every(Letter, Letter.id == letter.id)[0].blocks
    assert not any(
        "Illisible." in block[-1] for each in every(Letter) if each.state == "waiting" for block in each.blocks
    )


@both
def test_a_document_decided_with_its_request_is_taken_back_with_it(database: str) -> None:
    with as_(PAUL) as uow:
        sent = queue_list.queue(uow)[0].sent
        review_queue.decide(uow, sent.id, sent.version, "validated")
    theirs = every(SuppliedDocument, SuppliedDocument.pupil_id == sent.pupil_id, SuppliedDocument.state == "validated")
    with as_(PAUL) as uow:
        with pytest.raises(UserError, match="annulez la décision de la demande"):
            review.undo_document(uow, theirs[0].id)
        assert theirs[0].id not in [row[0].id for row in participation.waiting_documents(uow, closed=True)]
