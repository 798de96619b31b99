"""Part 2 of « Réinscription »: the documents asked for, each with its state and what may be done with it."""

from markupsafe import Markup

from components.layout.file_notices import script_texts, sending_place, sends_at_once
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import button, ending
from components.ui.own_words import own, own_text
from components.ui.question_link import question_link
from components.ui.status_chip import TO_FAMILIES, status_chip
from components.ui.tables import row
from data.core import formats
from data.core.errors import UserError
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.messages.models import About
from data.reenrolment import documents as reenrolment_documents
from data.reenrolment.campaigns import RequiredDocument
from data.reenrolment.documents import Shared
from data.reenrolment.models import DocumentItem, DocumentState, Situation
from data.uploads import validation
from pages.family.pupil import reenrolment_import

HEADS = (_("Nom du document"), _("Nom du fichier"), _("Date"), _("Heure"), _("Taille (Ko)"), _("État"), _("Consulter"))


def draw(uow: UnitOfWork, now: Situation, fault: UserError | None) -> Markup:
    if not now.may_change:
        return _of_the_other_household(uow, now)
    closed = reenrolment_documents.refusal(now)
    heads = [uow.translate(head) for head in HEADS]
    common = reenrolment_documents.shared(uow, now)
    lines = [_line(uow, now, heads, item, common) for item in now.document_items]
    table = html.table(
        html.caption(html.span(uow.translate("Pièces à fournir"), class_="unseen")),
        html.thead(
            html.tr((html.th(head, scope="col", class_="num" if at == 4 else None) for at, head in enumerate(heads))),
        ),
        html.tbody(lines),
        class_="stack",
    )
    return html.section(
        html.div(
            html.h2(uow.translate("2. Pièces à fournir"), id="documents-title", tabindex="-1"),
            _import_button(uow, closed) if now.document_items and now.may_change else None,
            class_="card-head",
        ),
        now.campaign.documents_text and html.p(own_text(uow, now.campaign, "documents_text")),
        html.p(
            uow.translate(
                "Photos ou PDF, {door} Mo au plus par fichier : ce qui est lourd est allégé pour vous.",
                door=validation.FIGURES["door"],
            ),
            class_="soft",
        ),
        _again_all(uow, common),
        closed
        and now.may_change
        and html.p(icon("info"), html.span(closed.message(uow.language)), id="import-why", class_="was plain"),
        fault
        and html.p(
            icon("alert"),
            html.span(fault.message(uow.language)),
            id="fault-documents",
            tabindex="-1",
            class_="fault",
        ),
        html.div(table, class_="reenrolment documents")
        if lines
        else html.p(uow.translate("Aucune pièce n’est demandée pour cet élève.")),
        reenrolment_import.window(uow, now) if not closed else _why(uow, closed),
        class_="card stack-form",
        data_texts=None if closed else script_texts(uow),
        aria_label=uow.translate("Pièces à fournir"),
    )


def _of_the_other_household(uow: UnitOfWork, now: Situation) -> Markup:
    """Who may only read does not know what the other household gave: what is asked, and that nothing is theirs to do."""
    names = [html.li(own_text(uow, item.document, "label")) for item in now.document_items]
    text = uow.translate(
        "Les pièces sont fournies par l’autre foyer de l’élève : vous n’avez rien à envoyer. Lui seul voit où elles en sont."
    )
    return html.section(
        html.h2(uow.translate("2. Pièces à fournir"), id="documents-title", tabindex="-1"),
        html.p(icon("info"), html.span(text), class_="was plain") if names else None,
        html.ul(names, class_="list")
        if names
        else html.p(uow.translate("Aucune pièce n’est demandée pour cet élève.")),
        class_="card stack-form",
        aria_label=uow.translate("Pièces à fournir"),
    )


def _again_all(uow: UnitOfWork, common: Shared) -> Markup | None:
    """Several papers that a brother or a sister gave already: one press for all of them."""
    if len(common.offers) < 2:
        return None
    text = uow.ngettext(
        "Reprendre la pièce déjà donnée pour {names}",
        "Reprendre les {count} pièces déjà données pour {names}",
        count=len(common.offers),
        names=", ".join(dict.fromkeys(pupil.called for _given, pupil in common.offers.values())),
    )
    return html.p(button(text, do="again-all", of="", class_="btn quiet"))


def _import_button(uow: UnitOfWork, closed: UserError | None) -> Markup:
    more: dict[str, object] = {"aria_disabled": "true", "aria_describedby": "import-why"} if closed else {}
    return html.button(
        uow.translate("Importer"),
        type="button",
        id="open-import",
        class_="btn quiet",
        data_opens="import-closed" if closed else "import",
        **more,
    )


def _why(uow: UnitOfWork, closed: UserError) -> Markup:
    """Pressed while it is closed, « Importer » says why."""
    return html.dialog(
        html.p(closed.message(uow.language), id="import-closed-text"),
        html.button("OK", type="button", data_closes=True, class_="btn"),
        id="import-closed",
        class_="message",
        aria_labelledby="import-closed-text",
    )


def _line(uow: UnitOfWork, now: Situation, heads: list[str], item: DocumentItem, common: Shared) -> Markup:
    supplied, document = item.supplied, item.document
    state = status_chip(uow, item.state, TO_FAMILIES)
    if item.state == DocumentState.MISSING and not document.required:
        state = html.span(uow.translate("À fournir, facultative"), class_="chip")
    given = supplied.given_at.astimezone(uow.zone) if supplied else None
    shown = (
        html.a(
            icon("eye"),
            uow.translate("Consulter"),
            ending(uow.language, own_text(uow, document, "label")),
            href=f"/documents/{item.file}",
        )
        if item.file
        else ""
    )
    return row(
        heads,
        (
            html.span(own_text(uow, document, "label"), class_="label")
            + (html.span(own_text(uow, document, "hint"), class_="hint") if document.hint else "")
            + _model(uow, now, document),
            supplied.file_name if supplied else "",
            formats.day(given.date()) if given else "",
            formats.clock(given.time(), uow.language) if given else "",
            kilobytes(supplied.size) if supplied else "",
            state + (html.span(own(uow, supplied.reason), class_="reason") if supplied and supplied.reason else ""),
            _links(shown, _acts(uow, now, item, common), document.id),
        ),
        ("", "file", "tight", "tight", "num"),
        class_="given" if supplied else None,
    )


def _links(shown: Markup | str, acts: list[Markup], document_id: int) -> Markup | str:
    if not shown and not acts:
        return ""
    return html.div(shown, acts, class_="links-row") + sending_place(str(document_id))


def kilobytes(size: int) -> str:
    """Never 0 for a file that is there."""
    return str(max(1, round(size / 1024)))


def _model(uow: UnitOfWork, now: Situation, document: RequiredDocument) -> Markup:
    if not document.model:
        return Markup("")
    where = f"/eleves/{now.pupil.number}/reinscription/modeles/{document.id}"
    return html.a(uow.translate("Télécharger le modèle à remplir"), href=where, class_="small")


def _acts(uow: UnitOfWork, now: Situation, item: DocumentItem, common: Shared) -> list[Markup]:
    """What may be done with that document now."""
    supplied, label = item.supplied, ending(uow.language, own_text(uow, item.document, "label"))
    found: list[Markup] = []
    if reenrolment_documents.refusal(now, item=item) is None:
        found.append(
            sends_at_once(
                uow,
                str(item.document.id),
                f"/eleves/{now.pupil.number}/reinscription/documents",
                own_text(uow, item.document, "label"),
                replaces=supplied is not None,
                photo=item.lacking or supplied is None,
                data_document=item.document.id,
            )
        )
        if not supplied and (offer := common.offers.get(item.document.id)):
            text = uow.translate("Reprendre celui de {name}", name=offer[1].called)
            found.append(button(text, label, do="again", of=item.document.id, class_="link"))
    for pupil, _document in common.wanting.get(supplied.id, ()) if supplied else ():
        text = uow.translate("Aussi pour {name}", name=pupil.called)
        found.append(
            button(text, label, do="also", of=f"{supplied.id}-{pupil.number}" if supplied else "", class_="link")
        )
    if supplied and reenrolment_documents.locked_because(now, item) is None:
        found.append(button(uow.translate("Retirer"), label, do="remove", of=supplied.id, class_="link"))
    if supplied:
        found.append(question_link(uow, About.DOCUMENT, supplied.id, named=own_text(uow, item.document, "label")))
    return found
