"""Another installation: one site, one manager, nothing else."""

import shutil
from functools import cache
from pathlib import Path

from data.accounts.models import Account
from data.core import schema
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from tests.conftest import FOLDER, move_to
from tests.demo_users import HELENE


def an_empty_site(url: str) -> None:
    """At the address of a file of SQLite that is not there yet."""
    made = _made()
    move_to(DATABASE_URL=url)
    shutil.copy(made, url.removeprefix("sqlite:///"))


@cache
def _made() -> Path:
    """Drawn once a process, then every connection closed so that it can be copied."""
    path = Path(FOLDER) / "empty_site.db"
    move_to(DATABASE_URL=f"sqlite:///{path}")
    schema.upgrade()
    with system_unit_of_work(writes=True) as uow:
        site = uow.add(Site(code="valmont", name="Conservatoire de Valmont"))
        uow.add(Account(site_id=site.id, role="responsable", login=HELENE, name="Hélène Lemoine"))
    move_to()
    return path
