"""Letters are rows, written in the transaction of what they tell; the postman sends them."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.fernet import Fernet
from pydantic import SkipValidation
from sqlalchemy import JSON, Column
from sqlmodel import Field, col, func, or_, select, update

from data import journal
from data.families import of_its_site
from data.formats import moment
from data.i18n import language as a_language
from data.i18n import say
from data.letter_texts import TEMPLATES
from data.settings import key, settings
from data.sites import Site
from data.visits import OfFamily, Visit

Change = tuple[str, str, str, str]  # field, before, after, what was decided ("" when nothing is yet)


class Letter(OfFamily, table=True):
    """One letter to one address. `blocks` is what it says; `secret` is encrypted and gone once sent."""

    __table_args__ = (of_its_site(),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    account_id: int | None = Field(default=None, index=True)
    key: str = Field(max_length=80, unique=True)
    kind: str = Field(max_length=40, index=True)
    recipient: str = Field(max_length=254)
    name: str = Field(default="", max_length=120)
    language: str = Field(default="fr", max_length=2)
    subject: str = Field(max_length=200)
    blocks: list[list[str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    secret: str = Field(default="", max_length=400)
    state: str = Field(default="waiting", max_length=12, index=True)  # waiting sending sent failed cancelled to_confirm
    attempts: int = 0
    error: str = Field(default="", max_length=300)
    message_id: str = Field(max_length=120)
    created_at: datetime
    due_at: datetime = Field(index=True)
    lease_until: datetime | None = None
    sent_at: datetime | None = None


def write(
    v: Visit,
    kind: str,
    *,
    to: str,
    name: str,
    language: str,
    site_id: int,
    family_id: int | None = None,
    account_id: int | None = None,
    changes: Sequence[Change] = (),
    path: str = "/",
    secret: str = "",
    message: str = "",
    delay: int = 0,
    **words: object,
) -> Letter:
    """Put a letter in the outbox, in the visit's own transaction. `delay` in seconds; without an address it fails now."""
    template, tongue = TEMPLATES[kind], a_language(language)
    site = v.get(Site, site_id)
    words = {"site": site.name, "name": name, "moment": moment(v.now, site.zone, tongue), **words}
    blocks: list[list[str]] = []
    for part in template.body:
        if part == "changes":
            blocks += [["change", *change] for change in changes]
        elif part == "link":
            blocks.append(["link", say(template.link, tongue), settings().public_url + path])
        elif part == "secret":
            blocks.append(["secret"])
        elif part == "message":
            blocks += [["message", message]] if message else []
        else:
            blocks.append(["p", say(part, tongue, **words)])
    blocks.append(["foot", site.name, site.phone, site.email])
    token = secrets.token_hex(16)
    letter = Letter(
        site_id=site_id,
        family_id=family_id,
        account_id=account_id,
        key=token,
        kind=kind,
        recipient=to[:254],
        name=name,
        language=tongue,
        subject=f"{say(template.subject, tongue)} – {site.name}"[:200],
        blocks=blocks,
        secret=seal(secret) if secret else "",
        message_id=f"<{token}@{_domain()}>",
        created_at=v.now,
        due_at=v.now + timedelta(seconds=delay),
        state="waiting" if to else "failed",
        error="" if to else "no address",
    )
    v.tell(("letters", site_id))
    return v.add(letter)


def cancel_waiting(v: Visit, account_id: int, kind: str) -> None:
    """A newer letter says what these said: they are not sent, their secret is forgotten."""
    v.change(
        update(Letter)
        .where(col(Letter.account_id) == account_id, col(Letter.kind) == kind, col(Letter.state) == "waiting")
        .values(state="cancelled", secret="")
    )


def in_trouble(v: Visit, since: datetime) -> int:
    """Letters given up, or tried in vain, since then."""
    return v.count(
        select(func.count())
        .select_from(Letter)
        .where(
            Letter.created_at >= since,
            or_(Letter.state == "failed", (Letter.state == "waiting") & (Letter.attempts > 0)),
        )
    )


def to_confirm(v: Visit) -> int:
    """Letters of a restored copy: they may have left after it was made."""
    return v.count(select(func.count()).select_from(Letter).where(Letter.state == "to_confirm"))


def settle_restored(v: Visit, *, sent: bool) -> None:
    """Send them now, or give them up."""
    v.manager_only()
    state = {"state": "waiting", "due_at": v.now} if sent else {"state": "cancelled", "secret": ""}
    count = v.change(update(Letter).where(col(Letter.state) == "to_confirm").values(**state))
    if count:
        action = "restored letters sent" if sent else "restored letters given up"
        journal.note(v, action, subject="letter", changes={"count": ["", count]})
        v.tell(("letters", v.site_id or 0))


def join_sitting(v: Visit, family_id: int, account_id: int | None, changes: Sequence[Change]) -> Letter | None:
    """Add decisions to the family's letter that has not left yet: one letter a sitting. None when there is none."""
    letter = v.one(
        select(Letter)
        .where(
            Letter.family_id == family_id,
            Letter.account_id == account_id,
            Letter.kind == "request_decided",
            Letter.state == "waiting",
            Letter.attempts == 0,
            Letter.due_at > v.now,
        )
        .with_for_update()
    )
    if letter is None:
        return None
    last = max((at for at, block in enumerate(letter.blocks) if block[0] == "change"), default=0)
    letter.blocks = [
        *letter.blocks[: last + 1],
        *(["change", *change] for change in changes),
        *letter.blocks[last + 1 :],
    ]
    return v.add(letter)


def seal(secret: str) -> str:
    return _fernet().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    return _fernet().decrypt(sealed.encode()).decode() if sealed else ""


def _fernet() -> Fernet:
    return Fernet(urlsafe_b64encode(key("letters")))


def _domain() -> str:
    return settings().mail_from.rpartition("@")[2] or "localhost"
