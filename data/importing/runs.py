"""Imports: each file's story, the file while it waits, how its columns were matched, the keys of other programs.

Nothing here says that an import is under way: a process that dies leaves the file waiting, and no row written.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import SkipValidation
from sqlalchemy import JSON, Column, ForeignKeyConstraint, LargeBinary, UniqueConstraint
from sqlmodel import Field, col, delete, select
from typing_extensions import TypedDict

from data.core import audit, sites
from data.core.audit import Action
from data.core.errors import NotFound, UserError
from data.core.roles import Role
from data.core.scope import OfSite, Scope
from data.core.sites import json_column
from data.core.unit_of_work import UnitOfWork
from data.importing.questions import PART


class Matched(TypedDict, total=False):
    """How a file is read: all that a person chose or corrected. Places are columns from 0, as text; so are lines."""

    columns: dict[str, str]  # place -> name of ours
    fixed: dict[str, str]  # name -> what every line has
    erase: bool  # a blank cell erases
    zeros: bool  # give back the zeros that a spreadsheet took
    reading: dict[str, Any]  # spreadsheets.Reading: sheet, titles' line, coding, separator…
    answers: dict[str, str]  # key of a question -> value of its choice
    corrections: dict[str, dict[str, str]]  # line -> place -> what stands there instead
    left_out: list[int]  # lines that are not imported


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
    """The bytes of a file that waits; gone once it is imported or dropped."""

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


def _match_of(uow: UnitOfWork, kind: str, heads: list[str]) -> ImportMatch | None:
    """How a file of that shape was matched last time."""
    return uow.one(select(ImportMatch).where(ImportMatch.kind == kind, ImportMatch.shape == shape_of(heads)))


# Answers that hold for the people of one file.
ABOUT_PEOPLE = {"same-family", "other-family", "other-birth", "payer", "pupil"}


def holds_again(key: str) -> bool:
    """Whether an answer says something of other files of the same titles."""
    return PART not in key and key.partition(":")[0] not in ABOUT_PEOPLE


def of_the_shape(matched: Matched) -> Matched:
    """What holds for other files of the same titles: nothing of single lines, nor where the titles are."""
    kept: Matched = {**matched}
    kept.pop("reading", None)
    kept.pop("corrections", None)
    kept.pop("left_out", None)
    if "answers" in kept:
        kept["answers"] = {key: answer for key, answer in kept["answers"].items() if holds_again(key)}
    return kept


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
    known = _match_of(uow, kind, run.heads)
    run.kind, run.matched = kind, {**proposed, **(of_the_shape(known.matched) if known else Matched())}
    uow.add(run)
    uow.publish(("import", run.id))
    return run


def receive(uow: UnitOfWork, run: ImportRun, content: bytes) -> ImportRun:
    """Keep a file that was read, with the match remembered for its shape, if there is one."""
    allowed(uow, run.kind if run.state == ImportState.WAITING else None)
    if run.state == ImportState.WAITING:
        known = _match_of(uow, run.kind, run.heads)
        if known:
            run.matched = {**run.matched, **of_the_shape(known.matched)}
    run = uow.add(run)
    if run.state == ImportState.WAITING:
        uow.add(ImportFile(site_id=run.site_id, run_id=run.id, content=content))
    uow.publish(("imports", run.site_id))
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
    run.matched = {
        **now,
        **change,
        "columns": {place: name for place, name in columns.items() if name or place in change.get("columns", {})},
        "fixed": {name: text for name, text in fixed.items() if text},
    }
    uow.add(run)
    _remember(uow, run)
    uow.publish(("import", run_id))
    return run


def reread(
    uow: UnitOfWork, run_id: int, heads: list[str], samples: list[list[str]], rows: int, about: str, proposed: Matched
) -> ImportRun:
    """The file was read again, as a person chose. What was said of its columns stays while they are the same."""
    run = run_of(uow, run_id, lock=True)
    if run.state != ImportState.WAITING:
        raise UserError("Ce fichier n’attend plus. Choisissez-le à nouveau.")
    if heads == run.heads:
        run.matched = {**proposed, **of_the_shape(run.matched)}
    else:
        known = _match_of(uow, run.kind, heads)
        options: Matched = {
            "fixed": run.matched.get("fixed", {}),
            "erase": run.matched.get("erase", False),
            "zeros": run.matched.get("zeros", False),
        }
        run.matched = {**proposed, **options, **(of_the_shape(known.matched) if known else Matched())}
    run.heads, run.samples, run.rows, run.about = heads, samples, rows, about[:120]
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
    """The import of the same file, as the same kind, that was done; the latest."""
    return uow.one(
        select(ImportRun)
        .where(
            ImportRun.kind == run.kind,
            ImportRun.sha256 == run.sha256,
            ImportRun.state == ImportState.DONE,
            ImportRun.id != run.id,
        )
        .order_by(col(ImportRun.finished_at).desc())
    )


def finish(uow: UnitOfWork, run_id: int, added: int, updated: int, unchanged: int) -> None:
    """The file was written, in this very transaction; how it was matched is remembered."""
    run = run_of(uow, run_id, lock=True)
    if run.state != ImportState.WAITING:
        raise UserError("Ce fichier n’attend plus. Choisissez-le à nouveau.")
    run.state, run.finished_at = ImportState.DONE, uow.now
    run.added, run.updated, run.unchanged = added, updated, unchanged
    uow.add(run)
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
