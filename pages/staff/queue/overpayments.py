"""« Demandes », file « Trop-perçus »: money that came in online and settles nothing, until somebody deals with it."""

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.ui import html
from components.ui.markup import button
from components.ui.panel import Act, Answer
from components.ui.tables import table
from data.billing import overpayments
from data.billing.online_payments import AttemptState, OnlinePayment
from data.core import formats
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from pages.staff.queue import tabs


def show_queue(uow: UnitOfWork) -> None:
    Panel(uow, _draw, follows=[("queue", uow.site_id or 0)], classes="flow", on={"seen": _seen})


def _draw(uow: UnitOfWork) -> Markup:
    found = overpayments.troubles(uow)
    numbers = families.numbers(uow, [each.family_id for each in found])
    under = uow.translate("Sommes reçues en ligne qui ne soldent aucune facture, ou d’un autre montant que prévu.")
    heads = [
        uow.translate(each)
        for each in (_("Famille"), _("Reçu le"), _("Montant payé"), _("En trop"), _("Transaction"), _("Suite"))
    ]
    body = (
        table(
            uow.translate("Trop-perçus"),
            heads,
            [_row(uow, each, numbers.get(each.family_id or 0, 0)) for each in found],
            quiet_caption=True,
        )
        if found
        else html.p(uow.translate("Tout est traité : aucun trop-perçu."))
    )
    return (
        head(uow.translate("Trop-perçus"), under)
        + tabs.draw(uow, "paiements")
        + html.section(body, class_="card", aria_label=uow.translate("Trop-perçus"), id="troubles", tabindex="-1")
    )


def _row(uow: UnitOfWork, each: OnlinePayment, family: int) -> tuple[object, ...]:
    when = formats.moment(each.answered_at, uow.zone, uow.language) if each.answered_at else ""
    extra = (
        uow.translate("autre montant que prévu")
        if each.state == AttemptState.DIFFERS
        else formats.euros(each.overpaid, uow.language)
    )
    done = button(uow.translate("C’est réglé"), do="seen", of=each.id, class_="btn quiet small")
    return (
        uow.translate("n° {number}", number=family),
        when,
        formats.euros(each.cents, uow.language),
        extra,
        each.transaction or "",
        done,
    )


def _seen(uow: UnitOfWork, act: Act) -> Answer:
    overpayments.mark_seen(uow, act.number())
    return Answer(toast=uow.translate("Le trop-perçu est noté comme réglé."), focus="troubles")
