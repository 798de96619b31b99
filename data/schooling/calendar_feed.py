"""« Recevoir l’agenda »: a private address at which a calendar program reads the lessons of the family's pupils (RFC 5545)."""

import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import SkipValidation
from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, col, select

from data.accounts.models import Account
from data.accounts.sessions import digest
from data.core import audit, sites
from data.core.errors import NotFound
from data.core.scope import OfFamily
from data.core.settings import settings
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork, unit_of_work
from data.families import models as families
from data.families.models import of_its_site
from data.schooling.models import Course, Enrolment, EnrolmentStatus, Lesson, LessonState, Teacher

BACK, AHEAD = timedelta(days=60), timedelta(days=400)


class AgendaKey(OfFamily, table=True):
    """An account's address of its agenda. The address holds a token, the row its SHA-256."""

    __tablename__ = "agenda_key"
    __table_args__ = (
        of_its_site(),
        ForeignKeyConstraint(["account_id", "site_id"], ["account.id", "account.site_id"]),
        UniqueConstraint("account_id"),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    account_id: int
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime
    read_at: datetime | None = None


def mine(uow: UnitOfWork) -> AgendaKey | None:
    return uow.one(select(AgendaKey).where(AgendaKey.account_id == uow.account_id))


def renew(uow: UnitOfWork) -> str:
    """A new address, told once; the former one answers no more."""
    if uow.is_staff or not uow.family_id:
        raise NotFound("agenda")
    token = secrets.token_urlsafe(32)
    account = uow.get(Account, uow.account_id, lock=True)
    row = mine(uow)
    action = "agenda renewed" if row else "agenda opened"
    if row is None:
        row = AgendaKey(
            site_id=account.site_id,
            family_id=account.family_id,
            account_id=account.id,
            token_hash="",
            created_at=uow.now,
        )
    row.token_hash, row.created_at, row.read_at = digest(token), uow.now, None
    uow.add(row)
    audit.note(uow, action, subject="account", subject_id=account.id)
    return f"{settings().public_url}/agenda/{token}.ics"


def close(uow: UnitOfWork) -> None:
    """The address answers no more."""
    row = mine(uow)
    if row is not None:
        uow.delete(row)
        audit.note(uow, "agenda closed", subject="account", subject_id=row.account_id)


def calendar(token: str, *, now: datetime | None = None) -> bytes:
    """The calendar at that address; NotFound when there is none."""
    if not 20 <= len(token) <= 100:
        raise NotFound("agenda")
    with system_unit_of_work(now=now) as uow:
        found = uow.rows(
            select(AgendaKey, Account)
            .join(Account, col(Account.id) == AgendaKey.account_id)
            .where(AgendaKey.token_hash == digest(token))
        )
    if not found or found[0][1].disabled:
        raise NotFound("agenda")
    key, account = found[0]
    with unit_of_work(account, now=now) as uow:
        written = write(uow)
    if key.read_at is None or uow.now - key.read_at > timedelta(hours=1):
        with unit_of_work(account, writes=True, now=now) as uow:
            row = mine(uow)
            if row is not None:
                row.read_at = uow.now
                uow.add(row)
    return written


def write(uow: UnitOfWork) -> bytes:
    """The lessons of the unit of work's own family, two months back and a year ahead."""
    site, pupils = sites.here(uow), {pupil.id: pupil for pupil, _ in families.pupils(uow)}
    rows = uow.rows(
        select(Lesson, Course, Enrolment, Teacher)
        .join(Course, col(Course.id) == Lesson.course_id)
        .join(Enrolment, col(Enrolment.course_id) == Course.id)
        .join(Teacher, col(Teacher.id) == Course.teacher_id, isouter=True)
        .where(
            col(Enrolment.pupil_id).in_(pupils),
            Enrolment.status == EnrolmentStatus.ENROLLED,
            Lesson.day >= uow.today - BACK,
            Lesson.day <= uow.today + AHEAD,
        )
        .order_by(col(Lesson.day), col(Lesson.starts), col(Lesson.id), col(Enrolment.id))
    )
    content = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Anacrouse//Agenda//FR",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(site.name)}",
        f"NAME:{_text(site.name)}",
        f"X-WR-TIMEZONE:{site.timezone}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ]
    for lesson, course, enrolment, teacher in rows:
        content += _event(uow, lesson, course, enrolment, teacher, pupils[enrolment.pupil_id].called)
    return "".join(f"{folded}\r\n" for line in [*content, "END:VCALENDAR"] for folded in fold(line)).encode()


def _event(
    uow: UnitOfWork, lesson: Lesson, course: Course, enrolment: Enrolment, teacher: Teacher | None, pupil: str
) -> list[str]:
    cancelled = lesson.state == LessonState.CANCELLED
    title = f"{pupil} – {course.name}"
    starts = (enrolment.slot or lesson.starts or course.starts) if lesson.state != LessonState.MOVED else lesson.starts
    minutes = enrolment.slot_minutes or lesson.minutes or course.minutes or 60
    text = [
        uow.translate("Enseignant : {name}", name=teacher.full_name) if teacher else "",
        uow.translate("Cours déplacé") if lesson.state == LessonState.MOVED else "",
        lesson.note,
    ]
    summary = uow.translate("Annulé : {title}", title=title) if cancelled else title
    where = ", ".join(filter(None, (course.room, sites.here(uow).name))) if course.room else ""
    domain = settings().mail_from.rpartition("@")[2] or "anacrouse"
    return [
        "BEGIN:VEVENT",
        f"UID:lesson-{lesson.id}-{enrolment.id}@{domain}",
        f"DTSTAMP:{uow.now:%Y%m%dT%H%M%SZ}",
        *_when(lesson.day, starts, minutes, uow.zone),
        f"SUMMARY:{_text(summary)}",
        *([f"LOCATION:{_text(where)}"] if where else []),
        *([f"DESCRIPTION:{_text(chr(10).join(filter(None, text)))}"] if any(text) else []),
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        f"TRANSP:{'TRANSPARENT' if cancelled else 'OPAQUE'}",
        f"SEQUENCE:{1 if lesson.state in {'moved', 'cancelled'} else 0}",
        "END:VEVENT",
    ]


def _when(day: date, starts: time | None, minutes: int, zone: ZoneInfo) -> Iterable[str]:
    """In UTC, so that no time zone need be told; a lesson without an hour takes the day."""
    if starts is None:
        yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
        return
    begins = datetime.combine(day, starts, zone).astimezone(UTC)
    yield f"DTSTART:{begins:%Y%m%dT%H%M%SZ}"
    yield f"DTEND:{begins + timedelta(minutes=minutes):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """RFC 5545 3.3.11."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def fold(line: str) -> Iterable[str]:
    """Lines of 75 octets at most, never cut inside a letter (RFC 5545 3.1)."""
    rest, room = line, 75
    while len(rest.encode()) > room:
        cut = room
        while len(rest[:cut].encode()) > room:
            cut -= 1
        yield rest[:cut] if room == 75 else f" {rest[:cut]}"
        rest, room = rest[cut:], 74
    yield rest if room == 75 else f" {rest}"
