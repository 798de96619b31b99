"""A document beside its decision: a picture, or the browser's own reader for a PDF; larger in a window."""

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from components.ui.review_queue import keyed
from data.core.unit_of_work import UnitOfWork
from data.families import protection
from data.families.stored_files import PHOTO, StoredFile
from data.reenrolment.models import SuppliedDocument
from data.reenrolment.review_queue import Given


def draw(
    uow: UnitOfWork,
    shown: Given,
    file: StoredFile,
    place: tuple[int, int],
    *,
    readable: bool,
    refuses: bool = True,
    current: bool = True,
) -> Markup:
    """The document itself: a picture, or the browser's own reader for a PDF. Larger in a window, by Z. `place`: its number, of how
    many; `readable`: whether this person may read the family's papers; `current`: of several, the one that keys are about."""
    supplied = shown.item.supplied
    number = supplied.id if supplied else 0
    if not readable and file.kind != PHOTO:
        text = html.p(uow.translate(protection.PAPERS_PROTECTED))
        return html.div(html.div(icon("info"), text, class_="notice"), class_="viewer-box empty", id=f"file-{number}")
    at, total = place
    label = shown.item.document.label
    following = current and total > 1
    after = keyed("N", uow.translate("Pièce suivante"), do="turn-document", class_="link") if following else None
    opens = {"type": "button", "class_": "link", "data_opens": f"document-window-{number}"}
    larger = keyed("Z" if current else "", icon("search"), uow.translate("Agrandir"), **opens)
    refuse = (
        keyed("R" if current else "", uow.translate("Refuser cette pièce"), do="decline", of=number, class_="link")
        if refuses and shown.waits
        else None
    )
    alone = html.a(uow.translate("Ouvrir à part"), href=f"/documents/{file.name}", target="_blank", rel="noopener")
    title = f"{label} ({at}/{total})" if total > 1 else label
    bar = html.div(html.strong(title), after, larger, refuse, alone, class_="viewer-bar")
    close = html.button(uow.translate("Fermer"), type="button", class_="btn quiet", data_closes=True, autofocus=True)
    window = html.dialog(
        html.div(html.h2(label, id=f"document-title-{number}"), close, class_="window-head"),
        html.div(_content(file, label, large=True), class_="window-body"),
        id=f"document-window-{number}",
        class_="window viewer-window",
        aria_labelledby=f"document-title-{number}",
    )
    # What stays before somebody's eyes is seen: a script presses this (components/assets/theme/office.js).
    seen = (
        html.button(type="button", hidden=True, data_do="saw", data_of=number, data_sight=True)
        if shown.unseen
        else None
    )
    return html.div(
        bar,
        html.div(_content(file, label), class_="viewer"),
        seen,
        window,
        class_="viewer-box",
        id=f"file-{number}",
        aria_current="true" if current and total > 1 else None,
    )


def file_name(uow: UnitOfWork, supplied: SuppliedDocument, *, readable: bool) -> str:
    """As the family called it: a name may hold an address too."""
    return supplied.file_name if readable else uow.translate("nom masqué")


def _content(file: StoredFile, label: str, *, large: bool = False) -> Markup:
    source = f"/documents/{file.name}"
    if file.media_type == "application/pdf":
        return html.iframe(src=source, title=label, loading="lazy", id=f"{'large' if large else 'shown'}-{file.name}")
    return html.img(src=source, alt=label, loading="lazy", id=f"{'large' if large else 'shown'}-{file.name}")
