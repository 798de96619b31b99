"""What the portal keeps of people and for how long: one table. The purge and its dry run (data/privacy/retention.py), the register
and the information notice (data/privacy/register.py) are made of it; a test finds a table of the database that is not in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from data.core.i18n import Language, Plural, _, ngettext, plural, translate
from data.core.sites import Site
from data.importing.runs import UNDO_HOURS

MIN_MONTHS, MAX_MONTHS = 6, 12  # of the journal: the database itself refuses to forget younger entries


class Unit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


UNITS: dict[Unit, Plural] = {
    Unit.HOURS: plural("{count} heure", "{count} heures"),
    Unit.DAYS: plural("{count} jour", "{count} jours"),
    Unit.MONTHS: plural("{count} mois", "{count} mois"),
    Unit.YEARS: plural("{count} an", "{count} ans"),
}
LENGTHS: dict[Unit, timedelta] = {
    Unit.HOURS: timedelta(hours=1),
    Unit.DAYS: timedelta(days=1),
    Unit.MONTHS: timedelta(days=30.5),
    Unit.YEARS: timedelta(days=365.25),
}


class Activity(StrEnum):
    """What the conservatoire does with them: an entry of its register (data/privacy/register.py)."""

    SCHOOLING = "schooling"
    BILLING = "billing"
    EXCHANGES = "exchanges"
    SECURITY = "security"


@dataclass(frozen=True)
class PersonalRecord:
    """One kind of record: `count` of `unit`, counted from `since`; no count: as long as `since` says. `tables`: by class."""

    name: str
    label: str
    activity: Activity
    tables: tuple[str, ...]
    count: int
    unit: Unit
    since: str
    setting: bool = False  # the site may say another count, in its `retention`
    archives: bool = (
        False  # public archives: nothing leaves by itself, before their « visa » (Code du patrimoine, L212-2)
    )

    def kept(self, site: Site) -> int:
        """How many units, at that site."""
        if self is JOURNAL:
            return min(MAX_MONTHS, max(MIN_MONTHS, site.journal_months))
        said = site.retention.get(self.name, "") if self.setting else ""
        return int(said) if said.isdecimal() else self.count

    def period(self, site: Site) -> timedelta:
        return self.kept(site) * LENGTHS[self.unit]

    def duration(self, site: Site, language: Language) -> str:
        """« 60 jours après l’envoi »."""
        since = translate(self.since, language)
        return f"{ngettext(*UNITS[self.unit], language, count=self.kept(site))} {since}" if self.count else since


LETTER_TEXTS = PersonalRecord("letters", _("Texte des courriels"), Activity.EXCHANGES, ("Letter",), 60, Unit.DAYS,
                              _("après l’envoi"), setting=True)  # fmt: skip
LETTERS = PersonalRecord("letter_lines", _("Liste des courriels envoyés, sans leur texte"), Activity.EXCHANGES, ("Letter",), 4,
                         Unit.YEARS, _("après l’envoi, le temps d’une contestation"))  # fmt: skip
GROUP_LETTERS = PersonalRecord("group_letters", _("Courriers à un groupe : qui les a reçus, lus, acceptés"), Activity.EXCHANGES,
                              ("GroupLetter", "GroupDocument", "GroupRecipient"), 4, Unit.YEARS,
                              _("après leur rédaction, le temps d’une contestation"))  # fmt: skip
REQUESTS = PersonalRecord("requests", _("Demandes de modification traitées"), Activity.EXCHANGES, ("ChangeRequest", "FieldChange"),
                          12, Unit.MONTHS, _("après la décision"), setting=True)  # fmt: skip
MESSAGES = PersonalRecord("messages", _("Messages au secrétariat et leurs réponses"), Activity.EXCHANGES, ("Inquiry", "InquiryTurn"), 12,
                          Unit.MONTHS, _("après le dernier mot"), setting=True)  # fmt: skip
HEALTH_PAPERS = PersonalRecord("health_papers", _("Pièces de santé acceptées"), Activity.SCHOOLING,
                               ("SuppliedDocument", "StoredFile"), 30, Unit.DAYS, _("après la validation"))  # fmt: skip
SENSITIVE_PAPERS = PersonalRecord("sensitive_papers", _("Pièces sur les revenus ; pièces de santé sans réponse"), Activity.SCHOOLING,
                                  ("SuppliedDocument", "StoredFile"), 2, Unit.MONTHS, _("après la fin de la campagne"))  # fmt: skip
REFUSED_PAPERS = PersonalRecord("refused_papers", _("Pièces refusées"), Activity.SCHOOLING, ("SuppliedDocument", "StoredFile"), 2,
                                Unit.MONTHS, _("après le refus"))  # fmt: skip
ABSENCE_PAPERS = PersonalRecord("absence_papers", _("Justificatifs d’absence"), Activity.SCHOOLING, ("AbsenceNotice", "StoredFile"),
                                30, Unit.DAYS, _("après la réponse, ou un an sans réponse"))  # fmt: skip
OLD_PHOTOGRAPHS = PersonalRecord("old_photographs", _("Photographies remplacées ou refusées"), Activity.SCHOOLING, ("StoredFile",), 1,
                                 Unit.YEARS, _("après l’envoi"))  # fmt: skip
REVIEW_NOTES = PersonalRecord("review_notes", _("Notes du conservatoire sur une réinscription"), Activity.SCHOOLING, ("ReviewNote",),
                              2, Unit.MONTHS, _("après la décision, le temps d’un recours, ou un an après la campagne"))  # fmt: skip
IMPORT_FILES = PersonalRecord("import_files", _("Fichiers déposés pour un import, et leurs exemples"), Activity.SCHOOLING,
                              ("ImportRun", "ImportFile"), 2, Unit.DAYS, _("après le dépôt ou l’import"))  # fmt: skip
UNDOING = PersonalRecord("undoing", _("Valeurs d’avant un import ou une réunion de familles"), Activity.SCHOOLING,
                         ("ImportWrite", "FamilyMerge"), UNDO_HOURS, Unit.HOURS, _("après l’acte, le temps de le reprendre"))  # fmt: skip
ACCESS_LETTERS = PersonalRecord("access_letters", _("Lettres d’accès à imprimer"), Activity.SECURITY, ("AccessBatch", "AccessItem"), 7,
                                Unit.DAYS, _("après leur préparation"))  # fmt: skip
SIGN_INS = PersonalRecord("sessions", _("Connexions passées"), Activity.SECURITY, ("SignIn",), 30, Unit.DAYS,
                          _("après la dernière visite"), setting=True)  # fmt: skip
DEVICES = PersonalRecord("devices", _("Appareils reconnus"), Activity.SECURITY, ("KnownDevice",), 1, Unit.YEARS,
                         _("après la dernière visite"))  # fmt: skip
PUSH_DEVICES = PersonalRecord("push_devices", _("Appareils prévenus des messages, par choix"), Activity.EXCHANGES, ("PushDevice",), 1,
                              Unit.YEARS, _("après le dernier avis, ou dès la déconnexion"))  # fmt: skip
FAILURES = PersonalRecord("failures", _("Compteurs d’échecs de connexion"), Activity.SECURITY, ("Throttle", "NetworkTry"), 2, Unit.DAYS,
                          _("après le dernier échec"))  # fmt: skip
JOURNAL = PersonalRecord("journal", _("Journal : qui a fait ou ouvert quoi"), Activity.SECURITY, ("AuditEntry",), 12, Unit.MONTHS,
                         _("après l’acte"), setting=True)  # fmt: skip

ACCOUNTS = PersonalRecord("accounts", _("Comptes des familles"), Activity.SECURITY, ("Account", "AgendaKey"), 13, Unit.MONTHS,
                          _("après le départ du dernier élève"), archives=True)  # fmt: skip
STAFF = PersonalRecord("staff", _("Comptes du personnel et noms des enseignants"), Activity.SECURITY,
                       ("Account", "SecondFactor", "Teacher"), 0, Unit.YEARS,
                       _("tant que la personne travaille au conservatoire"), archives=True)  # fmt: skip
PEOPLE = PersonalRecord("people", _("Fiches des familles, des adultes et des élèves, photographies"), Activity.SCHOOLING,
                        ("Family", "Guardian", "Pupil", "PupilLink", "ExternalKey", "StoredFile"), 5, Unit.YEARS,
                        _("après le départ du dernier élève"), archives=True)  # fmt: skip
FOLLOWING = PersonalRecord("following", _("Réinscriptions et pièces, absences, notes, répertoire"), Activity.SCHOOLING,
                           ("Reenrolment", "Wish", "CampaignPupil", "SuppliedDocument", "StoredFile", "Absence", "AbsenceNotice",
                            "Mark", "Piece"), 5, Unit.YEARS, _("après le départ de l’élève"), archives=True)  # fmt: skip
RESULTS = PersonalRecord("results", _("Inscriptions, résultats et diplômes"), Activity.SCHOOLING, ("Enrolment",), 0, Unit.YEARS,
                         _("sans limite : archives historiques"), archives=True)  # fmt: skip
BILLS = PersonalRecord("bills", _("Factures, règlements, reçus et attestations"), Activity.BILLING,
                       ("Invoice", "InvoiceLine", "Instalment", "Payment", "Allocation", "OnlinePayment", "Paper", "Certificate"), 10,
                       Unit.YEARS, _("après la fin de l’exercice"), archives=True)  # fmt: skip

RECORDS = (
    HEALTH_PAPERS, SENSITIVE_PAPERS, REFUSED_PAPERS, ABSENCE_PAPERS, OLD_PHOTOGRAPHS, REVIEW_NOTES, REQUESTS, MESSAGES,
    LETTER_TEXTS, LETTERS, GROUP_LETTERS, IMPORT_FILES, UNDOING,
    ACCESS_LETTERS, SIGN_INS, DEVICES, PUSH_DEVICES, FAILURES, JOURNAL, PEOPLE, FOLLOWING, RESULTS, BILLS, ACCOUNTS, STAFF,
)  # fmt: skip
NO_PEOPLE = {  # tables that say nothing of anybody
    *(
        "Site",
        "MailOutage",
        "News",
        "LetterText",
        "Campaign",
        "RequiredDocument",
        "Course",
        "Cursus",
        "Lesson",
        "Assessment",
        "Performance",
    ),
    "ImportMatch",
}


def by_activity() -> Mapping[Activity, list[PersonalRecord]]:
    return {each: [record for record in RECORDS if record.activity is each] for each in Activity}
