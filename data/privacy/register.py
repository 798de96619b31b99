"""What the law has a conservatoire say of the portal: its register (GDPR, article 30) and the notice to families (articles 13 and 14).

Both are made of the site's settings and of the one table of records and durations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from data.core import own_texts
from data.core.i18n import Language, _, translate
from data.core.sites import Site
from data.pdf.statement import Chapter, Statement
from data.privacy.records import RECORDS, STAFF, Activity, PersonalRecord, by_activity

UNSET = _("à compléter par le conservatoire")
GATEWAYS = {"payfip": _("PayFiP (direction générale des finances publiques)")}


@dataclass(frozen=True)
class Processing:
    """One entry of the register, in French; what of it a notice says too: title, purpose, basis, recipients."""

    title: str
    purpose: str
    basis: str
    people: str
    data: str
    recipients: str


PUBLIC_TASK = _("Mission d’intérêt public (article 6-1-e du RGPD)")
PROCESSINGS: dict[Activity, Processing] = {
    Activity.SCHOOLING: Processing(
        _("Inscriptions et études"),
        _("Inscrire et réinscrire les élèves, suivre leurs cours, leurs absences, leurs évaluations et leur répertoire."),
        _("Mission d’intérêt public (article 6-1-e du RGPD) ; consentement pour le droit à l’image (article 6-1-a). Une pièce de santé "
          "n’est demandée que si l’activité l’exige (article 9-2-g)."),
        _("Élèves, adultes responsables, enseignants"),
        _("Identité, coordonnées, photographie, famille, établissement scolaire, assurance, cours, absences et leurs motifs, notes, pièces "
          "fournies (dont santé et revenus, effacées à bref délai)"),
        _("Secrétariat et responsables du portail ; les adultes de la famille, chacun selon ses droits sur l’élève"),
    ),
    Activity.BILLING: Processing(
        _("Facturation et paiement"),
        _("Facturer les cours et les locations, encaisser, délivrer reçus et attestations."),
        _("Mission d’intérêt public (article 6-1-e) et obligations de la comptabilité publique (article 6-1-c)"),
        _("Adultes qui paient, élèves pour qui ils paient"),
        _("Identité et adresse du payeur, factures, échéances, règlements ; jamais de numéro de carte ni de compte"),
        _("Secrétariat et responsables du portail ; le comptable public ; la famille qui paie"),
    ),
    Activity.EXCHANGES: Processing(
        _("Échanges avec les familles"),
        _("Recevoir les demandes et les messages des familles et y répondre, envoyer les courriels du portail."),
        PUBLIC_TASK,
        _("Adultes responsables, élèves, personnel"),
        _("Demandes et décisions, messages et réponses, courriels et leur état d’envoi"),
        _("Secrétariat et responsables du portail ; le service d’envoi des courriels ; pour qui le choisit, le service de notifications de "
          "son navigateur, qui n’apprend que le moment d’un message"),
    ),
    Activity.SECURITY: Processing(
        _("Accès et sécurité du portail"),
        _("Ouvrir les comptes, protéger les données, savoir qui a fait ou ouvert quoi."),
        _("Mission d’intérêt public (article 6-1-e) et obligation de sécurité (article 32)"),
        _("Titulaires d’un compte : familles et personnel"),
        _("Identifiant, empreinte du mot de passe, connexions et appareils, adresse réseau, journal des actions"),
        _("Responsables du portail ; l’hébergeur, pour la maintenance"),
    ),
}  # fmt: skip
SECURITY_MEASURES = (
    _("Chaque requête ne rend que les données du compte qui la fait ; une personne dont l’adresse est protégée n’est lue que par le "
      "responsable."),
    _("Mots de passe hachés (Argon2id), second facteur pour le personnel, sessions courtes, essais comptés."),
    _("Échanges chiffrés (HTTPS) ; secrets chiffrés dans la base ; sauvegardes vérifiables."),
    _("Fichiers reçus contrôlés et réécrits dans un processus isolé ; pièces de santé effacées à bref délai."),
    _("Journal des actes et des documents ouverts, qui ne peut être ni modifié ni effacé avant son terme."),
)  # fmt: skip


def fact(site: Site, name: str, language: Language) -> str:
    return site.legal.get(name, "") or translate(UNSET, language)


def reach(site: Site, language: Language) -> str:
    return "\n".join(filter(None, (site.address, site.phone, site.email))) or translate(UNSET, language)


def register(site: Site, language: Language, day: date) -> Statement:
    """The sheet that an inspection asks for, an entry an activity."""

    def said(text: str) -> str:
        return translate(text, language)

    who = Chapter(
        said(_("Responsable du traitement")),
        facts=(
            (said(_("Organisme")), fact(site, "publisher", language)),
            (said(_("Représenté par")), fact(site, "director", language)),
            (said(_("Service")), site.name),
            (said(_("Coordonnées")), reach(site, language)),
            (said(_("Délégué à la protection des données")), fact(site, "dpo", language)),
            (said(_("Sous-traitant : hébergement")), fact(site, "host", language)),
            (said(_("Transferts hors de l’Union européenne")), site.legal.get("transfers", "") or said(_("Aucun"))),
        ),
    )
    activities = [_entry(site, language, activity, kept) for activity, kept in by_activity().items()]
    measures = Chapter(said(_("Mesures de sécurité")), [said(each) for each in SECURITY_MEASURES])
    return Statement(said(_("Registre des traitements")), (who, *activities, measures), language, day)


def _entry(site: Site, language: Language, activity: Activity, kept: Sequence[PersonalRecord]) -> Chapter:
    entry = PROCESSINGS[activity]
    labelled = (
        (_("Finalité"), entry.purpose),
        (_("Base légale"), entry.basis),
        (_("Personnes concernées"), entry.people),
        (_("Données"), entry.data),
    )
    facts = [(translate(label, language), translate(text, language)) for label, text in labelled]
    facts.append((translate(_("Destinataires"), language), recipients(site, language, activity)))
    return Chapter(
        translate(entry.title, language), (), facts, _duration_heads(language), durations(site, language, kept)
    )


def recipients(site: Site, language: Language, activity: Activity) -> str:
    """Ours, the payment service that the site uses, and those that it adds."""
    found = [translate(PROCESSINGS[activity].recipients, language)]
    gateway = site.payment.get("gateway", "")
    if activity is Activity.BILLING and gateway in GATEWAYS:
        found.append(translate(GATEWAYS[gateway], language))
    more = [line for line in site.legal.get("recipients", "").split("\n") if line]
    return " ; ".join([*found, *more])


def _duration_heads(language: Language) -> tuple[str, str]:
    return translate(_("Donnée"), language), translate(_("Durée"), language)


def durations(site: Site, language: Language, kept: Sequence[PersonalRecord]) -> list[tuple[str, str]]:
    """What is kept how long; of public archives, that nothing leaves before their « visa »."""
    visa = translate(_("puis éliminé ou versé avec le visa des Archives départementales"), language)
    return [
        (
            translate(each.label, language),
            each.duration(site, language) + (f", {visa}" if each.archives and each.count else ""),
        )
        for each in kept
    ]


CAME_FROM = _("Elles viennent de vous et du logiciel de gestion du conservatoire. Aucune décision n’est prise par un automate, le "
              "portail ne suit personne et n’utilise que les cookies qui servent à rester connecté et à afficher ses pages.")  # fmt: skip
ON_THE_DEVICE = _("Si vous le choisissez dans « Mot de passe », votre appareil garde une copie de vos dernières pages, à lire sans réseau : elle "
                  "n’en sort pas, et s’efface quand vous vous déconnectez.")  # fmt: skip
RIGHTS = (
    _("Vous pouvez voir vos données et demander leur correction ici même, en obtenir une copie, demander leur effacement ou vous "
      "opposer à un usage. Le conservatoire répond en un mois au plus."),
    _("La copie se télécharge dans « Mot de passe », « Mes données » : elle contient aussi les notes du conservatoire sur vos demandes "
      "de réinscription."),
)  # fmt: skip


def notice(site: Site, language: Language, day: date) -> Statement:
    """What a family is told, before anything is asked of it."""

    def said(text: str, **words: object) -> str:
        return translate(text, language, **words)

    body = site.legal.get("publisher", "") or site.name
    more = (language == "en" and site.legal.get(own_texts.twin("privacy_more"))) or site.legal.get("privacy_more", "")
    responsible = (
        said(_("Responsable de ce portail : {name}"), name=body),
        said(_("Délégué à la protection des données : {dpo}"), dpo=fact(site, "dpo", language)),
    )
    answers = (
        reach(site, language),
        said(_("Si la réponse ne vous convient pas, vous pouvez saisir la CNIL (www.cnil.fr).")),
        *(line for line in more.split("\n") if line),
    )
    uses, receivers = list[tuple[str, str]](), list[tuple[str, str]]()
    for activity, entry in PROCESSINGS.items():
        title = said(entry.title)
        uses.append((title, f"{said(entry.purpose)} {said(entry.basis).rstrip('.')}."))
        receivers.append((title, recipients(site, language, activity)))
    kept = durations(site, language, [each for each in RECORDS if each is not STAFF])
    chapters = (
        Chapter(said(_("Qui en est responsable")), responsible),
        Chapter(said(_("À quoi servent vos données")), [said(CAME_FROM), said(ON_THE_DEVICE)], uses),
        Chapter(said(_("Qui les reçoit")), facts=receivers),
        Chapter(said(_("Combien de temps")), heads=_duration_heads(language), rows=kept),
        Chapter(said(_("Vos droits")), [said(each) for each in RIGHTS]),
        Chapter(said(_("À qui écrire")), answers),
    )
    return Statement(said(_("Données personnelles")), chapters, language, day)
