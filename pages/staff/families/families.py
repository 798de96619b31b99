"""« Familles »: search by anything, results as one types; ↓ and Enter open."""

from dataclasses import dataclass

from fastapi import Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import plain, screen
from components.ui import lists
from components.ui.icons import icon
from components.ui.lists import Column, Listing, Order
from components.ui.markup import Content, tag
from components.ui.panel import Act, Answer, only_shows
from data.access_grants import impersonation
from data.accounts.caller import Audience, Caller
from data.accounts.models import Account
from data.core.fields import PHONE
from data.core.unit_of_work import Visit
from data.directory import search as family_search
from data.directory.search import COLUMNS, Found, Page
from data.families import models as families
from data.families.models import Guardian
from pages.staff.families import families_chosen

PATH = "/gestion/familles"
STATES = {
    "none": ("", "info", "Aucun compte"),
    "blocked": ("bad", "cross", "Bloqué"),
    "to_tell": ("", "mail", "À communiquer"),
    "told": ("", "clock", "Communiqué"),
    "open": ("good", "check", "Ouvert"),
}


@dataclass
class Desk:
    """What one open page shows."""

    listing: Listing[Found]
    chosen: families_chosen.Chosen
    only: bool = False

    @property
    def url(self) -> str:
        query = "&".join(filter(None, (self.listing.order.query, "acces=1" if self.only else "")))
        return PATH + (f"?{query}" if query else "")


@screen(PATH, Audience.STAFF, title="Familles")
def show(v: Visit, r: str = "", tri: str = "", acces: str = "", vue: str = "") -> None:
    chosen = families_chosen.Chosen()
    desk = Desk(_listing(Order.read(r, tri), chosen), chosen, only=acces == "1")
    Panel(
        v,
        lambda w: _draw(w, desk, ended=bool(vue)),
        follows=[("families", v.site_id or 0)],
        classes="flow families",
        on={
            "only": only_shows(lambda w, act: _only(act, desk)),
            **families_chosen.acts(chosen, lambda: (desk.listing.order.search, desk.only), f"{PATH}/acces"),
            **lists.acts(desk.listing, lambda w: Answer(url=desk.url)),
        },
    )


def _listing(order: Order, chosen: families_chosen.Chosen) -> Listing[Found]:
    return Listing(
        name="families",
        caption="Familles",
        columns=(
            Column("Responsable", _adults),
            Column("Famille", lambda v, found: v.say("n° {number}", number=found.family.number), look="tight"),
            Column("Élèves", lambda v, found: ", ".join(pupil.full_name for pupil in found.pupils)),
            Column("Téléphone et e-mail", _contact, look="broad"),
            Column("Ville", _town),
            Column("Accès", _access),
        ),
        of=lambda found: found.family.number,
        href=lambda found: f"{PATH}/{found.family.number}",
        empty="Aucune famille n’est enregistrée. Ajoutez-en une, ou importez celles de votre logiciel de gestion.",
        searched=True,
        before=lambda v, found: families_chosen.box(v, found, chosen),
        quiet_caption=True,
        order=order,
    )


def _sort(order: Order) -> str:
    """The list's columns in the search's words."""
    names = ("adult", "number", *COLUMNS[2:])
    return "" if order.column is None or order.column >= len(names) else names[order.column]


def _draw(v: Visit, desk: Desk, *, ended: bool) -> Markup:
    order = desk.listing.order
    page = family_search.find(
        v,
        order.search,
        without_access=desk.only,
        order=_sort(order),
        down=order.down and bool(_sort(order)),
        skip=order.skip,
    )
    count = v.say("{count} famille#{count} familles", count=page.total)
    how = v.say("nom, numéro, facture, téléphone, e-mail ou identifiant ; fautes de frappe pardonnées")
    aside = tag(
        "div",
        tag("a", icon("mail"), v.say("Communiquer les accès"), href=f"{PATH}/acces", class_="btn quiet"),
        tag("a", v.say("Nouvelle famille"), href=f"{PATH}/nouvelle", class_="btn"),
        class_="buttons",
    )
    told = (
        tag(
            "div",
            icon("eye"),
            tag("p", v.say("La vue « comme la famille » est terminée.")),
            class_="notice",
            role="status",
        )
        if ended
        else None
    )
    return (
        head(v.say("Familles"), f"{count} · {how}", aside)
        + (told or "")
        + (_guessed(v, page) or "")
        + lists.draw(
            v,
            desk.listing,
            page.families,
            total=page.total,
            beside=_filter(v, desk),
            above=families_chosen.bar(v, desk.chosen, page),
        )
    )


def _filter(v: Visit, desk: Desk) -> Markup:
    choices = (("", "Toutes les familles"), ("1", "Accès à communiquer"))
    select = tag(
        "select",
        (tag("option", v.say(label), value=value, selected=(value == "1") == desk.only) for value, label in choices),
        id="acces",
        name="acces",
        data_change="only",
    )
    return tag("div", tag("label", v.say("Afficher"), for_="acces"), select, class_="field narrow-field")


def _guessed(v: Visit, page: Page) -> Markup | None:
    """A name that nobody bears: what was looked for instead."""
    if not page.guessed:
        return None
    said = [
        v.say(
            "Personne ne s’appelle « {typed} ». Noms proches : {names}.",
            typed=typed,
            names=", ".join(map(str.title, names)),
        )
        for typed, names in page.guessed.items()
    ]
    return tag("div", icon("search"), tag("p", " ".join(said)), class_="notice", role="status")


def _adults(v: Visit, found: Found) -> Content:
    names = [adult.full_name for adult in found.adults] or [v.say("Aucun adulte")]
    more = ", ".join(names[1:])
    return tag("span", names[0], more and tag("small", more))


def first_shown(v: Visit, found: Found) -> Guardian | None:
    """The first adult, when this person may read where they live."""
    first = next(iter(found.adults), None)
    return first if first and families.contact_shown(v, first) else None


def _contact(v: Visit, found: Found) -> Content:
    adult = first_shown(v, found)
    if adult is None:
        return v.say("Coordonnées masquées") if found.adults else ""
    phone = _phone(adult)
    return tag("span", phone, adult.email and tag("small", adult.email)) if phone or adult.email else ""


def _phone(adult: Guardian) -> str:
    number = adult.phone_mobile or adult.phone_home or adult.phone_work
    return PHONE.tell(number, "fr")


def _town(v: Visit, found: Found) -> Content:
    adult = first_shown(v, found)
    return adult.town if adult else ""


def state_of(account: Account) -> str:
    """One of STATES: whether its owner can come in."""
    if account.disabled:
        return "blocked"
    if not account.password_hash:
        return "told" if account.access_sent_at else "to_tell"
    return "told" if account.must_change else "open"


def chip(v: Visit, state: str) -> Markup:
    look, drawing, words = STATES[state]
    return tag("span", icon(drawing), v.say(words), class_=f"chip {look}".strip())


def _access(v: Visit, found: Found) -> Content:
    states = list(dict.fromkeys(state_of(account) for account in found.accounts)) or ["none"]
    return tag("span", (chip(v, state) for state in states), class_="chips")


def _only(act: Act, desk: Desk) -> Answer:
    desk.only, desk.listing.order.skip = act.values.get("acces") == "1", 0
    return Answer(url=desk.url)


# Seeing what a family sees: plain POSTs, so that the way out holds when the websocket is down


@plain(PATH + "/{family}/voir", Audience.STAFF, methods=("POST",))
async def look(caller: Caller, request: Request, family: int) -> Response:
    chosen = (await request.form()).get("compte")
    account_id = int(chosen) if isinstance(chosen, str) and chosen.isdecimal() and len(chosen) < 10 else 0
    with caller.visit(writes=True) as v:
        impersonation.begin(v, caller.signin.id if caller.signin else 0, families.by_number(v, family), account_id)
    return RedirectResponse("/", 303)


@plain(PATH + "/vue/fin", Audience.STAFF, methods=("POST",))
def leave(caller: Caller, request: Request) -> Response:
    with caller.visit(writes=True) as v:
        number = impersonation.end(v, caller.signin.id if caller.signin else 0)
    return RedirectResponse(f"{PATH}/{number}/comptes" if number else PATH, 303)
