"""Names in place of a number: whose family a line is of, which pupil. What is not sure is asked, and nobody else's is ever taken for it.

A name that one family has, and that nothing else of the line contradicts, is that family; it is told by what it was recognised. A name
that several have is asked, always, as is one that is only near; one that nobody has waits for a number, or its lines are left out.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import SQLModel

from data.core import formats
from data.core.errors import UserError
from data.core.fields import full_name
from data.core.i18n import _
from data.families.models import Family, Guardian, Pupil
from data.importing.kinds.name_columns import IN_PLACE_OF_FAMILY
from data.importing.kinds.name_index import NameIndex, Somebody, Words, index_of, names_of
from data.importing.questions import TYPED, Choice, Question
from data.importing.records import known_as, shown_number
from data.importing.snapshot import Entity, Line, Recognised, Snapshot

MAX_CANDIDATES = 8
NAME, EMAIL, BIRTH, POSTCODE, PUPILS_NAME, ANSWER = (
    _("nom"),
    _("e-mail"),
    _("date de naissance"),
    _("code postal"),
    _("nom de l’élève"),
    _("votre réponse"),
)
OUT = Choice("out", UserError("Aucun : laisser de côté"))
ALL_OUT = Choice("out", UserError("Laisser ces lignes de côté"))
ONE_BY_ONE = Choice("split", UserError("Donner un numéro à chacun de ces noms"))
NOT_RECOGNISED = UserError("Nom que vous avez laissé de côté")


@dataclass(frozen=True)
class Said:
    """What a line says of whom it is about."""

    payers: tuple[Words, ...] = ()
    pupils: tuple[Words, ...] = ()
    email: str = ""
    postcode: str = ""
    birth: date | None = None
    text: str = ""  # as the file writes it

    @property
    def key(self) -> str:
        names = [sorted(words) for words in (*self.payers, *self.pupils)]
        return hashlib.sha256(repr((names, self.email, self.postcode, self.birth)).encode()).hexdigest()[:12]


@dataclass
class Judged:
    """Whom that may be: (key of a family or pupil). `sure`: the first one is, by these signs."""

    keys: list[int] = field(default_factory=list)
    sure: bool = False
    by: tuple[str, ...] = ()


@dataclass
class Verdicts:
    """Each saying is judged once."""

    found: dict[Said, Judged] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """What names stand for: the table, the column whose number they replace, the columns that have them; what is asked."""

    table: type[SQLModel]
    column: str
    titles: Sequence[str]
    said_of: Callable[[Line], Said | None]
    judge: Callable[[Said, NameIndex], Judged]
    choice: Callable[[Snapshot, Entity], UserError]
    key: str  # of its questions
    nothing: UserError  # said by the line
    whose: str
    nobody: UserError
    entry: UserError


def families(lines: Iterable[Line], snapshot: Snapshot, *, known: Callable[[Line], bool] = lambda line: False) -> None:
    """Each line's family, where the file gives names and no number. `known`: something else of the line says it."""
    _recognise(lines, snapshot, FAMILIES, known)


def pupils(lines: Iterable[Line], snapshot: Snapshot) -> None:
    """Each line's pupil, likewise."""
    _recognise(lines, snapshot, PUPILS, lambda line: False)


def _recognise(lines: Iterable[Line], snapshot: Snapshot, target: Target, known: Callable[[Line], bool]) -> None:
    there = [name for name in target.titles if name in snapshot.titles]
    if not there:
        return
    for line in lines:
        given = line.get(target.column) or target.column in line.bad
        if given or line.number in snapshot.aside or known(line):
            continue
        said = target.said_of(line)
        if said is None:
            line.fault(there[0], target.nothing)
            line.bad.add(target.column)
        else:
            _settle(line, snapshot, said, target)


def _said_of_family(line: Line) -> Said | None:
    last, first = str(line.get("payer_last_name", "")), str(line.get("payer_first_name", ""))
    payers = names_of(last, first) or names_of(str(line.get("payer", "")))
    pupil = _said_of_pupil(line)
    email = str(line.get("payer_email", "")).casefold()
    if not (payers or pupil or email):
        return None
    payer = f"{first} {last}".strip() or str(line.get("payer", ""))
    return Said(
        payers,
        pupil.pupils if pupil else (),
        email,
        str(line.get("payer_postcode", "")).replace(" ", "").zfill(5) if line.get("payer_postcode") else "",
        line.get("pupil_birth_date"),
        " / ".join(filter(None, (payer, pupil.text if pupil else "", "" if payer or pupil else email))),
    )


def _said_of_pupil(line: Line) -> Said | None:
    last, first = str(line.get("pupil_last_name", "")), str(line.get("pupil_first_name", ""))
    names = names_of(last, first)
    if not names:
        return None
    return Said(pupils=names, birth=line.get("pupil_birth_date"), text=f"{first} {last}".strip())


# Who that is


def _born_then(people: Sequence[Somebody], said: Said) -> list[Somebody]:
    """Those who are born that day; all of them when none is, or nothing says it."""
    same = [each for each in people if said.birth and each.entity["birth_date"] == said.birth]
    return same or list(people)


def _of_families(people: Iterable[Somebody]) -> dict[int, None]:
    return {family: None for each in people for family in each.families}


def _judge_family(said: Said, index: NameIndex) -> Judged:
    payers = _born_then(index.exact(said.payers), said) if not said.pupils else index.exact(said.payers)
    learners = _born_then(index.exact(said.pupils, pupils=True), said)
    by_email = index.by_email.get(said.email, set()) if said.email else set()
    theirs, childrens = _of_families(payers), _of_families(learners)
    named = [each for each, names in ((theirs, said.payers), (childrens, said.pupils)) if names]
    agreed = [key for key in named[0] if all(key in each for each in named)] if named else sorted(by_email)
    keys, sure = agreed or [key for each in named for key in each], bool(agreed)
    if by_email and not by_email & set(keys):
        keys, sure = [*sorted(by_email), *keys], False
    if len(keys) != 1 or _contradicted(keys[0], said, index, (*payers, *learners)):
        sure = False
    if not keys:
        keys = [*_of_families([*index.near(said.pupils, pupils=True), *index.near(said.payers)])]
    signs = (
        (NAME, bool(theirs)),
        (PUPILS_NAME, bool(childrens)),
        (EMAIL, bool(by_email)),
        (BIRTH, bool(said.birth) and any(each.entity["birth_date"] == said.birth for each in (*payers, *learners))),
        (POSTCODE, sure and said.postcode in _postcodes(keys[0], index)),
    )
    keys.sort(key=lambda key: key not in by_email)
    return Judged([*dict.fromkeys(keys)], sure, tuple(sign for sign, holds in signs if holds))


def _postcodes(family: int, index: NameIndex) -> set[str]:
    found = {each.entity["postcode"] for each in index.people.get(family, ()) if not each.is_pupil}
    return {each.replace(" ", "") for each in found if each}


def _contradicted(family: int, said: Said, index: NameIndex, people: Iterable[Somebody]) -> bool:
    """Another e-mail, another post code, another birth date than the family is known by."""
    emails = {each.entity["email"].casefold() for each in index.people.get(family, ()) if each.entity["email"]}
    if said.email and emails and said.email not in emails:
        return True
    postcodes = _postcodes(family, index)
    if said.postcode and postcodes and said.postcode not in postcodes:
        return True
    births = {each.entity["birth_date"] for each in people if family in each.families} - {None}
    return bool(said.birth and births and said.birth not in births)


def _judge_pupil(said: Said, index: NameIndex) -> Judged:
    there = _born_then(index.exact(said.pupils, pupils=True), said)
    births = {each.entity["birth_date"] for each in there} - {None}
    same_birth = bool(said.birth) and said.birth in births
    sure = len(there) == 1 and not (said.birth and births and not same_birth)
    found = there or index.near(said.pupils, pupils=True)
    by = (NAME, BIRTH) if same_birth else (NAME,)
    return Judged([*dict.fromkeys(each.entity.id or 0 for each in found)], sure, by)


# What is asked


def _settle(line: Line, snapshot: Snapshot, said: Said, target: Target) -> None:
    verdicts = snapshot.context(Verdicts).found
    if said not in verdicts:
        verdicts[said] = target.judge(said, index_of(snapshot))
    judged = verdicts[said]
    if judged.sure:
        _take(line, snapshot, target, said, snapshot.at(target.table, judged.keys[0]), judged.by)
        return
    answer = _ask(line, snapshot, said, target, judged)
    if answer == OUT.value:
        snapshot.put_aside(line, NOT_RECOGNISED, said.text, line.get("cents", line.get("total", 0)))
    elif answer.startswith(TYPED):
        typed = answer.removeprefix(TYPED).strip()
        found = known_as(snapshot, target.table, typed) if typed else None
        if found is None:
            why = UserError(
                "« {number} » n’est le numéro de personne. Changez la réponse, ou laissez ces lignes de côté.",
                number=typed,
            )
            line.fault(_column(line, target), why)
        _take(line, snapshot, target, said, found, (ANSWER,))
    elif answer:
        _take(line, snapshot, target, said, snapshot.at(target.table, int(answer)), (ANSWER,))
    else:
        line.bad.add(target.column)


def _take(
    line: Line, snapshot: Snapshot, target: Target, said: Said, found: Entity | None, by: tuple[str, ...]
) -> None:
    if found is None:
        line.bad.add(target.column)
        return
    line.found[target.column] = found
    line.values[target.column] = shown_number(snapshot, found)
    snapshot.recognised.append(Recognised(line.number, said.text, _who(snapshot, found), by))


def _column(line: Line, target: Target) -> str:
    names = ("payer_last_name", "payer", "pupil_last_name", "payer_email")
    return (
        next((name for name in names if line.get(name)), target.column) if target.table is Family else "pupil_last_name"
    )


def _ask(line: Line, snapshot: Snapshot, said: Said, target: Target, judged: Judged) -> str:
    """The key of a family or pupil, `OUT`, or a number that was typed."""
    key, sample = f"{target.key}:{said.key}", _sample(line, said)
    sentence = UserError(target.whose, name=said.text)
    if not judged.keys:
        alone = Question(key, sentence, (OUT,), entry=target.entry)
        asked = Question(f"{target.key}:unknown", target.nobody, (ALL_OUT,))
        return snapshot.questions.ask_part(
            asked, said.key, line=line.number, sample=sample, depends=ONE_BY_ONE, alone=alone
        )
    there = [snapshot.at(target.table, each) for each in judged.keys[:MAX_CANDIDATES]]
    choices = [Choice(str(each.id), target.choice(snapshot, each)) for each in there if each is not None]
    asked = Question(key, sentence, (*choices, OUT), entry=target.entry)
    return snapshot.questions.ask_part(asked, str(line.number), line=line.number, sample=sample)


def _sample(line: Line, said: Said) -> str:
    cents, day = line.get("cents", line.get("total")), line.get("day")
    parts = [
        said.text,
        said.email,
        said.postcode,
        f"{said.birth:%d/%m/%Y}" if said.birth else "",
        formats.euros(cents, "fr") if isinstance(cents, int) else "",
        f"{day:%d/%m/%Y}" if isinstance(day, date) else "",
    ]
    return ", ".join(dict.fromkeys(filter(None, parts)))


def _adults_of(snapshot: Snapshot, family: int) -> list[Entity]:
    people = index_of(snapshot).people.get(family, ())
    return sorted((each.entity for each in people if not each.is_pupil), key=lambda each: each["rank"])


def _called(people: Iterable[Entity]) -> str:
    return ", ".join(full_name(each["first_name"], each["last_name"]) for each in people) or "–"


def _family_choice(snapshot: Snapshot, family: Entity) -> UserError:
    """A family by its number, town, people; where a household under protection lives is not told."""
    adults = _adults_of(snapshot, family.id or 0)
    learners = [each.entity for each in index_of(snapshot).people.get(family.id or 0, ()) if each.is_pupil]
    town = (
        ""
        if any(each["contact_hidden"] for each in adults)
        else next((each["town"] for each in adults if each["town"]), "")
    )
    placeholders = {"number": shown_number(snapshot, family), "adults": _called(adults), "pupils": _called(learners)}
    if town:
        return UserError("Famille n° {number}, {town} : {adults} ; élèves : {pupils}", town=town, **placeholders)
    return UserError("Famille n° {number} : {adults} ; élèves : {pupils}", **placeholders)


def _pupil_choice(snapshot: Snapshot, pupil: Entity) -> UserError:
    """A pupil by number, birth date and adults."""
    families_of = index_of(snapshot).families.get(pupil.id or 0, ())
    adults = [adult for family in families_of for adult in _adults_of(snapshot, family)]
    placeholders = {"number": shown_number(snapshot, pupil), "name": _called([pupil]), "adults": _called(adults)}
    if birth := pupil["birth_date"]:
        return UserError(
            "Élève n° {number}, {name}, né(e) le {birth} ; adultes : {adults}",
            birth=f"{birth:%d/%m/%Y}",
            **placeholders,
        )
    return UserError("Élève n° {number}, {name} ; adultes : {adults}", **placeholders)


FAMILIES = Target(
    Family,
    "family",
    IN_PLACE_OF_FAMILY,
    _said_of_family,
    _judge_family,
    _family_choice,
    key="payer",
    nothing=UserError("Cette ligne ne dit pas de quelle famille elle est : ni numéro, ni nom."),
    whose=_("« {name} » : de quelle famille est-ce ?"),
    nobody=UserError("Aucune famille n’est connue sous ces noms."),
    entry=UserError("ou le numéro de famille"),
)
PUPILS = Target(
    Pupil,
    "pupil",
    ("pupil_last_name",),
    _said_of_pupil,
    _judge_pupil,
    _pupil_choice,
    key="pupil",
    nothing=UserError("Cette ligne ne dit pas de quel élève elle est : ni numéro, ni nom."),
    whose=_("« {name} » : de quel élève est-ce ?"),
    nobody=UserError("Aucun élève n’est connu sous ces noms."),
    entry=UserError("ou le numéro d’élève"),
)


def _who(snapshot: Snapshot, found: Entity) -> str:
    people = _adults_of(snapshot, found.id or 0) if found.table is Family else [found]
    return f"n° {shown_number(snapshot, found)} : {_called(people)}"


def family_of(line: Line, snapshot: Snapshot) -> Entity | None:
    """The family of a line, as far as it is sure; nothing is asked."""
    if typed := str(line.get("family", "")):
        return known_as(snapshot, Family, typed)
    said = _said_of_family(line)
    if said is None:
        return None
    judged = _judge_family(said, index_of(snapshot))
    return snapshot.at(Family, judged.keys[0]) if judged.sure else None


def adult_named(line: Line, snapshot: Snapshot, family: Entity) -> Entity | None:
    """The adult of the line's family whom its names are."""
    if not any(line.get(name) for name in ("payer_last_name", "payer")):
        return None
    said = _said_of_family(line)
    words = said.payers if said else ()
    people = index_of(snapshot).people.get(family.id or 0, ())
    return next((each.entity for each in people if each.entity.table is Guardian and each.words in words), None)
