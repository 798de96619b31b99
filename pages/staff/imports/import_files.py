"""Files of « Imports » by plain HTTP: the one that is given; reports, models and exports that are taken."""

import asyncio
from datetime import date

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from components.nicegui_adapter.screens import plain
from components.web.sheet_answer import sheet_answer
from data.accounts.caller import Audience, Caller
from data.core import formats, spreadsheets
from data.core.database import free_to_write
from data.core.errors import NotFound, UserError
from data.core.fields import read_date
from data.core.spreadsheets import Form, Reading
from data.importing import corrections, exporting, jobs, long_exports, reports
from data.importing import runs as import_runs
from data.importing.kinds.registry import KINDS, counts, kind
from data.importing.worker_process import Person

PATH = "/gestion/imports"
BODY_ROOM_BYTES = 65_536  # beside the file: its form
LONG = 3_000  # rows of an export


@plain(f"{PATH}/fichier", Audience.IMPORTS, methods=("POST",), most_bytes=spreadsheets.MAX_BYTES + BODY_ROOM_BYTES)
async def receive(caller: Caller, request: Request) -> Response:
    async with request.form(max_files=1, max_fields=4) as form:
        sent, name = form.get("fichier"), form.get("genre")
        content = await sent.read(spreadsheets.MAX_BYTES + 1) if isinstance(sent, UploadFile) else b""
        called = (sent.filename or "") if isinstance(sent, UploadFile) else ""
    if not called:
        return RedirectResponse(f"{PATH}?manque=1", 303)
    chosen = name if isinstance(name, str) and name in KINDS else ""
    number = await jobs.in_turn(jobs.receive, caller.unit_of_work, chosen, called, content)
    return RedirectResponse(f"{PATH}/{number}", 303)


@plain(f"{PATH}/{{n}}/rapport.{{form}}", Audience.IMPORTS)
async def report(caller: Caller, request: Request, n: int, form: str) -> Response:
    """What the last check found: every fault, or every change."""
    wanted = _form(form)
    with caller.unit_of_work() as uow:
        run = import_runs.run_of(uow, n)
        found = jobs.report_of(uow, run)
    if found is None:
        raise NotFound(f"report of {n}")
    content = await asyncio.to_thread(reports.file_of, found, wanted, caller.language)
    return sheet_answer(content, f"rapport-{n}", wanted)


@plain(f"{PATH}/{{n}}/corrige.{{form}}", Audience.IMPORTS)
async def corrected(caller: Caller, request: Request, n: int, form: str) -> Response:
    """The file as it was given, with what was mended on the screen."""
    wanted = _form(form)
    with caller.unit_of_work() as uow:
        run = import_runs.run_of(uow, n)
        content = import_runs.content_of(uow, n)
    reading = Reading.of(run.matched.get("reading", {}))
    mended = await asyncio.to_thread(
        lambda: corrections.file_of(spreadsheets.read(content, reading), run.matched, wanted)
    )
    return sheet_answer(mended, f"corrige-{n}", wanted)


@plain(f"{PATH}/modeles/{{name}}.{{form}}", Audience.IMPORTS)
def model(caller: Caller, request: Request, name: str, form: str) -> Response:
    if name not in KINDS:
        raise NotFound(f"model {name[:20]}")
    with caller.unit_of_work() as uow:
        import_runs.allowed(uow, name)
    return sheet_answer(exporting.model(kind(name), _form(form)), f"modele-{name}", _form(form))


@plain("/gestion/exports/modifications.{form}", Audience.MANAGER)
async def changes(caller: Caller, request: Request, form: str, depuis: str = "") -> Response:
    """The values that staff accepted since a day; the first of this school year when none is said."""
    wanted = _form(form)
    with caller.unit_of_work() as uow:
        since = _day(depuis) or date(int(formats.school_year(uow.today)[:4]), 9, 1)
        rows = exporting.accepted_since(uow, since)
    content = await asyncio.to_thread(exporting.changes_file, rows, wanted)
    await free_to_write()
    with caller.unit_of_work(writes=True) as uow:
        exporting.note(uow, "changes", len(rows))
    return sheet_answer(content, f"modifications-depuis-{since:%Y-%m-%d}", wanted)


@plain("/gestion/exports/{name}.{form}", Audience.IMPORTS)
async def export(caller: Caller, request: Request, name: str, form: str) -> Response:
    wanted = _form(form)
    if name not in KINDS:
        raise NotFound(f"export {name[:20]}")
    content, rows = await jobs.in_turn(_export, caller, name, wanted)
    await free_to_write()
    with caller.unit_of_work(writes=True) as uow:
        exporting.note(uow, name, rows)
        day = uow.today
    return sheet_answer(content, f"{name}-{day:%Y-%m-%d}", wanted)


def _export(caller: Caller, name: str, form: Form) -> tuple[bytes, int]:
    """A long one is written by a separate process: pages stay quick."""
    record = kind(name)
    with caller.unit_of_work() as uow:
        import_runs.allowed(uow, name)
        rows, person = counts(uow)[name], Person.of(uow)
        snapshot = exporting.gather(uow, record) if rows <= LONG else None
    return exporting.file_of(snapshot, record, form) if snapshot else long_exports.write(person, name, form, rows)


def _form(form: str) -> Form:
    if form == "csv":
        return "csv"
    if form == "xlsx":
        return "xlsx"
    raise NotFound(f"a file .{form[:10]}")


def _day(typed: str) -> date | None:
    try:
        return read_date(typed[:20])
    except UserError:
        return None
