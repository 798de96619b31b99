"""An import taken back within the day: all of it, but what somebody worked at since, which is told and left whole."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from data.accounts.models import Account
from data.billing.models import Allocation, Instalment, Invoice, InvoiceLine, Payment
from data.core import database as database_module
from data.core import schema
from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError
from data.core.external_keys import ExternalKey
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.directory import edit_families
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.importing import jobs, undo
from data.importing.jobs import Job
from data.importing.runs import ImportRun, ImportState, ImportWrite
from data.importing.undo import Report
from data.importing.undo_links import UNCHECKED
from data.privacy import retention
from pages.staff.imports import import_run, import_undo
from pages.staff.imports.import_check import PageState
from tests.conftest import move_to
from tests.data.import_helpers import HELENES, bring, give, opened, snapshot, take_all
from tests.data.test_imports_write import FAMILIES, PUPILS
from tests.days import THOROUGH
from tests.demo_users import HELENE, MARC, PAUL, account, as_, both, counts, every, last, later, set_rights

TABLES = (
    Family,
    Guardian,
    Account,
    Pupil,
    PupilLink,
    ExternalKey,
    Invoice,
    InvoiceLine,
    Instalment,
    Payment,
    Allocation,
)
INVOICES = (
    "Facture;N° famille;Date;Montant;Libellé\nF-1;1042;01/10/2026;300;Cotisation\nF-2;1042;01/10/2026;100;Stage\n"
)


def plan(run_id: int | None = None, **by: Any) -> Report:
    return undo.check_undo(by.get("by", HELENES), run_id or last(ImportRun).id, Job(0, 0, writes=False))


def take_back(run_id: int | None = None, mark: str | None = None) -> Report:
    return undo.carry_out_undo(HELENES, run_id or last(ImportRun).id, Job(0, 0, writes=True), mark=mark)


def rows(*tables: type[SQLModel]) -> list[Any]:
    return [[row.model_dump() for row in every(table)] for table in tables]


def correct(adult: Guardian, **typed: str) -> None:
    with as_(PAUL, now=later(minutes=5)) as uow:
        edit_families.correct(uow, uow.get(Guardian, adult.id), typed)


def whom(report: Report) -> list[tuple[str, str, str, str]]:
    return [(each.record, each.name, each.why, each.who) for each in report.left]


@both
def test_what_an_import_added_is_gone_and_what_it_changed_is_as_it_was(database: str) -> None:
    before = rows(*TABLES)
    bring("families", FAMILIES + "1042;1;Mme;Aubry;Claire;9 rue du Port;57220;Valmont;;;\n")
    assert counts(Family)[0] == len(before[0]) + 2
    read = plan()
    assert read.removed == {"family": 2, "guardian": 3, "account": 1, "outside_key": 1}
    assert (read.restored, read.stayed, read.left) == ({"guardian": 1}, {}, [])
    assert rows(*TABLES) != before
    done = take_back(mark=read.mark)
    assert (done.done, done.sums()) == (True, {"removed": 7, "restored": 1, "stayed": 0})
    assert rows(*TABLES) == before
    run = last(ImportRun)
    assert (run.state, run.undone_by, run.removed, run.restored) == (ImportState.UNDONE, "Hélène Lemoine", 7, 1)
    assert every(ImportWrite) == []
    [entry] = every(AuditEntry, AuditEntry.action == "import value undone")
    assert (entry.subject, entry.changes) == ("guardian", {"Adresse": ["9 rue du Port", "3 place du Marché"]})
    assert len(every(AuditEntry, AuditEntry.action == "import undone")) == 1


def test_rights_that_would_come_back_are_said_before(database: str) -> None:
    set_rights(MARC, "all")
    link = every(PupilLink, PupilLink.family_id == account(MARC).family_id)[0]
    irina, theirs = last(Pupil, Pupil.id == link.pupil_id), last(Family, Family.id == link.family_id)
    bring("links", f"N° élève;N° famille;Droits\n{irina.number};{theirs.number};consulter\n")
    assert last(PupilLink, PupilLink.id == link.id).rights == "consult"
    [said] = plan().rises
    assert said.message() == (
        f"{irina.full_name} : la famille {theirs.number} ne peut que consulter son dossier depuis cet import, "
        "elle pourrait de nouveau tout y faire."
    )
    assert take_back().done
    assert last(PupilLink, PupilLink.id == link.id).rights == "all"


@pytest.mark.skipif(not THOROUGH, reason="seventeen files, one after the other")
def test_all_kinds_are_taken_back_one_after_the_other_and_nothing_is_left(database: str, tmp_path: Path) -> None:
    taken = take_all()
    move_to(DATABASE_URL=f"sqlite:///{tmp_path}/new.db")
    schema.upgrade()
    with system_unit_of_work(writes=True) as uow:
        site = uow.add(Site(code="valmont", name="Conservatoire de Valmont"))
        uow.add(Account(site_id=site.id, role="responsable", login=HELENE, name="Hélène Lemoine"))
    stood = [snapshot()]
    for name, content in taken.items():
        bring(name, content)
        stood.append(snapshot())
    for run in reversed(every(ImportRun)):
        assert stood.pop() == snapshot()
        if not every(ImportWrite, ImportWrite.run_id == run.id):  # it changed nothing
            continue
        report = take_back(run.id)
        assert (run.kind, report.left, report.done) == (run.kind, [], True)
    assert [stood.pop()] == [snapshot()]
    assert every(ExternalKey) == []


@both
def test_a_household_worked_at_since_stays_whole_and_is_reported_with_who(database: str) -> None:
    bring("families", FAMILIES)
    [jun] = every(Guardian, Guardian.first_name == "Jun")
    correct(jun, phone_mobile="06 01 02 03 04")
    report = take_back()
    assert whom(report) == [("guardian", "Jun Ōkubo", undo.CHANGED, "Paul Renard")]
    assert report.removed == {"family": 1, "guardian": 1}
    assert report.stayed == {"family": 1, "guardian": 2, "account": 1, "outside_key": 1}
    assert every(Guardian, Guardian.first_name == "Eva") == []
    assert len(every(Account, Account.login == "okubo.nadege")) == 1


@both
def test_a_column_that_the_import_did_not_write_may_change_and_the_address_goes_back(database: str) -> None:
    bring("families", "N° famille;Rang;Nom;Prénom;Adresse\n1042;1;Aubry;Claire;9 rue du Port\n")
    [claire] = every(Guardian, Guardian.first_name == "Claire", Guardian.site_id == 1)
    correct(claire, profession="Luthière")
    assert take_back().left == []
    [claire] = every(Guardian, Guardian.id == claire.id)
    assert (claire.address, claire.profession) == ("3 place du Marché", "Luthière")


@both
def test_a_payment_of_an_imported_invoice_keeps_the_invoice_with_its_lines(database: str) -> None:
    before = rows(Invoice, InvoiceLine)
    bring("invoices", INVOICES)
    run = last(ImportRun)
    bring("payments", "N° reçu;Facture;Date;Mode;Montant\nR-1;F-1;12/10/2026;Chèque;300\n")
    report = plan(run.id)
    assert whom(report) == [("invoice", "F-1", undo.USED, "")]
    assert (report.removed, report.stayed) == ({"invoice": 1, "invoice_line": 1}, {"invoice": 1, "invoice_line": 1})
    take_back()  # the payments, first
    assert take_back(run.id).left == []
    assert rows(Invoice, InvoiceLine) == before


@both
def test_pupils_and_links_go_with_what_hangs_on_them_reported(database: str) -> None:
    bring("families", FAMILIES)
    families = last(ImportRun).id
    bring("pupils", PUPILS)
    report = plan(families)
    assert {each.why for each in report.left} == {undo.USED}
    assert report.sums() == {"removed": 0, "restored": 0, "stayed": 7}
    take_back()
    assert plan(families).left == []


@both
def test_what_the_site_did_meanwhile_is_read_again_before_anything_goes(database: str) -> None:
    bring("families", FAMILIES)
    read = plan()
    correct(every(Guardian, Guardian.first_name == "Eva")[0], phone_mobile="06 01 02 03 04")
    answer = take_back(mark=read.mark)
    assert (answer.moved, answer.done, len(answer.left)) == (True, False, 1)
    assert last(ImportRun).state == ImportState.DONE
    assert len(every(Guardian, Guardian.first_name == "Nadège")) == 1


class Meanwhile(Job):
    """Somebody works at the site just before the rows go."""

    def enter(self, phase: str) -> None:
        if phase == "taking back" and not self.done:
            self.done = 1
            correct(every(Guardian, Guardian.first_name == "Eva")[0], phone_mobile="06 01 02 03 04")


@both
def test_who_works_at_a_row_between_the_reading_and_the_writing_loses_nothing(database: str) -> None:
    bring("families", FAMILIES)
    report = undo.carry_out_undo(HELENES, last(ImportRun).id, Meanwhile(0, 0, writes=True), mark=None)
    assert [each.name for each in report.left] == ["Eva Roy"]
    assert every(Guardian, Guardian.first_name == "Eva")[0].phone_mobile != ""
    assert every(Guardian, Guardian.first_name == "Nadège") == []


def test_only_a_day_only_once_and_only_by_the_manager(database: str) -> None:
    bring("families", FAMILIES)
    run_id = last(ImportRun).id
    with as_(PAUL) as uow, pytest.raises(NotFound):
        undo.plan(uow, run_id)
    with as_(HELENE, now=later(hours=24)) as uow, pytest.raises(UserError, match="24 heures"):
        undo.plan(uow, run_id)
    retention.sweep(later(hours=24))
    assert every(ImportWrite) == []
    with pytest.raises(UserError):
        take_back(run_id)
    with opened("petit.jean", "belrive") as uow, pytest.raises(NotFound):
        undo.plan(uow, run_id)


def test_an_import_taken_back_can_be_given_again(database: str) -> None:
    bring("families", FAMILIES)
    take_back()
    assert bring("families", FAMILIES).counts["added"] == 3
    with pytest.raises(UserError, match="24 heures"):
        take_back(every(ImportRun)[-2].id)


@both
def test_a_value_whose_former_row_is_gone_stays(database: str) -> None:
    bring("teachers", "Nom;Prénom;Code prof\nÖzdemir;Filiz;OZD\nRoy;Ada;ROY\n")
    teachers = last(ImportRun).id
    bring("courses", "Année;Code cours;Intitulé;Prof\n2026-2027;HA 1;Harpe 1;OZD\n")
    courses = last(ImportRun).id
    bring("courses", "Année;Code cours;Intitulé;Prof\n2026-2027;HA 1;Harpe 1;ROY\n")
    changed = last(ImportRun).id
    assert [(each.name, each.why) for each in plan(teachers).left] == [("Ada Roy", undo.USED)]
    assert [each.why for each in plan(courses).left] == [undo.CHANGED]
    take_back(teachers)  # Filiz goes, Ada stays
    assert [each.why for each in plan(changed).left] == [undo.LOST]


def test_every_number_of_a_row_is_a_key_that_the_database_checks_or_is_named(database: str) -> None:
    """A new column that names a row, and that no foreign key says, must be thought of when an import is taken back."""
    checked = {(str(each.table.__tablename__), each.column) for each in database_module.references()}
    found = {
        (table.name, column.name)
        for table in database_module.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_id")
        and (table.name, column.name) not in checked
        and not any(column.name in key.column_keys for key in table.foreign_key_constraints)
    }
    assert found - {("import_write", "row_id")} == UNCHECKED.keys()


def test_every_key_has_an_index_so_that_thousands_of_rows_can_go(database: str) -> None:
    for table in database_module.metadata.sorted_tables:
        keys = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
        found = {next(iter(each.columns)).name for each in (*table.indexes, *keys)}
        lacking = {key.column_keys[0] for key in table.foreign_key_constraints} - found
        assert not lacking, table.name


def test_a_run_from_before_this_was_remembered_offers_nothing(database: str) -> None:
    run = give("families", FAMILIES)
    with as_(HELENE) as uow:
        assert not undo.may_undo(uow, uow.get(ImportRun, run.id))


def test_a_page_shows_what_was_done_once_nothing_is_under_way_and_the_next_press_is_taken(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring("families", FAMILIES)
    run = last(ImportRun)

    def shown() -> str:
        with as_(HELENE, writes=False) as uow:
            return str(import_run._draw(uow, PageState(run.id)) + import_undo.draw(uow, import_undo.PageState(run.id)))

    monkeypatch.setitem(jobs._jobs, run.id, Job(run.id, run.site_id, writes=True, phase="writing"))
    assert "Enregistrement…" in shown()
    assert "Importé le" not in shown()
    monkeypatch.setitem(jobs._jobs, run.id, Job(run.id, run.site_id, writes=True, undoes=True, phase="taking back"))
    assert "Reprise de l’import…" in shown()
    monkeypatch.undo()
    assert "Importé le" in shown()
    assert "undo-read" in shown()
