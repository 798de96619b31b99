"""Every kind of record that is imported and exported, in the order a new installation needs them."""

from sqlmodel import col, func, select

from data.exchange import happenings, money, people, school, settlements
from data.exchange.records import Record
from data.i18n import Refused
from data.visits import Visit

KINDS: dict[str, Record] = {
    record.name: record
    for record in (*people.RECORDS, *school.RECORDS, *happenings.RECORDS, *money.RECORDS, *settlements.RECORDS)
}


def kind(name: str) -> Record:
    found = KINDS.get(name)
    if found is None:
        raise Refused("Choisissez le genre de fiches que contient ce fichier.")
    return found


def counts(v: Visit) -> dict[str, int]:
    """Name -> how many rows the site has, in one question."""
    counted = [select(func.count(col(each.table.id))).scalar_subquery() for each in KINDS.values()]
    return dict(zip(KINDS, v.rows(select(*counted))[0], strict=True))
