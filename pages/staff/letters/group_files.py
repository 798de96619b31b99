"""What a letter to a group is given and gives by plain HTTP: a document joined, the list of its households as a spreadsheet."""

import asyncio

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from components.layout.file_notices import received_code
from components.nicegui_adapter.screens import plain
from components.ui.status_chip import label_of
from components.web.received_files import MAX_FILE_BODY, one_file, refused
from components.web.sheet_answer import sheet_answer
from data.accounts.caller import Audience, Caller
from data.core import spreadsheets
from data.core.errors import NotFound, UserError
from data.core.i18n import _
from data.group_letters import following, writing
from data.uploads import validation
from pages.staff.letters.groups import PATH


@plain(PATH + "/{n}/documents", Audience.STAFF, methods=("POST",), most_bytes=MAX_FILE_BODY)
async def join_document(caller: Caller, request: Request, n: int) -> Response:
    with caller.unit_of_work(writes=True) as uow:
        writing.draft(uow, n)
    name, content = await one_file(request)
    back = f"{PATH}/{n}?document="
    try:
        kept = await validation.checked(content)
        with caller.unit_of_work(writes=True) as uow:
            shown = validation.shown_name(name, kept.media_type)
            writing.add_document(uow, n, kept.content, kept.media_type, shown)
    except UserError as error:
        return refused(caller, request, error, back)
    return RedirectResponse(f"{back}{received_code(kept.remarks)}", 303)


@plain(PATH + "/{n}/familles.{form}", Audience.STAFF)
async def export(caller: Caller, request: Request, n: int, form: str) -> Response:
    """Every household of the letter, what became of it there."""
    if form not in spreadsheets.MEDIA:
        raise NotFound(f"export {form[:10]}")
    title, content = await asyncio.to_thread(_export, caller, n, form)
    return sheet_answer(content, title, form)


def _export(caller: Caller, n: int, form: str) -> tuple[str, bytes]:
    with caller.unit_of_work() as uow:
        title, heads, rows = following.table(uow, n, label_of)
    content = spreadsheets.write("csv" if form == "csv" else "xlsx", heads, rows, title=_("Courrier"))
    with caller.unit_of_work(writes=True) as uow:
        following.note_taken(uow, n, len(rows))
    return title, content
