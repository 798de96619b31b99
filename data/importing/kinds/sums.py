"""Invoices whose lines, or whose parts, no longer make their total: told, for the file or the portal is wrong."""

from data.billing.models import Instalment, Invoice, InvoiceLine
from data.core import formats
from data.core.errors import UserError
from data.importing.kinds.invoices import Ledgers
from data.importing.snapshot import Entity, Line, Snapshot


def check(snapshot: Snapshot) -> None:
    """Of the invoices that a file's lines are about."""
    ledgers = snapshot.context(Ledgers)
    _compare(snapshot, ledgers.touched, InvoiceLine)
    _compare(snapshot, ledgers.shared_out, Instalment)


def _compare(snapshot: Snapshot, touched: dict[Entity, Line], table: type[InvoiceLine | Instalment]) -> None:
    sums: dict[Entity, int] = dict.fromkeys(touched, 0)
    for row in [*snapshot.rows.get(table, {}).values(), *snapshot.added.get(table, [])] if touched else []:
        invoice = row.refs.get("invoice_id") or snapshot.at(Invoice, row["invoice_id"])
        if invoice in sums:
            sums[invoice] += row["cents"] or 0
    for invoice, total in sums.items():
        if total != invoice["total"]:
            placeholders = {
                "number": invoice["number"],
                "sum": formats.Euros(total),
                "total": formats.Euros(invoice["total"]),
            }
            sentence = (
                UserError("Facture {number} : ses lignes font {sum}, son total est {total}.", **placeholders)
                if table is InvoiceLine
                else UserError("Facture {number} : ses échéances font {sum}, son total est {total}.", **placeholders)
            )
            snapshot.add_conflict(touched[invoice], "sum", sentence)
