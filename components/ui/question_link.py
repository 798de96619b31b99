"""« Une question ? »: beside a thing of the family’s own, the way to write to the office about it."""

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from components.ui.markup import Content, ending
from data.core.unit_of_work import UnitOfWork
from data.messages.models import About

PATH = "/demandes/ecrire"
WORDS = {  # as an address names it
    "fiche": About.CHANGE,
    "reinscription": About.REENROLMENT,
    "piece": About.DOCUMENT,
    "absence": About.ABSENCE,
    "facture": About.INVOICE,
    "avoir": About.CREDIT,
    "cours": About.COURSE,
}
_WORD_OF = {about: word for word, about in WORDS.items()}


def question_link(uow: UnitOfWork, about: About, key: int, named: Content = "") -> Markup:
    """`named`: what it is about, for whoever hears a list of links."""
    return html.a(
        icon("mail"),
        uow.translate("Une question ?"),
        named and ending(uow.language, named),
        href=f"{PATH}/{_WORD_OF[about]}/{key}",
        class_="link",
    )
