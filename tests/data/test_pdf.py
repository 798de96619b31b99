"""Papers, read back as a family's reader and an archive read them (pypdf, and poppler's pdftotext and pdftoppm)."""

import hashlib
import io
import logging
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from data.core.formats import decimal, euros
from data.pdf.bills import Bill, BillLine, Receipt, invoice, receipt
from data.pdf.certificates import Certificate, certificate
from data.pdf.course_report import CourseReport, CourseYear, course_report
from data.pdf.page import Letterhead
from data.pdf.text import BODY, advances, clean, few, width_of, wrap

ROOT = Path(__file__).resolve().parents[2]
LETTERHEAD = Letterhead("Conservatoire de Thionville", "2 rue de la Vieille Porte\n57100 Thionville", "03 82 54 88 10",
              "conservatoire@example.org", "215 706 722 00013", "Régie municipale")  # fmt: skip
LINES = (BillLine("Cursus complet, cycle 1", "Anh Nguyễn", 100, 32000, 32000),
         BillLine("Chœur d’enfants", "Anh Nguyễn", 100, 104500, 104500),
         BillLine("Réduction second enfant", "Zoé Œuvrard-Šimić", 50, -3000, -1500))  # fmt: skip
BILL = Bill(LETTERHEAD, "2026-000142", "invoice", "tuition", date(2026, 10, 1), date(2026, 11, 15), "Premier trimestre",
            "2026-2027", "Madame Œuvrard-Šimić", ("12 bis avenue du Général-de-Gaulle", "57100 Thionville"), 1204,
            ("Anh Nguyễn", "Zoé Œuvrard-Šimić"), "Tranche C", LINES, 135000,
            ((date(2026, 11, 15), 70000), (date(2026, 12, 15), 65000)), "", date(2026, 11, 24), "fr")  # fmt: skip
RECEIPT = Receipt(LETTERHEAD, "R-0077", date(2026, 11, 3), "Carte bancaire", "TX-88123", "Madame Œuvrard-Šimić",
                  ("12 bis avenue du Général-de-Gaulle", "57100 Thionville"), 1204, 35000, "Frais de scolarité", "2026-2027",
                  (("2026-000142", "Premier trimestre", 30000), ("2026-000143", "Location d’un violon", 4000)),
                  date(2026, 11, 24), "fr")  # fmt: skip
CERTIFICATE = Certificate(LETTERHEAD, "enrolment", "K7QF-2MXD-RT", "https://portail.example.org/verifier/K7QF-2MXD-RT",
                          "Zoé Œuvrard-Šimić", date(2012, 6, 16), 4211, "2026-2027",
                          (("Violoncelle, cycle 2", "mercredi, Anh Nguyễn"), ("Orchestre", "samedi, Anne Roy")),
                          date(2026, 11, 24), "Thionville", "La directrice, Hélène d’Haussonville", "fr")  # fmt: skip
YEAR = CourseYear("2024-2025", "Cordes", "Violoncelle", "Cycle 1", "Anh Nguyễn", "30 h", "16,25", "Bien", "Admise",
                  "Beau travail du son et de l’archet.")  # fmt: skip
REPORT = CourseReport(LETTERHEAD, "Zoé Œuvrard-Šimić", date(2012, 6, 16), 4211,
                      (YEAR, replace(YEAR, year="2025-2026", cycle="Cycle 2", comment="")), date(2026, 11, 24), "fr")  # fmt: skip
PAPERS = {"invoice": (invoice, BILL), "receipt": (receipt, RECEIPT), "certificate": (certificate, CERTIFICATE),
          "report": (course_report, REPORT)}  # fmt: skip
MARGIN = 18 * 72 / 25.4
HOSTILE = {
    "nothing": "",
    "spaces": " \xa0\t ",
    "emoji": "Zoé 👩‍👩‍👧 🎻\ufe0f",
    "override": "Zoé \u202egnp.exe\u202c \u2067x\u2069 \u200f\u200b\ufeff",
    "controls": "Zoé\x00\x07\x1b[31m\r\n\x0b\x85\u2028\ud800\uffff",
    "arabic": "زوي محمد 東京 Ωμέγα Ṣạ̈",
    "marks": "<b>&amp; (a\\b) {nb} {total_pages} %s $1 **x** --y--",
    "unbroken": "W" * 300,
    "long": "Œuvre " * 334,
    "long unbroken": "é" * 2000,
    "lines": "a\n" * 150,
}


def tool(name: str, *arguments: str, given: bytes) -> bytes:
    path = shutil.which(name)
    assert path, f"{name} is missing: apt-get install poppler-utils"
    return subprocess.run([path, *arguments], input=given, capture_output=True, check=True).stdout


def text(pdf: bytes) -> str:
    """What both readers read, which must be the same words; no-break spaces as spaces."""
    poppler = re.sub("[\u202a-\u202e]", "", tool("pdftotext", "-raw", "-", "-", given=pdf).decode())  # its own marks
    pypdf = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert sorted(re.sub(r"\s", "", poppler.replace("\x0c", ""))) == sorted(re.sub(r"\s", "", pypdf))
    return poppler.replace("\xa0", " ").replace("\x0c", "\n")


def flat(pdf: bytes) -> str:
    """The text without its spaces and line ends: what was broken over lines is found again."""
    return re.sub(r"\s", "", text(pdf))


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text().replace("\xa0", " ") for page in PdfReader(io.BytesIO(pdf)).pages]


def check_margins(pdf: bytes) -> int:
    """Every word of every page is within the margins; answers how many words there are."""
    boxes = tool("pdftotext", "-bbox-layout", "-", "-", given=pdf).decode()
    tree = ET.fromstring(re.sub(r'\sxmlns="[^"]+"', "", boxes, count=1))
    count = 0
    for page in tree.iter("page"):
        wide, high = float(page.attrib["width"]), float(page.attrib["height"])
        for word in page.iter("word"):
            box = {side: float(word.attrib[side]) for side in ("xMin", "xMax", "yMin", "yMax")}
            assert box["xMin"] >= MARGIN - 0.1, (word.text, box)
            assert box["yMin"] >= MARGIN - 0.1, (word.text, box)
            assert box["xMax"] <= wide - MARGIN + 0.1, (word.text, box)
            assert box["yMax"] <= high - MARGIN + 0.1, (word.text, box)
            count += 1
    return count


def with_lines(count: int, label: str = "Ligne {n}", **changes: Any) -> Bill:
    lines = tuple(BillLine(label.format(n=n), "Anh Nguyễn", 100, 1000 + n, 1000 + n) for n in range(1, count + 1))
    return replace(BILL, lines=lines, total_cents=sum(line.cents for line in lines), **changes)


def test_an_invoice_says_all() -> None:
    content = text(invoice(BILL))
    for expected in ("Facture n° 2026-000142", "DUPLICATA", "Duplicata établi le 24/11/2026", "Date 01/10/2026", "Scolarité",
                  "Premier trimestre", "Conservatoire de Thionville", "2 rue de la Vieille Porte", "03 82 54 88 10",
                  "conservatoire@example.org", "SIRET 215 706 722 00013", "Régie municipale", "Madame Œuvrard-Šimić",
                  "12 bis avenue du Général-de-Gaulle", "Famille n° 1204", "Anh Nguyễn, Zoé Œuvrard-Šimić", "Tranche C",
                  "2026-2027", "Désignation Élève Quantité Prix unitaire Montant",
                  "Cursus complet, cycle 1 Anh Nguyễn 1 320,00 € 320,00 €",
                  "Chœur d’enfants Anh Nguyễn 1 1 045,00 € 1 045,00 €",
                  "Réduction second enfant Zoé Œuvrard-Šimić 0,5 −30,00 € −15,00 €", "Total à régler 1 350,00 €",
                  "Échéance : 15/11/2026", "Échéancier", "15/11/2026 700,00 €", "15/12/2026 650,00 €", "page 1/1"):  # fmt: skip
        assert expected in content, expected
    assert "Location d’instruments" in text(invoice(replace(BILL, ledger="rental")))


def test_a_credit_note_says_which_invoice_it_corrects() -> None:
    back = (BillLine("Cursus complet, annulation", "Anh Nguyễn", -100, 32000, -32000),)
    content = text(invoice(replace(BILL, nature="credit", number="A-7", lines=back, total_cents=-32000, due_day=None,
                                instalments=(), corrects="2026-000142")))  # fmt: skip
    for expected in (
        "Avoir n° A-7",
        "Corrige la facture n° 2026-000142.",
        "−1 320,00 € −320,00 €",
        "Total de l’avoir −320,00 €",
    ):
        assert expected in content, expected
    assert "Total à régler" not in content
    assert "Échéanc" not in content


def test_a_total_that_is_not_the_sum_is_refused() -> None:
    with pytest.raises(ValueError, match="2026-000142"):
        invoice(replace(BILL, total_cents=134999))


def test_a_receipt_says_what_it_settles_and_what_is_left() -> None:
    content = text(receipt(RECEIPT))
    for expected in ("Reçu n° R-0077", "DUPLICATA", "Date du règlement 03/11/2026", "Carte bancaire", "TX-88123", "Famille n° 1204",
                  "Reçu de Madame Œuvrard-Šimić la somme de 350,00 €.", "2026-000142 Premier trimestre 300,00 €",
                  "2026-000143 Location d’un violon 40,00 €", "Non affecté à une facture 10,00 €", "Total reçu 350,00 €"):  # fmt: skip
        assert expected in content, expected
    assert "Non affecté" not in text(receipt(replace(RECEIPT, cents=34000)))
    with pytest.raises(ValueError, match="R-0077"):
        receipt(replace(RECEIPT, cents=33999))


def test_a_certificate_attests_and_says_how_to_check_it() -> None:
    content = text(certificate(CERTIFICATE))
    for expected in ("Attestation d’inscription", "Année scolaire 2026-2027", "Nous attestons que", "suit les cours suivants",
                  "Zoé Œuvrard-Šimić", "Date de naissance : 16/06/2012 · Dossier n° 4211", "Violoncelle, cycle 2",
                  "mercredi, Anh Nguyễn", "Fait à Thionville, le mardi 24 novembre 2026",
                  "La directrice, Hélène d’Haussonville", "Vérifiez cette attestation sur"):  # fmt: skip
        assert expected in content, expected
    assert f"{CERTIFICATE.address}aveclecode{CERTIFICATE.code}." in flat(certificate(CERTIFICATE))
    paid = text(
        certificate(replace(CERTIFICATE, kind="payment", lines=(("Facturé", "1 050,00 €"), ("Payé", "0,00 €")),
                            amount="1 050,00 €", payer="Anne Roy"))
    )  # fmt: skip
    for expected in (
        "Attestation de paiement",
        "Nous attestons avoir reçu pour",
        "la somme de 1 050,00 €, réglée par Anne Roy",
        "Facturé",
    ):
        assert expected in paid, expected


@pytest.mark.parametrize("count", [0, 1, 12, 24, 30])
def test_a_certificate_keeps_to_its_page(count: int) -> None:
    pdf = certificate(replace(CERTIFICATE, lines=tuple((f"Cours {n}", f"jour {n}") for n in range(count))))
    assert len(pages(pdf)) == 1
    content = text(pdf)
    assert all(re.search(rf"Cours {n}\b", content) and re.search(rf"jour {n}\b", content) for n in range(count))
    check_margins(pdf)


def test_the_qr_code_is_drawn_module_by_module() -> None:
    pdf = certificate(CERTIFICATE)
    picture = Image.open(io.BytesIO(tool("pdftoppm", "-r", "300", "-png", "-aa", "no", "-", given=pdf))).convert("RGB")
    black = picture.point(lambda value: 255 if value == 0 else 0).split()
    mask = Image.merge("RGB", black).convert("L").point(lambda value: 255 if value == 255 else 0)
    left, top, right, bottom = mask.getbbox()
    assert (right - left) / 300 * 25.4 >= 28
    wanted = [list(row) for row in segno.make_qr(CERTIFICATE.address, error="m").matrix]
    unit = (right - left) / len(wanted)
    assert unit == pytest.approx((bottom - top) / len(wanted), abs=0.1)
    seen = [[int(mask.getpixel((int(left + (x + 0.5) * unit), int(top + (y + 0.5) * unit))) == 255) for x in range(len(wanted))]
            for y in range(len(wanted))]  # fmt: skip
    assert seen == wanted
    around = picture.crop((int(left - 4 * unit), int(top - 4 * unit), int(right + 4 * unit), int(bottom + 4 * unit)))
    assert around.crop((0, 0, around.width, int(4 * unit) - 1)).getextrema() == ((255, 255),) * 3
    assert (
        around.crop((int(around.width - 4 * unit) + 2, 0, around.width, around.height)).getextrema()
        == ((255, 255),) * 3
    )


def test_a_course_report_goes_by_school_year() -> None:
    content = text(course_report(REPORT))
    for expected in ("Parcours de Zoé Œuvrard-Šimić", "Édité le 24/11/2026", "Cordes", "Beau travail du son et de l’archet.",
                  "Cycle 1 Anh Nguyễn 30 h 16,25 Bien Admise", "Violoncelle", "Cycle 2"):  # fmt: skip
        assert expected in content, expected
    assert (
        content.index("Année scolaire 2024-2025") < content.index("Cycle 1") < content.index("Année scolaire 2025-2026")
    )
    many = replace(REPORT, years=tuple(replace(YEAR, course=f"Cours {n}", year=f"{2000 + n // 20}") for n in range(60)))
    leaves = pages(course_report(many))
    assert len(leaves) > 2
    assert all("Enseignant" in leaf and f"page {at}/{len(leaves)}" in leaf for at, leaf in enumerate(leaves, 1))
    assert "(suite)" in leaves[1]
    assert all(re.search(rf"Cours {n}\b", "\n".join(leaves)) for n in range(60))
    assert "Aucun cours n’est enregistré." in text(course_report(replace(REPORT, years=())))


def test_papers_speak_english(caplog: pytest.LogCaptureFixture) -> None:
    content = {name: text(make(replace(paper, language="en"))) for name, (make, paper) in PAPERS.items()}
    for name, expected in {
        "invoice": (
            "Invoice no. 2026-000142",
            "DUPLICATE",
            "Description Pupil Quantity Unit price Amount",
            "Total to pay",
        ),
        "receipt": ("Receipt no. R-0077", "Received from Madame Œuvrard-Šimić", "Not set against an invoice"),
        "certificate": ("Certificate of enrolment", "Tuesday 24 November 2026", "Check this certificate"),
        "report": ("Record of studies of Zoé", "Teacher", "School year 2024-2025"),
    }.items():
        assert all(each in content[name] for each in expected), name
    assert not [entry for entry in caplog.records if "no English twin" in entry.getMessage()]


def test_quantities_are_written_as_hundredths() -> None:
    assert [decimal(each, "fr", places=0) for each in (100, 50, 125, -100, 0, 1, 110)] == [
        "1",
        "0,5",
        "1,25",
        "−1",
        "0",
        "0,01",
        "1,1",
    ]


def test_a_long_bill_goes_over_pages() -> None:  # row 78
    pdf = invoice(with_lines(63, "Ligne {n} : atelier de musique de chambre et de découverte des instruments"))
    leaves = pages(pdf)
    assert len(leaves) > 2
    for at, leaf in enumerate(leaves, 1):
        assert "Désignation Élève Quantité Prix unitaire Montant" in leaf
        assert f"page {at}/{len(leaves)}" in leaf
        assert "Facture n° 2026-000142" in leaf
    assert [int(n) for n in re.findall(r"Ligne (\d+) :", "\n".join(leaves))] == list(range(1, 64))
    assert "Total à régler 649,53" not in leaves[0]
    assert euros(sum(range(1001, 1064)), "fr").replace("\xa0", " ") in leaves[-1]
    check_margins(pdf)


@pytest.mark.parametrize("count", range(18, 28))
def test_the_total_is_never_alone(count: int) -> None:
    last = pages(invoice(with_lines(count, instalments=())))[-1]
    assert "Total à régler" in last
    assert f"Ligne {count}" in last


def test_the_window_of_an_envelope_shows_the_address() -> None:
    boxes = tool("pdftotext", "-bbox", "-", "-", given=invoice(BILL)).decode()
    x, y = re.search(r'xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>Madame<', boxes).groups()
    assert 105 < float(x) * 25.4 / 72 < 115
    assert 45 < float(y) * 25.4 / 72 < 60


@pytest.mark.parametrize("name", PAPERS)
def test_papers_say_what_they_are(name: str) -> None:
    make, paper = PAPERS[name]
    reader = PdfReader(io.BytesIO(make(paper)))
    root, text = reader.trailer["/Root"], reader.xmp_metadata
    titles = {"invoice": "Facture n° 2026-000142", "receipt": "Reçu n° R-0077", "certificate": "Attestation d’inscription",
              "report": "Parcours de Zoé Œuvrard-Šimić"}  # fmt: skip
    assert text.dc_title == {"x-default": titles[name]}
    assert text.dc_creator == ["Conservatoire de Thionville"]
    assert (text.pdfaid_part, text.pdfaid_conformance) == ("3", "U")
    assert text.xmp_create_date.date() == text.xmp_modify_date.date() == date(2026, 11, 24)
    assert root["/Lang"] == "fr-FR"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert reader.trailer["/ID"]
    english = PdfReader(io.BytesIO(make(replace(paper, language="en"))))
    assert english.trailer["/Root"]["/Lang"] == "en-GB"
    fonts = tool("pdffonts", "-", given=make(paper)).decode().splitlines()[2:]
    assert {tuple(font.split()[-5:-2]) for font in fonts} == {
        ("yes", "yes", "yes")
    }  # embedded, subset, with its Unicode


def digests() -> str:
    return " ".join(hashlib.sha256(make(paper)).hexdigest() for make, paper in PAPERS.values())


def test_the_same_paper_is_the_same_bytes() -> None:
    first = digests()
    assert digests() == first
    code = "from tests.data.test_pdf import digests; print(digests())"
    for seed, zone in (("1", "UTC"), ("2", "America/Cayenne")):
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
                              capture_output=True, text=True, check=True)  # fmt: skip
        assert done.stdout.strip() == first


def test_papers_are_made_side_by_side() -> None:
    first = digests()
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: digests(), range(8))) == {first}


def haunted(paper: Any, expected: str) -> Any:
    """The paper with these words in each of its texts."""
    if is_dataclass(paper):
        stored = {"nature", "ledger", "kind", "language", "accent", "logo"}
        return replace(paper, **{each.name: haunted(getattr(paper, each.name), expected)
                                 for each in fields(paper) if each.name not in stored})  # fmt: skip
    if isinstance(paper, tuple):
        return tuple(haunted(each, expected) for each in paper)
    return expected if isinstance(paper, str) else paper


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("expected", HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_typed_is_printed(name: str, expected: str, caplog: pytest.LogCaptureFixture) -> None:
    make, paper = PAPERS[name]
    with caplog.at_level(logging.WARNING):
        pdf = make(haunted(paper, expected))
    assert not caplog.records
    content = text(pdf)
    assert not re.search("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\x00-\x08\x0e-\x1f\x7f-\x9f]", content)
    assert check_margins(pdf) > 5
    assert PdfReader(io.BytesIO(pdf)).xmp_metadata.pdfaid_part == "3"


def test_a_long_label_is_broken_and_kept_whole() -> None:  # row 78
    label = "".join(chr(ord("a") + n % 26) for n in range(300))
    pdf = invoice(replace(BILL, lines=(replace(LINES[0], label=label),), total_cents=32000))
    check_margins(pdf)
    cells = re.findall(r"^[a-z]{5,}", text(pdf), flags=re.MULTILINE)
    assert "".join(cells) == label


def test_the_font_writes_our_families_names() -> None:
    names = "Nguyễn Œuvrard-Šimić Đặng Thị Ngọc Phượng Łukasz Çelik Ğ ŵ Ÿ “’«»” – — − € ½ °"
    assert clean(names) == names
    assert advances.__wrapped__(False).keys() == advances.__wrapped__(True).keys()
    assert names in text(receipt(replace(RECEIPT, label=names)))
    assert len({advances(bold)[figure] for bold in (False, True) for figure in "0123456789"}) == 1


def test_what_the_font_lacks_is_shown_as_it_can() -> None:
    assert clean("12\u202f345\u2011A") == "12\xa0345-A"
    assert clean("Ṣadek e\u0301 \U0001f3bb 東 ก ﬁ") == "Ṣadek é □ 東 □ fi"
    assert clean("a\u202eb\u200bc\x00d\ud800") == "abcd"
    assert wrap("Un « mot » : rien", 1, BODY)[0] == "U"
    assert "« mot »" in wrap("Un mot « mot » : rien", width_of("« mot » : rien", BODY) - 1, BODY)[1] + " »"
    assert few("a b c", 0.1, BODY, 2)[-1].endswith("…")


AMOUNTS = st.integers(-9_999_999_999, 9_999_999_999)
LABELS = st.text(st.characters(exclude_characters="€", exclude_categories=()), max_size=80)
BILLED = st.lists(
    st.builds(BillLine, LABELS, LABELS, st.integers(-9999, 9999), AMOUNTS, AMOUNTS), min_size=1, max_size=12
)


@settings(max_examples=30)
@given(BILLED, st.sampled_from(["invoice", "credit"]))
def test_the_amounts_that_are_read_sum_to_the_total(lines: list[BillLine], nature: str) -> None:  # row 79
    pdf = invoice(
        replace(BILL, nature=nature, lines=tuple(lines), total_cents=sum(line.cents for line in lines), instalments=())
    )
    whole = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    read = [
        int(re.sub(r"[^\d−]", "", each).replace("−", "-")) for each in re.findall(r"−?\d[\d\xa0]*,\d\d\xa0€", whole)
    ]
    assert read[:-1:2] == [line.unit_cents for line in lines]
    assert read[1::2] == [line.cents for line in lines]
    assert sum(read[1::2]) == read[-1]
    check_margins(pdf)
