"""What families of the demonstration ask for, at different ages."""

from datetime import datetime, timedelta

from sqlmodel import select

from data.accounts.models import Account
from data.change_requests import review
from data.change_requests import submission as change_requests
from data.change_requests.models import ChangeState
from data.core import clock
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import unit_of_work
from data.families import models as families
from data.families.models import Guardian
from data.schooling import absences


def fill() -> None:
    """Requests at different ages, as families send them, and two decided ones."""
    now = clock.now()
    asked = (
        ("famille.3001", 50, {"phone_mobile": "06 45 12 89 30", "address": "14 rue des Tilleuls"}),
        ("famille.3004", 27, {"address": "6 quai de la Rivière", "complement": "Bâtiment B"}),
        ("famille.3007", 22, {"birth_name": "Fontaine"}),
        ("famille.3010", 5, {"phone_work": "03 82 55 66 77"}),
        ("belkacem.samir", 3, {"phone_home": "03 82 44 33 22"}),
        ("famille.3012", 1, {"emergency_phone": "06 80 90 10 20"}),
    )
    for login, hours, typed in asked:
        _ask(login, now - timedelta(hours=hours), typed)
    _ask(
        "aubry.claire",
        now - timedelta(days=9),
        {"address": "3 place du Marché", "complement": "Escalier C"},
        accept=True,
    )
    for login, hours, reason in (("famille.3002", 30, "Rendez-vous médical"), ("famille.3006", 4, "Raison familiale")):
        _announce(login, now - timedelta(hours=hours), reason)
    _ask("famille.3015", now - timedelta(days=2), {"last_name": "Petitpas"}, accept=False)


def _announce(login: str, at: datetime, reason: str) -> None:
    """A day next week, for the family's first pupil."""
    with unit_of_work(account_of(login), writes=True, now=at) as uow:
        pupil, _ = families.pupils(uow)[0]
        day = uow.today + timedelta(days=9)
        absences.announce(uow, pupil, first_day=day, last_day=None, reason=reason, comment="")


def account_of(login: str) -> Account | None:
    with system_unit_of_work() as uow:
        site_id = uow.one(select(Site.id).where(Site.code == "valmont"))
        return uow.one(select(Account).where(Account.login == login, Account.site_id == site_id))


def _ask(login: str, at: datetime, typed: dict[str, str], accept: bool | None = None) -> None:
    """As that family asks; as Paul Renard decides, when `accept` is said."""
    with unit_of_work(account_of(login), writes=True, now=at) as uow:
        [guardian] = uow.all(select(Guardian).limit(1))
        change_requests.propose(uow, guardian, typed)
        request = change_requests.pending_request(uow, guardian)
    if accept is None or request is None:
        return
    with unit_of_work(account_of("renard.paul"), writes=True, now=at + timedelta(hours=4)) as uow:
        verdict = ChangeState.ACCEPTED if accept else ChangeState.DECLINED
        verdicts = {line.field.name: (verdict, line.now) for line in review.lines(uow, request)}
        review.decide(
            uow,
            request.id,
            request.version,
            verdicts,
            reason="" if accept else "Présentez votre livret de famille à l’accueil.",
        )
