"""A lesson that is cancelled or moved is told to the families by letter, the same minute, unless they do without.

`Lesson.notified`, `notified_day` and `notified_starts` are what was told last: what differs from it is told once, whoever changed it.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, update
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from data.accounts import models as accounts
from data.accounts import unsubscribe_links
from data.accounts.models import AccessState, Account
from data.core import audit, formats
from data.core.audit import Action
from data.core.database import logs_the_fault
from data.core.i18n import Language, _, as_language, translate
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork, unit_of_work
from data.families.models import Pupil, PupilLink
from data.mail import outbox
from data.mail.outbox import Fact, Mail
from data.mail.templates import LetterKind
from data.schooling.agenda import Meeting
from data.schooling.models import Course, Enrolment, EnrolmentStatus, Lesson, LessonState, Teacher

log = logging.getLogger("anacrouse.lessons")
AHEAD = timedelta(days=62)  # what is further is told once it is nearer
MAX_LESSONS = 1000  # told in one round; the next one tells the others
UNSUBSCRIBE, SEALED_FOR = "/agenda/arret", "lesson letters"
UNUSUAL = (LessonState.CANCELLED, LessonState.MOVED)
SAID = {LessonState.CANCELLED: _("annulé"), LessonState.MOVED: _("déplacé à cette date")}
AS_PLANNED = _("maintenu : il a lieu comme prévu")


def go_round(*, now: datetime | None = None) -> None:
    """Again and again: what changed since it was told. Nothing is locked where nothing did."""
    with system_unit_of_work(now=now) as uow:
        sites, moment = list(uow.all(select(Site).order_by(col(Site.id)))), uow.now
        changed = [site for site in sites if uow.one(_to_be_notified(site, moment))]
    for site in changed:
        with logs_the_fault(log, "the letters of lessons of %s", site.code):
            _notify(site, moment)


def _to_be_notified(site: Site, now: datetime) -> SelectOfScalar[Lesson]:
    """The lessons of the coming weeks of which families were told otherwise, or nothing."""
    today = now.astimezone(site.zone).date()
    unusual = and_(
        col(Lesson.state).in_(UNUSUAL),
        or_(
            col(Lesson.notified) != col(Lesson.state),
            col(Lesson.notified_day).is_distinct_from(col(Lesson.day)),
            col(Lesson.notified_starts).is_distinct_from(col(Lesson.starts)),
        ),
    )
    as_planned = and_(col(Lesson.notified).in_(UNUSUAL), col(Lesson.state).not_in(UNUSUAL))
    return select(Lesson).where(
        col(Lesson.site_id) == site.id,
        col(Lesson.day) >= today,
        col(Lesson.day) <= today + AHEAD,
        or_(unusual, as_planned),
    )


def _notify(site: Site, now: datetime) -> None:
    """Letters and what they told, together: told twice by nobody."""
    with system_unit_of_work(writes=True, now=now) as uow:
        lessons = [each.id for each in uow.all(_to_be_notified(site, now).limit(MAX_LESSONS).with_for_update())]
        for account, facts in _letters_of(uow, lessons):
            outbox.write(uow, _mail(uow, account, facts))
        uow.change(
            update(Lesson)
            .where(col(Lesson.id).in_(lessons))
            .values(notified=col(Lesson.state), notified_day=col(Lesson.day), notified_starts=col(Lesson.starts))
        )


def count_as_notified(uow: UnitOfWork, site_id: int) -> None:
    """What stands there counts as told: a demonstration begins with lessons that are cancelled already."""
    uow.change(
        update(Lesson)
        .where(col(Lesson.site_id) == site_id, col(Lesson.state).in_(UNUSUAL))
        .values(notified=col(Lesson.state), notified_day=col(Lesson.day), notified_starts=col(Lesson.starts))
    )


def _letters_of(uow: UnitOfWork, lessons: list[int]) -> list[tuple[Account, list[Fact]]]:
    """Each account that wants it, with what changed for its family's pupils, by day."""
    rows = uow.rows(
        select(Lesson, Course, Enrolment, Teacher)
        .add_columns(Pupil, Account)
        .join(Course, col(Course.id) == Lesson.course_id)
        .join(Enrolment, col(Enrolment.course_id) == Course.id)
        .join(Teacher, col(Teacher.id) == Course.teacher_id, isouter=True)
        .join(Pupil, col(Pupil.id) == Enrolment.pupil_id)
        .join(PupilLink, col(PupilLink.pupil_id) == Pupil.id)
        .join(Account, col(Account.family_id) == PupilLink.family_id)
        .where(
            col(Lesson.id).in_(lessons),
            col(Enrolment.status) == EnrolmentStatus.ENROLLED,
            col(Account.lesson_letters) != "no",
        )
        .order_by(col(Lesson.day), col(Lesson.starts), col(Pupil.birth_date), col(Account.id))
    )
    found: dict[int, tuple[Account, list[Fact]]] = {}
    for lesson, course, enrolment, teacher, pupil, account in rows:
        if account.access == AccessState.IN_USE:
            facts = found.setdefault(account.id, (account, []))[1]
            facts.append(_fact(Meeting(lesson, course, enrolment, teacher), pupil, as_language(account.language)))
    return list(found.values())


def _fact(meeting: Meeting, pupil: Pupil, language: Language) -> Fact:
    """« Irina, Piano 206, mardi 1er décembre à 17 h 15 » and what becomes of it."""
    day = formats.day_of_week(meeting.lesson.day, language)
    at = formats.clock(meeting.starts, language)
    when = translate("{day} à {hour}", language, day=day, hour=at) if at else day
    what = translate(SAID.get(meeting.state, AS_PLANNED), language)
    where = meeting.course.room if meeting.state != LessonState.CANCELLED else ""
    becomes = ", ".join(filter(None, (what, where, meeting.instead_of(language))))
    return ", ".join((pupil.called, meeting.course.name, when)), ". ".join(filter(None, (becomes, meeting.lesson.note)))


def _mail(uow: UnitOfWork, account: Account, facts: list[Fact]) -> Mail:
    stop = unsubscribe_links.link(UNSUBSCRIBE, SEALED_FOR, account)
    return Mail(
        LetterKind.LESSON_CHANGED,
        accounts.recipient(uow, account),
        facts=facts,
        path="/agenda",
        unsubscribe=stop,
    )


def wanted(uow: UnitOfWork) -> bool:
    return uow.get(Account, uow.account_id).lesson_letters != "no"


def choose(uow: UnitOfWork, wants: bool) -> None:
    """Whether the person is told of lessons that are cancelled or moved."""
    account = uow.get(Account, uow.account_id)
    before, after = account.lesson_letters, "" if wants else "no"
    if before == after:
        return
    if wants:
        audit.not_too_often(uow, Action.LESSON_LETTERS_CHOSEN)
    account.lesson_letters = after
    uow.add(account)
    named = ["yes", "no"] if after else ["no", "yes"]
    audit.note_record(uow, Action.LESSON_LETTERS_CHOSEN, account, changes={"lesson_letters": named})


def unsubscribe(token: str, *, now: datetime | None = None) -> bool:
    """Whoever was sent this token is written to no more; said twice it is the same. False when no account is meant."""
    account = unsubscribe_links.account_of(token, SEALED_FOR, now=now)
    if account is None or account.is_staff:
        return False
    with unit_of_work(account, writes=True, now=now) as uow:
        choose(uow, False)
    return True
