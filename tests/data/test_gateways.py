"""Gateways: what the bank is asked, and packages that bring another one."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from data.billing import online_payments
from data.billing.gateways import protocol as gateway_protocol
from data.billing.gateways import registry as gateways
from data.billing.gateways import simulator
from data.billing.gateways.payfip import PayFip
from data.billing.gateways.protocol import Forged, Order, Sent
from data.core.errors import UserError
from tests.conftest import move_to
from tests.data.payment_helpers import BANK, balance, install_the_other_bank, now, receive, start, url_of
from tests.demo_users import SAMIR, as_, set_site


@pytest.fixture(autouse=True)
def _demonstration(database: str) -> None:
    """The simulator plays the bank only there."""
    move_to(DATABASE_URL=database, DEMO="1")


def test_an_order_that_the_bank_did_not_get_from_us_is_not_read(database: str) -> None:
    row = start()
    query = {name: values[0] for name, values in parse_qs(urlsplit(url_of(row)).query).items()}
    assert BANK.read(row.reference, query).cents == row.cents
    for wrong in ({**query, "montant": "1"}, {**query, "signature": ""}, {}):
        with pytest.raises(Forged):
            BANK.read(row.reference, wrong)
    with pytest.raises(Forged):
        BANK.read("f" * 24, query)


@pytest.mark.parametrize(
    "wrong",
    [
        {"montant": "66,00"},
        {"montant": "9" * 40},
        {"montant": "-1"},
        {"etat": "?"},
        {"transaction": ""},
        {"devise": None},
    ],
    ids=str,
)
def test_what_is_signed_and_cannot_be_read_proves_nothing(database: str, wrong: dict[str, str | None]) -> None:
    row = start()
    fields = {
        "reference": row.reference,
        "transaction": "SIM-1",
        "montant": str(row.cents),
        "devise": "EUR",
        "etat": "paid",
    }
    form = {name: text for name, text in {**fields, **wrong}.items() if text is not None}
    with pytest.raises(Forged):
        receive(Sent(form={**form, "signature": simulator._signature("answer", form)}))
    assert now(row).state == "started"


def test_the_payfip_link(database: str) -> None:
    set_site(payment={"gateway": "payfip", "numcli": "012345", "saisie": "X"})
    row = start()
    with as_(SAMIR) as uow:
        order = online_payments.order_of(uow, row)
    there = gateways.ask(PayFip(), order)
    parts_of = urlsplit(there.url)
    asked = {name: values[0] for name, values in parse_qs(parts_of.query).items()}
    assert (parts_of.scheme, parts_of.netloc, parts_of.path) == ("https", "www.payfip.gouv.fr", "/tpa/paiement.web")
    assert asked == {
        "numcli": "012345",
        "exer": str(order.year),
        "refdet": row.reference,
        "objet": order.label.replace(",", ""),
        "montant": str(row.cents),
        "mel": "samir.belkacem@example.org",
        "urlcl": "http://localhost:8080/paiement/avis/payfip",
        "saisie": "X",
    }
    assert not there.fields
    assert row.reference.isalnum()
    assert 6 <= len(row.reference) <= 30


def test_what_payfip_cannot_take(database: str) -> None:
    given: dict[str, Any] = {"currency": "EUR", "email": "", "label": "Élève n° 1 – été", "year": 2026}
    given |= {"back_url": "", "notice_url": "", "reference": "f" * 24}
    for cents in (99, 10_000_000):
        with pytest.raises(UserError, match="sommes de 1,00"):
            gateways.ask(PayFip(), Order(cents=cents, settings={"numcli": "012345"}, **given))
    for client in ("", "12345", "1234567", "12345x", "٠١٢٣٤٥"):
        with pytest.raises(gateway_protocol.Unreachable):
            gateways.ask(PayFip(), Order(cents=100, settings={"numcli": client}, **given))
    url = gateways.ask(PayFip(), Order(cents=100, settings={"numcli": "012345"}, **given)).url
    assert parse_qs(urlsplit(url).query)["objet"] == ["Eleve n 1 ete"]


def test_a_gateway_of_another_package(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_the_other_bank(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    gateways._installed.cache_clear()
    try:
        set_site(payment={"gateway": "ourbank", "key": "s3"})
        row = start()
        with as_(SAMIR) as uow:
            gateway, order = online_payments.offered(uow), online_payments.order_of(uow, row)
        assert gateway is not None
        assert gateways.ask(gateway, order).fields == {"order": row.reference}
        for wrong in (
            {"down": "1"},
            {"url": "https://evil.example.org/"},
            {"url": "/here"},
            {"url": "http://pay.example.org/"},
        ):
            with pytest.raises(gateway_protocol.Unreachable):
                gateways.ask(gateway, Order(**{**vars(order), "settings": wrong}))
        text = {"order": row.reference, "number": "77", "cents": str(row.cents)}
        with pytest.raises(Forged):
            receive(Sent(query={**text, "key": "other"}), "ourbank")
        with pytest.raises(Forged):
            receive(Sent(query={**text, "order": "f" * 24, "key": ""}), "ourbank")
        assert receive(Sent(query={**text, "key": "s3"}), "ourbank").state == "paid"
        assert balance() == 0
    finally:
        gateways._installed.cache_clear()
