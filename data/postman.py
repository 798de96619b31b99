"""The postman: takes due letters one by one, sends each over verified TLS, writes what became of it.

Delivery is at least once: a crash between the server's 250 and our commit sends again, with the same Message-ID.
"""

import logging
import random
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select, update

from data.letter_form import message_of
from data.letters import Letter, unseal
from data.passwords import MAILED_DAYS, TEMPORARY_DAYS
from data.settings import settings
from data.sites import Site
from data.visits import Visit, whole_house

log = logging.getLogger("anacrouse.postman")
WAITS = (1, 5, 15, 60)  # minutes after each failure, then every four hours
GIVE_UP = timedelta(hours=48)
SECRET_LASTS = timedelta(days=TEMPORARY_DAYS)  # a password that no longer opens is not sent
SENT_BY_STAFF = {"access_sent", "access_renewed"}  # these last longer: many are sent, a little at a time
STAFFS_LAST = timedelta(days=MAILED_DAYS)
LEASE = timedelta(minutes=2)


class Unreachable(OSError):
    """The mail server cannot be reached, or refuses us: no letter is at fault."""


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
    with whole_house() as v:
        created = v.all(
            select(Letter.created_at)
            .where(col(Letter.state).in_(["waiting", "sending"]), Letter.due_at <= v.now)
            .order_by(col(Letter.id))
        )
        return len(created), int((v.now - created[0]).total_seconds()) if created else 0


def _due(most: int) -> list[int]:
    with whole_house() as v:
        return [
            letter_id
            for letter_id in v.all(
                select(Letter.id).where(_ready(v)).order_by(col(Letter.due_at), col(Letter.id)).limit(most)
            )
            if letter_id
        ]


def _ready(v: Visit) -> ColumnElement[bool]:
    return or_(
        (col(Letter.state) == "waiting") & (col(Letter.due_at) <= v.now),
        (col(Letter.state) == "sending") & (col(Letter.lease_until) < v.now),
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
    except (OSError, smtplib.SMTPException) as refused:
        raise Unreachable(str(refused)) from refused
    try:
        yield server
    finally:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()


def _send_one(server: smtplib.SMTP, letter_id: int) -> bool:
    """Claim, commit, send, commit: another postman, or a crash, never loses it."""
    with whole_house(writes=True) as v:
        claimed = v.change(
            update(Letter)
            .where(col(Letter.id) == letter_id, _ready(v))
            .values(state="sending", lease_until=v.now + LEASE, attempts=Letter.attempts + 1)
        )
        if not claimed:
            return False
        letter = v.get(Letter, letter_id)
        if letter.secret and v.now - letter.created_at > (
            STAFFS_LAST if letter.kind in SENT_BY_STAFF else SECRET_LASTS
        ):
            letter.state, letter.secret, letter.lease_until = "cancelled", "", None
            v.add(letter)
            return False
        site = v.get(Site, letter.site_id).name
    error, final = "", False
    try:
        content = message_of(letter, unseal(letter.secret), settings().mail_from, site)
        server.sendmail(settings().mail_from, [letter.recipient], content)
    except smtplib.SMTPRecipientsRefused as refused:
        code, reason = next(iter(refused.recipients.values()))
        error, final = f"{code} {reason.decode(errors='replace')}", code >= 500
    except smtplib.SMTPSenderRefused as refused:  # our own address or account: no letter is at fault
        _record(letter_id, f"{refused.smtp_code} {refused.smtp_error!r}", final=False)
        raise Unreachable(f"the server refuses MAIL_FROM: {refused.smtp_code} {refused.smtp_error!r}") from refused
    except smtplib.SMTPResponseException as refused:
        error, final = f"{refused.smtp_code} {refused.smtp_error!r}", refused.smtp_code >= 500
    except (OSError, smtplib.SMTPException) as refused:
        _record(letter_id, str(refused) or type(refused).__name__, final=False)
        raise Unreachable(str(refused)) from refused
    except ValueError as refused:
        error, final = str(refused), True
    _record(letter_id, error, final=final)
    return not error


def _record(letter_id: int, error: str, *, final: bool) -> None:
    with whole_house(writes=True) as v:
        letter = v.get(Letter, letter_id, lock=True)
        letter.error, letter.lease_until = error[:300], None
        if not error:
            letter.state, letter.sent_at, letter.secret = "sent", v.now, ""
        elif final or v.now - letter.created_at > GIVE_UP:
            letter.state, letter.secret = "failed", ""
            log.warning("letter %s given up: %s", letter_id, error)
        else:
            minutes = WAITS[letter.attempts - 1] if letter.attempts <= len(WAITS) else 240
            letter.state, letter.due_at = "waiting", v.now + timedelta(minutes=minutes * random.uniform(0.8, 1.2))  # noqa: S311
            log.info("letter %s tried again in %s min: %s", letter_id, minutes, error)
        v.add(letter)
        v.tell(("letters", letter.site_id))
