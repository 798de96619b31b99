"""Above the queue of re-enrolments: what it is narrowed to, each with its number, and what can be accepted in one go."""

from markupsafe import Markup

from components.ui import html
from components.ui.markup import button
from components.ui.panel import Act, Answer
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.reenrolment import queue_list
from data.reenrolment.queue_list import Narrowing, Overview
from data.reenrolment.queue_terms import Only
from pages.staff.queue.reenrolment_state import PageState, listed, look

LABELS: dict[str, str] = {
    Only.COMPLETE: _("Complètes"),
    Only.MISSING: _("Pièce manquante"),
    Only.UNSEEN: _("Pièce non vue"),
    Only.MESSAGE: _("Avec un message"),
    Only.SIBLINGS: _("Frères et sœurs"),
    Only.UNPAID: _("Solde dû"),
    Only.MINE: _("À moi"),
    Only.REVISIT: _("À revoir"),
}


def draw(uow: UnitOfWork, page_state: PageState, seen: Overview) -> Markup:
    counts, chosen = seen.tally, page_state.narrowing.only
    chips = [
        button(
            uow.translate(label),
            " ",
            html.span(counts[Only(each)], class_="count"),
            do="narrow",
            of=each,
            class_="filter",
            aria_pressed="true" if each in chosen else "false",
        )
        for each, label in LABELS.items()
        if counts[Only(each)] or each in chosen
    ]
    every = html.button(uow.translate("Accepter ce qui est complet…"), type="button", data_do="offer", id="offer", class_="link")  # fmt: skip
    return html.div(
        html.div(chips, class_="filter-row", role="group", aria_label=uow.translate("Filtrer la file")),
        _departments(uow, seen.departments, page_state.narrowing.department),
        every if counts[Only.COMPLETE] else None,
        class_="queue-filters",
    )


def _departments(uow: UnitOfWork, names: list[str], chosen: str) -> Markup | None:
    if len(names) < 2 and not chosen:
        return None
    options = {"": uow.translate("Tous les départements"), **{each: each for each in (*names, chosen) if each}}
    return html.select(
        [html.option(text, value=value, selected=value == chosen) for value, text in options.items()],
        id="department",
        name="department",
        data_change="department",
        aria_label=uow.translate("Département"),
    )


def narrow(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """One filter more, or less."""
    now = page_state.narrowing
    if act.of in {each.value for each in Only}:
        page_state.narrow_to(Narrowing(now.search, now.only ^ {Only(act.of)}, now.department))
    return _shown(uow, page_state, f"narrow-{act.of}")


def department(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    now = page_state.narrowing
    page_state.narrow_to(Narrowing(now.search, now.only, act.values.get("department", "")[:80]))
    return _shown(uow, page_state, "department")


def search(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    now = page_state.narrowing
    page_state.narrow_to(Narrowing(act.values.get("search", "")[:60], now.only, now.department))
    return _shown(uow, page_state, "")


def _shown(uow: UnitOfWork, page_state: PageState, focus: str) -> Answer:
    """The open request stays while it is in the list; otherwise the first one opens."""
    found = [each.sent.id for each in listed(uow, page_state)]
    if page_state.sent_id not in found:
        look(uow, page_state, found[0] if found else None)
    total = queue_list.count(uow, page_state.asked, closed=page_state.closed)
    announcement = uow.ngettext("{count} demande", "{count} demandes", count=total)
    return Answer(url=page_state.url, focus=focus, announce=announcement)
