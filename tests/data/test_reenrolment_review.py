"""Re-enrolment at the office: everything of a request decided in one letter, taken back within a day, listed and exported."""

from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from sqlmodel import col, select

from components.ui.status_chip import label_of
from data.change_requests.models import ChangeRequest
from data.core import edit_presence, spreadsheets
from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError, ValidationErrors
from data.directory import edit_families
from data.families.models import Guardian, Pupil
from data.mail.outbox import Letter
from data.office import dashboard_counts
from data.reenrolment import campaign_admin, campaigns, participation, queue_list
from data.reenrolment import export as reenrolment_export
from data.reenrolment import request_list as reenrolment_list
from data.reenrolment import review_queue as reenrolment_queue
from data.reenrolment import submission as reenrolment_submission
from data.reenrolment.campaigns import Campaign
from data.reenrolment.models import Reenrolment, SuppliedDocument, Wish
from data.reenrolment.queue_list import Narrowing
from data.reenrolment.request_list import Wanted
from data.schooling.models import Course, Enrolment
from tests.demo_users import CLAIRE, HELENE, PAUL, account, as_, both, every, found, last, later, pupil


def oldest() -> Reenrolment:
    return min(every(Reenrolment, Reenrolment.state == "submitted"), key=lambda each: each.submitted_at)


def received(sent: Reenrolment) -> list[SuppliedDocument]:
    return every(SuppliedDocument, SuppliedDocument.pupil_id == sent.pupil_id, SuppliedDocument.state == "received")


def letters(kind: str = "") -> list[Letter]:
    return [
        each
        for each in every(Letter)
        if each.kind.startswith(kind or "reenrolment_") or each.kind == "document_refused"
    ]


def campaign_of(uow: Any) -> Campaign:
    return found(uow.one(select(Campaign).where(Campaign.state == "active")))


def again(sent: Reenrolment) -> Reenrolment:
    return every(Reenrolment, Reenrolment.id == sent.id)[0]


@both
def test_one_key_accepts_the_request_and_its_documents_and_asks_for_next_years_courses(database: str) -> None:
    sent, before = oldest(), len(letters())
    assert len(received(sent)) == 3
    with as_(PAUL) as uow:
        reenrolment_queue.decide(uow, sent.id, sent.version, "validated")
    done = again(sent)
    assert (done.state, done.decided_by) == ("validated", "Paul Renard")
    assert {each.status for each in every(Enrolment, col(Enrolment.id).in_(done.made))} == {"asked"}
    assert len(done.made) == 2
    assert not received(sent)
    assert len(letters()) == before + 1
    assert letters()[-1].kind == "reenrolment_validated"


def test_a_refused_document_sends_the_request_back_in_one_letter(database: str) -> None:
    sent, before = oldest(), len(letters())
    bad, *good = received(sent)
    reason = "Le document est illisible : déposez-en une copie nette."
    with as_(PAUL) as uow:
        with pytest.raises(UserError, match="à corriger"):
            reenrolment_queue.decide(uow, sent.id, sent.version, "validated", {bad.id})
        with pytest.raises(ValidationErrors):
            reenrolment_queue.decide(uow, sent.id, sent.version, "", {bad.id})
    with as_(PAUL) as uow:
        reenrolment_queue.decide(uow, sent.id, sent.version, "", {bad.id}, reason)
    assert again(sent).state == "to_correct"
    stored = {each.id: each for each in every(SuppliedDocument, SuppliedDocument.pupil_id == sent.pupil_id)}
    assert (stored[bad.id].state, stored[bad.id].reason) == ("refused", reason)
    assert {stored[each.id].state for each in good} == {"validated"}
    assert len(letters()) == before + 1
    text = str(letters()[-1].blocks)
    assert "illisible" in text
    assert "Pièces à remplacer" in text
    assert "illisible" in every(Wish, Wish.pupil_id == sent.pupil_id)[0].answer


def test_refusing_the_request_leaves_its_documents_and_needs_a_reason(database: str) -> None:
    sent = oldest()
    with as_(PAUL) as uow, pytest.raises(ValidationErrors):
        reenrolment_queue.decide(uow, sent.id, sent.version, "refused", (), "   ")
    with as_(PAUL) as uow:
        reenrolment_queue.decide(uow, sent.id, sent.version, "refused", (), "Complet.")
    assert again(sent).state == "refused"
    assert len(received(sent)) == 3
    assert not again(sent).made


@both
def test_the_second_who_decides_is_notified_and_nothing_is_decided_twice(database: str) -> None:
    sent = oldest()
    with as_(PAUL) as uow:
        reenrolment_queue.mark_present(uow, sent.id)
    with as_(HELENE) as uow:
        assert edit_presence.colleague(uow, uow.get(Reenrolment, sent.id)) == "Paul Renard"
        reenrolment_queue.mark_present(uow, sent.id)
    with as_(PAUL) as uow:
        assert edit_presence.colleague(uow, uow.get(Reenrolment, sent.id)) == ""
        reenrolment_queue.decide(uow, sent.id, sent.version, "validated")
    before = len(every(Letter))
    with as_(HELENE) as uow, pytest.raises(UserError, match="Paul Renard a déjà répondu"):
        reenrolment_queue.decide(uow, sent.id, sent.version, "refused", (), "Trop tard.")
    assert len(every(Letter)) == before
    assert again(sent).state == "validated"


def test_what_the_family_changed_meanwhile_is_read_before_it_is_decided(database: str) -> None:
    sent = oldest()
    with as_(PAUL) as uow, pytest.raises(UserError, match="a modifié sa demande"):
        reenrolment_queue.decide(uow, sent.id, sent.version - 1, "validated")
    assert again(sent).state == "submitted"


def test_a_decision_is_taken_back_for_a_day_with_all_it_did(database: str) -> None:
    sent = oldest()
    with as_(PAUL) as uow:
        reenrolment_queue.decide(uow, sent.id, sent.version, "validated")
    made = again(sent).made
    with as_(HELENE) as uow:
        reenrolment_queue.undo(uow, sent.id)
    assert (again(sent).state, again(sent).made, len(received(sent))) == ("submitted", [], 3)
    assert not every(Enrolment, col(Enrolment.id).in_(made))
    assert last(Letter, Letter.kind == "reenrolment_validated").state == "cancelled"  # it had not left
    with as_(HELENE) as uow, pytest.raises(UserError):
        reenrolment_queue.undo(uow, sent.id)
    with as_(PAUL) as uow:
        reenrolment_queue.decide(uow, sent.id, again(sent).version, "validated")
    with as_(PAUL, now=later(hours=25)) as uow, pytest.raises(UserError, match="24 heures"):
        reenrolment_queue.undo(uow, sent.id)


def test_a_letter_that_left_is_followed_by_another(database: str) -> None:
    sent = oldest()
    with as_(PAUL) as uow:
        reenrolment_queue.decide(uow, sent.id, sent.version, "validated")
        letter = found(uow.one(select(Letter).order_by(col(Letter.id).desc())))
        letter.state = "sent"
        uow.add(letter)
    with as_(PAUL) as uow:
        reenrolment_queue.undo(uow, sent.id)
    assert letters()[-1].kind == "reenrolment_reopened"


def test_nobody_decides_for_their_own_family_nor_for_another_site(database: str) -> None:
    sent = oldest()
    with as_("petit.jean", "belrive") as uow:
        for act in (reenrolment_queue.detail, reenrolment_queue.undo, reenrolment_queue.mark_present):
            with pytest.raises(NotFound):
                act(uow, sent.id)
        with pytest.raises(NotFound):
            reenrolment_queue.decide(uow, sent.id, sent.version, "validated")
    with as_(CLAIRE) as uow:
        for act in (reenrolment_queue.detail, reenrolment_queue.undo, reenrolment_queue.mark_present):
            with pytest.raises(NotFound):
                act(uow, sent.id)
        for ask in (queue_list.queue, queue_list.count, dashboard_counts.counts, reenrolment_list.sums):
            with pytest.raises(NotFound):
                ask(uow)
    with as_(HELENE) as uow:
        paul = uow.get(type(account(PAUL)), account(PAUL).id)
        paul.own_family_id = sent.household_id
        uow.add(paul)
    with as_(PAUL) as uow, pytest.raises(UserError, match="votre famille"):
        reenrolment_queue.decide(uow, sent.id, sent.version, "validated")


@both
def test_the_queue_is_the_oldest_first_and_is_searched_literally(database: str) -> None:
    with as_(PAUL) as uow:
        listed = queue_list.queue(uow)
        times = [each.sent.submitted_at for each in listed]
        assert times == sorted(times)
        assert len(listed) == queue_list.count(uow) == dashboard_counts.counts(uow)["reinscriptions"]
        one = listed[0]
        for typed in (one.pupil.last_name.upper(), str(one.pupil.number), str(one.family_number)):
            assert one.sent.id in [each.sent.id for each in queue_list.queue(uow, Narrowing(search=typed))]
        for typed in ("%", "_", "\\", "'; DROP TABLE pupil", "99999999999999999999"):
            assert queue_list.queue(uow, Narrowing(search=typed)) == []
        assert {each.sent.state for each in queue_list.queue(uow, closed=True)} <= set(queue_list.CLOSED)
        counted = dashboard_counts.counts(uow)
        assert counted[""] == uow.count(
            select(participation.func.count(ChangeRequest.id)).where(ChangeRequest.state == "pending")
        )
        alone = participation.waiting_documents(uow)
        waiting = {each.pupil.id for each in listed}
        assert counted["pieces"] == len(alone) < len(every(SuppliedDocument, SuppliedDocument.state == "received"))
        assert not {document.pupil_id for document, *_ in alone} & waiting  # decided with their request, not twice


@both
def test_the_table_filters_sorts_and_counts_in_the_database(database: str) -> None:
    with as_(PAUL) as uow:
        campaign = campaign_of(uow)
        rows, total = reenrolment_list.page(uow, campaign, Wanted())
        assert total == len(rows) == campaigns.how_many(uow, campaign)
        assert len({row.pupil.id for row in rows}) == total
        seen, counts = participation.tally(uow, campaign)
        assert seen == total
        for state in participation.PLACES:
            some, number = reenrolment_list.page(uow, campaign, Wanted(state=state))
            assert {row.state for row in some} <= {state}
            assert number == counts[state]
        for column in reenrolment_list.SORTS:
            for down in (False, True):
                assert reenrolment_list.page(uow, campaign, Wanted(sort=column, down=down))[1] == total
        sent = [
            row.sent.submitted_at for row in reenrolment_list.page(uow, campaign, Wanted(sort="sent"))[0] if row.sent
        ]
        assert sent == sorted(sent)
        for department in campaign_admin.departments(uow, campaign.source_year):
            assert reenrolment_list.page(uow, campaign, Wanted(department=department))[1] <= total
        cycle = rows[0].pupil.cycle
        assert {row.pupil.cycle for row in reenrolment_list.page(uow, campaign, Wanted(cycle=cycle))[0]} == {cycle}
        assert reenrolment_list.page(uow, campaign, Wanted(search="%"))[1] == 0
        assert reenrolment_list.page(uow, campaign, Wanted(search="aubry irina"))[1] == 1
        assert sum(reenrolment_list.sums(uow)[campaign.id].values()) == sum(
            counts[state] for state in ("submitted", "to_correct", "validated", "refused")
        )


def test_the_weeks_add_up_and_end_today(database: str) -> None:
    with as_(PAUL) as uow:
        campaign = campaign_of(uow)
        seen = campaigns.how_many(uow, campaign)
        weeks = reenrolment_list.weeks(uow, campaign, seen)
        assert [each.monday.weekday() for each in weeks] == [0] * len(weeks)
        assert weeks[0].monday <= campaign.opens_on
        assert weeks[-1].monday <= uow.today < weeks[-1].monday + timedelta(days=7)
        assert [each.received for each in weeks] == sorted(each.received for each in weeks)
        assert weeks[-1].received == len(every(Reenrolment, Reenrolment.campaign_id == campaign.id))
        assert weeks[-1].received + weeks[-1].silent >= seen


@both
def test_departments_teachers_and_courses_sum_up_to_those_who_attend(database: str) -> None:
    with as_(PAUL) as uow:
        campaign = campaign_of(uow)
        found_by = {group: reenrolment_list.sums_by(uow, campaign, group) for group in reenrolment_list.GROUPS}
        attended = uow.rows(
            select(Enrolment.pupil_id, Course.id, Course.name, Course.department)
            .join(Course, col(Course.id) == Enrolment.course_id)
            .join(Pupil, col(Pupil.id) == Enrolment.pupil_id)
            .where(
                Course.school_year == campaign.source_year, Enrolment.status == "enrolled", campaigns.audience(campaign)
            )
        )
        submitted = reenrolment_list.page(uow, campaign, Wanted("submitted"))[1]
    courses = {f"{each.name} ({each.number})": each.id for each in every(Course)}
    for name, counts in found_by["course"]:
        assert sum(counts.values()) >= len({pupil for pupil, course, *_ in attended if course == courses[name]}), name
    departments = dict(found_by["department"])
    for name, counts in departments.items():
        assert sum(counts.values()) >= len({pupil for pupil, *_, department in attended if department == name}), name
    assert set(departments) >= {department for *_, department in attended}
    for group in found_by.values():
        assert sum(counts["submitted"] for _, counts in group) >= submitted, "each of them attends somewhere"


def test_the_export_opens_in_a_spreadsheet_and_holds_no_formula(database: str, tmp_path: Any) -> None:
    sent = oldest()
    with as_(PAUL) as uow:
        wish = found(uow.one(select(Wish).where(Wish.pupil_id == sent.pupil_id)))
        wish.message = '=HYPERLINK("http://evil.example")'
        uow.add(wish)
    with as_(PAUL) as uow:
        title, heads, rows = reenrolment_export.table(uow, sent.campaign_id, Wanted(), label_of)
        reenrolment_export.taken(uow, sent.campaign_id, len(rows))
    assert last(AuditEntry).action == "export"
    content = spreadsheets.write("xlsx", heads, rows, title=title)
    (tmp_path / "x.xlsx").write_bytes(content)
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any("HYPERLINK" in str(cell.value) for cell in cells)
    assert sheet.max_row == len(rows) + 1
    text = spreadsheets.write("csv", heads, rows).decode("utf-8-sig")
    assert text.count("\r\n") == len(rows) + 1
    assert "\"'=HYPERLINK" in text
    lines = [
        dict(zip(heads, row, strict=True))
        for row in rows
        if row[0] == every(Pupil, Pupil.id == sent.pupil_id)[0].number
    ]
    assert [each["Attestation d’assurance"] for each in lines] == ["Reçue"] * len(lines)
    assert [each["Cours"] for each in lines] == sorted({str(each["Cours"]) for each in lines}), "a line a course"
    [adult] = every(Guardian, Guardian.family_id == sent.household_id, Guardian.rank == 1)
    assert {each["E-mail du responsable 1"] for each in lines} == {adult.email}
    with as_(PAUL) as uow:
        edit_families.hide_contact(uow, uow.get(Guardian, adult.id), hidden=True)
        seen = {
            str(cell) for row in reenrolment_export.table(uow, sent.campaign_id, Wanted(), label_of)[2] for cell in row
        }
    assert not seen & {adult.email, adult.phone_mobile}, "an address under protection is not the secretariat's"
    with as_("petit.jean", "belrive") as uow, pytest.raises(NotFound):
        reenrolment_export.table(uow, sent.campaign_id, Wanted(), label_of)
    with as_(CLAIRE) as uow, pytest.raises(NotFound):
        reenrolment_export.table(uow, sent.campaign_id, Wanted(), label_of)


def test_the_silent_are_shown_what_they_would_read_and_written_to_once_a_day(database: str) -> None:
    with as_(PAUL) as uow:
        campaign = campaign_of(uow)
        silent = participation.to_remind(uow, campaign)
        subject, text = participation.reminder(uow, campaign, silent[0])
        ids = [each.account.family_id for each in silent if each.account.family_id]
    assert not every(Letter, Letter.kind == "reenrolment_reminder")  # shown is not sent
    for names in ([each.full_name for each in silent[0].pupils], [campaign.school_year]):
        assert all(name in text for name in names)
    with as_(PAUL) as uow:
        assert participation.remind(uow, campaign.id, ids) == len(ids)
    with as_(HELENE) as uow:
        assert participation.remind(uow, campaign.id, ids) == 0
    written = every(Letter, Letter.kind == "reenrolment_reminder")
    assert len(written) == len(ids)
    assert written[0].subject.startswith(subject)
    assert text.split("\n\n")[1] in str(written[0].blocks)


def test_pupils_by_hand_are_named_by_their_dossiers_number(database: str) -> None:
    with as_(HELENE) as uow:
        campaign = campaign_of(uow)
        count, unknown = campaign_admin.choose_by_number(uow, campaign.id, "2042, 2043;abc 99999999999 2042\n7")
        assert (count, unknown) == (2, ["abc", "99999999999", "7"])
        assert [each.first_name for each in campaign_admin.chosen_pupils(uow, campaign.id)] == ["Irina", "Nino"]
        campaign_admin.save(uow, campaign.id, {"audience": "hand"})
    with as_(PAUL) as uow:
        assert campaigns.how_many(uow, uow.get(Campaign, campaign.id)) == 2
    with as_("petit.jean", "belrive") as uow, pytest.raises(NotFound):
        campaign_admin.choose_by_number(uow, campaign.id, "2042")


def test_a_family_reads_the_answer_and_sends_again(database: str) -> None:
    """The queue page's half of the walk ends where the family's begins."""
    with as_(CLAIRE) as uow:
        nino, campaign = pupil(uow, "Nino"), found(uow.one(select(Campaign)))
        reenrolment_submission.choose(uow, nino, campaign.id, "leaving")
        sent = reenrolment_submission.submit(uow, nino, campaign.id, {"reason": "Déménagement"})
    with as_(PAUL) as uow:
        sheet = reenrolment_queue.detail(uow, sent.id)
        assert (sheet.sent.way, sheet.documents) == ("leaving", [])
        reenrolment_queue.decide(uow, sent.id, sheet.sent.version, "validated")
    assert again(sent).made == []
    assert letters("leaving_")[-1].kind == "leaving_validated"
