"""Part 2 of « Réinscription »: the documents asked for, « Importer », and the address where files arrive by plain HTTP."""

from fastapi import Request
from markupsafe import Markup
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, RedirectResponse, Response

from components.nicegui_adapter.screens import plain
from components.ui.icons import icon
from components.ui.markup import button, tag
from components.ui.tables import row
from data.accounts.caller import Audience, Caller
from data.core import formats
from data.core.errors import NotYours, Refused
from data.core.unit_of_work import Visit
from data.families import models as families
from data.families import stored_files
from data.reenrolment import documents as reenrolment_documents
from data.reenrolment.campaigns import RequiredDocument
from data.reenrolment.documents import CLOSED, Shared
from data.reenrolment.models import Piece, Situation
from data.uploads import validation

HEADS = ("Nom du document", "Nom du fichier", "Date", "Heure", "Taille (Ko)", "État", "Consulter")
STATES = {
    "missing": ("pending", "", "À fournir"),
    "received": ("", "clock", "Reçue"),
    "validated": ("good", "check", "Validée"),
    "refused": ("bad", "cross", "Refusée"),
    "expired": ("bad", "alert", "Expirée"),
}
REFUSALS = {
    "plusieurs": "Envoyez un seul fichier à la fois, avec le nom de son document.",
    "document": "Choisissez le nom du document.",
    **CLOSED,
}
PICTURES = "image/*"  # a phone then offers its camera


def draw(v: Visit, now: Situation, fault: Refused | None, proposed: int) -> Markup:
    closed = reenrolment_documents.refusal(now)
    heads = [v.say(head) for head in HEADS]
    common = reenrolment_documents.shared(v, now)
    lines = [_line(v, now, heads, piece, common) for piece in now.pieces]
    table = tag(
        "table",
        tag("caption", tag("span", v.say("Pièces à fournir"), class_="unseen")),
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
            tag("h2", v.say("2. Pièces à fournir"), id="pieces-title", tabindex="-1"),
            _import_button(v, closed) if now.pieces and now.may_change else None,
            class_="sheet-head",
        ),
        now.campaign.documents_text and tag("p", now.campaign.documents_text),
        tag(
            "p",
            v.say("2 Mo au plus par document ; JPEG, JPG, PNG ou PDF. Une photo plus lourde est allégée pour vous."),
            class_="soft",
        ),
        closed
        and now.may_change
        and tag("p", icon("info"), tag("span", closed.tell(v.tongue)), id="import-why", class_="was plain"),
        fault
        and tag(
            "p", icon("alert"), tag("span", fault.tell(v.tongue)), id="fault-documents", tabindex="-1", class_="fault"
        ),
        tag("div", table, class_="reenrolment pieces")
        if lines
        else tag("p", v.say("Aucune pièce n’est demandée pour cet élève.")),
        _window(v, now, proposed) if not closed else _why(v, closed),
        class_="card stack-form",
        aria_label=v.say("Pièces à fournir"),
    )


def _import_button(v: Visit, closed: Refused | None) -> Markup:
    more: dict[str, object] = {"aria_disabled": "true", "aria_describedby": "import-why"} if closed else {}
    return tag(
        "button",
        v.say("Importer"),
        type="button",
        id="open-import",
        class_="btn quiet",
        data_opens="import-closed" if closed else "import",
        **more,
    )


def _why(v: Visit, closed: Refused) -> Markup:
    """Pressed while it is closed, « Importer » says why."""
    return tag(
        "dialog",
        tag("p", closed.tell(v.tongue), id="import-closed-text"),
        tag("button", "OK", type="button", data_closes=True, class_="btn"),
        id="import-closed",
        class_="message",
        aria_labelledby="import-closed-text",
    )


def _line(v: Visit, now: Situation, heads: list[str], piece: Piece, common: Shared) -> Markup:
    supplied, document = piece.supplied, piece.document
    look, drawing, words = STATES[piece.state]
    state = v.say(words)
    if piece.state == "missing" and not document.required:
        look, state = "", v.say("À fournir, facultative")
    given = supplied.given_at.astimezone(v.zone) if supplied else None
    shown = (
        tag(
            "a",
            icon("eye"),
            v.say("Consulter"),
            tag("span", f" : {document.label}", class_="unseen"),
            href=f"/documents/{piece.file}",
        )
        if piece.file
        else ""
    )
    return row(
        heads,
        (
            tag("span", document.label, class_="label")
            + (tag("span", document.hint, class_="hint") if document.hint else "")
            + _model(v, now, document),
            supplied.file_name if supplied else "",
            formats.day(given.date()) if given else "",
            formats.clock(given.time(), v.tongue) if given else "",
            kilobytes(supplied.size) if supplied else "",
            tag("span", icon(drawing) if drawing else None, state, class_=f"chip {look}".strip())
            + (tag("span", supplied.reason, class_="reason") if supplied and supplied.reason else ""),
            _links(shown, _acts(v, now, piece, common)),
        ),
        ("", "file", "tight", "tight", "num"),
    )


def _links(shown: Markup | str, acts: list[Markup]) -> Markup | str:
    return tag("div", shown, acts, class_="links-row") if shown or acts else ""


def kilobytes(size: int) -> str:
    """Never 0 for a file that is there."""
    return str(max(1, round(size / 1024)))


def _model(v: Visit, now: Situation, document: RequiredDocument) -> Markup:
    if not document.model:
        return Markup("")
    where = f"/eleves/{now.pupil.number}/reinscription/modeles/{document.id}"
    return tag("a", v.say("Télécharger le modèle à remplir"), href=where, class_="small")


def _acts(v: Visit, now: Situation, piece: Piece, common: Shared) -> list[Markup]:
    """What may be done with that document now."""
    supplied, label = piece.supplied, tag("span", f" : {piece.document.label}", class_="unseen")
    found: list[Markup] = []
    if reenrolment_documents.refusal(now, piece=piece) is None:
        if supplied:
            found.append(button(v.say("Remplacer"), label, do="replace", of=piece.document.id, class_="link"))
        elif offer := common.offers.get(piece.document.id):
            words = v.say("Reprendre celui de {name}", name=offer[1].first_name)
            found.append(button(words, label, do="again", of=piece.document.id, class_="link"))
    for pupil, _document in common.wanting.get(supplied.id, ()) if supplied else ():
        words = v.say("Aussi pour {name}", name=pupil.first_name)
        found.append(
            button(words, label, do="also", of=f"{supplied.id}-{pupil.number}" if supplied else "", class_="link")
        )
    if supplied and reenrolment_documents.kept_because(now, piece) is None:
        found.append(button(v.say("Retirer"), label, do="remove", of=supplied.id, class_="link"))
    return found


def _window(v: Visit, now: Situation, proposed: int) -> Markup:
    """« Parcourir », « Nom du document », « Importer »: a plain form; components/assets/theme/upload.js sends several at once."""
    able = [piece for piece in now.pieces if reenrolment_documents.refusal(now, piece=piece) is None]
    first = next(
        (piece.document.id for piece in able if piece.document.id == proposed),
        next((piece.document.id for piece in able if piece.lacking), able[0].document.id if able else 0),
    )
    chooser = tag(
        "div",
        tag("span", v.say("Déposez vos fichiers ici, ou"), class_="soft with-script"),
        tag("label", icon("paper"), v.say("Parcourir"), for_="fichier", class_="btn quiet"),
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
            v.say("JPEG, JPG, PNG ou PDF ; 2 Mo au plus, une photo est allégée."),
            id="fichier-hint",
            class_="hint",
        ),
        class_="drop",
        data_drop=True,
    )
    names = tag(
        "div",
        tag("label", v.say("Nom du document"), for_="document"),
        tag(
            "select",
            (
                tag(
                    "option",
                    piece.document.label,
                    value=piece.document.id,
                    data_lacking=piece.lacking,
                    selected=piece.document.id == first,
                )
                for piece in able
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
            tag("h2", v.say("Importer un document"), id="import-title"),
            chooser,
            names,
            tag("ul", class_="sending", data_own=True),
            tag("p", role="status", class_="hint", data_own=True, id="import-told"),
            tag(
                "div",
                tag("button", v.say("Annuler"), type="button", data_closes=True, class_="btn quiet"),
                tag("button", v.say("Importer"), type="submit", class_="btn", id="import-send"),
                class_="actions",
            ),
            method="post",
            action=f"/eleves/{now.pupil.number}/reinscription/documents",
            enctype="multipart/form-data",
            class_="stack-form",
            data_upload=True,
            data_choose=v.say("Choisissez un fichier."),
            data_name=v.say("Nom du document"),
            data_received=v.say("Reçu"),
            data_sending=v.say("Envoi en cours…"),
            data_failed=v.say("La connexion est interrompue : rien n’est perdu. Pressez « Importer » pour réessayer."),
            data_leave=v.say("Retirer de l’envoi"),
        ),
        id="import",
        aria_labelledby="import-title",
    )


@plain(
    "/eleves/{n}/reinscription/documents",
    Audience.FAMILY,
    methods=("POST",),
    most_bytes=validation.MOST_BYTES + 65536,
)
async def receive(caller: Caller, request: Request, n: int) -> Response:
    """One file and the number of its document. Answers JSON to our script, else leads back to the page with a word."""
    with caller.visit() as v:
        _, link = families.pupil_by_number(v, n)
        if link.rights != "all":
            raise NotYours(f"documents of pupil number {n}")
    async with request.form(max_files=12, max_fields=12) as form:
        sent = [each for each in form.getlist("fichier") if isinstance(each, UploadFile) and each.filename]
        wanted = form.getlist("document")
        name = (sent[0].filename or "") if sent else ""
        content = await sent[0].read(validation.MOST_BYTES + 1) if len(sent) == 1 else b""
    script = "application/json" in request.headers.get("accept", "")
    try:
        if not sent:
            raise Refused(validation.REFUSALS["vide"])
        if len(sent) > 1:
            raise Refused(REFUSALS["plusieurs"])
        if len(wanted) != 1 or not isinstance(wanted[0], str) or not (wanted[0].isdecimal() and len(wanted[0]) < 10):
            raise Refused(REFUSALS["document"])
        document = int(wanted[0])
        with caller.visit() as v:  # before anything is opened or kept
            reenrolment_documents.accepts(v, families.pupil_by_number(v, n)[0], document)
            stored_files.within_quota(v)
        checked, media_type = await validation.checked(content, name)
        with caller.visit(writes=True) as v:
            pupil, _ = families.pupil_by_number(v, n)
            reenrolment_documents.supply(v, pupil, document, checked, media_type, name)
    except Refused as refused:
        if script:
            return JSONResponse({"refused": refused.tell(caller.tongue)}, 422)
        return RedirectResponse(f"/eleves/{n}/reinscription?document={_code(refused)}", 303)
    if script:
        return JSONResponse({"received": name}, 200)
    return RedirectResponse(f"/eleves/{n}/reinscription?document=recu", 303)


def _code(refused: Refused) -> str:
    own = next((code for code, words in REFUSALS.items() if words == refused.sentence), "")
    return own or validation.code_of(refused)
