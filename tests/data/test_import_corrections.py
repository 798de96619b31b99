"""What is mended on the screen: cells, a line left aside; the corrected file can be taken away."""

import pytest

from data.core import spreadsheets
from data.core.errors import NotFound, UserError
from data.families.models import Guardian
from data.importing import corrections, jobs
from data.importing import runs as import_runs
from data.importing.runs import ImportRun
from tests.data.import_helpers import HELENES, carry, check, faults, give
from tests.demo_users import every, last

FILE = (
    "N° famille;Nom;Prénom;CP;Tél. port.\n"
    "7001;Durand;Anne;5722;0612345678\n"
    "7002;Petit;Bea;5722;0612345679\n"
    "7003;Martin;;57220;\n"
    "7004;Roux;Cleo;57220;06\n"
)


def reread(run: ImportRun) -> ImportRun:
    return last(ImportRun, ImportRun.id == run.id)


def test_cells_are_mended_and_a_line_is_left_aside(database: str) -> None:
    run = give("families", FILE)
    assert [(line, column) for line, column, _ in faults(check(run))] == [
        (2, "CP"),
        (3, "CP"),
        (4, "Prénom"),
        (5, "Tél. port."),
    ]
    with HELENES(writes=True) as uow:
        assert corrections.correct(uow, run.id, {(2, 3): "57220", (3, 3): "57220", (5, 4): "06 11 22 33 44"}) == 3
        corrections.leave_out(uow, run.id, [4])
    assert corrections.count(reread(run).matched) == 4
    report = carry(reread(run))
    assert report.faults == []
    assert report.written
    adults = every(Guardian, Guardian.last_name.in_(["Durand", "Petit", "Roux", "Martin"]))  # type: ignore[attr-defined]
    assert sorted((one.last_name, one.postcode, one.phone_mobile) for one in adults) == [
        ("Durand", "57220", "+33612345678"), ("Petit", "57220", "+33612345679"), ("Roux", "57220", "+33611223344"),
    ]  # fmt: skip


def test_what_was_wrong_with_a_cell_as_a_spreadsheet_wrote_it_is_gone_once_it_is_corrected(database: str) -> None:
    run = give("families", "N° famille;Nom;Prénom\n7001;FrÃ©mont;Anne\n7002;Petit;Bea;de trop\n")
    assert len(check(run).faults) == 2
    with HELENES(writes=True) as uow:
        corrections.correct(uow, run.id, {(2, 1): "Frémont"})
        corrections.leave_out(uow, run.id, [3])
    report = check(reread(run))
    assert report.faults == []
    assert [(each.line, each.about) for each in report.changes] == [(2, "Famille n° 7001"), (2, "Anne Frémont")]


def test_corrections_are_taken_back_and_the_corrected_file_is_taken_away(database: str) -> None:
    run = give("families", FILE)
    with HELENES(writes=True) as uow:
        corrections.correct(uow, run.id, {(2, 1): "=Durand", (2, 3): "57220"})
        corrections.leave_out(uow, run.id, [4, 5])
        content = import_runs.content_of(uow, run.id)
    mended = spreadsheets.read(corrections.file_of(spreadsheets.read(content), reread(run).matched, "csv"))
    assert [cells for _, cells in mended.rows] == [
        ["7001", "=Durand", "Anne", "57220", "0612345678"],
        ["7002", "Petit", "Bea", "5722", "0612345679"],
    ]
    with HELENES(writes=True) as uow:
        corrections.take_back(uow, run.id)
    assert corrections.count(reread(run).matched) == 0
    assert len(check(reread(run)).faults) == 4


def test_a_column_that_is_not_there_a_finished_file_and_a_flood_of_corrections_are_refused(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = give("families", FILE)
    monkeypatch.setattr(corrections, "MAX_CORRECTIONS", 2)
    with HELENES(writes=True) as uow, pytest.raises(NotFound):
        corrections.correct(uow, run.id, {(2, 5): "x"})
    with HELENES(writes=True) as uow, pytest.raises(UserError, match="C’est beaucoup"):
        corrections.correct(uow, run.id, {(2, 1): "a", (3, 1): "b", (4, 1): "c"})
    with HELENES(writes=True) as uow:
        import_runs.drop(uow, run.id)
    with HELENES() as uow:
        assert jobs.report_of(uow, reread(run)) is None
    with HELENES(writes=True) as uow, pytest.raises(UserError, match="n’attend plus"):
        corrections.leave_out(uow, run.id, [2])
