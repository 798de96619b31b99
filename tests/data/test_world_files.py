"""Files as they come: what each of them is read as, or why it is not. A test for each kind of what comes in."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.core import spreadsheets
from data.core.errors import UserError
from data.core.spreadsheets import Reading
from tests.data.sheet_helpers import HEADS, ROWS, cells, table, text_of, whys


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "iso8859-15", "mac_roman", "cp850"])  # fmt: skip
def test_a_csv_of_any_program_reads_as_french(coding: str) -> None:
    text = text_of([HEADS, *ROWS])
    content = (text.replace("’", "'") if coding in {"cp850", "iso8859-15"} else text).encode(coding)
    sheet = spreadsheets.read(content)
    assert sheet.heads == HEADS
    assert [row[1:3] for row in cells(sheet)] == [row[1:3] for row in ROWS]


def test_a_mac_csv_shows_what_its_words_are_in_each_coding_and_another_may_be_chosen() -> None:
    content = "Famille;Nom;Ville\r\n1001;Gérard;Metz\r\n".encode("mac_roman")
    sheet = spreadsheets.read(content)
    assert sheet.codings[0].name == "mac_roman"
    assert "Gérard" in sheet.codings[0].sample
    assert "GŽrard" in dict(sheet.codings)["cp1252"]
    other = spreadsheets.read(content, Reading(coding="cp1252"))
    assert (other.reading.coding, other.rows[0][1][1]) == ("cp1252", "GŽrard")


WORDS = [
    "Zoé",
    "Forêt",
    "ÉLODIE",
    "Noël",
    "l'été",
    "Müller",
    "N° 3",
    "LÉA",
    "François",
    "Fête à Évry",
    "où",
    "Maître Joël",
]


@pytest.mark.parametrize("coding", ["cp1252", "mac_roman", "cp850"])
@pytest.mark.parametrize("word", WORDS)
def test_one_word_is_enough(word: str, coding: str) -> None:
    content = f"Nom;Ville\r\n{word};Metz\r\n".encode(coding)
    assert cells(spreadsheets.read(content)) == [[word, "Metz"]]


@pytest.mark.parametrize("coding", ["cp1252", "mac_roman"])
def test_capitals_and_signs_of_letters_are_enough(coding: str) -> None:
    for word in ("BŒUF Gaël", "rue de l’Été", "162,00 € à payer", "12 €", "Œuvré – LÉON"):
        assert cells(spreadsheets.read(f"Nom;Ville\r\n{word};Metz\r\n".encode(coding))) == [[word, "Metz"]]


def test_a_few_broken_places_of_a_utf8_file_are_reported_where_they_are() -> None:
    content = text_of([HEADS, *ROWS * 4]).encode().replace("Forêt".encode(), b"For\xeat", 1)
    sheet = spreadsheets.read(content)
    assert (sheet.coding, len(sheet.rows)) == ("utf-8", 12)
    assert whys(sheet)[0][:2] == (3, 4)
    assert whys(sheet)[0][2].startswith("Les accents de cette cellule")


def test_a_csv_without_accents_is_the_same_in_any_coding() -> None:
    assert spreadsheets.read(b"Nom;Ville\r\nDupont;Metz\r\n").codings == []


def test_a_title_with_a_comma_above_a_semicolon_file() -> None:
    sheet = spreadsheets.read(table(above="Liste des familles, au 12/06, école, musique\r\n\r\n"))
    assert (sheet.heads, cells(sheet), sheet.delimiter) == (HEADS, ROWS, ";")
    assert sheet.above == ["Liste des familles, au 12/06, école, musique"]
    assert sheet.reading.titles_line == 3


def test_addresses_and_amounts_with_commas_do_not_make_a_comma_file() -> None:
    content = "Nom;Montant;Adresse\r\n" + "Roy;12,50;12, rue Haute\r\n" * 9
    assert spreadsheets.read(content.encode()).heads == ["Nom", "Montant", "Adresse"]
    assert spreadsheets.read(b"a;b\r\n1,5;2,5\r\n3,5;4,5\r\n5,5;6,5\r\n").heads == ["a", "b"]


def test_titles_above_that_fill_several_cells_are_passed_over() -> None:
    above = "Conservatoire de Valmont;;;Édité le 12/06/2026;\r\nListe;;;;\r\n;;;;\r\n"
    sheet = spreadsheets.read(table(above=above))
    assert (sheet.heads, cells(sheet)) == (HEADS, ROWS)


def test_totals_pages_and_repeated_titles_are_left_out_and_reported() -> None:
    text = (
        "Famille;Cours;Élève;Heures;Montant\r\nRoy;Piano;Léa;1;100,00\r\nPetit;Piano;Tom;2;50,00\r\nSous-total;;;3;150,00\r\n"
        "Page 1/3;;;;\r\nFamille;Cours;Élève;Heures;Montant\r\nBlanc;Violon;Ana;1;20,00\r\nTotal;;;4;170,00\r\nEffectif : 3;;;;\r\n;;;;170,00\r\n"
    )
    sheet = spreadsheets.read(text.encode())
    assert [row[0] for row in cells(sheet)] == ["Roy", "Petit", "Blanc"]
    assert [(each.line, str(each.why)[:12]) for each in sheet.left_out] == [
        (4, "Total ou eff"), (5, "Numéro de pa"), (6, "Les titres d"), (8, "Total ou eff"), (9, "Total ou eff"), (10, "Total ou eff"),
    ]  # fmt: skip
    assert sheet.left_out[0].text == "Sous-total · 3 · 150,00"
    assert len(spreadsheets.read(text.encode(), Reading(keep_all=True)).rows) == 9


def test_people_called_like_a_total_and_half_empty_lines_stay() -> None:
    rows = [
        ["1004", "Total", "Jean", "01/02/2010", "Metz"],
        ["1005", "Page", "Anne", "", ""],
        ["1006", "VIOLON", "", "", ""],
        ["1007", "", "", "", ""],
        ["", "DUPONT", "", "", ""],
        ["1008", "Effectif", "Zoé", "03/02/2010", "Metz"],
    ]
    lines = b"N\xc2\xb0;Article;Montant\r\n1;Piano;100\r\n2;Violon;62\r\n3;Total option;12\r\n"
    assert len(spreadsheets.read(lines).rows) == 3
    sheet = spreadsheets.read(table(rows=[*ROWS, *rows]))
    assert cells(sheet) == [*ROWS, *rows]
    assert sheet.left_out == []


def test_the_line_of_the_titles_may_be_said() -> None:
    content = "a;b;c\r\nNom;Prénom;Ville\r\nRoy;Léa;Metz\r\n".encode()
    assert spreadsheets.read(content).heads == ["a", "b", "c"]
    sheet = spreadsheets.read(content, Reading(titles_line=2))
    assert (sheet.heads, cells(sheet), sheet.above) == (
        ["Nom", "Prénom", "Ville"],
        [["Roy", "Léa", "Metz"]],
        ["a · b · c"],
    )
    with pytest.raises(UserError, match="La ligne 9 est vide"):
        spreadsheets.read(content, Reading(titles_line=9))


def test_a_column_whose_title_is_missing_loses_no_cell() -> None:
    sheet = spreadsheets.read(b"Nom;;Ville;Rue\r\nRoy;Ana;Metz;Haute;rouge\r\nBlanc;Zoe;Nancy;Basse;vert\r\n")
    assert sheet.heads == ["Nom", "(colonne B)", "Ville", "Rue", "(colonne E)"]
    assert sheet.faults == []


@pytest.mark.parametrize("written", ['="00123"', "'00123", '"=""00123"""'])
def test_figures_protected_from_a_spreadsheet_are_figures(written: str) -> None:
    assert cells(spreadsheets.read(f"N°;Nom\r\n{written};Roy\r\n".encode())) == [["00123", "Roy"]]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="'=+-@0123 aé\"", max_size=8).filter(lambda text: text.strip() not in {"", "x", "-"}))
def test_what_the_portal_writes_comes_back(form: spreadsheets.Form, text: str) -> None:
    content = spreadsheets.write(form, ["N°", "Texte", "Ville"], [[1, text, "Metz"], [2, "Roy", "Nancy"]])
    assert spreadsheets.read(content).rows[0][1][1] == text


def test_rows_of_spaces_dashes_or_a_single_x_are_no_rows() -> None:
    nothing = "\u00a0; ;\t;;\u200b\r\n-;-;-;-;-\r\nx;;;;\r\n;;–;;\r\n"
    sheet = spreadsheets.read(table(below=nothing))
    assert cells(sheet) == ROWS
    assert [each.line for each in sheet.left_out] == [6, 7, 8]


def test_titles_on_two_lines_in_a_csv_with_columns_of_one_title() -> None:
    text = "N°;Élève;;Responsable 1;;Remarque\r\n;Nom;Prénom;Nom;Portable;\r\n1;Roy;Léa;Roy;0612345678;\r\n2;Petit;Tom;Petit;0612345679;rien\r\n"
    sheet = spreadsheets.read(("Liste au 12/06\r\n" + text).encode())
    assert sheet.heads == ["N°", "Élève Nom", "Élève Prénom", "Responsable 1 Nom", "Responsable 1 Portable", "Remarque"]
    assert len(sheet.rows) == 2


def test_a_line_of_data_under_a_title_that_spans_columns_is_no_title() -> None:
    sheet = spreadsheets.read(
        "Nom;Prénom;Adresse;;Pays\r\nRoy;Léa;rue Haute;Metz;France\r\nPetit;Metz;rue Basse;Metz;France\r\n".encode()
    )
    assert (sheet.heads, len(sheet.rows)) == (["Nom", "Prénom", "Adresse", "(colonne D)", "Pays"], 2)


def test_one_line_of_titles_may_be_said_to_be_two() -> None:
    content = b"Parent;;Enfant\r\nNom;Ville;Nom\r\nRoy;Metz;Roy\r\n"
    assert spreadsheets.read(content, Reading(titles_line=1, titles_lines=2)).heads == [
        "Parent Nom",
        "Parent Ville",
        "Enfant Nom",
    ]
    assert spreadsheets.read(content, Reading(titles_line=2, titles_lines=1)).heads == ["Nom", "Ville", "Nom (2)"]


def test_the_same_title_several_times_is_numbered() -> None:
    sheet = spreadsheets.read(
        "Nom;Prénom enfant;Prénom enfant;Prénom enfant;Prénom enfant (2)\r\nRoy;a;b;c;d\r\n".encode()
    )
    assert sheet.heads == ["Nom", "Prénom enfant", "Prénom enfant (3)", "Prénom enfant (4)", "Prénom enfant (2)"]


def test_an_address_that_begins_with_a_quotation_mark_harms_nobody_else() -> None:
    text = (
        'Nom;Adresse;Ville\r\nRoy;12 rue "Le Clos";Metz\r\nPetit;"Le Clos" 3;Metz\r\nBlanc;"La Tour;Nancy\r\n'
        'Brun;"dit \\"Léo\\", artiste";Toul\r\nDoré;"deux\r\nlignes";"a;b"\r\nNoir;"vu;trop;Metz\r\n'
    )
    sheet = spreadsheets.read(text.encode())
    assert cells(sheet)[:5] == [
        ["Roy", '12 rue "Le Clos"', "Metz"], ["Petit", '"Le Clos" 3', "Metz"], ["Blanc", '"La Tour', "Nancy"],
        ["Brun", 'dit "Léo", artiste', "Toul"], ["Doré", "deux\nlignes", "a;b"],
    ]  # fmt: skip
    assert [(line, column) for line, column, _ in whys(sheet)] == [(4, 1), (7, -1)]


def test_one_wrong_quotation_mark_among_thousands_of_lines() -> None:
    lines = [f"{n};Nom{n};rue Haute {n}" for n in range(5000)]
    lines[2500] = '2500;Nom;"rue'
    sheet = spreadsheets.read("\r\n".join(["N°;Nom;Adresse", *lines]).encode())
    assert len(sheet.rows) == 5000
    assert [line for line, _, _ in whys(sheet)] == [2502]


@settings(max_examples=60, deadline=None)
@given(
    coding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman", "cp850"]),
    delimiter=st.sampled_from(";,\t|"),
    ends=st.sampled_from(["\r\n", "\n", "\r"]),
    seed=st.integers(0, 999),
)
def test_the_same_cells_whatever_the_coding_the_separator_and_the_order(
    coding: str, delimiter: str, ends: str, seed: int
) -> None:
    chance = random.Random(seed)
    heads = ["N° famille", "Nom", "Prénom", "Né le", "Adresse", "Montant"]
    rows = [
        [str(1000 + n), chance.choice(["Gérard", "HÉLOÏSE", "D'Été", "Noël", "Roy"]), chance.choice(["Zoé", "Benoît", "Fatou"]),
         f"{n % 28 + 1:02d}/06/2012", chance.choice(["12, rue Haute", "3 bd de la Forêt", 'lieu "Le Clos"', ""]), f"{n},50"]
        for n in range(chance.randint(1, 30))
    ]  # fmt: skip
    order = chance.sample(range(len(heads)), len(heads))
    chance.shuffle(rows)
    written = [[row[at] for at in order] for row in (heads, *rows)]
    sheet = spreadsheets.read(text_of(written, delimiter).replace("\r\n", ends).encode(coding))
    assert [sheet.heads, *cells(sheet)] == written


@settings(max_examples=200, deadline=None)
@given(
    pieces=st.lists(
        st.sampled_from([*"\";,\t|\\'=-x0\r\n\x00<é", '"";', "Nom", "Total", "12/06/2026", "Page 1/3", '="1"']),
        max_size=40,
    ),
    coding=st.sampled_from(["utf-8", "cp1252", "utf-16", "cp850"]),
    chosen=st.sampled_from(
        [{}, {"titles_line": 2}, {"titles_lines": 2}, {"coding": "mac_roman"}, {"delimiter": "|"}, {"keep_all": True}]
    ),
)
def test_whatever_is_given_is_read_or_reported(pieces: list[str], coding: str, chosen: dict[str, object]) -> None:
    try:
        sheet = spreadsheets.read("".join(pieces).encode(coding), Reading.of(chosen))
    except UserError:
        return
    assert sheet.rows
    assert {len(row) for _, row in sheet.rows} == {len(sheet.heads)}
    assert len(set(sheet.heads)) == len(sheet.heads)


def test_twenty_thousand_lines_are_read_and_one_more_is_refused() -> None:
    line = ";".join(["1042", "Gérard", "Zoé", "18/02/2011", "12 rue Haute", "57000", "Metz"] * 3)
    heads = ";".join(f"Titre {at}" for at in range(21))
    content = "\r\n".join([heads, *[line] * 20_000])
    assert len(spreadsheets.read(content.encode("cp1252")).rows) == 20_000
    with pytest.raises(UserError, match="plus de 20 000 lignes"):
        spreadsheets.read(f"{content}\r\n{line}".encode("cp1252"))


def test_a_reading_is_kept_as_what_was_chosen() -> None:
    chosen = Reading(sheet="Élèves", titles_line=4, skip_hidden=True)
    assert chosen.as_dict() == {"sheet": "Élèves", "titles_line": 4, "skip_hidden": True}
    assert Reading.of(chosen.as_dict()) == chosen
    assert Reading.of({"sheet": 3, "titles_line": "4", "other": 1}) == Reading()
