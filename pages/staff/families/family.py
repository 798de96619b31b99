"""A family's record: its head, and tabs with addresses of their own. Each tab draws its part, and names what it does."""

from collections.abc import Callable
from dataclasses import dataclass, field

from markupsafe import Markup

from components.layout.layout import head, way_back
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import screen
from components.ui import correction_form, html
from components.ui.icons import icon
from components.ui.panel import Act, Answer, Handler
from components.ui.tabs import tabs
from data.access_grants import grants as access_grants
from data.accounts.caller import Audience
from data.accounts.models import Account
from data.core import formats
from data.core.errors import UserError, ValidationErrors
from data.core.i18n import _
from data.core.roles import Role
from data.core.unit_of_work import UnitOfWork
from data.directory import brief
from data.directory.brief import Numbers
from data.families import models as families
from data.families import protection
from data.families.models import Family, Guardian, Pupil, PupilLink
from pages.staff.families.families import PATH

TABS = {
    "": _("En bref"),
    "adultes": _("Adultes"),
    "eleves": _("Élèves"),
    "comptes": _("Comptes"),
    "facturation": _("Facturation"),
    "demandes": _("Demandes"),
    "courriers": _("Courriers"),
    "journal": _("Journal"),
}


@dataclass
class PageState:
    """One open record: which family, what its forms showed and what is wrong in them."""

    number: int
    tab: str
    shown: correction_form.Shown = field(default_factory=correction_form.Shown)

    @property
    def path(self) -> str:
        return f"{PATH}/{self.number}" + (f"/{self.tab}" if self.tab else "")


@dataclass(frozen=True)
class FamilyView:
    """The family as one drawing meets it."""

    page_state: PageState
    family: Family
    adults: list[Guardian]
    pupils: list[tuple[Pupil, PupilLink]]
    accounts: list[Account]
    numbers: Numbers

    @property
    def counts(self) -> dict[str, int]:
        """Tab -> how much it holds."""
        numbers = self.numbers
        return {
            "adultes": len(self.adults),
            "eleves": len(self.pupils),
            "comptes": len(self.accounts),
            "facturation": numbers.bills,
            "demandes": numbers.requests,
            "courriers": numbers.letters,
        }


MANAGERS = {"journal"}  # the journal is the « responsable »’s, a family's part of it too


def tab(
    name: str, draw: Callable[[UnitOfWork, FamilyView], Markup], on: Callable[[PageState], dict[str, Handler]]
) -> None:
    """Register a tab's address."""

    def show(uow: UnitOfWork, family: int) -> str:
        page_state = PageState(family, name)
        found = families.by_number(uow, family)
        Panel(
            uow,
            lambda w: _draw(w, page_state, draw),
            follows=[("family", found.id)],
            classes="flow families",
            on=on(page_state),
        )
        return uow.translate("n° {number}", number=family)

    path = PATH + "/{family}" + (f"/{name}" if name else "")
    screen(path, Audience.MANAGER if name in MANAGERS else Audience.STAFF, title=_("Famille"))(show)


def _draw(uow: UnitOfWork, page_state: PageState, draw: Callable[[UnitOfWork, FamilyView], Markup]) -> Markup:
    family = families.by_number(uow, page_state.number)
    adults, pupils = families.of_family(uow, family.id)
    accounts, numbers = access_grants.of_family(uow, family.id), brief.numbers(uow, family.id)
    view = FamilyView(page_state, family, adults, pupils, accounts, numbers)
    name = adults[0].full_name if adults else uow.translate("Famille n° {number}", number=family.number)
    about = [uow.translate("Famille n° {number}", number=family.number)]
    if numbers.code:
        about.append(uow.translate("« {code} » dans votre logiciel", code=numbers.code))
    if family.since:
        about.append(uow.translate("depuis le {day}", day=formats.day(family.since)))
    about.append(uow.ngettext("{count} élève", "{count} élèves", count=len(pupils)))
    back = html.p(way_back(uow.translate("Toutes les familles"), PATH, data_as_left=True))
    counts = view.counts
    links = (
        (
            _counted(uow.translate(label), counts.get(key)),
            f"{PATH}/{family.number}" + (f"/{key}" if key else ""),
            key == page_state.tab,
        )
        for key, label in TABS.items()
        if key not in MANAGERS or uow.role == Role.MANAGER
    )
    return (
        back
        + head(name, " · ".join(about), _look(uow, view), id_="family-title")
        + tabs(uow.translate("Fiche de la famille"), links)
        + draw(uow, view)
    )


def _counted(label: str, count: int | None) -> str:
    return label if count is None else f"{label} ({count})"


def _look(uow: UnitOfWork, view: FamilyView) -> Markup | None:
    """« Voir comme la famille »: as its first account."""
    if not protection.all_shown(uow, view.adults):
        return html.p(
            uow.translate("Coordonnées masquées : le responsable seul voit comme cette famille."), class_="small"
        )
    if not view.accounts:
        return html.p(uow.translate("Aucun compte : rien à voir comme la famille."), class_="small")
    return look_as(uow, view.family, view.accounts[0], uow.translate("Voir comme la famille"))


def look_as(uow: UnitOfWork, family: Family, account: Account, text: str) -> Markup:
    return html.form(
        html.input(type="hidden", name="compte", value=account.id),
        html.button(icon("eye"), text, type="submit", class_="btn quiet"),
        method="post",
        action=f"{PATH}/{family.number}/voir",
        class_="as-link",
    )


def faulty(page_state: PageState, key: str, act: Act, found: ValidationErrors, prefix: str = "") -> Answer:
    """Each fault beside its field, the first one focused; what was typed stays."""
    page_state.shown.faults[key], page_state.shown.typed[key] = found.faults, act.values
    return Answer(focus=f"{prefix or key}-{next(iter(found.faults))}")


def error_answer(error: UserError, uow: UnitOfWork) -> Answer:
    return Answer(dialog=error.message(uow.language))
