"""« Mes courriers »: what the portal sent to this account, to be read again. Passwords are in the letters themselves only."""

from dataclasses import dataclass

from markupsafe import Markup

from components.layout.layout import head, way_back
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import letter_view, lists
from components.ui.icons import icon
from components.ui.lists import Column, Listing, Order
from components.ui.markup import button, classes, tag
from components.ui.panel import Act, Answer, only_shows
from data.core import formats
from data.core.errors import NotYours
from data.core.unit_of_work import Visit
from data.mail.outbox import Letter
from data.office import outbox_admin

PATH = "/mot-de-passe/courriers"
LOOKS = {
    "sent": ("good", "check", "Envoyé"),
    "waiting": ("pending", "clock", "En attente d’envoi"),
    "failed": ("bad", "cross", "Non remis"),
}


@dataclass
class Desk:
    letter_id: int
    listing: Listing[Letter]

    @property
    def url(self) -> str:
        query = "&".join(
            filter(None, (f"courrier={self.letter_id}" if self.letter_id else "", self.listing.order.query))
        )
        return PATH + (f"?{query}" if query else "")


@screen(PATH, Audience.ACCOUNT, title="Mes courriers")
def my_letters(v: Visit, courrier: str = "", r: str = "", tri: str = "") -> None:
    asked = int(courrier) if courrier.isdecimal() and len(courrier) < 10 else 0
    desk = Desk(asked, _listing(Order.read(r, tri)))
    if asked and all(each.id != asked for each in outbox_admin.mine(v)):
        raise NotYours(f"letter {asked}")
    Panel(
        v,
        lambda w: _draw(w, desk),
        follows=[("account letters", v.account_id or 0)],
        classes="flow",
        on={
            "open": only_shows(lambda w, act: _open(act, desk)),
            **lists.acts(desk.listing, lambda w: Answer(url=desk.url)),
        },
    )


def _listing(order: Order) -> Listing[Letter]:
    return Listing(
        name="letters",
        caption="Courriers, du plus récent au plus ancien",
        columns=(
            Column("Objet", lambda v, m: m.subject.rpartition(" – ")[0] or m.subject),
            Column(
                "Date",
                lambda v, m: formats.day(m.created_at.astimezone(v.zone).date()),
                lambda m: m.created_at,
                look="tight",
            ),
            Column("État", _chip),
        ),
        of=lambda m: m.id,
        href=lambda m: f"{PATH}?courrier={m.id}",
        do="open",
        empty="Le portail ne vous a encore rien envoyé.",
        searched=True,
        quiet_caption=True,
        order=order,
    )


def _chip(v: Visit, letter: Letter) -> Markup:
    known = {"sending": "waiting", "abandoned": "failed", "to_confirm": "waiting"}
    look, drawing, words = LOOKS[known.get(letter.state, letter.state)]
    return tag("span", icon(drawing), v.say(words), class_=classes("chip", look))


def _draw(v: Visit, desk: Desk) -> Markup:
    found = outbox_admin.mine(v)
    opened = next((each for each in found if each.id == desk.letter_id), None)
    back = way_back(v.say("Retour"), "/mot-de-passe")
    under = v.say("Ce que le portail vous a envoyé. Pour répondre, écrivez au conservatoire.")
    listed = lists.draw(v, desk.listing, found, opened=desk.letter_id or None)
    both = tag("div", listed, _sheet(v, opened), class_="duo") if opened else listed
    return tag("p", back) + head(v.say("Mes courriers"), under) + both


def _sheet(v: Visit, letter: Letter) -> Markup:
    to = letter.recipient or v.say("sans adresse")
    when = formats.moment(letter.sent_at or letter.created_at, v.zone, v.tongue)
    told = v.say("Envoyé le {moment} à {address}", moment=when, address=to)
    if letter.state in {"failed", "abandoned"}:
        told = v.say("N’a pas pu être remis à {address}. Vérifiez l’adresse de votre fiche.", address=to)
    elif letter.state != "sent":
        told = v.say("Partira vers {address}", address=to)
    return tag(
        "section",
        tag(
            "div",
            tag("h2", letter.subject.rpartition(" – ")[0] or letter.subject, id="letter-title", tabindex="-1"),
            button(icon("cross"), v.say("Fermer"), do="open", of="0", class_="btn quiet small"),
            class_="sheet-head",
        ),
        tag("p", told, class_="soft"),
        letter_view.draw(v, letter),
        class_="card",
        aria_labelledby="letter-title",
    )


def _open(act: Act, desk: Desk) -> Answer:
    before, desk.letter_id = desk.letter_id, act.number()
    return Answer(url=desk.url, focus="letter-title" if desk.letter_id else f"open-letters-{before}")
