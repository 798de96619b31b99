"""What a letter to a group is given and gives by plain HTTP: a document joined, the list of its households as a spreadsheet."""

from fastapi import Request
from starlette.responses import Response

from components.nicegui_adapter.screens import plain
from components.ui.status_chip import label_of
from components.web.received_files import MAX_FILE_BODY, keep_one
from components.web.sheet_answer import table_answer
from data.accounts.caller import Audience, Caller
from data.core.i18n import _
from data.group_letters import following, writing
from pages.staff.letters.groups import PATH


@plain(PATH + "/{n}/documents", Audience.STAFF, methods=("POST",), most_bytes=MAX_FILE_BODY)
async def join_document(caller: Caller, request: Request, n: int) -> Response:
    with caller.unit_of_work(writes=True) as uow:
        writing.draft(uow, n)
    return await keep_one(
        caller, request, f"{PATH}/{n}?document=", lambda uow, *file: writing.add_document(uow, n, *file)
    )


@plain(PATH + "/{n}/familles.{form}", Audience.STAFF)
async def export(caller: Caller, request: Request, n: int, form: str) -> Response:
    """Every household of the letter, what became of it there."""
    return await table_answer(
        caller,
        form,
        lambda uow: following.table(uow, n, label_of),
        lambda uow, rows: following.note_taken(uow, n, rows),
        sheet=_("Courrier"),
    )
