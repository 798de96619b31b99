"""Imports and exports from a terminal: the same reading, the same checks, the same single transaction as the screens."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import select

from data.core.errors import UserError
from data.core.roles import Role
from data.core.sites import Site, here
from data.core.spreadsheets import Form
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork, unit_of_work
from data.importing import column_matching, exporting, jobs
from data.importing import runs as import_runs
from data.importing.jobs import Job
from data.importing.kinds.registry import KINDS, kind
from data.importing.left_columns import left_columns
from data.importing.pipeline import OpenUnitOfWork, Report
from data.importing.runs import ImportState


@dataclass
class Operator:
    """Who works at the terminal: of one site, with the rights of its « responsable », no account of the portal's."""

    site_id: int
    id: int = 0
    family_id: int | None = None
    role: str = Role.MANAGER
    language: str = "fr"
    name: str = "Ligne de commande"


def open_as(code: str) -> OpenUnitOfWork:
    """The operator's units of work to the site of that code; SystemExit when there is none."""
    with system_unit_of_work() as uow:
        site = uow.one(select(Site).where(Site.code == code))
        known = ", ".join(uow.all(select(Site.code).order_by(Site.code)))
    if site is None:
        raise SystemExit(f"There is no site “{code}”. Sites: {known or 'none yet'}.")
    operator = Operator(site.id)

    @contextmanager
    def opened(*, writes: bool = False) -> Iterator[UnitOfWork]:
        with unit_of_work(operator, writes=writes) as uow:
            uow.account_id = None
            here(uow)
            yield uow

    return opened


def import_file(
    name: str,
    path: Path,
    code: str,
    *,
    mapping: Path | None = None,
    dry_run: bool = False,
    force: bool = False,
    accept: bool = False,
) -> int:
    """Print what the file does; 0 when it was written, or could be; 1 when a line is faulty or must be read first."""
    open_unit_of_work = open_as(code)
    try:
        options, content = _read_mapping(mapping), path.read_bytes()
        run_id = jobs.receive(open_unit_of_work, name, path.name, content)
        try:
            return _carry(open_unit_of_work, run_id, options, dry_run=dry_run, force=force, accept=accept)
        finally:
            with open_unit_of_work(writes=True) as uow:
                import_runs.drop(uow, run_id)
    except (UserError, OSError) as error:
        print(error)
        return 1


def _read_mapping(mapping: Path | None) -> dict[str, Any]:
    try:
        return tomllib.loads(mapping.read_text(encoding="utf-8")) if mapping else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SystemExit(f"{mapping}: {fault}") from None


def _carry(
    open_unit_of_work: OpenUnitOfWork, run_id: int, options: dict[str, Any], *, dry_run: bool, force: bool, accept: bool
) -> int:
    with open_unit_of_work(writes=True) as uow:
        run = import_runs.run_of(uow, run_id)
        if run.state == ImportState.REFUSED:
            raise UserError(run.problem["sentence"], **run.problem["words"])
        record = kind(run.kind)
        if options:
            columns = (
                column_matching.named(record, run.heads, options["columns"])
                if "columns" in options
                else run.matched["columns"]
            )
            run.matched = {
                "columns": columns,
                "fixed": {key: str(value) for key, value in options.get("fixed", {}).items()},
                "erase": bool(options.get("erase", False)),
                "zeros": bool(options.get("zeros", False)),
                "answers": {key: str(value) for key, value in options.get("answers", {}).items()},
            }
        run.forced = force
        uow.add(run)
    job = Job(run_id, run.site_id, not dry_run, total=run.rows)
    report = jobs.check(open_unit_of_work, job)
    _print(report)
    for left in left_columns(record, run.heads, run.matched):
        print(f"colonne « {left.title} », pas importée : {left.why}")
    if (
        report.faults
        or any(each.is_open for each in report.questions)
        or (report.conflicts and not accept and not dry_run)
    ):
        return 1
    if not dry_run:
        if not jobs.carry_out(open_unit_of_work, job, unread=accept).written:
            print("Le portail a changé depuis la vérification : rien n’a été enregistré. Recommencez.")
            return 1
        print("Importé.")
    return 0


def _print(report: Report) -> None:
    for fault in report.faults:
        print(f"ligne {fault.line}, {fault.column or '–'}, « {fault.value} » : {fault.why}")
    for line, _, sentence in report.conflicts:
        print(f"ligne {line}, à vérifier : {sentence}")
    for aside in report.aside:
        print(f"ligne {aside.line}, mise de côté : {aside.why} {aside.about}".rstrip())
    for named in report.recognised:
        print(f"ligne {named.line}, « {named.written} » : {named.who} (reconnu par : {', '.join(named.by)})")
    for question in (each for each in report.questions if each.is_open):
        answers = ", ".join(f"{choice.value} ({choice.sentence})" for choice in question.choices)
        print(f"à répondre, answers.{question.key} : {question.sentence} {answers}")
    counts = report.counts
    print(
        f"{counts['added']} ajoutées, {counts['updated']} modifiées, {counts['unchanged']} sans effet ; {len(report.faults)} fautes."
    )


def export_file(name: str, path: Path, code: str, *, since: date | None = None) -> int:
    """Write the records of a kind, or « changes » accepted since a day, as the file's ending says (.csv, .xlsx)."""
    form: Form = "xlsx" if path.suffix.lower() == ".xlsx" else "csv"
    open_unit_of_work = open_as(code)
    try:
        if name == "changes":
            with open_unit_of_work() as uow:
                changes = exporting.accepted_since(uow, since or date(1900, 1, 1))
            content, rows = exporting.changes_file(changes, form), len(changes)
        else:
            record = kind(name)
            with open_unit_of_work() as uow:
                snapshot = exporting.gather(uow, record)
            content, rows = exporting.file_of(snapshot, record, form)
    except UserError:
        print(f"There is no kind of record “{name}”. Kinds: {', '.join([*KINDS, 'changes'])}.")
        return 1
    path.write_bytes(content)
    with open_unit_of_work(writes=True) as uow:
        exporting.note(uow, name, rows)
    print(f"{path}: {rows}")
    return 0
