"""Lists in shapes that nobody has published: known by likeness, no program is named; what is not written is told, with its reason.
Pronote's list of pupils is known by its titles."""

# ruff: noqa: E501 — a line of a file stays a line

from datetime import date
from pathlib import Path

import pytest

from data.core.fields import fold
from data.families.models import Guardian, Pupil
from data.importing import column_matching, first_reading, jobs, programs
from data.importing import runs as import_runs
from data.importing.kinds.registry import kind
from data.importing.left_columns import left_columns
from data.importing.runs import ImportRun
from data.schooling.models import Course, Teacher
from tests.data.import_helpers import HELENES, bring, carry, check, faults
from tests.data.site_helpers import an_empty_site
from tests.demo_users import every, last

pytestmark = pytest.mark.usefixtures("in_the_files_year")

MONEY, YEAR = "« Factures et avoirs »", "l’année des cours que le fichier nomme"
# Shape -> the titles, a line, the columns that are not written and a part of why.
SHAPES: dict[str, tuple[str, str, dict[str, str]]] = {
    "Rhapsodie": (
        "Elève;Date naiss.;Sexe;Resp. légal 1;Resp. légal 2;Adr.;CP;Ville;Tél. portable;Courriel;Discipline;Cursus;Professeur;Année scolaire;Montant",
        "VASSEUR Irina;16/06/2012;F;Mme VASSEUR Claire;M. VASSEUR Marc;3 place du Marché;57220;Valmont;06 98 76 54 32;claire@example.org;Piano;2e cycle;"
        "LE GALL;2026/2027;324,00",
        {"Année scolaire": YEAR, "Montant": MONEY},
    ),
    "DuoNET": (
        "N° adhérent;Nom;Prénom;Né(e) le;RL1 nom;RL1 prénom;RL1 tél. mobile;RL1 mail;RL2 nom;RL2 prénom;RL2 mail;Adr. 1;Adr. 2;Code post.;Commune;"
        "Quotient familial;Activité 1;Niveau 1;Prof. 1;Activité 2",
        "5001;VASSEUR;Irina;16/06/2012;VASSEUR;Claire;0698765432;claire@example.org;VASSEUR;Marc;marc@example.org;3 place du Marché;Bât. B;57220;Valmont;"
        "850;Piano;2e cycle;LE GALL;Chant",
        {"Quotient familial": "ne garde pas", "Activité 2": "Une discipline par ligne"},
    ),
    "iConservatoire": (
        "Code usager;Nom usager;Prénom usager;Date de naissance;Code foyer;Responsable légal 1 - Nom;Responsable légal 1 - Prénom;"
        "Responsable légal 1 - Portable;Responsable légal 1 - Email;Responsable légal 2 - Nom;Responsable légal 2 - Prénom;Adresse foyer;CP foyer;"
        "Ville foyer;Discipline;Cycle;Enseignant;Saison;Tarif",
        "5001;VASSEUR;Irina;16/06/2012;901;VASSEUR;Claire;0698765432;claire@example.org;VASSEUR;Marc;3 place du Marché;57220;Valmont;Piano;2e cycle;"
        "LE GALL;2026-2027;324,00 €",
        {"Saison": YEAR, "Tarif": MONEY},
    ),
    "Opentalent": (
        "Civilité;Nom;Prénom;Date de naissance;Adresse;Code postal;Ville;Email;Tuteur 1 Nom;Tuteur 1 Prénom;Tuteur 1 Email;Tuteur 1 Mobile;Tuteur 2 Nom;"
        "Tuteur 2 Prénom;Instrument;Cycle;Année",
        "Mlle;VASSEUR;Irina;16/06/2012;3 place du Marché;57220;Valmont;irina@example.org;VASSEUR;Claire;claire@example.org;0698765432;VASSEUR;Marc;Piano;"
        "2e cycle;2026/2027",
        {"Civilité": "Aucune colonne", "Année": YEAR},
    ),
    "Pronote": (
        "Élève;Né(e) le;Sexe;Classe;Régime;Resp. 1 Civilité;Resp. 1 Nom;Resp. 1 Prénom;Resp. 1 Tél. mobile;Resp. 1 E-mail;Resp. 1 Adresse 1;Resp. 1 CP;"
        "Resp. 1 Ville;Resp. 2 Civilité;Resp. 2 Nom;Resp. 2 Prénom",
        "VASSEUR Irina;16/06/2012;Féminin;6E2;Externe;Mme;VASSEUR;Claire;0698765432;claire@example.org;3 place du Marché;57220;Valmont;M.;VASSEUR;Marc",
        {"Régime": "Aucune colonne"},
    ),
}  # fmt: skip

# Of one telephone and one e-mail beside two adults, nothing says whose they are; a course with its teacher is made when it is answered so.
WHOSE = {"whose-column:adult1_phone_mobile": "first", "whose-column:adult1_email": "first"}
MADE = {"new-courses:2026-2027": "make"}
ANSWERS = {"Rhapsodie": {**WHOSE, **MADE}, "DuoNET": MADE, "iConservatoire": MADE}

# The header of Pronote's own list of pupils (its tab « Élèves », exported), and a line.
PRONOTE = (
    "Élèves;Encouragement/Valorisation;Né(e) le;Sexe;Adresse E-mail;Entrée;Sortie;;Classe de rattachement;Tuteur;Cnx Ele.;Cnx Resp.;Option 1;Option 2;"
    "Option 3;Régime",
    "DA SILVA COSTA Irina;;16/06/2012;Féminin;irina@example.org;01/09/2026;;;6E2;LE GALL Anne;;;ANGLAIS LV1;ALLEMAND LV2;;EXTERNE LIBRE",
)


@pytest.fixture(autouse=True)
def empty_site(database: str, tmp_path: Path) -> None:
    an_empty_site(f"sqlite:///{tmp_path}/new.db")


def received(*lines: str) -> ImportRun:
    number = jobs.receive(HELENES, "", "liste.csv", "\n".join(lines).encode())
    return last(ImportRun, ImportRun.id == number)


def answer(run: ImportRun, **answers: str) -> ImportRun:
    with HELENES(writes=True) as uow:
        import_runs.match(uow, run.id, {"answers": answers})
    return last(ImportRun, ImportRun.id == run.id)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_list_in_the_shape_of_another_program_enters_right_and_tells_what_it_leaves(shape: str) -> None:
    titles, line, left = SHAPES[shape]
    run = received(titles, line)
    assert (run.kind, programs.program_of(run.heads)) == ("pupils-and-adults", "")
    assert programs.of_conservatoires(run.matched["columns"].values()) is (shape != "Pronote")
    reasons = {each.title: each.why for each in left_columns(kind(run.kind), run.heads, run.matched)}
    assert set(reasons) == set(left)
    for title, why in left.items():
        assert why in reasons[title]
    report = carry(answer(run, **answers) if (answers := ANSWERS.get(shape, {})) else run)
    assert (faults(report), [each.key for each in report.questions if each.is_open]) == ([], [])
    assert {each.key for each in report.questions if each.answer in {"first", "make"}} == set(answers)
    assert [each.last_name for each in every(Teacher)] == (["LE GALL"] if answers else [])
    assert [each.name for each in every(Course)] == (["Piano"] if answers else [])
    [pupil] = every(Pupil)
    assert (pupil.first_name, fold(pupil.last_name), pupil.birth_date) == ("Irina", "vasseur", date(2012, 6, 16))
    assert (pupil.discipline, pupil.cycle) == (("", "") if shape == "Pronote" else ("Piano", "2e cycle"))
    mother, father = sorted(every(Guardian), key=lambda each: each.rank)
    assert [mother.first_name, father.first_name] == ["Claire", "Marc"]
    assert (mother.address, mother.town, mother.phone_mobile, mother.email, mother.profession) == (
        "3 place du Marché", "Valmont", "+33698765432", "claire@example.org", "",
    )  # fmt: skip


def test_the_pupils_of_pronote_enter_beside_a_family_number_and_nobody_becomes_their_parent() -> None:
    alone = received(*PRONOTE)  # it names no family: that is said, no adult is made of the tutor
    assert not [name for name in alone.matched["columns"].values() if name.startswith("adult")]
    assert column_matching.missing(kind(alone.kind), alone.matched)
    bring("families", "N° famille;Civilité;Nom;Prénom\n901;Mme;Da Silva Costa;Claire\n")
    run = received(f"{PRONOTE[0]};N° famille", f"{PRONOTE[1]};901")
    looked = first_reading.looked_of(run)
    assert looked is not None
    assert (looked.program, run.kind) == ("Pronote", "pupils-and-adults")
    assert programs.program_of(["Élèves", "Né(e) le", "Adresse E-mail", "Régime"]) == ""  # anybody's
    assert "Tuteur" in {each.title for each in left_columns(kind(run.kind), run.heads, run.matched)}
    report = carry(run)
    assert (faults(report), [each.key for each in report.questions if each.is_open]) == ([], [])
    [pupil], [mother] = every(Pupil), every(Guardian)
    assert (pupil.first_name, fold(pupil.last_name), pupil.birth_date) == ("Irina", "da silva costa", date(2012, 6, 16))
    assert (pupil.email, pupil.school_class) == ("irina@example.org", "6E2")
    assert (mother.first_name, mother.email) == ("Claire", "")


def test_a_line_of_a_past_year_enters_only_when_somebody_says_so() -> None:
    titles, line, _ = SHAPES["Rhapsodie"]
    gone = (
        line.replace("VASSEUR", "PERRIN")
        .replace("Irina", "Lou")
        .replace("claire@", "lou@")
        .replace("2026/2027", "2024-2025")
    )
    run = received(titles, line, gone)
    [asked] = [each for each in check(answer(run, **WHOSE, **MADE)).questions if each.is_open]
    assert (asked.key, asked.lines, asked.samples) == ("past-years", [3], ["2024-2025"])
    report = carry(answer(run, **{"past-years": "out"}, **WHOSE, **MADE))
    assert report.written
    assert [each.first_name for each in every(Pupil)] == ["Irina"]
    made = {"new-courses:2024-2025": "none"}
    assert carry(answer(received(titles, gone), **{"past-years": "in"}, **WHOSE, **made)).written
    assert {each.first_name for each in every(Pupil)} == {"Irina", "Lou"}
