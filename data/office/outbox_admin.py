"""The staff's side of letters: what left, what waits, what went wrong and why; sent again, or called back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import and_, col, or_, select, update

from data.accounts import models as accounts
from data.accounts.models import Account
from data.core import audit
from data.core.audit import Action
from data.core.errors import UserError
from data.core.fields import fold
from data.core.i18n import _
from data.core.ids import parse_id
from data.core.roles import Role
from data.core.settings import settings
from data.core.unit_of_work import UnitOfWork
from data.families import protection
from data.families.models import Family, Guardian
from data.mail import outbox
from data.mail.outbox import Letter, LetterState
from data.mail.rendering import deliverable
from data.mail.templates import LetterKind

PAGE = 50
STATES: dict[str, str] = {
    LetterState.WAITING: _("En attente"),
    LetterState.SENT: _("Envoyés"),
    LetterState.FAILED: _("Échecs"),
    LetterState.ABANDONED: _("Abandonnés"),
    LetterState.CANCELLED: _("Annulés"),
    LetterState.TO_CONFIRM: _("À confirmer"),
    LetterState.PORTAL: _("Portail seul"),
}
IN_STATE: dict[str, tuple[str, ...]] = {LetterState.WAITING: (LetterState.WAITING, LetterState.SENDING)}
TO_THAT_ADDRESS = {
    LetterKind.CONFIRM_EMAIL,
    LetterKind.EMAIL_CHANGE_ASKED,
}  # written to an address, not to whoever has the account now
LATE = timedelta(minutes=15)
NEVER_AGAIN = {LetterKind.TRIAL, LetterKind.DAILY_DIGEST, LetterKind.WEEKLY_REPORT}
# What a server's code means, the longest first (RFC 3463 and what large providers answer).
REASONS = {
    "no address": _("La fiche n’a pas d’adresse e-mail."),
    "superseded": _("Un courriel plus récent le remplace."),
    "expired": _("Le mot de passe qu’il portait n’était plus valable."),
    "called back": _("Annulé par le secrétariat."),
    "unsafe": _("L’adresse n’a pas la forme d’une adresse e-mail, ou l’en-tête n’est pas sûr."),
    "unwritable": _("Le serveur d’envoi ne peut pas écrire à cette adresse. Corrigez-la dans la fiche."),
    "unreadable": _(
        "Le mot de passe qu’il portait ne se lit plus. Donnez-en un nouveau depuis la fiche de la famille."
    ),
    "unmade": _(
        "Ce courriel n’a pas pu être composé : prévenez la personne qui administre le portail, son journal dit pourquoi."
    ),
    "5.1": _("Cette adresse n’existe pas, ou n’accepte plus de courriel. Corrigez-la dans la fiche."),
    "5.2.2": _("La boîte aux lettres du destinataire est pleine."),
    "5.3.4": _("Ce courriel est trop volumineux pour le serveur d’envoi."),
    "5.7": _("Le serveur du destinataire refuse nos courriels : prévenez la personne qui administre le portail."),
    "552": _("La boîte aux lettres du destinataire est pleine."),
    "554": _("Le serveur du destinataire refuse ce courriel : prévenez la personne qui administre le portail."),
    "5": _("Cette adresse est refusée par le serveur du destinataire. Vérifiez-la dans la fiche."),
    "4.2.2": _("La boîte aux lettres du destinataire est pleine pour le moment."),
    "4": _("Le serveur du destinataire demande de réessayer plus tard."),
    "": _("Le serveur d’envoi n’a pas répondu."),
}


@dataclass(frozen=True)
class Wanted:
    """What a person looks for among the letters; an empty value does not narrow."""

    state: str = ""
    kind: str = ""
    search: str = ""
    since: date | None = None
    until: date | None = None


def reason(letter: Letter) -> str:
    """Why it did not leave, in words; "" when nothing is wrong."""
    error = letter.error
    if not error:
        return ""
    code, _, rest = error.partition(" ")
    enhanced = rest.split(" ")[0].strip("b'\"")
    for sign, text in REASONS.items():
        if sign and (error.startswith(sign) and not sign[0].isdigit()):
            return text
    for sign in ("5.1", "5.2.2", "5.3.4", "5.7", "4.2.2"):
        if enhanced.startswith(sign):
            return REASONS[sign]
    for sign in ("552", "554", "5", "4"):
        if code.isdecimal() and code.startswith(sign):
            return REASONS[sign]
    return REASONS[""]


def _narrowed(uow: UnitOfWork, question: Any, wanted: Wanted) -> Any:
    """All but the state: the queue page counts each state of what is looked for."""
    if wanted.kind:
        question = question.where(Letter.kind == wanted.kind)
    if wanted.since:
        question = question.where(col(Letter.created_at) >= _midnight(uow, wanted.since))
    if wanted.until:
        question = question.where(col(Letter.created_at) < _midnight(uow, wanted.until + timedelta(days=1)))
    for word in fold(wanted.search).split()[:6]:
        message = and_(col(Letter.needle).contains(word, autoescape=True), *_unprotected(uow))
        if number := parse_id(word):
            message = or_(message, col(Letter.family_id).in_(select(Family.id).where(Family.number == number)))
        question = question.where(message)
    return question


def _unprotected(uow: UnitOfWork) -> list[Any]:
    """An address under protection is no way to find whose it is: those letters answer to the family's number."""
    if uow.role == Role.MANAGER:
        return []
    hidden = select(Guardian.family_id).where(col(Guardian.contact_hidden).is_(True))
    return [or_(col(Letter.family_id).is_(None), col(Letter.family_id).not_in(hidden))]


def _midnight(uow: UnitOfWork, day: date) -> datetime:
    return datetime.combine(day, time(), uow.zone).astimezone(UTC)


def counts(uow: UnitOfWork, wanted: Wanted) -> dict[str, int]:
    """State -> how many letters, of those that are looked for."""
    uow.staff_only()
    question = select(Letter.state, func.count(col(Letter.id))).group_by(col(Letter.state))
    found = dict(uow.rows(_narrowed(uow, question, wanted)))
    return {state: sum(found.get(each, 0) for each in IN_STATE.get(state, (state,))) for state in STATES}


def found(uow: UnitOfWork, wanted: Wanted, *, skip: int = 0) -> Sequence[Letter]:
    """A page of letters, the latest first."""
    uow.staff_only()
    question = _narrowed(uow, select(Letter), wanted)
    if wanted.state in STATES:
        question = question.where(col(Letter.state).in_(IN_STATE.get(wanted.state, (wanted.state,))))
    return uow.all(question.order_by(col(Letter.created_at).desc(), col(Letter.id).desc()).offset(skip).limit(PAGE))


def kinds(uow: UnitOfWork) -> list[str]:
    """The kinds of letters that this site has written."""
    return sorted(uow.all(select(Letter.kind).distinct()))


@dataclass(frozen=True)
class About:
    """What the queue page tells of one letter besides its text."""

    letter: Letter
    family: Family | None
    account: Account | None
    to: str  # where it would go if it were sent again
    refused: int  # letters that this address UserError
    again: Letter | None  # the latest copy that was sent again
    shielded: bool  # addresses of that family are not for this person to read


def about(uow: UnitOfWork, letter_id: int) -> About:
    uow.staff_only()
    letter = uow.get(Letter, letter_id)
    family = uow.one(select(Family).where(Family.id == letter.family_id)) if letter.family_id else None
    account = uow.one(select(Account).where(Account.id == letter.account_id)) if letter.account_id else None
    error = uow.count(
        select(func.count(col(Letter.id))).where(
            Letter.recipient == letter.recipient, Letter.state == LetterState.FAILED
        )
    )
    copy = uow.one(select(Letter).where(Letter.resent_of == letter.id).order_by(col(Letter.id).desc()))
    adults = uow.all(select(Guardian).where(Guardian.family_id == family.id)) if family else ()
    shielded = not protection.all_shown(uow, adults)
    to = _address(uow, letter, account)
    return About(letter, family, account, to, error if letter.recipient else 0, copy, shielded)


def _address(uow: UnitOfWork, letter: Letter, account: Account | None) -> str:
    """The address recorded today, unless the letter was about an address itself."""
    if account is None or letter.kind in TO_THAT_ADDRESS:
        return letter.recipient
    return accounts.recipient(uow, account).address or letter.recipient


def may_resend(letter: Letter) -> UserError | None:
    """None, or why not."""
    if letter.state not in outbox.TERMINAL_STATES:
        return UserError("Ce courriel est encore en attente : il partira de lui-même.")
    if any(block[0] == "secret" for block in letter.blocks):
        return UserError(
            "Ce courriel portait un mot de passe, qui n’est gardé nulle part : il ne peut pas être renvoyé. "
            "Donnez un nouveau mot de passe depuis la fiche de la famille."
        )
    if not letter.blocks:
        return UserError("Le texte de ce courriel n’est plus conservé : il ne peut pas être renvoyé.")
    if letter.kind in NEVER_AGAIN:
        return UserError("Ce courriel ne se renvoie pas.")
    return None


def resend(uow: UnitOfWork, letter_id: int) -> Letter:
    """The same words once more, to the address recorded today; UserError while a copy still waits."""
    uow.staff_only()
    letter = uow.get(Letter, letter_id, lock=True)
    if (error := may_resend(letter)) is not None:
        raise error
    known = about(uow, letter_id)
    if known.again is not None and known.again.state not in outbox.TERMINAL_STATES:
        raise UserError("Ce courriel a déjà été renvoyé : la copie est en attente d’envoi.")
    if not deliverable(known.to):
        raise UserError("La fiche n’a pas d’adresse e-mail : ajoutez-la, puis renvoyez le courriel.")
    copy = outbox.post(uow, outbox.again(letter, known.to, uow.now))
    audit.note_record(
        uow,
        Action.LETTER_SENT_AGAIN,
        letter,
        letter.family_id,
        changes={"letter": ["", letter.kind], "to": [letter.recipient, known.to], "copy": ["", copy.id]},
    )
    return copy


def call_back(uow: UnitOfWork, letter_id: int) -> None:
    """A waiting letter does not leave; UserError when it has, or is just leaving."""
    uow.staff_only()
    letter = uow.get(Letter, letter_id)
    stopped = uow.change(
        update(Letter)
        .where(col(Letter.id) == letter_id, col(Letter.state) == LetterState.WAITING)
        .values(state=LetterState.CANCELLED, error="called back", secret="")
    )
    if not stopped:
        raise UserError("Ce courriel n’attend plus : il est parti, ou il part à l’instant.")
    audit.note(
        uow,
        Action.LETTER_CALLED_BACK,
        subject="letter",
        subject_id=letter_id,
        family_id=letter.family_id,
        changes={"letter": ["", letter.kind], "to": ["", letter.recipient]},
    )
    uow.publish(("letters", letter.site_id), ("account letters", letter.account_id or 0))


def oldest_due(uow: UnitOfWork) -> datetime | None:
    """Since when the oldest letter should have left, when that is long ago: whatever process sends, it does not."""
    due = uow.one(
        select(Letter.due_at)
        .where(col(Letter.state).in_([LetterState.WAITING, LetterState.SENDING]), Letter.due_at < uow.now - LATE)
        .order_by(col(Letter.due_at))
    )
    return due if settings().smtp_url else None


def mine(uow: UnitOfWork, *, most: int = 500) -> Sequence[Letter]:
    """« Mes courriers »: what was sent to this account, the latest first; what was called back is not."""
    return uow.all(
        select(Letter)
        .where(Letter.account_id == uow.account_id, col(Letter.state) != LetterState.CANCELLED)
        .order_by(col(Letter.created_at).desc(), col(Letter.id).desc())
        .limit(most)
    )
