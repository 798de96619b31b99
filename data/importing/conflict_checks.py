"""What an import would do that somebody must read first: people who may be there twice, requests that wait, decisions undone.

Nobody is merged in silence, and nothing a family asked for is overwritten unseen.
"""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz
from sqlmodel import SQLModel, col, select

from data.change_requests.models import ChangeRequest, ChangeState, FieldChange
from data.core.errors import UserError
from data.core.fields import fold, full_name
from data.core.unit_of_work import UnitOfWork
from data.families.models import Family, Guardian, Pupil
from data.importing import guarding
from data.importing.kinds.families import ADULT, PUPIL_FIELDS
from data.importing.questions import Choice, Question
from data.importing.records import shown_number
from data.importing.snapshot import Entity, Line, Snapshot

# Letters of other alphabets that look like ours: a name written with them is another text, and the same person.
ALIKE = str.maketrans("авеікмнорсстухѕјԁһӏүαβεικνορτυχ", "abeikmhopcctyxsjdhlyabeikvoptux")
IDENTIFYING = ("last_name", "first_name", "birth_date")  # of a line where one cannot be read, nobody is compared
PHONES = ("phone_home", "phone_mobile", "phone_work")
NO_SIGN = re.compile(r"[\W_]")
LABELS = {**{each.name: each.label for each in PUPIL_FIELDS}, **{each.name: each.label for each in ADULT}}


@dataclass
class Requests:
    """What families asked for: (sheet, its key, field) -> the value asked, or what an accepted one replaced and gave."""

    waiting: dict[tuple[str, int, str], str] = field(default_factory=dict)
    accepted: dict[tuple[str, int, str], tuple[str, str]] = field(default_factory=dict)


@lru_cache(maxsize=65_536)  # the same names and streets again and again
def skeleton(name: str) -> str:
    """What the eye reads: accents, case, signs and look-alike letters do not matter."""
    return NO_SIGN.sub("", fold(name).translate(ALIKE))


def load(uow: UnitOfWork, snapshot: Snapshot) -> None:
    """Requests that wait, and what was accepted and may not be in the other program yet."""
    waiting: dict[tuple[str, int, str], str] = {}
    accepted: dict[tuple[str, int, str], tuple[str, str]] = {}
    kept = guarding.guarded(uow)
    tables: dict[str, type[SQLModel]] = {"guardian": Guardian, "pupil": Pupil}
    for request, change in uow.rows(
        select(ChangeRequest, FieldChange)
        .join(FieldChange, col(FieldChange.request_id) == ChangeRequest.id)
        .where(col(FieldChange.state).in_([ChangeState.PENDING, ChangeState.ACCEPTED]))
        .order_by(col(FieldChange.id))
    ):
        whose = {"id": request.sheet_id, "family_id": request.family_id}
        if kept.has(tables[request.sheet], whose):
            continue  # what it asked is not for who reads this
        where = (request.sheet, request.sheet_id, change.field)
        if change.state == ChangeState.PENDING:
            waiting[where] = change.new
        else:
            accepted[where] = (change.old, change.new)
    requests = snapshot.context(Requests)
    requests.waiting, requests.accepted = waiting, accepted


def look(snapshot: Snapshot, lines: Iterable[Line]) -> None:
    """Add to the snapshot's conflicts what its new and changed rows raise."""
    unread = {line.number for line in lines if any(name.endswith(IDENTIFYING) for name in line.bad)}
    for table in (Guardian, Pupil):
        if table in snapshot.index:
            _requests(snapshot, table)
            _twins(snapshot, table, unread)


def _requests(snapshot: Snapshot, table: type[SQLModel]) -> None:
    sheet, fields = table.__name__.lower(), ADULT if table is Guardian else PUPIL_FIELDS
    kinds = {each.name: each.kind for each in fields}
    for entity in [each for each in snapshot.changed.values() if each.table is table]:
        for name, (old, new) in entity.changes.items():
            where = (sheet, entity.id or 0, name)
            if name not in kinds:
                continue
            before, after = kinds[name].show(old), kinds[name].show(new)
            placeholders = {"field": LABELS[name], "name": _name(entity)}
            asked = snapshot.context(Requests).waiting.get(where)
            if asked is not None:
                asked_text = kinds[name].format_value(asked, "fr")
                snapshot.conflicts.append(
                    (
                        entity.line_number,
                        "request",
                        UserError(
                            "{name} : la famille a demandé à changer « {field} » en « {asked} ». La demande restera en attente.",
                            asked=asked_text,
                            **placeholders,
                        ),
                    )
                )
            if snapshot.context(Requests).accepted.get(where) == (after, before):
                snapshot.conflicts.append(
                    (
                        entity.line_number,
                        "undone",
                        UserError(
                            "{name} : « {field} » reprendrait la valeur d’avant une demande acceptée.", **placeholders
                        ),
                    )
                )


def _name(entity: Entity) -> str:
    return full_name(entity["first_name"], entity["last_name"])


def _twins(snapshot: Snapshot, table: type[SQLModel], unread: Container[int]) -> None:
    """New people beside those who are there, and beside each other."""
    by_name: dict[Any, list[Entity]] = {}
    by_birth: dict[Any, list[Entity]] = {}
    by_home: dict[Any, list[Entity]] = {}
    new = [each for each in snapshot.added.get(table, ()) if each.line_number not in unread]
    if not new:
        return
    for entity in (*snapshot.every(table), *new):
        full = skeleton(entity["last_name"]), skeleton(entity["first_name"])
        if not any(full):
            continue
        near: list[Entity] = [*by_name.get(full, ())]
        if entity["birth_date"]:
            near += by_birth.get(entity["birth_date"], [])
        home = _home(entity)
        if home:
            near += by_home.get(home, [])
        if entity.id is None:
            _compare(snapshot, entity, near)
        by_name.setdefault(full, []).append(entity)
        if entity["birth_date"]:
            by_birth.setdefault(entity["birth_date"], []).append(entity)
        if home:
            by_home.setdefault(home, []).append(entity)


def _home(entity: Entity) -> tuple[str, str] | None:
    if entity.table is Guardian and entity["address"] and entity["postcode"]:
        return skeleton(entity["address"]), entity["postcode"]
    return None


def _compare(snapshot: Snapshot, entity: Entity, near: Iterable[Entity]) -> None:
    seen: set[int] = set()
    full = skeleton(entity["last_name"]) + " " + skeleton(entity["first_name"])
    for other in list(near)[:50]:
        if id(other) in seen:
            continue
        seen.add(id(other))
        theirs = skeleton(other["last_name"]) + " " + skeleton(other["first_name"])
        births = {entity["birth_date"], other["birth_date"]} - {None}
        if len(births) > 1 or fuzz.ratio(full, theirs) < (100 if not births and _home(entity) != _home(other) else 90):
            continue
        if _family(snapshot, entity) is not None and _family(snapshot, entity) is _family(snapshot, other):
            continue  # two of one family: a line about each
        if _namesakes(entity, other):
            continue
        if _brothers(entity, other):
            _say_brothers(snapshot, entity, other)
            continue
        snapshot.conflicts.append((entity.line_number, "twin", _twin_warning(snapshot, entity, other)))
        return


def _namesakes(entity: Entity, other: Entity) -> bool:
    """Two adults of one file who share a name, and neither birth date, address, e-mail nor number, though it gives some for both."""
    if entity.table is not Guardian or other.id is not None:
        return False
    if (_home(entity) and _home(entity) == _home(other)) or (entity["birth_date"] and other["birth_date"]):
        return False  # of two birth dates that differ nobody is compared
    ways = [{each[name] for name in (*PHONES, "email") if each[name]} for each in (entity, other)]
    return all(ways) and not ways[0] & ways[1]


def _brothers(entity: Entity, other: Entity) -> bool:
    """Two first names of one surname and one birth date: twins, most often."""
    return (
        entity.table is Pupil
        and skeleton(entity["last_name"]) == skeleton(other["last_name"])
        and skeleton(entity["first_name"]) != skeleton(other["first_name"])
    )


def _say_brothers(snapshot: Snapshot, entity: Entity, other: Entity) -> None:
    sentence = UserError("Ces élèves ont le même nom, la même date de naissance et des prénoms qui se ressemblent.")
    choices = (Choice("two", UserError("Ce sont des enfants différents, chacun garde sa fiche")),)
    sample = f"{_name(other)} / {_name(entity)}"
    snapshot.questions.ask(Question("twins", sentence, choices, stops=False), line=entity.line_number, sample=sample)


def _family(snapshot: Snapshot, entity: Entity) -> Entity | None:
    if entity.table is not Guardian:
        return None
    return entity.refs.get("family_id") or snapshot.at(Family, entity["family_id"])


def _twin_warning(snapshot: Snapshot, entity: Entity, other: Entity) -> UserError:
    if other.id is None:
        return UserError(
            "{name} est peut-être la même personne qu’à la ligne {line}.", name=_name(entity), line=other.line_number
        )
    number = shown_number(snapshot, other if other.table is Pupil else _family(snapshot, other))
    if other.table is Pupil:
        return UserError(
            "{name} est peut-être déjà là : l’élève n° {number}, {other}.",
            name=_name(entity),
            number=number,
            other=_name(other),
        )
    return UserError(
        "{name} est peut-être déjà là : {other}, famille n° {number}.",
        name=_name(entity),
        number=number,
        other=_name(other),
    )
