"""« Mes courriers »: what the portal sent to this account, to be read again. Passwords are in the letters themselves only."""

from dataclasses import dataclass

from markupsafe import Markup

from components.layout.layout import head, way_back
from components.nicegui_adapter.panel_element import page_panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html, letter_view, lists
from components.ui.icons import icon
from components.ui.lists import Column, Listing, Order
from components.ui.markup import Content, button
from components.ui.panel import Act, Answer, only_shows
from components.ui.status_chip import TO_FAMILIES, status_chip
from data.core import formats
from data.core.errors import NotFound
from data.core.i18n import _
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
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
def my_letters(uow: UnitOfWork, courrier: str = "", r: str = "", tri: str = "") -> None:
    asked = parse_id(courrier) or 0
    page_state = PageState(asked, _listing(Order.read(r, tri)))
    if asked and all(each.id != asked for each in outbox_admin.mine(uow)):
        raise NotFound(f"letter {asked}")
    listed = lists.acts(page_state.listing, lambda w: Answer(url=page_state.url))
    page_panel(uow, page_state, _draw, {"open": _open}, [("account letters", uow.account_id or 0)], listed)


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
        called=lambda m: formats.day(m.created_at.date()),
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
    if letter.state in {LetterState.FAILED, LetterState.ABANDONED}:
        text = uow.translate("N’a pas pu être remis à {address}. Vérifiez l’adresse de votre fiche.", address=to)
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
        class_="card",
        aria_labelledby="letter-title",
    )


@only_shows
def _open(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    before, page_state.letter_id = page_state.letter_id, act.number()
    return Answer(url=page_state.url, focus="letter-title" if page_state.letter_id else f"open-letters-{before}")
