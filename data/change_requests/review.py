"""The staff's side of a request: the queue, the decision field by field, its undoing within a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import col, or_, select

from data.accounts.models import Account
from data.change_requests import letters
from data.change_requests import models as change_models
from data.change_requests import submission as change_requests
from data.change_requests.models import ChangeRequest, ChangeState, FieldChange, RequestState
from data.core import audit, edit_presence, formats, sites
from data.core.audit import Action
from data.core.errors import UserError
from data.core.fields import EditableField, editables, tidy
from data.core.i18n import _
from data.core.ids import parse_id
from data.core.plain_text import tidy_lines
from data.core.unit_of_work import UnitOfWork
from data.families import protection
from data.families.models import Family, Record

UNDO_HOURS = 24
OTHER_HOUSEHOLD = _(
    "« {field} » est protégé pour l’autre foyer de l’élève : ce foyer ne le lit ni ne le change. Refusez cette demande."
)
VERDICTS = {ChangeState.ACCEPTED, ChangeState.DECLINED}
READY = (
    _("Le justificatif manque : joignez-le ou présentez-le à l’accueil."),
    _("Cette valeur ne semble pas exacte : vérifiez-la."),
    _("Cette modification se demande à l’accueil."),
)


@dataclass(frozen=True)
class Line:
    """One field of a request, for the one who decides: recorded now, recorded when asked, asked."""

    field: EditableField
    change: FieldChange
    now: str
    hidden: bool = False  # a protection order: this person neither reads nor decides it

    @property
    def conflict(self) -> bool:
        return self.change.state == ChangeState.PENDING and self.now != self.change.old and not self.hidden

    @property
    def blocked(self) -> bool:
        """A new e-mail that its owner has not confirmed cannot be accepted yet."""
        return self.field.kind.control == "email" and bool(self.change.new) and self.change.confirmed_at is None


@dataclass(frozen=True)
class Waiting:
    """A row of the queue."""

    request: ChangeRequest
    family_number: int
    count: int
    fields: str


def queue(uow: UnitOfWork, *, closed: bool = False, search: str = "", most: int = 50, skip: int = 0) -> list[Waiting]:
    """Requests with their number of fields: pending oldest first, or closed latest first. `search` is literal."""
    uow.staff_only()
    wanted = [ChangeState.PENDING] if not closed else [ChangeState.ACCEPTED, ChangeState.DECLINED]
    counts = (
        select(
            FieldChange.request_id,
            func.count(col(FieldChange.id)).label("count"),
            func.min(FieldChange.field).label("first"),
        )
        .where(col(FieldChange.state).in_(wanted))
        .group_by(col(FieldChange.request_id))
        .subquery()
    )
    order = col(ChangeRequest.closed_at).desc() if closed else col(ChangeRequest.submitted_at)
    found = uow.rows(
        _matching(
            select(ChangeRequest, Family.number, counts.c.count, counts.c.first)
            .join(counts, counts.c.request_id == ChangeRequest.id)
            .join(Family, col(Family.id) == ChangeRequest.family_id)
            .where(ChangeRequest.state == (RequestState.CLOSED if closed else RequestState.PENDING)),
            search,
        )
        .order_by(order, col(ChangeRequest.id))
        .limit(most)
        .offset(skip)
    )
    return [
        Waiting(request, number, count, editables(change_models.RECORD_TYPES[request.sheet])[first].mark.label)
        for request, number, count, first in found
    ]


def count(uow: UnitOfWork, *, closed: bool = False, search: str = "") -> int:
    uow.staff_only()
    return uow.count(
        _matching(
            select(func.count(col(ChangeRequest.id)))
            .join(Family, col(Family.id) == ChangeRequest.family_id)
            .where(ChangeRequest.state == (RequestState.CLOSED if closed else RequestState.PENDING)),
            search,
        )
    )


def _matching(question: Any, search: str) -> Any:
    for word in tidy(search).split()[:6]:
        found: list[Any] = [col(ChangeRequest.title).icontains(word[:60], autoescape=True)]
        if number := parse_id(word):
            found += [col(Family.number) == number, col(ChangeRequest.id) == number]
        question = question.where(or_(*found))
    return question


def lines(uow: UnitOfWork, request: ChangeRequest) -> list[Line]:
    """The fields of a request beside what is recorded now; a record that left gives empty values."""
    uow.staff_only()
    row, fields = change_requests.record_of(uow, request), editables(change_models.RECORD_TYPES[request.sheet])
    changes = {
        change.field: change
        for change in uow.all(
            select(FieldChange)
            .where(FieldChange.request_id == request.id, FieldChange.state != ChangeState.WITHDRAWN)
            .order_by(col(FieldChange.id))
        )
    }
    hidden = protection.hidden_fields(uow, request.sheet, row)
    return [
        Line(one, changes[name], one.shown(row) if row and name not in hidden else "", name in hidden)
        for name, one in fields.items()
        if name in changes
    ]


def mark_present(uow: UnitOfWork, request_id: int | None) -> None:
    """This person has the request open; None: has left."""
    edit_presence.mark_present(uow, ChangeRequest, request_id, RequestState.PENDING)


def decide(
    uow: UnitOfWork,
    request_id: int,
    version: int,
    verdicts: Mapping[str, tuple[str, str]],
    *,
    reason: str = "",
    message: str = "",
) -> ChangeRequest:
    """Accept or decline fields: field -> (« accepted » or « declined », the recorded value that was on the screen).

    All or nothing, in one transaction with the letter and the journal. UserError when somebody was quicker, the family
    or the record changed since, a reason is missing, or the request is the decider's own family's.
    """
    uow.staff_only()
    reason, message = tidy_lines(reason), tidy_lines(message)
    request, row = _locked(uow, request_id)
    _still_open(uow, request, version)
    known = {line.field.name: line for line in lines(uow, request)}
    if row is None:
        return _moot(uow, request, [line for line in known.values() if line.change.state == ChangeState.PENDING])
    chosen = _chosen(known, verdicts, reason)
    for name, (verdict, seen) in chosen.items():
        _settle(uow, row, known[name], verdict, seen, reason)
    request.version += 1
    uow.add(request)
    uow.flush()
    change_requests.close_if_empty(uow, request)
    letters.decided(uow, request, row, [known[name].change for name in chosen], message[:1000])
    changes = {
        known[name].field.mark.label: [known[name].change.old, known[name].change.new, verdict]
        for name, (verdict, _) in chosen.items()
    }
    return _noted(uow, Action.REQUEST_DECIDED, request, changes)


def _chosen(
    known: Mapping[str, Line], verdicts: Mapping[str, tuple[str, str]], reason: str
) -> dict[str, tuple[str, str]]:
    """The verdicts on fields that wait and that the decider may read; UserError when there is none."""
    chosen = {
        name: verdict
        for name, verdict in verdicts.items()
        if name in known
        and not known[name].hidden
        and known[name].change.state == ChangeState.PENDING
        and verdict[0] in VERDICTS
    }
    if not chosen and any(line.hidden for line in known.values()):
        raise UserError(protection.PROTECTED)
    if not chosen:
        raise UserError("Choisissez « Accepter » ou « Refuser » pour au moins un champ.")
    if any(verdict == ChangeState.DECLINED for verdict, _ in chosen.values()) and not reason:
        raise UserError("Donnez la raison du refus : la famille la lira.")
    return chosen


def _settle(uow: UnitOfWork, row: Record, line: Line, verdict: str, seen: str, reason: str) -> None:
    """One field: an accepted value is written to the record, if that still holds what was `seen`."""
    change = line.change
    kept = protection.kept_from_household(uow, change_requests.record_type_of(row), row, change.family_id)
    if line.field.name in kept:
        if verdict == ChangeState.ACCEPTED:
            raise UserError(OTHER_HOUSEHOLD, field=line.field.mark.label)
        change.old = ""  # the letter tells them what was recorded
    if verdict == ChangeState.ACCEPTED:
        if line.blocked:
            raise UserError("La famille n’a pas encore confirmé cette adresse e-mail.")
        if line.now != seen:
            raise UserError(
                "« {field} » a changé depuis l’affichage. Comparez les valeurs et décidez à nouveau.",
                field=line.field.mark.label,
            )
        setattr(row, line.field.name, line.field.kind.read(change.new))
        uow.add(row)
        change.old = line.now
    change.state, change.reason = verdict, reason[:500] if verdict == ChangeState.DECLINED else ""
    change.decided_by, change.decided_at, change.read_at = uow.name, uow.now, None
    uow.add(change)


def _moot(uow: UnitOfWork, request: ChangeRequest, waiting: list[Line]) -> ChangeRequest:
    """The record left since: nothing can be changed, and the family is told so."""
    for line in waiting:
        line.change.state, line.change.decided_by, line.change.decided_at = ChangeState.MOOT, uow.name, uow.now
        uow.add(line.change)
    request.version += 1
    uow.add(request)
    uow.flush()
    change_requests.close_if_empty(uow, request)
    letters.decided(uow, request, None, [line.change for line in waiting])
    return _noted(uow, Action.REQUEST_MOOT, request, {})


def _locked(uow: UnitOfWork, request_id: int) -> tuple[ChangeRequest, Record | None]:
    """The request and its record, locked in the order that a family's asking takes: the record first."""
    row = change_requests.record_of(uow, uow.get(ChangeRequest, request_id), lock=True)
    return uow.get(ChangeRequest, request_id, lock=True), row


def _not_ones_own(uow: UnitOfWork, request: ChangeRequest) -> None:
    own = uow.get(Account, uow.account_id).own_family_id
    if own is not None and own == request.family_id:
        raise UserError("Cette demande est celle de votre famille : un collègue doit la traiter.")


def _still_open(uow: UnitOfWork, request: ChangeRequest, version: int) -> None:
    _not_ones_own(uow, request)
    if request.state != RequestState.PENDING:
        last = uow.one(
            select(FieldChange)
            .where(FieldChange.request_id == request.id, col(FieldChange.decided_at).is_not(None))
            .order_by(col(FieldChange.decided_at).desc())
        )
        if last is None or last.decided_at is None:
            raise UserError("La famille a retiré cette demande.")
        raise UserError(
            "Cette demande a déjà été traitée par {name} le {moment}.",
            name=last.decided_by,
            moment=formats.moment(last.decided_at, sites.here(uow).zone, uow.language),
        )
    if request.version != version:
        raise UserError("La demande a changé depuis son affichage. Relisez-la avant de décider.")


def _noted(uow: UnitOfWork, action: Action, request: ChangeRequest, changes: Mapping[str, object]) -> ChangeRequest:
    """What became of the request: the journal's entry, and open pages are told."""
    audit.note(
        uow,
        action,
        subject=request.sheet,
        subject_id=request.sheet_id,
        family_id=request.family_id,
        changes=changes,
    )
    uow.publish(("family", request.family_id or 0), ("queue", request.site_id), (request.sheet, request.sheet_id))
    return request


def undo(uow: UnitOfWork, request_id: int) -> ChangeRequest:
    """« Annuler la décision », for 24 hours: the record takes its former value back, the fields wait again."""
    uow.staff_only()
    request, row = _locked(uow, request_id)
    _not_ones_own(uow, request)
    decided = [
        line
        for line in lines(uow, request)
        if line.change.decided_at and uow.now - line.change.decided_at < timedelta(hours=UNDO_HOURS)
    ]
    if any(line.hidden for line in decided):
        raise UserError(protection.PROTECTED)
    if not decided or row is None:
        raise UserError("Cette décision date de plus de 24 heures : elle ne peut plus être annulée.")
    if change_requests.pending_request(uow, row, family_id=request.family_id) and request.state == RequestState.CLOSED:
        raise UserError("La famille a fait une nouvelle demande depuis : traitez-la plutôt.")
    for line in decided:
        if line.change.state == ChangeState.ACCEPTED:
            if line.now != line.change.new:
                raise UserError(
                    "« {field} » a changé depuis la décision. Corrigez la fiche de la famille.",
                    field=line.field.mark.label,
                )
            setattr(row, line.field.name, line.field.kind.read(line.change.old))
            uow.add(row)
        line.change.state, line.change.reason = ChangeState.PENDING, ""
        line.change.decided_by, line.change.decided_at = "", None
        uow.add(line.change)
    request.state, request.closed_at, request.version = RequestState.PENDING, None, request.version + 1
    uow.add(request)
    letters.decided(uow, request, row, [line.change for line in decided])
    changes = {line.field.mark.label: [line.change.new, line.now] for line in decided}
    return _noted(uow, Action.DECISION_UNDONE, request, changes)


def may_undo(uow: UnitOfWork, request_lines: list[Line]) -> bool:
    return any(
        line.change.decided_at and uow.now - line.change.decided_at < timedelta(hours=UNDO_HOURS)
        for line in request_lines
    ) and not any(line.hidden and line.change.decided_at for line in request_lines)
