"""What families ask to change, until staff decide. The record itself does not move before.

A request holds the changed fields of one record; asking again replaces the pending value of a field.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, or_
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col, select

from data.change_requests import bounds, letters
from data.change_requests.models import RECORD_TYPES, Asked, ChangeRequest, ChangeState, FieldChange, RequestState
from data.core import audit, sites
from data.core.audit import Action
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.fields import editables, full_name
from data.core.i18n import JOURNAL
from data.core.sites import Policy, Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork, prepared
from data.families import models as families
from data.families import protection, stored_files
from data.families.models import Record
from data.mail.outbox import Change

CONFIRM_DAYS = 7


@dataclass
class Outcome:
    """What a record sent by a family led to."""

    asked: list[Change] = field(default_factory=list)
    saved: list[Change] = field(default_factory=list)
    noted: dict[str, list[str]] = field(default_factory=dict)  # the same for the journal, which has one language
    withdrawn: list[str] = field(default_factory=list)
    mailed: bool = False

    @property
    def nothing(self) -> bool:
        return not (self.asked or self.saved or self.withdrawn)


def record_type_of(row: SQLModel) -> str:
    return type(row).__name__.lower()


_PENDING = select(ChangeRequest).where(
    ChangeRequest.sheet == bindparam("sheet"),
    ChangeRequest.sheet_id == bindparam("row"),
    ChangeRequest.state == RequestState.PENDING,
)
_OF_ONE_FAMILY = _PENDING.where(ChangeRequest.family_id == bindparam("family"))
_PENDING_REQUEST = {  # (locked, of one family)
    (lock, one): prepared(question.with_for_update().execution_options(populate_existing=True) if lock else question)
    for lock in (False, True)
    for one, question in ((False, _PENDING), (True, _OF_ONE_FAMILY))
}
_WAITING = prepared(
    select(FieldChange).where(FieldChange.request_id == bindparam("request"), FieldChange.state == ChangeState.PENDING)
)
_UNREAD = and_(col(FieldChange.state) == ChangeState.DECLINED, col(FieldChange.read_at).is_(None))
_OF_RECORDS = (
    select(ChangeRequest, FieldChange)
    .join(FieldChange, col(FieldChange.request_id) == ChangeRequest.id)
    .where(col(ChangeRequest.sheet_id).in_(bindparam("rows", expanding=True)))
)
_PENDING_OF_RECORDS = prepared(
    _OF_RECORDS.where(ChangeRequest.state == RequestState.PENDING, FieldChange.state == ChangeState.PENDING)
)
_SHOWN_OF_RECORDS = prepared(
    _OF_RECORDS.where(
        or_(
            and_(col(ChangeRequest.state) == RequestState.PENDING, col(FieldChange.state) == ChangeState.PENDING),
            _UNREAD,
        )
    ).order_by(col(FieldChange.id))
)
_UNREAD_OF_RECORD = prepared(
    select(FieldChange)
    .join(ChangeRequest, col(FieldChange.request_id) == ChangeRequest.id)
    .where(ChangeRequest.sheet == bindparam("sheet"), ChangeRequest.sheet_id == bindparam("row"), _UNREAD)
)


def pending_request(
    uow: UnitOfWork, row: Record, *, family_id: int | None = None, lock: bool = False
) -> ChangeRequest | None:
    """The family's open request for that record; staff say whose, as a pupil may be of two."""
    whose = {} if family_id is None else {"family": family_id}
    return uow.one(_PENDING_REQUEST[lock, bool(whose)], sheet=record_type_of(row), row=row.id, **whose)


def pending(uow: UnitOfWork, rows: Sequence[Record]) -> dict[tuple[str, int], dict[str, FieldChange]]:
    """(record, its id) -> field -> what waits, for several records in one question."""
    found: dict[tuple[str, int], dict[str, FieldChange]] = {(record_type_of(row), row.id): {} for row in rows}
    if rows:
        for request, change in uow.rows(_PENDING_OF_RECORDS, rows=[row.id for row in rows]):
            if (request.sheet, request.sheet_id) in found:
                found[request.sheet, request.sheet_id][change.field] = change
    return found


@dataclass(frozen=True)
class Shown:
    """What stands beside the fields of one record: what waits, and what was refused and is not read yet."""

    pending: dict[str, FieldChange] = field(default_factory=dict)
    refused: dict[str, FieldChange] = field(default_factory=dict)


def shown(uow: UnitOfWork, rows: Sequence[Record]) -> dict[tuple[str, int], Shown]:
    """For several records in one question."""
    found = {(record_type_of(row), row.id): Shown() for row in rows}
    if rows:
        for request, change in uow.rows(_SHOWN_OF_RECORDS, rows=[row.id for row in rows]):
            if beside := found.get((request.sheet, request.sheet_id)):
                (beside.pending if change.state == ChangeState.PENDING else beside.refused)[change.field] = change
    return found


def read_refusal(uow: UnitOfWork, row: Record, names: Collection[str]) -> None:
    """The family read why these fields of its record were refused, or asks for them anew."""
    for change in uow.all(_UNREAD_OF_RECORD, sheet=record_type_of(row), row=row.id):
        if change.field in names:
            change.read_at = uow.now
            uow.add(change)


def _check_may_change(uow: UnitOfWork, row: Record) -> None:
    """UserError for a household that only consults, also of what it asked while it could do more."""
    if not families.may_change(uow, row):
        raise UserError("Vous pouvez consulter cette fiche, mais pas la modifier. Adressez-vous au conservatoire.")


def may_propose(uow: UnitOfWork, row: Record) -> None:
    """UserError where `propose` would refuse whatever is typed: before a file is kept for it."""
    _check_may_change(uow, row)
    audit.not_too_often(uow, Action.CHANGE_ASKED)


def propose(uow: UnitOfWork, row: Record, typed: Mapping[str, object]) -> Outcome:
    """Record what the family typed in its record: at once, or as a request, as the site decides for each field.

    ValidationErrors names each field that cannot be read; fields that are not this family's to change are ignored and noted.
    """
    _check_may_change(uow, row)
    site = sites.here(uow)
    row = uow.get(type(row), row.id, lock=True)  # two tabs of a family, or an import, wait for each other
    values = _read(uow, site, row, typed)
    request = pending_request(uow, row, lock=True)
    waiting = {change.field: change for change in uow.all(_WAITING, request=request.id)} if request else {}
    _check_addresses(uow, row, values, waiting)
    table: type[SQLModel] = type(row)
    outcome, fields = Outcome(), editables(table)
    for name, (value, how) in values.items():
        one, before, wanted = fields[name], fields[name].shown(row), fields[name].kind.show(value)
        held = waiting.get(name)
        if wanted == (held.new if held else before):
            continue
        old, new = (one.format_value(each, uow.language) for each in (before, wanted))
        line = (uow.translate(one.mark.label), old, new, "")
        if held and wanted == before:
            held.state = ChangeState.WITHDRAWN
            uow.add(held)
            outcome.withdrawn.append(one.mark.label)
            continue
        outcome.noted[one.mark.label] = [one.format_value(each, JOURNAL) for each in (before, wanted)]
        if how == Policy.IMMEDIATE:
            setattr(row, name, value)
            if held:
                held.state = ChangeState.WITHDRAWN
                uow.add(held)
            outcome.saved.append(line)
        else:
            request = request or uow.add(
                ChangeRequest(
                    site_id=site.id,
                    family_id=uow.family_id,
                    sheet=record_type_of(row),
                    sheet_id=row.id,
                    title=_title(row),
                    author_id=uow.account_id or 0,
                    submitted_at=uow.now,
                    changed_at=uow.now,
                )
            )
            change = held or FieldChange(site_id=site.id, family_id=uow.family_id, request_id=request.id, field=name)
            change.old, change.new, change.confirmed_at = before, wanted, None
            uow.add(change)
            outcome.asked.append(line)
            if one.kind.control == "email":
                _ask_to_confirm(uow, site, row, change, before)
    if not outcome.nothing:
        read_refusal(uow, row, {name for name in values if fields[name].mark.label in outcome.noted})
        _finish(uow, site, row, request, outcome)
    return outcome


def faults(uow: UnitOfWork, row: Record, typed: Mapping[str, object]) -> dict[str, UserError]:
    """What `propose` would refuse of it."""
    try:
        _read(uow, sites.here(uow), row, typed)
    except ValidationErrors as invalid:
        return invalid.faults
    return {}


def _read(uow: UnitOfWork, site: Site, row: Record, typed: Mapping[str, object]) -> dict[str, tuple[Any, sites.Policy]]:
    """Field -> (value, policy) of what may be changed; ValidationErrors with every fault at once."""
    fields = protection.open_fields(uow, site, record_type_of(row), row)
    values: dict[str, tuple[Any, sites.Policy]] = {}
    faults: dict[str, UserError] = {}
    ignored = [str(name)[:40] for name in typed if name not in fields or fields[name][1] == Policy.READONLY]
    if ignored:
        bounds.note_ignored(uow, record_type_of(row), row.id, ignored)
    for name, (one, how) in fields.items():
        if name not in typed or how == Policy.READONLY:
            continue
        try:
            value = families.read_field(uow, row, one, typed)
            if one.kind.control == "photo" and value and stored_files.by_name(uow, value).pupil_id != row.id:
                raise NotFound(f"photo {value[:32]}")
            if value in ("", None) and sites.is_required(site, one, type(row)):
                raise UserError("Ce champ ne peut pas rester vide.")
            values[name] = (value, how)
        except UserError as error:
            faults[name] = error
    others = {name: getattr(row, name) for name in fields} | {name: value for name, (value, _) in values.items()}
    for name, (value, _) in values.items():
        try:
            families.check_together(fields[name][0], value, {**others, "today": uow.today})
        except UserError as error:
            faults[name] = error
    if faults:
        raise ValidationErrors({name: faults[name] for name in fields if name in faults})
    return values


def _check_addresses(
    uow: UnitOfWork, row: Record, values: Mapping[str, tuple[object, Policy]], waiting: Mapping[str, FieldChange]
) -> None:
    """Before anything is written: ValidationErrors where one address too many would be written to."""
    for name, (value, how) in values.items():
        one = editables(type(row))[name]
        known = waiting[name].new if name in waiting else one.shown(row)
        if value and how != Policy.IMMEDIATE and one.kind.control == "email" and one.kind.show(value) != known:
            bounds.not_too_many_addresses(uow, name)


def _title(row: Record) -> str:
    return full_name(row.last_name, row.first_name)


def _finish(uow: UnitOfWork, site: Site, row: Record, request: ChangeRequest | None, outcome: Outcome) -> None:
    """Close a request left without field, tell the family by letter, the staff by their queue, the journal."""
    uow.add(row)
    if request:
        request.version, request.changed_at = request.version + 1, uow.now
        uow.add(request)
        if not outcome.asked:
            close_if_empty(uow, request)
    outcome.mailed = letters.received(uow, row, request, outcome.asked, outcome.saved)
    audit.note(
        uow,
        Action.CHANGE_ASKED if outcome.asked else Action.CHANGE_SAVED if outcome.saved else Action.CHANGE_WITHDRAWN,
        subject=record_type_of(row),
        subject_id=row.id,
        changes=outcome.noted or {"fields": [outcome.withdrawn, ""]},
    )
    announce(uow, row, uow.family_id)


def announce(uow: UnitOfWork, row: Record, family_id: int | None) -> None:
    """Redraw the open pages that show this record, or the queue it waits in."""
    uow.publish(("family", family_id or 0), ("queue", row.site_id), (record_type_of(row), row.id))


def close_if_empty(uow: UnitOfWork, request: ChangeRequest) -> None:
    if uow.one(_WAITING, request=request.id) is None:
        request.state, request.closed_at = RequestState.CLOSED, uow.now
        uow.add(request)


def withdraw(uow: UnitOfWork, row: Record) -> None:
    """Take back everything that waits for this record: « Annuler mes modifications en attente »."""
    request = pending_request(uow, row, lock=True)
    if request is None:
        return
    _check_may_change(uow, row)
    changes = uow.all(_WAITING, request=request.id)
    for change in changes:
        change.state = ChangeState.WITHDRAWN
        uow.add(change)
    request.state, request.closed_at, request.version = RequestState.CLOSED, uow.now, request.version + 1
    uow.add(request)
    audit.note(
        uow,
        Action.CHANGE_WITHDRAWN,
        subject=record_type_of(row),
        subject_id=row.id,
        changes={change.field: [change.new, change.old] for change in changes},
    )
    announce(uow, row, uow.family_id)


def latest() -> ColumnElement[bool]:
    """Of a family's fields asked, waiting or decided, as many of the latest as the parameter `changes` says."""
    request, change = aliased(ChangeRequest), aliased(FieldChange)
    keys = (
        select(change.id)
        .join(request, col(request.id) == change.request_id)
        .where(col(change.state).in_([ChangeState.PENDING, ChangeState.ACCEPTED, ChangeState.DECLINED]))
        .order_by(col(request.changed_at).desc(), col(change.id))
        .limit(bindparam("changes", type_=Integer))
    )
    return col(FieldChange.id).in_(keys)


_LATEST = prepared(
    select(ChangeRequest, FieldChange)
    .join(FieldChange, col(FieldChange.request_id) == ChangeRequest.id)
    .where(latest())
    .order_by(col(ChangeRequest.changed_at).desc(), col(FieldChange.id))
)


def of_the_family(uow: UnitOfWork, most: int = 6) -> list[Asked]:
    """« Vos demandes »: the latest fields asked, waiting or decided."""
    return as_asked(uow.rows(_LATEST, changes=most))


def as_asked(found: Iterable[tuple[ChangeRequest, FieldChange]]) -> list[Asked]:
    """Each with its field."""
    return [(request, change, editables(RECORD_TYPES[request.sheet])[change.field]) for request, change in found]


def _ask_to_confirm(uow: UnitOfWork, site: Site, row: Record, change: FieldChange, before: str) -> None:
    """Staff accept the new address only once the link sent to it was followed."""
    token = secrets.token_urlsafe(24)
    change.confirm_hash = hashlib.sha256(token.encode()).hexdigest() if change.new else ""
    uow.add(change)
    letters.email_asked(uow, row, before, change.new, token)


def confirm_email(token: str, *, now: datetime | None = None) -> str | None:
    """The address that this link confirms, marked as confirmed; None when the link is old or unknown. Whoever follows it again,
    a mail program that followed it first, reads the same: it is confirmed, though the office may have accepted it since."""
    with system_unit_of_work(writes=True, now=now) as uow:
        change = uow.one(
            select(FieldChange).where(
                FieldChange.confirm_hash == hashlib.sha256(token.encode()).hexdigest(),
                col(FieldChange.state).in_([ChangeState.PENDING, ChangeState.ACCEPTED]),
            )
        )
        if change is None or len(token) < 20:
            return None
        if change.state == ChangeState.ACCEPTED:
            return change.new if change.confirmed_at else None
        request = uow.get(ChangeRequest, change.request_id, lock=True)
        if uow.now - request.changed_at > timedelta(days=CONFIRM_DAYS):
            return None
        if change.confirmed_at is None:
            change.confirmed_at = uow.now
            request.version += 1
            uow.add(change)
            uow.add(request)
            audit.note(
                uow,
                Action.EMAIL_CONFIRMED,
                by=audit.Author(change.site_id, "–"),
                family_id=change.family_id,
                subject=request.sheet,
                subject_id=request.sheet_id,
            )
            uow.publish(("family", change.family_id or 0), ("queue", change.site_id))
        return change.new


def record_of(uow: UnitOfWork, request: ChangeRequest, *, lock: bool = False) -> Record | None:
    """The record a request is about, or None when it left."""
    try:
        return uow.get(RECORD_TYPES[request.sheet], request.sheet_id, lock=lock)
    except NotFound:
        return None
