"""Families, their adults, their pupils. A pupil may belong to two families, by links."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import SkipValidation
from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, and_, bindparam, event
from sqlalchemy.orm import QueryContext
from sqlalchemy.orm.attributes import set_attribute, set_committed_value
from sqlmodel import Field, SQLModel, col, select

from data.core.errors import NotFound, UserError
from data.core.fields import (
    COUNTRY,
    DATE,
    EMAIL,
    NAME,
    NO_NAME,
    PERSON_NAME,
    PHONE,
    PHOTO,
    PLACE,
    POSTCODE,
    TOWN,
    YES_NO,
    Editable,
    EditableField,
    called,
    check_postcode,
    choice,
    full_name,
)
from data.core.i18n import _
from data.core.scope import Clause, Key, OfFamily, OfSite, Scope
from data.core.search_text import search_text_of
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork, prepared
from data.families.pupil_scope import kept_back, linked_pupils

CIVILITY = choice({"mme": _("Madame"), "m": _("Monsieur")})
GENDER = choice({"f": _("Féminin"), "m": _("Masculin"), "x": _("Autre")})
# The journal names rows by their keys: on SQLite too that of a deleted row is nobody else's. A migration that makes such a
# table anew says it again: op.batch_alter_table(…, table_kwargs=…).
KEYS_USED_ONCE = {"sqlite_autoincrement": True}


def of_its_site() -> ForeignKeyConstraint:
    """A row's copied site is its family's site, or the database refuses the row."""
    return ForeignKeyConstraint(["family_id", "site_id"], ["family.id", "family.site_id"])


class Family(OfSite, table=True):
    """A household, by the number the conservatoire's management software gave it."""

    scope: ClassVar[Scope] = Scope.FAMILY
    staff_managed: ClassVar[bool] = True
    __table_args__ = (UniqueConstraint("site_id", "number"), UniqueConstraint("id", "site_id"), KEYS_USED_ONCE)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    number: int = Field(index=True)
    since: date | None = None

    @classmethod
    def scope_clause(cls, site_id: Key, family_id: Key | None) -> Clause:
        if family_id is None:
            return super().scope_clause(site_id, family_id)
        return lambda each: and_(each.site_id == site_id, each.id == family_id)


class Guardian(OfFamily, table=True):
    """An adult responsible for the family's pupils, or an adult pupil's own record. The first is the « responsable »."""

    __table_args__ = (
        of_its_site(),
        UniqueConstraint("id", "family_id"),
        Index("ix_guardian_protected", "site_id", "contact_hidden"),
        KEYS_USED_ONCE,
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    rank: int = 1
    civility: Annotated[
        str, Field(max_length=4), Editable(_("Civilité"), _("Identité"), CIVILITY, 3, "honorific-prefix")
    ] = ""
    last_name: Annotated[
        str, Field(max_length=80), Editable(_("Nom"), _("Identité"), PERSON_NAME, 3, "family-name", required=True)
    ] = ""
    birth_name: Annotated[str, Field(max_length=80), Editable(_("Nom de naissance"), _("Identité"), NAME, 3)] = ""
    first_name: Annotated[
        str, Field(max_length=80), Editable(_("Prénom"), _("Identité"), PERSON_NAME, 3, "given-name", required=True)
    ] = ""
    birth_date: Annotated[date | None, Editable(_("Date de naissance"), _("Identité"), DATE, 3, "bday")] = None
    profession: Annotated[
        str, Field(max_length=120), Editable(_("Profession"), _("Identité"), span=9, autocomplete="organization-title")
    ] = ""
    address: Annotated[
        str, Field(max_length=160), Editable(_("Adresse"), _("Coordonnées"), span=8, autocomplete="address-line1")
    ] = ""
    complement: Annotated[
        str, Field(max_length=160), Editable(_("Complément"), _("Coordonnées"), autocomplete="address-line2")
    ] = ""
    postcode: Annotated[
        str, Field(max_length=10), Editable(_("Code postal"), _("Coordonnées"), POSTCODE, 3, "postal-code")
    ] = ""
    town: Annotated[str, Field(max_length=80), Editable(_("Ville"), _("Coordonnées"), TOWN, 5, "address-level2")] = ""
    country: Annotated[str, Field(max_length=2), Editable(_("Pays"), _("Coordonnées"), COUNTRY, 4, "country")] = "FR"
    phone_home: Annotated[
        str, Field(max_length=30), Editable(_("Téléphone fixe"), _("Coordonnées"), PHONE, 4, "home tel")
    ] = ""
    phone_mobile: Annotated[
        str, Field(max_length=30), Editable(_("Téléphone mobile"), _("Coordonnées"), PHONE, 4, "tel")
    ] = ""
    phone_work: Annotated[
        str, Field(max_length=30), Editable(_("Téléphone professionnel"), _("Coordonnées"), PHONE, 4, "work tel")
    ] = ""
    email: Annotated[str, Field(max_length=254), Editable(_("E-mail"), _("Coordonnées"), EMAIL, 8, "email")] = ""
    emergency_contact: Annotated[
        str, Field(max_length=120), Editable(_("Personne à prévenir"), _("Urgence et autorisations"), NAME, 6)
    ] = ""
    emergency_phone: Annotated[
        str, Field(max_length=30), Editable(_("Téléphone d’urgence"), _("Urgence et autorisations"), PHONE, 6)
    ] = ""
    image_right: Annotated[
        str, Field(max_length=3), Editable(_("Droit à l’image"), _("Urgence et autorisations"), YES_NO, 6)
    ] = ""
    leaves_alone: Annotated[
        str, Field(max_length=3), Editable(_("Sortie seul"), _("Urgence et autorisations"), YES_NO, 6)
    ] = ""
    contact_hidden: bool = (
        False  # a protection order: only the « responsable » and the family itself see where they live
    )
    search: str = Field(default="", max_length=1200)  # kept by the record itself, below

    @property
    def full_name(self) -> str:
        return full_name(self.first_name, self.last_name)

    @property
    def called(self) -> str:
        return called(self.first_name, self.last_name)


class Pupil(OfSite, table=True):
    """A pupil and its dossier number. Families meet it through their links."""

    scope: ClassVar[Scope] = Scope.PUPIL
    staff_added: ClassVar[bool] = True
    __table_args__ = (UniqueConstraint("site_id", "number"), UniqueConstraint("id", "site_id"), KEYS_USED_ONCE)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    number: int = Field(index=True)
    discipline: str = Field(default="", max_length=120)
    cycle: str = Field(default="", max_length=40)
    last_name: Annotated[str, Field(max_length=80), Editable(_("Nom"), _("Identité"), PERSON_NAME, required=True)] = ""
    first_name: Annotated[
        str, Field(max_length=80), Editable(_("Prénom"), _("Identité"), PERSON_NAME, required=True)
    ] = ""
    gender: Annotated[str, Field(max_length=1), Editable(_("Sexe"), _("Identité"), GENDER)] = ""
    birth_date: Annotated[date | None, Editable(_("Date de naissance"), _("Identité"), DATE)] = None
    birth_place: Annotated[str, Field(max_length=80), Editable(_("Lieu de naissance"), _("Identité"), PLACE)] = ""
    nationality: Annotated[str, Field(max_length=60), Editable(_("Nationalité"), _("Identité"), NAME)] = ""
    address: Annotated[
        str,
        Field(max_length=240),
        Editable(_("Adresse (si différente de celle de la famille)"), _("Coordonnées"), span=12),
    ] = ""
    email: Annotated[str, Field(max_length=254), Editable(_("E-mail"), _("Coordonnées"), EMAIL, 6)] = ""
    phone: Annotated[str, Field(max_length=30), Editable(_("Téléphone"), _("Coordonnées"), PHONE, 6)] = ""
    school: Annotated[
        str, Field(max_length=120), Editable(_("Établissement scolaire"), _("Scolarité et autorisations"), span=6)
    ] = ""
    school_class: Annotated[
        str, Field(max_length=40), Editable(_("Classe"), _("Scolarité et autorisations"), span=6)
    ] = ""
    insurance: Annotated[
        str, Field(max_length=120), Editable(_("Assurance"), _("Scolarité et autorisations"), span=6)
    ] = ""
    image_right: Annotated[
        str, Field(max_length=3), Editable(_("Droit à l’image"), _("Scolarité et autorisations"), YES_NO, 6)
    ] = ""

    photo: Annotated[str, Field(max_length=32), Editable(_("Photo"), _("Photo"), PHOTO)] = ""
    search: str = Field(default="", max_length=1200)

    @classmethod
    def scope_clause(cls, site_id: Key, family_id: Key | None) -> Clause:
        if family_id is None:
            return super().scope_clause(site_id, family_id)
        theirs = linked_pupils(family_id)
        return lambda each: and_(each.site_id == site_id, each.id.in_(theirs))

    @property
    def full_name(self) -> str:
        return full_name(self.first_name, self.last_name)

    @property
    def called(self) -> str:
        return called(self.first_name, self.last_name)


class HouseholdRank(StrEnum):
    PRINCIPAL = "principal"
    SECOND = "second"


class Rights(StrEnum):
    ALL = "all"
    CONSULT = "consult"


Record: TypeAlias = Guardian | Pupil  # what a family asks to change


class PupilLink(OfFamily, table=True):
    """A pupil belongs to a family: principal or second household, which may change all or only consult."""

    staff_managed: ClassVar[bool] = True
    __tablename__ = "pupil_link"
    __table_args__ = (
        of_its_site(),
        ForeignKeyConstraint(["pupil_id", "site_id"], ["pupil.id", "pupil.site_id"]),
        UniqueConstraint("family_id", "pupil_id"),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    pupil_id: int = Field(index=True)
    household: str = Field(default=HouseholdRank.PRINCIPAL, max_length=10)
    rights: str = Field(default=Rights.ALL, max_length=10)


@event.listens_for(Guardian, "before_insert")
@event.listens_for(Guardian, "before_update")
@event.listens_for(Pupil, "before_insert")
@event.listens_for(Pupil, "before_update")
def _update_search_text(_mapper: object, _connection: object, row: Guardian | Pupil) -> None:
    """Whoever writes a record, an import too, it is found by what it says now."""
    set_attribute(row, "search", found_by(row))  # `row.search = …` would check, and so set, every column again


def found_by(row: Guardian | Pupil) -> str:
    """Surname first: lists are sorted by it."""
    table = type(row)
    return found_by_values(table, {name: getattr(row, name, None) for name in (*FOUND_BY[table], "contact_hidden")})


REACHED_BY = ("email", "phone_mobile", "phone_home", "phone_work")
FOUND_BY: dict[type[SQLModel], tuple[str, ...]] = {
    Guardian: ("last_name", "first_name", "birth_name", *REACHED_BY),
    Pupil: ("last_name", "first_name", "number", "email", "phone"),
}


def found_by_values(table: type[SQLModel], row: Mapping[str, Any]) -> str:
    """The same, of plain values: an import writes thousands at once. Without what a protection order hides: a search
    that answers to a number says whose it is."""
    stored = [name for name in FOUND_BY[table] if not (row.get("contact_hidden") and name in REACHED_BY)]
    names = [name for name in stored if not name.startswith("phone")]
    phones = [row[name] for name in stored if name.startswith("phone")]
    return search_text_of([str(row[name]) for name in names], phones)[:1200]


def find_anew() -> int:
    """What people are found by, written again of every record: after changes by other hands. How many were wrong."""
    wrong = 0
    with system_unit_of_work(writes=True) as uow:
        for table in FOUND_BY:
            for row in uow.all(select(table)):
                if row.search != found_by(row):  # type: ignore[attr-defined, arg-type]
                    _update_search_text(None, None, row)
                    uow.add(row)
                    wrong += 1
    return wrong


PUPIL_CONTACT = frozenset({"address", "phone", "email"})  # what is a household's of a pupil's own record


@event.listens_for(Pupil, "load")
@event.listens_for(Pupil, "refresh")
def _keep_back(row: Pupil, context: QueryContext, _names: object = None) -> None:
    """Where a pupil lives is not even read for whom another household, which is protected, keeps it from."""
    if (row.address or row.phone or row.email) and row.id in kept_back(context.session):
        for name in PUPIL_CONTACT:
            set_committed_value(row, name, "")
        set_committed_value(row, "search", found_by(row))


_GUARDIANS = prepared(select(Guardian).order_by(col(Guardian.rank), col(Guardian.id)))


def guardians(uow: UnitOfWork) -> list[Guardian]:
    """The family's adults, the responsible one first."""
    return list(uow.all(_GUARDIANS))


_ADULTS_OF = prepared(
    select(Guardian).where(Guardian.family_id == bindparam("family")).order_by(col(Guardian.rank), col(Guardian.id))
)
_PUPILS_OF = prepared(
    select(Pupil, PupilLink)
    .join(PupilLink, col(PupilLink.pupil_id) == Pupil.id)
    .where(PupilLink.family_id == bindparam("family"))
    .order_by(col(Pupil.birth_date), col(Pupil.first_name))
)
_FAMILY_NUMBERED = prepared(select(Family).where(Family.number == bindparam("number")))


def adults_of(uow: UnitOfWork, family_id: int | None) -> list[Guardian]:
    """For staff: the adults of one family, the responsible one first."""
    return list(uow.all(_ADULTS_OF, family=family_id))


def numbered_adults(uow: UnitOfWork, family_id: int | None) -> tuple[int, list[Guardian]]:
    """For staff: a family's number and its adults, in one question."""
    found = uow.rows(
        select(Family.number, Guardian)
        .join(Guardian, col(Guardian.family_id) == Family.id, isouter=True)
        .where(Family.id == family_id)
        .order_by(col(Guardian.rank), col(Guardian.id))
    )
    return (found[0][0] if found else 0), [adult for _, adult in found if adult]


def of_family(uow: UnitOfWork, family_id: int) -> tuple[list[Guardian], list[tuple[Pupil, PupilLink]]]:
    """For staff: the adults and the pupils of one family."""
    linked = uow.rows(_PUPILS_OF, family=family_id)
    return adults_of(uow, family_id), [(pupil, link) for pupil, link in linked]


def by_number(uow: UnitOfWork, number: int) -> Family:
    """NotFound when the site has no family of that number."""
    found = uow.one(_FAMILY_NUMBERED, number=number) if 0 < number < 2**31 else None
    if found is None:
        raise NotFound(f"family number {number}")
    return found


def pupils(uow: UnitOfWork) -> list[tuple[Pupil, PupilLink]]:
    """The family's pupils with the link, by age."""
    return [(pupil, link) for pupil, link in uow.rows(_PUPILS)]


def pupils_with(*more: Any) -> Any:
    """The question of `pupils`, with more columns."""
    return (
        select(Pupil, PupilLink, *more)
        .join(PupilLink, col(PupilLink.pupil_id) == Pupil.id)
        .order_by(col(Pupil.birth_date), col(Pupil.first_name))
    )


_PUPILS = prepared(pupils_with())


def pupil_by_number(uow: UnitOfWork, number: int) -> tuple[Pupil, PupilLink]:
    """The pupil of a dossier number and the family's link to it; NotFound otherwise."""
    for pupil, link in pupils(uow):
        if pupil.number == number:
            return pupil, link
    raise NotFound(f"pupil number {number}")


def numbers(uow: UnitOfWork, family_ids: Iterable[int | None]) -> dict[int, int]:
    """Family -> the number people know it by, in one question."""
    return dict(uow.rows(select(Family.id, Family.number).where(col(Family.id).in_(family_ids))))


def may_change(uow: UnitOfWork, row: SQLModel) -> bool:
    """Whether this family may ask for changes of the row: a second household may be limited to consulting."""
    if not isinstance(row, Pupil) or uow.is_staff:
        return True
    return uow.one(select(PupilLink).where(PupilLink.pupil_id == row.id, PupilLink.rights == Rights.ALL)) is not None


def check_together(field: EditableField, value: object, others: dict[str, object]) -> None:
    """Rules between fields: UserError when a post code is not its country's, a birth too far, nobody named."""
    if field.name == "postcode":
        check_postcode(str(value), str(others.get("country", "FR")), str(others.get("town", "")))
    if field.name == "last_name" and value == NO_NAME and others.get("first_name") in (NO_NAME, "", None):
        raise UserError("Une personne a au moins un nom. Écrivez-le ici.")
    if field.name == "birth_date" and isinstance(value, date):
        today = others["today"]
        if isinstance(today, date) and value > today:
            raise UserError("Cette date est dans le futur. Vérifiez l’année.")
        if value.year < 1900:
            raise UserError("Cette date est avant 1900. Vérifiez l’année.")


def read_field(uow: UnitOfWork, row: SQLModel, one: EditableField, typed: Mapping[str, object]) -> Any:
    """The value of what was typed in a field of this record. What stands there as it was shown is what is recorded.

    Local telephone numbers are those of the country where the person lives, as what is typed says, or else the record.
    """
    recorded = one.shown(row)
    if recorded and typed[one.name] == one.format_value(recorded, uow.language):
        return getattr(row, one.name)
    return one.read(typed[one.name], str(typed.get("country") or getattr(row, "country", "FR")))


def are_there(uow: UnitOfWork) -> bool:
    return uow.one(select(Family)) is not None
