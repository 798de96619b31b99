"""What staff do to a family's pupils: add one, link one to a second household, say what each household may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from data.accounts import models as accounts
from data.accounts.models import Account
from data.core import audit
from data.core.audit import Action
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.i18n import _, translate
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.directory import edit_families
from data.directory.edit_families import HOUSEHOLDS, RIGHTS
from data.families import adults, protection
from data.families.models import PUPIL_CONTACT, Family, Guardian, HouseholdRank, Pupil, PupilLink, Rights
from data.mail import outbox
from data.mail.outbox import Mail
from data.mail.templates import LetterKind


@dataclass(frozen=True)
class Household:
    """One of a pupil's families: what it is and may do, and the names of its adults."""

    link: PupilLink
    family: Family
    adults: Sequence[Guardian]

    @property
    def names(self) -> str:
        return ", ".join(adult.full_name for adult in self.adults)


def households(uow: UnitOfWork, pupil_ids: Sequence[int]) -> dict[int, list[Household]]:
    """Pupil -> its families, the principal one first; in two questions."""
    uow.staff_only()
    links = uow.rows(
        select(PupilLink, Family)
        .join(Family, col(Family.id) == PupilLink.family_id)
        .where(col(PupilLink.pupil_id).in_(pupil_ids))
        .order_by(col(PupilLink.household), col(PupilLink.id))
    )
    known = adults.of_families(uow, (family.id for _rest, family in links))
    found: dict[int, list[Household]] = {pupil_id: [] for pupil_id in pupil_ids}
    for link, family in links:
        found[link.pupil_id].append(Household(link, family, known.get(family.id, [])))
    return found


def pupil_of(uow: UnitOfWork, family: Family, pupil_id: int) -> Pupil:
    """NotFound when the family has no such pupil."""
    if uow.one(select(PupilLink).where(PupilLink.pupil_id == pupil_id, PupilLink.family_id == family.id)) is None:
        raise NotFound(f"pupil {pupil_id} of family {family.id}")
    return uow.get(Pupil, pupil_id, lock=uow.writes)


def add_pupil(uow: UnitOfWork, family: Family, typed: Mapping[str, str]) -> Pupil:
    """A new dossier. ValidationErrors names « number » and the pupil's fields."""
    uow.staff_only()
    faults: dict[str, UserError] = {}
    number, values = 0, {}
    try:
        number = edit_families.free_number(uow, Pupil, typed.get("number", ""))
    except UserError as error:
        faults["number"] = error
    try:
        values = edit_families.read(uow, Pupil(site_id=uow.site_id or 0, number=0), typed)
    except ValidationErrors as invalid:
        faults |= invalid.faults
    if faults:
        raise ValidationErrors(faults)
    pupil = uow.add(Pupil(site_id=uow.site_id or 0, number=number, **values))
    uow.add(PupilLink(site_id=uow.site_id or 0, family_id=family.id, pupil_id=pupil.id))
    audit.note_record(uow, Action.PUPIL_ADDED, pupil, family.id,
                 changes={_("Numéro"): ["", number], _("Nom"): ["", pupil.full_name]})  # fmt: skip
    edit_families.announce(uow, pupil)
    return pupil


def link(uow: UnitOfWork, family: Family, number: str, rights: str) -> Pupil:
    """A pupil of another family becomes this one's too, as a second household."""
    uow.staff_only()
    pupil = uow.one(select(Pupil).where(Pupil.number == (parse_id(number.strip()) or 0)))
    if pupil is None:
        raise UserError("Aucun élève n’a ce numéro de dossier.")
    known = uow.all(select(PupilLink).where(PupilLink.pupil_id == pupil.id))
    protection.kept_or_refused(uow, *(each.family_id for each in known))
    if any(each.family_id == family.id for each in known):
        raise UserError("Cet élève est déjà de cette famille.")
    if len(known) > 1:
        raise UserError("Cet élève a déjà deux foyers.")
    household = HouseholdRank.SECOND if known else HouseholdRank.PRINCIPAL
    rights = rights if rights in RIGHTS and known else Rights.ALL
    uow.add(
        PupilLink(site_id=uow.site_id or 0, family_id=family.id, pupil_id=pupil.id, household=household, rights=rights)
    )
    changes = {_("Rattachement"): ["", HOUSEHOLDS[household]], _("Droits"): ["", RIGHTS[rights]]}
    _note(uow, Action.PUPIL_LINKED, pupil, family.id, changes)
    _tell(uow, pupil, family.id, changes)
    return pupil


def change_link(uow: UnitOfWork, link_id: int, household: str, rights: str) -> Pupil:
    """What a household is and may do. One is the principal: making it so of one makes the other second, which keeps its rights.
    No right rises unsaid: the principal is named, and its rights with it. The households that it touches are told."""
    uow.staff_only()
    changed = uow.get(PupilLink, link_id, lock=True)
    pupil = uow.get(Pupil, changed.pupil_id)
    others = uow.all(select(PupilLink).where(PupilLink.pupil_id == pupil.id, PupilLink.id != changed.id))
    if household not in HOUSEHOLDS or rights not in RIGHTS:
        raise UserError("Choisissez une réponse de la liste.")
    if household == HouseholdRank.PRINCIPAL and others and rights != Rights.ALL:
        raise UserError("Le foyer principal peut tout faire : choisissez aussi « Tout », ou laissez-le second foyer.")
    if household == HouseholdRank.SECOND and changed.household == HouseholdRank.PRINCIPAL:
        if not others:
            raise UserError("C’est le seul foyer de l’élève : il reste le foyer principal.")
        raise UserError("Désignez l’autre foyer comme foyer principal : celui-ci devient alors le second.")
    if household == HouseholdRank.PRINCIPAL:
        for other in others:
            if other.household == HouseholdRank.PRINCIPAL:
                _set(uow, other, pupil, HouseholdRank.SECOND, other.rights)
    _set(uow, changed, pupil, household, rights)
    return pupil


def _set(uow: UnitOfWork, changed: PupilLink, pupil: Pupil, household: str, rights: str) -> None:
    before = {
        _("Rattachement"): (changed.household, household, HOUSEHOLDS),
        _("Droits"): (changed.rights, rights, RIGHTS),
    }
    changes = {label: [labels[old], labels[new]] for label, (old, new, labels) in before.items() if old != new}
    if changes:
        changed.household, changed.rights = household, rights
        uow.add(changed)
        _note(uow, Action.LINK_CHANGED, pupil, changed.family_id, changes)
        _tell(uow, pupil, changed.family_id, changes)


def unlink(uow: UnitOfWork, link_id: int, rights: str = "") -> Pupil:
    """The pupil is no more this family's; there is always one family left. Where the principal household goes, `rights` says
    what the other one, principal from now on, may do."""
    uow.staff_only()
    gone = uow.get(PupilLink, link_id, lock=True)
    pupil = uow.get(Pupil, gone.pupil_id)
    others = uow.all(select(PupilLink).where(PupilLink.pupil_id == pupil.id, PupilLink.id != gone.id))
    if not others:
        raise UserError("C’est le seul foyer de l’élève : rattachez-le d’abord à une autre famille.")
    _refuse_telling(uow, gone, pupil)
    if gone.household == HouseholdRank.PRINCIPAL:
        if rights not in RIGHTS:
            raise UserError("Dites ce que l’autre foyer pourra faire : il devient le foyer principal.")
        _set(uow, others[0], pupil, HouseholdRank.PRINCIPAL, rights)
    changes = {_("Rattachement"): [HOUSEHOLDS[gone.household], ""], _("Droits"): [RIGHTS[gone.rights], ""]}
    _note(uow, Action.PUPIL_UNLINKED, pupil, gone.family_id, changes)
    _tell(uow, pupil, gone.family_id, changes)
    uow.delete(gone)
    uow.flush()
    return pupil


def _refuse_telling(uow: UnitOfWork, gone: PupilLink, pupil: Pupil) -> None:
    """What the pupil's own record says of a household under protection is kept from the other one while it is the pupil's."""
    protection.kept_or_refused(uow, gone.family_id)
    if protection.is_protected(uow, gone.family_id) and any(getattr(pupil, name) for name in PUPIL_CONTACT):
        raise UserError(
            "Ce foyer est protégé, et la fiche de {name} porte une adresse, un téléphone ou un e-mail : l’autre foyer les lirait. "
            "Effacez-les d’abord.",
            name=pupil.called,
        )


def _note(uow: UnitOfWork, action: Action, pupil: Pupil, family_id: int | None, changes: dict[str, list[str]]) -> None:
    audit.note_record(uow, action, pupil, family_id, changes=changes)
    edit_families.announce(uow, pupil)
    uow.publish(("family", family_id or 0))


def _tell(uow: UnitOfWork, pupil: Pupil, family_id: int | None, changes: dict[str, list[str]]) -> None:
    """A letter to whoever has an account in that household: what it is to the pupil, and may do, from now on."""
    for account in uow.all(select(Account).where(Account.family_id == family_id, col(Account.disabled).is_(False))):
        to = accounts.recipient(uow, account)
        if not to.address:
            continue
        lines = [
            (translate(label, to.language), translate(old, to.language), translate(new, to.language), "")
            for label, (old, new) in changes.items()
        ]
        outbox.write(
            uow, Mail(LetterKind.HOUSEHOLD_CHANGED, to, {"subject": pupil.full_name}, changes=lines, path="/eleves")
        )
