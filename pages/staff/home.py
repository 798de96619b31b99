"""« Gestion »: what is still missing before families come in, then the figures of the day, each a way to it."""

from datetime import timedelta

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui.icons import icon
from components.ui.markup import tag
from data.access_grants import grants as access_grants
from data.accounts import sessions
from data.change_requests import review
from data.core import formats, sites
from data.core.unit_of_work import Visit
from data.families import models as families
from data.mail import outbox
from data.office import dashboard_counts
from data.reenrolment import campaign_admin, campaigns
from data.reenrolment import request_list as reenrolment_list
from data.site_admin import settings as site_settings
from pages.staff.queue import tabs
from pages.staff.reenrolment import campaign_head
from pages.staff.settings import frame

DAYS, MOST_CAMPAIGNS = 7, 2
LABELS = {  # of the files of « Demandes »
    "reinscriptions": "demande de réinscription à valider#demandes de réinscription à valider",
    "pieces": "pièce à vérifier#pièces à vérifier",
    "absences": "absence à traiter#absences à traiter",
    "paiements": "trop-perçu#trop-perçus",
}


@screen("/gestion", Audience.STAFF, title="Gestion")
def home(v: Visit) -> None:
    site = v.site_id or 0
    Panel(v, _draw, follows=[("queue", site), ("letters", site), ("site", site), ("campaigns", site)], classes="flow")


def _draw(v: Visit) -> Markup:
    when = formats.long_day(v.today, v.tongue)
    return (
        head(v.say("Bonjour {name}", name=v.name.split(" ")[0]), when[:1].upper() + when[1:])
        + _missing(v)
        + _figures(v)
    )


def _missing(v: Visit) -> Markup:
    """Only a « responsable » can do these."""
    if v.role != "responsable":
        return Markup("")
    found = [(frame.path_of(part), v.say(words)) for part, words in site_settings.missing(v)]
    if not families.are_there(v):
        found.append(("/gestion/imports", v.say("Importer les familles")))
    elif not access_grants.anybody_told(v):
        found.append(("/gestion/familles/acces", v.say("Créer les comptes des familles et communiquer les accès")))
    if not campaign_admin.every(v):
        found.append((f"{campaign_head.PATH}/nouvelle", v.say("Préparer une campagne de réinscription")))
    if not found:
        return Markup("")
    lines = [tag("li", tag("a", icon("arrow"), words, href=path)) for path, words in found]
    words = v.say(
        "{count} chose reste à faire avant d’ouvrir le portail aux familles.#{count} choses restent à faire avant d’ouvrir le portail aux familles.",
        count=len(found),
    )
    return tag(
        "section",
        tag("h2", v.say("Mise en route")),
        tag("p", words, class_="soft"),
        tag("ul", lines, class_="todo"),
        class_="card",
        aria_label=v.say("Mise en route"),
    )


def _figures(v: Visit) -> Markup:
    since, waits, oldest = v.now - timedelta(days=DAYS), dashboard_counts.counts(v), review.queue(v, most=1)
    age = formats.ago(oldest[0].request.submitted_at, v.now, sites.here(v).zone, v.tongue) if oldest else ""
    trouble, seen = outbox.in_trouble(v, since), sessions.families_seen(v, since)
    lately = v.say("depuis {count} jours", count=DAYS)
    figures: list[tuple[object, str, str, str]] = [
        (
            waits[""],
            v.say("fiche à valider#fiches à valider", count=waits[""]),
            age and v.say("la plus ancienne : {age}", age=age),
            tabs.PATH,
        )
    ]
    for name, words in LABELS.items():
        if waits[name] or name == "absences":
            figures.append((waits[name], v.say(words, count=waits[name]), "", tabs.path_of(name)))
    figures += [
        (trouble, v.say("courriel en échec#courriels en échec", count=trouble), lately, "/gestion/courriels"),
        (seen, v.say("famille connectée#familles connectées", count=seen), lately, "/gestion/familles"),
        *_campaigns(v),
    ]
    if v.role == "responsable" and (restored := outbox.to_confirm(v)):
        words = v.say("courriel à confirmer#courriels à confirmer", count=restored)
        figures.append((restored, words, v.say("d’une sauvegarde restaurée"), f"{frame.PATH}/courriel"))
    lines = [
        tag("li", tag("a", tag("strong", count), tag("span", words), more and tag("small", more), href=path))
        for count, words, more, path in figures
    ]
    return tag("h2", v.say("Aujourd’hui"), class_="unseen") + tag("ul", lines, class_="day-figures")


def _campaigns(v: Visit) -> list[tuple[object, str, str, str]]:
    """How many pupils have answered the campaigns that are open, of how many."""
    running = [each for each in campaign_admin.every(v) if campaigns.is_open(v, each)][:MOST_CAMPAIGNS]
    answered = reenrolment_list.sums(v) if running else {}
    found: list[tuple[object, str, str, str]] = []
    for each in running:
        count, path = sum(answered.get(each.id, {}).values()), f"{campaign_head.PATH}/{each.id}?onglet=avancement"
        words = v.say("élève a répondu#élèves ont répondu", count=count)
        found.append((f"{count} / {campaigns.how_many(v, each)}", words, each.title, path))
    return found
