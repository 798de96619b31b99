"""How far a request is, in three steps, and what « Valider » would send."""

from collections.abc import Iterable

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from components.ui.markup import Content, join
from components.ui.own_words import own_text
from components.ui.tables import facts
from data.core.unit_of_work import UnitOfWork
from data.reenrolment.models import WAYS, DocumentItem, DocumentState, Situation, Way


def progress(uow: UnitOfWork, now: Situation) -> Markup:
    """« Étape 2 sur 3 »: each step leads to its part of the page, and says what it has or lacks."""
    at = 1 if not now.way else 2 if _lacks(now) else 3
    texts = (
        ("fault-way", uow.translate("Les cours"), _courses(uow, now)),
        ("documents-title", uow.translate("Les pièces"), _papers(uow, now)),
        ("remarks-title", uow.translate("Envoyer"), ""),
    )
    steps = [
        html.li(
            html.span(icon("check") if step < at else step, class_="step-mark", aria_hidden="true"),
            html.span(
                html.a(label, html.span(_done(uow, done=step < at), class_="unseen"), href=f"#{part}"),
                text and html.span(text, class_="hint"),
            ),
            class_="done" if step < at else None,
            aria_current="step" if step == at else None,
        )
        for step, (part, label, text) in enumerate(texts, 1)
    ]
    return html.nav(
        html.p(uow.translate("Étape {step} sur 3", step=at)),
        html.ol(steps),
        class_="reenrol-steps",
        aria_label=uow.translate("Étapes de la réinscription"),
    )


def _done(uow: UnitOfWork, *, done: bool) -> str:
    return uow.translate(" : fait") if done else ""


def _lacks(now: Situation) -> bool:
    return bool(now.lacking) and now.way != Way.LEAVING


def _courses(uow: UnitOfWork, now: Situation) -> str:
    if now.way == Way.COURSES:
        return uow.ngettext("{count} discipline", "{count} disciplines", count=len(now.chosen))
    return uow.translate(WAYS[now.way]) if now.way else ""


def _papers(uow: UnitOfWork, now: Situation) -> str:
    if now.way == Way.LEAVING or not now.document_items:
        return uow.translate("aucune")
    if now.lacking:
        return uow.ngettext("il manque {count} pièce", "il manque {count} pièces", count=len(now.lacking))
    return uow.translate("complètes")


def summary(uow: UnitOfWork, now: Situation) -> Markup | None:
    """« Ce que vous envoyez », once a way is chosen."""
    if not now.way:
        return None
    names = [line.course.name for line in now.disciplines if line.enrolment.id in now.chosen]
    what = ", ".join(names) if now.way == Way.COURSES else uow.translate(WAYS[now.way])
    pairs: list[tuple[Content, Content]] = [(uow.translate("Vous avez choisi"), what)]
    if now.way != Way.LEAVING and now.document_items:
        given = _named(uow, (item for item in now.document_items if item.state in _GIVEN))
        pairs.append((uow.translate("Pièces fournies"), given or uow.translate("aucune")))
        lacks = html.span(icon("alert"), html.span(_named(uow, now.lacking)), class_="fault") if now.lacking else ""
        pairs.append((uow.translate("Il manque"), lacks))
    return html.div(html.h3(uow.translate("Ce que vous envoyez")), facts(pairs), class_="sums-up")


def _named(uow: UnitOfWork, items: Iterable[DocumentItem]) -> Markup:
    return join([own_text(uow, item.document, "label") for item in items], ", ")


_GIVEN = {DocumentState.RECEIVED, DocumentState.VALIDATED}
