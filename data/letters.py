"""Letters are rows, written in the transaction of what they tell; the postman sends them. What each says is here."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet
from pydantic import SkipValidation
from sqlalchemy import JSON, Column
from sqlmodel import Field, col, select, update

from data.families import of_its_site
from data.formats import moment
from data.i18n import language as a_language
from data.i18n import say
from data.settings import key, settings
from data.sites import Site
from data.visits import OfFamily, Visit

Change = tuple[str, str, str, str]  # field, before, after, what was decided ("" when nothing is yet)


@dataclass(frozen=True)
class Template:
    """French sentences with {words}; « changes », « link » and « secret » stand where the letter's own go."""

    subject: str
    body: tuple[str, ...]
    link: str = ""


TEMPLATES = {
    "new_password": Template(
        "Votre nouveau mot de passe",
        (
            "Un nouveau mot de passe a été demandé pour l’identifiant {login} sur le portail « {site} ».",
            "secret",
            "Il est valable {hours} heures. Vous en choisirez un autre en vous connectant. L’ancien ne fonctionne plus.",
            "link",
            "Vous n’avez rien demandé ? Connectez-vous avec ce mot de passe et prévenez-nous.",
        ),
        "Se connecter",
    ),
    "password_changed": Template(
        "Votre mot de passe a été modifié",
        (
            "Le mot de passe de votre compte a été modifié le {moment}. Vos autres connexions ont été fermées.",
            "Ce n’était pas vous ? Demandez tout de suite un nouveau mot de passe avec « Mot de passe perdu ».",
            "link",
        ),
        "Mot de passe perdu",
    ),
    "staff_signed_in": Template(
        "Nouvelle connexion à votre compte",
        (
            "Votre compte a été ouvert le {moment} depuis un appareil inconnu : {device}.",
            "Ce n’était pas vous ? Changez votre mot de passe et prévenez le responsable du portail.",
            "link",
        ),
        "Mot de passe",
    ),
    "request_received": Template(
        "Votre demande de modification a été reçue",
        (
            "Nous avons reçu le {moment} votre demande n° {number} pour {subject}.",
            "changes",
            "Le secrétariat va la vérifier ; vous recevrez sa réponse par e-mail.",
            "link",
        ),
        "Voir la fiche",
    ),
    "changes_saved": Template(
        "Vos modifications sont enregistrées",
        ("Ces modifications de {subject}, faites le {moment}, sont enregistrées.", "changes", "link"),
        "Voir la fiche",
    ),
    "request_decided": Template(
        "Réponse à votre demande de modification",
        ("Le secrétariat a répondu à votre demande.", "changes", "message", "link"),
        "Voir la fiche",
    ),
    "confirm_email": Template(
        "Confirmez votre adresse e-mail",
        (
            "Vous avez demandé que {site} vous écrive à cette adresse, pour {subject}.",
            "Confirmez-la pour que le secrétariat puisse l’accepter. Ce lien est valable 7 jours.",
            "link",
            "Vous n’avez rien demandé ? Laissez ce message sans réponse : rien ne changera.",
        ),
        "Confirmer mon adresse",
    ),
    "absence_received": Template(
        "Votre message d’absence a été reçu",
        (
            "Nous avons reçu le {moment} votre message : absence de {subject} {days}.",
            "Le conservatoire vous répondra par e-mail.",
            "link",
        ),
        "Voir les cours",
    ),
    "absence_accepted": Template(
        "Absence justifiée",
        ("L’absence de {subject} {days} est justifiée.", "message", "link"),
        "Voir les cours",
    ),
    "absence_declined": Template(
        "Votre justification d’absence n’a pas été acceptée",
        ("L’absence de {subject} {days} n’a pas pu être justifiée. Voici pourquoi :", "message", "link"),
        "Voir les cours",
    ),
    "email_change_asked": Template(
        "Un changement d’adresse e-mail a été demandé",
        (
            "Le {moment}, il a été demandé de remplacer cette adresse par une autre dans la fiche de {subject}.",
            "Rien ne change tant que le secrétariat n’a pas accepté. Ce n’était pas vous ? Prévenez-nous.",
        ),
    ),
    "payment_received": Template(
        "Paiement reçu",
        ("Nous avons reçu le {moment} votre paiement en ligne de {amount}. Le reçu porte le n° {number}.", "link"),
        "Voir le compte et le reçu",
    ),
}


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
    state: str = Field(default="waiting", max_length=12, index=True)  # waiting sending sent failed cancelled
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
