"""A pupil's households, as a line says them: nothing that is there rises unsaid."""

from dataclasses import dataclass

from data.core.errors import UserError
from data.core.fields import full_name
from data.families.models import Family, HouseholdRank, PupilLink, Rights
from data.importing.records import shown_number
from data.importing.snapshot import Draft, Entity, Line, Snapshot


@dataclass
class Homes:
    """The pupils' principal households, of those that the database has."""

    principal: dict[int, Entity] | None = None


def _homes(snapshot: Snapshot) -> dict[int, Entity]:
    """Pupil -> the link to its principal household, of those that the database has."""
    seen = snapshot.context(Homes)
    if seen.principal is None:
        links = (each for each in snapshot.every(PupilLink) if each["household"] == HouseholdRank.PRINCIPAL)
        seen.principal = {each["pupil_id"]: each for each in links}
    return seen.principal


def link_pupil(
    line: Line,
    snapshot: Snapshot,
    ends: tuple[Entity, Entity],
    values: dict[str, str],
    new: dict[str, str],
    *,
    once: bool = False,
) -> None:
    """The pupil belongs to the family; a second principal household is said, and rights that rise.
    `values`: what the line says of a link; `new`: what one has that is not there yet."""
    pupil, family = ends
    there = snapshot.find(PupilLink, (pupil, family))
    if there is not None and there.id is not None:
        _say_what_rises(line, snapshot, ends, there, values)
    if (pupil.id is not None and there is None and {**new, **values}.get("household") != HouseholdRank.SECOND) and (
        home := _homes(snapshot).get(pupil.id)
    ) is not None:
        number = shown_number(snapshot, snapshot.at(Family, home["family_id"]))
        snapshot.add_conflict(
            line,
            "link",
            UserError(
                "{name} est déjà rattaché à la famille {number} : la famille de cette ligne verrait aussi son dossier.",
                name=full_name(pupil["first_name"], pupil["last_name"]),
                number=number,
            ),
        )
    refs = {"pupil_id": pupil, "family_id": family}
    snapshot.put(line, Draft(PupilLink, [(pupil, family)], values, refs=refs, new=new), once=once)


def _say_what_rises(
    line: Line, snapshot: Snapshot, ends: tuple[Entity, Entity], there: Entity, values: dict[str, str]
) -> None:
    """A household that could only consult may change everything, or becomes the principal one."""
    pupil, family = ends
    name, number = full_name(pupil["first_name"], pupil["last_name"]), shown_number(snapshot, family)
    if there["rights"] == Rights.CONSULT and values.get("rights") == Rights.ALL:
        sentence = UserError(
            "{name} : la famille {number} ne pouvait que consulter son dossier, elle pourrait tout y faire.",
            name=name,
            number=number,
        )
        snapshot.add_conflict(line, "link", sentence)
    if there["household"] == HouseholdRank.SECOND and values.get("household") == HouseholdRank.PRINCIPAL:
        sentence = UserError(
            "{name} : la famille {number}, second foyer, deviendrait son foyer principal.", name=name, number=number
        )
        snapshot.add_conflict(line, "link", sentence)
