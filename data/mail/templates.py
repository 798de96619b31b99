"""What each letter says: its subject, its paragraphs, the words of its link."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from data.core.i18n import _


class LetterKind(StrEnum):
    """Which letter it is; its subject in French is the name that people read."""

    NEW_PASSWORD = "new_password"
    IDENTIFIERS = "identifiers"
    ACCESS_SENT = "access_sent"
    ACCESS_RENEWED = "access_renewed"
    EMAIL_CORRECTED = "email_corrected"
    HOUSEHOLD_CHANGED = "household_changed"
    PASSWORD_CHANGED = "password_changed"
    STAFF_SIGNED_IN = "staff_signed_in"
    REQUEST_RECEIVED = "request_received"
    CHANGES_SAVED = "changes_saved"
    REQUEST_DECIDED = "request_decided"
    CONFIRM_EMAIL = "confirm_email"
    ABSENCE_RECEIVED = "absence_received"
    ABSENCE_ACCEPTED = "absence_accepted"
    ABSENCE_DECLINED = "absence_declined"
    ABSENCE_REOPENED = "absence_reopened"
    MESSAGE_ANSWERED = "message_answered"
    EMAIL_CHANGE_ASKED = "email_change_asked"
    PAYMENT_RECEIVED = "payment_received"
    REENROLMENT_RECEIVED = "reenrolment_received"
    REENROLMENT_TO_CORRECT = "reenrolment_to_correct"
    REENROLMENT_VALIDATED = "reenrolment_validated"
    LEAVING_VALIDATED = "leaving_validated"
    REENROLMENT_REFUSED = "reenrolment_refused"
    REENROLMENT_REOPENED = "reenrolment_reopened"
    REENROLMENT_REMINDER = "reenrolment_reminder"
    REENROLMENT_CORRECTION = "reenrolment_correction"
    DOCUMENT_REFUSED = "document_refused"
    DOCUMENT_REOPENED = "document_reopened"
    LESSON_CHANGED = "lesson_changed"
    DAILY_DIGEST = "daily_digest"
    WEEKLY_REPORT = "weekly_report"
    STAFF_WELCOME = "staff_welcome"
    STAFF_EMAIL_CHANGED = "staff_email_changed"
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    MAIL_TRIAL = "mail_trial"
    GROUP = "group"  # what the office writes to a group of families (data/group_letters/)
    TRIAL = "trial"  # a text tried on oneself: that of the kind that is tried


class Lane(IntEnum):
    """Which letters leave first."""

    AWAITED = 0  # somebody looks at their mail for it: a password, a confirmation
    ORDINARY = 1
    MAILING = 2  # to many at once


@dataclass(frozen=True)
class Template:
    """French sentences with {words}; « changes », « facts », « link », « message » and « secret » stand where the letter's
    own go."""

    subject: str
    body: tuple[str, ...]
    link: str = ""
    lane: Lane = Lane.ORDINARY


TEMPLATES = {
    LetterKind.NEW_PASSWORD: Template(
        _("Votre nouveau mot de passe"),
        (
            _("Un nouveau mot de passe a été demandé pour l’identifiant {login} sur le portail « {site} »."),
            "secret",
            _(
                "Il est valable {hours} heures. Vous en choisirez un autre en vous connectant. L’ancien ne fonctionne plus."
            ),
            "link",
            _("Vous n’avez rien demandé ? Connectez-vous avec ce mot de passe et prévenez-nous."),
        ),
        _("Se connecter"),
        lane=Lane.AWAITED,
    ),
    LetterKind.IDENTIFIERS: Template(
        _("Votre identifiant"),
        (
            _("L’identifiant de cette adresse e-mail a été demandé sur le portail « {site} ». Le voici :"),
            "facts",
            _("Le mot de passe vous manque aussi ? Demandez-en un autre avec « Mot de passe perdu »."),
            "link",
            _("Vous n’avez rien demandé ? Rien n’a changé : vous pouvez effacer ce message."),
        ),
        _("Se connecter"),
        lane=Lane.AWAITED,
    ),
    LetterKind.ACCESS_SENT: Template(
        _("Votre accès au portail"),
        (
            _(
                "Le portail « {site} » vous est ouvert : fiches, cours, réinscription, factures. Votre identifiant : {login}."
            ),
            "secret",
            _("Ce mot de passe est valable {days} jours. Vous en choisirez un autre en vous connectant."),
            "link",
            _("S’il n’est plus valable, demandez-en un autre avec « Mot de passe perdu »."),
        ),
        _("Se connecter"),
        lane=Lane.AWAITED,
    ),
    LetterKind.ACCESS_RENEWED: Template(
        _("Votre nouveau mot de passe"),
        (
            _("Le secrétariat vous envoie un nouveau mot de passe pour l’identifiant {login} du portail « {site} »."),
            "secret",
            _(
                "Ce mot de passe est valable {days} jours. Vous en choisirez un autre en vous connectant. L’ancien ne fonctionne plus."
            ),
            "link",
            _("Vous n’avez rien demandé ? Connectez-vous avec ce mot de passe et prévenez-nous."),
        ),
        _("Se connecter"),
        lane=Lane.AWAITED,
    ),
    LetterKind.EMAIL_CORRECTED: Template(
        _("Votre adresse e-mail a été changée"),
        (
            _("Le {moment}, le secrétariat a remplacé cette adresse par une autre dans la fiche de {subject}."),
            _("Ce n’est pas ce que vous aviez demandé ? Prévenez-nous."),
        ),
    ),
    LetterKind.HOUSEHOLD_CHANGED: Template(
        _("Les droits de votre foyer ont changé"),
        (
            _("Le {moment}, le secrétariat a changé le rattachement de {subject} à votre foyer :"),
            "changes",
            _("Ce n’est pas ce que vous attendiez ? Prévenez-nous."),
            "link",
        ),
        _("Voir mes élèves"),
    ),
    LetterKind.PASSWORD_CHANGED: Template(
        _("Votre mot de passe a été modifié"),
        (
            _(
                "Le mot de passe de l’identifiant {login} a été modifié le {moment} sur le portail « {site} ». Vos autres connexions ont été fermées."
            ),
            _("Ce n’était pas vous ? Demandez tout de suite un nouveau mot de passe avec « Mot de passe perdu »."),
            "link",
        ),
        _("Mot de passe perdu"),
    ),
    LetterKind.STAFF_SIGNED_IN: Template(
        _("Nouvelle connexion à votre compte"),
        (
            _("Votre compte {login} a été ouvert le {moment} depuis un appareil inconnu : {device}."),
            _("Ce n’était pas vous ? Changez votre mot de passe et prévenez le responsable du portail."),
            "link",
        ),
        _("Changer mon mot de passe"),
    ),
    LetterKind.REQUEST_RECEIVED: Template(
        _("Votre demande de modification a été reçue"),
        (
            _("Nous avons reçu le {moment} votre demande n° {number} pour {subject}."),
            "changes",
            _("Le secrétariat va la vérifier. Vous recevrez sa réponse par e-mail."),
            "link",
        ),
        _("Voir la fiche"),
    ),
    LetterKind.CHANGES_SAVED: Template(
        _("Vos modifications sont enregistrées"),
        (_("Les modifications faites le {moment} pour {subject} sont enregistrées."), "changes", "link"),
        _("Voir la fiche"),
    ),
    LetterKind.REQUEST_DECIDED: Template(
        _("Réponse à votre demande de modification"),
        (_("Le secrétariat a répondu à votre demande."), "changes", "message", "link"),
        _("Voir la fiche"),
    ),
    LetterKind.CONFIRM_EMAIL: Template(
        _("Confirmez votre adresse e-mail"),
        (
            _("Vous nous avez donné cette adresse pour {subject}, sur le portail « {site} »."),
            _("Confirmez-la pour que le secrétariat puisse l’accepter. Ce lien est valable 7 jours."),
            "link",
            _("Vous n’avez rien demandé ? Laissez ce message sans réponse : rien ne changera."),
        ),
        _("Confirmer mon adresse"),
        lane=Lane.AWAITED,
    ),
    LetterKind.ABSENCE_RECEIVED: Template(
        _("Absence : votre message a été reçu"),
        (
            _("Nous avons reçu le {moment} votre message au sujet de l’absence de {subject} {days}."),
            _("Le conservatoire vous répondra par e-mail."),
            "link",
        ),
        _("Voir les absences"),
    ),
    LetterKind.ABSENCE_ACCEPTED: Template(
        _("Absence justifiée"),
        (_("L’absence de {subject} {days} est justifiée."), "message", "link"),
        _("Voir les absences"),
    ),
    LetterKind.ABSENCE_DECLINED: Template(
        _("Votre justification d’absence n’a pas été acceptée"),
        (_("L’absence de {subject} {days} n’a pas pu être justifiée. Voici pourquoi :"), "message", "link"),
        _("Voir les absences"),
    ),
    LetterKind.ABSENCE_REOPENED: Template(
        _("Votre annonce d’absence est de nouveau étudiée"),
        (
            _("La réponse à votre annonce d’absence est annulée : {subject}, {days}."),
            _("Nous l’étudions de nouveau. Vous recevrez une nouvelle réponse."),
            "link",
        ),
        _("Voir les absences"),
    ),
    LetterKind.MESSAGE_ANSWERED: Template(
        _("Réponse à votre message"),
        (
            _("Le secrétariat a répondu à votre message du {day}. Objet : {topic}."),
            "message",
            _("Une autre question ? Écrivez-la sur le portail, là où se trouve cette réponse."),
            "link",
        ),
        _("Lire la réponse"),
    ),
    LetterKind.EMAIL_CHANGE_ASKED: Template(
        _("Un changement d’adresse e-mail a été demandé"),
        (
            _("Le {moment}, quelqu’un a demandé de remplacer cette adresse par une autre dans la fiche de {subject}."),
            _("Rien ne change tant que le secrétariat n’a pas accepté. Ce n’était pas vous ? Prévenez-nous."),
        ),
    ),
    LetterKind.PAYMENT_RECEIVED: Template(
        _("Paiement reçu"),
        (_("Nous avons reçu le {moment} votre paiement en ligne de {amount}. Le reçu porte le n° {number}."), "link"),
        _("Voir le compte et le reçu"),
    ),
    LetterKind.REENROLMENT_RECEIVED: Template(
        _("Réinscription : votre réponse a été reçue"),
        (
            _("Nous avons reçu le {moment} votre réponse pour {subject}, année {year}."),
            "facts",
            "message",
            _("Le récapitulatif est joint à cet e-mail (PDF)."),
            _("Le conservatoire vous répondra par e-mail."),
            "link",
        ),
        _("Voir la demande"),
    ),
    LetterKind.REENROLMENT_TO_CORRECT: Template(
        _("Votre demande de réinscription est à corriger"),
        (
            _("Il y a quelque chose à corriger avant de valider la réinscription de {subject} pour {year}."),
            "message",
            _("Corrigez la demande en ligne, puis validez-la à nouveau."),
            "link",
        ),
        _("Corriger la demande"),
    ),
    LetterKind.REENROLMENT_VALIDATED: Template(
        _("Votre demande de réinscription est validée"),
        (_("La demande de réinscription de {subject} pour {year} est validée."), "message", "link"),
        _("Voir la demande"),
    ),
    LetterKind.LEAVING_VALIDATED: Template(
        _("Votre réponse est enregistrée"),
        (_("Nous avons noté que {subject} ne se réinscrit pas pour {year}."), "message", "link"),
        _("Voir la réponse"),
    ),
    LetterKind.REENROLMENT_REFUSED: Template(
        _("Votre demande de réinscription n’a pas été acceptée"),
        (
            _("La demande de réinscription de {subject} pour {year} n’a pas pu être acceptée. Voici pourquoi :"),
            "message",
            "link",
        ),
        _("Voir la demande"),
    ),
    LetterKind.REENROLMENT_REOPENED: Template(
        _("Votre demande de réinscription est de nouveau étudiée"),
        (
            _("La réponse à la demande de réinscription de {subject} pour {year} est annulée."),
            _("Nous étudions de nouveau la demande. Vous recevrez une nouvelle réponse."),
            "link",
        ),
        _("Voir la demande"),
    ),
    LetterKind.REENROLMENT_REMINDER: Template(
        _("Réinscription : votre réponse est attendue"),
        (
            _("Nous n’avons pas encore reçu votre réponse pour la réinscription {year} : {names}."),
            _("Vous pouvez répondre en ligne jusqu’au {last_day} inclus, même si l’élève ne se réinscrit pas."),
            "link",
        ),
        _("Répondre"),
        lane=Lane.MAILING,
    ),
    LetterKind.REENROLMENT_CORRECTION: Template(
        _("Réinscription : votre correction est attendue"),
        (
            _("La demande de réinscription {year} est toujours à corriger : {names}."),
            _("Vous pouvez la corriger en ligne, puis la valider à nouveau, jusqu’au {last_day} inclus."),
            "link",
        ),
        _("Corriger la demande"),
        lane=Lane.MAILING,
    ),
    LetterKind.DOCUMENT_REFUSED: Template(
        _("Une pièce de votre dossier est à remplacer"),
        (
            _("Le conservatoire n’a pas pu valider une pièce de votre dossier de réinscription."),
            "message",
            _("Donnez-en une autre en ligne : choisissez « Remplacer » à côté de la pièce."),
            "link",
        ),
        _("Voir les pièces"),
    ),
    LetterKind.DOCUMENT_REOPENED: Template(
        _("Une pièce de votre dossier est de nouveau étudiée"),
        (
            _("La réponse à cette pièce est annulée :"),
            "message",
            _("Nous l’étudions de nouveau. Vous recevrez une nouvelle réponse si elle est à remplacer."),
            "link",
        ),
        _("Voir les pièces"),
    ),
    LetterKind.LESSON_CHANGED: Template(
        _("Un cours a changé"),
        (
            _("Voici ce qui change dans les cours de votre famille :"),
            "facts",
            _("L’agenda du portail est à jour. Celui de votre téléphone le sera aussi, si vous y recevez l’agenda."),
            "link",
        ),
        _("Voir l’agenda"),
    ),
    LetterKind.DAILY_DIGEST: Template(
        _("Ce qui attend ce matin"),
        (_("Voici ce qui attend sur le portail « {site} », ce {day}."), "facts", "link"),
        _("Ouvrir la gestion"),
    ),
    LetterKind.WEEKLY_REPORT: Template(
        _("La semaine du portail"),
        (_("Voici les sept derniers jours du portail « {site} », ce {day}."), "facts", "link"),
        _("Ouvrir la gestion"),
    ),
    LetterKind.STAFF_WELCOME: Template(
        _("Votre compte sur le portail"),
        (
            _("Un compte du personnel vous est ouvert sur le portail « {site} ». Votre identifiant : {login}"),
            "secret",
            _("Ce mot de passe est valable {days} jours. Vous en choisirez un autre en vous connectant."),
            "link",
        ),
        _("Se connecter"),
        lane=Lane.AWAITED,
    ),
    LetterKind.STAFF_EMAIL_CHANGED: Template(
        _("L’adresse e-mail de votre compte a changé"),
        (
            _(
                "Le {moment}, un responsable a remplacé cette adresse par une autre dans votre compte du personnel {login}."
            ),
            _("Ce n’était pas prévu ? Prévenez le responsable du portail."),
        ),
    ),
    LetterKind.SECOND_FACTOR_ON: Template(
        _("Second facteur en place"),
        (
            _("Depuis le {moment}, votre compte {login} demande un code de votre téléphone en plus du mot de passe."),
            _("Ce n’était pas vous ? Changez votre mot de passe et prévenez le responsable du portail."),
            "link",
        ),
        _("Changer mon mot de passe"),
    ),
    LetterKind.SECOND_FACTOR_OFF: Template(
        _("Second facteur retiré"),
        (
            _("Depuis le {moment}, votre compte {login} ne demande plus de code en plus du mot de passe."),
            _("Ce n’était pas vous ? Changez votre mot de passe et prévenez le responsable du portail."),
            "link",
        ),
        _("Changer mon mot de passe"),
    ),
    LetterKind.MAIL_TRIAL: Template(
        _("Essai de courriel"),
        (_("Ce courriel d’essai a été demandé le {moment}. S’il est arrivé, dites-le dans les réglages."), "link"),
        _("Ouvrir les réglages"),
        lane=Lane.AWAITED,
    ),
}
