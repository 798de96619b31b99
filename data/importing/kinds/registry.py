"""Every kind of record that is imported and exported, in the order a new installation needs them."""

from sqlmodel import col, func, select

from data.core.errors import UserError
from data.core.unit_of_work import UnitOfWork
from data.importing.kinds import courses as course_kinds
from data.importing.kinds import enrolments, households, payments, school_events
from data.importing.kinds import families as family_kinds
from data.importing.kinds import invoices as invoice_kinds
from data.importing.records import Record

KINDS: dict[str, Record] = {
    record.name: record
    for record in (
        *households.RECORDS,
        *family_kinds.RECORDS,
        *course_kinds.RECORDS,
        *enrolments.RECORDS,
        *school_events.RECORDS,
        *invoice_kinds.RECORDS,
        *payments.RECORDS,
    )
}


def kind(name: str) -> Record:
    found = KINDS.get(name)
    if found is None:
        raise UserError("Choisissez le genre de fiches que contient ce fichier.")
    return found


def counts(uow: UnitOfWork) -> dict[str, int]:
    """Name -> how many rows the site has, in one question."""
    counted = [select(func.count(col(each.table.id))).scalar_subquery() for each in KINDS.values()]
    return dict(zip(KINDS, uow.rows(select(*counted))[0], strict=True))
