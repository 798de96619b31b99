"""What became of a letter to a group: who read it, who accepted, who must still answer, who is to be told otherwise."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, func, true
from sqlmodel import col, select

from data.core import audit, sites
from data.core.audit import Action
from data.core.i18n import _, translate
from data.core.spreadsheets import Cell
from data.core.unit_of_work import UnitOfWork
from data.families import adults
from data.families.models import Family
from data.group_letters import audience
from data.group_letters.models import BY_HAND, UNREACHED, GroupLetter, GroupRecipient, Reach

PAGE = 50


class Only(StrEnum):
    """Which households of a letter are shown, as its address says it."""

    ALL = ""
    READ = "lus"
    UNREAD = "non-lus"
    ACCEPTED = "acceptes"
    AWAITED = "attendus"  # who must still accept
    CONCERNED = "concernes"  # whom the choice still finds: silent in the campaign, owing
    BY_HAND = "autrement"


@dataclass(frozen=True)
class Line:
    row: GroupRecipient
    number: int
    name: str


@dataclass(frozen=True)
class Followed:
    counts: dict[Only, int]
    lines: Sequence[Line]


def _of(only: Only, concerned: set[int]) -> ColumnElement[bool]:
    row = GroupRecipient
    conditions: dict[Only, ColumnElement[bool]] = {
        Only.ALL: true(),
        Only.READ: col(row.read_at).is_not(None),
        Only.UNREAD: and_(col(row.read_at).is_(None), col(row.reach).not_in(UNREACHED)),
        Only.ACCEPTED: col(row.accepted_at).is_not(None),
        Only.AWAITED: and_(col(row.asked).is_(True), col(row.accepted_at).is_(None)),
        Only.CONCERNED: col(row.family_id).in_(concerned),
        Only.BY_HAND: col(row.reach).in_(BY_HAND),
    }
    return conditions[only]


def shown(letter: GroupLetter) -> list[Only]:
    """What this letter can be narrowed to: it asks for an answer, or its choice is one that families leave by answering."""
    answers = [Only.ACCEPTED, Only.AWAITED] if letter.asks else []
    leaves = [Only.CONCERNED] if letter.choice.get("campaign") or letter.choice.get("unpaid") else []
    return [Only.ALL, Only.READ, Only.UNREAD, *answers, *leaves, Only.BY_HAND]


def followed(uow: UnitOfWork, letter: GroupLetter, only: Only, *, most: int = PAGE, skip: int = 0) -> Followed:
    uow.staff_only()
    concerned = _concerned(uow, letter)
    counts = {
        each: uow.count(
            select(func.count(col(GroupRecipient.id))).where(
                GroupRecipient.letter_id == letter.id, _of(each, concerned)
            )
        )
        for each in shown(letter)
    }
    rows = uow.rows(
        select(GroupRecipient, Family.number)
        .join(Family, col(Family.id) == GroupRecipient.family_id)
        .where(GroupRecipient.letter_id == letter.id, _of(only, concerned))
        .order_by(col(Family.number))
        .offset(skip)
        .limit(most)
    )
    known = adults.of_families(uow, (row.family_id for row, _ in rows))
    names = {family_id: first.full_name for family_id, (first, *_others) in known.items()}
    return Followed(counts, [Line(row, number, names.get(row.family_id, "")) for row, number in rows])


def _concerned(uow: UnitOfWork, letter: GroupLetter) -> set[int]:
    """Families by hand are not found by what they must answer."""
    if Only.CONCERNED not in shown(letter):
        return set()
    return audience.concerned(uow, replace(audience.choice_of(letter), numbers=()))


def tallies(uow: UnitOfWork) -> dict[int, tuple[int, int, int, int]]:
    """Letter -> (households, read, whose acceptance is asked, accepted): for the list, in one question."""
    uow.staff_only()
    row = GroupRecipient
    asked = func.sum(case((col(row.asked).is_(True), 1), else_=0))
    found = uow.rows(
        select(row.letter_id, func.count(col(row.id)), func.count(col(row.read_at)), asked)
        .add_columns(func.count(col(row.accepted_at)))
        .group_by(col(row.letter_id))
    )
    return {letter_id: (every, read, asked, accepted) for letter_id, every, read, asked, accepted in found}


HEADS = (
    _("Famille"), _("Responsable"), _("Remise"), _("Lu le"), _("Lu par"), _("Accord demandé"), _("Accepté le"), _("Accepté par"),
)  # fmt: skip


def table(uow: UnitOfWork, letter_id: int, label: Callable[[StrEnum], str]) -> tuple[str, list[str], list[list[Cell]]]:
    """(title, heads, rows) of all its households, as a spreadsheet."""
    letter, zone = uow.get(GroupLetter, letter_id), sites.here(uow).zone
    found = followed(uow, letter, Only.ALL, most=100_000).lines

    def local(at: datetime | None) -> Cell:
        return at.astimezone(zone).replace(tzinfo=None) if at else None

    rows: list[list[Cell]] = [
        [
            line.number,
            line.name,
            translate(label(Reach(line.row.reach)), uow.language),
            local(line.row.read_at),
            line.row.read_by,
            uow.translate("Oui") if line.row.asked else uow.translate("Non"),
            local(line.row.accepted_at),
            line.row.accepted_by,
        ]
        for line in found
    ]
    return letter.subject, [uow.translate(each) for each in HEADS], rows


def note_taken(uow: UnitOfWork, letter_id: int, rows: int) -> None:
    """The journal keeps who took the list, and how long it was."""
    uow.staff_only()
    letter = uow.get(GroupLetter, letter_id)
    changes = {"title": ["", letter.subject], "rows": ["", rows]}
    audit.note_record(uow, Action.RECORDS_EXPORTED, letter, changes=changes)
