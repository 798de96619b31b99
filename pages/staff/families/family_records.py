"""« Familles », tabs that are read: bills, requests, letters, the journal of that family."""

import asyncio
from collections.abc import Callable

from fastapi import Request
from markupsafe import Markup
from starlette.responses import Response

from components.nicegui_adapter.screens import plain
from components.ui.icons import icon
from components.ui.markup import Content, tag
from components.ui.tables import row as table_row
from components.ui.tables import table
from data.accounts.caller import Audience, Caller
from data.billing import models as billing
from data.billing import pdf_archive
from data.billing.models import Entry, Invoice
from data.billing.pdf_archive import Draft
from data.change_requests.models import ChangeRequest, FieldChange
from data.core import formats
from data.core.errors import NotYours
from data.core.fields import EditableField
from data.core.i18n import pair
from data.core.unit_of_work import Visit
from data.directory import records as family_records
from data.families import models as families
from data.mail.outbox import Letter
from data.office import audit_log
from data.office.audit_log import Told
from pages.staff.families.families import PATH
from pages.staff.families.family import Sheet, tab
from pages.staff.families.family_accounts import pdf

LEDGERS = {"tuition": "Cotisations", "rental": "Locations"}
BILL_STATES = {
    "due": ("", "clock", "À régler"),
    "partial": ("pending", "clock", "Partiellement réglée"),
    "paid": ("good", "check", "Réglée"),
    "late": ("bad", "alert", "En retard"),
    "cashed": ("good", "check", "Encaissé"),
    "waiting": ("", "clock", "En attente d’encaissement"),
    "rejected": ("bad", "cross", "Rejeté"),
    "credit": ("", "info", "Avoir"),
}
REQUEST_STATES = {
    "pending": ("pending", "clock", "En attente"),
    "accepted": ("good", "check", "Acceptée"),
    "declined": ("bad", "cross", "Refusée"),
    "withdrawn": ("", "undo", "Retirée"),
    "moot": ("", "info", "Sans objet"),
}
LETTER_STATES = {
    "waiting": ("", "clock", "En attente d’envoi"),
    "sending": ("", "clock", "En cours d’envoi"),
    "sent": ("good", "check", "Envoyé"),
    "failed": ("bad", "alert", "Échec"),
    "abandoned": ("bad", "cross", "Abandonné"),
    "cancelled": ("", "cross", "Annulé"),
    "to_confirm": ("", "clock", "À confirmer"),
}


def _chip(v: Visit, states: dict[str, tuple[str, str, str]], state: str) -> Content:
    if state not in states:
        return state
    look, drawing, words = states[state]
    return tag("span", icon(drawing), v.say(words), class_=f"chip {look}".strip())


def _card(v: Visit, label: str, body: Markup) -> Markup:
    return tag("section", body, class_="card", aria_label=v.say(label))


def _billing(v: Visit, sheet: Sheet) -> Markup:
    accounts = billing.of_family(v, sheet.family.id)
    cards = []
    for ledger, account in accounts.items():
        if not account.entries and ledger != "tuition":
            continue
        favour = tag("small", v.say("en votre faveur")) if account.balance < 0 else None
        sums = [
            tag("div", tag("dt", v.say(label)), tag("dd", formats.euros(cents), more))
            for label, cents, more in (
                ("Montant total facturé", account.billed, None),
                ("Montant total réglé", account.paid, None),
                ("Solde", account.balance, favour),
            )
        ]
        heads = [v.say(label) for label in ("Libellé", "Date", "Numéro", "État", "Crédit", "Débit")]
        rows = [_entry(v, sheet, entry) for entry in account.entries]
        body = (
            _table(v.say(LEDGERS[ledger]), heads, rows)
            if rows
            else tag("p", v.say("Aucune facture ni règlement pour cette famille."))
        )
        cards.append(tag("section", body, class_="card", aria_label=v.say(LEDGERS[ledger])))
        cards.append(tag("section", tag("dl", sums), class_="card sums", aria_label=v.say("Totaux")))
    return Markup("").join(cards)


def _table(caption: str, heads: list[str], rows: list[tuple[Content, ...]]) -> Markup:
    """Amounts to the right, under their heads."""
    looks = ["", "tight", "tight", "", "num", "num"]
    return tag(
        "table",
        tag("caption", caption),
        tag(
            "thead",
            tag(
                "tr",
                (tag("th", each, scope="col", class_=look or None) for each, look in zip(heads, looks, strict=True)),
            ),
        ),
        tag("tbody", (table_row(heads, cells, looks) for cells in rows)),
        class_="stack",
    )


def _entry(v: Visit, sheet: Sheet, entry: Entry) -> tuple[Content, ...]:
    row = entry.row
    label: Content = row.label
    if isinstance(row, Invoice):
        path = f"{PATH}/{sheet.family.number}/factures/{row.number}.pdf"
        link = tag("a", icon("paper"), v.say("Duplicata"), tag("span", f" {row.number}", class_="unseen"), href=path)
        label = tag("span", row.label, tag("br"), tag("span", link, class_="links-row"))
    return (
        label,
        formats.day(row.day),
        row.number,
        _chip(v, BILL_STATES, entry.state),
        formats.euros(entry.credit) if entry.credit else "",
        formats.euros(entry.debit) if entry.debit else "",
    )


@plain(PATH + "/{family}/factures/{number}.pdf", Audience.STAFF)
async def bill(caller: Caller, request: Request, family: int, number: str) -> Response:
    """The duplicate, written for staff to read: the family's own is kept when the family asks for it."""
    with caller.visit() as v:
        if billing.invoice_by_number(v, number).family_id != families.by_number(v, family).id:
            raise NotYours(f"invoice {number}")
        found = pdf_archive.invoice(v, number)
    content = await asyncio.to_thread(found.write) if isinstance(found, Draft) else found
    return pdf(content, f"facture-{number}")


def _requests(v: Visit, sheet: Sheet) -> Markup:
    found = family_records.requests(v, sheet.family.id)
    if not found:
        return tag("p", v.say("Cette famille n’a rien demandé."), class_="card")
    heads = [v.say(label) for label in ("Demande", "Fiche", "Champ", "Avant", "Demandé", "État")]
    rows = [
        (
            _number(v, request),
            request.title,
            v.say(one.mark.label),
            *_values(v, sheet, request, change, one),
            tag("span", _chip(v, REQUEST_STATES, change.state), change.reason and tag("small", change.reason)),
        )
        for request, change, one in found
    ]
    return _card(v, "Demandes", table(v.say("Demandes de la famille"), heads, rows, quiet_caption=True))


def _values(
    v: Visit, sheet: Sheet, request: ChangeRequest, change: FieldChange, one: EditableField
) -> tuple[Content, Content]:
    """Before and asked for; where an adult lives is not told to whom it is hidden from."""
    whose = next((adult for adult in sheet.adults if adult.id == request.sheet_id), None)
    if change.field in families.hidden_fields(v, request.sheet, whose):
        return v.say("Coordonnées masquées"), v.say("Coordonnées masquées")
    return one.tell(change.old, v.tongue) or "–", one.tell(change.new, v.tongue) or "–"


def _number(v: Visit, request: ChangeRequest) -> Markup:
    query = f"demande={request.id}" if request.state == "pending" else f"onglet=traitees&demande={request.id}"
    when = formats.moment(request.submitted_at, v.zone, v.tongue)
    return tag(
        "span",
        tag("a", v.say("n° {number}", number=request.id), href=f"/gestion/demandes?{query}"),
        tag("small", when),
    )


def _letters(v: Visit, sheet: Sheet) -> Markup:
    found = family_records.letters_of(v, sheet.family.id)
    if not found:
        return tag("p", v.say("Aucun courrier n’est parti à cette famille."), class_="card")
    heads = [v.say(label) for label in ("Objet", "Destinataire", "Écrit le", "État")]
    rows = [_letter(v, sheet, letter) for letter in found]
    return _card(v, "Courriers", table(v.say("Courriers de la famille"), heads, rows, quiet_caption=True))


def _letter(v: Visit, sheet: Sheet, letter: Letter) -> tuple[Content, ...]:
    shielded = not families.all_shown(v, sheet.adults)
    return (
        letter.subject,
        v.say("Coordonnées masquées") if shielded else letter.recipient or v.say("aucun e-mail"),
        formats.moment(letter.created_at, v.zone, v.tongue),
        tag(
            "span", _chip(v, LETTER_STATES, letter.state), letter.error and not shielded and tag("small", letter.error)
        ),
    )


def _journal(v: Visit, sheet: Sheet) -> Markup:
    found = family_records.journal_of(v, sheet.family.id)
    if not found:
        return tag("p", v.say("Rien n’est écrit au journal pour cette famille."), class_="card")
    heads = [v.say(label) for label in ("Quoi", "Quand", "Par qui", "Détail")]
    rows = [(each.what, each.when, each.who, _said(each)) for each in audit_log.told(v, found)]
    return _card(v, "Journal", table(v.say("Journal de la famille"), heads, rows, quiet_caption=True))


def _said(told: Told) -> Content:
    """Old and new of each field."""
    lines = [
        tag("li", pair(name, "", told.tongue), before and tag("s", before), before and " → ", after or "–")
        for name, before, after in told.changes
    ]
    return tag("ul", lines, class_="what-changed") if lines else ""


def _reading(name: str, draw: Callable[[Visit, Sheet], Markup]) -> None:
    tab(name, draw, lambda desk: {})


_reading("facturation", _billing)
_reading("demandes", _requests)
_reading("courriers", _letters)
_reading("journal", _journal)
