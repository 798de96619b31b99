"""« Communiquer les accès » to many families at once: by mail, a little at a time, or as one PDF of letters to print.

A batch is rows: which accounts, and which are done. Whoever finds one unfinished takes it up where it stands: another
process, or this one after a crash. An account is done in the transaction that writes its letter, hence once.
"""

import logging
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from pydantic import SkipValidation
from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, func
from sqlmodel import Field, col, or_, select, update

from data.access_grants import grants as access_grants
from data.accounts.models import Account
from data.core import audit, sites, stopping
from data.core.audit import Action, AuditEntry
from data.core.errors import NotFound, UserError
from data.core.i18n import _
from data.core.roles import Role
from data.core.scope import OfSite, Scope
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork, unit_of_work
from data.directory import search as family_search
from data.families import stored_files
from data.families.models import Guardian
from data.mail import letterhead
from data.mail.templates import Lane
from data.pdf import access_letters
from data.pdf.access_letters import Portal

HOWS = {"mail": _("Par e-mail"), "letter": _("Par lettre")}
STEP = 10  # mails prepared at once
AT_ONCE = 200  # accounts made in one transaction
LEASE = timedelta(minutes=5)
MAX_ACCOUNTS = 10_000
log = logging.getLogger("anacrouse.access")


class BatchState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class ItemState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"  # blocked, without address, or told by other means meanwhile


class AccessBatch(OfSite, table=True):
    """One sending. `file` is the PDF of letters, kept for a week (data/privacy/records.py)."""

    scope: ClassVar[Scope] = Scope.STAFF
    __tablename__ = "access_batch"
    __table_args__ = (UniqueConstraint("id", "site_id"),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    how: str = Field(max_length=10)  # mail | letter
    state: str = Field(default=BatchState.WAITING, max_length=10, index=True)
    author_id: int
    author: str = Field(default="", max_length=120)
    total: int = 0
    done: int = 0
    skipped: int = 0
    file: str = Field(default="", max_length=32)
    size: int = 0
    created_at: datetime
    finished_at: datetime | None = None
    lease_until: datetime | None = None


class AccessItem(OfSite, table=True):
    """One account of a batch."""

    scope: ClassVar[Scope] = Scope.STAFF
    __tablename__ = "access_item"
    __table_args__ = (
        UniqueConstraint("batch_id", "account_id"),
        ForeignKeyConstraint(["batch_id", "site_id"], ["access_batch.id", "access_batch.site_id"]),
        ForeignKeyConstraint(["account_id", "site_id"], ["account.id", "account.site_id"]),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    batch_id: int = Field(index=True)
    account_id: int = Field(index=True)
    state: str = Field(default=ItemState.WAITING, max_length=10)


def to_inform(uow: UnitOfWork) -> tuple[int, int]:
    """How many accounts were never told about, and how many of them have an e-mail address."""
    uow.staff_only()
    of_them = select(func.count(col(Account.id))).where(*family_search.never_informed())
    with_mail = of_them.join(Guardian, col(Guardian.id) == Account.guardian_id).where(Guardian.email != "")
    return uow.count(of_them), uow.count(with_mail)


def create_accounts(
    open_unit_of_work: Callable[..., AbstractContextManager[UnitOfWork]], family_ids: Sequence[int] | None
) -> int:
    """An account for each adult who has none: of these families, or of all that have a pupil. How many were made.

    A little at a time: others write meanwhile, and a second press goes on where the first was interrupted.
    """
    with open_unit_of_work() as uow:
        left = access_grants.without_account(uow, family_ids)
    made = 0
    for at in range(0, len(left), AT_ONCE):
        with open_unit_of_work(writes=True) as uow:
            made += access_grants.create_some(uow, left[at : at + AT_ONCE])
            uow.publish(("access", uow.site_id or 0), ("families", uow.site_id or 0))
    return made


def start(uow: UnitOfWork, how: str, account_ids: Sequence[int] | None = None) -> AccessBatch:
    """A batch of all accounts never told about, or of the chosen ones. While one is under way, a second press is the first's,
    and another choice is refused.

    By mail, those without address are left for the letters.
    """
    uow.staff_only()
    if how not in HOWS:
        raise UserError("Choisissez une réponse de la liste.")
    uow.get(Site, uow.site_id, lock=True)  # two presses wait for each other
    under_way = uow.one(select(AccessBatch).where(AccessBatch.how == how, AccessBatch.state == BatchState.WAITING))
    question = (
        select(Account.id)
        .join(Guardian, col(Guardian.id) == Account.guardian_id)
        .where(Account.role == Role.FAMILY, col(Account.disabled).is_(False))
    )
    chosen_ones = family_search.never_informed() if account_ids is None else (col(Account.id).in_(account_ids),)
    question = question.where(*chosen_ones)
    if how == "mail":
        question = question.where(Guardian.email != "")
    chosen = uow.all(question.order_by(col(Account.id)).limit(MAX_ACCOUNTS))
    if under_way is not None:
        same = account_ids is None or set(chosen) == _accounts_of(uow, under_way)
        if not same:
            raise UserError("Un autre envoi est en cours : attendez qu’il finisse, puis recommencez.")
        return under_way
    if not chosen:
        raise UserError("Aucun accès n’est à communiquer ainsi.")
    batch = uow.add(
        AccessBatch(
            site_id=uow.site_id or 0,
            how=how,
            author_id=uow.account_id or 0,
            author=uow.name[:120],
            total=len(chosen),
            created_at=uow.now,
        )
    )
    uow.add_all(AccessItem(site_id=uow.site_id or 0, batch_id=batch.id, account_id=each) for each in chosen)
    audit.note_record(uow, Action.ACCESS_BATCH, batch,
                 changes={_("Envoi"): ["", HOWS[how]], _("Comptes"): ["", len(chosen)]})  # fmt: skip
    uow.publish(("access", uow.site_id or 0))
    return batch


def _accounts_of(uow: UnitOfWork, batch: AccessBatch) -> set[int]:
    return set(uow.all(select(AccessItem.account_id).where(AccessItem.batch_id == batch.id)))


def latest(uow: UnitOfWork, most: int = 10) -> list[AccessBatch]:
    uow.staff_only()
    return list(uow.all(select(AccessBatch).order_by(col(AccessBatch.id).desc()).limit(most)))


def content_of(uow: UnitOfWork, batch_id: int) -> bytes:
    """The PDF of a finished batch; NotFound when there is none. The journal says who opened it."""
    uow.staff_only()
    batch = uow.get(AccessBatch, batch_id)
    content = stored_files.read(batch.site_id, batch.file)
    if content is None:
        raise NotFound(f"letters of batch {batch_id}")
    if uow.role != Role.MANAGER and _holds_hidden(uow, batch):
        raise NotFound(f"letters of batch {batch_id}, with protected addresses")
    audit.note_record(uow, Action.ACCESS_LETTERS_READ, batch)
    return content


def _holds_hidden(uow: UnitOfWork, batch: AccessBatch) -> bool:
    """Whether its letters may bear an address under protection: they do not when the secretariat had them written, and it was
    protected then already. The journal says both."""
    hidden = uow.all(
        select(Guardian.id)
        .join(Account, col(Account.guardian_id) == Guardian.id)
        .join(AccessItem, col(AccessItem.account_id) == Account.id)
        .where(AccessItem.batch_id == batch.id, col(Guardian.contact_hidden).is_(True))
    )
    noted = select(AuditEntry).where(col(AuditEntry.at) >= batch.created_at)
    begun = noted.where(AuditEntry.action == Action.ACCESS_BATCH, AuditEntry.subject_id == batch.id)
    since = noted.where(AuditEntry.action == Action.CONTACT_HIDDEN, col(AuditEntry.subject_id).in_(hidden))
    author = uow.one(begun)
    return author is None or (bool(hidden) and (author.role == Role.MANAGER or uow.one(since) is not None))


# The work: off the loop, in a thread of its own


def waiting() -> list[int]:
    """Batches that nobody works at."""
    with system_unit_of_work() as uow:
        free = or_(col(AccessBatch.lease_until).is_(None), col(AccessBatch.lease_until) < uow.now)
        return list(
            uow.all(
                select(AccessBatch.id)
                .where(AccessBatch.state == BatchState.WAITING, free)
                .order_by(col(AccessBatch.id))
            )
        )


def work(batch_id: int) -> None:
    """All that is left of a batch. A fault, or the end of the process, leaves it for another round; its lease says when."""
    with system_unit_of_work(writes=True) as uow:
        free = or_(col(AccessBatch.lease_until).is_(None), col(AccessBatch.lease_until) < uow.now)
        if not uow.change(
            update(AccessBatch)
            .where(col(AccessBatch.id) == batch_id, col(AccessBatch.state) == BatchState.WAITING, free)
            .values(lease_until=uow.now + LEASE)
        ):
            return
        batch = uow.get(AccessBatch, batch_id)
        author = uow.get(Account, batch.author_id)
    if not author.is_staff:
        _finish(author, batch_id, state=BatchState.FAILED)
        return
    if batch.how == "mail":
        while mail_some(author, batch_id):
            if stopping.asked():
                _release(batch_id)
                return
        _finish(author, batch_id)
    else:
        _print_all(author, batch_id)


def mail_some(author: Account, batch_id: int, most: int = STEP) -> bool:
    """The next few: passwords first, then one transaction. False when nothing is left."""
    with unit_of_work(author) as uow:
        items = uow.all(_left(batch_id).limit(most))
    made = [access_grants.make_password_now() for _ in items]
    with unit_of_work(author, writes=True) as uow:
        a_minute = max(1, sites.here(uow).letters_per_minute)
        batch = uow.get(AccessBatch, batch_id, lock=True)
        for item, new in zip(items, made, strict=True):
            fresh = uow.get(AccessItem, item.id, lock=True)
            if fresh.state != ItemState.WAITING:
                continue
            account = uow.get(Account, fresh.account_id)
            already_informed = account.access_sent_at is not None and account.access_sent_at >= batch.created_at
            try:
                if already_informed:
                    raise UserError("Cet accès a été communiqué entre-temps.")
                access_grants.mail(uow, account.id, new, delay=(batch.done * 60) // a_minute, lane=Lane.MAILING)
                fresh.state = ItemState.DONE
                batch.done += 1
            except UserError:
                fresh.state = ItemState.SKIPPED
                batch.skipped += 1
            uow.add(fresh)
        batch.lease_until = uow.now + LEASE
        uow.add(batch)
        uow.publish(("access", batch.site_id))
    return bool(items)


def _left(batch_id: int):  # type: ignore[no-untyped-def]
    return (
        select(AccessItem)
        .where(AccessItem.batch_id == batch_id, AccessItem.state == ItemState.WAITING)
        .order_by(col(AccessItem.id))
    )


def _print_all(author: Account, batch_id: int) -> None:
    """The PDF, written by a process of its own; then, at once, every account of it is told."""
    with unit_of_work(author) as uow:
        site, items = sites.here(uow), uow.all(_left(batch_id))
        found = access_grants.letters_for(uow, [item.account_id for item in items])
        portal = Portal(letterhead.letterhead_of(site), access_grants.portal_address(), uow.today)
    with tempfile.TemporaryDirectory(prefix="anacrouse-letters-") as folder:
        content = (
            access_letters.write_many(
                portal, [letter for _, letter in found], Path(folder), lambda done: _progress(author, batch_id, done)
            )
            if found
            else b""
        )
    name = stored_files.write(author.site_id, content) if content else ""
    written = {account.id for account, _ in found}
    with unit_of_work(author, writes=True) as uow:
        batch = uow.get(AccessBatch, batch_id, lock=True)
        for item in uow.all(_left(batch_id)):
            item.state = ItemState.DONE if item.account_id in written else ItemState.SKIPPED
            uow.add(item)
        batch.done, batch.skipped = len(written), batch.total - len(written)
        batch.file, batch.size, batch.state, batch.finished_at = name, len(content), BatchState.DONE, uow.now
        uow.add(batch)
        access_grants.hand_out(uow, uow.all(select(Account).where(col(Account.id).in_(written))), uow.now)
        uow.publish(("access", batch.site_id))


def _progress(author: Account, batch_id: int, done: int) -> None:
    with unit_of_work(author, writes=True) as uow:
        batch = uow.get(AccessBatch, batch_id, lock=True)
        batch.done, batch.lease_until = done, uow.now + LEASE
        uow.add(batch)
        uow.publish(("access", batch.site_id))


def _release(batch_id: int) -> None:
    """Whoever comes next goes on with it at once."""
    with system_unit_of_work(writes=True) as uow:
        batch = uow.get(AccessBatch, batch_id, lock=True)
        batch.lease_until = None
        uow.add(batch)


def _finish(author: Account, batch_id: int, state: BatchState = BatchState.DONE) -> None:
    with system_unit_of_work(writes=True) as uow:
        batch = uow.get(AccessBatch, batch_id, lock=True)
        batch.state, batch.finished_at = state, uow.now
        uow.add(batch)
        uow.publish(("access", batch.site_id))
