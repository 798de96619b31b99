"""Row-level access control of what is a pupil's: families meet it through their links to the pupil."""

from typing import ClassVar

from sqlalchemy import Select, and_
from sqlalchemy.orm import Session
from sqlmodel import select

from data.core import database
from data.core.roles import Role
from data.core.scope import NO_SCOPE, Clause, Key, OfSite, OwnerKeys, Scope


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


def kept_back(session: Session) -> frozenset[int]:
    """The pupils whose own address this unit of work may not read; asked when it reads its first pupil."""
    uow = session.info["unit_of_work"]
    if uow.kept_back is None:
        scoped = uow.site_id not in {None, NO_SCOPE} and uow.role != Role.MANAGER
        asked = _protected(uow.site_id, uow.family_id) if scoped else None
        uow.kept_back = frozenset(session.connection().execute(asked).scalars()) if asked is not None else frozenset()
    return frozenset(uow.kept_back)


def _protected(site_id: int, family_id: int | None) -> Select[tuple[int]]:
    """Pupils with an adult under protection in another household; for the secretariat (None), in any. Over the Core tables:
    a family's own scope does not meet the other household."""
    link, adult = (database.metadata.tables[name] for name in ("pupil_link", "guardian"))
    found = (
        select(link.c.pupil_id)
        .join_from(adult, link, link.c.family_id == adult.c.family_id)
        .where(adult.c.site_id == site_id, adult.c.contact_hidden.is_(True))
    )
    return found if family_id is None else found.where(link.c.family_id != family_id)
