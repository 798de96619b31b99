"""Row-level access control of what is a pupil's: families meet it through their links to the pupil."""

from typing import ClassVar

from sqlalchemy import Select, and_
from sqlmodel import select

from data.core import database
from data.core.scope import Clause, Key, OfSite, OwnerKeys, Scope


class OfPupil(OfSite):
    """A row of one pupil, by its `pupil_id`. The families linked to that pupil meet it, no other does."""

    scope: ClassVar[Scope] = Scope.PUPIL

    @classmethod
    def scope_clause(cls, site_id: Key, family_id: Key | None) -> Clause:
        if family_id is None:
            return super().scope_clause(site_id, family_id)
        theirs = linked_pupils(family_id)
        return lambda each: and_(each.site_id == site_id, each.pupil_id.in_(theirs))

    @classmethod
    def owner_keys(cls, site_id: int, family_id: int | None) -> OwnerKeys:
        return {"site_id": site_id} if family_id is None else {"site_id": site_id, "pupil_id": linked_pupils(family_id)}


def linked_pupils(family_id: Key) -> Select[tuple[int]]:
    """The pupils of a family, over the Core table: it is not scoped again."""
    link = database.metadata.tables["pupil_link"]
    return select(link.c.pupil_id).where(link.c.family_id == family_id)
