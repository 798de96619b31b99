"""Letters are rows, written in the transaction of what they tell; the delivery sends them."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import SkipValidation
from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, col, func, select, update

from data.core import audit, encryption, sites
from data.core.audit import Action
from data.core.fields import fold
from data.core.formats import moment
from data.core.i18n import Language, translate
from data.core.scope import OfFamily
from data.core.settings import settings
from data.core.sites import Site
from data.core.unit_of_work import UnitOfWork
from data.families.models import of_its_site
from data.mail import custom_templates
from data.mail.custom_templates import TemplateText
from data.mail.templates import TEMPLATES, Lane, LetterKind

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
    PORTAL = "portal"  # read in the portal alone: there is no address to send it to


# Nothing more becomes of it.
TERMINAL_STATES = (
    LetterState.SENT,
    LetterState.FAILED,
    LetterState.ABANDONED,
    LetterState.CANCELLED,
    LetterState.PORTAL,
)


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
    key: str = Field(default="", max_length=80, unique=True)
    kind: str = Field(max_length=40, index=True)
    recipient: str = Field(max_length=254)
    name: str = Field(default="", max_length=120)
    language: str = Field(default="fr", max_length=2)
    subject: str = Field(max_length=200)
    blocks: list[list[str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    secret: str = Field(default="", max_length=400)
    state: str = Field(default=LetterState.WAITING, max_length=12, index=True)
    lane: int = Lane.ORDINARY
    attempts: int = 0
    error: str = Field(default="", max_length=300)
    message_id: str = Field(default="", max_length=120)
    created_at: datetime
    due_at: datetime = Field(index=True)
    lease_until: datetime | None = None
    sent_at: datetime | None = Field(default=None, index=True)
    needle: str = Field(default="", max_length=400)
    resent_of: int | None = Field(default=None, index=True)
    group_id: int | None = Field(default=None, index=True)  # the letter to a group that it is a copy of


@dataclass(frozen=True)
class Recipient:
    """To whom a letter goes: an address, the name and the language it greets in, whose records it belongs to."""

    address: str
    name: str
    language: Language
    site_id: int
    family_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True)
class Mail:
    """A letter to write. `words` fill the {words} of its text; the others stand where the text says, if it does.

    `delay` is in seconds. `joins`: its changes and its message are added to the recipient's letter of that kind that still
    waits for its delay to pass, when there is one. `once` is a key that no second letter may have (IntegrityError).
    `unsubscribe`: the path at which its reader says that they do without; none on what people must be told. `lane`: where
    it is another than its kind's.
    """

    kind: LetterKind
    recipient: Recipient
    words: Mapping[str, object] = field(default_factory=dict)
    _: KW_ONLY
    path: str = "/"
    changes: Sequence[Change] = ()
    facts: Sequence[Fact] = ()
    message: str = ""
    paper: Paper | None = None
    secret: str = ""
    delay: int = 0
    joins: bool = False
    once: str = ""
    unsubscribe: str = ""
    outcome: str = ""  # said in its title, whatever the text of the site
    mixed: str = ""  # the same, once it joined a letter of another outcome
    lane: Lane | None = None

    @property
    def parts(self) -> dict[str, list[list[str]]]:
        """The blocks that stand where its text names them."""
        return {
            "changes": [["change", *change] for change in self.changes],
            "facts": [["fact", *fact] for fact in self.facts],
            "message": [["message", self.message]] if self.message else [],
            "secret": [["secret"]],
        }


def write(uow: UnitOfWork, mail: Mail) -> Letter:
    """Put a letter in the outbox, in the unit of work's own transaction; without an address it fails now."""
    site_id, language = mail.recipient.site_id, mail.recipient.language
    site = sites.here(uow) if uow.site_id == site_id else uow.get(Site, site_id)
    own = custom_templates.own_text(uow, site_id, mail.kind, language)
    if mail.joins and (waiting := _not_left(uow, mail)):
        parts = mail.parts
        if waiting.subject != _subject(mail, site, own, mail.outcome):
            waiting.subject = _subject(mail, site, own, mail.mixed)
        for kind, more in (("change", parts["changes"]), ("message", parts["message"])):
            last = max((at for at, block in enumerate(waiting.blocks) if block[0] == kind), default=0)
            waiting.blocks = [*waiting.blocks[: last + 1], *more, *waiting.blocks[last + 1 :]]
        return uow.add(waiting)
    return post(uow, compose(mail, site, uow.now, own))


def post(uow: UnitOfWork, letter: Letter) -> Letter:
    """Into the outbox, with a Message-ID of its own and a key; without an address it fails now."""
    token = secrets.token_hex(16)
    letter.key = letter.key or token
    letter.message_id = f"<{token}@{settings().mail_from.rpartition('@')[2] or 'localhost'}>"
    letter.state, letter.error = (LetterState.WAITING, "") if letter.recipient else (LetterState.FAILED, "no address")
    letter.needle = fold(f"{letter.name} {letter.recipient}")[:400]
    uow.publish(("letters", letter.site_id), ("account letters", letter.account_id or 0))
    return uow.add(letter)


def again(letter: Letter, to: str, now: datetime) -> Letter:
    """The same words in a new letter, not yet in the outbox; one at a time, by hand: it goes first."""
    return Letter(
        **letter.model_dump(
            include={"site_id", "family_id", "account_id", "kind", "name", "language", "subject", "blocks", "group_id"}
        ),
        recipient=to[:254],
        lane=Lane.AWAITED,
        created_at=now,
        due_at=now,
        resent_of=letter.id,
    )


def _subject(mail: Mail, site: Site, own: TemplateText | None, outcome: str) -> str:
    """« Réponse à votre demande de modification : refusée – Conservatoire de Valmont »."""
    language = mail.recipient.language
    subject = own.subject if own else translate(TEMPLATES[mail.kind].subject, language)
    title = translate("{title} : {outcome}", language, title=subject, outcome=outcome) if outcome else subject
    return f"{title} – {site.name}"[:200]


def compose(mail: Mail, site: Site, now: datetime, own: TemplateText | None = None) -> Letter:
    """The letter, not yet in the outbox: in the site's own text when there is one, in the text that came otherwise."""
    to, language = mail.recipient, mail.recipient.language
    known = {"site": site.name, "name": to.name, "moment": moment(now, site.zone, language), **mail.words}
    link = own.link if own else translate(TEMPLATES[mail.kind].link, language)
    parts = mail.parts | {"link": [["link", link, settings().public_url + mail.path]]}
    blocks: list[list[str]] = []
    for part in own.body if own else TEMPLATES[mail.kind].body:
        if part in parts:
            blocks += parts[part]
        else:
            blocks.append(["p", custom_templates.fill(part, known) if own else translate(part, language, **known)])
    blocks.append(["foot", site.name, site.phone, site.email])
    if mail.unsubscribe:
        blocks.append(["opt_out", settings().public_url + mail.unsubscribe])
    if mail.paper:
        *text, listed = mail.paper
        blocks.append(["paper", *text, *(part for fact in listed for part in fact)])
    return Letter(
        site_id=to.site_id,
        family_id=to.family_id,
        account_id=to.account_id,
        key=mail.once,
        kind=mail.kind,
        recipient=to.address[:254],
        name=to.name[:120],
        language=language,
        subject=_subject(mail, site, own, mail.outcome),
        blocks=blocks,
        secret=encrypt(mail.secret) if mail.secret else "",
        lane=TEMPLATES[mail.kind].lane if mail.lane is None else mail.lane,
        created_at=now,
        due_at=now + timedelta(seconds=mail.delay),
    )


def call_back(uow: UnitOfWork, account_id: int, kind: LetterKind, written_at: datetime | None) -> bool:
    """The letter of a decision that is taken back does not leave; False when it has left already."""
    letter = uow.one(
        select(Letter)
        .where(
            Letter.account_id == account_id,
            Letter.kind == kind,
            Letter.created_at == written_at,
            Letter.state == LetterState.WAITING,
            Letter.attempts == 0,
        )
        .with_for_update()
    )
    if letter is None:
        return False
    letter.state = LetterState.CANCELLED
    uow.add(letter)
    uow.publish(("letters", letter.site_id))
    return True


def take_back_line(uow: UnitOfWork, account_id: int, kind: LetterKind, line: str) -> bool:
    """What a letter of several decisions says of one of them, before it leaves; the letter too when it says nothing else.
    False when it has left already."""
    letter = uow.one(
        select(Letter)
        .where(
            Letter.account_id == account_id,
            Letter.kind == kind,
            Letter.state == LetterState.WAITING,
            Letter.attempts == 0,
        )
        .order_by(col(Letter.id).desc())
        .with_for_update()
    )
    if letter is None or ["message", line] not in letter.blocks:
        return False
    letter.blocks = [block for block in letter.blocks if block != ["message", line]]
    if not any(block[0] == "message" for block in letter.blocks):
        letter.state = LetterState.CANCELLED
    uow.add(letter)
    uow.publish(("letters", letter.site_id))
    return True


def cancel_waiting(uow: UnitOfWork, account_id: int, kind: LetterKind) -> None:
    """A newer letter says what these said: they are not sent, their secret is forgotten."""
    uow.change(
        update(Letter)
        .where(col(Letter.account_id) == account_id, col(Letter.kind) == kind, col(Letter.state) == LetterState.WAITING)
        .values(state=LetterState.CANCELLED, error="superseded", secret="")
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
        action = Action.RESTORED_LETTERS_SENT if sent else Action.RESTORED_LETTERS_GIVEN_UP
        audit.note(uow, action, subject="letter", changes={"count": ["", count]})
        uow.publish(("letters", uow.site_id or 0))


def _not_left(uow: UnitOfWork, mail: Mail) -> Letter | None:
    """The recipient's letter of that kind that waits for more to tell, as its `delay` made it: one letter one round of
    decisions. Locked."""
    return uow.one(
        select(Letter)
        .where(
            Letter.family_id == mail.recipient.family_id,
            Letter.account_id == mail.recipient.account_id,
            Letter.kind == mail.kind,
            Letter.state == LetterState.WAITING,
            Letter.attempts == 0,
            Letter.due_at > uow.now,
        )
        .with_for_update()
    )


def encrypt(secret: str) -> str:
    return encryption.encrypt("letters", secret)


def decrypt(encrypted: str) -> str:
    return encryption.decrypt("letters", encrypted) if encrypted else ""
