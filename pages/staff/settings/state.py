"""« État du portail »: what the operator's watch says, in words, for a « responsable »."""

from datetime import timedelta

from markupsafe import Markup

from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui.icons import icon
from components.ui.markup import tag
from components.ui.tables import table
from data.core import database, formats, schema
from data.core.settings import settings
from data.core.unit_of_work import Visit
from data.mail import delivery
from data.ops import backup, health
from data.site_admin.settings import STATE
from pages.staff.settings import frame

OLD_BACKUP_DAYS = 2


@screen(frame.path_of(STATE), Audience.MANAGER, title="État du portail")
def state(v: Visit) -> None:
    now, newest = schema.state()
    waiting, age = delivery.waiting()
    copied = backup.last()
    Panel(v, lambda w: frame.around(w, STATE, _draw(w, now, newest, waiting, age, copied)), classes="flow")


def _draw(v: Visit, now: object, newest: object, waiting: int, age: int, copied: object) -> Markup:
    free, oldest = health.free_bytes(), v.now - timedelta(seconds=age)
    told = formats.moment(copied, v.zone, v.tongue) if copied else v.say("aucune depuis cette machine")  # type: ignore[arg-type]
    old = copied is None or (v.now - copied).days >= OLD_BACKUP_DAYS  # type: ignore[operator]
    lines = (
        ("Base de données", "SQLite" if database.file() else "PostgreSQL", True),
        ("Version de la base", f"{now}", now == newest),
        (
            "Courriels en attente",
            v.say("{count} · le plus ancien : {age}", count=waiting, age=formats.ago(oldest, v.now, v.zone, v.tongue))
            if waiting
            else "0",
            not settings().smtp_url or age < 3600,
        ),
        (
            "Serveur de courriel",
            v.say("réglé") if settings().smtp_url else v.say("pas réglé : les courriels attendent"),
            bool(settings().smtp_url),
        ),
        ("Place libre sur le disque", v.say("{count} Go", count=free // 1024**3), free > health.LEAST_FREE),
        ("Dernière sauvegarde", told, not old),
        ("Version du portail", health.VERSION, True),
    )
    rows = [
        (
            v.say(label),
            value,
            tag(
                "span",
                icon("check" if good else "alert"),
                v.say("Bien") if good else v.say("À voir"),
                class_="chip good" if good else "chip pending",
            ),
        )
        for label, value, good in lines
    ]
    heads = [v.say(each) for each in ("Quoi", "Valeur", "État")]
    return tag(
        "section",
        table(v.say("État du portail"), heads, rows, quiet_caption=True),
        class_="card",
        aria_label=v.say("État du portail"),
    )
