"""« Familles »: boxes ticked in the list, and what is done with all that are ticked: one file of letters, or one sending."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from markupsafe import Markup

from components.ui.icons import icon
from components.ui.markup import button, tag
from components.ui.panel import Act, Answer, Handler
from data.access_grants import batches as access_batches
from data.access_grants import grants as access_grants
from data.accounts.caller import Caller
from data.core.unit_of_work import Visit
from data.directory import search as family_search
from data.directory.search import Found, Page

MOST = 10_000
ASK = "mail-chosen-ask"


@dataclass
class Chosen:
    """The families ticked on one open page, by key; they stay ticked when the list is searched or turned."""

    ids: set[int] = field(default_factory=set)


def box(v: Visit, found: Found, chosen: Chosen) -> Markup:
    """Before a family's name."""
    name = found.adults[0].full_name if found.adults else v.say("Famille n° {number}", number=found.family.number)
    ticked = tag(
        "input",
        type="checkbox",
        id=f"tick-{found.family.number}",
        name="tick",
        data_change="tick",
        data_of=found.family.id,
        checked=found.family.id in chosen.ids,
        aria_label=v.say("Choisir {name}", name=name),
        autocomplete="off",
    )
    return tag("label", ticked, class_="choose")


def bar(v: Visit, chosen: Chosen, page: Page) -> Markup:
    """What can be done with the ticked families; in words when none is."""
    count = len(chosen.ids)
    more = page.total > len([each for each in page.families if each.family.id in chosen.ids])
    every = button(
        v.say("Choisir la famille trouvée#Choisir les {count} familles trouvées", count=page.total),
        do="tick-all",
        class_="link",
    )
    if not count:
        words = v.say("Cochez des familles pour leur communiquer les accès ensemble.")
        return tag("div", tag("p", words, class_="soft"), page.total and every, class_="choice")
    accounts, lacking = len(access_grants.of_families(v, chosen.ids)), len(access_grants.without_account(v, chosen.ids))
    told = v.say("{count} famille choisie#{count} familles choisies", count=count)
    of_them = v.say("{count} compte#{count} comptes", count=accounts) if accounts else v.say("aucun compte ouvert")
    acts = (
        button(icon("paper"), v.say("Préparer les lettres (PDF)"), do="letters-chosen", class_="btn quiet small"),
        tag(
            "button",
            icon("mail"),
            v.say("Envoyer par e-mail"),
            type="button",
            id="mail-chosen",
            data_opens=ASK,
            class_="btn quiet small",
        ),
    )
    return tag(
        "div",
        tag("p", tag("strong", told), f" · {of_them}", role="status"),
        lacking and create_button(v, lacking),
        accounts and acts,
        more and count < page.total and every,
        button(v.say("Ne plus rien choisir"), do="tick-none", class_="link"),
        _ask(v, accounts) if accounts else None,
        class_="choice",
    )


def create_button(v: Visit, lacking: int, look: str = "btn quiet small") -> Markup:
    words = v.say("Créer {count} compte#Créer {count} comptes", count=lacking)
    return button(icon("person"), words, do="create-accounts", class_=look)


async def create_accounts(caller: Caller, family_ids: list[int] | None, focus: str) -> Answer:
    """For adults who have none; those that somebody made meanwhile are left alone."""
    made = await asyncio.to_thread(access_batches.create_accounts, caller.visit, family_ids)
    if not made:
        return Answer(toast=caller.say("Chaque adulte a déjà un compte."), focus=focus)
    words = caller.say(
        "{count} compte est créé. Communiquez maintenant l’accès.#{count} comptes sont créés. Communiquez maintenant les accès.",
        count=made,
    )
    return Answer(toast=words, focus=focus)


def _ask(v: Visit, accounts: int) -> Markup:
    """Asked once: a mail makes the present password worthless."""
    words = v.say(
        "Un mot de passe provisoire part au titulaire du compte, s’il a une adresse e-mail. "
        "L’ancien mot de passe et les connexions ouvertes cessent aussitôt.#"
        "Un mot de passe provisoire part aux titulaires des {count} comptes, s’ils ont une adresse e-mail. "
        "Les anciens mots de passe et les connexions ouvertes cessent aussitôt.",
        count=accounts,
    )
    return tag(
        "dialog",
        tag("p", words, id=f"{ASK}-text"),
        tag(
            "div",
            tag("button", v.say("Retour"), type="button", class_="btn quiet", data_closes=True, autofocus=True),
            button(v.say("Envoyer"), do="mails-chosen", class_="btn", data_closes=True),
            class_="actions",
        ),
        id=ASK,
        aria_labelledby=f"{ASK}-text",
    )


def acts(chosen: Chosen, asked: Callable[[], tuple[str, bool]], done_at: str) -> dict[str, Handler]:
    """What the boxes and the bar do. `asked` is what the list is narrowed by: what is typed, and « Accès à communiquer »."""

    def said(v: Visit) -> str:
        return v.say("{count} famille choisie#{count} familles choisies", count=len(chosen.ids))

    def tick(v: Visit, act: Act) -> Answer:
        number = act.number()
        if act.values.get("tick") == "true" and len(chosen.ids) < MOST:
            chosen.ids.add(number)
        else:
            chosen.ids.discard(number)
        return Answer(say=said(v))

    def every(v: Visit, _act: Act) -> Answer:
        typed, without_access = asked()
        chosen.ids.update(family_search.everyone(v, typed, without_access=without_access)[:MOST])
        return Answer(say=said(v), focus="letters-chosen")

    def none(v: Visit, _act: Act) -> Answer:
        chosen.ids.clear()
        return Answer(say=v.say("Aucune famille n’est choisie."), focus="tick-all")

    async def create(caller: Caller, _act: Act) -> Answer:
        return await create_accounts(caller, sorted(chosen.ids), "letters-chosen")

    def send(how: str) -> Handler:
        def start(v: Visit, _act: Act) -> Answer:
            access_batches.start(v, how, access_grants.of_families(v, chosen.ids))
            chosen.ids.clear()
            return Answer(go=done_at)

        return start

    return {
        "tick": tick,
        "tick-all": every,
        "tick-none": none,
        "create-accounts": create,
        "letters-chosen": send("letter"),
        "mails-chosen": send("mail"),
    }
