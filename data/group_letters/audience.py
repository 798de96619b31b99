"""Who gets a letter: pupils by what is known of them, their households, and how each of these can be reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select

from data.accounts.models import Account
from data.core import formats, sites
from data.core.fields import fold
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.families import adults
from data.families.models import Family, HouseholdRank, Pupil, PupilLink, Rights
from data.group_letters.models import GroupLetter, Reach
from data.mail.rendering import deliverable
from data.reenrolment import participation
from data.reenrolment.campaigns import Campaign
from data.reenrolment.queue_terms import balance
from data.schooling.models import Course, Enrolment, EnrolmentStatus, Teacher

MAX_NUMBERS = 500


@dataclass(frozen=True)
class Choice:
    """All that is said must hold; `numbers`: families by hand, besides."""

    everyone: bool = False  # the pupils of this school year
    campaign: int = 0
    state: str = ""  # in that campaign
    course: int = 0
    teacher: int = 0
    department: str = ""
    cycle: str = ""
    unpaid: bool = False
    principal: bool = False  # the principal household alone; not of `numbers`
    numbers: tuple[int, ...] = ()

    @property
    def of_pupils(self) -> bool:
        return bool(self.everyone or self.campaign or self.course or self.teacher or self.department or self.cycle)

    def __bool__(self) -> bool:
        return bool(self.of_pupils or self.unpaid or self.numbers)

    def kept(self) -> dict[str, object]:
        """As the row keeps it: what says something."""
        found: dict[str, object] = _CHOICE.dump_python(self, mode="json", exclude_defaults=True)
        return found


_CHOICE = TypeAdapter(Choice)


def choice_of(letter: GroupLetter) -> Choice:
    return _CHOICE.validate_python(letter.choice)


@dataclass
class Household:
    """A family that gets the letter: its pupils concerned, the accounts that are written to with their addresses."""

    family_id: int
    number: int
    pupils: list[Pupil] = field(default_factory=list)
    asked: bool = False
    reach: Reach = Reach.NO_ACCOUNT
    accounts: list[tuple[Account, str]] = field(default_factory=list)
    name: str = ""  # of its first adult


def read_numbers(typed: str) -> tuple[list[int], list[str]]:
    """(families' numbers, what is none) of what is typed, whatever stands between."""
    words = typed.replace(",", " ").replace(";", " ").split()
    read = {word: parse_id(word) for word in dict.fromkeys(words)}
    return [number for number in read.values() if number is not None], [
        word for word, number in read.items() if number is None
    ]


def unknown(uow: UnitOfWork, numbers: Sequence[int]) -> list[int]:
    known = set(uow.all(select(Family.number).where(col(Family.number).in_(numbers)))) if numbers else set()
    return [number for number in numbers if number not in known]


def households(uow: UnitOfWork, choice: Choice) -> list[Household]:
    """By number; each with its accounts that are not blocked."""
    uow.staff_only()
    sites.here(uow)
    found = _chosen(uow, choice) if choice else {}
    return _reached(uow, found)


def of_families(uow: UnitOfWork, pupils: Mapping[int, Sequence[int]]) -> list[Household]:
    """The same of households that are known already: family -> its pupils concerned."""
    numbers = dict(uow.rows(select(Family.id, Family.number).where(col(Family.id).in_(pupils))))
    wanted = {each for ids in pupils.values() for each in ids}
    by_id = {each.id: each for each in uow.all(select(Pupil).where(col(Pupil.id).in_(wanted)))}
    found = {
        family_id: Household(family_id, numbers[family_id], [by_id[each] for each in ids if each in by_id])
        for family_id, ids in pupils.items()
    }
    return _reached(uow, found)


def concerned(uow: UnitOfWork, choice: Choice) -> set[int]:
    """The families that the choice still finds: of a campaign's state or a balance, those who must still answer."""
    uow.staff_only()
    return {family_id for (family_id,) in uow.rows(select(PupilLink.family_id).where(*_conditions(uow, choice)))}


def _chosen(uow: UnitOfWork, choice: Choice) -> dict[int, Household]:
    rows = uow.rows(
        select(PupilLink, Pupil, Family.number)
        .join(Pupil, col(Pupil.id) == PupilLink.pupil_id)
        .join(Family, col(Family.id) == PupilLink.family_id)
        .where(*_conditions(uow, choice))
        .order_by(col(Family.number), col(Pupil.birth_date), col(Pupil.first_name))
    )
    found: dict[int, Household] = {}
    for link, pupil, number in rows:
        household = found.setdefault(link.family_id, Household(link.family_id, number))
        household.pupils.append(pupil)
        household.asked = household.asked or link.rights == Rights.ALL
    for family_id, number in uow.rows(select(Family.id, Family.number).where(col(Family.number).in_(choice.numbers))):
        found.setdefault(family_id, Household(family_id, number))  # one without a pupil
    return found


def _conditions(uow: UnitOfWork, choice: Choice) -> list[ColumnElement[bool]]:
    """On PupilLink."""
    said: list[ColumnElement[bool]] = []
    if choice.of_pupils:
        said.append(col(PupilLink.pupil_id).in_(select(Pupil.id).where(*_of_pupils(uow, choice))))
    if choice.unpaid:
        said.append(col(PupilLink.family_id).in_(select(Family.id).where(balance(col(Family.id)) > 0)))
    by_hand = col(PupilLink.family_id).in_(select(Family.id).where(col(Family.number).in_(choice.numbers)))
    if said and choice.principal:
        said.append(col(PupilLink.household) == HouseholdRank.PRINCIPAL)
    return [or_(and_(*said), by_hand) if said else by_hand]


def _of_pupils(uow: UnitOfWork, choice: Choice) -> list[ColumnElement[bool]]:
    """On Pupil."""
    said: list[ColumnElement[bool]] = []
    if choice.campaign:
        said.append(participation.condition(uow.get(Campaign, choice.campaign), choice.state))
    if choice.cycle:
        said.append(col(Pupil.cycle) == choice.cycle)
    if (
        choice.everyone
        or choice.course
        or choice.teacher
        or choice.department
        or (choice.cycle and not choice.campaign)
    ):
        attending = (
            select(Enrolment.pupil_id)
            .join(Course, col(Course.id) == Enrolment.course_id)
            .where(Course.school_year == formats.school_year(uow.today), Enrolment.status == EnrolmentStatus.ENROLLED)
        )
        narrowed = {Course.id: choice.course, Course.teacher_id: choice.teacher, Course.department: choice.department}
        for column, value in narrowed.items():
            if value:
                attending = attending.where(column == value)
        said.append(col(Pupil.id).in_(attending))
    return said


def _reached(uow: UnitOfWork, found: dict[int, Household]) -> list[Household]:
    """Two questions for all of them."""
    if not found:
        return []
    known = adults.of_families(uow, found)
    opened: dict[int, list[Account]] = {}
    for account in uow.all(select(Account).where(col(Account.family_id).in_(found)).order_by(col(Account.id))):
        opened.setdefault(account.family_id or 0, []).append(account)
    for each in found.values():
        theirs, accounts = known.get(each.family_id, []), opened.get(each.family_id, [])
        addresses = {adult.id: adult.email for adult in theirs}
        each.name = theirs[0].full_name if theirs else ""
        each.accounts = [
            (account, addresses.get(account.guardian_id or 0, "")) for account in accounts if not account.disabled
        ]
        each.reach = _reach(accounts, each.accounts)
    return sorted(found.values(), key=lambda each: each.number)


def _reach(every: Sequence[Account], usable: Sequence[tuple[Account, str]]) -> Reach:
    if not usable:
        return Reach.BLOCKED if every else Reach.NO_ACCOUNT
    return Reach.MAIL if any(deliverable(address) for _, address in usable) else Reach.PORTAL


@dataclass(frozen=True)
class Offered:
    """What can be chosen from, by name."""

    campaigns: Sequence[Campaign]
    courses: Sequence[tuple[int, str]]
    teachers: Sequence[tuple[int, str]]
    departments: Sequence[str]
    cycles: Sequence[str]


def offered(uow: UnitOfWork) -> Offered:
    """Of this school year."""
    uow.staff_only()
    year = formats.school_year(uow.today)
    taught = uow.rows(
        select(Course, Teacher)
        .join(Teacher, col(Teacher.id) == Course.teacher_id, isouter=True)
        .where(Course.school_year == year)
    )
    teachers = {teacher.id: teacher for _, teacher in taught if teacher}
    by_name = sorted(teachers.values(), key=lambda each: fold(f"{each.last_name} {each.first_name}"))
    return Offered(
        uow.all(select(Campaign).order_by(col(Campaign.school_year).desc(), col(Campaign.id).desc())),
        [
            (course.id, " · ".join(filter(None, (course.name, teacher and teacher.full_name))))
            for course, teacher in sorted(taught, key=lambda each: (fold(each[0].name), each[0].number))
        ],
        [(each.id, each.full_name) for each in by_name],
        sorted({course.department for course, _ in taught if course.department}, key=fold),
        sorted((each for each in uow.all(select(Pupil.cycle).distinct()) if each), key=fold),
    )
