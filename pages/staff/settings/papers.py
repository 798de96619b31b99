"""« Pièces à fournir »: what the campaigns under way ask for, and the rules every document obeys; changed in the campaign."""

from markupsafe import Markup

from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.markup import ending
from components.ui.status_chip import IN_A_TITLE, status_chip
from components.ui.tables import facts, table
from data.core import sites
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.privacy import records
from data.privacy.records import PersonalRecord
from data.reenrolment import campaign_admin, campaigns
from data.reenrolment.campaigns import Campaign, CampaignState
from data.site_admin.settings import DOCUMENTS
from data.uploads import validation
from pages.staff.reenrolment import campaign_documents, campaign_head
from pages.staff.settings import frame

MAX_CAMPAIGNS = 3
STATES = {CampaignState.DRAFT, CampaignState.ACTIVE, CampaignState.SUSPENDED}


@screen(frame.path_of(DOCUMENTS), Audience.MANAGER, title=DOCUMENTS.title)
def papers(uow: UnitOfWork) -> None:
    Panel(uow, _draw, follows=[("campaigns", uow.site_id or 0)], classes="flow")


def _draw(uow: UnitOfWork) -> Markup:
    shown = [each for each in campaign_admin.every(uow) if each.state in STATES][:MAX_CAMPAIGNS]
    rules = html.section(
        html.h2(uow.translate("Ce qui est accepté")),
        facts(
            [
                (uow.translate("Formats"), uow.translate("Photographies de toute forme, PDF")),
                (
                    uow.translate("Taille"),
                    uow.translate(
                        "{kept} Mo au plus, une fois allégé ; {door} Mo au plus à l’envoi", **validation.FIGURES
                    ),
                ),
                (uow.translate("Santé"), _erased(uow, records.HEALTH_PAPERS)),
                (uow.translate("Revenus"), _erased(uow, records.SENSITIVE_PAPERS)),
            ]
        ),
        class_="card flow-card",
        aria_label=uow.translate("Ce qui est accepté"),
    )
    none = html.section(
        html.p(uow.translate("Aucune campagne n’est ouverte ni en préparation.")), _new(uow), class_="card"
    )
    return frame.around(uow, DOCUMENTS, [_campaign(uow, each) for each in shown] or none, rules)


def _erased(uow: UnitOfWork, record: PersonalRecord) -> str:
    return uow.translate("fichier effacé {duration}", duration=record.duration(sites.here(uow), uow.language))


def _new(uow: UnitOfWork) -> Markup:
    link = html.a(
        uow.translate("Préparer une campagne de réinscription"),
        href=f"{campaign_head.PATH}/nouvelle",
        class_="btn",
    )
    return html.div(link, class_="actions")


def _campaign(uow: UnitOfWork, campaign: Campaign) -> Markup:
    found = campaigns.documents_of(uow, campaign.id)
    heads = [uow.translate(each) for each in (_("Pièce"), _("Demandée à"), _("Obligatoire"))]
    rows = [
        (
            each.label,
            campaign_documents.of_whom(uow, each),
            uow.translate("Oui") if each.required else uow.translate("Non"),
        )
        for each in found
    ]
    change = html.a(
        uow.translate("Modifier ces pièces"),
        ending(uow.language, campaign.title),
        href=f"{campaign_head.PATH}/{campaign.id}?onglet=pieces",
        class_="btn quiet",
    )
    return html.section(
        html.h2(campaign.title, " ", status_chip(uow, CampaignState(campaign.state), IN_A_TITLE)),
        table(campaign.title, heads, rows, quiet_caption=True)
        if rows
        else html.p(uow.translate("Cette campagne ne demande aucune pièce pour l’instant.")),
        html.div(change, class_="actions"),
        class_="card flow-card",
        aria_label=campaign.title,
    )
