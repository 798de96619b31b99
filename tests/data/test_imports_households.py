"""Pupils with their adults in one file: whom a line names, who belongs together, what is asked before anything is written."""

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from data.core import spreadsheets
from data.core.system_unit_of_work import system_unit_of_work
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.importing import command
from data.importing.pipeline import Report
from tests.data.import_helpers import bring, carry, check, faults, give, take
from tests.data.site_helpers import an_empty_site
from tests.demo_users import counts, every

pytestmark = pytest.mark.usefixtures("in_the_files_year")

KIND = "pupils-and-adults"
IMUSE = (
    "NUM_ELEVE;NOM_ELEVE;PRENOM_ELEVE;SEXE;DATE_NAISS;NUM_FAMILLE;CIV_RESP1;NOM_RESP1;PRENOM_RESP1;ADRESSE_RESP1;CP_RESP1;VILLE_RESP1;"
    "TEL_DOM_RESP1;TEL_PORT_RESP1;MAIL_RESP1;CIV_RESP2;NOM_RESP2;PRENOM_RESP2;ADRESSE_RESP2;CP_RESP2;VILLE_RESP2;TEL_PORT_RESP2;"
    "MAIL_RESP2;DISCIPLINE1;CYCLE;ANNEE_SCOLAIRE"
).split(";")
SMALL = ("Famille", "Élève", "Âge", "Cours", "Téléphone", "Mail", "Adresse", "Montant", "Réglé ?")


@pytest.fixture
def empty_site(database: str, tmp_path: Path) -> None:
    an_empty_site(f"sqlite:///{tmp_path}/new.db")


def imuse(*rows: str) -> bytes:
    """A file as a school's program writes it."""
    return "\r\n".join([";".join(IMUSE), *rows]).encode("cp1252")


def small(text: str) -> bytes:
    """A file as a small school keeps it by hand: cells between « | », « § » is a line break."""
    rows = [line.replace("§", "\n").split("|") for line in text.strip().splitlines()]
    return spreadsheets.write("xlsx", SMALL, [[cell or None for cell in row] for row in rows])


def pupil(
    number: int, last: str, first: str, family: int, adults: str, *, birth: str = "18/02/2011", course: str = "Piano"
) -> str:
    return f"{number};{last};{first};F;{birth};{family};{adults};{course};1er cycle;2026/2027"


ZOE = "Mme;AUBERTIN;Zoé;10 bd Victor-Hugo;57220;Boulay-Moselle;;0659083016;zoe.aubertin@example.org;;;;;;;;"
TWO = (
    "Mme;GÉRARD;Chloé;4 avenue Foch;57000;Metz;;0729975288;chloe.gerard@example.org;"
    "M.;DE LA TOUR;Gaël;8 rue des Lilas;57000;Metz;0600182633;gael.delatour@example.org"
)
PAIR = (
    "Mme;BEN SAÏD;Fatou;38 impasse des Bœufs;57000;Metz;;0681948219;fatou.bensaid@example.org;"
    "M.;BEN SAÏD;Gaël;38 impasse des Bœufs;57000;Metz;0651819093;gael.bensaid@example.org"
)


def homes() -> list[tuple[list[str], list[tuple[str, str]]]]:
    """Every family: its adults by rank, its pupils with how they are linked."""
    found = []
    with system_unit_of_work() as uow:
        for family in uow.all(select(Family).order_by(Family.number)):
            adults = uow.all(select(Guardian).where(Guardian.family_id == family.id).order_by(Guardian.rank))
            links = uow.rows(
                select(Pupil, PupilLink)
                .join(PupilLink, PupilLink.pupil_id == Pupil.id)
                .where(PupilLink.family_id == family.id)
                .order_by(Pupil.first_name)
            )
            names = [f"{adult.first_name} {adult.last_name}".strip() for adult in adults]
            found.append((names, [(f"{pupil.first_name} {pupil.last_name}", link.household) for pupil, link in links]))
    return found


def asked(report: Report) -> dict[str, list[str]]:
    return {each.key: each.samples for each in report.questions if each.is_open}


def test_a_programs_list_gives_families_adults_pupils_links_and_courses(empty_site: None) -> None:
    content = imuse(
        pupil(5001, "AUBERTIN", "Élodie", 1001, ZOE),
        pupil(5002, "AUBERTIN", "Fatou", 1001, ZOE, birth="21/11/2012", course="Trompette"),
        pupil(5003, "BEN SAÏD", "Rémi", 1002, PAIR, birth="15/06/2014"),
    )
    run = give(KIND, content)
    assert run.matched["columns"].keys() == {str(at) for at in range(len(IMUSE))}
    report = carry(run)
    assert (faults(report), asked(report), report.written) == ([], {}, True)
    assert homes() == [
        (["Zoé AUBERTIN"], [("Fatou AUBERTIN", "principal"), ("Élodie AUBERTIN", "principal")]),
        (["Fatou BEN SAÏD", "Gaël BEN SAÏD"], [("Rémi BEN SAÏD", "principal")]),
    ]
    [remi] = every(Pupil, Pupil.number == 5003)
    assert (remi.birth_date, remi.discipline, remi.cycle) == (date(2014, 6, 15), "Piano", "1er cycle")
    [gael] = every(Guardian, Guardian.first_name == "Gaël")
    assert (gael.rank, gael.phone_mobile, gael.town, gael.email) == (
        2,
        "+33651819093",
        "Metz",
        "gael.bensaid@example.org",
    )
    again = bring(KIND, content + b"\r\n")
    assert again.counts == {"added": 0, "updated": 0, "unchanged": 3}


def test_two_addresses_on_one_line_are_two_homes_once_it_is_answered(empty_site: None) -> None:
    content = imuse(
        pupil(5018, "GÉRARD", "Noémie", 1009, TWO), pupil(5019, "GÉRARD", "Luc", 1009, TWO, birth="01/02/2013")
    )
    assert asked(carry(give(KIND, content))) == {
        "homes": ["Chloé GÉRARD, 4 avenue Foch / Gaël DE LA TOUR, 8 rue des Lilas"]
    }
    assert homes() == []
    bring(KIND, content, answers={"homes": "two"})
    assert homes() == [
        (["Chloé GÉRARD"], [("Luc GÉRARD", "principal"), ("Noémie GÉRARD", "principal")]),
        (["Gaël DE LA TOUR"], [("Luc GÉRARD", "second"), ("Noémie GÉRARD", "second")]),
    ]
    again = bring(KIND, content + b"\r\n", answers={"homes": "two"})
    assert again.counts == {"added": 0, "updated": 0, "unchanged": 2}, "the second home is found again"
    one = imuse(pupil(6018, "GÉRARD", "Noémie", 2009, TWO.replace("GÉRARD", "GIRARD")))
    bring(KIND, one, answers={"homes": "one", "known-email": "keep"})
    assert homes()[-1][0] == ["Chloé GIRARD", "Gaël DE LA TOUR"]


THE_SMALL_SCHOOL = """
M. et Mme DUPONT Jean et Anne|Léa|9|Piano|06 12 34 56 78|jean.dupont@example.org / anne.dupont@example.org|3 rue Haute 57220 Boulay|162,00 €|oui
M. et Mme DUPONT Jean et Anne|Tom|7|Éveil|idem|idem|idem|81,00 €|oui
Mme MARTIN Sophie|Chloé|11|Piano|06 11 22 33 44 (portable maman)|sophie.martin@example.org|12 bis av. Foch§57000 METZ|162|chq
M. BERNARD Luc (adulte)|lui-même|52|Violon|03.87.00.11.22 ou 0611223355|luc.bernard@example.org|57220 BOULAY, 1 place du Marché|210|3x
Mme LEROY / M. PETIT (séparés)|Nina Petit|8 ans|Violon|0612000001 / 0612000002|leroy@example.org;petit@example.org|voir dossier|162|NON
Mme MARTIN Sophie|Jules|14|Violon||||162|oui
"""
ANSWERS = {"whose:phone": "each", "same-name": "one"}


def test_a_small_schools_list_is_understood_and_asked_where_it_is_unsure(empty_site: None) -> None:
    content = small(THE_SMALL_SCHOOL)
    run = give(KIND, content)
    assert [run.matched["columns"].get(str(at)) for at in range(9)] == [
        "adult1_name", "pupil_name", None, "discipline", "adult1_phone_home", "adult1_email", "adult1_address", None, None,
    ]  # fmt: skip
    report = check(run)
    assert faults(report) == []
    assert asked(report).keys() == ANSWERS.keys()
    assert carry(run).written is False
    bring(KIND, content, answers=ANSWERS)
    assert homes() == [
        (["Jean DUPONT", "Anne DUPONT"], [("Léa DUPONT", "principal"), ("Tom DUPONT", "principal")]),
        (["Sophie MARTIN"], [("Chloé MARTIN", "principal"), ("Jules MARTIN", "principal")]),
        (["Luc BERNARD"], [("Luc BERNARD", "principal")]),
        (["LEROY"], [("Nina Petit", "principal")]),
        (["PETIT"], [("Nina Petit", "second")]),
    ]
    [anne] = every(Guardian, Guardian.first_name == "Anne")
    assert (anne.civility, anne.email) == ("mme", "anne.dupont@example.org")
    assert (anne.address, anne.postcode, anne.town) == ("3 rue Haute", "57220", "Boulay")
    [luc] = every(Guardian, Guardian.first_name == "Luc")
    assert (luc.phone_home, luc.phone_mobile) == ("+33387001122", "+33611223355")
    assert (luc.address, luc.town) == ("1 place du Marché", "BOULAY")
    [petit] = every(Guardian, Guardian.last_name == "PETIT")
    assert (petit.phone_mobile, petit.email, petit.address) == ("+33612000002", "petit@example.org", "")
    assert [each.birth_date for each in every(Pupil)] == [None] * 6
    again = bring(KIND, small(THE_SMALL_SCHOOL + "Mme MARTIN Sophie|Ève|||||||\n"), answers=ANSWERS)
    assert (again.counts["added"], counts(Pupil)[0], counts(Family)[0]) == (1, 7, 5)


def lines(titles: str, *rows: str) -> bytes:
    return "\n".join([titles, *rows]).encode()


THREE = "Nom père;Prénom père;Nom mère;Prénom mère;Mail mère;Adresse;CP;Ville;Prénom enfant;Prénom enfant (2);Prénom enfant (3)"


def test_father_mother_and_three_children_come_from_one_line(empty_site: None) -> None:
    bring(KIND, lines(THREE, "Roy;Max;Roy;Eva;eva@example.org;3 rue Haute;57220;Boulay;Léa;Tom;Zoé"))
    children = [(f"{name} Roy", "principal") for name in ("Léa", "Tom", "Zoé")]
    assert homes() == [(["Max Roy", "Eva Roy"], children)]


PARENTS = "Nom élève;Prénom élève;Date naissance;Nom responsable;Prénom responsable;Adresse responsable;CP responsable;Commune responsable;Courriel"


def test_families_without_number_are_grouped_by_adult_and_address(empty_site: None) -> None:
    text = lines(
        PARENTS,
        "Roy;Léa;01/02/2012;Roy;Eva;3 rue Haute;57220;Boulay;eva@example.org",
        "Petit;Nina;05/06/2013;Petit;Luc;1 rue Basse;57220;Boulay;luc@example.org",
        "Roy;Tom;07/08/2014;ROY;Eva;3, rue haute;57220;BOULAY;",
    )
    bring(KIND, text)
    assert homes() == [
        (["Eva Roy"], [("Léa Roy", "principal"), ("Tom Roy", "principal")]),
        (["Luc Petit"], [("Nina Petit", "principal")]),
    ]
    numbers = {each.number for each in every(Pupil)}
    bring(KIND, text + b"\nRoy;Zo\xc3\xa9;09/10/2016;Roy;Eva;3 rue Haute;57220;Boulay;eva@example.org\n")
    assert (counts(Family)[0], counts(Guardian)[0], counts(Pupil)[0]) == (2, 2, 4)
    assert {each.number for each in every(Pupil)} > numbers


def test_one_adult_at_two_addresses_is_asked_and_never_merged_in_silence(empty_site: None) -> None:
    text = lines(
        PARENTS,
        "Roy;Léa;01/02/2012;Roy;Eva;3 rue Haute;57220;Boulay;eva@example.org",
        "Roy;Tom;07/08/2014;Roy;Eva;9 quai Neuf;57000;Metz;eva@example.org",
    )
    assert asked(carry(give(KIND, text))) == {
        "moved": ["Eva Roy : 3 rue Haute Boulay", "Eva Roy : 9 quai Neuf Metz"],
        "shared-email": ["Eva Roy, eva@example.org"],
    }
    assert homes() == []
    bring(
        KIND,
        text,
        answers={"moved": "one", "differs:address": "last", "differs:postcode": "last", "differs:town": "last"},
    )
    [eva] = every(Guardian)
    assert (eva.address, eva.town, counts(Pupil)[0]) == ("9 quai Neuf", "Metz", 2)


def test_one_e_mail_in_two_families_is_asked(empty_site: None) -> None:
    text = lines(
        PARENTS,
        "Roy;Léa;01/02/2012;Roy;Eva;3 rue Haute;57220;Boulay;famille@example.org",
        "Petit;Nina;05/06/2013;Petit;Luc;1 rue Basse;57220;Boulay;famille@example.org",
    )
    assert asked(carry(give(KIND, text))) == {
        "shared-email": ["Eva Roy, famille@example.org", "Luc Petit, famille@example.org"]
    }
    bring(KIND, text, answers={"shared-email": "drop"})
    assert [each.email for each in every(Guardian)] == ["", ""]


@pytest.mark.parametrize(
    ("answer", "families"),
    [("same", [(["Luc Petit", "Eva Roy"], 2)]), ("apart", [(["Eva Roy"], 1), (["Luc Petit"], 1)])],
)
def test_two_keys_that_look_alike_are_not_one_household_in_silence(
    empty_site: None, answer: str, families: list[tuple[list[str], int]]
) -> None:
    titles = "N° famille;Nom responsable;Prénom responsable;Prénom enfant;Nom enfant"
    text = lines(titles, "0012;Roy;Eva;Léa;Roy", "12;Petit;Luc;Nina;Petit")
    assert asked(carry(give(KIND, text))) == {"numbers:family": ["0012 / 12"]}
    assert homes() == []
    bring(KIND, text, answers={"numbers:family": answer})
    assert [(adults, len(pupils)) for adults, pupils in homes()] == families


def test_a_key_that_looks_like_a_known_familys_is_asked_in_every_kind(database: str) -> None:
    for kind, text in (
        ("families", "N° famille;Nom;Prénom\n01042;Roy;Eva\n"),
        ("invoices", "N° facture;N° famille;Date;Montant\nF1;01042;01/10/2026;12,00\n"),
    ):
        assert list(asked(carry(give(kind, text))).values()) == [["1042 / 01042"]], kind
    bring("families", "N° famille;Nom;Prénom\n01042;Roy;Eva\n", answers={"numbers:number": "apart"})
    [eva] = every(Guardian, Guardian.first_name == "Eva", Guardian.last_name == "Roy")
    assert eva.family_id not in {each.id for each in every(Family, Family.number == 1042)}


@pytest.mark.parametrize("kind", [KIND, "families"])
def test_the_birth_date_of_a_child_on_an_adult_stops_until_it_is_answered(empty_site: None, kind: str) -> None:
    titles = {
        KIND: "N° famille;Nom resp;Prénom resp;Né le resp;Prénom enfant",
        "families": "N° famille;Nom;Prénom;Né le;Ville",
    }
    text = lines(
        titles[kind], "12;Roy;Eva;16/06/2015;Metz", "13;Petit;Luc;01/02/1980;Metz", "14;Gris;Ana;01/02/1981;Metz"
    )
    assert asked(carry(give(kind, text))) == {"young-adults": ["Eva Roy, 16/06/2015"]}
    bring(kind, text, answers={"young-adults": "drop"})
    assert [each.birth_date for each in every(Guardian, Guardian.first_name == "Eva")] == [None]


def test_a_grown_pupil_without_adult_is_their_own(empty_site: None) -> None:
    report = bring(
        KIND,
        lines(
            "Nom élève;Prénom élève;Né le;E-mail élève;Nom responsable;Prénom responsable",
            "Gris;Ana;01/02/1981;ana@example.org;;",
        ),
    )
    assert [each.key for each in report.questions] == ["grown"]
    assert homes() == [(["Ana Gris"], [("Ana Gris", "principal")])]
    [ana] = every(Guardian)
    assert (ana.email, ana.birth_date) == ("ana@example.org", date(1981, 2, 1))


def test_twins_are_two_pupils_and_asked_once_for_all(empty_site: None) -> None:
    rows = [
        f"{last};{first};01/02/2012;{last};Eva;{n} rue Haute;57220;Boulay;"
        for n, last in enumerate(("Bernardin", "Montagne"))
        for first in ("Léa", "Léo")
    ]
    report = bring(KIND, lines(PARENTS, *rows))
    assert [(each.key, each.samples, each.is_open) for each in report.questions] == [
        ("twins", ["Léa Bernardin / Léo Bernardin", "Léa Montagne / Léo Montagne"], False)
    ]
    assert counts(Pupil)[0] == 4


def test_names_in_one_cell_are_asked_once_by_column_when_nothing_tells_their_order(empty_site: None) -> None:
    text = lines("Parent 1;Élève;Code famille", "Marie Curie;Irène Curie;7", "Paul Valéry;Agathe;8")
    assert asked(carry(give(KIND, text)))["order:adult1_name"] == ["Marie Curie", "Paul Valéry"]
    bring(KIND, text, answers={"order:adult1_name": "first_last"})
    assert homes() == [
        (["Marie Curie"], [("Irène Curie", "principal")]),
        (["Paul Valéry"], [("Agathe Valéry", "principal")]),
    ]


def test_a_pupil_on_two_lines_has_both_disciplines_and_other_differences_are_asked(empty_site: None) -> None:
    second = pupil(5001, "AUBERTIN", "Élodie", 1001, ZOE, birth="19/02/2011", course="Chant choral")
    text = imuse(pupil(5001, "AUBERTIN", "Élodie", 1001, ZOE), second)
    assert asked(carry(give(KIND, text))).keys() == {"differs:pupil_birth_date"}
    bring(KIND, text, answers={"differs:pupil_birth_date": "last"})
    [elodie] = every(Pupil)
    assert (elodie.discipline, elodie.birth_date) == ("Piano, Chant choral", date(2011, 2, 19))


def test_a_pupil_of_two_keys_has_a_second_home_once_it_is_answered(empty_site: None) -> None:
    text = imuse(pupil(5001, "AUBERTIN", "Élodie", 1001, ZOE), pupil(5001, "AUBERTIN", "Élodie", 1002, PAIR))
    assert asked(carry(give(KIND, text))) == {"second-homes": ["Élodie AUBERTIN"]}
    bring(KIND, text, answers={"second-homes": "second"})
    assert [pupils for _, pupils in homes()] == [[("Élodie AUBERTIN", "principal")], [("Élodie AUBERTIN", "second")]]


def test_a_number_given_further_down_is_not_given_to_a_key_of_letters(empty_site: None) -> None:
    bring("families", "N° famille;Nom;Prénom\nA7;Roy;Eva\n1;Petit;Luc\n")
    assert [(adults, pupils) for adults, pupils in homes()] == [(["Luc Petit"], []), (["Eva Roy"], [])]


def test_the_check_shows_the_first_families_as_they_will_be(database: str) -> None:
    bring(KIND, lines(PARENTS, "Roy;Léa;01/02/2012;Roy;Eva;3 rue Haute;57220;Boulay;eva@example.org"))
    text = lines(PARENTS, "Roy;Tom;07/08/2014;Roy;Eva;3 rue Haute;57220;Boulay;eva@example.org")
    [family] = check(give(KIND, text)).previews.families
    assert not family.is_new
    assert [(each.name, each.address, each.email, each.is_new) for each in family.adults] == [
        ("Eva Roy", "3 rue Haute, 57220 Boulay", "eva@example.org", False)
    ]
    assert [(each.name, each.birth_date, each.household, each.is_new) for each in family.pupils] == [
        ("Léa Roy", "2012-02-01", "principal", False),
        ("Tom Roy", "2014-08-07", "principal", True),
    ]


def test_an_export_goes_into_an_empty_site_and_comes_out_the_same(database: str, tmp_path: Path) -> None:
    bring(KIND, imuse(pupil(5018, "GÉRARD", "Noémie", 9009, TWO)), answers={"homes": "two"})
    taken = take(KIND)
    an_empty_site(f"sqlite:///{tmp_path}/second.db")
    assert faults(carry(give(KIND, taken, answers={"shared-email": "keep"}))) == []
    assert take(KIND) == taken


def test_the_terminal_says_what_is_asked_and_takes_answers(
    empty_site: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, answers = tmp_path / "eleves.csv", tmp_path / "answers.toml"
    path.write_bytes(imuse(pupil(5018, "GÉRARD", "Noémie", 1009, TWO)))
    assert command.import_file(KIND, path, "valmont") == 1
    assert "answers.homes : Ces parents ont deux adresses" in capsys.readouterr().out
    answers.write_text('[answers]\nhomes = "two"\n')
    assert command.import_file(KIND, path, "valmont", mapping=answers) == 0
    assert [adults for adults, _ in homes()] == [["Chloé GÉRARD"], ["Gaël DE LA TOUR"]]
