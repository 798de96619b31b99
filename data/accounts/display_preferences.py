"""How a person wants the screens drawn: the choices of « Accessibilité », as a cookie and an account keep them."""

from collections.abc import Mapping
from dataclasses import dataclass

from data.accounts.models import Account
from data.core.i18n import _
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
    Choice("theme", _("Couleurs"), {"": _("Comme l’appareil"), "light": _("Claires"), "dark": _("Sombres")}),
    Choice("contrast", _("Contraste"), {"": _("Comme l’appareil"), "more": _("Renforcé")}),
    Choice(
        "size",
        _("Taille du texte"),
        {"": _("100 %"), "125": _("125 %"), "150": _("150 %"), "175": _("175 %"), "200": _("200 %")},
    ),
    Choice("lines", _("Espace entre les lignes"), {"": _("Habituel"), "more": _("Grand"), "most": _("Très grand")}),
    Choice("letters", _("Espace entre les lettres"), {"": _("Habituel"), "more": _("Grand"), "most": _("Très grand")}),
    Choice("font", _("Police"), {"": _("Habituelle"), "dyslexia": _("Faite pour la dyslexie")}),
    Choice("links", _("Liens"), {"underlined": _("Souligner tous les liens")}),
    Choice("targets", _("Cibles"), {"large": _("Agrandir les boutons et les liens")}),
    Choice("motion", _("Animations"), {"none": _("Supprimer les animations")}),
    Choice("density", _("Listes"), {"tight": _("Resserrer les lignes des listes")}),
    Choice("layout", _("Mise en page"), {"simple": _("Mise en page simple, sur une colonne")}),
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
