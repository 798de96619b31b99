"""Several requests decided in one go, each with its letter: those of brothers and sisters, or all that is in order. Undone as one."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from data.core import edit_presence
from data.core.errors import NotFound, UserError
from data.core.roles import Role
from data.core.unit_of_work import UnitOfWork
from data.families.models import Guardian, Pupil
from data.reenrolment import queue_list, review_queue
from data.reenrolment.models import Reenrolment, ReenrolmentState, Way
from data.reenrolment.queue_list import Narrowing, Waiting
from data.reenrolment.queue_terms import Only

MAX_REQUESTS = 500  # in one go
Wanted = tuple[int, int]  # a request and the version that was read


@dataclass(frozen=True)
class Outcome:
    """How many are done, and what kept the others back: a name and why."""

    done: int
    left: Sequence[tuple[str, str]] = ()


def new_batch() -> str:
    return secrets.token_hex(6)


def in_order(uow: UnitOfWork, narrowing: Narrowing) -> list[Waiting]:
    """Of what is shown, what is complete and says nothing more: neither « à revoir », nor a colleague's, nor a departure."""
    shown = Narrowing(narrowing.search, narrowing.only | {Only.COMPLETE}, narrowing.department)
    unread = set[int | None]()  # households whose papers are the « responsable »’s
    if uow.role != Role.MANAGER:
        hidden = select(Guardian).where(col(Guardian.contact_hidden).is_(True))
        unread = {adult.family_id for adult in uow.all(hidden)}
    return [
        each
        for each in queue_list.queue(uow, shown, most=MAX_REQUESTS)
        if not each.message
        and each.sent.household_id not in unread
        and each.sent.way != Way.LEAVING
        and not (each.note and (each.note.revisit or each.note.assignee_id not in {None, uow.account_id}))
        and not edit_presence.colleague(uow, each.sent)
    ]


def accept(uow: UnitOfWork, wanted: Iterable[Wanted], batch: str) -> Outcome:
    """Each request with its documents. One that changed since, or that a colleague decided, stays as it is."""
    done, left = 0, []
    for sent_id, version in wanted:
        try:
            review_queue.decide(uow, sent_id, version, ReenrolmentState.VALIDATED, batch=batch)
            done += 1
        except UserError as why:
            left.append((_name(uow, sent_id), why.message(uow.language)))
        except NotFound:
            continue
    return Outcome(done, left)


def undo(uow: UnitOfWork, sent_ids: Iterable[int]) -> Outcome:
    """Each of them waits again; one that cannot be undone any more stays decided."""
    done, left = 0, []
    for sent_id in sent_ids:
        try:
            review_queue.undo(uow, sent_id)
            done += 1
        except UserError as why:
            left.append((_name(uow, sent_id), why.message(uow.language)))
    return Outcome(done, left)


def of_batch(uow: UnitOfWork, batch: str) -> list[int]:
    """The requests that were accepted in that go and still stand so."""
    uow.staff_only()
    same = select(Reenrolment.id).where(Reenrolment.batch == batch, Reenrolment.batch != "")
    return list(uow.all(same.order_by(col(Reenrolment.id))))


def _name(uow: UnitOfWork, sent_id: int) -> str:
    return uow.get(Pupil, uow.get(Reenrolment, sent_id).pupil_id).full_name
