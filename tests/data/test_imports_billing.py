"""Accounts as other programs write them: totals and lines, credit notes, payments with their invoice, money given back."""

import pytest

from data.billing.models import Allocation, Invoice, InvoiceLine, Payment
from data.core.errors import UserError
from data.importing import column_matching, jobs, reports
from data.importing import runs as import_runs
from data.importing.kinds.registry import KINDS
from data.importing.left_columns import left_columns
from data.importing.pipeline import Report
from data.importing.runs import ImportRun
from data.schooling.models import Course
from tests.data.import_helpers import HELENES, bring, carry, check, conflicts, faults, give
from tests.demo_users import every, last

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
    shown = {
        each.about: reports.joined(each.values, "fr").replace("\N{NO-BREAK SPACE}", " ") for each in report.changes
    }
    assert shown["Pièce n° ZZ3"] == (
        "Nature : avoir · Compte : cotisation · Année scolaire : 2026-2027 · Date : 21/10/2026 · Libellé : Remise salle · Montant : 15,00 · "
        "Payeur : Claire Aubry · Adresse du payeur : 3 place du Marché, Escalier C, 57220 Valmont"
    ), "every value is read before it is written"
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


def received(*rows: str) -> ImportRun:
    """A file whose kind nobody said."""
    number = jobs.receive(HELENES, "", "liste.csv", "\n".join(rows).encode())
    return last(ImportRun, ImportRun.id == number)


def sentences(report: Report) -> list[str]:
    """What must be read before anything is written."""
    return [sentence.replace("\N{NO-BREAK SPACE}", " ") for _, sentence in conflicts(report)]


def answered(run: ImportRun, **answers: str) -> Report:
    with HELENES(writes=True) as uow:
        import_runs.match(uow, run.id, {"answers": answers})
    return carry(last(ImportRun, ImportRun.id == run.id))


ACCOUNT = (
    "Date;N° client;Libellé;Débit;Crédit;Mode",
    "01/10/2026;1042;Cotisation;324,00;;",
    "02/10/2026;1042;CHQ 123;;300,00;CHQ",
)


def test_an_account_of_debits_and_credits_is_payments_and_never_invoices_nor_events(database: str) -> None:
    bank = received(
        "Date;Libellé;Débit;Crédit;Mode", "01/10/2026;VIR AUBRY;;324,00;VIR", "02/10/2026;FRAIS;12,50;;PRLV"
    )
    assert bank.kind == "payments"
    with pytest.raises(UserError, match="Il manque au fichier : N° famille / Facture réglée"):
        check(bank)
    before = len(every(Invoice))
    run = received(*ACCOUNT)
    assert (run.kind, run.matched["columns"]["3"], run.matched["columns"]["4"]) == ("payments", "debit", "cents")
    assert asked(carry(run)).keys() == {"debits", "unnumbered"}
    report = answered(run, debits="skip", unnumbered="made")
    assert (report.written, report.counts["added"], len(every(Invoice))) == (True, 1, before)
    assert (last(Payment).cents, last(Payment).label) == (30000, "CHQ 123")


def test_payments_without_number_get_one_that_a_second_import_finds_again(database: str) -> None:
    row = "02/10/2026;1042;CHQ;300,00"
    text = lines("Date;Code famille;Mode;Montant", row, row)
    report = bring("payments", text, answers={"unnumbered": "made"})
    assert report.counts["added"] == 2  # alike, and two
    again = bring("payments", text + b"\r\n", answers={"unnumbered": "made"})
    assert again.counts == {"added": 0, "updated": 0, "unchanged": 2}


def test_a_payment_of_what_is_settled_and_one_of_too_much_are_reported_with_their_figures(database: str) -> None:
    rows = ("ZZ1;15/10/2026;1042;Cotisation;FACTURE;100,00;", "ZZ2;15/10/2026;1042;Chorale;FACTURE;50,00;")
    bring("invoices", lines(INVOICES, *rows, "ZZ3;15/10/2026;1042;Avoir;AVOIR;20,00;"))
    paid = [
        f"ZR{at};02/11/2026;1042;CHQ;;{sum};{of};"
        for at, (sum, of) in enumerate((("100,00", "ZZ1"), ("12,00", "ZZ1"), ("62,00", "ZZ2")))
    ]
    report = bring("payments", lines(PAYMENTS, *paid))
    assert sentences(report) == [
        "Règlement ZR1 : la facture ZZ1 (100,00 €) est déjà réglée. Ces 12,00 € sont en trop.",
        "Règlement ZR2 : 62,00 €, et il restait 50,00 € à payer de la facture ZZ2. Il la dépasse de 12,00 €.",
    ]
    assert sentences(bring("payments", lines(PAYMENTS, *paid) + b"\r\n")) == []  # it is there: said once
    credit = check(give("payments", lines(PAYMENTS, "ZR9;02/11/2026;1042;CHQ;;20,00;ZZ3;")))
    assert [why for _, _, why in faults(credit)] == ["La pièce ZZ3 est un avoir : il n’y a rien à en régler."]
    parts = check(give("allocations", "N° facture;N° règlement;Montant\nZZ2;ZR1;30,00\n"))
    assert sentences(parts) == [
        "Part de 30,00 € : la pièce ZR1 est de 12,00 €, et la facture ZZ2 (50,00 €) aurait reçu 80,00 €."
    ]


@pytest.mark.parametrize(("titles", "total"), [
    ("Montant HT;TVA;Total TTC", "Total TTC"), ("Total HT;TVA;T.T.C.", "T.T.C."), ("Montant;TVA;Net à payer", "Net à payer"),
    ("HT;TVA;À payer", "À payer"), ("Montant HT;TVA;Reste", ""), ("Montant;Remise;Total", ""),
])  # fmt: skip
def test_the_total_is_what_is_to_be_paid_or_nobody_guesses(titles: str, total: str) -> None:
    heads, row = f"N° facture;N° famille;Date;{titles}".split(";"), "F1;1042;01/10/2026;100,00;20,00;120,00".split(";")
    found = column_matching.guess(KINDS["invoices"], heads, [[*row], [*row]])
    assert [heads[int(at)] for at, name in found.items() if name == "total"] == ([total] if total else [])
    reasons = {each.title: each.why for each in left_columns(KINDS["invoices"], heads, {"columns": found})}
    assert (titles != "Montant;Remise;Total") or "reliez la bonne" in reasons["Montant"]


def test_a_payment_that_is_there_under_another_number_is_a_conflict(database: str) -> None:
    first = "ZR1;02/11/2026;1042;CHQ;7654321;100,00;;"
    again = [
        first.replace("ZR1", "ZR2"),
        "ZR3;02/11/2026;1077;CHQ;7654321;100,00;;",
        "ZR4;03/11/2026;1042;CHQ;;100,00;;",
    ]
    report = bring("payments", lines(PAYMENTS, first))
    assert sentences(report) == []
    assert [
        line for line, why in conflicts(check(give("payments", lines(PAYMENTS, *again)))) if "Est-ce le même" in why
    ] == [2]
    assert (
        len(sentences(check(give("payments", lines(PAYMENTS, "ZR8;02/11/2026;1042;CHQ;;100,00;;"))))) == 1
    )  # the same day


def test_states_of_other_programs_and_money_of_other_countries_are_never_cashed_unsaid(database: str) -> None:
    rows = (
        "V1;1042;03/11/2026;CB;100,00;Validé;EUR",
        "V2;1042;04/11/2026;CB;100,00;Refusé;EUR",
        "V3;1042;05/11/2026;CB;100,00;Remboursé;",
    )
    titles = "N° reçu;N° famille;Date de la commande;Moyen de paiement;Montant total;Statut de la commande;Devise"
    run = received(titles, *rows)
    report = carry(run)
    assert (run.kind, list(asked(report)), report.written) == ("payments", [], True)
    found = {each.number: each.state for each in every(Payment, Payment.number.startswith("V"))}
    assert (found, [each.line for each in report.aside]) == ({"V1": "cashed"}, [3, 4])
    swiss = received(titles, rows[0].replace("EUR", "CHF"))
    assert [(column, why) for _, column, why in faults(check(swiss))] == [
        ("Devise", "Ce montant n’est pas en euros (CHF). Convertissez-le, et corrigez.")
    ]


def test_an_accountants_journal_asks_whether_its_credits_are_payments(database: str) -> None:
    rows = ("VT,411000,1042,20261001,324.00,0.00", "BQ,411000,1042,20261015,0.00,324.00")
    run = received("JournalCode,CompteNum,CompAuxNum,EcritureDate,Debit,Credit", *rows)
    assert (run.kind, set(asked(check(run)))) == ("payments", {"balanced", "debits", "unnumbered"})


@pytest.mark.parametrize(("title", "words"), [("Sens", ("C", "D")), ("Type", ("Encaissement", "Remboursement"))])
def test_what_went_out_is_asked_about_however_a_file_says_it(database: str, title: str, words: tuple[str, str]) -> None:
    rows = [f"W{at};02/11/2026;1042;1{at}0,00;{word}" for at, word in enumerate(words)]
    run = received(f"N° règlement;Date;N° famille;Montant;{title}", *rows)
    assert (run.kind, asked(check(run))) == ("payments", {"debits": ["110,00\N{NO-BREAK SPACE}€"]})


def test_of_several_amounts_that_no_title_explains_none_is_taken_and_a_pupil_a_line_is_no_course(database: str) -> None:
    cheques = column_matching.guess(
        KINDS["payments"], ["N° famille", "Total des chèques"], [["1042", "12,00"], ["1042", "13,00"]]
    )
    assert cheques == {"0": "family", "1": "cents"}  # the only amount there is
    heads = "N° reçu;Date;N° famille;Montant brut;Commission;Montant net".split(";")
    row = "R1;02/10/2026;1042;100,00;2,50;97,50".split(";")
    assert "cents" not in column_matching.guess(KINDS["payments"], heads, [[*row], [*row]]).values()
    assert (
        received("Saison;N° élève;Nom;Cours;Tarif;Réglé;Solde", "2026-2027;2042;AUBRY;PI 1;310,00;100,00;210,00").kind
        == "enrolments"
    )


def test_a_file_of_amounts_by_means_is_no_list_of_families(database: str) -> None:
    run = received(
        "N° famille;Nom;Date;Chèque;Espèces;ANCV;Total",
        "1042;AUBRY;03/11/2026;100,00;10,00;50,00;160,00",
        "1077;ROY;03/11/2026;1,00;2,00;3,00;6,00",
    )
    left = {each.title: each.why for each in left_columns(KINDS[run.kind], run.heads, run.matched)}
    assert (run.kind, run.matched["columns"].get("6"), "un règlement par ligne" in left["ANCV"].lower()) == (
        "payments",
        "cents",
        True,
    )


def test_what_no_column_gives_says_how_to_give_it(database: str) -> None:
    report = check(give("payments", "N° chèque;Tireur;N° famille;Montant\n1234567;AUBRY;1042;100,00\n"))
    assert faults(report) == [
        (2, "Date", "Aucune colonne ne donne « Date ». Reliez-en une, ou donnez une valeur fixe.")
    ]


def test_days_and_parts_that_cannot_be_are_conflicts(database: str) -> None:
    course = every(Course, Course.school_year == "2026-2027")[0]
    absences = f"N° élève;Année scolaire;N° cours;Date\n2042;2026-2027;{course.number};18/11/2036\n2042;2026-2027;{course.number};18/11/2026\n"
    assert sentences(check(give("absences", absences))) == [
        f"Le 18/11/2036 n’est pas de l’année 2026-2027 du cours {course.number}."
    ]
    late = lines(INVOICES, "ZZ1;15/10/2062;1042;Cotisation;FACTURE;100,00;")
    assert sentences(bring("invoices", late)) == ["La date du 15/10/2062 est loin d’aujourd’hui : est-elle juste ?"]
    parts = check(give("instalments", "N° facture;Échéance;Montant\nZZ1;31/10/2062;40,00\nZZ1;30/11/2026;40,00\n"))
    assert sentences(parts) == [
        "Facture ZZ1 du 15/10/2062 : l’échéance du 30/11/2026 est avant elle.",
        "Facture ZZ1 : ses échéances font 80,00 €, son total est 100,00 €.",
    ]


def test_sums_of_which_nothing_says_that_they_came_are_not_cashed_unsaid(database: str) -> None:
    text = "Famille;Date;N°;Montant\n1042;12/10/2026;F1;1 250,00 €\n1042;13/10/2026;F2;85 €\n"
    run = last(ImportRun, ImportRun.id == jobs.receive(HELENES, "", "liste.csv", text.encode()))
    assert (run.kind, "cashed" in asked(check(run))) == ("payments", True)
    due = check(give("payments", text, answers={"cashed": "due", "unnumbered": "made"}))
    assert [(line, column) for line, column, _ in faults(due)] == [(2, "Montant"), (3, "Montant")]
    paid_for = check(give("payments", text.replace("Montant", "Montant réglé"), answers={"unnumbered": "made"}))
    assert (faults(paid_for), asked(paid_for)) == ([], {})
