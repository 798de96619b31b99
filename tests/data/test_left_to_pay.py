"""What settled an invoice and what is left; the transfer that a bank's application reads."""

from dataclasses import replace

import pytest
from segno.helpers import make_epc_qr
from sqlmodel import select

from data.billing import left_to_pay
from data.billing.models import Invoice
from data.core.errors import UserError
from data.core.sites import here
from data.core.transfers import Transfer, read_bic, read_iban, spaced
from data.pdf.bills import invoice
from tests.data.payment_helpers import bill, pay_at_the_counter
from tests.data.test_pdf import BILL, text
from tests.demo_users import CLAIRE, SAMIR, as_, every, found

TRANSFER = Transfer("Régie municipale", "FR7699999000420000104200101", "", 32400, "2026-000142")
SETTLED = (("Avoir déduit", 2600), ("Déjà réglé", 100000), ("Reste à régler", 32400))
HALF_PAID = replace(BILL, standing=SETTLED, transfer=TRANSFER)
IBAN = "FR7699999000420000104200101"


@pytest.mark.parametrize(
    ("typed", "iban"),
    [
        ("fr76 9999 9000 4200 0010 4200 101", IBAN),
        ("IBAN : FR76\u00a09999\u00a09000\u00a04200\u00a00010\u00a04200\u00a0101", IBAN),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("BE68-5390-0754-7034", "BE68539007547034"),
        (" ", ""),
    ],
)
def test_an_iban_is_read_as_people_write_it(typed: str, iban: str) -> None:
    assert read_iban(typed) == iban
    assert read_iban(spaced(iban)) == iban


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("FR76 9999 9000 4200 0010 4200 110", "erreur de frappe"),  # two figures changed places
        ("FR76 9999 9000 4200 0010 4200 10", "26 caractères au lieu de 27"),
        ("US12 3456", "pays"),
        ("FR76 9999 9000 4200 0010 42é0 101", "erreur de frappe"),
        ("9999", "pays"),
    ],
)
def test_what_is_no_iban_is_refused_with_the_reason(typed: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        read_iban(typed)


def test_a_bic_has_eight_or_eleven_characters() -> None:
    assert [read_bic(each) for each in ("agri frpp", "AGRIFRPPXXX", "")] == ["AGRIFRPP", "AGRIFRPPXXX", ""]
    for wrong in ("AGRIFRP", "AGRIFRPPXX", "1GRIFRPP"):
        with pytest.raises(UserError):
            read_bic(wrong)


def test_the_code_is_what_another_writer_of_such_codes_makes() -> None:
    asked = Transfer("Régie d’été", IBAN, "AGRIFRPP", 123405, "F-2026/000142")
    assert asked.payload.split("\n") == [
        *("BCD", "002", "1", "SCT", "AGRIFRPP", "Régie d’été", IBAN, "EUR1234.05", "", "", "F-2026/000142")
    ]
    theirs = make_epc_qr(asked.beneficiary, IBAN, 1234.05, text=asked.reference, bic="AGRIFRPP", encoding="utf-8")
    assert asked.code().matrix == theirs.matrix
    assert Transfer("R", IBAN, "", 5, "n° 7 « é »").payload.split("\n")[-4:] == ["EUR0.05", "", "", "n 7  e "]
    longest = Transfer("é" * 70, IBAN, "AGRIFRPPXXX", 99_999_999_99, "9" * 30)
    assert len(longest.payload.encode()) <= 331
    assert longest.code().version <= 13


def asked_of(login: str, number: str, code: str = "valmont") -> tuple[list[left_to_pay.Line], Transfer | None]:
    with as_(login, code) as uow:
        row = found(uow.one(select(Invoice).where(Invoice.number == number)))
        return left_to_pay.standing(uow, row), left_to_pay.transfer(uow, here(uow), row)


def test_an_invoice_says_what_is_settled_and_the_code_asks_for_the_rest(database: str) -> None:
    standing, asked = asked_of(SAMIR, "07000004")
    assert standing == [("Déjà réglé", 15_000), ("Reste à régler", 5_000)]
    assert asked == Transfer("Régie du Conservatoire de Valmont", IBAN, "", 5_000, "07000004")
    other = bill(3_000)
    pay_at_the_counter(other, 2_000, allocated=False)  # credit that settles none is taken off
    [number] = [each.number for each in every(Invoice, Invoice.id == other)]
    assert asked_of(SAMIR, number) == ([], Transfer("Régie du Conservatoire de Valmont", IBAN, "", 1_000, number))
    with as_(CLAIRE) as uow:
        old = found(uow.one(select(Invoice).where(Invoice.nature == "invoice").order_by(Invoice.day)))
        credit = found(uow.one(select(Invoice).where(Invoice.nature == "credit")))
    settled = [("Avoir déduit", 3_000), ("Déjà réglé", 31_400), ("Reste à régler", 0)]
    assert asked_of(CLAIRE, old.number) == (settled, None)  # the debit that was rejected counts for nothing
    assert asked_of(CLAIRE, credit.number) == ([], None)


def test_a_site_without_an_account_asks_for_no_transfer(database: str) -> None:
    with as_(CLAIRE, "belrive") as uow:
        for row in uow.all(select(Invoice)):
            assert left_to_pay.transfer(uow, here(uow), row) is None


def test_the_paper_bears_what_is_left_and_the_code_with_its_words() -> None:
    content = text(invoice(HALF_PAID))
    for expected in ("Avoir déduit 26,00 €", "Déjà réglé 1 000,00 €", "Reste à régler 324,00 €", "Régler par virement",
                     "Titulaire du compte Régie municipale", "IBAN FR76 9999 9000 4200 0010 4200 101", "Montant 324,00 €",
                     "Référence à indiquer 2026-000142", "changez-y le montant", "page 1/1"):  # fmt: skip
        assert expected in content, expected
    assert "virement" not in text(invoice(replace(BILL, standing=SETTLED)))
