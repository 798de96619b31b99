# ruff: noqa: PT012, TID251
"""The scope under attack from inside the portal: what hides in a statement, what a row may become, who may write what."""

import ast
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import bindparam, case, exists, func, literal_column, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import col, delete, select, update

from data.accounts.models import Account
from data.accounts.sessions import KnownDevice, SignIn
from data.change_requests.models import ChangeRequest, FieldChange
from data.core import database as database_module
from data.core import scope, unit_of_work
from data.core.audit import AuditEntry
from data.core.scope import OfSite, Scope, ScopeViolation
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.families.stored_files import StoredFile
from tests.counting import statements
from tests.days import MOMENT
from tests.demo_users import CLAIRE, MARC, PAUL, SAMIR, account, as_, both, counts, every, guardian, pupil, site

ROOT = Path(__file__).resolve().parents[2]
CORE = Guardian.__table__.c  # type: ignore[attr-defined]
HIDDEN: dict[str, Any] = {
    "a Core column beside an entity": select(Family.id, CORE.email),
    "a Core table in a scalar subquery": select(Family.id, select(func.max(CORE.email)).scalar_subquery()),
    "a Core table in exists": select(Family.id).where(exists().where(CORE.last_name == "Belkacem")),
    "a Core table in IN": select(Family).where(col(Family.id).in_(select(CORE.family_id))),
    "a Core join": select(Family.id).join(Guardian.__table__, CORE.family_id == Family.id),  # type: ignore[attr-defined]
    "SQL as a column": select(Family.id, literal_column("(SELECT max(email) FROM guardian)")),
    "SQL as text": select(Family.id, text("(SELECT max(email) FROM guardian)")),
    "SQL as a condition": select(Family).where(text("EXISTS (SELECT 1 FROM guardian)")),
}

OTHER, AGAIN = aliased(Guardian), aliased(Pupil)
FORMS: dict[str, Any] = {
    "one table": select(Guardian),
    "one column": select(Guardian.email),
    "a count": select(func.count(col(Guardian.id))),
    "joins, inner and outer": select(Pupil, PupilLink, StoredFile.id)
    .join(PupilLink, col(PupilLink.pupil_id) == Pupil.id)
    .join(StoredFile, col(StoredFile.pupil_id) == Pupil.id, isouter=True),
    "an alias": select(OTHER).where(OTHER.rank == 1),
    "an alias in the condition alone": select(Guardian.id).where(OTHER.family_id == Guardian.family_id),
    "a table and its alias": select(Guardian, OTHER).join(OTHER, OTHER.family_id == Guardian.family_id, isouter=True),
    "a table in the condition alone": select(Pupil.id).where(PupilLink.pupil_id == Pupil.id),
    "IN": select(Pupil).where(col(Pupil.id).in_(select(PupilLink.pupil_id).where(PupilLink.rights == "all"))),
    "NOT IN": select(Pupil).where(col(Pupil.id).not_in(select(AGAIN.id).join(SignIn, SignIn.family_id == AGAIN.id))),
    "exists": select(Family.id).where(exists().where(col(Guardian.family_id) == Family.id)),
    "a scalar subquery as a column": select(
        Family.id, select(func.count(col(Guardian.id))).where(Guardian.family_id == Family.id).scalar_subquery()
    ),
    "a scalar subquery to join by": select(Family, Guardian).join(
        Guardian,
        col(Guardian.id)
        == select(func.min(OTHER.id)).where(OTHER.family_id == Family.id).correlate(Family).scalar_subquery(),
    ),
    "a subquery to read from": select(select(Guardian.email.label("mail")).subquery().c.mail),  # type: ignore[attr-defined]
    "a common table": select(select(Guardian.family_id).cte().c.family_id, Family.id),
    "a case": select(Family.id, case((col(Guardian.rank) == 1, Guardian.email), else_="")),
    "an order": select(Family.id).order_by(select(func.max(Guardian.rank)).scalar_subquery()),
    "a change": update(Guardian).where(col(Guardian.family_id).in_(select(Account.family_id))).values(town="x"),
    "a removal": delete(Guardian).where(exists().where(col(Account.guardian_id) == Guardian.id)),
}


@pytest.mark.parametrize("way", HIDDEN)
def test_nothing_unscoped_hides_in_a_scoped_statement(database: str, way: str) -> None:
    for person in (None, CLAIRE, PAUL):
        with as_(person, writes=False) as uow, pytest.raises(ScopeViolation):
            uow.rows(HIDDEN[way])
        with as_(person, writes=False) as uow, pytest.raises(ScopeViolation):
            uow.rows(unit_of_work.prepared(HIDDEN[way]))


@both
def test_a_question_that_is_kept_is_scoped_for_whoever_asks_it(database: str) -> None:
    question = unit_of_work.prepared(select(Guardian.family_id).where(col(Guardian.town) != bindparam("town")))
    for person in (CLAIRE, SAMIR, PAUL, None, CLAIRE):
        with as_(person, writes=False) as uow:
            found = set(uow.all(question, town="x"))
        if person == PAUL:
            assert found > {account(CLAIRE).family_id, account(SAMIR).family_id}
        else:
            assert found == ({account(person).family_id} if person else set())


def test_a_kept_question_is_asked_once_where_nothing_is_written(database: str) -> None:
    question = unit_of_work.prepared(select(Guardian).where(col(Guardian.id).in_(bindparam("ids", expanding=True))))
    mine = [account(CLAIRE).guardian_id]
    for writes, times in ((False, 1), (True, 2)):
        with as_(CLAIRE, writes=writes) as uow, statements() as asked:
            assert uow.all(question, ids=mine) == uow.all(question, ids=mine)
            assert [each.id for each in uow.all(question, ids=[0])] == []
        assert sum("FROM guardian" in each for each, _ in asked) == times + 1


def every_clause(statement: Any) -> str:
    """The statement with the scope of every table of the portal, in the form in which they are put on: SQLAlchemy remembers of a
    clause how it was looked at first, and the rest of the process would have it so."""
    options = [scope._criterion(table, by_family=True) for table in database_module.table_classes()]
    return str(statement.options(*options).compile(compile_kwargs={"literal_binds": True}))


@pytest.mark.parametrize("way", FORMS)
def test_a_statement_meets_the_scope_of_every_table_it_names(way: str) -> None:
    met = scope._tables_in(FORMS[way], ours=False)
    scoped = FORMS[way].options(*scope._criteria(met, by_family=True))
    text = str(scoped.compile(compile_kwargs={"literal_binds": True}))
    assert text == every_clause(FORMS[way])
    assert text.count("site_id = 1") >= len(met)


def test_a_table_that_forgets_to_say_whose_its_rows_are_shows_none_and_takes_none() -> None:
    for narrow in (Scope.FAMILY, Scope.PUPIL):

        class Forgetful(OfSite):
            scope: ClassVar[Scope] = narrow

        with pytest.raises(ScopeViolation):
            scope._clause(Forgetful, by_family=True)
        with pytest.raises(ScopeViolation):
            scope._owner_keys(Forgetful, 1, 2)
        assert scope._owner_keys(Forgetful, 1, None) == {"site_id": 1}


def test_a_row_that_says_no_site_is_nobodys() -> None:
    with pytest.raises(ScopeViolation):
        scope._check_owner(Family(number=9999), "site_id", 1)


def test_the_access_control_names_no_table() -> None:
    text = (ROOT / "data/core/scope.py").read_text(encoding="utf-8")
    written = {each.value for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Constant)}
    named = {name for table in database_module.table_classes() for name in (table.__name__, table.__tablename__)}
    assert not written & named - {each.value for each in Scope}


@both
@pytest.mark.parametrize("column", ["site_id", "family_id", "id"])
def test_an_update_cannot_move_a_row_over_the_scope(database: str, column: str) -> None:
    others = {"site_id": site("belrive").id, "family_id": account(SAMIR).family_id, "id": 10**6}
    for person in (CLAIRE, PAUL):
        with as_(person, writes=True) as uow, pytest.raises(ScopeViolation):
            uow.change(update(Guardian).where(Guardian.last_name == "Aubry").values({column: others[column]}))


@both
def test_a_reading_unit_of_work_changes_nothing_by_statement_either(database: str) -> None:
    for statement in (update(Guardian).values(town="Ailleurs"), delete(Guardian)):
        with as_(CLAIRE, writes=False) as uow, pytest.raises(ScopeViolation):
            uow.change(statement)
        with system_unit_of_work() as uow, pytest.raises(ScopeViolation):
            uow.change(statement)


def test_a_family_cannot_give_itself_a_pupil_or_more_rights(database: str) -> None:
    with system_unit_of_work() as uow:
        samir = pupil(uow, "Samir").id
    with pytest.raises(ScopeViolation), as_(CLAIRE, writes=True) as uow:
        uow.add(PupilLink(site_id=uow.site_id, family_id=uow.family_id, pupil_id=samir))
    with pytest.raises(ScopeViolation), as_(MARC, writes=True) as uow:
        link = uow.all(select(PupilLink))[0]
        link.rights = "all"
        uow.add(link)
    with pytest.raises(ScopeViolation), as_(MARC, writes=True) as uow:
        uow.change(update(PupilLink).values(rights="all"))
    with pytest.raises(ScopeViolation), as_(CLAIRE, writes=True) as uow:
        uow.delete(uow.all(select(PupilLink))[0])
        uow.flush()


@both
def test_a_family_takes_no_pupil_away_its_own_neither(database: str) -> None:
    before = counts(Pupil)
    with pytest.raises(ScopeViolation), as_(CLAIRE, writes=True) as uow:
        uow.delete(pupil(uow, "Nino"))
        uow.flush()
    with pytest.raises(ScopeViolation), as_(CLAIRE, writes=True) as uow:
        uow.change(delete(Pupil))
    assert counts(Pupil) == before


def test_a_family_writes_neither_its_number_nor_its_conservatoire(database: str) -> None:
    def add_a_family(uow: UnitOfWork) -> None:
        uow.add(Family(site_id=uow.site_id, number=9999))

    def rename_the_family(uow: UnitOfWork) -> None:
        uow.all(select(Family))[0].number = 1

    def rename_the_site(uow: UnitOfWork) -> None:
        uow.all(select(Site))[0].name = "Chez moi"

    def rename_by_statement(uow: UnitOfWork) -> None:
        uow.change(update(Site).values(name="Chez moi"))

    for act in (add_a_family, rename_the_family, rename_the_site, rename_by_statement):
        with pytest.raises(ScopeViolation), as_(CLAIRE, writes=True) as uow:
            act(uow)
            uow.flush()
    assert [each.name for each in every(Site)] == ["Conservatoire de Valmont", "École de musique de Belrive"]


def test_staff_settle_their_own_site_and_make_no_other(database: str) -> None:
    with as_("lemoine.helene", writes=True) as uow:
        uow.all(select(Site))[0].phone = "03 82 00 00 00"
    assert site().phone == "03 82 00 00 00"
    with pytest.raises(ScopeViolation), as_("lemoine.helene", writes=True) as uow:
        uow.add(Site(code="ailleurs", name="Ailleurs"))


def test_a_familys_file_cannot_be_hung_on_somebody_elses_pupil(database: str) -> None:
    with system_unit_of_work() as uow:
        samir = pupil(uow, "Samir").id
    with as_(CLAIRE, writes=True) as uow:
        file = uow.add(StoredFile(site_id=uow.site_id, pupil_id=pupil(uow, "Nino").id, name="a" * 32, kind="photo",
                                media_type="image/jpeg", size=1, sha256="", created_at=uow.now))  # fmt: skip
        key = file.id
    with pytest.raises(ScopeViolation), as_(CLAIRE, writes=True) as uow:
        mine = uow.get(StoredFile, key)
        mine.pupil_id = samir
        uow.add(mine)


def test_staff_add_no_row_of_another_site(database: str) -> None:
    belrive = site("belrive").id
    with pytest.raises(ScopeViolation), as_(PAUL, writes=True) as uow:
        uow.add(Family(site_id=belrive, number=9998))
    with pytest.raises(ScopeViolation), as_(PAUL, writes=True) as uow:
        row = uow.all(select(Guardian))[0]
        row.site_id = belrive
        uow.add(row)


def rows_of_two_minds() -> dict[str, Any]:
    """Rows that name a family of Valmont and the site of Belrive, or a key of another family."""
    belrive, claire, samir = site("belrive").id, account(CLAIRE), account(SAMIR)
    with system_unit_of_work() as uow:
        nino, request = (
            pupil(uow, "Nino").id,
            uow.all(select(ChangeRequest).where(ChangeRequest.family_id == samir.family_id))[0],
        )
    family = {"site_id": belrive, "family_id": claire.family_id}
    return {
        "guardian": Guardian(**family),
        "link": PupilLink(**family, pupil_id=nino),
        "link across sites": PupilLink(site_id=belrive, family_id=account(CLAIRE, "belrive").family_id, pupil_id=nino),
        "account": Account(**family, login="x.y", name="X"),
        "account of another's adult": Account(site_id=samir.site_id, family_id=samir.family_id, guardian_id=claire.guardian_id,
                                              login="x.y", name="X"),
        "sign-in": SignIn(**family, account_id=claire.id, token_hash="x", started_at=MOMENT, seen_at=MOMENT),
        "sign-in elsewhere": SignIn(site_id=belrive, account_id=claire.id, token_hash="x", started_at=MOMENT, seen_at=MOMENT),
        "device": KnownDevice(**family, account_id=claire.id, token_hash="x", seen_at=MOMENT),
        "request": ChangeRequest(**family, sheet="guardian", sheet_id=1, author_id=1, submitted_at=MOMENT, changed_at=MOMENT),
        "field of another's request": FieldChange(site_id=claire.site_id, family_id=claire.family_id, request_id=request.id,
                                                  field="town"),
        "field of another site": FieldChange(site_id=belrive, family_id=samir.family_id, request_id=request.id, field="town"),
        "file": StoredFile(site_id=belrive, pupil_id=nino, name="x", kind="photo", media_type="x", size=1, sha256="",
                           created_at=MOMENT),
    }  # fmt: skip


@both
def test_the_database_refuses_a_row_whose_copied_keys_disagree(database: str) -> None:
    before = counts(Guardian, PupilLink, Account, SignIn, KnownDevice, ChangeRequest, FieldChange, StoredFile)
    for name, row in rows_of_two_minds().items():
        with pytest.raises(IntegrityError), system_unit_of_work(writes=True) as uow:
            uow.add(row)
            raise AssertionError(f"{name}: accepted")
    assert counts(Guardian, PupilLink, Account, SignIn, KnownDevice, ChangeRequest, FieldChange, StoredFile) == before


def test_each_persons_pupils_are_theirs_through_every_file_and_link(database: str) -> None:
    with as_(PAUL, writes=True) as uow:
        for each in uow.all(select(Pupil)):
            uow.add(StoredFile(site_id=uow.site_id, pupil_id=each.id, name=f"{each.id:032}", kind="photo", media_type="image/jpeg",
                             size=1, sha256="", created_at=uow.now))  # fmt: skip
    for person, names in ((CLAIRE, {"Irina", "Nino"}), (MARC, {"Irina"}), (SAMIR, {"Samir"}), (None, set())):
        with as_(person) as uow:
            through = uow.rows(
                select(Pupil.first_name, StoredFile.id).join(StoredFile, col(StoredFile.pupil_id) == Pupil.id)
            )
            assert {name for name, _ in through} == names
            assert uow.count(select(func.count(col(StoredFile.id))).where(StoredFile.kind == "photo")) == len(names)
            assert {each.family_id for each in uow.all(select(PupilLink))} <= {uow.family_id}
    with as_(MARC) as uow:
        assert guardian(uow).first_name == "Marc"


def test_what_a_familys_act_added_to_the_audit_trail_is_out_of_its_reach_at_once(database: str) -> None:
    def entry(uow: UnitOfWork) -> AuditEntry:
        return uow.add(AuditEntry(site_id=uow.site_id, reference="x", at=uow.now, action="tried"))

    with pytest.raises(ScopeViolation), as_(CLAIRE, writes=True) as uow:
        entry(uow).action = "something else"
        uow.flush()
    with pytest.raises(ScopeViolation), as_(CLAIRE, writes=True) as uow:
        uow.delete(entry(uow))
        uow.flush()


@both
def test_a_family_gives_itself_no_role_and_no_account(database):
    with pytest.raises(ScopeViolation), as_(CLAIRE) as uow:
        uow.get(Account, uow.account_id).role = "responsable"
        uow.flush()
    with pytest.raises(ScopeViolation), as_(CLAIRE) as uow:
        uow.change(update(Account).values(disabled=False))
    with pytest.raises(ScopeViolation), as_(CLAIRE) as uow:
        uow.change(delete(Account))
    with pytest.raises(ScopeViolation), as_(CLAIRE) as uow:
        uow.add(Account(site_id=uow.site_id, family_id=uow.family_id, login="intruse", name="X"))
    with as_(CLAIRE) as uow:
        uow.get(Account, uow.account_id).language = "en"
    assert account(CLAIRE).language == "en"
    assert account(CLAIRE).role == "family"
