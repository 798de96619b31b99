"""« Demandes », file « Trop-perçus »: money that came in online and settles nothing, until somebody deals with it."""

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.ui.markup import button, tag
from components.ui.panel import Act, Answer
from components.ui.tables import table
from data.billing import overpayments
from data.billing.online_payments import OnlinePayment
from data.core import formats
from data.core.unit_of_work import Visit
from data.families import models as families
from pages.staff.queue import tabs


def open_desk(v: Visit) -> None:
    Panel(v, _draw, follows=[("queue", v.site_id or 0)], classes="flow", on={"seen": _seen})


def _draw(v: Visit) -> Markup:
    found = overpayments.troubles(v)
    numbers = families.numbers(v, [each.family_id for each in found])
    under = v.say("Sommes reçues en ligne qui ne soldent aucune facture, ou d’un autre montant que prévu.")
    heads = [v.say(each) for each in ("Famille", "Reçu le", "Montant payé", "En trop", "Transaction", "Suite")]
    body = (
        table(
            v.say("Trop-perçus"),
            heads,
            [_row(v, each, numbers.get(each.family_id or 0, 0)) for each in found],
            quiet_caption=True,
        )
        if found
        else tag("p", v.say("Tout est traité : aucun trop-perçu."))
    )
    return (
        head(v.say("Trop-perçus"), under)
        + tabs.draw(v, "paiements")
        + tag("section", body, class_="card", aria_label=v.say("Trop-perçus"), id="troubles", tabindex="-1")
    )


def _row(v: Visit, each: OnlinePayment, family: int) -> tuple[object, ...]:
    when = formats.moment(each.answered_at, v.zone, v.tongue) if each.answered_at else ""
    extra = v.say("autre montant que prévu") if each.state == "differs" else formats.euros(each.overpaid)
    done = button(v.say("C’est réglé"), do="seen", of=each.id, class_="btn quiet small")
    return v.say("n° {number}", number=family), when, formats.euros(each.cents), extra, each.transaction or "", done


def _seen(v: Visit, act: Act) -> Answer:
    overpayments.mark_seen(v, act.number())
    return Answer(toast=v.say("Le trop-perçu est noté comme réglé."), focus="troubles")
