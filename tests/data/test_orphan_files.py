"""Files without a row go, files that a row names stay, and what is missing is reported."""

import ast
import os
from pathlib import Path

import pytest

from data.core import clock
from data.families import stored_files
from data.families.stored_files import StoredFile
from data.privacy import orphan_files
from data.site_admin import settings as site_settings
from tests.conftest import move_to, stored_path
from tests.data.test_stored_files import ROOT, store
from tests.demo_users import CLAIRE, HELENE, as_, every, later


@pytest.fixture
def no_files_yet(database: str, tmp_path: Path) -> None:
    move_to(DATABASE_URL=database, FILES_DIR=str(tmp_path / "files"))


def aged(path: Path, hours: float) -> Path:
    moment = clock.file_time_of(later(hours=-hours))
    os.utime(path, (moment, moment))
    return path


def test_files_without_a_row_go_after_a_day_and_rows_without_a_file_are_reported(
    database: str, no_files_yet: None, caplog: pytest.LogCaptureFixture
) -> None:
    with as_(CLAIRE) as uow:
        stored, lost, taken_back = store(uow), store(uow), store(uow)
        paths = {each.name: stored_path(each.site_id, each.name) for each in (stored, lost, taken_back)}
        stored_files.discard(uow, taken_back.name)
    folder = paths[stored.name].parent
    paths[lost.name].unlink()
    aged(paths[stored.name], 900)
    (folder / "old-stray").write_bytes(b"x")
    (folder / "young-stray").write_bytes(b"x")
    (folder / "half.part").write_bytes(b"x")
    aged(folder / "old-stray", 25)
    aged(folder / "half.part", 25)
    aged(folder / "young-stray", 23)
    swept = orphan_files.sweep()
    assert {"old-stray", "half.part", taken_back.name} <= set(swept.removed)
    assert lost.name in swept.missing
    assert lost.name in caplog.text
    assert paths[stored.name].is_file()
    assert (folder / "young-stray").is_file()
    assert taken_back.id in {row.id for row in every(StoredFile)}
    assert "young-stray" in orphan_files.sweep(later(hours=25)).removed
    assert taken_back.id not in {row.id for row in every(StoredFile)}
    assert paths[stored.name].is_file()


def test_the_logo_of_a_site_stays(database: str, no_files_yet: None) -> None:
    with as_(HELENE) as uow:
        first, second = (stored_files.write(uow.site_id or 0, content) for content in (b"first", b"second"))
        for name in (first, second):
            site_settings.set_logo(uow, name)
            aged(stored_path(uow.site_id or 0, name), 900)
    assert orphan_files.sweep().removed == [first]


def test_a_database_that_knows_none_of_the_files_removes_none(
    database: str, no_files_yet: None, caplog: pytest.LogCaptureFixture
) -> None:
    with as_(CLAIRE) as uow:
        folder = stored_path(store(uow).site_id, "x").parent
    strays = [folder / f"stray-{n}" for n in range(30)]
    for each in strays:
        each.write_bytes(b"x")
        aged(each, 50)
    orphan_files.sweep()
    assert all(each.is_file() for each in strays)
    assert "is it the right one" in caplog.text


def test_every_module_that_writes_files_is_known_to_the_sweep() -> None:
    """A table whose files the sweep did not know would lose them after a day."""
    writers, ours = (
        set[str](),
        [path for folder in ("data", "components", "pages") for path in (ROOT / folder).rglob("*.py")],
    )
    for path in {*ours} - {*(ROOT / "data" / "demo").glob("*.py")}:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "stored_files.write":
                writers.add(path.stem)
    assert writers == orphan_files.WRITERS
