"""What families give: each way a file can be wrong has its sentence; what is kept shows nothing but the picture or pages (R-40 to R-42)."""

import hashlib
import io
import time
import zipfile
import zlib
from collections.abc import Callable
from functools import lru_cache

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from data.core.errors import UserError
from data.uploads import limits, pdfs, validation

MAX = 2_097_152
HTML = b"<!doctype html><script>alert(1)</script>"
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + bytes(200) + b"This program cannot be run in DOS mode"
HEIC_START = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
RED, BLUE = (200, 30, 30), (30, 30, 200)


def refused(content: bytes) -> str:
    """The short name of the sentence."""
    with pytest.raises(UserError) as shown:
        validation.check(content)
    assert shown.value.sentence == validation.REFUSALS[shown.value.code]
    return validation.code_of(shown.value)


def picture(form: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
    """The left half is red, the right half is blue."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    out = io.BytesIO()
    image.convert(mode).save(out, form, **options)
    return out.getvalue()


def pdf(change: Callable[[Pdf], None] = lambda made: None, pages: int = 1, **options: object) -> bytes:
    made = Pdf.new()
    for _ in range(pages):
        made.add_blank_page()
    change(made)
    out = io.BytesIO()
    made.save(out, **options)
    return out.getvalue()


def pdf_of(size: int) -> bytes:
    """A sound PDF whose page draws so many bytes that no packing makes fewer."""

    def fill(made: Pdf) -> None:
        noise = hashlib.shake_256(b"noise").digest(size)
        made.pages[0].Resources = Dictionary(Pattern=Dictionary(P=made.make_indirect(Stream(made, noise))))

    return pdf(fill)


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def like(seen: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(seen, tuple)
    return all(abs(one - other) < 40 for one, other in zip(seen, colour, strict=True))


def test_a_pdf_may_weigh_two_megabytes_once_it_is_written_anew() -> None:  # row 63
    assert len(validation.check(pdf_of(MAX - 4096)).content) <= MAX
    assert refused(pdf_of(MAX + 1)) == "taille"


def test_nothing_is_no_file() -> None:
    assert refused(b"") == "creux"


def docx() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("word/document.xml", "<w:document/>")
    return out.getvalue()


@pytest.mark.parametrize("content", [
    EXE, HTML, docx(), b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"%PD", b"\xff\xd8", b"BM but no picture at all",
    HTML + picture("PNG"), bytes(2000) + pdf(), HEIC_START.replace(b"heic", b"mp42"), b"RIFF\0\0\0\0WAVEfmt ",
])  # fmt: skip
def test_what_is_neither_a_picture_nor_a_pdf_is_refused(content: bytes) -> None:  # row 64
    assert refused(content) == "format"


def test_a_page_of_the_web_before_a_pdf_is_not_kept() -> None:  # row 65
    stored, media_type, _ = validation.check(HTML + pdf())
    assert (media_type, stored[:5], HTML in stored) == ("application/pdf", b"%PDF-", False)


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_what_hides_behind_a_picture_is_not_kept(form: str) -> None:  # row 65
    for tail in (docx(), HTML, pdf(), EXE):
        stored = validation.check(picture(form) + tail).content
        assert tail[:20] not in stored
        assert not zipfile.is_zipfile(io.BytesIO(stored))
        assert opened(stored).size == (60, 40)
        assert stored == validation.check(picture(form)).content


def test_what_a_picture_says_beside_its_pixels_is_not_kept() -> None:
    expected = Image.Exif()
    expected[0x010F], expected[0x9286] = "Appareil", "chez nous"
    stored, _, _ = validation.check(picture("JPEG", exif=expected, comment=b"secret", icc_profile=b"profile" * 30))
    assert not any(each in stored for each in (b"Appareil", b"chez nous", b"secret", b"profile", b"Exif"))
    text = PngInfo()
    text.add_text("Author", "Claire Aubry")
    text.add_text("Comment", "secret" * 20, zip=True)
    stored, _, _ = validation.check(picture("PNG", pnginfo=text, exif=expected))
    assert opened(stored).info == {}
    assert not any(each in stored for each in (b"tEXt", b"zTXt", b"iTXt", b"eXIf"))


def test_a_photograph_is_upright_without_its_place_and_in_plain_colours() -> None:  # row 69
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the left of the file is the top
    exif.get_ifd(0x8825).update({1: "N", 2: (49.0, 21.0, 30.0), 3: "E", 4: (6.0, 10.0, 5.0)})
    given_file = picture("JPEG", (400, 200), "CMYK", exif=exif, quality=95)
    assert opened(given_file).getexif().get_ifd(0x8825)
    stored, media_type, _ = validation.check(given_file)
    shown = opened(stored)
    assert (media_type, shown.format, shown.mode, shown.size) == ("image/jpeg", "JPEG", "RGB", (200, 400))
    assert not shown.getexif()
    assert b"Exif" not in stored
    assert like(shown.getpixel((100, 50)), RED)
    assert like(shown.getpixel((100, 350)), BLUE)


def test_a_drawing_on_nothing_is_laid_on_white() -> None:
    for mode in ("RGBA", "P"):
        image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
        image.paste((*RED, 255), (0, 0, 20, 40))
        out = io.BytesIO()
        (image if mode == "RGBA" else image.quantize(4)).save(out, "PNG")
        shown = opened(validation.check(out.getvalue())[0])
        assert shown.mode == "RGB", mode
        assert like(shown.getpixel((5, 20)), RED), mode
        assert like(shown.getpixel((35, 20)), (255, 255, 255)), mode


@lru_cache
def photograph() -> bytes:
    """Twelve million pixels with the grain of a sensor."""
    grain = Image.effect_noise((4000, 3000), 40)
    image = Image.merge("RGB", (grain, grain.transpose(Image.Transpose.ROTATE_180), grain))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def test_a_phones_photograph_is_made_lighter() -> None:
    content = photograph()
    assert 5_000_000 < len(content) < 8_000_000
    stored, media_type, _ = validation.check(content)
    assert (len(stored) <= MAX, media_type, max(opened(stored).size)) == (True, "image/jpeg", 3000)


def test_a_heavy_png_becomes_a_light_jpeg() -> None:
    grain = Image.effect_noise((2400, 1800), 60)
    out = io.BytesIO()
    grain.save(out, "PNG", compress_level=1)
    assert len(out.getvalue()) > MAX
    stored, media_type, _ = validation.check(out.getvalue())
    assert (media_type, len(stored) <= MAX, opened(stored).size) == ("image/jpeg", True, (2400, 1800))


def test_a_picture_of_more_than_twenty_megabytes_is_not_even_opened() -> None:
    assert refused(b"\xff\xd8\xff" + bytes(limits.MAX_UPLOAD_BYTES)) == "lourde"


def chunk(name: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")


def empty_png(wide: int, high: int) -> bytes:
    """Black and white, a real one: small as a file, enormous once decoded."""
    packer, row = zlib.compressobj(1), bytes(1 + (wide + 7) // 8)
    body = b"".join(packer.compress(row * min(1000, high - at)) for at in range(0, high, 1000)) + packer.flush()
    header = wide.to_bytes(4, "big") + high.to_bytes(4, "big") + bytes((1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("wide", "high"), [(20_000, 20_000), (1, 1_000_000), (1_000_000, 1), (65_001, 10), (10_100, 10_100)]
)
def test_an_enormous_picture_is_refused_before_it_is_decoded(wide: int, high: int) -> None:  # row 66
    content = empty_png(wide, high)
    assert len(content) < limits.MAX_UPLOAD_BYTES
    started = time.process_time()
    assert refused(content) == "dimensions"
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_picture_cut_short_is_unreadable(form: str) -> None:
    whole = photograph() if form == "JPEG" else picture(form, (300, 200))
    for part in (whole[: len(whole) // 2], whole[:40]):
        assert refused(part) == "illisible"


@settings(max_examples=150)
@given(tail=st.binary(max_size=400), ending=st.sampled_from(["jpg", "png", "pdf", "heic"]))
def test_rubbish_under_a_good_signature_is_refused_in_words(tail: bytes, ending: str) -> None:
    content = {"jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-", "heic": HEIC_START}[ending] + tail
    assert refused(content) in {"illisible", "dimensions", "protege"}


SCRIPT = {"S": Name.JavaScript, "JS": "app.alert(1)"}


def on_opening(made: Pdf) -> None:
    made.Root.OpenAction = Dictionary(**SCRIPT)


def in_a_note(made: Pdf) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=Dictionary(**SCRIPT))
    made.pages[0].Annots = Array([note])


def in_the_names(made: Pdf) -> None:
    made.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["one", made.make_indirect(Dictionary(**SCRIPT))])))


def on_leaving_the_page(made: Pdf) -> None:
    made.pages[0].AA = Dictionary(C=Dictionary(S=Name.JavaScript, JS=Stream(made, b"app.alert(1)")))


def starts_a_program(made: Pdf) -> None:
    made.Root.OpenAction = Dictionary(S=Name.Launch, F="calc.exe")


def sends_a_form(made: Pdf) -> None:
    made.Root.OpenAction = Dictionary(S=Name.SubmitForm, F="https://example.org")


def carries_a_file(made: Pdf) -> None:
    made.attachments["virus.exe"] = EXE


def carries_a_file_on_a_page(made: Pdf) -> None:
    file = Dictionary(Type=Name.Filespec, F="virus.exe", EF=Dictionary(F=made.make_indirect(Stream(made, EXE))))
    note = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=Array([0, 0, 9, 9]), FS=file)
    made.pages[0].Annots = Array([note])


def carries_an_associated_file(made: Pdf) -> None:
    file = Dictionary(Type=Name.Filespec, F="virus.exe", EF=Dictionary(F=made.make_indirect(Stream(made, EXE))))
    made.Root.AF = Array([file])


def plays_a_film(made: Pdf) -> None:
    made.pages[0].Annots = Array([Dictionary(Type=Name.Annot, RichMediaContent=Dictionary(), RichMedia=Dictionary())])


ACTS = (on_opening, in_a_note, in_the_names, on_leaving_the_page, starts_a_program, sends_a_form, carries_a_file,
        carries_a_file_on_a_page, carries_an_associated_file, plays_a_film)  # fmt: skip


NAMES = (
    b"/JavaScript",
    b"/JS",
    b"/Launch",
    b"/EmbeddedFile",
    b"/RichMedia",
    b"/XFA",
    b"/SubmitForm",
    b"/EF",
    b"/AA",
    b"/OpenAction",
)


def inside(content: bytes) -> bytes:
    """A kept PDF with nothing packed: every name can be read in it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as made:
        made.save(
            out,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
        )
    return out.getvalue()


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_of_a_pdf_that_acts_or_carries_files_the_pages_alone_are_kept_and_it_is_reported(  # row 67
    act: Callable[[Pdf], None],
) -> None:
    for packed in (pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate):
        stored, media_type, remarks = validation.check(pdf(act, object_stream_mode=packed))
        assert (media_type, remarks) == ("application/pdf", ("nettoye",))
        assert not [name for name in (*NAMES, EXE) if name in inside(stored)]


def test_a_name_written_in_another_way_is_the_same_name() -> None:
    for action in (b"<</S/J#61vaScript/J#53(app.alert\\(1\\))>>", b"<</S/J#61v#61Script>>"):
        stored, _, remarks = validation.check(raw([b"<</Type/Catalog/Pages 2 0 R/OpenAction" + action + b">>"]))
        assert remarks == ("nettoye",)
        assert b"OpenAction" not in inside(stored)


def test_what_could_act_among_what_a_page_is_drawn_with_is_refused() -> None:  # row 67
    def hides(made: Pdf) -> None:
        made.pages[0].Resources = Dictionary(Properties=Dictionary(P=Dictionary(X=Dictionary(**SCRIPT))))

    assert refused(pdf(hides)) == "actif"


def test_a_pdf_under_a_password_is_refused_but_restrictions_alone_are_not() -> None:  # row 67
    locked = pdf(encryption=pikepdf.Encryption(owner="o", user="u"))
    assert refused(locked) == "protege"
    restricted = pdf(
        encryption=pikepdf.Encryption(owner="o", user="", allow=pikepdf.Permissions(print_highres=False, extract=False))
    )
    for content in (restricted, pdf(on_opening, encryption=pikepdf.Encryption(owner="o", user=""))):
        with pikepdf.open(io.BytesIO(validation.check(content).content)) as stored:
            assert (stored.is_encrypted, len(stored.pages), set(stored.Root.keys())) == (False, 1, {"/Pages", "/Type"})


def nested(deep: int, *, array: bool = False) -> Callable[[Pdf], None]:
    def nest(made: Pdf) -> None:
        inner: object = Dictionary(**SCRIPT)
        for _ in range(deep):
            inner = Array([inner]) if array else Dictionary(Deeper=inner)
        made.pages[0].Resources = Dictionary(Properties=inner)

    return nest


def test_what_is_too_intricate_to_be_sure_is_refused() -> None:  # row 68
    for array in (False, True):
        assert refused(pdf(nested(40, array=array))) == "complexe"
        assert refused(pdf(nested(8, array=array))) == "actif"
    assert validation.check(pdf(pages=50)).media_type == "application/pdf"
    assert refused(pdf(pages=51)) == "pages"

    def crowd(made: Pdf) -> None:
        made.Root.Crowd = Array([made.make_indirect(Dictionary(N=n)) for n in range(pdfs.MAX_OBJECTS)])

    assert refused(pdf(crowd, object_stream_mode=pikepdf.ObjectStreamMode.generate)) == "complexe"


def raw(objects: list[bytes]) -> bytes:
    """A PDF as written here, with its table; the page tree is the second object unless it is given."""
    pages = [b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"]
    every, out, places = [*objects, *pages[len(objects) - 1 :]], b"%PDF-1.4\n", []
    for number, each in enumerate(every, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (len(every) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(every) + 1) + table + end


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"


def test_a_page_tree_that_bites_its_tail_is_unreadable() -> None:  # row 68
    assert validation.check(raw([CATALOG]))[1] == "application/pdf"
    assert refused(raw([CATALOG, b"<</Type/Pages/Kids[2 0 R]/Count 1>>"])) == "illisible"
    assert (
        refused(raw([CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"]))
        == "illisible"
    )


def test_a_pdf_that_lost_its_pages_is_unreadable() -> None:
    whole = pdf(pages=3)
    for part in (whole[: len(whole) // 2], whole[:5], whole[:20]):
        assert refused(part) == "illisible"


def test_every_refusal_has_its_short_name() -> None:
    for code in validation.REFUSALS:
        assert validation.code_of(validation.refusal(code)) == code
        assert "{" not in validation.refusal(code).message() + validation.refusal(code).message("en")
    assert "2 Mo" in validation.refusal("taille").message()
    assert validation.code_of(UserError("Autre chose.")) == "illisible"
