"""A letter as a real family would get it: to look at a text before it is kept, and to try it on oneself."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, select

from data.accounts import models as accounts
from data.accounts.models import Account
from data.billing.models import Payment
from data.change_requests import models as change_models
from data.change_requests.models import ChangeRequest
from data.core import audit, formats, password_lifetimes, sites
from data.core.errors import Refused
from data.core.fields import editables
from data.core.i18n import Language, say
from data.core.unit_of_work import Visit
from data.families import models as families
from data.families.models import Family, Guardian
from data.mail import outbox
from data.mail.custom_templates import Words, known, variables
from data.mail.outbox import Change, Fact, Letter
from data.mail.templates import TEMPLATES

# What each {variable} is, told beside the text a person edits; those of a family are its own when it has them.
WORDS = {
    "site": "le nom du conservatoire",
    "name": "le nom de la personne à qui vous écrivez",
    "moment": "la date et l’heure",
    "login": "l’identifiant",
    "hours": "la durée de validité, en heures",
    "device": "l’appareil",
    "number": "le numéro de la demande ou du reçu",
    "subject": "la personne concernée",
    "days": "les jours",
    "day": "la date",
    "amount": "le montant",
    "year": "l’année scolaire",
    "names": "les élèves",
    "last_day": "le dernier jour pour répondre",
}
OF_A_PUPIL = ("absence", "reenrolment", "leaving")  # the kinds whose {subject} is a pupil
SECRET = "Exemple-de-mot"


def sample(v: Visit, kind: str, tongue: Language, words: Words | None, family_number: int | None) -> tuple[Letter, str]:
    """(the letter, whose family) with the family's own data; without a number, the first family's. Not in the outbox."""
    v.staff_only()
    known(kind)
    site, family = sites.here(v), _family(v, family_number)
    adults = families.of_family(v, family.id)[0] if family else []
    adult, shown = next(iter(adults), None), families.all_shown(v, adults)
    subject, blocks = outbox.compose(
        kind,
        tongue,
        site,
        _words(v, kind, tongue, family, adult),
        words,
        changes=_changes(v, tongue, family if shown else None),
        facts=_facts(kind, tongue),
        message=say("Présentez votre livret de famille à l’accueil.", tongue),
    )
    letter = Letter(
        site_id=site.id,
        key="",
        kind=kind,
        recipient=adult.email if adult and shown else "",
        name=adult.full_name if adult else "",
        language=tongue,
        subject=subject,
        blocks=blocks,
        message_id="",
        created_at=v.now,
        due_at=v.now,
    )
    return letter, say("famille n° {number}", v.tongue, number=family.number) if family else ""


def send_trial(v: Visit, kind: str, tongue: Language, words: Words, family_number: int | None) -> str:
    """The sample, to the address of whoever asks; the address."""
    letter, _ = sample(v, kind, tongue, words, family_number)
    account = v.get(Account, v.account_id)
    to = accounts.address(v, account)
    if not to:
        raise Refused("Votre compte n’a pas d’adresse e-mail : l’essai ne peut pas vous être envoyé.")
    subject = say("[Essai] {subject}", tongue, subject=letter.subject)[:200]
    blocks = [["p", f"{say('Mot de passe : {secret}', tongue, secret=SECRET)}"] if each == ["secret"] else each
              for each in letter.blocks]  # fmt: skip
    trial = outbox.again(letter, to, v.now)
    trial.kind, trial.subject, trial.blocks, trial.account_id = "trial", subject, blocks, account.id
    trial.key, trial.resent_of = secrets.token_hex(16), None
    outbox.post(v, trial)
    audit.note(v, "letter tried", subject="letter_text", changes={"letter": ["", kind], "to": ["", to]})
    return to


def _family(v: Visit, number: int | None) -> Family | None:
    """That family; Refused when the site has none of that number."""
    if number is None:
        return v.one(select(Family).join(Guardian, col(Guardian.family_id) == Family.id).order_by(col(Family.number)))
    row = v.one(select(Family).where(Family.number == number)) if 0 < number < 2**31 else None
    if row is None:
        raise Refused("Aucune famille n’a le numéro {number}.", number=number)
    return row


def _words(v: Visit, kind: str, tongue: Language, family: Family | None, adult: Guardian | None) -> dict[str, object]:
    """The family's own words where it has them, likely ones elsewhere."""
    wanted, zone = set(variables(kind)), sites.here(v).zone
    coming = int(formats.school_year(v.today)[5:])
    found: dict[str, object] = {name: f"[{say(WORDS[name], tongue)}]" for name in wanted}
    found |= {
        "site": sites.here(v).name,
        "name": adult.full_name if adult else "Camille Exemple",
        "moment": formats.moment(v.now, zone, tongue),
        "day": formats.long_day(v.today, tongue),
        "days": password_lifetimes.MAILED_DAYS
        if "secret" in TEMPLATES[kind].body
        else say("le {day}", tongue, day=formats.short_day(v.today, tongue)),
        "hours": 24,
        "device": "Firefox, Windows",
        "login": "exemple.camille",
        "number": 1042,
        "subject": adult.full_name if adult else "Camille Exemple",
        "amount": formats.euros(12_345),
        "year": f"{coming}-{coming + 1}",
        "names": "Camille Exemple",
        "last_day": formats.day(v.today + timedelta(days=30)),
    }
    if family is None:
        return found
    if "login" in wanted:
        login = v.one(select(Account.login).where(Account.family_id == family.id).order_by(col(Account.id)))
        found["login"] = login or found["login"]
    if "amount" in wanted:
        paid = v.one(select(Payment).where(Payment.family_id == family.id).order_by(col(Payment.id).desc()))
        if paid:
            found["amount"], found["number"] = formats.euros(paid.cents), paid.number
    elif "number" in wanted:
        asked = v.one(
            select(ChangeRequest.id).where(ChangeRequest.family_id == family.id).order_by(col(ChangeRequest.id).desc())
        )
        found["number"] = asked or found["number"]
    if kind.startswith(OF_A_PUPIL) and (names := [pupil.full_name for pupil, _ in families.of_family(v, family.id)[1]]):
        found["subject"], found["names"] = names[0], ", ".join(names)
    return found


def _changes(v: Visit, tongue: Language, family: Family | None) -> Sequence[Change]:
    """The fields of the family's last request, or of one it could have sent (and of one whose address is protected)."""
    asked = v.one(
        select(ChangeRequest)
        .where(ChangeRequest.family_id == family.id, ChangeRequest.sheet == "guardian")
        .order_by(col(ChangeRequest.id).desc())
    ) if family else None  # fmt: skip
    fields = editables(Guardian)
    if asked:
        rows = v.all(select(change_models.FieldChange).where(change_models.FieldChange.request_id == asked.id))
        found: list[Change] = []
        for row in rows:
            if row.field in fields:
                one = fields[row.field]
                label, before, after = say(one.mark.label, tongue), one.tell(row.old, tongue), one.tell(row.new, tongue)
                found.append((label, before, after, ""))
        return found[:6]
    return [(say("Adresse", tongue), "3 place du Marché", "14 rue des Tilleuls", "")]


def _facts(kind: str, tongue: Language) -> Sequence[Fact]:
    if kind.startswith(OF_A_PUPIL):
        return [(say("Choix", tongue), say("Réinscription administrative", tongue))]
    return [(say("Fiches à valider", tongue), "6"), (say("Absences à traiter", tongue), "2")]


def titles() -> dict[str, str]:
    """Kind -> the words it is known by: its subject as it came."""
    return {kind: template.subject for kind, template in TEMPLATES.items()}
