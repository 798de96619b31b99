"""Spreadsheets: what people typed is never run by one, and comes back as it was (R-50, R-51); what cannot be read says why (R-52)."""

import codecs
import io
import time
import zipfile
from datetime import date
from datetime import time as hour
from decimal import Decimal

import openpyxl
import pytest

from data.core import spreadsheets
from data.core.errors import UserError
from tests.data.sheet_helpers import saved, workbook

NASTY = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "＝1+1", "'=1+1", "''", "'", "-Dupont", "a;b", 'dit "Léo"', "deux\nlignes",  # noqa: RUF001
         "<img src=x onerror=alert(1)>", "%0D%0A=1", "0612", "1,5E+03"]  # fmt: skip


def book(*rows: list[object]) -> bytes:
    return saved(workbook(*rows))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_r50_r51_texts_come_back_as_they_were_and_none_is_a_formula(form: spreadsheets.Form) -> None:
    content = spreadsheets.write(form, ["Nom", "Rang"], [[text, at] for at, text in enumerate(NASTY)])
    assert [row[0] for _, row in spreadsheets.read(content).rows] == NASTY
    if form == "csv":
        for line in content.decode("utf-8-sig").split('\r\n"')[1:]:
            assert line.lstrip('"')[:1] not in set("=+-@\t\r＝")  # noqa: RUF001
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        assert {cell.data_type for row in sheet.iter_rows(max_col=1) for cell in row} == {"s"}


def test_r50_a_csv_is_what_french_spreadsheets_open() -> None:
    content = spreadsheets.write_csv(
        ["Né le", "Solde", "Tél.", "Heure"],
        [[date(2012, 6, 16), Decimal("-12.50"), spreadsheets.Phone("+41 21 123 45 67"), hour(17, 15)]],
    )
    assert content == codecs.BOM_UTF8 + (
        '"Né le";"Solde";"Tél.";"Heure"\r\n"16/06/2012";"-12,50";"+41 21 123 45 67";"17:15"\r\n'.encode()
    )


def test_r51_characters_that_no_workbook_holds_are_left_out() -> None:
    content = spreadsheets.write_xlsx(
        ["Nom"], [["a\x00b\x07c\ud800"]], title="Élèves/2026 [tous] : la liste entière de l’année"
    )
    assert spreadsheets.read(content).rows == [(2, ["abc"])]


TEXT = "N° famille;Nom;Né le\r\n1042;Aubry-Œuvré;16/06/2012\r\n"


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_row_92_every_coding_separator_and_line_end_is_read(coding: str, ends: str, delimiter: str) -> None:
    sheet = spreadsheets.read(TEXT.replace("\r\n", ends).replace(";", delimiter).encode(coding))
    assert sheet.heads == ["N° famille", "Nom", "Né le"]
    assert sheet.rows == [(2, ["1042", "Aubry-Œuvré", "16/06/2012"])]


@pytest.mark.parametrize(("content", "expected"), [
    (b"", "vide"), (b"\r\n \r\n", "vide"), (b"Nom;Ville\r\n", "que ses titres"),
    (b"a\x00\x00b", "ne se lisent pas"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "ancien format .xls"), (b"%PDF-1.4", "n’est pas un tableau"),
    (b"PK\x03\x04damaged", "endommagé"), ("\n".join(["Nom"] + ["x"] * 20_001).encode(), "plus de 20 000 lignes"),
    (";".join(f"c{n}" for n in range(121)).encode() + b"\nx", "121 colonnes"),
    (b"<html><p>Erreur 500</p></html>", "page web"), (b'\xef\xbb\xbf [{"nom": 1}]', "page web"),
    (b'<?xml version="1.0"?><Workbook/>', "page web"),
])  # fmt: skip
def test_rows_92_and_93_what_cannot_be_read_says_why(content: bytes, expected: str) -> None:
    with pytest.raises(UserError) as raised:
        spreadsheets.read(content)
    assert expected in str(raised.value)


@pytest.mark.parametrize("above", ["Liste des familles;;\r\n;;\r\n", "Conservatoire\r\n\r\nAu 25 novembre\r\n"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_what_a_report_writes_above_its_titles_is_passed_over(above: str, delimiter: str) -> None:
    shown = above.replace(";", delimiter) + TEXT.replace(";", delimiter)
    sheet = spreadsheets.read(shown.encode())
    assert (sheet.heads, [cells for _, cells in sheet.rows]) == (
        ["N° famille", "Nom", "Né le"],
        [["1042", "Aubry-Œuvré", "16/06/2012"]],
    )
    assert sheet.rows[0][0] == shown[: shown.index("1042")].count("\n") + 1
    assert spreadsheets.read(b"Nom\r\nDupont\r\nRoy\r\n").heads == ["Nom"]


def test_row_94_faulty_cells_are_each_named_and_the_others_read() -> None:
    content = book(
        ["Nom", "Total", "Ville"],
        ["Dupont", "=SUM(A1:A2)", "Metz"],
        ["Martin", "#DIV/0!", "FrÃ©jus"],
        ["x" * 5001, 1.0, 2.5],
    )
    sheet = spreadsheets.read(content)
    assert [(line, column, str(why)[:20]) for line, column, _, why in sheet.faults] == [
        (2, 1, "C’est une formule. R"),
        (3, 1, "Cette cellule est en"),
        (3, 2, "Les accents de cette"),
        (4, 0, "Cette cellule a 5001"),
    ]
    assert sheet.rows[0] == (2, ["Dupont", None, "Metz"])
    assert sheet.rows[2] == (4, [None, 1, 2.5])


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 100_000_000)
    return out.getvalue()


def altered(**parts: bytes | None) -> bytes:
    """A good workbook with other bytes in some parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(["Nom"], ["Dupont"]))) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            short = name.rpartition("/")[2].partition(".")[0]
            target.writestr(name, parts.pop(short, None) or source.read(name))
        for name, content in parts.items():
            target.writestr(f"xl/{name}.bin", content or b"")
    return out.getvalue()


ENTITY = (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet xmlns="http://schemas.openxmlformats.org/'
          b'spreadsheetml/2006/main"><sheetData><row r="1"><c t="inlineStr"><is><t>&e;</t></is></c></row></sheetData></worksheet>')  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), [
    (bomb(), "anormalement volumineux"), (altered(sheet1=ENTITY), "endommagé"), (altered(workbook=ENTITY), "endommagé"),
    (altered(vbaProject=b"macros"), "contient des macros"), (altered(sheet1=b"<worksheet><broken"), "endommagé"),
    (bomb()[:4000], "endommagé"),
])  # fmt: skip
def test_row_95_bombs_entities_and_macros_are_refused_within_a_second(content: bytes, expected: str) -> None:
    start = time.process_time()
    with pytest.raises(UserError) as raised:
        spreadsheets.read(content)
    assert expected in str(raised.value)
    assert time.process_time() - start < 1


def test_what_waits_may_stop_a_long_reading() -> None:
    class Enough(Exception):
        pass

    def stop() -> None:
        raise Enough

    for content in ("\n".join(["Nom"] + ["x"] * 500).encode(), book(["Nom"], *[["x"]] * 500)):
        with pytest.raises(Enough):
            spreadsheets.read(content, tick=stop)


def test_a_cell_too_many_is_a_fault_of_its_line() -> None:
    sheet = spreadsheets.read(b"sep=;\r\nNom;Ville;\r\nDupont;Metz\r\n\r\nMartin;Nancy;;54\r\nSeul\r\n")
    assert sheet.heads == ["Nom", "Ville"]
    assert [(line, str(why)) for line, _, _, why in sheet.faults] == [
        (5, "4 cellules pour 2 titres : un séparateur est de trop.")
    ]
    assert [line for line, _ in sheet.rows] == [3, 5, 6]
    assert sheet.rows[2] == (6, ["Seul", ""])
