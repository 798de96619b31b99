"""The conservatoires of this installation, and what each one decides about its portal."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import SkipValidation
from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel, select

from data.core import encryption
from data.core.fields import EditableField, editables
from data.core.i18n import Language, _, translate
from data.core.scope import Clause, Key, OwnerKeys, Scope, Scoped
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork

ACCESSIBILITY_STATES = (_("non conforme"), _("partiellement conforme"), _("totalement conforme"))


class Policy(StrEnum):
    """What a family may do with a field."""

    IMMEDIATE = "immediate"
    MODERATED = "moderated"
    READONLY = "readonly"
    HIDDEN = "hidden"


def json_column() -> Any:
    return Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Site(Scoped, table=True):
    """One conservatoire. `field_policies` and `required_fields` are keyed « guardian.phone_mobile »."""

    scope: ClassVar[Scope] = Scope.SITE
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    code: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=120)
    address: str = Field(default="", max_length=300)
    phone: str = Field(default="", max_length=30)
    email: str = Field(default="", max_length=254)
    opening_hours: str = Field(default="", max_length=300)
    timezone: str = Field(default="Europe/Paris", max_length=60)
    must_change_mailed_password: bool = True
    field_policies: dict[str, str] = json_column()
    required_fields: dict[str, bool] = json_column()
    refusal_sentences: dict[str, list[str]] = json_column()
    legal: dict[str, str] = (
        json_column()
    )  # what data/site_admin/settings.py names « legal.… »: publisher, dpo, accessibility…
    calendar: dict[str, str] = json_column()  # zone of the schools' holidays, closures (data/schooling/school_days.py)
    help: dict[str, str] = json_column()  # whom Aide names: phone, email, hours; empty: the site's own
    retention: dict[str, str] = json_column()  # letters, sessions: days; requests: months (data/privacy/records.py)
    payment: dict[str, str] = (
        json_column()
    )  # gateway, and what that gateway needs to know (data/billing/online_payments.py)
    payment_keys: dict[str, str] = json_column()  # the gateway's secrets, encrypted; never shown again
    accent: str = Field(default="", max_length=7)  # #rrggbb; empty: the portal's own (data/core/appearance.py)
    logo: str = Field(default="", max_length=32)  # a PNG under FILES_DIR/<site>/
    second_factor_required: bool = False  # of a « responsable »
    office_imports: bool = False  # secretaries import and export too (data/importing/runs.py)
    mail_tested_at: datetime | None = None  # somebody read a trial letter
    key_mark: str = Field(default="", max_length=64)  # of the key file this site's secrets were encrypted with
    demonstration: bool = False
    journal_months: int = 12  # 6 to 12: what the law lets a journal be kept
    letters_per_minute: int = 60

    @classmethod
    def scope_clause(cls, site_id: Key, family_id: Key | None) -> Clause:
        return lambda each: each.id == site_id

    @classmethod
    def owner_keys(cls, site_id: int, family_id: int | None) -> OwnerKeys:
        return {"id": site_id}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def every_site() -> list[Site]:
    """For sign-in only: the list « Site » of Connexion, by name."""
    with system_unit_of_work() as uow:
        return list(uow.all(select(Site).order_by(Site.name)))


def known(site_id: int | None, code: str = "") -> Site | None:
    """Whose page it is where nobody need be signed in: that site's, the one last chosen on the device, or the only one's."""
    every = every_site()
    found = [each for each in every if each.id == site_id] or [each for each in every if each.code == code]
    return found[0] if found else every[0] if len(every) == 1 else None


def here(uow: UnitOfWork) -> Site:
    """The unit of work's own site; its time zone becomes the unit of work's."""
    if uow.site is None:
        uow.site = uow.get(Site, uow.site_id)
        uow.zone = uow.site.zone
    site: Site = uow.site
    return site


def payment_settings(site: Site) -> dict[str, str]:
    """What the gateway needs to know, its secrets opened; one encrypted with a lost key is as if it were not there."""
    found = dict(site.payment)
    for name, encrypted in site.payment_keys.items():
        with suppress(encryption.CannotDecrypt):
            found[name] = encryption.decrypt("payment keys", encrypted)
    return found


def policy(site: Site, field: EditableField, table: type[SQLModel]) -> Policy:
    """What a family may do with a field; « moderated » unless the site says otherwise, and always so for an e-mail:
    letters with passwords go there, so its owner confirms it first."""
    chosen = site.field_policies.get(f"{table.__name__.lower()}.{field.name}")
    found = next((each for each in Policy if each == chosen), Policy.MODERATED)
    return Policy.MODERATED if found == Policy.IMMEDIATE and field.kind.control == "email" else found


def is_required(site: Site, field: EditableField, table: type[SQLModel]) -> bool:
    return site.required_fields.get(f"{table.__name__.lower()}.{field.name}", field.mark.required)


def open_fields(site: Site, table: type[SQLModel]) -> dict[str, tuple[EditableField, Policy]]:
    """The fields that a family sees, each with what it may do."""
    found = {name: (field, policy(site, field, table)) for name, field in editables(table).items()}
    return {name: pair for name, pair in found.items() if pair[1] != Policy.HIDDEN}


def refusals(site: Site, key: str, ours: Iterable[str], language: Language) -> tuple[str, ...]:
    """The ready sentences of a refusal, in the language of who will read them: the site's own, or ours. What it wrote in French
    alone serves an English reader too."""
    written = site.refusal_sentences
    theirs = (written.get(f"{key}_en", []) if language == "en" else []) or written.get(key, [])
    return tuple(theirs) or tuple(translate(each, language) for each in ours)


def accessibility(site: Site) -> str:
    """The state the law knows; « non conforme » unless an audit is entered with another."""
    state = site.legal.get("accessibility", "")
    return state if state in ACCESSIBILITY_STATES and site.legal.get("accessibility_audit") else ACCESSIBILITY_STATES[0]
