"""A statement (data/pdf/statement.py) on the screen: the same chapters as on paper."""

from collections.abc import Callable

from markupsafe import Markup

from components.ui import html
from components.ui.markup import join
from components.ui.tables import table
from data.pdf.statement import Chapter, Statement


def draw(statement: Statement, heading: Callable[..., Markup] = html.h2) -> Markup:
    return join([_chapter(each, heading) for each in statement.chapters])


def _chapter(chapter: Chapter, heading: Callable[..., Markup]) -> Markup:
    facts = [html.div(html.dt(label), html.dd(html.span(value, class_="pre-line"))) for label, value in chapter.facts]
    return html.section(
        heading(chapter.title),
        [html.p(html.span(each, class_="pre-line")) for each in chapter.paragraphs],
        html.dl(facts, class_="record-facts") if facts else None,
        table(chapter.title, chapter.heads, chapter.rows, quiet_caption=True) if chapter.rows else None,
        class_="chapter",
    )
