"""How much a family pays online of what it owes: an instalment, an amount of its own, all of it."""

import pytest

from data.billing import models as billing
from data.billing import online_payments
from data.billing.how_much import HowMuch, read_amount
from data.billing.online_payments import OnlinePayment
from data.core.errors import UserError
from tests.conftest import move_to
from tests.data.payment_helpers import answer, balance, bill, receive
from tests.demo_users import CLAIRE, as_, both, every


@pytest.fixture(autouse=True)
def _demonstration(request: pytest.FixtureRequest) -> None:
    """The simulator plays the bank only there."""
    if "database" in request.fixturenames:
        move_to(DATABASE_URL=request.getfixturevalue("database"), DEMO="1")


@both
def test_an_instalment_or_an_amount_is_paid_and_the_rest_stays_due(database: str) -> None:
    """Claire's bill « en trois fois »: 324 € are left, 162 of them due next."""
    with as_(CLAIRE, writes=True) as uow:
        (entry,) = online_payments.payable(billing.accounts(uow)["tuition"])
        assert (entry.due, entry.next_part) == (32_400, 16_200)
        row = online_payments.start(uow, "tuition", [entry.row.id], HowMuch(next_part=True))
    assert (row.cents, row.chosen) == (16_200, [[entry.row.id, 16_200]])
    receive(answer(row))
    assert balance(CLAIRE, "tuition") == 16_200
    other = bill(2_000, CLAIRE, "tuition")
    with as_(CLAIRE, writes=True) as uow:
        row = online_payments.start(uow, "tuition", [entry.row.id, other], HowMuch(cents=17_000))
    assert sum(cents for _, cents in row.chosen) == row.cents == 17_000
    receive(answer(row, "refused"))
    with as_(CLAIRE, writes=True) as uow:
        assert online_payments.resume(uow, row.reference).cents == 17_000
        for cents in (-1, 0, 99, 18_201):
            with pytest.raises(UserError, match="Indiquez un montant de 1,00"):
                online_payments.start(uow, "tuition", [entry.row.id, other], HowMuch(cents=cents))
    receive(answer(row))
    assert (balance(CLAIRE, "tuition"), every(OnlinePayment)[-1].overpaid) == (1_200, 0)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("50", 5_000),
        ("1 234,50 €", 123_450),
        ("12.5", 1_250),
        ("0,05", 5),
        *((typed, None) for typed in ("", "-5", "1e3", "5,123")),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed: str, cents: int | None) -> None:
    if cents is not None:
        assert read_amount(typed) == cents
        return
    with pytest.raises(UserError, match="Écrivez un montant"):
        read_amount(typed)
