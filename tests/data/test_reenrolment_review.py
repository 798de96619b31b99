"""Re-enrolment at the desk: everything of a request decided in one letter, taken back within a day, listed and exported."""

from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from sqlmodel import col, select

from data.change_requests.models import ChangeRequest
from data.core import edit_presence, spreadsheets
from data.core.audit import AuditEntry
from data.core.errors import Faulty, NotYours, Refused
from data.mail.outbox import Letter
from data.office import dashboard_counts
from data.reenrolment import campaign_admin, campaigns, participation
from data.reenrolment import export as reenrolment_export
from data.reenrolment import request_list as reenrolment_list
from data.reenrolment import review_queue as reenrolment_queue
from data.reenrolment import submission as reenrolment_submission
from data.reenrolment.campaigns import Campaign
from data.reenrolment.models import Reenrolment, SuppliedDocument, Wish
from data.reenrolment.request_list import Wanted
from data.schooling.models import Enrolment
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


def campaign_of(v: Any) -> Campaign:
    return found(v.one(select(Campaign).where(Campaign.state == "active")))


def again(sent: Reenrolment) -> Reenrolment:
    return every(Reenrolment, Reenrolment.id == sent.id)[0]


@both
def test_one_key_accepts_the_request_and_its_documents_and_asks_for_next_years_courses(house: str) -> None:
    sent, before = oldest(), len(letters())
    assert len(received(sent)) == 3
    with as_(PAUL) as v:
        reenrolment_queue.decide(v, sent.id, sent.version, "validated")
    done = again(sent)
    assert (done.state, done.decided_by) == ("validated", "Paul Renard")
    assert {each.status for each in every(Enrolment, col(Enrolment.id).in_(done.made))} == {"asked"}
    assert len(done.made) == 2
    assert not received(sent)
    assert len(letters()) == before + 1
    assert letters()[-1].kind == "reenrolment_validated"


def test_a_refused_document_sends_the_request_back_in_one_letter(house: str) -> None:
    sent, before = oldest(), len(letters())
    bad, *good = received(sent)
    reason = "Le document est illisible : déposez-en une copie nette."
    with as_(PAUL) as v:
        with pytest.raises(Refused, match="à corriger"):
            reenrolment_queue.decide(v, sent.id, sent.version, "validated", {bad.id})
        with pytest.raises(Faulty):
            reenrolment_queue.decide(v, sent.id, sent.version, "", {bad.id})
    with as_(PAUL) as v:
        reenrolment_queue.decide(v, sent.id, sent.version, "", {bad.id}, reason)
    assert again(sent).state == "to_correct"
    kept = {each.id: each for each in every(SuppliedDocument, SuppliedDocument.pupil_id == sent.pupil_id)}
    assert (kept[bad.id].state, kept[bad.id].reason) == ("refused", reason)
    assert {kept[each.id].state for each in good} == {"validated"}
    assert len(letters()) == before + 1
    said = str(letters()[-1].blocks)
    assert "illisible" in said
    assert "Pièces à remplacer" in said
    assert "illisible" in every(Wish, Wish.pupil_id == sent.pupil_id)[0].answer


def test_refusing_the_request_leaves_its_documents_and_needs_a_reason(house: str) -> None:
    sent = oldest()
    with as_(PAUL) as v, pytest.raises(Faulty):
        reenrolment_queue.decide(v, sent.id, sent.version, "refused", (), "   ")
    with as_(PAUL) as v:
        reenrolment_queue.decide(v, sent.id, sent.version, "refused", (), "Complet.")
    assert again(sent).state == "refused"
    assert len(received(sent)) == 3
    assert not again(sent).made


@both
def test_the_second_who_decides_is_told_and_nothing_is_decided_twice(house: str) -> None:
    sent = oldest()
    with as_(PAUL) as v:
        reenrolment_queue.claim(v, sent.id)
    with as_(HELENE) as v:
        assert edit_presence.colleague(v, v.get(Reenrolment, sent.id)) == "Paul Renard"
        reenrolment_queue.claim(v, sent.id)
    with as_(PAUL) as v:
        assert edit_presence.colleague(v, v.get(Reenrolment, sent.id)) == ""
        reenrolment_queue.decide(v, sent.id, sent.version, "validated")
    before = len(every(Letter))
    with as_(HELENE) as v, pytest.raises(Refused, match="Paul Renard a déjà répondu"):
        reenrolment_queue.decide(v, sent.id, sent.version, "refused", (), "Trop tard.")
    assert len(every(Letter)) == before
    assert again(sent).state == "validated"


def test_what_the_family_changed_meanwhile_is_read_before_it_is_decided(house: str) -> None:
    sent = oldest()
    with as_(PAUL) as v, pytest.raises(Refused, match="a modifié sa demande"):
        reenrolment_queue.decide(v, sent.id, sent.version - 1, "validated")
    assert again(sent).state == "submitted"


def test_a_decision_is_taken_back_for_a_day_with_all_it_did(house: str) -> None:
    sent = oldest()
    with as_(PAUL) as v:
        reenrolment_queue.decide(v, sent.id, sent.version, "validated")
    made = again(sent).made
    with as_(HELENE) as v:
        reenrolment_queue.undo(v, sent.id)
    assert (again(sent).state, again(sent).made, len(received(sent))) == ("submitted", [], 3)
    assert not every(Enrolment, col(Enrolment.id).in_(made))
    assert last(Letter, Letter.kind == "reenrolment_validated").state == "cancelled"  # it had not left
    with as_(HELENE) as v, pytest.raises(Refused):
        reenrolment_queue.undo(v, sent.id)
    with as_(PAUL) as v:
        reenrolment_queue.decide(v, sent.id, again(sent).version, "validated")
    with as_(PAUL, now=later(hours=25)) as v, pytest.raises(Refused, match="24 heures"):
        reenrolment_queue.undo(v, sent.id)


def test_a_letter_that_left_is_followed_by_another(house: str) -> None:
    sent = oldest()
    with as_(PAUL) as v:
        reenrolment_queue.decide(v, sent.id, sent.version, "validated")
        letter = found(v.one(select(Letter).order_by(col(Letter.id).desc())))
        letter.state = "sent"
        v.add(letter)
    with as_(PAUL) as v:
        reenrolment_queue.undo(v, sent.id)
    assert letters()[-1].kind == "reenrolment_reopened"


def test_nobody_decides_for_their_own_family_nor_for_another_site(house: str) -> None:
    sent = oldest()
    with as_("petit.jean", "belrive") as v:
        for act in (reenrolment_queue.sheet, reenrolment_queue.undo, reenrolment_queue.claim):
            with pytest.raises(NotYours):
                act(v, sent.id)
        with pytest.raises(NotYours):
            reenrolment_queue.decide(v, sent.id, sent.version, "validated")
    with as_(CLAIRE) as v:
        for act in (reenrolment_queue.sheet, reenrolment_queue.undo, reenrolment_queue.claim):
            with pytest.raises(NotYours):
                act(v, sent.id)
        for ask in (reenrolment_queue.queue, reenrolment_queue.count, dashboard_counts.counts, reenrolment_list.sums):
            with pytest.raises(NotYours):
                ask(v)
    with as_(HELENE) as v:
        paul = v.get(type(account(PAUL)), account(PAUL).id)
        paul.own_family_id = sent.household_id
        v.add(paul)
    with as_(PAUL) as v, pytest.raises(Refused, match="votre famille"):
        reenrolment_queue.decide(v, sent.id, sent.version, "validated")


@both
def test_the_queue_is_the_oldest_first_and_is_searched_literally(house: str) -> None:
    with as_(PAUL) as v:
        listed = reenrolment_queue.queue(v)
        times = [each.sent.submitted_at for each in listed]
        assert times == sorted(times)
        assert len(listed) == reenrolment_queue.count(v) == dashboard_counts.counts(v)["reinscriptions"]
        one = listed[0]
        for typed in (one.pupil.last_name.upper(), str(one.pupil.number), str(one.family_number)):
            assert one.sent.id in [each.sent.id for each in reenrolment_queue.queue(v, search=typed)]
        for typed in ("%", "_", "\\", "'; DROP TABLE pupil", "99999999999999999999"):
            assert reenrolment_queue.queue(v, search=typed) == []
        assert {each.sent.state for each in reenrolment_queue.queue(v, closed=True)} <= set(reenrolment_queue.CLOSED)
        counted = dashboard_counts.counts(v)
        assert counted[""] == v.count(
            select(participation.func.count(ChangeRequest.id)).where(ChangeRequest.state == "pending")
        )
        assert counted["pieces"] == len(every(SuppliedDocument, SuppliedDocument.state == "received"))


@both
def test_the_table_filters_sorts_and_counts_in_the_database(house: str) -> None:
    with as_(PAUL) as v:
        campaign = campaign_of(v)
        rows, total = reenrolment_list.page(v, campaign, Wanted())
        assert total == len(rows) == campaigns.how_many(v, campaign)
        assert len({row.pupil.id for row in rows}) == total
        seen, counts = participation.tally(v, campaign)
        assert seen == total
        for state in participation.PLACES:
            some, number = reenrolment_list.page(v, campaign, Wanted(state=state))
            assert {row.state for row in some} <= {state}
            assert number == counts[state]
        for column in reenrolment_list.COLUMNS:
            for down in (False, True):
                assert reenrolment_list.page(v, campaign, Wanted(sort=column, down=down))[1] == total
        sent = [row.sent.submitted_at for row in reenrolment_list.page(v, campaign, Wanted(sort="sent"))[0] if row.sent]
        assert sent == sorted(sent)
        for department in campaign_admin.departments(v, campaign.source_year):
            assert reenrolment_list.page(v, campaign, Wanted(department=department))[1] <= total
        cycle = rows[0].pupil.cycle
        assert {row.pupil.cycle for row in reenrolment_list.page(v, campaign, Wanted(cycle=cycle))[0]} == {cycle}
        assert reenrolment_list.page(v, campaign, Wanted(search="%"))[1] == 0
        assert reenrolment_list.page(v, campaign, Wanted(search="aubry irina"))[1] == 1
        assert sum(reenrolment_list.sums(v)[campaign.id].values()) == sum(
            counts[state] for state in ("submitted", "to_correct", "validated", "refused")
        )


def test_the_weeks_add_up_and_end_today(house: str) -> None:
    with as_(PAUL) as v:
        campaign = campaign_of(v)
        seen = campaigns.how_many(v, campaign)
        weeks = reenrolment_list.weeks(v, campaign, seen)
        assert [each.monday.weekday() for each in weeks] == [0] * len(weeks)
        assert weeks[0].monday <= campaign.opens_on
        assert weeks[-1].monday <= v.today < weeks[-1].monday + timedelta(days=7)
        assert [each.received for each in weeks] == sorted(each.received for each in weeks)
        assert weeks[-1].received == len(every(Reenrolment, Reenrolment.campaign_id == campaign.id))
        assert weeks[-1].received + weeks[-1].silent >= seen


def test_the_export_opens_in_a_spreadsheet_and_holds_no_formula(house: str, tmp_path: Any) -> None:
    sent = oldest()
    with as_(PAUL) as v:
        wish = found(v.one(select(Wish).where(Wish.pupil_id == sent.pupil_id)))
        wish.message = '=HYPERLINK("http://evil.example")'
        v.add(wish)
    with as_(PAUL) as v:
        title, heads, rows = reenrolment_export.table(v, sent.campaign_id, Wanted())
        reenrolment_export.taken(v, sent.campaign_id, len(rows))
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
    assert "Attestation d’assurance : reçue" in text
    assert last(AuditEntry).action == "export"
    with as_("petit.jean", "belrive") as v, pytest.raises(NotYours):
        reenrolment_export.table(v, sent.campaign_id, Wanted())
    with as_(CLAIRE) as v, pytest.raises(NotYours):
        reenrolment_export.table(v, sent.campaign_id, Wanted())


def test_the_silent_are_shown_what_they_would_read_and_written_to_once_a_day(house: str) -> None:
    with as_(PAUL) as v:
        campaign = campaign_of(v)
        silent = participation.to_remind(v, campaign)
        subject, text = participation.reminder(v, campaign, silent[0])
        ids = [each.account.family_id for each in silent if each.account.family_id]
    assert not every(Letter, Letter.kind == "reenrolment_reminder")  # shown is not sent
    for names in ([each.full_name for each in silent[0].pupils], [campaign.school_year]):
        assert all(name in text for name in names)
    with as_(PAUL) as v:
        assert participation.remind(v, campaign.id, ids) == len(ids)
    with as_(HELENE) as v:
        assert participation.remind(v, campaign.id, ids) == 0
    written = every(Letter, Letter.kind == "reenrolment_reminder")
    assert len(written) == len(ids)
    assert written[0].subject.startswith(subject)
    assert text.split("\n\n")[1] in str(written[0].blocks)


def test_pupils_by_hand_are_named_by_their_dossiers_number(house: str) -> None:
    with as_(HELENE) as v:
        campaign = campaign_of(v)
        count, unknown = campaign_admin.choose_by_number(v, campaign.id, "2042, 2043;abc 99999999999 2042\n7")
        assert (count, unknown) == (2, ["abc", "99999999999", "7"])
        assert [each.first_name for each in campaign_admin.chosen_pupils(v, campaign.id)] == ["Irina", "Nino"]
        campaign_admin.save(v, campaign.id, {"audience": "hand"})
    with as_(PAUL) as v:
        assert campaigns.how_many(v, v.get(Campaign, campaign.id)) == 2
    with as_("petit.jean", "belrive") as v, pytest.raises(NotYours):
        campaign_admin.choose_by_number(v, campaign.id, "2042")


def test_a_family_reads_the_answer_and_sends_again(house: str) -> None:
    """The desk's half of the walk ends where the family's begins."""
    with as_(CLAIRE) as v:
        nino, campaign = pupil(v, "Nino"), found(v.one(select(Campaign)))
        reenrolment_submission.choose(v, nino, campaign.id, "leaving")
        sent = reenrolment_submission.submit(v, nino, campaign.id, {"reason": "Déménagement"})
    with as_(PAUL) as v:
        sheet = reenrolment_queue.sheet(v, sent.id)
        assert (sheet.sent.way, sheet.documents) == ("leaving", [])
        reenrolment_queue.decide(v, sent.id, sheet.sent.version, "validated")
    assert again(sent).made == []
    assert letters("leaving_")[-1].kind == "leaving_validated"
