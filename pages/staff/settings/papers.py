"""« Pièces à fournir »: what the campaigns under way ask for, and the rules every document obeys; changed in the campaign."""

from markupsafe import Markup

from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui.markup import tag
from components.ui.tables import facts, table
from data.core.unit_of_work import Visit
from data.reenrolment import campaign_admin, campaigns
from data.reenrolment.campaigns import Campaign
from data.site_admin.settings import DOCUMENTS
from pages.staff.reenrolment import campaign_documents, campaign_head
from pages.staff.settings import frame

MOST = 3
STATES = {"draft": "brouillon", "active": "active", "suspended": "suspendue"}


@screen(frame.path_of(DOCUMENTS), Audience.MANAGER, title=DOCUMENTS.title)
def papers(v: Visit) -> None:
    Panel(v, _draw, follows=[("campaigns", v.site_id or 0)], classes="flow")


def _draw(v: Visit) -> Markup:
    shown = [each for each in campaign_admin.every(v) if each.state in STATES][:MOST]
    rules = tag(
        "section",
        tag("h2", v.say("Ce qui est accepté")),
        facts(
            [
                (v.say("Formats"), "JPEG, JPG, PNG, PDF"),
                (v.say("Taille"), v.say("2 Mo au plus ; une photo plus lourde, ou HEIC, est allégée")),
                (v.say("Santé"), v.say("fichier effacé 30 jours après la validation")),
                (v.say("Revenus"), v.say("fichier effacé 2 mois après la fin de la campagne")),
            ]
        ),
        class_="card flow-card",
        aria_label=v.say("Ce qui est accepté"),
    )
    none = tag("section", tag("p", v.say("Aucune campagne n’est ouverte ni en préparation.")), _new(v), class_="card")
    return frame.around(v, DOCUMENTS, [_campaign(v, each) for each in shown] or none, rules)


def _new(v: Visit) -> Markup:
    link = tag(
        "a", v.say("Préparer une campagne de réinscription"), href=f"{campaign_head.PATH}/nouvelle", class_="btn"
    )
    return tag("div", link, class_="actions")


def _campaign(v: Visit, campaign: Campaign) -> Markup:
    found = campaigns.documents_of(v, campaign.id)
    heads = [v.say(each) for each in ("Pièce", "Demandée à", "Obligatoire")]
    rows = [
        (each.label, campaign_documents.of_whom(v, each), v.say("Oui") if each.required else v.say("Non"))
        for each in found
    ]
    change = tag(
        "a",
        v.say("Modifier ces pièces"),
        tag("span", f" : {campaign.title}", class_="unseen"),
        href=f"{campaign_head.PATH}/{campaign.id}?onglet=pieces",
        class_="btn quiet",
    )
    return tag(
        "section",
        tag("h2", campaign.title, " ", tag("span", v.say(STATES[campaign.state]), class_="chip")),
        table(campaign.title, heads, rows, quiet_caption=True)
        if rows
        else tag("p", v.say("Cette campagne ne demande aucune pièce pour l’instant.")),
        tag("div", change, class_="actions"),
        class_="card flow-card",
        aria_label=campaign.title,
    )
