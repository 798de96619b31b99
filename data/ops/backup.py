"""A copy of everything in one new folder, and back. The database first, then the files it names; never over anything.

SQLite: VACUUM INTO, whole while the portal serves. PostgreSQL: pg_dump and pg_restore. The key file is not copied.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from data.core import clock, database, file_store, outages, schema
from data.core.outages import Cause
from data.core.settings import settings
from data.ops import health

MANIFEST, DATABASE, DUMP = "manifest.json", "database.db", "database.dump"
TO_CONFIRM = "to_confirm"


class Impossible(RuntimeError):
    """In words for the operator: what is wrong and how to mend it."""


def make(into: Path, now: datetime) -> Path:
    """A folder « anacrouse-20261125-023000 » under `into`; nothing is left of one that fails."""
    folder = into / f"anacrouse-{now:%Y%m%d-%H%M%S}"
    draft = folder.with_suffix(".part")
    if folder.exists() or draft.exists():
        raise Impossible(f"{folder} is there already: nothing is written over")
    if damage := health.examine():  # a copy of it would look like one of a whole database
        raise Impossible(f"{outages.SENTENCES[Cause.DAMAGED]} ({damage})")
    draft.mkdir(mode=0o700, parents=True)
    try:
        copied = _copy_database(draft)
        _copy_files(draft / "files")
        manifest = {
            "made_at": now.isoformat(),
            "revision": schema.state()[0],
            "database": {"name": copied.name, "sha256": _sha256(copied)},
            "rows": _rows(copied) if copied.name == DATABASE else {},
            "files": {str(path.relative_to(draft / "files")): _sha256(path) for path in _files(draft / "files")},
        }
        (draft / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    note = last_note()
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps({"made_at": now.isoformat(), "folder": str(folder.resolve())}), encoding="utf-8")
    return folder


def last_note() -> Path:
    return settings().files_dir.parent / "last-backup.json"


def last() -> datetime | None:
    """When the last copy was made from here."""
    try:
        return datetime.fromisoformat(json.loads(last_note().read_text(encoding="utf-8"))["made_at"])
    except (OSError, ValueError, KeyError):
        return None


def before_migration() -> Path | None:
    """A copy beside a SQLite database that is about to change its shape; None when it is not."""
    file = database.file()
    now, newest = schema.state()
    if file is None or now is None or now == newest or not file.is_file():
        return None
    copy = file.with_name(f"{file.stem}-before-{newest}.db")
    if copy.exists():
        return copy
    _vacuum(file, copy)
    return copy


def restore(folder: Path, *, verify: bool = False) -> list[str]:
    """Put a copy back where there is nothing, or with `verify` only try it; what was found, in lines.

    Nothing is written before all of it was held against the manifest: no file that it does not list, no link, no other content.
    Sessions are void, and letters that had not left wait to be confirmed: some may have left since.
    """
    manifest = _manifest(folder)
    _plain_file(folder / manifest["database"]["name"])
    if manifest["database"]["name"] == DUMP:
        return _restore_postgresql(folder, manifest, verify=verify)
    with tempfile.TemporaryDirectory(prefix="anacrouse-") as scratch:
        trial = Path(scratch) / DATABASE
        shutil.copy(folder / DATABASE, trial)
        found = _examine(trial, folder, manifest)
        if verify:
            return found
        target = database.file()
        if target is None:
            raise Impossible("This copy is of SQLite: set DATABASE_URL=sqlite:///… to restore it")
        _nothing_there(target)
        _calm(database.make_engine(f"sqlite:///{trial}"))
        with closing(sqlite3.connect(trial)) as opened:
            opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        brought = _bring_files(folder, manifest["files"])
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(".restoring")
        shutil.copy(trial, draft)
        _put_files(brought)
        draft.rename(target)
    return [*found, f"restored to {target} and {settings().files_dir}"]


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        _plain_file(folder / MANIFEST)
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if found["database"]["name"] not in {DATABASE, DUMP}:
            raise ValueError("it names another database")
        files = {str(name): str(sha) for name, sha in found["files"].items()}
        database = {"name": found["database"]["name"], "sha256": str(found["database"]["sha256"])}
        return {"database": database, "rows": found["rows"], "files": files, "at": str(found["made_at"])}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Impossible(f"{folder} is no copy of Anacrouse: {error}") from error


def _examine(trial: Path, folder: Path, manifest: dict[str, Any]) -> list[str]:
    """Every claim of the manifest, held against what is there."""
    if _sha256(trial) != manifest["database"]["sha256"]:
        raise Impossible("the database is not the one that was copied: its SHA-256 differs")
    with closing(sqlite3.connect(trial)) as opened:
        if (text := opened.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise Impossible(f"the database is damaged: {text}")
        if broken := opened.execute("PRAGMA foreign_key_check").fetchall():
            raise Impossible(f"rows whose parent is missing: {broken[:5]}")
    rows = _rows(trial)
    if rows != manifest["rows"]:
        raise Impossible("the tables do not hold as many rows as were copied")
    _examine_files(folder, manifest)
    return [
        f"copy of {manifest['at']}",
        f"database: whole, {sum(rows.values())} rows in {len(rows)} tables",
        f"files: {len(manifest['files'])}, all as copied",
    ]


def _plain_file(path: Path) -> None:
    """Impossible for what is no file of its own: a link would bring what stands elsewhere."""
    try:
        found = path.lstat()
    except OSError as error:
        raise Impossible(f"{path} cannot be read: {error.strerror}") from error
    if stat.S_ISLNK(found.st_mode):
        raise Impossible(f"{path} is a link: a copy holds files only")
    if not stat.S_ISREG(found.st_mode):
        raise Impossible(f"{path} is no plain file: a copy holds files only")
    if found.st_nlink > 1:
        raise Impossible(
            f"{path} has another name elsewhere (a hard link): copy the folder with « cp -r » and try that one"
        )


def _examine_files(folder: Path, manifest: dict[str, Any]) -> None:
    """As many files as the manifest lists, no other, each as it was copied."""
    for name in manifest["files"]:
        parts = PurePosixPath(name).parts
        if not parts or ".." in parts or PurePosixPath(name).is_absolute() or str(PurePosixPath(name)) != name:
            raise Impossible(f"the manifest names a file outside the copy: {name}")
    there = set[str]()
    for place, folders, names in os.walk(folder / "files"):
        for each in folders:
            if (Path(place) / each).is_symlink():
                raise Impossible(f"{Path(place) / each} is a link: a copy holds files only")
        for each in names:
            _plain_file(Path(place) / each)
            there.add((Path(place) / each).relative_to(folder / "files").as_posix())
    if (folder / "files").is_symlink():
        raise Impossible(f"{folder / 'files'} is a link: a copy holds files only")
    if more := sorted(there - set(manifest["files"])):
        raise Impossible(f"{len(more)} files are not in the manifest, the first: {more[0]}")
    wrong = [name for name, sha in manifest["files"].items() if _sha256(folder / "files" / name) != sha]
    if wrong:
        raise Impossible(f"{len(wrong)} files are missing or changed, the first: {wrong[0]}")


def _calm(engine: Engine) -> None:
    """No session of then opens, no letter of then leaves by itself."""
    now = clock.now()
    database.table_classes()
    signin, letter = database.metadata.tables["sign_in"], database.metadata.tables["letter"]
    with engine.begin() as connection:
        connection.execute(signin.update().where(signin.c.ended_at.is_(None)).values(ended_at=now))
        waiting = letter.c.state.in_(["waiting", "sending"])
        connection.execute(letter.update().where(waiting).values(state=TO_CONFIRM, lease_until=None))
    engine.dispose()


def _nothing_there(target: Path | None) -> None:
    files = settings().files_dir
    if settings().files_url and next(iter(file_store.store().held()), None):
        raise Impossible(f"{settings().files_url} holds files: name an empty one, nothing is written over")
    if target is not None and target.exists():
        raise Impossible(f"{target} is there: move it away first, nothing is written over")
    if files.exists() and any(files.iterdir()):
        raise Impossible(f"{files} holds files: move it away first, nothing is written over")


def _bring_files(folder: Path, files: Mapping[str, str]) -> Path:
    """A new folder within FILES_DIR (it may be a disk of its own), with what the manifest lists; the digests are those of what was
    written."""
    brought = settings().files_dir / ".restoring"
    brought.mkdir(mode=0o700, parents=True)
    try:
        for name, sha in files.items():
            _bring(folder / "files" / name, brought / name, sha)
    except BaseException:
        shutil.rmtree(brought, ignore_errors=True)
        raise
    return brought


def _bring(path: Path, to: Path, sha: str) -> None:
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with (
        os.fdopen(opened, "rb") as source,
        os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
    ):
        shutil.copyfileobj(source, file)
    if _sha256(to) != sha:
        raise Impossible(f"{path} changed while it was copied")


def _put_files(brought: Path) -> None:
    if not settings().files_url:
        for each in brought.iterdir():
            each.rename(brought.parent / each.name)
        return brought.rmdir()
    store, put = file_store.store(), list[str]()
    try:
        for path in _files(brought):
            store.write(path.relative_to(brought).as_posix(), path.read_bytes())
            put.append(path.relative_to(brought).as_posix())
    except OSError as fault:
        for key in put:
            store.remove(key)
        raise Impossible(f"{settings().files_url} does not take the files: {fault}") from fault
    finally:
        shutil.rmtree(brought, ignore_errors=True)


def _copy_database(draft: Path) -> Path:
    file = database.file()
    if file is not None:
        _vacuum(file, draft / DATABASE)
        return draft / DATABASE
    _tool("pg_dump", "--format=custom", "--no-owner", f"--file={draft / DUMP}", _address())
    return draft / DUMP


def _vacuum(file: Path, copy: Path) -> None:
    try:
        with closing(sqlite3.connect(file, timeout=30)) as opened:
            opened.execute("VACUUM INTO ?", (str(copy),))
    except sqlite3.Error as fault:
        cause = outages.cause_of(fault)
        copy.unlink(missing_ok=True)
        raise Impossible(f"{outages.SENTENCES[cause] if cause else ''} ({file} to {copy}: {fault})".strip()) from fault
    copy.chmod(0o600)


def _restore_postgresql(folder: Path, manifest: dict[str, Any], *, verify: bool) -> list[str]:
    if _sha256(folder / DUMP) != manifest["database"]["sha256"]:
        raise Impossible("the database is not the one that was copied: its SHA-256 differs")
    _tool("pg_restore", "--list", str(folder / DUMP))
    _examine_files(folder, manifest)
    found = [
        f"copy of {manifest['at']}",
        "database: the dump that was made, and it can be read",
        f"files: {len(manifest['files'])}, all as copied",
    ]
    if verify:
        return found
    if database.file() is not None:
        raise Impossible("This copy is of PostgreSQL: set DATABASE_URL=postgresql+psycopg://… to restore it")
    if schema.state()[0] is not None:
        raise Impossible("The database of DATABASE_URL holds tables: create an empty one, nothing is written over")
    _nothing_there(None)
    brought = _bring_files(folder, manifest["files"])
    _tool("pg_restore", "--no-owner", "--single-transaction", f"--dbname={_address()}", str(folder / DUMP))
    _calm(database.engine())
    _put_files(brought)
    return [*found, "restored to the database of DATABASE_URL"]


def _address() -> str:
    return make_url(settings().database_url).set(drivername="postgresql").render_as_string(hide_password=False)


def _tool(name: str, *arguments: str) -> None:
    if shutil.which(name) is None:
        raise Impossible(f"{name} is missing: install the PostgreSQL client (apt-get install postgresql-client)")
    done = subprocess.run([name, *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Impossible(f"{name} refuses: {done.stderr.strip()[-500:]}")


def _copy_files(into: Path) -> None:
    """Each that is whole; one that a sweep takes meanwhile is none."""
    store = file_store.store()
    into.mkdir(mode=0o700)
    for key in (each.key for each in store.held() if not each.key.endswith(file_store.DRAFT)):
        content = store.read(key)
        if content is not None:
            (into / key).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(into / key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _rows(file: Path) -> dict[str, int]:
    """Table -> how many rows. Opened to read only: a copy must stay as it was written."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as opened:
        names = [name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: opened.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except (OSError, ValueError):  # ValueError: a name that no file has
        return ""
