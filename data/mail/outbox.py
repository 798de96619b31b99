"""Letters are rows, written in the transaction of what they tell; the delivery sends them."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography.fernet import Fernet
from pydantic import SkipValidation
from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, col, func, or_, select, update

from data.core import audit, sites
from data.core.fields import fold
from data.core.formats import moment
from data.core.i18n import Language, translate
from data.core.i18n import as_language as a_language
from data.core.scope import OfFamily
from data.core.settings import key, settings
from data.core.sites import Site
from data.core.unit_of_work import UnitOfWork
from data.families.models import of_its_site
from data.mail import custom_templates
from data.mail.custom_templates import TemplateText
from data.mail.templates import TEMPLATES

Change = tuple[str, str, str, str]  # field, before, after, what was decided ("" when nothing is yet)
Fact = tuple[str, str]  # label, value
Paper = tuple[str, str, str, str, Sequence[Fact]]  # a PDF joined: its file's name, title, first and last words, facts


class LetterState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"  # claimed by a delivery until `lease_until`
    SENT = "sent"
    FAILED = "failed"  # refused for good
    ABANDONED = "abandoned"  # two days of trying
    CANCELLED = "cancelled"
    TO_CONFIRM = "to_confirm"  # of a restored copy: it may have left since


# Nothing more becomes of it.
TERMINAL_STATES = (LetterState.SENT, LetterState.FAILED, LetterState.ABANDONED, LetterState.CANCELLED)


class Letter(OfFamily, table=True):
    """One letter to one address. `blocks` is what it says; `secret` is encrypted and gone once sent; `needle` is what the
    queue page's search looks through."""

    __table_args__ = (
        of_its_site(),
        Index("ix_letter_desk", "site_id", "state", "kind", "created_at", "needle"),  # counted without the rows
        Index("ix_letter_latest", "site_id", "created_at"),
    )
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
    state: str = Field(default=LetterState.WAITING, max_length=12, index=True)
    attempts: int = 0
    error: str = Field(default="", max_length=300)
    message_id: str = Field(max_length=120)
    created_at: datetime
    due_at: datetime = Field(index=True)
    lease_until: datetime | None = None
    sent_at: datetime | None = Field(default=None, index=True)
    needle: str = Field(default="", max_length=400)
    resent_of: int | None = Field(default=None, index=True)


def write(
    uow: UnitOfWork,
    kind: str,
    *,
    to: str,
    name: str,
    language: str,
    site_id: int,
    family_id: int | None = None,
    account_id: int | None = None,
    changes: Sequence[Change] = (),
    facts: Sequence[Fact] = (),
    path: str = "/",
    secret: str = "",
    message: str = "",
    paper: Paper | None = None,
    delay: int = 0,
    once: str = "",
    **sentence: object,
) -> Letter:
    """Put a letter in the outbox, in the unit of work's own transaction. `delay` in seconds; without an address it fails now.

    `once` is a key that no second letter may have (IntegrityError).
    """
    the_language, site = a_language(language), sites.here(uow) if uow.site_id == site_id else uow.get(Site, site_id)
    known = {"site": site.name, "name": name, "moment": moment(uow.now, site.zone, the_language), **sentence}
    subject, blocks = compose(
        kind,
        the_language,
        site,
        known,
        custom_templates.own_text(uow, site_id, kind, the_language),
        changes=changes,
        facts=facts,
        path=path,
        message=message,
    )
    if paper:
        *text, listed = paper
        blocks.append(["paper", *text, *(part for fact in listed for part in fact)])
    token = secrets.token_hex(16)
    return post(
        uow,
        Letter(
            site_id=site_id,
            family_id=family_id,
            account_id=account_id,
            key=once or token,
            kind=kind,
            recipient=to[:254],
            name=name,
            language=the_language,
            subject=subject,
            blocks=blocks,
            secret=encrypt(secret) if secret else "",
            message_id=f"<{token}@{_domain()}>",
            created_at=uow.now,
            due_at=uow.now + timedelta(seconds=delay),
        ),
    )


def post(uow: UnitOfWork, letter: Letter) -> Letter:
    """Into the outbox; without an address it fails now."""
    letter.state, letter.error = (LetterState.WAITING, "") if letter.recipient else (LetterState.FAILED, "no address")
    letter.needle = fold(f"{letter.name} {letter.recipient}")[:400]
    uow.publish(("letters", letter.site_id), ("account letters", letter.account_id or 0))
    return uow.add(letter)


def again(letter: Letter, to: str, now: datetime) -> Letter:
    """The same words in a new letter, with a key and a Message-ID of its own."""
    token = secrets.token_hex(16)
    return Letter(
        **letter.model_dump(
            include={"site_id", "family_id", "account_id", "kind", "name", "language", "subject", "blocks"}
        ),
        key=token,
        recipient=to[:254],
        message_id=f"<{token}@{_domain()}>",
        created_at=now,
        due_at=now,
        resent_of=letter.id,
    )


def compose(
    kind: str,
    language: Language,
    site: Site,
    text: Mapping[str, object],
    own: TemplateText | None = None,
    *,
    changes: Sequence[Change] = (),
    facts: Sequence[Fact] = (),
    path: str = "/",
    message: str = "",
) -> tuple[str, list[list[str]]]:
    """(subject, blocks) of a letter: the site's own text when there is one, the text that came otherwise."""
    template = TEMPLATES[kind]
    link = own.link if own else translate(template.link, language)
    blocks: list[list[str]] = []
    for part in own.body if own else template.body:
        if part == "changes":
            blocks += [["change", *change] for change in changes]
        elif part == "facts":
            blocks += [["fact", *fact] for fact in facts]
        elif part == "link":
            blocks.append(["link", link, settings().public_url + path])
        elif part == "secret":
            blocks.append(["secret"])
        elif part == "message":
            blocks += [["message", message]] if message else []
        else:
            blocks.append(["p", custom_templates.fill(part, text) if own else translate(part, language, **text)])
    blocks.append(["foot", site.name, site.phone, site.email])
    return f"{own.subject if own else translate(template.subject, language)} – {site.name}"[:200], blocks


def cancel_waiting(uow: UnitOfWork, account_id: int, kind: str) -> None:
    """A newer letter says what these said: they are not sent, their secret is forgotten."""
    uow.change(
        update(Letter)
        .where(col(Letter.account_id) == account_id, col(Letter.kind) == kind, col(Letter.state) == LetterState.WAITING)
        .values(state=LetterState.CANCELLED, error="superseded", secret="")
    )


def in_trouble(uow: UnitOfWork, since: datetime) -> int:
    """Letters given up, or tried in vain, since then."""
    return uow.count(
        select(func.count())
        .select_from(Letter)
        .where(
            Letter.created_at >= since,
            or_(
                col(Letter.state).in_([LetterState.FAILED, LetterState.ABANDONED]),
                (Letter.state == LetterState.WAITING) & (Letter.attempts > 0),
            ),
        )
    )


def to_confirm(uow: UnitOfWork) -> int:
    """Letters of a restored copy: they may have left after it was made."""
    return uow.count(select(func.count()).select_from(Letter).where(Letter.state == LetterState.TO_CONFIRM))


def settle_restored(uow: UnitOfWork, *, sent: bool) -> None:
    """Send them now, or give them up."""
    uow.manager_only()
    state = (
        {"state": LetterState.WAITING, "due_at": uow.now} if sent else {"state": LetterState.CANCELLED, "secret": ""}
    )
    count = uow.change(update(Letter).where(col(Letter.state) == LetterState.TO_CONFIRM).values(**state))
    if count:
        action = "restored letters sent" if sent else "restored letters given up"
        audit.note(uow, action, subject="letter", changes={"count": ["", count]})
        uow.publish(("letters", uow.site_id or 0))


def _not_left(uow: UnitOfWork, kind: str, family_id: int, account_id: int | None) -> Letter | None:
    """The letter of that kind that waits for more to tell, as its `delay` made it: one letter one round of decisions. Locked."""
    return uow.one(
        select(Letter)
        .where(
            Letter.family_id == family_id,
            Letter.account_id == account_id,
            Letter.kind == kind,
            Letter.state == LetterState.WAITING,
            Letter.attempts == 0,
            Letter.due_at > uow.now,
        )
        .with_for_update()
    )


def join_decision_letter(
    uow: UnitOfWork, family_id: int, account_id: int | None, changes: Sequence[Change]
) -> Letter | None:
    """Add decisions to the family's letter that has not left yet. None when there is none."""
    letter = _not_left(uow, "request_decided", family_id, account_id)
    if letter is None:
        return None
    last = max((at for at, block in enumerate(letter.blocks) if block[0] == "change"), default=0)
    letter.blocks = [
        *letter.blocks[: last + 1],
        *(["change", *change] for change in changes),
        *letter.blocks[last + 1 :],
    ]
    return uow.add(letter)


def join_message(uow: UnitOfWork, kind: str, family_id: int, account_id: int | None, message: str) -> Letter | None:
    """Add a message to the letter of that kind that has not left yet. None when there is none."""
    letter = _not_left(uow, kind, family_id, account_id)
    if letter is None:
        return None
    last = max((at for at, block in enumerate(letter.blocks) if block[0] == "message"), default=0)
    letter.blocks = [*letter.blocks[: last + 1], ["message", message], *letter.blocks[last + 1 :]]
    return uow.add(letter)


def encrypt(secret: str) -> str:
    return _fernet().encrypt(secret.encode()).decode()


def decrypt(encrypted: str) -> str:
    return _fernet().decrypt(encrypted.encode()).decode() if encrypted else ""


def _fernet() -> Fernet:
    return Fernet(urlsafe_b64encode(key("letters")))


def _domain() -> str:
    return settings().mail_from.rpartition("@")[2] or "localhost"
