"""Another installation: one site, one manager, nothing else."""

from data.accounts.models import Account
from data.core import schema
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from tests.conftest import move_to
from tests.demo_users import HELENE


def an_empty_site(url: str) -> None:
    move_to(DATABASE_URL=url)
    schema.upgrade()
    with system_unit_of_work(writes=True) as uow:
        site = uow.add(Site(code="valmont", name="Conservatoire de Valmont"))
        uow.add(Account(site_id=site.id, role="responsable", login=HELENE, name="Hélène Lemoine"))
