"""Two families that were made one, parted again: for a day, while nothing of what was merged has changed since."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import SQLModel, col, select

from data.accounts.sessions import KnownDevice, PushDevice, SignIn
from data.billing.online_payments import OnlinePayment
from data.change_requests.models import ChangeRequest
from data.core import audit, database
from data.core.audit import Action
from data.core.errors import NotFound, UserError
from data.core.sites import Site
from data.core.unit_of_work import UnitOfWork
from data.directory.merge_families import announce
from data.directory.merge_models import PARTS, UNDO_HOURS, FamilyMerge
from data.families import protection
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.importing.writes import restored, stored
from data.messages.models import Inquiry, InquiryTurn
from data.reenrolment.models import SuppliedDocument, Wish
from data.schooling.absences import AbsenceNotice
from data.schooling.calendar_feed import AgendaKey

FOLLOWING: tuple[type[Any], ...] = (SignIn, KnownDevice, PushDevice, AgendaKey)  # they go where their account goes
# What people do, by numbers that no key checks: table, column, whose number it is.
BY_PEOPLE: tuple[tuple[type[Any], str, str], ...] = (
    (ChangeRequest, "sheet_id", "guardian"),
    (ChangeRequest, "author_id", "account"),
    (OnlinePayment, "account_id", "account"),
    (AbsenceNotice, "author_id", "account"),
    (Inquiry, "author_id", "account"),
    (InquiryTurn, "author_id", "account"),
    (Wish, "author_id", "account"),
    (SuppliedDocument, "author_id", "account"),
)
CHANGED = UserError("Ces fiches ont changé depuis la réunion : les familles ne peuvent plus être séparées d’un coup.")
TOO_LATE = UserError("Une réunion de familles s’annule pendant 24 heures.")


def latest(uow: UnitOfWork, family_id: int) -> FamilyMerge | None:
    """The merging that made this family, while it can be undone."""
    uow.staff_only()
    since = uow.now - timedelta(hours=UNDO_HOURS)
    question = select(FamilyMerge).where(
        FamilyMerge.kept_id == family_id, col(FamilyMerge.at) > since, col(FamilyMerge.undone_at).is_(None)
    )
    return uow.one(question.order_by(col(FamilyMerge.id).desc()))


def until(merged: FamilyMerge) -> datetime:
    return merged.at + timedelta(hours=UNDO_HOURS)


def merged_into(uow: UnitOfWork, family_id: int) -> list[int]:
    """The keys of the families that became part of this one: the journal speaks of them too."""
    found, wanted = list[int](), [family_id]
    while wanted:
        question = select(FamilyMerge.gone_id).where(
            col(FamilyMerge.kept_id).in_(wanted), col(FamilyMerge.undone_at).is_(None)
        )
        wanted = [key for key in uow.all(question) if key not in found]
        found += wanted
    return found


def undo(uow: UnitOfWork, merge_id: int) -> FamilyMerge:
    """Both are again what they were; UserError when something of it moved since."""
    uow.staff_only()
    uow.get(Site, uow.site_id, lock=True)
    merged = uow.get(FamilyMerge, merge_id, lock=True)
    if merged.undone_at is not None or uow.now - merged.at >= timedelta(hours=UNDO_HOURS) or not merged.rows:
        raise TOO_LATE
    uow.get(Family, merged.kept_id, lock=True)
    protection.kept_or_refused(uow, merged.kept_id)
    rows = _current(uow, merged)
    _refuse_later_work(uow, merged, rows)
    _put_back(uow, merged, rows)
    merged.undone_at = uow.now
    uow.add(merged)
    audit.note(uow, Action.MERGING_UNDONE, subject="family", subject_id=merged.kept_id, family_id=merged.kept_id,
               changes={"Numéro": ["", merged.gone_number]})  # fmt: skip
    for key in (merged.kept_id, merged.gone_id):
        linked = select(Pupil).join(PupilLink, col(PupilLink.pupil_id) == Pupil.id).where(PupilLink.family_id == key)
        announce(uow, merged, uow.all(linked))
    return merged


def _tables() -> dict[str, type[SQLModel]]:
    return {str(each.__tablename__): each for each in database.table_classes()}


def _current(uow: UnitOfWork, merged: FamilyMerge) -> dict[tuple[str, int], Any]:
    """The rows that were changed or added, as they are; CHANGED when one is gone, or says something else."""
    found: dict[tuple[str, int], Any] = {}
    after: dict[tuple[str, int], dict[str, Any]] = {}
    gone = {(each["table"], each["id"]) for each in merged.rows if "gone" in each}
    for each in merged.rows:
        key = each["table"], each["id"]
        if key not in gone:
            after.setdefault(key, {}).update({name: new for name, (_, new) in each.get("changes", {}).items()})
            try:
                found[key] = found.get(key) or uow.get(_tables()[each["table"]], each["id"], lock=True)
            except NotFound:
                if each["table"] not in {table.__tablename__ for table in FOLLOWING}:  # a session that was swept away
                    raise CHANGED from None
    if any(stored(getattr(found[key], name)) != new for key in found for name, new in after[key].items()):
        raise CHANGED
    return found


def _refuse_later_work(uow: UnitOfWork, merged: FamilyMerge, rows: dict[tuple[str, int], Any]) -> None:
    """A payment of an invoice that would go back, a request about an adult: nothing is torn apart."""
    moved = {(each["table"], each["id"]) for each in merged.rows if "family_id" in each.get("changes", {})}
    for child, column, parent in database.references():
        keys = [key for name, key in moved if name == parent.__tablename__]
        if not keys or child in FOLLOWING or "family_id" not in child.model_fields:
            continue
        for key in uow.all(select(child.id).where(getattr(child, column).in_(keys))):  # type: ignore[attr-defined]
            if (str(child.__tablename__), key) not in rows:
                raise CHANGED
    for table, column, name in BY_PEOPLE:
        keys = [key for record, key in moved if record == name]
        question = select(table.id).where(getattr(table, column).in_(keys))
        if table is ChangeRequest and name == "guardian":
            question = question.where(ChangeRequest.sheet == "guardian")
        if any((str(table.__tablename__), key) not in rows for key in uow.all(question)):
            raise CHANGED
    if uow.one(select(Family).where(Family.id == merged.gone_id)) or uow.one(
        select(Family).where(Family.number == merged.gone_number)
    ):
        raise CHANGED
    taken = [each["id"] for each in merged.rows if each["table"] == "guardian" and "gone" in each]
    if uow.one(select(Guardian).where(col(Guardian.id).in_(taken))):
        raise CHANGED


def _put_back(uow: UnitOfWork, merged: FamilyMerge, rows: dict[tuple[str, int], Any]) -> None:
    """The last first: what went comes, then each row has its former values; parts once what they are a part of is there."""
    gone = [each for each in merged.rows if "gone" in each]
    protected = protection.is_protected(uow, merged.kept_id)
    for each in reversed([one for one in gone if one["table"] in {"family", "guardian"}]):
        rows[each["table"], each["id"]] = back = _come_back(uow, each, keeps_key=True)
        if isinstance(back, Guardian):  # under protection since
            back.contact_hidden = protected
            uow.add(back)
    parts = [row for row in rows.values() if type(row) in PARTS]
    homes = {id(row): row.family_id for row in parts}
    for row in parts:
        row.family_id = None
    uow.flush()
    for each in reversed(merged.rows):
        row = rows.get((each["table"], each["id"]))
        if row is None or "gone" in each:
            continue
        if "new" in each:
            uow.delete(row)
            continue
        for name, (old, _) in each["changes"].items():
            value = restored(type(row), name, old)
            if name == "family_id" and id(row) in homes:
                homes[id(row)] = value
            else:
                setattr(row, name, value)
    uow.flush()
    for row in parts:
        row.family_id = homes[id(row)]
    uow.flush()
    for each in gone:
        if each["table"] not in {"family", "guardian"}:
            _come_back(uow, each, keeps_key=False)
    _follow_accounts(uow, merged, rows)


def _come_back(uow: UnitOfWork, each: dict[str, Any], *, keeps_key: bool) -> Any:
    table = _tables()[each["table"]]
    values = {name: restored(table, name, value) for name, value in each["gone"].items()}
    if not keeps_key:
        values.pop("id")
    return uow.add(table(**values))


def _follow_accounts(uow: UnitOfWork, merged: FamilyMerge, rows: dict[tuple[str, int], Any]) -> None:
    """Sessions and calendars that began meanwhile go where their account goes."""
    for (name, key), account in rows.items():
        if name == "account" and account.family_id == merged.gone_id:
            for table in FOLLOWING:
                for row in uow.all(select(table).where(table.account_id == key)):
                    row.family_id = merged.gone_id
                    uow.add(row)
