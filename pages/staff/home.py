"""« Gestion »: what is still missing before families come in, then the figures of the day, each a way to it."""

from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.icons import icon
from data.access_grants import grants as access_grants
from data.accounts import sessions
from data.change_requests import review
from data.core import formats, sites
from data.core.i18n import _, plural
from data.core.roles import Role
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.mail import outbox
from data.mail.outbox import LetterState
from data.office import dashboard_counts, outbox_admin
from data.office.outbox_admin import Wanted
from data.reenrolment import campaign_admin, campaigns
from data.reenrolment import request_list as reenrolment_list
from data.site_admin import settings as site_settings
from pages.staff.letters import letter_one
from pages.staff.queue import tabs
from pages.staff.reenrolment import campaign_head
from pages.staff.settings import frame

DAYS, MAX_CAMPAIGNS = 7, 2
LABELS = {  # of the files of « Demandes »
    "reinscriptions": plural("demande de réinscription à valider", "demandes de réinscription à valider"),
    "pieces": plural("pièce à vérifier", "pièces à vérifier"),
    "absences": plural("absence à traiter", "absences à traiter"),
    "messages": plural("message à lire", "messages à lire"),
    "paiements": plural("trop-perçu", "trop-perçus"),
}
UNDELIVERED = {
    LetterState.FAILED: plural("courriel en échec", "courriels en échec"),
    LetterState.ABANDONED: plural("courriel abandonné", "courriels abandonnés"),
}
Figure = tuple[object, str, str, str]  # the number, of what, something more, the way there


@screen("/gestion", Audience.STAFF, title=_("Gestion"))
def home(uow: UnitOfWork) -> None:
    site = uow.site_id or 0
    Panel(uow, _draw, follows=[("queue", site), ("letters", site), ("site", site), ("campaigns", site)], classes="flow")


def _draw(uow: UnitOfWork) -> Markup:
    when = formats.long_day(uow.today, uow.language)
    return (
        head(uow.translate("Bonjour {name}", name=uow.name.split(" ")[0]).strip(), when[:1].upper() + when[1:])
        + _missing(uow)
        + _figures(uow)
    )


def _missing(uow: UnitOfWork) -> Markup:
    """Only a « responsable » can do these."""
    if uow.role != Role.MANAGER:
        return Markup("")
    found = [(frame.path_of(part), uow.translate(text)) for part, text in site_settings.missing(uow)]
    if not families.are_there(uow):
        found.append(("/gestion/imports", uow.translate("Importer les familles")))
    elif not access_grants.anybody_informed(uow):
        found.append(
            ("/gestion/familles/acces", uow.translate("Créer les comptes des familles et communiquer les accès"))
        )
    if not campaign_admin.every(uow):
        found.append((f"{campaign_head.PATH}/nouvelle", uow.translate("Préparer une campagne de réinscription")))
    if not found:
        return Markup("")
    lines = [html.li(html.a(icon("arrow"), text, href=path)) for path, text in found]
    text = uow.ngettext(
        "{count} chose reste à faire avant d’ouvrir le portail aux familles.",
        "{count} choses restent à faire avant d’ouvrir le portail aux familles.",
        count=len(found),
    )
    return html.section(
        html.h2(uow.translate("Mise en route")),
        html.p(text, class_="soft"),
        html.ul(lines, class_="todo"),
        class_="card",
        aria_label=uow.translate("Mise en route"),
    )


def _undelivered(uow: UnitOfWork, recently: str) -> list[Figure]:
    """As « Courriels » counts them: the way there leads to as many."""
    wanted = Wanted(since=uow.today - timedelta(days=DAYS))
    counted = outbox_admin.counts(uow, wanted)
    return [
        (
            counted[state],
            uow.ngettext(*forms, count=counted[state]),
            recently,
            letter_one.path_of(replace(wanted, state=state)),
        )
        for state, forms in UNDELIVERED.items()
        if counted[state] or state == LetterState.FAILED
    ]


def _figures(uow: UnitOfWork) -> Markup:
    since, waits, oldest = uow.now - timedelta(days=DAYS), dashboard_counts.counts(uow), review.queue(uow, most=1)
    age = formats.ago(oldest[0].request.submitted_at, uow.now, sites.here(uow).zone, uow.language) if oldest else ""
    seen = sessions.families_seen(uow, since)
    recently = uow.translate("depuis {count} jours", count=DAYS)
    figures: list[Figure] = [
        (
            waits[""],
            uow.ngettext("fiche à valider", "fiches à valider", count=waits[""]),
            age and uow.translate("la plus ancienne : {age}", age=age),
            tabs.PATH,
        )
    ]
    for name, forms in LABELS.items():
        if waits[name] or name == "absences":
            figures.append((waits[name], uow.ngettext(*forms, count=waits[name]), "", tabs.path_of(name)))
    figures += [
        *_undelivered(uow, recently),
        (seen, uow.ngettext("famille connectée", "familles connectées", count=seen), recently, "/gestion/familles"),
        *_campaigns(uow),
    ]
    if uow.role == Role.MANAGER and (restored := outbox.to_confirm(uow)):
        text = uow.ngettext("courriel à confirmer", "courriels à confirmer", count=restored)
        figures.append((restored, text, uow.translate("d’une sauvegarde restaurée"), f"{frame.PATH}/courriel"))
    lines = [
        html.li(html.a(html.strong(count), html.span(text), more and html.small(more), href=path))
        for count, text, more, path in figures
    ]
    return html.h2(uow.translate("Aujourd’hui"), class_="unseen") + html.ul(lines, class_="day-figures")


def _campaigns(uow: UnitOfWork) -> list[tuple[object, str, str, str]]:
    """How many pupils have answered the campaigns that are open, of how many."""
    running = [each for each in campaign_admin.every(uow) if campaigns.is_open(uow, each)][:MAX_CAMPAIGNS]
    answered = reenrolment_list.sums(uow) if running else {}
    found: list[tuple[object, str, str, str]] = []
    for each in running:
        count, path = sum(answered.get(each.id, {}).values()), f"{campaign_head.PATH}/{each.id}?onglet=avancement"
        text = uow.ngettext("élève a répondu", "élèves ont répondu", count=count)
        found.append((f"{count} / {campaigns.how_many(uow, each)}", text, each.title, path))
    return found
