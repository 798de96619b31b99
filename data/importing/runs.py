"""Imports: each file's story, the file while it waits, how its columns were matched, the keys of other programs.

Nothing here says that an import is under way: a process that dies leaves the file waiting, and no row written.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import SkipValidation
from sqlalchemy import JSON, Column, ForeignKeyConstraint, LargeBinary, UniqueConstraint
from sqlmodel import Field, col, delete, select, update

from data.core import audit, sites
from data.core.audit import Action
from data.core.errors import NotFound, UserError
from data.core.roles import Role
from data.core.scope import OfSite, Scope
from data.core.sites import json_column
from data.core.unit_of_work import UnitOfWork
from data.importing.matched import Matched, of_the_same_people, of_the_shape, taught


class ImportState(StrEnum):
    WAITING = "waiting"  # to be matched, checked, written
    REFUSED = "refused"
    DONE = "done"
    DROPPED = "dropped"
    UNDONE = "undone"  # what it wrote was taken back (data/importing/undo.py)


class ImportRun(OfSite, table=True):
    """A file that was given."""

    scope: ClassVar[Scope] = Scope.STAFF
    __tablename__ = "import_run"
    __table_args__ = (UniqueConstraint("id", "site_id"),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)
    file_name: str = Field(default="", max_length=120)
    sha256: str = Field(max_length=64, index=True)
    size: int = 0
    sheet: str = Field(default="", max_length=120)  # of a workbook: the one that was read
    sheets: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))  # that hold a table
    state: str = Field(default=ImportState.WAITING, max_length=10, index=True)
    problem: dict[str, Any] = json_column()  # of a refused file: the sentence and its words
    heads: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    samples: list[list[str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))  # of each column
    rows: int = 0
    about: str = Field(default="", max_length=120)  # how the file was read: coding, separator, record
    matched: Matched = json_column()
    forced: bool = False  # imported again, knowingly
    author_id: int | None = None
    author: str = Field(default="", max_length=120)
    created_at: datetime = Field(index=True)
    finished_at: datetime | None = None
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    undone_at: datetime | None = None
    undone_by: str = Field(default="", max_length=120)
    removed: int = 0  # rows that it had added, gone again
    restored: int = 0  # rows that it had changed, as they were
    stayed: int = 0  # rows that somebody worked at since, and those that belong to them


class ImportFile(OfSite, table=True):
    """The bytes of a file that waits, or of whose workbook other sheets are left; gone with the last of them, or once dropped."""

    scope: ClassVar[Scope] = Scope.STAFF
    __tablename__ = "import_file"
    __table_args__ = (ForeignKeyConstraint(["run_id", "site_id"], ["import_run.id", "import_run.site_id"]),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    run_id: int = Field(index=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ImportWrite(OfSite, table=True):
    """A row that an import wrote, for as long as the import can be taken back: what must be known to do it."""

    scope: ClassVar[Scope] = Scope.STAFF
    __tablename__ = "import_write"
    __table_args__ = (
        ForeignKeyConstraint(["run_id", "site_id"], ["import_run.id", "import_run.site_id"]),
        UniqueConstraint("run_id", "record", "row_id"),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    run_id: int
    record: str = Field(max_length=20)  # the table's name
    row_id: int
    whole: str = Field(max_length=40)  # what it is a part of: taken back together, or not at all
    digest: str = Field(default="", max_length=16)  # of a row that was added: of its values; "" of one that was changed
    changes: dict[str, list[Any]] = json_column()  # column -> [before, after]


class ImportMatch(OfSite, table=True):
    """How the columns of files of that shape were matched last time."""

    scope: ClassVar[Scope] = Scope.STAFF
    __tablename__ = "import_match"
    __table_args__ = (UniqueConstraint("site_id", "kind", "shape"),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)
    shape: str = Field(max_length=64)
    matched: Matched = json_column()


OFFICE_KINDS = ("pupils-and-adults", "families", "pupils", "courses")  # the others tell of money, marks, absences
UNDO_HOURS = 24  # that an import can be taken back, and that what it wrote is remembered


def allowed(uow: UnitOfWork, kind_name: str | None = None) -> None:
    """NotFound unless this person imports and exports: a « responsable » everything; secretaries, where the site lets them (read
    each time), some kinds. `kind_name`: files of that kind."""
    uow.staff_only()
    if uow.role != Role.MANAGER and not (uow.role == Role.OFFICE and sites.here(uow).office_imports):
        raise NotFound("imports")
    if kind_name is not None and not has_kind(uow, kind_name):
        raise NotFound(f"imports of {kind_name[:20]}")


def has_kind(uow: UnitOfWork, kind_name: str) -> bool:
    """Whether that kind is this person's, of those who import at all."""
    return uow.role == Role.MANAGER or kind_name in OFFICE_KINDS


def run_of(uow: UnitOfWork, run_id: int, *, lock: bool = False) -> ImportRun:
    """An import that this person may see. A file tells all that is in it, and a report more: each secretary has their own."""
    allowed(uow)
    run = uow.get(ImportRun, run_id, lock=lock)
    if uow.role != Role.MANAGER and run.author_id != uow.account_id:
        raise NotFound(f"import {run_id}")
    return run


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def shape_of(heads: list[str]) -> str:
    """Of files of the same program: the same titles in the same order."""
    return digest("\x1f".join(heads).encode())


def _known(uow: UnitOfWork, kind: str, heads: list[str]) -> Matched | None:
    found = _match_of(uow, kind, heads)
    return found.matched if found else None


def _match_of(uow: UnitOfWork, kind: str, heads: list[str]) -> ImportMatch | None:
    """How a file of that shape was matched last time."""
    return uow.one(select(ImportMatch).where(ImportMatch.kind == kind, ImportMatch.shape == shape_of(heads)))


def _remember(uow: UnitOfWork, run: ImportRun) -> None:
    """From the first press: a file that is refused, or dropped, has taught how the next one is matched."""
    known = _match_of(uow, run.kind, run.heads) or ImportMatch(
        site_id=run.site_id, kind=run.kind, shape=shape_of(run.heads)
    )
    known.matched = of_the_shape(run.matched)
    uow.add(known)


def set_kind(uow: UnitOfWork, run: ImportRun, kind: str, proposed: Matched) -> ImportRun:
    """Another kind, with its columns as proposed, or as they were matched last time."""
    allowed(uow, kind)
    if run.state != ImportState.WAITING:
        raise UserError("Ce fichier n’attend plus. Choisissez-le à nouveau.")
    run.kind, run.matched = kind, taught(proposed, _known(uow, kind, run.heads))
    uow.add(run)
    uow.publish(("import", run.id))
    return run


def receive(uow: UnitOfWork, run: ImportRun, content: bytes) -> ImportRun:
    """Keep a file that was read, with the match remembered for its shape, if there is one."""
    allowed(uow, run.kind if run.state == ImportState.WAITING else None)
    if run.state == ImportState.WAITING:
        run.matched = taught(run.matched, _known(uow, run.kind, run.heads))
    run = uow.add(run)
    if run.state == ImportState.WAITING:
        uow.add(ImportFile(site_id=run.site_id, run_id=run.id, content=content))
    uow.publish(("imports", run.site_id))
    return run


def go_on(uow: UnitOfWork, before_id: int, run: ImportRun) -> ImportRun:
    """Another sheet of the same file, which moves on to it. Of two presses, the second finds the first's."""
    before = run_of(uow, before_id, lock=True)
    allowed(uow, run.kind)
    waits = select(ImportRun).where(ImportRun.state == ImportState.WAITING, ImportRun.sha256 == run.sha256,
                                    ImportRun.sheet == run.sheet, ImportRun.author_id == run.author_id)  # fmt: skip
    if already := uow.one(waits.order_by(col(ImportRun.id).desc())):
        return already
    if before.state != ImportState.DONE or run.sheet not in remaining(uow, before):
        raise UserError("Ce fichier n’attend plus. Choisissez-le à nouveau.")
    run.matched = taught(run.matched, _known(uow, run.kind, run.heads))
    answers = {**run.matched.get("answers", {}), **of_the_same_people(before.matched.get("answers", {}))}
    run.matched = {**run.matched, "answers": answers}
    run = uow.add(run)
    uow.change(update(ImportFile).where(col(ImportFile.run_id) == before_id).values(run_id=run.id))
    uow.publish(("imports", run.site_id), ("import", before_id))
    return run


def drop(uow: UnitOfWork, run_id: int) -> None:
    """This file will not be imported."""
    run = run_of(uow, run_id, lock=True)
    if run.state == ImportState.WAITING:
        run.state, run.finished_at = ImportState.DROPPED, uow.now
        uow.add(run)
        uow.change(delete(ImportFile).where(col(ImportFile.run_id) == run_id))
        uow.publish(("import", run_id), ("imports", run.site_id))


def content_of(uow: UnitOfWork, run_id: int) -> bytes:
    run_of(uow, run_id)
    found = uow.one(select(ImportFile).where(ImportFile.run_id == run_id))
    if found is None:
        raise UserError("Ce fichier n’attend plus. Choisissez-le à nouveau.")
    return found.content


def match(uow: UnitOfWork, run_id: int, change: Matched) -> ImportRun:
    """Change how the file is to be read: some columns, fixed values, or what blank cells mean."""
    run = run_of(uow, run_id, lock=True)
    now = run.matched
    columns = {**now.get("columns", {}), **change.get("columns", {})}
    for place, name in change.get("columns", {}).items():
        if name:  # a column of ours is read from one place
            columns = {at: each for at, each in columns.items() if each != name or at == place}
    fixed = {**now.get("fixed", {}), **change.get("fixed", {})}
    carried = [name for name in now.get("carried", []) if name not in change.get("fixed", {})]
    run.matched = {
        **now,
        **change,
        "columns": {place: name for place, name in columns.items() if name or place in change.get("columns", {})},
        "fixed": {name: text for name, text in fixed.items() if text},
        "carried": carried,
    }
    uow.add(run)
    _remember(uow, run)
    uow.publish(("import", run_id))
    return run


@dataclass(frozen=True)
class Read:
    """What one reading of a file found."""

    heads: list[str]
    samples: list[list[str]]
    rows: int
    about: str
    matched: Matched
    sheet: str = ""


def reread(uow: UnitOfWork, run_id: int, read: Read) -> ImportRun:
    """The file was read again, as a person chose. What was said of its columns stays while they are the same."""
    run = run_of(uow, run_id, lock=True)
    if run.state != ImportState.WAITING:
        raise UserError("Ce fichier n’attend plus. Choisissez-le à nouveau.")
    now, same_sheet = run.matched, read.sheet[:120] == run.sheet
    if read.heads != run.heads:
        now = {"fixed": now.get("fixed", {}), "carried": now.get("carried", []), "erase": now.get("erase", False),
               "zeros": now.get("zeros", False)}  # fmt: skip
    own: Matched = {"fixed": now.get("fixed", {}), "carried": now.get("carried", [])} if same_sheet else {}
    matched: Matched = {**taught(read.matched, now), **own}
    if read.heads != run.heads:
        matched = taught(matched, _known(uow, run.kind, read.heads))
    run.heads, run.samples, run.rows, run.about = read.heads, read.samples, read.rows, read.about[:120]
    run.matched, run.sheet = matched, read.sheet[:120]
    uow.add(run)
    uow.publish(("import", run_id))
    return run


def answer(uow: UnitOfWork, run_id: int, answers: Mapping[str, str]) -> None:
    """What a person says to questions (questions.py): key -> value of a choice."""
    run = run_of(uow, run_id, lock=True)
    match(uow, run_id, {"answers": {**run.matched.get("answers", {}), **answers}})


def force(uow: UnitOfWork, run_id: int) -> None:
    """Import the same file again, knowingly."""
    run = run_of(uow, run_id, lock=True)
    run.forced = True
    uow.add(run)
    uow.publish(("import", run_id))


def done_before(uow: UnitOfWork, run: ImportRun) -> ImportRun | None:
    """The import of the same file and sheet, as the same kind, that was done; the latest."""
    return uow.one(
        select(ImportRun)
        .where(
            ImportRun.kind == run.kind,
            ImportRun.sha256 == run.sha256,
            col(ImportRun.sheet).in_([run.sheet, ""]),  # those of before sheets were kept say none
            ImportRun.state == ImportState.DONE,
            ImportRun.id != run.id,
        )
        .order_by(col(ImportRun.finished_at).desc())
    )


def remaining(uow: UnitOfWork, run: ImportRun) -> list[str]:
    """Other sheets of its workbook that hold a table and were not imported: those after its own first."""
    done = set(
        uow.all(
            select(ImportRun.sheet).where(
                ImportRun.sha256 == run.sha256, col(ImportRun.state).in_([ImportState.DONE, ImportState.UNDONE])
            )
        )
    )
    at = run.sheets.index(run.sheet) + 1 if run.sheet in run.sheets else 0
    return [name for name in (*run.sheets[at:], *run.sheets[:at]) if name != run.sheet and name not in done]


def next_sheets(uow: UnitOfWork, run: ImportRun) -> list[str]:
    """Those that may be imported after this one, while its file is kept."""
    if run.state != ImportState.DONE or not run.sheets:
        return []
    kept = uow.one(select(ImportFile.id).where(ImportFile.run_id == run.id))
    return remaining(uow, run) if kept else []


def finish(uow: UnitOfWork, run_id: int, added: int, updated: int, unchanged: int) -> None:
    """The file was written, in this very transaction; how it was matched is remembered."""
    run = run_of(uow, run_id, lock=True)
    if run.state != ImportState.WAITING:
        raise UserError("Ce fichier n’attend plus. Choisissez-le à nouveau.")
    run.state, run.finished_at = ImportState.DONE, uow.now
    run.added, run.updated, run.unchanged = added, updated, unchanged
    uow.add(run)
    if not remaining(uow, run):
        uow.change(delete(ImportFile).where(col(ImportFile.run_id) == run_id))
    _remember(uow, run)
    audit.note(
        uow,
        Action.FILE_IMPORTED,
        subject="import",
        subject_id=run.id,
        changes={
            "kind": ["", run.kind],
            "file": ["", run.file_name],
            "sha256": ["", run.sha256],
            "added": ["", added],
            "updated": ["", updated],
        },
    )
    uow.publish(("import", run.id), ("imports", run.site_id))


def latest(uow: UnitOfWork, most: int = 200) -> list[ImportRun]:
    """A secretary's own."""
    allowed(uow)
    found = select(ImportRun).order_by(col(ImportRun.id).desc()).limit(most)
    return list(uow.all(found if uow.role == Role.MANAGER else found.where(ImportRun.author_id == uow.account_id)))
