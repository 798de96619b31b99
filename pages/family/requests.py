"""« Vos demandes »: all that a family asked or sent, of every kind, with where it stands; on « Accueil » the latest of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from markupsafe import Markup

from components.layout.layout import head, way_back
from components.nicegui_adapter.panel_element import page_panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html, lists
from components.ui.lists import Column, Listing, Order
from components.ui.markup import Content, join
from components.ui.own_words import filled, own, own_text
from components.ui.panel import Answer
from components.ui.question_link import question_link
from components.ui.status_chip import TO_FAMILIES, status_chip
from data.billing import models as billing
from data.billing.models import Account, EntryState, Ledger, Payment
from data.change_requests import submission as change_requests
from data.change_requests.models import Asked, ChangeState
from data.core import formats
from data.core.i18n import _, translate_or_same
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families.models import Pupil, Record
from data.messages import models as messages
from data.messages import submission as message_submission
from data.messages.models import About, Inquiry, InquiryState
from data.office.family_home import FRESH
from data.reenrolment import due as reenrolment_due
from data.reenrolment.due import Given, Sent
from data.reenrolment.models import ReenrolmentState, Way, state_of
from data.schooling import absences
from data.schooling.absences import AbsenceNotice, NoticeState

PATH, MESSAGES = "/demandes", "/demandes/messages"
MAX_OF_A_KIND, LATEST = 200, 5  # of each kind on the page; lines on « Accueil »
TO_DO = (ReenrolmentState.TO_CORRECT,)
WAITING = (*TO_DO, ReenrolmentState.SUBMITTED, ChangeState.PENDING, EntryState.WAITING, InquiryState.WAITING)
BILLING: dict[str, str] = {Ledger.TUITION: "/facturation/cotisations", Ledger.RENTAL: "/facturation/locations"}


@dataclass(frozen=True)
class Line:
    """One thing asked or sent. `key` tells it from the others."""

    key: str
    text: Content
    sent: datetime
    state: StrEnum
    href: str
    reason: str = ""
    answered: datetime | None = None
    about: tuple[About, int] | None = None  # what « Une question ? » beside it would be about


@dataclass(frozen=True)
class Sources:
    """What the lines are made of. `people` are the family's own, as they are called now."""

    changes: Sequence[Asked]
    reenrolments: tuple[Sequence[Sent], Sequence[Given]]
    ledgers: Mapping[Ledger, Account]
    people: Iterable[Record]
    absences: Sequence[tuple[AbsenceNotice, Pupil]]
    messages: Sequence[Inquiry]


def gather(uow: UnitOfWork, sources: Sources, most: int = LATEST) -> list[Line]:
    """The latest first; what waits for the family before all."""
    sent, given = sources.reenrolments
    found = [
        *_changes(uow, sources),
        *_reenrolments(uow, sent),
        *_documents(uow, given),
        *_absences(uow, sources.absences[:most]),
        *_payments(uow, sources.ledgers),
        *_messages(uow, sources.messages),
    ]
    return sorted(found, key=lambda line: (line.state in TO_DO, line.answered or line.sent), reverse=True)


def _changes(uow: UnitOfWork, sources: Sources) -> Iterator[Line]:
    """The fields of one record with one answer are one line."""
    people = {(change_requests.record_type_of(each), each.id): each for each in sources.people}
    alike: dict[tuple[object, ...], list[Asked]] = {}
    for asked in sources.changes:
        alike.setdefault((asked[0].id, asked[1].state, asked[1].reason), []).append(asked)
    for group in alike.values():
        request, change, _one = group[0]
        whose = people.get((request.sheet, request.sheet_id))
        yield Line(
            f"f{change.id}",
            uow.translate(
                "Fiche de {whose} : {field}",
                whose=whose.full_name if whose else request.title,
                field=", ".join(uow.translate(one.mark.label) for _, _, one in group),
            ),
            request.submitted_at,
            ChangeState(change.state),
            f"/eleves/{whose.number}/identite" if isinstance(whose, Pupil) else "/famille",
            change.reason,
            change.decided_at,
            (About.CHANGE, request.id),
        )


def _reenrolments(uow: UnitOfWork, every: Sequence[Sent]) -> Iterator[Line]:
    for sent, pupil, answer in every:
        text = _("Départ de {name}") if sent.way == Way.LEAVING else _("Réinscription de {name}")
        yield Line(
            f"r{sent.id}",
            uow.translate(text, name=pupil.full_name),
            sent.submitted_at,
            ReenrolmentState(sent.state),
            f"/eleves/{pupil.number}/reinscription",
            answer,
            sent.decided_at,
            (About.REENROLMENT, sent.id),
        )


def _documents(uow: UnitOfWork, every: Sequence[Given]) -> Iterator[Line]:
    """Those of a pupil that stand alike are one line."""
    alike: dict[tuple[object, ...], list[Given]] = {}
    for given in every:
        supplied, pupil, _wanted = given
        alike.setdefault((pupil.id, supplied.campaign_id, state_of(supplied, uow.today), supplied.reason), []).append(
            given
        )
    for group in alike.values():
        supplied, pupil, _wanted = group[0]
        labels = join((own_text(uow, wanted, "label") for _, _, wanted in group), ", ")
        yield Line(
            f"d{supplied.id}",
            filled(uow.translate("Pièces de {name} : {label}"), name=pupil.full_name, label=labels),
            supplied.given_at,
            state_of(supplied, uow.today),
            f"/eleves/{pupil.number}/reinscription",
            supplied.reason,
            supplied.decided_at,
            (About.DOCUMENT, supplied.id),
        )


def _absences(uow: UnitOfWork, every: Sequence[tuple[AbsenceNotice, Pupil]]) -> Iterator[Line]:
    for notice, pupil in every:
        text = _("Justification d’absence de {name} {days}") if notice.absence_id else _("Absence de {name} {days}")
        yield Line(
            f"a{notice.id}",
            uow.translate(text, name=pupil.full_name, days=absences.days_of(notice, uow.language)),
            notice.submitted_at,
            NoticeState(notice.state),
            f"/eleves/{pupil.number}/absences",
            notice.answer,
            notice.decided_at,
            (About.ABSENCE, notice.id),
        )


def _payments(uow: UnitOfWork, ledgers: Mapping[Ledger, Account]) -> Iterator[Line]:
    for account in ledgers.values():
        for entry in account.entries:
            if not isinstance(entry.row, Payment):
                continue
            row, cashed = entry.row, entry.state == EntryState.CASHED
            yield Line(
                f"p{row.id}",
                uow.translate(
                    "Règlement de {sum}, {method}",
                    sum=formats.euros(row.cents, uow.language),
                    method=translate_or_same(row.method, uow.language).lower(),
                )
                if row.method
                else uow.translate("Règlement de {sum}", sum=formats.euros(row.cents, uow.language)),
                datetime.combine(row.day, time(), uow.zone),
                entry.state,
                f"/facturation/recus/{row.number}/lire" if cashed else BILLING[row.ledger],
            )


def _messages(uow: UnitOfWork, every: Sequence[Inquiry]) -> Iterator[Line]:
    for inquiry in every:
        yield Line(
            f"m{inquiry.id}",
            uow.translate("Message : {title}", title=messages.title(inquiry, uow.language)),
            inquiry.asked_at,
            messages.state_of(inquiry),
            f"{MESSAGES}/{inquiry.id}",
            answered=inquiry.answered_at,
        )


def latest(uow: UnitOfWork, sources: Sources) -> tuple[list[Line], list[Line]]:
    """For « Accueil »: what waits for the conservatoire; of the rest the latest, but money that came, which has a card of its own,
    and answers to be read, which stand in « À faire »."""
    waiting, others, since = list[Line](), list[Line](), uow.now - FRESH
    for line in gather(uow, sources):
        if line.state in WAITING and line.state not in TO_DO:
            waiting.append(line)
        elif line.state not in {EntryState.CASHED, InquiryState.UNREAD} and (
            line.state in TO_DO or (line.answered or line.sent) >= since
        ):
            others.append(line)
    return waiting, others


def card(uow: UnitOfWork, found: Sequence[Line], *, any_waiting: bool) -> Markup:
    """On « Accueil »: what was answered; what waits stands above."""
    lines = [
        html.li(
            status_chip(uow, line.state, TO_FAMILIES),
            html.span(
                html.a(line.text, href=line.href),
                ", ",
                uow.translate("le {day}", day=formats.short_day(_day(uow, line.answered or line.sent), uow.language)),
            ),
            line.reason and html.span(own(uow, line.reason), class_="small soft"),
        )
        for line in found[:LATEST]
    ]
    empty = html.p(
        uow.translate("Aucune demande en cours. Une adresse ou un téléphone se corrige dans votre fiche.")
    ) + html.p(html.a(uow.translate("Ouvrir la fiche"), href="/famille"))
    return html.section(
        html.h2(uow.translate("Vos demandes")),
        html.ul(lines, class_="list") if lines else None if any_waiting else empty,
        html.p(html.a(uow.translate("Toutes vos demandes"), href=PATH)) if found or any_waiting else None,
        class_="card",
    )


def _day(uow: UnitOfWork, moment: datetime) -> date:
    return moment.astimezone(uow.zone).date()


@screen(PATH, Audience.FAMILY, title=_("Vos demandes"))
def page(uow: UnitOfWork, r: str = "", tri: str = "") -> None:
    listing = _listing(Order.read(r, tri))

    def address(_uow: UnitOfWork) -> Answer:
        query = listing.order.query
        return Answer(url=PATH + (f"?{query}" if query else ""))

    page_panel(uow, listing, _draw, {}, [("family", uow.family_id or 0)], lists.acts(listing, address))


def _listing(order: Order) -> Listing[Line]:
    return Listing(
        name="requests",
        caption=_("Vos demandes, de la plus récente à la plus ancienne"),
        columns=(
            Column("Demande", lambda uow, line: html.span(line.text)),
            Column(
                "Envoyée le", lambda uow, line: formats.day(_day(uow, line.sent)), lambda line: line.sent, look="tight"
            ),
            Column("État", _state),
            Column(
                "Réponse le",
                lambda uow, line: formats.day(_day(uow, line.answered)) if line.answered else "",
                lambda line: line.answered,
                look="tight",
            ),
            Column("Motif ou réponse", lambda uow, line: own(uow, line.reason), look="broad"),
        ),
        of=lambda line: line.key,
        href=lambda line: line.href,
        empty=_("Aucune demande pour l’instant. Une adresse ou un téléphone se corrige dans votre fiche."),
        searched=True,
        quiet_caption=True,
        order=order,
    )


def _state(uow: UnitOfWork, line: Line) -> Content:
    """Where it stands, and the way to ask about it."""
    chip = status_chip(uow, line.state, TO_FAMILIES)
    return html.span(chip, html.br(), question_link(uow, *line.about, named=line.text)) if line.about else chip


def everything(uow: UnitOfWork) -> list[Line]:
    """All that the page lists, of the family that looks."""
    people: list[Record] = [*families.guardians(uow), *(pupil for pupil, _link in families.pupils(uow))]
    sources = Sources(
        change_requests.of_the_family(uow, MAX_OF_A_KIND),
        reenrolment_due.of_the_family(uow, MAX_OF_A_KIND),
        billing.accounts(uow),
        people,
        absences.of_the_family(uow, MAX_OF_A_KIND),
        message_submission.of_the_family(uow, MAX_OF_A_KIND),
    )
    return gather(uow, sources, MAX_OF_A_KIND)


def _draw(uow: UnitOfWork, listing: Listing[Line]) -> Markup:
    under = uow.translate(
        "Fiches, réinscriptions, pièces, absences, règlements et messages : ce qui attend, ce qui est répondu."
    )
    back = way_back(uow.translate("Retour à l’accueil"), "/")
    return html.p(back) + head(uow.translate("Vos demandes"), under) + lists.draw(uow, listing, everything(uow))
