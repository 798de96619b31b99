"""A family meets its own records only, staff their site's only: every form of statement, every table, every role."""

# ruff: noqa: PT012, TID251
import pytest
from sqlalchemy import exists, func, insert, text, union, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import col, delete, select

from data.accounts.models import Account
from data.accounts.rate_limit import Throttle
from data.accounts.sessions import SignIn
from data.change_requests import submission as change_requests
from data.change_requests.models import ChangeRequest
from data.core import audit
from data.core import database as database_module
from data.core.audit import AuditEntry
from data.core.errors import NotFound
from data.core.scope import ScopeViolation
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork, parts, unit_of_work
from data.families import models as families
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.group_letters.models import GroupRecipient
from data.mail.outbox import Letter
from data.office import family_home
from tests.demo_users import as_, both

ROLES = [
    ("aubry.claire", "valmont"),
    ("aubry.marc", "valmont"),
    ("renard.paul", "valmont"),
    ("lemoine.helene", "valmont"),
    ("aubry.claire", "belrive"),
    ("petit.jean", "belrive"),
]


def guardian_forms(uow: UnitOfWork) -> dict[str, list[str]]:
    """The first names that each form of question brings, sorted."""
    one, other = aliased(Guardian), aliased(Family)
    sub = select(Guardian).subquery()
    through = aliased(Guardian, sub)
    cte, part = select(Guardian.id, Guardian.first_name).cte(), parts(2).c.part
    names = lambda found: sorted(str(each) for each in found)  # noqa: E731
    return {
        "entity": names(guardian.first_name for guardian in uow.all(select(Guardian))),
        "column": names(uow.all(select(Guardian.first_name))),
        "select_from": names(row[0] for row in uow.rows(select(col(Guardian.first_name)).select_from(Guardian))),
        "join": names(
            row[0] for row in uow.rows(select(Guardian.first_name).join(Family, col(Family.id) == Guardian.family_id))
        ),
        "outerjoin": names(
            row[1]
            for row in uow.rows(
                select(Family.id, Guardian.first_name).outerjoin(Guardian, col(Family.id) == Guardian.family_id)
            )
            if row[1]
        ),
        "exists": names(
            row[0]
            for row in uow.rows(select(Guardian.first_name).where(exists().where(col(Family.id) == Guardian.family_id)))
        ),
        "in": names(uow.all(select(Guardian.first_name).where(col(Guardian.family_id).in_(select(Family.id))))),
        "aliased": names(uow.all(select(one.first_name))),
        "aliased join": names(
            row[0] for row in uow.rows(select(one.first_name).join(other, other.id == one.family_id))
        ),
        "subquery": names(row[0] for row in uow.rows(select(sub.c.first_name))),
        "aliased subquery": names(guardian.first_name for guardian in uow.all(select(through))),
        "cte": names(row[0] for row in uow.rows(select(cte.c.first_name))),
        "parts": names(
            row[0]
            for row in uow.rows(
                select(Guardian.first_name).select_from(part.table).outerjoin(Guardian, part == 1).order_by(part)
            )
            if row[0]
        ),
        "union": names(row[0] for row in uow.rows(union(select(Guardian.first_name), select(Guardian.first_name)))),
    }


@both
def test_every_form_of_question_brings_only_the_familys_adults(database: str) -> None:
    with as_("aubry.claire") as uow:
        for form, names in guardian_forms(uow).items():
            assert names == ["Claire"], form
        assert uow.count(select(func.count(col(Guardian.id)))) == 1
        assert uow.rows(select(Family.number, select(func.count(col(Guardian.id))).scalar_subquery())) == [(1042, 1)]


@both
def test_an_aliased_join_of_a_table_with_itself_is_scoped_on_both_sides(database: str) -> None:
    with as_("aubry.claire") as uow:
        other, elsewhere = aliased(Guardian), aliased(PupilLink)
        pairs = uow.rows(select(Guardian.first_name, other.first_name).join(other, other.id != Guardian.id + 1000))
        assert pairs == [("Claire", "Claire")]
        pairs = uow.rows(
            select(Guardian.first_name, other.first_name).outerjoin(other, other.family_id != Guardian.family_id)
        )
        assert pairs == [("Claire", None)]
        links = uow.rows(
            select(PupilLink.family_id, elsewhere.family_id).join(elsewhere, elsewhere.pupil_id == PupilLink.pupil_id)
        )
        assert {family for row in links for family in row} == {uow.family_id}


@both
def test_staff_meet_their_site_and_no_other(database: str) -> None:
    with as_("renard.paul") as uow:
        sites = {guardian.site_id for guardian in uow.all(select(Guardian))}
        assert sites == {uow.site_id}
        assert len(uow.all(select(Guardian))) > 20
    with as_("petit.jean", "belrive") as uow:
        assert [guardian.first_name for guardian in uow.all(select(Guardian))] == ["Claire"]


@pytest.mark.parametrize(("login", "site"), ROLES)
def test_no_table_shows_another_site_to_any_role(database: str, login: str, site: str) -> None:
    with as_(login, site) as uow:
        for table in database_module.table_classes():
            for row in uow.all(select(table)):
                assert getattr(row, "site_id", getattr(row, "id", None)) == uow.site_id, table


@pytest.mark.parametrize(("login", "site"), ROLES)
def test_no_table_shows_another_family_to_a_family(database: str, login: str, site: str) -> None:
    with as_(login, site) as uow:
        if uow.is_staff:
            assert uow.all(select(Family))
            return
        for table in database_module.table_classes():
            if table.scope == "family":
                key = "id" if table is Family else "family_id"
                assert {getattr(row, key) for row in uow.all(select(table))} <= {uow.family_id}, table
        assert uow.all(select(AuditEntry)) == []
        assert uow.all(select(Throttle)) == []


@both
def test_what_several_parts_of_one_question_bring_is_the_familys(database: str) -> None:
    for login in ("aubry.claire", "belkacem.samir"):
        with as_(login, writes=False) as uow:
            found = family_home.exchange(uow)
            theirs = [*found.adults, *found.messages, *found.notices, *(request for request, *_ in found.changes)]
            assert {each.family_id for each in theirs} == {uow.family_id}
            assert found.me in found.adults
            sent = col(GroupRecipient.letter_id).in_([each.id for each in found.awaited])
            recipients = uow.all(select(GroupRecipient).where(sent))
            assert (len(found.news), len(found.awaited)) == (1, int(login == "belkacem.samir"))
            assert {each.family_id for each in recipients} <= {uow.family_id}
            assert found.campaigns


@both
def test_a_stranger_meets_nothing(database: str) -> None:
    with unit_of_work(None) as uow:
        for table in database_module.table_classes():
            assert uow.all(select(table)) == [], table


@both
def test_a_pupil_is_met_by_both_its_households_and_by_no_other(database: str) -> None:
    def names(login: str, site: str = "valmont") -> list[str]:
        with as_(login, site) as uow:
            return sorted(pupil.first_name for pupil in uow.all(select(Pupil)))

    assert names("aubry.claire") == ["Irina", "Nino"]
    assert names("aubry.marc") == ["Irina"]
    assert names("belkacem.samir") == ["Samir"]
    assert names("aubry.claire", "belrive") == ["Gaspard"]


@both
def test_a_key_of_another_family_is_like_a_key_that_is_not_there(database: str) -> None:
    with system_unit_of_work() as uow:
        other = next(guardian.id for guardian in uow.all(select(Guardian)) if guardian.first_name == "Samir")
        pupil = next(pupil.id for pupil in uow.all(select(Pupil)) if pupil.first_name == "Samir")
    with as_("aubry.claire") as uow:
        for table, key in (
            (Guardian, other),
            (Pupil, pupil),
            (Guardian, 10**6),
            (Guardian, "1"),
            (Guardian, True),
            (Guardian, 2**40),
        ):
            with pytest.raises(NotFound):
                uow.get(table, key)


@both
def test_updates_and_deletes_change_only_the_familys_rows(database: str) -> None:
    with as_("aubry.claire", writes=True) as uow:
        assert uow.change(update(Guardian).values(profession="Luthière")) == 1
        assert uow.change(delete(Guardian).where(col(Guardian.first_name) == "Samir")) == 0
    with system_unit_of_work() as uow:
        assert [guardian.first_name for guardian in uow.all(select(Guardian)) if guardian.profession == "Luthière"] == [
            "Claire"
        ]


@both
def test_forms_that_cannot_be_scoped_are_refused(database: str) -> None:
    core = Guardian.__table__
    escapes = [
        text("SELECT * FROM guardian"),
        select(core),
        update(core).values(profession="x"),
        select(core.c.first_name),
        select(Guardian).from_statement(text("SELECT * FROM guardian")),
        insert(Guardian).values(site_id=1),
    ]
    with as_("aubry.claire", writes=True) as uow:
        for statement in escapes:
            with pytest.raises(ScopeViolation):
                uow.rows(statement)
        with pytest.raises(ScopeViolation):
            uow._session.execute(update(Guardian), [{"id": 2, "profession": "x"}])


@both
def test_a_row_cannot_be_added_to_or_moved_into_another_family(database: str) -> None:
    with as_("belkacem.samir") as uow:
        others = uow.family_id
    with pytest.raises(ScopeViolation), as_("aubry.claire", writes=True) as uow:
        uow.add(Guardian(site_id=uow.site_id, family_id=others, first_name="Intruse", last_name="X"))
    with pytest.raises(ScopeViolation), as_("aubry.claire", writes=True) as uow:
        own = families.guardians(uow)[0]
        own.family_id = others
        uow.add(own)
    with system_unit_of_work() as uow:
        assert not [guardian for guardian in uow.all(select(Guardian)) if guardian.first_name == "Intruse"]


@both
def test_a_family_adds_no_pupil_and_no_row_to_a_pupil_who_is_not_theirs(database: str) -> None:
    with system_unit_of_work() as uow:
        stranger = next(pupil.id for pupil in uow.all(select(Pupil)) if pupil.first_name == "Samir")
    with pytest.raises(ScopeViolation), as_("aubry.claire", writes=True) as uow:
        uow.add(Pupil(site_id=uow.site_id, number=99999, first_name="X", last_name="Y"))
    from data.families.stored_files import StoredFile

    with pytest.raises(ScopeViolation), as_("aubry.claire", writes=True) as uow:
        uow.add(
            StoredFile(
                site_id=uow.site_id,
                pupil_id=stranger,
                name="a",
                kind="photo",
                media_type="image/jpeg",
                size=1,
                sha256="",
                created_at=uow.now,
            )
        )


def test_staff_rows_are_added_by_a_familys_act_but_never_changed_by_it(database: str) -> None:
    with as_("aubry.claire", writes=True) as uow:
        audit.note(uow, "tried")
        assert uow.all(select(AuditEntry)) == []
    with pytest.raises(ScopeViolation), as_("aubry.claire", writes=True) as uow:
        uow.add(Throttle(site_id=uow.site_id, key="mine"))


@both
def test_a_reading_unit_of_work_writes_nothing(database: str) -> None:
    with pytest.raises(ScopeViolation), as_("aubry.claire", writes=False) as uow:
        own = families.guardians(uow)[0]
        own.profession = "x"
        uow.add(own)


@both
def test_a_unit_of_work_that_fails_leaves_nothing_and_a_closed_one_answers_nothing(database: str) -> None:
    with pytest.raises(ZeroDivisionError), as_("aubry.claire", writes=True) as uow:
        families.guardians(uow)[0].profession = "x"
        uow.flush()
        raise ZeroDivisionError
    with as_("aubry.claire") as uow:
        assert families.guardians(uow)[0].profession == "Infirmière"
    with pytest.raises(Exception, match="closed"):
        uow.all(select(Guardian))


def test_a_familys_operations_cannot_be_those_of_the_staff(database: str) -> None:
    from data.change_requests import review

    with as_("aubry.claire", writes=True) as uow:
        outcome = change_requests.propose(uow, families.guardians(uow)[0], {"phone_mobile": "06 12 34 56 78"})
        assert outcome.asked
        request = uow.one(select(ChangeRequest).where(ChangeRequest.state == "pending"))
        for act in (
            lambda: review.decide(uow, request.id, request.version, {"phone_mobile": ("accepted", "")}),
            lambda: review.undo(uow, request.id),
            lambda: review.queue(uow),
            lambda: review.lines(uow, request),
            lambda: review.mark_present(uow, request.id),
            lambda: review.count(uow),
        ):
            with pytest.raises(NotFound):
                act()


def test_every_table_names_its_scope_and_its_site() -> None:
    for table in database_module.table_classes():
        assert table.scope in {"site", "family", "pupil", "staff", "system"}, table
        assert table is Site or "site_id" in table.model_fields, table
        says_itself = "scope_clause" in vars(table)  # which rows are a family's
        assert table.scope != "family" or says_itself or "family_id" in table.model_fields, table
        assert table.scope != "pupil" or table is Pupil or "pupil_id" in table.model_fields, table
    assert {SignIn, Letter, Account, ChangeRequest} <= set(database_module.table_classes())


@both
def test_a_copied_site_cannot_disagree_with_the_familys(database: str) -> None:
    with system_unit_of_work() as uow:
        belrive = uow.one(select(Site.id).where(Site.code == "belrive"))
        family = uow.one(select(Family).where(Family.number == 1077))
    with pytest.raises(IntegrityError), system_unit_of_work(writes=True) as uow:
        uow.add(Guardian(site_id=belrive, family_id=family.id, first_name="X", last_name="Y"))
