"""A copy of everything and back: whole, never over anything, without live sessions and without letters sent twice."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from data.accounts import sessions
from data.accounts.sessions import SignIn
from data.core import database as database_module
from data.core import schema
from data.mail import outbox
from data.mail.outbox import Letter, Mail, Recipient
from data.ops import backup
from tests.conftest import ask_postgresql, move_to
from tests.days import MOMENT
from tests.demo_users import HELENE, account, as_, every, on_sqlite


@pytest.fixture
def copied(database: str, tmp_path: Path) -> Path:
    return copy_of_the_demo(tmp_path)


def copy_of_the_demo(tmp_path: Path) -> Path:
    """With a file, a session and a letter that waits."""
    move_to(FILES_DIR=str(tmp_path / "files"))
    (tmp_path / "files" / "1").mkdir(parents=True, exist_ok=True)
    (tmp_path / "files" / "1" / "document").write_bytes(b"what a family gave")
    sessions.sign_in(account(HELENE))
    with as_(HELENE) as uow:
        outbox.write(uow, Mail("mail_trial", Recipient("a@example.org", "A", "fr", uow.site_id or 0)))
    return backup.make(tmp_path / "backups", MOMENT)


def elsewhere(tmp_path: Path) -> None:
    move_to(DATABASE_URL=f"sqlite:///{tmp_path}/new/portal.db", FILES_DIR=str(tmp_path / "new" / "files"))


@on_sqlite
def test_a_copy_comes_back_whole_with_sessions_void_and_letters_to_confirm(copied: Path, tmp_path: Path) -> None:
    """Row 107."""
    before = {row.login for row in every(type(account(HELENE)))}
    elsewhere(tmp_path)
    shown = backup.restore(copied)
    assert "whole" in " ".join(shown)
    assert {row.login for row in every(type(account(HELENE)))} == before
    assert all(row.ended_at for row in every(SignIn))
    assert {row.state for row in every(Letter)} & {"waiting", "sending"} == set()
    assert (tmp_path / "new" / "files" / "1" / "document").read_bytes() == b"what a family gave"
    with as_(HELENE) as uow:
        assert outbox.to_confirm(uow) > 0
        outbox.settle_restored(uow, sent=False)
        assert outbox.to_confirm(uow) == 0


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_copy_of_postgresql_comes_back_whole_into_an_empty_database(
    database: str, postgresql: str, tmp_path: Path
) -> None:
    """Row 107, as pg_dump and pg_restore do it."""
    copied, logins = copy_of_the_demo(tmp_path), {row.login for row in every(type(account(HELENE)))}
    counts = [len(every(table)) for table in database_module.table_classes()]
    with pytest.raises(backup.Impossible, match="holds tables"):
        backup.restore(copied)
    restored = f"restored_{os.getpid()}"
    ask_postgresql(postgresql, f"CREATE DATABASE {restored}")
    try:
        move_to(DATABASE_URL=f"{postgresql}{restored}", FILES_DIR=str(tmp_path / "new" / "files"))
        assert len(backup.restore(copied, verify=True)) == 3
        assert schema.state()[0] is None
        backup.restore(copied)
        assert schema.state()[0] == schema.state()[1]
        assert {row.login for row in every(type(account(HELENE)))} == logins
        assert [len(every(table)) for table in database_module.table_classes()] == counts
        assert all(row.ended_at for row in every(SignIn))
        assert {row.state for row in every(Letter)} & {"waiting", "sending"} == set()
        assert (tmp_path / "new" / "files" / "1" / "document").read_bytes() == b"what a family gave"
        with as_(HELENE) as uow:  # the sequences came back too: a new row has a new number
            outbox.write(uow, Mail("mail_trial", Recipient("a@example.org", "A", "fr", uow.site_id or 0)))
        with database_module.engine().begin() as connection, pytest.raises(DBAPIError):  # and the journal's guard
            connection.exec_driver_sql("UPDATE audit_entry SET actor = 'x'")
        (copied / "files" / "1" / "document").write_bytes(b"another")
        with pytest.raises(backup.Impossible, match="missing or changed"):
            backup.restore(copied, verify=True)
        with (copied / "database.dump").open("r+b") as opened:
            opened.seek(500)
            opened.write(b"x" * 200)
        with pytest.raises(backup.Impossible, match="SHA-256"):
            backup.restore(copied, verify=True)
    finally:
        move_to(DATABASE_URL=database)
        ask_postgresql(postgresql, f"DROP DATABASE {restored} WITH (FORCE)")


def test_nothing_is_written_over(copied: Path, tmp_path: Path) -> None:
    with pytest.raises(backup.Impossible, match="is there"):
        backup.restore(copied)
    with pytest.raises(backup.Impossible, match="is there already"):
        backup.make(copied.parent, MOMENT)
    elsewhere(tmp_path)
    (tmp_path / "new" / "files").mkdir(parents=True)
    (tmp_path / "new" / "files" / "x").write_text("x")
    with pytest.raises(backup.Impossible, match="holds files"):
        backup.restore(copied)
    assert not (tmp_path / "new" / "portal.db").exists()


def test_a_trial_writes_nothing(copied: Path, tmp_path: Path) -> None:
    elsewhere(tmp_path)
    assert len(backup.restore(copied, verify=True)) == 3
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("harm", ["a file", "a file gone", "the database", "the manifest", "rows"])
def test_a_damaged_copy_is_refused_in_words(copied: Path, harm: str) -> None:
    if harm == "a file":
        (copied / "files" / "1" / "document").write_bytes(b"another")
    elif harm == "a file gone":
        shutil.rmtree(copied / "files")
    elif harm == "the database":
        with (copied / "database.db").open("r+b") as opened:
            opened.seek(50_000)
            opened.write(b"x" * 200)
    elif harm == "the manifest":
        (copied / "manifest.json").write_text("{")
    else:
        manifest = json.loads((copied / "manifest.json").read_text())
        manifest["rows"]["site"] = 99
        (copied / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(backup.Impossible):
        backup.restore(copied, verify=True)


def _linked(copied: Path, place: str) -> None:
    path = copied / place
    shutil.move(path, copied.parent / "elsewhere")
    path.symlink_to(copied.parent / "elsewhere")


def _listed(copied: Path, name: str, sha: str = "") -> None:
    manifest = json.loads((copied / "manifest.json").read_text())
    manifest["files"][name] = sha or manifest["files"]["1/document"]
    (copied / "manifest.json").write_text(json.dumps(manifest))


def _changed(copied: Path, **values: object) -> None:
    manifest = json.loads((copied / "manifest.json").read_text())
    (copied / "manifest.json").write_text(json.dumps({**manifest, **values}))


PREPARED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a file that is not listed": (
        lambda copied: (copied / "files" / "1" / "more").write_text("x"),
        "not in the manifest",
    ),
    "a hidden one": (lambda copied: (copied / "files" / ".more").write_text("x"), "not in the manifest"),
    "a file that is a link": (lambda copied: _linked(copied, "files/1/document"), "is a link"),
    "a folder that is a link": (lambda copied: _linked(copied, "files/1"), "is a link"),
    "the folder of the files": (lambda copied: _linked(copied, "files"), "is a link"),
    "the database": (lambda copied: _linked(copied, "database.db"), "is a link"),
    "the manifest": (lambda copied: _linked(copied, "manifest.json"), "is a link"),
    "a hard link": (lambda copied: os.link(copied / "files/1/document", copied.parent / "same"), "hard link"),
    "a pipe": (lambda copied: os.mkfifo(copied / "files" / "1" / "pipe"), "no plain file"),
    "a name that climbs": (lambda copied: _listed(copied, "../../files/1/document"), "outside the copy"),
    "a name of the root": (lambda copied: _listed(copied, str(copied / "files/1/document")), "outside the copy"),
    "nested without end": (lambda copied: (copied / "manifest.json").write_text("[" * 100_000), "no copy"),
    "no digest": (lambda copied: _changed(copied, database={"name": "database.db"}), "no copy"),
    "a name that no file has": (lambda copied: _listed(copied, "1/\0"), "missing or changed"),
    "a list": (lambda copied: (copied / "manifest.json").write_text("[]"), "no copy"),
}


@pytest.mark.parametrize("harm", PREPARED)
def test_a_prepared_copy_is_refused_in_words_and_nothing_is_written(copied: Path, tmp_path: Path, harm: str) -> None:
    prepare, words = PREPARED[harm]
    prepare(copied)
    elsewhere(tmp_path)
    for verify in (True, False):
        with pytest.raises(backup.Impossible, match=words):
            backup.restore(copied, verify=verify)
    assert not (tmp_path / "new").exists()


def test_what_comes_back_is_its_owners_alone_and_links_are_not_copied(database: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of another program")
    (tmp_path / "files" / "1").mkdir(parents=True)
    (tmp_path / "files" / "1" / "link").symlink_to(tmp_path / "secret")
    copied = copy_of_the_demo(tmp_path)
    assert [path.name for path in (copied / "files").rglob("*")] == ["1", "document"]
    (copied / "files" / "1" / "document").chmod(0o6777)
    elsewhere(tmp_path)
    backup.restore(copied)
    back = tmp_path / "new" / "files" / "1" / "document"
    assert [oct(path.stat().st_mode & 0o7777) for path in (back, back.parent)] == ["0o600", "0o700"]


def test_the_key_stays_out_of_the_copy_and_the_day_is_known(copied: Path) -> None:
    assert not list(copied.rglob("*.key"))
    assert backup.last() == MOMENT


def test_the_database_is_copied_before_its_shape_changes(database: str) -> None:
    from alembic import command

    assert backup.before_migration() is None
    command.downgrade(schema.configuration(), "0004")
    copy = backup.before_migration()
    assert copy is not None
    with sqlite3.connect(copy) as opened:
        assert opened.execute("SELECT version_num FROM alembic_version").fetchone() == ("0004",)
    copy.unlink()
    assert database_module.file() is not None
