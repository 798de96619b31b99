"""How a person wants the screens drawn: the choices of « Accessibilité », as a cookie and an account keep them."""

from collections.abc import Mapping
from dataclasses import dataclass

from data.accounts.models import Account
from data.core.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Choice:
    """`name` is the form's field and the attribute data-… on <html>; the value "" needs none, it is the usual look."""

    name: str
    title: str
    values: Mapping[str, str]

    @property
    def is_switch(self) -> bool:
        """One thing, on or off: a box, named by what it does."""
        return len(self.values) == 1


CHOICES = (
    Choice("theme", "Couleurs", {"": "Comme l’appareil", "light": "Claires", "dark": "Sombres"}),
    Choice("contrast", "Contraste", {"": "Comme l’appareil", "more": "Renforcé"}),
    Choice("size", "Taille du texte", {"": "100 %", "125": "125 %", "150": "150 %", "175": "175 %", "200": "200 %"}),
    Choice("lines", "Espace entre les lignes", {"": "Habituel", "more": "Grand", "most": "Très grand"}),
    Choice("letters", "Espace entre les lettres", {"": "Habituel", "more": "Grand", "most": "Très grand"}),
    Choice("font", "Police", {"": "Habituelle", "dyslexia": "Faite pour la dyslexie"}),
    Choice("links", "Liens", {"underlined": "Souligner tous les liens"}),
    Choice("targets", "Cibles", {"large": "Agrandir les boutons et les liens"}),
    Choice("motion", "Animations", {"none": "Supprimer les animations"}),
    Choice("density", "Listes", {"tight": "Resserrer les lignes des listes"}),
    Choice("layout", "Mise en page", {"simple": "Mise en page simple, sur une colonne"}),
)
MODE = {"contrast": "more", "size": "125", "lines": "more", "links": "underlined", "targets": "large", "motion": "none"}
"""What « Activer le mode Accessibilité » chooses at once."""

DisplayPreferences = Mapping[str, str]


def chosen(values: Mapping[str, object]) -> dict[str, str]:
    """Only what can be chosen; anything else is the usual look."""
    found = {choice.name: str(values.get(choice.name) or "") for choice in CHOICES}
    return {choice.name: found[choice.name] for choice in CHOICES if found[choice.name] in {*choice.values} - {""}}


def read(text: str) -> dict[str, str]:
    """A cookie's « size-150.contrast-more »."""
    return chosen(dict(part.split("-", 1) for part in text.split(".") if "-" in part))


def write(preferences: DisplayPreferences) -> str:
    return ".".join(f"{name}-{value}" for name, value in preferences.items())


def save(uow: UnitOfWork, preferences: DisplayPreferences) -> None:
    """In the account: it follows to every device."""
    account = uow.get(Account, uow.account_id)
    account.comfort = dict(preferences)
    uow.add(account)
