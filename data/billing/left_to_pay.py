"""How an invoice stands: what settled it, what is left, and the transfer that would settle that."""

from sqlmodel import col, select

from data.billing import models as billing
from data.billing import online_payments
from data.billing.models import Allocation, EntryState, Invoice, Ledger, Nature, Payment
from data.core.i18n import _
from data.core.sites import Site
from data.core.transfers import Transfer
from data.core.unit_of_work import UnitOfWork

Line = tuple[str, int]  # a sentence that is translated where it is read, cents


def standing(uow: UnitOfWork, invoice: Invoice) -> list[Line]:
    """« Déjà réglé », « Reste à régler » and what else there is; nothing as long as nothing settles it."""
    sums = {"credit": 0, EntryState.WAITING: 0, EntryState.CASHED: 0}
    for cents, state in uow.rows(
        select(Allocation.cents, Payment.state)
        .join(Payment, col(Payment.id) == Allocation.payment_id, isouter=True)
        .where(Allocation.invoice_id == invoice.id)
    ):
        if state != EntryState.REJECTED:
            key = "credit" if state is None else state if state == EntryState.WAITING else EntryState.CASHED
            sums[key] += cents
    if invoice.nature != Nature.INVOICE or not any(sums.values()):
        return []
    labels = (
        (_("Avoir déduit"), sums["credit"]),
        (_("Déjà réglé"), sums[EntryState.CASHED]),
        (_("En attente d’encaissement"), sums[EntryState.WAITING]),
    )
    left = max(0, invoice.total - sum(sums.values()))
    return [*((label, cents) for label, cents in labels if cents), (_("Reste à régler"), left)]


def transfer(uow: UnitOfWork, site: Site, invoice: Invoice) -> Transfer | None:
    """To the site's account, where it gives one and something is due: what is left of the invoice, credit that settles none
    taken off, as for a payment online."""
    iban = site.payment.get("iban", "")
    if not iban or invoice.nature != Nature.INVOICE:
        return None
    account = billing.of_family(uow, invoice.family_id or 0)[Ledger(invoice.ledger)]
    due = next((each.due for each in online_payments.payable(account) if each.row.id == invoice.id), 0)
    if not due:
        return None
    return Transfer(site.payment.get("beneficiary", ""), iban, site.payment.get("bic", ""), due, invoice.number)
