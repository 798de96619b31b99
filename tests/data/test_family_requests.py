"""« Vos demandes » holds every kind of thing that a family asked or sent."""

from components.ui.lists import Order
from components.ui.status_chip import TO_FAMILIES, status_chip
from data.core import formats
from pages.family import requests
from tests.demo_users import CLAIRE, as_


def test_every_kind_stands_there_with_its_state_its_day_its_reason_and_its_way(database: str) -> None:
    """A sheet (f), a re-enrolment (r), documents (d), an absence (a), a payment (p), a message (m)."""
    kinds, reasons = set[str](), 0
    for login in (CLAIRE, "famille.3002"):
        with as_(login, writes=False) as uow:
            shown = str(requests._draw(uow, requests._listing(Order())))
            words = shown.replace("\xa0", " ").replace("\u202f", " ").replace("&nbsp;", " ")
            for line in requests.everything(uow):
                kinds.add(line.key[0])
                reasons += bool(line.reason)
                assert f'href="{line.href}"' in shown
                assert str(status_chip(uow, line.state, TO_FAMILIES)) in shown
                assert formats.day(line.sent.astimezone(uow.zone).date()) in shown
                assert line.reason.split("’")[0] in words
    assert kinds == set("frdapm")
    assert reasons >= 2
