"""Names of other alphabets, and long ones, on papers."""

import re
import unicodedata
from dataclasses import replace
from datetime import date

import pytest

from data.pdf import scripts
from data.pdf.access_letters import AccessLetter, Portal, write
from data.pdf.bills import invoice, receipt
from data.pdf.certificates import certificate
from data.pdf.course_report import course_report
from data.pdf.text import clean
from tests.data.test_pdf import BILL, CERTIFICATE, LETTERHEAD, RECEIPT, REPORT, check_margins, flat, pages, text, tool


@pytest.mark.parametrize("name", [
    "Иван Щербаков", "Γιώργος Παπαδόπουλος", "გიორგი მაისურაძე", "Հայկ", "王小明", "張麗華", "Əliyev Cəfər", "Ṣadek Ḥamdī", "Ağır Iğdır",  # noqa: RUF001
])  # fmt: skip
def test_names_of_other_alphabets_are_printed_as_they_are_written(name: str) -> None:
    for paper in (receipt(replace(RECEIPT, payer=name)), certificate(replace(CERTIFICATE, pupil=name))):
        assert "□" not in text(paper)
        assert re.sub(r"\s", "", name) in flat(paper)


def test_arabic_names_are_joined_and_begin_at_their_right() -> None:
    shown = clean("محمد علي الله لا")
    assert [unicodedata.decomposition(each).split()[0] for each in shown[:4]] == [
        "<initial>",
        "<medial>",
        "<medial>",
        "<final>",
    ]
    assert unicodedata.normalize("NFKC", shown) == "محمد علي الله لا"
    assert shown[-1] == "\N{ARABIC LIGATURE LAM WITH ALEF ISOLATED FORM}"
    assert clean(shown) == shown
    assert list(scripts.runs(clean("a محمد b"))) == [
        (scripts.MAIN, "a "),
        ("noto-arabic", shown[3::-1]),
        (scripts.MAIN, " b"),
    ]
    for payer in ("محمد علي", "דוד לוי"):
        words = set(unicodedata.normalize("NFKC", text(receipt(replace(RECEIPT, payer=payer)))).split())
        assert words >= set(payer.split())


def test_latin_names_load_no_other_font() -> None:
    pdf = receipt(replace(RECEIPT, payer="Nguyễn Łukasz", label="Œuvre"))
    assert tool("pdffonts", "-", given=pdf).decode().count("Hyperlegible") == 2
    assert "Noto" not in tool("pdffonts", "-", given=pdf).decode()


LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh-Villaseñor de la Montaigne"
LONG_TOWN = "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson"


@pytest.mark.parametrize("name", [LONG_NAME, "W" * 80, LONG_NAME.upper()])
def test_the_longest_names_break_no_paper(name: str) -> None:  # row 78
    assert (len(LONG_NAME), len(LONG_TOWN)) == (80, 45)
    letter = AccessLetter(
        name, ("12 rue de la Gare", f"51290 {LONG_TOWN}"), 1204, "wolfeschlegelsteinhausenbergerdorff", True
    )
    for paper in (
        invoice(replace(BILL, payer=name, payer_address=(f"51290 {LONG_TOWN}",), pupils=(name, name))),
        receipt(replace(RECEIPT, payer=name)),
        certificate(replace(CERTIFICATE, pupil=name, signatory=f"{name}, directrice")),
        course_report(replace(REPORT, pupil=name)),
        write(Portal(LETTERHEAD, "https://portail.example.org", date(2026, 11, 28)), [letter]),
    ):
        assert check_margins(paper) > 5
        assert re.sub(r"\s", "", name) in flat(paper)
    assert len(pages(write(Portal(LETTERHEAD, "https://portail.example.org", date(2026, 11, 28)), [letter]))) == 1
