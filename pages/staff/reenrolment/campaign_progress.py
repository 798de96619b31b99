"""How the campaign goes: the states today, and what came in over the weeks."""

from markupsafe import Markup

from components.ui import charts, html
from components.ui.status_chip import label_of
from components.ui.tables import table
from data.core import formats
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.reenrolment import request_list as reenrolment_list
from data.reenrolment.campaigns import Campaign
from data.reenrolment.models import ReenrolmentState


def draw(uow: UnitOfWork, campaign: Campaign, seen: int, counts: dict[str, int]) -> Markup:
    figures = html.dl(
        (html.div(html.dt(uow.translate(label_of(each))), html.dd(counts[each])) for each in ReenrolmentState),
        class_="figures",
    )
    title = uow.translate("Demandes au fil des semaines")
    weeks = [
        (formats.day(each.monday), each.received, each.validated, each.to_correct, each.silent)
        for each in reenrolment_list.weeks(uow, campaign, seen)
    ]
    heads = [
        uow.translate(each)
        for each in (_("Semaine du"), _("Reçues"), _("Validées"), _("À corriger"), _("Sans réponse"))
    ]
    drawn = charts.progress(uow, title, weeks) or table(title, heads, weeks)
    return html.section(
        figures,
        html.h2(
            title,
        ),
        drawn,
        class_="card stack-form",
        aria_label=uow.translate("Avancement"),
    )
