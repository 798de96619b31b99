"""Staff correct records at once, with old and new in the journal, and overwrite nothing unseen."""

import pytest
from sqlmodel import select

from data.accounts.models import Account
from data.accounts.sessions import SignIn, sign_in
from data.change_requests import submission as change_requests
from data.core.audit import AuditEntry
from data.core.errors import Faulty, NotYours, Refused
from data.core.unit_of_work import Visit
from data.directory import edit_families, edit_pupils
from data.directory import records as family_records
from data.directory.edit_families import ASKED, WAS
from data.families import models as families
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.mail.outbox import Letter
from tests.demo_users import CLAIRE, HELENE, MARC, PAUL, account, as_, both, every, found, guardian, last, pupil, site

OLD, NEW = "+33698765432", "06 12 34 56 78"


def claires(v: Visit) -> Guardian:
    return found(v.one(select(Guardian).where(Guardian.first_name == "Claire", Guardian.last_name == "Aubry")))


def family(v: Visit, number: int) -> Family:
    return families.by_number(v, number)


@both
def test_a_correction_is_recorded_at_once_with_old_and_new(house: str) -> None:
    with as_(PAUL) as v:
        done = edit_families.correct(v, claires(v), {"phone_mobile": NEW, "town": "Valmont"})
    assert done.changes == [("Téléphone mobile", "06 98 76 54 32", NEW)]
    with as_(CLAIRE) as v:
        assert guardian(v).phone_mobile == "+33612345678"
    entry = last(AuditEntry)
    assert (entry.action, entry.actor, entry.changes) == (
        "corrected",
        "Paul Renard",
        {"phone_mobile": [OLD, "+33612345678"]},
    )


@both
def test_nothing_that_changed_meanwhile_is_overwritten_unseen(house: str) -> None:
    with as_(HELENE) as v:
        edit_families.correct(v, claires(v), {"phone_mobile": "06 00 00 00 01"})
    with as_(PAUL) as v, pytest.raises(Faulty) as faulty:
        edit_families.correct(v, claires(v), {"phone_mobile": NEW, WAS + "phone_mobile": OLD})
    assert "06 00 00 00 01" in str(faulty.value.faults["phone_mobile"])
    with as_(PAUL) as v:  # a field left as it was shown is not sent back over the newer one
        assert not edit_families.correct(v, claires(v), {"phone_mobile": OLD, WAS + "phone_mobile": OLD}).changes
        assert claires(v).phone_mobile == "+33600000001"
        seen = {"phone_mobile": NEW, WAS + "phone_mobile": "+33600000001"}
        assert edit_families.correct(v, claires(v), seen).changes


@both
def test_what_a_family_asks_is_seen_before_the_field_is_corrected(house: str) -> None:
    with as_(CLAIRE) as v:
        change_requests.propose(v, guardian(v), {"phone_mobile": "06 11 11 11 11"})
    with as_(PAUL) as v, pytest.raises(Faulty) as faulty:
        edit_families.correct(v, claires(v), {"phone_mobile": NEW})
    assert "06 11 11 11 11" in str(faulty.value.faults["phone_mobile"])
    with as_(PAUL) as v:
        assert edit_families.correct(
            v, claires(v), {"phone_mobile": NEW, ASKED + "phone_mobile": "+33611111111"}
        ).changes
        waiting = edit_families.waiting_for(v, [claires(v)])["guardian", claires(v).id]
        assert waiting["phone_mobile"][0].new == "+33611111111"  # the request stays: the queue shows three values


@both
def test_every_fault_is_told_and_nothing_is_recorded(house: str) -> None:
    with as_(PAUL) as v, pytest.raises(Faulty) as faulty:
        edit_families.correct(
            v,
            claires(v),
            {"phone_mobile": "12", "birth_date": "31/02/1980", "last_name": "", "postcode": "00100", "town": "X"},
        )
    assert set(faulty.value.faults) == {"phone_mobile", "birth_date", "last_name", "postcode"}
    with as_(CLAIRE) as v:
        assert guardian(v).town == "Valmont"


def test_a_new_address_is_told_to_the_old_one_and_the_account_follows_the_name(house: str) -> None:
    with as_(PAUL) as v:
        edit_families.correct(v, claires(v), {"email": "claire@example.org", "last_name": "Marchal"})
    letter = last(Letter)
    assert (letter.kind, letter.recipient) == ("email_corrected", "claire.aubry@example.org")
    assert account(CLAIRE).name == "Claire Marchal"


def test_staff_do_not_correct_their_own_familys_sheet(house: str) -> None:
    with as_(HELENE) as v:
        paul = found(v.one(select(Account).where(Account.login == PAUL)))
        paul.own_family_id = family(v, 1042).id
        v.add(paul)
    with as_(PAUL) as v, pytest.raises(Refused, match="collègue"):
        edit_families.correct(v, claires(v), {"town": "Metz"})


@both
def test_families_adults_and_pupils_are_added_with_numbers_that_are_free(house: str) -> None:
    adult = {"last_name": "Lenoir", "first_name": "Zoé"}
    with as_(PAUL) as v, pytest.raises(Faulty) as faulty:
        edit_families.add_family(v, {**adult, "number": "1042", "last_name": ""})
    assert set(faulty.value.faults) == {"number", "last_name"}
    for odd in ("", "x", "-1", "0", "1.5", "²", "9" * 12):
        with as_(PAUL) as v, pytest.raises(Faulty):
            edit_families.add_family(v, {**adult, "number": odd})
    with as_(PAUL) as v:
        made = edit_families.add_family(v, {**adult, "number": str(edit_families.next_number(v, Family))})
        edit_families.add_adult(v, made, {"last_name": "Lenoir", "first_name": "Ali"})
        added = edit_pupils.add_pupil(v, made, {**adult, "number": "70001", "birth_date": "04/05/2015"})
        adults, pupils = families.of_family(v, made.id)
        assert [each.first_name for each in adults] == ["Zoé", "Ali"]
        assert [(each.id, link.household) for each, link in pupils] == [(added.id, "principal")]
    with as_(HELENE) as v:
        assert {entry.action for entry in family_records.journal_of(v, made.id)} == {
            "family added",
            "adult added",
            "pupil added",
        }


@both
def test_an_adult_who_leaves_takes_the_account_away_and_the_last_one_stays(house: str) -> None:
    sign_in(account(CLAIRE))
    with as_(PAUL) as v, pytest.raises(Refused, match="seul adulte"):
        edit_families.remove_adult(v, claires(v))
    with as_(PAUL) as v:
        other = edit_families.add_adult(v, family(v, 1042), {"last_name": "Aubry", "first_name": "Zoé"})
        edit_families.put_first(v, other)
        assert families.of_family(v, other.family_id or 0)[0][0].id == other.id
        edit_families.remove_adult(v, claires(v))
    gone = account(CLAIRE)
    assert (gone.disabled, gone.guardian_id) == (True, None)
    assert all(each.ended_at for each in every(SignIn, SignIn.account_id == gone.id))
    assert "claire.aubry@example.org" in str(last(AuditEntry, AuditEntry.action == "adult removed").changes)


def test_the_responsable_alone_lifts_a_protection(house: str) -> None:
    with as_(PAUL) as v:
        edit_families.hide_contact(v, claires(v), hidden=True)
        edit_families.correct(v, claires(v), {"address": "Ailleurs", "profession": "Autre"})
        assert (claires(v).address, claires(v).profession) == ("3 place du Marché", "Autre")
    with as_(PAUL) as v, pytest.raises(Refused, match="responsable"):
        edit_families.hide_contact(v, claires(v), hidden=False)
    with as_(HELENE) as v:
        edit_families.hide_contact(v, claires(v), hidden=False)
        assert not claires(v).contact_hidden


@both
def test_a_pupil_has_one_principal_household_and_at_most_two(house: str) -> None:
    with as_(PAUL) as v:
        irina, nino = pupil(v, "Irina"), pupil(v, "Nino")
        first, second = edit_pupils.households(v, [irina.id])[irina.id]
        assert (first.family.number, second.family.number) == (1042, 1043)
        edit_pupils.change_link(v, second.link.id, "principal", "consult")
        homes = {each.family.number: each.link for each in edit_pupils.households(v, [irina.id])[irina.id]}
        assert (homes[1043].household, homes[1043].rights, homes[1042].household) == ("principal", "all", "second")
        edit_pupils.change_link(v, homes[1042].id, "second", "consult")
        linked = edit_pupils.link(v, family(v, 1043), str(nino.number), "consult")
        assert linked.id == nino.id
    with as_(MARC, writes=False) as v:
        assert [each.first_name for each, _ in families.pupils(v)] == ["Irina", "Nino"] or len(families.pupils(v)) == 2
    for number in ("2043", "2042", "99999", "x", ""):
        with as_(PAUL) as v, pytest.raises(Refused):
            edit_pupils.link(v, family(v, 1077 if number == "2042" else 1043), number, "all")
    with as_(PAUL) as v:
        link = v.all(select(PupilLink).where(PupilLink.pupil_id == irina.id))
        edit_pupils.unlink(v, next(each.id for each in link if each.household == "principal"))
        [left] = edit_pupils.households(v, [irina.id])[irina.id]
        assert (left.family.number, left.link.household, left.link.rights) == (1042, "principal", "all")
        with pytest.raises(Refused, match="seul foyer"):
            edit_pupils.unlink(v, left.link.id)


def test_these_acts_are_not_a_familys_nor_another_sites(house: str) -> None:
    with as_(PAUL) as v:
        theirs, link = claires(v).id, v.all(select(PupilLink))[0].id
    with as_(CLAIRE) as v:
        own = v.get(Guardian, theirs)
        for act in (
            lambda: edit_families.correct(v, own, {"town": "Metz"}),
            lambda: edit_families.add_family(v, {}),
            lambda: edit_families.remove_adult(v, own),
            lambda: edit_families.put_first(v, own),
            lambda: edit_families.hide_contact(v, own, hidden=True),
            lambda: edit_pupils.change_link(v, link, "second", "all"),
            lambda: edit_pupils.unlink(v, link),
            lambda: edit_pupils.link(v, v.get(Family, own.family_id), "2077", "all"),
            lambda: edit_pupils.households(v, [1]),
            lambda: family_records.journal_of(v, own.family_id or 0),
        ):
            with pytest.raises(NotYours):
                act()
    with as_("petit.jean", "belrive") as v:
        for table, key in ((Guardian, theirs), (PupilLink, link)):
            with pytest.raises(NotYours):
                v.get(table, key)
        with pytest.raises(NotYours):
            families.by_number(v, 1077)
        assert v.all(select(Pupil).where(Pupil.site_id == site().id)) == []
