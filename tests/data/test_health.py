"""What the watch, « check » and the backup vouch for was read and written; every start that fails says how to mend it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.core import database as database_module
from data.core import file_store
from data.office import dashboard_counts
from data.ops import backup, health
from main import main
from tests.conftest import ENVIRONMENT, move_to
from tests.demo_users import PAUL, as_, both, both_empty, later


def file() -> Path:
    found = database_module.file()
    assert found
    return found


def overwrite(where: Path, at: int, count: int = 2000) -> None:
    database_module.close()
    for more in ("-wal", "-shm"):
        Path(f"{where}{more}").unlink(missing_ok=True)
    with where.open("r+b") as opened:
        opened.seek(at)
        opened.write(b"\xa5" * count)


@pytest.fixture
def damaged(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """One page of a table is overwritten; nothing else knows, then or later."""
    monkeypatch.setattr(health, "_damage", "")
    with database_module.engine().connect() as connection:
        root = connection.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = 'audit_entry'").scalar_one()
        size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    overwrite(file(), (root - 1) * size)
    yield file()
    move_to(**ENVIRONMENT)


def said_by(*arguments: str) -> str:
    """What a command says that does not succeed."""
    with pytest.raises(SystemExit) as stopped:
        main([*arguments])
    return str(stopped.value.code)


def test_a_damaged_page_is_reported_by_the_watch_by_check_and_by_the_backup(
    damaged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert health.failing() == []  # a moment before it is examined
    assert said_by("check") == "1"
    assert "database: The database is damaged. Keep it apart" in capsys.readouterr().out
    assert "database" in health.failing()
    with pytest.raises(backup.Impossible, match="damaged"):
        backup.make(tmp_path, later())
    assert said_by("backup", str(tmp_path)).startswith("No copy was made: The database is damaged")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_any_more_stops_every_command_in_words(damaged: Path, tmp_path: Path) -> None:
    overwrite(damaged, 0, 5000)
    for command in (["migrate"], ["serve"], ["create-site", "nord", "Nord"], ["demo"]):
        assert said_by(*command).startswith("The database is damaged. Keep it apart, put the last copy back")
    assert "is damaged" in said_by("backup", str(tmp_path))


def test_a_folder_that_cannot_be_written_stops_the_start_in_words(database: str) -> None:
    """/proc is one, even for root."""
    assert health.failing() == []
    move_to(DATABASE_URL="sqlite:////proc/anacrouse/portal.db")
    assert "/proc/anacrouse" in said_by("serve")
    move_to(DATABASE_URL=database, FILES_DIR="/proc/anacrouse/files")
    assert "files" in health.failing()
    assert said_by("check") == "1"


def test_a_database_server_that_is_away_stops_the_start_in_words() -> None:
    move_to(DATABASE_URL="postgresql+psycopg://postgres@127.0.0.1:9/none")
    assert said_by("serve").startswith(
        "The database cannot be reached: check that it runs, and that DATABASE_URL names it."
    )
    assert "database" in health.failing()
    move_to(**ENVIRONMENT)


def test_what_can_be_written_is_well(database: str) -> None:
    assert (health.examine(), health.database_fault(), file_store.fault()) == ("", "", "")


@pytest.mark.parametrize("arguments", [
    ["backup"], ["check"], ["export", "families", "out.csv", "--site", "valmont"], ["send-letters"], ["rebuild"], ["new-key"],
    ["reset-second-factor", "--site", "valmont", "--login", "x"],
    ["create-staff", "--site", "valmont", "--login", "x", "--name", "X", "--email", "x@example.org"],
], ids=lambda arguments: arguments[0])  # fmt: skip
def test_a_command_that_wants_a_database_makes_none(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """« backup » of a mistyped address made an empty database and copied it."""
    monkeypatch.chdir(tmp_path)
    wrong = tmp_path / "mistyped.db"
    move_to(DATABASE_URL=f"sqlite:///{wrong}")
    assert said_by(*arguments).startswith("It is not there: set DATABASE_URL")
    assert list(tmp_path.iterdir()) == []
    wrong.touch()
    assert said_by(*arguments).startswith("It is empty: set DATABASE_URL")
    assert wrong.stat().st_size == 0
    assert list(tmp_path.iterdir()) == [wrong]
    assert capsys.readouterr().err.splitlines()[0] == f"Database: sqlite:///{wrong}"
    move_to(**ENVIRONMENT)


@both_empty
def test_an_empty_database_is_not_copied_and_a_password_is_not_shown(
    empty_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with database_module.engine().begin() as connection:  # so that the file of SQLite is there
        connection.exec_driver_sql("CREATE TABLE anything (id INTEGER)")
    shown = empty_database.replace("postgres@", "postgres:kept%20secret@")
    move_to(DATABASE_URL=shown)
    assert said_by("backup", str(tmp_path / "copies")).startswith("It is empty")
    assert not (tmp_path / "copies").exists()
    assert "kept" not in capsys.readouterr().err


@both
def test_the_watch_counts_what_waits_at_every_site(database: str) -> None:
    waits = 0
    for login, site in ((PAUL, "valmont"), ("petit.jean", "belrive")):
        with as_(login, site, writes=False) as uow:
            counted = dashboard_counts.counts(uow)
            waits += sum(counted[file] for file in ("", "reinscriptions", "pieces", "absences", "messages"))
    assert dashboard_counts.everywhere() == waits > 10
