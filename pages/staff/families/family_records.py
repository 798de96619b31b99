"""« Familles », tabs that are read: bills, requests, letters, the journal of that family."""

import asyncio
from collections.abc import Callable

from fastapi import Request
from markupsafe import Markup
from starlette.responses import Response

from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import Content
from components.ui.status_chip import IN_A_FAMILY_RECORD, status_chip
from components.ui.tables import row as table_row
from components.ui.tables import table
from components.web.pdf_answer import pdf_answer
from data.accounts.caller import Audience, Caller
from data.billing import models as billing
from data.billing import pdf_archive
from data.billing.models import Entry, Invoice, Ledger
from data.billing.pdf_archive import Draft
from data.core import audit, formats
from data.core.errors import NotFound
from data.core.i18n import _, pair
from data.core.unit_of_work import UnitOfWork
from data.directory import records as family_records
from data.families import models as families
from data.families import protection
from data.mail.outbox import Letter, LetterState
from data.office import audit_log
from data.office.audit_log import EntryView
from pages.staff.families import family_requests
from pages.staff.families.families import PATH
from pages.staff.families.family import FamilyView, tab

LEDGERS = {Ledger.TUITION: _("Cotisations"), Ledger.RENTAL: _("Locations")}


def _card(uow: UnitOfWork, label: str, body: Markup) -> Markup:
    return html.section(body, class_="card", aria_label=uow.translate(label))


def _billing(uow: UnitOfWork, view: FamilyView) -> Markup:
    accounts = billing.of_family(uow, view.family.id)
    cards = []
    for ledger, account in accounts.items():
        if not account.entries and ledger != Ledger.TUITION:
            continue
        favour = html.small(uow.translate("en votre faveur")) if account.balance < 0 else None
        sums = [
            html.div(html.dt(uow.translate(label)), html.dd(formats.euros(cents, uow.language), more))
            for label, cents, more in (
                (_("Montant total facturé"), account.billed, None),
                (_("Montant total réglé"), account.paid, None),
                (_("Solde"), account.balance, favour),
            )
        ]
        heads = [
            uow.translate(label) for label in (_("Libellé"), _("Date"), _("Numéro"), _("État"), _("Crédit"), _("Débit"))
        ]
        rows = [_entry(uow, view, entry) for entry in account.entries]
        body = (
            _table(uow.translate(LEDGERS[ledger]), heads, rows)
            if rows
            else html.p(uow.translate("Aucune facture ni règlement pour cette famille."))
        )
        cards.append(html.section(body, class_="card", aria_label=uow.translate(LEDGERS[ledger])))
        cards.append(html.section(html.dl(sums), class_="card sums", aria_label=uow.translate("Totaux")))
    return Markup("").join(cards)


def _table(caption: str, heads: list[str], rows: list[tuple[Content, ...]]) -> Markup:
    """Amounts to the right, under their heads."""
    looks = ["", "tight", "tight", "", "num", "num"]
    return html.table(
        html.caption(caption),
        html.thead(
            html.tr(
                (html.th(each, scope="col", class_=look or None) for each, look in zip(heads, looks, strict=True)),
            ),
        ),
        html.tbody(table_row(heads, cells, looks) for cells in rows),
        class_="stack",
    )


def _entry(uow: UnitOfWork, view: FamilyView, entry: Entry) -> tuple[Content, ...]:
    row = entry.row
    label: Content = row.label
    if isinstance(row, Invoice):
        path = f"{PATH}/{view.family.number}/factures/{row.number}.pdf"
        link = html.a(
            icon("paper"), uow.translate("Duplicata"), html.span(f" {row.number}", class_="unseen"), href=path
        )
        label = html.span(row.label, html.br(), html.span(link, class_="links-row"))
    return (
        label,
        formats.day(row.day),
        row.number,
        status_chip(uow, entry.state),
        formats.euros(entry.credit, uow.language) if entry.credit else "",
        formats.euros(entry.debit, uow.language) if entry.debit else "",
    )


@plain(PATH + "/{family}/factures/{number}.pdf", Audience.STAFF, writes=True)
async def bill(caller: Caller, request: Request, family: int, number: str) -> Response:
    """The duplicate, written for staff to read: the family's own is kept when the family asks for it."""
    with caller.unit_of_work() as uow:
        if billing.invoice_by_number(uow, number).family_id != families.by_number(uow, family).id:
            raise NotFound(f"invoice {number}")
        found = pdf_archive.invoice(uow, number)
    with caller.unit_of_work(writes=True) as uow:
        opened = billing.invoice_by_number(uow, number)
        audit.note_opened(uow, opened, opened.family_id, {"file": ["", number]})
    content = await asyncio.to_thread(found.write) if isinstance(found, Draft) else found
    return pdf_answer(content, f"facture-{number}")


def _letters(uow: UnitOfWork, view: FamilyView) -> Markup:
    found = family_records.letters_of(uow, view.family.id)
    if not found:
        return html.p(uow.translate("Aucun courrier n’est parti à cette famille."), class_="card")
    heads = [uow.translate(label) for label in (_("Objet"), _("Destinataire"), _("Écrit le"), _("État"))]
    rows = [_letter(uow, view, letter) for letter in found]
    return _card(uow, _("Courriers"), table(uow.translate("Courriers de la famille"), heads, rows, quiet_caption=True))


def _letter(uow: UnitOfWork, view: FamilyView, letter: Letter) -> tuple[Content, ...]:
    shielded = not protection.all_shown(uow, view.adults)
    return (
        letter.subject,
        uow.translate("Coordonnées masquées") if shielded else letter.recipient or uow.translate("aucun e-mail"),
        formats.moment(letter.created_at, uow.zone, uow.language),
        html.span(
            status_chip(uow, LetterState(letter.state), IN_A_FAMILY_RECORD),
            letter.error and not shielded and html.small(letter.error),
        ),
    )


def _journal(uow: UnitOfWork, view: FamilyView) -> Markup:
    found = family_records.journal_of(uow, view.family.id)
    if not found:
        return html.p(uow.translate("Rien n’est écrit au journal pour cette famille."), class_="card")
    heads = [uow.translate(label) for label in (_("Quoi"), _("Quand"), _("Par qui"), _("Détail"))]
    rows = [(each.what, each.when, each.who, _changes_list(each)) for each in audit_log.describe(uow, found)]
    return _card(uow, _("Journal"), table(uow.translate("Journal de la famille"), heads, rows, quiet_caption=True))


def _changes_list(text: EntryView) -> Content:
    """Old and new of each field."""
    lines = [
        html.li(pair(name, "", text.language), before and html.s(before), before and " → ", after or "–")
        for name, before, after in text.changes
    ]
    return html.ul(lines, class_="what-changed") if lines else ""


def _reading(name: str, draw: Callable[[UnitOfWork, FamilyView], Markup]) -> None:
    tab(name, draw, lambda page_state: {})


_reading("facturation", _billing)
_reading("demandes", family_requests.draw)
_reading("courriers", _letters)
_reading("journal", _journal)
