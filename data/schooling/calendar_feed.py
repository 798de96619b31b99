"""« Recevoir l’agenda »: a private address at which a calendar program reads the family's agenda (RFC 5545)."""

import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone
from pydantic import SkipValidation
from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, col, select

from data.accounts.models import Account
from data.accounts.sessions import digest
from data.core import audit, sites
from data.core.audit import Action
from data.core.errors import NotFound
from data.core.i18n import translate_or_same
from data.core.revisions import Revised
from data.core.scope import OfFamily
from data.core.settings import settings
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork, unit_of_work
from data.families import models as families
from data.families.models import Pupil, of_its_site
from data.schooling import agenda, school_days
from data.schooling.agenda import Meeting
from data.schooling.models import LessonState
from data.schooling.repertoire import Performance
from data.schooling.school_days import DaysOff

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
    action = Action.AGENDA_RENEWED if row else Action.AGENDA_OPENED
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
    audit.note_record(uow, action, account)
    return f"{settings().public_url}/agenda/{token}.ics"


def close(uow: UnitOfWork) -> None:
    """The address answers no more."""
    row = mine(uow)
    if row is not None:
        uow.delete(row)
        audit.note(uow, Action.AGENDA_CLOSED, subject="account", subject_id=row.account_id)


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
    """The lessons and events of the unit of work's own family, and the days off, two months back and a year ahead."""
    site, pupils = sites.here(uow), {pupil.id: pupil for pupil, _ in families.pupils(uow)}
    first, last = uow.today - BACK, uow.today + AHEAD
    feed = _empty(site)
    events = [_lesson(uow, each, pupils[each.enrolment.pupil_id]) for each in agenda.meetings(uow, pupils, first, last)]
    events += [_performance(uow, each, pupil) for pupil, _, each in agenda.events(uow, pupils, first, last) if each.day]
    if any(isinstance(event.get("DTSTART").dt, datetime) for event in events):
        feed.add_component(_time_zone(site.timezone, uow.today.year - 1, uow.today.year + 3))
    for event in (*events, *(_days_off(uow, each) for each in school_days.between(site, first, last))):
        feed.add_component(event)
    return feed.to_ical()


def _empty(site: Site) -> Calendar:
    feed = Calendar()
    feed.add("prodid", "-//Anacrouse//Agenda//FR")
    feed.add("version", "2.0")
    feed.add("calscale", "GREGORIAN")
    feed.add("method", "PUBLISH")
    feed.add("name", site.name)
    feed.add("x-wr-calname", site.name)
    feed.add("x-wr-timezone", site.timezone)
    feed.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    feed.add("x-published-ttl", "PT6H")
    return feed


@lru_cache(maxsize=16)
def _time_zone(name: str, first: int, last: int) -> Timezone:
    """What the hours of the site are, for programs that do not know its zone. Made once a year: it is slow."""
    return Timezone.from_tzid(name, first_date=date(first, 1, 1), last_date=date(last, 1, 1))


def _lesson(uow: UnitOfWork, meeting: Meeting, pupil: Pupil) -> Event:
    """Not all programs show STATUS: a cancelled lesson says so in its title too. Each lesson is an event of its own, so none
    needs RECURRENCE-ID. UID names the rows only, so that no setting changes it; SEQUENCE and LAST-MODIFIED follow all three."""
    lesson, course, enrolment = meeting.lesson, meeting.course, meeting.enrolment
    cancelled, moved = meeting.state == LessonState.CANCELLED, meeting.state == LessonState.MOVED
    title = f"{pupil.called} – {course.name}"
    text = [
        uow.translate("Enseignant : {name}", name=meeting.teacher_name) if meeting.teacher else "",
        ", ".join(filter(None, (uow.translate("Cours déplacé"), meeting.instead_of(uow.language)))) if moved else "",
        lesson.note,
    ]
    event = _event(uow, f"lesson-{lesson.id}-{enrolment.id}", (lesson, course, enrolment))
    begins, ends = _when(lesson.day, meeting.starts, meeting.minutes, uow.zone)
    event.add("dtstart", begins)
    event.add("dtend", ends)
    event.add("summary", uow.translate("Annulé : {title}", title=title) if cancelled else title)
    if course.room:
        event.add("location", f"{course.room}, {sites.here(uow).name}")
    if any(text):
        event.add("description", "\n".join(filter(None, text)))
    if lesson.day >= uow.today and not cancelled:  # where an absence of that lesson is said
        event.add("url", f"{settings().public_url}/eleves/{pupil.number}/absences?cours={lesson.id}")
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    return event


def _performance(uow: UnitOfWork, performance: Performance, pupil: Pupil) -> Event:
    """An audition or a concert: when it begins is known, not how long it lasts."""
    event = _event(uow, f"performance-{performance.id}-{pupil.id}", (performance,))
    begins, ends = _when(performance.day or uow.today, performance.starts, 60, uow.zone)
    event.add("dtstart", begins)
    event.add("dtend", ends)
    event.add("summary", f"{pupil.called} – {performance.title}")
    if performance.place:
        event.add("location", performance.place)
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    return event


def _days_off(uow: UnitOfWork, off: DaysOff) -> Event:
    """Whole days on which nobody is busy."""
    event = _event(uow, f"off-{off.first:%Y%m%d}-{off.zone or 'site'}", ())
    event.add("dtstart", off.first)
    event.add("dtend", off.last + timedelta(days=1))
    label = translate_or_same(off.label, uow.language)
    event.add("summary", label if off.zone else uow.translate("Conservatoire fermé : {label}", label=label))
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event


def _event(uow: UnitOfWork, name: str, rows: Sequence[Revised]) -> Event:
    """What every event has: its steady name, and how often its rows have changed."""
    event = Event()
    event.add("uid", f"{name}.{sites.here(uow).code}@anacrouse")
    event.add("dtstamp", uow.now)
    if changed := [row.changed_at for row in rows if row.changed_at]:
        event.add("last-modified", max(changed))
    event.add("sequence", sum(row.revision for row in rows))
    return event


def _when(day: date, starts: time | None, minutes: int, zone: ZoneInfo) -> tuple[date, date]:
    """In the site's own hours; a lesson without an hour takes the day."""
    if starts is None:
        return day, day + timedelta(days=1)
    begins = datetime.combine(day, starts, zone)
    return begins, (begins.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(zone)
