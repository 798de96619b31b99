"""Files that strangers send: refused in words, or read, whatever is in them (R-40 to R-42, R-52)."""

import io
import zipfile
from collections.abc import Callable
from functools import cache
from typing import Any

import openpyxl
import pikepdf
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image

from data.core import spreadsheets
from data.core.errors import UserError
from data.core.spreadsheets import Reading
from data.uploads import validation, worker
from tests import sample_files
from tests.fuzz.engine import NASTY_BYTES, TEXTS, mutated, run

READINGS = st.builds(
    Reading,
    sheet=st.sampled_from(("", "Liste", "x")),
    titles_line=st.sampled_from((0, 1, 4, 999)),
    titles_lines=st.sampled_from((0, 1, 2)),
    coding=st.sampled_from(("", "utf-8", "cp850", "utf-16", "utf-32", "zip")),
    delimiter=st.sampled_from(("", ";", ",", '"', "x")),
    skip_hidden=st.booleans(),
    keep_all=st.booleans(),
)
FORMS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "HEIF", "AVIF")
MEDIA_TYPES = {"application/pdf", "image/jpeg", "image/png"}


def readable(sent: tuple[bytes, Reading]) -> None:
    """What is read can be written, and is then read as it was."""
    content, reading = sent
    try:
        sheet = spreadsheets.read(content, reading)
    except UserError as refused:
        assert str(refused)
        return
    assert sheet.rows
    assert all(len(row) == len(sheet.heads) for _, row in sheet.rows)
    spreadsheets.write("xlsx", sheet.heads, [row for _, row in sheet.rows])
    spreadsheets.write("csv", sheet.heads, [row for _, row in sheet.rows])


@cache
def tables(ending: str) -> list[bytes]:
    made = (
        sample_files.school_program(4), sample_files.small_school(), sample_files.bills(4), sample_files.receipts(4),
        sample_files.merged_titles(3), sample_files.english_tabs(3), sample_files.sections_and_totals(3), sample_files.accountant(3),
    )  # fmt: skip
    page = b"<html><table><tr><th>Nom<th>Ville</tr><tr><td colspan=2>Roy &amp; fils<td>Metz</tr></table></html>"
    found = [content for _, content in made if content.startswith(b"PK") == (ending == "xlsx")]
    return (
        found if ending == "xlsx" else [*found, page, 'sep=;\r\n"Nom";"Né le"\r\n"Roy ""x""";"1/2/2011"\r\n'.encode()]
    )


def test_csv_and_web_pages() -> None:
    run("CSV", st.tuples(mutated(tables("csv")), READINGS), readable, share=0.7)
    lines = st.lists(st.lists(TEXTS.map(lambda text: text.encode("utf-8", "replace")), max_size=6), max_size=12)
    made = st.builds(
        lambda rows, sign, end: end.join(sign.join(row) for row in rows),
        lines,
        st.sampled_from((b";", b",", b"\t", b"|")),
        st.sampled_from((b"\r\n", b"\n", b"\r")),
    )
    run("CSV of nothing known", st.tuples(made, READINGS), readable, share=0.3)


def test_workbooks() -> None:
    """Their archives bent as bytes; then the XML in them; then cells of every sort."""
    run("XLSX, the archive", st.tuples(mutated(tables("xlsx")), READINGS), readable, share=0.3)
    parts = [
        (at, name) for at, book in enumerate(tables("xlsx")) for name in zipfile.ZipFile(io.BytesIO(book)).namelist()
    ]
    run("XLSX, its parts", st.tuples(st.sampled_from(parts).flatmap(_with_a_part_bent), READINGS), readable, share=0.5)
    run("XLSX, its cells", st.tuples(st.builds(_book, ROWS), READINGS), readable, share=0.2)


def _with_a_part_bent(part: tuple[int, str]) -> st.SearchStrategy[bytes]:
    book, name = tables("xlsx")[part[0]], part[1]
    with zipfile.ZipFile(io.BytesIO(book)) as source:
        content = source.read(name)
    tokens = (*NASTY_BYTES, b' t="s"', b' t="e"', b' t="b"', b"<v>1e999</v>", b' r="ZZZZZ9999999999"', b"<mergeCell ref='A1:ZZ9'/>", b' s="99999"',
              b"<f t='shared' si='0'/>", b"xmlns:x='y'", b"</row>", b"<c>", b"</c>", b"hidden='1'", b"min='-1' max='99999999'")  # fmt: skip
    return mutated([content], tokens).map(lambda bent: _repacked(book, name, bent))


def _repacked(book: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for each in source.namelist():
            target.writestr(each, content if each == name else source.read(each))
    return out.getvalue()


CELLS: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False, allow_infinity=False) | st.dates() | st.datetimes()
    | st.times() | st.timedeltas() | TEXTS.map(lambda text: openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", text).encode("utf-8", "ignore").decode())
)  # fmt: skip
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=10)


def _book(rows: list[list[Any]]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        try:
            book.active.append(row)
            out = io.BytesIO()
        except (ValueError, OverflowError):  # a day before 1900: no workbook holds it
            continue
    try:
        book.save(out)
    except (ValueError, OverflowError):
        return b""
    return out.getvalue()


def opened(content: bytes) -> None:
    """Kept, or refused by a name that has its sentence; the process that opens it answers each time."""
    for ask in (validation.check, validation.make_photo):
        try:
            kept = ask(content)
        except UserError as refused:
            assert refused.code in validation.REFUSALS, refused
            assert refused.code != "occupe"
            continue
        stored = kept.content if isinstance(kept, validation.Kept) else kept
        assert 0 < len(stored) <= 2 * 1024 * 1024
        if isinstance(kept, validation.Kept):
            assert kept.media_type in MEDIA_TYPES
            again = validation.check(stored)
            assert again.media_type == kept.media_type


class Died(AssertionError):
    """The process that opens files ended, or took all its seconds: it holds, but a refusal in words is better."""


def strictly(check: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """The same, and the process did not end by it."""

    def checked(content: bytes) -> None:
        asked = worker.ask

        def ask(question: str, sent: bytes) -> tuple[str, bytes]:
            try:
                return asked(question, sent)
            except worker.Lost as lost:
                raise Died(question) from lost

        worker.ask = ask
        try:
            check(content)
        finally:
            worker.ask = asked

    return checked


@cache
def pictures() -> list[bytes]:
    found = []
    for form in FORMS:
        for mode in ("RGB", "L", "RGBA", "P", "CMYK", "1"):
            out = io.BytesIO()
            try:
                Image.effect_mandelbrot((40, 30), (-2, -1, 1, 1), 20).convert("RGB").convert(mode).save(
                    out, form, exif=_exif()
                )
            except (OSError, ValueError, KeyError, TypeError):
                continue
            found.append(out.getvalue())
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    for form in ("GIF", "TIFF", "WEBP", "PNG"):
        out = io.BytesIO()
        frames[0].save(out, form, save_all=True, append_images=frames[1:])
        found.append(out.getvalue())
    return found


def _exif() -> Image.Exif:
    noted_down = Image.Exif()
    noted_down[0x0112], noted_down[0x010F] = 6, "camera"
    return noted_down


def test_pictures() -> None:
    assert len(pictures()) > 20
    run("pictures", mutated(pictures()), strictly(opened))


def _pdf(build: Callable[[Pdf], None] = lambda made: None, **options: Any) -> bytes:
    made, out = Pdf.new(), io.BytesIO()
    made.add_blank_page()
    made.pages[0].Contents = Stream(made, b"BT /F 12 Tf 10 10 Td (a) Tj ET")
    build(made)
    made.save(out, **options)
    return out.getvalue()


@cache
def documents() -> list[bytes]:
    def noted(made: Pdf) -> None:
        note = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=Array([0, 0, 9, 9]),
            A=Dictionary(S=Name.URI, URI="https://example.org"),
        )
        field = Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="a", V="b", Rect=Array([0, 0, 9, 9]), DA="/Helv 9 Tf"
        )
        made.pages[0].Annots = Array([note, made.make_indirect(field)])
        made.Root.AcroForm = Dictionary(Fields=Array([made.pages[0].Annots[1]]), NeedAppearances=True)

    def pictured(made: Pdf) -> None:
        drawn = Stream(made, bytes(300))
        drawn.stream_dict = Dictionary(
            Type=Name.XObject, Subtype=Name.Image, Width=10, Height=10, ColorSpace=Name.DeviceRGB, BitsPerComponent=8
        )
        made.pages[0].Resources = Dictionary(XObject=Dictionary(I=drawn))

    plain = {"object_stream_mode": pikepdf.ObjectStreamMode.disable, "compress_streams": False}
    builds = (lambda made: None, noted, pictured)
    return [
        *(_pdf(each, **plain) for each in builds),
        *map(_pdf, builds),
        _pdf(encryption=pikepdf.Encryption(owner="x")),
    ]


KEYS = tuple(
    "/Type /Pages /Kids /Count /Parent /Annots /A /S /URI /JS /AA /Contents /Resources /MediaBox /Rect /Subtype /AP /N /AcroForm /Fields "
    "/XFA /Names /OpenAction /Metadata /Rotate /F /EF /Group /XObject /Font /Filter /Length /Width /Height /BitsPerComponent "
    "/ColorSpace".split()
)
NAMES = tuple(
    "/Page /Pages /Catalog /Annot /Link /Widget /Image /Form /URI /JavaScript /Launch /FlateDecode /DCTDecode".split()
)
VALUES = st.recursive(
    st.sampled_from(NAMES).map(Name) | st.integers(-5, 10**10) | st.booleans() | st.floats(-1e9, 1e9).map(lambda value: round(value, 3))
    | st.binary(max_size=12).map(pikepdf.String) | st.integers(0, 5).map(lambda at: ("the object", at)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=10,
)  # fmt: skip
OBJECTS = st.lists(
    st.tuples(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6), st.none() | st.binary(max_size=60)),
    min_size=1,
    max_size=6,
)
PLACES = ("root", "page", "pages", "annots", "form", "resources")


def _woven(objects: list[tuple[dict[str, Any], bytes | None]], place: str) -> bytes:
    """A PDF whose objects point at each other in any way, hung up at one place."""

    def hang(made: Pdf) -> None:
        whole = [made.make_indirect(Dictionary() if data is None else Stream(made, data)) for _, data in objects]

        def value(given: Any) -> Any:
            if isinstance(given, tuple):
                return whole[given[1] % len(whole)]
            if isinstance(given, list):
                return Array([value(each) for each in given])
            return Dictionary({key: value(each) for key, each in given.items()}) if isinstance(given, dict) else given

        for target, (keys, _) in zip(whole, objects, strict=True):
            for key, each in keys.items():
                if key != "/Length":
                    target[key] = value(each)
        top: dict[str, Callable[[], None]] = {
            "root": lambda: (
                [made.Root.__setitem__(key, value(each)) for key, each in objects[0][0].items() if key != "/Pages"]
                and None
            ),
            "page": lambda: (
                [made.pages[0].obj.__setitem__(key, value(each)) for key, each in objects[0][0].items()] and None
            ),
            "pages": lambda: made.Root.Pages.__setitem__("/Kids", Array([made.pages[0].obj, *whole])),
            "annots": lambda: made.pages[0].obj.__setitem__("/Annots", Array(whole)),
            "form": lambda: made.Root.__setitem__("/AcroForm", whole[0]),
            "resources": lambda: made.pages[0].obj.__setitem__("/Resources", whole[0]),
        }
        top[place]()

    try:
        return _pdf(hang)
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError):  # our own tool would not write it
        return b"%PDF-1.7"


def test_pdfs() -> None:
    run("PDF, bent", mutated(documents()), strictly(opened), share=0.5)
    run("PDF, woven anew", st.builds(_woven, OBJECTS, st.sampled_from(PLACES)), strictly(opened), share=0.5)
