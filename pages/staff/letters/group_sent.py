"""A letter to a group once it left: its households, who read, who accepted, who must still answer, who is to be told otherwise."""

from datetime import datetime

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from components.ui.pager import pager, within
from components.ui.status_chip import status_chip
from components.ui.tables import table
from data.core import formats
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.group_letters import following
from data.group_letters.following import PAGE, Followed, Line, Only
from data.group_letters.models import GroupLetter, Reach, documents_of
from pages.staff.letters.groups import PATH

LABELS = {
    Only.ALL: _("Toutes"),
    Only.READ: _("Ont lu"),
    Only.UNREAD: _("N’ont pas lu"),
    Only.ACCEPTED: _("Ont accepté"),
    Only.AWAITED: _("Doivent encore accepter"),
    Only.CONCERNED: _("Doivent encore répondre"),
    Only.BY_HAND: _("À remettre autrement"),
}


def draw(uow: UnitOfWork, letter: GroupLetter, only: Only, skip: int) -> Markup:
    found = following.followed(uow, letter, only, skip=skip)
    if skip and not found.lines:
        skip = within(skip, PAGE, found.counts.get(only, 0))
        found = following.followed(uow, letter, only, skip=skip)
    return html.section(
        html.div(
            html.h2(uow.translate("Les familles"), id="households-title", tabindex="-1"),
            html.a(icon("paper"), "XLSX", href=f"{PATH}/{letter.id}/familles.xlsx", class_="link", download=True),
            class_="card-head",
        ),
        _narrowed(uow, letter, only, found),
        _table(uow, letter, found) if found.lines else html.p(uow.translate("Aucune famille.")),
        pager(uow, skip, PAGE, found.counts.get(only, 0)),
        class_="card stack-form",
        aria_labelledby="households-title",
    ) + _text(uow, letter)


def _narrowed(uow: UnitOfWork, letter: GroupLetter, only: Only, found: Followed) -> Markup:
    def label(each: Only) -> str:
        unpaid = each is Only.CONCERNED and not letter.choice.get("campaign")
        return uow.translate(_("Doivent encore régler") if unpaid else LABELS[each])

    links = (
        html.a(
            f"{label(each)} ({count})",
            href=f"{PATH}/{letter.id}" + (f"?vue={each}" if each else ""),
            data_do="only",
            data_of=str(each),
            id=f"only-{each or 'all'}",
            class_="chip-link",
            aria_current="true" if each == only else None,
        )
        for each, count in found.counts.items()
    )
    return html.nav(links, class_="chip-links", aria_label=uow.translate("Familles montrées"))


def _table(uow: UnitOfWork, letter: GroupLetter, found: Followed) -> Markup:
    heads = [_("Famille"), _("Responsable"), _("Remise"), _("Lu"), *([_("Accepté")] if letter.asks else [])]
    rows = [_row(uow, letter, line) for line in found.lines]
    return table(uow.translate("Les familles"), [uow.translate(each) for each in heads], rows, quiet_caption=True)


def _row(uow: UnitOfWork, letter: GroupLetter, line: Line) -> list[object]:
    number = uow.translate("n° {number}", number=line.number)
    cells: list[object] = [
        html.a(number, href=f"/gestion/familles/{line.number}"),
        line.name,
        status_chip(uow, Reach(line.row.reach)),
        _done(uow, line.row.read_at, line.row.read_by),
    ]
    if letter.asks:
        accepted = _done(uow, line.row.accepted_at, line.row.accepted_by)
        cells.append(accepted or uow.translate(_("à accepter") if line.row.asked else _("pour information")))
    return cells


def _done(uow: UnitOfWork, at: datetime | None, by: str) -> str:
    """« le 24 novembre 2026 à 13 h 00, Claire Aubry »."""
    return f"{formats.moment(at, uow.zone, uow.language)}, {by}" if at else ""


def _text(uow: UnitOfWork, letter: GroupLetter) -> Markup:
    """As it was written, variables and all."""
    documents = [
        html.li(html.a(icon("paper"), html.span(each.name), href=f"/courriers/documents/{each.id}"))
        for each in documents_of(uow, letter.id)
    ]
    return html.section(
        html.details(
            html.summary(uow.translate("Ce qui a été écrit")),
            [html.p(line) for line in letter.text.splitlines() if line],
            documents and html.ul(documents, class_="list"),
            class_="folded",
        ),
        class_="card",
        aria_label=uow.translate("Ce qui a été écrit"),
    )
