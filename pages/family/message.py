"""« Écrire au secrétariat » about one thing, and the exchange that follows: a question, its answer, a few turns."""

from dataclasses import dataclass, field

from markupsafe import Markup

from components.layout.layout import head, way_back
from components.nicegui_adapter.open_pages import when_connected
from components.nicegui_adapter.panel_element import page_panel
from components.nicegui_adapter.screens import Audience, here, screen
from components.ui import html
from components.ui.asking import asking
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form
from components.ui.panel import Act, Answer
from components.ui.question_link import PATH as WRITE
from components.ui.question_link import WORDS
from components.ui.status_chip import TO_FAMILIES, status_chip
from components.ui.turns import draw_turns
from data.core import formats, sites
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.messages import models as messages
from data.messages import subjects, submission
from data.messages.models import MAX_LENGTH, TITLES, Inquiry, InquiryState, Side
from data.messages.subjects import Subject
from pages.family.requests import MESSAGES
from pages.family.requests import PATH as REQUESTS

CLOSE = "close-ask"


@dataclass
class Writing:
    """The page of a message that is not written yet."""

    word: str
    key: int
    faults: dict[str, UserError] = field(default_factory=dict)

    @property
    def draft(self) -> str:
        return f"message-{self.word}-{self.key}"


@dataclass
class Exchange:
    """The page of one that is."""

    number: int
    faults: dict[str, UserError] = field(default_factory=dict)

    @property
    def draft(self) -> str:
        return f"message-{self.number}"


@screen(WRITE + "/{about}/{key}", Audience.FAMILY, title=_("Écrire au secrétariat"))
def write(uow: UnitOfWork, about: str, key: int) -> str:
    page_state = Writing(about, key)
    subject = _subject(uow, page_state)
    page_panel(uow, page_state, _draw_form, {"ask": _ask}, [("family", uow.family_id or 0)])
    return _called(uow, subject)


@screen(MESSAGES + "/{message}", Audience.FAMILY, title=_("Message"))
def exchange(uow: UnitOfWork, message: int) -> str:
    inquiry: Inquiry = uow.get(Inquiry, message)
    acts = {"reply": _reply, "close": _close}
    page_panel(uow, Exchange(message), _draw, acts, [("family", uow.family_id or 0)])
    if not here(touch=False).looking:  # the office that looks as the family leaves no mark
        when_connected(lambda: _mark_read(message))
    return messages.title(inquiry, uow.language)


def _mark_read(number: int) -> None:
    """The page is open in a browser: an answer that stands on it is read."""
    with here(touch=False).unit_of_work(writes=True) as uow:
        submission.mark_read(uow, number)


def _subject(uow: UnitOfWork, page_state: Writing) -> Subject:
    if page_state.word not in WORDS:
        raise NotFound(f"message about {page_state.word[:20]}")
    return subjects.find(uow, WORDS[page_state.word], page_state.key)


def _called(uow: UnitOfWork, subject: Subject) -> str:
    return uow.translate(TITLES[subject.about], name=subject.name)


def _draw_form(uow: UnitOfWork, page_state: Writing) -> Markup:
    subject = _subject(uow, page_state)
    called = _called(uow, subject)
    known = submission.open_about(uow, subject)
    body = _goes_on(uow, known) if known else _form(uow, page_state, called)
    return html.p(way_back(called, subject.path)) + head(uow.translate("Écrire au secrétariat"), called) + body


def _goes_on(uow: UnitOfWork, known: Inquiry) -> Markup:
    day = formats.long_day(known.asked_at.astimezone(uow.zone).date(), uow.language)
    link = html.a(uow.translate("Ouvrir l’échange"), href=f"{MESSAGES}/{known.id}", class_="btn")
    return html.section(
        html.p(uow.translate("Vous avez déjà écrit à ce sujet le {day}.", day=day)),
        html.div(link, class_="actions"),
        class_="card stack-form",
        aria_label=uow.translate("Votre message"),
    )


def _form(uow: UnitOfWork, page_state: Writing, called: str) -> Markup:
    text = uow.translate("Une question courte, sur ce sujet seulement. Le secrétariat vous répond ici et par e-mail.")
    form = acting_form(
        html.p(text, class_="soft"),
        _text(uow, page_state.faults, _("Votre message")),
        html.div(
            html.button(uow.translate("Envoyer"), type="submit", class_="btn"),
            html.a(uow.translate("Annuler"), href=REQUESTS, class_="btn quiet"),
            class_="actions",
        ),
        do="ask",
        of=page_state.key,
        data_draft=page_state.draft,
        class_="stack-form",
    )
    return html.section(form, class_="card", aria_label=called)


def _text(uow: UnitOfWork, faults: dict[str, UserError], label: str, *, first: bool = True) -> Markup:
    return labelled(
        uow,
        "message-text",
        label,
        "textarea",
        fault=faults.get("text"),
        hint=_("1 000 caractères au plus"),
        maxlength=MAX_LENGTH,
        rows=5 if first else 3,
        required=first,
    )


def _ask(uow: UnitOfWork, act: Act, page_state: Writing) -> Answer:
    page_state.faults = {}
    try:
        inquiry = submission.ask(uow, _subject(uow, page_state), act.values.get("text", ""))
    except ValidationErrors as invalid:
        page_state.faults = invalid.faults
        return Answer(focus="message-text")
    return Answer(go=f"{MESSAGES}/{inquiry.id}", forget=page_state.draft)


def _draw(uow: UnitOfWork, page_state: Exchange) -> Markup:
    inquiry: Inquiry = uow.get(Inquiry, page_state.number)
    written, subject = messages.turns(uow, inquiry.id), subjects.of(uow, inquiry)
    called = messages.title(inquiry, uow.language)
    about = html.a(called, href=subject.path) if subject else called
    chip = status_chip(uow, messages.state_of(inquiry), TO_FAMILIES)
    parts = (
        draw_turns(uow, written),
        _reply_form(uow, page_state) if submission.may_reply(inquiry, len(written)) else _stands(uow, inquiry),
        _closing(uow) if inquiry.state != InquiryState.CLOSED else None,
    )
    return (
        html.p(way_back(uow.translate("Retour à vos demandes"), REQUESTS))
        + head(uow.translate("Message au secrétariat"), about, chip)
        + html.section(parts, class_="card stack-form", aria_label=called)
    )


def _stands(uow: UnitOfWork, inquiry: Inquiry) -> Markup:
    """Why nothing is to be written now."""
    if inquiry.state == InquiryState.WAITING:
        text = uow.translate("Le secrétariat vous répondra ici. Un e-mail vous préviendra.")
    elif inquiry.state == InquiryState.CLOSED and inquiry.closed_by == Side.FAMILY:
        text = uow.translate("Vous avez clos cet échange.")
    elif inquiry.state == InquiryState.CLOSED:
        text = uow.translate("Le secrétariat a clos cet échange. Pour une autre question, écrivez un nouveau message.")
    else:
        phone = sites.here(uow).phone
        text = uow.translate("Cet échange est long : téléphonez plutôt au conservatoire.") + (
            f" {phone}" if phone else ""
        )
    return html.div(icon("info"), html.p(text), class_="notice", id="stands", tabindex="-1")


def _reply_form(uow: UnitOfWork, page_state: Exchange) -> Markup:
    return acting_form(
        _text(uow, page_state.faults, _("Une autre question à ce sujet ?"), first=False),
        html.div(html.button(uow.translate("Envoyer"), type="submit", class_="btn"), class_="actions"),
        do="reply",
        of=page_state.number,
        data_draft=page_state.draft,
        class_="stack-form",
    )


def _closing(uow: UnitOfWork) -> Markup:
    opens = html.button(
        uow.translate("Clore cet échange"), type="button", class_="link", data_opens=CLOSE, id="close-open"
    )
    text = uow.translate("Clore cet échange ? Il reste lisible dans « Vos demandes », mais plus personne n’y écrit.")
    return html.p(opens) + asking(uow, CLOSE, text, uow.translate("Clore"), do="close", of="")


def _reply(uow: UnitOfWork, act: Act, page_state: Exchange) -> Answer:
    page_state.faults = {}
    try:
        submission.reply(uow, page_state.number, act.values.get("text", ""))
    except ValidationErrors as invalid:
        page_state.faults = invalid.faults
        return Answer(focus="message-text")
    return Answer(toast=uow.translate("Votre message est envoyé."), focus="stands", forget=page_state.draft)


def _close(uow: UnitOfWork, act: Act, page_state: Exchange) -> Answer:
    submission.close(uow, page_state.number)
    return Answer(toast=uow.translate("L’échange est clos."), focus="stands", forget=page_state.draft)
