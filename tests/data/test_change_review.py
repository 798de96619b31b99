"""What staff decide: field by field, once, with one letter one round of decisions, and back again for a day."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import delete

from data.accounts.models import Account
from data.change_requests import review
from data.change_requests import submission as change_requests
from data.change_requests.models import ChangeRequest, FieldChange
from data.core import edit_presence
from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError
from data.core.system_unit_of_work import system_unit_of_work
from data.families.models import Guardian, Pupil, PupilLink
from data.mail.outbox import Letter
from data.mail.rendering import text_of
from tests.conftest import move_to
from tests.counting import held_up
from tests.demo_users import (
    CLAIRE,
    HELENE,
    MARC,
    PAUL,
    account,
    as_,
    both,
    counts,
    every,
    guardian,
    last,
    later,
    pupil,
    site,
)

ROWS = (ChangeRequest, FieldChange, Letter, AuditEntry)
YES, NO = "accepted", "declined"


def ask(typed: dict[str, object], login: str = CLAIRE) -> int:
    """The number of the request."""
    with as_(login, writes=True) as uow:
        change_requests.propose(uow, guardian(uow), typed)
        request = change_requests.pending_request(uow, guardian(uow))
        return request.id if request else 0


def decide(number: int, verdicts: dict[str, Any], login: str = PAUL, *, version: int = 0, **more: Any) -> Any:
    """As somebody who has just read the request."""
    now = more.pop("now", None)
    with as_(login, writes=True, now=now) as uow:
        request = uow.get(ChangeRequest, number)
        seen = {line.field.name: line.now for line in review.lines(uow, request)}
        given = {
            name: (verdict, seen.get(name, "")) if isinstance(verdict, str) else verdict
            for name, verdict in verdicts.items()
        }
        return review.decide(uow, number, version or request.version, given, **more)


def undo(number: int, login: str = PAUL, **when: Any) -> Any:
    with as_(login, writes=True, **when) as uow:
        return review.undo(uow, number)


def change(number: int, field: str) -> Any:
    return last(FieldChange, FieldChange.request_id == number, FieldChange.field == field)


def recorded(field: str) -> Any:
    with as_(CLAIRE) as uow:
        return getattr(guardian(uow), field)


def record(**values: Any) -> None:
    """As an import would write it."""
    with system_unit_of_work(writes=True) as uow:
        row = uow.get(Guardian, account(CLAIRE).guardian_id)
        for name, value in values.items():
            setattr(row, name, value)
        uow.add(row)


def refused(number: int, verdicts: dict[str, Any], match: str, *, by: str = PAUL, **more: Any) -> None:
    """UserError in these words, and no row is added."""
    before = counts(*ROWS)
    with pytest.raises(UserError, match=match):
        decide(number, verdicts, by, **more)
    assert counts(*ROWS) == before


@both
def test_accepted_fields_are_recorded_and_declined_ones_are_not(database: str) -> None:
    number = ask({"town": "Metz", "birth_date": "15/03/1982", "complement": "Escalier D"})
    decide(number, {"town": YES, "birth_date": YES, "complement": NO}, reason=" Présentez un justificatif. ")
    assert (recorded("town"), recorded("birth_date").isoformat(), recorded("complement")) == (
        "Metz",
        "1982-03-15",
        "Escalier C",
    )
    assert change(number, "town").state == YES
    assert (change(number, "complement").state, change(number, "complement").reason) == (
        NO,
        "Présentez un justificatif.",
    )
    assert last(ChangeRequest, ChangeRequest.id == number).state == "closed"
    letter = last(Letter)
    assert (letter.kind, letter.recipient) == ("request_decided", "claire.aubry@example.org")
    assert "Refusée : Présentez un justificatif." in text_of(letter)
    entry = last(AuditEntry)
    assert (entry.action, entry.actor, entry.family_id) == ("request decided", "Paul Renard", account(CLAIRE).family_id)
    assert entry.changes["Ville"] == ["Valmont", "Metz", YES]
    assert entry.changes["Date de naissance"] == ["1982-03-14", "1982-03-15", YES]


def test_a_request_closes_only_when_every_field_is_decided(database: str) -> None:
    number = ask({"town": "Metz", "complement": "Escalier D"})
    decide(number, {"town": YES})
    assert last(ChangeRequest, ChangeRequest.id == number).state == "pending"
    decide(number, {"complement": YES})
    assert last(ChangeRequest, ChangeRequest.id == number).state == "closed"


def test_refusing_needs_a_reason_and_deciding_needs_a_field(database: str) -> None:
    """Row 57; what is neither yes nor no is nothing."""
    number = ask({"town": "Metz"})
    refused(number, {"town": NO}, "raison", reason=" \n ")
    refused(number, {}, "au moins un champ")
    refused(number, {"complement": YES, "site_id": YES, "town": ("pending", ""), "x": ("", "")}, "au moins un champ")


@both
def test_two_members_of_staff_at_once_decide_once(database: str) -> None:
    """Row 54."""
    number, start = ask({"town": "Metz"}), Barrier(2)
    version = last(ChangeRequest, ChangeRequest.id == number).version
    letters = len(every(Letter))

    def act(login: str, verdict: str) -> str:
        start.wait(timeout=240)
        try:
            with as_(login, writes=True) as uow:
                review.decide(uow, number, version, {"town": (verdict, "Valmont")}, reason="Non")
        except UserError as shown:
            return str(shown)
        return "done"

    with ThreadPoolExecutor(2) as pool:
        text = [each.result() for each in [pool.submit(act, PAUL, YES), pool.submit(act, HELENE, NO)]]
    assert text.count("done") == 1
    other = next(each for each in text if each != "done")
    winner = "Paul Renard" if text[0] == "done" else "Hélène Lemoine"
    assert other.startswith(f"Cette demande a déjà été traitée par {winner} le ")
    assert len(every(Letter)) == letters + 1
    assert recorded("town") == ("Metz" if winner == "Paul Renard" else "Valmont")


@both
def test_who_decides_while_a_colleague_is_about_to_finish_waits_and_is_notified(database: str) -> None:
    """Row 54, in the order that hurts: the second has read the request before the first commits."""
    number = ask({"town": "Metz"})

    def second() -> str:
        with pytest.raises(UserError) as shown, as_(HELENE, writes=True) as uow:  # noqa: PT012
            seen = uow.get(ChangeRequest, number)
            review.decide(uow, number, seen.version, {"town": (NO, "Valmont")}, reason="Non")
        return str(shown.value)

    with ThreadPoolExecutor(1) as pool:
        with as_(PAUL, writes=True) as uow:
            review.decide(uow, number, uow.get(ChangeRequest, number).version, {"town": (YES, "Valmont")})
            shown = held_up(pool, second)
        assert shown.result().startswith("Cette demande a déjà été traitée par Paul Renard le ")
    assert recorded("town") == "Metz"


def test_the_family_editing_meanwhile_makes_staff_read_again(database: str) -> None:
    """Row 55."""
    number = ask({"town": "Metz"})
    version = last(ChangeRequest, ChangeRequest.id == number).version
    ask({"town": "Thionville"})
    refused(number, {"town": YES}, "a changé depuis son affichage", version=version)
    with as_(CLAIRE, writes=True) as uow:
        change_requests.withdraw(uow, guardian(uow))
    refused(number, {"town": YES}, "retiré cette demande")


def test_a_record_that_moved_meanwhile_shows_three_values_and_is_not_overwritten_unseen(database: str) -> None:
    """Row 56."""
    number = ask({"town": "Metz"})
    record(town="Nancy")
    with as_(PAUL) as uow:
        line = review.lines(uow, uow.get(ChangeRequest, number))[0]
        assert (line.change.old, line.now, line.change.new, line.conflict) == ("Valmont", "Nancy", "Metz", True)
    refused(number, {"town": (YES, "Valmont")}, "« Ville » a changé depuis l’affichage")
    assert recorded("town") == "Nancy"
    decide(number, {"town": (YES, "Nancy")})
    assert recorded("town") == "Metz"
    assert change(number, "town").old == "Nancy"


def test_staff_do_not_decide_nor_undo_their_own_familys_request(database: str) -> None:
    """Row 59."""
    number = ask({"town": "Metz"})
    with system_unit_of_work(writes=True) as uow:
        paul = uow.get(Account, account(PAUL).id)
        paul.own_family_id = account(CLAIRE).family_id
        uow.add(paul)
    refused(number, {"town": YES}, "un collègue doit la traiter")
    decide(number, {"town": NO}, HELENE, reason="Non")
    with pytest.raises(UserError, match="un collègue doit la traiter"):
        undo(number)


def test_another_sites_staff_and_families_meet_no_request(database: str) -> None:
    """Row 58."""
    number = ask({"town": "Metz"})
    for login, code in (("petit.jean", "belrive"), (MARC, "valmont"), (CLAIRE, "valmont")):
        for act in (
            lambda uow: review.decide(uow, number, 1, {"town": (YES, "Valmont")}),
            lambda uow: review.undo(uow, number),
        ):
            with pytest.raises(NotFound), as_(login, code, writes=True) as uow:
                act(uow)
    assert recorded("town") == "Valmont"


def test_an_email_is_accepted_only_once_its_owner_confirmed_it(database: str) -> None:
    number = ask({"email": "nouvelle@example.org"})
    refused(number, {"email": YES}, "pas encore confirmé")
    letter = last(Letter, Letter.kind == "confirm_email")
    change_requests.confirm_email(next(block[2] for block in letter.blocks if block[0] == "link").rpartition("/")[2])
    decide(number, {"email": YES})
    assert recorded("email") == "nouvelle@example.org"
    assert last(Letter).recipient == "nouvelle@example.org"


def test_an_email_that_another_adult_already_has_can_be_accepted(database: str) -> None:
    """Row 60: parents share."""
    number = ask({"email": "marc.aubry@example.org"})
    letter = last(Letter, Letter.kind == "confirm_email")
    change_requests.confirm_email(next(block[2] for block in letter.blocks if block[0] == "link").rpartition("/")[2])
    decide(number, {"email": YES})
    assert recorded("email") == "marc.aubry@example.org"


def test_a_round_makes_one_letter(database: str) -> None:  # row 62
    move_to(DECISION_LETTER_DELAY="120")
    number, other = ask({"town": "Metz", "complement": "Escalier D"}), 0
    decide(number, {"town": YES})
    decide(number, {"complement": NO}, reason="Illisible")
    with as_(CLAIRE, writes=True) as uow:
        change_requests.propose(uow, pupil(uow, "Nino"), {"school": "École Neuve"})
        request = change_requests.pending_request(uow, pupil(uow, "Nino"))
        other = request.id if request else 0
    decide(other, {"school": YES}, HELENE)
    shown = every(Letter, Letter.kind == "request_decided", Letter.state == "waiting", Letter.attempts == 0)
    fresh = [letter for letter in shown if letter.family_id == account(CLAIRE).family_id and letter.due_at > later()]
    assert len(fresh) == 1
    assert fresh[0].subject.startswith("Réponse à votre demande de modification : plusieurs réponses – ")
    assert [block[1] for block in fresh[0].blocks if block[0] == "change"] == [
        "Ville",
        "Complément",
        "Établissement scolaire",
    ]
    assert [block[0] for block in fresh[0].blocks] == ["p", "change", "change", "change", "link", "foot"]
    decide(ask({"town": "Nancy"}), {"town": YES}, now=later(minutes=3))
    assert (last(Letter).kind, last(Letter).id == fresh[0].id) == ("request_decided", False)


@both
def test_a_refusal_stands_beside_its_field_until_it_is_read_or_asked_anew(database: str) -> None:
    def beside() -> dict[str, str]:
        with as_(CLAIRE) as uow:
            row = guardian(uow)
            return {
                name: each.reason
                for name, each in change_requests.shown(uow, [row])["guardian", row.id].refused.items()
            }

    assert beside() == {}
    number = ask({"town": "Metz", "complement": "Escalier D"})
    decide(number, {"town": NO, "complement": NO}, reason="Illisible")
    assert last(Letter).subject.startswith("Réponse à votre demande de modification : refusée – ")
    assert beside() == {"town": "Illisible", "complement": "Illisible"}
    ask({"town": "Nancy"})
    assert beside() == {"complement": "Illisible"}
    with as_(CLAIRE, writes=True) as uow:
        change_requests.read_refusal(uow, guardian(uow), {"complement"})
    assert beside() == {}
    decide(ask({"complement": "Escalier D"}), {"complement": NO}, reason="Toujours illisible")
    assert beside() == {"complement": "Toujours illisible"}


def test_a_personal_word_goes_in_a_letter_of_its_own(database: str) -> None:
    number = ask({"town": "Metz"})
    decide(number, {"town": YES}, message="  Bienvenue à {site} !  ")
    assert "Message du secrétariat : Bienvenue à {site} !" in text_of(last(Letter))


def test_a_familys_letter_is_in_its_language_and_staffs_reason_as_they_wrote_it(database: str) -> None:
    with as_(CLAIRE, writes=True) as uow:
        row = uow.get(Account, uow.account_id)
        row.language = "en"
        uow.add(row)
    number = ask({"town": "Metz"})
    decide(number, {"town": NO}, reason="Il manque un justificatif.")
    letter = last(Letter)
    assert letter.language == "en"
    assert "Acceptée" not in text_of(letter)
    assert "Ville" not in text_of(letter)
    assert "Il manque un justificatif." in text_of(letter)


def test_the_queue_is_oldest_first_and_searched_literally(database: str) -> None:
    """Row 89."""
    number = ask({"town": "Metz"})
    with as_(PAUL) as uow:
        waiting = review.queue(uow)
        asked = [row.request.submitted_at for row in waiting]
        assert asked == sorted(asked)
        assert waiting[-1].request.id == number
        assert review.count(uow) == len(waiting)
        for search in ("aubry claire", "1042", str(number), "AUBRY"):
            assert number in [row.request.id for row in review.queue(uow, search=search)]
        for search in ("%", "_", "'", "\\", "a%y", ".*", "x" * 5000, "9" * 30, "² ½"):
            assert review.queue(uow, search=search) == []
            assert review.count(uow, search=search) == 0
        closed = [row.request.closed_at for row in review.queue(uow, closed=True)]
        assert closed == sorted(closed, reverse=True)
        assert len(closed) == 2


@both
def test_a_search_with_a_zero_byte_asks_like_one_without(database: str) -> None:
    with as_(PAUL) as uow:
        assert review.count(uow, search="\0") == review.count(uow) == 6
        assert review.count(uow, search="Belk\0acem") == 1


def test_who_has_a_request_open_is_named_to_the_others_for_ten_minutes(database: str) -> None:
    number = ask({"town": "Metz"})
    with as_(PAUL, writes=True) as uow:
        review.mark_present(uow, number)
    with as_(HELENE, writes=True) as uow:
        review.mark_present(uow, number)
        assert edit_presence.colleague(uow, uow.get(ChangeRequest, number)) == "Paul Renard"
    with as_(PAUL) as uow:
        assert edit_presence.colleague(uow, uow.get(ChangeRequest, number)) == ""
    with as_(HELENE, now=later(minutes=11)) as uow:
        assert edit_presence.colleague(uow, uow.get(ChangeRequest, number)) == ""
    with as_(PAUL, writes=True) as uow:
        review.mark_present(uow, None)
    with as_(HELENE) as uow:
        assert edit_presence.colleague(uow, uow.get(ChangeRequest, number)) == ""


def test_a_request_whose_record_left_is_filed_as_no_longer_needed(database: str) -> None:
    """Row 61."""
    with system_unit_of_work(writes=True) as uow:
        own = {"site_id": site().id, "family_id": account(CLAIRE).family_id}
        guest = uow.add(Pupil(site_id=own["site_id"], number=9_001, first_name="Zoé", last_name="Aubry"))
        link = uow.add(PupilLink(**own, pupil_id=guest.id))
    with as_(CLAIRE, writes=True) as uow:
        change_requests.propose(uow, pupil(uow, "Zoé"), {"school": "École Neuve"})
    with system_unit_of_work(writes=True) as uow:
        request = last(ChangeRequest)
        uow.change(delete(PupilLink).where(PupilLink.id == link.id))
        uow.change(delete(Pupil).where(Pupil.id == request.sheet_id))
    decide(request.id, {"school": YES})
    assert (last(ChangeRequest).state, last(FieldChange).state) == ("closed", "moot")
    assert [block[-1] for block in last(Letter).blocks if block[0] == "change"] == ["Sans objet"]
    assert any(block[0] == "link" and block[2].endswith("/") for block in last(Letter).blocks)


def test_decided_times_are_shown_in_the_sites_hour(database: str) -> None:
    number = ask({"town": "Metz"})
    noon = later().replace(month=7, day=14, hour=10, minute=5)
    decide(number, {"town": YES}, now=noon)
    refused(number, {"town": YES}, r"le 14 juillet \d{4} à 12\xa0h\xa005\.")
