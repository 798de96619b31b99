"""A number and a name on one line that are not of the same people: told, for one of the two is wrong or somebody else pays."""

from data.core.errors import UserError
from data.core.fields import full_name
from data.families.models import Pupil
from data.importing.kinds.name_index import index_of, words_of
from data.importing.records import shown_number
from data.importing.snapshot import Entity, Line, Snapshot


def check_family(line: Line, snapshot: Snapshot, row: Entity, family: Entity) -> None:
    """Of a new invoice or payment, whose family a number says."""
    if row.id is None and "family" not in line.found:
        people = [each.entity for each in index_of(snapshot).people.get(family.id or 0, ())] if _named(line) else []
        _compare(line, snapshot, people, family)


def check_pupil(line: Line, snapshot: Snapshot, pupil: Entity) -> None:
    if "pupil" not in line.found:
        _compare(line, snapshot, [pupil], pupil)


def _named(line: Line) -> list[str]:
    """The names of the line, each with its first name."""
    pairs = (
        (str(line.get(f"{who}_first_name", "")), str(line.get(f"{who}_last_name", ""))) for who in ("payer", "pupil")
    )
    return [f"{first} {last}".strip() for first, last in pairs if last]


def _compare(line: Line, snapshot: Snapshot, people: list[Entity], found: Entity) -> None:
    """No word in common with anybody's name."""
    named = _named(line)
    known = {word for each in people for word in words_of(each["last_name"], each["first_name"])}
    if not named or not known or words_of(*named) & known:
        return
    words = {
        "name": " / ".join(named),
        "number": shown_number(snapshot, found),
        "people": ", ".join(full_name(each["first_name"], each["last_name"]) for each in people),
    }
    sentence = (
        UserError("Le fichier nomme {name}, et l’élève n° {number} est {people} : est-ce le bon numéro ?", **words)
        if found.table is Pupil
        else UserError(
            "Le fichier nomme {name}, et la famille n° {number} est celle de {people} : est-ce le bon numéro ?", **words
        )
    )
    snapshot.add_conflict(line, "named", sentence)
