"""A letter's text on a screen: the words it has, without what it keeps to itself (passwords, links that open by themselves)."""

from collections.abc import Callable

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from data.core import formats
from data.core.i18n import Language, _, as_language, translate
from data.core.unit_of_work import UnitOfWork
from data.mail.blocks import runs
from data.mail.outbox import Letter
from data.mail.rendering import HIDDEN, OFFICE_MESSAGE, PASSWORD_LINE, UNSUBSCRIBE, foot_lines, shown_link

Parts = list[Markup]


def draw(uow: UnitOfWork, letter: Letter) -> Markup:
    """The letter as a record of paper; in words when its text is no longer kept."""
    if not letter.blocks:
        return html.p(uow.translate("Ce texte n’est plus conservé."), class_="soft")
    language = as_language(letter.language)
    parts = [html.p(formats.greeting(letter.name, language))]
    for kind, rows in runs(letter.blocks):
        parts += SCREEN[kind](rows, language)
    return html.div(parts, class_="letter-paper", lang=letter.language if letter.language != uow.language else None)


def _changes(rows: list[list[str]], language: Language) -> Parts:
    heads = [translate(word, language) for word in (_("Champ"), _("Avant"), _("Après"))]
    lines = (
        html.tr(
            html.th(field, scope="row"),
            html.td(before or "–", data_l=heads[1]),
            html.td(html.strong(after or "–"), verdict and (html.br(), verdict), data_l=heads[2]),
        )
        for field, before, after, verdict in rows
    )
    table = html.table(
        html.thead(html.tr(html.th(head, scope="col") for head in heads)),
        html.tbody(lines),
        class_="stack",
    )
    return [table]


def _facts(rows: list[list[str]], language: Language) -> Parts:
    return [html.dl((html.div(html.dt(label), html.dd(value)) for label, value in rows), class_="facts")]


def _links(rows: list[list[str]], language: Language) -> Parts:
    return [
        html.p(html.strong(words), html.br(), html.span(shown_link(address), class_="soft small"))
        for words, address in rows
    ]


def _papers(rows: list[list[str]], language: Language) -> Parts:
    names = [translate("Pièce jointe : {name}", language, name=row[0]) for row in rows]
    return [html.p(icon("paper"), html.span(name), class_="was plain") for name in names]


def _foot(rows: list[list[str]], language: Language) -> Parts:
    return [html.p([(line, html.br()) for line in foot_lines(rows[0], language)], class_="foot-of-letter soft small")]


SCREEN: dict[str, Callable[[list[list[str]], Language], Parts]] = {  # the kinds of data/mail/blocks.py
    "p": lambda rows, language: [html.p(text) for [text] in rows],
    "secret": lambda rows, language: [html.p(translate(PASSWORD_LINE, language, secret=HIDDEN), class_="secret")],
    "change": _changes,
    "fact": _facts,
    "message": lambda rows, language: [
        html.p(translate(OFFICE_MESSAGE, language, message=text), class_="pre-line") for [text] in rows
    ],
    "link": _links,
    "paper": _papers,
    "foot": _foot,
    "opt_out": lambda rows, language: [
        html.p(translate(UNSUBSCRIBE, language), html.br(), shown_link(rows[0][0]), class_="soft small")
    ],
}
