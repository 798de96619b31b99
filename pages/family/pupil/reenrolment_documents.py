"""Part 2 of « Réinscription »: the documents asked for, « Importer », and the address where files arrive by plain HTTP."""

from fastapi import Request
from markupsafe import Markup
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, RedirectResponse, Response

from components.nicegui_adapter.screens import plain
from components.ui.icons import icon
from components.ui.markup import button, tag
from components.ui.status_chip import TO_FAMILIES, status_chip
from components.ui.tables import row
from data.accounts.caller import Audience, Caller
from data.core import formats
from data.core.errors import NotFound, UserError
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families import stored_files
from data.families.models import Rights
from data.reenrolment import documents as reenrolment_documents
from data.reenrolment.campaigns import RequiredDocument
from data.reenrolment.documents import CLOSED, Shared
from data.reenrolment.models import DocumentItem, DocumentState, Situation
from data.uploads import validation

HEADS = ("Nom du document", "Nom du fichier", "Date", "Heure", "Taille (Ko)", "État", "Consulter")
REFUSALS = {
    "plusieurs": "Envoyez un seul fichier à la fois, avec le nom de son document.",
    "document": "Choisissez le nom du document.",
    **CLOSED,
}
PICTURES = "image/*"  # a phone then offers its camera


def draw(uow: UnitOfWork, now: Situation, fault: UserError | None, proposed: int) -> Markup:
    closed = reenrolment_documents.refusal(now)
    heads = [uow.translate(head) for head in HEADS]
    common = reenrolment_documents.shared(uow, now)
    lines = [_line(uow, now, heads, item, common) for item in now.document_items]
    table = tag(
        "table",
        tag("caption", tag("span", uow.translate("Pièces à fournir"), class_="unseen")),
        tag(
            "thead",
            tag(
                "tr", (tag("th", head, scope="col", class_="num" if at == 4 else None) for at, head in enumerate(heads))
            ),
        ),
        tag("tbody", lines),
        class_="stack",
    )
    return tag(
        "section",
        tag(
            "div",
            tag("h2", uow.translate("2. Pièces à fournir"), id="documents-title", tabindex="-1"),
            _import_button(uow, closed) if now.document_items and now.may_change else None,
            class_="card-head",
        ),
        now.campaign.documents_text and tag("p", now.campaign.documents_text),
        tag(
            "p",
            uow.translate(
                "2 Mo au plus par document ; JPEG, JPG, PNG ou PDF. Une photo plus lourde est allégée pour vous."
            ),
            class_="soft",
        ),
        closed
        and now.may_change
        and tag("p", icon("info"), tag("span", closed.message(uow.language)), id="import-why", class_="was plain"),
        fault
        and tag(
            "p",
            icon("alert"),
            tag("span", fault.message(uow.language)),
            id="fault-documents",
            tabindex="-1",
            class_="fault",
        ),
        tag("div", table, class_="reenrolment documents")
        if lines
        else tag("p", uow.translate("Aucune pièce n’est demandée pour cet élève.")),
        _window(uow, now, proposed) if not closed else _why(uow, closed),
        class_="card stack-form",
        aria_label=uow.translate("Pièces à fournir"),
    )


def _import_button(uow: UnitOfWork, closed: UserError | None) -> Markup:
    more: dict[str, object] = {"aria_disabled": "true", "aria_describedby": "import-why"} if closed else {}
    return tag(
        "button",
        uow.translate("Importer"),
        type="button",
        id="open-import",
        class_="btn quiet",
        data_opens="import-closed" if closed else "import",
        **more,
    )


def _why(uow: UnitOfWork, closed: UserError) -> Markup:
    """Pressed while it is closed, « Importer » says why."""
    return tag(
        "dialog",
        tag("p", closed.message(uow.language), id="import-closed-text"),
        tag("button", "OK", type="button", data_closes=True, class_="btn"),
        id="import-closed",
        class_="message",
        aria_labelledby="import-closed-text",
    )


def _line(uow: UnitOfWork, now: Situation, heads: list[str], item: DocumentItem, common: Shared) -> Markup:
    supplied, document = item.supplied, item.document
    state = status_chip(uow, item.state, TO_FAMILIES)
    if item.state == DocumentState.MISSING and not document.required:
        state = tag("span", uow.translate("À fournir, facultative"), class_="chip")
    given = supplied.given_at.astimezone(uow.zone) if supplied else None
    shown = (
        tag(
            "a",
            icon("eye"),
            uow.translate("Consulter"),
            tag("span", f" : {document.label}", class_="unseen"),
            href=f"/documents/{item.file}",
        )
        if item.file
        else ""
    )
    return row(
        heads,
        (
            tag("span", document.label, class_="label")
            + (tag("span", document.hint, class_="hint") if document.hint else "")
            + _model(uow, now, document),
            supplied.file_name if supplied else "",
            formats.day(given.date()) if given else "",
            formats.clock(given.time(), uow.language) if given else "",
            kilobytes(supplied.size) if supplied else "",
            state + (tag("span", supplied.reason, class_="reason") if supplied and supplied.reason else ""),
            _links(shown, _acts(uow, now, item, common)),
        ),
        ("", "file", "tight", "tight", "num"),
    )


def _links(shown: Markup | str, acts: list[Markup]) -> Markup | str:
    return tag("div", shown, acts, class_="links-row") if shown or acts else ""


def kilobytes(size: int) -> str:
    """Never 0 for a file that is there."""
    return str(max(1, round(size / 1024)))


def _model(uow: UnitOfWork, now: Situation, document: RequiredDocument) -> Markup:
    if not document.model:
        return Markup("")
    where = f"/eleves/{now.pupil.number}/reinscription/modeles/{document.id}"
    return tag("a", uow.translate("Télécharger le modèle à remplir"), href=where, class_="small")


def _acts(uow: UnitOfWork, now: Situation, item: DocumentItem, common: Shared) -> list[Markup]:
    """What may be done with that document now."""
    supplied, label = item.supplied, tag("span", f" : {item.document.label}", class_="unseen")
    found: list[Markup] = []
    if reenrolment_documents.refusal(now, item=item) is None:
        if supplied:
            found.append(button(uow.translate("Remplacer"), label, do="replace", of=item.document.id, class_="link"))
        elif offer := common.offers.get(item.document.id):
            text = uow.translate("Reprendre celui de {name}", name=offer[1].called)
            found.append(button(text, label, do="again", of=item.document.id, class_="link"))
    for pupil, _document in common.wanting.get(supplied.id, ()) if supplied else ():
        text = uow.translate("Aussi pour {name}", name=pupil.called)
        found.append(
            button(text, label, do="also", of=f"{supplied.id}-{pupil.number}" if supplied else "", class_="link")
        )
    if supplied and reenrolment_documents.locked_because(now, item) is None:
        found.append(button(uow.translate("Retirer"), label, do="remove", of=supplied.id, class_="link"))
    return found


def _window(uow: UnitOfWork, now: Situation, proposed: int) -> Markup:
    """« Parcourir », « Nom du document », « Importer »: a plain form; components/assets/theme/upload.js sends several at once."""
    able = [item for item in now.document_items if reenrolment_documents.refusal(now, item=item) is None]
    first = next(
        (item.document.id for item in able if item.document.id == proposed),
        next((item.document.id for item in able if item.lacking), able[0].document.id if able else 0),
    )
    chooser = tag(
        "div",
        tag("span", uow.translate("Déposez vos fichiers ici, ou"), class_="soft with-script"),
        tag("label", icon("paper"), uow.translate("Parcourir"), for_="fichier", class_="btn quiet"),
        tag(
            "input",
            id="fichier",
            name="fichier",
            type="file",
            accept=f"{validation.ACCEPTED},{PICTURES}",
            required=True,
            class_="unseen",
            aria_describedby="fichier-hint",
        ),
        tag(
            "span",
            uow.translate("JPEG, JPG, PNG ou PDF ; 2 Mo au plus, une photo est allégée."),
            id="fichier-hint",
            class_="hint",
        ),
        class_="drop",
        data_drop=True,
    )
    names = tag(
        "div",
        tag("label", uow.translate("Nom du document"), for_="document"),
        tag(
            "select",
            (
                tag(
                    "option",
                    item.document.label,
                    value=item.document.id,
                    data_lacking=item.lacking,
                    selected=item.document.id == first,
                )
                for item in able
            ),
            id="document",
            name="document",
        ),
        class_="field",
        data_one=True,
    )
    return tag(
        "dialog",
        tag(
            "form",
            tag("h2", uow.translate("Importer un document"), id="import-title"),
            chooser,
            names,
            tag("ul", class_="sending", data_own=True),
            tag("p", role="status", class_="hint", data_own=True, id="import-report"),
            tag(
                "div",
                tag("button", uow.translate("Annuler"), type="button", data_closes=True, class_="btn quiet"),
                tag("button", uow.translate("Importer"), type="submit", class_="btn", id="import-send"),
                class_="actions",
            ),
            method="post",
            action=f"/eleves/{now.pupil.number}/reinscription/documents",
            enctype="multipart/form-data",
            class_="stack-form",
            data_upload=True,
            data_choose=uow.translate("Choisissez un fichier."),
            data_name=uow.translate("Nom du document"),
            data_received=uow.translate("Reçu"),
            data_sending=uow.translate("Envoi en cours…"),
            data_failed=uow.translate(
                "La connexion est interrompue : rien n’est perdu. Pressez « Importer » pour réessayer."
            ),
            data_leave=uow.translate("Retirer de l’envoi"),
        ),
        id="import",
        aria_labelledby="import-title",
    )


@plain(
    "/eleves/{n}/reinscription/documents",
    Audience.FAMILY,
    methods=("POST",),
    most_bytes=validation.MAX_UPLOAD_BYTES + 65536,
)
async def receive(caller: Caller, request: Request, n: int) -> Response:
    """One file and the number of its document. Answers JSON to our script, else leads back to the page with a word."""
    with caller.unit_of_work() as uow:
        _, link = families.pupil_by_number(uow, n)
        if link.rights != Rights.ALL:
            raise NotFound(f"documents of pupil number {n}")
    async with request.form(max_files=12, max_fields=12) as form:
        sent = [each for each in form.getlist("fichier") if isinstance(each, UploadFile) and each.filename]
        wanted = form.getlist("document")
        name = (sent[0].filename or "") if sent else ""
        content = await sent[0].read(validation.MAX_UPLOAD_BYTES + 1) if len(sent) == 1 else b""
    script = "application/json" in request.headers.get("accept", "")
    try:
        if not sent:
            raise UserError(validation.REFUSALS["vide"])
        if len(sent) > 1:
            raise UserError(REFUSALS["plusieurs"])
        if len(wanted) != 1 or (document := parse_id(wanted[0])) is None:
            raise UserError(REFUSALS["document"])
        with caller.unit_of_work() as uow:  # before anything is opened or kept
            reenrolment_documents.accepts(uow, families.pupil_by_number(uow, n)[0], document)
            stored_files.within_quota(uow)
        checked, media_type = await validation.checked(content, name)
        with caller.unit_of_work(writes=True) as uow:
            pupil, _ = families.pupil_by_number(uow, n)
            reenrolment_documents.supply(uow, pupil, document, checked, media_type, name)
    except UserError as error:
        if script:
            return JSONResponse({"refused": error.message(caller.language)}, 422)
        return RedirectResponse(f"/eleves/{n}/reinscription?document={_code(error)}", 303)
    if script:
        return JSONResponse({"received": name}, 200)
    return RedirectResponse(f"/eleves/{n}/reinscription?document=recu", 303)


def _code(error: UserError) -> str:
    own = next((code for code, text in REFUSALS.items() if text == error.sentence), "")
    return own or validation.code_of(error)
