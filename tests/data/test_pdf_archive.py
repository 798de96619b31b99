"""Papers: written once and kept as bytes, whoever asks again; certificates that anyone can check and nobody can read."""

import hashlib
import io
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from pypdf import PdfReader
from sqlmodel import select

from data.accounts.models import Account
from data.billing import pdf_archive
from data.billing.models import Invoice, InvoiceLine, Payment
from data.billing.pdf_archive import Certificate, Draft, Paper
from data.core.audit import AuditEntry
from data.core.errors import NotFound
from data.core.formats import school_year
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.schooling.models import Course, Enrolment
from tests.conftest import stored_path
from tests.data.payment_helpers import bill, pay_at_the_counter
from tests.data.test_schooling import course, known
from tests.demo_users import CLAIRE, MARC, SAMIR, account, as_, both, every, found, last, later, pupil, today

RENTAL, RECEIPT = "07000004", "07000002"
Ask = Callable[[UnitOfWork], bytes | Draft]


def invoice(number: str) -> Ask:
    return lambda uow: pdf_archive.invoice(uow, number)


def receipt(number: str) -> Ask:
    return lambda uow: pdf_archive.receipt(uow, number)


def enrolment(first_name: str = "Irina") -> Ask:
    return lambda uow: pdf_archive.certificate(uow, pdf_archive.enrolment_certificate(uow, known(first_name)))


def paid(first_name: str = "Irina", back: int = 0) -> Ask:
    """The certificate of what was paid, so many years ago."""

    def ask(uow: UnitOfWork) -> bytes | Draft:
        first = int(school_year(uow.today)[:4]) - back
        paper = pdf_archive.payment_certificate(uow, known(first_name), f"{first}-{first + 1}")
        return pdf_archive.certificate(uow, paper)

    return ask


def asked(login: str, ask: Ask, **when: Any) -> bytes | Draft:
    with as_(login, **when) as uow:
        return ask(uow)


def stored(login: str, draft: Draft, content: bytes, **when: Any) -> bytes:
    with as_(login, **when) as uow:
        return pdf_archive.store(uow, draft, content)


def first_time(login: str, ask: Ask, **when: Any) -> bytes:
    """Asked, written between two units of work, kept."""
    draft = asked(login, ask, **when)
    assert isinstance(draft, Draft)
    return stored(login, draft, draft.write(), **when)


def text(pdf: bytes | Draft) -> str:
    """Its words without spaces: what was broken over lines is found again."""
    content = pdf.write() if isinstance(pdf, Draft) else pdf
    assert content.startswith(b"%PDF-")
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def assert_contains(pdf: bytes | Draft, *expected: str) -> None:
    flat = text(pdf)
    for each in expected:
        assert re.sub(r"\s", "", each) in flat, each


def change(table: type[Any], *conditions: Any, **values: Any) -> None:
    with system_unit_of_work(writes=True) as uow:
        row = found(uow.one(select(table).where(*conditions)))
        for name, value in values.items():
            setattr(row, name, value)
        uow.add(row)


def set_language(login: str, language: str) -> None:
    change(Account, Account.id == account(login).id, language=language)


def mine(table: type[Any], login: str) -> list[Any]:
    return every(table, table.family_id == account(login).family_id)


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    start = Barrier(len(acts))

    def act(each: Callable[[], Any]) -> Any:
        start.wait(timeout=240)
        return each()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result() for done in [pool.submit(act, each) for each in acts]]


@both
@pytest.mark.parametrize(("ask", "expected"), [
    (invoice(RENTAL), ("Facture n° 07000004", "Samir Belkacem", "200,00 €", "Location d’un violon entier", "DUPLICATA")),
    (receipt(RECEIPT), (RECEIPT, RENTAL, "Samir Belkacem", "150,00 €", "Chèque", "1184027", "DUPLICATA")),
    (enrolment("Samir"), ("Samir Belkacem", "30/01/1991", "2077", "Violon 2", "Conservatoire de Valmont", "Hélène Lemoine")),
    (paid("Samir"), ("Samir Belkacem", RENTAL, "la somme de 462,00 €, réglée par Samir Belkacem", "par chèque", "Reste à régler", "50,00 €")),
], ids=["invoice", "receipt", "enrolment", "payment"])  # fmt: skip
def test_a_paper_is_written_once_and_is_the_same_bytes_ever_after(  # row 80
    database: str, ask: Ask, expected: tuple[str, ...]
) -> None:
    content = first_time(SAMIR, ask)
    assert_contains(content, *expected)
    (row,) = mine(Paper, SAMIR)
    assert (row.size, row.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    path = stored_path(row.site_id, row.name)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (content, 0o600)
    for _ in range(2):
        assert asked(SAMIR, ask) == content
    assert asked(SAMIR, ask, now=later(minutes=5)) == content
    assert len(mine(Paper, SAMIR)) == 1


def test_a_duplicate_keeps_the_day_when_it_was_first_asked_for(database: str) -> None:
    content = first_time(SAMIR, invoice(RENTAL))
    assert asked(SAMIR, invoice(RENTAL), now=later(days=40)) == content
    assert f"{later(days=40):%d/%m/%Y}" not in text(content)


@both
def test_french_and_english_are_two_papers(database: str) -> None:
    french = first_time(SAMIR, invoice(RENTAL))
    set_language(SAMIR, "en")
    english = first_time(SAMIR, invoice(RENTAL))
    assert_contains(english, RENTAL, "Samir Belkacem", "€200.00", "Invoice")
    assert "Facture" not in text(english)
    assert asked(SAMIR, invoice(RENTAL)) == english
    set_language(SAMIR, "fr")
    assert asked(SAMIR, invoice(RENTAL)) == french != english
    assert len(mine(Paper, SAMIR)) == 2


@both
def test_a_bill_corrected_afterwards_is_another_paper(database: str) -> None:
    before = first_time(SAMIR, invoice(RENTAL))
    change(InvoiceLine, InvoiceLine.invoice_id == last(Invoice, Invoice.number == RENTAL).id, cents=21_000, unit=21_000)
    change(Invoice, Invoice.number == RENTAL, total=21_000)
    after = first_time(SAMIR, invoice(RENTAL))
    assert_contains(after, "210,00 €")
    assert "210,00" not in text(before)
    assert asked(SAMIR, invoice(RENTAL)) == after
    assert len(mine(Paper, SAMIR)) == 2
    change(Invoice, Invoice.number == RENTAL, payer_address="1 rue Neuve\n57000 Metz")
    assert_contains(first_time(SAMIR, invoice(RENTAL)), "1 rue Neuve", "57000 Metz")
    receipts = first_time(SAMIR, receipt(RECEIPT))
    change(Payment, Payment.number == RECEIPT, method="Espèces")
    assert_contains(first_time(SAMIR, receipt(RECEIPT)), "Espèces")
    assert_contains(receipts, "Chèque")


@both
def test_two_who_keep_at_once_keep_one(database: str) -> None:
    one, other = (asked(SAMIR, invoice(RENTAL), now=later(days=days)) for days in (0, 1))
    assert isinstance(one, Draft)
    assert isinstance(other, Draft)
    drafts = [(one, one.write()), (other, other.write())]
    assert (drafts[0][0].subject == drafts[1][0].subject, drafts[0][1] == drafts[1][1]) == (True, False)
    shown = at_once([lambda draft=draft, content=content: stored(SAMIR, draft, content) for draft, content in drafts])
    assert shown[0] == shown[1] == asked(SAMIR, invoice(RENTAL))
    assert shown[0] in {content for _, content in drafts}
    (row,) = mine(Paper, SAMIR)
    assert row.sha256 == hashlib.sha256(shown[0]).hexdigest()


@both
def test_a_paper_whose_file_vanished_is_written_again(database: str) -> None:
    first_time(SAMIR, invoice(RENTAL))
    (row,) = mine(Paper, SAMIR)
    stored_path(row.site_id, row.name).unlink()
    again = first_time(SAMIR, invoice(RENTAL), now=later(days=3))
    (row,) = mine(Paper, SAMIR)
    assert (row.size, row.sha256) == (len(again), hashlib.sha256(again).hexdigest())
    assert stored_path(row.site_id, row.name).read_bytes() == again
    assert asked(SAMIR, invoice(RENTAL)) == again


def test_a_credit_note_names_the_bill_that_it_corrects(database: str) -> None:
    credit = last(Invoice, Invoice.nature == "credit", Invoice.family_id == account(CLAIRE).family_id)
    corrected = last(Invoice, Invoice.id == credit.corrects_id)
    assert_contains(
        first_time(CLAIRE, invoice(credit.number)), f"Avoir n° {credit.number}", corrected.number, "30,00 €"
    )
    assert_contains(
        first_time(CLAIRE, invoice(corrected.number)), f"Facture n° {corrected.number}", "344,00 €", "Irina Aubry"
    )
    parts = last(Invoice, Invoice.family_id == credit.family_id, Invoice.label.contains("trois fois"))  # type: ignore[attr-defined]
    assert_contains(first_time(CLAIRE, invoice(parts.number)), "486,00 €", "162,00 €", "−26,00 €", "QF 3", "Nino Aubry")


@both
def test_another_familys_papers_are_not_found(database: str) -> None:  # row 77
    bills = mine(Invoice, CLAIRE)
    receipts = [row for row in mine(Payment, CLAIRE) if row.state != "rejected"]
    assert (len(bills), len(receipts)) == (4, 3)
    for login, code in ((MARC, "valmont"), (SAMIR, "valmont"), (None, "valmont")):
        for ask in [*(invoice(row.number) for row in bills), *(receipt(row.number) for row in receipts)]:
            with pytest.raises(NotFound), as_(login, code) as uow:
                ask(uow)
    for number in ("", "\0", "0", "9" * 400, RENTAL, "../" + RENTAL):
        for ask in (invoice(number), receipt(number)):
            with pytest.raises(NotFound):
                asked(CLAIRE, ask)
    irina = known()
    for login, code in ((SAMIR, "valmont"), (CLAIRE, "belrive"), (None, "valmont")):
        with pytest.raises(NotFound), as_(login, code) as uow:
            pdf_archive.enrolment_certificate(uow, irina)
        with pytest.raises(NotFound), as_(login, code) as uow:
            pdf_archive.payment_certificate(uow, irina, school_year(uow.today))
    assert "Piano" not in text(asked(SAMIR, lambda uow: pdf_archive.report(uow, irina)))
    assert every(Certificate) == []


def test_a_rejected_payment_has_no_receipt(database: str) -> None:
    (row,) = (row for row in mine(Payment, CLAIRE) if row.state == "rejected")
    with pytest.raises(NotFound):
        asked(CLAIRE, receipt(row.number))
    change(Payment, Payment.id == row.id, state="cashed")
    assert_contains(first_time(CLAIRE, receipt(row.number)), row.number, "344,00 €", "Claire Aubry")


def test_the_report_tells_every_past_year_and_is_never_kept(database: str) -> None:
    hers, his, ninos = (
        asked(login, lambda uow, name=name: pdf_archive.report(uow, pupil(uow, name)))
        for login, name in ((CLAIRE, "Irina"), (MARC, "Irina"), (CLAIRE, "Nino"))
    )
    assert isinstance(hers, Draft)
    assert hers.subject == ""
    first = int(school_year(today())[:4])
    assert_contains(hers, "Irina Aubry", "2042", *(f"{first - back}-{first - back + 1}" for back in range(1, 7)))
    assert text(hers).count("Formationmusicale") == 6
    assert text(his) == text(hers)
    assert_contains(ninos, "Nino Aubry")
    assert "Piano" not in text(ninos)
    assert every(Paper) == []


@both
def test_the_same_facts_are_the_same_certificate_and_new_facts_a_new_one(database: str) -> None:
    content = first_time(CLAIRE, enrolment())
    (row,) = mine(Certificate, CLAIRE)
    assert (row.kind, row.initials, row.pupil_id, row.revoked_at) == ("enrolment", "I. A.", known().id, None)
    assert_contains(
        content, pdf_archive.spaced(row.code), "Irina Aubry", "Piano", "FM", "Pratique collective", "Valmont"
    )
    assert asked(CLAIRE, enrolment()) == content
    assert asked(CLAIRE, enrolment(), now=later(minutes=5)) == content
    assert len(mine(Certificate, CLAIRE)) == 1
    entries = every(AuditEntry, AuditEntry.action == "certificate issued")
    assert [(each.subject_id, each.family_id, each.actor) for each in entries] == [
        (row.id, account(CLAIRE).family_id, "Claire Aubry")
    ]
    course("Irina", year=school_year(today()), name="Alto 206")
    other = first_time(CLAIRE, enrolment())
    assert_contains(other, "Alto 206")
    codes = [each.code for each in mine(Certificate, CLAIRE)]
    assert len(set(codes)) == 2
    first, second = (pdf_archive.check(each) for each in codes)
    assert first
    assert second == replace(first, issued_on=second.issued_on), "the day may have turned"
    change(Course, Course.name == "Alto 206", name="Alto 207")
    first_time(CLAIRE, enrolment())
    assert len(mine(Certificate, CLAIRE)) == 3
    change(Course, Course.name == "Alto 207", name="Alto 206")
    assert asked(CLAIRE, enrolment()) == other
    set_language(CLAIRE, "en")
    assert "Attestation" not in text(first_time(CLAIRE, enrolment()))


@both
def test_each_household_has_its_own_code(database: str) -> None:
    hers, his = first_time(CLAIRE, enrolment()), first_time(MARC, enrolment())
    (one,), (other,) = mine(Certificate, CLAIRE), mine(Certificate, MARC)
    assert (one.facts, one.digest, one.code == other.code) == (other.facts, other.digest, False)
    assert pdf_archive.spaced(one.code) not in text(his)
    assert pdf_archive.spaced(other.code) not in text(hers)
    for ask in (enrolment("Nino"), paid("Irina"), paid("Irina", back=1)):  # Nino is not his, Irina's bills are Claire's
        with pytest.raises(NotFound):
            asked(MARC, ask)
    assert len(every(Certificate)) == 2


@both
def test_two_who_ask_at_once_for_a_certificate_get_one_code(database: str) -> None:
    contents = at_once([lambda: asked(CLAIRE, enrolment())] * 2)
    assert {each.subject for each in contents} == {contents[0].subject}
    assert len(mine(Certificate, CLAIRE)) == 1


def test_who_only_asked_or_has_left_gets_no_certificate(database: str) -> None:
    for status in ("asked", "waiting", "left"):
        change(Enrolment, Enrolment.pupil_id == known("Nino").id, status=status)
        with pytest.raises(NotFound):
            asked(CLAIRE, enrolment("Nino"))
    with pytest.raises(NotFound):
        asked(SAMIR, enrolment("Samir"), now=datetime(2059, 11, 24, tzinfo=UTC))


@both
def test_a_certificate_of_payment_follows_what_is_settled(database: str) -> None:
    before = first_time(CLAIRE, paid("Nino"))
    assert_contains(before, "Nino Aubry", "Éveil musical, facture n°", "142,00 €", "la somme de 47,33 €, réglée par Claire Aubry",
                    "par carte bancaire (en ligne) (part de Nino)", "Reste à régler", "94,67 €")  # fmt: skip
    number = last(Invoice, Invoice.family_id == account(CLAIRE).family_id, Invoice.label.contains("trois fois")).id  # type: ignore[attr-defined]
    pay_at_the_counter(number, 32_400)
    after = first_time(CLAIRE, paid("Nino"))
    assert_contains(after, "la somme de 142,00 €, réglée par Claire Aubry")
    assert "Reste à régler" not in text(after)
    assert len({each.code for each in mine(Certificate, CLAIRE)}) == 2
    assert_contains(
        first_time(CLAIRE, paid("Irina", back=2)), "Irina Aubry", "la somme de 314,00 €", "Avoir n°", "−30,00 €"
    )
    bill(5_000, CLAIRE)  # a bill without a line of his changes nothing
    assert asked(CLAIRE, paid("Nino")) == after
    for year in ("", "1999-2000", "2026", "x" * 500, "\0"):
        with pytest.raises(NotFound), as_(CLAIRE) as uow:
            pdf_archive.payment_certificate(uow, pupil(uow, "Irina"), year)


@both
def test_a_code_is_checked_as_people_type_it(database: str) -> None:
    first_time(CLAIRE, enrolment())
    row = last(Certificate)
    code, spaced = row.code, pdf_archive.spaced(row.code)
    assert re.fullmatch(f"[{pdf_archive.ALPHABET}]{{10}}", code)
    shown = pdf_archive.Checked(
        "enrolment", row.site_id, "Conservatoire de Valmont", row.school_year, "I. A.", row.issued_on, valid=True
    )
    for typed in (code, spaced, code.lower(), f"  {spaced.lower()} ", " ".join(code), spaced.replace("-", "–"), f"« {code} ».",
                  spaced.replace("-", "\xa0"), spaced + "\n"):  # fmt: skip
        assert pdf_archive.check(typed) == shown, typed
    swapped = code.translate(str.maketrans({code[0]: "A" if code[0] != "A" else "B"}))
    looks_alike = {
        "A": "\u0410",
        "B": "\u0412",
        "C": "\u0421",
        "E": "\u0415",
        "H": "\u041d",
        "K": "\u041a",
        "M": "\u041c",
    }
    for typed in ("", " ", "0", code[:9], code + "A", swapped, code[::-1] + "Z", "%" * 10, code + " " * 31, code * 500,
                  "x" * 5000, "\0" * 10, "'; DROP TABLE certificate; --", *looks_alike.values()):  # fmt: skip
        assert pdf_archive.check(typed) is None, typed[:40]
    change(Certificate, Certificate.id == row.id, code="ABCEHKM234")
    assert pdf_archive.check("ABCE-HKM2-34") == shown
    for letter, other in looks_alike.items():
        assert pdf_archive.check("ABCEHKM234".replace(letter, other)) is None, letter


@both
def test_checking_tells_initials_and_says_when_it_is_revoked(database: str) -> None:
    first_time(CLAIRE, paid("Irina"))
    row = last(Certificate)
    found_text = pdf_archive.check(row.code)
    assert found_text is not None
    assert {each.name for each in fields(found_text)} == {
        "kind",
        "site_id",
        "site",
        "school_year",
        "initials",
        "issued_on",
        "valid",
    }
    shown = repr(found_text).lower()
    for secret in ("irina", "aubry", "2042", "facture", "€", str(known().birth_date), row.code.lower()):
        assert secret not in shown
    assert (found_text.kind, found_text.initials, found_text.valid) == ("payment", "I. A.", True)
    change(Certificate, Certificate.id == row.id, revoked_at=later())
    again = pdf_archive.check(row.code)
    assert again is not None
    assert (again.valid, again.issued_on) == (False, found_text.issued_on)
