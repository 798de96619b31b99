"""Imports and exports from a terminal: the same reading, the same checks, the same single transaction as the screens."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import select

from data.core.errors import Refused
from data.core.sites import Site, here
from data.core.spreadsheets import Form
from data.core.unit_of_work import Visit, visit, whole_house
from data.importing import column_matching, exporting, jobs
from data.importing import runs as import_runs
from data.importing.jobs import Job
from data.importing.kinds.registry import KINDS, kind
from data.importing.pipeline import Open, Report
from data.importing.runs import ImportRun


@dataclass
class Operator:
    """Who works at the terminal: of one site, with the rights of its « responsable », no account of the portal's."""

    site_id: int
    id: int = 0
    family_id: int | None = None
    role: str = "responsable"
    language: str = "fr"
    name: str = "Ligne de commande"


def open_as(code: str) -> Open:
    """The operator's visits to the site of that code; SystemExit when there is none."""
    with whole_house() as v:
        site = v.one(select(Site).where(Site.code == code))
        known = ", ".join(v.all(select(Site.code).order_by(Site.code)))
    if site is None:
        raise SystemExit(f"There is no site “{code}”. Sites: {known or 'none yet'}.")
    operator = Operator(site.id)

    @contextmanager
    def opened(*, writes: bool = False) -> Iterator[Visit]:
        with visit(operator, writes=writes) as v:
            v.account_id = None
            here(v)
            yield v

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
    open_visit = open_as(code)
    try:
        told, content = _told(mapping), path.read_bytes()
        run_id = jobs.receive(open_visit, name, path.name, content)
        try:
            return _carry(open_visit, run_id, told, dry_run=dry_run, force=force, accept=accept)
        finally:
            with open_visit(writes=True) as v:
                import_runs.drop(v, run_id)
    except (Refused, OSError) as refused:
        print(refused)
        return 1


def _told(mapping: Path | None) -> dict[str, Any]:
    try:
        return tomllib.loads(mapping.read_text(encoding="utf-8")) if mapping else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SystemExit(f"{mapping}: {fault}") from None


def _carry(open_visit: Open, run_id: int, told: dict[str, Any], *, dry_run: bool, force: bool, accept: bool) -> int:
    with open_visit(writes=True) as v:
        run = v.get(ImportRun, run_id)
        if run.state == "refused":
            raise Refused(run.problem["sentence"], **run.problem["words"])
        record = kind(run.kind)
        if told:
            columns = (
                column_matching.named(record, run.heads, told["columns"])
                if "columns" in told
                else run.matched["columns"]
            )
            run.matched = {
                "columns": columns,
                "fixed": {key: str(value) for key, value in told.get("fixed", {}).items()},
                "erase": bool(told.get("erase", False)),
                "zeros": bool(told.get("zeros", False)),
            }
        run.forced = force
        v.add(run)
    job = Job(run_id, run.site_id, not dry_run, total=run.rows)
    report = jobs.check(open_visit, job)
    _print(report)
    if report.faults or (report.doubts and not accept and not dry_run):
        return 1
    if not dry_run:
        if not jobs.carry_out(open_visit, job, unread=accept).written:
            print("Le portail a changé depuis la vérification : rien n’a été enregistré. Recommencez.")
            return 1
        print("Importé.")
    return 0


def _print(report: Report) -> None:
    for fault in report.faults:
        print(f"ligne {fault.line}, {fault.column or '–'}, « {fault.value} » : {fault.why}")
    for line, _, words in report.doubts:
        print(f"ligne {line}, à vérifier : {words}")
    counts = report.counts
    print(
        f"{counts['added']} ajoutées, {counts['updated']} modifiées, {counts['unchanged']} sans effet ; {len(report.faults)} fautes."
    )


def export_file(name: str, path: Path, code: str, *, since: date | None = None) -> int:
    """Write the records of a kind, or « changes » accepted since a day, as the file's ending says (.csv, .xlsx)."""
    form: Form = "xlsx" if path.suffix.lower() == ".xlsx" else "csv"
    open_visit = open_as(code)
    try:
        if name == "changes":
            with open_visit() as v:
                changes = exporting.accepted_since(v, since or date(1900, 1, 1))
            content, rows = exporting.changes_file(changes, form), len(changes)
        else:
            record = kind(name)
            with open_visit() as v:
                world = exporting.gather(v, record)
            content, rows = exporting.file_of(world, record, form)
    except Refused:
        print(f"There is no kind of record “{name}”. Kinds: {', '.join([*KINDS, 'changes'])}.")
        return 1
    path.write_bytes(content)
    with open_visit(writes=True) as v:
        exporting.note(v, name, rows)
    print(f"{path}: {rows}")
    return 0
