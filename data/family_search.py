"""« Familles »: all of them, or those that answer to what is typed, a page at a time. One question in SQL.

The words stand folded in the records themselves (data/findable.py), so nothing needs rebuilding; a name that nobody bears
is taken for a typing error, and the names near it are looked for instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import String, case, cast, exists, func, union
from sqlmodel import col, or_, select

from data import findable
from data.accounts import Account
from data.families import Family, Guardian, Pupil, PupilLink
from data.findable import Word
from data.visits import Visit

PAGE = 50
COLUMNS = ("number", "adult", "pupil", "contact", "town", "access")


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
    v: Visit,
    typed: str = "",
    *,
    without_access: bool = False,
    order: str = "",
    down: bool = False,
    skip: int = 0,
    most: int = PAGE,
) -> Page:
    """The families that answer to all that is typed. `order` is one of COLUMNS; "" is the likeliest first."""
    v.staff_only()
    words, guessed = findable.words_in(typed), dict[str, Sequence[str]]()
    conditions = [*map(_answers, words), *([_without_access()] if without_access else [])]
    total = _count(v, conditions)
    if words and not total and (near := _guess(v, words)):
        guessed = {word.forms[0]: names for word, names in near.items() if names != word.forms}
        words = [Word(tuple(near.get(word, word.forms))) for word in words]
        conditions = [*map(_answers, words), *([_without_access()] if without_access else [])]
        total = _count(v, conditions) if guessed else 0
    if not total:
        return Page(0, [])
    question = select(Family).where(*conditions).order_by(*_order(words, order, down)).limit(most).offset(skip)
    return Page(total, _with_people(v, v.all(question)), guessed)


def _count(v: Visit, conditions: Sequence[Any]) -> int:
    return v.count(select(func.count(col(Family.id))).where(*conditions))


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _holds(column: Any, word: Word) -> Any:
    """Any form of the word stands in the column."""
    return or_(*(col(column).like(f"%{_literal(form)}%", escape="\\") for form in word.forms if form))


def _answers(word: Word) -> Any:
    """The family's number, one of its adults, pupils or accounts is found by the word."""
    ways = [
        col(Family.id).in_(select(Guardian.family_id).where(_holds(Guardian.search, word))),
        col(Family.id).in_(
            select(PupilLink.family_id)
            .join(Pupil, col(Pupil.id) == PupilLink.pupil_id)
            .where(_holds(Pupil.search, word))
        ),
        col(Family.id).in_(
            select(Account.family_id).where(col(Account.family_id).is_not(None), _holds(Account.login, word))
        ),
    ]
    if word.number is not None:
        ways.append(cast(col(Family.number), String).like(f"{word.number}%"))
    return or_(*ways)


def _without_access() -> Any:
    """Somebody of the family has an account and was never told how to come in."""
    return exists().where(col(Account.family_id) == Family.id, *never_told())


def never_told() -> tuple[Any, ...]:
    """Accounts whose owner never had a password and never had a letter about it."""
    return (
        col(Account.role) == "family",
        col(Account.password_hash) == "",
        col(Account.access_sent_at).is_(None),
        col(Account.disabled).is_(False),
    )


def _order(words: Sequence[Word], order: str, down: bool) -> list[Any]:
    """What to sort by. Families without a value stand last, whichever way."""
    first = _of_first(Guardian.search)
    if order in COLUMNS:
        key = {
            "number": lambda: col(Family.number),
            "adult": lambda: first,
            "pupil": lambda: (
                select(func.min(Pupil.search))
                .join(PupilLink, col(PupilLink.pupil_id) == Pupil.id)
                .where(PupilLink.family_id == Family.id)
                .scalar_subquery()
            ),
            "contact": lambda: _of_first(Guardian.phone_mobile),
            "town": lambda: _of_first(func.lower(Guardian.town)),
            "access": lambda: (
                select(func.count(col(Account.id)))
                .where(Account.family_id == Family.id, *never_told())
                .scalar_subquery()
            ),
        }[order]()
        missing = case((or_(key.is_(None), cast(key, String) == ""), 1), else_=0)
        return [missing, key.desc() if down else key, col(Family.number)]
    if not words:
        return [col(Family.number)]
    exact = [case((col(Family.number) == word.number, 0), else_=1) for word in words if word.number is not None]
    begins = [
        case((or_(*(first.like(f"{_literal(form)}%", escape="\\") for form in words[0].forms if form)), 0), else_=1)
    ]
    return [*exact, *begins, first, col(Family.number)]


def _of_first(column: Any) -> Any:
    """A column of the family's first adult."""
    return (
        select(column)
        .where(Guardian.family_id == Family.id)
        .order_by(col(Guardian.rank), col(Guardian.id))
        .limit(1)
        .scalar_subquery()
    )


def _guess(v: Visit, words: Sequence[Word]) -> dict[Word, Sequence[str]]:
    """Each word that may be misspelt -> itself and the names near it. Empty when no word has any."""
    if not any(word.may_be_misspelt for word in words):
        return {}
    names = [
        name
        for (name,) in v.rows(
            union(
                select(Guardian.last_name),
                select(Guardian.first_name),
                select(Guardian.birth_name),
                select(Pupil.last_name),
                select(Pupil.first_name),
            )
        )
    ]
    return {word: _or_itself(word, names) for word in words if word.may_be_misspelt}


def _or_itself(word: Word, names: Sequence[str]) -> Sequence[str]:
    """The names near a word; a word that somebody bears stands as it is."""
    near = findable.near(word.forms[0], names)
    return word.forms if not near or word.forms[0] in near else near


def _with_people(v: Visit, families: Sequence[Family]) -> list[Found]:
    """Who belongs to each, in three questions."""
    ids = [family.id for family in families]
    adults, pupils, accounts = ({each: list[Any]() for each in ids} for _ in range(3))
    for adult in v.all(
        select(Guardian).where(col(Guardian.family_id).in_(ids)).order_by(col(Guardian.rank), col(Guardian.id))
    ):
        adults[adult.family_id or 0].append(adult)
    for family_id, pupil in v.rows(
        select(PupilLink.family_id, Pupil)
        .join(Pupil, col(Pupil.id) == PupilLink.pupil_id)
        .where(col(PupilLink.family_id).in_(ids))
        .order_by(col(Pupil.birth_date), col(Pupil.first_name))
    ):
        pupils[family_id].append(pupil)
    for account in v.all(select(Account).where(col(Account.family_id).in_(ids)).order_by(col(Account.id))):
        accounts[account.family_id or 0].append(account)
    return [Found(family, adults[family.id], pupils[family.id], accounts[family.id]) for family in families]
