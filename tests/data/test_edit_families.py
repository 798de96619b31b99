"""Staff correct records at once, with old and new in the journal, and overwrite nothing unseen."""

import pytest
from sqlmodel import select

from data.accounts.models import Account
from data.accounts.sessions import SignIn, sign_in
from data.change_requests import submission as change_requests
from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.unit_of_work import UnitOfWork
from data.directory import edit_families, edit_pupils
from data.directory import records as family_records
from data.directory.edit_families import ASKED, WAS
from data.families import models as families
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.mail.outbox import Letter
from data.mail.rendering import text_of
from data.mail.templates import LetterKind
from tests.demo_users import CLAIRE, HELENE, MARC, PAUL, account, as_, both, every, found, guardian, last, pupil, site

OLD, NEW = "+33698765432", "06 12 34 56 78"


def claires(uow: UnitOfWork) -> Guardian:
    return found(uow.one(select(Guardian).where(Guardian.first_name == "Claire", Guardian.last_name == "Aubry")))


def family(uow: UnitOfWork, number: int) -> Family:
    return families.by_number(uow, number)


@both
def test_a_correction_is_recorded_at_once_with_old_and_new(database: str) -> None:
    with as_(PAUL) as uow:
        done = edit_families.correct(uow, claires(uow), {"phone_mobile": NEW, "town": "Valmont"})
    assert done.changes == [("Téléphone mobile", "06 98 76 54 32", NEW)]
    with as_(CLAIRE) as uow:
        assert guardian(uow).phone_mobile == "+33612345678"
    entry = last(AuditEntry)
    assert (entry.action, entry.actor, entry.changes) == (
        "corrected",
        "Paul Renard",
        {"phone_mobile": [OLD, "+33612345678"]},
    )


@both
def test_nothing_that_changed_meanwhile_is_overwritten_unseen(database: str) -> None:
    with as_(HELENE) as uow:
        edit_families.correct(uow, claires(uow), {"phone_mobile": "06 00 00 00 01"})
    with as_(PAUL) as uow, pytest.raises(ValidationErrors) as invalid:
        edit_families.correct(uow, claires(uow), {"phone_mobile": NEW, WAS + "phone_mobile": OLD})
    assert "06 00 00 00 01" in str(invalid.value.faults["phone_mobile"])
    with as_(PAUL) as uow:  # a field left as it was shown is not sent back over the newer one
        assert not edit_families.correct(uow, claires(uow), {"phone_mobile": OLD, WAS + "phone_mobile": OLD}).changes
        assert claires(uow).phone_mobile == "+33600000001"
        seen = {"phone_mobile": NEW, WAS + "phone_mobile": "+33600000001"}
        assert edit_families.correct(uow, claires(uow), seen).changes


@both
def test_what_a_family_asks_is_seen_before_the_field_is_corrected(database: str) -> None:
    with as_(CLAIRE) as uow:
        change_requests.propose(uow, guardian(uow), {"phone_mobile": "06 11 11 11 11"})
    with as_(PAUL) as uow, pytest.raises(ValidationErrors) as invalid:
        edit_families.correct(uow, claires(uow), {"phone_mobile": NEW})
    assert "06 11 11 11 11" in str(invalid.value.faults["phone_mobile"])
    with as_(PAUL) as uow:
        assert edit_families.correct(
            uow, claires(uow), {"phone_mobile": NEW, ASKED + "phone_mobile": "+33611111111"}
        ).changes
        waiting = edit_families.waiting_for(uow, [claires(uow)])["guardian", claires(uow).id]
        assert waiting["phone_mobile"][0].new == "+33611111111"  # the request stays: the queue shows three values


@both
def test_every_fault_is_reported_and_nothing_is_recorded(database: str) -> None:
    with as_(PAUL) as uow, pytest.raises(ValidationErrors) as invalid:
        edit_families.correct(
            uow,
            claires(uow),
            {"phone_mobile": "12", "birth_date": "31/02/1980", "last_name": "", "postcode": "00100", "town": "X"},
        )
    assert set(invalid.value.faults) == {"phone_mobile", "birth_date", "last_name", "postcode"}
    with as_(CLAIRE) as uow:
        assert guardian(uow).town == "Valmont"


def test_a_new_address_is_notified_to_the_old_one_and_the_account_follows_the_name(database: str) -> None:
    with as_(PAUL) as uow:
        edit_families.correct(uow, claires(uow), {"email": "claire@example.org", "last_name": "Marchal"})
    letter = last(Letter)
    assert (letter.kind, letter.recipient) == ("email_corrected", "claire.aubry@example.org")
    assert account(CLAIRE).name == "Claire Marchal"


def test_staff_do_not_correct_their_own_familys_record(database: str) -> None:
    with as_(HELENE) as uow:
        paul = found(uow.one(select(Account).where(Account.login == PAUL)))
        paul.own_family_id = family(uow, 1042).id
        uow.add(paul)
    with as_(PAUL) as uow, pytest.raises(UserError, match="collègue"):
        edit_families.correct(uow, claires(uow), {"town": "Metz"})


@both
def test_families_adults_and_pupils_are_added_with_numbers_that_are_free(database: str) -> None:
    adult = {"last_name": "Lenoir", "first_name": "Zoé"}
    with as_(PAUL) as uow, pytest.raises(ValidationErrors) as invalid:
        edit_families.add_family(uow, {**adult, "number": "1042", "last_name": ""})
    assert set(invalid.value.faults) == {"number", "last_name"}
    for odd in ("", "x", "-1", "0", "1.5", "²", "9" * 12):
        with as_(PAUL) as uow, pytest.raises(ValidationErrors):
            edit_families.add_family(uow, {**adult, "number": odd})
    with as_(PAUL) as uow:
        made = edit_families.add_family(uow, {**adult, "number": str(edit_families.next_number(uow, Family))})
        edit_families.add_adult(uow, made, {"last_name": "Lenoir", "first_name": "Ali"})
        added = edit_pupils.add_pupil(uow, made, {**adult, "number": "70001", "birth_date": "04/05/2015"})
        adults, pupils = families.of_family(uow, made.id)
        assert [each.first_name for each in adults] == ["Zoé", "Ali"]
        assert [(each.id, link.household) for each, link in pupils] == [(added.id, "principal")]
    with as_(HELENE) as uow:
        assert {entry.action for entry in family_records.journal_of(uow, made.id)} == {
            "family added",
            "adult added",
            "pupil added",
        }


@both
def test_an_adult_who_leaves_takes_the_account_away_and_the_last_one_stays(database: str) -> None:
    sign_in(account(CLAIRE))
    with as_(PAUL) as uow, pytest.raises(UserError, match="seul adulte"):
        edit_families.remove_adult(uow, claires(uow))
    with as_(PAUL) as uow:
        other = edit_families.add_adult(uow, family(uow, 1042), {"last_name": "Aubry", "first_name": "Zoé"})
        edit_families.put_first(uow, other)
        assert families.of_family(uow, other.family_id or 0)[0][0].id == other.id
        edit_families.remove_adult(uow, claires(uow))
    gone = account(CLAIRE)
    assert (gone.disabled, gone.guardian_id) == (True, None)
    assert all(each.ended_at for each in every(SignIn, SignIn.account_id == gone.id))
    assert "claire.aubry@example.org" in str(last(AuditEntry, AuditEntry.action == "adult removed").changes)


def test_the_responsable_alone_lifts_a_protection(database: str) -> None:
    with as_(PAUL) as uow:
        edit_families.hide_contact(uow, claires(uow), hidden=True)
        edit_families.correct(uow, claires(uow), {"address": "Ailleurs", "profession": "Autre"})
        assert (claires(uow).address, claires(uow).profession) == ("3 place du Marché", "Autre")
    with as_(PAUL) as uow, pytest.raises(UserError, match="responsable"):
        edit_families.hide_contact(uow, claires(uow), hidden=False)
    with as_(HELENE) as uow:
        edit_families.hide_contact(uow, claires(uow), hidden=False)
        assert not claires(uow).contact_hidden


@both
def test_a_pupil_has_one_principal_household_and_at_most_two(database: str) -> None:
    with as_(PAUL) as uow:
        irina, nino = pupil(uow, "Irina"), pupil(uow, "Nino")
        first, second = edit_pupils.households(uow, [irina.id])[irina.id]
        assert (first.family.number, second.family.number) == (1042, 1043)
        with pytest.raises(UserError, match="choisissez aussi « Tout »"):
            edit_pupils.change_link(uow, second.link.id, "principal", "consult")
        with pytest.raises(UserError, match="Désignez l’autre foyer"):
            edit_pupils.change_link(uow, first.link.id, "second", "all")
        edit_pupils.change_link(uow, second.link.id, "principal", "all")
        homes = {each.family.number: each.link for each in edit_pupils.households(uow, [irina.id])[irina.id]}
        assert (homes[1043].household, homes[1043].rights, homes[1042].household) == ("principal", "all", "second")
        edit_pupils.change_link(uow, homes[1042].id, "second", "consult")
        linked = edit_pupils.link(uow, family(uow, 1043), str(nino.number), "consult")
        assert linked.id == nino.id
    with as_(MARC, writes=False) as uow:
        assert [each.first_name for each, _ in families.pupils(uow)] == ["Irina", "Nino"] or len(
            families.pupils(uow)
        ) == 2
    for number in ("2043", "2042", "99999", "x", ""):
        with as_(PAUL) as uow, pytest.raises(UserError):
            edit_pupils.link(uow, family(uow, 1077 if number == "2042" else 1043), number, "all")
    with as_(PAUL) as uow:
        link = uow.all(select(PupilLink).where(PupilLink.pupil_id == irina.id))
        principal = next(each.id for each in link if each.household == "principal")
        with pytest.raises(UserError, match="ce que l’autre foyer pourra faire"):
            edit_pupils.unlink(uow, principal)
        edit_pupils.unlink(uow, principal, "consult")
        [left] = edit_pupils.households(uow, [irina.id])[irina.id]
        assert (left.family.number, left.link.household, left.link.rights) == (1042, "principal", "consult")
        edit_pupils.change_link(uow, left.link.id, "principal", "all")
        with pytest.raises(UserError, match="seul foyer"):
            edit_pupils.unlink(uow, left.link.id)


def test_households_are_notified_of_what_they_may_do_and_of_nobody_else(database: str) -> None:
    with as_(PAUL) as uow:
        first, second = edit_pupils.households(uow, [pupil(uow, "Irina").id])[pupil(uow, "Irina").id]
        edit_pupils.unlink(uow, first.link.id, "all")
    claires, marcs = every(Letter, Letter.kind == LetterKind.HOUSEHOLD_CHANGED)[::-1]
    assert (claires.recipient, marcs.recipient) == ("claire.aubry@example.org", "marc.aubry@example.org")
    assert [block[1:4] for block in marcs.blocks if block[0] == "change"] == [
        ["Rattachement", "Second foyer", "Principal"],
        ["Droits", "Consulter", "Tout"],
    ]
    assert "Claire" not in text_of(marcs)
    assert "Marc" not in text_of(claires)
    actions = [(entry.action, entry.family_id) for entry in every(AuditEntry)][-2:]
    assert actions == [("link changed", second.family.id), ("pupil unlinked", first.family.id)]


def test_these_acts_are_not_a_familys_nor_another_sites(database: str) -> None:
    with as_(PAUL) as uow:
        theirs, link = claires(uow).id, uow.all(select(PupilLink))[0].id
    with as_(CLAIRE) as uow:
        own = uow.get(Guardian, theirs)
        for act in (
            lambda: edit_families.correct(uow, own, {"town": "Metz"}),
            lambda: edit_families.add_family(uow, {}),
            lambda: edit_families.remove_adult(uow, own),
            lambda: edit_families.put_first(uow, own),
            lambda: edit_families.hide_contact(uow, own, hidden=True),
            lambda: edit_pupils.change_link(uow, link, "second", "all"),
            lambda: edit_pupils.unlink(uow, link),
            lambda: edit_pupils.link(uow, uow.get(Family, own.family_id), "2077", "all"),
            lambda: edit_pupils.households(uow, [1]),
            lambda: family_records.journal_of(uow, own.family_id or 0),
        ):
            with pytest.raises(NotFound):
                act()
    with as_("petit.jean", "belrive") as uow:
        for table, key in ((Guardian, theirs), (PupilLink, link)):
            with pytest.raises(NotFound):
                uow.get(table, key)
        with pytest.raises(NotFound):
            families.by_number(uow, 1077)
        assert uow.all(select(Pupil).where(Pupil.site_id == site().id)) == []
