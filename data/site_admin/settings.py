"""What a « responsable » decides about the site: each setting is said once here, with its default, by parts of « Réglages »."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from data.accounts import models as accounts
from data.accounts.models import Account
from data.core import appearance, audit, encryption
from data.core.audit import Action
from data.core.errors import UserError, ValidationErrors
from data.core.fields import EMAIL, TEXT, Kind, choice
from data.core.i18n import _
from data.core.settings import settings as installation
from data.core.sites import Site, here
from data.core.unit_of_work import UnitOfWork
from data.mail import outbox
from data.mail.outbox import Mail
from data.mail.templates import LetterKind
from data.privacy import records
from data.site_admin import accessibility, payment
from data.site_admin.setting_kinds import (
    CHECK,
    CLOSURES,
    COLOUR,
    CONFORMITY,
    GATEWAY,
    ISO_DAY,
    LONG,
    SCHOOL_ZONES,
    TELEPHONE,
    ZONES,
    lines,
    number,
)

KEYS = "payment keys"


@dataclass(frozen=True)
class Setting:
    """`name` is a column of Site, or « legal.dpo »: a key of that column."""

    name: str
    label: str
    kind: Kind = TEXT
    longest: int = 200
    hint: str = ""
    required: bool = False
    span: int = 6
    default: str = ""

    @property
    def field(self) -> str:
        """Its name in a form."""
        return self.name.replace(".", "_")

    def shown(self, site: Site) -> str:
        column, _, key = self.name.partition(".")
        held = getattr(site, column)
        stored = held.get(key) if key else held
        return self.kind.show(stored) or self.default

    def read(self, typed: object) -> Any:
        if not isinstance(typed, str):
            raise UserError("Cette réponse n’a pas pu être lue. Saisissez-la à nouveau.")
        if len(typed) > self.longest:
            raise UserError("{count} caractères, c’est trop : {most} au plus.", count=len(typed), most=self.longest)
        value = self.kind.read(typed)
        if self.required and value in ("", None):
            raise UserError("Ce champ ne peut pas rester vide.")
        return value

    def put(self, site: Site, value: Any) -> None:
        column, _, key = self.name.partition(".")
        setattr(site, column, {**getattr(site, column), key: value} if key else value)


Check = Callable[[UnitOfWork, Mapping[str, Any]], dict[str, UserError]]


@dataclass(frozen=True)
class Part:
    """A record of « Réglages », at /gestion/reglages/<path>."""

    path: str
    title: str
    about: str
    settings: tuple[Setting, ...] = ()
    check: Check = field(default=lambda uow, values: {})


IDENTITY = Part(
    "identite",
    _("Identité"),
    _("Nom, adresse, téléphone et horaires, sur les pages, les courriels et les papiers"),
    (
        Setting("name", "Nom", longest=120, required=True, span=8),
        Setting("timezone", "Fuseau horaire", ZONES, required=True, span=4),
        Setting("address", "Adresse", longest=300, span=12),
        Setting("phone", "Téléphone", TELEPHONE, longest=30),
        Setting("email", "E-mail", EMAIL, longest=254),
        Setting("opening_hours", "Horaires", longest=300, span=12),
        Setting("help.phone", "Aide : téléphone", TELEPHONE, longest=30, hint=_("Vide : celui du conservatoire")),
        Setting("help.email", "Aide : e-mail", EMAIL, longest=254, hint=_("Vide : celui du conservatoire")),
        Setting("help.hours", "Aide : horaires", longest=300, span=12, hint=_("Vide : ceux du conservatoire")),
    ),
)
LOOK = Part(
    "apparence",
    _("Logo et couleur"),
    _("Le logo des pages et des papiers ; la couleur des pages, des papiers et des courriels"),
    (Setting("accent", "Couleur", COLOUR, longest=9, span=4, default=appearance.ACCENT),),
)
FIELDS = Part("champs", _("Champs des fiches"), _("Ce que les familles voient, changent et doivent remplir"))
DOCUMENTS = Part("pieces", _("Pièces à fournir"), _("Ce que les campagnes demandent, et ce qui est accepté"))
_OR_OURS = _("Une phrase par ligne ; vide : celles du portail")
_FOR_ENGLISH = _("Une phrase par ligne, pour qui lit le portail en anglais")
SENTENCES_READY = Part(
    "phrases",
    _("Phrases de refus"),
    _("Des raisons prêtes à choisir quand une demande est refusée"),
    tuple(
        Setting(f"refusal_sentences.{key}", label, lines(12), longest=3000, span=12, hint=hint)
        for key, label, hint in (
            ("sheet", _("Fiches"), _OR_OURS),
            ("sheet_en", _("Fiches, en anglais (facultatif)"), _FOR_ENGLISH),
            ("document", _("Pièces"), _OR_OURS),
            ("document_en", _("Pièces, en anglais (facultatif)"), _FOR_ENGLISH),
            ("reenrolment", _("Réinscriptions"), _OR_OURS),
            ("reenrolment_en", _("Réinscriptions, en anglais (facultatif)"), _FOR_ENGLISH),
            ("absence", _("Absences"), _OR_OURS),
            ("absence_en", _("Absences, en anglais (facultatif)"), _FOR_ENGLISH),
        )
    ),
)
NEWS = Part("actualites", _("Actualités"), _("Ce que les familles lisent sur leur accueil"))
CALENDAR = Part(
    "agenda",
    _("Agenda"),
    _("Les vacances et les fermetures que les familles voient dans leur agenda"),
    (
        Setting(
            "calendar.zone",
            "Vacances scolaires",
            choice(SCHOOL_ZONES),
            hint=_(
                "Zones du ministère, de 2025 à 2028. En Corse et outre-mer : « Sans zone », et vos vacances ci-dessous."
            ),
        ),
        Setting(
            "calendar.closures",
            "Fermetures du conservatoire",
            CLOSURES,
            longest=6000,
            span=12,
            hint=_("Une par ligne : du 24/12/2026 au 02/01/2027 : fin d’année"),
        ),
    ),
)
LEGAL = Part(
    "textes-legaux",
    _("Textes légaux"),
    _("Mentions légales et données personnelles, publiques"),
    (
        Setting("legal.publisher", "Éditeur", hint=_("La personne morale : commune, communauté, association")),
        Setting("legal.director", "Directeur de la publication"),
        Setting("legal.host", "Hébergeur", longest=300, span=12, hint=_("Nom, adresse et téléphone")),
        Setting("legal.dpo", "Délégué à la protection des données", longest=300, hint=_("Nom, e-mail ou téléphone")),
        Setting("legal.siret", "SIRET", longest=20),
        Setting("legal.signatory", "Signataire des attestations"),
        Setting(
            "legal.recipients",
            "Autres destinataires des données",
            LONG,
            longest=2000,
            span=12,
            hint=_("Un par ligne : éditeur du logiciel de gestion, commune, partenaires"),
        ),
        Setting(
            "legal.transfers", "Transferts hors de l’Union européenne", longest=300, span=12, hint=_("Vide : aucun")
        ),
        Setting("legal.notice_more", "À ajouter aux mentions légales", LONG, longest=4000, span=12),
        Setting("legal.notice_more_en", "La même chose, en anglais (facultatif)", LONG, longest=4000, span=12),
        Setting("legal.privacy_more", "À ajouter aux données personnelles", LONG, longest=4000, span=12),
        Setting("legal.privacy_more_en", "La même chose, en anglais (facultatif)", LONG, longest=4000, span=12),
    ),
)
ACCESS = Part(
    "accessibilite",
    _("Accessibilité"),
    _("L’état de conformité affiché sur toutes les pages"),
    (
        Setting("legal.accessibility", "État de conformité au RGAA", CONFORMITY, default="non conforme"),
        Setting("legal.accessibility_audit", "Date de l’audit", ISO_DAY, longest=10),
        Setting("legal.accessibility_day", "Date de la déclaration", ISO_DAY, longest=10),
        *(
            Setting(
                f"legal.accessibility_{name}", label, LONG if long else TEXT, longest=4000 if long else 300, span=12
            )
            for name, label, long in accessibility.DECLARED
        ),
        Setting(
            "legal.accessibility_contact",
            "À qui signaler une difficulté",
            longest=300,
            span=12,
            hint=_("Vide : l’adresse du conservatoire"),
        ),
    ),
    accessibility.check_audit,
)
KEEPING = Part(
    "conservation",
    _("Durées de conservation"),
    _("Ce qui s’efface de soi-même"),
    (
        Setting(
            "retention.letters",
            "Texte des courriels, en jours",
            number(7, 730),
            default=str(records.LETTER_TEXTS.count),
        ),
        Setting(
            "journal_months",
            "Journal, en mois",
            number(records.MIN_MONTHS, records.MAX_MONTHS),
            hint=_("De six mois à un an (CNIL, délibération 2021-122)"),
            required=True,
        ),
        Setting(
            "retention.sessions", "Connexions passées, en jours", number(7, 365), default=str(records.SIGN_INS.count)
        ),
        Setting(
            "retention.requests",
            "Demandes de modification traitées, en mois",
            number(2, 36),
            default=str(records.REQUESTS.count),
        ),
        Setting(
            "retention.messages", "Messages au secrétariat, en mois", number(2, 36), default=str(records.MESSAGES.count)
        ),
    ),
)
REGISTER = Part(
    "registre",
    _("Registre et notice"),
    _("Registre des traitements, notice d’information des familles (RGPD, articles 13 et 30)"),
)
BREACH = Part(
    "violation",
    _("Violation de données"),
    _("La fiche à remplir et à notifier en 72 heures (RGPD, article 33)"),
)
PAYMENT = Part(
    "paiement",
    _("Paiement"),
    _("Le service de paiement en ligne, et le compte qui reçoit les virements"),
    (
        Setting("payment.gateway", "Service de paiement", GATEWAY, longest=40),
        Setting("payment.numcli", "PayFiP : numéro de client", longest=6, hint=_("Les six chiffres du contrat")),
        Setting(
            "payment.saisie",
            "PayFiP : mode",
            choice({"T": _("Test"), "X": _("Activation"), "W": _("En service")}),
            default="T",
        ),
        *(Setting(*each) for each in payment.TRANSFERS),
    ),
    payment.check,
)
SECURITY = Part(
    "securite",
    _("Connexion et sécurité"),
    _("Mots de passe envoyés par e-mail, second facteur, imports du secrétariat"),
    (
        Setting("must_change_mailed_password", "Faire choisir un mot de passe à la première connexion", CHECK, span=12),
        Setting("second_factor_required", "Demander un second facteur aux responsables", CHECK, span=12),
        Setting("office_imports", "Le secrétariat importe et exporte aussi familles, élèves et cours", CHECK, span=12),
    ),
)
MAIL = Part(
    "courriel",
    _("Courriel"),
    _("L’envoi des courriels, et un essai"),
    (
        Setting(
            "letters_per_minute",
            "Courriels par minute, au plus",
            number(1, 600),
            hint=_("Ce que votre serveur d’envoi accepte ; le reste attend son tour"),
            required=True,
            default="60",
        ),
    ),
)
STAFF = Part("comptes", _("Comptes du personnel"), _("Qui entre dans la gestion, avec quel rôle"))
STATE = Part("etat", _("État du portail"), _("Base de données, courriels, disque, sauvegarde, version"))
PARTS = (
    IDENTITY, LOOK, FIELDS, DOCUMENTS, SENTENCES_READY, NEWS, CALENDAR, LEGAL, ACCESS, KEEPING, REGISTER, BREACH, PAYMENT, SECURITY,
    MAIL, STAFF, STATE,
)  # fmt: skip


def save(uow: UnitOfWork, part: Part, typed: Mapping[str, str]) -> dict[str, list[str]]:
    """What changed, [old, new] as told; {} when nothing did. ValidationErrors with the form's fields."""
    uow.manager_only()
    site = uow.get(Site, uow.site_id, lock=True)
    values: dict[str, Any] = {}
    faults: dict[str, UserError] = {}
    for one in part.settings:
        if one.field not in typed and one.kind is not CHECK:
            continue
        try:
            values[one.name] = one.read(typed.get(one.field, ""))
        except UserError as error:
            faults[one.field] = error
    faults = faults or part.check(uow, values)
    if faults:
        raise ValidationErrors(faults)
    changes = {}
    for one in part.settings:
        if one.name in values:
            before, after = one.shown(site), one.kind.show(values[one.name]) or one.default
            if before != after:
                one.put(site, values[one.name])
                changes[one.name] = [before, after]
    store_changes(uow, site, changes)
    return changes


def store_changes(uow: UnitOfWork, site: Site, changes: Mapping[str, list[str]]) -> None:
    if changes:
        uow.add(site)
        audit.note_record(uow, Action.SETTINGS_CHANGED, site, changes=dict(changes))
        uow.publish(("site", site.id))


def save_key(uow: UnitOfWork, name: str, secret: str) -> None:
    """A key of the payment service, encrypted; it is never shown again. "" takes it away."""
    uow.manager_only()
    site = uow.get(Site, uow.site_id, lock=True)
    stored = {other: encrypted for other, encrypted in site.payment_keys.items() if other != name}
    site.payment_keys = {**stored, name: encryption.encrypt(KEYS, secret)} if secret else stored
    store_changes(uow, site, {f"payment_keys.{name}": ["", "•" if secret else ""]})


def set_logo(uow: UnitOfWork, name: str) -> None:
    """`name` of a file written before (data/families/stored_files.py), or "" for the portal's own mark."""
    uow.manager_only()
    site = uow.get(Site, uow.site_id, lock=True)
    before, site.logo = site.logo, name
    store_changes(uow, site, {"logo": [before, name]})


def try_mail(uow: UnitOfWork) -> None:
    """A letter to oneself; who reads it confirms."""
    uow.manager_only()
    account = uow.get(Account, uow.account_id)
    if not account.email:
        raise UserError("Votre compte n’a pas d’adresse e-mail : un collègue responsable peut l’ajouter.")
    outbox.write(uow, Mail(LetterKind.MAIL_TRIAL, accounts.recipient(uow, account), path="/gestion/reglages/courriel"))
    audit.note_record(uow, Action.TRIAL_LETTER_ASKED, account)


def mail_arrived(uow: UnitOfWork) -> None:
    uow.manager_only()
    site = uow.get(Site, uow.site_id, lock=True)
    site.mail_tested_at = uow.now
    store_changes(uow, site, {"mail_tested_at": ["", uow.now.isoformat(timespec="minutes")]})


def missing(uow: UnitOfWork) -> list[tuple[Part, str]]:
    """What stands between this site and its families: the part, and what to do there."""
    site = here(uow)
    wanted = (
        (IDENTITY, _("Donner l’adresse, le téléphone et l’e-mail"), all((site.address, site.phone, site.email))),
        (
            LEGAL,
            _("Compléter les mentions légales"),
            all(site.legal.get(key) for key in ("publisher", "director", "host")),
        ),
        (LEGAL, _("Nommer le délégué à la protection des données"), bool(site.legal.get("dpo"))),
        (
            MAIL,
            _("Essayer l’envoi des courriels"),
            bool(site.mail_tested_at) or (not installation().smtp_url and site.demonstration),
        ),
    )
    return [(part, text) for part, text, done in wanted if not done]
