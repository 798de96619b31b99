"""The files of « Demandes », each with its number."""

from urllib.parse import urlencode

from markupsafe import Markup

from components.ui import html
from components.ui.tabs import tabs
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.office import dashboard_counts

PATH = "/gestion/demandes"
TABS = {
    "": _("Fiches"),
    "reinscriptions": _("Réinscriptions"),
    "pieces": _("Pièces"),
    "absences": _("Absences"),
    "messages": _("Messages"),
    "paiements": _("Trop-perçus"),
    "traitees": _("Traitées"),
}
DONE_WITH = {
    "": _("Fiches"),
    "reinscriptions": _("Réinscriptions"),
    "absences": _("Absences"),
    "messages": _("Messages"),
}  # what « Traitées » holds


def path_of(
    tab: str,
    opened: int | None = None,
    *,
    closed: bool = False,
    search: str = "",
    only: str = "",
    department: str = "",
) -> str:
    """The address of a file, at an open request; `closed`: of what was answered there; `search`, `only` and `department`: what is
    looked for."""
    if closed and not tab:
        tab, closed = "traitees", False
    narrowed = {"r": search, "f": only, "dep": department}
    parts = {"onglet": tab, "traitees": "1" if closed else "", **narrowed, "demande": opened}
    query = urlencode({name: value for name, value in parts.items() if value})
    return PATH + (f"?{query}" if query else "")


def draw(uow: UnitOfWork, current: str, beside: Markup | None = None, *, closed: str | None = None) -> Markup:
    """The money received twice has its file only while there is some. `closed`: of which file « Traitées » shows what was
    answered."""
    if closed is not None:
        links = [
            html.a(
                uow.translate(label),
                href=path_of(tab, closed=True),
                aria_current="page" if tab == closed else None,
            )
            for tab, label in DONE_WITH.items()
        ]
        kinds = html.nav(links, class_="kinds-done", aria_label=uow.translate("Demandes traitées"))
        return draw(uow, "traitees", beside) + kinds
    counts = dashboard_counts.counts(uow)
    files = (
        (f"{uow.translate(label)} ({counts[tab]})", path_of(tab), tab == current)
        for tab, label in TABS.items()
        if tab != "paiements" or counts[tab] or current == tab
    )
    return html.div(tabs(uow.translate("Files"), files), beside, class_="page-tabs queue-files")
