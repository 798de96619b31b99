"""Those who have not answered: how many, what they would read, and the letters once somebody says so."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from markupsafe import Markup

from components.ui.icons import icon
from components.ui.markup import button, tag
from components.ui.panel import Act, Answer, only_shows
from components.ui.tables import table
from data.accounts.caller import Caller
from data.core import formats
from data.core.unit_of_work import Visit
from data.reenrolment import campaigns, participation
from data.reenrolment.campaigns import Campaign
from data.reenrolment.participation import Silent
from pages.staff.reenrolment.campaign_head import Desk

SHOWN, AT_ONCE = 50, 200
SCOPES_WORDS = {"all": "Toutes les familles sans réponse", "never": "Celles qui n’ont jamais été relancées"}


def draw(v: Visit, campaign: Campaign, desk: Desk) -> Markup:
    everyone = participation.silent_families(v, campaign)
    chosen = within(v, everyone, desk.scope)
    found = participation.to_remind(v, campaign, chosen[:SHOWN]) if chosen else []
    if not everyone:
        words = v.say("Toutes les familles concernées ont répondu.")
        return tag("section", tag("p", words), class_="card", aria_label=v.say("Relances"))
    count = v.say("{count} famille n’a pas répondu#{count} familles n’ont pas répondu", count=len(everyone))
    return tag(
        "section",
        tag("h2", count, id="silent-title", tabindex="-1"),
        _scope(v, desk),
        _before_sending(v, campaign, found, len(chosen)),
        _list(v, found, len(chosen)) if found else None,
        class_="card stack-form",
        aria_labelledby="silent-title",
    )


def within(v: Visit, everyone: dict[int, datetime | None], scope: str) -> list[int]:
    """Those who would be written to: nobody twice on a day."""
    return [
        family_id
        for family_id, at in everyone.items()
        if at is None or (scope == "all" and at.astimezone(v.zone).date() < v.today)
    ]


def _scope(v: Visit, desk: Desk) -> Markup:
    choices = [
        tag("option", v.say(words), value=key, selected=key == desk.scope) for key, words in SCOPES_WORDS.items()
    ]
    field = tag("select", choices, id="scope", name="scope", data_change="scope")
    return tag("div", tag("label", v.say("À qui écrire"), for_="scope"), field, class_="field narrow")


def _before_sending(v: Visit, campaign: Campaign, found: list[Silent], count: int) -> Markup:
    """The letter as the first family would read it; the button only when it can be sent."""
    if not found:
        return tag("p", v.say("Toutes ont été relancées aujourd’hui."))
    if not campaigns.is_open(v, campaign):
        words = v.say("La campagne n’est pas ouverte : aucune relance ne peut partir.")
        return tag("div", icon("info"), tag("p", words), class_="notice")
    subject, text = participation.reminder(v, campaign, found[0])
    label = v.say("Relancer {count} famille…#Relancer {count} familles…", count=count)
    send = tag("button", label, type="button", class_="btn", data_opens="remind-dialog")
    cancel = tag("button", v.say("Annuler"), type="button", class_="btn quiet", data_closes=True)
    go = button(v.say("Envoyer"), do="remind", of=campaign.id, class_="btn", data_closes=True, autofocus=True)
    dialog = tag(
        "dialog",
        tag(
            "h2",
            v.say("Écrire à {count} famille ?#Écrire à {count} familles ?", count=count),
            id="remind-dialog-title",
        ),
        tag("p", v.say("Chaque famille reçoit un e-mail, une fois par jour au plus.")),
        tag("div", cancel, go, class_="actions"),
        id="remind-dialog",
        aria_labelledby="remind-dialog-title",
    )
    return tag(
        "div",
        tag("h3", v.say("Ce que lira la famille n° {number}", number=found[0].family_number)),
        tag("p", v.say("Objet : {subject}", subject=subject), class_="soft"),
        tag("pre", text, class_="letter-preview"),
        tag("div", send, class_="actions"),
        dialog,
        class_="stack-form",
    )


def _list(v: Visit, found: list[Silent], count: int) -> Markup:
    heads = [v.say(each) for each in ("Famille", "Destinataire", "Élèves", "Dernière relance")]
    rows = [
        (
            v.say("n° {number}", number=each.family_number),
            each.account.name,
            ", ".join(pupil.full_name for pupil in each.pupils),
            formats.day(each.reminded_at.astimezone(v.zone).date()) if each.reminded_at else v.say("jamais"),
        )
        for each in found
    ]
    more = count - SHOWN
    rest = (
        tag("p", v.say("et {count} autre famille#et {count} autres familles", count=more), class_="soft")
        if more > 0
        else None
    )
    return table(v.say("Familles qui seront relancées"), heads, rows) + (rest or "")


@only_shows
def choose(_v: Visit, act: Act, desk: Desk) -> Answer:
    chosen = act.values.get("scope", "all")
    desk.scope = chosen if chosen in SCOPES_WORDS else "all"
    return Answer()


def sender(desk: Desk) -> Callable[[Caller, Act], Awaitable[Answer]]:
    """Thousands of letters: written off the loop, some hundreds at a time; interrupted, it goes on where it stopped."""

    async def send(caller: Caller, act: Act) -> Answer:
        campaign_id = act.number()
        families = await asyncio.to_thread(_whom, caller, campaign_id, desk.scope)
        written = 0
        for at in range(0, len(families), AT_ONCE):
            written += await asyncio.to_thread(_write, caller, campaign_id, families[at : at + AT_ONCE])
        desk.told = caller.say("{count} relance est partie.#{count} relances sont parties.", count=written)
        return Answer(say=desk.told, focus="silent-title")

    return send


def _whom(caller: Caller, campaign_id: int, scope: str) -> list[int]:
    with caller.visit() as v:
        campaign = v.get(Campaign, campaign_id)
        return within(v, participation.silent_families(v, campaign), scope)


def _write(caller: Caller, campaign_id: int, families: list[int]) -> int:
    with caller.visit(writes=True) as v:
        return participation.remind(v, campaign_id, families)
