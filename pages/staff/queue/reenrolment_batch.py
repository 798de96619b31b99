"""« Accepter ce qui est complet »: how many and which first, then all in one go; brothers and sisters together; undone as one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from markupsafe import Markup

from components.ui import html, review_queue
from components.ui.markup import button
from components.ui.panel import Act, Answer
from components.ui.tables import table
from data.accounts.caller import Caller
from data.core.i18n import _, pair
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.reenrolment import batch
from data.reenrolment.batch import Outcome, Wanted
from data.reenrolment.queue_list import Waiting
from pages.staff.queue.reenrolment_state import Offer, PageState, detail, ids, listed, look

AT_ONCE = 20  # requests a transaction
Acting = Callable[[Caller, Act], Awaitable[Answer]]


def about(each: Waiting) -> str:
    """« Piano · 2e cycle »."""
    return " · ".join(part for part in (each.pupil.discipline, each.pupil.cycle) if part)


def documents(uow: UnitOfWork, each: Waiting) -> str:
    """« 3/3 »."""
    return f"{each.given}/{each.asked}" if each.asked else uow.translate("sans pièce")


def dialog(uow: UnitOfWork, page_state: PageState) -> Markup | None:
    offered = page_state.offered
    if not offered:
        return None
    unseen = sum(1 for each in offered if each.unseen)
    heads = [uow.translate(each) for each in (_("Élève"), _("Cours et cycle"), _("Pièces"))]
    rows = [(each.name, each.about, _documents(uow, each)) for each in offered]
    cancel = html.button(uow.translate("Annuler"), type="button", class_="btn quiet", data_closes=True, autofocus=True)
    label = uow.ngettext("Accepter {count} demande", "Accepter {count} demandes", count=len(offered))
    go = button(label, do="accept-all", class_="btn", data_closes=True)
    return html.dialog(
        html.h2(
            uow.ngettext("Accepter {count} demande ?", "Accepter {count} demandes ?", count=len(offered)),
            id="accept-all-title",
        ),
        html.p(
            uow.translate(
                "Toutes les pièces obligatoires sont là et la famille n’a rien écrit. Chaque famille reçoit son e-mail. "
                "Les départs, ce qui est à revoir, confié à un collègue ou ouvert chez lui n’en font pas partie."
            )
        ),
        unseen
        and html.p(
            uow.ngettext(
                "{count} demande a des pièces que personne n’a ouvertes.",
                "{count} demandes ont des pièces que personne n’a ouvertes.",
                count=unseen,
            ),
            class_="notice pending",
        ),
        html.div(table(uow.translate("Demandes à accepter"), heads, rows, quiet_caption=True), class_="dialog-list"),
        html.div(cancel, go, class_="actions"),
        id="accept-all-dialog",
        aria_labelledby="accept-all-title",
        class_="wide",
    )


def _documents(uow: UnitOfWork, each: Offer) -> str:
    return f"{each.documents} · {uow.translate('non vues')}" if each.unseen else each.documents


def offer(uow: UnitOfWork, _act: Act, page_state: PageState) -> Answer:
    """What would be accepted, before anything is."""
    page_state.offered = [
        Offer(each.sent.id, each.sent.version, each.pupil.full_name, about(each), documents(uow, each), each.unseen)
        for each in batch.in_order(uow, page_state.narrowing)
    ]
    if not page_state.offered:
        return Answer(toast=uow.translate("Aucune demande n’est complète et sans message."))
    return Answer(open="accept-all-dialog")


def acts(page_state: PageState) -> dict[str, Acting]:
    """What takes longer than a moment: in a thread, some requests at a time."""

    async def accept_all(caller: Caller, _act: Act) -> Answer:
        wanted = [(each.sent_id, each.version) for each in page_state.offered]
        page_state.offered = []
        return await _accept(caller, page_state, wanted)

    async def accept_siblings(caller: Caller, act: Act) -> Answer:
        return await asyncio.to_thread(_siblings, caller, act, page_state)

    async def undo(caller: Caller, act: Act) -> Answer:
        sent_ids = page_state.decided_ids if act.of == "last" else [act.number()]
        return await _undo(caller, page_state, sent_ids)

    async def undo_together(caller: Caller, act: Act) -> Answer:
        return await _undo(caller, page_state, await asyncio.to_thread(_of_batch, caller, act.of))

    return {
        "accept-all": accept_all,
        "accept-siblings": accept_siblings,
        "undo": undo,
        "undo-together": undo_together,
    }


def _of_batch(caller: Caller, name: str) -> list[int]:
    with caller.unit_of_work() as uow:
        return batch.of_batch(uow, name)


async def _accept(caller: Caller, page_state: PageState, wanted: list[Wanted]) -> Answer:
    name, outcomes = batch.new_batch(), list[Outcome]()
    for at in range(0, len(wanted), AT_ONCE):
        outcomes.append(await asyncio.to_thread(_accept_some, caller, wanted[at : at + AT_ONCE], name))
    page_state.decided_ids = await asyncio.to_thread(_of_batch, caller, name)
    return await asyncio.to_thread(_after, caller, page_state, outcomes)


def _accept_some(caller: Caller, wanted: Sequence[Wanted], name: str) -> Outcome:
    with caller.unit_of_work(writes=True) as uow:
        return batch.accept(uow, wanted, name)


def _siblings(caller: Caller, act: Act, page_state: PageState) -> Answer:
    """The open request and those of its brothers and sisters, as they are shown."""
    with caller.unit_of_work(writes=True) as uow:
        shown, name = detail(uow, page_state), batch.new_batch()
        unseen = len(shown.unseen) + sum(each.unseen for each in shown.siblings)
        if unseen and not page_state.warned:
            page_state.warned = unseen
            return Answer(announce=unseen_words(uow, unseen))
        read = (shown.sent, *(each.sent for each in shown.siblings))
        wanted = [(each.id, parse_id(act.values.get(f"version-{each.id}", "")) or 0) for each in read]
        outcome = batch.accept(uow, wanted, name)
        page_state.decided_ids = batch.of_batch(uow, name)
    return _after(caller, page_state, [outcome])


def unseen_words(uow: UnitOfWork, count: int) -> str:
    return uow.ngettext(
        "{count} pièce n’a été ouverte par personne. Pressez de nouveau pour valider quand même, N pour l’ouvrir.",
        "{count} pièces n’ont été ouvertes par personne. Pressez de nouveau pour valider quand même, N pour les ouvrir.",
        count=count,
    )


def _after(caller: Caller, page_state: PageState, outcomes: Sequence[Outcome]) -> Answer:
    done, left = sum(each.done for each in outcomes), [line for each in outcomes for line in each.left]
    page_state.decided = caller.ngettext("{count} demande acceptée.", "{count} demandes acceptées.", count=done)
    with caller.unit_of_work(writes=True) as uow:
        found = listed(uow, page_state)
        look(uow, page_state, found[0].sent.id if found else None)
    why = [pair(name, reason, caller.language) for name, reason in left[:5]]
    return Answer(
        announce=page_state.decided,
        url=page_state.url,
        focus="request-title",
        dialog="\n".join([page_state.decided, *why]) if left else "",
    )


async def _undo(caller: Caller, page_state: PageState, sent_ids: Sequence[int]) -> Answer:
    outcomes = [
        await asyncio.to_thread(_undo_some, caller, sent_ids[at : at + AT_ONCE])
        for at in range(0, len(sent_ids), AT_ONCE)
    ]
    done, left = sum(each.done for each in outcomes), [line for each in outcomes for line in each.left]
    if not done and left:
        return Answer(dialog=left[0][1])
    page_state.closed, page_state.decided_ids = False, []
    await asyncio.to_thread(_show_first, caller, page_state, sent_ids)
    text = (
        caller.translate("La décision est annulée : la demande est de nouveau en attente.")
        if done == 1
        else caller.ngettext("{count} demande attend de nouveau.", "{count} demandes attendent de nouveau.", count=done)
    )
    why = [pair(name, reason, caller.language) for name, reason in left[:5]]
    return Answer(
        announce=text, url=page_state.url, focus="request-title", dialog="\n".join([text, *why]) if left else ""
    )


def _undo_some(caller: Caller, sent_ids: Sequence[int]) -> Outcome:
    with caller.unit_of_work(writes=True) as uow:
        return batch.undo(uow, sent_ids)


def _show_first(caller: Caller, page_state: PageState, sent_ids: Sequence[int]) -> None:
    with caller.unit_of_work(writes=True) as uow:
        page_state.turn_to(None)
        look(uow, page_state, sent_ids[0] if len(sent_ids) == 1 else next(iter(ids(uow, page_state)), None))


def just_decided(uow: UnitOfWork, page_state: PageState) -> Markup | None:
    """What was decided a moment ago, one or many, and U that takes it back."""
    if not page_state.decided_ids:
        return None
    return review_queue.just_decided(uow, page_state.decided, of="last")
