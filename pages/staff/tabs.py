"""The files of « Demandes », each with its number."""

from markupsafe import Markup

from components.markup import tag
from data import absence_queue, decisions, payments
from data.visits import Visit

PATH = "/gestion/demandes"
TABS = {"": "Fiches", "absences": "Absences", "paiements": "Trop-perçus", "traitees": "Traitées"}


def path_of(tab: str, opened: int | None = None) -> str:
    """The address of a file, at an open request."""
    query = "&".join(filter(None, (f"onglet={tab}" if tab else "", f"demande={opened}" if opened else "")))
    return PATH + (f"?{query}" if query else "")


def draw(v: Visit, current: str, beside: Markup | None = None, *, waiting: int | None = None) -> Markup:
    """The money received twice has its file only while there is some. `waiting`: the sheets' count, where it is known."""
    counts = {
        "": decisions.count(v) if waiting is None else waiting,
        "absences": absence_queue.count(v),
        "paiements": len(payments.troubles(v)),
        "traitees": decisions.count(v, closed=True),
    }
    links = [
        tag("a", f"{v.say(label)} ({counts[tab]})", href=path_of(tab), aria_current="page" if tab == current else None)
        for tab, label in TABS.items()
        if tab != "paiements" or counts[tab] or current == tab
    ]
    return tag("div", tag("nav", links, class_="tabs", aria_label=v.say("Files")), beside, class_="desk-tabs")
