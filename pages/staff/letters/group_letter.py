"""One letter to a group: while it is a draft its form and what families would read; once it left, who read and accepted it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from components.layout.file_notices import file_notice
from components.layout.layout import head, way_back
from components.nicegui_adapter.panel_element import page_panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.icons import icon
from components.ui.pager import skip_to
from components.ui.panel import Act, Answer, only_shows
from components.ui.status_chip import status_chip
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.i18n import _
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.group_letters import sending, writing
from data.group_letters.following import PAGE, Only
from data.group_letters.models import GroupLetter, GroupLetterState
from pages.staff.letters import group_form, group_preview, group_sent, letters
from pages.staff.letters.groups import PATH

NEW = "nouveau"


@dataclass
class PageState:
    """What one open page shows; `version`: of the draft as it was last read over."""

    letter_id: int | None
    only: Only = Only.ALL
    skip: int = 0
    sent: str = ""  # what became of a document that was sent
    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, UserError] = field(default_factory=dict)
    banner: str = ""
    version: int = 0


@screen(PATH + "/{n}", Audience.STAFF, title=_("Courrier à un groupe"))
def group_letter(uow: UnitOfWork, n: str, vue: str = "", document: str = "") -> str:
    letter_id = None if n == NEW else parse_id(n)
    if n != NEW and letter_id is None:
        raise NotFound(f"letter to a group {n[:20]!r}")
    only = next((each for each in Only if each == vue), Only.ALL)
    page_state = PageState(letter_id, only, sent=document)
    name = uow.get(GroupLetter, letter_id).subject if letter_id else uow.translate("Nouveau courrier")
    acts = {
        "save": _save,
        "send": _send,
        "remove": _remove,
        "remove-document": _remove_document,
        "only": _only,
        "page": _page,
    }
    page_panel(uow, page_state, _draw, acts, [("group letters", uow.site_id or 0)])
    return name


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    letter = uow.get(GroupLetter, page_state.letter_id) if page_state.letter_id else None
    title = letter.subject if letter else uow.translate("Nouveau courrier")
    state = status_chip(uow, GroupLetterState(letter.state)) if letter else ""
    top = html.p(way_back(uow.translate("Courriers à un groupe"), PATH)) + head(title, "", state, id_="group-title")
    banner = html.div(icon("check"), html.p(page_state.banner), class_="notice good") if page_state.banner else ""
    message = file_notice(uow, page_state.sent, uow.translate("Le document est joint au courrier.")) or ""
    tabs = letters.tabs(uow, "/groupes")
    if letter and letter.state != GroupLetterState.DRAFT:
        return top + tabs + banner + group_sent.draw(uow, letter, page_state.only, page_state.skip)
    form = group_form.draw(uow, letter, page_state.values, page_state.faults)
    if letter is None:
        return top + tabs + message + form
    page_state.version = letter.version
    seen = group_preview.draw(uow, letter, dirty=bool(page_state.faults))
    return top + tabs + banner + message + html.div(form, seen, class_="duo")


def _kept(uow: UnitOfWork, act: Act, page_state: PageState) -> GroupLetter | Answer:
    """The draft as it is typed now; where the form is wrong, an answer that leads there."""
    page_state.values, page_state.faults, page_state.banner = {}, {}, ""
    try:
        return writing.save(uow, page_state.letter_id, act.values)
    except ValidationErrors as invalid:
        page_state.values, page_state.faults = dict(act.values), invalid.faults
        return Answer(focus=f"group-{next(iter(invalid.faults))}")


def _save(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    letter = _kept(uow, act, page_state)
    if isinstance(letter, Answer):
        return letter
    key = group_form.draft_key(page_state.letter_id)
    if page_state.letter_id is None:
        return Answer(go=f"{PATH}/{letter.id}", forget=key)
    page_state.banner = uow.translate("Le courrier est enregistré. Relisez-le, puis envoyez-le.")
    return Answer(announce=page_state.banner, focus="preview-title", forget=key)


def _send(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """What was read over, and nothing else: typed since then, it is kept and shown first."""
    letter_id = page_state.letter_id or 0
    if act.values and _typed_since(uow, letter_id, act):
        answer = _save(uow, act, page_state)
        text = uow.translate("Le courrier a changé depuis l’aperçu : il n’est pas parti. Relisez-le.")
        page_state.banner = "" if page_state.faults else text
        return answer if page_state.faults else Answer(toast=text, focus="preview-title", forget=answer.forget)
    count = sending.send(uow, letter_id, page_state.version)
    page_state.banner = uow.ngettext(
        "Le courrier part vers {count} famille.", "Le courrier part vers {count} familles.", count=count
    )
    return Answer(announce=page_state.banner, focus="group-title", forget=group_form.draft_key(letter_id))


def _typed_since(uow: UnitOfWork, letter_id: int, act: Act) -> bool:
    try:
        return writing.differs(uow, writing.draft(uow, letter_id), act.values)
    except ValidationErrors:
        return True


def _remove(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    writing.remove(uow, act.number())
    return Answer(go=PATH, forget=group_form.draft_key(page_state.letter_id))


def _remove_document(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    writing.remove_document(uow, page_state.letter_id or 0, act.number())
    page_state.sent = ""
    return Answer(announce=uow.translate("Le document n’est plus joint."), focus="documents-title")


@only_shows
def _only(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.only, page_state.skip = next((each for each in Only if each == act.of), Only.ALL), 0
    query = f"?vue={page_state.only}" if page_state.only else ""
    return Answer(url=f"{PATH}/{page_state.letter_id}{query}", focus=f"only-{page_state.only or 'all'}")


@only_shows
def _page(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.skip = skip_to(act, PAGE)
    return Answer(focus="households-title")
