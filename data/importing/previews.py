"""What a check shows of the result: the first families as they will be, and totals of amounts. Made of the plan; nothing is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from data.billing.models import Invoice, Payment
from data.core import formats
from data.core.errors import UserError
from data.core.i18n import plural
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.importing.records import shown_number
from data.importing.snapshot import Aside, Entity, Snapshot
from data.schooling.models import Course, Enrolment

MAX_FAMILIES = 10


@dataclass(frozen=True)
class AdultPreview:
    name: str
    address: str
    phones: tuple[str, ...]  # as kept: +33612345678
    email: str
    is_new: bool


@dataclass(frozen=True)
class PupilPreview:
    name: str
    birth_date: str  # 2012-06-16, or ""
    discipline: str
    household: str  # of the link: HouseholdRank
    rights: str
    is_new: bool


@dataclass(frozen=True)
class FamilyPreview:
    """A family after the import: those who are there already too."""

    number: str
    line: int  # of the file that first spoke of it
    is_new: bool
    adults: tuple[AdultPreview, ...] = ()
    pupils: tuple[PupilPreview, ...] = ()


@dataclass
class Previews:
    families: list[FamilyPreview] = field(default_factory=list)
    totals: list[UserError] = field(default_factory=list)  # « 27 pièces, 8 910,00 € », « 55 inscriptions à un cours »


def of(snapshot: Snapshot) -> Previews:
    return Previews(list(_families(snapshot)), list(_totals(snapshot)))


class AsideSum(NamedTuple):
    """Lines that are put aside for one reason: how many, and what their amounts make in cents."""

    lines: int
    cents: int
    why: UserError


def sums_of(aside: Sequence[Aside]) -> list[AsideSum]:
    """By reason, in the order of the file."""
    reasons: dict[str, list[Aside]] = {}
    for each in aside:
        reasons.setdefault(str(each.why), []).append(each)
    return [AsideSum(len(same), sum(each.cents for each in same), same[0].why) for same in reasons.values()]


def _families(snapshot: Snapshot) -> Iterator[FamilyPreview]:
    """The first ones that the file speaks of."""
    about = [each for each in _every(snapshot, Family) if each.line_number and not each.guarded]
    wanted = sorted(about, key=lambda each: each.line_number)[:MAX_FAMILIES]
    adults = _of_families(snapshot, Guardian, wanted)
    links = _of_families(snapshot, PupilLink, wanted)
    for family in wanted:
        people = sorted(adults.get(id(family), ()), key=lambda each: each["rank"])
        pupils = [_pupil(snapshot, link) for link in links.get(id(family), ())]
        yield FamilyPreview(
            shown_number(snapshot, family),
            family.line_number,
            family.id is None,
            tuple(_adult(each) for each in people),
            tuple(each for each in pupils if each),
        )


def _every(snapshot: Snapshot, table: type) -> Iterator[Entity]:
    yield from snapshot.rows.get(table, {}).values()
    yield from snapshot.added.get(table, ())


def _of_families(snapshot: Snapshot, table: type, wanted: list[Entity]) -> dict[int, list[Entity]]:
    """Rows by the family that they name, which may have no key yet."""
    by_key = {each.id: id(each) for each in wanted if each.id is not None}
    found: dict[int, list[Entity]] = {id(each): [] for each in wanted}
    for row in _every(snapshot, table):
        family = row.refs.get("family_id")
        of_it = id(family) if family is not None else by_key.get(row["family_id"], 0)
        if of_it in found:
            found[of_it].append(row)
    return found


def _adult(row: Entity) -> AdultPreview:
    where = f"{row['postcode']} {row['town']}".strip()
    phones = tuple(row[name] for name in ("phone_mobile", "phone_home", "phone_work") if row[name])
    name = f"{row['first_name']} {row['last_name']}".strip()
    return AdultPreview(name, ", ".join(filter(None, (row["address"], where))), phones, row["email"], row.id is None)


def _pupil(snapshot: Snapshot, link: Entity) -> PupilPreview | None:
    row = link.refs.get("pupil_id") or snapshot.at(Pupil, link["pupil_id"])
    if row is None:
        return None
    name, birth = f"{row['first_name']} {row['last_name']}".strip(), row["birth_date"]
    day = birth.isoformat() if birth else ""
    return PupilPreview(name, day, row["discipline"], link["household"], link["rights"], row.id is None)


def _totals(snapshot: Snapshot) -> Iterator[UserError]:
    """Of what is added."""
    invoices, payments = snapshot.added.get(Invoice, []), snapshot.added.get(Payment, [])
    if invoices:
        cents = sum((each["total"] or 0) * (-1 if each["nature"] == "credit" else 1) for each in invoices)
        yield UserError(
            plural("{count} pièce, {sum}", "{count} pièces, {sum}"), count=len(invoices), sum=formats.Euros(cents)
        )
    if payments:
        cents = sum(each["cents"] or 0 for each in payments if each["state"] != "rejected")
        yield UserError(
            plural("{count} règlement, {sum}", "{count} règlements, {sum}"),
            count=len(payments),
            sum=formats.Euros(cents),
        )
    enrolments, courses = snapshot.added.get(Enrolment, []), snapshot.added.get(Course, [])
    if enrolments:
        yield UserError(
            plural("{count} inscription à un cours", "{count} inscriptions à un cours"), count=len(enrolments)
        )
    if courses:
        yield UserError(plural("{count} cours créé", "{count} cours créés"), count=len(courses))
