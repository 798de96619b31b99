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
from data.change_requests import submission as change_requests
from data.change_requests.models import ChangeRequest, FieldChange
from data.core import audit
from data.core.errors import Faulty, NotYours, Refused
from data.core.fields import EditableField, editables
from data.core.unit_of_work import Visit
from data.families import models as families
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.mail import outbox

MOST_ADULTS = 8
HOUSEHOLDS = {"principal": "Principal", "second": "Second foyer"}
RIGHTS = {"all": "Tout", "consult": "Consulter"}
WAS, ASKED = "was:", "asked:"  # names of what a form showed: the recorded value, the one a family asks for


@dataclass
class Corrected:
    """Label, before, after of each field that changed."""

    changes: list[tuple[str, str, str]] = field(default_factory=list)


def fields_of(table: type[SQLModel]) -> dict[str, EditableField]:
    """What staff correct in a form: everything but the photograph."""
    return {name: one for name, one in editables(table).items() if one.kind.control != "photo"}


def correct(v: Visit, row: Any, typed: Mapping[str, str]) -> Corrected:
    """Record what staff typed. Fields they left as shown are not touched, whoever changed them since.

    Faulty names the fields that cannot be read, that changed meanwhile, or that the family has just asked to change.
    """
    v.staff_only()
    _not_ones_own(v, row)
    row = v.get(type(row), row.id, lock=True)
    waiting = change_requests.pending(v, [row])[change_requests.sheet_of(row), row.id]
    values, faults = read(v, row, typed), dict[str, Refused]()
    done = Corrected()
    old_address = row.email
    changes: dict[str, list[str]] = {}
    for name, value in values.items():
        one, now, wanted = fields_of(type(row))[name], fields_of(type(row))[name].shown(row), _show(row, name, value)
        if wanted in (typed.get(WAS + name, now), now):
            continue
        if typed.get(WAS + name, now) != now:
            faults[name] = Refused(
                "Ce champ a changé depuis l’affichage : « {value} ». Vérifiez, puis enregistrez à nouveau.",
                value=one.tell(now, v.tongue),
            )
        elif name in waiting and typed.get(ASKED + name, "") != waiting[name].new:
            faults[name] = Refused(
                "La famille vient de demander « {value} ». Vérifiez, puis enregistrez à nouveau.",
                value=one.tell(waiting[name].new, v.tongue),
            )
        else:
            done.changes.append((one.mark.label, one.tell(now, v.tongue), one.tell(wanted, v.tongue)))
            changes[name] = [now, wanted]
            setattr(row, name, value)
    if faults:
        raise Faulty(faults)
    if done.changes:
        v.add(row)
        _note(v, "corrected", row, changes)
        if isinstance(row, Guardian):
            _follow_name(v, row)
            if row.email != old_address and old_address:
                _tell_old_address(v, row, old_address)
        announce(v, row)
    return done


def _show(row: Any, name: str, value: Any) -> str:
    return fields_of(type(row))[name].kind.show(value)


def read(v: Visit, row: Any, typed: Mapping[str, str]) -> dict[str, Any]:
    """The values of the fields that were sent; Faulty with every fault at once."""
    known, values, faults = fields_of(type(row)), dict[str, Any](), dict[str, Refused]()
    hidden = families.hidden_fields(v, change_requests.sheet_of(row), row)
    for name, one in known.items():
        if name not in typed or name in hidden:
            continue
        try:
            values[name] = one.read(typed[name])
            if values[name] in ("", None) and one.mark.required:
                raise Refused("Ce champ ne peut pas rester vide.")
        except Refused as refused:
            faults[name] = refused
    others = {name: getattr(row, name) for name in known} | values | {"today": v.today}
    for name, value in values.items():
        try:
            families.check_together(known[name], value, others)
        except Refused as refused:
            faults.setdefault(name, refused)
    if faults:
        raise Faulty({name: faults[name] for name in known if name in faults})
    return values


def _not_ones_own(v: Visit, row: Any) -> None:
    own = v.get(Account, v.account_id).own_family_id
    if own is not None and own in families_of(v, row):
        raise Refused("Cette fiche est celle de votre famille : un collègue doit la corriger.")


def families_of(v: Visit, row: Any) -> list[int]:
    """The families that a sheet belongs to."""
    if isinstance(row, Pupil):
        return [link.family_id or 0 for link in v.all(select(PupilLink).where(PupilLink.pupil_id == row.id))]
    return [row.family_id]


def announce(v: Visit, row: Any) -> None:
    """Redraw every open page that shows the sheet: its families', the staff's."""
    for family_id in families_of(v, row):
        change_requests.announce(v, row, family_id)


def _note(v: Visit, action: str, row: Any, changes: Mapping[str, Any], *, family_id: int | None = None) -> None:
    whose = family_id or next(iter(families_of(v, row)), None)
    audit.note(
        v, action, subject=change_requests.sheet_of(row), subject_id=row.id, family_id=whose, changes=dict(changes)
    )


def _follow_name(v: Visit, adult: Guardian) -> None:
    """The account is called as its owner is."""
    for account in v.all(select(Account).where(Account.guardian_id == adult.id)):
        account.name = adult.full_name[:120]
        v.add(account)


def _tell_old_address(v: Visit, adult: Guardian, old: str) -> None:
    account = v.one(select(Account).where(Account.guardian_id == adult.id))
    outbox.write(
        v,
        "email_corrected",
        to=old,
        name=adult.full_name,
        language=account.language if account else "fr",
        site_id=adult.site_id,
        family_id=adult.family_id,
        account_id=account.id if account else None,
        subject=adult.full_name,
    )


def waiting_for(v: Visit, rows: list[Any]) -> dict[tuple[str, int], dict[str, tuple[FieldChange, ChangeRequest]]]:
    """What families ask to change in these sheets, with the request; in one question."""
    found: dict[tuple[str, int], dict[str, tuple[FieldChange, ChangeRequest]]] = {
        (change_requests.sheet_of(row), row.id): {} for row in rows
    }
    if rows:
        for request, change in v.rows(
            select(ChangeRequest, FieldChange)
            .join(FieldChange, col(FieldChange.request_id) == ChangeRequest.id)
            .where(
                ChangeRequest.state == "pending",
                FieldChange.state == "pending",
                col(ChangeRequest.sheet_id).in_([row.id for row in rows]),
            )
            .order_by(col(FieldChange.id))
        ):
            if (request.sheet, request.sheet_id) in found:
                found[request.sheet, request.sheet_id][change.field] = (change, request)
    return found


# Families and adults


def next_number(v: Visit, table: type[Family] | type[Pupil]) -> int:
    """One more than the highest."""
    v.staff_only()
    return v.count(select(func.max(col(table.number)))) + 1


def free_number(v: Visit, table: type[Family] | type[Pupil], typed: str) -> int:
    text = typed.strip()
    if not text.isdecimal() or not text.isascii() or not 0 < len(text) < 10 or int(text) == 0:
        raise Refused("Un numéro est fait de chiffres : 9 au plus.")
    if v.one(select(table).where(table.number == int(text))) is not None:
        raise Refused("Ce numéro est déjà pris. Le suivant est libre : {number}.", number=next_number(v, table))
    return int(text)


def add_family(v: Visit, typed: Mapping[str, str]) -> Family:
    """A family with its first adult. Faulty names « number » and the adult's fields."""
    v.staff_only()
    faults: dict[str, Refused] = {}
    number, values = 0, dict[str, Any]()
    try:
        number = free_number(v, Family, typed.get("number", ""))
    except Refused as refused:
        faults["number"] = refused
    try:
        values = read(v, Guardian(site_id=v.site_id or 0), typed)
    except Faulty as faulty:
        faults |= faulty.faults
    if faults:
        raise Faulty(faults)
    family = v.add(Family(site_id=v.site_id or 0, number=number, since=v.today))
    adult = v.add(Guardian(site_id=v.site_id or 0, family_id=family.id, **values))
    audit.note(v, "family added", subject="family", subject_id=family.id, family_id=family.id,
                 changes={"Numéro": ["", number], "Nom": ["", adult.full_name]})  # fmt: skip
    v.tell(("families", v.site_id or 0))
    return family


def add_adult(v: Visit, family: Family, typed: Mapping[str, str]) -> Guardian:
    v.staff_only()
    values = read(v, Guardian(site_id=v.site_id or 0), typed)
    ((number, last),) = v.rows(
        select(func.count(col(Guardian.id)), func.max(col(Guardian.rank))).where(Guardian.family_id == family.id)
    )
    if number >= MOST_ADULTS:
        raise Refused("Cette famille a déjà {most} adultes : retirez d’abord une fiche.", most=MOST_ADULTS)
    adult = v.add(Guardian(site_id=v.site_id or 0, family_id=family.id, rank=(last or 0) + 1, **values))
    _note(v, "adult added", adult, {"Nom": ["", adult.full_name]})
    announce(v, adult)
    return adult


def remove_adult(v: Visit, adult: Guardian) -> None:
    """The sheet goes; what it said stays in the journal. An account stays, blocked and without owner."""
    v.staff_only()
    _not_ones_own(v, adult)
    others = v.all(select(Guardian).where(Guardian.family_id == adult.family_id, Guardian.id != adult.id))
    if not others:
        raise Refused("C’est le seul adulte de la famille : ajoutez d’abord l’autre.")
    for account in v.all(select(Account).where(Account.guardian_id == adult.id)):
        account.guardian_id, account.disabled = None, True
        v.add(account)
        sessions.end_all(v, account.id)
    v.flush()
    said = {one.name: [one.shown(adult), ""] for one in fields_of(Guardian).values() if one.shown(adult)}
    _note(v, "adult removed", adult, said)
    announce(v, adult)
    v.delete(adult)
    v.flush()


def put_first(v: Visit, adult: Guardian) -> None:
    """The first adult is the « responsable »: bills and letters name them."""
    v.staff_only()
    others = v.all(
        select(Guardian)
        .where(Guardian.family_id == adult.family_id, Guardian.id != adult.id)
        .order_by(col(Guardian.rank), col(Guardian.id))
    )
    for rank, each in enumerate([adult, *others], 1):
        each.rank = rank
        v.add(each)
    _note(v, "adult put first", adult, {"Responsable": [others[0].full_name if others else "", adult.full_name]})
    announce(v, adult)


def hide_contact(v: Visit, adult: Guardian, *, hidden: bool) -> None:
    """« Coordonnées masquées »: anybody of the staff may hide them, the « responsable » alone shows them again."""
    v.staff_only()
    if not hidden and v.role != "responsable":
        raise Refused("Seul le responsable du portail lève cette protection.")
    if adult.contact_hidden == hidden:
        return
    adult.contact_hidden = hidden
    v.add(adult)
    said = ["non", "oui"] if hidden else ["oui", "non"]
    _note(v, "contact hidden" if hidden else "contact shown", adult, {"Coordonnées masquées": said})
    announce(v, adult)


def adult_of(v: Visit, family: Family, adult_id: int) -> Guardian:
    """NotYours when it is not that family's."""
    adult = v.get(Guardian, adult_id, lock=v.writes)
    if adult.family_id != family.id:
        raise NotYours(f"guardian {adult_id} of family {family.id}")
    return adult
