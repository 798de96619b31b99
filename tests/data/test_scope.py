"""A family meets its own records only, staff their site's only: every form of statement, every table, every role."""

# ruff: noqa: PT012, TID251
import ast
from pathlib import Path

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
from data.core import audit, database
from data.core.audit import AuditEntry
from data.core.errors import NotYours
from data.core.scope import Leak
from data.core.sites import Site
from data.core.unit_of_work import Visit, visit, whole_house
from data.families import models as families
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.mail.outbox import Letter
from tests.demo_users import as_, both

ROOT = Path(__file__).resolve().parents[2]
ROLES = [
    ("aubry.claire", "valmont"),
    ("aubry.marc", "valmont"),
    ("renard.paul", "valmont"),
    ("lemoine.helene", "valmont"),
    ("aubry.claire", "belrive"),
    ("petit.jean", "belrive"),
]


def guardian_forms(v: Visit) -> dict[str, list[str]]:
    """The first names that each form of question brings, sorted."""
    one, other = aliased(Guardian), aliased(Family)
    sub = select(Guardian).subquery()
    through = aliased(Guardian, sub)
    cte = select(Guardian.id, Guardian.first_name).cte()
    names = lambda found: sorted(str(each) for each in found)  # noqa: E731
    return {
        "entity": names(guardian.first_name for guardian in v.all(select(Guardian))),
        "column": names(v.all(select(Guardian.first_name))),
        "select_from": names(row[0] for row in v.rows(select(col(Guardian.first_name)).select_from(Guardian))),
        "join": names(
            row[0] for row in v.rows(select(Guardian.first_name).join(Family, col(Family.id) == Guardian.family_id))
        ),
        "outerjoin": names(
            row[1]
            for row in v.rows(
                select(Family.id, Guardian.first_name).outerjoin(Guardian, col(Family.id) == Guardian.family_id)
            )
            if row[1]
        ),
        "exists": names(
            row[0]
            for row in v.rows(select(Guardian.first_name).where(exists().where(col(Family.id) == Guardian.family_id)))
        ),
        "in": names(v.all(select(Guardian.first_name).where(col(Guardian.family_id).in_(select(Family.id))))),
        "aliased": names(v.all(select(one.first_name))),
        "aliased join": names(row[0] for row in v.rows(select(one.first_name).join(other, other.id == one.family_id))),
        "subquery": names(row[0] for row in v.rows(select(sub.c.first_name))),
        "aliased subquery": names(guardian.first_name for guardian in v.all(select(through))),
        "cte": names(row[0] for row in v.rows(select(cte.c.first_name))),
        "union": names(row[0] for row in v.rows(union(select(Guardian.first_name), select(Guardian.first_name)))),
    }


@both
def test_every_form_of_question_brings_only_the_familys_adults(house: str) -> None:
    with as_("aubry.claire") as v:
        for form, names in guardian_forms(v).items():
            assert names == ["Claire"], form
        assert v.count(select(func.count(col(Guardian.id)))) == 1
        assert v.rows(select(Family.number, select(func.count(col(Guardian.id))).scalar_subquery())) == [(1042, 1)]


@both
def test_an_aliased_join_of_a_table_with_itself_is_fenced_on_both_sides(house: str) -> None:
    with as_("aubry.claire") as v:
        other, elsewhere = aliased(Guardian), aliased(PupilLink)
        pairs = v.rows(select(Guardian.first_name, other.first_name).join(other, other.id != Guardian.id + 1000))
        assert pairs == [("Claire", "Claire")]
        pairs = v.rows(
            select(Guardian.first_name, other.first_name).outerjoin(other, other.family_id != Guardian.family_id)
        )
        assert pairs == [("Claire", None)]
        links = v.rows(
            select(PupilLink.family_id, elsewhere.family_id).join(elsewhere, elsewhere.pupil_id == PupilLink.pupil_id)
        )
        assert {family for row in links for family in row} == {v.family_id}


@both
def test_staff_meet_their_site_and_no_other(house: str) -> None:
    with as_("renard.paul") as v:
        sites = {guardian.site_id for guardian in v.all(select(Guardian))}
        assert sites == {v.site_id}
        assert len(v.all(select(Guardian))) > 20
    with as_("petit.jean", "belrive") as v:
        assert [guardian.first_name for guardian in v.all(select(Guardian))] == ["Claire"]


@pytest.mark.parametrize(("login", "site"), ROLES)
def test_no_table_shows_another_site_to_any_role(house: str, login: str, site: str) -> None:
    with as_(login, site) as v:
        for table in database.table_classes():
            for row in v.all(select(table)):
                assert getattr(row, "site_id", getattr(row, "id", None)) == v.site_id, table


@pytest.mark.parametrize(("login", "site"), ROLES)
def test_no_table_shows_another_family_to_a_family(house: str, login: str, site: str) -> None:
    with as_(login, site) as v:
        if v.is_staff:
            assert v.all(select(Family))
            return
        for table in database.table_classes():
            if table.fence == "family":
                key = "id" if table is Family else "family_id"
                assert {getattr(row, key) for row in v.all(select(table))} <= {v.family_id}, table
        assert v.all(select(AuditEntry)) == []
        assert v.all(select(Throttle)) == []


@both
def test_a_stranger_meets_nothing(house: str) -> None:
    with visit(None) as v:
        for table in database.table_classes():
            assert v.all(select(table)) == [], table


@both
def test_a_pupil_is_met_by_both_its_households_and_by_no_other(house: str) -> None:
    def names(login: str, site: str = "valmont") -> list[str]:
        with as_(login, site) as v:
            return sorted(pupil.first_name for pupil in v.all(select(Pupil)))

    assert names("aubry.claire") == ["Irina", "Nino"]
    assert names("aubry.marc") == ["Irina"]
    assert names("belkacem.samir") == ["Samir"]
    assert names("aubry.claire", "belrive") == ["Gaspard"]


@both
def test_a_key_of_another_family_is_like_a_key_that_is_not_there(house: str) -> None:
    with whole_house() as v:
        other = next(guardian.id for guardian in v.all(select(Guardian)) if guardian.first_name == "Samir")
        pupil = next(pupil.id for pupil in v.all(select(Pupil)) if pupil.first_name == "Samir")
    with as_("aubry.claire") as v:
        for table, key in (
            (Guardian, other),
            (Pupil, pupil),
            (Guardian, 10**6),
            (Guardian, "1"),
            (Guardian, True),
            (Guardian, 2**40),
        ):
            with pytest.raises(NotYours):
                v.get(table, key)


@both
def test_updates_and_deletes_change_only_the_familys_rows(house: str) -> None:
    with as_("aubry.claire", writes=True) as v:
        assert v.change(update(Guardian).values(profession="Luthière")) == 1
        assert v.change(delete(Guardian).where(col(Guardian.first_name) == "Samir")) == 0
    with whole_house() as v:
        assert [guardian.first_name for guardian in v.all(select(Guardian)) if guardian.profession == "Luthière"] == [
            "Claire"
        ]


@both
def test_forms_that_cannot_be_fenced_are_refused(house: str) -> None:
    core = Guardian.__table__
    escapes = [
        text("SELECT * FROM guardian"),
        select(core),
        update(core).values(profession="x"),
        select(core.c.first_name),
        select(Guardian).from_statement(text("SELECT * FROM guardian")),
        insert(Guardian).values(site_id=1),
    ]
    with as_("aubry.claire", writes=True) as v:
        for statement in escapes:
            with pytest.raises(Leak):
                v.rows(statement)
        with pytest.raises(Leak):
            v._session.execute(update(Guardian), [{"id": 2, "profession": "x"}])


@both
def test_a_row_cannot_be_added_to_or_moved_into_another_family(house: str) -> None:
    with as_("belkacem.samir") as v:
        others = v.family_id
    with pytest.raises(Leak), as_("aubry.claire", writes=True) as v:
        v.add(Guardian(site_id=v.site_id, family_id=others, first_name="Intruse", last_name="X"))
    with pytest.raises(Leak), as_("aubry.claire", writes=True) as v:
        own = families.guardians(v)[0]
        own.family_id = others
        v.add(own)
    with whole_house() as v:
        assert not [guardian for guardian in v.all(select(Guardian)) if guardian.first_name == "Intruse"]


@both
def test_a_family_adds_no_pupil_and_no_row_to_a_pupil_who_is_not_theirs(house: str) -> None:
    with whole_house() as v:
        stranger = next(pupil.id for pupil in v.all(select(Pupil)) if pupil.first_name == "Samir")
    with pytest.raises(Leak), as_("aubry.claire", writes=True) as v:
        v.add(Pupil(site_id=v.site_id, number=99999, first_name="X", last_name="Y"))
    from data.families.stored_files import StoredFile

    with pytest.raises(Leak), as_("aubry.claire", writes=True) as v:
        v.add(
            StoredFile(
                site_id=v.site_id,
                pupil_id=stranger,
                name="a",
                kind="photo",
                media_type="image/jpeg",
                size=1,
                sha256="",
                created_at=v.now,
            )
        )


def test_staff_rows_are_added_by_a_familys_act_but_never_changed_by_it(house: str) -> None:
    with as_("aubry.claire", writes=True) as v:
        audit.note(v, "tried")
        assert v.all(select(AuditEntry)) == []
    with pytest.raises(Leak), as_("aubry.claire", writes=True) as v:
        v.add(Throttle(site_id=v.site_id, key="mine"))


@both
def test_a_reading_visit_writes_nothing(house: str) -> None:
    with pytest.raises(Leak), as_("aubry.claire", writes=False) as v:
        own = families.guardians(v)[0]
        own.profession = "x"
        v.add(own)


@both
def test_a_visit_that_fails_leaves_nothing_and_a_closed_one_answers_nothing(house: str) -> None:
    with pytest.raises(ZeroDivisionError), as_("aubry.claire", writes=True) as v:
        families.guardians(v)[0].profession = "x"
        v.flush()
        raise ZeroDivisionError
    with as_("aubry.claire") as v:
        assert families.guardians(v)[0].profession == "Infirmière"
    with pytest.raises(Exception, match="closed"):
        v.all(select(Guardian))


def test_a_familys_operations_cannot_be_those_of_the_staff(house: str) -> None:
    from data.change_requests import review

    with as_("aubry.claire", writes=True) as v:
        outcome = change_requests.propose(v, families.guardians(v)[0], {"phone_mobile": "06 12 34 56 78"})
        assert outcome.asked
        request = v.one(select(ChangeRequest).where(ChangeRequest.state == "pending"))
        for act in (
            lambda: review.decide(v, request.id, request.version, {"phone_mobile": ("accepted", "")}),
            lambda: review.undo(v, request.id),
            lambda: review.queue(v),
            lambda: review.lines(v, request),
            lambda: review.claim(v, request.id),
            lambda: review.count(v),
        ):
            with pytest.raises(NotYours):
                act()


def test_every_table_names_its_fence_and_its_site() -> None:
    for table in database.table_classes():
        assert table.fence in {"site", "family", "pupil", "staff", "door"}, table
        assert table is Site or "site_id" in table.model_fields, table
        assert table.fence != "family" or table is Family or "family_id" in table.model_fields, table
        assert table.fence != "pupil" or table is Pupil or "pupil_id" in table.model_fields, table
    assert {SignIn, Letter, Account, ChangeRequest} <= set(database.table_classes())


@both
def test_a_copied_site_cannot_disagree_with_the_familys(house: str) -> None:
    with whole_house() as v:
        belrive = v.one(select(Site.id).where(Site.code == "belrive"))
        family = v.one(select(Family).where(Family.number == 1077))
    with pytest.raises(IntegrityError), whole_house(writes=True) as v:
        v.add(Guardian(site_id=belrive, family_id=family.id, first_name="X", last_name="Y"))


def test_the_whole_house_is_opened_by_the_door_and_the_postman_only() -> None:
    allowed = {
        "batches",
        "calendar_feed",
        "command",
        "daily_digest",
        "delivery",
        "demo",
        "first_start",
        "models",
        "online_payments",
        "orphan_files",
        "pdf_archive",
        "retention",
        "sessions",
        "sites",
        "submission",
        "two_factor_login",
        "unit_of_work",
    }

    for floor in ("data", "components", "pages"):
        for path in (ROOT / floor).rglob("*.py"):
            names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
            if "whole_house" in names:
                assert {path.stem, path.parent.name} & allowed, path
            if path.stem not in {"unit_of_work", "scope"}:
                assert "._session" not in path.read_text(), path
