"""« Courriels », room « À un groupe »: the letters written to groups, the latest first, and how far each is read and accepted."""

from dataclasses import replace

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html, lists
from components.ui.lists import Column, Listing
from components.ui.status_chip import status_chip
from data.core import formats
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.group_letters import following, writing
from data.group_letters.models import GroupLetter, GroupLetterState
from pages.staff.letters import letters

PATH = "/gestion/courriels/groupes"
Tallies = dict[int, tuple[int, int, int, int]]


@screen(PATH, Audience.STAFF, title=_("Courriers à un groupe"))
def groups(uow: UnitOfWork) -> None:
    listing = _listing({})
    topics = [("group letters", uow.site_id or 0)]
    Panel(uow, lambda w: _draw(w, listing), follows=topics, classes="flow", on=lists.acts(listing))


def _listing(tallies: Tallies) -> Listing[GroupLetter]:
    def number(label: str, at: int) -> Column[GroupLetter]:
        def count(each: GroupLetter) -> int:
            return tallies.get(each.id, (0, 0, 0, 0))[at]

        def shown(uow: UnitOfWork, each: GroupLetter) -> str:
            asked = tallies.get(each.id, (0, 0, 0, 0))[2]
            return (
                uow.translate("{count} sur {total}", count=count(each), total=asked)
                if at == 3 and asked
                else ("" if at == 3 or each.state == GroupLetterState.DRAFT else str(count(each)))
            )

        return Column(label, shown, key=count, look="num")

    return Listing(
        "group-letters",
        _("Courriers à un groupe"),
        [
            Column("Objet", lambda uow, each: each.subject),
            Column("État", lambda uow, each: status_chip(uow, GroupLetterState(each.state))),
            number(_("Familles"), 0),
            number(_("Ont lu"), 1),
            number(_("Ont accepté"), 3),
            Column("Écrit par", lambda uow, each: each.written_by),
            Column(
                "Date",
                lambda uow, each: formats.day((each.sent_at or each.created_at).astimezone(uow.zone).date()),
                key=lambda each: each.sent_at or each.created_at,
                look="tight",
            ),
        ],
        of=lambda each: each.id,
        href=lambda each: f"{PATH}/{each.id}",
        empty=_("Aucun courrier pour l’instant. Écrivez-en un : rien ne part avant que vous l’ayez relu."),
        quiet_caption=True,
    )


def _draw(uow: UnitOfWork, listing: Listing[GroupLetter]) -> Markup:
    found = list(writing.every(uow))
    shown = replace(_listing(following.tallies(uow)), order=listing.order)
    new = html.a(uow.translate("Écrire à un groupe"), href=f"{PATH}/nouveau", class_="btn")
    under = uow.translate(
        "Un même courrier à des familles choisies ; chacune le lit aussi dans « Courriers » du portail."
    )
    return (
        head(uow.translate("Courriers à un groupe"), under, new)
        + letters.tabs(uow, "/groupes")
        + html.section(lists.draw(uow, shown, found), class_="card", aria_label=uow.translate("Courriers à un groupe"))
    )
