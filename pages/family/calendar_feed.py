"""« Recevoir l’agenda »: the private address at which a telephone or a computer reads the family's lessons."""

from dataclasses import dataclass

from markupsafe import Markup

from components.layout.layout import head, way_back
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui.icons import icon
from components.ui.markup import button, tag
from components.ui.panel import Act, Answer
from data.core import formats
from data.core.unit_of_work import Visit
from data.schooling import calendar_feed


@dataclass
class Desk:
    """The address is shown once, when it is made: the portal keeps its print only."""

    address: str = ""


@screen("/mot-de-passe/agenda", Audience.FAMILY, title="Recevoir l’agenda")
def subscribe(v: Visit) -> None:
    desk = Desk()
    Panel(
        v,
        lambda w: _draw(w, desk),
        classes="flow",
        on={"renew": lambda w, act: _renew(w, act, desk), "end": lambda w, act: _end(w, act, desk)},
    )


def _draw(v: Visit, desk: Desk) -> Markup:
    row = calendar_feed.mine(v)
    back = way_back(v.say("Retour"), "/mot-de-passe")
    under = v.say("Les cours de votre famille dans l’agenda de votre téléphone ou de votre ordinateur, tenus à jour.")
    if desk.address:
        body = _made(v, desk.address)
    elif row:
        body = _kept(v, row)
    else:
        body = tag("p", v.say("Créez votre adresse privée, puis ajoutez-la à votre agenda.")) + tag(
            "div", button(v.say("Créer mon adresse"), do="renew", class_="btn"), class_="actions"
        )
    how = (
        (
            "iPhone, iPad",
            "Réglages, puis Calendrier, puis Comptes, puis Ajouter un compte, puis Autre, puis S’abonner à un calendrier.",
        ),
        ("Android, Google Agenda", "Sur un ordinateur, Google Agenda, puis Autres agendas, puis À partir de l’URL."),
        ("Thunderbird, Outlook", "Nouvel agenda, puis Sur le réseau, ou S’abonner à partir du web."),
    )
    told = (tag("div", tag("dt", name), tag("dd", v.say(words))) for name, words in how)
    return (
        tag("p", back)
        + head(v.say("Recevoir l’agenda"), under)
        + tag("section", body, class_="card flow", aria_label=v.say("Mon adresse d’agenda"), id="mine", tabindex="-1")
        + tag("section", tag("h2", v.say("Comment l’ajouter")), tag("dl", told, class_="brief"), class_="card flow")
    )


def _made(v: Visit, address: str) -> Markup:
    field = tag(
        "div",
        tag("label", v.say("Votre adresse d’agenda"), for_="agenda-address"),
        tag("input", id="agenda-address", value=address, readonly=True),
        tag(
            "span",
            v.say("Copiez-la maintenant : elle ne sera plus montrée. Qui la connaît voit vos cours."),
            class_="hint",
        ),
        class_="address field",
    )
    web = "webcal" + address[address.index(":") :]
    return field + tag("div", tag("a", v.say("Ouvrir dans mon agenda"), href=web, class_="btn"), class_="actions")


def _kept(v: Visit, row: calendar_feed.AgendaKey) -> Markup:
    made = v.say("Adresse créée le {moment}.", moment=formats.moment(row.created_at, v.zone, v.tongue))
    read = (
        v.say("Lue pour la dernière fois {ago}.", ago=formats.ago(row.read_at, v.now, v.zone, v.tongue))
        if row.read_at
        else v.say("Aucun agenda ne l’a encore lue.")
    )
    hint = v.say("Vous l’avez perdue, ou d’autres l’ont vue ? Renouvelez-la : l’ancienne ne répondra plus.")
    return (
        tag("p", icon("check"), " ", made, " ", read)
        + tag("p", hint, class_="soft")
        + tag(
            "div",
            tag("span", button(v.say("Supprimer l’adresse"), do="end", class_="btn bad"), class_="first"),
            button(v.say("Renouveler mon adresse"), do="renew", class_="btn quiet"),
            class_="actions",
        )
    )


def _renew(v: Visit, _act: Act, desk: Desk) -> Answer:
    desk.address = calendar_feed.renew(v)
    return Answer(say=v.say("L’adresse est prête : copiez-la."), focus="agenda-address")


def _end(v: Visit, _act: Act, desk: Desk) -> Answer:
    calendar_feed.close(v)
    desk.address = ""
    return Answer(toast=v.say("L’adresse ne répond plus."), focus="mine")
