"""What « Accueil » says first: « À faire », a line for each thing with the button that does it, then what waits for the conservatoire."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from components.ui.markup import Content, classes, ending, join
from components.ui.own_words import filled, own, own_text
from data.billing import online_payments
from data.billing.models import Account, Entry, EntryState, Ledger
from data.change_requests.models import ChangeState
from data.core import formats
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families.models import Rights
from data.messages import models as messages
from data.office.family_home import Exchange
from data.reenrolment.due import Due
from data.reenrolment.models import ReenrolmentState, RequiredDocument
from data.schooling.at_home import AtHome
from data.schooling.models import Attended
from data.schooling.unexcused import Missed
from pages.family.requests import BILLING, MESSAGES, Line

SOON = timedelta(days=65)  # an instalment is something to do from then on
WAITING_SHOWN = 5


@dataclass(frozen=True)
class Task:
    """One line of « À faire »: what it is, what is to be known of it, the button's words and where it leads."""

    title: Content
    about: Content
    does: str
    href: str
    urgent: bool = False


@dataclass(frozen=True)
class Known:
    """What the lines are made of: read once for the whole of « Accueil »."""

    exchange: Exchange
    pupils: Sequence[AtHome]
    coming: Mapping[int, Sequence[Attended]]
    ledgers: Mapping[Ledger, Account]
    due: Sequence[Due]


def tasks_of(uow: UnitOfWork, known: Known) -> list[Task]:
    """What is urgent first; in the order of _TASKS otherwise."""
    tasks = [task for of_a_kind in _TASKS for task in of_a_kind(uow, known)]
    return sorted(tasks, key=lambda task: not task.urgent)


def draw(uow: UnitOfWork, known: Known) -> Markup:
    """« À faire »."""
    tasks = tasks_of(uow, known)
    count = f" · {len(tasks)}" if tasks else ""
    lines = [html.li(_task(uow, task), class_=classes(task.urgent and "bad")) for task in tasks]
    body = html.ul(lines, class_="tasks") if tasks else html.p(uow.translate("Rien à faire pour l’instant."))
    return html.section(
        html.h2(uow.translate("À faire"), count), body, class_="of-home", aria_label=uow.translate("À faire")
    )


def _task(uow: UnitOfWork, task: Task) -> Content:
    return (
        html.span(
            html.strong(task.urgent and icon("alert"), html.span(task.title)),
            html.span(task.about, class_="small soft") if task.about else None,
        ),
        html.a(task.does, ending(uow.language, task.title), href=task.href, class_="btn quiet"),
    )


def waiting(uow: UnitOfWork, lines: Sequence[Line]) -> Markup:
    """« En attente du conservatoire »: what was sent and has no answer yet."""
    if not lines:
        return Markup("")
    title = uow.translate("En attente du conservatoire")
    rows = [
        html.li(
            html.span(
                html.a(line.text, href=line.href),
                html.span(
                    icon("clock"),
                    uow.translate(
                        "le {day}", day=formats.short_day(line.sent.astimezone(uow.zone).date(), uow.language)
                    ),
                    class_="small",
                ),
            )
        )
        for line in lines[:WAITING_SHOWN]
    ]
    count = f" · {len(lines)}"
    return html.section(
        html.h2(title, count), html.ul(rows, class_="tasks waiting"), class_="of-home", aria_label=title
    )


def _letters(uow: UnitOfWork, known: Known) -> Iterator[Task]:
    """What the conservatoire asks to read and accept."""
    for letter in known.exchange.awaited:
        sent = letter.sent_at.astimezone(uow.zone).date() if letter.sent_at else uow.today
        about = uow.translate("reçu le {day}", day=formats.short_day(sent, uow.language))
        title = filled(uow.translate("À lire et accepter : {title}"), title=own_text(uow, letter, "subject"))
        href = f"/mot-de-passe/courriers?groupe={letter.id}#letter-title"
        yield Task(title, about, uow.translate("Lire"), href)


def _absences(uow: UnitOfWork, known: Known) -> Iterator[Task]:
    """The last one is named and ticked where the button leads; the others stand there too."""
    for pupil, link, missed in ((each.pupil, each.link, each.missed) for each in known.pupils):
        if not missed.count or link.rights != Rights.ALL:
            continue
        about = last_missed(uow, missed, known.coming.get(pupil.id, ()))
        if missed.count == 1:
            title = uow.translate("Absence de {name} à justifier", name=pupil.called)
        else:
            title = uow.ngettext(
                "{count} absence de {name} à justifier",
                "{count} absences de {name} à justifier",
                count=missed.count,
                name=pupil.called,
            )
            about = uow.translate("la dernière : {about}", about=about)
        href = f"/eleves/{pupil.number}/absences?absence={missed.absence_id}"
        yield Task(title, about, uow.translate("Justifier"), href, urgent=True)


def last_missed(uow: UnitOfWork, missed: Missed, attended: Sequence[Attended]) -> str:
    """« Piano 206, 26 novembre »."""
    course = next((each.course.name for each in attended if each.enrolment.id == missed.enrolment_id), "")
    day = formats.short_day(missed.day, uow.language) if missed.day else ""
    return ", ".join(filter(None, (course, day)))


def _papers(uow: UnitOfWork, known: Known) -> Iterator[Task]:
    for due in known.due:
        if due.refused:
            title = uow.ngettext(
                "{count} pièce de {name} à remplacer",
                "{count} pièces de {name} à remplacer",
                count=len(due.refused),
                name=due.pupil.called,
            )
            href = f"/eleves/{due.pupil.number}/reinscription#documents-title"
            yield Task(title, _named(uow, due.refused), uow.translate("Remplacer"), href, urgent=True)


def _named(uow: UnitOfWork, documents: Sequence[RequiredDocument]) -> Markup:
    return join([own_text(uow, each, "label") for each in documents], ", ")


def _money(uow: UnitOfWork, known: Known) -> Iterator[Task]:
    """Of each account what is late, or else the next part that falls due soon."""
    for ledger, account in known.ledgers.items():
        if not account.unpaid or account.balance <= 0:
            continue
        late = [entry for entry in account.unpaid if entry.state == EntryState.LATE]
        first = account.unpaid[0]
        title = _late(uow, late) if late else _soon(uow, first)
        if title:
            pays = online_payments.offered(uow)
            part = "" if late or first.next_part == account.balance else "?part=echeance"  # what the line names
            href = f"{BILLING[ledger]}/payer{part}" if pays else BILLING[ledger]
            does = uow.translate("Payer") if pays else uow.translate("Voir")
            about = join([own(uow, entry.row.label) for entry in late or [first]], ", ")
            yield Task(title, about, does, href, urgent=bool(late))


def _late(uow: UnitOfWork, late: Sequence[Entry]) -> str:
    return uow.ngettext(
        "{count} facture est en retard : {sum} à régler.",
        "{count} factures sont en retard : {sum} à régler.",
        count=len(late),
        sum=formats.euros(sum(entry.due for entry in late), uow.language),
    ).removesuffix(".")


def _soon(uow: UnitOfWork, entry: Entry) -> str:
    if entry.next_due is None or entry.next_due > uow.today + SOON:
        return ""
    return uow.translate(
        "{sum} à régler le {day}",
        sum=formats.euros(entry.next_part, uow.language),
        day=formats.short_day(entry.next_due, uow.language),
    )


def _reenrolments(uow: UnitOfWork, known: Known) -> Iterator[Task]:
    for due in known.due:
        if due.state not in {"", ReenrolmentState.DRAFT, ReenrolmentState.TO_CORRECT}:
            continue
        corrects = due.state == ReenrolmentState.TO_CORRECT
        begun = due.state == ReenrolmentState.DRAFT
        missing = uow.ngettext(
            "il manque {count} pièce", "il manque {count} pièces", count=len(due.lacking)
        ) if due.lacking and due.state else ""  # fmt: skip
        step = uow.translate("étape {step} sur 3", step=2 if due.lacking else 3) if begun else ""
        if corrects:
            title, does = _("La réinscription de {name} est à corriger"), uow.translate("Corriger")
        else:
            title, does = _("Réinscription de {name}"), uow.translate(_("Continuer") if begun else _("Commencer"))
        yield Task(
            uow.translate(title, name=due.pupil.called),
            " · ".join(filter(None, (step, missing, days_left(uow, due)))),
            does,
            f"/eleves/{due.pupil.number}/reinscription",
            urgent=corrects,
        )


def _answers(uow: UnitOfWork, known: Known) -> Iterator[Task]:
    """What the office answered and nobody of the family has opened."""
    for inquiry in known.exchange.messages:
        if messages.is_unread(inquiry) and inquiry.answered_at:
            day = formats.short_day(inquiry.answered_at.astimezone(uow.zone).date(), uow.language)
            title = uow.translate("Réponse du secrétariat : {title}", title=messages.title(inquiry, uow.language))
            yield Task(title, uow.translate("le {day}", day=day), uow.translate("Lire"), f"{MESSAGES}/{inquiry.id}")


def days_left(uow: UnitOfWork, due: Due) -> str:
    left = (due.campaign.closes_on - uow.today).days
    if left < 0:
        return ""
    if left == 0:
        return uow.translate("dernier jour aujourd’hui")
    return uow.ngettext("encore {count} jour", "encore {count} jours", count=left)


def _records(uow: UnitOfWork, known: Known) -> Iterator[Task]:
    """An address to confirm, or none at all."""
    opens = uow.translate("Ouvrir la fiche")
    if any(
        change.state == ChangeState.PENDING and change.confirm_hash and not change.confirmed_at
        for _request, change, _one in known.exchange.changes
    ):
        text = uow.translate("Confirmez votre nouvelle adresse e-mail par le lien que vous y avez reçu.")
        yield Task(text.removesuffix("."), "", opens, "/famille")
    if not any(adult.email for adult in known.exchange.adults):
        text = uow.translate(
            "Aucune adresse e-mail n’est enregistrée : ajoutez-la dans votre fiche pour recevoir nos réponses."
        )
        yield Task(text.removesuffix("."), "", opens, "/famille")


_TASKS = (_absences, _papers, _answers, _money, _reenrolments, _letters, _records)
