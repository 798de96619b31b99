"""« Familles »: all of them, or those that answer to what is typed, a page at a time. One question in SQL.

The words stand folded in the records themselves (data/core/search_text.py), so nothing needs rebuilding; a name that nobody bears
is taken for a typing error, and the names near it are looked for instead.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, exists, func, union
from sqlmodel import col, or_, select

from data.accounts.models import Account
from data.billing.models import Invoice, Payment
from data.core import formats, search_text
from data.core.external_keys import ExternalKey
from data.core.plain_text import fold
from data.core.roles import Role
from data.core.search_text import SearchTerm
from data.core.unit_of_work import UnitOfWork
from data.families import adults, protection
from data.families import models as families
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.schooling.models import Course, Enrolment, EnrolmentStatus, Teacher

PAGE = 50
LARGEST = 2**31 - 1  # of a family's numbers
COLUMNS = ("number", "adult", "pupil", "contact", "town", "access")
HIDEABLE = {"contact", "town"}


@dataclass(frozen=True)
class Found:
    """A family as the list shows it."""

    family: Family
    adults: Sequence[Guardian]
    pupils: Sequence[Pupil]
    accounts: Sequence[Account]


@dataclass(frozen=True)
class Page:
    """`guessed` is what was looked for instead of a word that nobody bears: typed -> names."""

    total: int
    families: Sequence[Found]
    guessed: Mapping[str, Sequence[str]] = field(default_factory=dict)


def find(
    uow: UnitOfWork,
    typed: str = "",
    *,
    without_access: bool = False,
    order: str = "",
    down: bool = False,
    skip: int = 0,
    most: int = PAGE,
) -> Page:
    """The families that answer to all that is typed. `order` is one of COLUMNS; "" is the likeliest first."""
    uow.staff_only()

    terms = search_text.terms_in(typed)
    names = _names(uow, terms)

    def ask(terms: Sequence[SearchTerm]) -> tuple[int, Sequence[Family]]:
        """The page, and how many there are in all: told by the same question, unless the page is beyond the end."""
        conditions = _conditions(uow, terms, names, without_access=without_access)
        page = uow.rows(_sorted(uow, terms, conditions, order, down).limit(most).offset(skip))
        if not page and skip:
            return uow.count(select(func.count(col(Family.id))).where(*conditions)), []
        return (page[0][1] if page else 0), [family for family, _ in page]

    total, page = ask(terms)
    nearer, guessed = _guess(uow, terms) if not total else (terms, {})
    if guessed:
        total, page = ask(nearer)
    return Page(total, _with_people(uow, page), guessed) if page else Page(total, [])


def everyone(uow: UnitOfWork, typed: str = "", *, without_access: bool = False) -> list[int]:
    """The keys of all families that `find` would show, page after page."""
    uow.staff_only()

    terms = search_text.terms_in(typed)
    names = _names(uow, terms)

    def ask(terms: Sequence[SearchTerm]) -> list[int]:
        conditions = _conditions(uow, terms, names, without_access=without_access)
        return list(uow.all(select(Family.id).where(*conditions)))

    found = ask(terms)
    nearer, guessed = _guess(uow, terms) if not found else (terms, {})
    return ask(nearer) if guessed else found


@dataclass(frozen=True)
class _Names:
    """What is found by its folded words and keeps none: the towns where adults live, the teachers of this year."""

    towns: Sequence[str] = ()
    teachers: Sequence[tuple[int, str]] = ()

    def towns_like(self, word: SearchTerm) -> list[str]:
        return [town for town in self.towns if _like(word, town)]

    def teachers_like(self, word: SearchTerm) -> list[int]:
        return [key for key, name in self.teachers if _like(word, name)]


def _like(word: SearchTerm, text: str) -> bool:
    folded = f" {fold(text)}"
    return any(f" {form}" in folded.replace("-", " ") for form in word.forms if form)


def _names(uow: UnitOfWork, terms: Sequence[SearchTerm]) -> _Names:
    """Few of each: they are compared here, as accents do not matter. Where a protected adult lives is not told."""
    if not any(form[:1].isalpha() for word in terms for form in word.forms):
        return _Names()
    living = select(Guardian.town).where(Guardian.town != "").distinct()
    if uow.role != Role.MANAGER:
        living = living.where(col(Guardian.contact_hidden).is_(False))
    teachers = uow.rows(select(Teacher.id, Teacher.first_name, Teacher.last_name))
    return _Names(uow.all(living), [(key, f"{first} {last}") for key, first, last in teachers])


def _conditions(
    uow: UnitOfWork, terms: Sequence[SearchTerm], names: _Names, *, without_access: bool
) -> list[ColumnElement[bool]]:
    return [*(_answers(uow, word, names) for word in terms), *([_without_access()] if without_access else [])]


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _holds(column: Any, word: SearchTerm) -> Any:
    """Any form of the word stands in the column."""
    return or_(*(col(column).like(f"%{_literal(form)}%", escape="\\") for form in word.forms if form))


def _answers(uow: UnitOfWork, word: SearchTerm, names: _Names) -> ColumnElement[bool]:
    """The family's number, one of its adults, pupils or accounts is found by the word; its town, or a teacher of this year.
    A union, for each part has an index of its own: beside each other in an `or` they went through every family."""
    ways: list[Select[Any]] = [
        select(Guardian.family_id).where(_holds(Guardian.search, word)),
        select(PupilLink.family_id)
        .join(Pupil, col(Pupil.id) == PupilLink.pupil_id)
        .where(_holds(Pupil.search, word), *_but_protected(uow, word)),
        select(Account.family_id).where(col(Account.family_id).is_not(None), _holds(Account.login, word)),
    ]
    if any(form[-1:].isdigit() for form in word.forms):
        ways += _codes(word)
    if towns := names.towns_like(word):
        living = select(Guardian.family_id).where(col(Guardian.town).in_(towns))
        if uow.role != Role.MANAGER:
            living = living.where(col(Guardian.contact_hidden).is_(False))
        ways.append(living)
    if teachers := names.teachers_like(word):
        ways.append(_taught(uow, teachers))
    if word.number:
        ways.append(select(Family.id).where(or_(*_begins_with(word.number))))
    if uow.role == Role.MANAGER:
        ways.append(select(Guardian.family_id).where(col(Guardian.contact_hidden).is_(True), _reaches(word)))
    return col(Family.id).in_(union(*ways))


def _begins_with(number: int) -> Iterator[ColumnElement[bool]]:
    """The families' numbers that begin with these figures, as spans that an index finds: 1042, 10420 to 10429, …"""
    width = 1
    while number * width <= LARGEST:
        yield col(Family.number).between(number * width, min(LARGEST, (number + 1) * width - 1))
        width *= 10


def _but_protected(uow: UnitOfWork, word: SearchTerm) -> list[ColumnElement[bool]]:
    """Not the pupils whose address or number alone holds the word, where they are kept from whoever searches: their names,
    as this unit of work reads them, do not."""
    if uow.role == Role.MANAGER:
        return []
    kept = uow.all(protection.pupils_of_protected())
    hidden = [pupil.id for pupil in kept if not any(form in pupil.search for form in word.forms if form)]
    return [col(Pupil.id).not_in(hidden)] if hidden else []


def _taught(uow: UnitOfWork, teachers: Sequence[int]) -> Select[Any]:
    """The families of the pupils that these teachers have this school year."""
    return (
        select(PupilLink.family_id)
        .join(Enrolment, col(Enrolment.pupil_id) == PupilLink.pupil_id)
        .join(Course, col(Course.id) == Enrolment.course_id)
        .where(
            Course.school_year == formats.school_year(uow.today),
            col(Course.teacher_id).in_(teachers),
            col(Enrolment.status) != EnrolmentStatus.LEFT,
        )
    )


def _codes(word: SearchTerm) -> list[Select[Any]]:
    """What the management software calls the family or a pupil; the number of an invoice or a receipt."""
    rows = select(ExternalKey.row_id).where(func.lower(ExternalKey.key).in_(word.forms))
    pupils = rows.where(ExternalKey.record == "pupil")
    return [
        rows.where(ExternalKey.record == "family"),
        select(PupilLink.family_id).where(col(PupilLink.pupil_id).in_(pupils)),
        select(Invoice.family_id).where(func.lower(Invoice.number).in_(word.forms)),
        select(Payment.family_id).where(func.lower(Payment.number).in_(word.forms)),
    ]


def _reaches(word: SearchTerm) -> Any:
    """An address or a number that a protection order hides: it is not among the kept words (data/families/models.py)."""
    forms = [*word.forms, *(f"33{form[1:]}" for form in word.forms if form.startswith("0"))]
    return or_(*(_holds(getattr(Guardian, name), SearchTerm(tuple(forms))) for name in families.REACHED_BY))


def _without_access() -> Any:
    """Somebody of the family has an account and was never told how to come in."""
    return exists().where(col(Account.family_id) == Family.id, *never_informed())


def never_informed() -> tuple[Any, ...]:
    """Accounts whose owner never had a password and never had a letter about it."""
    return (
        col(Account.role) == Role.FAMILY,
        col(Account.password_hash) == "",
        col(Account.access_sent_at).is_(None),
        col(Account.disabled).is_(False),
    )


def _sorted(
    uow: UnitOfWork, terms: Sequence[SearchTerm], conditions: Sequence[ColumnElement[bool]], order: str, down: bool
) -> Any:
    """The question with what it is sorted by. Families without a value stand last, whichever way."""
    found = select(Family.id).where(*conditions).cte("found")
    question = select(Family, func.count().over())
    if conditions:
        question = question.join(found, found.c.id == Family.id)
    if order == "number" or not (order in COLUMNS or terms):
        return question.order_by(col(Family.number).desc() if down else col(Family.number))
    if order in COLUMNS:
        keys = _keys(uow, order).subquery()
        missing = case((or_(keys.c.key.is_(None), cast(keys.c.key, String) == ""), 1), else_=0)
        return question.outerjoin(keys, keys.c.family_id == Family.id).order_by(
            missing, keys.c.key.desc() if down else keys.c.key, col(Family.number)
        )
    exact = [case((col(Family.number) == word.number, 0), else_=1) for word in terms if word.number is not None]
    first = _keys(uow, "adult").join(found, found.c.id == Guardian.family_id).subquery()
    likely = or_(*(first.c.key.like(f"{_literal(form)}%", escape="\\") for form in terms[0].forms if form))
    return question.outerjoin(first, first.c.family_id == Family.id).order_by(
        *exact, case((likely, 0), else_=1), first.c.key, col(Family.number)
    )


def _keys(uow: UnitOfWork, order: str) -> Any:
    """Family -> what it is sorted by: one grouped question, since one a family takes SQLite half a minute."""
    if order == "pupil":
        return (
            select(col(PupilLink.family_id).label("family_id"), func.min(Pupil.search).label("key"))
            .join(Pupil, col(Pupil.id) == PupilLink.pupil_id)
            .group_by(col(PupilLink.family_id))
        )
    if order == "access":
        return (
            select(col(Account.family_id).label("family_id"), func.count(col(Account.id)).label("key"))
            .where(*never_informed())
            .group_by(col(Account.family_id))
        )
    column: Any = {"contact": Guardian.phone_mobile, "town": func.lower(Guardian.town)}.get(order, Guardian.search)
    question: Any = select(col(Guardian.family_id).label("family_id"), func.min(column).label("key")).where(
        Guardian.rank == 1
    )
    if order in HIDEABLE and uow.role != Role.MANAGER:  # a place in the list would tell what the cell does not
        question = question.where(col(Guardian.contact_hidden).is_(False))
    return question.group_by(col(Guardian.family_id))


def _guess(uow: UnitOfWork, terms: Sequence[SearchTerm]) -> tuple[Sequence[SearchTerm], dict[str, Sequence[str]]]:
    """The words to look for instead of misspelt ones, and what was made of each; the same words when none is."""
    if not any(word.may_be_misspelt for word in terms):
        return terms, {}
    of_adults = (Guardian.last_name, Guardian.first_name, Guardian.birth_name)
    each = [select(name).distinct() for name in (*of_adults, Pupil.last_name, Pupil.first_name)]
    names = [name for (name,) in uow.rows(union(*each))]
    parts = search_text.parts_of(names)
    near = {word: _or_itself(word, parts) for word in terms if word.may_be_misspelt}
    guessed = {word.forms[0]: forms for word, forms in near.items() if forms != word.forms}
    return [SearchTerm(_without_longer(near[word])) if word in near else word for word in terms], guessed


def _without_longer(forms: Sequence[str]) -> tuple[str, ...]:
    """Without those that another finds anyway: « lauren » finds « laurent » too, and each form is read for in every record."""
    return tuple(form for form in forms if not any(other != form and form.startswith(other) for other in forms))


def _or_itself(word: SearchTerm, parts: Sequence[str]) -> Sequence[str]:
    """The names near a word; a word that somebody bears stands as it is."""
    near = search_text.near(word.forms[0], parts)
    return word.forms if not near or word.forms[0] in near else near


def _with_people(uow: UnitOfWork, families: Sequence[Family]) -> list[Found]:
    """Who belongs to each, in three questions."""
    ids = [family.id for family in families]
    known = adults.of_families(uow, ids)
    pupils, accounts = ({each: list[Any]() for each in ids} for _ in range(2))
    for family_id, pupil in uow.rows(
        select(PupilLink.family_id, Pupil)
        .join(Pupil, col(Pupil.id) == PupilLink.pupil_id)
        .where(col(PupilLink.family_id).in_(ids))
        .order_by(col(Pupil.birth_date), col(Pupil.first_name))
    ):
        pupils[family_id].append(pupil)
    for account in uow.all(select(Account).where(col(Account.family_id).in_(ids)).order_by(col(Account.id))):
        accounts[account.family_id or 0].append(account)
    return [Found(family, known.get(family.id, []), pupils[family.id], accounts[family.id]) for family in families]
