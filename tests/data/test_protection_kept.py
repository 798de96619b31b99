"""A protection order does not end, and nobody comes into what it keeps, by an act of the secretariat (R-73)."""

import pytest
from sqlmodel import col, select

from data.access_grants import batches as access_batches
from data.access_grants.batches import AccessBatch
from data.core.audit import Action, AuditEntry
from data.core.errors import NotFound, UserError
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.directory import edit_families, edit_pupils, search
from data.families import models as families
from data.families import protection
from data.families.models import Guardian, Pupil, PupilLink
from tests.data.import_helpers import bring
from tests.demo_users import CLAIRE, HELENE, MARC, PAUL, account, as_, both, every, last, pupil

ZOE = {"last_name": "Aubry", "first_name": "Zoé", "email": "zoe.aubry@example.org", "phone_mobile": "06 55 44 33 11"}


def household(uow: UnitOfWork) -> families.Family:
    return families.by_number(uow, 1042)


def claires(uow: UnitOfWork) -> Guardian:
    return uow.get(Guardian, account(CLAIRE).guardian_id)


def hide(*, hidden: bool = True) -> None:
    with as_(HELENE) as uow:
        edit_families.hide_contact(uow, claires(uow), hidden=hidden)


@both
def test_everybody_of_the_household_is_under_it_and_who_comes_later(database: str) -> None:
    """They live there too: one adult’s number would tell where the other is."""
    with as_(PAUL) as uow:
        zoe = edit_families.add_adult(uow, household(uow), ZOE).id
        edit_families.hide_contact(uow, claires(uow), hidden=True)
    with as_(HELENE) as uow:
        edit_families.add_adult(uow, household(uow), {**ZOE, "first_name": "Ada", "email": "ada.aubry@example.org"})
    bring("families", "N° famille;Rang;Nom;Prénom;E-mail\r\n1042;4;Aubry;Iris;iris.aubry@example.org\r\n")
    adults = every(Guardian, Guardian.family_id == account(CLAIRE).family_id)
    assert [(each.first_name, each.contact_hidden) for each in adults] == [
        (name, True) for name in ("Claire", "Zoé", "Ada", "Iris")
    ]
    with as_(PAUL, writes=False) as uow:
        assert not any(protection.contact_shown(uow, each) for each in families.adults_of(uow, adults[0].family_id))
        for typed in ("zoe.aubry", "0655443311", "ada.aubry", "iris.aubry"):
            assert not search.find(uow, typed).families, typed
    noted = every(AuditEntry, AuditEntry.action == Action.CONTACT_HIDDEN, AuditEntry.family_id == adults[0].family_id)
    assert {each.subject_id for each in noted} == {account(CLAIRE).guardian_id, zoe}
    hide(hidden=False)
    assert not any(each.contact_hidden for each in every(Guardian, Guardian.family_id == adults[0].family_id))


@both
def test_the_secretariat_brings_nobody_in_and_takes_nobody_out(database: str) -> None:
    """An adult whom they add would have an account that reads all; without the protected adult nothing is kept any more."""
    with as_(PAUL) as uow:
        zoe = edit_families.add_adult(uow, household(uow), ZOE).id
    hide()
    with as_(PAUL) as uow:
        link = uow.all(select(PupilLink).where(PupilLink.family_id == household(uow).id))[0].id
        irina, nino = pupil(uow, "Irina"), pupil(uow, "Nino")
        for act in (
            lambda: edit_families.add_adult(uow, household(uow), {**ZOE, "first_name": "Ada"}),
            lambda: edit_families.remove_adult(uow, claires(uow)),
            lambda: edit_families.remove_adult(uow, uow.get(Guardian, zoe)),
            lambda: edit_pupils.unlink(uow, link, "all"),
            lambda: edit_pupils.link(uow, families.by_number(uow, 1077), str(nino.number), "consult"),
        ):
            with pytest.raises(UserError, match="responsable du portail"):
                act()
        edit_families.correct(uow, uow.get(Guardian, zoe), {"email": "paul@example.org", "profession": "Juge"})
        assert irina.id
    [row] = every(Guardian, Guardian.id == zoe)
    assert (row.email, row.profession) == (ZOE["email"], "Juge")
    with as_(HELENE) as uow:
        edit_families.remove_adult(uow, uow.get(Guardian, zoe))
    assert not every(Guardian, Guardian.id == zoe)


@both
def test_a_pupil_who_leaves_a_protected_household_tells_the_other_one_no_address(database: str) -> None:
    hide()
    with as_(HELENE) as uow:
        irina = pupil(uow, "Irina")
        edit_families.correct(uow, irina, {"address": "5 rue Tue", "phone": "06 55 44 33 22"})
        links = uow.all(select(PupilLink).where(PupilLink.pupil_id == irina.id))
        mine = next(each.id for each in links if each.family_id == household(uow).id)
        with pytest.raises(UserError, match="l’autre foyer les lirait"):
            edit_pupils.unlink(uow, mine, "consult")
        edit_families.correct(uow, irina, {"address": "", "phone": "", "email": ""})
        edit_pupils.unlink(uow, mine, "consult")
    with as_(MARC, writes=False) as uow:
        row = uow.get(Pupil, irina.id)
        assert (row.address, row.phone, row.email) == ("", "", "")


def printed(login: str) -> int:
    with as_(login) as uow:
        batch = access_batches.start(uow, "letter", [account(CLAIRE).id]).id
    access_batches.work(batch)
    return batch


def test_letters_that_were_printed_before_are_not_opened_since(database: str) -> None:
    """They bear the address, whoever printed them; those that the secretariat prints from then on bear none."""
    before = printed(PAUL)
    with as_(PAUL) as uow:
        assert access_batches.content_of(uow, before)
    hide()
    with as_(PAUL) as uow, pytest.raises(NotFound):
        access_batches.content_of(uow, before)
    since = printed(PAUL)
    for login in (PAUL, HELENE):
        with as_(login) as uow:
            assert access_batches.content_of(uow, since)


def test_letters_of_somebody_who_was_responsable_stay_the_responsables(database: str) -> None:
    hide()
    batch = printed(HELENE)
    with system_unit_of_work(writes=True) as uow:
        row = uow.get(type(account(HELENE)), account(HELENE).id)
        row.role = "secretariat"
        uow.add(row)
    with as_(PAUL) as uow, pytest.raises(NotFound):
        access_batches.content_of(uow, batch)
    assert last(AccessBatch).id == batch
    assert not every(AuditEntry, AuditEntry.action == Action.ACCESS_LETTERS_READ, col(AuditEntry.subject_id) == batch)
