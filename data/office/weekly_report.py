"""What a manager reads on Monday: the past seven days of the site, and whether it could be put back from a copy."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import SQLModel, col, select

from data.accounts.models import Account
from data.accounts.sessions import SignIn
from data.change_requests.models import ChangeRequest, RequestState
from data.core import formats
from data.core.audit import Action, AuditEntry
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.mail.outbox import Fact, Letter, LetterState
from data.messages.models import Inquiry
from data.ops import backup, health
from data.reenrolment.models import Reenrolment
from data.schooling.absences import AbsenceNotice

WEEK = timedelta(days=7)


def facts(uow: UnitOfWork) -> list[Fact]:
    """(what, how much), in words; zeros too, so that a number that is missing is seen."""
    uow.staff_only()
    since = uow.now - WEEK
    asked, decided = _numbers(uow, since)
    failed = col(Letter.state).in_([LetterState.FAILED, LetterState.ABANDONED])
    refused = AuditEntry.action == Action.SIGN_IN_FAILED
    each = func.coalesce(func.sum(func.coalesce(col(AuditEntry.changes)[("count", 1)].as_integer(), 1)), 0)
    found: dict[str, int | str] = {
        _("Demandes reçues"): asked,
        _("Demandes traitées"): decided,
        _("Délai de réponse médian"): _delay(uow, since),
        _("Familles connectées"): _families(uow, since),
        _("Courriels envoyés"): _count(uow, Letter, col(Letter.sent_at) > since),
        _("Courriels en échec"): _count(uow, Letter, failed, Letter.created_at > since),
        _("Connexions refusées"): uow.count(select(each).where(refused, AuditEntry.at > since)),
        _("Dernière sauvegarde"): _last_copy(uow),
        _("Place libre pour les documents"): uow.translate("{count} Go", count=health.free_bytes() // 1024**3),
    }
    return [(uow.translate(label), str(value)) for label, value in found.items()]


def _count(uow: UnitOfWork, table: type[SQLModel], *conditions: ColumnElement[bool] | bool) -> int:
    return uow.count(select(func.count()).select_from(table).where(*conditions))


def _numbers(uow: UnitOfWork, since: datetime) -> tuple[int, int]:
    """How many requests of every kind came, and how many were answered."""
    asked = (
        _count(uow, ChangeRequest, ChangeRequest.submitted_at > since)
        + _count(uow, Reenrolment, Reenrolment.submitted_at > since)
        + _count(uow, AbsenceNotice, AbsenceNotice.submitted_at > since)
        + _count(uow, Inquiry, Inquiry.asked_at > since)
    )
    decided = (
        _count(uow, ChangeRequest, ChangeRequest.state == RequestState.CLOSED, col(ChangeRequest.closed_at) > since)
        + _count(uow, Reenrolment, col(Reenrolment.decided_at) > since)
        + _count(uow, AbsenceNotice, col(AbsenceNotice.decided_at) > since)
        + _count(uow, Inquiry, col(Inquiry.answered_at) > since)
    )
    return asked, decided


def _delay(uow: UnitOfWork, since: datetime) -> str:
    """Between a request and its answer, the one in the middle."""
    answered = [
        *uow.rows(
            select(ChangeRequest.submitted_at, ChangeRequest.closed_at).where(col(ChangeRequest.closed_at) > since)
        ),
        *uow.rows(select(Reenrolment.submitted_at, Reenrolment.decided_at).where(col(Reenrolment.decided_at) > since)),
    ]
    hours = sorted((decided - asked).total_seconds() / 3600 for asked, decided in answered)
    if not hours:
        return "–"
    middle = hours[len(hours) // 2]
    if middle < 48:
        return uow.ngettext("{count} heure", "{count} heures", count=max(1, round(middle)))
    return uow.ngettext("{count} jour", "{count} jours", count=round(middle / 24))


def _families(uow: UnitOfWork, since: datetime) -> int:
    signed = select(func.count(func.distinct(col(Account.family_id)))).join(
        SignIn, col(SignIn.account_id) == Account.id
    )
    return uow.count(signed.where(col(SignIn.seen_at) > since, col(Account.family_id).is_not(None)))


def _last_copy(uow: UnitOfWork) -> str:
    if at := backup.last():
        return formats.moment(at, uow.zone, uow.language)
    return uow.translate("aucune n’a été faite d’ici")
