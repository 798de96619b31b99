# ruff: noqa: PT012, TID251
"""The fence under attack from inside the house: what hides in a statement, what a row may become, who may write what."""

import ast
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, case, exists, func, literal_column, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased, with_loader_criteria
from sqlmodel import col, delete, select, update

from data.accounts.models import Account
from data.accounts.sessions import KnownDevice, SignIn
from data.change_requests.models import ChangeRequest, FieldChange
from data.core import database, scope, unit_of_work
from data.core.scope import Leak
from data.core.sites import Site
from data.core.unit_of_work import Visit, whole_house
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.families.stored_files import StoredFile
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
def test_nothing_unfenced_hides_in_a_fenced_statement(house: str, way: str) -> None:
    for person in (None, CLAIRE, PAUL):
        with as_(person, writes=False) as v, pytest.raises(Leak):
            v.rows(HIDDEN[way])
        with as_(person, writes=False) as v, pytest.raises(Leak):
            v.rows(unit_of_work.kept(HIDDEN[way]))


@both
def test_a_question_that_is_kept_is_fenced_for_whoever_asks_it(house: str) -> None:
    question = unit_of_work.kept(select(Guardian.family_id).where(col(Guardian.town) != bindparam("town")))
    for person in (CLAIRE, SAMIR, PAUL, None, CLAIRE):
        with as_(person, writes=False) as v:
            found = set(v.all(question, town="x"))
        if person == PAUL:
            assert found > {account(CLAIRE).family_id, account(SAMIR).family_id}
        else:
            assert found == ({account(person).family_id} if person else set())


def whole_fence(statement: Any) -> str:
    """The statement with the fence of every table of the house."""
    options = [
        with_loader_criteria(table, scope._rule(table, 1, 2), include_aliases=True)
        for table in database.table_classes()
    ]
    return str(statement.options(*options).compile(compile_kwargs={"literal_binds": True}))


@pytest.mark.parametrize("way", FORMS)
def test_a_statement_meets_the_fence_of_every_table_it_names(way: str) -> None:
    met = scope._tables_in(FORMS[way], ours=False)
    fenced = FORMS[way].options(*scope._criteria(1, 2, met))
    said = str(fenced.compile(compile_kwargs={"literal_binds": True}))
    assert said == whole_fence(FORMS[way])
    assert said.count("site_id = 1") >= len(met)


@both
@pytest.mark.parametrize("column", ["site_id", "family_id", "id"])
def test_an_update_cannot_move_a_row_over_the_fence(house: str, column: str) -> None:
    others = {"site_id": site("belrive").id, "family_id": account(SAMIR).family_id, "id": 10**6}
    for person in (CLAIRE, PAUL):
        with as_(person, writes=True) as v, pytest.raises(Leak):
            v.change(update(Guardian).where(Guardian.last_name == "Aubry").values({column: others[column]}))


@both
def test_a_reading_visit_changes_nothing_by_statement_either(house: str) -> None:
    for statement in (update(Guardian).values(town="Ailleurs"), delete(Guardian)):
        with as_(CLAIRE, writes=False) as v, pytest.raises(Leak):
            v.change(statement)
        with whole_house() as v, pytest.raises(Leak):
            v.change(statement)


def test_a_family_cannot_give_itself_a_pupil_or_more_rights(house: str) -> None:
    with whole_house() as v:
        samir = pupil(v, "Samir").id
    with pytest.raises(Leak), as_(CLAIRE, writes=True) as v:
        v.add(PupilLink(site_id=v.site_id, family_id=v.family_id, pupil_id=samir))
    with pytest.raises(Leak), as_(MARC, writes=True) as v:
        link = v.all(select(PupilLink))[0]
        link.rights = "all"
        v.add(link)
    with pytest.raises(Leak), as_(MARC, writes=True) as v:
        v.change(update(PupilLink).values(rights="all"))
    with pytest.raises(Leak), as_(CLAIRE, writes=True) as v:
        v.delete(v.all(select(PupilLink))[0])
        v.flush()


def test_a_family_writes_neither_its_number_nor_its_conservatoire(house: str) -> None:
    def add_a_family(v: Visit) -> None:
        v.add(Family(site_id=v.site_id, number=9999))

    def rename_the_family(v: Visit) -> None:
        v.all(select(Family))[0].number = 1

    def rename_the_site(v: Visit) -> None:
        v.all(select(Site))[0].name = "Chez moi"

    def rename_by_statement(v: Visit) -> None:
        v.change(update(Site).values(name="Chez moi"))

    for act in (add_a_family, rename_the_family, rename_the_site, rename_by_statement):
        with pytest.raises(Leak), as_(CLAIRE, writes=True) as v:
            act(v)
            v.flush()
    assert [each.name for each in every(Site)] == ["Conservatoire de Valmont", "École de musique de Belrive"]


def test_staff_settle_their_own_site_and_make_no_other(house: str) -> None:
    with as_("lemoine.helene", writes=True) as v:
        v.all(select(Site))[0].phone = "03 82 00 00 00"
    assert site().phone == "03 82 00 00 00"
    with pytest.raises(Leak), as_("lemoine.helene", writes=True) as v:
        v.add(Site(code="ailleurs", name="Ailleurs"))


def test_a_familys_file_cannot_be_hung_on_somebody_elses_pupil(house: str) -> None:
    with whole_house() as v:
        samir = pupil(v, "Samir").id
    with as_(CLAIRE, writes=True) as v:
        file = v.add(StoredFile(site_id=v.site_id, pupil_id=pupil(v, "Nino").id, name="a" * 32, kind="photo",
                                media_type="image/jpeg", size=1, sha256="", created_at=v.now))  # fmt: skip
        key = file.id
    with pytest.raises(Leak), as_(CLAIRE, writes=True) as v:
        mine = v.get(StoredFile, key)
        mine.pupil_id = samir
        v.add(mine)


def test_staff_add_no_row_of_another_site(house: str) -> None:
    belrive = site("belrive").id
    with pytest.raises(Leak), as_(PAUL, writes=True) as v:
        v.add(Family(site_id=belrive, number=9998))
    with pytest.raises(Leak), as_(PAUL, writes=True) as v:
        row = v.all(select(Guardian))[0]
        row.site_id = belrive
        v.add(row)


def rows_of_two_minds() -> dict[str, Any]:
    """Rows that name a family of Valmont and the site of Belrive, or a key of another family."""
    belrive, claire, samir = site("belrive").id, account(CLAIRE), account(SAMIR)
    with whole_house() as v:
        nino, request = (
            pupil(v, "Nino").id,
            v.all(select(ChangeRequest).where(ChangeRequest.family_id == samir.family_id))[0],
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
def test_the_database_refuses_a_row_whose_copied_keys_disagree(house: str) -> None:
    before = counts(Guardian, PupilLink, Account, SignIn, KnownDevice, ChangeRequest, FieldChange, StoredFile)
    for name, row in rows_of_two_minds().items():
        with pytest.raises(IntegrityError), whole_house(writes=True) as v:
            v.add(row)
            raise AssertionError(f"{name}: accepted")
    assert counts(Guardian, PupilLink, Account, SignIn, KnownDevice, ChangeRequest, FieldChange, StoredFile) == before


def test_each_persons_pupils_are_theirs_through_every_file_and_link(house: str) -> None:
    with as_(PAUL, writes=True) as v:
        for each in v.all(select(Pupil)):
            v.add(StoredFile(site_id=v.site_id, pupil_id=each.id, name=f"{each.id:032}", kind="photo", media_type="image/jpeg",
                             size=1, sha256="", created_at=v.now))  # fmt: skip
    for person, names in ((CLAIRE, {"Irina", "Nino"}), (MARC, {"Irina"}), (SAMIR, {"Samir"}), (None, set())):
        with as_(person) as v:
            through = v.rows(
                select(Pupil.first_name, StoredFile.id).join(StoredFile, col(StoredFile.pupil_id) == Pupil.id)
            )
            assert {name for name, _ in through} == names
            assert v.count(select(func.count(col(StoredFile.id))).where(StoredFile.kind == "photo")) == len(names)
            assert {each.family_id for each in v.all(select(PupilLink))} <= {v.family_id}
    with as_(MARC) as v:
        assert guardian(v).first_name == "Marc"


def test_no_room_builds_the_statements_and_rows_that_the_fence_cannot_see() -> None:
    """Core tables, forged rows and SQL text have no place outside unit_of_work.py."""
    banned = {"__table__", "make_transient", "make_transient_to_detached", "literal_column", "TextClause", "bulk_save_objects",
              "bulk_insert_mappings", "bulk_update_mappings", "from_statement", "exec_driver_sql"}  # fmt: skip
    ours = {"unit_of_work.py", "database.py", "schema.py", "scope.py"}
    for floor in ("data", "components", "pages"):
        for path in (ROOT / floor).rglob("*.py"):
            if path.name in ours or "migrations" in path.relative_to(ROOT).parts:
                continue
            named = {getattr(node, "attr", None) or getattr(node, "id", None) or getattr(node, "name", None)
                     for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))}  # fmt: skip
            assert not named & banned, f"{path}: {named & banned}"


@both
def test_a_family_gives_itself_no_role_and_no_account(house):
    with pytest.raises(Leak), as_(CLAIRE) as v:
        v.get(Account, v.account_id).role = "responsable"
        v.flush()
    with pytest.raises(Leak), as_(CLAIRE) as v:
        v.change(update(Account).values(disabled=False))
    with pytest.raises(Leak), as_(CLAIRE) as v:
        v.change(delete(Account))
    with pytest.raises(Leak), as_(CLAIRE) as v:
        v.add(Account(site_id=v.site_id, family_id=v.family_id, login="intruse", name="X"))
    with as_(CLAIRE) as v:
        v.get(Account, v.account_id).language = "en"
    assert account(CLAIRE).language == "en"
    assert account(CLAIRE).role == "family"
