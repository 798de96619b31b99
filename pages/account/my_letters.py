"""« Mes courriers »: what the portal sent to this account, to be read again. Passwords are in the letters themselves only."""

from dataclasses import dataclass

from markupsafe import Markup

from components.layout.layout import head, way_back
from components.nicegui_adapter.open_pages import when_connected
from components.nicegui_adapter.panel_element import page_panel
from components.nicegui_adapter.screens import Audience, here, screen
from components.ui import html, letter_view, lists
from components.ui.icons import icon
from components.ui.lists import Column, Listing, Order
from components.ui.markup import Content, button
from components.ui.panel import Act, Answer
from components.ui.status_chip import TO_FAMILIES, status_chip
from data.core import formats
from data.core.errors import NotFound
from data.core.i18n import _
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.group_letters import reading
from data.group_letters.reading import Received
from data.mail.outbox import Letter, LetterState
from data.office import outbox_admin

PATH = "/mot-de-passe/courriers"


@dataclass
class PageState:
    letter_id: int
    listing: Listing[Letter]

    @property
    def url(self) -> str:
        query = "&".join(
            filter(None, (f"courrier={self.letter_id}" if self.letter_id else "", self.listing.order.query))
        )
        return PATH + (f"?{query}" if query else "")


@screen(PATH, Audience.ACCOUNT, title=_("Mes courriers"))
def my_letters(uow: UnitOfWork, courrier: str = "", r: str = "", tri: str = "", groupe: str = "") -> None:
    """`groupe`: a letter to a group, as its mail and « À faire » lead to it; whose copy it is says the account."""
    asked = parse_id(courrier) or 0
    if group_id := parse_id(groupe):
        asked = reading.copy_of(outbox_admin.mine(uow), group_id)
    page_state = PageState(asked, _listing(Order.read(r, tri)))
    if asked and all(each.id != asked for each in outbox_admin.mine(uow)):
        raise NotFound(f"letter {asked}")
    listed = lists.acts(page_state.listing, lambda w: Answer(url=page_state.url))
    acts = {"open": _open, "accept": _accept}
    page_panel(uow, page_state, _draw, acts, [("account letters", uow.account_id or 0)], listed)
    when_connected(lambda: _mark_read(page_state))


def _mark_read(page_state: PageState) -> None:
    """A letter to a group is open in a browser: it is read, but by who only looks as the family."""
    caller = here(touch=False)
    if page_state.letter_id and not caller.looking:
        with caller.unit_of_work(writes=True) as uow:
            _read(uow, page_state.letter_id)


def _read(uow: UnitOfWork, letter_id: int) -> None:
    opened = next((each for each in outbox_admin.mine(uow) if each.id == letter_id), None)
    if opened is not None and opened.group_id:
        reading.mark_read(uow, opened.group_id)


def _listing(order: Order) -> Listing[Letter]:
    return Listing(
        name="letters",
        caption=_("Courriers, du plus récent au plus ancien"),
        columns=(
            Column("Objet", _subject),
            Column(
                "Date",
                lambda uow, m: formats.day(m.created_at.astimezone(uow.zone).date()),
                lambda m: m.created_at,
                look="tight",
            ),
            Column("État", lambda uow, m: status_chip(uow, LetterState(m.state), TO_FAMILIES)),
        ),
        of=lambda m: m.id,
        called=lambda uow, m: formats.day(m.created_at.astimezone(uow.zone).date()),
        href=lambda m: f"{PATH}?courrier={m.id}",
        do="open",
        empty=_("Le portail ne vous a encore rien envoyé."),
        searched=True,
        quiet_caption=True,
        order=order,
    )


def _subject(uow: UnitOfWork, letter: Letter) -> Content:
    """Without the conservatoire's name, in the letter's own language."""
    text = letter.subject.rpartition(" – ")[0] or letter.subject
    return html.span(text, lang=letter.language) if letter.language != uow.language else text


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    found = outbox_admin.mine(uow)
    opened = next((each for each in found if each.id == page_state.letter_id), None)
    back = way_back(uow.translate("Retour"), "/mot-de-passe")
    under = uow.translate("Ce que le portail vous a envoyé. Pour répondre, écrivez au conservatoire.")
    listed = lists.draw(uow, page_state.listing, found, opened=page_state.letter_id or None)
    both = html.div(listed, _detail(uow, opened), class_="duo") if opened else listed
    return html.p(back) + head(uow.translate("Mes courriers"), under) + both


def _detail(uow: UnitOfWork, letter: Letter) -> Markup:
    to = letter.recipient or uow.translate("sans adresse")
    when = formats.moment(letter.sent_at or letter.created_at, uow.zone, uow.language)
    text = uow.translate("Envoyé le {moment} à {address}", moment=when, address=to)
    group = reading.received(uow, letter.group_id) if letter.group_id and uow.family_id else None
    if letter.state in {LetterState.FAILED, LetterState.ABANDONED}:
        text = uow.translate("N’a pas pu être remis à {address}. Vérifiez l’adresse de votre fiche.", address=to)
    elif letter.state == LetterState.PORTAL:
        text = uow.translate(
            "Déposé ici le {moment}. Ajoutez une adresse e-mail pour recevoir les suivants.", moment=when
        )
    elif letter.state != LetterState.SENT:
        text = uow.translate("Partira vers {address}", address=to)
    return html.section(
        html.div(
            html.h2(_subject(uow, letter), id="letter-title", tabindex="-1"),
            button(icon("cross"), uow.translate("Fermer"), do="open", of="0", class_="btn quiet small"),
            class_="card-head",
        ),
        html.p(text, class_="soft"),
        letter_view.draw(uow, letter),
        _of_a_group(uow, group) if group else None,
        class_="card",
        aria_labelledby="letter-title",
    )


def _of_a_group(uow: UnitOfWork, group: Received) -> Markup:
    """Its documents, and « J’ai lu et j’accepte » or when and by whom that was said."""
    documents = [
        html.li(html.a(icon("paper"), html.span(each.name), href=f"/courriers/documents/{each.id}"))
        for each in group.documents
    ]
    listed = documents and (html.h3(uow.translate("Documents joints")), html.ul(documents, class_="list"))
    row = group.row
    if group.awaited:
        answer = html.div(
            html.p(uow.translate("Le conservatoire vous demande votre accord, une fois pour votre foyer.")),
            button(icon("check"), uow.translate("J’ai lu et j’accepte"), do="accept", of=row.letter_id, class_="btn"),
            class_="stack-form",
        )
    elif row.accepted_at:
        when = formats.moment(row.accepted_at, uow.zone, uow.language)
        text = uow.translate("Accepté le {moment} par {name}.", moment=when, name=row.accepted_by)
        answer = html.div(icon("check"), html.p(text), class_="notice good")
    else:
        answer = None
    return html.div(listed, answer, class_="stack-form")


def _accept(uow: UnitOfWork, act: Act, _page_state: PageState) -> Answer:
    reading.accept(uow, act.number())
    return Answer(toast=uow.translate("C’est noté : votre accord est enregistré."), focus="letter-title")


def _open(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    before, page_state.letter_id = page_state.letter_id, act.number()
    _read(uow, page_state.letter_id)
    return Answer(url=page_state.url, focus="letter-title" if page_state.letter_id else f"open-letters-{before}")
