"""« Importer » of « Réinscription »: the window where files are chosen, named and joined, and the address where they arrive by plain HTTP."""

from collections.abc import Sequence

from fastapi import Request
from markupsafe import Markup
from starlette.datastructures import FormData, UploadFile
from starlette.responses import JSONResponse, RedirectResponse, Response

from components.layout.file_notices import received_code
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.icons import icon
from components.web.received_files import ONE_AT_A_TIME, busy, by_script, read_kept
from data.accounts.caller import Audience, Caller
from data.core.errors import NotFound, UserError
from data.core.i18n import _
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families import stored_files
from data.families.models import Rights
from data.reenrolment import documents as reenrolment_documents
from data.reenrolment.documents import CLOSED
from data.reenrolment.models import DocumentItem, Situation
from data.uploads import validation
from data.uploads.limits import MAX_JOINED_BYTES, MAX_JOINED_PAGES
from data.uploads.validation import Kept

REFUSALS = {
    "plusieurs": ONE_AT_A_TIME,
    "document": _("Choisissez le nom du document."),
    **CLOSED,
}


def window(uow: UnitOfWork, now: Situation) -> Markup:
    """« Parcourir », « Nom du document », « Importer »: a plain form; components/assets/theme/upload.js sends several at once."""
    able = [item for item in now.document_items if reenrolment_documents.refusal(now, item=item) is None]
    first = next((item.document.id for item in able if item.lacking), able[0].document.id if able else 0)
    return html.dialog(
        html.form(
            html.h2(uow.translate("Importer un document"), id="import-title"),
            _chooser(uow),
            html.div(_names(uow, able, first), class_="field", data_one=True),
            html.ul(class_="sending", data_own=True),
            html.button(
                "",
                type="button",
                id="import-join",
                class_="btn quiet",
                hidden=True,
                data_join=True,
                data_own=True,
            ),
            html.p(role="status", class_="hint", data_own=True, id="import-report"),
            html.div(
                html.button(
                    uow.translate("Annuler"),
                    type="button",
                    data_closes=True,
                    class_="btn quiet",
                    data_own=True,
                ),
                html.button(uow.translate("Importer"), type="submit", class_="btn", id="import-send", data_own=True),
                class_="actions",
            ),
            method="post",
            action=f"/eleves/{now.pupil.number}/reinscription/documents",
            enctype="multipart/form-data",
            class_="stack-form",
            data_upload=True,
        ),
        id="import",
        aria_labelledby="import-title",
    )


def _chooser(uow: UnitOfWork) -> Markup:
    return html.div(
        html.span(uow.translate("Déposez vos fichiers ici, ou"), class_="soft with-script"),
        html.label(icon("paper"), uow.translate("Parcourir"), for_="fichier", class_="btn quiet"),
        html.input(
            id="fichier",
            name="fichier",
            type="file",
            accept=validation.ACCEPTED,
            required=True,
            class_="unseen",
            aria_describedby="fichier-hint",
        ),
        html.span(
            uow.translate("Photos ou PDF. Toute la page doit se voir, à plat et bien éclairée."),
            id="fichier-hint",
            class_="hint",
        ),
        class_="drop",
        data_drop=True,
    )


def _names(uow: UnitOfWork, able: Sequence[DocumentItem], first: int) -> Markup:
    options = [
        html.option(
            item.document.label,
            value=item.document.id,
            data_held=item.supplied.file_name if item.supplied else None,
            selected=item.document.id == first,
        )
        for item in able
    ]
    label = html.label(uow.translate("Nom du document"), for_="document")
    return label + html.select(options, id="document", name="document")


@plain(
    "/eleves/{n}/reinscription/documents",
    Audience.FAMILY,
    methods=("POST",),
    most_bytes=MAX_JOINED_BYTES + 65536,
)
async def receive(caller: Caller, request: Request, n: int) -> Response:
    """One file, or the photographed pages of one (`tours`: how each is turned), and the number of its document. Answers JSON to our
    script, else leads back to the page with a word."""
    with caller.unit_of_work() as uow:
        _, link = families.pupil_by_number(uow, n)
        if link.rights != Rights.ALL:
            raise NotFound(f"documents of pupil number {n}")
    script = by_script(request)
    try:
        async with request.form(max_files=MAX_JOINED_PAGES + 1, max_fields=MAX_JOINED_PAGES + 4) as form:
            name, kept = await _keep(caller, n, form)
    except validation.Busy as error:
        return busy(caller, error) if script else RedirectResponse(f"/eleves/{n}/reinscription?document=occupe", 303)
    except UserError as error:
        if script:
            return JSONResponse({"refused": error.message(caller.language)}, 422)
        return RedirectResponse(f"/eleves/{n}/reinscription?document={_code(error)}", 303)
    if script:
        with caller.unit_of_work() as uow:
            remarks = [uow.translate(validation.REMARKS[each]) for each in kept.remarks]
        return JSONResponse({"received": name, "remarks": remarks}, 200)
    return RedirectResponse(f"/eleves/{n}/reinscription?document={received_code(kept.remarks)}", 303)


async def _keep(caller: Caller, n: int, form: FormData) -> tuple[str, Kept]:
    """The name and what is kept of what was sent; UserError in words."""
    if not any(isinstance(each, UploadFile) and each.filename for each in form.getlist("fichier")):
        raise validation.refusal("vide")
    wanted = form.getlist("document")
    if len(wanted) != 1 or (document := parse_id(wanted[0])) is None:
        raise UserError(REFUSALS["document"], code="document")
    replace = form.get("remplacer") == str(document)
    with caller.unit_of_work() as uow:  # before anything is opened or kept
        reenrolment_documents.accepts(uow, families.pupil_by_number(uow, n)[0], document, replace=replace)
        stored_files.within_quota(uow)
    name, kept = await read_kept(form)
    with caller.unit_of_work(writes=True) as uow:
        pupil, _ = families.pupil_by_number(uow, n)
        reenrolment_documents.accepts(uow, pupil, document, replace=replace)
        reenrolment_documents.supply(uow, pupil, document, kept.content, kept.media_type, name)
    return name, kept


def _code(error: UserError) -> str:
    return error.code if error.code in REFUSALS else validation.code_of(error)
