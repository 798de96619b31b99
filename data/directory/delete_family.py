"""A family deleted when it is empty: adults and accounts that nobody used, and nothing else."""

from sqlalchemy import func
from sqlmodel import col, select

from data.accounts.models import Account
from data.core import audit, database
from data.core.audit import Action
from data.core.errors import UserError
from data.core.external_keys import ExternalKey
from data.core.unit_of_work import UnitOfWork
from data.directory.merge_models import MOVES, FamilyMerge
from data.families.models import Family, Guardian

GOES = (Account, Guardian)  # with the family


def obstacles(uow: UnitOfWork, family_id: int) -> list[str]:
    """Why it cannot be deleted, in French; nothing when it is empty."""
    uow.staff_only()
    found = []
    for table, column, label in MOVES:
        question = select(func.count(col(table.id))).where(getattr(table, column) == family_id)
        if table not in GOES and label and uow.count(question):
            found.append(uow.translate(label).lower())
    accounts = uow.all(select(Account).where(Account.family_id == family_id))
    used = any(each.password_hash or each.access_sent_at for each in accounts)
    if used or _hang_on(uow, [each.id for each in accounts]):
        found.append(uow.translate("un compte qui a servi"))
    if uow.one(select(Guardian).where(Guardian.family_id == family_id, col(Guardian.contact_hidden).is_(True))):
        found.append(uow.translate("des adultes dont les coordonnées sont protégées"))
    if uow.one(select(FamilyMerge).where(FamilyMerge.kept_id == family_id, col(FamilyMerge.undone_at).is_(None))):
        found.append(uow.translate("d’autres familles qui y ont été réunies"))
    return found


def _hang_on(uow: UnitOfWork, account_ids: list[int]) -> bool:
    """Sessions, calendars, letters of access: somebody came, or was told how to."""
    return any(
        uow.one(select(table.id).where(getattr(table, column).in_(account_ids))) is not None  # type: ignore[attr-defined]
        for table, column, parent in database.references()
        if parent is Account
    )


def delete(uow: UnitOfWork, family_id: int) -> None:
    """UserError says what it still has; the database's own keys say the rest."""
    uow.staff_only()
    family = uow.get(Family, family_id, lock=True)
    if uow.get(Account, uow.account_id).own_family_id == family_id:
        raise UserError("Cette fiche est celle de votre famille : un collègue doit la corriger.")
    if found := obstacles(uow, family_id):
        raise UserError("Cette famille ne peut pas être supprimée : elle a {things}.", things=", ".join(found))
    adults = uow.all(select(Guardian).where(Guardian.family_id == family_id))
    accounts = uow.all(select(Account).where(Account.family_id == family_id))
    keys = uow.all(select(ExternalKey).where(ExternalKey.record == "family", ExternalKey.row_id == family_id))
    changes = {
        "Numéro": [family.number, ""],
        "Nom": [", ".join(adult.full_name for adult in adults), ""],
        "Identifiant": [", ".join(account.login for account in accounts), ""],
    }
    audit.note(uow, Action.FAMILY_DELETED, subject="family", subject_id=family_id, family_id=family_id, changes=changes)
    for row in (*accounts, *adults, *keys):
        uow.delete(row)
    uow.flush()
    uow.delete(family)
    uow.flush()
    uow.publish(("families", uow.site_id or 0), ("family", family_id))
