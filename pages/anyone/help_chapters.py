"""What « Aide » explains: a chapter for each thing families and staff do. (anchor, title, steps, picture, what it shows)."""

from data.core.i18n import _

CHAPTERS = (
    (
        "identifiant",
        _("Mon identifiant"),
        (
            _("Le conservatoire vous l’envoie par e-mail ou par courrier, avec l’adresse de ce portail."),
            _(
                "Vous l’avez perdu ? Sur la page Connexion, « Identifiant oublié » l’envoie à l’e-mail de votre fiche ; sinon, appelez-nous."
            ),
        ),
        "",
        "",
    ),
    (
        "mot-de-passe-perdu",
        _("Première connexion, ou mot de passe perdu"),
        (
            _("Sur la page Connexion, choisissez « Mot de passe perdu »."),
            _("Saisissez votre identifiant et l’adresse e-mail de votre fiche, puis « Valider »."),
            _(
                "Ouvrez le message reçu et copiez le mot de passe : il est valable 24 heures, et l’ancien ne fonctionne plus."
            ),
            _("Connectez-vous avec lui, puis choisissez le vôtre."),
        ),
        "mot-de-passe-perdu",
        _("La page Mot de passe perdu : les champs Identifiant et E-mail, le bouton Valider."),
    ),
    (
        "connexion",
        _("Se connecter"),
        (
            _(
                "Choisissez votre site s’il y en a plusieurs, saisissez votre identifiant et votre mot de passe, puis « Se connecter »."
            ),
        ),
        "connexion",
        _("La page Connexion : Site, Identifiant, Mot de passe, et le bouton Se connecter."),
    ),
    (
        "accueil",
        _("L’accueil"),
        (
            _(
                "Ce qui est à faire vient en premier, avec le bouton qui y mène : absence à justifier, pièce à remplacer, "
                "somme à régler, réinscription."
            ),
            _(
                "Viennent ensuite ce qui attend le conservatoire, les prochains cours de chaque enfant, puis les dossiers et la facturation."
            ),
            _("« Vos demandes » dit où en est ce que vous avez demandé : en attente, accepté ou refusé."),
            _(
                "« Une question ? », à côté d’une facture, d’un cours ou d’une demande, écrit au secrétariat : il répond ici et par e-mail."
            ),
        ),
        "accueil",
        _(
            "L’accueil : ce qui est à faire, les prochains cours, une carte pour chaque élève, la facturation et les demandes."
        ),
    ),
    (
        "corriger",
        _("Corriger une donnée"),
        (
            _("Ouvrez « Famille » pour votre fiche, ou « Élèves » puis « Identité » pour celle d’un élève."),
            _("Changez le champ, puis choisissez « Modifier ». Un accusé de réception part par e-mail."),
            _("Le champ est marqué « En attente », avec l’ancienne valeur, jusqu’à la réponse du conservatoire."),
            _("Vous avez changé d’avis ? Choisissez « Annuler mes modifications en attente »."),
        ),
        "famille",
        _("Un champ de la fiche qui attend : il est marqué En attente, avec l’ancienne valeur dessous."),
    ),
    (
        "cours",
        _("Les cours de l’année"),
        (
            _("Ouvrez « Élèves », choisissez un élève, puis l’onglet « Cours »."),
            _(
                "Ouvrez un cours par son nom, ou d’un double-clic sur sa ligne : une fenêtre montre ses dates, ses évaluations et ses absences."
            ),
            _(
                "Ouvrez de même une date, une évaluation ou une absence pour la lire en entier. « Fermer » revient à la liste."
            ),
        ),
        "cours",
        _("La fenêtre d’un cours, avec ses onglets Cours, Évaluations et Absences."),
    ),
    (
        "absences",
        _("Annoncer ou justifier une absence"),
        (
            _(
                "Sur l’accueil, « Absence ? » à côté d’un prochain cours, ou « Justifier » à côté d’une absence passée, "
                "ouvre le formulaire où ce cours est coché."
            ),
            _(
                "Cochez d’autres cours s’il le faut, ou indiquez d’autres jours ; choisissez un motif, puis « Envoyer »."
            ),
            _("Un document s’ajoute au même endroit. Le conservatoire vous répond par e-mail."),
        ),
        "absence",
        _("Le formulaire d’une absence : cours à cocher, motif et document."),
    ),
    (
        "historique",
        _("Les années passées"),
        (
            _("L’onglet « Historique » liste les cours des années précédentes. « Rechercher » les filtre."),
            _(
                "Ouvrez une ligne : sa fiche donne les heures, les moyennes, les résultats et les évaluations, avec une courbe des moyennes."
            ),
            _("Les flèches « Première », « Précédente », « Suivante » et « Dernière » passent d’une fiche à l’autre."),
            _("« Télécharger mon parcours (PDF) » réunit tout dans un document."),
        ),
        "historique",
        _("L’historique : la liste des années à gauche, la fiche ouverte à droite."),
    ),
    (
        "repertoire",
        _("Le répertoire"),
        (
            _("L’onglet « Répertoire » liste les morceaux joués en public : concert, date, durée."),
            _("Ouvrez une ligne pour voir le compositeur, le lieu, l’instrument et les partenaires."),
        ),
        "repertoire",
        _("Le répertoire : les événements musicaux, avec leur date et le morceau joué."),
    ),
    (
        "reinscription",
        _("Se réinscrire"),
        (
            _("L’onglet « Réinscription » apparaît quand le conservatoire ouvre les réinscriptions."),
            _(
                "« Continuer comme cette année » coche tous les cours. Ou cochez vous-même « Réinscription administrative », "
                "les cursus et les cours qui continuent, ou « Ne se réinscrit pas »."
            ),
            _(
                "Pour chaque pièce demandée, choisissez « Ajouter » ou « Prendre en photo » sur sa ligne ; ou bien « Importer », "
                "puis « Parcourir », le nom du document, et « Importer »."
            ),
            _("Écrivez vos souhaits dans « Demandes complémentaires », puis choisissez « Valider »."),
            _(
                "Rien n’est perdu si vous fermez avant la fin. « Réinscription en attente de validation » reste affiché jusqu’à la réponse."
            ),
            _("Si quelque chose est à corriger, l’accueil le dit : corrigez, puis validez de nouveau."),
        ),
        "reinscription",
        _("La réinscription : les cases des cours qui continuent l’an prochain."),
    ),
    (
        "facturation",
        _("Factures, règlements et duplicatas"),
        (
            _(
                "« Facturation » a deux onglets : les cotisations, et les locations d’instruments, de salles ou de matériel."
            ),
            _(
                "Ouvrez une ligne, d’un double-clic ou par son lien : le duplicata s’affiche en PDF, à imprimer ou à enregistrer."
            ),
            _("« Lire en ligne » montre le même document comme une page, que lisent les lecteurs d’écran."),
            _("En bas : le montant facturé, le montant réglé et le solde."),
        ),
        "facturation",
        _("La facturation : chaque facture et chaque règlement, avec son état et son duplicata."),
    ),
    (
        "payer",
        _("Payer en ligne"),
        (
            _("Quand le conservatoire le propose, choisissez « Payer en ligne »."),
            _(
                "Cochez les factures à payer, puis « Continuer vers le paiement » : vous payez sur le site du service de paiement."
            ),
            _(
                "De retour ici, votre reçu paraît dès que le service a confirmé. Un paiement interrompu se reprend par « Reprendre »."
            ),
        ),
        "payer",
        _("La page Payer en ligne : les factures cochées et la somme à payer."),
    ),
    (
        "papiers",
        _("Attestations, agenda et copies"),
        (
            _(
                "« Attestation d’inscription » se télécharge dans l’onglet « Cours » ; « Attestation de paiement », dans « Facturation »."
            ),
            _("Chacune porte un code : qui la reçoit peut la vérifier sur la page Vérifier une attestation."),
            _(
                "« Agenda » montre la semaine ou le mois de tous vos élèves. Vous y choisissez d’être prévenu par e-mail d’un cours "
                "annulé ou déplacé."
            ),
            _(
                "Sous « Mot de passe » : « Recevoir l’agenda » met les cours dans votre téléphone. « Mes courriers » relit les messages. "
                "« Mes données » copie tout ce que le portail garde de vous."
            ),
        ),
        "",
        "",
    ),
    (
        "affichage",
        _("Mieux voir, mieux lire"),
        (
            _(
                "Choisissez « Affichage », en haut de chaque page, ou « Accessibilité » dans le menu. Changez le contraste, la taille du "
                "texte, les espaces, la police et la mise en page. L’effet est immédiat."
            ),
            _("Vos choix sont gardés sur cet appareil, et dans votre compte une fois connecté."),
            _("Un mot souligné de points a une explication : pointez-le, ou touchez-le. La touche Échap la ferme."),
        ),
        "affichage",
        _("Le panneau Affichage : couleurs, contraste, taille du texte."),
    ),
    (
        "changer-mot-de-passe",
        _("Changer de mot de passe"),
        (
            _(
                "Ouvrez « Mot de passe », saisissez l’actuel puis le nouveau deux fois. Vos autres connexions se ferment."
            ),
            _("« Mes connexions » montre les appareils connectés ; « Fermer » en déconnecte un."),
        ),
        "",
        "",
    ),
    (
        "installer",
        _("Installer le portail sur un appareil"),
        (
            _(
                "Le portail peut prendre place parmi vos applications, avec son icône. Rien n’est à chercher dans un magasin d’applications."
            ),
            _("iPhone ou iPad : ouvrez-le dans Safari, touchez « Partager », puis « Sur l’écran d’accueil »."),
            _("Android : dans le menu du navigateur, « Installer l’application » ou « Ajouter à l’écran d’accueil »."),
            _("Ordinateur : dans Chrome ou Edge, le bouton d’installation est au bout de la barre d’adresse."),
            _(
                "Un appui long sur l’icône mène, sur Android, à l’agenda, aux absences, à la facturation et à la réinscription."
            ),
        ),
        "",
        "",
    ),
    (
        "deconnexion",
        _("Se déconnecter"),
        (_("Choisissez « Déconnexion ». Le portail se ferme dans tous les onglets de cet appareil."),),
        "",
        "",
    ),
)
STAFF_CHAPTERS = (
    (
        "demandes",
        _("Demandes"),
        (
            _("La file est à gauche, la plus ancienne en premier ; la demande ouverte est à droite, champ par champ."),
            _("Acceptez ou refusez un champ, ou tout. Un refus demande un motif : des phrases prêtes se modifient."),
            _("Au clavier : ↑ et ↓ parcourent la file, V valide, R refuse, ? montre les touches."),
            _("« Annuler la décision » reste possible 24 heures. La famille reçoit un seul e-mail par séance."),
        ),
        "gestion-demandes",
        _("La file des demandes à gauche, la demande ouverte à droite avec Aujourd’hui, Demandé et Décision."),
    ),
    (
        "campagnes",
        _("Réinscriptions"),
        (
            _("« Nouvelle campagne » fixe l’année, les dates, les élèves concernés et les pièces à fournir."),
            _("Avant d’activer, la campagne dit combien d’élèves la verront."),
            _(
                "Chaque demande se valide, se refuse ou se renvoie « à corriger » avec un motif ; les familles silencieuses reçoivent une relance."
            ),
        ),
        "gestion-reinscriptions",
        _("Une campagne de réinscription et le tableau de ses demandes."),
    ),
    (
        "familles",
        _("Familles"),
        (
            _("Cherchez par nom, numéro, téléphone, e-mail ou identifiant ; les fautes de frappe sont pardonnées."),
            _(
                "La fiche réunit adultes, élèves, comptes, facturation, demandes et courriers. Tout changement est inscrit au journal."
            ),
            _(
                "« Communiquer les accès » envoie ou imprime les lettres d’accès. « Voir comme "
                "la famille » montre le portail sans rien pouvoir changer."
            ),
        ),
        "gestion-familles",
        _("La recherche des familles et ses résultats."),
    ),
    (
        "imports",
        _("Imports et exports"),
        (
            _(
                "Donnez un fichier CSV ou XLSX tel que votre logiciel l’écrit : le portail dit ce qu’il contient et "
                "propose les colonnes ; vous corrigez."
            ),
            _(
                "Une liste d’élèves apporte responsables, cours et enseignants. Factures, règlements, notes, absences et inscriptions peuvent donner "
                "des noms à la place des numéros : ce qui n’est pas sûr vous est demandé."
            ),
            _(
                "L’essai montre chaque ligne fautive et pourquoi. Rien n’est écrit avant votre accord, et alors tout l’est."
            ),
            _("Recommencer avec le même fichier met à jour sans doubler."),
            _(
                "Si la direction l’a réglé (Connexion et sécurité), le secrétariat importe et exporte familles, élèves et cours ; "
                "les familles sous protection restent à la direction."
            ),
        ),
        "gestion-imports",
        _("La page Imports et exports : le genre de fiches et le fichier."),
    ),
    (
        "courriels",
        _("Courriels"),
        (
            _("Chaque message du portail est là, avec son état et son texte. Un envoi échoué peut être repris."),
            _("« Textes » change les mots de chaque message, avec un aperçu."),
            _(
                "« À un groupe » écrit une fois à des familles choisies, et montre qui a lu, accepté ou doit encore répondre."
            ),
            _("« Cours annulés ou déplacés » change un cours en deux appuis et prévient ses familles."),
        ),
        "gestion-courriels",
        _("La liste des courriels et le message ouvert."),
    ),
    (
        "journal",
        _("Journal"),
        (
            _(
                "Qui a fait quoi, sur quelle fiche, quand, avec l’ancienne valeur et la nouvelle. Rien n’y peut être effacé."
            ),
        ),
        "gestion-journal",
        _("Le journal : les actions, de la plus récente à la plus ancienne."),
    ),
    (
        "reglages",
        _("Réglages"),
        (
            _(
                "Identité, logo et couleur du conservatoire ; ce que les familles peuvent changer ; phrases, paiement, conservation, actualités."
            ),
            _("Comptes du personnel et second facteur. Le menu n’est montré qu’aux responsables."),
        ),
        "gestion-reglages",
        _("La page Réglages et ses rubriques."),
    ),
)
