"""Names of other alphabets, and long ones, on papers."""

import re
import unicodedata
from dataclasses import replace

import pytest

from data.pdf import scripts
from data.pdf.bills import receipt
from data.pdf.certificates import certificate
from data.pdf.text import clean
from tests.data.test_pdf import CERTIFICATE, RECEIPT, flat, text, tool


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
