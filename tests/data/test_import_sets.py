"""Whole sets, as other programs and small schools write them, into an empty site: what is asked, what enters, what each family owes."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlmodel import select

from data.billing.models import Allocation, EntryState, Invoice, Nature, Payment
from data.core.system_unit_of_work import system_unit_of_work
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.importing import corrections, jobs
from data.importing import runs as import_runs
from data.importing.pipeline import Report
from data.importing.runs import ImportRun
from data.schooling.models import Course, Enrolment
from tests.data.import_helpers import HELENES, bring, carry, check, faults, give
from tests.data.site_helpers import an_empty_site
from tests.days import THOROUGH
from tests.demo_users import counts, every, last
from tests.sample_files import (
    HEADS,
    Planted,
    Set,
    accountant,
    bills,
    english_tabs,
    merged_titles,
    receipts,
    school_program,
    sections_and_totals,
    small_school,
    three_thousand,
)
from tests.sample_files import families as built

pytestmark = pytest.mark.usefixtures("in_the_files_year")

CLICKS = 3  # the file is given, checked, imported
PEOPLE = (Family, Guardian, Pupil, PupilLink)
OFFERED = "new-courses:2026-2027"  # courses that pupils name, and that an empty portal does not have


@pytest.fixture(autouse=True)
def empty_site(database: str, tmp_path: Path) -> None:
    an_empty_site(f"sqlite:///{tmp_path}/new.db")


class Brought(NamedTuple):
    """A file as a person brought it in: what it was taken for, columns that nothing took, what was told, clicks."""

    kind: str
    left: list[str]
    report: Report
    clicks: int


def receive(given: Set) -> ImportRun:
    name, content = given
    number = jobs.receive(HELENES, "", name, content)
    return last(ImportRun, ImportRun.id == number)


def enter(given: Set, **answers: str) -> Brought:
    """As it is proposed, with these answers and no other; nothing is faulty, nothing is left to be read."""
    run = receive(given)
    left = [head for at, head in enumerate(run.heads) if str(at) not in run.matched["columns"]]
    first = check(run)
    assert faults(first) == []
    assert {each.key for each in first.questions if each.is_open} == {each.replace("__", ":") for each in answers}
    with HELENES(writes=True) as uow:
        import_runs.match(uow, run.id, {"answers": {key.replace("__", ":"): value for key, value in answers.items()}})
    report = carry(last(ImportRun, ImportRun.id == run.id))
    assert report.written
    return Brought(run.kind, left, report, CLICKS + len(answers) + bool(report.conflicts))


def people() -> tuple[int, ...]:
    return tuple(counts(table)[0] for table in PEOPLE)


def families() -> list[tuple[int, list[str], list[str]]]:
    """(number, its adults by rank, its pupils)."""
    found = []
    with system_unit_of_work() as uow:
        for family in uow.all(select(Family).order_by(Family.number)):
            adults = uow.all(select(Guardian).where(Guardian.family_id == family.id).order_by(Guardian.rank))
            pupils = uow.all(
                select(Pupil)
                .join(PupilLink, PupilLink.pupil_id == Pupil.id)
                .where(PupilLink.family_id == family.id)
                .order_by(Pupil.number)
            )
            found.append((family.number, list(map(called, adults)), list(map(called, pupils))))
    return found


def called(one: Guardian | Pupil) -> str:
    return f"{one.first_name} {one.last_name}".strip()


def wanted(count: int, seed: int, *, most: int = 3) -> list[tuple[list[str], list[str]]]:
    """The families of a builder: its adults, its pupils."""
    return [
        (
            [
                f"{home['first']} {home['name']}",
                *([f"{home['other']} {home['other_name']}"] if home["other_name"] else []),
            ],
            [f"{each['first']} {home['name']}" for each in pupils[:most]],
        )
        for _, home, pupils in built(count, seed)
    ]


def balances() -> dict[int, int]:
    """Family's number -> what it owes, in cents: all its invoices, less its credit notes and what came in."""
    numbers = {each.id: each.number for each in every(Family)}
    owed = dict.fromkeys(numbers.values(), 0)
    for invoice in every(Invoice):
        owed[numbers[invoice.family_id]] += invoice.total * (-1 if invoice.nature == Nature.CREDIT else 1)
    for payment in every(Payment, Payment.state != EntryState.REJECTED):
        owed[numbers[payment.family_id]] -= payment.cents
    return owed


def totals(report: Report) -> list[str]:
    return [str(each).replace("\N{NO-BREAK SPACE}", " ") for each in report.previews.totals]


def understood(report: Report, column: str) -> dict[str, str]:
    return {each.written: each.value for each in report.understood if each.column == column}


# Pupils with their adults


def test_a_programs_pupils_enter_as_they_are(empty_site: None) -> None:
    brought = enter(school_program())
    assert (brought.kind, brought.left, brought.clicks) == ("pupils-and-adults", [], 3)
    assert people() == (20, 33, 43, 43)
    assert [found[1:] for found in families()] == wanted(20, 7)
    [number, home, pupils] = next(iter(built(1)))
    [pupil] = every(Pupil, Pupil.number == 5001)
    assert f"{pupil.birth_date:%d/%m/%Y}" == pupils[0]["birth"]
    assert (pupil.gender, pupil.discipline, pupil.cycle) == ("f", pupils[0]["discipline"], "1er cycle")
    [mother] = every(Guardian, Guardian.email == home["email"])
    assert (mother.civility, mother.rank, mother.address, mother.postcode, mother.town, mother.phone_mobile) == (
        "mme", 1, home["address"], home["postcode"], home["town"], f"+33{home['mobile'][1:]}",
    )  # fmt: skip
    assert number == 1001 == families()[0][0]


def test_the_courses_of_a_programs_pupils_are_made_when_it_is_said(empty_site: None) -> None:
    run = receive(school_program())
    with HELENES(writes=True) as uow:
        import_runs.match(uow, run.id, {"answers": {OFFERED: "make"}})
    assert carry(last(ImportRun, ImportRun.id == run.id)).written
    learn = {
        (5001 + at, each["discipline"], "2026-2027")
        for at, each in enumerate(each for _, _, pupils in built(20) for each in pupils)
    }
    numbers, courses = {each.id: each.number for each in every(Pupil)}, {each.id: each for each in every(Course)}
    found = [(numbers[each.pupil_id], courses[each.course_id]) for each in every(Enrolment)]
    assert {(number, course.name, course.school_year) for number, course in found} == learn
    assert (len(found), len(courses)) == (43, len({name for _, name, _ in learn}))


def test_a_small_schools_list_asks_what_only_its_secretary_knows(empty_site: None) -> None:
    answers = {"whose__phone": "each", "same-name": "one"}
    brought = enter(small_school(), **answers)
    assert (brought.kind, brought.left, brought.clicks) == ("pupils-and-adults", ["Âge", "Montant", "Réglé ?"], 5)
    assert [found[1:] for found in families()] == [
        (["Jean GARNIER", "Anne GARNIER"], ["Léa GARNIER", "Tom GARNIER"]),
        (["Sophie MORIN"], ["Chloé MORIN", "Jules MORIN"]),
        (["Luc ROLLAND"], ["Luc ROLLAND"]),
        (["LEROY"], ["Nina Petit"]),
        (["PETIT"], ["Nina Petit"]),
    ]
    numbers = {called(each): (each.rank, each.phone_mobile, each.phone_home) for each in every(Guardian)}
    assert numbers["Jean GARNIER"] == (1, "+33612345678", ""), "a number that a spreadsheet shortened is a mobile too"
    assert numbers["Luc ROLLAND"] == (1, "+33611223355", "+33387001122")
    assert numbers["PETIT"] == (1, "+33612000002", ""), "alone in a family: its « responsable »"
    assert understood(brought.report, "Téléphone")["612345678"] == "06 12 34 56 78"
    noticed = {each.key for each in brought.report.questions} - {each.replace("__", ":") for each in answers}
    ditto = {f"ditto:adult1_{name}" for name in ("address", "phone_home", "email")}
    assert noticed == {*ditto, "mobiles", "first-names", "separated", "no-address", OFFERED}, "told, and not asked"


def test_titles_on_two_lines_behind_a_notice(empty_site: None) -> None:
    brought = enter(merged_titles(), namesakes="adult")  # a mother with her daughter's first name
    assert (brought.kind, brought.left, brought.clicks) == ("pupils-and-adults", [], 4)
    assert [found[1:] for found in families()] == wanted(12, 11)
    for _, home, _pupils in built(12, seed=11):
        [adult] = every(Guardian, Guardian.email == home["email"])
        assert (adult.address, adult.postcode, adult.town) == (home["address"], home["postcode"], home["town"])


def test_english_titles_and_two_children_a_line(empty_site: None) -> None:
    brought = enter(english_tabs())
    assert (brought.kind, brought.left, brought.clicks) == ("pupils-and-adults", [], 3)
    assert [found[2] for found in families()] == [pupils for _, pupils in wanted(12, 13, most=2)]
    assert [found[1] for found in families()] == [adults[:1] for adults, _ in wanted(12, 13)]
    births = {each["birth"] for _, _, pupils in built(12, seed=13) for each in pupils[:2]}
    assert {f"{each.birth_date:%d/%m/%Y}" for each in every(Pupil)} == births
    assert {each.address for each in every(Guardian)} == {home["address"] for _, home, _ in built(12, 13)}


# Accounts


def test_bills_and_receipts_of_a_program(empty_site: None) -> None:
    enter(school_program())
    billed = enter(bills(), **{"negative-invoices": "credit"})
    assert (billed.kind, billed.left, billed.clicks) == ("invoices", [], 4)
    assert totals(billed.report) == ["28 pièces, 6 776,40 €"]
    owed = {number: 16200 * len(pupils) for number, _, pupils in built(20)}
    for number in owed:
        owed[number] -= 3240 * (number % 5 == 0) + 1500 * (number % 6 == 0)
    assert balances() == owed
    paid = enter(receipts(), **{"returned-payments": "owed"})
    assert (paid.kind, paid.left, paid.clicks) == ("payments", [], 4)
    assert totals(paid.report) == ["1 pièce, 162,00 €", "22 règlements, 8 251,06 €"]
    owed = {
        number: left - 16200 * len(pupils) for (number, _, pupils), left in zip(built(20), owed.values(), strict=True)
    }
    assert balances() == {**owed, 1003: owed[1003] + 16200, 1004: owed[1004] - 123456, 1005: owed[1005] - 5050}
    assert understood(paid.report, "Montant") == {"1.234,56": "1234,56"}
    assert {each.method for each in every(Payment)} == {"Chèque", "Carte bancaire", "Espèces", "Prélèvement"}
    assert sum(each.cents for each in every(Allocation)) == 16200 * 43


def test_sections_and_totals_are_no_invoices(empty_site: None) -> None:
    enter(school_program())
    brought = enter(sections_and_totals())
    assert (brought.kind, brought.left, brought.clicks) == ("invoices", ["(intertitre)"], 3)
    assert totals(brought.report) == ["40 pièces, 7 740,00 €"]
    assert balances() == {number: 18000 * len(pupils) for number, _, pupils in built(20)}
    [invoice] = every(Invoice, Invoice.number == "V01-1001")
    assert (invoice.day, invoice.due_day, invoice.school_year) == (date(2027, 1, 15), date(2027, 2, 15), "2026-2027")


def test_an_accountants_amounts_are_what_accountants_mean(empty_site: None) -> None:
    enter(school_program())
    brought = enter(accountant(), **{"negative-invoices": "credit"})
    assert (brought.kind, brought.left, brought.clicks) == ("invoices", [], 4)
    amounts = (150000, 123450, 16200, 105000, 8150, 1250, 200000, 32400)
    owed = {1001 + at: amounts[at % 8] for at in range(20)}
    assert balances() == {**owed, 1001: owed[1001] - 1250, 1002: owed[1002] - 1500}
    assert understood(brought.report, "Montant TTC")["2.000"] == "2000,00"


# Three thousand pupils, four lines in a hundred wrong


ASKED = {
    "word:pupil_gender:z": "f", "word:adult1_civility:dr": "-", "numbers:family": "same", "differs:address": "first", "homes": "two",
    "shared-email": "keep",
}  # fmt: skip


@pytest.mark.skipif(not THOROUGH, reason="three thousand pupils")
def test_every_planted_fault_is_reported_and_nothing_else_then_all_enters(empty_site: None) -> None:
    given, planted = three_thousand()
    run = receive(given)
    report = check(run)
    at_fault = {(each.line, each.column) for each in planted}
    refused = {(line, column) for line, column, _ in faults(report)}
    assert refused <= at_fault
    questions = [each for each in report.questions if each.key not in {"capitals", OFFERED}]
    assert [each.key for each in questions if each.is_open] == list(ASKED) == [each.key for each in questions]
    asked = {line for each in questions for line in each.lines}
    assert {each.line for each in planted} == {line for line, _ in refused} | (asked & {line for line, _ in at_fault})
    assert beside(asked, planted) == [], "whoever is asked about is of a family with a planted value"
    assert (report.conflicts, report.written) == ([], False)
    wrong = [each for each in planted if (each.line, each.column) in refused]
    assert len(wrong) == 84
    with HELENES(writes=True) as uow:
        cells = {(each.line, HEADS.index(each.column)): each.right for each in wrong}
        corrections.correct(uow, run.id, cells)
        import_runs.match(uow, run.id, {"answers": ASKED})
    report = carry(last(ImportRun, ImportRun.id == run.id))
    assert (faults(report), report.conflicts, report.written) == ([], [], True)
    assert people() == (1522, 3032, 3000, 3006)
    assert every(Guardian, Guardian.address == "1 quai Neuf") == []
    assert len(every(Guardian, Guardian.address == "2 quai Neuf")) == 6
    assert counts(Pupil)[0] == len({each.birth_date for each in every(Pupil)})


def beside(asked: Iterable[int], planted: list[Planted]) -> list[int]:
    """Lines that are asked about, of families in which nothing is wrong."""
    lines = three_thousand()[0][1].decode("cp1252").splitlines()
    keys = {each.line: lines[each.line - 1].split(";")[5].lstrip("0") for each in planted}
    shared = {str(int(keys[each.line]) - 3) for each in planted if each.sort == "an e-mail of another family"}
    about = {*keys.values(), *shared}
    return [line for line in sorted(asked) if lines[line - 1].split(";")[5].lstrip("0") not in about]


# What these sets brought to light


def test_letters_that_a_program_lost_are_reported_in_every_column(empty_site: None) -> None:
    text = "N° famille;Nom;Prénom;Adresse;Ville\n7;??NG;Ana;3 rue du G?n?ral;Metz\n8;Roy;Eva;2 rue Haute;N?mes\n9;Roy;Luc;1 rue Haute;Metz\n"
    report = check(give("families", text))
    assert [(line, column) for line, column, _ in faults(report)] == [(2, "Nom"), (2, "Adresse"), (3, "Ville")]
    assert all("Écrivez le mot en entier" in why for _, _, why in faults(report))


def test_a_number_is_read_with_the_country_of_its_adult(empty_site: None) -> None:
    titles = "N° famille;Nom resp;Prénom resp;CP resp;Ville resp;Pays resp;Tél. port. resp;Prénom enfant"
    bring("pupils-and-adults", f"{titles}\n12;Roy;Eva;1003;Lausanne;Suisse;079 123 45 67;Léa\n")
    assert [each.phone_mobile or each.phone_home for each in every(Guardian)] == ["+41791234567"]


def test_a_number_that_is_another_pupils_is_refused_and_in_the_portal_a_warning(empty_site: None) -> None:
    titles = "N° élève;Nom élève;Prénom élève;Né le;N° famille;Nom resp;Prénom resp"
    ana, tom = "5001;Roy;Ana;01/02/2012;12;Roy;Eva", "5001;Petit;Tom;03/04/2013;13;Petit;Luc"
    report = check(give("pupils-and-adults", f"{titles}\n{ana}\n{tom}\n"))
    assert faults(report) == [
        (3, "N° élève", "Ce numéro est déjà celui d’Ana Roy, à la ligne 2. Corrigez l’un des deux.")
    ]
    assert report.questions == []
    bring("pupils-and-adults", f"{titles}\n{ana}\n")
    for kind, text in (
        ("pupils-and-adults", f"{titles}\n{tom}\n"),
        ("pupils", "N° élève;Nom;Prénom\n5001;Petit;Tom\n"),
    ):
        warnings = [str(why) for _, sort, why in check(give(kind, text)).conflicts if sort == "person"]
        assert warnings == ["La fiche d’Ana Roy prendrait le nom de Tom Petit : est-ce la même personne ?"], kind


def test_a_pupil_with_a_number_and_without_first_name_is_no_pupil(empty_site: None) -> None:
    text = "N° élève;Nom élève;Prénom élève;N° famille;Nom resp;Prénom resp\n5001;Roy;;12;Roy;Eva\n"
    assert [(line, column) for line, column, _ in faults(check(give("pupils-and-adults", text)))] == [
        (2, "Prénom élève")
    ]


def test_an_adult_without_address_lives_with_the_other_one(empty_site: None) -> None:
    titles = "N° famille;Nom resp1;Prénom resp1;Nom resp2;Prénom resp2;Adresse resp2;CP resp2;Ville resp2;Prénom enfant"
    report = bring("pupils-and-adults", f"{titles}\n12;Roy;Eva;Roy;Luc;3 rue Haute;57000;Metz;Léa\n")
    assert report.questions == []
    assert [found[1] for found in families()] == [["Eva Roy", "Luc Roy"]]


def test_a_line_with_a_cell_too_many_is_mended_by_correcting_it(empty_site: None) -> None:
    run = give("families", "N° famille;Nom;Prénom;Ville\n7;Roy;Eva;3;Metz\n8;Petit;Luc;Metz\n9;Gris;Ana;Metz\n")
    assert [line for line, _, _ in faults(check(run))] == [2]
    with HELENES(writes=True) as uow:
        corrections.correct(uow, run.id, {(2, 3): "Metz"})
    report = carry(last(ImportRun, ImportRun.id == run.id))
    assert (faults(report), report.written) == ([], True)
    assert [(each.first_name, each.town) for each in every(Guardian)] == [
        ("Eva", "Metz"),
        ("Luc", "Metz"),
        ("Ana", "Metz"),
    ]
