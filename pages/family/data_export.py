"""« Mes données »: what the archive holds, and the archive itself, made off the loop (RGPD, article 15)."""

import asyncio
import tempfile
from pathlib import Path

from fastapi import Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from components.layout.layout import head, way_back
from components.nicegui_adapter.screens import plain, screen
from components.nicegui_adapter.static_panel import StaticPanel
from components.ui import html
from components.ui.icons import icon
from data.accounts.caller import Audience, Caller
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.privacy import data_export

_one_at_a_time = asyncio.Semaphore(1)


@screen("/mot-de-passe/donnees", Audience.FAMILY, title=_("Mes données"))
def explain(uow: UnitOfWork) -> None:
    back = way_back(uow.translate("Retour"), "/mot-de-passe")
    under = uow.translate("Une copie de tout ce que le portail garde de votre famille.")
    StaticPanel(html.p(back))
    StaticPanel(head(uow.translate("Mes données"), under))
    held = (
        _("lisez-moi.html : vos données à lire, dans un navigateur ;"),
        _("donnees.json : les mêmes, pour un autre logiciel ;"),
        _("documents : les fichiers que vous avez envoyés et ceux que le portail vous a faits."),
    )
    StaticPanel(
        html.p(uow.translate("L’archive (ZIP) contient :"))
        + html.ul(html.li(uow.translate(each)) for each in held)
        + html.p(
            uow.translate("Les coordonnées d’un autre foyer n’y sont jamais. Gardez l’archive en lieu sûr."),
            class_="soft",
        )
        + html.div(
            html.a(
                icon("down"),
                uow.translate("Télécharger mes données"),
                href="/mot-de-passe/donnees.zip",
                class_="btn",
                download=True,
            ),
            class_="actions",
        )
        + html.p(
            uow.translate(
                "Une donnée est fausse ? Corrigez-la dans « Famille » ou « Élèves ». Pour vos autres droits, voyez"
            ),
            " ",
            html.a(uow.translate("Données personnelles"), href="/donnees-personnelles"),
            ".",
            class_="soft",
        ),
        tag="section",
        classes="card flow",
    )


@plain("/mot-de-passe/donnees.zip", Audience.FAMILY)
async def archive(caller: Caller, request: Request) -> Response:
    async with _one_at_a_time:
        path = await asyncio.to_thread(_make, caller)
    return FileResponse(
        path,
        media_type="application/zip",
        filename="mes-donnees.zip",
        headers={"cache-control": "private, no-store"},
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


def _make(caller: Caller) -> Path:
    with caller.unit_of_work(writes=True) as uow:
        found = data_export.collect(uow)
    with tempfile.NamedTemporaryFile(prefix="anacrouse-", suffix=".zip", delete=False) as made:
        path = Path(made.name)
    data_export.write(found, path)
    return path
