"""What « Mot de passe » leads to besides: the letters received, the agenda, one's data; for staff, the morning's digest."""

from markupsafe import Markup

from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.static_panel import Piece
from components.ui.icons import icon
from components.ui.markup import button, tag
from components.ui.panel import Act, Answer
from data.accounts import models as accounts
from data.accounts.models import Account
from data.core.unit_of_work import Visit


def draw(v: Visit) -> None:
    if v.is_staff:
        Panel(
            v,
            _digest,
            on={"digest": _choose},
            follows=[("account", v.account_id or 0)],
            tag="section",
            classes="card narrow flow-card",
        )
        return
    Piece(
        _room(v, "Mes courriers", "Ce que le portail vous a envoyé par e-mail.", "Voir mes courriers", "/mot-de-passe/courriers")
        + _room(v, "Recevoir l’agenda", "Les cours dans l’agenda de votre téléphone, tenus à jour.", "Recevoir l’agenda", "/mot-de-passe/agenda")
        + _room(v, "Mes données", "Une copie de tout ce que le portail garde de votre famille.", "Obtenir mes données", "/mot-de-passe/donnees"),
        classes="rooms",
    )  # fmt: skip


def _room(v: Visit, title: str, words: str, label: str, href: str) -> Markup:
    return tag(
        "section",
        tag("div", tag("h2", v.say(title)), tag("p", v.say(words))),
        tag("a", v.say(label), href=href, class_="btn quiet"),
        class_="card",
    )


def _digest(v: Visit) -> Markup:
    wanted = v.get(Account, v.account_id).wants_digest
    state = (
        "Vous le recevez chaque matin à 7 h 30, quand quelque chose attend." if wanted else "Vous ne le recevez pas."
    )
    act = v.say("Ne plus le recevoir") if wanted else v.say("Le recevoir")
    return (
        tag("h2", v.say("Récapitulatif du matin"))
        + tag("p", v.say("Ce qui attend : fiches, absences, trop-perçus, courriels en échec."))
        + tag("p", icon("check" if wanted else "info"), " ", v.say(state), class_="soft", role="status")
        + tag(
            "div",
            button(act, do="digest", of="no" if wanted else "yes", class_="btn quiet", id="digest"),
            class_="actions",
        )
    )


def _choose(v: Visit, act: Act) -> Answer:
    accounts.choose_digest(v, act.of == "yes")
    return Answer(say=v.say("Votre choix est enregistré."), focus="digest")
