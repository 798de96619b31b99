"""Whose a column is when its title does not say: by its number (« Tél 2 »), or by its place after a person's name."""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

Said = dict[int, tuple[str, str]]  # place -> (group, the title's other words); "" for a group that is not said
NUMBER = re.compile(r"(.+?)(?: n)? ([1-9])")
NAMES = frozenset("nom nom complet prenom prenoms et famille usage usuel identite responsable eleve".split())
REACHED = frozenset(
    "telephone mobile e mail mails fixe domicile professionnel professeur bureau adresse contact".split()
)
BIRTH = frozenset("date naissance ne nee e ddn".split())
PLACE = frozenset("adresse rue voie complement code postal ville commune localite pays".split())
LESSON = frozenset("discipline instrument cours activite classe niveau cycle cursus sexe".split())


class Sort(StrEnum):
    NAME = "name"
    CONTACT = "contact"
    BIRTH = "birth"
    PLACE = "place"
    LESSON = "lesson"
    OTHER = ""


def sort_of(words: str) -> Sort:
    """What a title's plain words are about."""
    given = set(words.split())
    if given <= NAMES:
        return Sort.NAME
    if given <= REACHED and given & {"telephone", "mobile", "mail", "mails", "fixe"}:
        return Sort.CONTACT
    if given <= BIRTH and given & {"naissance", "ne", "nee", "ddn"}:
        return Sort.BIRTH
    if given <= PLACE:
        return Sort.PLACE
    return Sort.LESSON if given <= LESSON else Sort.OTHER


@dataclass
class Places:
    """The columns of a file. `bare`: a title's words without number; `numbers`: the number, "" for none; `sure`: whose it is."""

    said: Said
    bare: dict[int, str] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)
    unsure: set[int] = field(default_factory=set)

    @property
    def adults(self) -> list[str]:
        """Those who are named, in the order of their last names' columns."""
        last = {group: at for at, (group, words) in self.said.items() if group.startswith("adult") and _names(words)}
        return sorted(last, key=lambda group: last[group])

    @property
    def has_two_towns(self) -> bool:
        """« CP 2 », « Ville 2 »: « Adresse 2 » is another address, and no second line of the first."""
        return any(
            number == "2" and {"postal", "ville"} & {*self.bare[at].split()} for at, number in self.numbers.items()
        )

    def owner(self, at: int) -> tuple[int, str] | None:
        """The column of a name before `at`, and whose it is."""
        before = (each for each in range(at - 1, -1, -1) if _names(self.said[each][1]))
        return next(((each, self.said[each][0]) for each in before), None)

    def follows(self, at: int, name_at: int, group: str) -> bool:
        """Nothing but what is said of one person stands between a name and the column."""
        between = range(name_at + 1, at)
        return all(
            self.said[each][0] in {"", group} and sort_of(self.bare[each]) not in {Sort.LESSON, Sort.OTHER}
            for each in between
        )


def number_of(title: str) -> str:
    """« 2 » of « Tél 2 », « Tél. n°2 »; else ""."""
    found = re.search(r"(?<![\d])([1-9])\s*$", title)
    return found[1] if found else ""


def _names(words: str) -> bool:
    return sort_of(words) == Sort.NAME


def placed(
    heads: Sequence[str], said: Said, twins: Mapping[int, str], *, numbered: bool, grown: Container[int]
) -> Places:
    """Every column with its owner, as far as titles, numbers and places tell.

    `twins`: the words of a title that is there twice; `numbered`: adults are told by numbers; `grown`: columns whose
    dates can be those of adults.
    """
    places = Places(dict(said))
    for at, (group, words) in said.items():
        found = None if at in twins else NUMBER.fullmatch(words)
        places.bare[at] = twins.get(at) or (found[1] if found else words)
        places.numbers[at] = found[2] if found and not group else ""
    adults, pupils = places.adults, {group for group, _ in said.values() if group.startswith("pupil")}
    for at in [at for at, (group, _) in said.items() if not group]:
        words, number, sort = places.bare[at], places.numbers[at], sort_of(places.bare[at])
        child = f"pupil{number}" if number != "1" else "pupil"
        if number and sort == Sort.CONTACT and len(adults) > 1 and f"adult{number}" in adults:
            places.said[at] = f"adult{number}", words
            places.unsure |= set() if numbered else {at}
        elif number and sort == Sort.PLACE and numbered and f"adult{number}" in adults and places.has_two_towns:
            places.said[at] = f"adult{number}", words
        elif number and sort in {Sort.BIRTH, Sort.LESSON} and len(pupils) > 1 and child in pupils:
            places.said[at] = child, words
        elif sort == Sort.BIRTH and (group := _born(places, at, number, grown)):
            places.said[at] = group, words
    if len(adults) > 1:
        _by_place(places, adults)
    return places


def _born(places: Places, at: int, number: str, grown: Container[int]) -> str:
    """Whose birth date a column is: of the name before it, of an adult only when the dates can be theirs."""
    owner = places.owner(at)
    if owner is None or number:
        return ""
    return owner[1] if owner[1].startswith("pupil") or at in grown else ""


def _by_place(places: Places, adults: list[str]) -> None:
    """Telephones and e-mails that follow an adult's name, where another adult's name comes further on, or has the like."""
    followed: dict[int, str] = {}
    for at, (group, _) in places.said.items():
        sort, owner = sort_of(places.bare[at]), places.owner(at)
        if group or sort not in {Sort.CONTACT, Sort.PLACE}:
            continue
        if owner and owner[1] in adults and places.follows(at, *owner):
            followed[at] = owner[1]
        elif sort == Sort.CONTACT:
            places.unsure.add(at)
    has = {(group, places.bare[at]) for at, (group, _) in places.said.items() if group}
    has |= {(group, places.bare[at]) for at, group in followed.items()}
    for at, group in followed.items():
        words, contact = places.bare[at], sort_of(places.bare[at]) == Sort.CONTACT
        others = any((other, words) in has for other in adults if other != group)
        if others or (contact and group != adults[-1]):
            places.said[at] = group, words
        elif contact:
            places.unsure.add(at)
