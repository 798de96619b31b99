"""Workbooks as they come from any program, and web pages under a spreadsheet's name: read, or told how to save them anew."""

import io
import re
import zipfile
from datetime import date

import openpyxl
import pytest
from openpyxl.styles import Font

from data.core import spreadsheets
from data.core.errors import UserError
from data.core.spreadsheets import Reading
from tests.data.sheet_helpers import HEADS, ROWS, cells, replacing, rewritten, saved, text_of, whys, workbook


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


def test_an_xlsx_text_with_coded_line_ends() -> None:
    content = saved(
        workbook(["Nom", "Adresse"], ["Roy", "12 rue Haute_x000D_\n57000 Metz"], ["a_x005F_b", "x_x0007_y"])
    )
    assert cells(spreadsheets.read(content)) == [["Roy", "12 rue Haute\n57000 Metz"], ["a_b", "xy"]]


def test_a_workbooks_formula_that_is_a_text_is_that_text() -> None:
    sheet = spreadsheets.read(saved(workbook(["N°", "Nom"], ['="00123"', "Roy"], ["'00123", "Blanc"])))
    assert cells(sheet) == [["00123", "Roy"], ["00123", "Blanc"]]
    assert sheet.faults == []


def test_figures_that_a_workbook_shows_with_zeros_keep_them() -> None:
    book = workbook(["CP", "Tél.", "N°"], [1000, 612345678, 12])
    for place, code in (("A2", "00000"), ("B2", '0#" "##" "##" "##" "##'), ("C2", "0")):
        book.active[place].number_format = code
    assert cells(spreadsheets.read(saved(book))) == [["01000", "0612345678", 12]]


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


def test_a_line_of_data_under_a_title_merged_over_two_columns_is_no_title() -> None:
    book = workbook(
        ["Nom", "Prénom", "Adresse", None, "Tél."],
        ["Roy", "Max", "rue Haute", "Metz", "absent"],
        ["Blanc", "Eva", "rue Basse", "Toul", "0612345678"],
        ["Brun", "Zoé", "rue Basse", "Toul", "0612345679"],
    )
    book.active.merge_cells("C1:D1")
    sheet = spreadsheets.read(saved(book))
    assert (sheet.heads, len(sheet.rows)) == (["Nom", "Prénom", "Adresse", "(colonne D)", "Tél."], 3)


def test_a_family_merged_over_the_lines_of_its_children_stands_in_each() -> None:
    book = workbook(
        ["Famille", "Élève", "Montant"], ["Roy", "Léa", 10], [None, "Tom", 20], ["Blanc", "Eva", 30], [None, "Zoé", 40]
    )
    book.active["C3"] = None
    for reference in ("A2:A3", "C2:C3"):  # an amount is not counted twice
        book.active.merge_cells(reference)
    found = cells(spreadsheets.read(saved(book)))
    assert [row[0] for row in found] == ["Roy", "Roy", "Blanc", None]
    assert [row[2] or None for row in found] == [10, None, 30, 40]


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


def test_hidden_rows_and_columns_are_reported_and_may_be_left_out() -> None:
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


def test_a_number_of_eighteen_figures_is_reported() -> None:
    sheet = spreadsheets.read(
        saved(workbook(["N°", "Nom"], [878263000000000123, "Roy"], [123456789012345, "Blanc"], [1e17, "Brun"]))
    )
    assert [row[0] for row in cells(sheet)] == [None, 123456789012345, None]
    assert {(line, why[:27]) for line, _, why in whys(sheet)} == {
        (2, "Ce nombre est trop long : l"),
        (4, "Ce nombre est trop long : l"),
    }
