"""What stands above every screen of a campaign: its name, its state and dates, what can be done with it, its tabs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from markupsafe import Markup

from components.layout.layout import head, way_back
from components.ui.icons import icon
from components.ui.markup import button, classes, tag
from components.ui.panel import Act, Answer
from data.core import formats
from data.core.errors import Refused
from data.core.unit_of_work import Visit
from data.reenrolment import campaign_admin, campaigns
from data.reenrolment.campaigns import Campaign
from data.reenrolment.request_list import COLUMNS, Wanted

PATH = "/gestion/reinscriptions"
STATES = {
    "draft": ("", "paper", "En préparation"),
    "active": ("good", "check", "Active"),
    "suspended": ("pending", "clock", "Suspendue"),
    "closed": ("", "cross", "Fermée"),
}
TABS = {
    "": "Demandes",
    "avancement": "Avancement",
    "relances": "Relances",
    "pieces": "Pièces demandées",
    "reglages": "Réglages",
}


@dataclass
class Desk:
    """What one open page of a campaign shows and what was typed while something in it is faulty."""

    campaign_id: int | None
    tab: str = ""
    wanted: Wanted = field(default_factory=Wanted)
    audience: str = ""  # chosen in the form, not kept yet
    values: dict[str, str] = field(default_factory=dict)
    faults: dict[str, Refused] = field(default_factory=dict)
    piece_id: int | None = None  # the document that is being written; 0: a new one
    scope: str = "all"  # whom to remind
    told: str = ""

    @property
    def url(self) -> str:
        query = f"onglet={self.tab}" if self.tab else query_of(self.wanted)
        return f"{PATH}/{self.campaign_id}" + (f"?{query}" if query else "")


def query_of(wanted: Wanted) -> str:
    """What the table shows, as an address keeps it; `read` understands it."""
    sort = "" if wanted.sort == "name" and not wanted.down else wanted.sort
    query = {
        "etat": wanted.state,
        "departement": wanted.department,
        "cycle": wanted.cycle,
        "r": wanted.search,
        "tri": sort,
        "sens": "d" if wanted.down else "",
    }
    return urlencode({name: value for name, value in query.items() if value})


def read(asked: Mapping[str, str]) -> Wanted:
    """What an address asks for; what cannot be read does not narrow."""
    state, sort = asked.get("etat", "")[:20], asked.get("tri", "")
    sort = sort if sort in COLUMNS and sort != "pieces" else "name"
    return Wanted(
        state,
        asked.get("departement", "")[:120],
        asked.get("cycle", "")[:60],
        asked.get("r", "")[:60],
        sort,
        asked.get("sens") == "d",
    )


def chip(v: Visit, campaign: Campaign) -> Markup:
    look, drawing, words = STATES[campaign.state]
    if campaign.state == "active" and not campaigns.within_dates(v, campaign):
        over = campaign.closes_on < v.today
        look, drawing, words = ("", "cross", "Terminée") if over else ("pending", "clock", "Active bientôt")
    return tag("span", icon(drawing), v.say(words), class_=classes("chip", look))


def draw(v: Visit, campaign: Campaign, desk: Desk, seen: int) -> Markup:
    """`seen`: by how many pupils."""
    dates = v.say(
        "du {first} au {last} inclus", first=formats.day(campaign.opens_on), last=formats.day(campaign.closes_on)
    )
    people = v.say("{count} élève concerné#{count} élèves concernés", count=seen)
    under = tag("span", f"{campaign.school_year} · {dates} · {people} ", chip(v, campaign))
    links = [
        tag(
            "a",
            v.say(label),
            href=f"{PATH}/{campaign.id}" + (f"?onglet={tab}" if tab else ""),
            aria_current="page" if tab == desk.tab else None,
        )
        for tab, label in TABS.items()
    ]
    back = way_back(v.say("Toutes les campagnes"), PATH, data_as_left=True)
    told = tag("p", icon("check"), tag("span", desk.told), class_="done") if desk.told else None
    return (
        tag("p", back)
        + head(campaign.title, under, _actions(v, campaign, seen), id_="campaign-name")
        + tag(
            "div",
            tag("nav", links, class_="tabs", aria_label=v.say("Parties de la campagne")),
            told,
            class_="desk-tabs",
        )
    )


def _actions(v: Visit, campaign: Campaign, seen: int) -> Markup:
    active = campaign.state == "active"
    first = (
        button(v.say("Suspendre"), do="suspend", of=campaign.id, class_="btn quiet")
        if active
        else tag("button", v.say("Activer…"), type="button", class_="btn", data_opens="activate-dialog")
    )
    end = (
        tag("button", v.say("Fermer…"), type="button", class_="btn bad", data_opens="close-dialog")
        if campaign.state in {"active", "suspended"}
        else None
    )
    copied = button(v.say("Reprendre pour l’année suivante"), do="copy", of=campaign.id, class_="btn quiet")
    words = v.say(
        "{count} élève verra cette campagne du {first} au {last}.#{count} élèves verront cette campagne du {first} au {last}.",
        count=seen,
        first=formats.day(campaign.opens_on),
        last=formats.day(campaign.closes_on),
    )
    return tag(
        "div",
        first,
        end,
        copied,
        _dialog(v, "activate-dialog", v.say("Activer la campagne ?"), words, "activate", v.say("Activer"), campaign),
        _dialog(
            v,
            "close-dialog",
            v.say("Fermer la campagne ?"),
            v.say("Les familles ne pourront plus rien envoyer. Ce qui est envoyé reste à traiter ; rien n’est perdu."),
            "close",
            v.say("Fermer la campagne"),
            campaign,
        ),
        class_="side-actions",
    )


def _dialog(v: Visit, id_: str, title: str, words: str, do: str, label: str, campaign: Campaign) -> Markup:
    cancel = tag("button", v.say("Annuler"), type="button", class_="btn quiet", data_closes=True)
    return tag(
        "dialog",
        tag("h2", title, id=f"{id_}-title"),
        tag("p", words),
        tag(
            "div",
            cancel,
            button(label, do=do, of=campaign.id, class_="btn", data_closes=True, autofocus=True),
            class_="actions",
        ),
        id=id_,
        aria_labelledby=f"{id_}-title",
    )


def activate(v: Visit, act: Act, desk: Desk) -> Answer:
    campaign_admin.activate(v, act.number())
    desk.told = v.say("La campagne est active.")
    return Answer(say=desk.told, focus="campaign-name")


def suspend(v: Visit, act: Act, desk: Desk) -> Answer:
    campaign_admin.suspend(v, act.number())
    desk.told = v.say("La campagne est suspendue : les familles ne la voient plus.")
    return Answer(say=desk.told, focus="campaign-name")


def close(v: Visit, act: Act, desk: Desk) -> Answer:
    campaign_admin.close(v, act.number())
    desk.told = v.say("La campagne est fermée.")
    return Answer(say=desk.told, focus="campaign-name")


def copy(v: Visit, act: Act, desk: Desk) -> Answer:
    """The copy opens on its settings: its dates want a look."""
    made = campaign_admin.copy(v, act.number())
    return Answer(go=f"{PATH}/{made.id}?onglet=reglages")
