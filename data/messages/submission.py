"""What a family does: asks, asks on, reads the answer, closes. Its own messages alone, whoever else has the pupil."""

from datetime import timedelta

from sqlalchemy import ColumnElement, Integer, and_, bindparam, func, or_
from sqlmodel import col, select

from data.core.audit import Action
from data.core.errors import UserError
from data.core.i18n import _, plural
from data.core.unit_of_work import UnitOfWork, prepared
from data.families.models import Family
from data.messages.models import (
    MAX_TURNS,
    Inquiry,
    InquiryState,
    InquiryTurn,
    Side,
    add_turn,
    announce_change,
    is_unread,
    note,
    read_text,
    shut,
    turns,
)
from data.messages.subjects import Subject

NOTHING = _("Écrivez votre message.")
MAX_OPEN = 10  # of a household at once
MAX_AN_HOUR = 10  # turns of one account

_OF_THE_FAMILY = prepared(
    select(Inquiry)
    .where(Inquiry.family_id == bindparam("family"))
    .order_by(col(Inquiry.turned_at).desc(), col(Inquiry.id).desc())
    .limit(bindparam("most", type_=Integer))
)


def at_home() -> ColumnElement[bool]:
    """For « Accueil »: the messages that wait, are to be read, or moved since the moment that the parameter `since` is."""
    return or_(
        col(Inquiry.state) == InquiryState.WAITING,
        and_(col(Inquiry.answered_at).is_not(None), col(Inquiry.read_at).is_(None)),
        col(Inquiry.turned_at) >= bindparam("since"),
    )


def of_the_family(uow: UnitOfWork, most: int) -> list[Inquiry]:
    """The latest first."""
    return list(uow.all(_OF_THE_FAMILY, family=uow.family_id, most=most))


def open_about(uow: UnitOfWork, subject: Subject) -> Inquiry | None:
    """The family's exchange about that thing, while it lasts."""
    return uow.one(
        select(Inquiry)
        .where(
            Inquiry.family_id == uow.family_id,
            Inquiry.about == subject.about,
            Inquiry.about_id == subject.key,
            Inquiry.state != InquiryState.CLOSED,
        )
        .order_by(col(Inquiry.id).desc())
    )


def may_reply(inquiry: Inquiry, count: int) -> bool:
    """Once it was answered, while it is not closed, `count` turns being written."""
    return inquiry.state == InquiryState.ANSWERED and count < MAX_TURNS


def ask(uow: UnitOfWork, subject: Subject, text: str) -> Inquiry:
    """A new message. The same one sent twice is one."""
    text = read_text(text, "text", NOTHING)
    uow.get(Family, uow.family_id, lock=True)  # two tabs, two adults: one after the other
    if known := open_about(uow, subject):
        if turns(uow, known.id)[-1].text == text:
            return known
        raise UserError("Vous avez déjà écrit à ce sujet : poursuivez l’échange en cours, dans « Vos demandes ».")
    _not_too_many(uow)
    inquiry = uow.add(
        Inquiry(
            site_id=uow.site_id or 0,
            family_id=uow.family_id,
            about=subject.about,
            about_id=subject.key,
            name=subject.name[:200],
            author_id=uow.account_id or 0,
            asked_by=uow.name,
            asked_at=uow.now,
            turned_at=uow.now,
        )
    )
    add_turn(uow, inquiry, Side.FAMILY, text)
    note(uow, Action.MESSAGE_SENT, inquiry)
    announce_change(uow, inquiry)
    return inquiry


def reply(uow: UnitOfWork, inquiry_id: int, text: str) -> Inquiry:
    """A further question, once there is an answer."""
    uow.get(Family, uow.family_id, lock=True)  # as `ask`: what was sent in the hour is counted one after the other
    inquiry = uow.get(Inquiry, inquiry_id, lock=True)
    text, written = read_text(text, "text", NOTHING), turns(uow, inquiry.id)
    if written[-1].text == text and written[-1].side == Side.FAMILY:
        return inquiry
    if inquiry.state == InquiryState.CLOSED:
        raise UserError("Cet échange est clos. Pour une autre question, écrivez un nouveau message.")
    if not may_reply(inquiry, len(written)):
        raise UserError(
            "Cet échange ne peut pas être poursuivi ici : téléphonez au conservatoire ou passez à l’accueil."
        )
    _not_too_many(uow)
    add_turn(uow, inquiry, Side.FAMILY, text)
    inquiry.state, inquiry.turned_at, inquiry.author_id = InquiryState.WAITING, uow.now, uow.account_id or 0
    inquiry.asked_by, inquiry.read_at = uow.name, inquiry.read_at or uow.now
    uow.add(inquiry)
    note(uow, Action.MESSAGE_SENT, inquiry)
    announce_change(uow, inquiry)
    return inquiry


def close(uow: UnitOfWork, inquiry_id: int) -> Inquiry:
    """Nothing more is asked; what was closed already stays so."""
    inquiry = uow.get(Inquiry, inquiry_id, lock=True)
    if inquiry.state != InquiryState.CLOSED:
        shut(uow, inquiry, Side.FAMILY)
        inquiry.read_at = inquiry.read_at or (uow.now if inquiry.answered_at else None)
        uow.add(inquiry)
        note(uow, Action.MESSAGE_CLOSED, inquiry)
        announce_change(uow, inquiry)
    return inquiry


def mark_read(uow: UnitOfWork, inquiry_id: int) -> None:
    """The family has the answer before its eyes."""
    inquiry = uow.get(Inquiry, inquiry_id, lock=True)
    if is_unread(inquiry):
        inquiry.read_at = uow.now
        uow.add(inquiry)
        announce_change(uow, inquiry)


def _not_too_many(uow: UnitOfWork) -> None:
    """Of one account in an hour, and of a household at once."""
    recently = select(func.count(col(InquiryTurn.id))).where(
        InquiryTurn.author_id == uow.account_id, InquiryTurn.at > uow.now - timedelta(hours=1)
    )
    if uow.count(recently) >= MAX_AN_HOUR:
        raise UserError(
            plural(
                "Vous avez envoyé {count} message depuis une heure. Patientez un peu, ou téléphonez au conservatoire.",
                "Vous avez envoyé {count} messages depuis une heure. Patientez un peu, ou téléphonez au conservatoire.",
            ),
            count=MAX_AN_HOUR,
        )
    waiting = select(func.count(col(Inquiry.id))).where(
        Inquiry.family_id == uow.family_id, Inquiry.state == InquiryState.WAITING
    )
    if uow.count(waiting) >= MAX_OPEN:
        raise UserError(
            plural(
                "{count} message attend déjà une réponse : laissez au secrétariat le temps de vous répondre.",
                "{count} messages attendent déjà une réponse : laissez au secrétariat le temps de vous répondre.",
            ),
            count=MAX_OPEN,
        )
