"""What « Aide » explains: a chapter for each thing families and staff do. (anchor, title, steps, picture, what it shows)."""

CHAPTERS = (
    (
        "identifiant",
        "Mon identifiant",
        (
            "Le conservatoire vous l’envoie par e-mail ou par courrier, avec l’adresse de ce portail.",
            "Vous l’avez perdu ? Sur la page Connexion, « Identifiant oublié » l’envoie à l’e-mail de votre fiche ; sinon, appelez-nous.",
        ),
        "",
        "",
    ),
    (
        "mot-de-passe-perdu",
        "Première connexion, ou mot de passe perdu",
        (
            "Sur la page Connexion, choisissez « Mot de passe perdu ».",
            "Saisissez votre identifiant et l’adresse e-mail de votre fiche, puis « Valider ».",
            "Ouvrez le message reçu et copiez le mot de passe : il est valable 24 heures, et l’ancien ne fonctionne plus.",
            "Connectez-vous avec lui, puis choisissez le vôtre.",
        ),
        "mot-de-passe-perdu",
        "La page Mot de passe perdu : les champs Identifiant et E-mail, le bouton Valider.",
    ),
    (
        "connexion",
        "Se connecter",
        (
            "Choisissez votre site s’il y en a plusieurs, saisissez votre identifiant et votre mot de passe, puis « Se connecter ».",
        ),
        "connexion",
        "La page Connexion : Site, Identifiant, Mot de passe, et le bouton Se connecter.",
    ),
    (
        "accueil",
        "L’accueil",
        (
            "Ce qui est à faire vient en premier : une réinscription ouverte, une pièce à remplacer, une facture à payer.",
            "Une carte par élève donne ses cours, le prochain, sa dernière note et ses absences à justifier.",
            "« Vos demandes » dit où en est ce que vous avez demandé : en attente, accepté ou refusé.",
        ),
        "accueil",
        "L’accueil : ce qui est à faire, puis une carte pour chaque élève, la facturation et les demandes.",
    ),
    (
        "corriger",
        "Corriger une donnée",
        (
            "Ouvrez « Famille » pour votre fiche, ou « Élèves » puis « Identité » pour celle d’un élève.",
            "Changez le champ, puis choisissez « Modifier ». Un accusé de réception part par e-mail.",
            "Le champ est marqué « En attente », avec l’ancienne valeur, jusqu’à la réponse du conservatoire.",
            "Vous avez changé d’avis ? Choisissez « Annuler mes modifications en attente ».",
        ),
        "famille",
        "Un champ de la fiche qui attend : il est marqué En attente, avec l’ancienne valeur dessous.",
    ),
    (
        "cours",
        "Les cours de l’année",
        (
            "Ouvrez « Élèves », choisissez un élève, puis l’onglet « Cours ».",
            "Ouvrez un cours par son nom, ou d’un double-clic sur sa ligne : une fenêtre montre ses dates, ses évaluations et ses absences.",
            "Ouvrez de même une date, une évaluation ou une absence pour la lire en entier. « Fermer » revient à la liste.",
        ),
        "cours",
        "La fenêtre d’un cours, avec ses onglets Cours, Évaluations et Absences.",
    ),
    (
        "absences",
        "Annoncer ou justifier une absence",
        (
            "Une absence à venir : dans l’onglet « Cours », choisissez « Annoncer une absence », donnez le jour et le motif.",
            "Une absence passée : ouvrez le cours, l’onglet « Absences », puis l’absence, et choisissez un motif.",
            "Vous pouvez joindre un document. Le conservatoire vous répond par e-mail.",
        ),
        "absence",
        "Le formulaire Annoncer une absence : jours, cours et motif.",
    ),
    (
        "historique",
        "Les années passées",
        (
            "L’onglet « Historique » liste les cours des années précédentes. « Rechercher » les filtre.",
            "Ouvrez une ligne : sa fiche donne les heures, les moyennes, les résultats et les évaluations, avec une courbe des moyennes.",
            "Les flèches « Première », « Précédente », « Suivante » et « Dernière » passent d’une fiche à l’autre.",
            "« Télécharger mon parcours (PDF) » réunit tout dans un document.",
        ),
        "historique",
        "L’historique : la liste des années à gauche, la fiche ouverte à droite.",
    ),
    (
        "repertoire",
        "Le répertoire",
        (
            "L’onglet « Répertoire » liste les morceaux joués en public : concert, date, durée.",
            "Ouvrez une ligne pour voir le compositeur, le lieu, l’instrument et les partenaires.",
        ),
        "repertoire",
        "Le répertoire : les événements musicaux, avec leur date et le morceau joué.",
    ),
    (
        "reinscription",
        "Se réinscrire",
        (
            "L’onglet « Réinscription » apparaît quand le conservatoire ouvre les réinscriptions.",
            "Cochez « Réinscription administrative », ou les cursus et les cours qui continuent, ou « Ne se réinscrit pas ».",
            "Pour chaque pièce demandée, choisissez « Importer », puis « Parcourir », le nom du document, et « Importer ».",
            "Écrivez vos souhaits dans « Demandes complémentaires », puis choisissez « Valider ».",
            "Rien n’est perdu si vous fermez avant la fin. « Réinscription en attente de validation » reste affiché jusqu’à la réponse.",
            "Si quelque chose est à corriger, l’accueil le dit : corrigez, puis validez de nouveau.",
        ),
        "reinscription",
        "La réinscription : les cases des cours qui continuent l’an prochain.",
    ),
    (
        "facturation",
        "Factures, règlements et duplicatas",
        (
            "« Facturation » a deux onglets : les cotisations, et les locations d’instruments, de salles ou de matériel.",
            "Ouvrez une ligne, d’un double-clic ou par son lien : le duplicata s’affiche en PDF, à imprimer ou à enregistrer.",
            "« Lire en ligne » montre le même document comme une page, que lisent les lecteurs d’écran.",
            "En bas : le montant facturé, le montant réglé et le solde.",
        ),
        "facturation",
        "La facturation : chaque facture et chaque règlement, avec son état et son duplicata.",
    ),
    (
        "payer",
        "Payer en ligne",
        (
            "Quand le conservatoire le propose, choisissez « Payer en ligne ».",
            "Cochez les factures à payer, puis « Continuer vers le paiement » : vous payez sur le site du service de paiement.",
            "De retour ici, votre reçu paraît dès que le service a confirmé. Un paiement interrompu se reprend par « Reprendre ».",
        ),
        "payer",
        "La page Payer en ligne : les factures cochées et la somme à payer.",
    ),
    (
        "papiers",
        "Attestations, agenda et copies",
        (
            "« Attestation d’inscription » se télécharge dans l’onglet « Cours » ; « Attestation de paiement », dans « Facturation ».",
            "Chacune porte un code : qui la reçoit peut la vérifier sur la page Vérifier une attestation.",
            "Sous « Mot de passe » : « Recevoir l’agenda » met les cours dans votre téléphone. « Mes courriers » relit les messages. "
            "« Mes données » copie tout ce que le portail garde de vous.",
        ),
        "",
        "",
    ),
    (
        "affichage",
        "Mieux voir, mieux lire",
        (
            "Choisissez « Affichage », en haut de chaque page, ou « Accessibilité » dans le menu. Changez le contraste, la taille du "
            "texte, les espaces, la police et la mise en page. L’effet est immédiat.",
            "Vos choix sont gardés sur cet appareil, et dans votre compte une fois connecté.",
            "Un mot souligné de points a une explication : pointez-le, ou touchez-le. La touche Échap la ferme.",
        ),
        "affichage",
        "Le panneau Affichage : couleurs, contraste, taille du texte.",
    ),
    (
        "changer-mot-de-passe",
        "Changer de mot de passe",
        (
            "Ouvrez « Mot de passe », saisissez l’actuel puis le nouveau deux fois. Vos autres connexions se ferment.",
            "« Mes connexions » montre les appareils connectés ; « Fermer » en déconnecte un.",
        ),
        "",
        "",
    ),
    (
        "deconnexion",
        "Se déconnecter",
        ("Choisissez « Déconnexion ». Le portail se ferme dans tous les onglets de cet appareil.",),
        "",
        "",
    ),
)
STAFF_CHAPTERS = (
    (
        "demandes",
        "Demandes",
        (
            "La file est à gauche, la plus ancienne en premier ; la demande ouverte est à droite, champ par champ.",
            "Acceptez ou refusez un champ, ou tout. Un refus demande un motif : des phrases prêtes se modifient.",
            "Au clavier : ↑ et ↓ parcourent la file, V valide, R refuse, ? montre les touches.",
            "« Annuler la décision » reste possible 24 heures. La famille reçoit un seul e-mail par séance.",
        ),
        "gestion-demandes",
        "La file des demandes à gauche, la demande ouverte à droite avec Aujourd’hui, Demandé et Décision.",
    ),
    (
        "campagnes",
        "Réinscriptions",
        (
            "« Nouvelle campagne » fixe l’année, les dates, les élèves concernés et les pièces à fournir.",
            "Avant d’activer, la campagne dit combien d’élèves la verront.",
            "Chaque demande se valide, se refuse ou se renvoie « à corriger » avec un motif ; les familles silencieuses reçoivent une relance.",
        ),
        "gestion-reinscriptions",
        "Une campagne de réinscription et le tableau de ses demandes.",
    ),
    (
        "familles",
        "Familles",
        (
            "Cherchez par nom, numéro, téléphone, e-mail ou identifiant ; les fautes de frappe sont pardonnées.",
            "La fiche réunit adultes, élèves, comptes, facturation, demandes et courriers. Tout changement est inscrit au journal.",
            "« Communiquer les accès » envoie ou imprime les lettres d’accès. « Voir comme la famille » montre le portail sans rien pouvoir changer.",
        ),
        "gestion-familles",
        "La recherche des familles et ses résultats.",
    ),
    (
        "imports",
        "Imports et exports",
        (
            "Choisissez le genre de fiches et un fichier CSV ou XLSX, puis faites correspondre les colonnes.",
            "L’essai montre chaque ligne fautive et pourquoi. Rien n’est écrit avant votre accord, et alors tout l’est.",
            "Recommencer avec le même fichier met à jour sans doubler.",
        ),
        "gestion-imports",
        "La page Imports et exports : le genre de fiches et le fichier.",
    ),
    (
        "courriels",
        "Courriels",
        (
            "Chaque message du portail est là, avec son état et son texte. Un envoi échoué peut être repris.",
            "« Textes » change les mots de chaque message, avec un aperçu.",
        ),
        "gestion-courriels",
        "La liste des courriels et le message ouvert.",
    ),
    (
        "journal",
        "Journal",
        (
            "Qui a fait quoi, sur quelle fiche, quand, avec l’ancienne valeur et la nouvelle. Rien n’y peut être effacé.",
        ),
        "gestion-journal",
        "Le journal : les actions, de la plus récente à la plus ancienne.",
    ),
    (
        "reglages",
        "Réglages",
        (
            "Identité, logo et couleur du conservatoire ; ce que les familles peuvent changer ; phrases, paiement, conservation, actualités.",
            "Comptes du personnel et second facteur. Le menu n’est montré qu’aux responsables.",
        ),
        "gestion-reglages",
        "La page Réglages et ses rubriques.",
    ),
)
