"""Two families that are one twice: what goes where, and what is asked, read before anything is merged.

Nothing is merged in silence: what two records say differently is asked (one person or two, whose values, whose account, which rights).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from data.accounts.models import Account
from data.billing.pdf_archive import Paper
from data.change_requests.models import ChangeRequest, RequestState
from data.core.errors import UserError
from data.core.fields import fold
from data.core.i18n import Language, _, translate
from data.core.unit_of_work import UnitOfWork
from data.directory.edit_families import MAX_ADULTS, RIGHTS, fields_of
from data.directory.merge_models import MOVES
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.group_letters.models import GroupRecipient
from data.reenrolment.models import SuppliedDocument, Wish

KEPT, GONE = "kept", "gone"
# What a household has once for a thing: tables, and the columns that say which thing.
ONCE: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (Wish, ("campaign_id", "pupil_id")),
    (SuppliedDocument, ("document_id", "pupil_id")),
    (Paper, ("subject",)),
    (GroupRecipient, ("letter_id",)),
)
CROSSED = UserError("Les deux familles ont changé depuis l’affichage. Relisez ce qui serait réuni.")
Answers = Mapping[str, str]  # key of a question -> the choice


@dataclass(frozen=True)
class Question:
    """What only a person can say. `choices`: value -> French words, or a name."""

    key: str
    sentence: str
    words: dict[str, str]
    choices: dict[str, str]


@dataclass
class Preview:
    """What merging does: what is moved, what is asked (with the answers so far), who will see what."""

    kept: Family
    gone: Family
    adults: tuple[list[Guardian], list[Guardian]]
    pupils: tuple[list[Pupil], list[Pupil]]
    accounts: tuple[list[Account], list[Account]]
    moved: list[tuple[str, int]] = field(default_factory=list)  # label -> rows of the family that goes
    held: list[tuple[str, int]] = field(default_factory=list)  # the same of the one that stays
    questions: list[Question] = field(default_factory=list)
    pairs: dict[int, Guardian] = field(default_factory=dict)  # an adult who goes -> the one it is
    mark: str = ""

    def asked(self, answers: Answers) -> list[Question]:
        """What is not answered yet."""
        return [each for each in self.questions if answers.get(each.key) not in each.choices]


def preview(uow: UnitOfWork, kept_id: int, gone_id: int, answers: Answers) -> Preview:
    """UserError when these two cannot be made one."""
    uow.staff_only()
    kept, gone = uow.get(Family, kept_id), uow.get(Family, gone_id)
    both = (kept, gone)
    found = Preview(
        kept,
        gone,
        _two(_adults(uow, each.id) for each in both),
        _two(_pupils(uow, each.id) for each in both),
        _two(
            list(uow.all(select(Account).where(Account.family_id == each.id).order_by(col(Account.id))))
            for each in both
        ),
    )
    _refuse(uow, found)
    found.moved, found.held = _counts(uow, gone.id), _counts(uow, kept.id)
    _ask_of_adults(found, answers, uow.language)
    _ask_of_pupils(uow, found)
    _refuse_two_requests(uow, found)
    said = [found.moved, found.held, [each.key for each in found.questions]]
    said += [[row.model_dump_json() for row in (*found.adults[at], *found.pupils[at])] for at in (0, 1)]
    said += [[(row.id, row.disabled) for row in found.accounts[at]] for at in (0, 1)]
    said += [[(row.pupil_id, row.rights) for row in links_of(uow, each.id).values()] for each in both]
    found.mark = hashlib.sha256(repr(said).encode()).hexdigest()[:32]
    return found


def _two(found: Any) -> Any:
    return tuple(found)


def _adults(uow: UnitOfWork, family_id: int) -> list[Guardian]:
    question = select(Guardian).where(Guardian.family_id == family_id)
    return list(uow.all(question.order_by(col(Guardian.rank), col(Guardian.id))))


def _pupils(uow: UnitOfWork, family_id: int) -> list[Pupil]:
    linked = select(Pupil).join(PupilLink, col(PupilLink.pupil_id) == Pupil.id).where(PupilLink.family_id == family_id)
    return list(uow.all(linked.order_by(col(Pupil.id))))


def _counts(uow: UnitOfWork, family_id: int) -> list[tuple[str, int]]:
    """What people know of a family, and how many of each."""
    found = []
    for table, column, label in MOVES:
        if label:
            found.append(
                (label, uow.count(select(func.count(col(table.id))).where(getattr(table, column) == family_id)))
            )
    return found


def _refuse(uow: UnitOfWork, found: Preview) -> None:
    if found.kept.id == found.gone.id:
        raise UserError("C’est la même famille : choisissez l’autre.")
    adults = [*found.adults[0], *found.adults[1]]
    if any(adult.contact_hidden for adult in adults):
        raise UserError(
            "Les coordonnées d’un adulte sont protégées : ces familles ne peuvent pas être réunies, chacune verrait l’autre."
        )
    own = uow.get(Account, uow.account_id).own_family_id
    if own in {found.kept.id, found.gone.id}:
        raise UserError("Cette fiche est celle de votre famille : un collègue doit la corriger.")


def _refuse_two_requests(uow: UnitOfWork, found: Preview) -> None:
    """A household has one open request for a record."""
    waiting = uow.all(
        select(ChangeRequest).where(
            col(ChangeRequest.family_id).in_([found.kept.id, found.gone.id]),
            ChangeRequest.state == RequestState.PENDING,
        )
    )
    seen: set[tuple[str, int]] = set()
    for request in waiting:
        other = found.pairs.get(request.sheet_id) if request.sheet == "guardian" else None
        key = request.sheet, other.id if other else request.sheet_id
        if key in seen:
            raise UserError(
                "Les deux familles ont une demande en attente pour {name} : traitez-en une d’abord.", name=request.title
            )
        seen.add(key)


def _ask_of_adults(found: Preview, answers: Answers, language: Language) -> None:
    """Each adult who goes is another person, or one of those who stay; whose values and whose account are then asked."""
    stay = {str(adult.id): adult for adult in found.adults[0]}
    for adult in found.adults[1]:
        if not any(_alike(adult, other) for other in stay.values()):
            continue
        choices = {"other": _("C’est une autre personne"), **{key: other.full_name for key, other in stay.items()}}
        key = f"adult-{adult.id}"
        found.questions.append(
            Question(key, _("Qui est {name}, de la famille n° {number} ?"), _of(found, adult.full_name), choices)
        )
        if (other := stay.get(answers.get(key, ""))) is not None:
            found.pairs[adult.id] = other
            _ask_of_a_pair(found, adult, other, language)
    persons = [other.id for other in found.pairs.values()]
    if len(persons) != len(set(persons)):
        raise UserError("Deux adultes ne peuvent pas être la même personne : corrigez l’une des réponses.")
    if len(found.adults[0]) + len(found.adults[1]) - len(persons) > MAX_ADULTS:
        raise UserError("Cette famille a déjà {most} adultes : retirez d’abord une fiche.", most=MAX_ADULTS)


def _of(found: Preview, name: str) -> dict[str, str]:
    return {"name": name, "number": str(found.gone.number)}


def _alike(one: Guardian, other: Guardian) -> bool:
    """Perhaps one person: a first name, an address or a number in common."""
    reached = {one.email, one.phone_mobile} & {other.email, other.phone_mobile} - {""}
    return bool(reached) or fold(one.first_name) == fold(other.first_name)


def _ask_of_a_pair(found: Preview, adult: Guardian, other: Guardian, language: Language) -> None:
    if different := differing(adult, other, language):
        says = [", ".join(f"{each[0]} {each[at]}" for each in different) for at in (1, 2)]
        choices = {KEPT: f"n° {found.kept.number} : {says[0]}", GONE: f"n° {found.gone.number} : {says[1]}"}
        sentence = _("Quelles valeurs garder pour {name} ? Ce qu’une seule des deux fiches dit est gardé.")
        found.questions.append(Question(f"values-{adult.id}", sentence, {"name": other.full_name}, choices))
    logins = [
        next((a.login for a in found.accounts[at] if a.guardian_id == who.id), "")
        for at, who in ((0, other), (1, adult))
    ]
    if all(logins):
        choices = {KEPT: logins[0], GONE: logins[1]}
        words = {"name": other.full_name}
        sentence = _("Quel compte garder pour {name} ? L’autre est bloqué.")
        found.questions.append(Question(f"account-{adult.id}", sentence, words, choices))


def _whose(numbers: dict[str, str]) -> dict[str, str]:
    return {key: f"n° {number}" for key, number in numbers.items()}


def differing(adult: Guardian, other: Guardian, language: Language) -> list[tuple[str, str, str]]:
    """Label, what the one that stays says, what the one that goes says: where both say something."""
    found = []
    for one in fields_of(Guardian).values():
        mine, theirs = one.shown(other), one.shown(adult)
        if mine and theirs and mine != theirs:
            values = [one.format_value(value, language) for value in (mine, theirs)]
            found.append((translate(one.mark.label, language), values[0], values[1]))
    return found


def _ask_of_pupils(uow: UnitOfWork, found: Preview) -> None:
    links = {at: links_of(uow, each.id) for at, each in enumerate((found.kept, found.gone))}
    for pupil in found.pupils[1]:
        mine, theirs = links[0].get(pupil.id), links[1][pupil.id]
        if mine is None:
            continue
        if mine.rights != theirs.rights:
            sentence = _("Les deux familles n’ont pas les mêmes droits sur le dossier de {name}. Lesquels garder ?")
            words = {"name": pupil.full_name}
            found.questions.append(Question(f"rights-{pupil.id}", sentence, words, dict(RIGHTS)))
        if _twice(uow, found, pupil.id):
            sentence = _(
                "Réinscription de {name} : les deux familles ont répondu. Quelles réponses et quelles pièces garder ?"
            )
            choices = _whose({KEPT: str(found.kept.number), GONE: str(found.gone.number)})
            found.questions.append(Question(f"answers-{pupil.id}", sentence, {"name": pupil.full_name}, choices))


def links_of(uow: UnitOfWork, family_id: int) -> dict[int, PupilLink]:
    return {link.pupil_id: link for link in uow.all(select(PupilLink).where(PupilLink.family_id == family_id))}


def _twice(uow: UnitOfWork, found: Preview, pupil_id: int) -> bool:
    return any(
        mine
        for table, names in ONCE
        if "pupil_id" in names
        for mine, _ in twins(uow, found, table, names)
        if mine.pupil_id == pupil_id
    )


def twins(uow: UnitOfWork, found: Preview, table: Any, names: Sequence[str]) -> list[tuple[Any, Any]]:
    """Rows of both families about one thing: (the one that stays, the one that goes)."""
    rows = [uow.all(select(table).where(table.family_id == each.id)) for each in (found.kept, found.gone)]
    mine = {tuple(getattr(row, name) for name in names): row for row in rows[0]}
    keys = [(tuple(getattr(row, name) for name in names), row) for row in rows[1]]
    return [(mine[key], row) for key, row in keys if key in mine]


@dataclass(frozen=True)
class Sight:
    """What somebody with an account will see that they did not see before: of the other family, which was `number`."""

    name: str
    login: str
    number: int
    adults: list[str]
    pupils: list[tuple[str, str]]  # name, rights
    counts: list[tuple[str, int]]


def sights(uow: UnitOfWork, found: Preview, answers: Answers) -> list[Sight]:
    """For each account that can be used once the families are one."""
    sides = ((found.kept, found.moved, 0, 1), (found.gone, found.held, 1, 0))
    links = [links_of(uow, each.id) for each in (found.kept, found.gone)]
    seen = []
    for mine, others, own, other in sides:
        pupils = [
            (pupil.full_name, answers.get(f"rights-{pupil.id}", links[other][pupil.id].rights))
            for pupil in found.pupils[other]
            if pupil.id not in links[own]
            or answers.get(f"rights-{pupil.id}", links[own][pupil.id].rights) != links[own][pupil.id].rights
        ]
        one = {*found.pairs, *(each.id for each in found.pairs.values())}  # they are on both sides
        adults = [adult.full_name for adult in found.adults[other] if adult.id not in one]
        counts = [(label, count) for label, count in others if count and label not in {"Adultes", "Élèves", "Comptes"}]
        number = found.gone.number if mine is found.kept else found.kept.number
        seen += [
            Sight(account.name, account.login, number, adults, pupils, counts)
            for account in found.accounts[own]
            if not account.disabled and account.guardian_id and not _blocked(found, answers, account, own)
        ]
    return seen


def _blocked(found: Preview, answers: Answers, account: Account, own: int) -> bool:
    """The other of two accounts of one person."""
    for adult_id, other in found.pairs.items():
        if account.guardian_id == (other.id if own == 0 else adult_id):
            return answers.get(f"account-{adult_id}") == (GONE if own == 0 else KEPT)
    return False
