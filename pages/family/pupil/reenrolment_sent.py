"""A request that was sent, to be read: what was asked, what was written, where it stands; « Demander une correction »."""

from markupsafe import Markup

from components.ui import html
from components.ui.asking import asking
from components.ui.icons import icon
from components.ui.question_link import question_link
from components.ui.status_chip import status_chip
from components.ui.tables import facts
from data.core import formats
from data.core.unit_of_work import UnitOfWork
from data.messages.models import About
from data.reenrolment.models import WAYS, Discipline, ReenrolmentState, Situation, Way

ASK = "reopen-ask"


def draw(uow: UnitOfWork, now: Situation) -> Markup:
    """In the place of part 1."""
    sent, wish = now.sent, now.wish
    if sent is None:
        return Markup("")
    when = formats.moment(sent.submitted_at, uow.zone, uow.language)
    leaving = sent.way == Way.LEAVING and wish
    return html.section(
        html.div(
            html.h2(uow.translate("1. Votre demande"), id="sent-title", tabindex="-1"),
            status_chip(uow, ReenrolmentState(sent.state)),
            class_="card-head",
        ),
        facts(
            (
                (uow.translate("Année"), now.campaign.school_year),
                (uow.translate("Envoyée"), when),
                (uow.translate("Vous avez choisi"), uow.translate(WAYS[sent.way])),
                (uow.translate("Motif"), uow.translate(wish.reason) if leaving and wish and wish.reason else ""),
                (uow.translate("Précisions"), wish.precision if leaving and wish else ""),
            )
        ),
        html.ul((html.li(_asked(uow, line)) for line in _kept(now)), class_="list sent-courses")
        if _kept(now)
        else None,
        class_="card stack-form",
        aria_label=uow.translate("Votre demande"),
    )


def _kept(now: Situation) -> list[Discipline]:
    """The courses that the pupil goes on with."""
    way = now.sent.way if now.sent else ""
    if way == Way.COURSES:
        return [line for line in now.disciplines if line.enrolment.id in now.chosen]
    return [line for line in now.disciplines if line.active] if way == Way.ADMINISTRATIVE else []


def _asked(uow: UnitOfWork, line: Discipline) -> Markup:
    cursus = line.cursus.name if line.cursus else uow.translate("Hors cursus")
    about = " · ".join(filter(None, (cursus, line.enrolment.level, line.course.cycle, line.teacher_name)))
    return icon("check") + html.span(html.strong(line.course.name), " ", html.span(about, class_="small soft"))


def message(uow: UnitOfWork, now: Situation) -> Markup:
    """In the place of part 3: the text as it was sent, and « Réinscription en attente de validation » under it."""
    text = now.wish.message if now.wish else ""
    waits = now.sent is not None and now.sent.state == ReenrolmentState.SUBMITTED
    notice = html.p(
        icon("clock"), html.span(uow.translate("Réinscription en attente de validation")), class_="was first"
    )
    correct = html.button(
        uow.translate("Demander une correction"), type="button", class_="btn quiet", data_opens=ASK, id="reopen-open"
    )
    return html.section(
        html.h2(uow.translate("3. Demandes complémentaires")),
        html.p(text or uow.translate("Aucune."), class_="pre-line" if text else "soft"),
        html.div(
            notice if waits else None,
            correct if now.may_reopen else None,
            question_link(uow, About.REENROLMENT, now.sent.id) if now.sent else None,
            html.a(uow.translate("Retour"), href="/famille", class_="btn quiet"),
            class_="actions",
        ),
        _ask(uow, now) if now.may_reopen else None,
        class_="card stack-form",
        aria_label=uow.translate("Demandes complémentaires"),
    )


def _ask(uow: UnitOfWork, now: Situation) -> Markup:
    text = uow.translate(
        "Corriger la demande de {name} ? Elle vous est rendue : changez ce qu’il faut, puis pressez de nouveau « Valider ». "
        "D’ici là, le conservatoire ne l’examine pas.",
        name=now.pupil.called,
    )
    return asking(uow, ASK, text, uow.translate("Demander une correction"), do="reopen", of=now.pupil.number)
