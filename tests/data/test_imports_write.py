"""Imports written: all or nothing, once, in a transaction kept short; a second run updates and never doubles."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlmodel import select

from data.accounts.models import Account
from data.billing import models as billing
from data.billing.models import Allocation, Invoice, Payment
from data.core.audit import AuditEntry
from data.core.errors import UserError
from data.core.external_keys import ExternalKey
from data.core.scope import ScopeViolation
from data.core.spreadsheets import read
from data.core.unit_of_work import unit_of_work
from data.directory import brief
from data.directory import search as family_search
from data.families import models as families
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.importing import command, jobs, planning, writing
from data.importing.jobs import Job, Stopped
from data.importing.kinds.registry import kind
from data.importing.runs import ImportFile, ImportRun
from data.schooling.models import Course, Enrolment, Teacher
from tests.data.import_helpers import HELENES, bring, carry, check, give, snapshot
from tests.demo_users import CLAIRE, HELENE, PAUL, account, as_, both, counts, every
from tests.server import ROOT

FAMILIES = """N° famille;Rang;Civ.;Nom;Prénom;Adresse;CP;Ville;Tél. port.;E-mail;Identifiant
F-77;1;Mme;Ōkubo;Nadège;1 rue Haute;57220;Valmont;0611223344;nadege@example.org;okubo.nadege
F-77;2;M.;Ōkubo;Jun;1 rue Haute;57220;Valmont;;;
5001;1;Mme;Roy;Eva;2 rue Basse;57220;Valmont;;;
"""
PUPILS = """Matricule;Nom;Prénom;Né le;Sexe;N° famille;2e famille;Droits du second foyer
E-1;Ōkubo;Hana;02/03/2015;Fille;F-77;5001;consulter
2042;Aubry;Irina;04/05/2013;F;1042;;
"""


@both
def test_other_programs_keys_are_kept_so_that_a_second_run_updates_and_never_doubles(database: str) -> None:
    assert bring("families", FAMILIES).counts == {"added": 3, "updated": 0, "unchanged": 0}
    assert bring("pupils", PUPILS).counts["added"] == 1
    [nadege] = every(Guardian, Guardian.first_name == "Nadège")
    [hana] = every(Pupil, Pupil.first_name == "Hana")
    before = counts(Family, Guardian, Pupil, PupilLink, Account, ExternalKey)
    again = bring("families", FAMILIES.replace("1 rue Haute", "8 quai Neuf").replace("F-77;2;M.", "F-77;2;m"))
    assert again.counts == {"added": 0, "updated": 2, "unchanged": 1}
    assert bring("pupils", PUPILS.replace("Hana", "Hanna")).counts["updated"] == 1
    assert counts(Family, Guardian, Pupil, PupilLink, Account, ExternalKey) == before
    assert every(Guardian, Guardian.id == nadege.id)[0].address == "8 quai Neuf"
    assert every(Pupil, Pupil.id == hana.id)[0].first_name == "Hanna"
    links = {(link.household, link.rights) for link in every(PupilLink, PupilLink.pupil_id == hana.id)}
    assert links == {("principal", "all"), ("second", "consult")}


@both
def test_what_is_imported_is_found_and_a_login_makes_an_account_without_password(database: str) -> None:
    bring("families", FAMILIES)
    with HELENES() as uow:
        assert [found.family.number for found in family_search.find(uow, "okubo").families]
    nadege = account("okubo.nadege")
    assert (nadege.password_hash, nadege.role, nadege.name) == ("", "family", "Nadège Ōkubo")
    with unit_of_work(nadege) as uow:
        assert [row.first_name for row in uow.all(select(Guardian).order_by(Guardian.rank))] == ["Nadège", "Jun"]


def test_the_journal_keeps_the_file_and_each_value_that_changed(database: str) -> None:
    bring("families", "N° famille;Rang;Nom;Prénom;Adresse\n1042;1;Aubry;Claire;9 rue du Port\n")
    [one] = every(AuditEntry, AuditEntry.action == "import changed")
    assert one.changes == {"Adresse": ["3 place du Marché", "9 rue du Port"]}
    assert (one.actor, one.subject) == ("Hélène Lemoine", "guardian")
    [file] = every(AuditEntry, AuditEntry.action == "imported")
    assert file.changes["updated"] == ["", 1]
    assert every(ImportFile) == []


def test_a_blank_cell_leaves_the_value_unless_it_is_to_erase_it(database: str) -> None:
    text = "N° famille;Rang;Nom;Prénom;Profession\n1042;1;Aubry;Claire;\n"
    assert bring("families", text).counts["unchanged"] == 1
    bring("families", text + "\n", erase=True)
    assert every(Guardian, Guardian.first_name == "Claire", Guardian.site_id == 1)[0].profession == ""


def test_a_history_in_one_file_makes_its_courses(database: str) -> None:
    bring("teachers", "Nom;Prénom;Code prof\nÖzdemir;Filiz;OZD\n")
    text = (
        "Matricule;Année;Code cours;Classe;Département;Niveau;Professeur;Moyenne;Mention;Résultat\n"
        "2042;20112012;HA 1;Harpe 1;Harpe;débutant;OZD;15,5;Bien;Admise\n"
        "2042;2012;HA 2;Harpe 2;Harpe;1re année;Filiz ÖZDEMIR;16;Très bien;Admise\n"
    )
    bring("enrolments", text)
    [course] = every(Course, Course.number == "HA 1")
    [past] = every(Enrolment, Enrolment.course_id == course.id)
    assert (course.school_year, course.name, past.average, past.level) == ("2011-2012", "Harpe 1", 1550, "débutant")
    assert course.teacher_id == every(Teacher, Teacher.last_name == "Özdemir")[0].id


@both
def test_a_payment_settles_its_invoice_and_the_balance_is_right(database: str) -> None:
    with as_(CLAIRE) as uow:
        before = billing.accounts(uow)["tuition"].balance
    bring(
        "invoices",
        "Facture;Code famille;Date facture;Montant TTC;Libellé\nF-1;1042;01/10/2026;1 234,50 €;Cotisation\nF-2;1042;01/10/2026;100;Stage\n",
    )
    bring(
        "payments",
        "N° reçu;Facture;Date;Mode;Montant\nR-1;F-1;12/10/2026;Chèque;1.000,00\nR-2;F-2;12/10/2026;Virement;100\n",
    )
    with as_(CLAIRE) as uow:
        assert billing.accounts(uow)["tuition"].balance == before + 123450 + 10000 - 100000 - 10000
        states = {entry.row.number: entry.state for entry in billing.accounts(uow)["tuition"].entries}
    assert states["F-1"] in {"partial", "late"}
    assert states["F-2"] == "paid"
    assert [each.cents for each in every(Allocation)[-2:]] == [100000, 10000]
    [invoice] = every(Invoice, Invoice.number == "F-1")
    assert invoice.payer == "Claire Aubry"


@both
def test_a_family_is_found_by_what_the_offices_software_calls_it_its_pupil_or_its_invoice(database: str) -> None:
    bring("families", FAMILIES)
    report = check(give("pupils", PUPILS))
    assert {each.about for each in report.changes if each.line == 2 and each.outcome == "added"} == {
        "Hana Ōkubo",
        "Rattachement : Hana Ōkubo, Famille n° F-77",
        "Rattachement : Hana Ōkubo, Famille n° 5001",
    }
    bring("pupils", PUPILS)
    bring("invoices", "Facture;N° famille;Date;Montant\nFA-2041;F-77;01/10/2026;100\n")
    [number] = [
        each.number for each in every(Family, Family.id == every(Guardian, Guardian.first_name == "Jun")[0].family_id)
    ]
    with as_(PAUL, writes=False) as uow:
        for typed in ("F-77", "f-77", "E-1", "fa-2041"):
            assert number in [found.family.number for found in family_search.find(uow, typed).families], typed
        family = families.by_number(uow, number)
        assert brief.numbers(uow, family.id).code == "F-77"
    with as_("petit.jean", "belrive", writes=False) as uow:
        assert family_search.find(uow, "F-77").families == family_search.find(uow, "FA-2041").families == []


def test_money_never_changes_families(database: str) -> None:
    bring("invoices", "Facture;N° famille;Date;Montant\nF-1;1042;01/10/2026;100\n")
    report = check(give("invoices", "Facture;N° famille;Date;Montant\nF-1;1077;01/10/2026;100\n"))
    assert [str(fault.why)[:37] for fault in report.faults] == ["Cette pièce est celle d’une autre fam"]


def test_one_faulty_line_and_nothing_is_written(database: str) -> None:
    before = snapshot()
    report = carry(give("families", FAMILIES + "5002;1;Mme;;Sans;3 rue;57220;Valmont;;;\n"))
    assert len(report.faults) == 1
    assert snapshot() == before


def test_what_changed_since_the_check_is_read_again_before_anything_is_written(database: str) -> None:
    run = give("families", "N° famille;Rang;Nom;Prénom;Adresse\n1042;1;Aubry;Claire;9 rue du Port\n")
    check(run)
    with as_(HELENE) as uow:
        claire = uow.one(select(Guardian).where(Guardian.first_name == "Claire", Guardian.last_name == "Aubry"))
        assert claire
        claire.address = "ailleurs"
        uow.add(claire)
    job = Job(run.id, run.site_id, writes=True)
    assert jobs.carry_out(HELENES, job).moved
    assert every(Guardian, Guardian.address == "9 rue du Port") == []
    assert not jobs.carry_out(HELENES, job).moved
    assert len(every(Guardian, Guardian.address == "9 rue du Port")) == 1


@both
def test_a_plan_made_before_somebody_elses_writing_is_stale(database: str) -> None:
    run = give("families", FAMILIES)
    sheet = read(FAMILIES.encode())
    with HELENES() as uow:
        snapshot = planning.load(uow, kind("families"))
    ready = writing.prepare(planning.plan(snapshot, kind("families"), sheet, run.matched))
    bring("families", "N° famille;Nom;Prénom\n8001;Durand;Anne\n")
    with pytest.raises(writing.Stale), HELENES(writes=True) as uow:
        writing.write(uow, ready, run.id)
    assert every(Guardian, Guardian.last_name == "Roy") == []


def carry_unread(run: ImportRun) -> None:
    jobs.carry_out(HELENES, Job(run.id, run.site_id, writes=True), unread=True)


@both
def test_row_96_of_two_imports_at_once_the_second_waits_and_both_are_written_once(database: str) -> None:
    runs = [
        give("families", f"N° famille;Nom;Prénom\n{number};Durand;Anne {name}\n")
        for number, name in ((8001, "a"), (8002, "b"))
    ]
    with ThreadPoolExecutor(3) as people:
        asked = [people.submit(carry_unread, run) for run in (*runs, runs[0])]
    assert sorted(str(each.exception() or "") for each in asked)[:2] == ["", ""]
    assert "n’attend plus" in str([each.exception() for each in asked])
    assert [run.state for run in every(ImportRun)] == ["done", "done"]
    assert len(every(Guardian, Guardian.last_name == "Durand")) == 2


def test_an_import_is_stopped_before_it_writes(database: str) -> None:
    run, before = give("families", FAMILIES), snapshot()
    job = Job(run.id, run.site_id, writes=True)
    job.stopped = True
    with pytest.raises(Stopped):
        jobs.carry_out(HELENES, job, unread=True)
    assert snapshot() == before
    job = Job(run.id, run.site_id, writes=True)
    job.enter("writing")
    assert not job.stop(), "too late: it is being saved"
    job.tick()


KILLED = """
import os, signal, sys
from functools import partial
from data.importing import runs as import_runs
from data.importing import jobs
from data.importing import command
import_runs.finish = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
open_unit_of_work = command.open_as("valmont")
run = jobs.receive(open_unit_of_work, "families", "a.csv", sys.argv[1].encode())
jobs.carry_out(open_unit_of_work, jobs.Job(run, 1, writes=True), unread=True)
"""


def test_row_102_a_process_killed_in_the_middle_of_an_import_leaves_the_old_state(database: str) -> None:
    before = snapshot()
    done = subprocess.run([sys.executable, "-c", KILLED, FAMILIES], cwd=ROOT, check=False)
    assert done.returncode == -9
    assert snapshot() == before
    assert [run.state for run in every(ImportRun)] == ["waiting"]


def test_bulk_writing_has_its_scope(database: str) -> None:
    rows = [{"site_id": 2, "number": 9999, "since": None}]
    with pytest.raises(ScopeViolation), HELENES(writes=True) as uow:
        uow.insert(Family, rows)
    with pytest.raises(ScopeViolation), HELENES() as uow:
        uow.insert(Family, [{**rows[0], "site_id": uow.site_id}])
    with pytest.raises(LookupError), as_(CLAIRE) as uow:
        uow.insert(Family, [{**rows[0], "site_id": uow.site_id}])
    with pytest.raises(ScopeViolation), HELENES(writes=True) as uow:
        uow.amend(Payment, [{"id": 1, "site_id": uow.site_id, "family_id": 2}])
    before = counts(Guardian)
    with pytest.raises(LookupError), as_(CLAIRE) as uow:
        uow.remove(Guardian, [1])
    with HELENES(writes=True) as uow:  # another site's rows are not met
        uow.remove(Guardian, [each.id for each in every(Guardian, Guardian.site_id == 2)])
    assert counts(Guardian) == before


def test_the_terminal_does_the_same(database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, mapping, out = tmp_path / "f.csv", tmp_path / "m.toml", tmp_path / "out.xlsx"
    source.write_text("Zone;Nom;Prénom;Ville\n8001;Durand;Anne;Metz\n", encoding="cp1252")
    mapping.write_text(
        '[columns]\nnumber = "Zone"\nlast_name = "Nom"\nfirst_name = "Prénom"\n[fixed]\nsince = "01/09/2020"\n',
        encoding="utf-8",
    )
    assert command.import_file("families", source, "valmont", mapping=mapping, dry_run=True) == 0
    assert every(Guardian, Guardian.last_name == "Durand") == []
    assert command.import_file("families", source, "valmont", mapping=mapping) == 0
    assert command.import_file("families", source, "valmont", mapping=mapping) == 1
    assert "déjà été importé" in capsys.readouterr().out
    assert command.import_file("families", source, "valmont", mapping=mapping, force=True) == 0
    mapping.write_text('[columns]\nnumber = "Nulle part"\n', encoding="utf-8")
    assert command.import_file("families", source, "valmont", mapping=mapping) == 1
    assert "n’a pas de colonne « Nulle part »" in capsys.readouterr().out
    assert every(ImportFile) == []
    assert command.export_file("families", out, "valmont") == 0
    heads = read(out.read_bytes()).heads
    assert heads[0] == "N° famille"
    assert command.export_file("nonsense", out, "valmont") == 1
    with pytest.raises(SystemExit, match="valmont"):
        command.import_file("families", source, "nowhere")


def test_an_import_pressed_while_the_file_is_checked_again_is_refused_in_words_and_a_check_pressed_twice_is_one(
    database: str,
) -> None:
    run = give("families", FAMILIES)
    checking = jobs._jobs[run.id] = jobs.Job(run.id, run.site_id, writes=False)
    with HELENES() as uow:
        with pytest.raises(UserError, match="travaille encore"):
            jobs.start(uow, run, writes=True)
        with pytest.raises(UserError, match="travaille encore"):
            jobs.start(uow, run, writes=False, undoes=True)
        jobs.start(uow, run, writes=False)
    assert jobs._jobs.pop(run.id) is checking


def test_what_finds_no_place_among_the_works_is_said_and_may_be_asked_again(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = give("families", FAMILIES)
    monkeypatch.setattr(jobs._workers, "most", 0)
    with HELENES() as uow, pytest.raises(UserError, match="très sollicité"):
        jobs.start(uow, run, writes=False)
    assert jobs.job_of(run.id) is None
