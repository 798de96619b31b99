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

GROUPS = {  # title, head of its first column, what stands for none
    "department": (_("Par département"), _("Département"), _("Sans département")),
    "teacher": (_("Par enseignant"), _("Enseignant"), _("Sans enseignant")),
    "course": (_("Par cours"), _("Cours"), _("Sans nom")),
}


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
        html.h2(title),
        drawn,
        class_="card stack-form",
        aria_label=uow.translate("Avancement"),
    ) + _sums(uow, campaign)


def _sums(uow: UnitOfWork, campaign: Campaign) -> Markup:
    """How far each department, teacher and course of this year is."""
    places = [*ReenrolmentState]
    states = [uow.translate(label_of(each)) for each in places]
    drawn: list[Markup] = []
    for group, (title, head, nobody) in GROUPS.items():
        rows = [
            (name or uow.translate(nobody), sum(counts.values()), *(counts[each] or "" for each in places))
            for name, counts in reenrolment_list.sums_by(uow, campaign, group)
        ]
        heads = [uow.translate(head), uow.translate("Élèves"), *states]
        if rows:
            shown = table(
                uow.translate(title), heads, rows, quiet_caption=True, looks=["", *["num"] * (len(heads) - 1)]
            )
            drawn.append(html.details(html.summary(f"{uow.translate(title)} ({len(rows)})"), shown, open=not drawn))
    under = uow.translate("Un élève qui suit plusieurs cours compte une fois dans chacun.")
    return html.section(
        html.h2(uow.translate("Par département, enseignant et cours")),
        html.p(under, class_="soft"),
        drawn or html.p(uow.translate("Aucun élève concerné ne suit de cours."), class_="nothing"),
        class_="card stack-form",
        id="campaign-sums",
    )
