"""Back from the bank: what became of the payment. The way back proves nothing; the bank's own answer does."""

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.icons import icon
from data.billing import online_payments
from data.billing.gateways import registry as gateways
from data.billing.online_payments import AttemptState, OnlinePayment
from data.core.formats import euros
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from pages.family.payment import way_home


@screen("/facturation/retour/{reference}", Audience.FAMILY, title=_("Paiement"))
def back(uow: UnitOfWork, reference: str) -> None:
    Panel(uow, lambda w: _draw_back(w, reference), follows=[("family", uow.family_id or 0)], classes="flow")


def _draw_back(uow: UnitOfWork, reference: str) -> Markup:
    """The same notice from waiting to paid: screen readers hear it change."""
    row = online_payments.by_reference(uow, reference)
    invoices = online_payments.invoices_of(uow, row)
    what = ", ".join(invoice.label or invoice.number for invoice in invoices)
    look, drawing, text = _state(uow, row)
    home = way_home(uow, f"/facturation/{online_payments.kind_of(row)}", "first")
    return head(uow.translate("Paiement"), f"{euros(row.cents, uow.language)} – {what}") + html.section(
        html.div(icon(drawing), html.p(text), class_=f"notice {look}", role="status"),
        _more(uow, row),
        html.div(home, _next(uow, row), class_="actions"),
        class_="card stack-form",
    )


def _state(uow: UnitOfWork, row: OnlinePayment) -> tuple[str, str, str]:
    """(look, drawing, what to read) of the payment's state."""
    if row.state == AttemptState.PAID:
        return (
            "good",
            "check",
            uow.translate("Paiement reçu. Votre reçu : {number}.", number=online_payments.receipt(row)),
        )
    if row.state == AttemptState.REFUSED:
        return "bad", "cross", uow.translate("Le paiement a été refusé par la banque. Rien n’a été débité.")
    if row.state == AttemptState.ABANDONED:
        return "bad", "cross", uow.translate("Le paiement a été abandonné. Rien n’a été débité.")
    if row.state == AttemptState.DIFFERS:
        text = uow.translate("Le montant reçu n’est pas celui attendu. Le conservatoire vérifie et vous écrira.")
        return "pending", "alert", text
    return "pending", "clock", uow.translate("Paiement en cours de vérification.")


def _more(uow: UnitOfWork, row: OnlinePayment) -> Markup | None:
    if row.state == AttemptState.PAID and row.overpaid:
        text = uow.translate(
            "Vous avez versé {amount} de trop : le conservatoire vous les remboursera.",
            amount=euros(row.overpaid, uow.language),
        )
    elif row.state == AttemptState.STARTED:
        gateway = gateways.by_name(row.gateway)
        text = (
            uow.translate("Cette page change d’elle-même dès que la banque répond. Ne payez pas une seconde fois.")
            if gateway is None or gateway.answers
            else uow.translate(
                "Ce service ne répond pas au portail : le paiement y paraît quand le Trésor public l’a transmis."
            )
        )
    else:
        return None
    return html.p(text)


def _next(uow: UnitOfWork, row: OnlinePayment) -> Markup | None:
    if row.state == AttemptState.PAID:
        return html.a(
            uow.translate("Voir le reçu"),
            href=f"/facturation/recus/{online_payments.receipt(row)}.pdf",
            class_="btn",
        )
    if row.state in {AttemptState.REFUSED, AttemptState.ABANDONED}:
        return html.form(
            html.button(uow.translate("Reprendre le paiement"), class_="btn", type="submit"),
            method="post",
            action=f"/facturation/reprendre/{row.reference}",
            class_="resume",
        )
    return None
