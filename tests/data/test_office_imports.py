"""Secretaries import and export where their site lets them: some kinds, files of their own, and nothing of what is protected (R-73)."""

from functools import partial

import pytest

from data.core import spreadsheets
from data.core.audit import Action, AuditEntry
from data.core.errors import NotFound
from data.core.unit_of_work import UnitOfWork
from data.directory import edit_families
from data.families.models import Guardian, Pupil
from data.importing import corrections, exporting, first_reading, jobs, planning, reports, undo, writing
from data.importing import runs as import_runs
from data.importing.guarding import GUARDED
from data.importing.jobs import Job
from data.importing.kinds.registry import KINDS, kind
from data.importing.pipeline import Report
from data.importing.runs import OFFICE_KINDS, ImportRun
from data.schooling.models import Course, Enrolment
from data.site_admin import settings
from tests.data.import_helpers import HELENES, bring, carry, check, give, opened
from tests.demo_users import CLAIRE, HELENE, PAUL, account, as_, both, every, last

PAULS = partial(opened, PAUL, "valmont")
FILE = "N° famille;Nom;Prénom;Adresse;Ville;E-mail\r\n8001;Durand;Anne;1 rue Neuve;Metz;anne@example.org\r\n"
OF_CLAIRE = "1042;Aubry;Claire;9 rue Cachée;Metz;autre@example.org\r\n"
SECRET = ("3 place du Marché", "claire.aubry@example.org", "5 rue Tue")


def let(*, office: bool) -> None:
    with as_(HELENE) as uow:
        settings.save(uow, settings.SECURITY, {"office_imports": "true" if office else ""})


def protect() -> None:
    with as_(HELENE) as uow:
        edit_families.correct(
            uow, uow.get(Pupil, every(Pupil, Pupil.first_name == "Irina")[0].id), {"address": "5 rue Tue"}
        )
        edit_families.hide_contact(uow, uow.get(Guardian, account(CLAIRE).guardian_id), hidden=True)


@pytest.fixture
def office(database: str) -> None:
    let(office=True)


def exported(login: str, name: str) -> str:
    with as_(login) as uow:
        content, rows = exporting.file_of(exporting.gather(uow, kind(name)), kind(name), "csv")
        exporting.note(uow, name, rows)
    return content.decode()


def shown(report: Report) -> str:
    """All that a screen or a file shows of it."""
    return f"{report} {reports.file_of(report, 'csv').decode()}"


def test_the_setting_is_read_at_each_use(database: str) -> None:
    with pytest.raises(NotFound):
        give("families", FILE, by=PAULS)
    let(office=True)
    run = give("families", FILE, by=PAULS)
    assert check(run, by=PAULS).counts["added"] == 1
    let(office=False)
    job = Job(run.id, run.site_id, writes=True, total=run.rows)
    for act in (partial(check, run), partial(jobs.carry_out, job=job), partial(first_reading.looked, run_id=run.id)):
        with pytest.raises(NotFound):
            act(by=PAULS) if act.func is check else act(PAULS)
    with as_(PAUL) as uow, pytest.raises(NotFound):
        exporting.gather(uow, kind("families"))
    assert not every(Guardian, Guardian.last_name == "Durand")
    assert last(AuditEntry, AuditEntry.action == Action.SETTINGS_CHANGED).changes == {"office_imports": ["true", ""]}


def test_money_and_the_files_of_others_stay_with_the_responsable(office: None) -> None:
    for name in set(KINDS) - set(OFFICE_KINDS):
        with pytest.raises(NotFound):
            give(name, FILE, by=PAULS)
        with as_(PAUL) as uow, pytest.raises(NotFound):
            exporting.gather(uow, kind(name))
    theirs, mine = (
        give("families", FILE),
        give("", "N° facture;N° famille;Date;Montant\r\nF1;1042;01/09/2026;12,00\r\n", by=PAULS),
    )
    assert mine.kind in OFFICE_KINDS
    with as_(PAUL) as uow:
        assert [each.id for each in import_runs.latest(uow)] == [mine.id]
        for act in (import_runs.run_of, import_runs.content_of, import_runs.force, import_runs.drop):
            with pytest.raises(NotFound):
                act(uow, theirs.id)
        with pytest.raises(NotFound):
            import_runs.set_kind(uow, uow.get(ImportRun, mine.id), "invoices", {})
        with pytest.raises(NotFound):
            exporting.accepted_since(uow, uow.today)
    with as_(HELENE) as uow:
        assert len(import_runs.latest(uow)) == 2


@both
def test_an_export_leaves_out_what_is_protected_and_says_so(office: None, database: str) -> None:
    protect()
    for name, secrets in (
        ("families", SECRET[:2]),
        ("pupils", SECRET[2:]),
        ("pupils-and-adults", SECRET),
        ("courses", ()),
    ):
        mine, all_of_it = exported(PAUL, name), exported(HELENE, name)
        assert len(mine.splitlines()) == len(all_of_it.splitlines())
        for secret in secrets:
            assert (secret in mine, secret in all_of_it) == (False, True), (name, secret)
    entry = last(AuditEntry, AuditEntry.action == Action.RECORDS_EXPORTED, AuditEntry.actor_id == account(PAUL).id)
    assert entry.changes == {"kind": ["", "courses"], "rows": entry.changes["rows"], "protected": ["", 2]}


@both
def test_a_line_about_a_protected_household_is_reported_without_its_values(office: None, database: str) -> None:
    protect()
    run = give("families", FILE + OF_CLAIRE, by=PAULS)
    report = carry(run, by=PAULS)
    assert [(each.line, each.column, each.value, str(each.why), each.about) for each in report.faults] == [
        (3, "", "", str(GUARDED), "")
    ]
    assert not any(value in shown(report) for value in (*SECRET, "9 rue Cachée", "autre@example.org"))
    assert [each.number for each in report.previews.families] == ["8001"]
    with as_(PAUL) as uow:
        corrections.leave_out(uow, run.id, {3})
    assert carry(run, by=PAULS).written
    assert every(Guardian, Guardian.id == account(CLAIRE).guardian_id)[0].address == SECRET[0]
    entry = last(AuditEntry, AuditEntry.action == Action.FILE_IMPORTED)
    assert (entry.actor_id, entry.subject_id) == (account(PAUL).id, run.id)


def test_what_a_responsable_read_of_a_secretarys_file_is_not_the_secretarys(office: None) -> None:
    protect()
    run = give("families", FILE + OF_CLAIRE, by=PAULS)
    assert SECRET[0] in shown(check(run))
    for login, there in ((HELENE, True), (PAUL, False)):
        with as_(login) as uow:
            assert (jobs.report_of(uow, import_runs.run_of(uow, run.id)) is not None) == there


def checked(uow: UnitOfWork, content: str, run: ImportRun) -> writing.Ready:
    """What would be written of a file of families, as things stand now."""
    families, sheet = kind("families"), spreadsheets.read(content.encode())
    return writing.prepare(planning.plan(planning.load(uow, families), families, sheet, run.matched))


def test_a_household_under_protection_since_the_check_is_not_written(office: None) -> None:
    content = "N° famille;Nom;Prénom;Profession\r\n1042;Aubry;Claire;Juge\r\n"
    run = give("families", content, by=PAULS)
    with as_(PAUL) as uow:
        ready = checked(uow, content, run)
    protect()
    with as_(PAUL) as uow, pytest.raises(writing.Stale):
        writing.write(uow, ready, run.id)


def test_somebody_who_comes_to_a_household_protected_since_the_check_is_checked_again(office: None) -> None:
    content = "N° famille;Rang;Nom;Prénom\r\n1042;5;Aubry;Jeanne\r\n"
    run = give("families", content)
    with as_(HELENE) as uow:
        ready = checked(uow, content, run)
    protect()
    with as_(HELENE) as uow, pytest.raises(writing.Stale):
        writing.write(uow, ready, run.id)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pupils", "N° élève;Nom;Prénom;E-mail\r\n2042;Aubry;Irina;neuf@example.org\r\n"),
        ("pupils", "N° élève;Nom;Prénom;N° famille\r\n9900;Aubry;Zoé;1042\r\n"),
        (
            "pupils-and-adults",
            "Nom élève;Prénom élève;N° famille;Nom responsable;Prénom responsable\r\nAubry;Zoé;1042;Aubry;Claire\r\n",
        ),
        ("families", "N° famille;Nom;Prénom;Profession\r\n1042;Aubry;Claire;Juge\r\n"),
        ("families", "N° famille;Rang;Nom;Prénom;Identifiant\r\n1042;5;Aubry;Jeanne;aubry.jeanne\r\n"),
    ],
)
def test_nothing_of_such_a_household_is_changed_or_added(office: None, name: str, content: str) -> None:
    protect()
    report = check(give(name, content, by=PAULS), by=PAULS)
    assert [str(each.why) for each in report.faults] == [str(GUARDED)]
    assert [*report.changes, *report.conflicts] == []
    assert not check(give(name, content)).faults


def test_a_file_that_guesses_learns_nothing(office: None) -> None:
    """An e-mail or an address that is somebody’s under protection is like one that is nobody’s."""
    protect()
    heads = "Nom élève;Prénom élève;Nom responsable;Prénom responsable;Adresse responsable;CP responsable;Ville responsable;E-mail responsable\r\n"
    seen = []
    for email in (SECRET[1], "personne@example.org"):
        line = f"Noir;Ana;Noir;Eva;{SECRET[0]};57220;Valmont;{email}\r\n"
        report = check(give("pupils-and-adults", heads + line, by=PAULS), by=PAULS)
        seen.append((report.counts, report.conflicts, [each.key for each in report.questions], report.faults))
    assert seen[0] == seen[1]


def test_a_secretary_takes_back_their_own_and_what_is_protected_since_stays(office: None) -> None:
    content = "N° famille;Nom;Prénom;Profession\r\n1042;Aubry;Claire;Juge\r\n8001;Durand;Anne;Luthière\r\n"
    bring("families", content, by=PAULS)
    run = last(ImportRun)
    protect()
    with as_(PAUL) as uow:
        left = undo.plan(uow, run.id).report.left
    assert {each.why for each in left} == {undo.PROTECTED}
    bring("families", FILE.replace("8001", "8002"), by=HELENES)
    with as_(PAUL) as uow, pytest.raises(NotFound):
        undo.plan(uow, last(ImportRun).id)


def test_what_waits_of_a_protected_household_is_not_in_a_check(office: None) -> None:
    protect()
    with as_(PAUL) as uow:
        snapshot = planning.load(uow, kind("families"))
    assert snapshot.guarded_families == 2
    assert not any(
        value in str(each.values) for rows in snapshot.rows.values() for each in rows.values() for value in SECRET
    )


def test_a_secretary_enrols_and_makes_courses_and_nobody_of_a_protected_household(
    office: None, in_the_files_year: None
) -> None:
    [irina] = every(Pupil, Pupil.first_name == "Irina", Pupil.last_name == "Aubry")
    [other] = every(Pupil, Pupil.first_name == "Nino", Pupil.last_name == "Aubry")
    titles = "N° élève;Nom élève;Prénom élève;Cours;Professeur;N° famille"
    file = f"{titles}\n{{}};Aubry;{{}};Chorale d’été;BESSON Nora;1042\n"
    run = give("pupils-and-adults", file.format(irina.number, "Irina"), by=PAULS)
    protect()
    with PAULS(writes=True) as uow:
        import_runs.match(uow, run.id, {"answers": {"new-courses:2026-2027": "make"}})
    report = carry(last(ImportRun, ImportRun.id == run.id), by=PAULS)
    assert ([each.why for each in report.faults], report.written) == ([GUARDED], False)
    assert "Irina" not in shown(report)
    assert not every(Course, Course.name == "Chorale d’été")
    with as_(HELENE) as uow:
        edit_families.hide_contact(uow, uow.get(Guardian, account(CLAIRE).guardian_id), hidden=False)
    run = give("pupils-and-adults", file.format(other.number, "Nino"), by=PAULS)
    with PAULS(writes=True) as uow:
        import_runs.match(uow, run.id, {"answers": {"new-courses:2026-2027": "make"}})
    report = carry(last(ImportRun, ImportRun.id == run.id), by=PAULS)
    assert (report.faults, [each.key for each in report.questions if each.is_open]) == ([], [])
    assert report.written
    [course] = every(Course, Course.name == "Chorale d’été")
    assert [each.pupil_id for each in every(Enrolment, Enrolment.course_id == course.id)] == [other.id]
