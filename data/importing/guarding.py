"""What a protection order keeps from the secretariat in files: values that are not read at all, rows that no line of theirs changes.

Of a household with an adult under protection: where its adults live and how to reach them, and the same of its pupils.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import SQLModel, col, select

from data.core.errors import UserError
from data.core.roles import Role
from data.core.unit_of_work import UnitOfWork
from data.families.models import PUPIL_CONTACT, Family, Guardian, Pupil, PupilLink
from data.families.protection import CONTACT
from data.importing.snapshot import Snapshot, blank

GUARDED = UserError("Cette ligne concerne une famille que seule la direction peut modifier.")
HIDDEN: dict[type[SQLModel], frozenset[str]] = {Guardian: CONTACT, Pupil: PUPIL_CONTACT | {"search"}}


@dataclass(frozen=True)
class Guarded:
    """Households under protection that this person may not read, and their pupils; none for a « responsable »."""

    families: frozenset[int] = frozenset()
    pupils: frozenset[int] = frozenset()

    def has(self, table: type[SQLModel], row: Mapping[str, object]) -> bool:
        family = row.get("id") if table is Family else row.get("family_id")
        pupil = row.get("id") if table is Pupil else row.get("pupil_id")
        return family in self.families or pupil in self.pupils


def guarded(uow: UnitOfWork) -> Guarded:
    if uow.role == Role.MANAGER:
        return Guarded()
    families = protected_families(uow)
    linked = uow.rows(select(PupilLink.pupil_id).where(col(PupilLink.family_id).in_(families)))
    return Guarded(families, frozenset(pupil for (pupil,) in linked))


def protected_families(uow: UnitOfWork) -> frozenset[int]:
    found = uow.rows(select(Guardian.family_id).where(col(Guardian.contact_hidden).is_(True)))
    return frozenset(family for (family,) in found)


def extend(snapshot: Snapshot) -> None:
    """Who comes to a household under protection is under it too, as whom the office adds (data/directory/edit_families.py)."""
    protected = {row["family_id"] for row in snapshot.rows.get(Guardian, {}).values() if row["contact_hidden"]}
    for entity in snapshot.added.get(Guardian, ()) if protected else ():
        if (of := entity.refs.get("family_id")) is not None and of.id in protected:
            entity.values["contact_hidden"] = True


def hide(uow: UnitOfWork, snapshot: Snapshot) -> None:
    """Of a snapshot: nothing that is done with it can tell, or compare, what is not in it."""
    kept = guarded(uow)
    snapshot.guarded_families = len(kept.families)
    for table, rows in snapshot.rows.items() if kept.families else ():
        empty = blank(table)
        for entity in rows.values():
            if kept.has(table, entity.values):
                entity.guarded = True
                entity.values |= {name: empty[name] for name in HIDDEN.get(table, ())}
