"""« Familles »: boxes ticked in the list, and what is done with all that are ticked: one file of letters, or one sending."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from components.ui.markup import button
from components.ui.panel import Act, Answer, Handler
from data.access_grants import batches as access_batches
from data.access_grants import grants as access_grants
from data.accounts.caller import Caller
from data.core.unit_of_work import UnitOfWork
from data.directory import search as family_search
from data.directory.search import Found, Page

MAX_CHOSEN = 10_000
ASK = "mail-chosen-ask"


@dataclass
class Chosen:
    """The families ticked on one open page, by key; they stay ticked when the list is searched or turned."""

    ids: set[int] = field(default_factory=set)


def box(uow: UnitOfWork, found: Found, chosen: Chosen) -> Markup:
    """Before a family's name."""
    name = (
        found.adults[0].full_name if found.adults else uow.translate("Famille n° {number}", number=found.family.number)
    )
    ticked = html.input(
        type="checkbox",
        id=f"tick-{found.family.number}",
        name="tick",
        data_change="tick",
        data_of=found.family.id,
        checked=found.family.id in chosen.ids,
        aria_label=uow.translate("Choisir {name}", name=name),
        autocomplete="off",
    )
    return html.label(ticked, class_="choose")


def bar(uow: UnitOfWork, chosen: Chosen, page: Page) -> Markup:
    """What can be done with the ticked families; in words when none is."""
    count = len(chosen.ids)
    more = page.total > len([each for each in page.families if each.family.id in chosen.ids])
    every = button(
        uow.ngettext("Choisir la famille trouvée", "Choisir les {count} familles trouvées", count=page.total),
        do="tick-all",
        class_="link",
    )
    if not count:
        sentence = uow.translate("Cochez des familles pour leur communiquer les accès ensemble.")
        return html.div(html.p(sentence, class_="soft"), page.total and every, class_="choice")
    accounts, lacking = (
        len(access_grants.of_families(uow, chosen.ids)),
        len(access_grants.without_account(uow, chosen.ids)),
    )
    text = uow.ngettext("{count} famille choisie", "{count} familles choisies", count=count)
    of_them = (
        uow.ngettext("{count} compte", "{count} comptes", count=accounts)
        if accounts
        else uow.translate("aucun compte ouvert")
    )
    acts = (
        button(
            icon("paper"), uow.translate("Préparer les lettres (PDF)"), do="letters-chosen", class_="btn quiet small"
        ),
        html.button(
            icon("mail"),
            uow.translate("Envoyer par e-mail"),
            type="button",
            id="mail-chosen",
            data_opens=ASK,
            class_="btn quiet small",
        ),
    )
    return html.div(
        html.p(html.strong(text), f" · {of_them}", role="status"),
        lacking and create_button(uow, lacking),
        accounts and acts,
        more and count < page.total and every,
        button(uow.translate("Ne plus rien choisir"), do="tick-none", class_="link"),
        _ask(uow, accounts) if accounts else None,
        class_="choice",
    )


def create_button(uow: UnitOfWork, lacking: int, look: str = "btn quiet small") -> Markup:
    text = uow.ngettext("Créer {count} compte", "Créer {count} comptes", count=lacking)
    return button(icon("person"), text, do="create-accounts", class_=look)


async def create_accounts(caller: Caller, family_ids: list[int] | None, focus: str) -> Answer:
    """For adults who have none; those that somebody made meanwhile are left alone."""
    made = await asyncio.to_thread(access_batches.create_accounts, caller.unit_of_work, family_ids)
    if not made:
        return Answer(toast=caller.translate("Chaque adulte a déjà un compte."), focus=focus)
    text = caller.ngettext(
        "{count} compte est créé. Communiquez maintenant l’accès.",
        "{count} comptes sont créés. Communiquez maintenant les accès.",
        count=made,
    )
    return Answer(toast=text, focus=focus)


def _ask(uow: UnitOfWork, accounts: int) -> Markup:
    """Asked once: a mail makes the present password worthless."""
    text = uow.ngettext(
        "Un mot de passe provisoire part au titulaire du compte, s’il a une adresse e-mail. L’ancien mot de passe et "
        "les connexions ouvertes cessent aussitôt.",
        "Un mot de passe provisoire part aux titulaires des {count} comptes, s’ils ont une adresse e-mail. Les anciens "
        "mots de passe et les connexions ouvertes cessent aussitôt.",
        count=accounts,
    )
    return html.dialog(
        html.p(text, id=f"{ASK}-text"),
        html.div(
            html.button(uow.translate("Retour"), type="button", class_="btn quiet", data_closes=True, autofocus=True),
            button(uow.translate("Envoyer"), do="mails-chosen", class_="btn", data_closes=True),
            class_="actions",
        ),
        id=ASK,
        aria_labelledby=f"{ASK}-text",
    )


def acts(chosen: Chosen, asked: Callable[[], tuple[str, bool]], done_at: str) -> dict[str, Handler]:
    """What the boxes and the bar do. `asked` is what the list is narrowed by: what is typed, and « Accès à communiquer »."""

    def message(uow: UnitOfWork) -> str:
        return uow.ngettext("{count} famille choisie", "{count} familles choisies", count=len(chosen.ids))

    def tick(uow: UnitOfWork, act: Act) -> Answer:
        number = act.number()
        if act.values.get("tick") == "true" and len(chosen.ids) < MAX_CHOSEN:
            chosen.ids.add(number)
        else:
            chosen.ids.discard(number)
        return Answer(announce=message(uow))

    def every(uow: UnitOfWork, _act: Act) -> Answer:
        typed, without_access = asked()
        chosen.ids.update(family_search.everyone(uow, typed, without_access=without_access)[:MAX_CHOSEN])
        return Answer(announce=message(uow), focus="letters-chosen")

    def none(uow: UnitOfWork, _act: Act) -> Answer:
        chosen.ids.clear()
        return Answer(announce=uow.translate("Aucune famille n’est choisie."), focus="tick-all")

    async def create(caller: Caller, _act: Act) -> Answer:
        return await create_accounts(caller, sorted(chosen.ids), "letters-chosen")

    def send(how: str) -> Handler:
        def start(uow: UnitOfWork, _act: Act) -> Answer:
            access_batches.start(uow, how, access_grants.of_families(uow, chosen.ids))
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
