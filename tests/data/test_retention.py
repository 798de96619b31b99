"""One table says how long everything of people is kept; what the dry run foretells is what is erased, and nothing else."""

import hashlib
import inspect
from datetime import datetime

from data.change_requests.models import ChangeRequest, FieldChange
from data.core import database as tables
from data.core.audit import AuditEntry
from data.core.system_unit_of_work import system_unit_of_work
from data.directory import merge_models
from data.families import stored_files
from data.families.models import Pupil
from data.families.stored_files import StoredFile
from data.importing import runs as import_runs
from data.mail.outbox import Letter
from data.privacy import orphan_files, records, retention
from data.privacy.records import RECORDS
from data.reenrolment import follow_up
from data.reenrolment import review as reenrolment_review
from data.reenrolment.follow_up import ReviewNote
from data.reenrolment.models import Reenrolment
from data.schooling.absences import AbsenceNotice
from tests.conftest import stored_path
from tests.demo_users import CLAIRE, PAUL, as_, both, every, found, last, later, pupil, set_site, site


def test_every_table_of_people_has_its_duration_said_once_for_each_kind_of_record() -> None:
    said = {name for record in RECORDS for name in record.tables}
    there = {table.__name__ for table in tables.table_classes()}
    assert said | records.NO_PEOPLE == there
    assert not said & records.NO_PEOPLE
    assert len({record.name for record in RECORDS}) == len(RECORDS)
    listed = [value for _, value in inspect.getmembers(records) if isinstance(value, records.PersonalRecord)]
    assert {record.name for record in listed} == {record.name for record in RECORDS}
    by_itself = {rule.record.name for rule in retention.RULES}
    assert by_itself == {record.name for record in RECORDS if not record.archives}
    assert merge_models.UNDO_HOURS == import_runs.UNDO_HOURS == records.UNDOING.count


@both
def test_what_is_foretold_is_what_is_erased(database: str) -> None:
    """Years later, at every site; a second passage finds nothing, nor does the forecast."""
    moment = later(days=5 * 366)

    def foretold() -> int:
        return sum(each.due for _, forecasts in retention.everywhere(moment) for each in forecasts)

    expected = foretold()
    assert retention.sweep(moment) == expected > 50
    assert retention.sweep(moment) == foretold() == 0
    assert {letter.state for letter in every(Letter)} <= {"waiting", "sending", "to_confirm"}
    assert not every(ChangeRequest, ChangeRequest.state == "closed")
    assert every(Pupil)  # public archives: nothing leaves by itself


def test_a_site_says_for_how_long_and_the_forecast_says_how_many_within_a_month(database: str) -> None:
    before = {each.record.name: each for each in retention.forecast(site().id)}
    closed = every(ChangeRequest, ChangeRequest.state == "closed", ChangeRequest.site_id == site().id)
    assert closed
    assert before["requests"].due == 0
    with system_unit_of_work(writes=True) as uow:
        row = uow.get(ChangeRequest, closed[0].id)
        row.closed_at = later(days=-50)
        uow.add(row)
    set_site(retention={"requests": "2"})
    [now] = [each for each in retention.forecast(site().id) if each.record.name == "requests"]
    assert (now.due, now.soon >= 1, now.oldest is not None) == (0, True, True)
    assert records.REQUESTS.duration(site(), "fr") == "2 mois après la décision"
    retention.sweep(later(days=12))
    assert not every(ChangeRequest, ChangeRequest.id == row.id)
    assert not every(FieldChange, FieldChange.request_id == row.id)
    assert last(AuditEntry, AuditEntry.action == "records erased").changes["record"] == ["", records.REQUESTS.label]


def given(uow: object, kind: str, moment: datetime) -> StoredFile:
    """A file that Claire gave for Irina at that moment."""
    irina = pupil(uow, "Irina")  # type: ignore[arg-type]
    name = stored_files.write(irina.site_id, b"%PDF-1.4")
    row = StoredFile(site_id=irina.site_id, pupil_id=irina.id, giver_id=uow.family_id, name=name, kind=kind, size=8, created_at=moment,  # type: ignore[attr-defined]
                     media_type="application/pdf", sha256=hashlib.sha256(name.encode()).hexdigest())  # fmt: skip
    return found(uow.add(row))  # type: ignore[attr-defined]


@both
def test_why_a_pupil_was_ill_leaves_a_month_after_the_answer_and_what_was_replaced_too(database: str) -> None:
    """R-71: the paper of an absence is about health as often as not."""
    with as_(CLAIRE) as uow:
        answered, replaced = given(uow, "absence", uow.now), given(uow, "absence", uow.now)
        photo = given(uow, "photo", uow.now)
        notice = AbsenceNotice(site_id=uow.site_id or 0, family_id=uow.family_id, pupil_id=answered.pupil_id, first_day=uow.today,
                               last_day=uow.today, reason="Maladie", document=answered.name, author_id=uow.account_id or 0,
                               submitted_at=uow.now)  # fmt: skip
        uow.add(notice)
    retention.sweep(later(days=31))
    assert every(StoredFile, StoredFile.id == replaced.id)[0].removed_at is not None
    assert every(StoredFile, StoredFile.id == answered.id)[0].removed_at is None  # nobody answered yet
    with system_unit_of_work(writes=True) as uow:
        row = uow.get(AbsenceNotice, notice.id)
        row.state, row.decided_at = "accepted", uow.now
        uow.add(row)
    retention.sweep(later(days=29))
    assert last(AbsenceNotice).document == answered.name
    retention.sweep(later(days=31))
    orphan_files.sweep(later(days=31))
    assert last(AbsenceNotice).document == ""
    assert not stored_path(answered.site_id, answered.name).exists()
    retention.sweep(later(days=364))
    assert every(StoredFile, StoredFile.id == photo.id)[0].removed_at is None
    retention.sweep(later(days=367))
    assert every(StoredFile, StoredFile.id == photo.id)[0].removed_at is not None


def test_a_note_of_the_office_leaves_two_months_after_the_decision(database: str) -> None:
    kept = {each.reenrolment_id for each in every(ReviewNote)}
    sent = next(each for each in every(Reenrolment, Reenrolment.state == "submitted") if each.id not in kept)
    of_it = ReviewNote.reenrolment_id == sent.id
    with as_(PAUL) as uow:
        follow_up.write(uow, sent.id, "Rappeler la famille.", revisit=True, assignee_id=None)
    retention.sweep(later(days=100))
    assert len(every(ReviewNote, of_it)) == 1  # the request still waits
    with as_(PAUL) as uow:
        reenrolment_review.refuse(uow, sent.id, "Complet.")
    retention.sweep(later(days=60))
    assert len(every(ReviewNote, of_it)) == 1
    retention.sweep(later(days=62))
    assert every(ReviewNote, of_it) == []
