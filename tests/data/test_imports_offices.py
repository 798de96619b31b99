"""Lists as small offices keep them: what is nobody's stays out, who is not known to live together is asked, names are names."""

from pathlib import Path

import pytest

from data.core import spreadsheets
from data.families.models import Guardian, Pupil
from data.importing import jobs
from data.importing.pipeline import Report
from data.importing.runs import ImportRun
from data.schooling.models import Course, Teacher
from data.schooling.results import Mark
from tests.data.import_helpers import HELENES, bring, carry, check, conflicts, faults, give
from tests.data.sheet_helpers import saved, workbook
from tests.data.site_helpers import an_empty_site
from tests.data.test_imports_households import KIND, homes
from tests.demo_users import every, last


@pytest.fixture(autouse=True)
def empty_site(database: str, tmp_path: Path) -> None:
    an_empty_site(f"sqlite:///{tmp_path}/new.db")


def taken_for(content: str) -> ImportRun:
    """What is proposed for a file of which nobody said the kind."""
    number = jobs.receive(HELENES, "", "liste.csv", content.encode())
    return last(ImportRun, ImportRun.id == number)


def columns(run: ImportRun) -> dict[str, str]:
    return {head: run.matched["columns"].get(str(at), "") for at, head in enumerate(run.heads)}


def asked(report: Report) -> set[str]:
    return {each.key for each in report.questions if each.is_open}


def test_a_number_or_an_email_of_somebody_else_is_no_adults() -> None:
    text = (
        "Nom enfant;Prénom enfant;Nom;Prénom;Téléphone;Mail;Téléphone urgence;Tél. autre contact;Téléphone grand-mère;Mail école;Mail 3\n"
        "Durand;Léo;Durand;Aline;0611111112;aline@example.org;0622222223;0633333334;0644444445;ecole@example.org;x@example.org\n"
        "Petit;Zoé;Roy;Luc;;;0622222224;0633333335;0644444446;ecole2@example.org;y@example.org\n"
    )
    found = columns(taken_for(text))
    assert {found[each] for each in list(found)[6:]} == {""}
    bring(KIND, text)
    [luc] = every(Guardian, Guardian.first_name == "Luc")
    assert (luc.phone_home, luc.phone_mobile, luc.email) == ("", "", "")


@pytest.mark.parametrize("titles", ["Nom;Prénom;Dictée /20;Lecture /20;Avis du jury", "Nom;Prénom;Note"])
def test_a_list_of_marks_makes_no_teachers_nor_pieces(titles: str) -> None:
    run = taken_for(f"{titles}\nKeller;Max" + ";14" * (titles.count(";") - 1) + "\n")
    assert run.kind not in {"teachers", "performances", "courses"}


def test_a_name_beside_a_spouse_is_an_adults_and_the_children_no_number() -> None:
    text = (
        "Titre;Nom;Prénom;Conjoint;Enfants;Ville\nMme;Hoffmann;Greta;HOFFMANN Uli;Lena (2013), Jonas (2016);Colmar\n"
        "Mme;Roy;Agnès;ROY Patrick;Célestin Roy 10 ans;Colmar\n"
    )
    found = columns(taken_for(text))
    assert [found[each] for each in ("Nom", "Prénom", "Conjoint", "Enfants")] == [
        "adult1_last_name",
        "adult1_first_name",
        "adult2_name",
        "pupil_name",
    ]
    report = carry(give(KIND, text, answers={"comma:pupil_name": "several"}))
    assert [(line, column) for line, column, _ in faults(report)] == [(3, "Enfants")]
    assert not every(Pupil)


def test_what_reaches_a_guardian_is_not_the_pupils() -> None:
    text = (
        "Student ID,Student Name,DOB,Guardian 1 Name,Guardian 1 Email,Guardian 1 Phone\n"
        '7,"Smith, Harry",2013-05-14,"Smith, Laura",laura@example.org,+44 7700 900123\n'
        '8,"Smith, Ada",2015-05-14,"Smith, Laura",laura@example.org,+44 7700 900123\n'
    )
    run = taken_for(text)
    assert run.kind == KIND
    carry(run)
    assert homes() == [(["Laura Smith"], [("Ada Smith", "principal"), ("Harry Smith", "principal")])]
    assert {each.email for each in every(Pupil)} == {""}
    alone = columns(give("pupils", text, file="encore.csv"))
    assert alone["Guardian 1 Email"] == alone["Guardian 1 Phone"] == ""


@pytest.mark.parametrize(("answer", "count"), [("two", 2), ("one", 1)])
def test_an_adult_with_another_partner_on_another_line_is_asked(answer: str, count: int) -> None:
    text = (
        "Élève;Parent 1;Parent 2;Mobile 2;Adresse\n"
        "BERNARD Lucas;BERNARD Sylvie;BERNARD Marc;0620202020;10 rue des Acacias 35000 Rennes\n"
        "BERNARD Nina;BERNARD Sylvie;BERNARD Marc;0620202020;10 rue des Acacias 35000 Rennes\n"
        "ROUSSEL Léa;ROUSSEL Karine;BERNARD Marc;0620202020;10 rue des Acacias 35000 Rennes\n"
    )
    assert asked(check(give(KIND, text))) == {"partners"}
    carry(give(KIND, text, answers={"partners": answer}))
    assert len(homes()) == count


def test_a_brother_on_a_line_of_his_own_has_the_surname_above() -> None:
    rows = [["M. et Mme VASSEUR Luc et Marie", "4 rue du Lac 74000 Annecy", "Adèle"], [None, None, "Gabin"]]
    content = spreadsheets.write("xlsx", ("Parents", "Adresse", "Enfant"), rows)
    report = carry(give(KIND, content, answers={"continued": "above"}))
    assert (faults(report), report.written) == ([], True)
    assert [(each.first_name, each.last_name) for each in every(Pupil)] == [("Adèle", "VASSEUR"), ("Gabin", "VASSEUR")]


@pytest.mark.parametrize(("answer", "adults"), [("pupil", ["Olivier"]), ("adult", ["Jade", "Olivier"])])
def test_a_child_is_no_adult_because_its_name_stands_there(answer: str, adults: list[str]) -> None:
    text = (
        "Élève;Date de naissance;Responsable;Portable\n"
        "PETIT Jade;19/12/2012;PETIT Jade;0711223344\nPETIT Noé;19/12/2014;PETIT Olivier;0711223345\n"
    )
    assert asked(check(give(KIND, text))) == {"namesakes"}
    carry(give(KIND, text, answers={"namesakes": answer}))
    assert sorted(each.first_name for each in every(Guardian)) == adults
    assert len(every(Pupil)) == 2


def test_each_home_has_columns_of_its_own() -> None:
    home = "Foyer {0} - Nom;Foyer {0} - Prénom;Foyer {0} - Adresse;Foyer {0} - CP;Foyer {0} - Ville;Foyer {0} - Tél"
    text = (
        f"Nom élève;Prénom élève;{home.format(1)};{home.format(2)}\n"
        "Marin;Eva;Marin;Jeanne;1 rue A;44000;Nantes;0600000101;Blot;Yves;2 rue B;44100;Nantes;0600000102\n"
    )
    run = taken_for(text)
    assert run.kind == KIND
    assert asked(check(run)) == {"homes"}
    carry(give(KIND, text, answers={"homes": "two"}))
    assert homes() == [(["Jeanne Marin"], [("Eva Marin", "principal")]), (["Yves Blot"], [("Eva Marin", "second")])]
    assert [each.phone_mobile for each in every(Guardian)] == ["+33600000101", "+33600000102"]


def test_a_courses_teacher_stands_in_two_columns() -> None:
    bring("teachers", "Nom;Prénom\nLopez;Inés\nLopez;Ana\n")
    bring("courses", "Code cours;Intitulé;Prénom prof;Nom prof;Année\nPIA1;Piano débutant;Ana;Lopez;2026/2027\n")
    [course] = every(Course)
    assert [each.first_name for each in every(Teacher, Teacher.id == course.teacher_id)] == ["Ana"]


def test_an_absent_in_place_of_a_mark_is_an_absence() -> None:
    bring("pupils", "N° élève;Nom;Prénom\n501;Keller;Max\n502;Fofana;Ibrahim\n")
    bring("courses", "Code cours;Intitulé;Année\nFM2;FM;2026-2027\n")
    titles = "N° élève;N° cours;Année scolaire;Date;Évaluation;Note;Sur\n"
    bring(
        "marks",
        titles + "501;FM2;2026-2027;12/10/2026;Contrôle;16,5;20\n502;FM2;2026-2027;12/10/2026;Contrôle;Abs.;20\n",
        columns={"0": "pupil", "1": "course", "2": "school_year", "3": "day", "4": "kind", "5": "value", "6": "scale"},
    )
    assert [(each.value, each.absent) for each in every(Mark)] == [(1650, False), (None, True)]


def test_three_first_names_of_a_cell_are_three_children() -> None:
    text = 'Enfants;Parents\n"Tiago, Inês et Rui";M. et Mme DA COSTA Paulo et Marta\n'
    assert asked(check(give(KIND, text))) == {"comma:pupil_name"}
    carry(give(KIND, text, answers={"comma:pupil_name": "several"}))
    [(_, pupils)] = homes()
    assert [name for name, _ in pupils] == ["Inês DA COSTA", "Rui DA COSTA", "Tiago DA COSTA"]


@pytest.mark.parametrize(
    ("kind", "first", "then", "said"),
    [
        ("families", "10;LEBLANC;Ivan", "10;LEBLANC;Sonia", True),
        ("families", "10;LEBLANC;Max", "10;LEBLANC;Maxime", False),
        ("pupils", "501;KELLER;Max", "501;KELLER;Ida", True),
    ],
)
def test_a_record_never_becomes_its_namesakes_unsaid(kind: str, first: str, then: str, said: bool) -> None:
    titles = "N° famille;Nom;Prénom\n" if kind == "families" else "N° élève;Nom;Prénom\n"
    bring(kind, titles + first + "\n")
    assert bool(conflicts(check(give(kind, titles + then + "\n")))) is said


def test_an_account_or_a_social_number_is_no_telephone() -> None:
    run = taken_for(
        "N° famille;Nom;Prénom;IBAN;Sécu\n12;Roy;Eva;FR7612345678901234567890123;284057511234567\n"
        "13;Roy;Ana;FR7612345678901234567890124;184057511234568\n"
    )
    assert (columns(run)["IBAN"], columns(run)["Sécu"]) == ("", "")


def test_one_column_of_telephones_may_be_one_parents_here_and_the_others_there() -> None:
    text = "Élève;Papa;Maman;Portable\nROY Léa;PETIT Max;ROY Eva;0612345678\nGRIS Tom;GRIS Luc;GRIS Ana;0612345679\n"
    [key] = asked(check(give(KIND, text)))
    report = check(give(KIND, text, answers={key: "split"}))
    one, other = [each.key for each in report.questions if each.is_open]
    carry(give(KIND, text, answers={key: "split", one: "first", other: "second"}))
    phones = {each.first_name: each.phone_mobile for each in every(Guardian) if each.phone_mobile}
    assert phones == {"Max": "+33612345678", "Ana": "+33612345679"}
    assert asked(check(give(KIND, text.replace("GRIS", "BLEU")))), "the answer for a line is of its people"


def test_another_birth_date_may_be_a_slip_here_and_a_brother_there() -> None:
    titles = "Élève;Né le;Maman;Portable\n"
    bring(KIND, titles + "ROY Léa;01/02/2012;ROY Eva;0612345678\nGRIS Tom;03/04/2013;GRIS Ana;0612345679\n")
    text = titles + "ROY Léa;02/01/2012;ROY Eva;0612345678\nGRIS Tom;05/06/2016;GRIS Ana;0612345679\n"
    split = {"other-birth": "split"}
    one, other = [each.key for each in check(give(KIND, text, answers=split)).questions if each.is_open]
    carry(give(KIND, text, answers={**split, one: "same", other: "two"}))
    births = sorted((each.first_name, f"{each.birth_date:%d/%m/%Y}") for each in every(Pupil) if each.birth_date)
    assert births == [("Léa", "02/01/2012"), ("Tom", "03/04/2013"), ("Tom", "05/06/2016")]


PARTS = (
    "Nom;Prénom;Né le;Nom parent;Prénom parent;Tél\nCLASSE DE PIANO;;;;;\nAube;Tim;01/01/2014;Aube;Eva;0612121212\n"
    "Bois;Tom;01/01/2015;Bois;Ada;0613131313\nFORMATION MUSICALE;;;;;\nClos;Ari;01/01/2013;Clos;Ivo;0614141414\n"
)


def test_a_heading_within_the_list_says_what_the_pupils_below_learn() -> None:
    teachers = PARTS.replace("CLASSE DE PIANO", "CLASSE DE MME ROY").replace("FORMATION MUSICALE", "M. PETIT")
    assert columns(taken_for(teachers))["(intertitre)"] == "", "whose class it is says nothing of what is learnt"
    said = taken_for(PARTS.replace("Tél", "Tél;Instrument").replace("0612121212", "0612121212;Orgue"))
    assert columns(said)["(intertitre)"] == "", "a column of the file goes first"
    run = taken_for(PARTS)
    assert columns(run)["(intertitre)"] == "discipline"
    carry(run)
    assert {each.first_name: each.discipline for each in every(Pupil)} == {
        "Tim": "Piano",
        "Tom": "Piano",
        "Ari": "Formation musicale",
    }


@pytest.mark.parametrize(
    ("titles", "row", "people"),
    [
        ("Nom adhérent;Prénom adhérent;Né le;Nom responsable;Prénom responsable", "Gris;Léo;01/02/2014;Gris;Ana", (["Ana Gris"], ["Léo Gris"])),
        ("Nom adhérent;Prénom adhérent;Né le;Activité;Mail", "Vert;Max;01/02/1980;Piano;m@example.org", (["Max Vert"], ["Max Vert"])),
        ("Nom;Prénom;Conjoint;Adresse;CP;Ville", "Blanc;Yves;BLANC Marie;1 rue X;57000;Metz", (["Yves Blanc", "Marie BLANC"], [])),
        ("Nom;Prénom;Nom conjoint;Prénom conjoint;CP;Ville", "Blanc;Yves;Blanc;Marie;57000;Metz", (["Yves Blanc", "Marie Blanc"], [])),
    ],
)  # fmt: skip
def test_members_and_spouses_are_who_they_are(titles: str, row: str, people: tuple[list[str], list[str]]) -> None:
    run = taken_for(f"{titles}\n{row}\n")
    assert run.kind == KIND
    carry(run)
    assert [(adults, [name for name, _ in pupils]) for adults, pupils in homes()] == [people]


@pytest.mark.parametrize(
    ("answer", "people", "numbers"),
    [
        ("pupils", [], {71, 72, 73}),
        ("self", [(["Léa Gris"], ["Léa Gris"]), (["Max Vert"], ["Max Vert"])], {71, 72, 73}),
        ("adults", [(["Léa Gris"], []), (["Max Vert"], [])], {73}),
    ],
)
def test_members_of_whom_nothing_says_who_they_are_are_asked_once(
    answer: str, people: list[tuple[list[str], list[str]]], numbers: set[int]
) -> None:
    for titles in ("N° adhérent;Nom;Prénom;Né le;Mail;Tél", "N° adhérent;Nom adhérent;Prénom adhérent;Né le;Mail;Tél"):
        rows = "71;Gris;Léa;;lg@example.org;0612345678\n72;Vert;Max;01/02/1980;;\n73;Rose;Ana;01/02/2015;;0612345679\n"
        run = taken_for(f"{titles}\n{rows}")
        assert run.kind == KIND
        questions = [each for each in check(run).questions if each.key == "adherents"]
        assert [(each.is_open, each.samples, each.lines) for each in questions] == [
            (True, ["Léa Gris", "Max Vert"], [2, 3])
        ]
    alone = {} if answer == "pupils" else {"continued": "none"}
    carry(give(KIND, f"{titles}\n{rows}", answers={"adherents": answer, **alone}))
    assert [(adults, [name for name, _ in pupils]) for adults, pupils in homes()] == people
    assert {each.number: each.phone for each in every(Pupil)}.keys() == numbers
    assert [each.phone for each in every(Pupil, Pupil.number == 73)] == ["+33612345679"], (
        "a child’s own, of whom nobody asks"
    )
    adults = [(each.first_name, each.phone_mobile) for each in every(Guardian, Guardian.phone_mobile != "")]
    assert adults == ([] if answer == "pupils" else [("Léa", "+33612345678")])


def test_days_that_a_spreadsheet_counted_are_asked_about_once_a_column() -> None:
    rows = [
        ["Nom", "Prénom", "Né le", "Parent"],
        ["Roux", "Ana", 41712, "ROUX Eva"],
        ["Gris", "Tom", "41000.5", "GRIS Ivo"],
    ]
    run = give(KIND, saved(workbook(*rows)), file="liste.xlsx")
    [question] = [each for each in check(run).questions if each.is_open]
    assert (question.key, question.samples) == ("serials:pupil_birth_date", ["41712", "41000.5"])
    assert str(question.choices[0].sentence) == "Les dates que le tableur a comptées : 41712 est le 14/03/2014"
    carry(give(KIND, saved(workbook(*rows)), file="liste.xlsx", answers={"serials:pupil_birth_date": "days"}))
    assert {each.first_name: f"{each.birth_date:%d/%m/%Y}" for each in every(Pupil)} == {
        "Ana": "14/03/2014",
        "Tom": "01/04/2012",
    }


@pytest.mark.parametrize(("answer", "adults"), [("same", ["Eva Roux", "Luc Petit"]), ("alone", ["Eva", "Luc"])])
def test_one_surname_of_a_family_is_asked_about_and_is_no_dead_end(answer: str, adults: list[str]) -> None:
    text = (
        "Nom de famille;Prénom du parent;E-mail;Enfant 1;Cours;Enfant 2;Cours;Enfant 3;Cours;Enfant 4;Cours\n"
        "Roux;Eva;e@example.org;Emma;Piano;Tom;Éveil;;;;\nPetit;Luc;l@example.org;Lou;Violon;Max;Chant;Ana;Piano;Zoé;Éveil\n"
    )
    assert asked(check(taken_for(text))) == {"adult-surname"}
    bring(KIND, text, answers={"adult-surname": answer})
    assert [name for names, _ in homes() for name in names] == adults
    assert [len(pupils) for _, pupils in homes()] == [2, 4]
    assert {each.last_name for each in every(Pupil)} == {"Roux", "Petit"}
