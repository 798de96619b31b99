"""Two families made one: written as it was read and answered (data/directory/merge_preview.py), in one transaction, and remembered for
a day so that they can be parted again (data/directory/part_families.py)."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import select

from data.accounts import sessions
from data.billing.pdf_archive import Certificate
from data.change_requests.models import ChangeRequest
from data.core import audit
from data.core.audit import Action
from data.core.errors import UserError
from data.core.external_keys import ExternalKey
from data.core.i18n import _
from data.core.sites import Site
from data.core.unit_of_work import UnitOfWork
from data.directory.edit_families import fields_of
from data.directory.merge_models import MOVES, PARTS, FamilyMerge
from data.directory.merge_preview import CROSSED, GONE, KEPT, ONCE, Answers, Preview, links_of, preview, twins
from data.families.models import Family, Guardian, HouseholdRank, Pupil, Rights
from data.importing.writes import stored


class _Changes:
    """What becomes of each row, so that it can be put back: the values before and after, or the whole of what goes."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow, self.rows = uow, list[dict[str, Any]]()

    def set(self, row: Any, **values: Any) -> None:
        changed = {
            name: [stored(getattr(row, name)), stored(value)]
            for name, value in values.items()
            if getattr(row, name) != value
        }
        if changed:
            self.rows.append({"table": str(row.__tablename__), "id": row.id, "changes": changed})
            for name, value in values.items():
                setattr(row, name, value)
            self.uow.add(row)

    def remove(self, row: Any) -> None:
        values = {name: stored(value) for name, value in row.model_dump().items()}
        self.rows.append({"table": str(row.__tablename__), "id": row.id, "gone": values})
        self.uow.delete(row)
        self.uow.flush()

    def add(self, row: Any) -> None:
        self.uow.add(row)
        self.rows.append({"table": str(row.__tablename__), "id": row.id, "new": True})


def merge(uow: UnitOfWork, kept_id: int, gone_id: int, answers: Answers, mark: str) -> FamilyMerge:
    """Make them one, as it was read (`mark`) and answered. The family that goes leaves its number as another key of the other."""
    uow.staff_only()
    uow.get(Site, uow.site_id, lock=True)
    for key in sorted((kept_id, gone_id)):
        uow.get(Family, key, lock=True)
    found = preview(uow, kept_id, gone_id, answers)
    if found.mark != mark:
        raise CROSSED
    if found.asked(answers):
        raise UserError("Répondez à chaque question avant de réunir les familles.")
    done = _Changes(uow)
    before = {"Numéro": [found.gone.number, found.kept.number], **_names(found)}
    _merge_pupils(uow, found, answers, done)
    _merge_twins(uow, found, answers, done)
    _move(uow, found, done)
    _merge_adults(uow, found, answers, done)
    _keep_keys(uow, found, done)
    merged = uow.add(
        FamilyMerge(
            site_id=uow.site_id or 0,
            kept_id=kept_id,
            gone_id=gone_id,
            gone_number=found.gone.number,
            author=uow.name[:120],
            at=uow.now,
        )
    )
    done.remove(found.gone)
    merged.rows = done.rows
    uow.add(merged)
    audit.note(uow, Action.FAMILIES_MERGED, subject="family", subject_id=kept_id, family_id=kept_id, changes=before)
    announce(uow, merged, found.pupils[0] + found.pupils[1])
    return merged


def _names(found: Preview) -> dict[str, list[str]]:
    """For the journal: who was of which family."""
    said = {}
    for label, rows in ((_("Adultes"), found.adults), (_("Élèves"), found.pupils)):
        said[label] = [", ".join(row.full_name for row in rows[at]) for at in (1, 0)]
    return said


def announce(uow: UnitOfWork, merged: FamilyMerge, pupils: Sequence[Pupil]) -> None:
    for key in (merged.kept_id, merged.gone_id):
        uow.publish(("family", key), ("billing", key))
    uow.publish(("families", uow.site_id or 0), ("queue", uow.site_id or 0), *(("pupil", pupil.id) for pupil in pupils))


def _merge_pupils(uow: UnitOfWork, found: Preview, answers: Answers, done: _Changes) -> None:
    """A pupil of both has one link; the rights are those answered, never raised in silence."""
    mine, theirs = links_of(uow, found.kept.id), links_of(uow, found.gone.id)
    for pupil_id in mine.keys() & theirs.keys():
        ranks = {mine[pupil_id].household, theirs[pupil_id].household}
        household = HouseholdRank.PRINCIPAL if HouseholdRank.PRINCIPAL in ranks else HouseholdRank.SECOND
        rights = answers.get(f"rights-{pupil_id}", mine[pupil_id].rights)
        done.remove(theirs[pupil_id])
        done.set(mine[pupil_id], household=str(household), rights=str(Rights(rights)))


def _merge_twins(uow: UnitOfWork, found: Preview, answers: Answers, done: _Changes) -> None:
    for table, names in ONCE:
        for mine, theirs in twins(uow, found, table, names):
            goes = theirs if answers.get(f"answers-{getattr(theirs, 'pupil_id', 0)}", KEPT) == KEPT else mine
            done.remove(goes)
    for _rest, theirs in twins(uow, found, Certificate, ("pupil_id", "kind", "digest")):
        done.set(
            theirs, digest=f"{theirs.digest[:48]}-{theirs.id}"
        )  # both papers stay valid; the next one is the other's


def _move(uow: UnitOfWork, found: Preview, done: _Changes) -> None:
    """Every row of the one becomes the other's."""
    theirs: list[tuple[Any, str]] = []
    for table, column, _rest in MOVES:
        theirs += [(row, column) for row in uow.all(select(table).where(getattr(table, column) == found.gone.id))]
    for row, column in theirs:
        if type(row) in PARTS and column == "family_id":
            row.family_id = None
    uow.flush()
    for parts in (False, True):
        for row, column in theirs:
            if (type(row) in PARTS and column == "family_id") == parts:
                if parts:
                    row.family_id = found.gone.id  # as it was, for what is remembered; said to the database once
                done.set(row, **{column: found.kept.id})
        uow.flush()


def _merge_adults(uow: UnitOfWork, found: Preview, answers: Answers, done: _Changes) -> None:
    last = max((adult.rank for adult in found.adults[0]), default=0)
    for adult in found.adults[1]:
        other = found.pairs.get(adult.id)
        if other is None:
            last += 1
            done.set(adult, rank=last)
            continue
        before = other.full_name
        done.set(other, **_values(adult, other, answers.get(f"values-{adult.id}", KEPT)))
        _one_account(uow, found, adult, other, answers.get(f"account-{adult.id}", KEPT), done)
        for request in uow.all(
            select(ChangeRequest).where(ChangeRequest.sheet == "guardian", ChangeRequest.sheet_id == adult.id)
        ):
            done.set(request, sheet_id=other.id)
        uow.flush()
        done.remove(adult)
        gone = {one.name: [one.shown(adult), ""] for one in fields_of(Guardian).values() if one.shown(adult)}
        audit.note_record(uow, Action.ADULTS_MERGED, other, found.kept.id,
                   changes={**gone, "Nom": [adult.full_name, f"{before} → {other.full_name}"]})  # fmt: skip


def _values(adult: Guardian, other: Guardian, whose: str) -> dict[str, Any]:
    """What one person's record says then: what only one of the two said, and for the rest the one that was chosen."""
    taken = {}
    for name, one in fields_of(Guardian).items():
        mine, theirs = one.shown(other), one.shown(adult)
        if theirs and (not mine or whose == GONE):
            taken[name] = getattr(adult, name)
    return taken


def _one_account(uow: UnitOfWork, found: Preview, adult: Guardian, other: Guardian, stays: str, done: _Changes) -> None:
    mine = [each for each in found.accounts[0] if each.guardian_id == other.id]
    theirs = [each for each in found.accounts[1] if each.guardian_id == adult.id]
    blocked = (theirs if stays == KEPT else mine) if mine and theirs else []
    for account in [*mine, *theirs]:
        if account in blocked:
            done.set(account, guardian_id=None, disabled=True)
            sessions.end_all(uow, account.id)
        else:
            done.set(account, guardian_id=other.id, name=other.full_name[:120])


def _keep_keys(uow: UnitOfWork, found: Preview, done: _Changes) -> None:
    """What other programs, and people, called the family that goes, finds the other from now on."""
    for key in uow.all(select(ExternalKey).where(ExternalKey.record == "family", ExternalKey.row_id == found.gone.id)):
        done.set(key, row_id=found.kept.id, alias=True)
    number = str(found.gone.number)
    if uow.one(select(ExternalKey).where(ExternalKey.record == "family", ExternalKey.key == number)) is None:
        done.add(ExternalKey(site_id=uow.site_id or 0, record="family", key=number, row_id=found.kept.id, alias=True))
