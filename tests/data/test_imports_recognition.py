"""What a file is, from its titles and values; what a person chose is kept from the first press."""

from datetime import date

import pytest

from data.core.spreadsheets import Cell
from data.importing import column_matching, first_reading, jobs, programs, recognition
from data.importing import runs as import_runs
from data.importing.kinds.registry import KINDS
from data.importing.runs import ImportRun
from tests.data.import_helpers import HELENES, check, give
from tests.demo_users import last

TODAY = date(2026, 11, 28)
FILES: dict[str, tuple[str, str, str]] = {
    "pupils-and-adults": (
        "NUM_ELEVE;NOM_ELEVE;PRENOM_ELEVE;DATE_NAISS;NUM_FAMILLE;NOM_RESP1;PRENOM_RESP1;CP_RESP1;TEL_PORT_RESP1;MAIL_RESP1;DISCIPLINE1",
        "5001;AUBERTIN;Élodie;18/02/2011;1001;AUBERTIN;Zoé;57220;0659083016;zoe@example.org;Piano",
        "iMuse",
    ),
    "invoices": (
        "N° pièce;Date pièce;Code famille;Libellé;Type;Montant TTC;Échéance;Annee",
        "FA1;15/10/2026;1001;Cotisation;FACTURE;324,00 €;15/11/2026;2026/2027",
        "",
    ),
    "payments": (
        "N° encaissement;Date;Code famille;Mode;Réf.;Montant;N° pièce;Observation",
        "R1;02/11/2026;1001;CHQ;7272603;324,00 €;FA1;",
        "",
    ),
    "families": (
        "id_adh*;nom_adh;prenom_adh;ddn_adh (jj/mm/aaaa);adresse_adh;cp_adh;ville_adh;gsm_adh;email_adh",
        "12;Roy;Eva;02/03/1980;3 rue Haute;57220;Boulay;0612345678;eva@example.org",
        "Galette",
    ),
    "pupils": ("N° élève;Nom;Prénom;Né le;Sexe;Instrument;N° famille", "12;Roy;Léa;02/03/2014;F;Piano;1001", ""),
    "courses": (
        "SAISON;CODE_ACTIVITE;Nom de l'activité;NIVEAU;JOUR;HEURE_DEB;PROF",
        "2026-2027;PI 1;Piano;2e cycle;mercredi;17:15;Astarel",
        "",
    ),
    "marks": ("Matricule;Code éval.;Note /20;Appréciation", "2042;E12;16,5;Très bien", ""),
    "teachers": ("Nom professeur;Prénom professeur;Code prof", "Astarel;Carmen;AST", ""),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_recognised_by_its_titles_and_values(name: str) -> None:
    titles, row, program = FILES[name]
    rows: list[list[Cell]] = [[*row.split(";")]]
    likely = recognition.recognise(titles.split(";"), rows, TODAY)
    assert likely[0].kind == name, [(each.kind, each.points) for each in likely]
    assert likely[0].evidence[0].samples
    assert programs.program_of(titles.split(";")) == program


@pytest.mark.parametrize(
    ("titles", "row", "kind"),
    [
        ("Nom;Prénom;Date de naissance;Discipline;Professeur", "Roy;Léa;02/03/2014;Piano;Le Gall", "pupils-and-adults"),
        ("Nom;Prénom;Instrument;Professeur;Jour;Heure", "Roy;Léa;Piano;Le Gall;mercredi;14:00", "pupils-and-adults"),
        ("N° élève;Nom;Prénom;Né le;N° famille;Instrument;Professeur", "12;Roy;Léa;02/03/2014;1001;Piano;Le Gall", "pupils-and-adults"),
        ("Nom;Prénom;Cours;Professeur;Année scolaire", "Roy;Léa;Piano;Le Gall;2026-2027", "enrolments"),
        ("Nom;Prénom;Code enseignant", "Le Gall;Anne;LEG", "teachers"),
    ],
)  # fmt: skip
def test_who_learns_what_with_whom_is_a_list_of_pupils_and_never_of_teachers(titles: str, row: str, kind: str) -> None:
    likely = recognition.recognise(titles.split(";"), [[*row.split(";")]], TODAY)
    assert likely[0].kind == kind, [(each.kind, each.points) for each in likely]


def guessed(kind: str, titles: str, *rows: str) -> dict[str, str]:
    heads = titles.split(";")
    cells: list[list[Cell]] = [[*row.split(";")] for row in rows]
    found = column_matching.guess(KINDS[kind], heads, cells, TODAY)
    return {heads[int(at)]: name for at, name in found.items()}


ENGLISH: dict[str, str | None] = {
    "firstname": "pupil_first_name",
    "email": "pupil_email",
    "parent1 email": "adult1_email",
}


@pytest.mark.parametrize(
    ("kind", "titles", "row", "wanted"),
    [
        ("pupils-and-adults", "Nom élève;Prénom élève;Nom resp;Né le resp", "Roy;Léa;Roy;02/03/2014", {"Né le resp": None}),
        ("families", "N° famille;Nom;Prénom;Né le", "12;Roy;Eva;02/03/1984", {"Né le": "birth_date"}),
        ("pupils", "N° élève;Nom;Prénom;Cycle", "12;Roy;Léa;CYCLE II", {"Cycle": None}),
        ("pupils", "N° élève;Nom;Prénom;Cycle", "12;Roy;Léa;2e cycle", {"Cycle": "cycle"}),
        ("pupils", "N° élève;Nom;Prénom;Niveau", "12;Roy;Léa;CM2", {"Niveau": None}),
        ("families", "N° famille;Nom;Prénom;E-mail;Contact", "12;Roy;Eva;oui;eva@example.org", {"E-mail": None, "Contact": "email"}),
        ("families", "N° famille;Nom;Prénom;Joindre", "12;Roy;Eva;06 12 34 56 78", {"Joindre": "phone_home"}),
        ("pupils-and-adults", "firstname;lastname;email;parent1 email", "Léa;Roy;lea@example.org;eva@example.org", ENGLISH),
        ("invoices", "N° pièce;Famille;Date;Type;Montant", "F1;12;01/10/2026;cotisation;12,00", {"Type": "ledger"}),
        ("invoices", "N° pièce;Famille;Date;Type;Montant", "F1;12;01/10/2026;AVOIR;12,00", {"Type": "nature"}),
    ],
)  # fmt: skip
def test_values_count_as_much_as_titles(kind: str, titles: str, row: str, wanted: dict[str, str | None]) -> None:
    found = guessed(kind, titles, row, row)
    assert {title: found.get(title) for title in wanted} == wanted


TEXT = "N° famille;Nom;Prénom;Joindre\n8001;Durand;Anne;rien\n"


def test_a_file_is_received_without_its_kind_and_the_person_may_change_it(database: str) -> None:
    number = jobs.receive(
        HELENES, "", "liste.csv", FILES["invoices"][0].encode() + b"\n" + FILES["invoices"][1].encode()
    )
    assert last(ImportRun, ImportRun.id == number).kind == "invoices"
    with HELENES(writes=True) as uow:
        recognition.choose_kind(uow, number, "payments")
    run = last(ImportRun, ImportRun.id == number)
    assert (run.kind, run.matched["columns"]["2"]) == ("payments", "family")
    assert first_reading.looked_of(run) is not None  # what was seen in the file holds for any kind


def test_matches_and_answers_are_kept_from_the_first_press(database: str) -> None:
    first = give("families", TEXT, columns={"3": "profession"})
    with HELENES(writes=True) as uow:
        import_runs.answer(uow, first.id, {"twins": "two"})
    with HELENES(writes=True) as uow:
        import_runs.match(uow, first.id, {"left_out": [2]})
        import_runs.drop(uow, first.id)
    again = give("families", TEXT.replace("8001", "8002"))
    assert (again.matched["columns"]["3"], again.matched["answers"]) == ("profession", {"twins": "two"})
    assert "left_out" not in again.matched
    assert check(again).faults == []
