"""The files of « Demandes », each with its number."""

from markupsafe import Markup

from components.markup import tag
from data import queue_counts
from data.visits import Visit

PATH = "/gestion/demandes"
TABS = {
    "": "Fiches",
    "reinscriptions": "Réinscriptions",
    "pieces": "Pièces",
    "absences": "Absences",
    "paiements": "Trop-perçus",
    "traitees": "Traitées",
}


def path_of(tab: str, opened: int | None = None) -> str:
    """The address of a file, at an open request."""
    query = "&".join(filter(None, (f"onglet={tab}" if tab else "", f"demande={opened}" if opened else "")))
    return PATH + (f"?{query}" if query else "")


def draw(v: Visit, current: str, beside: Markup | None = None) -> Markup:
    """The money received twice has its file only while there is some."""
    counts = queue_counts.counts(v)
    links = [
        tag("a", f"{v.say(label)} ({counts[tab]})", href=path_of(tab), aria_current="page" if tab == current else None)
        for tab, label in TABS.items()
        if tab != "paiements" or counts[tab] or current == tab
    ]
    return tag("div", tag("nav", links, class_="tabs", aria_label=v.say("Files")), beside, class_="desk-tabs")
