"""A family's sheet: its head, and tabs with addresses of their own. Each tab draws its part, and names what it does."""

from collections.abc import Callable
from dataclasses import dataclass, field

from markupsafe import Markup

from components.layout.layout import head, way_back
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import screen
from components.ui import correction_form
from components.ui.icons import icon
from components.ui.markup import tag
from components.ui.panel import Act, Answer, Handler
from data.access_grants import grants as access_grants
from data.accounts.caller import Audience
from data.accounts.models import Account
from data.core import external_keys, formats
from data.core.errors import Faulty, Refused
from data.core.unit_of_work import Visit
from data.families import models as families
from data.families.models import Family, Guardian, Pupil, PupilLink
from pages.staff.families.families import PATH

TABS = {
    "": "Adultes",
    "eleves": "Élèves",
    "comptes": "Comptes",
    "facturation": "Facturation",
    "demandes": "Demandes",
    "courriers": "Courriers",
    "journal": "Journal",
}


@dataclass
class Desk:
    """One open sheet: which family, what its forms showed and what is wrong in them."""

    number: int
    tab: str
    shown: correction_form.Shown = field(default_factory=correction_form.Shown)

    @property
    def path(self) -> str:
        return f"{PATH}/{self.number}" + (f"/{self.tab}" if self.tab else "")


@dataclass(frozen=True)
class Sheet:
    """The family as one drawing meets it."""

    desk: Desk
    family: Family
    adults: list[Guardian]
    pupils: list[tuple[Pupil, PupilLink]]
    accounts: list[Account]


MANAGERS = {"journal"}  # the journal is the « responsable »’s, a family's part of it too


def tab(name: str, draw: Callable[[Visit, Sheet], Markup], on: Callable[[Desk], dict[str, Handler]]) -> None:
    """Register a tab's address."""

    def show(v: Visit, family: int) -> None:
        desk = Desk(family, name)
        found = families.by_number(v, family)
        Panel(
            v,
            lambda w: _draw(w, desk, draw),
            follows=[("family", found.id)],
            classes="flow families",
            on=on(desk),
        )

    path = PATH + "/{family}" + (f"/{name}" if name else "")
    screen(path, Audience.MANAGER if name in MANAGERS else Audience.STAFF, title="Famille")(show)


def _draw(v: Visit, desk: Desk, draw: Callable[[Visit, Sheet], Markup]) -> Markup:
    family = families.by_number(v, desk.number)
    adults, pupils = families.of_family(v, family.id)
    sheet = Sheet(desk, family, adults, pupils, access_grants.of_family(v, family.id))
    name = adults[0].full_name if adults else v.say("Famille n° {number}", number=family.number)
    about = [v.say("Famille n° {number}", number=family.number)]
    if code := external_keys.outside_code(v, "family", family.id):
        about.append(v.say("« {code} » dans votre logiciel", code=code))
    if family.since:
        about.append(v.say("depuis le {day}", day=formats.day(family.since)))
    about.append(v.say("{count} élève#{count} élèves", count=len(pupils)))
    back = tag("p", way_back(v.say("Toutes les familles"), PATH, data_as_left=True))
    tabs = [
        tag(
            "a",
            v.say(label),
            href=f"{PATH}/{family.number}" + (f"/{key}" if key else ""),
            aria_current="page" if key == desk.tab else None,
        )
        for key, label in TABS.items()
        if key not in MANAGERS or v.role == "responsable"
    ]
    return (
        back
        + head(name, " · ".join(about), _look(v, sheet), id_="family-title")
        + tag("nav", tabs, class_="tabs", aria_label=v.say("Fiche de la famille"))
        + draw(v, sheet)
    )


def _look(v: Visit, sheet: Sheet) -> Markup | None:
    """« Voir comme la famille »: as its first account."""
    if not families.all_shown(v, sheet.adults):
        return tag("p", v.say("Coordonnées masquées : le responsable seul voit comme cette famille."), class_="small")
    if not sheet.accounts:
        return tag("p", v.say("Aucun compte : rien à voir comme la famille."), class_="small")
    return look_as(v, sheet.family, sheet.accounts[0], v.say("Voir comme la famille"))


def look_as(v: Visit, family: Family, account: Account, words: str) -> Markup:
    return tag(
        "form",
        tag("input", type="hidden", name="compte", value=account.id),
        tag("button", icon("eye"), words, type="submit", class_="btn quiet"),
        method="post",
        action=f"{PATH}/{family.number}/voir",
        class_="as-link",
    )


def faulty(desk: Desk, key: str, act: Act, found: Faulty, prefix: str = "") -> Answer:
    """Each fault beside its field, the first one focused; what was typed stays."""
    desk.shown.faults[key], desk.shown.typed[key] = found.faults, act.values
    return Answer(focus=f"{prefix or key}-{next(iter(found.faults))}")


def told(refused: Refused, v: Visit) -> Answer:
    return Answer(dialog=refused.tell(v.tongue))
