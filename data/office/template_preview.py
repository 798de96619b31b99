"""A letter as a real family would get it: to look at a text before it is kept, and to try it on oneself."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, select

from data.accounts import models as accounts
from data.accounts.models import Account
from data.billing.models import Payment
from data.change_requests import models as change_models
from data.change_requests.models import ChangeRequest
from data.core import audit, formats, password_lifetimes, sites
from data.core.audit import Action
from data.core.errors import UserError
from data.core.fields import editables
from data.core.i18n import Language, _, translate
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families import protection
from data.families.models import Family, Guardian
from data.mail import outbox
from data.mail.custom_templates import TemplateText, known, variables
from data.mail.outbox import Change, Fact, Letter, Mail, Recipient
from data.mail.templates import TEMPLATES, LetterKind

# What each {variable} is, told beside the text a person edits; those of a family are its own when it has them.
SAMPLE_VALUES = {
    "site": _("le nom du conservatoire"),
    "name": _("le nom de la personne à qui vous écrivez"),
    "moment": _("la date et l’heure"),
    "login": _("l’identifiant"),
    "hours": _("la durée de validité, en heures"),
    "device": _("l’appareil"),
    "number": _("le numéro de la demande ou du reçu"),
    "subject": _("la personne concernée"),
    "days": _("les jours"),
    "day": _("la date"),
    "amount": _("le montant"),
    "topic": _("ce dont il est question"),
    "year": _("l’année scolaire"),
    "names": _("les élèves"),
    "last_day": _("le dernier jour pour répondre"),
}
OF_A_PUPIL = ("absence", "reenrolment", "leaving", "household")  # the kinds whose {subject} is a pupil
SECRET = "Exemple-de-mot"


def sample(
    uow: UnitOfWork, kind: LetterKind, language: Language, text: TemplateText | None, family_number: int | None
) -> tuple[Letter, str]:
    """(the letter, whose family) with the family's own data; without a number, the first family's. Not in the outbox."""
    uow.staff_only()
    known(kind)
    site, family = sites.here(uow), _family(uow, family_number)
    adults = families.of_family(uow, family.id)[0] if family else []
    adult, shown = next(iter(adults), None), protection.all_shown(uow, adults)
    address, name = adult.email if adult and shown else "", adult.full_name if adult else ""
    mail = Mail(
        kind,
        Recipient(address, name, language, site.id),
        _sample_values(uow, kind, language, family, adult),
        changes=_changes(uow, language, family if shown else None),
        facts=_facts(kind, language),
        message=translate("Présentez votre livret de famille à l’accueil.", language),
    )
    whose = translate("famille n° {number}", uow.language, number=family.number) if family else ""
    return outbox.compose(mail, site, uow.now, text), whose


def send_trial(
    uow: UnitOfWork, kind: LetterKind, language: Language, text: TemplateText, family_number: int | None
) -> str:
    """The sample, to the address of whoever asks; the address."""
    letter, _ = sample(uow, kind, language, text, family_number)
    account = uow.get(Account, uow.account_id)
    to = accounts.recipient(uow, account).address
    if not to:
        raise UserError("Votre compte n’a pas d’adresse e-mail : l’essai ne peut pas vous être envoyé.")
    subject = translate("[Essai] {subject}", language, subject=letter.subject)[:200]
    blocks = [["p", f"{translate('Mot de passe : {secret}', language, secret=SECRET)}"] if each == ["secret"] else each
              for each in letter.blocks]  # fmt: skip
    trial = outbox.again(letter, to, uow.now)
    trial.kind, trial.subject, trial.blocks, trial.account_id = LetterKind.TRIAL, subject, blocks, account.id
    outbox.post(uow, trial)
    audit.note(uow, Action.LETTER_TRIED, subject="letter_text", changes={"letter": ["", kind], "to": ["", to]})
    return to


def _family(uow: UnitOfWork, number: int | None) -> Family | None:
    """That family; UserError when the site has none of that number."""
    if number is None:
        return uow.one(select(Family).join(Guardian, col(Guardian.family_id) == Family.id).order_by(col(Family.number)))
    row = uow.one(select(Family).where(Family.number == number)) if 0 < number < 2**31 else None
    if row is None:
        raise UserError("Aucune famille n’a le numéro {number}.", number=number)
    return row


def _sample_values(
    uow: UnitOfWork, kind: LetterKind, language: Language, family: Family | None, adult: Guardian | None
) -> dict[str, object]:
    """The family's own words where it has them, likely ones elsewhere."""
    wanted, zone = set(variables(kind)), sites.here(uow).zone
    coming = int(formats.school_year(uow.today)[5:])
    found: dict[str, object] = {name: f"[{translate(SAMPLE_VALUES[name], language)}]" for name in wanted}
    found |= {
        "site": sites.here(uow).name,
        "name": adult.full_name if adult else "Camille Exemple",
        "moment": formats.moment(uow.now, zone, language),
        "day": formats.long_day(uow.today, language),
        "days": password_lifetimes.MAILED_DAYS
        if "secret" in TEMPLATES[kind].body
        else translate("le {day}", language, day=formats.short_day(uow.today, language)),
        "hours": 24,
        "device": "Firefox, Windows",
        "login": "exemple.camille",
        "number": 1042,
        "subject": adult.full_name if adult else "Camille Exemple",
        "amount": formats.euros(12_345, language),
        "topic": translate("Facture n° {name}", language, name="26000007"),
        "year": f"{coming}-{coming + 1}",
        "names": "Camille Exemple",
        "last_day": formats.day(uow.today + timedelta(days=30)),
    }
    if family is None:
        return found
    if "login" in wanted:
        login = uow.one(select(Account.login).where(Account.family_id == family.id).order_by(col(Account.id)))
        found["login"] = login or found["login"]
    if "amount" in wanted:
        paid = uow.one(select(Payment).where(Payment.family_id == family.id).order_by(col(Payment.id).desc()))
        if paid:
            found["amount"], found["number"] = formats.euros(paid.cents, language), paid.number
    elif "number" in wanted:
        asked = uow.one(
            select(ChangeRequest.id).where(ChangeRequest.family_id == family.id).order_by(col(ChangeRequest.id).desc())
        )
        found["number"] = asked or found["number"]
    if kind.startswith(OF_A_PUPIL) and (
        names := [pupil.full_name for pupil, _ in families.of_family(uow, family.id)[1]]
    ):
        found["subject"], found["names"] = names[0], ", ".join(names)
    return found


def _changes(uow: UnitOfWork, language: Language, family: Family | None) -> Sequence[Change]:
    """The fields of the family's last request, or of one it could have sent (and of one whose address is protected)."""
    asked = uow.one(
        select(ChangeRequest)
        .where(ChangeRequest.family_id == family.id, ChangeRequest.sheet == "guardian")
        .order_by(col(ChangeRequest.id).desc())
    ) if family else None  # fmt: skip
    fields = editables(Guardian)
    if asked:
        rows = uow.all(select(change_models.FieldChange).where(change_models.FieldChange.request_id == asked.id))
        found: list[Change] = []
        for row in rows:
            if row.field in fields:
                one = fields[row.field]
                label, before, after = (
                    translate(one.mark.label, language),
                    one.format_value(row.old, language),
                    one.format_value(row.new, language),
                )
                found.append((label, before, after, ""))
        return found[:6]
    return [(translate("Adresse", language), "3 place du Marché", "14 rue des Tilleuls", "")]


def _facts(kind: LetterKind, language: Language) -> Sequence[Fact]:
    if kind.startswith(OF_A_PUPIL):
        return [(translate("Choix", language), translate("Réinscription administrative", language))]
    if kind == LetterKind.LESSON_CHANGED:
        return [("Camille, Piano, 17 h 15", translate("annulé", language))]
    return [(translate("Fiches à valider", language), "6"), (translate("Absences à traiter", language), "2")]


def titles() -> dict[str, str]:
    """Kind -> the words it is known by: its subject as it came."""
    return {kind: template.subject for kind, template in TEMPLATES.items()}
