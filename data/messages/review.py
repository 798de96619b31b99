"""What the office does: the queue of messages, the answer and its letter, closing."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import col, select

from data.accounts import models as accounts
from data.accounts.models import Account
from data.core import formats
from data.core.audit import Action
from data.core.errors import UserError
from data.core.i18n import _, as_language
from data.core.ids import parse_id
from data.core.plain_text import tidy
from data.core.unit_of_work import UnitOfWork
from data.families.models import Family
from data.mail import outbox
from data.mail.outbox import Mail
from data.mail.templates import LetterKind
from data.messages.models import (
    Inquiry,
    InquiryState,
    Side,
    add_turn,
    announce_change,
    note,
    read_text,
    shut,
    title,
    turns,
)


@dataclass(frozen=True)
class Received:
    """A message as the queue lists it."""

    inquiry: Inquiry
    family_number: int


def queue(uow: UnitOfWork, *, closed: bool = False, search: str = "", most: int = 50, skip: int = 0) -> list[Received]:
    """For the staff: waiting, the oldest first; or answered and closed, the latest first. `search` is literal."""
    uow.staff_only()
    order = col(Inquiry.turned_at).desc() if closed else col(Inquiry.turned_at)
    question = _matching(select(Inquiry, Family.number), closed=closed, search=search)
    return [
        Received(inquiry, number)
        for inquiry, number in uow.rows(question.order_by(order, col(Inquiry.id)).limit(most).offset(skip))
    ]


def received(uow: UnitOfWork, inquiry_id: int) -> Received | None:
    """One of them, whether it waits or not; None when it left."""
    uow.staff_only()
    question = select(Inquiry, Family.number).join(Family, col(Family.id) == Inquiry.family_id)
    found = uow.rows(question.where(Inquiry.id == inquiry_id))
    return next((Received(inquiry, number) for inquiry, number in found), None)


def count(uow: UnitOfWork, *, closed: bool = False, search: str = "") -> int:
    uow.staff_only()
    return uow.count(_matching(select(func.count(col(Inquiry.id))), closed=closed, search=search))


def _matching(question: Any, *, closed: bool, search: str) -> Any:
    """Who asked, what it is about, the number of the family or of the message."""
    waits = Inquiry.state == InquiryState.WAITING
    found = question.join(Family, col(Family.id) == Inquiry.family_id).where(~waits if closed else waits)
    for word in tidy(search).split()[:6]:
        said: list[Any] = [col(each).icontains(word[:60], autoescape=True) for each in (Inquiry.asked_by, Inquiry.name)]
        if number := parse_id(word):
            said += [col(Family.number) == number, col(Inquiry.id) == number]
        found = found.where(or_(*said))
    return found


def answer(uow: UnitOfWork, inquiry_id: int, text: str, *, seen: int, closes: bool = False) -> Inquiry:
    """To the family, by letter too. `seen` is the last turn that was on the screen: what came since is read first.

    UserError when somebody else has answered, or when the message is of the reader's own family.
    """
    inquiry = _locked(uow, inquiry_id)
    written = turns(uow, inquiry.id)
    if inquiry.state == InquiryState.CLOSED:
        raise UserError("Cet échange est clos : la famille peut écrire un nouveau message.")
    if written[-1].id != seen and written[-1].side == Side.OFFICE:
        raise UserError(
            "{name} a déjà répondu le {moment}.",
            name=written[-1].written_by,
            moment=formats.moment(written[-1].at, uow.zone, uow.language),
        )
    if written[-1].id != seen:
        raise UserError("La famille a écrit entre-temps. Relisez son message avant de répondre.")
    text = read_text(text, "answer", _("Écrivez votre réponse."))
    add_turn(uow, inquiry, Side.OFFICE, text)
    inquiry.state, inquiry.turned_at = InquiryState.ANSWERED, uow.now
    inquiry.answered_at, inquiry.read_at = uow.now, None
    if closes:
        shut(uow, inquiry, Side.OFFICE)
    uow.add(inquiry)
    _write_letter(uow, inquiry, text)
    note(uow, Action.MESSAGE_ANSWERED, inquiry)
    announce_change(uow, inquiry)
    return inquiry


def close(uow: UnitOfWork, inquiry_id: int) -> Inquiry:
    """Once it was answered: nobody who asks is left without a word."""
    inquiry = _locked(uow, inquiry_id)
    if inquiry.state == InquiryState.WAITING:
        raise UserError("Ce message attend une réponse : répondez-y avant de clore l’échange.")
    if inquiry.state != InquiryState.CLOSED:
        shut(uow, inquiry, Side.OFFICE)
        uow.add(inquiry)
        note(uow, Action.MESSAGE_CLOSED, inquiry)
        announce_change(uow, inquiry)
    return inquiry


def _locked(uow: UnitOfWork, inquiry_id: int) -> Inquiry:
    uow.staff_only()
    inquiry = uow.get(Inquiry, inquiry_id, lock=True)
    own = uow.get(Account, uow.account_id).own_family_id
    if own is not None and own == inquiry.family_id:
        raise UserError("Ce message est celui de votre famille : un collègue doit y répondre.")
    return inquiry


def _write_letter(uow: UnitOfWork, inquiry: Inquiry, text: str) -> None:
    """To the adult who asked; to another one of the household when that account left."""
    theirs = select(Account).where(Account.family_id == inquiry.family_id)
    author = uow.one(theirs.where(Account.id == inquiry.author_id)) or uow.one(
        theirs.where(col(Account.disabled).is_(False)).order_by(col(Account.id))
    )
    if author is None:
        return
    language = as_language(author.language)
    asked = max((each.at for each in turns(uow, inquiry.id) if each.side == Side.FAMILY), default=inquiry.asked_at)
    words = {
        "topic": title(inquiry, language),
        "day": formats.short_day(asked.astimezone(uow.zone).date(), language),
    }
    to, path = accounts.recipient(uow, author), f"/demandes/messages/{inquiry.id}"
    outbox.write(uow, Mail(LetterKind.MESSAGE_ANSWERED, to, words, path=path, message=text))
