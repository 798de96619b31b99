"""Files that arrive by plain HTTP: what a form sent, and the answer that leads back to its page."""

from collections.abc import Callable

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import JSONResponse, RedirectResponse, Response

from components.layout.file_notices import received_code
from data.accounts.caller import Caller
from data.core.errors import UserError
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.uploads import validation
from data.uploads.limits import MAX_UPLOAD_BYTES
from data.uploads.validation import Kept

ONE_AT_A_TIME = _("Envoyez un seul fichier à la fois, avec le nom de son document.")
MAX_FILE_BODY = MAX_UPLOAD_BYTES + 65_536  # of a form with one file


async def one_file(request: Request) -> tuple[str, bytes]:
    """(its name, its content), empty when there is none; what is longer than may arrive is read no further."""
    async with request.form(max_files=1, max_fields=4) as form:
        sent = form.get("fichier")
        if not isinstance(sent, UploadFile):
            return "", b""
        return sent.filename or "", await sent.read(MAX_UPLOAD_BYTES + 1)


async def read_kept(form: FormData) -> tuple[str, Kept]:
    """The name and what is kept of one file, or of the photographed pages of one (`tours`: how each is turned). UserError in words."""
    sent = [each for each in form.getlist("fichier") if isinstance(each, UploadFile) and each.filename]
    turns = [int(turn) if turn in {"90", "180", "270"} else 0 for turn in map(str, form.getlist("tours"))]
    if not sent:
        raise validation.refusal("vide")
    if len(sent) > 1 and len(turns) != len(sent):
        raise UserError(ONE_AT_A_TIME, code="plusieurs")
    if len(turns) == len(sent):
        return sent[0].filename or "", await validation.joined(sent, turns)
    return sent[0].filename or "", await validation.checked(await sent[0].read(MAX_UPLOAD_BYTES + 1))


async def keep_one(
    caller: Caller, request: Request, back: str, keep: Callable[[UnitOfWork, bytes, str, str], object]
) -> Response:
    """`keep(uow, content, media type, its name)` of the file that was sent, once it is checked; then `back`, with what
    became of it."""
    name, content = await one_file(request)
    try:
        kept = await validation.checked(content)
        with caller.unit_of_work(writes=True) as uow:
            keep(uow, kept.content, kept.media_type, validation.shown_name(name, kept.media_type))
    except UserError as error:
        return refused(caller, request, error, back)
    return RedirectResponse(f"{back}{received_code(kept.remarks)}", 303)


def by_script(request: Request) -> bool:
    """Our script sent it (components/assets/theme/upload.js), not the form itself."""
    return "application/json" in request.headers.get("accept", "")


def refused(caller: Caller, request: Request, error: UserError, back: str) -> Response:
    """Back to the page with the name of the refusal; while there is no place in the queue, our script waits and sends again."""
    if isinstance(error, validation.Busy) and by_script(request):
        return busy(caller, error)
    return RedirectResponse(f"{back}{validation.code_of(error)}", 303)


def busy(caller: Caller, error: UserError) -> Response:
    after = {"retry-after": str(validation.RETRY_SECONDS)}
    return JSONResponse({"busy": error.message(caller.language)}, 503, headers=after)
