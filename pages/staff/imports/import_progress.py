"""An import under way, or one that is taken back, as its page shows it."""

from markupsafe import Markup

from components.ui import html
from components.ui.markup import button
from data.core import formats
from data.core.i18n import figures
from data.core.unit_of_work import UnitOfWork
from data.importing import jobs
from data.importing.jobs import Job


def progress(uow: UnitOfWork, job: Job) -> Markup:
    sentence = uow.translate(jobs.PHASES[job.phase])
    counted = job.phase in {"reading", "checking"} and job.total
    text = (
        uow.translate(
            "{done} lignes sur {total}", done=figures(job.done, uow.language), total=figures(job.total, uow.language)
        )
        if counted
        else ""
    )
    bar = (
        html.progress(value=job.done, max=job.total, aria_labelledby="phase")
        if counted
        else html.progress(aria_labelledby="phase")
    )
    stop = button(uow.translate("Arrêter"), do="stop", class_="btn bad") if job.phase not in jobs.WRITES else None
    return html.section(
        html.h2(sentence, id="phase", role="status"),
        bar,
        html.p(text or formats.NBSP, class_="soft"),
        html.p(
            uow.translate("Vous pouvez quitter cette page : l’import continue, et son résultat vous attend ici."),
            class_="soft",
        ),
        html.div(stop, class_="actions"),
        class_="card progress",
        aria_label=uow.translate("Avancement"),
    )
