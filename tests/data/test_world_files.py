"""Files as they come: what each of them is read as, or why it is not. Every file is made by the program that makes such files."""

import csv
import io
import random
import re
import zipfile
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

from data.core import spreadsheets
from data.core.errors import UserError
from data.core.spreadsheets import Reading, Sheet

HEADS = ["N° famille", "Nom", "Prénom", "Né le", "Ville"]
ROWS = [
    ["1001", "Gérard", "Hélène", "18/02/2011", "L’Été"],
    ["1002", "BÉGUÉ", "Noël", "21/11/2011", "Forêt-sur-Lac"],
    ["1003", "Martin", "François", "15/06/2014", "Metz"],
]


def text_of(rows: list[list[str]], delimiter: str = ";") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def table(*, above: str = "", below: str = "", rows: list[list[str]] = ROWS) -> bytes:
    return (above + text_of([HEADS, *rows]) + below).encode("utf-8-sig")


def cells(sheet: Sheet) -> list[list[spreadsheets.Cell]]:
    return [row for _, row in sheet.rows]


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def workbook(*rows: list[object]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def rewritten(content: bytes, change: Callable[[str, bytes], tuple[str, bytes]]) -> bytes:
    """The same workbook as another program writes it: other names of parts, other bytes in them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(*change(name, source.read(name)))
    return out.getvalue()


def replacing(content: bytes, part: str, old: str, new: str) -> bytes:
    def change(name: str, text: bytes) -> tuple[str, bytes]:
        if name.endswith(part):
            assert re.search(old.encode(), text), (name, text[:2000])
        return name, re.sub(old.encode(), new.encode(), text) if name.endswith(part) else text

    return rewritten(content, change)


def whys(sheet: Sheet) -> list[tuple[int, int, str]]:
    return [(line, column, str(why)) for line, column, _, why in sheet.faults]


# 4: codings


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
    for word in ("BŒUF Gaël", "rue de l’Été", "162,00 € à payer", "Œuvré – LÉON"):
        assert cells(spreadsheets.read(f"Nom;Ville\r\n{word};Metz\r\n".encode(coding))) == [[word, "Metz"]]


def test_a_few_broken_places_of_a_utf8_file_are_told_where_they_are() -> None:
    content = text_of([HEADS, *ROWS * 4]).encode().replace("Forêt".encode(), b"For\xeat", 1)
    sheet = spreadsheets.read(content)
    assert (sheet.coding, len(sheet.rows)) == ("utf-8", 12)
    assert whys(sheet)[0][:2] == (3, 4)
    assert whys(sheet)[0][2].startswith("Les accents de cette cellule")


def test_a_csv_without_accents_is_the_same_in_any_coding() -> None:
    assert spreadsheets.read(b"Nom;Ville\r\nDupont;Metz\r\n").codings == []


# 5: separator, titles, totals


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


def test_totals_pages_and_repeated_titles_are_left_out_and_told() -> None:
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
    sheet = spreadsheets.read(table(rows=[*ROWS, *rows]))
    assert cells(sheet) == [*ROWS, *rows]
    assert sheet.left_out == []


def test_sections_of_a_small_schools_workbook() -> None:
    book = workbook(
        ["ÉCOLE DE MUSIQUE – INSCRITS 2026/2027"], ["maj le 12/09"], [],
        ["Famille", "Élève", "Âge", "Cours", "Montant"],
        ["PIANO"], ["M. DUPONT", "Léa", 9, "Piano", "162,00 €"], ["M. DUPONT", "Tom", 7, "Éveil", 81],
        ["Total piano", "2 élèves", None, None, "=SUM(E6:E7)"], [],
        ["VIOLON"], ["Mme ROY", "Ana", 11, "Violon", 162], ["Total violon", "1 élève", None, None, 162], [],
        ["TOTAL GÉNÉRAL", "3 élèves", None, None, 405],
    )  # fmt: skip
    book.active.merge_cells("A1:D1")
    book.active["A1"].font = Font(bold=True)
    sheet = spreadsheets.read(saved(book))
    assert (sheet.reading.titles_line, [row[1] for row in cells(sheet)]) == (4, ["Léa", "Tom", "Ana"])
    assert [each.line for each in sheet.left_out] == [5, 8, 10, 12, 14]
    assert sheet.faults == []
    assert sheet.above == ["ÉCOLE DE MUSIQUE – INSCRITS 2026/2027", "maj le 12/09"]


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


# 6: signs


def test_an_xlsx_text_with_coded_line_ends() -> None:
    content = saved(
        workbook(["Nom", "Adresse"], ["Roy", "12 rue Haute_x000D_\n57000 Metz"], ["a_x005F_b", "x_x0007_y"])
    )
    assert cells(spreadsheets.read(content)) == [["Roy", "12 rue Haute\n57000 Metz"], ["a_b", "xy"]]


# 8: figures kept from a spreadsheet


@pytest.mark.parametrize("written", ['="00123"', "'00123", '"=""00123"""'])
def test_figures_protected_from_a_spreadsheet_are_figures(written: str) -> None:
    assert cells(spreadsheets.read(f"N°;Nom\r\n{written};Roy\r\n".encode())) == [["00123", "Roy"]]


def test_a_workbooks_formula_that_is_a_text_is_that_text() -> None:
    sheet = spreadsheets.read(saved(workbook(["N°", "Nom"], ['="00123"', "Roy"], ["'00123", "Blanc"])))
    assert cells(sheet) == [["00123", "Roy"], ["00123", "Blanc"]]
    assert sheet.faults == []


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="'=+-@0123 aé\"", max_size=8).filter(lambda text: text.strip() not in {"", "x", "-"}))
def test_what_the_portal_writes_comes_back(form: spreadsheets.Form, text: str) -> None:
    content = spreadsheets.write(form, ["N°", "Texte", "Ville"], [[1, text, "Metz"], [2, "Roy", "Nancy"]])
    assert spreadsheets.read(content).rows[0][1][1] == text


def test_figures_that_a_workbook_shows_with_zeros_keep_them() -> None:
    book = workbook(["CP", "Tél.", "N°"], [1000, 612345678, 12])
    for place, code in (("A2", "00000"), ("B2", '0#" "##" "##" "##" "##'), ("C2", "0")):
        book.active[place].number_format = code
    assert cells(spreadsheets.read(saved(book))) == [["01000", "0612345678", 12]]


# 10: lines of nothing


def test_rows_of_spaces_dashes_or_a_single_x_are_no_rows() -> None:
    nothing = "\u00a0; ;\t;;\u200b\r\n-;-;-;-;-\r\nx;;;;\r\n;;–;;\r\n"
    sheet = spreadsheets.read(table(below=nothing))
    assert cells(sheet) == ROWS
    assert [each.line for each in sheet.left_out] == [6, 7, 8]


# 11 and 12: titles on two lines, titles that stand several times


def test_titles_on_two_lines_with_merged_groups() -> None:
    book = workbook(
        ["Élève", None, None, "Responsable 1", None, None, "Responsable 2"],
        ["Nom", "Prénom", "Né le", "Nom", "Prénom", "Portable", "Nom", "Prénom", "Portable"],
        ["Roy", "Léa", date(2012, 6, 16), "Roy", "Ana", "0612345678", "Roy", "Max", "0612345679"],
        ["Petit", "Tom", date(2012, 6, 17), "Petit", "Eva", "0612345670", None, None, None],
    )
    for reference in ("A1:C1", "D1:F1", "G1:I1"):
        book.active.merge_cells(reference)
    sheet = spreadsheets.read(saved(book))
    assert sheet.heads == [
        "Élève Nom", "Élève Prénom", "Élève Né le", "Responsable 1 Nom", "Responsable 1 Prénom", "Responsable 1 Portable",
        "Responsable 2 Nom", "Responsable 2 Prénom", "Responsable 2 Portable",
    ]  # fmt: skip
    assert (sheet.reading.titles_line, sheet.reading.titles_lines, len(sheet.rows)) == (1, 2, 2)


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


# 13 and 14: sheets, hidden things


def many() -> openpyxl.Workbook:
    book = workbook(["Notice"], ["Ce classeur contient la liste des élèves."], ["Ne modifiez pas les titres."])
    book.active.title = "Lisez-moi"
    page = book.create_sheet("Élèves 2026")
    for row in (HEADS, *ROWS):
        page.append(row)
    hidden = book.create_sheet("Archives")
    for row in (HEADS, ["9", "Vieux", "Paul", "01/01/1990", "Metz"]):
        hidden.append(row)
    hidden.sheet_state = "hidden"
    return book


def test_a_notice_before_the_table_is_not_the_table() -> None:
    sheet = spreadsheets.read(saved(many()))
    assert (sheet.title, cells(sheet)) == ("Élèves 2026", ROWS)
    assert (sheet.sheets, sheet.hidden_sheets) == (["Lisez-moi", "Élèves 2026", "Archives"], ["Archives"])


def test_another_sheet_may_be_chosen_a_hidden_one_too() -> None:
    content = saved(many())
    assert cells(spreadsheets.read(content, Reading(sheet="Archives")))[0][1] == "Vieux"
    with pytest.raises(UserError, match="pas de feuille « Autre »"):
        spreadsheets.read(content, Reading(sheet="Autre"))


def test_hidden_rows_and_columns_are_told_and_may_be_left_out() -> None:
    book = workbook(HEADS, *ROWS)
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions["D"].hidden = True
    content = saved(book)
    sheet = spreadsheets.read(content)
    assert (cells(sheet), sheet.hidden_rows, sheet.hidden_columns) == (ROWS, 1, 1)
    shown = spreadsheets.read(content, Reading(skip_hidden=True))
    assert shown.heads == ["N° famille", "Nom", "Prénom", "Ville"]
    assert cells(shown) == [[*row[:3], row[4]] for row in (ROWS[0], ROWS[2])]
    assert (shown.hidden_rows, shown.hidden_columns) == (1, 1)


# 15: workbooks and tables of other programs


def test_strict_open_xml() -> None:
    there = b"http://schemas.openxmlformats.org"

    def strict(name: str, text: bytes) -> tuple[str, bytes]:
        text = text.replace(there + b"/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main")
        return name, text.replace(there + b"/officeDocument/2006/", b"http://purl.oclc.org/ooxml/officeDocument/")

    content = rewritten(saved(workbook(["Nom", "Né le"], ["Roy", date(2012, 6, 16)])), strict)
    assert str(cells(spreadsheets.read(content))[0][1]) == "2012-06-16 00:00:00"
    iso = replacing(content, "sheet1.xml", r'<c r="B2"[^>]*><v>[^<]*</v></c>', '<c r="B2" t="d"><v>2012-06-16</v></c>')
    assert str(cells(spreadsheets.read(iso))[0][1]) == "2012-06-16"


def test_parts_with_other_names_and_strokes() -> None:
    def renamed(name: str, text: bytes) -> tuple[str, bytes]:
        for old, new in (("workbook.xml", "classeur.xml"), ("sheet1.xml", "feuille.xml")):
            name, text = name.replace(old, new), text.replace(old.encode(), new.encode())
        return name.replace("styles", "Styles").replace("/", "\\"), text

    content = rewritten(saved(workbook(["Nom", "Ville"], ["Roy", "Metz"])), renamed)
    assert cells(spreadsheets.read(content)) == [["Roy", "Metz"]]


def with_shared_texts(content: bytes, *texts: str) -> bytes:
    """Its texts are kept apart, as Excel does: each cell names its place there."""
    places = iter(range(1000))

    def change(name: str, part: bytes) -> tuple[str, bytes]:
        inline = rb'(<c r="[A-Z]+[0-9]+")[^>]*><is>.*?</is></c>'
        return name, re.sub(inline, lambda cell: cell[1] + b' t="s"><v>%d</v></c>' % next(places), part)

    out = io.BytesIO(rewritten(content, change))
    with zipfile.ZipFile(out, "a") as archive:
        shared = "".join(f"<x:si>{text}</x:si>" for text in texts)
        archive.writestr("xl/sharedStrings.xml", f'<x:sst xmlns:x="urn:any">{shared}</x:sst>')
    return out.getvalue()


def test_prefixed_elements_rich_texts_and_cells_without_places() -> None:
    content = saved(workbook(["Nom", "Ville"], ["Roy", "Metz"]))
    rich = '<x:r><x:rPr/><x:t>R</x:t></x:r><x:r><x:t xml:space="preserve">oy </x:t></x:r><x:rPh><x:t>ロワ</x:t></x:rPh>'
    content = with_shared_texts(content, "<x:t>Nom</x:t>", "<x:t>Ville</x:t>", rich, "<x:t>Metz</x:t>")
    content = replacing(content, "sheet1.xml", r' r="[A-Z]?\d+"', "")
    prefixed = replacing(content, "sheet1.xml", r"<(/?)([a-zA-Z])", r"<\1x:\2")
    prefixed = replacing(prefixed, "sheet1.xml", 'xmlns="', 'xmlns:x="')
    assert cells(spreadsheets.read(prefixed)) == [["Roy ", "Metz"]]


def test_a_workbook_without_its_texts_says_which_cells_are_lost() -> None:
    content = saved(workbook(["Nom", "N°"], ["Roy", 1], ["Blanc", 2]))
    sheet = spreadsheets.read(with_shared_texts(content, *(f"<x:t>{text}</x:t>" for text in ("Nom", "N°", "Roy"))))
    assert cells(sheet) == [["Roy", 1], [None, 2]]
    assert whys(sheet) == [(3, 0, "Cette cellule est en erreur dans le tableur. Corrigez-la.")]


PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="{coding}"><style>td {{ color: red }}</style></head><body>
<table><tr><td>menu</td></tr></table>
<table border=1><tr><th>Nom<th>Adresse<th>N°</tr><tr><td>G&eacute;rard&nbsp;Léa</td><td>12 rue <b>Haute</b><br>Metz</td><td>="007"</td></tr>
<tr><td>Roy<td><td>8</tr></table></body></html>"""


@pytest.mark.parametrize("coding", ["utf-8", "cp1252"])
def test_an_xls_that_is_a_web_page_is_read(coding: str) -> None:
    sheet = spreadsheets.read(PAGE.format(coding=coding).encode(coding))
    assert sheet.heads == ["Nom", "Adresse", "N°"]
    assert cells(sheet) == [["Gérard Léa", "12 rue Haute\nMetz", "007"], ["Roy", "", "8"]]


def test_an_xls_that_is_tab_separated_utf16_without_mark_is_read() -> None:
    for coding in ("utf-16-le", "utf-16-be"):
        assert cells(spreadsheets.read(text_of([HEADS, *ROWS], "\t").encode(coding))) == ROWS


def test_what_is_no_table_says_how_to_save_it_anew() -> None:
    xml = b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
    for content in (
        xml,
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related",
        b"<html><p>Session perdue</p></html>",
    ):
        with pytest.raises(UserError, match="enregistrez-la"):
            spreadsheets.read(content)
    binary = rewritten(
        saved(workbook(["a"], ["b"])), lambda name, text: (name.replace("workbook.xml", "workbook.bin"), text)
    )
    with pytest.raises(UserError, match=r"\.xlsb"):
        spreadsheets.read(binary)


def test_formulas_are_read_by_their_results() -> None:
    content = saved(workbook(["Nom", "Montant", "Ville"], ["Roy", "=100+62", "Metz"], ["Blanc", "=B2", "Nancy"]))
    worked_out = replacing(content, "sheet1.xml", r"<f>100\+62</f><v ?/?>(</v>)?", "<f>100+62</f><v>162</v>")
    sheet = spreadsheets.read(worked_out)
    assert cells(sheet) == [["Roy", 162, "Metz"], ["Blanc", None, "Nancy"]]
    assert sheet.formulas == [(2, 1), (3, 1)]
    assert [(line, why[:20]) for line, _, why in whys(sheet)] == [(3, "C’est une formule. R")]


# 17: quotation marks


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


# 20: figures that a spreadsheet lost


def test_a_number_of_eighteen_figures_is_told() -> None:
    sheet = spreadsheets.read(
        saved(workbook(["N°", "Nom"], [878263000000000123, "Roy"], [123456789012345, "Blanc"], [1e17, "Brun"]))
    )
    assert [row[0] for row in cells(sheet)] == [None, 123456789012345, None]
    assert {(line, why[:27]) for line, _, why in whys(sheet)} == {
        (2, "Ce nombre est trop long : l"),
        (4, "Ce nombre est trop long : l"),
    }


# Whatever the coding, the separator and the order


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
