"""Accounts: who may come in, with which role. Signing in is sessions.py; passwords are passwords.py."""

import re
import unicodedata
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import SkipValidation
from sqlalchemy import JSON, Column, ForeignKeyConstraint, UniqueConstraint, case, func
from sqlmodel import Field, col, select

from data.accounts import passwords
from data.core import audit
from data.core.audit import Action
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.i18n import Language, as_language
from data.core.roles import Role
from data.core.scope import OfFamily
from data.core.sites import Site
from data.core.unit_of_work import UnitOfWork
from data.families.models import KEYS_USED_ONCE, Guardian, Pupil, of_its_site
from data.mail import outbox
from data.mail.outbox import Mail, Recipient
from data.mail.templates import LetterKind

ROLES = (Role.FAMILY, Role.OFFICE, Role.MANAGER)


class AccessState(StrEnum):
    """Whether somebody can come in; worked out, not kept."""

    NONE = "none"
    BLOCKED = "blocked"
    TO_HAND_OVER = "to_hand_over"
    HANDED_OVER = "handed_over"
    IN_USE = "in_use"


class Account(OfFamily, table=True):
    """A person's way in. `role` is family, secretariat or responsable; staff have no family.

    `own_family_id` is the family a member of staff belongs to as a parent: its requests are decided by a colleague.
    """

    staff_columns: ClassVar[frozenset[str]] = frozenset(
        {"role", "login", "guardian_id", "own_family_id", "disabled", "access_sent_by"}
    )
    __table_args__ = (
        of_its_site(),
        UniqueConstraint("site_id", "login"),
        UniqueConstraint("id", "site_id"),
        ForeignKeyConstraint(["guardian_id", "family_id"], ["guardian.id", "guardian.family_id"]),
        ForeignKeyConstraint(["own_family_id", "site_id"], ["family.id", "family.site_id"]),
        KEYS_USED_ONCE,
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    guardian_id: int | None = Field(default=None, index=True)
    own_family_id: int | None = Field(default=None, index=True)
    role: str = Field(default=Role.FAMILY, max_length=12)
    login: str = Field(max_length=40)
    name: str = Field(max_length=120)
    email: str = Field(default="", max_length=254)  # staff; a family's is its guardian's recorded one
    password_hash: str = Field(default="", max_length=300)
    must_change: bool = False
    password_expires_at: datetime | None = None  # of a password that came by mail
    language: str = Field(default="fr", max_length=2)
    comfort: dict[str, str] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )  # data/accounts/display_preferences.py
    disabled: bool = False
    access_sent_at: datetime | None = None  # when its owner was last told how to come in
    access_sent_by: str = Field(default="", max_length=10)  # mail | letter
    reset_count: int = 0
    reset_since: datetime | None = None
    reset_at: datetime | None = None
    lesson_letters: str = Field(default="", max_length=3)  # of lessons cancelled or moved: no | "" as it is usual, yes
    digest: str = Field(default="", max_length=3)  # of what waits, each morning: yes | no | "" as the role has it

    @property
    def is_staff(self) -> bool:
        return self.role in {Role.OFFICE, Role.MANAGER}

    @property
    def access(self) -> AccessState:
        if self.disabled:
            return AccessState.BLOCKED
        if self.password_hash and not self.must_change:
            return AccessState.IN_USE
        handed_over = self.password_hash or self.access_sent_at
        return AccessState.HANDED_OVER if handed_over else AccessState.TO_HAND_OVER

    @property
    def wants_digest(self) -> bool:
        return self.is_staff and (self.digest == "yes" if self.digest else self.role == Role.MANAGER)


def normal_login(typed: str) -> str:
    """Spaces around, case and Unicode form do not matter; what cannot be printed is not there."""
    folded = unicodedata.normalize("NFKC", typed[:200]).casefold()
    return "".join(char for char in folded if char.isprintable()).strip()


def login_at_the_door(typed: str) -> str:
    """An identifier that exists, as it was typed or pasted: what none can hold (spaces, « Identifiant : ») is forgiven."""
    return "".join(normal_login(typed).rpartition(":")[2].split())


def address_at_the_door(typed: str) -> str:
    """An e-mail address to compare with a recorded one: no space, nothing that is not seen, one case."""
    return "".join("".join(char for char in typed[:300] if char.isprintable()).split()).casefold()


def is_address(typed: str) -> bool:
    """Whether an e-mail address stands where an identifier should: no identifier can hold its sign."""
    return "@" in normal_login(typed)


def check_login(login: str) -> None:
    """UserError unless it can be an identifier: no homoglyph can be made."""
    if not re.fullmatch("[a-z0-9._-]{3,40}", login):
        raise UserError("Un identifiant a de 3 à 40 caractères : lettres sans accent, chiffres, point, tiret.")


def recipient(uow: UnitOfWork, account: Account, address: str | None = None) -> Recipient:
    """The account's owner, in their language, at that address; without one, at the recorded and accepted one ("" for none)."""
    if address is None and account.guardian_id is None:
        address = account.email
    elif address is None:
        with suppress(NotFound):
            address = uow.get(Guardian, account.guardian_id).email
    language = as_language(account.language)
    return Recipient(address or "", account.name, language, account.site_id, account.family_id, account.id)


def with_addresses(uow: UnitOfWork, login: str) -> list[tuple[Account, str]]:
    """The accounts of that identifier, to be changed, each with the address of its letters: one question, whether there are any or none."""
    question = select(Account, Guardian).outerjoin(Guardian, col(Guardian.id) == Account.guardian_id)
    found = uow.rows(question.where(Account.login == login).with_for_update(of=Account))
    return [
        (row, (row.email if row.guardian_id is None else guardian.email if guardian else "")) for row, guardian in found
    ]


def of_address(uow: UnitOfWork, address: str) -> list[tuple[Account, str]]:
    """The accounts open to the owner of that address (in lower case), site by site, each with the address as recorded; locked."""
    recorded = case((col(Account.guardian_id).is_(None), col(Account.email)), else_=col(Guardian.email))
    found = uow.rows(
        select(Account, recorded)
        .outerjoin(Guardian, col(Guardian.id) == Account.guardian_id)
        .where(func.lower(recorded) == address, recorded != "", col(Account.disabled).is_(False))
        .order_by(col(Account.site_id), col(Account.login))
        .with_for_update(of=Account)
    )
    return [(account, text) for account, text in found]


def language_of(uow: UnitOfWork, account_id: int) -> Language:
    """The language in which that account's owner reads."""
    found: str | None = uow.one(select(Account.language).where(Account.id == account_id))
    return as_language(found)


def personal_terms(uow: UnitOfWork, account: Account, site: Site) -> list[str]:
    """What a password of this account must not hold: names, identifier, place."""
    placeholders = [
        account.login,
        *account.login.split("."),
        *account.name.split(),
        site.code,
        *site.name.split(),
        "conservatoire",
        "musique",
    ]
    if account.family_id:
        people: list[Guardian | Pupil] = [*uow.all(select(Guardian)), *uow.all(select(Pupil))]
        for person in people:
            placeholders += [person.first_name, person.last_name]
            if person.birth_date:
                placeholders += [f"{person.birth_date:%d%m%Y}", f"{person.birth_date:%Y%m%d}"]
    return placeholders


async def check_new_password(uow_values: list[str], account: Account, new: str, again: str, *, old: str = "") -> str:
    """The hash of a good new password; ValidationErrors with the field that is wrong. Call it outside any unit of work."""
    try:
        passwords.check_policy(new, staff=account.is_staff, context_words=uow_values, old=old)
    except UserError as error:
        raise ValidationErrors({"new": error}) from None
    if passwords.normal(new) != passwords.normal(again):
        raise ValidationErrors({"again": UserError("Les deux saisies ne sont pas identiques.")})
    same, _ = await passwords.off_the_loop(passwords.verify, new, account.password_hash)
    if same:
        raise ValidationErrors({"new": UserError("Choisissez un mot de passe différent de l’ancien.")})
    return await passwords.off_the_loop(passwords.make_hash, new)


def set_password(uow: UnitOfWork, account: Account, hashed: str) -> None:
    """The new hash, the letter that says so, the journal. The caller closes the other sessions."""
    account.password_hash, account.must_change, account.password_expires_at = hashed, False, None
    uow.add(account)
    words = {"login": account.login}
    outbox.write(uow, Mail(LetterKind.PASSWORD_CHANGED, recipient(uow, account), words, path="/mot-de-passe-perdu"))
    audit.note_record(uow, Action.PASSWORD_CHANGED, account, account.family_id)


def choose_language(uow: UnitOfWork, chosen: str) -> None:
    account = uow.get(Account, uow.account_id)
    account.language = chosen
    uow.add(account)


def choose_digest(uow: UnitOfWork, wanted: bool) -> None:
    """Whether the person gets what waits each morning: staff only."""
    uow.staff_only()
    account = uow.get(Account, uow.account_id)
    before, account.digest = "yes" if account.wants_digest else "no", "yes" if wanted else "no"
    uow.add(account)
    if before == account.digest:
        return
    audit.note_record(uow, Action.DIGEST_CHOSEN, account, changes={"digest": [before, account.digest]})
    uow.publish(("account", account.id))
