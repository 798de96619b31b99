"""A letter to a group leaves: its households are fixed when somebody presses, their letters are written by rounds.

A round locks the letter and writes some households' letters, with the mark that they are written, in one transaction: a stop or
a second process writes none twice, and the next round goes on.
"""

import logging
from datetime import datetime

from sqlmodel import col, select

from data.core import stopping
from data.core.database import logs_the_fault
from data.core.errors import UserError
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.group_letters import audience, composing, writing
from data.group_letters.models import UNREACHED, GroupLetter, GroupLetterState, GroupRecipient
from data.mail import outbox
from data.mail.outbox import LetterState
from data.mail.rendering import deliverable

AT_ONCE = 100  # households of a transaction
MAX_HOUSEHOLDS = 20_000
log = logging.getLogger("anacrouse.group_letters")


def send(uow: UnitOfWork, letter_id: int, version: int) -> int:
    """To whom the choice finds now; how many households are written to: the others are told otherwise. UserError when a
    colleague changed it, or nobody can be written to."""
    uow.staff_only()
    letter = writing.draft(uow, letter_id)
    if letter.version != version:
        raise UserError("Ce courrier a changé depuis que vous l’avez relu : relisez-le, puis envoyez-le.")
    found = audience.households(uow, audience.choice_of(letter))
    reached = sum(1 for each in found if each.accounts)
    if not reached:
        raise UserError("Aucune famille de ce choix ne peut être jointe par le portail : rien n’est parti.")
    if len(found) > MAX_HOUSEHOLDS:
        raise UserError("{most} familles au plus : resserrez le choix.", most=MAX_HOUSEHOLDS)
    uow.add_all(
        GroupRecipient(
            site_id=letter.site_id,
            letter_id=letter.id,
            family_id=each.family_id,
            reach=each.reach,
            asked=letter.asks and each.asked,
            pupils=[pupil.id for pupil in each.pupils],
        )
        for each in found
    )
    letter.state, letter.sent_at, letter.written_by = GroupLetterState.SENDING, uow.now, uow.name
    uow.add(letter)
    writing.note_sent(uow, letter, len(found))
    uow.publish(("group letters", letter.site_id))
    return reached


def go_round(*, now: datetime | None = None) -> None:
    """Again and again: letters whose households are not all written to. Nothing is locked where none is."""
    with system_unit_of_work(now=now) as uow:
        waiting = list(uow.all(select(GroupLetter.id).where(GroupLetter.state == GroupLetterState.SENDING)))
    for letter_id in waiting:
        with logs_the_fault(log, "the letter to a group %s", letter_id):
            while not stopping.asked() and _write_some(letter_id, now):
                pass


def _write_some(letter_id: int, now: datetime | None) -> bool:
    """Whether there is more to write."""
    with system_unit_of_work(writes=True, now=now) as uow:
        letter = uow.get(GroupLetter, letter_id, lock=True)
        rows = uow.all(
            select(GroupRecipient)
            .where(
                GroupRecipient.letter_id == letter_id,
                col(GroupRecipient.written_at).is_(None),
                col(GroupRecipient.reach).not_in(UNREACHED),
            )
            .order_by(col(GroupRecipient.id))
            .limit(AT_ONCE)
        )
        if letter.state == GroupLetterState.SENDING:
            uow.zone = uow.get(Site, letter.site_id).zone
            _write(uow, letter, {row.family_id or 0: row for row in rows})
            if len(rows) < AT_ONCE:
                letter.state = GroupLetterState.SENT
                uow.add(letter)
        uow.publish(("group letters", letter.site_id), ("letters", letter.site_id))
        return letter.state == GroupLetterState.SENDING


def _write(uow: UnitOfWork, letter: GroupLetter, rows: dict[int, GroupRecipient]) -> None:
    found = audience.of_families(uow, {family_id: row.pupils for family_id, row in rows.items()})
    what = composing.known(uow, letter, found)
    for each in found:
        row = rows[each.family_id]
        each.asked = row.asked
        for made in composing.letters_of(uow, letter, each, what):
            posted = outbox.post(uow, made)
            if not deliverable(posted.recipient):
                posted.state, posted.error = LetterState.PORTAL, ""
        row.reach, row.written_at = each.reach, uow.now
        uow.add(row)
        uow.publish(("family", each.family_id))
