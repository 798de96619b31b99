"""Those who have not answered: how many, what they would read, and the letters once somebody says so."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from components.ui.markup import button
from components.ui.panel import Act, Answer, only_shows
from components.ui.tables import table
from data.accounts.caller import Caller
from data.core import formats
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.reenrolment import campaigns, participation, planned_reminders
from data.reenrolment.campaigns import Campaign
from data.reenrolment.participation import Silent
from pages.staff.reenrolment.campaign_head import PageState

SHOWN, AT_ONCE = 50, 200
RECIPIENT_LABELS = {"all": _("Toutes les familles sans réponse"), "never": _("Celles qui n’ont jamais été relancées")}


def draw(uow: UnitOfWork, campaign: Campaign, page_state: PageState) -> Markup:
    everyone = participation.silent_families(uow, campaign)
    chosen = within(uow, everyone, page_state.scope)
    found = participation.to_remind(uow, campaign, chosen[:SHOWN]) if chosen else []
    planned = _planned(uow, campaign)
    if not everyone:
        text = uow.translate("Toutes les familles concernées ont répondu.")
        return html.section(html.p(text), planned, class_="card", aria_label=uow.translate("Relances"))
    count = uow.ngettext("{count} famille n’a pas répondu", "{count} familles n’ont pas répondu", count=len(everyone))
    return html.section(
        html.h2(count, id="silent-title", tabindex="-1"),
        planned,
        _scope(uow, page_state),
        _before_sending(uow, campaign, found, len(chosen)),
        _list(uow, found, len(chosen)) if found else None,
        class_="card stack-form",
        aria_labelledby="silent-title",
    )


def _planned(uow: UnitOfWork, campaign: Campaign) -> Markup | None:
    """What leaves by itself, as the campaign's settings say."""
    days = [formats.short_day(day, uow.language) for day in planned_reminders.planned(campaign, uow.today)]
    if not days:
        return None
    text = uow.translate(
        "Relances prévues pour les brouillons et les demandes à corriger : {days}.",
        days=formats.listed(days, uow.language),
    )
    return html.p(icon("clock"), html.span(text), class_="soft")


def within(uow: UnitOfWork, everyone: dict[int, datetime | None], scope: str) -> list[int]:
    """Those who would be written to: nobody twice on a day."""
    return [
        family_id
        for family_id, at in everyone.items()
        if at is None or (scope == "all" and not participation.is_today(uow, at))
    ]


def _scope(uow: UnitOfWork, page_state: PageState) -> Markup:
    choices = [
        html.option(uow.translate(text), value=key, selected=key == page_state.scope)
        for key, text in RECIPIENT_LABELS.items()
    ]
    field = html.select(choices, id="scope", name="scope", data_change="scope")
    return html.div(html.label(uow.translate("À qui écrire"), for_="scope"), field, class_="field narrow")


def _before_sending(uow: UnitOfWork, campaign: Campaign, found: list[Silent], count: int) -> Markup:
    """The letter as the first family would read it; the button only when it can be sent."""
    if not found:
        return html.p(uow.translate("Toutes ont été relancées aujourd’hui."))
    if not campaigns.is_open(uow, campaign):
        sentence = uow.translate("La campagne n’est pas ouverte : aucune relance ne peut partir.")
        return html.div(icon("info"), html.p(sentence), class_="notice")
    subject, text = participation.reminder(uow, campaign, found[0])
    label = uow.ngettext("Relancer {count} famille…", "Relancer {count} familles…", count=count)
    send = html.button(label, type="button", class_="btn", data_opens="remind-dialog")
    cancel = html.button(uow.translate("Annuler"), type="button", class_="btn quiet", data_closes=True)
    go = button(uow.translate("Envoyer"), do="remind", of=campaign.id, class_="btn", data_closes=True, autofocus=True)
    dialog = html.dialog(
        html.h2(
            uow.ngettext("Écrire à {count} famille ?", "Écrire à {count} familles ?", count=count),
            id="remind-dialog-title",
        ),
        html.p(uow.translate("Chaque famille reçoit un e-mail, une fois par jour au plus.")),
        html.div(cancel, go, class_="actions"),
        id="remind-dialog",
        aria_labelledby="remind-dialog-title",
    )
    return html.div(
        html.h3(uow.translate("Ce que lira la famille n° {number}", number=found[0].family_number)),
        html.p(uow.translate("Objet : {subject}", subject=subject), class_="soft"),
        html.pre(text, class_="letter-preview"),
        html.div(send, class_="actions"),
        dialog,
        class_="stack-form",
    )


def _list(uow: UnitOfWork, found: list[Silent], count: int) -> Markup:
    heads = [uow.translate(each) for each in (_("Famille"), _("Destinataire"), _("Élèves"), _("Dernière relance"))]
    rows = [
        (
            uow.translate("n° {number}", number=each.family_number),
            each.account.name,
            ", ".join(pupil.full_name for pupil in each.pupils),
            formats.day(each.reminded_at.astimezone(uow.zone).date()) if each.reminded_at else uow.translate("jamais"),
        )
        for each in found
    ]
    more = count - SHOWN
    rest = (
        html.p(uow.ngettext("et {count} autre famille", "et {count} autres familles", count=more), class_="soft")
        if more > 0
        else None
    )
    return table(uow.translate("Familles qui seront relancées"), heads, rows) + (rest or "")


@only_shows
def choose(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    chosen = act.values.get("scope", "all")
    page_state.scope = chosen if chosen in RECIPIENT_LABELS else "all"
    return Answer()


def sender(page_state: PageState) -> Callable[[Caller, Act], Awaitable[Answer]]:
    """Thousands of letters: written off the loop, some hundreds at a time; interrupted, it goes on where it stopped."""

    async def send(caller: Caller, act: Act) -> Answer:
        campaign_id = act.number()
        families = await asyncio.to_thread(_whom, caller, campaign_id, page_state.scope)
        written = 0
        for at in range(0, len(families), AT_ONCE):
            written += await asyncio.to_thread(_write, caller, campaign_id, families[at : at + AT_ONCE])
        page_state.banner = caller.ngettext(
            "{count} relance est partie.", "{count} relances sont parties.", count=written
        )
        return Answer(announce=page_state.banner, focus="silent-title")

    return send


def _whom(caller: Caller, campaign_id: int, scope: str) -> list[int]:
    with caller.unit_of_work() as uow:
        campaign = uow.get(Campaign, campaign_id)
        return within(uow, participation.silent_families(uow, campaign), scope)


def _write(caller: Caller, campaign_id: int, families: list[int]) -> int:
    with caller.unit_of_work(writes=True) as uow:
        return participation.remind(uow, campaign_id, families)
