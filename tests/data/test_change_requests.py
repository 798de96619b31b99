"""What a family asks: the record does not move before staff decide, and one letter says what was asked."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from data.change_requests import submission as change_requests
from data.change_requests.models import ChangeRequest, FieldChange
from data.change_requests.submission import Outcome
from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.system_unit_of_work import system_unit_of_work
from data.families.models import Guardian, Pupil
from data.mail import templates as mail_templates
from data.mail.outbox import Letter
from data.mail.rendering import text_of
from tests.demo_users import (
    CLAIRE,
    MARC,
    account,
    as_,
    both,
    counts,
    every,
    guardian,
    last,
    later,
    pupil,
    set_rights,
    set_site,
    site,
)

ROWS = (ChangeRequest, FieldChange, Letter, AuditEntry)


def ask(typed: dict[str, object], login: str = CLAIRE, **when: Any) -> Outcome:
    with as_(login, writes=True, **when) as uow:
        return change_requests.propose(uow, guardian(uow), typed)


def mine() -> list[Any]:
    """Claire's requests."""
    return every(ChangeRequest, ChangeRequest.family_id == account(CLAIRE).family_id, ChangeRequest.state == "pending")


def waiting(field: str) -> Any:
    return last(FieldChange, FieldChange.field == field, FieldChange.family_id == account(CLAIRE).family_id)


def recorded(field: str) -> Any:
    with as_(CLAIRE) as uow:
        return getattr(guardian(uow), field)


@both
def test_what_is_asked_waits_and_the_record_does_not_move(database: str) -> None:
    outcome = ask({"town": "Metz", "phone_home": "03.82.99 88 77", "last_name": "Aubry"})
    assert [line[0] for line in outcome.asked] == ["Ville", "Téléphone fixe"]
    assert recorded("town") == "Valmont"
    assert (waiting("town").old, waiting("town").new) == ("Valmont", "Metz")
    assert waiting("phone_home").new == "+33382998877"
    letter = last(Letter)
    assert (letter.kind, letter.recipient, letter.state) == ("request_received", "claire.aubry@example.org", "waiting")
    assert "Ville\n    avant : Valmont\n    après : Metz" in text_of(letter)
    entry = last(AuditEntry)
    assert (entry.action, entry.actor, entry.changes["Ville"]) == ("change asked", "Claire Aubry", ["Valmont", "Metz"])


def test_asking_again_replaces_the_pending_value_and_old_stays_the_recorded_one(database: str) -> None:
    ask({"town": "Metz"})
    version = mine()[0].version
    ask({"town": "Thionville"})
    assert (waiting("town").old, waiting("town").new) == ("Valmont", "Thionville")
    assert len(mine()) == 1
    assert mine()[0].version == version + 1
    assert len(every(FieldChange, FieldChange.request_id == mine()[0].id)) == 1


def test_going_back_to_the_recorded_value_withdraws_the_field_then_the_request(database: str) -> None:
    ask({"town": "Metz", "complement": "Escalier D"})
    outcome = ask({"town": "Valmont"})
    assert outcome.withdrawn == ["Ville"]
    assert waiting("town").state == "withdrawn"
    assert [request.state for request in mine()] == ["pending"]
    ask({"complement": "Escalier C"})
    assert mine() == []
    assert last(ChangeRequest).closed_at is not None


def test_nothing_changed_leaves_no_trace(database: str) -> None:
    """Rows 50 and 51: the same record sent twice asks once."""
    before = counts(*ROWS)
    assert ask({"town": " Valmont ", "phone_mobile": "06 98 76 54 32"}).nothing
    assert counts(*ROWS) == before
    ask({"town": "Metz"})
    before = counts(*ROWS)
    assert ask({"town": "Metz"}).nothing
    assert counts(*ROWS) == before


def test_two_tabs_that_save_different_fields_leave_both_waiting(database: str) -> None:  # row 52
    ask({"town": "Metz"})
    ask({"complement": "Escalier D"})
    assert len(mine()) == 1
    assert {change.field for change in every(FieldChange, FieldChange.request_id == mine()[0].id)} == {
        "town",
        "complement",
    }


@both
def test_two_tabs_at_the_same_moment_make_one_request(database: str) -> None:
    start = Barrier(2)

    def tab(typed: dict[str, object]) -> Outcome:
        start.wait(timeout=240)
        return ask(typed)

    with ThreadPoolExecutor(2) as pool:
        outcomes = [
            future.result() for future in [pool.submit(tab, {"town": "Metz"}), pool.submit(tab, {"complement": "D"})]
        ]
    assert [len(outcome.asked) for outcome in outcomes] == [1, 1]
    assert len(mine()) == 1
    assert len(every(FieldChange, FieldChange.request_id == mine()[0].id, FieldChange.state == "pending")) == 2


def test_everything_that_waits_can_be_taken_back(database: str) -> None:
    ask({"town": "Metz", "complement": "Escalier D"})
    letters_before = counts(Letter)
    with as_(CLAIRE, writes=True) as uow:
        change_requests.withdraw(uow, guardian(uow))
        change_requests.withdraw(uow, guardian(uow))
    assert mine() == []
    assert waiting("town").state == waiting("complement").state == "withdrawn"
    assert counts(Letter) == letters_before
    assert last(AuditEntry).action == "change withdrawn"


def test_a_field_may_be_saved_at_once_shut_or_hidden_as_the_site_decides(database: str) -> None:
    """Row 53: what is read only or hidden is ignored, and noted."""
    set_site(
        field_policies={
            "guardian.town": "immediate",
            "guardian.complement": "readonly",
            "guardian.profession": "hidden",
        }
    )
    outcome = ask(
        {"town": "Metz", "complement": "X", "profession": "Reine", "address": "1 rue Neuve", "site_id": "2", "solde": 1}
    )
    assert [line[0] for line in outcome.saved] == ["Ville"]
    assert [line[0] for line in outcome.asked] == ["Adresse"]
    assert (recorded("town"), recorded("complement"), recorded("profession")) == ("Metz", "Escalier C", "Infirmière")
    kinds = [letter.kind for letter in every(Letter)][-2:]
    assert kinds == ["request_received", "changes_saved"]
    ignored = last(AuditEntry, AuditEntry.action == "fields ignored").changes["fields"][1]
    assert set(ignored) == {"complement", "profession", "site_id", "solde"}


def test_a_field_that_waits_and_is_then_opened_by_the_site_no_longer_waits_once_saved(database: str) -> None:
    ask({"town": "Metz"})
    set_site(field_policies={"guardian.town": "immediate"})
    assert ask({"town": "Thionville"}).saved
    assert recorded("town") == "Thionville"
    assert mine() == []


def test_an_email_is_never_saved_at_once_whatever_the_site_says(database: str) -> None:
    set_site(field_policies={"guardian.email": "immediate"})
    assert ask({"email": "nouvelle@example.org"}).asked
    assert recorded("email") == "claire.aubry@example.org"


def test_every_fault_is_reported_at_once_and_nothing_is_kept(database: str) -> None:
    """Rows 43 to 49."""
    before = counts(*ROWS)
    typed = {"last_name": "  ", "first_name": ["Claire"], "birth_date": "31/02/1980", "postcode": "2A004", "phone_home": "06 12",
             "email": "a@b", "town": {"a": 1}, "country": "France et Navarre", "civility": "duc", "complement": "x" * 161,
             "address": 12, "birth_name": "Zoé😀", "profession": "Reine"}  # fmt: skip
    with pytest.raises(ValidationErrors) as invalid:
        ask(typed)
    assert list(invalid.value.faults) == [
        "civility", "last_name", "birth_name", "first_name", "birth_date", "address", "complement", "postcode", "town",
        "country", "phone_home", "email"]  # fmt: skip
    text = {name: str(fault) for name, fault in invalid.value.faults.items()}
    assert text["last_name"] == "Ce champ ne peut pas rester vide."
    assert text["birth_date"] == "Le 31/02/1980 n’existe pas. Vérifiez le jour et le mois."
    assert text["complement"] == "161 caractères, c’est trop : 160 au plus."
    assert (
        text["first_name"]
        == text["town"]
        == text["address"]
        == "Cette réponse n’a pas pu être lue. Saisissez-la à nouveau."
    )
    assert counts(*ROWS) == before
    assert recorded("profession") == "Infirmière"


@pytest.mark.parametrize("value", [None, 1, 1.5, True, [], {}, ["x"], {"value": "x"}, b"x", object()])
def test_what_is_not_text_is_refused_in_words(database: str, value: object) -> None:
    with pytest.raises(ValidationErrors):
        ask({"town": value})


def test_a_birth_to_come_or_too_far_is_refused(database: str) -> None:
    tomorrow = later(days=2).date()
    for typed in (f"{tomorrow:%d/%m/%Y}", "31/12/1899"):
        with pytest.raises(ValidationErrors):
            ask({"birth_date": typed})
    assert ask({"birth_date": "01/01/1900"}).asked


def test_a_field_is_required_when_the_site_says_so(database: str) -> None:
    set_site(required_fields={"guardian.phone_mobile": True, "guardian.last_name": False})
    with pytest.raises(ValidationErrors) as invalid:
        ask({"phone_mobile": "", "last_name": "", "phone_home": ""})
    assert list(invalid.value.faults) == ["phone_mobile"]


def test_a_second_household_reads_the_pupil_and_asks_for_nothing(database: str) -> None:
    before = counts(*ROWS)
    with pytest.raises(UserError, match="consulter"), as_(MARC, writes=True) as uow:
        change_requests.propose(uow, pupil(uow, "Irina"), {"school": "Ailleurs"})
    with pytest.raises(NotFound), as_(MARC, writes=True) as uow:
        uow.get(Pupil, next(each.id for each in every(Pupil) if each.first_name == "Nino"))
    assert counts(*ROWS) == before


def test_a_household_whose_rights_were_lowered_leaves_what_it_asked_as_it_is(database: str) -> None:
    with as_(CLAIRE, writes=True) as uow:
        change_requests.propose(uow, pupil(uow, "Nino"), {"school": "Ailleurs"})
    set_rights(CLAIRE, "consult")
    with pytest.raises(UserError, match="consulter"), as_(CLAIRE, writes=True) as uow:
        change_requests.withdraw(uow, pupil(uow, "Nino"))
    assert waiting("school").state == "pending"


def test_each_household_sees_its_own_requests_only(database: str) -> None:
    set_rights(MARC, "all")
    with as_(CLAIRE, writes=True) as uow:
        change_requests.propose(uow, pupil(uow, "Irina"), {"school": "Collège Neuf"})
    with as_(MARC, writes=True) as uow:
        irina = pupil(uow, "Irina")
        assert change_requests.pending(uow, [irina]) == {("pupil", irina.id): {}}
        assert change_requests.of_the_family(uow) == []
        assert change_requests.propose(uow, irina, {"school": "Collège Ancien"}).asked
    assert len(every(ChangeRequest, ChangeRequest.sheet == "pupil", ChangeRequest.state == "pending")) == 2


def test_the_pupils_record_keeps_its_read_only_fields(database: str) -> None:
    with as_(CLAIRE, writes=True) as uow:
        assert change_requests.propose(uow, pupil(uow, "Nino"), {"gender": "f"}).nothing
    with as_(CLAIRE, writes=True) as uow, pytest.raises(NotFound):
        change_requests.propose(uow, pupil(uow, "Nino"), {"photo": "0" * 32})


def test_your_requests_show_the_latest_first(database: str) -> None:
    ask({"town": "Metz"})
    with as_(CLAIRE) as uow:
        found = change_requests.of_the_family(uow)
        assert [(change.field, change.state) for _, change, _ in found] == [
            ("town", "pending"),
            ("complement", "accepted"),
        ]
        assert change_requests.pending(uow, [guardian(uow)])["guardian", guardian(uow).id]["town"].new == "Metz"


def link_of(letter: Any) -> str:
    return next(block[2] for block in letter.blocks if block[0] == "link").rpartition("/")[2]


def test_a_new_email_is_notified_to_the_old_address_and_confirmed_by_a_link(database: str) -> None:
    ask({"email": "Nouvelle@Example.org"})
    shown = {letter.kind: letter for letter in every(Letter)[-3:]}
    assert shown["email_change_asked"].recipient == shown["request_received"].recipient == "claire.aubry@example.org"
    assert shown["confirm_email"].recipient == "Nouvelle@example.org"
    token, version = link_of(shown["confirm_email"]), mine()[0].version
    assert token not in str(waiting("email").model_dump())
    assert change_requests.confirm_email(token) == "Nouvelle@example.org"
    assert waiting("email").confirmed_at is not None
    assert mine()[0].version == version + 1
    assert change_requests.confirm_email(token) == "Nouvelle@example.org"
    assert mine()[0].version == version + 1
    assert len(every(AuditEntry, AuditEntry.action == "e-mail confirmed")) == 1
    assert recorded("email") == "claire.aubry@example.org"


def test_a_link_followed_again_once_the_office_accepted_is_still_confirmed(database: str) -> None:
    ask({"email": "Nouvelle@Example.org"})
    token = link_of(last(Letter, Letter.kind == "confirm_email"))
    assert change_requests.confirm_email(token) == "Nouvelle@example.org"
    with system_unit_of_work(writes=True) as uow:
        change = uow.get(FieldChange, waiting("email").id)
        change.state = "accepted"
        uow.add(change)
    assert change_requests.confirm_email(token, now=later(days=30)) == "Nouvelle@example.org"
    assert len(every(AuditEntry, AuditEntry.action == "e-mail confirmed")) == 1


def test_a_link_that_is_old_unknown_replaced_or_taken_back_confirms_nothing(database: str) -> None:
    ask({"email": "un@example.org"})
    first = link_of(last(Letter, Letter.kind == "confirm_email"))
    assert change_requests.confirm_email(first, now=later(days=8)) is None
    for token in ("", "x" * 32, first[:-1], first + "x", "\0" * 32, "é" * 32):
        assert change_requests.confirm_email(token) is None
    ask({"email": "deux@example.org"})
    assert change_requests.confirm_email(first) is None
    second = link_of(last(Letter, Letter.kind == "confirm_email"))
    assert change_requests.confirm_email(second) == "deux@example.org"
    ask({"email": "trois@example.org"})
    assert waiting("email").confirmed_at is None
    with as_(CLAIRE, writes=True) as uow:
        change_requests.withdraw(uow, guardian(uow))
    assert change_requests.confirm_email(link_of(last(Letter, Letter.kind == "confirm_email"))) is None


def test_an_email_taken_away_is_notified_to_the_old_address_and_leaves_no_link_alive(database: str) -> None:
    ask({"email": "un@example.org"})
    token, letters_before = link_of(last(Letter, Letter.kind == "confirm_email")), len(every(Letter))
    ask({"email": ""})
    assert {letter.kind for letter in every(Letter)[letters_before:]} == {"request_received", "email_change_asked"}
    assert change_requests.confirm_email(token) is None


def test_a_letter_without_address_does_not_stop_the_request(database: str) -> None:
    with system_unit_of_work(writes=True) as uow:
        row = uow.get(Guardian, account(CLAIRE).guardian_id)
        row.email = ""
        uow.add(row)
    assert not ask({"town": "Metz"}).mailed
    assert (last(Letter).state, last(Letter).error) == ("failed", "no address")


def test_hostile_words_are_kept_as_they_are_and_fill_no_template(database: str) -> None:
    """Row 41."""
    hostile = "<script>{{7*7}}{site}\"'><img src=x onerror=alert(1)>"
    ask({"address": hostile, "complement": "{secret} %s #"})
    assert waiting("address").new == hostile
    assert hostile in text_of(last(Letter))


def test_a_request_keeps_the_familys_language_and_number(database: str) -> None:
    with as_(CLAIRE, writes=True) as uow:
        from data.accounts import models as accounts

        accounts.choose_language(uow, "en")
    ask({"town": "Metz"})
    letter = last(Letter)
    assert letter.language == "en"
    assert str(mine()[0].id) in text_of(letter)
    assert mail_templates.TEMPLATES["request_received"].subject not in letter.subject
    assert letter.subject.endswith(site().name)


def test_a_link_waits_seven_days(database: str) -> None:
    ask({"email": "un@example.org"})
    token = link_of(last(Letter, Letter.kind == "confirm_email"))
    asked = mine()[0].changed_at
    assert change_requests.confirm_email(token, now=asked + timedelta(days=6, hours=23)) == "un@example.org"
