"""What staff do to a family's pupils: add one, link one to a second household, say what each household may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from data.core import audit
from data.core.errors import Faulty, NotYours, Refused
from data.core.unit_of_work import Visit
from data.directory import edit_families
from data.directory.edit_families import HOUSEHOLDS, RIGHTS
from data.families.models import Family, Guardian, Pupil, PupilLink


@dataclass(frozen=True)
class Household:
    """One of a pupil's families: what it is and may do, and the names of its adults."""

    link: PupilLink
    family: Family
    adults: Sequence[Guardian]

    @property
    def names(self) -> str:
        return ", ".join(adult.full_name for adult in self.adults)


def households(v: Visit, pupil_ids: Sequence[int]) -> dict[int, list[Household]]:
    """Pupil -> its families, the principal one first; in two questions."""
    v.staff_only()
    links = v.rows(
        select(PupilLink, Family)
        .join(Family, col(Family.id) == PupilLink.family_id)
        .where(col(PupilLink.pupil_id).in_(pupil_ids))
        .order_by(col(PupilLink.household), col(PupilLink.id))
    )
    adults: dict[int, list[Guardian]] = {}
    for adult in v.all(
        select(Guardian)
        .where(col(Guardian.family_id).in_([family.id for _, family in links]))
        .order_by(col(Guardian.rank), col(Guardian.id))
    ):
        adults.setdefault(adult.family_id or 0, []).append(adult)
    found: dict[int, list[Household]] = {pupil_id: [] for pupil_id in pupil_ids}
    for link, family in links:
        found[link.pupil_id].append(Household(link, family, adults.get(family.id, [])))
    return found


def pupil_of(v: Visit, family: Family, pupil_id: int) -> Pupil:
    """NotYours when the family has no such pupil."""
    if v.one(select(PupilLink).where(PupilLink.pupil_id == pupil_id, PupilLink.family_id == family.id)) is None:
        raise NotYours(f"pupil {pupil_id} of family {family.id}")
    return v.get(Pupil, pupil_id, lock=v.writes)


def add_pupil(v: Visit, family: Family, typed: Mapping[str, str]) -> Pupil:
    """A new dossier. Faulty names « number » and the pupil's fields."""
    v.staff_only()
    faults: dict[str, Refused] = {}
    number, values = 0, {}
    try:
        number = edit_families.free_number(v, Pupil, typed.get("number", ""))
    except Refused as refused:
        faults["number"] = refused
    try:
        values = edit_families.read(v, Pupil(site_id=v.site_id or 0, number=0), typed)
    except Faulty as faulty:
        faults |= faulty.faults
    if faults:
        raise Faulty(faults)
    pupil = v.add(Pupil(site_id=v.site_id or 0, number=number, **values))
    v.add(PupilLink(site_id=v.site_id or 0, family_id=family.id, pupil_id=pupil.id))
    audit.note(v, "pupil added", subject="pupil", subject_id=pupil.id, family_id=family.id,
                 changes={"Numéro": ["", number], "Nom": ["", pupil.full_name]})  # fmt: skip
    edit_families.announce(v, pupil)
    return pupil


def link(v: Visit, family: Family, number: str, rights: str) -> Pupil:
    """A pupil of another family becomes this one's too, as a second household."""
    v.staff_only()
    text = number.strip()
    pupil = v.one(select(Pupil).where(Pupil.number == int(text))) if text.isdecimal() and len(text) < 10 else None
    if pupil is None:
        raise Refused("Aucun élève n’a ce numéro de dossier.")
    known = v.all(select(PupilLink).where(PupilLink.pupil_id == pupil.id))
    if any(each.family_id == family.id for each in known):
        raise Refused("Cet élève est déjà de cette famille.")
    if len(known) > 1:
        raise Refused("Cet élève a déjà deux foyers.")
    household = "second" if known else "principal"
    rights = rights if rights in RIGHTS and known else "all"
    v.add(PupilLink(site_id=v.site_id or 0, family_id=family.id, pupil_id=pupil.id, household=household, rights=rights))
    said = {"Rattachement": ["", HOUSEHOLDS[household]], "Droits": ["", RIGHTS[rights]]}
    _note(v, "pupil linked", pupil, family.id, said)
    return pupil


def change_link(v: Visit, link_id: int, household: str, rights: str) -> Pupil:
    """What a household is and may do. One is the principal: making it so of one makes the other second."""
    v.staff_only()
    changed = v.get(PupilLink, link_id, lock=True)
    pupil = v.get(Pupil, changed.pupil_id)
    others = v.all(select(PupilLink).where(PupilLink.pupil_id == pupil.id, PupilLink.id != changed.id))
    if household not in HOUSEHOLDS or rights not in RIGHTS:
        raise Refused("Choisissez une réponse de la liste.")
    if household == "principal":
        rights = "all"
    elif changed.household == "principal":
        if not others:
            raise Refused("C’est le seul foyer de l’élève : il reste le foyer principal.")
        _set(v, others[0], pupil, "principal", "all")
    if household == "principal":
        for other in others:
            if other.household == "principal":
                _set(v, other, pupil, "second", other.rights)
    _set(v, changed, pupil, household, rights)
    return pupil


def _set(v: Visit, changed: PupilLink, pupil: Pupil, household: str, rights: str) -> None:
    before = {"Rattachement": (changed.household, household, HOUSEHOLDS), "Droits": (changed.rights, rights, RIGHTS)}
    said = {label: [words[old], words[new]] for label, (old, new, words) in before.items() if old != new}
    if said:
        changed.household, changed.rights = household, rights
        v.add(changed)
        _note(v, "link changed", pupil, changed.family_id, said)


def unlink(v: Visit, link_id: int) -> Pupil:
    """The pupil is no more this family's; there is always one family left."""
    v.staff_only()
    gone = v.get(PupilLink, link_id, lock=True)
    pupil = v.get(Pupil, gone.pupil_id)
    others = v.all(select(PupilLink).where(PupilLink.pupil_id == pupil.id, PupilLink.id != gone.id))
    if not others:
        raise Refused("C’est le seul foyer de l’élève : rattachez-le d’abord à une autre famille.")
    if gone.household == "principal":
        _set(v, others[0], pupil, "principal", "all")
    said = {"Rattachement": [HOUSEHOLDS[gone.household], ""], "Droits": [RIGHTS[gone.rights], ""]}
    _note(v, "pupil unlinked", pupil, gone.family_id, said)
    v.delete(gone)
    v.flush()
    return pupil


def _note(v: Visit, action: str, pupil: Pupil, family_id: int | None, changes: dict[str, list[str]]) -> None:
    audit.note(v, action, subject="pupil", subject_id=pupil.id, family_id=family_id, changes=changes)
    edit_families.announce(v, pupil)
    v.tell(("family", family_id or 0))
