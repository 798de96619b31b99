"""What each letter says: its subject, its paragraphs, the words of its link."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Template:
    """French sentences with {words}; « changes », « facts », « link », « message » and « secret » stand where the letter's
    own go."""

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
    "identifiers": Template(
        "Votre identifiant",
        (
            "L’identifiant de cette adresse e-mail a été demandé sur le portail « {site} ». Le voici :",
            "facts",
            "Le mot de passe vous manque aussi ? Demandez-en un autre avec « Mot de passe perdu ».",
            "link",
            "Vous n’avez rien demandé ? Rien n’a changé : vous pouvez effacer ce message.",
        ),
        "Se connecter",
    ),
    "access_sent": Template(
        "Votre accès au portail",
        (
            "Le portail « {site} » vous est ouvert : fiches, cours, réinscription, factures. Votre identifiant : {login}.",
            "secret",
            "Ce mot de passe est valable {days} jours. Vous en choisirez un autre en vous connectant.",
            "link",
            "S’il n’est plus valable, demandez-en un autre avec « Mot de passe perdu ».",
        ),
        "Se connecter",
    ),
    "access_renewed": Template(
        "Votre nouveau mot de passe",
        (
            "Le secrétariat vous envoie un nouveau mot de passe pour l’identifiant {login} du portail « {site} ».",
            "secret",
            "Ce mot de passe est valable {days} jours. Vous en choisirez un autre en vous connectant. L’ancien ne fonctionne plus.",
            "link",
            "Vous n’avez rien demandé ? Connectez-vous avec ce mot de passe et prévenez-nous.",
        ),
        "Se connecter",
    ),
    "email_corrected": Template(
        "Votre adresse e-mail a été changée",
        (
            "Le {moment}, le secrétariat a remplacé cette adresse par une autre dans la fiche de {subject}.",
            "Ce n’est pas ce que vous aviez demandé ? Prévenez-nous.",
        ),
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
        "Changer mon mot de passe",
    ),
    "request_received": Template(
        "Votre demande de modification a été reçue",
        (
            "Nous avons reçu le {moment} votre demande n° {number} pour {subject}.",
            "changes",
            "Le secrétariat va la vérifier. Vous recevrez sa réponse par e-mail.",
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
            "Vous nous avez donné cette adresse pour {subject}, sur le portail « {site} ».",
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
            "Le {moment}, quelqu’un a demandé de remplacer cette adresse par une autre dans la fiche de {subject}.",
            "Rien ne change tant que le secrétariat n’a pas accepté. Ce n’était pas vous ? Prévenez-nous.",
        ),
    ),
    "payment_received": Template(
        "Paiement reçu",
        ("Nous avons reçu le {moment} votre paiement en ligne de {amount}. Le reçu porte le n° {number}.", "link"),
        "Voir le compte et le reçu",
    ),
    "reenrolment_received": Template(
        "Réinscription : votre réponse a été reçue",
        (
            "Nous avons reçu le {moment} votre réponse pour {subject}, année {year}.",
            "facts",
            "message",
            "Le récapitulatif est joint à cet e-mail (PDF).",
            "Le conservatoire vous répondra par e-mail.",
            "link",
        ),
        "Voir la demande",
    ),
    "reenrolment_to_correct": Template(
        "Votre demande de réinscription est à corriger",
        (
            "Il y a quelque chose à corriger avant de valider la réinscription de {subject} pour {year}.",
            "message",
            "Corrigez la demande en ligne, puis validez-la à nouveau.",
            "link",
        ),
        "Corriger la demande",
    ),
    "reenrolment_validated": Template(
        "Votre demande de réinscription est validée",
        ("La demande de réinscription de {subject} pour {year} est validée.", "message", "link"),
        "Voir la demande",
    ),
    "leaving_validated": Template(
        "Votre réponse est enregistrée",
        ("Nous avons noté que {subject} ne se réinscrit pas pour {year}.", "message", "link"),
        "Voir la réponse",
    ),
    "reenrolment_refused": Template(
        "Votre demande de réinscription n’a pas été acceptée",
        (
            "La demande de réinscription de {subject} pour {year} n’a pas pu être acceptée. Voici pourquoi :",
            "message",
            "link",
        ),
        "Voir la demande",
    ),
    "reenrolment_reopened": Template(
        "Votre demande de réinscription est de nouveau étudiée",
        (
            "La réponse à la demande de réinscription de {subject} pour {year} est annulée.",
            "Nous étudions de nouveau la demande. Vous recevrez une nouvelle réponse.",
            "link",
        ),
        "Voir la demande",
    ),
    "reenrolment_reminder": Template(
        "Réinscription : votre réponse est attendue",
        (
            "Nous n’avons pas encore reçu votre réponse pour la réinscription {year} : {names}.",
            "Vous pouvez répondre en ligne jusqu’au {last_day} inclus, même si l’élève ne se réinscrit pas.",
            "link",
        ),
        "Répondre",
    ),
    "document_refused": Template(
        "Une pièce de votre dossier est à remplacer",
        (
            "Le conservatoire n’a pas pu valider une pièce de votre dossier de réinscription.",
            "message",
            "Donnez-en une autre en ligne, avec le bouton « Importer ».",
            "link",
        ),
        "Voir les pièces",
    ),
    "daily_digest": Template(
        "Ce qui attend ce matin",
        ("Voici ce qui attend sur le portail « {site} », ce {day}.", "facts", "link"),
        "Ouvrir la gestion",
    ),
    "staff_welcome": Template(
        "Votre compte sur le portail",
        (
            "Un compte du personnel vous est ouvert sur le portail « {site} ». Votre identifiant : {login}",
            "secret",
            "Ce mot de passe est valable {days} jours. Vous en choisirez un autre en vous connectant.",
            "link",
        ),
        "Se connecter",
    ),
    "staff_email_changed": Template(
        "L’adresse e-mail de votre compte a changé",
        (
            "Le {moment}, un responsable a remplacé cette adresse par une autre dans votre compte du personnel.",
            "Ce n’était pas prévu ? Prévenez le responsable du portail.",
        ),
    ),
    "second_factor_on": Template(
        "Second facteur en place",
        (
            "Depuis le {moment}, votre compte demande un code de votre téléphone en plus du mot de passe.",
            "Ce n’était pas vous ? Changez votre mot de passe et prévenez le responsable du portail.",
            "link",
        ),
        "Changer mon mot de passe",
    ),
    "second_factor_off": Template(
        "Second facteur retiré",
        (
            "Depuis le {moment}, votre compte ne demande plus de code en plus du mot de passe.",
            "Ce n’était pas vous ? Changez votre mot de passe et prévenez le responsable du portail.",
            "link",
        ),
        "Changer mon mot de passe",
    ),
    "mail_trial": Template(
        "Essai de courriel",
        ("Ce courriel d’essai a été demandé le {moment}. S’il est arrivé, dites-le dans les réglages.", "link"),
        "Ouvrir les réglages",
    ),
}
