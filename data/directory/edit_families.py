"""What staff do to a family's records directly: correct, add, remove, link. At once, journalled with old and new.

Nothing is overwritten unseen: a form says what it showed, and a value that moved meanwhile is shown again first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func
from sqlmodel import SQLModel, col, select

from data.accounts import sessions
from data.accounts.models import Account
from data.accounts.sessions import SignIn
from data.change_requests import submission as change_requests
from data.change_requests.models import ChangeRequest, ChangeState, FieldChange, RequestState
from data.core import audit
from data.core.audit import Action
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.fields import EditableField, editables
from data.core.i18n import _, as_language
from data.core.ids import parse_id
from data.core.roles import Role
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families import protection
from data.families.models import Family, Guardian, HouseholdRank, Pupil, PupilLink, Rights
from data.mail import outbox
from data.mail.outbox import Mail, Recipient
from data.mail.templates import LetterKind

MAX_ADULTS = 8
HOUSEHOLDS: dict[str, str] = {HouseholdRank.PRINCIPAL: _("Principal"), HouseholdRank.SECOND: _("Second foyer")}
RIGHTS: dict[str, str] = {Rights.ALL: _("Tout"), Rights.CONSULT: _("Consulter")}
WAS, ASKED = "was:", "asked:"  # names of what a form showed: the recorded value, the one a family asks for


@dataclass
class Corrected:
    """Label, before, after of each field that changed."""

    changes: list[tuple[str, str, str]] = field(default_factory=list)


def fields_of(table: type[SQLModel]) -> dict[str, EditableField]:
    """What staff correct in a form: everything but the photograph."""
    return {name: one for name, one in editables(table).items() if one.kind.control != "photo"}


def correct(uow: UnitOfWork, row: Any, typed: Mapping[str, str]) -> Corrected:
    """Record what staff typed. Fields they left as shown are not touched, whoever changed them since.

    ValidationErrors names the fields that cannot be read, that changed meanwhile, or that the family has just asked to change.
    """
    uow.staff_only()
    _not_ones_own(uow, row)
    row = uow.get(type(row), row.id, lock=True)
    waiting = change_requests.pending(uow, [row])[change_requests.record_type_of(row), row.id]
    values, faults = read(uow, row, typed), dict[str, UserError]()
    done = Corrected()
    old_address = row.email
    changes: dict[str, list[str]] = {}
    for name, value in values.items():
        one, now, wanted = fields_of(type(row))[name], fields_of(type(row))[name].shown(row), _show(row, name, value)
        if wanted in (typed.get(WAS + name, now), now):
            continue
        if typed.get(WAS + name, now) != now:
            faults[name] = UserError(
                "Ce champ a changé depuis l’affichage : « {value} ». Vérifiez, puis enregistrez à nouveau.",
                value=one.format_value(now, uow.language),
            )
        elif name in waiting and typed.get(ASKED + name, "") != waiting[name].new:
            faults[name] = UserError(
                "La famille vient de demander « {value} ». Vérifiez, puis enregistrez à nouveau.",
                value=one.format_value(waiting[name].new, uow.language),
            )
        else:
            done.changes.append(
                (one.mark.label, one.format_value(now, uow.language), one.format_value(wanted, uow.language))
            )
            changes[name] = [now, wanted]
            setattr(row, name, value)
    if faults:
        raise ValidationErrors(faults)
    if done.changes:
        uow.add(row)
        _note(uow, Action.RECORD_CORRECTED, row, changes)
        if isinstance(row, Guardian):
            _follow_name(uow, row)
            if row.email != old_address and old_address:
                _mail_old_address(uow, row, old_address)
        announce(uow, row)
    return done


def _show(row: Any, name: str, value: Any) -> str:
    return fields_of(type(row))[name].kind.show(value)


def read(uow: UnitOfWork, row: Any, typed: Mapping[str, str]) -> dict[str, Any]:
    """The values of the fields that were sent; ValidationErrors with every fault at once."""
    known, values, faults = fields_of(type(row)), dict[str, Any](), dict[str, UserError]()
    hidden = protection.hidden_fields(uow, change_requests.record_type_of(row), row)
    for name, one in known.items():
        if name not in typed or name in hidden:
            continue
        try:
            values[name] = families.read_field(uow, row, one, typed)
            if values[name] in ("", None) and one.mark.required:
                raise UserError("Ce champ ne peut pas rester vide.")
        except UserError as error:
            faults[name] = error
    others = {name: getattr(row, name) for name in known} | values | {"today": uow.today}
    for name, value in values.items():
        try:
            families.check_together(known[name], value, others)
        except UserError as error:
            faults.setdefault(name, error)
    if faults:
        raise ValidationErrors({name: faults[name] for name in known if name in faults})
    return values


def _not_ones_own(uow: UnitOfWork, row: Any) -> None:
    own = uow.get(Account, uow.account_id).own_family_id
    if own is not None and own in families_of(uow, row):
        raise UserError("Cette fiche est celle de votre famille : un collègue doit la corriger.")


def families_of(uow: UnitOfWork, row: Any) -> list[int]:
    """The families that a record belongs to."""
    if isinstance(row, Pupil):
        return [link.family_id or 0 for link in uow.all(select(PupilLink).where(PupilLink.pupil_id == row.id))]
    return [row.family_id]


def announce(uow: UnitOfWork, row: Any) -> None:
    """Redraw every open page that shows the record: its families', the staff's."""
    for family_id in families_of(uow, row):
        change_requests.announce(uow, row, family_id)


def _note(
    uow: UnitOfWork, action: Action, row: Any, changes: Mapping[str, Any], *, family_id: int | None = None
) -> None:
    whose = family_id or next(iter(families_of(uow, row)), None)
    audit.note(
        uow,
        action,
        subject=change_requests.record_type_of(row),
        subject_id=row.id,
        family_id=whose,
        changes=dict(changes),
    )


def _follow_name(uow: UnitOfWork, adult: Guardian) -> None:
    """The account is called as its owner is."""
    for account in uow.all(select(Account).where(Account.guardian_id == adult.id)):
        account.name = adult.full_name[:120]
        uow.add(account)


def _mail_old_address(uow: UnitOfWork, adult: Guardian, old: str) -> None:
    account = uow.one(select(Account).where(Account.guardian_id == adult.id))
    language, account_id = (account.language, account.id) if account else ("fr", None)
    to = Recipient(old, adult.full_name, as_language(language), adult.site_id, adult.family_id, account_id)
    outbox.write(uow, Mail(LetterKind.EMAIL_CORRECTED, to, {"subject": adult.full_name}))


def waiting_for(
    uow: UnitOfWork, rows: list[Any]
) -> dict[tuple[str, int], dict[str, tuple[FieldChange, ChangeRequest]]]:
    """What families ask to change in these records, with the request; in one question."""
    found: dict[tuple[str, int], dict[str, tuple[FieldChange, ChangeRequest]]] = {
        (change_requests.record_type_of(row), row.id): {} for row in rows
    }
    if rows:
        for request, change in uow.rows(
            select(ChangeRequest, FieldChange)
            .join(FieldChange, col(FieldChange.request_id) == ChangeRequest.id)
            .where(
                ChangeRequest.state == RequestState.PENDING,
                FieldChange.state == ChangeState.PENDING,
                col(ChangeRequest.sheet_id).in_([row.id for row in rows]),
            )
            .order_by(col(FieldChange.id))
        ):
            if (request.sheet, request.sheet_id) in found:
                found[request.sheet, request.sheet_id][change.field] = (change, request)
    return found


# Families and adults


def next_number(uow: UnitOfWork, table: type[Family] | type[Pupil]) -> int:
    """One more than the highest."""
    uow.staff_only()
    return uow.count(select(func.max(col(table.number)))) + 1


def free_number(uow: UnitOfWork, table: type[Family] | type[Pupil], typed: str) -> int:
    number = parse_id(typed.strip())
    if not number:
        raise UserError("Un numéro est fait de chiffres : 9 au plus.")
    if uow.one(select(table).where(table.number == number)) is not None:
        raise UserError("Ce numéro est déjà pris. Le suivant est libre : {number}.", number=next_number(uow, table))
    return number


def add_family(uow: UnitOfWork, typed: Mapping[str, str]) -> Family:
    """A family with its first adult. ValidationErrors names « number » and the adult's fields."""
    uow.staff_only()
    faults: dict[str, UserError] = {}
    number, values = 0, dict[str, Any]()
    try:
        number = free_number(uow, Family, typed.get("number", ""))
    except UserError as error:
        faults["number"] = error
    try:
        values = read(uow, Guardian(site_id=uow.site_id or 0), typed)
    except ValidationErrors as invalid:
        faults |= invalid.faults
    if faults:
        raise ValidationErrors(faults)
    family = uow.add(Family(site_id=uow.site_id or 0, number=number, since=uow.today))
    adult = uow.add(Guardian(site_id=uow.site_id or 0, family_id=family.id, **values))
    audit.note_record(uow, Action.FAMILY_ADDED, family, family.id,
                 changes={_("Numéro"): ["", number], _("Nom"): ["", adult.full_name]})  # fmt: skip
    uow.publish(("families", uow.site_id or 0))
    return family


def add_adult(uow: UnitOfWork, family: Family, typed: Mapping[str, str]) -> Guardian:
    """To a household under protection the « responsable » alone adds somebody, who is under it too."""
    uow.staff_only()
    protection.kept_or_refused(uow, family.id)
    values = read(uow, Guardian(site_id=uow.site_id or 0), typed)
    values["contact_hidden"] = protection.is_protected(uow, family.id)
    ((number, last),) = uow.rows(
        select(func.count(col(Guardian.id)), func.max(col(Guardian.rank))).where(Guardian.family_id == family.id)
    )
    if number >= MAX_ADULTS:
        raise UserError("Cette famille a déjà {most} adultes : retirez d’abord une fiche.", most=MAX_ADULTS)
    adult = uow.add(Guardian(site_id=uow.site_id or 0, family_id=family.id, rank=(last or 0) + 1, **values))
    _note(uow, Action.ADULT_ADDED, adult, {_("Nom"): ["", adult.full_name]})
    announce(uow, adult)
    return adult


def remove_adult(uow: UnitOfWork, adult: Guardian) -> None:
    """The record goes; what it said stays in the journal. An account stays, blocked and without owner."""
    uow.staff_only()
    _not_ones_own(uow, adult)
    protection.kept_or_refused(uow, adult.family_id)
    every = families.of_family(uow, adult.family_id or 0)[0]
    others = [each for each in every if each.id != adult.id]
    if not others:
        raise UserError("C’est le seul adulte de la famille : ajoutez d’abord l’autre.")
    for account in uow.all(select(Account).where(Account.guardian_id == adult.id)):
        account.guardian_id, account.disabled = None, True
        uow.add(account)
        sessions.end_all(uow, account.id)
    uow.flush()
    changes = {one.name: [one.shown(adult), ""] for one in fields_of(Guardian).values() if one.shown(adult)}
    _note(uow, Action.ADULT_REMOVED, adult, changes)
    if every[0].id == adult.id:
        _note(uow, Action.ADULT_PUT_FIRST, others[0], {_("Responsable"): [adult.full_name, others[0].full_name]})
    announce(uow, adult)
    uow.delete(adult)
    uow.flush()


def put_first(uow: UnitOfWork, adult: Guardian) -> None:
    """The first adult is the « responsable »: bills and letters name them."""
    uow.staff_only()
    others = uow.all(
        select(Guardian)
        .where(Guardian.family_id == adult.family_id, Guardian.id != adult.id)
        .order_by(col(Guardian.rank), col(Guardian.id))
    )
    for rank, each in enumerate([adult, *others], 1):
        each.rank = rank
        uow.add(each)
    _note(
        uow, Action.ADULT_PUT_FIRST, adult, {_("Responsable"): [others[0].full_name if others else "", adult.full_name]}
    )
    announce(uow, adult)


def hide_contact(uow: UnitOfWork, adult: Guardian, *, hidden: bool) -> None:
    """« Coordonnées masquées », of everybody in the household, since they live there too: anybody of the staff may hide them, the
    « responsable » alone shows them again."""
    uow.staff_only()
    if not hidden and uow.role != Role.MANAGER:
        raise UserError("Seul le responsable du portail lève cette protection.")
    together = uow.all(select(Guardian).where(Guardian.family_id == adult.family_id).order_by(col(Guardian.id)))
    changed = [each for each in together if each.contact_hidden != hidden]
    if not changed:
        return
    changes = ["non", "oui"] if hidden else ["oui", "non"]
    for each in changed:
        each.contact_hidden = hidden
        uow.add(each)
        _note(
            uow, Action.CONTACT_HIDDEN if hidden else Action.CONTACT_SHOWN, each, {_("Coordonnées masquées"): changes}
        )
    announce(uow, adult)
    uow.flush()
    uow.kept_back = None  # what this unit of work itself may read has changed
    for pupil in uow.all(
        select(Pupil)
        .join(PupilLink, col(PupilLink.pupil_id) == Pupil.id)
        .where(PupilLink.family_id == adult.family_id)
        .execution_options(populate_existing=True)
    ):
        if not hidden:
            pupil.search = families.found_by(pupil)
        announce(uow, pupil)
    looking = select(SignIn).join(Account, col(Account.id) == SignIn.viewing_account_id)
    for signin in uow.all(looking.where(Account.family_id == adult.family_id)):
        uow.publish(("viewing", signin.id))  # their pages are sent away


def adult_of(uow: UnitOfWork, family: Family, adult_id: int) -> Guardian:
    """NotFound when it is not that family's."""
    adult = uow.get(Guardian, adult_id, lock=uow.writes)
    if adult.family_id != family.id:
        raise NotFound(f"guardian {adult_id} of family {family.id}")
    return adult
