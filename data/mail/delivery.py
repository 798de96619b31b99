"""The delivery: takes due letters one by one, sends each over verified TLS, writes what became of it.

Delivery is at least once: a crash between the server's 250 and our commit sends again, with the same Message-ID.
"""

import io
import logging
import random
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import lru_cache

from PIL import Image
from sqlalchemy import ColumnElement, func
from sqlmodel import col, or_, select, update

from data.core import stopping
from data.core.database import Fault, Unavailable
from data.core.encryption import CannotDecrypt
from data.core.password_lifetimes import MAILED_DAYS, TEMPORARY_DAYS
from data.core.settings import settings
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.families import stored_files
from data.mail import outages
from data.mail.letterhead import letterhead_of
from data.mail.outbox import Letter, LetterState, decrypt
from data.mail.rendering import Unsafe, message_of, papers_of
from data.mail.smtp_session import MailServer, NotSent, Unreachable
from data.mail.templates import Lane, LetterKind

log = logging.getLogger("anacrouse.postman")
RETRY_MINUTES = (1, 5, 15, 60)  # minutes after each failure, then every four hours
GIVE_UP_AFTER = timedelta(hours=48)
SECRET_LASTS = timedelta(days=TEMPORARY_DAYS)  # a password that no longer opens is not sent
SENT_BY_STAFF = {
    LetterKind.ACCESS_SENT,
    LetterKind.ACCESS_RENEWED,
    LetterKind.STAFF_WELCOME,
}  # these open for as long as this
STAFFS_LAST = timedelta(days=MAILED_DAYS)
LEASE = timedelta(minutes=2)
AT_ONCE = 10  # letters, until it is asked again which go first
MINUTE = timedelta(minutes=1)


def go_round() -> int:
    """One round of the running process: send what is due, unless the server rests; how many left.

    After five rounds without a server it is left alone for five minutes; open pages of the staff hear of both.
    """
    if not settings().smtp_url or outages.resting():
        return 0
    try:
        sent = deliver() if waiting()[0] else 0
    except Unreachable as error:
        outages.note(str(error))
        log.warning("the mail server cannot be reached, letters wait: %s", error)
        return 0
    outages.over()
    return sent


def deliver(most: int = 200) -> int:
    """Send the letters that are due; how many left. Unreachable when the server is: the letters wait.

    A few at a time, so that what somebody just asked for does not wait for the end of a mailing.
    """
    if not settings().smtp_url:
        return 0
    sent, tried = 0, set[int]()
    with MailServer() as server:
        while len(tried) < most and (due := _due(min(AT_ONCE, most - len(tried)), tried)):
            for letter_id in due:
                if stopping.asked():
                    return sent
                server.connected()
                tried.add(letter_id)
                sent += _send_one(server, letter_id)
    return sent


def waiting() -> tuple[int, int]:
    """How many letters are due, and the age of the oldest in seconds."""
    with system_unit_of_work() as uow:
        [(count, oldest)] = uow.rows(
            select(func.count(col(Letter.id)), func.min(Letter.created_at)).where(
                col(Letter.state).in_([LetterState.WAITING, LetterState.SENDING]), Letter.due_at <= uow.now
            )
        )
        return count, int((uow.now - oldest).total_seconds()) if oldest else 0


def _due(most: int, tried: Collection[int]) -> list[int]:
    """The letters to send now: first what people wait for, then the sites in turn, so that one's mailing holds up no other.

    No more of each site than it lets leave in a minute; of that, a fifth is kept from mailings.
    """
    with system_unit_of_work() as uow:
        limits = dict(uow.rows(select(Site.id, Site.letters_per_minute)))
        left = select(Letter.site_id, func.count(col(Letter.id))).where(col(Letter.sent_at) > uow.now - MINUTE)
        gone = dict(uow.rows(left.group_by(col(Letter.site_id))))
        found: list[tuple[int, int, datetime, int]] = []
        for site_id, limit in limits.items():
            free = limit - gone.get(site_id, 0)
            for_mailings = free - limit // 5
            if free <= 0:
                continue
            of_site = uow.rows(
                select(Letter.lane, Letter.due_at, Letter.id)
                .where(Letter.site_id == site_id, _ready(uow), col(Letter.id).not_in(tried))
                .order_by(col(Letter.lane), col(Letter.due_at), col(Letter.id))
                .limit(min(free, most))
            )
            found += [
                (lane, turn, due_at, letter_id)
                for turn, (lane, due_at, letter_id) in enumerate(of_site)
                if lane < Lane.MAILING or turn < for_mailings
            ]
        return [letter_id for *_, letter_id in sorted(found)[:most]]


def _ready(uow: UnitOfWork) -> ColumnElement[bool]:
    return or_(
        (col(Letter.state) == LetterState.WAITING) & (col(Letter.due_at) <= uow.now),
        (col(Letter.state) == LetterState.SENDING) & (col(Letter.lease_until) < uow.now),
    )


def _send_one(server: MailServer, letter_id: int) -> bool:
    """Claim, commit, send, commit: another delivery, or a crash, never loses it. Whatever is wrong with it stays its own."""
    try:
        claimed = _leased(letter_id)
        if claimed is None:
            return False
        letter, site = claimed
        server.send(letter.recipient, _content(letter, site))
    except Unreachable as problem:
        _record(letter_id, str(problem), final=False)
        raise
    except NotSent as problem:
        _record(letter_id, problem.reason, final=problem.final)
        return False
    except Unavailable:
        raise
    except Fault as fault:  # its row cannot be read: the others' can
        log.error("letter %s cannot be read in the database: %s", letter_id, fault)
        return False
    except Exception:  # a fault of ours, which a newer program may mend
        log.exception("letter %s cannot be composed", letter_id)
        _put_off(letter_id)
        return False
    _record(letter_id, "", final=False)
    return True


def _leased(letter_id: int) -> tuple[Letter, Site] | None:
    """The letter, ours for two minutes, and its site; None when another has it, or its password opens no more."""
    with system_unit_of_work(writes=True) as uow:
        claimed = uow.change(
            update(Letter)
            .where(col(Letter.id) == letter_id, _ready(uow))
            .values(state=LetterState.SENDING, lease_until=uow.now + LEASE, attempts=Letter.attempts + 1)
        )
        if not claimed:
            return None
        letter = uow.get(Letter, letter_id)
        lasts = STAFFS_LAST if letter.kind in SENT_BY_STAFF else SECRET_LASTS
        if letter.secret and uow.now - letter.created_at > lasts:
            letter.state, letter.error, letter.secret, letter.lease_until = LetterState.CANCELLED, "expired", "", None
            uow.add(letter)
            return None
        return letter, uow.get(Site, letter.site_id)


def _content(letter: Letter, site: Site) -> bytes:
    try:
        secret = decrypt(letter.secret)
    except CannotDecrypt as problem:  # the key was changed
        raise NotSent("unreadable", final=True) from problem
    logo = _small_logo(site.id, site.logo) if site.logo else b""
    papers = papers_of(letter, letterhead_of(site), site.zone)
    try:
        return message_of(letter, secret, settings().mail_from, site.name, site.accent, logo, papers)
    except Unsafe as problem:
        raise NotSent(str(problem), final=True) from problem


@lru_cache(maxsize=16)
def _small_logo(site_id: int, name: str) -> bytes:
    """As letters carry it: twice the height it is shown at. Nothing when the file is not there: the letter leaves."""
    try:
        with Image.open(io.BytesIO(stored_files.read(site_id, name) or b""), formats=["PNG"]) as drawn:
            drawn.thumbnail((480, 112))
            small = io.BytesIO()
            drawn.save(small, "PNG", optimize=True)
            return small.getvalue()
    except OSError:
        log.warning("the logo of site %s is not there", site_id)
        return b""


def _put_off(letter_id: int) -> None:
    """Tried again as others are; given up at once where its very row cannot be read."""
    try:
        _record(letter_id, "unmade", final=False)
    except (ValueError, TypeError):
        _give_up(letter_id)


def _give_up(letter_id: int) -> None:
    log.warning("letter %s given up: its row cannot be read", letter_id)
    with system_unit_of_work(writes=True) as uow:
        uow.change(
            update(Letter)
            .where(col(Letter.id) == letter_id, col(Letter.state).in_([LetterState.WAITING, LetterState.SENDING]))
            .values(state=LetterState.FAILED, error="unmade", secret="", lease_until=None)
            .execution_options(synchronize_session=False)
        )


def _record(letter_id: int, error: str, *, final: bool) -> None:
    with system_unit_of_work(writes=True) as uow:
        letter = uow.one(select(Letter).where(Letter.id == letter_id).with_for_update())
        if letter is None:
            return  # its family was erased while it was on its way
        letter.error, letter.lease_until = error[:300], None
        if not error:
            letter.state, letter.sent_at, letter.secret = LetterState.SENT, uow.now, ""
        elif final or uow.now - letter.created_at > GIVE_UP_AFTER:
            letter.state, letter.secret = LetterState.FAILED if final else LetterState.ABANDONED, ""
            log.warning("letter %s given up: %s", letter_id, error)
        else:
            minutes = RETRY_MINUTES[letter.attempts - 1] if letter.attempts <= len(RETRY_MINUTES) else 240
            letter.state = LetterState.WAITING
            letter.due_at = uow.now + timedelta(minutes=minutes * random.uniform(0.8, 1.2))  # noqa: S311
            log.info("letter %s tried again in %s min: %s", letter_id, minutes, error)
        uow.add(letter)
        uow.publish(("letters", letter.site_id), ("account letters", letter.account_id or 0))
