"""« Familles »: search by anything, results as one types; ↓ and Enter open."""

from dataclasses import dataclass

from fastapi import Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import plain, screen
from components.ui import html, lists
from components.ui.icons import icon
from components.ui.lists import Column, Listing, Order
from components.ui.markup import Content
from components.ui.panel import Act, Answer, only_shows
from components.ui.status_chip import status_chip
from data.access_grants import impersonation
from data.accounts.caller import Audience, Caller
from data.accounts.models import AccessState
from data.core.fields import PHONE
from data.core.i18n import _
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.directory import search as family_search
from data.directory.search import COLUMNS, Found, Page
from data.families import models as families
from data.families import protection
from data.families.models import Guardian
from pages.staff.families import families_chosen

PATH = "/gestion/familles"


@dataclass
class PageState:
    """What one open page shows."""

    listing: Listing[Found]
    chosen: families_chosen.Chosen
    only: bool = False

    @property
    def url(self) -> str:
        query = "&".join(filter(None, (self.listing.order.query, "acces=1" if self.only else "")))
        return PATH + (f"?{query}" if query else "")


@screen(PATH, Audience.STAFF, title=_("Familles"))
def show(uow: UnitOfWork, r: str = "", tri: str = "", acces: str = "", vue: str = "") -> None:
    chosen = families_chosen.Chosen()
    page_state = PageState(_listing(Order.read(r, tri), chosen), chosen, only=acces == "1")
    Panel(
        uow,
        lambda w: _draw(w, page_state, ended=bool(vue)),
        follows=[("families", uow.site_id or 0)],
        classes="flow families",
        on={
            "only": only_shows(lambda w, act: _only(act, page_state)),
            **families_chosen.acts(chosen, lambda: (page_state.listing.order.search, page_state.only), f"{PATH}/acces"),
            **lists.acts(page_state.listing, lambda w: Answer(url=page_state.url)),
        },
    )


def _listing(order: Order, chosen: families_chosen.Chosen) -> Listing[Found]:
    return Listing(
        name="families",
        caption=_("Familles"),
        columns=(
            Column("Responsable", _adults),
            Column(
                "Famille", lambda uow, found: uow.translate("n° {number}", number=found.family.number), look="tight"
            ),
            Column("Élèves", lambda uow, found: ", ".join(pupil.full_name for pupil in found.pupils)),
            Column("Téléphone et e-mail", _contact, look="broad"),
            Column("Ville", _town),
            Column("Accès", _access),
        ),
        of=lambda found: found.family.number,
        href=lambda found: f"{PATH}/{found.family.number}",
        empty=_("Aucune famille n’est enregistrée. Ajoutez-en une, ou importez celles de votre logiciel de gestion."),
        searched=True,
        before=lambda uow, found: families_chosen.box(uow, found, chosen),
        quiet_caption=True,
        order=order,
    )


def _sort(order: Order) -> str:
    """The list's columns in the search's words."""
    names = ("adult", "number", *COLUMNS[2:])
    return "" if order.column is None or order.column >= len(names) else names[order.column]


def _draw(uow: UnitOfWork, page_state: PageState, *, ended: bool) -> Markup:
    order = page_state.listing.order
    page = family_search.find(
        uow,
        order.search,
        without_access=page_state.only,
        order=_sort(order),
        down=order.down and bool(_sort(order)),
        skip=order.skip,
    )
    count = uow.ngettext("{count} famille", "{count} familles", count=page.total)
    how = uow.translate(
        "nom, ville, enseignant, numéro, facture ou reçu, téléphone, e-mail ou identifiant ; fautes de frappe pardonnées"
    )
    aside = html.div(
        html.a(icon("mail"), uow.translate("Communiquer les accès"), href=f"{PATH}/acces", class_="btn quiet"),
        html.a(uow.translate("Nouvelle famille"), href=f"{PATH}/nouvelle", class_="btn"),
        class_="buttons",
    )
    text = (
        html.div(
            icon("eye"),
            html.p(uow.translate("La vue « comme la famille » est terminée.")),
            class_="notice",
            role="status",
        )
        if ended
        else None
    )
    return (
        head(uow.translate("Familles"), f"{count} · {how}", aside)
        + (text or "")
        + (_guessed(uow, page) or "")
        + lists.draw(
            uow,
            page_state.listing,
            page.families,
            total=page.total,
            beside=_filter(uow, page_state),
            above=families_chosen.bar(uow, page_state.chosen, page),
        )
    )


def _filter(uow: UnitOfWork, page_state: PageState) -> Markup:
    choices = (("", _("Toutes les familles")), ("1", _("Accès à communiquer")))
    select = html.select(
        (
            html.option(uow.translate(label), value=value, selected=(value == "1") == page_state.only)
            for value, label in choices
        ),
        id="acces",
        name="acces",
        data_change="only",
    )
    return html.div(html.label(uow.translate("Afficher"), for_="acces"), select, class_="field narrow-field")


def _guessed(uow: UnitOfWork, page: Page) -> Markup | None:
    """A name that nobody bears: what was looked for instead."""
    if not page.guessed:
        return None
    message = [
        uow.translate(
            "Personne ne s’appelle « {typed} ». Noms proches : {names}.",
            typed=typed,
            names=", ".join(map(str.title, names)),
        )
        for typed, names in page.guessed.items()
    ]
    return html.div(icon("search"), html.p(" ".join(message)), class_="notice", role="status")


def _adults(uow: UnitOfWork, found: Found) -> Content:
    names = [adult.full_name for adult in found.adults] or [uow.translate("Aucun adulte")]
    more = ", ".join(names[1:])
    return html.span(names[0], more and html.small(more))


def first_shown(uow: UnitOfWork, found: Found) -> Guardian | None:
    """The first adult, when this person may read where they live."""
    first = next(iter(found.adults), None)
    return first if first and protection.contact_shown(uow, first) else None


def _contact(uow: UnitOfWork, found: Found) -> Content:
    adult = first_shown(uow, found)
    if adult is None:
        return uow.translate("Coordonnées masquées") if found.adults else ""
    phone = PHONE.format_value(protection.phone_of(uow, adult), "fr")
    return html.span(phone, adult.email and html.small(adult.email)) if phone or adult.email else ""


def _town(uow: UnitOfWork, found: Found) -> Content:
    adult = first_shown(uow, found)
    return adult.town if adult else ""


def _access(uow: UnitOfWork, found: Found) -> Content:
    states = list(dict.fromkeys(account.access for account in found.accounts)) or [AccessState.NONE]
    return html.span((status_chip(uow, state) for state in states), class_="chips")


def _only(act: Act, page_state: PageState) -> Answer:
    page_state.only, page_state.listing.order.skip = act.values.get("acces") == "1", 0
    return Answer(url=page_state.url)


# Seeing what a family sees: plain POSTs, so that the way out holds when the websocket is down


@plain(PATH + "/{family}/voir", Audience.STAFF, methods=("POST",))
async def look(caller: Caller, request: Request, family: int) -> Response:
    chosen = (await request.form()).get("compte")
    account_id = parse_id(chosen) or 0
    with caller.unit_of_work(writes=True) as uow:
        impersonation.begin(uow, caller.signin.id if caller.signin else 0, families.by_number(uow, family), account_id)
    return RedirectResponse("/", 303)


@plain(PATH + "/vue/fin", Audience.STAFF, methods=("POST",))
def leave(caller: Caller, request: Request) -> Response:
    with caller.unit_of_work(writes=True) as uow:
        number = impersonation.end(uow, caller.signin.id if caller.signin else 0)
    return RedirectResponse(f"{PATH}/{number}/comptes" if number else PATH, 303)
