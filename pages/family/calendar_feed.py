"""« Recevoir l’agenda »: the private address at which a telephone or a computer reads the family's lessons."""

from dataclasses import dataclass

from markupsafe import Markup

from components.layout.layout import head, way_back
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import button
from components.ui.panel import Act, Answer
from data.core import formats
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.schooling import calendar_feed


@dataclass
class PageState:
    """The address is shown once, when it is made: the portal keeps its print only."""

    address: str = ""


@screen("/mot-de-passe/agenda", Audience.FAMILY, title=_("Recevoir l’agenda"))
def subscribe(uow: UnitOfWork) -> None:
    page_state = PageState()
    Panel(
        uow,
        lambda w: _draw(w, page_state),
        classes="flow",
        on={"renew": lambda w, act: _renew(w, act, page_state), "end": lambda w, act: _end(w, act, page_state)},
    )


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    row = calendar_feed.mine(uow)
    back = way_back(uow.translate("Retour"), "/mot-de-passe")
    under = uow.translate(
        "Les cours de votre famille dans l’agenda de votre téléphone ou de votre ordinateur, tenus à jour."
    )
    if page_state.address:
        body = _made(uow, page_state.address)
    elif row:
        body = _existing(uow, row)
    else:
        body = html.p(uow.translate("Créez votre adresse privée, puis ajoutez-la à votre agenda.")) + html.div(
            button(uow.translate("Créer mon adresse"), do="renew", class_="btn"), class_="actions"
        )
    how = (
        (
            _("iPhone, iPad"),
            _(
                "Réglages, puis Calendrier, puis Comptes, puis Ajouter un compte, puis Autre, puis S’abonner à un calendrier."
            ),
        ),
        (
            _("Android, Google Agenda"),
            _("Sur un ordinateur, Google Agenda, puis Autres agendas, puis À partir de l’URL."),
        ),
        (_("Thunderbird, Outlook"), _("Nouvel agenda, puis Sur le réseau, ou S’abonner à partir du web.")),
    )
    text = (html.div(html.dt(name), html.dd(uow.translate(text))) for name, text in how)
    return (
        html.p(back)
        + head(uow.translate("Recevoir l’agenda"), under)
        + html.section(
            body,
            class_="card flow",
            aria_label=uow.translate("Mon adresse d’agenda"),
            id="mine",
            tabindex="-1",
        )
        + html.section(
            html.h2(uow.translate("Comment l’ajouter")),
            html.dl(text, class_="brief"),
            class_="card flow",
        )
    )


def _made(uow: UnitOfWork, address: str) -> Markup:
    field = html.div(
        html.label(uow.translate("Votre adresse d’agenda"), for_="agenda-address"),
        html.input(id="agenda-address", value=address, readonly=True),
        html.span(
            uow.translate("Copiez-la maintenant : elle ne sera plus montrée. Qui la connaît voit vos cours."),
            class_="hint",
        ),
        class_="address field",
    )
    web = "webcal" + address[address.index(":") :]
    return field + html.div(html.a(uow.translate("Ouvrir dans mon agenda"), href=web, class_="btn"), class_="actions")


def _existing(uow: UnitOfWork, row: calendar_feed.AgendaKey) -> Markup:
    made = uow.translate("Adresse créée le {moment}.", moment=formats.moment(row.created_at, uow.zone, uow.language))
    read = (
        uow.translate("Lue pour la dernière fois {ago}.", ago=formats.ago(row.read_at, uow.now, uow.zone, uow.language))
        if row.read_at
        else uow.translate("Aucun agenda ne l’a encore lue.")
    )
    hint = uow.translate("Vous l’avez perdue, ou d’autres l’ont vue ? Renouvelez-la : l’ancienne ne répondra plus.")
    return (
        html.p(icon("check"), " ", made, " ", read)
        + html.p(hint, class_="soft")
        + html.div(
            html.span(button(uow.translate("Supprimer l’adresse"), do="end", class_="btn bad"), class_="first"),
            button(uow.translate("Renouveler mon adresse"), do="renew", class_="btn quiet"),
            class_="actions",
        )
    )


def _renew(uow: UnitOfWork, _act: Act, page_state: PageState) -> Answer:
    page_state.address = calendar_feed.renew(uow)
    return Answer(announce=uow.translate("L’adresse est prête : copiez-la."), focus="agenda-address")


def _end(uow: UnitOfWork, _act: Act, page_state: PageState) -> Answer:
    calendar_feed.close(uow)
    page_state.address = ""
    return Answer(toast=uow.translate("L’adresse ne répond plus."), focus="mine")
