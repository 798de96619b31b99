"""What stands above every screen of a campaign: its name, its state and dates, what can be done with it, its tabs."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from markupsafe import Markup
from pydantic import BaseModel

from components.layout.layout import head, way_back
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import button
from components.ui.panel import Act, Answer
from components.ui.status_chip import status_chip
from components.ui.tabs import tabs
from data.core import formats
from data.core.errors import UserError
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.reenrolment import campaign_admin, campaigns
from data.reenrolment.campaigns import Campaign, CampaignState
from data.reenrolment.models import ReenrolmentState
from data.reenrolment.request_list import SORTS, Wanted

PATH = "/gestion/reinscriptions"
TABS = {
    "": _("Demandes"),
    "avancement": _("Avancement"),
    "relances": _("Relances"),
    "pieces": _("Pièces demandées"),
    "reglages": _("Réglages"),
}
EVERY_STATE = "tous"  # in an address
COLUMNS = ("cycle", "family", "phone", "courses", "state", "documents", "sent", "decided")  # that may be chosen
USUAL_COLUMNS = ("cycle", "family", "state", "documents", "sent")


@dataclass
class PageState:
    """What one open page of a campaign shows and what was typed while something in it is faulty."""

    campaign_id: int | None
    tab: str = ""
    wanted: Wanted = field(default_factory=Wanted)
    columns: tuple[str, ...] = USUAL_COLUMNS
    audience: str = ""  # chosen in the form, not kept yet
    values: dict[str, str] = field(default_factory=dict)
    faults: dict[str, UserError] = field(default_factory=dict)
    document_id: int | None = None  # the document that is being written; 0: a new one
    scope: str = "all"  # whom to remind
    banner: str = ""

    @property
    def url(self) -> str:
        query = f"onglet={self.tab}" if self.tab else query_of(self.wanted, self.columns)
        return f"{PATH}/{self.campaign_id}" + (f"?{query}" if query else "")


class CampaignQuery(BaseModel):
    """What an address of a campaign asks for; what cannot be read does not narrow."""

    onglet: str = ""
    piece: str = ""
    modele: str = ""  # what became of a model that was sent
    etat: str | None = None  # nothing said: what waits, if anything does
    colonnes: str | None = None
    departement: str = ""
    cycle: str = ""
    r: str = ""
    tri: str = ""
    sens: str = ""

    def wanted(self, *, some_wait: bool = False) -> Wanted:
        sort = self.tri if self.tri in SORTS else "name"
        usual = ReenrolmentState.SUBMITTED.value if some_wait else EVERY_STATE
        state = usual if self.etat is None else self.etat[:20]
        return Wanted(
            "" if state == EVERY_STATE else state,
            self.departement[:120],
            self.cycle[:60],
            self.r[:60],
            sort,
            self.sens == "d",
        )

    def columns(self) -> tuple[str, ...]:
        if self.colonnes is None:
            return USUAL_COLUMNS
        asked = self.colonnes.split(",")
        return tuple(each for each in COLUMNS if each in asked)


def query_of(wanted: Wanted, columns: tuple[str, ...] = USUAL_COLUMNS) -> str:
    """What the table shows, as an address keeps it; CampaignQuery reads it."""
    sort = "" if wanted.sort == "name" and not wanted.down else wanted.sort
    query = {
        "etat": wanted.state or EVERY_STATE,
        "departement": wanted.department,
        "cycle": wanted.cycle,
        "r": wanted.search,
        "tri": sort,
        "sens": "d" if wanted.down else "",
        "colonnes": "" if columns == USUAL_COLUMNS else ",".join(columns) or "aucune",
    }
    return urlencode({name: value for name, value in query.items() if value})


def draw(uow: UnitOfWork, campaign: Campaign, page_state: PageState, seen: int) -> Markup:
    """`seen`: by how many pupils."""
    dates = uow.translate(
        "du {first} au {last} inclus", first=formats.day(campaign.opens_on), last=formats.day(campaign.closes_on)
    )
    people = uow.ngettext("{count} élève concerné", "{count} élèves concernés", count=seen)
    under = html.span(
        f"{campaign.school_year} · {dates} · {people} ", status_chip(uow, campaigns.state_of(uow, campaign))
    )
    links = (
        (uow.translate(label), f"{PATH}/{campaign.id}" + (f"?onglet={tab}" if tab else ""), tab == page_state.tab)
        for tab, label in TABS.items()
    )
    back = way_back(uow.translate("Toutes les campagnes"), PATH, data_as_left=True)
    text = html.p(icon("check"), html.span(page_state.banner), class_="done") if page_state.banner else None
    return (
        html.p(back)
        + head(campaign.title, under, _actions(uow, campaign, seen), id_="campaign-name")
        + html.div(tabs(uow.translate("Parties de la campagne"), links), text, class_="page-tabs")
    )


def _actions(uow: UnitOfWork, campaign: Campaign, seen: int) -> Markup:
    active = campaign.state == CampaignState.ACTIVE
    first = (
        button(uow.translate("Suspendre"), do="suspend", of=campaign.id, class_="btn quiet")
        if active
        else html.button(uow.translate("Activer…"), type="button", class_="btn", data_opens="activate-dialog")
    )
    end = (
        html.button(uow.translate("Fermer…"), type="button", class_="btn bad", data_opens="close-dialog")
        if campaign.state in {CampaignState.ACTIVE, CampaignState.SUSPENDED}
        else None
    )
    copied = button(uow.translate("Reprendre pour l’année suivante"), do="copy", of=campaign.id, class_="btn quiet")
    text = uow.ngettext(
        "{count} élève verra cette campagne du {first} au {last}.",
        "{count} élèves verront cette campagne du {first} au {last}.",
        count=seen,
        first=formats.day(campaign.opens_on),
        last=formats.day(campaign.closes_on),
    )
    return html.div(
        first,
        end,
        copied,
        _dialog(
            uow,
            "activate-dialog",
            uow.translate("Activer la campagne ?"),
            text,
            "activate",
            uow.translate("Activer"),
            campaign,
        ),
        _dialog(
            uow,
            "close-dialog",
            uow.translate("Fermer la campagne ?"),
            uow.translate(
                "Les familles ne pourront plus rien envoyer. Ce qui est envoyé reste à traiter ; rien n’est perdu."
            ),
            "close",
            uow.translate("Fermer la campagne"),
            campaign,
        ),
        class_="side-actions",
    )


def _dialog(uow: UnitOfWork, id_: str, title: str, text: str, do: str, label: str, campaign: Campaign) -> Markup:
    cancel = html.button(uow.translate("Annuler"), type="button", class_="btn quiet", data_closes=True)
    return html.dialog(
        html.h2(title, id=f"{id_}-title"),
        html.p(text),
        html.div(
            cancel,
            button(label, do=do, of=campaign.id, class_="btn", data_closes=True, autofocus=True),
            class_="actions",
        ),
        id=id_,
        aria_labelledby=f"{id_}-title",
    )


def activate(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    campaign_admin.activate(uow, act.number())
    page_state.banner = uow.translate("La campagne est active.")
    return Answer(announce=page_state.banner, focus="campaign-name")


def suspend(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    campaign_admin.suspend(uow, act.number())
    page_state.banner = uow.translate("La campagne est suspendue : les familles ne la voient plus.")
    return Answer(announce=page_state.banner, focus="campaign-name")


def close(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    campaign_admin.close(uow, act.number())
    page_state.banner = uow.translate("La campagne est fermée.")
    return Answer(announce=page_state.banner, focus="campaign-name")


def copy(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """The copy opens on its settings: its dates want a look."""
    made = campaign_admin.copy(uow, act.number())
    return Answer(go=f"{PATH}/{made.id}?onglet=reglages")
