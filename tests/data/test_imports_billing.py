"""Accounts as other programs write them: totals and lines, credit notes, payments with their invoice, money given back."""

import pytest

from data.billing.models import Allocation, Invoice, InvoiceLine, Payment
from data.core.errors import UserError
from data.importing.pipeline import Report
from tests.data.import_helpers import bring, carry, check, faults, give
from tests.demo_users import every

INVOICES = "N° pièce;Date pièce;Code famille;Libellé;Type;Montant TTC;Échéance"
PAYMENTS = "N° encaissement;Date;Code famille;Mode;Réf.;Montant;N° pièce;Observation"


def asked(report: Report) -> dict[str, list[str]]:
    return {each.key: each.samples for each in report.questions if each.is_open}


def lines(titles: str, *rows: str) -> bytes:
    return "\r\n".join([titles, *rows]).encode("cp1252")


def totals() -> dict[str, tuple[str, int]]:
    return {each.number: (each.nature, each.total) for each in every(Invoice, Invoice.number.startswith("ZZ"))}


def test_invoices_and_credit_notes_enter_and_a_negative_invoice_is_asked_once(database: str) -> None:
    text = lines(
        INVOICES,
        "ZZ1;15/10/2026;1042;Cotisation 1er trimestre;FACTURE;324,00 €;15/11/2026",
        "ZZ2;20/10/2026;1042;Avoir fratrie;AVOIR;-32,40;",
        "ZZ3;21/10/2026;1042;Remise salle;FACTURE;-15,00 €;",
        "ZZ4;21/10/2026;1042;Remise salle;FACTURE;-16,00 €;",
    )
    run = give("invoices", text)
    assert [
        run.matched["columns"][str(at)] for at in range(7)
    ] == "number day family label nature total due_day".split()
    first = carry(run)
    assert (faults(first), list(asked(first)), first.written) == ([], ["negative-invoices"], False)
    report = bring("invoices", text, answers={"negative-invoices": "credit"})
    assert [str(each) for each in report.previews.totals] == ["4 pièces, 260,60\N{NO-BREAK SPACE}€"]
    assert totals() == {
        "ZZ1": ("invoice", 32400),
        "ZZ2": ("credit", 3240),
        "ZZ3": ("credit", 1500),
        "ZZ4": ("credit", 1600),
    }
    again = bring("invoices", text + b"\r\n", answers={"negative-invoices": "credit"})
    assert again.counts["unchanged"] == 4


@pytest.mark.parametrize(
    ("answer", "amounts", "total", "cents"), [("lines", ("100,00", "62,00"), 16200, [10000, 6200]), ("totals", ("162,00", "162,00"), 16200, [16200])]
)  # fmt: skip
def test_an_invoice_on_several_lines_is_one_invoice(
    database: str, answer: str, amounts: tuple[str, str], total: int, cents: list[int]
) -> None:
    rows = [
        f"ZZ9;15/10/2026;1042;{label};FACTURE;{amount};"
        for label, amount in zip(("Piano", "Chorale"), amounts, strict=True)
    ]
    text = lines(INVOICES, *rows)
    assert list(asked(carry(give("invoices", text)))) == ["repeated-invoices"]
    bring("invoices", text, answers={"repeated-invoices": answer})
    assert totals() == {"ZZ9": ("invoice", total)}
    [invoice] = every(Invoice, Invoice.number == "ZZ9")
    assert [each.cents for each in every(InvoiceLine, InvoiceLine.invoice_id == invoice.id)] == cents


def test_lines_of_one_invoice_that_name_two_families_are_refused(database: str) -> None:
    text = lines(INVOICES, "ZZ9;15/10/2026;1042;Piano;FACTURE;10,00;", "ZZ9;15/10/2026;1043;Chorale;FACTURE;12,00;")
    report = carry(give("invoices", text, answers={"repeated-invoices": "lines"}))
    assert [(line, column) for line, column, _ in faults(report)] == [(3, "Code famille")]


PAID = (
    "ZR1;02/11/2026;1042;CB;2260247;324,00 €;ZZ1;",
    "ZR2;03/11/2026;1042;CHQ;1234567;162,00;;",
    "ZR3;04/11/2026;1042;CHQ;1234567;-162,00;;chèque rejeté",
    "ZR4;05/11/2026;1042;CB;998;1.234,56;;acompte",
    "ZR5;05/11/2026;1042;ESP;;50,5;;",
)


def test_payments_settle_their_invoice_and_money_given_back_is_asked(database: str) -> None:
    bring("invoices", lines(INVOICES, "ZZ1;15/10/2026;1042;Cotisation;FACTURE;324,00 €;15/11/2026"))
    text = lines(PAYMENTS, *PAID)
    first = carry(give("payments", text))
    assert (faults(first), asked(first)) == (
        [],
        {"negative-payments": ["ZR3 : −162,00\N{NO-BREAK SPACE}€ chèque rejeté → ZR2"]},
    )
    bring("payments", text, answers={"negative-payments": "rejected"})
    paid = {each.number: (each.cents, each.state) for each in every(Payment, Payment.number.startswith("ZR"))}
    assert paid == {
        "ZR1": (32400, "cashed"),
        "ZR2": (16200, "rejected"),
        "ZR4": (123456, "cashed"),
        "ZR5": (5050, "cashed"),
    }
    [invoice] = every(Invoice, Invoice.number == "ZZ1")
    [payment] = every(Payment, Payment.number == "ZR1")
    parts = every(Allocation, Allocation.invoice_id == invoice.id)
    assert [(each.payment_id, each.cents) for each in parts] == [(payment.id, 32400)]


def test_a_rejection_finds_its_payment_above_below_or_in_the_portal_or_is_asked(database: str) -> None:
    answers = {"negative-payments": "rejected"}
    report = carry(give("payments", lines(PAYMENTS, PAID[2]), answers=answers))
    assert (faults(report), list(asked(report)), report.written) == ([], ["returned-payments"], False)
    bring("payments", lines(PAYMENTS, PAID[1]))
    bring("payments", lines(PAYMENTS, PAID[2]), answers=answers)
    assert [each.state for each in every(Payment, Payment.number == "ZR2")] == ["rejected"]


def test_a_cheque_that_came_back_never_cancels_cash(database: str) -> None:
    cash, back = "ZR6;02/11/2026;1042;ESP;;162,00;;", "ZR7;03/11/2026;1042;CHQ;1234567;-162,00;;chèque rejeté"
    assert list(asked(carry(give("payments", lines(PAYMENTS, cash, back))))) == ["returned-payments"]
    bring("payments", lines(PAYMENTS, cash, back), answers={"returned-payments": "owed"})
    assert [(each.number, each.state) for each in every(Payment, Payment.number.startswith("ZR"))] == [
        ("ZR6", "cashed")
    ]
    assert [each.total for each in every(Invoice, Invoice.number == "ZR7")] == [16200]


@pytest.mark.parametrize("files", [1, 2])
def test_a_payment_in_place_of_a_rejected_one_settles_the_invoice(database: str, files: int) -> None:
    bring("invoices", lines(INVOICES, "ZZ1;15/10/2026;1042;Cotisation;FACTURE;162,00 €;15/11/2026"))
    paid = [
        "ZR2;03/11/2026;1042;CHQ;1234567;162,00;ZZ1;",
        "ZR3;04/11/2026;1042;CHQ;1234567;-162,00;ZZ1;chèque rejeté",
        "ZR8;05/11/2026;1042;CB;998;162,00;ZZ1;",
    ]
    for rows in [paid] if files == 1 else [paid[:1], paid[1:]]:
        bring("payments", lines(PAYMENTS, *rows), answers={"negative-payments": "rejected"})
    [payment] = every(Payment, Payment.number == "ZR8")
    assert [each.cents for each in every(Allocation, Allocation.payment_id == payment.id)] == [16200]


def test_what_an_invoice_cannot_do_without_is_asked_before_any_line_is_read(database: str) -> None:
    with pytest.raises(UserError, match="Il manque au fichier : N° famille"):
        check(give("invoices", "N° facture;Date;Montant\nF1;01/10/2026;12,00\n"))


def test_money_given_back_is_due_again(database: str) -> None:
    bring("payments", lines(PAYMENTS, *PAID[1:3]), answers={"negative-payments": "owed"})
    [owed] = every(Invoice, Invoice.number == "ZR3")
    assert (owed.nature, owed.total, owed.label) == ("invoice", 16200, "chèque rejeté")
    assert [each.state for each in every(Payment, Payment.number == "ZR2")] == ["cashed"]
