"""One letter of « Courriels »: to whom, what became of it and why, its text, what can be done."""

from urllib.parse import urlencode

from markupsafe import Markup

from components.ui import letter_view
from components.ui.icons import icon
from components.ui.markup import button, classes, tag
from components.ui.tables import facts
from data.core import formats
from data.core.errors import NotYours
from data.core.settings import settings
from data.core.unit_of_work import Visit
from data.office import outbox_admin, template_preview
from data.office.outbox_admin import About, Wanted

PATH = "/gestion/courriels"
LOOKS = {
    "waiting": ("pending", "clock", "En attente"),
    "sending": ("pending", "clock", "En attente"),
    "sent": ("good", "check", "Envoyé"),
    "failed": ("bad", "cross", "Échec"),
    "abandoned": ("bad", "alert", "Abandonné"),
    "cancelled": ("", "undo", "Annulé"),
    "to_confirm": ("pending", "info", "À confirmer"),
}
OTHER_KINDS = {"trial": "Essai d’un texte"}


def path_of(wanted: Wanted, opened: int | None = None) -> str:
    given = {
        "etat": wanted.state,
        "genre": wanted.kind,
        "r": wanted.search,
        "du": wanted.since,
        "au": wanted.until,
        "courriel": opened,
    }
    query = urlencode({name: str(value) for name, value in given.items() if value})
    return PATH + (f"?{query}" if query else "")


def kind_of(kind: str) -> str:
    """The words a kind of letter is known by."""
    return template_preview.titles().get(kind) or OTHER_KINDS.get(kind, kind)


def draw(v: Visit, letter_id: int | None) -> Markup:
    try:
        known = outbox_admin.about(v, letter_id) if letter_id else None
    except NotYours:
        return _nothing(v.say("Ce courriel n’existe pas ou ne vous est pas accessible."))
    if known is None:
        return _nothing(v.say("Choisissez un courriel dans la liste."))
    letter = known.letter
    look, drawing, words = LOOKS[letter.state]
    return tag(
        "section",
        tag(
            "div",
            tag(
                "div",
                tag("h2", letter.subject.rpartition(" – ")[0] or letter.subject, id="letter-title", tabindex="-1"),
                tag("p", _kind_line(v, known)),
            ),
            tag("div", tag("span", icon(drawing), v.say(words), class_=classes("chip", look)), class_="side"),
            class_="head",
        ),
        _steps(v),
        facts((v.say(label), value) for label, value in _facts(v, known)),
        _trouble(v, known),
        _protected(v) if known.shielded else letter_view.draw(v, letter),
        _acts(v, known),
        class_="card request flow",
        aria_labelledby="letter-title",
    )


def _nothing(words: str) -> Markup:
    return tag("section", tag("h2", words, id="letter-title", tabindex="-1", class_="plain"), class_="card request")


def _kind_line(v: Visit, known: About) -> str:
    when = v.say("Écrit le {moment}", moment=formats.moment(known.letter.created_at, v.zone, v.tongue))
    whose = v.say("famille n° {number}", number=known.family.number) if known.family else v.say("Personnel")
    return f"{when} · {whose}"


def _protected(v: Visit) -> Markup:
    """A letter tells addresses, old and new."""
    words = v.say("Les coordonnées sont protégées : seul le responsable du portail les lit.")
    return tag("div", icon("info"), tag("p", words), class_="notice")


def _steps(v: Visit) -> Markup:
    return tag(
        "nav",
        button("↑ ", v.say("Précédent"), do="previous", class_="link", aria_keyshortcuts="ArrowUp"),
        button("↓ ", v.say("Suivant"), do="next", class_="link", aria_keyshortcuts="ArrowDown"),
        class_="steps",
        aria_label=v.say("Parcourir les courriels"),
    )


def _facts(v: Visit, known: About) -> list[tuple[str, object]]:
    letter = known.letter

    def told(moment: object) -> str:
        return formats.moment(moment, v.zone, v.tongue) if moment else ""  # type: ignore[arg-type]

    waits = letter.state in {"waiting", "sending"}
    return [
        (
            "Destinataire",
            v.say("Coordonnées masquées") if known.shielded else letter.recipient or v.say("sans adresse"),
        ),
        ("Envoyé le", told(letter.sent_at)),
        ("Essais", str(letter.attempts) if letter.attempts else ""),
        ("Prochain essai", told(letter.due_at) if waits and settings().smtp_url else ""),
        ("Identifiant", known.account.login if known.account else ""),
    ]


def _trouble(v: Visit, known: About) -> Markup | None:
    """Why it did not leave; that the address is at fault when it refused others too; what became of it since."""
    letter, said = known.letter, []
    if words := outbox_admin.reason(letter):
        said.append(tag("p", tag("strong", v.say(words))))
        if letter.error[:1].isdigit() and not known.shielded:  # servers repeat the address
            said.append(tag("p", v.say("Réponse du serveur : {reason}", reason=letter.error), class_="small"))
    if known.refused and letter.recipient:
        count = v.say(
            "Adresse en échec : elle a refusé {count} courriel.#Adresse en échec : elle a refusé {count} courriels.",
            count=known.refused,
        )
        said.append(tag("p", count))
    if known.again is not None:
        moment = formats.moment(known.again.created_at, v.zone, v.tongue)
        link = tag("a", v.say("Renvoyé le {moment}", moment=moment), href=path_of(Wanted(), known.again.id))
        said.append(tag("p", link))
    if not said:
        return None
    bad = letter.state in {"failed", "abandoned"}
    return tag("div", icon("alert" if bad else "info"), tag("div", said), class_=classes("notice", bad and "bad"))


def _acts(v: Visit, known: About) -> Markup | None:
    letter = known.letter
    if letter.state == "waiting":
        back = button(v.say("Annuler l’envoi"), do="call-back", of=letter.id, class_="btn bad")
        return tag("div", back, class_="actions")
    refused = outbox_admin.may_resend(letter)
    if refused is not None:
        shown = letter.state in {"failed", "abandoned", "cancelled"}
        return tag("p", refused.tell(v.tongue), class_="soft") if shown else None
    elsewhere = known.to != letter.recipient and not known.shielded
    where = v.say("À l’adresse d’aujourd’hui : {address}", address=known.to) if elsewhere else ""
    again = button(icon("mail"), v.say("Renvoyer"), do="resend", of=letter.id, class_="btn")
    return tag("div", where and tag("p", where, class_="first soft"), again, class_="actions")
