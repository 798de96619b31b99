"""Accounts: who may come in, with which role. The door is sessions.py; the words are passwords.py."""

import re
import unicodedata
from datetime import datetime
from typing import Any, ClassVar

from pydantic import SkipValidation
from sqlalchemy import JSON, Column, ForeignKeyConstraint, UniqueConstraint, and_
from sqlmodel import Field, col, select

from data.accounts import passwords
from data.core import audit
from data.core.errors import Faulty, NotYours, Refused
from data.core.i18n import Language, language
from data.core.scope import OfFamily
from data.core.sites import Site
from data.core.unit_of_work import Visit
from data.families.models import Guardian, Pupil, of_its_site
from data.mail import outbox

ROLES = ("family", "secretariat", "responsable")


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
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    guardian_id: int | None = Field(default=None, index=True)
    own_family_id: int | None = None
    role: str = Field(default="family", max_length=12)
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
    digest: str = Field(default="", max_length=3)  # of what waits, each morning: yes | no | "" as the role has it

    @property
    def is_staff(self) -> bool:
        return self.role in {"secretariat", "responsable"}

    @property
    def wants_digest(self) -> bool:
        return self.is_staff and (self.digest == "yes" if self.digest else self.role == "responsable")


def normal_login(typed: str) -> str:
    """Spaces around, case and Unicode form do not matter; what cannot be printed is not there."""
    folded = unicodedata.normalize("NFKC", typed[:200]).strip().casefold()
    return "".join(char for char in folded if char.isprintable())


def check_login(login: str) -> None:
    """Refused unless it can be an identifier: no homoglyph can be made."""
    if not re.fullmatch("[a-z0-9._-]{3,40}", login):
        raise Refused("Un identifiant a de 3 à 40 caractères : lettres sans accent, chiffres, point, tiret.")


def address(v: Visit, account: Account) -> str:
    """Where the account's letters go: only ever a recorded, accepted address."""
    if account.guardian_id is None:
        return account.email
    try:
        return v.get(Guardian, account.guardian_id).email
    except NotYours:
        return ""


def with_addresses(v: Visit, login: str) -> list[tuple[Account, str]]:
    """The accounts of that identifier, to be changed, each with its `address`: one question, whether there are any or none."""
    question = select(Account, Guardian).outerjoin(Guardian, col(Guardian.id) == Account.guardian_id)
    found = v.rows(question.where(Account.login == login).with_for_update(of=Account))
    return [
        (row, (row.email if row.guardian_id is None else guardian.email if guardian else "")) for row, guardian in found
    ]


def tongue_of(v: Visit, account_id: int) -> Language:
    """The language in which that account's owner reads."""
    found: str | None = v.one(select(Account.language).where(Account.id == account_id))
    return language(found)


def write_to(v: Visit, account: Account, kind: str, *, to: str | None = None, **words: Any) -> outbox.Letter:
    """A letter of that kind (data/mail/outbox.py) to the account's owner, in their language; `to` another address."""
    return outbox.write(
        v,
        kind,
        to=address(v, account) if to is None else to,
        name=account.name,
        language=account.language,
        site_id=account.site_id,
        family_id=account.family_id,
        account_id=account.id,
        **words,
    )


def adults(v: Visit) -> tuple[list[Guardian], Guardian | None]:
    """The family's adults, the responsible one first; and the one whose account this is."""
    mine = and_(col(Account.guardian_id) == Guardian.id, col(Account.id) == v.account_id)
    found = v.rows(
        select(Guardian, Account.id).join(Account, mine, isouter=True).order_by(col(Guardian.rank), col(Guardian.id))
    )
    return [adult for adult, _ in found], next((adult for adult, account in found if account), None)


def context_words(v: Visit, account: Account, site: Site) -> list[str]:
    """What a password of this account must not hold: names, identifier, place."""
    words = [
        account.login,
        *account.login.split("."),
        *account.name.split(),
        site.code,
        *site.name.split(),
        "conservatoire",
        "musique",
    ]
    if account.family_id:
        people: list[Guardian | Pupil] = [*v.all(select(Guardian)), *v.all(select(Pupil))]
        for person in people:
            words += [person.first_name, person.last_name]
            if person.birth_date:
                words += [f"{person.birth_date:%d%m%Y}", f"{person.birth_date:%Y%m%d}"]
    return words


async def check_new_password(v_words: list[str], account: Account, new: str, again: str, *, old: str = "") -> str:
    """The hash of a good new password; Faulty with the field that is wrong. Call it outside any visit."""
    try:
        passwords.check_policy(new, staff=account.is_staff, context_words=v_words, old=old)
    except Refused as refused:
        raise Faulty({"new": refused}) from None
    if passwords.normal(new) != passwords.normal(again):
        raise Faulty({"again": Refused("Les deux saisies ne sont pas identiques.")})
    same, _ = await passwords.off_the_loop(passwords.verify, new, account.password_hash)
    if same:
        raise Faulty({"new": Refused("Choisissez un mot de passe différent de l’ancien.")})
    return await passwords.off_the_loop(passwords.make_hash, new)


def set_password(v: Visit, account: Account, hashed: str) -> None:
    """The new hash, the letter that says so, the journal. The caller closes the other sessions."""
    account.password_hash, account.must_change, account.password_expires_at = hashed, False, None
    v.add(account)
    write_to(v, account, "password_changed", path="/mot-de-passe-perdu")
    audit.note(v, "password changed", subject="account", subject_id=account.id, family_id=account.family_id)


def choose_language(v: Visit, chosen: str) -> None:
    account = v.get(Account, v.account_id)
    account.language = chosen
    v.add(account)


def choose_digest(v: Visit, wanted: bool) -> None:
    """Whether the person gets what waits each morning: staff only."""
    v.staff_only()
    account = v.get(Account, v.account_id)
    before, account.digest = "yes" if account.wants_digest else "no", "yes" if wanted else "no"
    v.add(account)
    audit.note(
        v, "digest chosen", subject="account", subject_id=account.id, changes={"digest": [before, account.digest]}
    )
    v.tell(("account", account.id))
