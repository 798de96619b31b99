"""« Durées de conservation »: the settings, and what would be erased by them: how much, since when."""

from markupsafe import Markup

from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.tables import table
from data.core import formats, sites
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.privacy import register, retention
from data.privacy.records import RECORDS
from data.privacy.retention import Forecast
from data.site_admin.settings import KEEPING
from pages.staff.settings import frame


@screen(frame.path_of(KEEPING), Audience.MANAGER, title=KEEPING.title)
def keeping(uow: UnitOfWork) -> None:
    typed = frame.Typed()
    Panel(
        uow,
        lambda w: frame.around(w, KEEPING, frame.settings_form(w, KEEPING, typed), _forecast(w), _archives(w)),
        on={"save": lambda w, act: frame.save(w, act, KEEPING, typed)},
        follows=[("site", uow.site_id or 0)],
        classes="flow",
    )


def _forecast(uow: UnitOfWork) -> Markup:
    title = uow.translate("Ce qui serait effacé")
    heads = [
        uow.translate(each)
        for each in (_("Donnée"), _("Durée"), _("Gardées"), _("Au prochain passage"), _("D’ici 30 jours"))
    ]  # fmt: skip
    rows = [_row(uow, each) for each in retention.forecast(uow.site_id or 0)]
    return html.section(
        html.h2(title),
        html.p(
            uow.translate(
                "Le portail efface de lui-même, une fois par jour, ce qui a passé sa durée, et l’écrit au journal. Les nombres suivent "
                "les durées enregistrées ci-dessus."
            ),
        ),
        table(title, heads, rows, quiet_caption=True, looks=("", "", "", "num", "num")),
        class_="card flow-card",
        aria_label=title,
    )  # fmt: skip


def _row(uow: UnitOfWork, each: Forecast) -> tuple[str, ...]:
    site = sites.here(uow)
    held = str(each.held)
    if each.held and each.oldest:
        since = formats.day(each.oldest.astimezone(site.zone).date())
        held = uow.translate("{count}, depuis le {day}", count=each.held, day=since)
    label, duration = uow.translate(each.record.label), each.record.duration(site, uow.language)
    return label, duration, held, str(each.due), str(each.soon)


def _archives(uow: UnitOfWork) -> Markup:
    title = uow.translate("Ce qui ne s’efface pas de soi-même")
    kept = [each for each in RECORDS if each.archives]
    heads = [uow.translate(each) for each in (_("Donnée"), _("Durée"))]
    return html.section(
        html.h2(title),
        html.p(
            uow.translate(
                "Ce sont des archives publiques : rien n’est détruit sans le visa des Archives départementales "
                "(Code du patrimoine, article L212-2)."
            ),
        ),
        table(title, heads, register.durations(sites.here(uow), uow.language, kept), quiet_caption=True),
        class_="card flow-card",
        aria_label=title,
    )
