"""The delivery: takes due letters one by one, sends each over verified TLS, writes what became of it.

Delivery is at least once: a crash between the server's 250 and our commit sends again, with the same Message-ID.
"""

import io
import logging
import random
import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from PIL import Image
from sqlalchemy import ColumnElement, func
from sqlmodel import col, or_, select, update

from data.core import events
from data.core.password_lifetimes import MAILED_DAYS, TEMPORARY_DAYS
from data.core.settings import settings
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.families import stored_files
from data.mail.letterhead import letterhead_of
from data.mail.outbox import Letter, LetterState, decrypt
from data.mail.rendering import message_of, papers_of
from data.mail.templates import LetterKind

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
MINUTE = timedelta(minutes=1)
MAX_FAILURES, REST_SECONDS = 5, 300.0  # rounds without a server; then seconds of rest


class Unreachable(OSError):
    """The mail server cannot be reached, or refuses us: no letter is at fault."""


@dataclass
class Circuit:
    """What this process knows of the mail server: how often it failed in a row, since when, why; when it is tried again."""

    failures: int = 0
    since: datetime | None = None
    reason: str = ""
    rest_until: float = 0.0  # of time.monotonic()

    @property
    def resting(self) -> bool:
        return time.monotonic() < self.rest_until


circuit = Circuit()


def go_round() -> int:
    """One round of the running process: send what is due, unless the server rests; how many left.

    After five rounds without a server it is left alone for five minutes; open pages of the staff hear of both.
    """
    if not settings().smtp_url or circuit.resting:
        return 0
    try:
        sent = deliver() if waiting()[0] else 0
    except Unreachable as error:
        if not circuit.failures:
            circuit.since = _system_now()
        circuit.failures, circuit.reason = circuit.failures + 1, str(error)[:300]
        if circuit.failures % MAX_FAILURES == 0:
            circuit.rest_until = time.monotonic() + REST_SECONDS
        log.warning("the mail server cannot be reached, letters wait: %s", error)
        _publish_to_staff()
        return 0
    if circuit.failures:
        try_now()
    return sent


def try_now() -> None:
    """Forget that the server failed: the next round tries it."""
    circuit.failures, circuit.since, circuit.reason, circuit.rest_until = 0, None, "", 0.0
    _publish_to_staff()


def _system_now() -> datetime:
    with system_unit_of_work() as uow:
        return uow.now


def _publish_to_staff() -> None:
    with system_unit_of_work() as uow:
        events.publish([("letters", site_id) for site_id in uow.all(select(Site.id))])


def deliver(most: int = 200) -> int:
    """Send the letters that are due; how many left. Unreachable when the server is: the letters wait."""
    if not settings().smtp_url:
        return 0
    sent = 0
    with _server() as server:
        for letter_id in _due(most):
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


def _due(most: int) -> list[int]:
    """The letters to send now, no more of each site than it lets leave in a minute."""
    with system_unit_of_work() as uow:
        allowed = dict(uow.rows(select(Site.id, Site.letters_per_minute)))
        left = select(Letter.site_id, func.count(col(Letter.id))).where(col(Letter.sent_at) > uow.now - MINUTE)
        for site_id, count in uow.rows(left.group_by(col(Letter.site_id))):
            allowed[site_id] -= count
        found: list[tuple[datetime, int]] = []
        for site_id, free in allowed.items():
            if free > 0:
                found += uow.rows(
                    select(Letter.due_at, Letter.id)
                    .where(Letter.site_id == site_id, _ready(uow))
                    .order_by(col(Letter.due_at), col(Letter.id))
                    .limit(min(free, most))
                )
        return [letter_id for _, letter_id in sorted(found)[:most]]


def _ready(uow: UnitOfWork) -> ColumnElement[bool]:
    return or_(
        (col(Letter.state) == LetterState.WAITING) & (col(Letter.due_at) <= uow.now),
        (col(Letter.state) == LetterState.SENDING) & (col(Letter.lease_until) < uow.now),
    )


@contextmanager
def _server() -> Iterator[smtplib.SMTP]:
    parts = urlsplit(settings().smtp_url)
    host, user = parts.hostname or "localhost", unquote(parts.username or "")
    tls = ssl.create_default_context(cafile=settings().smtp_ca_file or None)
    try:
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=10, context=tls)
        else:
            server = smtplib.SMTP(host, parts.port or 587, timeout=10)
            if parts.scheme == "smtp":
                server.starttls(context=tls)
        if user:
            server.login(user, unquote(parts.password or ""))
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(str(error)) from error
    try:
        yield server
    finally:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()


def _send_one(server: smtplib.SMTP, letter_id: int) -> bool:
    """Claim, commit, send, commit: another delivery, or a crash, never loses it."""
    with system_unit_of_work(writes=True) as uow:
        claimed = uow.change(
            update(Letter)
            .where(col(Letter.id) == letter_id, _ready(uow))
            .values(state=LetterState.SENDING, lease_until=uow.now + LEASE, attempts=Letter.attempts + 1)
        )
        if not claimed:
            return False
        letter = uow.get(Letter, letter_id)
        lasts = STAFFS_LAST if letter.kind in SENT_BY_STAFF else SECRET_LASTS
        if letter.secret and uow.now - letter.created_at > lasts:
            letter.state, letter.error, letter.secret, letter.lease_until = LetterState.CANCELLED, "expired", "", None
            uow.add(letter)
            return False
        site = uow.get(Site, letter.site_id)
    error, final = "", False
    try:
        logo = _small_logo(site.id, site.logo) if site.logo else b""
        papers, secret = papers_of(letter, letterhead_of(site), site.zone), decrypt(letter.secret)
        content = message_of(letter, secret, settings().mail_from, site.name, site.accent, logo, papers)
        server.sendmail(settings().mail_from, [letter.recipient], content)
    except smtplib.SMTPRecipientsRefused as problem:
        code, reason = next(iter(problem.recipients.values()))
        error, final = f"{code} {reason.decode(errors='replace')}", code >= 500
    except smtplib.SMTPSenderRefused as problem:  # our own address or account: no letter is at fault
        _record(letter_id, f"{problem.smtp_code} {problem.smtp_error!r}", final=False)
        raise Unreachable(f"the server refuses MAIL_FROM: {problem.smtp_code} {problem.smtp_error!r}") from problem
    except smtplib.SMTPResponseException as problem:
        error, final = f"{problem.smtp_code} {problem.smtp_error!r}", problem.smtp_code >= 500
    except (OSError, smtplib.SMTPException) as problem:
        _record(letter_id, str(problem) or type(problem).__name__, final=False)
        raise Unreachable(str(problem)) from problem
    except ValueError as problem:
        error, final = str(problem), True
    _record(letter_id, error, final=final)
    return not error


@lru_cache(maxsize=16)
def _small_logo(site_id: int, name: str) -> bytes:
    """As letters carry it: twice the height it is shown at. Nothing when the file is not there: the letter leaves."""
    try:
        with Image.open(stored_files.path_of(site_id, name), formats=["PNG"]) as drawn:
            drawn.thumbnail((480, 112))
            small = io.BytesIO()
            drawn.save(small, "PNG", optimize=True)
            return small.getvalue()
    except OSError:
        log.warning("the logo of site %s is not there", site_id)
        return b""


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
