"""Who pays and where, when the file does not say: the adult whom it names, or the family's first one."""

from dataclasses import dataclass, field

from data.core.fields import full_name
from data.families.models import Guardian
from data.importing.kinds import named_people
from data.importing.snapshot import Entity, Line, Snapshot


@dataclass
class FirstAdults:
    """Each family's, by its key."""

    read: bool = False
    adults: dict[int, Entity] = field(default_factory=dict)


def first(snapshot: Snapshot, family: Entity) -> dict[str, str]:
    """The family's first adult; nothing when it has none."""
    known = snapshot.context(FirstAdults)
    if not known.read:
        known.read = True
        adults = sorted(snapshot.every(Guardian), key=lambda each: -each["rank"])
        known.adults = {each["family_id"]: each for each in adults}
    adult = known.adults.get(family.id or 0)
    return _of(adult) if adult else {}


def named(line: Line, snapshot: Snapshot, family: Entity) -> dict[str, str]:
    """The adult of the family whom the line names; else its first one."""
    adult = named_people.adult_named(line, snapshot, family)
    return _of(adult) if adult else first(snapshot, family)


def _of(adult: Entity) -> dict[str, str]:
    lines = [adult["address"], adult["complement"], f"{adult['postcode']} {adult['town']}".strip()]
    return {
        "payer": full_name(adult["first_name"], adult["last_name"]),
        "payer_address": "\n".join(filter(None, lines)),
    }
