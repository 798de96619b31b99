"""Papers as a screen reader goes through them: our own walk of their structure tree, for want of a validator among the packages."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from data.pdf import access_letters
from data.pdf.access_letters import AccessLetter, Portal
from data.pdf.attachment import joined
from data.pdf.bills import invoice
from data.pdf.labels import labels
from data.pdf.statement import Chapter, Statement, statement
from tests.data.test_left_to_pay import HALF_PAID
from tests.data.test_pdf import BILL, LETTERHEAD, LINES, PAPERS

DAY = date(2026, 11, 24)
PORTAL = Portal(LETTERHEAD, "https://portail.example.org", date(2026, 11, 24))
LETTERS = [
    AccessLetter("Madame Œuvrard-Šimić", ("57100 Thionville",), 1204, "oeuvrard.zoe", has_email=True),
    AccessLetter("Mr Doe", ("57100 Thionville",), 1205, "doe.john", has_email=False, language="en"),
    AccessLetter("Madame Roy", ("57100 Thionville",), 1206, "roy.anne", has_email=True),
]
GROUPS = {"/Document", "/Part", "/Table", "/TR", "/L", "/LI"}
PAINTS = {b"Tj", b"TJ", b"'", b"S", b"s", b"f", b"F", b"f*", b"B", b"b", b"Do", b"sh", b"EI"}


def one(name: str, folder: Path) -> bytes:
    if name == "long invoice":
        many = LINES * 40
        return invoice(replace(BILL, lines=many, total_cents=sum(line.cents for line in many)))
    if name == "letters":
        return access_letters.write(PORTAL, LETTERS)
    if name == "many letters":
        return access_letters.write_many(PORTAL, LETTERS, folder, lambda _: None)
    if name == "attachment":
        facts = [("Date", "24/11/2026"), ("Motif", "Maladie")]
        return joined(LETTERHEAD, "Absence reçue", "Voici.", facts, "À bientôt.", date(2026, 11, 24), "fr")
    if name == "half paid":
        return invoice(HALF_PAID)
    if name == "labels":
        return labels(LETTERHEAD, "Étiquettes", [("Madame Roy", "1 rue Neuve", "57100 Thionville")] * 30, DAY, "fr")
    if name == "class lists":
        rows = [("Zoé Œuvrard-Šimić", "16/06/2012", *[""] * 3)] * 60
        chapter = Chapter("Violon 1", ["Anne Roy"], heads=["Élève", "Naissance", "", "", ""], rows=rows)
        dossier = Chapter("Zoé Œuvrard-Šimić", facts=[("Famille", "n° 1204"), ("Remarque", "")], own_page=True)
        return statement(Statement("Listes de classe", [chapter, dossier], "fr", DAY), LETTERHEAD)
    make, paper = PAPERS[name]
    return bytes(make(paper))


def under(element: Any) -> Iterator[Any]:
    """The element and all under it, as they are read."""
    yield element
    for kid in element.get("/K", []):
        if "/S" in (kid := kid.get_object()):
            yield from under(kid)


def marked(reader: PdfReader) -> dict[tuple[int, int], str]:
    """(page, number of the piece) -> its words. Nothing is painted outside a piece or an artifact."""
    found: dict[tuple[int, int], str] = {}
    for at, page in enumerate(reader.pages):
        open_: list[int | None] = []
        numbers = set()
        for operands, operator in ContentStream(page["/Contents"], reader).operations:
            if operator in {b"BDC", b"BMC"}:
                open_.append(operands[1]["/MCID"] if operator == b"BDC" else None)
                assert open_[-1] not in numbers, "a piece is marked once"
                if open_[-1] is not None:
                    numbers.add(open_[-1])
            elif operator == b"EMC":
                open_.pop()
            else:
                assert open_ or operator not in PAINTS, operator
        assert not open_
        assert numbers == set(range(len(numbers)))
        found |= dict.fromkeys(((at, number) for number in numbers), "")
    return found


@pytest.mark.parametrize(
    "name", [*PAPERS, "long invoice", "letters", "many letters", "attachment", "half paid", "labels", "class lists"]
)
def test_a_paper_is_tagged_from_its_title_to_its_last_word(name: str, tmp_path: Path) -> None:
    reader = PdfReader(io.BytesIO(one(name, tmp_path)))
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert reader.metadata.title
    pages = {page.indirect_reference.idnum: at for at, page in enumerate(reader.pages)}
    tree = catalog["/StructTreeRoot"]
    (document,) = (kid.get_object() for kid in tree["/K"])
    every = list(under(document))
    held = [(pages[kid.raw_get("/Pg").idnum], kid["/MCID"])
            for each in every for kid in (kid.get_object() for kid in each.get("/K", [])) if "/S" not in kid]  # fmt: skip
    assert sorted(held) == sorted(marked(reader))  # each piece is read, once
    numbers = tree["/ParentTree"]["/Nums"]
    parents = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
    assert sorted(parents) == sorted(page["/StructParents"] for page in reader.pages)
    for page in reader.pages:
        for number, owner in enumerate(parents[page["/StructParents"]]):
            assert any(kid.get_object().get("/MCID") == number for kid in owner.get_object()["/K"])
    for each in every:
        for kid in (kid.get_object() for kid in each.get("/K", []) if "/S" in kid.get_object()):
            assert kid["/P"].get_object() == each
        assert (each["/S"] in GROUPS) == any("/S" in kid.get_object() for kid in each.get("/K", [])) or each["/S"] in {
            "/TD",
            "/TH",
        }
        if each["/S"] == "/Figure":
            assert "https://p" in each["/Alt"] or "324,00 €" in each["/Alt"].replace("\xa0", " ")
            assert len(each["/A"]["/BBox"]) == 4
        if each["/S"] == "/TH":
            assert each["/A"]["/Scope"] in {"/Column", "/Row"}
        if each["/S"] == "/Table":
            widths = {
                sum(cell.get_object().get("/A", {}).get("/ColSpan", 1) for cell in row.get_object()["/K"])
                for row in each["/K"]
            }
            assert len(widths) == 1, widths
            assert any(cell["/S"] == "/TH" for cell in under(each))
    if name == "labels":
        return  # an envelope bears no title
    headings = [each["/S"] for each in every if each["/S"] in {"/H1", "/H2"}]
    parts = [each for each in every if each["/S"] == "/Part"] or [document]
    assert headings.count("/H1") == len(parts)
    assert headings[0] == "/H1"
    if "letters" in name:
        assert [part["/Lang"] for part in parts] == ["fr-FR", "en-GB", "fr-FR"]


def test_papers_of_several_parts_keep_what_they_say(tmp_path: Path) -> None:
    """More letters than a part holds, by the other process."""
    letters = [replace(LETTERS[0], login=f"famille.{n}") for n in range(access_letters.PART + 2)]
    reader = PdfReader(io.BytesIO(access_letters.write_many(PORTAL, letters, tmp_path, lambda _: None)))
    tree = reader.trailer["/Root"]["/StructTreeRoot"]
    (document,) = (kid.get_object() for kid in tree["/K"])
    assert len(reader.pages) == len(document["/K"]) == len(letters)
    assert sorted(map(int, tree["/ParentTree"]["/Nums"][::2])) == list(range(len(letters)))
    last, page = document["/K"][-1].get_object(), reader.pages[-1]
    where = {
        kid.get_object().raw_get("/Pg").idnum
        for each in under(last)
        for kid in each["/K"]
        if "/S" not in kid.get_object()
    }
    assert where == {page.indirect_reference.idnum}
