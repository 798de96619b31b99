"""« État du portail »: what the operator's watch says, in words, for a « responsable »."""

from datetime import timedelta

from markupsafe import Markup

from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.icons import icon
from components.ui.tables import table
from data.core import database, formats, schema
from data.core.i18n import _
from data.core.settings import settings
from data.core.unit_of_work import UnitOfWork
from data.mail import delivery
from data.ops import backup, health
from data.site_admin.settings import STATE
from pages.staff.settings import frame

OLD_BACKUP_DAYS = 2


@screen(frame.path_of(STATE), Audience.MANAGER, title=_("État du portail"))
def state(uow: UnitOfWork) -> None:
    now, newest = schema.state()
    waiting, age = delivery.waiting()
    copied = backup.last()
    Panel(uow, lambda w: frame.around(w, STATE, _draw(w, now, newest, waiting, age, copied)), classes="flow")


def _draw(uow: UnitOfWork, now: object, newest: object, waiting: int, age: int, copied: object) -> Markup:
    free, oldest = health.free_bytes(), uow.now - timedelta(seconds=age)
    text = formats.moment(copied, uow.zone, uow.language) if copied else uow.translate("aucune depuis cette machine")  # type: ignore[arg-type]
    old = copied is None or (uow.now - copied).days >= OLD_BACKUP_DAYS  # type: ignore[operator]
    lines = (
        (_("Base de données"), _kind(uow), not health.damage()),
        (_("Version de la base"), f"{now}", now == newest),
        (
            _("Courriels en attente"),
            uow.translate(
                "{count} · le plus ancien : {age}",
                count=waiting,
                age=formats.ago(oldest, uow.now, uow.zone, uow.language),
            )
            if waiting
            else "0",
            not settings().smtp_url or age < 3600,
        ),
        (
            _("Serveur de courriel"),
            uow.translate("réglé") if settings().smtp_url else uow.translate("pas réglé : les courriels attendent"),
            bool(settings().smtp_url),
        ),
        (_("Place libre sur le disque"), uow.translate("{count} Go", count=free // 1024**3), free > health.LEAST_FREE),
        (_("Dernière sauvegarde"), text, not old),
        (_("Version du portail"), health.VERSION, True),
    )
    rows = [
        (
            uow.translate(label),
            value,
            html.span(
                icon("check" if good else "alert"),
                uow.translate("Bien") if good else uow.translate("À voir"),
                class_="chip good" if good else "chip pending",
            ),
        )
        for label, value, good in lines
    ]
    heads = [uow.translate(each) for each in (_("Quoi"), _("Valeur"), _("État"))]
    return html.section(
        table(uow.translate("État du portail"), heads, rows, quiet_caption=True),
        class_="card",
        aria_label=uow.translate("État du portail"),
    )


def _kind(uow: UnitOfWork) -> str:
    if health.damage():
        return uow.translate("endommagée : prévenez la personne qui administre le portail")
    return "SQLite" if database.file() else "PostgreSQL"
