"""One letter of « Courriels »: to whom, what became of it and why, its text, what can be done."""

from urllib.parse import urlencode

from markupsafe import Markup

from components.ui import html, letter_view, review_queue
from components.ui.icons import icon
from components.ui.markup import button, classes
from components.ui.status_chip import status_chip
from components.ui.tables import facts
from data.core import formats
from data.core.i18n import _
from data.core.settings import settings
from data.core.unit_of_work import UnitOfWork
from data.mail.outbox import LetterState
from data.mail.templates import LetterKind
from data.office import outbox_admin, template_preview
from data.office.outbox_admin import About, Wanted

PATH = "/gestion/courriels"
TITLE_ID = "letter-title"
OTHER_KINDS: dict[str, str] = {
    LetterKind.TRIAL: _("Essai d’un texte"),
    LetterKind.GROUP: _("Courrier à un groupe"),
}


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


def draw(uow: UnitOfWork, letter_id: int | None) -> Markup:
    return review_queue.draw_opened(
        letter_id,
        lambda opened: outbox_admin.about(uow, opened),
        lambda known: _draw(uow, known),
        gone=uow.translate("Ce courriel n’existe pas ou ne vous est pas accessible."),
        choose=uow.translate("Choisissez un courriel dans la liste."),
        title_id=TITLE_ID,
    )


def _draw(uow: UnitOfWork, known: About) -> Markup:
    letter = known.letter
    return html.section(
        review_queue.draw_head(
            letter.subject.rpartition(" – ")[0] or letter.subject,
            html.p(_kind_line(uow, known)),
            side=status_chip(uow, LetterState(letter.state)),
            title_id=TITLE_ID,
        ),
        _steps(uow),
        facts((uow.translate(label), value) for label, value in _facts(uow, known)),
        _trouble(uow, known),
        _protected(uow) if known.shielded else letter_view.draw(uow, letter),
        _acts(uow, known),
        class_="card request flow",
        aria_labelledby=TITLE_ID,
    )


def _kind_line(uow: UnitOfWork, known: About) -> str:
    when = uow.translate("Écrit le {moment}", moment=formats.moment(known.letter.created_at, uow.zone, uow.language))
    whose = (
        uow.translate("famille n° {number}", number=known.family.number) if known.family else uow.translate("Personnel")
    )
    return f"{when} · {whose}"


def _protected(uow: UnitOfWork) -> Markup:
    """A letter tells addresses, old and new."""
    text = uow.translate("Les coordonnées sont protégées : seul le responsable du portail les lit.")
    return html.div(icon("info"), html.p(text), class_="notice")


def _steps(uow: UnitOfWork) -> Markup:
    return html.nav(
        button("↑ ", uow.translate("Précédent"), do="previous", class_="link", aria_keyshortcuts="ArrowUp"),
        button("↓ ", uow.translate("Suivant"), do="next", class_="link", aria_keyshortcuts="ArrowDown"),
        class_="steps",
        aria_label=uow.translate("Parcourir les courriels"),
    )


def _facts(uow: UnitOfWork, known: About) -> list[tuple[str, object]]:
    letter = known.letter

    def text(moment: object) -> str:
        return formats.moment(moment, uow.zone, uow.language) if moment else ""  # type: ignore[arg-type]

    waits = letter.state in {LetterState.WAITING, LetterState.SENDING}
    return [
        (
            _("Destinataire"),
            uow.translate("Coordonnées masquées")
            if known.shielded
            else letter.recipient or uow.translate("sans adresse"),
        ),
        (_("Envoyé le"), text(letter.sent_at)),
        (_("Essais"), str(letter.attempts) if letter.attempts else ""),
        (_("Prochain essai"), text(letter.due_at) if waits and settings().smtp_url else ""),
        (_("Identifiant"), known.account.login if known.account else ""),
    ]


def _trouble(uow: UnitOfWork, known: About) -> Markup | None:
    """Why it did not leave; that the address is at fault when it UserError others too; what became of it since."""
    letter, message = known.letter, []
    if text := outbox_admin.reason(letter):
        message.append(html.p(html.strong(uow.translate(text))))
        if letter.error[:1].isdigit() and not known.shielded:  # servers repeat the address
            message.append(html.p(uow.translate("Réponse du serveur : {reason}", reason=letter.error), class_="small"))
    if known.refused and letter.recipient:
        count = uow.ngettext(
            "Adresse en échec : elle a refusé {count} courriel.",
            "Adresse en échec : elle a refusé {count} courriels.",
            count=known.refused,
        )
        message.append(html.p(count))
    if known.again is not None:
        moment = formats.moment(known.again.created_at, uow.zone, uow.language)
        link = html.a(uow.translate("Renvoyé le {moment}", moment=moment), href=path_of(Wanted(), known.again.id))
        message.append(html.p(link))
    if not message:
        return None
    bad = letter.state in {LetterState.FAILED, LetterState.ABANDONED}
    return html.div(icon("alert" if bad else "info"), html.div(message), class_=classes("notice", bad and "bad"))


def _acts(uow: UnitOfWork, known: About) -> Markup | None:
    letter = known.letter
    if letter.state == LetterState.WAITING:
        back = button(uow.translate("Annuler l’envoi"), do="call-back", of=letter.id, class_="btn bad")
        return html.div(back, class_="actions")
    error = outbox_admin.may_resend(letter)
    if error is not None:
        shown = letter.state in {LetterState.FAILED, LetterState.ABANDONED, LetterState.CANCELLED}
        return html.p(error.message(uow.language), class_="soft") if shown else None
    elsewhere = known.to != letter.recipient and not known.shielded
    where = uow.translate("À l’adresse d’aujourd’hui : {address}", address=known.to) if elsewhere else ""
    again = button(icon("mail"), uow.translate("Renvoyer"), do="resend", of=letter.id, class_="btn")
    return html.div(where and html.p(where, class_="first soft"), again, class_="actions")
