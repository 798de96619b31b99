"""Files that name people in place of numbers: who is sure is taken and told, who is not is asked, money that did not come is put aside."""

import shutil
from functools import cache
from pathlib import Path

import pytest
from sqlmodel import select

from data.billing.models import Invoice, Payment
from data.families.models import Family, Guardian, Pupil
from data.importing import jobs
from data.importing import runs as import_runs
from data.importing.pipeline import Report
from data.importing.runs import ImportRun
from data.schooling.models import Course, Enrolment, Teacher
from data.schooling.results import Mark
from tests.conftest import FOLDER, move_to
from tests.data.import_helpers import HELENES, bring, carry, faults
from tests.data.site_helpers import an_empty_site
from tests.demo_users import every, last

FAMILIES = (
    "N° famille;Nom;Prénom;E-mail;Code postal;Ville;Adresse",
    "101;Dupont;Jean;jean@example.org;57000;Metz;1 rue A",
    "101;Dupont;Anne;;57000;Metz;1 rue A",
    "102;Martin-Durand;Éloïse;eloise@example.org;57220;Boulay;2 rue B",
    "103;De La Tour;Marc;;54000;Nancy;3 rue C",
    "104;Nguyen;Thi;thi@example.org;57000;Metz;4 rue D",
    "105;Nguyen;Thi;;54000;Nancy;5 rue E",
    "107;Roy;Luc;;57000;Metz;7 rue G",
    "108;Roy;Eva;;67000;Strasbourg;8 rue H",
)
PUPILS = (
    "N° élève;Nom;Prénom;Né le;N° famille;N° second foyer",
    "501;Dupont;Léa;01/02/2012;101;",
    "502;Martin;Lou;01/02/2013;102;",
    "503;Nguyen;An;03/04/2012;104;",
    "504;Nguyen;An;05/06/2014;105;",
    "505;Roy;Mia;07/08/2013;107;108",
)


@cache
def _made() -> Path:
    """Drawn once a process, then every connection closed so that it can be copied."""
    path = Path(FOLDER) / "named_people.db"
    an_empty_site(f"sqlite:///{path}")
    bring("families", "\n".join(FAMILIES))
    bring("pupils", "\n".join(PUPILS))
    move_to()
    return path


@pytest.fixture(autouse=True)
def people(database: str, tmp_path: Path) -> None:
    made, url = _made(), f"sqlite:///{tmp_path}/new.db"
    shutil.copy(made, url.removeprefix("sqlite:///"))
    move_to(DATABASE_URL=url)


def given(titles: str, *rows: str, kind: str = "", **answers: str) -> Report:
    """A file of which nobody said the kind, imported as far as it goes; « payer » answers the question of that name."""
    number = jobs.receive(HELENES, "", "fichier.csv", "\n".join((titles, *rows)).encode())
    with HELENES(writes=True) as uow:
        import_runs.match(uow, number, {"answers": {"unnumbered": "made", **answers}})
    run = last(ImportRun, ImportRun.id == number)
    assert not kind or run.kind == kind, run.kind
    return carry(run)


def opened(report: Report) -> dict[str, str]:
    """Key -> the values that raise it, of what is not answered."""
    return {each.key: ", ".join(each.samples) for each in report.questions if each.is_open}


def choices(report: Report, key: str) -> list[str]:
    [found] = [each for each in report.questions if each.key == key]
    return [f"{each.value}: {each.sentence}" for each in found.choices]


def family(number: int) -> str:
    return str(last(Family, Family.number == number).id)


def paid() -> set[tuple[int, int, str, str]]:
    numbers = {each.id: each.number for each in every(Family)}
    return {(numbers[each.family_id], each.cents, str(each.state), each.payer) for each in every(Payment)}


ONLINE = (
    "Référence commande;Date de la commande;Statut de la commande;Nom participant;Prénom participant;Nom payeur;Prénom payeur;"
    "Email payeur;Moyen de paiement;Montant total"
)


def test_an_online_shops_orders_enter_by_names_and_what_is_no_money_is_put_aside() -> None:
    report = given(
        ONLINE,
        "1001;01/10/2026;Validé;Dupont;Léa;DUPONT;Anne;Jean@example.org;Carte bancaire;120,00",
        "1002;02/10/2026;Validé;Martin;Lou;MARTIN DURAND;eloise;eloise@example.org;Carte bancaire;130,00",
        "1003;03/10/2026;Refusé;Dupont;Léa;Dupont;Jean;jean@example.org;Carte bancaire;50,00",
        "1004;03/10/2026;Remboursé;Dupont;Léa;Dupont;Jean;jean@example.org;Carte bancaire;51,00",
        "1005;03/10/2026;En attente;Dupont;Léa;Dupont;Jean;jean@example.org;Carte bancaire;52,00",
        "1006;03/10/2026;Annulé;Dupont;Léa;Dupont;Jean;jean@example.org;Carte bancaire;53,00",
        kind="payments",
    )
    assert (faults(report), opened(report), report.written) == ([], {}, True)
    assert paid() == {(101, 12000, "cashed", "Anne Dupont"), (102, 13000, "cashed", "Éloïse Martin-Durand")}
    assert [each.line for each in report.recognised] == [2, 3]
    assert {each.by for each in report.recognised} == {("nom", "nom de l’élève", "e-mail")}
    assert [(each.line, each.cents, str(each.why).split(" :")[0]) for each in report.aside] == [
        (4, 5000, "Règlement refusé ou rejeté"),
        (5, 5100, "Règlement remboursé"),
        (6, 5200, "Règlement en attente"),
        (7, 5300, "Règlement annulé"),
    ]


CHEQUES = "Nom;Banque;N° chèque;Montant;Date"


def test_of_a_list_of_cheques_homonyms_are_asked_line_by_line_and_an_unknown_name_waits_for_a_number() -> None:
    rows = (
        "M. et Mme DUPONT Jean;CA;123;100,00;01/10/2026",
        "NGUYEN Thi;BNP;124;101,00;01/10/2026",
        "NGUYEN Thi;BNP;125;102,00;02/10/2026",
        "DE LA TOUR;CA;126;103,00;01/10/2026",
        "INCONNU Paul;CA;129;106,00;03/10/2026",
        "XAVIER Tom;CA;130;1,00;03/10/2026",
    )
    first = given(CHEQUES, *rows, kind="payments")
    homonyms, near, unknown = opened(first)
    assert not first.written
    assert choices(first, homonyms)[:2] == [
        f"{family(104)}: Famille n° 104, Metz : Thi Nguyen ; élèves : An Nguyen",
        f"{family(105)}: Famille n° 105, Nancy : Thi Nguyen ; élèves : An Nguyen",
    ]
    second = given(CHEQUES, *rows, **{homonyms: "split", near: family(103), unknown: "split"})
    one, other, *nobodies = opened(second)
    answers = {homonyms: "split", near: family(103), unknown: "split", one: family(105), other: family(104)}
    wrong = given(CHEQUES, *rows, **answers, **{nobodies[0]: "=999", nobodies[1]: "out"})
    assert [(line, column) for line, column, _ in faults(wrong)] == [(6, "Nom")]
    report = given(CHEQUES, *rows, **answers, **{nobodies[0]: "=108", nobodies[1]: "out"})
    assert (faults(report), opened(report), report.written) == ([], {}, True)
    assert {(number, cents) for number, cents, *_ in paid()} == {
        (101, 10000),
        (105, 10100),
        (104, 10200),
        (103, 10300),
        (108, 10600),
    }
    assert [(each.line, each.cents, each.about) for each in report.aside] == [(7, 100, "XAVIER Tom")]
    again = given(CHEQUES, rows[1].replace("101", "111"))
    assert opened(again), "an answer about people holds for its file alone"


@pytest.mark.parametrize(
    "row",
    [
        "Dupont;Jean;other@example.org;57000;10,00;01/10/2026",
        "Dupont;Jean;;54000;10,00;01/10/2026",
        "Dupond;Jean;;57000;10,00;01/10/2026",
        "Dupont;J.;;57000;10,00;01/10/2026",
        "Petit;Zoé;jean@example.org;;10,00;01/10/2026",
        "Dupont;Jean;eloise@example.org;;10,00;01/10/2026",
        "Durand;Éloïse Anne;;;10,00;01/10/2026",
    ],
)
def test_what_contradicts_a_name_or_a_name_more_or_less_is_asked(row: str) -> None:
    report = given("Nom;Prénom;E-mail;CP;Montant payé;Date", row, kind="payments")
    assert (len(opened(report)), report.written, every(Payment)) == (1, False, [])


@pytest.mark.parametrize(
    "name", ["dupont jean", "Jean DUPONT", "Mr Jean  Dupont", "ÉLOÏSE MARTIN DURAND", "Tour De La, Marc"]
)
def test_a_name_is_itself_however_it_is_written(name: str) -> None:
    report = given(CHEQUES, f"{name};CA;1;10,00;01/10/2026")
    assert (opened(report), len(report.recognised), report.written) == ({}, 1, True)


def test_where_a_household_under_protection_lives_is_not_among_what_is_asked() -> None:
    with HELENES(writes=True) as uow:
        for adult in [each for each in uow.all(select(Guardian)) if each.last_name == "Nguyen"]:
            adult.contact_hidden = adult.town == "Nancy"
            uow.add(adult)
    report = given(CHEQUES, "NGUYEN Thi;BNP;124;101,00;01/10/2026")
    text = " ".join(choices(report, *opened(report)))
    assert ("Metz" in text, "n° 105 :" in text, "Nancy" in text) == (True, True, False)


def test_marks_enter_by_names_and_homonyms_differ_by_birth_date() -> None:
    bring("courses", "Code cours;Intitulé;Année\nFM2;FM;2026-2027\n")
    titles = "Nom;Prénom;Date de naissance;N° cours;Année scolaire;Date;Évaluation;Note;Sur"
    test = "FM2;2026-2027;12/10/2026;Contrôle"
    report = given(titles, f"DUPONT;Léa;01/02/2012;{test};16,5;20", f"Nguyen;AN;05/06/2014;{test};12;20", kind="marks")
    assert (faults(report), opened(report), report.written) == ([], {}, True)
    numbers = {each.id: each.number for each in every(Pupil)}
    assert {numbers[each.pupil_id]: each.value for each in every(Mark)} == {501: 1650, 504: 1200}
    for row in ("Nguyen;An;", "Dupond;Léa;", "Dupont;Léa;02/02/2012"):
        asked = given(titles, f"{row};{test};8;20")
        assert (len(opened(asked)), asked.written) == (1, False), row


def test_a_number_and_a_name_of_two_families_are_a_conflict_and_a_named_adult_is_the_payer() -> None:
    titles = "N° facture;Date;N° famille;Nom;Prénom;Montant TTC"
    report = given(titles, "F1;01/10/2026;101;Dupont;Anne;10,00", "F2;01/10/2026;102;Roy;Eva;10,00", kind="invoices")
    assert [(line, str(text)) for line, _, text in report.conflicts] == [
        (
            3,
            "Le fichier nomme Eva Roy, et la famille n° 102 est celle d’Éloïse Martin-Durand, Lou Martin : est-ce le bon numéro ?",
        )
    ]
    assert {each.number: each.payer for each in every(Invoice)} == {"F1": "Anne Dupont", "F2": "Éloïse Martin-Durand"}


def test_an_invoice_for_a_pupil_of_two_households_is_asked() -> None:
    titles = "N° facture;Date;Nom élève;Prénom élève;Nom payeur;Prénom payeur;Libellé;Montant TTC"
    rows = ("F1;01/10/2026;Roy;Mia;;;Piano;100,00", "F2;01/10/2026;Roy;Mia;Roy;Eva;Piano;110,00")
    [key] = opened(given(titles, *rows, kind="invoices"))
    report = given(titles, *rows, **{key: family(107)})
    assert (faults(report), report.written) == ([], True)
    numbers = {each.id: each.number for each in every(Family)}
    assert {(each.number, numbers[each.family_id], each.total, each.payer) for each in every(Invoice)} == {
        ("F1", 107, 10000, "Luc Roy"),
        ("F2", 108, 11000, "Eva Roy"),
    }


def test_a_returned_direct_debit_is_never_cashed_and_the_one_that_was_is_asked() -> None:
    titles = "Nom;Prénom;N° opération;Montant;Date prélèvement;Date rejet;Code rejet;Motif rejet;Rejeté"
    report = given(
        titles,
        "Dupont;Jean;R1;100,00;05/10/2026;;;;non",
        "De La Tour;Marc;R2;120,00;05/10/2026;12/10/2026;AC04;Compte clos;oui",
        "Martin-Durand;Éloïse;R3;130,00;05/10/2026;;MD06;;",
    )
    assert (faults(report), opened(report), report.written) == ([], {}, True)
    assert paid() == {(101, 10000, "cashed", "Jean Dupont")}
    assert [(each.line, str(each.why).rpartition(": ")[2]) for each in report.aside] == [
        (3, "Compte clos, AC04, oui, 12/10/2026"),
        (4, "MD06"),
    ]
    back = "101;13/10/2026;100,00;PRLV;AM04 provision insuffisante"
    assert list(opened(given("N° famille;Date;Montant;Mode;Motif de rejet", back))) == ["came-back"]
    report = given("N° famille;Date;Montant;Mode;Motif de rejet", back, **{"came-back": "rejected"})
    assert (report.written, report.counts["updated"], report.aside) == (True, 1, [])
    assert paid() == {(101, 10000, "rejected", "Jean Dupont")}


def shared_email() -> None:
    """One e-mail in two families."""
    with HELENES(writes=True) as uow:
        for adult in [each for each in uow.all(select(Guardian)) if each.last_name == "Roy"]:
            adult.email = "roy@example.org"
            uow.add(adult)


def test_an_e_mail_alone_is_its_family_and_one_of_nobody_or_of_two_is_asked() -> None:
    shared_email()
    titles = "E-mail;Montant payé;Date"
    rows = ("Jean@Example.org;10,00;01/10/2026", "roy@example.org;11,00;01/10/2026", "zoe@example.org;12,00;01/10/2026")
    report = given(titles, *rows, kind="payments")
    assert [(each.line, each.who, each.by) for each in report.recognised] == [
        (2, "n° 101 : Jean Dupont, Anne Dupont", ("e-mail",))
    ]
    two, nobody = opened(report)
    assert [each.split(":")[0] for each in choices(report, two)[:2]] == [family(107), family(108)]
    report = given(titles, *rows, **{two: family(108), nobody: "out"})
    assert (faults(report), report.written) == ([], True)
    assert {(number, cents) for number, cents, *_ in paid()} == {(101, 1000), (108, 1100)}
    assert [(each.line, each.about) for each in report.aside] == [(4, "zoe@example.org")]
    report = given("N° facture;E-mail;Montant TTC;Date", "F1;eloise@example.org;10,00;01/10/2026", kind="invoices")
    assert [(each.number, each.family_id) for each in every(Invoice)] == [("F1", int(family(102)))]


def test_a_class_enters_by_names_of_pupils_and_of_courses_and_homonyms_are_asked() -> None:
    bring("courses", "Code cours;Intitulé;Année\nPI1;Piano;2026-2027\nFM1;FM;2026-2027\nFM2;FM;2026-2027\n")
    titles = "Nom;Prénom;Cours;Année"
    report = given(titles, "DUPONT;Léa;Piano;2026-2027", "Lou MARTIN;;FM1;2026-2027", kind="enrolments")
    assert (faults(report), opened(report), report.written) == ([], {}, True)
    numbers = {each.id: each.number for each in every(Pupil)}
    courses = {each.id: each.number for each in every(Course)}
    assert {(numbers[each.pupil_id], courses[each.course_id]) for each in every(Enrolment)} == {
        (501, "PI1"),
        (502, "FM1"),
    }
    asked = given(titles, "Nguyen;An;Piano;2026-2027")
    assert (len(opened(asked)), asked.written) == (1, False)
    wrong = given(titles.replace("Cours", "N° cours"), "Dupont;Léa;FM;2026-2027", "Dupont;Léa;Chant;2026-2027")
    assert [(line, why.split(".")[0]) for line, _, why in faults(wrong)] == [
        (2, "Plusieurs cours de cette année portent ce nom"), (3, "Cours inconnu cette année-là"),
    ]  # fmt: skip


def test_courses_that_a_class_list_names_are_made_with_their_teachers_once_it_is_answered() -> None:
    titles, key = "Nom;Prénom;Cours;Professeur;Année scolaire", "class-courses:2026-2027"
    rows = (
        "Dupont;Léa;Piano;LE GALL;2026-2027", "Martin;Lou;Piano;ASTAREL;2026-2027", "Roy;Mia;Piano;LE GALL;2026-2027",
        "Roy;Mia;Chorale;;2026-2027",
    )  # fmt: skip
    report = given(titles, *rows, kind="enrolments")
    assert (opened(report), report.written) == ({key: "Piano, LE GALL, Piano, ASTAREL, Chorale"}, False)
    assert [line for line, _, _ in faults(given(titles, *rows, **{key: "none"}))] == [2, 3, 4, 5]
    report = given(titles, *rows, **{key: "make"})
    assert (faults(report), report.written) == ([], True)
    numbers = {each.id: each.number for each in every(Pupil)}
    teachers = {each.id: each.last_name for each in every(Teacher)}
    courses = {each.id: (each.name, teachers.get(each.teacher_id or 0, "")) for each in every(Course)}
    assert sorted((numbers[each.pupil_id], *courses[each.course_id]) for each in every(Enrolment)) == [
        (501, "Piano", "LE GALL"), (502, "Piano", "ASTAREL"), (505, "Chorale", ""), (505, "Piano", "LE GALL"),
    ]  # fmt: skip
    again = given(titles, *rows, "")
    assert (again.written, again.counts["unchanged"], opened(again)) == (True, 4, {})
    other = given(titles, "Dupont;Léa;Piano;NOUVEAU;2026-2027")
    assert [why.split(".")[0] for _, _, why in faults(other)] == ["Ce cours est celui d’un autre enseignant"]


def test_pieces_and_absences_enter_by_names_and_a_number_of_somebody_else_is_a_point_to_check() -> None:
    bring("courses", "Code cours;Intitulé;Année\nPI1;Piano;2026-2027\n")
    report = given("Nom;Prénom;Événement;Date;Œuvre", "Dupont;Léa;Audition;18/12/2026;Menuet", kind="pieces")
    assert (faults(report), opened(report), report.written) == ([], {}, True)
    titles = "N° élève;Nom;Prénom;Cours;Année scolaire;Date absence;Motif"
    report = given(titles, "501;MARTIN;Lou;PI1;2026-2027;18/11/2026;Maladie", kind="absences")
    assert [str(text).split(" :")[0] for _, _, text in report.conflicts] == [
        "Le fichier nomme Lou MARTIN, et l’élève n° 501 est Léa Dupont"
    ]
