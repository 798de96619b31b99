"""Every kind of record that is imported and exported, in the order a new installation needs them."""

from data.exchange import happenings, money, people, school
from data.exchange.records import Record
from data.i18n import Refused

KINDS: dict[str, Record] = {
    record.name: record for record in (*people.RECORDS, *school.RECORDS, *happenings.RECORDS, *money.RECORDS)
}


def kind(name: str) -> Record:
    found = KINDS.get(name)
    if found is None:
        raise Refused("Choisissez le genre de fiches que contient ce fichier.")
    return found
