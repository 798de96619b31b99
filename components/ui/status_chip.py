"""States as people see them: the words, the colour and the drawing of each, once for every page."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from components.ui.markup import classes
from data.accounts.models import AccessState
from data.billing.models import EntryState
from data.change_requests.models import ChangeState
from data.core.unit_of_work import UnitOfWork
from data.group_letters.models import GroupLetterState, Reach
from data.importing.runs import ImportState
from data.mail.outbox import LetterState
from data.messages.models import InquiryState
from data.reenrolment.campaigns import CampaignState
from data.reenrolment.models import DocumentState, ReenrolmentState
from data.schooling.absences import NoticeState
from data.schooling.models import EnrolmentStatus, LessonState


class Status(NamedTuple):
    """`look` is a class beside « chip », `icon` a drawing of components/ui/icons.py; each may be empty."""

    look: str
    icon: str
    label: str


# By class first: members of two classes are equal when their texts are.
States = Mapping[type[StrEnum], Mapping[StrEnum, Status]]

STATES: States = {
    AccessState: {
        AccessState.NONE: Status("", "info", "Aucun compte"),
        AccessState.BLOCKED: Status("bad", "cross", "Bloqué"),
        AccessState.TO_HAND_OVER: Status("", "mail", "À communiquer"),
        AccessState.HANDED_OVER: Status("", "clock", "Communiqué"),
        AccessState.IN_USE: Status("good", "check", "Ouvert"),
    },
    CampaignState: {
        CampaignState.DRAFT: Status("", "paper", "En préparation"),
        CampaignState.ACTIVE: Status("good", "check", "Active"),
        CampaignState.SUSPENDED: Status("pending", "clock", "Suspendue"),
        CampaignState.CLOSED: Status("", "cross", "Fermée"),
        CampaignState.UPCOMING: Status("pending", "clock", "Active bientôt"),
        CampaignState.ENDED: Status("", "cross", "Terminée"),
    },
    EnrolmentStatus: {
        EnrolmentStatus.ENROLLED: Status("", "", "Inscrit"),
        EnrolmentStatus.ASKED: Status("", "", "Demandé"),
        EnrolmentStatus.WAITING: Status("", "", "Liste d’attente"),
        EnrolmentStatus.LEFT: Status("", "", "Arrêté"),
    },
    LessonState: {
        LessonState.PLANNED: Status("", "", "Prévu"),
        LessonState.HELD: Status("", "", "Présent"),
        LessonState.MOVED: Status("", "arrow", "Déplacé"),
        LessonState.CANCELLED: Status("bad", "cross", "Annulé"),
    },
    ImportState: {
        ImportState.WAITING: Status("", "", "En attente"),
        ImportState.REFUSED: Status("", "", "Refusé"),
        ImportState.DONE: Status("", "", "Importé"),
        ImportState.DROPPED: Status("", "", "Abandonné"),
        ImportState.UNDONE: Status("", "", "Repris"),
    },
    LetterState: {
        LetterState.WAITING: Status("pending", "clock", "En attente"),
        LetterState.SENDING: Status("pending", "clock", "En attente"),
        LetterState.SENT: Status("good", "check", "Envoyé"),
        LetterState.FAILED: Status("bad", "cross", "Échec"),
        LetterState.ABANDONED: Status("bad", "alert", "Abandonné"),
        LetterState.CANCELLED: Status("", "undo", "Annulé"),
        LetterState.TO_CONFIRM: Status("pending", "info", "À confirmer"),
        LetterState.PORTAL: Status("", "eye", "Portail seul"),
    },
    GroupLetterState: {
        GroupLetterState.DRAFT: Status("", "paper", "Brouillon"),
        GroupLetterState.SENDING: Status("pending", "clock", "En cours d’envoi"),
        GroupLetterState.SENT: Status("good", "check", "Envoyé"),
    },
    Reach: {
        Reach.MAIL: Status("good", "mail", "Par e-mail"),
        Reach.PORTAL: Status("pending", "eye", "Sans adresse e-mail"),
        Reach.BLOCKED: Status("bad", "cross", "Compte bloqué"),
        Reach.NO_ACCOUNT: Status("bad", "info", "Aucun compte"),
    },
    EntryState: {
        EntryState.DUE: Status("", "clock", "À régler"),
        EntryState.PARTIAL: Status("pending", "clock", "Partiellement réglée"),
        EntryState.PAID: Status("good", "check", "Réglée"),
        EntryState.LATE: Status("bad", "alert", "En retard"),
        EntryState.CASHED: Status("good", "check", "Encaissé"),
        EntryState.WAITING: Status("", "clock", "En attente d’encaissement"),
        EntryState.REJECTED: Status("bad", "cross", "Rejeté"),
        EntryState.CREDIT: Status("", "info", "Avoir"),
    },
    ReenrolmentState: {
        ReenrolmentState.SUBMITTED: Status("pending", "clock", "En attente"),
        ReenrolmentState.TO_CORRECT: Status("bad", "undo", "À corriger"),
        ReenrolmentState.VALIDATED: Status("good", "check", "Validée"),
        ReenrolmentState.REFUSED: Status("bad", "cross", "Refusée"),
        ReenrolmentState.DRAFT: Status("", "paper", "Brouillon"),
        ReenrolmentState.SILENT: Status("", "info", "Sans réponse"),
    },
    DocumentState: {
        DocumentState.MISSING: Status("", "info", "À fournir"),
        DocumentState.RECEIVED: Status("pending", "clock", "Reçue"),
        DocumentState.VALIDATED: Status("good", "check", "Validée"),
        DocumentState.REFUSED: Status("bad", "cross", "Refusée"),
        DocumentState.EXPIRED: Status("bad", "alert", "Expirée"),
    },
    ChangeState: {
        ChangeState.PENDING: Status("pending", "clock", "En attente"),
        ChangeState.ACCEPTED: Status("good", "check", "Acceptée"),
        ChangeState.DECLINED: Status("bad", "cross", "Refusée"),
        ChangeState.WITHDRAWN: Status("", "undo", "Retirée"),
        ChangeState.MOOT: Status("", "info", "Sans objet"),
    },
    NoticeState: {
        NoticeState.PENDING: Status("pending", "clock", "En attente"),
        NoticeState.ACCEPTED: Status("good", "check", "Acceptée"),
        NoticeState.DECLINED: Status("bad", "cross", "Refusée"),
        NoticeState.WITHDRAWN: Status("", "undo", "Retirée"),
    },
    InquiryState: {
        InquiryState.WAITING: Status("pending", "clock", "En attente"),
        InquiryState.ANSWERED: Status("good", "check", "Répondu"),
        InquiryState.UNREAD: Status("good", "mail", "Répondu, pas encore lu"),
        InquiryState.CLOSED: Status("", "check", "Clos"),
    },
}
TO_FAMILIES: States = {
    InquiryState: {InquiryState.UNREAD: Status("good", "mail", "Réponse à lire")},
    LetterState: {
        **dict.fromkeys(
            (LetterState.WAITING, LetterState.SENDING, LetterState.TO_CONFIRM),
            Status("pending", "clock", "En attente d’envoi"),
        ),
        **dict.fromkeys((LetterState.FAILED, LetterState.ABANDONED), Status("bad", "cross", "Non remis")),
        LetterState.PORTAL: Status("", "eye", "Dans le portail"),
    },
    DocumentState: {
        DocumentState.MISSING: Status("pending", "", "À fournir"),
        DocumentState.RECEIVED: Status("", "clock", "Reçue"),
    },
}
IN_A_FAMILY_RECORD: States = {
    LetterState: {
        LetterState.WAITING: Status("", "clock", "En attente d’envoi"),
        LetterState.SENDING: Status("", "clock", "En cours d’envoi"),
        LetterState.FAILED: Status("bad", "alert", "Échec"),
        LetterState.ABANDONED: Status("bad", "cross", "Abandonné"),
        LetterState.CANCELLED: Status("", "cross", "Annulé"),
        LetterState.TO_CONFIRM: Status("", "clock", "À confirmer"),
    },
}
IN_A_TITLE: States = {
    CampaignState: {
        CampaignState.DRAFT: Status("", "", "brouillon"),
        CampaignState.ACTIVE: Status("", "", "active"),
        CampaignState.SUSPENDED: Status("", "", "suspendue"),
    },
}


def status_of(state: StrEnum, audience: States = STATES) -> Status:
    """As `audience` reads it, otherwise as the office does."""
    return audience.get(type(state), {}).get(state) or STATES[type(state)][state]


def label_of(state: StrEnum) -> str:
    """Its French word."""
    return status_of(state).label


def status_chip(uow: UnitOfWork, state: StrEnum, audience: States = STATES) -> Markup:
    look, drawing, label = status_of(state, audience)
    return html.span(icon(drawing) if drawing else None, uow.translate(label), class_=classes("chip", look))
