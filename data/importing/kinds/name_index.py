"""Adults and pupils of the site by the words of their names: accents, capitals, hyphens and the order of the words do not matter."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from data.core.fields import fold
from data.core.plain_text import spelt_out
from data.families.models import Guardian, Pupil, PupilLink
from data.importing import name_cells
from data.importing.snapshot import Entity, Snapshot

Words = frozenset[str]
NEAR = 85  # of 100: from there two names may be one, badly written
WORD = re.compile(r"[^\W_]+")
CIVILITIES = {*name_cells.CIVILITIES, "dr", "melle", "et", "ou"}


def words_of(*names: str) -> Words:
    """« M. Martin-Durand, Éloi » is « durand eloi martin »."""
    words = [word for name in names for word in WORD.findall(fold(name))]
    return frozenset(word for word in words if word not in CIVILITIES)


def names_of(last: str, first: str = "") -> tuple[Words, ...]:
    """Whom two cells, or one, name: « DUPONT Jean et Anne » are two people, « RIOU née PRAT » one by either name."""
    if first:
        pieces = [piece for part in name_cells.BETWEEN.split(first) for piece in name_cells.AND.split(part)]
        return tuple(dict.fromkeys(filter(None, (words_of(last, piece) for piece in pieces))))
    people = name_cells.read_people(last).names
    return tuple(dict.fromkeys(filter(None, (words_of(each.last, each.first) for each in people))))


@dataclass(frozen=True, eq=False)
class Somebody:
    """An adult or a pupil, with the families that they belong to."""

    entity: Entity
    words: Words
    surname: Words
    families: tuple[int, ...]

    @property
    def is_pupil(self) -> bool:
        return self.entity.table is Pupil


@dataclass
class NameIndex:
    """Of the whole site, made when the first name is looked for."""

    made: bool = False
    people: dict[int, list[Somebody]] = field(default_factory=dict)  # of each family
    families: dict[int, list[int]] = field(default_factory=dict)  # of each pupil
    by_words: dict[Words, list[Somebody]] = field(default_factory=dict)
    by_surname: dict[str, list[Somebody]] = field(default_factory=dict)  # each word of it
    by_initials: dict[str, list[Somebody]] = field(default_factory=dict)
    by_email: dict[str, set[int]] = field(default_factory=dict)

    def exact(self, names: Iterable[Words], *, pupils: bool = False) -> list[Somebody]:
        """Who has these very words; a single one is a surname that many may have, and says nobody for sure."""
        found = {id(each): each for words in names if len(words) > 1 for each in self.by_words.get(words, ())}
        return [each for each in found.values() if each.is_pupil or not pupils]

    def near(self, names: Iterable[Words], *, pupils: bool = False) -> list[Somebody]:
        """Who may be meant: a name more or less, an initial, a slip of the fingers, then whoever has the surname."""
        found: dict[int, tuple[int, Somebody]] = {}
        for words in names:
            for order, each in self._near(words):
                if each.is_pupil or not pupils:
                    found.setdefault(id(each), (order, each))
        return [each for _, each in sorted(found.values(), key=lambda pair: pair[0])]

    def _near(self, words: Words) -> Iterator[tuple[int, Somebody]]:
        whole, initials = {word for word in words if len(word) > 1}, {word for word in words if len(word) == 1}
        text = " ".join(sorted(words))
        for each in self.by_initials.get(_initials(words), ()):
            if fuzz.ratio(text, " ".join(sorted(each.words))) >= NEAR:
                yield 0, each
        for word in whole:
            for each in self.by_surname.get(word, ()):
                starts = {word[0] for word in each.words - each.surname}
                if (whole <= each.words or each.words <= words) and initials <= starts:
                    yield 0, each
                elif each.surname <= words:
                    yield 1, each


def _initials(words: Words) -> str:
    return "".join(sorted(word[0] for word in words))


def index_of(snapshot: Snapshot) -> NameIndex:
    index = snapshot.context(NameIndex)
    if not index.made:
        index.made = True
        for link in snapshot.every(PupilLink):
            index.families.setdefault(link["pupil_id"], []).append(link["family_id"])
        for adult in snapshot.every(Guardian):
            _add(index, adult, (adult["family_id"],), adult["birth_name"])
        for pupil in snapshot.every(Pupil):
            _add(index, pupil, tuple(index.families.get(pupil.id or 0, ())), "")
    return index


def _add(index: NameIndex, entity: Entity, families: tuple[int, ...], birth_name: str) -> None:
    last, first, email = entity["last_name"], entity["first_name"], entity["email"]
    somebody = Somebody(entity, words_of(last, first), words_of(last), families)
    ways = {words_of(last, first), words_of(spelt_out(last), spelt_out(first))}
    if birth_name:
        ways |= {words_of(birth_name, first), words_of(last, birth_name, first)}
    for way in filter(None, ways):
        index.by_words.setdefault(way, []).append(somebody)
    for word in words_of(last, birth_name):
        if len(word) > 1:
            index.by_surname.setdefault(word, []).append(somebody)
    index.by_initials.setdefault(_initials(somebody.words), []).append(somebody)
    for family in families:
        index.people.setdefault(family, []).append(somebody)
        if email:
            index.by_email.setdefault(email.casefold(), set()).add(family)
